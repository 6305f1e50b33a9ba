"""Real catalogues through alignment: what becomes a concept, and that nothing is lost untold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

import orjson
import pytest
import zstandard

import vocab
from catalogue.align import align
from catalogue.align.tables import PROPERTIES
from catalogue.model import Mapped, Page
from catalogue.ports import Feed
from catalogue.rdf.terms import split, value_of
from harvesters.ckan import harvester as ckan
from harvesters.dcat import harvester as dcat
from tests.conftest import real_data

SITE = "https://portal.example.org"
PACKAGES = 2000
FOLDERS = ("dcat-jsonld", "dcat-rdfxml", "dcat-turtle", "fdp", "ldes")
BROKEN = {"evian.json"}  # names a context that is not known
_TABLES = {f"<{path}>": name for path, name in PROPERTIES.items()}


@cache
def records() -> tuple[tuple[str, ...], ...]:
    """The graphs of the DCAT catalogues and of the first packages of the large CKAN portal."""
    return tuple(tuple(one.graph) for one in (*_catalogues(), *_packages()) if one.graph)


def _catalogues() -> Iterator[Mapped]:
    root = real_data() / "catalogues"
    for path in sorted(one for name in FOLDERS for one in (root / name).rglob("*")):
        if path.is_file() and path.stat().st_size and path.name not in BROKEN:
            page = Page(cursor="", url=f"{SITE}/feed", media_type="", body=path.read_bytes())
            found = dcat.map(Feed("s", f"{SITE}/feed"), page)
            yield from (one for one in found if isinstance(one, Mapped))


def _packages() -> Iterator[Mapped]:
    path: Path = real_data() / "catalogues" / "ckan-bulk" / "us-data-gov-2017-10k.jsonl.zst"
    with path.open("rb") as packed:
        body = zstandard.ZstdDecompressor().stream_reader(packed).read()
    members = [orjson.loads(line) for line in islice(body.splitlines(), PACKAGES)]
    page = Page("document", f"{SITE}/a.json", "application/json", orjson.dumps(members))
    found = ckan.map(Feed("s", f"{SITE}/a.json"), page)
    yield from (one for one in found if isinstance(one, Mapped))


def test_aligning_a_real_record_twice_changes_nothing_more() -> None:
    for lines in records():
        once, _findings = align(list(lines))
        again, findings = align(once)
        assert again == once
        assert [one.rule for one in findings if one.mended] == []


def test_no_statement_of_a_real_record_goes_without_a_finding() -> None:
    for lines in records():
        aligned, findings = align(list(lines))
        told = Counter((one.path, one.mended is not None) for one in findings)
        for line in Counter(lines) - Counter(aligned):
            subject, predicate, _term = split(line)
            # A labelled blank node goes with the statement that was replaced.
            assert told[predicate[1:-1], True] or subject.startswith("_:"), line


def test_whatever_is_put_in_place_is_a_concept_of_its_table() -> None:
    for lines in records():
        given = set(lines)
        for line in align(list(lines))[0]:
            _subject, predicate, term = split(line)
            if line in given or predicate not in _TABLES:
                continue
            iri, table = value_of(term), _TABLES[predicate]
            regions = table == "country" and iri.startswith("http://data.europa.eu/nuts/code/")
            media = table == "media-type" and "/assignments/media-types/" in iri
            assert regions or media or vocab.scheme_of(iri) == table, line


@pytest.mark.parametrize(
    ("path", "least"),
    [
        ("http://purl.org/dc/terms/language", 0.99),
        ("http://purl.org/dc/terms/accrualPeriodicity", 0.95),
        ("http://purl.org/dc/terms/accessRights", 0.98),
        ("http://purl.org/dc/terms/format", 0.80),
    ],
)
def test_most_values_of_real_catalogues_become_concepts(path: str, least: float) -> None:
    found: Counter[bool] = Counter()
    for lines in records():
        for line in align(list(lines))[0]:
            _subject, predicate, term = split(line)
            if predicate == f"<{path}>":
                found[vocab.scheme_of(value_of(term)) == PROPERTIES[path]] += 1
    assert found.total() > 500
    assert found[True] / found.total() >= least
