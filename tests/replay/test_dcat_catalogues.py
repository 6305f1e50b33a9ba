"""Real DCAT catalogues give the records and distributions that their provenance table counts."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from catalogue.model import Mapped, Page, PageEnd
from catalogue.ports import Feed
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
