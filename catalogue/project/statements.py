"""What the graph store holds of a record, and of the federation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import vocab
from catalogue.model import Change, Node, Source
from catalogue.quality.assess import assessment
from catalogue.quality.metrics import dimension_iri
from catalogue.rdf.terms import literal
from catalogue.settings import Settings
from vocab.namespaces import AICAT, DCAT, DCT, DQV, FOAF, HYDRA, RDF, XSD


def statements(change: Change, site: str) -> list[str]:
    """The record's graph with its blank nodes named under the record, its dcat:CatalogRecord, and how it
    scores.

    Blank nodes become `{site}/.well-known/genid/{page id}/{label}` (RDF 1.1, section 3.5), so that
    each can be found and removed with its record.
    """
    own = named(change.lines, change.record.page_id, site)
    return [*own, *catalog_record(change, site), *measurements(change, site)]


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
    yield f"{entry} <{DCT}source> {_origin(change, site)} ."
    yield f"{_origin(change, site)} <{DCT}isPartOf> <{site}/sources/{record.source}> ."
    yield f"<{site}/nodes/{record.node}> <{DCAT}record> {entry} ."
    for one in change.sectors:
        yield f"{entry} <{AICAT}sector> <{vocab.sector_iri(one.sector)}> ."


def measurement_of(page_id: str, site: str) -> str:
    """The subject of everything that `measurements` says of a record, beside the link to it."""
    return f"<{site}/datasets/{page_id}#quality>"


def measurements(change: Change, site: str) -> Iterator[str]:
    """How the record scores: its points, and those of each dimension (DQV, section 4); nothing where
    it was not assessed.

    They are said of the resource, and beside it: the record's own graph stays what its source said. The
    points of dimensions hang from the one measurement: five of their own would double its cost.
    """
    found = assessment(change)
    if found is None:
        return
    node = measurement_of(change.record.page_id, site)
    yield f"<{site}/datasets/{change.record.page_id}> <{DQV}hasQualityMeasurement> {node} ."
    yield f"{node} <{RDF}type> <{DQV}QualityMeasurement> ."
    yield f"{node} <{DQV}isMeasurementOf> <{dimension_iri('score')}> ."
    yield f"{node} <{DQV}computedOn> <{change.record.iri}> ."
    yield f"{node} <{DQV}value> {_points(found.points)} ."
    for name, points in found.dimensions.items():
        yield f"{node} <{AICAT}{name}Points> {_points(points)} ."


def _points(number: int) -> str:
    return literal(str(number), "", f"{XSD}integer")


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


def catalog_page(
    changes: Sequence[Change],
    nodes: Sequence[Node],
    *,
    site: str,
    about: Settings,
    view: str,
    first: str,
    following: str | None,
    total: int,
) -> Iterator[str]:
    """One Hydra page of the whole catalogue as DCAT-AP 3: the root catalogue, a catalogue for each
    node, and the records given, each with its entry. `view`, `first` and `following` are the
    addresses of this page, of the first and of the next."""
    root = f"<{site}/catalog>"
    yield from _root(root, about)
    yield f"{root} <{RDF}type> <{HYDRA}Collection> ."
    yield f"{root} <{HYDRA}totalItems> {literal(str(total), '', f'{XSD}integer')} ."
    yield f"{root} <{HYDRA}view> <{view}> ."
    yield f"<{view}> <{RDF}type> <{HYDRA}PartialCollectionView> ."
    yield f"<{view}> <{HYDRA}first> <{first}> ."
    if following:
        yield f"<{view}> <{HYDRA}next> <{following}> ."
    for node in nodes:
        yield f"{root} <{DCT}hasPart> <{site}/nodes/{node.id}> ."
        yield from _node_catalog(node, site)
    for change in changes:
        yield from _exported(change, site)


def _root(root: str, about: Settings) -> Iterator[str]:
    publisher = f"{root[:-1]}#publisher>"
    yield f"{root} <{RDF}type> <{DCAT}Catalog> ."
    yield f"{root} <{DCT}title> {literal(about.catalog_title, 'en')} ."
    yield f"{root} <{DCT}description> {literal(about.catalog_description, 'en')} ."
    yield f"{root} <{DCT}license> <{about.catalog_license}> ."
    yield f"<{about.catalog_license}> <{RDF}type> <{DCT}LicenseDocument> ."
    yield f"{root} <{DCT}publisher> {publisher} ."
    yield f"{publisher} <{RDF}type> <{FOAF}Agent> ."
    yield f"{publisher} <{FOAF}name> {literal(about.catalog_publisher)} ."


def _node_catalog(node: Node, site: str) -> Iterator[str]:
    iri, agent = f"<{site}/nodes/{node.id}>", f"<{site}/nodes/{node.id}#agent>"
    yield f"{iri} <{RDF}type> <{DCAT}Catalog> ."
    yield f"{iri} <{DCT}title> {literal(node.name)} ."
    yield f"{iri} <{DCT}description> {literal(f'What {node.name} describes', 'en')} ."
    yield f"{iri} <{DCT}publisher> {agent} ."
    yield f"{agent} <{RDF}type> <{FOAF}Agent> ."
    yield f"{agent} <{FOAF}name> {literal(node.name)} ."


def _exported(change: Change, site: str) -> Iterator[str]:
    """A record's own graph, its blank nodes kept apart from other records', and its entry."""
    record = change.record
    label = f"_:{record.page_id}"
    for line in change.lines:
        subject, predicate, rest = line.split(" ", 2)
        if subject.startswith("_:"):
            subject = label + subject[2:]
        if rest.startswith("_:"):
            rest = label + rest[2:]
        yield f"{subject} {predicate} {rest}"
    yield from catalog_record(change, site)
    # DCAT-AP 3.0.1, Catalogue Record: the source metadata is itself a catalogue record.
    origin = _origin(change, site)
    yield f"{origin} <{RDF}type> <{DCAT}CatalogRecord> ."
    yield f"{origin} <{FOAF}primaryTopic> <{record.iri}> ."
    yield f"{origin} <{DCT}modified> {_time(record.first_seen.isoformat())} ."
    for kind, path in ((f"{DCAT}Dataset", "dataset"), (f"{DCAT}DataService", "service")):
        if f"<{record.iri}> <{RDF}type> <{kind}> ." in change.lines:
            yield f"<{site}/nodes/{record.node}> <{DCAT}{path}> <{record.iri}> ."


def _origin(change: Change, site: str) -> str:
    """The record as its source holds it."""
    return f"<{site}/datasets/{change.record.page_id}#source>"


def _time(text: str) -> str:
    return literal(text.replace("+00:00", "Z"), "", f"{XSD}dateTime")
