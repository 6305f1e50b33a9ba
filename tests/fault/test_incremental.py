"""Only what changed is read, as long as the source can be believed; the whole is read where it cannot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from catalogue.harvest.dated import is_due
from catalogue.model import Run, RunState
from harvesters.ckan import harvester
from tests.fault.portal import Asked, Given, House, Portal, datasets, serving

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def portal() -> Iterator[Portal]:
    with serving() as one:
        yield one


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path)
    yield found
    found.close()


class Ckan:
    """A CKAN portal with a date filter. `believes`: it heeds the filter; `hidden`: what it does not
    give since the epoch though it counts it."""

    def __init__(self, portal: Portal, number: int = 30) -> None:
        self.packages = {f"p{n:03}": self._package(n, "2020-01-01T00:00:00") for n in range(number)}
        self.believes, self.hidden = True, 0
        self.asked: list[dict[str, str]] = []
        portal.program("/api/3/action/package_search", self._search)

    @staticmethod
    def _package(number: int, modified: str, title: str = "") -> dict[str, Any]:
        return {
            "id": f"p{number:03}",
            "name": f"package-{number}",
            "title": title or f"Package {number}",
            "metadata_modified": modified,
            "resources": [],
        }

    def change(self, number: int, title: str, modified: str = "2099-01-01T00:00:00") -> None:
        self.packages[f"p{number:03}"] = self._package(number, modified, title)

    def _search(self, asked: Asked) -> Given:
        self.asked.append(asked.query)
        found = [self.packages[key] for key in sorted(self.packages)]
        _, _, since = asked.query.get("fq", "").partition("metadata_modified:[")
        if since and self.believes:
            since = since.partition(" ")[0].rstrip("Z")
            found = [one for one in found if one["metadata_modified"] >= since]
            found = found[: len(found) - self.hidden]
            if since > f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}":
                found = []  # nothing was changed in the time to come, whatever a test writes
        start, rows = int(asked.query.get("start", 0)), int(asked.query["rows"])
        result = {"count": len(found), "results": found[start : start + rows]}
        return 200, JSON, json.dumps({"success": True, "result": result}).encode()

    def harvest(self, house: House, *, full: bool = False) -> Run:
        self.asked.clear()
        return house.harvest("s", full=full)

    @property
    def read(self) -> list[str]:
        """The filters that pages were asked for by, the probes of the canary left out."""
        return [one.get("fq", "") for one in self.asked if one["rows"] != "0"]


@pytest.fixture
def ckan(portal: Portal, house: House) -> Ckan:
    made = Ckan(portal)
    house.add("s", f"{portal.base}/", kind="ckan", rows="10", grace="0")
    first = house.harvest("s", full=False)
    assert (first.state, first.counts.created, first.incremental) == (RunState.DONE, 30, False)
    return made


def title(house: House, key: str) -> str:
    return (house.records()[key].graph or b"").decode()


def test_only_what_changed_is_asked_for(house: House, ckan: Ckan) -> None:
    ckan.change(3, "Changed")
    run = ckan.harvest(house)
    assert (run.state, run.incremental) == (RunState.DONE, True)
    assert (run.counts.updated, run.counts.unchanged, run.declared) == (1, 29, 30)
    assert run.counts.listed == 30
    assert all("metadata_modified" in one for one in ckan.read)
    assert '"Changed"' in title(house, "p003")
    assert run.counts.missing == 0
    assert len(house.records()) == 30


def test_another_option_of_its_node_reads_the_whole_once(house: House, ckan: Ckan) -> None:
    ckan.change(3, "Changed")
    told = replace(house.journal.node("a"), options={"profiles": "dcat-ap-hvd"})
    house.journal.edit_node(told, "tester")
    run = ckan.harvest(house)
    assert (run.state, run.incremental, run.counts.updated) == (RunState.DONE, False, 1)
    judged = {tuple(said.profile for said in one.judged) for one in house.records().values()}
    assert judged == {("dcat-ap-hvd",)}
    run = ckan.harvest(house)
    assert (run.incremental, run.counts.unchanged) == (True, 30)


def test_a_page_that_is_no_longer_good_does_not_hinder_it(house: House, ckan: Ckan) -> None:
    assert len(house.journal.pages("s")) == 3
    house.journal.edit_node(
        replace(house.journal.node("a"), options={"contacts": "drop"}), "tester"
    )
    ckan.packages["p003"] = ckan.packages["p004"]  # listed twice: such a page is not remembered
    assert not ckan.harvest(house).incremental
    assert len(house.journal.pages("s")) == 2
    assert ckan.harvest(house).incremental


def test_nothing_changed_is_said_after_four_questions(house: House, ckan: Ckan) -> None:
    run = ckan.harvest(house)
    assert (run.state, run.incremental, run.counts.unchanged) == (RunState.DONE, True, 30)
    assert len(ckan.asked) == 4
    assert house.findings(run) == {}


def test_what_is_new_at_the_source_explains_its_greater_total(house: House, ckan: Ckan) -> None:
    ckan.change(77, "New")
    run = ckan.harvest(house)
    assert (run.incremental, run.counts.created, run.declared) == (True, 1, 31)
    assert ckan.harvest(house).incremental


def test_what_has_gone_from_the_source_makes_the_run_read_everything(
    house: House, ckan: Ckan
) -> None:
    del ckan.packages["p005"]
    run = ckan.harvest(house)
    assert (run.state, run.incremental, run.counts.deleted) == (RunState.DONE, False, 1)
    assert "p005" not in house.records()


def test_one_gone_and_one_new_are_not_taken_for_each_other(house: House, ckan: Ckan) -> None:
    del ckan.packages["p005"]
    ckan.change(77, "New")
    run = ckan.harvest(house)
    assert (run.state, run.incremental) == (RunState.DONE, False)
    assert (run.counts.deleted, run.counts.created, run.counts.unchanged) == (1, 1, 29)
    assert run.counts.listed == 30


@pytest.mark.parametrize("fault", ["ignores the filter", "hides some"])
def test_a_filter_that_the_canary_shows_to_be_wrong_is_not_used(
    house: House, ckan: Ckan, fault: str
) -> None:
    ckan.believes, ckan.hidden = fault != "ignores the filter", 5 * (fault == "hides some")
    ckan.change(3, "Changed", "2020-01-01T00:00:00")  # it would not be in a list of changes
    run = ckan.harvest(house)
    assert (run.incremental, run.counts.updated, run.counts.listed) == (False, 1, 30)
    assert "feed.date-filter-wrong" in house.findings(run)
    ckan.believes, ckan.hidden = True, 0
    assert not ckan.harvest(house).incremental  # it has to earn its belief again: a week
    assert all(not one for one in ckan.read)


def test_full_ignores_the_filter_and_still_finds_bytes_unchanged(house: House, ckan: Ckan) -> None:
    run = ckan.harvest(house, full=True)
    assert (run.incremental, run.counts.unchanged) == (False, 30)
    assert all(not one.get("fq") for one in ckan.asked)


def test_after_a_week_everything_is_read_again(house: House, ckan: Ckan) -> None:
    state = house.journal.runs.state("s")
    assert state.full_at is not None
    assert is_due(harvester, state, state.full_at)
    assert not is_due(harvester, state, state.full_at + timedelta(days=7))
    assert not is_due(harvester, replace(state, since=None), state.full_at)


def test_after_a_partial_run_the_date_does_not_move(
    house: House, ckan: Ckan, portal: Portal
) -> None:
    since = house.journal.runs.state("s").since

    def cut(asked: Asked) -> Given:
        status, headers, body = ckan._search(asked)
        told = json.loads(body)
        told["result"]["results"] = (
            told["result"]["results"][:3] if "0" in asked.query["start"] else []
        )
        return status, headers, json.dumps(told).encode()

    portal.program("/api/3/action/package_search", cut)
    run = ckan.harvest(house, full=True)
    assert (run.state, run.counts.missing) == (RunState.PARTIAL, 0)
    assert "declares 30 records" in str(run.error)
    assert house.journal.runs.state("s").since == since


# --- conditional requests ------------------------------------------------------------------------------


class Validated:
    """Hydra pages with validators; `sent` counts whole answers."""

    def __init__(self, portal: Portal, *, by: str = "etag") -> None:
        self.base, self.by = portal.base, by
        self.pages = {1: ["a", "b"], 2: ["c", "d"]}
        self.version = {1: 1, 2: 1}
        self.sent = 0
        portal.program("/list", self._answer)

    def _answer(self, asked: Asked) -> Given:
        number = int(asked.query.get("page", "1"))
        here = f"{self.base}/list" + (f"?page={number}" if number > 1 else "")
        hydra = "@prefix hydra: <http://www.w3.org/ns/hydra/core#> .\n"
        if number < len(self.pages):
            hydra += f"<{here}> hydra:next <{self.base}/list?page={number + 1}> .\n"
        note = f" {self.version[number]}"
        body = (hydra + datasets(*self.pages[number], note=note)).encode()
        headers = {"Content-Type": "text/turtle"}
        tag, day = f'"{number}-{self.version[number]}"', f"Tue, {9 + self.version[number]} Nov 2026"
        if self.by == "etag":
            headers["ETag"] = tag
            same = asked.headers.get("If-None-Match") == tag
        else:
            headers["Last-Modified"] = f"{day} 08:00:00 GMT"
            same = asked.headers.get("If-Modified-Since") == headers["Last-Modified"]
        if same:
            return 304, {"ETag": tag} if self.by == "etag" else {}, b""
        self.sent += 1
        return 200, headers, body


@pytest.mark.parametrize("by", ["etag", "date"])
def test_a_page_that_its_server_says_is_as_it_was_is_not_sent_again(
    portal: Portal, house: House, by: str
) -> None:
    pages = Validated(portal, by=by)
    house.add("s", f"{portal.base}/list", grace="0")
    assert house.harvest("s", full=False).counts.created == 4
    assert pages.sent == 2
    run = house.harvest("s", full=False)
    assert (run.state, run.counts.unchanged, pages.sent) == (RunState.DONE, 4, 2)
    pages.version[2] = 2
    run = house.harvest("s", full=False)
    assert (run.counts.unchanged, run.counts.updated, pages.sent) == (2, 2, 3)
    house.harvest("s", full=True)
    assert pages.sent == 5


def test_what_left_a_page_is_noticed_though_the_others_are_not_sent(
    portal: Portal, house: House
) -> None:
    pages = Validated(portal)
    house.add("s", f"{portal.base}/list", grace="0")
    house.harvest("s", full=False)
    pages.pages[2], pages.version[2] = ["c"], 2
    run = house.harvest("s", full=False)
    assert (run.counts.deleted, pages.sent) == (1, 3)
    assert len(house.records()) == 3


def test_a_page_is_sent_again_where_its_records_are_not_what_they_were(
    portal: Portal, house: House
) -> None:
    """Its validators say that it is as it was; what we have of it does not."""
    Validated(portal)
    house.add("s", f"{portal.base}/list", grace="0")
    house.harvest("s", full=False)
    house.journal.edit_source(replace(house.journal.source("s"), url=portal.serve("/empty", "")))
    portal.serve("/empty", datasets("a", "b"))
    held = house.harvest("s", full=False)
    assert held.counts.deleted == 2
    house.journal.edit_source(replace(house.journal.source("s"), url=f"{portal.base}/list"))
    assert house.harvest("s", full=False).counts.created == 2
    assert len(house.records()) == 4


def test_hydra_pages_are_asked_for_what_changed_since(portal: Portal, house: House) -> None:
    changed = {"a": "2020-01-01", "b": "2020-01-01", "c": "2020-01-01"}
    asked_for: list[str | None] = []

    def listing(asked: Asked) -> Given:
        since = asked.query.get("modified_since")
        asked_for.append(since)
        names = [name for name, day in changed.items() if day >= (since or "")]
        if since and since > f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}":
            names = []
        here = f"{portal.base}/list" + (
            f"?modified_since={since.replace(':', '%3A')}" if since else ""
        )
        hydra = "@prefix hydra: <http://www.w3.org/ns/hydra/core#> .\n"
        hydra += f"<{here}> a hydra:Collection ; hydra:totalItems {len(names)} .\n"
        texts = [datasets(name, note=changed[name]) for name in names]
        return 200, {"Content-Type": "text/turtle"}, (hydra + "\n".join(texts)).encode()

    house.add("s", portal.program("/list", listing), grace="0")
    assert house.harvest("s", full=False).counts.created == 3
    changed["b"] = "2098-01-01"
    asked_for.clear()
    run = house.harvest("s", full=False)
    assert (run.incremental, run.counts.updated, run.counts.unchanged) == (True, 1, 2)
    assert asked_for[0] is None
    assert len(asked_for) == 4
    del changed["c"]
    assert house.harvest("s", full=False).counts.deleted == 1
