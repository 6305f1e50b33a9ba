"""What every search index promises to those who page by number, or want ids only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from catalogue.model import Change
from catalogue.ports import Index
from catalogue.search.query import Known, Not, Prefix, Range, Request, Term, Terms
from tests.contract.engines import Engine
from tests.contract.test_index import change

Make = Callable[..., Index]
START = datetime(2026, 1, 1, tzinfo=UTC)


def changed(number: int, seconds: int, **more: str) -> Change:
    """Record `number`, last changed so many seconds after the start."""
    made = change(number, "Record", **more)
    at = START + timedelta(seconds=seconds, microseconds=7)
    return replace(made, at=at, record=replace(made.record, changed=at))


@pytest.fixture
def make(engine: Engine) -> Make:
    return engine.filled


@pytest.mark.parametrize("sort", ["id", "-id", "changed", "-changed", "title", "relevance"])
@pytest.mark.parametrize("step", [1, 7, 59, 60])
def test_skipping_ends_where_paging_would(make: Make, sort: str, step: int) -> None:
    index = make(*(changed(n, n // 20) for n in range(1, 61)))
    request = Request(query=Term("title", "record"), sort=sort, limit=60)
    every = [hit.id for hit in index.search(request).hits]
    position, passed = None, 0
    while True:
        position = index.skip(replace(request, after=position), step)
        passed += step
        if position is None:
            break
        rest = index.search(replace(request, after=position)).hits
        assert [hit.id for hit in rest] == every[passed:]
    assert passed >= len(every)


def test_ids_come_in_their_order_and_only_those_of_the_audience(make: Make) -> None:
    index = make(
        *(change(n, "Record") for n in range(1, 41)),
        *(change(n, "Record", visibility="members") for n in range(41, 51)),
    )
    every = index.ids("", 1000, ("public",))
    assert len(every) == 40
    assert every == sorted(every)
    met: list[str] = []
    while page := index.ids(met[-1] if met else "", 7, ("public",)):
        met += page
    assert met == every
    assert len(index.ids("", 1000, ("public", "members"))) == 50


def test_by_id_is_the_order_of_ids_as_text(make: Make) -> None:
    index = make(*(change(n, "Record") for n in range(1, 101)))
    found = [hit.id for hit in index.search(Request(sort="id", limit=100)).hits]
    assert found == sorted(found)
    assert [hit.id for hit in index.search(Request(sort="-id", limit=100)).hits] == found[::-1]


def test_a_range_of_changes_counts_whole_seconds(make: Make) -> None:
    index = make(*(changed(n, n) for n in range(1, 11)))
    third = int(START.timestamp()) + 3
    assert index.search(Request(query=Range("changed", third))).total == 8
    assert index.search(Request(query=Range("changed", None, third))).total == 3


def test_a_field_is_known_or_not_and_values_begin(make: Make) -> None:
    index = make(change(1, "a"), change(2, "b", theme="ENER"))
    assert index.search(Request(query=Known("theme"))).total == 2
    assert index.search(Request(query=Not(Known("publisher")))).total == 2
    assert index.search(Request(query=Known("modified"))).total == 2
    assert index.search(Request(query=Prefix("theme", "EN"))).total == 1
    assert index.search(Request(query=Terms("id", (change(1, "a").record.page_id,)))).total == 1
