"""Harvesting: from a source's pages to entries of the journal."""
