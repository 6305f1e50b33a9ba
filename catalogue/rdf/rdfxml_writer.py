"""Writing RDF 1.1 XML: flat, one rdf:Description a subject.

The engine's writer puts types into element names and fails to be XML where one is no name, so this one
uses names for predicates only. What RDF/XML has no way to write is left out: see `writable`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from catalogue.rdf import terms
from vocab.namespaces import RDF

_NAMED = re.compile(r"(.*?[/#:]?)([^\W\d][\w.-]*)\Z", re.DOTALL)
_SPLIT = re.compile(r"(.*[/#:])([^\W\d][\w.-]*)\Z", re.DOTALL)
# RDF 1.1 XML Syntax, section 6.1: names that mean something else as a property element.
_RESERVED = frozenset(
    "RDF ID about parseType resource nodeID datatype Description li aboutEach aboutEachPrefix bagID".split()  # noqa: SIM905
)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML 1.0, section 2.2


def write_rdfxml(lines: Sequence[str], prefixes: Mapping[str, str]) -> bytes:
    """The statements as RDF/XML; characters that XML forbids become U+FFFD."""
    spaces: dict[str, str] = {}  # namespace to prefix
    known = {iri: name for name, iri in prefixes.items()}
    subjects: dict[str, list[str]] = {}
    for line in lines:
        subject, predicate, value = terms.split(line)
        name = _name(terms.value_of(predicate))
        if name is None:
            continue
        space, local = name
        prefix = spaces.setdefault(space, known.get(space) or f"n{len(spaces)}")
        subjects.setdefault(subject, []).append(f"\t\t{_element(f'{prefix}:{local}', value)}")
    spaces.setdefault(RDF, "rdf")
    declared = "".join(f"\n\txmlns:{name}={quoteattr(iri)}" for iri, name in spaces.items())
    parts = ['<?xml version="1.0" encoding="UTF-8"?>', f"<rdf:RDF{declared}>"]
    for subject, said in subjects.items():
        parts.append(f"\t<rdf:Description {_reference('about', subject)}>")
        parts += [*said, "\t</rdf:Description>"]
    parts.append("</rdf:RDF>\n")
    return "\n".join(parts).encode()


def writable(line: str) -> bool:
    """Whether RDF/XML can write the statement: its predicate ends like a name of XML."""
    return _name(terms.value_of(line.split(" ", 2)[1])) is not None


def _name(iri: str) -> tuple[str, str] | None:
    match = _SPLIT.match(iri) or _NAMED.match(iri)
    if match is None or not match[1] or (match[1] == RDF and match[2] in _RESERVED):
        return None
    return match[1], match[2]


def _element(name: str, value: str) -> str:
    if not terms.is_literal(value):
        return f"<{name} {_reference('resource', value)}/>"
    text, language, datatype = terms.parts_of(value)
    mark = ""
    if language:
        mark = f" xml:lang={quoteattr(language)}"
    elif datatype:
        mark = f" rdf:datatype={quoteattr(datatype)}"
    return f"<{name}{mark}>{escape(_NOT_XML.sub(chr(0xFFFD), text), {chr(13): '&#13;'})}</{name}>"


def _reference(attribute: str, term: str) -> str:
    if terms.is_blank(term):
        return f'rdf:nodeID="b{term[2:]}"'
    return f"rdf:{attribute}={quoteattr(terms.value_of(term))}"
