"""The core of the catalogue: what a record is, and its way into the journal and the projections."""
