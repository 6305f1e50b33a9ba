"""Pages by number: led on from where the page before ended, counted where nothing is known."""

from __future__ import annotations

import threading
from bisect import bisect_right
from typing import Any

import pytest

from catalogue.errors import Unavailable
from catalogue.search.query import Hit, Request, Result, Term
from catalogue.search.starts import FAR, LASTING, MARKS, WALKS, Starts


class Ordered:
    """An index of ids in their order, which notes what it was asked to skip."""

    def __init__(self, ids: list[str]) -> None:
        self.ids_, self.skipped = ids, list[int]()

    def _behind(self, after: str | None) -> list[str]:
        return self.ids_[bisect_right(self.ids_, after) :] if after else self.ids_

    def search(self, request: Request) -> Result:
        rest = self._behind(request.after)
        page = rest[: request.limit]
        more = page[-1] if len(rest) > len(page) else None
        return Result(len(self.ids_), tuple(Hit(one, 0.0, {}) for one in page), {}, more, 0)

    def skip(self, request: Request, number: int) -> str | None:
        self.skipped.append(number)
        rest = self._behind(request.after)
        return rest[number - 1] if len(rest) > number else None

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def names(number: int) -> list[str]:
    return [f"{one:06}" for one in range(number)]


def ids(result: Result) -> list[str]:
    return [hit.id for hit in result.hits]


BY_ID = Request(sort="id", limit=100)


@pytest.fixture
def index() -> Ordered:
    return Ordered(names(25_000))


def test_a_walk_never_counts(index: Ordered) -> None:
    starts = Starts(index)  # type: ignore[arg-type]
    met: list[str] = []
    while page := ids(starts.page(BY_ID, len(met), "a")):
        met += page
    assert met == index.ids_
    assert sum(index.skipped) <= BY_ID.limit  # behind the last page only


def test_a_jump_counts_from_the_nearest_known_place(index: Ordered) -> None:
    starts = Starts(index)  # type: ignore[arg-type]
    assert ids(starts.page(BY_ID, 24_950, "a")) == index.ids_[24_950:]
    assert index.skipped == [10_000, 10_000, 4_950]
    index.skipped.clear()
    assert ids(starts.page(BY_ID, 20_010, "a"))[0] == index.ids_[20_010]
    assert index.skipped == [10]


def test_a_walk_misses_nothing_when_records_before_it_go(index: Ordered) -> None:
    starts = Starts(index)  # type: ignore[arg-type]
    met = ids(starts.page(BY_ID, 0, "a"))
    stays = index.ids_[50:]
    del index.ids_[:50]  # a bare number would now pass over 50 records
    for start in range(100, 25_000, 100):
        met += ids(starts.page(BY_ID, start, "a"))
    assert len(met) == len(set(met))
    assert set(stays) <= set(met)


def test_walkers_do_not_move_each_other(index: Ordered) -> None:
    starts = Starts(index)  # type: ignore[arg-type]
    starts.page(BY_ID, 0, "a")
    behind = index.ids_[100]
    del index.ids_[:50]
    starts.page(BY_ID, 0, "b")
    assert ids(starts.page(BY_ID, 100, "a"))[0] == behind


def test_behind_the_end_there_are_no_hits_but_the_total(index: Ordered) -> None:
    starts = Starts(index)  # type: ignore[arg-type]
    for start in (25_000, 25_001, 10**11):
        result = starts.page(BY_ID, start, "a")
        assert (ids(result), result.total, result.next) == ([], 25_000, None)


def test_places_are_forgotten_in_time_and_few_are_kept(index: Ordered) -> None:
    clock = Clock()
    starts = Starts(index, clock)  # type: ignore[arg-type]
    starts.page(BY_ID, 0, "a")
    del index.ids_[:50]
    clock.now = LASTING + 1
    assert ids(starts.page(BY_ID, 100, "a"))[0] == index.ids_[100]
    for walker in range(WALKS + 50):
        starts.page(BY_ID, 0, str(walker))
    for start in range(0, 100 * (MARKS + 50), 100):
        starts.page(BY_ID, start, "long")
    assert len(starts._walks) == WALKS
    assert max(len(walk.marks) for walk in starts._walks.values()) == MARKS


BY_SCORE = Request(query=Term("title", "x"), sort="relevance", limit=100)


def test_any_start_is_reached_by_relevance() -> None:
    index = Ordered(names(250_000))
    starts = Starts(index)  # type: ignore[arg-type]
    assert ids(starts.page(BY_SCORE, 249_950, "a")) == index.ids_[249_950:]
    assert ids(starts.page(BY_SCORE, 120_000, "a"))[0] == index.ids_[120_000]


def test_a_jump_behind_the_end_passes_nothing() -> None:
    index = Ordered(names(25_000))
    for start in (25_000, 10**11):
        result = Starts(index).page(BY_SCORE, start, "a")  # type: ignore[arg-type]
        assert (ids(result), result.total) == ([], 25_000)
    assert index.skipped == []


def test_far_jumps_by_relevance_wait_for_each_other_and_hold_up_no_other_page() -> None:
    index = Ordered(names(3 * FAR))
    inside, go_on = threading.Event(), threading.Event()
    skip = index.skip

    def held(request: Request, number: int) -> str | None:
        if number > FAR:
            inside.set()
            assert go_on.wait(60)
        return skip(request, number)

    index.skip = held  # type: ignore[method-assign]
    starts = Starts(index, waiting=0.01)  # type: ignore[arg-type]
    first = threading.Thread(target=lambda: starts.page(BY_SCORE, 2 * FAR, "a"))
    first.start()
    try:
        assert inside.wait(60)
        with pytest.raises(Unavailable, match="id asc"):
            starts.page(BY_SCORE, 2 * FAR, "b")
        assert ids(starts.page(BY_SCORE, 500, "b"))[0] == index.ids_[500]
        assert ids(starts.page(BY_ID, 2 * FAR, "b"))[0] == index.ids_[2 * FAR]
    finally:
        go_on.set()
        first.join()
    assert ids(starts.page(BY_SCORE, 2 * FAR, "b"))[0] == index.ids_[2 * FAR]
