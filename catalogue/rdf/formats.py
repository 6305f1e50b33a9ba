"""The six serialisations of RDF that we read, by media type and by what a document looks like."""

from __future__ import annotations

import re

TURTLE, TRIG, NTRIPLES, NQUADS, RDFXML, JSONLD = (
    "turtle",
    "trig",
    "ntriples",
    "nquads",
    "rdfxml",
    "jsonld",
)

BY_MEDIA_TYPE = {
    "text/turtle": TURTLE,
    "application/x-turtle": TURTLE,
    "text/n3": TURTLE,
    "application/trig": TRIG,
    "application/n-triples": NTRIPLES,
    "application/n-quads": NQUADS,
    "application/rdf+xml": RDFXML,
    "application/xml": RDFXML,
    "text/xml": RDFXML,
    "application/ld+json": JSONLD,
    "application/json": JSONLD,
}

BY_SUFFIX = {
    ".ttl": TURTLE,
    ".turtle": TURTLE,
    ".n3": TURTLE,
    ".trig": TRIG,
    ".nt": NTRIPLES,
    ".nq": NQUADS,
    ".rdf": RDFXML,
    ".owl": RDFXML,
    ".xml": RDFXML,
    ".jsonld": JSONLD,
    ".json": JSONLD,
}

_LINE = re.compile(r"(?:<[^>\s]*>|_:\S+)\s+<[^>\s]*>\s+\S")
_HTML = re.compile(
    r"(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_XML = re.compile(r"<(?:\?xml|!--|!DOCTYPE\s|[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?(?:\s|/?>))")
_TURTLE = re.compile(
    r"(?:#[^\n]*\n\s*)*(?:@prefix\b|@base\b|prefix\s|base\s|graph\s)", re.IGNORECASE
)
_JSON_LIST = re.compile(r"\[\s*(?:\{|\])")


def media_type_of(name: str) -> str:
    """The media type that the name of a file says, packed with gzip or not; empty where it says none."""
    lower = name.lower().removesuffix(".gz")
    kind = next((kind for suffix, kind in BY_SUFFIX.items() if lower.endswith(suffix)), None)
    return next((one for one, of in BY_MEDIA_TYPE.items() if of == kind), "")


def is_html(text: str) -> bool:
    """Whether the document is a web page, whatever its media type says."""
    return _HTML.match(text[:2000].lstrip()) is not None


def sniff(text: str) -> str | None:
    """What a document looks like; None where that says nothing sure."""
    head = text[:4000].lstrip()
    if head.startswith("{"):
        return TRIG if re.match(r"\{\s*[<_]", head) else JSONLD
    if _JSON_LIST.match(head):
        return JSONLD
    if _TURTLE.match(head):
        return TURTLE
    if _LINE.match(head):
        return NTRIPLES
    if _XML.match(head):
        return RDFXML
    return None


def decide(media_type: str, text: str) -> tuple[str | None, bool]:
    """The serialisation, and whether the document contradicts its media type."""
    declared, seen = BY_MEDIA_TYPE.get(media_type), sniff(text)
    if declared is None or seen is None:
        return declared or seen, False
    families = ({TURTLE, TRIG, NTRIPLES, NQUADS}, {RDFXML}, {JSONLD})
    same = any(declared in family and seen in family for family in families)
    return (declared, False) if same else (seen, True)
