"""Validation by SHACL: shapes compiled once, and each record judged by its own graph."""
