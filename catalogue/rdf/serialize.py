"""A record's graph in the serialisations that we serve, and the choice between them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pyoxigraph as ox

from catalogue.rdf import terms
from catalogue.rdf.negotiation import accepted
from catalogue.rdf.rdfxml_writer import write_rdfxml
from vocab.namespaces import PREFIXES

MEDIA_TYPES = {
    "turtle": "text/turtle",
    "jsonld": "application/ld+json",
    "rdfxml": "application/rdf+xml",
    "ntriples": "application/n-triples",
}
SUFFIXES = {"ttl": "turtle", "jsonld": "jsonld", "rdf": "rdfxml", "nt": "ntriples"}
_ACCEPTED = {  # in the order of our preference
    "text/html": "html",
    "application/xhtml+xml": "html",
    **{media_type: name for name, media_type in MEDIA_TYPES.items()},
    "application/x-turtle": "turtle",
    "application/json": "jsonld",
}
_SCHEME = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]*):")
_OX = {"turtle": ox.RdfFormat.TURTLE}


def serialize(lines: Sequence[str], form: str, *, prefixes: Mapping[str, str] = PREFIXES) -> bytes:
    """The lines as turtle, jsonld, rdfxml or ntriples; the same graph in each, but that RDF/XML
    cannot write everything (RDF 1.1 XML Syntax, section 2.1): a statement whose predicate does not
    end like an XML name is left out there, and a character that XML forbids becomes U+FFFD.

    Raises: KeyError for any other form.
    """
    if form == "ntriples":
        return "".join(f"{line}\n" for line in lines).encode()
    if form == "jsonld":
        return orjson.dumps(to_jsonld(lines, prefixes), option=orjson.OPT_INDENT_2)
    if form == "rdfxml":
        return write_rdfxml(lines, prefixes)
    text = "\n".join(lines).encode()
    triples = [quad.triple for quad in ox.parse(text, ox.RdfFormat.N_TRIPLES)]
    used = {name: iri for name, iri in prefixes.items() if f"<{iri}".encode() in text}
    return ox.serialize(triples, format=_OX[form], prefixes=used) or b""


def to_jsonld(lines: Sequence[str], prefixes: Mapping[str, str] = PREFIXES) -> dict[str, Any]:
    """The graph as flattened, compacted JSON-LD 1.1 with its context in the document.

    A prefix that is also the scheme of an IRI in the graph (some write <dct:title>) is not used:
    the IRI would be taken for a compact one.
    """
    schemes = {found[1] for line in lines for found in _SCHEME.finditer(line)}
    prefixes = {name: iri for name, iri in prefixes.items() if name not in schemes}
    nodes: dict[str, dict[str, Any]] = {}
    used: dict[str, str] = {}

    def compact(iri: str) -> str:
        for name, namespace in prefixes.items():
            local = iri[len(namespace) :]
            if (
                iri.startswith(namespace)
                and local
                and local.replace("_", "").replace("-", "").isalnum()
            ):
                used[name] = namespace
                return f"{name}:{local}"
        return iri

    for line in lines:
        subject, predicate, value = terms.split(line)
        node = nodes.setdefault(subject, {"@id": _name(subject)})
        if predicate == terms.RDF_TYPE and value.startswith("<"):
            node.setdefault("@type", []).append(compact(terms.value_of(value)))
        else:
            path = compact(terms.value_of(predicate))
            node.setdefault(path, []).append(_value(value, compact))
    graph = [
        {
            key: part[0] if isinstance(part, list) and len(part) == 1 else part
            for key, part in n.items()
        }
        for n in nodes.values()
    ]
    return {"@context": dict(sorted(used.items())), "@graph": graph}


def _name(term: str) -> str:
    return term if terms.is_blank(term) else terms.value_of(term)


def _value(term: str, compact: Any) -> Any:
    if not terms.is_literal(term):
        return {"@id": _name(term)}
    text, language, datatype = terms.parts_of(term)
    if language:
        return {"@value": text, "@language": language}
    if datatype:
        return {"@value": text, "@type": compact(datatype)}
    return {"@value": text}


def negotiate(accept: str) -> str | None:
    """The form that an Accept header likes best: html, or one of MEDIA_TYPES; None if it names
    nothing that we have. No header means html."""
    media_type = accepted(accept, tuple(_ACCEPTED))
    return _ACCEPTED[media_type] if media_type else None
