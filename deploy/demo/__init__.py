"""The demo federation: portals of invented members, each a real HTTP server on loopback."""
