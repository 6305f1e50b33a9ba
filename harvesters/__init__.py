"""Protocols: one folder each, with `fetch` (talks to the portal) and `map` (pure: bytes to DCAT-AP)."""
