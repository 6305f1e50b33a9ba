"""The media types of SPARQL answers, and the choice between them by an Accept header."""

from __future__ import annotations

from catalogue.errors import InvalidParameter
from catalogue.rdf.negotiation import accepted
from catalogue.sparql.guard import Form

# SPARQL 1.1 Query Results JSON, XML, CSV and TSV; the first is the default.
ROWS = {
    "application/sparql-results+json": "json",
    "application/json": "json",
    "application/sparql-results+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
}
TRIPLES = {
    "text/turtle": "turtle",
    "application/n-triples": "ntriples",
    "application/rdf+xml": "rdfxml",
    "application/ld+json": "jsonld",
    "application/xml": "rdfxml",
    "application/json": "jsonld",
    "text/plain": "ntriples",
}


def choose(form: Form, accept: str) -> tuple[str, str]:
    """(media type, our name of the form) of the answer to a query.

    Raises: InvalidParameter("accept") when nothing that is offered is accepted. CSV and TSV have no
    form of a boolean (SPARQL 1.1 CSV/TSV, section 1): an ASK never takes them.
    """
    offered = TRIPLES if form.gives_triples else ROWS
    if form is Form.ASK:
        offered = {name: kind for name, kind in ROWS.items() if kind in {"json", "xml"}}
    media_type = accepted(accept, tuple(offered))
    if media_type is None:
        raise InvalidParameter("accept", f"this answer comes as {', '.join(offered)}")
    return media_type, offered[media_type]
