"""Real DCAT catalogues give the records and distributions that their provenance table counts."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from catalogue.model import Mapped, Page, PageEnd
from catalogue.ports import Feed
from catalogue.rdf.serialize import MEDIA_TYPES, serialize
from harvesters.dcat import harvester
from tests.conftest import real_data

ROW = re.compile(r"^\| (catalogues/dcat-[^|]+?) \|(?:[^|]*\|){3} ([^|]*) \|", re.MULTILINE)
DISTRIBUTION = (
    "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/dcat#Distribution> ."
)


def counted() -> list[tuple[Path, str]]:
    folder = real_data()
    table = (folder / "SOURCES.md").read_text(encoding="utf-8")
    return [(folder / path, counts) for path, counts in ROW.findall(table)]


def number(counts: str, name: str) -> int:
    match = re.search(rf"(?:^|; ){name} (\d+)", counts)
    return int(match.group(1)) if match else 0


def of_catalogues(path: Path) -> int:
    """Distributions of a catalogue itself, which is never a record; counted by the store."""
    store = ox.Store()
    try:
        kind = ox.RdfFormat.from_extension(path.suffix[1:].replace("xml", "rdf"))
        store.bulk_load(path.read_bytes(), kind, base_iri="http://portal.example/", lenient=True)
    except SyntaxError:
        return 0
    query = """PREFIX dcat: <http://www.w3.org/ns/dcat#>
        SELECT (COUNT(DISTINCT ?d) AS ?n) WHERE { ?c a dcat:Catalog ; dcat:distribution ?d }"""
    return int(next(iter(store.query(query)))["n"].value)


def read(path: Path) -> tuple[list[Mapped], PageEnd]:
    page = Page(cursor="", url="http://portal.example/feed", media_type="", body=path.read_bytes())
    *records, end = harvester.map(Feed("s", "http://portal.example/feed"), page)
    assert isinstance(end, PageEnd)
    return [one for one in records if isinstance(one, Mapped)], end


def test_every_catalogue_gives_the_datasets_and_distributions_that_were_counted() -> None:
    wrong = []
    for path, counts in counted():
        if "error" in counts or "data.json" in counts:
            continue
        records, end = read(path)
        datasets = sum(one.type == "dataset" for one in records)
        parts = {line for one in records for line in one.graph if line.endswith(DISTRIBUTION)}
        wanted = (number(counts, "Dataset"), number(counts, "Distribution") - of_catalogues(path))
        if (datasets, len(parts)) != wanted or end.partial:
            wrong.append((path.name, (datasets, len(parts)), wanted, end.partial))
    assert wrong == []


def test_broken_catalogues_give_what_can_be_read_and_say_where_they_are_broken() -> None:
    broken = [(path, counts) for path, counts in counted() if "error" in counts]
    assert broken
    for path, _counts in broken:
        records, end = read(path)
        assert records, path.name
        assert any(one.place and one.place.startswith("line") for one in end.findings), path.name


@pytest.mark.parametrize("name", ["dcat-rdfxml/be-fps-finance-geonetwork.rdf"])
def test_blank_datasets_are_named_by_their_identifier_wherever_they_stand(name: str) -> None:
    records, _end = read(real_data() / "catalogues" / name)
    assert len({one.key for one in records}) == 136
    assert all(one.subject.startswith("<urn:uuid:") for one in records)


def canonical(body: bytes, media_type: str) -> str:
    dataset = ox.Dataset(ox.parse(body, ox.RdfFormat.from_media_type(media_type)))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(f"{quad}\n" for quad in dataset))


def test_every_real_record_is_the_same_graph_in_all_serialisations() -> None:
    number_of_records = 0
    for path, counts in counted():
        if "error" in counts or "data.json" in counts:
            continue
        for record in read(path)[0][:40]:
            number_of_records += 1
            for form, media in MEDIA_TYPES.items():
                lines = record.graph
                if form == "rdfxml":  # a predicate must end like a name of XML
                    lines = [one for one in lines if re.match(r"\S+ <[^>]*[A-Za-z_][\w.-]*> ", one)]
                plain = "".join(f"{line}\n" for line in lines).encode()
                wanted = canonical(plain, "application/n-triples")
                found = canonical(serialize(record.graph, form), media)
                assert found == wanted, (path.name, record.key, media)
    assert number_of_records > 100


def test_nothing_is_in_a_record_that_its_source_did_not_say() -> None:
    """An independent parser holds every statement about named things that a record makes."""
    seen = 0
    for path, counts in counted():
        if "error" in counts or "data.json" in counts:
            continue
        store = ox.Store()
        kind = ox.RdfFormat.from_extension(path.suffix[1:].replace("xml", "rdf"))
        try:
            body = path.read_bytes()
            store.bulk_load(body, kind, base_iri="http://portal.example/feed")
        except (SyntaxError, ValueError):
            continue  # this one needs mending, which findings tell
        said = {f"{quad.triple} ." for quad in store}
        for record in read(path)[0]:
            lines = [
                line for line in record.graph if "_:" not in line and record.subject not in line
            ]
            typed = [line for line in lines if '"^^<' not in line]  # the store rewrites numbers
            seen += len(typed)
            assert not [line for line in typed if line not in said and "@" not in line], path.name
    assert seen > 1000
