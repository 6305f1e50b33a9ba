"""Lists of real portals."""
