"""Terms and lines of canonical N-Triples, as text.

Text is the fastest common form: it hashes, sorts, compresses and stores without conversion, and
pyoxigraph reads it at a million triples a second.
"""

from __future__ import annotations

import re

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"

_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f]')
_SHORT = {
    '"': '\\"',
    "\\": "\\\\",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\f": "\\f",
    "\r": "\\r",
}
_SEQUENCE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_LONG = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "'": "'", "\\": "\\"}


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    return _SHORT.get(char) or f"\\u{ord(char):04X}"


def _unescape(match: re.Match[str]) -> str:
    short, long, other = match.groups()
    if short or long:
        return chr(int(short or long, 16))
    return _LONG.get(other, other)


def iri(value: str) -> str:
    """An IRI as a term. The caller has made sure that it is a valid absolute IRI."""
    return f"<{value}>"


def literal(value: str, language: str = "", datatype: str = "") -> str:
    """A literal as a term; `datatype` is an IRI; xsd:string is left out (canonical form)."""
    text = _ESCAPED.sub(_escape, value)
    if language:
        return f'"{text}"@{language.lower()}'
    if datatype and datatype != f"{XSD}string":
        return f'"{text}"^^<{datatype}>'
    return f'"{text}"'


def line(subject: str, predicate: str, value: str) -> str:
    """One statement of three terms."""
    return f"{subject} {predicate} {value} ."


def split(statement: str) -> tuple[str, str, str]:
    """The three terms of a line (no term but a literal object contains a space)."""
    subject, predicate, rest = statement.split(" ", 2)
    return subject, predicate, rest[:-2]


def is_iri(term: str) -> bool:
    return term.startswith("<")


def is_blank(term: str) -> bool:
    return term.startswith("_:")


def is_literal(term: str) -> bool:
    return term.startswith('"')


def value_of(term: str) -> str:
    """The IRI, the blank node's label, or the literal's unescaped text."""
    if term.startswith("<"):
        return term[1:-1]
    if term.startswith("_:"):
        return term[2:]
    return parts_of(term)[0]


def parts_of(term: str) -> tuple[str, str, str]:
    """Text, language (lower case, or empty) and datatype IRI (or empty) of a literal."""
    end = term.rfind('"')
    text, rest = term[1:end], term[end + 1 :]
    if end < 1 or term[0] != '"':
        raise ValueError(f"not a literal: {term[:80]}")
    if "\\" in text:
        text = _SEQUENCE.sub(_unescape, text)
    if not rest:
        return text, "", ""
    if rest[0] == "@":
        return text, rest[1:].lower(), ""
    if rest[:3] == "^^<":
        return text, "", rest[3:-1]
    raise ValueError(f"not a literal: {term[:80]}")
