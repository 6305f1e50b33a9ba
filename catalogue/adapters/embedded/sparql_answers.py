"""Writing the answers of a query, up to a number of results and of bytes.

The engine's own writer cannot be stopped at a limit with a whole document, so rows are written here:
SPARQL 1.1 Query Results JSON, XML, CSV and TSV.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import orjson
import pyoxigraph as ox

from catalogue.rdf.serialize import serialize

BYTES = 64 * 1024 * 1024
XSD_STRING = "http://www.w3.org/2001/XMLSchema#string"
_XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<sparql xmlns="http://www.w3.org/2005/sparql-results#">'


@dataclass(frozen=True, slots=True)
class Answer:
    body: bytes
    truncated: bool


def write_boolean(value: bool, form: str) -> Answer:
    """An ASK's answer as json or xml."""
    if form == "json":
        return Answer(orjson.dumps({"head": {}, "boolean": value}), truncated=False)
    text = f"{_XML_HEAD}<head/><boolean>{str(value).lower()}</boolean></sparql>"
    return Answer(text.encode(), truncated=False)


def write_rows(names: Sequence[str], rows: Iterable[Any], form: str, limit: int) -> Answer:
    """A SELECT's answer as json, xml, csv or tsv: a whole document of at most `limit` rows."""
    head, row, between, tail = _FORMS[form]
    parts: list[str] = []
    size, truncated = 0, False
    for number, solution in enumerate(rows):
        text = row(names, solution)
        size += len(text)
        if number >= limit or size > BYTES:
            truncated = True
            break
        parts.append(text)
    return Answer((head(names) + between.join(parts) + tail).encode(), truncated)


def write_triples(triples: Iterable[Any], form: str, limit: int) -> Answer:
    """A CONSTRUCT's or DESCRIBE's answer, without doubles, as one of our serialisations."""
    lines: dict[str, None] = {}
    size = 0
    truncated = False
    for triple in triples:
        if len(lines) >= limit or size > BYTES:
            truncated = True
            break
        line = f"{triple} ."
        size += len(line)
        lines[line] = None
    return Answer(serialize(list(lines), form), truncated)


def _json_head(names: Sequence[str]) -> str:
    return f'{{"head":{{"vars":{orjson.dumps(list(names)).decode()}}},"results":{{"bindings":[\n'


def _json_row(names: Sequence[str], solution: Any) -> str:
    bound = ((name, solution[place]) for place, name in enumerate(names))
    return orjson.dumps({name: _json_term(t) for name, t in bound if t is not None}).decode()


def _json_term(term: Any) -> dict[str, Any]:
    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, ox.Literal):
        found = {"type": "literal", "value": term.value}
        if term.language:
            found["xml:lang"] = term.language
        elif term.datatype.value != XSD_STRING:
            found["datatype"] = term.datatype.value
        return found
    parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
    return {"type": "triple", "value": {name: _json_term(one) for name, one in parts.items()}}


def _xml_head(names: Sequence[str]) -> str:
    variables = "".join(f"<variable name={quoteattr(name)}/>" for name in names)
    return f"{_XML_HEAD}<head>{variables}</head><results>\n"


def _xml_row(names: Sequence[str], solution: Any) -> str:
    bound = ((name, solution[place]) for place, name in enumerate(names))
    cells = "".join(
        f"<binding name={quoteattr(name)}>{_xml_term(t)}</binding>"
        for name, t in bound
        if t is not None
    )
    return f"<result>{cells}</result>"


def _xml_term(term: Any) -> str:
    if isinstance(term, ox.NamedNode):
        return f"<uri>{_xml_text(term.value)}</uri>"
    if isinstance(term, ox.BlankNode):
        return f"<bnode>{_xml_text(term.value)}</bnode>"
    if isinstance(term, ox.Literal):
        mark = ""
        if term.language:
            mark = f" xml:lang={quoteattr(term.language)}"
        elif term.datatype.value != XSD_STRING:
            mark = f" datatype={quoteattr(term.datatype.value)}"
        return f"<literal{mark}>{_xml_text(term.value)}</literal>"
    parts = (("subject", term.subject), ("predicate", term.predicate), ("object", term.object))
    inner = "".join(f"<{name}>{_xml_term(one)}</{name}>" for name, one in parts)
    return f"<triple>{inner}</triple>"


def _xml_text(text: str) -> str:
    """Escaped; characters that XML 1.0 (section 2.2) cannot hold become U+FFFD."""
    held = "".join(
        char if (char >= " " and char not in "\ufffe\uffff") or char in "\t\n\r" else "\ufffd"
        for char in text
    )
    return escape(held, {"\r": "&#13;"})


def _csv_head(names: Sequence[str]) -> str:
    return ",".join(names) + "\r\n"


def _csv_row(names: Sequence[str], solution: Any) -> str:
    return ",".join(_csv_cell(solution[place]) for place in range(len(names))) + "\r\n"


def _csv_cell(term: Any) -> str:
    if term is None:
        return ""
    text = term.value if hasattr(term, "value") else str(term)
    if isinstance(term, ox.BlankNode):
        text = f"_:{text}"
    if any(char in text for char in '",\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return str(text)


def _tsv_head(names: Sequence[str]) -> str:
    return "\t".join(f"?{name}" for name in names) + "\n"


def _tsv_row(names: Sequence[str], solution: Any) -> str:
    cells = (solution[place] for place in range(len(names)))
    # N-Triples terms are Turtle terms; a tab inside one must be written \t.
    return "\t".join("" if t is None else str(t).replace("\t", "\\t") for t in cells) + "\n"


_Writers = tuple[Callable[[Sequence[str]], str], Callable[[Sequence[str], Any], str], str, str]
_FORMS: dict[str, _Writers] = {
    "json": (_json_head, _json_row, ",\n", "\n]}}\n"),
    "xml": (_xml_head, _xml_row, "\n", "\n</results></sparql>\n"),
    "csv": (_csv_head, _csv_row, "", ""),
    "tsv": (_tsv_head, _tsv_row, "", ""),
}
