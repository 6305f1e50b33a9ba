"""What the graph store holds of a record, and of the federation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import vocab
from catalogue.model import Change, Node, Source
from catalogue.rdf.terms import literal
from vocab.namespaces import AICAT, DCAT, DCT, FOAF, RDF, XSD


def statements(change: Change, site: str) -> list[str]:
    """The record's graph with its blank nodes named under the record, and its dcat:CatalogRecord.

    Blank nodes become `{site}/.well-known/genid/{page id}/{label}` (RDF 1.1, section 3.5), so that
    each can be found and removed with its record.
    """
    return [*named(change.lines, change.record.page_id, site), *catalog_record(change, site)]


def named(lines: Iterable[str], page_id: str, site: str) -> Iterator[str]:
    """The lines with blank nodes named."""
    prefix = f"{site}/.well-known/genid/{page_id}/"
    for line in lines:
        subject, predicate, rest = line.split(" ", 2)
        if subject.startswith("_:"):
            subject = f"<{prefix}{subject[2:]}>"
        if rest.startswith("_:"):
            rest = f"<{prefix}{rest[2:-2]}> ."
        yield f"{subject} {predicate} {rest}"


def catalog_record(change: Change, site: str) -> Iterator[str]:
    """The entry of our catalogue about the record (DCAT 3, section 6.5)."""
    record = change.record
    entry = f"<{site}/datasets/{record.page_id}>"
    yield f"{entry} <{RDF}type> <{DCAT}CatalogRecord> ."
    yield f"{entry} <{FOAF}primaryTopic> <{record.iri}> ."
    yield f"{entry} <{DCT}identifier> {literal(record.page_id)} ."
    yield f"{entry} <{DCT}issued> {_time(record.first_seen.isoformat())} ."
    yield f"{entry} <{DCT}modified> {_time(change.at.isoformat())} ."
    yield f"{entry} <{DCT}source> <{site}/sources/{record.source}> ."
    yield f"<{site}/nodes/{record.node}> <{DCAT}record> {entry} ."
    for one in change.sectors:
        yield f"{entry} <{AICAT}sector> <{vocab.sector_iri(one.sector)}> ."


def federation(nodes: Iterable[Node], sources: Iterable[Source], site: str) -> Iterator[str]:
    """The members of the federation as catalogues, and their feeds."""
    for node in nodes:
        iri = f"<{site}/nodes/{node.id}>"
        yield f"{iri} <{RDF}type> <{DCAT}Catalog> ."
        yield f"{iri} <{DCT}title> {literal(node.name)} ."
        yield f"{iri} <{AICAT}country> {literal(node.country)} ."
    for source in sources:
        iri = f"<{site}/sources/{source.id}>"
        yield f"{iri} <{DCT}isPartOf> <{site}/nodes/{source.node}> ."
        yield f"{iri} <{AICAT}kind> {literal(source.kind)} ."


def _time(text: str) -> str:
    return literal(text.replace("+00:00", "Z"), "", f"{XSD}dateTime")
