"""Duplicates among real records are found, and what only looks like one is left alone.

Every real record is listed by one portal, a part of them again by another one after changes; beside
them stand the yearly and local copies of others. Weights and thresholds were chosen on the records
whose identifier hashes to an even number; what is asserted is measured on the odd ones.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache

import zstandard

from catalogue.dedupe import (
    LARGEST,
    OF_ONE_SOURCE,
    REVIEW,
    Features,
    accepted,
    blocks,
    components,
    score,
)
from catalogue.dedupe.clustering import Pair
from catalogue.dedupe.features import read
from catalogue.harvest.prepare import prepare
from catalogue.model import Mapped, Page, PageEnd, page_id
from catalogue.ports import Feed
from catalogue.rdf.terms import split
from harvesters.ckan import harvester as ckan
from harvesters.dcat import harvester as dcat
from tests.conftest import real_data
from tests.replay.injecting import (
    DCT,
    TITLE,
    URLS,
    Given,
    copy_of,
    languages,
    other_city,
    other_year,
    pick,
)

DCAT = (
    "dcat-rdfxml/be-fps-finance-geonetwork.rdf",
    "dcat-rdfxml/it-unibo.rdf",
    "dcat-rdfxml/it-foggia.rdf",
    "dcat-rdfxml/de-catalog-endpoint-hydra.rdf",
    "dcat-turtle/de-potsdam-opendatasoft.ttl",
    "dcat-turtle/es/E_DCAT-AP-ES_Catalog_NSIP.ttl",
)


@cache
def real() -> list[Given]:
    """Real records of ten portals, each once."""
    folder = real_data() / "catalogues"
    mapped: list[Mapped | PageEnd] = []
    for name in DCAT:
        url = "http://portal.example/feed"
        mapped += dcat.map(Feed("s", url), Page("", url, "", (folder / name).read_bytes()))
    packed = (folder / "ckan-bulk" / "us-data-gov-2017-10k.jsonl.zst").read_bytes()
    rows = zstandard.ZstdDecompressor().stream_reader(packed).read().splitlines()
    for at in range(0, len(rows), 1_000):
        body = b"[" + b",".join(rows[at : at + 1_000]) + b"]"
        url = "https://portal.example.org/answer.json"
        mapped += ckan.map(Feed("s", url), Page("", url, "application/json", body))
    found = {}
    for one in mapped:
        if isinstance(one, Mapped) and one.type == "dataset":
            entry = prepare(one, b"0" * 16)
            if entry.graph:
                found[entry.iri] = Given(entry.iri, entry.graph.decode().split("\n")[:-1])
    return each_once(found.values())


def each_once(of: Iterable[Given]) -> list[Given]:
    """Real portals list some things twice: what has the identifier of another, or its title and its
    addresses, is left out, as nobody has said which of those are one thing."""
    seen: set[str] = set()
    found = []
    for one in of:
        said = [split(line) for line in one.lines]
        names = {p + o for _s, p, o in said if p == f"{DCT}identifier>"}
        titles = sorted(o for s, p, o in said if p == TITLE and s == f"<{one.iri}>")
        urls = sorted(o for _s, p, o in said if p in URLS)
        names |= {repr((titles, urls))} if urls else set()
        if seen.isdisjoint(names):
            found.append(one)
        seen |= names
    return found


def half(iri: str) -> int:
    return hashlib.sha256(iri.encode()).digest()[0] % 2


def federation(which: int) -> tuple[list[Features], set[frozenset[str]], dict[str, str]]:
    """Records of several portals, the pairs that are one thing, and the changes of each copy."""
    chance = random.Random(20 + which)
    own = [one for one in real() if half(one.iri) == which]
    found: list[Features] = []
    truth, changes = set(), {}

    def add(one: Given, source: str) -> str:
        key = page_id(source, one.iri)
        found.append(read(key, source, "dataset", one.iri, one.lines))
        changes[key] = "+".join(sorted(one.changes))
        return key

    several = {one.iri for one in own if len(languages(one.iri, one.lines)) > 1}
    copied = {one.iri for one in pick(chance, own, 1_500)} | several
    for one in own:
        first, other = copy_of(chance, one, "second") if one.iri in copied else (one, None)
        key = add(first, "first")
        if other is not None:
            truth.add(frozenset((key, add(other, "second"))))
    for one in pick(chance, own, 1_500):
        if (year := other_year(chance, one, "years")) is not None:
            add(year, chance.choice(("years", "second")))
    for one in pick(chance, own, 700):
        for city in other_city(chance, one, "city"):
            add(city, f"city-{city.iri.split('.')[0].rsplit('-', 1)[-1]}")
    return found, truth, changes


def found_in(records: list[Features]) -> set[frozenset[str]]:
    """The pairs that come together in a cluster."""
    by_key: dict[int, list[int]] = defaultdict(list)
    of_source: Counter[tuple[int, str]] = Counter()
    for number, one in enumerate(records):
        for key in blocks(one):
            of_source[key, one.source] += 1
            if of_source[key, one.source] <= OF_ONE_SOURCE:
                by_key[key].append(number)
    pairs, apart = [], []
    compared = {
        (x, y)
        for of in by_key.values()
        if 1 < len(of) <= LARGEST
        for at, x in enumerate(of)
        for y in of[at + 1 :]
    }
    for x, y in sorted(compared):
        a, b = sorted((records[x], records[y]), key=lambda one: one.id)
        told = score(a, b)
        if told.vetoed:
            apart.append((a.id, b.id))
        elif told.points >= REVIEW:
            pairs.append(Pair(a.id, b.id, a.source, b.source, told.points, told.certain))
    return {
        frozenset((a, b))
        for cluster in components(accepted(pairs), apart)
        for a in cluster
        for b in cluster
        if a < b
    }


def measure(which: int) -> tuple[float, float, Counter[str], list[tuple[Features, Features]]]:
    """Precision, recall, the changes of what was missed, and what was wrongly put together."""
    records, truth, changes = federation(which)
    found = found_in(records)
    by_id = {one.id: one for one in records}
    missed = Counter("".join(changes[x] for x in pair) for pair in truth - found)
    wrong = [(by_id[x], by_id[y]) for x, y in map(sorted, found - truth)]
    return len(found & truth) / len(found), len(found & truth) / len(truth), missed, wrong


def test_duplicates_of_real_records_are_found_and_look_alikes_are_left_alone() -> None:
    precision, recall, missed, wrong = measure(1)
    assert precision >= 0.99, [(a.titles, b.titles) for a, b in wrong[:10]]
    assert recall >= 0.9, missed.most_common(10)
