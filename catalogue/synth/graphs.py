"""A record as a tree of DCAT-AP 3 nodes, and the tree in three notations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from catalogue.synth.records import File, Record
from vocab import quoted
from vocab.namespaces import AUTHORITY, DCAT, DCT, FOAF, GSP, HYDRA, RDF, VCARD, XSD

PREFIXES = {
    "rdf": RDF,
    "dcat": DCAT,
    "dct": DCT,
    "foaf": FOAF,
    "vcard": VCARD,
    "xsd": XSD,
    "gsp": GSP,
    "hydra": HYDRA,
}


@dataclass(slots=True)
class Literal:
    """A text with a language tag or a datatype (prefixed), or neither."""

    text: str
    language: str = ""
    datatype: str = ""


@dataclass(slots=True)
class Node:
    """A resource: with a type and statements, or only named. No IRI makes it a blank node."""

    iri: str = ""
    type: str = ""
    says: list[tuple[str, Node | Literal]] = field(default_factory=list)

    def add(self, path: str, *values: Node | Literal) -> None:
        self.says.extend((path, value) for value in values)


def dataset(record: Record) -> Node:
    """The record with everything that hangs from it."""
    home = f"https://data-{record.publisher.id}.example"
    made = Node(f"{home}/id/{record.id}", "dcat:Dataset")
    made.add("dct:title", Literal(record.title, record.tag))
    if record.description:
        made.add("dct:description", Literal(record.description, record.tag))
    if record.english:
        made.add("dct:title", Literal(record.english[0], "en"))
        made.add("dct:description", Literal(record.english[1], "en"))
    made.add("dct:identifier", Literal(record.id))
    made.add("dct:issued", _date(record.issued))
    made.add("dct:modified", _date(record.modified))
    made.add("dcat:keyword", *(Literal(word, record.tag) for word in record.keywords))
    made.add("dcat:theme", *(Node(f"{AUTHORITY}data-theme/{code}") for code in record.themes))
    made.add("dcat:landingPage", Node(f"{home}/dataset/{record.id}"))
    if record.access:
        made.add("dct:accessRights", Node(f"{AUTHORITY}access-right/{record.access}"))
    if record.frequency:
        made.add("dct:accrualPeriodicity", Node(f"{AUTHORITY}frequency/{record.frequency}"))
    made.add("dct:publisher", _agent(record, home))
    made.add("dcat:contactPoint", _contact(record))
    made.add("dct:temporal", _period(record))
    if record.box:
        made.add("dct:spatial", _place(record))
    made.add("dcat:distribution", *(_distribution(record, file, home) for file in record.files))
    return made


def view(here: str, following: str | None, total: int) -> Node:
    """The page of a paged catalogue (Hydra)."""
    made = Node(here, "hydra:PartialCollectionView")
    made.add("hydra:totalItems", Literal(str(total), datatype="xsd:integer"))
    if following:
        made.add("hydra:next", Node(following))
    return made


def ntriples(node: Node, label: str) -> str:
    """N-Triples; `label` makes the blank nodes' names unique in the document."""
    return "".join(_lines(node, _Names(label)))


def rdfxml(node: Node) -> str:
    """A node element of RDF/XML with the others nested in it; the prefixes are declared around it."""
    return "".join(_element(node, 1))


def jsonld(node: Node) -> dict[str, Any]:
    """A node object of JSON-LD with the others nested in it; the context has the prefixes."""
    made: dict[str, Any] = {}
    if node.iri:
        made["@id"] = node.iri
    if node.type:
        made["@type"] = node.type
    for path, value in node.says:
        made.setdefault(path, []).append(_json_value(value))
    return made


def _agent(record: Record, home: str) -> Node:
    made = Node(f"{home}/org", "foaf:Organization")
    made.add("foaf:name", Literal(record.publisher.name))
    made.add("foaf:homepage", Node(f"{home}/"))
    return made


def _contact(record: Record) -> Node:
    made = Node(type="vcard:Organization")
    made.add("vcard:fn", Literal(f"{record.publisher.name}: desk"))
    made.add("vcard:hasEmail", Node("mailto:redacted@example.org"))
    return made


def _period(record: Record) -> Node:
    made = Node(type="dct:PeriodOfTime")
    made.add("dcat:startDate", Literal(f"{record.year}-01-01", datatype="xsd:date"))
    made.add("dcat:endDate", Literal(f"{record.year}-12-31", datatype="xsd:date"))
    return made


def _place(record: Record) -> Node:
    assert record.box is not None
    if record.spatial == "text":
        return Node(f"{AUTHORITY}country/{_ALPHA3[record.publisher.country]}")
    west, south, east, north = record.box
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    text = f"POLYGON(({', '.join(f'{x} {y}' for x, y in corners)}))"
    made = Node(type="dct:Location")
    made.add("dcat:bbox", Literal(text, datatype="gsp:wktLiteral"))
    return made


def _distribution(record: Record, file: File, home: str) -> Node:
    made = Node(f"{home}/id/{record.id}/file/{file.id}", "dcat:Distribution")
    made.add("dct:title", Literal(file.name, record.tag))
    if file.description:
        made.add("dct:description", Literal(file.description, record.tag))
    made.add("dcat:accessURL", Node(file.url))
    if file.format:
        made.add("dct:format", Literal(file.format))
    if record.license:
        made.add("dct:license", Node(_LICENSES.get(record.license, f"{home}/licence")))
    if file.size is not None:
        made.add("dcat:byteSize", Literal(str(file.size), datatype="xsd:nonNegativeInteger"))
    return made


def _date(text: str) -> Literal:
    return Literal(text, datatype="xsd:dateTime" if "T" in text else "xsd:date")


class _Names:
    def __init__(self, label: str) -> None:
        self._label, self._count = label, 0

    def of(self, node: Node) -> str:
        if node.iri:
            return f"<{node.iri}>"
        self._count += 1
        return f"_:b{self._label}x{self._count}"


def _lines(node: Node, names: _Names, name: str = "") -> Iterator[str]:
    name = name or names.of(node)
    if node.type:
        yield f"{name} <{RDF}type> <{_full(node.type)}> .\n"
    for path, value in node.says:
        if isinstance(value, Literal):
            yield f"{name} <{_full(path)}> {_text(value)} .\n"
        else:
            other = names.of(value)
            yield f"{name} <{_full(path)}> {other} .\n"
            yield from _lines(value, names, other)


def _text(value: Literal) -> str:
    if value.language:
        return f"{quoted(value.text)}@{value.language}"
    return quoted(value.text) + (f"^^<{_full(value.datatype)}>" if value.datatype else "")


def _full(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def _element(node: Node, depth: int) -> Iterator[str]:
    indent = "\t" * depth
    about = f" rdf:about={quoteattr(node.iri)}" if node.iri else ""
    yield f"{indent}<{node.type}{about}>\n"
    for path, value in node.says:
        if isinstance(value, Literal):
            mark = f" xml:lang={quoteattr(value.language)}" if value.language else ""
            if value.datatype:
                mark = f" rdf:datatype={quoteattr(_full(value.datatype))}"
            yield f"{indent}\t<{path}{mark}>{escape(value.text)}</{path}>\n"
        elif value.type:
            yield f"{indent}\t<{path}>\n"
            yield from _element(value, depth + 2)
            yield f"{indent}\t</{path}>\n"
        else:
            yield f"{indent}\t<{path} rdf:resource={quoteattr(value.iri)}/>\n"
    yield f"{indent}</{node.type}>\n"


def _json_value(value: Node | Literal) -> dict[str, Any]:
    if isinstance(value, Node):
        return jsonld(value)
    made = {"@value": value.text}
    if value.language:
        made["@language"] = value.language
    if value.datatype:
        made["@type"] = value.datatype
    return made


_LICENSES = {
    "cc-by": f"{AUTHORITY}licence/CC_BY_4_0",
    "cc-zero": "https://creativecommons.org/publicdomain/zero/1.0/",
    "cc-by-sa": "http://creativecommons.org/licenses/by-sa/4.0/",
    "dl-de-by-2.0": "http://dcat-ap.de/def/licenses/dl-by-de/2.0",
    "fr-lo": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
    "odc-odbl": f"{AUTHORITY}licence/ODC_BL",
}
_ALPHA3 = {
    "BG": "BGR", "CZ": "CZE", "DK": "DNK", "DE": "DEU", "GR": "GRC", "IE": "IRL", "ES": "ESP", "EE": "EST",
    "FI": "FIN", "FR": "FRA", "HR": "HRV", "HU": "HUN", "IT": "ITA", "LT": "LTU", "LV": "LVA", "MT": "MLT",
    "NL": "NLD", "PL": "POL", "PT": "PRT", "RO": "ROU", "SK": "SVK", "SI": "SVN", "SE": "SWE",
}  # fmt: skip
