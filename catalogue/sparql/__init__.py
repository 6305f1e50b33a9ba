"""SPARQL as the doors need it: what a query is, whether it may run, and the form of its answer."""
