"""A member's records as DCAT-AP, in whatever serialisation its portal speaks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pyoxigraph as ox

from deploy.demo.records import File, Member, Record
from vocab import scheme
from vocab.namespaces import (
    ADMS,
    AUTHORITY,
    DCAT,
    DCATAP,
    DCT,
    FOAF,
    GSP,
    HYDRA,
    MLDCAT,
    PREFIXES,
    RDF,
    SECTOR,
    SKOS,
    VCARD,
    XSD,
)

FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "trig": ox.RdfFormat.TRIG,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
}
CLASSES = {
    "dataset": f"{DCAT}Dataset",
    "series": f"{DCAT}DatasetSeries",
    "service": f"{DCAT}DataService",
    "model": f"{MLDCAT}MachineLearningModel",
}
LAW = "http://data.europa.eu/eli/reg_impl/2023/138/oj"

Term = ox.NamedNode | ox.BlankNode | ox.Literal


def catalog(owner: Member, records: Sequence[Record]) -> list[ox.Triple]:
    """The member's catalogue with these of its records."""
    root = _iri(f"{owner.homepage}catalog")
    triples = [
        ox.Triple(root, _type(), _iri(f"{DCAT}Catalog")),
        ox.Triple(root, _iri(f"{DCT}title"), ox.Literal(owner.name)),
        ox.Triple(root, _iri(f"{DCT}publisher"), _iri(owner.homepage)),
        ox.Triple(_iri(owner.homepage), _type(), _iri(f"{FOAF}Agent")),
        ox.Triple(_iri(owner.homepage), _iri(f"{FOAF}name"), ox.Literal(owner.name)),
    ]
    for place, record in enumerate(records):
        path = "service" if record.type == "service" else "dataset"
        triples.append(ox.Triple(root, _iri(f"{DCAT}{path}"), subject(owner, record)))
        triples.extend(statements(owner, record, place))
    return list(dict.fromkeys(triples))


def view(here: str, total: int, following: str | None, *, older: bool) -> list[ox.Triple]:
    """Where this page stands among the pages: as hydra:PartialCollectionView, or in the older way of
    hydra:PagedCollection."""
    page = _iri(here)
    kind, path = ("PagedCollection", "nextPage") if older else ("PartialCollectionView", "next")
    triples = [
        ox.Triple(page, _type(), _iri(f"{HYDRA}{kind}")),
        ox.Triple(page, _iri(f"{HYDRA}totalItems"), _typed(str(total), "integer")),
    ]
    if following and older:
        triples.append(ox.Triple(page, _iri(f"{HYDRA}{path}"), ox.Literal(following)))
    elif following:
        triples.append(ox.Triple(page, _iri(f"{HYDRA}{path}"), _iri(following)))
    return triples


def write(triples: Iterable[ox.Triple], form: str) -> bytes:
    """The triples as turtle, rdfxml, jsonld, trig, ntriples or nquads."""
    listed = list(triples)
    text = "\n".join(map(str, listed))
    prefixes = {name: iri for name, iri in PREFIXES.items() if f"<{iri}" in text}
    if form in {"trig", "nquads"}:  # formats of named graphs: the portal uses one
        graph = _iri("urn:catalog")
        quads = [ox.Quad(t.subject, t.predicate, t.object, graph) for t in listed]
        return ox.serialize(quads, format=FORMATS[form], prefixes=prefixes) or b""
    return ox.serialize(listed, format=FORMATS[form], prefixes=prefixes) or b""


def subject(owner: Member, record: Record) -> ox.NamedNode:
    """The IRI that the member gives to a record."""
    return _iri(f"{owner.homepage}id/{record.id}")


def statements(owner: Member, record: Record, place: int) -> Iterator[ox.Triple]:
    """What the member says of a record; every third record names its sector itself."""
    one = subject(owner, record)
    yield ox.Triple(one, _type(), _iri(CLASSES[record.type]))
    for path, values in _values(owner, record, place):
        for value in values:
            yield ox.Triple(one, _iri(path), value)
    publisher = _publisher(owner, record)
    yield ox.Triple(publisher, _type(), _iri(f"{FOAF}Agent"))
    yield ox.Triple(publisher, _iri(f"{FOAF}name"), ox.Literal(record.publisher))
    page = _iri(landing_page(owner, record))
    yield ox.Triple(page, _type(), _iri(f"{FOAF}Document"))
    yield from _contact(owner, record, one)
    yield from _doi(record, one)
    yield from _period(record, one)
    yield from _extent(record, one)
    for number, file in enumerate(record.files):
        yield from _distribution(owner, record, one, number, file)


def _values(owner: Member, record: Record, place: int) -> Iterator[tuple[str, list[Term]]]:
    yield f"{DCT}title", [ox.Literal(text, language=lang) for lang, text in record.title.items()]
    texts = record.description.items()
    yield f"{DCT}description", [ox.Literal(text, language=lang) for lang, text in texts]
    words = [(lang, word) for lang, listed in record.keywords.items() for word in listed]
    yield f"{DCAT}keyword", [ox.Literal(word, language=lang) for lang, word in words]
    yield f"{DCAT}theme", [_authority("data-theme", code) for code in record.themes]
    yield f"{DCT}identifier", [ox.Literal(record.id)]
    yield f"{DCT}publisher", [_publisher(owner, record)]
    yield f"{DCT}issued", [_typed(record.issued, "date")]
    yield f"{DCT}modified", [_typed(record.modified, "date")]
    yield f"{DCAT}landingPage", [_iri(landing_page(owner, record))]
    yield f"{DCT}language", [_concept("language", lang) for lang in record.title]
    yield f"{DCT}spatial", [_concept("country", record.country or owner.country)]
    if record.access:
        code = record.access.upper().replace("-", "_")
        yield f"{DCT}accessRights", [_authority("access-right", code)]
    if record.frequency:
        yield f"{DCT}accrualPeriodicity", [_authority("frequency", record.frequency)]
    if place % 3 == 0:
        yield f"{DCT}subject", [_iri(f"{SECTOR}{record.sector}")]
    if record.hvd:
        yield f"{DCATAP}hvdCategory", [_iri(f"http://data.europa.eu/bna/{record.hvd}")]
        yield f"{DCATAP}applicableLegislation", [_iri(LAW)]
    if record.endpoint_url:
        yield f"{DCAT}endpointURL", [_iri(record.endpoint_url)]
        yield f"{DCAT}servesDataset", [_iri(f"{owner.homepage}id/{one}") for one in record.serves]


def _contact(owner: Member, record: Record, one: ox.NamedNode) -> Iterator[ox.Triple]:
    desk = ox.BlankNode(f"desk-{record.id}")
    yield ox.Triple(one, _iri(f"{DCAT}contactPoint"), desk)
    yield ox.Triple(desk, _type(), _iri(f"{VCARD}Organization"))
    yield ox.Triple(desk, _iri(f"{VCARD}fn"), ox.Literal(f"{owner.name}: data desk"))
    yield ox.Triple(desk, _iri(f"{VCARD}hasEmail"), _iri(f"mailto:{owner.contact}"))


def _doi(record: Record, one: ox.NamedNode) -> Iterator[ox.Triple]:
    if record.doi is None:
        return
    name = ox.BlankNode(f"doi-{record.id}")
    yield ox.Triple(one, _iri(f"{ADMS}identifier"), name)
    yield ox.Triple(name, _type(), _iri(f"{ADMS}Identifier"))
    doi = ox.Literal(f"https://doi.org/{record.doi}", datatype=_iri(f"{XSD}anyURI"))
    yield ox.Triple(name, _iri(f"{SKOS}notation"), doi)


def _period(record: Record, one: ox.NamedNode) -> Iterator[ox.Triple]:
    if record.type != "dataset":
        return
    period = ox.BlankNode(f"period-{record.id}")
    yield ox.Triple(one, _iri(f"{DCT}temporal"), period)
    yield ox.Triple(period, _type(), _iri(f"{DCT}PeriodOfTime"))
    yield ox.Triple(period, _iri(f"{DCAT}startDate"), _typed(f"{record.year}-01-01", "date"))
    yield ox.Triple(period, _iri(f"{DCAT}endDate"), _typed(f"{record.year}-12-31", "date"))


def _extent(record: Record, one: ox.NamedNode) -> Iterator[ox.Triple]:
    if record.bbox is None:
        return
    west, south, east, north = record.bbox
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    text = ", ".join(f"{x} {y}" for x, y in corners)
    wkt = ox.Literal(f"POLYGON(({text}))", datatype=_iri(f"{GSP}wktLiteral"))
    location = ox.BlankNode(f"place-{record.id}")
    yield ox.Triple(one, _iri(f"{DCT}spatial"), location)
    yield ox.Triple(location, _type(), _iri(f"{DCT}Location"))
    yield ox.Triple(location, _iri(f"{DCAT}bbox"), wkt)


def _distribution(
    owner: Member, record: Record, one: ox.NamedNode, number: int, file: File
) -> Iterator[ox.Triple]:
    here = _iri(f"{one.value}/file/{number}")
    address = address_of(owner, record, number, file)
    yield ox.Triple(one, _iri(f"{DCAT}distribution"), here)
    yield ox.Triple(here, _type(), _iri(f"{DCAT}Distribution"))
    yield ox.Triple(here, _iri(f"{DCAT}accessURL"), _iri(address))
    if not file.page:
        yield ox.Triple(here, _iri(f"{DCAT}downloadURL"), _iri(address))
    if scheme("format").concept(file.format):
        yield ox.Triple(here, _iri(f"{DCT}format"), _authority("file-type", file.format))
    else:
        yield ox.Triple(here, _iri(f"{DCT}format"), ox.Literal(file.format))
    if file.media_type:
        iana = f"http://www.iana.org/assignments/media-types/{file.media_type}"
        yield ox.Triple(here, _iri(f"{DCAT}mediaType"), _iri(iana))
    if record.license:
        yield ox.Triple(here, _iri(f"{DCT}license"), _authority("licence", record.license))
    if file.size is not None:
        size = _typed(str(file.size), "nonNegativeInteger")
        yield ox.Triple(here, _iri(f"{DCAT}byteSize"), size)


def address_of(owner: Member, record: Record, number: int, file: File) -> str:
    """Where a file is, or where access to it is asked for."""
    base = owner.files or owner.homepage
    if file.page:
        return f"{base}access/{record.id}"
    return f"{base}files/{record.id}-{number}.{file.format.lower()}"


def landing_page(owner: Member, record: Record) -> str:
    """The page about a record: the member's, or that of who made the data."""
    return record.page or f"{owner.homepage}data/{record.id}"


def _publisher(owner: Member, record: Record) -> ox.NamedNode:
    return _iri(f"{owner.homepage}org/{owner.publishers.index(record.publisher)}")


def _concept(name: str, code: str) -> ox.NamedNode:
    found = scheme(name).concept(code)
    if found is None:
        raise ValueError(f"there is no {name} {code!r}")
    return _iri(found.iri)


def _authority(table: str, code: str) -> ox.NamedNode:
    return _iri(f"{AUTHORITY}{table}/{code}")


def _typed(text: str, kind: str) -> ox.Literal:
    return ox.Literal(text, datatype=_iri(f"{XSD}{kind}"))


def _type() -> ox.NamedNode:
    return _iri(f"{RDF}type")


def _iri(text: str) -> ox.NamedNode:
    return ox.NamedNode(text)
