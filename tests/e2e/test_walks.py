"""A walk by `next` to the end over HTTP while a source is harvested again and again."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from catalogue.bootstrap import open_journal
from catalogue.project.follower import live_changes
from catalogue.settings import Settings
from catalogue.synth import document
from tests.command import Aicat, read, read_json, wait_for
from tests.fault.portal import PREFIXES

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.timeout(600)]

SIZE, LIMIT = 1_000, 50  # records that nobody changes, and hits on a page
FILE = 500  # records of a file
MOVING = 200  # records that each harvest changes
ROUNDS = 2  # harvests that end in the course of a walk, at least
FEEDS = itertools.count(1)  # what has gone never comes back
WALKS = ["sort=title", "sort=-changed", "q=", "q=data+OR+moving"]


@pytest.fixture(params=["tantivy", pytest.param("elasticsearch", marks=pytest.mark.scaleout)])
def aicat(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Aicat]:
    """A catalogue of two sources: `still`, harvested for good, and `moving`."""
    if request.param == "tantivy":
        yield filled(Aicat(tmp_path), SIZE)
        return
    node = request.getfixturevalue("elasticsearch_node")
    prefix = tmp_path.name.lower().replace("_", "-")
    url = f"elasticsearch+http://127.0.0.1:{node.port}/{prefix}"
    yield filled(Aicat(tmp_path, AICAT_SEARCH_URL=url), SIZE)
    for name in node.ask("GET", f"/{prefix}.*"):
        node.ask("DELETE", f"/{name}")


def filled(aicat: Aicat, size: int) -> Aicat:
    """Both sources, harvested once."""
    still = aicat.folder / "still"
    still.mkdir()
    for first in range(0, size, FILE):
        part = range(first, min(first + FILE, size))
        (still / f"{first:06}.nt").write_bytes(b"".join(document("ntriples", 1, part)))
    moving(aicat, 0)
    aicat("node", "add", "n", "--name", "Node N (fictional)", "--country", "DE")
    for name, file in (("still", still), ("moving", aicat.folder / "moving.ttl")):
        words = ("source", "add", name, "--node", "n", "--kind", "dcat", "--url", file.as_uri())
        aicat(*words, "--option", "grace=0")
        aicat.harvest(name, "--no-wait")
    return aicat


def moving(aicat: Aicat, number: int) -> None:
    """The feed of a harvest: most records have another title and date each time, two come and go."""
    records = []
    for one in [*range(MOVING), MOVING + number, MOVING + number + 1]:
        letter, year = "az"[(one + number) % 2], 1990 + (7 * one + 11 * number) % 36
        records.append(
            f'<http://moving.example/{one}> a dcat:Dataset ; dct:title "{letter} moving {number}"@en ;'
            f' dct:modified "{year}-01-01"^^xsd:date .\n'
        )
    (aicat.folder / "moving.ttl").write_text(PREFIXES + "".join(records))


def ids_of(aicat: Aicat) -> dict[str, set[str]]:
    """The page ids of the live records of each source."""
    found: dict[str, set[str]] = {"still": set(), "moving": set()}
    with open_journal(Settings(data_dir=aicat.folder / "var")) as journal:
        for one in live_changes(journal):
            found[one.record.source].add(one.record.page_id)
    return found


class Harvests:
    """The moving source, harvested without a pause until the walk has ended."""

    def __init__(self, aicat: Aicat) -> None:
        self._aicat, self._over = aicat, threading.Event()
        self.ended, self.failed = 0, list[str]()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Harvests:
        self._thread.start()
        return self

    def __exit__(self, *_told: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not (self._over.is_set() or self.failed):
            moving(self._aicat, next(FEEDS))
            done = self._aicat.run("harvest", "moving", "--json")
            if done.returncode:
                self.failed.append(done.stderr + done.stdout)
            self.ended += 1

    def wait(self, number: int) -> None:
        """Until so many have ended."""
        wait_for(lambda: self.failed or self.ended >= number)
        assert not self.failed


def walk(aicat: Aicat, base: str, asked: str, limit: int, size: int) -> list[str]:
    """The ids of all pages, met while at least `ROUNDS` harvests ended."""
    met: list[str] = []
    cursor: str | None = ""
    with Harvests(aicat) as harvests:
        while cursor is not None:
            behind = f"&cursor={quote(cursor)}" if cursor else ""
            page = read_json(f"{base}/api/v1/datasets?{asked}&limit={limit}{behind}")
            met += [item["id"] for item in page["items"]]
            cursor = page["next"]
            harvests.wait(min(ROUNDS, ROUNDS * len(met) // size))
    return met


def test_each_record_that_stays_is_met_once_while_harvests_change_others(aicat: Aicat) -> None:
    with aicat.up() as (_process, base):
        # The first search for words reads dictionaries.
        wait_for(lambda: read(f"{base}/api/v1/datasets?{WALKS[-1]}&limit=1"))
        for asked in WALKS:
            before = ids_of(aicat)
            found = read_json(f"{base}/api/v1/datasets?{asked}&limit=1")["total"]
            met = walk(aicat, base, asked, LIMIT, found)
            after = ids_of(aicat)
            stayed = before["moving"] & after["moving"]
            if "OR" not in asked:
                stayed |= before["still"]
            assert len(stayed) >= MOVING
            assert found - 2 <= len(met) <= found, asked
            assert len(set(met)) == len(met), asked
            assert stayed <= set(met), asked
