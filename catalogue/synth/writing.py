"""Synthetic catalogues as streams of bytes."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

import orjson

from catalogue.synth import graphs
from catalogue.synth.packages import harvest_source, is_harvest_source, package
from catalogue.synth.records import record
from vocab import quoted

CATALOG = "https://synthetic.example/catalog"
TITLE = "Synthetic catalogue (fictional)"
FORMS = ("ckan", "turtle", "ntriples", "rdfxml", "jsonld")


def package_line(seed: int, number: int) -> bytes:
    """Record `number` as a CKAN package on one line."""
    if is_harvest_source(number):
        return orjson.dumps(harvest_source(seed, number))
    return orjson.dumps(package(record(seed, number)))


def document(
    form: str, seed: int, numbers: range, view: graphs.Node | None = None
) -> Iterator[bytes]:
    """The records of these numbers in a form, piece by piece; for RDF with the page's `view`.

    `ckan` is one package a line; the others are one document with a dcat:Catalog. In N-Triples, and so
    in Turtle, what a defect makes unwritable stays as the portal would print it.
    """
    if form == "ckan":
        for number in numbers:
            yield package_line(seed, number) + b"\n"
        return
    nodes = _nodes(seed, numbers, view)
    if form == "ntriples":
        for place, node in enumerate(nodes):
            yield graphs.ntriples(node, str(place)).encode()
    elif form == "turtle":
        yield from _turtle(nodes)
    elif form == "rdfxml":
        yield from _rdfxml(nodes)
    else:
        yield from _jsonld(nodes)


def _nodes(seed: int, numbers: range, view: graphs.Node | None) -> Iterator[graphs.Node]:
    if view is not None:
        yield view
    catalog = graphs.Node(CATALOG, "dcat:Catalog")
    catalog.add("dct:title", graphs.Literal(TITLE, "en"))
    yield catalog
    for number in numbers:
        if not is_harvest_source(number):
            yield graphs.dataset(record(seed, number))


def _turtle(nodes: Iterator[graphs.Node]) -> Iterator[bytes]:
    yield "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in graphs.PREFIXES.items()).encode()
    for node in nodes:
        yield f"\n{_block(node, 0)} .\n".encode()


def _block(node: graphs.Node, depth: int) -> str:
    """A node with its statements: `<iri> a type ; path value` or, nested and blank, in brackets."""
    indent = "\t" * (depth + 1)
    says = [f"{indent}a {node.type}"] if node.type else []
    apart = []  # named nodes with statements of their own stand behind
    for path, value in node.says:
        if isinstance(value, graphs.Literal):
            says.append(f"{indent}{path} {_text(value)}")
        elif value.iri:
            says.append(f"{indent}{path} <{value.iri}>")
            if value.type:
                apart.append(_block(value, 0))
        else:
            says.append(f"{indent}{path} [\n{_block(value, depth + 1)}\n{indent}]")
    body = " ;\n".join(says)
    if not node.iri:
        return body
    return " .\n".join([f"<{node.iri}>\n{body}", *apart])


def _text(value: graphs.Literal) -> str:
    if value.language:
        return f"{quoted(value.text)}@{value.language}"
    return quoted(value.text) + (f"^^{value.datatype}" if value.datatype else "")


def _rdfxml(nodes: Iterator[graphs.Node]) -> Iterator[bytes]:
    declared = "".join(f"\n\txmlns:{n}={quoteattr(iri)}" for n, iri in graphs.PREFIXES.items())
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{declared}>\n'.encode()
    for node in nodes:
        yield graphs.rdfxml(node).encode()
    yield b"</rdf:RDF>\n"


def _jsonld(nodes: Iterator[graphs.Node]) -> Iterator[bytes]:
    yield b'{"@context":' + orjson.dumps(graphs.PREFIXES) + b',"@graph":['
    for place, node in enumerate(nodes):
        yield (b",\n" if place else b"\n") + orjson.dumps(graphs.jsonld(node))
    yield b"\n]}\n"
