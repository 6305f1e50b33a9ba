"""RDF as the hot path needs it: canonical N-Triples lines, careful parsing, splitting, serialising.

A record's graph is a list of *lines*: N-Triples statements in canonical form (RDF 1.2 N-Triples,
"Canonical N-Triples"), without the line feed: `<s> <p> <o> .`, `_:b0 <p> "text"@en .`
"""
