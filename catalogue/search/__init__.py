"""Search: analysis, the query tree, and the service that the doors call."""
