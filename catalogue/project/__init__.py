"""Projections: what is derived from the journal, and how it follows."""
