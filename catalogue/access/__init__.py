"""Requests for access: what they are, who may do what with them, and what follows. Pure; no clock, no I/O."""
