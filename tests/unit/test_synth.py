"""Synthetic catalogues: the same bytes for the same seed, and what real portals measure."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import orjson
import pyoxigraph as ox
import pytest
import zstandard

from catalogue.model import Mapped, Page, PageEnd
from catalogue.ports import Feed
from catalogue.synth import FORMS, document, package_line
from harvesters.dcat import harvester as dcat
from tests.conftest import real_data
from vocab.languages import OFFICIAL

Package = dict[str, Any]
MEDIA = {
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "rdfxml": "application/rdf+xml",
    "jsonld": "application/ld+json",
}


def packages(number: int) -> list[Package]:
    return [orjson.loads(package_line(7, n)) for n in range(number)]


@pytest.mark.parametrize("form", FORMS)
def test_a_seed_gives_the_same_bytes_in_any_process_and_in_parts(form: str) -> None:
    words = ["synth", "30", "--seed", "5", "--form", form, "--first", "20"]
    code = "from catalogue.cli import main; main()"
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, check=True)
    assert done.stdout == b"".join(document(form, 5, range(20, 50)))
    assert done.stdout != b"".join(document(form, 6, range(20, 50)))


def test_a_record_does_not_depend_on_how_many_are_asked_for() -> None:
    whole = b"".join(document("ckan", 1, range(60))).splitlines()
    assert whole[40:] == b"".join(document("ckan", 1, range(40, 60))).splitlines()


@pytest.mark.parametrize("form", sorted(MEDIA))
def test_every_form_says_the_same(form: str) -> None:
    """As the engine reads it; records with a defect that no engine takes are left out."""
    graphs: list[set[str]] = [set(), set()]
    for number in range(120):
        plain = b"".join(document("ntriples", 2, range(number, number + 1)))
        if re.search(rb"<[^>]*[ {|\\\\]|@\w+_", plain):
            continue
        for graph, one in zip(graphs, (form, "ntriples"), strict=True):
            body = b"".join(document(one, 2, range(number, number + 1)))
            read = ox.parse(body, ox.RdfFormat.from_media_type(MEDIA[one]))
            graph.update(str(quad) for quad in read if "_:" not in str(quad))
    assert len(graphs[0]) > 3000
    assert graphs[0] == graphs[1]


@pytest.mark.parametrize("form", sorted(MEDIA))
def test_every_record_of_every_form_is_read(form: str) -> None:
    body = b"".join(document(form, 3, range(400)))
    page = Page("", "https://synthetic.example/feed", MEDIA[form], body)
    *found, end = dcat.map(Feed("s", page.url), page)
    assert isinstance(end, PageEnd)
    assert not end.partial
    records = [one for one in found if isinstance(one, Mapped)]
    assert len(records) == 400 - 2  # two places are taken by sources of harvest
    assert not [one for one in records if one.failed]


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


MEASURES: dict[str, Callable[[Package], float]] = {
    "title": lambda one: len(one["title"] or ""),
    "description": lambda one: len(one["notes"] or ""),
    "files": lambda one: len(one["resources"]),
    "bytes": lambda one: len(orjson.dumps(one)),
}


@pytest.mark.slow
def test_lengths_and_numbers_are_those_of_the_real_portal() -> None:
    path = real_data() / "catalogues" / "ckan-bulk" / "us-data-gov-2017-10k.jsonl.zst"
    body = zstandard.ZstdDecompressor().decompressobj().decompress(path.read_bytes())
    real = [orjson.loads(line) for line in body.splitlines() if line]
    made = packages(6000)
    for name, measure in MEASURES.items():
        given, found = [[measure(one) for one in listed] for listed in (real, made)]
        for share in (0.25, 0.5, 0.75, 0.95):
            wanted = quantile(given, share)
            assert quantile(found, share) == pytest.approx(wanted, rel=0.25, abs=1), (name, share)
        mean = sum(given) / len(given)
        assert sum(found) / len(found) == pytest.approx(mean, rel=0.12), name


@pytest.mark.slow
def test_duplicates_defects_and_languages_come_as_often_as_they_are_said_to() -> None:
    made = packages(6000)
    titles = Counter(one["title"] for one in made)
    again = sum(count - 1 for count in titles.values())
    assert 0.01 < again / len(made) < 0.05
    texts = Counter(one["notes"] for one in made if one["notes"])
    assert 0.15 < sum(count - 1 for count in texts.values()) / len(made) < 0.35
    urls = [file["url"] for one in made for file in one["resources"]]
    illegal = [url for url in urls if re.search(r'[\s<>"{}|\\^`]', url)]
    assert 0.0005 < len(illegal) / len(urls) < 0.004
    dated = [{e["key"]: e["value"] for e in one["extras"]}.get("modified") for one in made]
    wrong = [
        text for text in dated if text and not re.fullmatch(r"\d{4}-\d\d-\d\d(T[\d:]+Z)?", text)
    ]
    assert 0.003 < len(wrong) / len([text for text in dated if text]) < 0.03
    spoken = Counter(one["organization"]["name"][:2] for one in made if one["organization"])
    assert set(spoken) == set(OFFICIAL)
    assert sum(one["type"] == "harvest" for one in made) == 29
