"""Walking by `next` to the end while records come, change and go: each that stays is met once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from catalogue.errors import InvalidParameter
from catalogue.model import Change
from catalogue.ports import Index
from catalogue.search.cursor import write_cursor
from catalogue.search.query import Prefix, Request, Term
from catalogue.search.service import SearchParams, SearchService, _digest
from tests.contract.engines import Engine
from tests.contract.test_index import DCT, change, gone

MANY = 60
ORDERS = [
    ("", ""),
    ("", "title"),
    ("", "-changed"),
    ("record", ""),
    ("rec*", ""),
    ("record", "modified"),
]


def walk(
    service: SearchService, between: Callable[[int], None] = lambda _page: None, **asked: object
) -> list[str]:
    """The ids of all pages; `between` is called after each."""
    met: list[str] = []
    cursor, number = None, 0
    while True:
        page = service.search(SearchParams(cursor=cursor, limit=7, **asked))  # type: ignore[arg-type]
        met += [str(item["id"]) for item in page.items]
        cursor = page.next
        if cursor is None:
            return met
        between(number)
        number += 1


def modified(one: Change, day: str, title: str) -> Change:
    """The record with another date and title, as a harvest brings it."""
    graph = (
        f'<{one.record.iri}> <{DCT}modified> "{day}" .\n'
        f'<{one.record.iri}> <{DCT}title> "{title}"@en .\n'
    ).encode()
    return replace(one, graph=graph)


def harvest(engine: Engine, *changes: Change) -> None:
    engine.filled(*changes)


@pytest.mark.parametrize(("text", "sort"), ORDERS)
def test_each_record_is_met_once_whatever_changes_meanwhile(
    engine: Engine, text: str, sort: str
) -> None:
    records = [change(n, f"Record {n}") for n in range(1, MANY + 1)]
    service = SearchService(engine.filled(*records))

    def between(page: int) -> None:
        """One goes, one comes, and six change their date and title to move to either end."""
        moved = [
            modified(one, "2026-06-01" if n % 2 else "1999-01-01", f"Record {'az'[n % 2]} {page}")
            for n, one in enumerate(records[3 * page : 3 * page + 6])
        ]
        harvest(engine, *moved, gone(records[-1 - page]), change(1000 + page, "Record new"))

    met = walk(service, between, q=text, sort=sort)
    stayed = {one.record.page_id for one in records[: MANY - 9]}
    assert len(set(met)) == len(met)
    assert stayed <= set(met)


@pytest.mark.parametrize("sort", ["", "title", "-changed"])
def test_each_record_that_does_not_change_is_met_once_while_others_do(
    engine: Engine, sort: str
) -> None:
    records = [change(n, f"Record {n}") for n in range(1, MANY + 1)]
    service = SearchService(engine.filled(*records))
    service_elsewhere = SearchService(engine.reader())  # it knows nothing of where the walk began

    def between(page: int) -> None:
        harvest(engine, gone(records[-1 - page]), change(1000 + page, f"Record {page}"))

    met: list[str] = []
    cursor, number = None, 0
    while True:
        turn = (service, service_elsewhere)[number % 2]
        page = turn.search(SearchParams(sort=sort, limit=7, cursor=cursor))
        met += [str(item["id"]) for item in page.items]
        cursor = page.next
        if cursor is None:
            break
        between(number)
        number += 1
    assert len(set(met)) == len(met)
    assert {one.record.page_id for one in records[: MANY - 12]} <= set(met)


def test_a_walk_shows_what_records_are_now_and_nothing_that_was_hidden_since(
    engine: Engine,
) -> None:
    records = [change(n, f"R {n:02}") for n in range(1, 31)]
    service = SearchService(engine.filled(*records))
    first = service.search(SearchParams(sort="title", limit=10))
    secret = change(12, "R 12", visibility="members")
    harvest(engine, gone(records[10]), secret, modified(records[12], "2025-01-01", "Renamed"))
    page = service.search(SearchParams(sort="title", limit=5, cursor=first.next))
    assert [item["title"] for item in page.items] == ["Renamed", "R 14", "R 15"]


def test_records_with_equal_sort_keys_are_met_once(engine: Engine) -> None:
    """A title's key has eight bits of the id: of a thousand equal titles many keys are equal."""
    records = [change(n, "Same title") for n in range(1, 1200)]
    index: Index = engine.filled(*records)
    found: list[str] = []
    after = None
    while True:
        page = index.search(Request(sort="title", limit=90, after=after))
        found += [hit.id for hit in page.hits]
        after = page.next
        if after is None:
            break
    assert len(found) == len(set(found)) == len(records)


@pytest.mark.parametrize("query", [Term("title", "record"), Prefix("title", "rec")])
def test_a_list_by_relevance_goes_on_where_it_was_left(
    engine: Engine, query: Term | Prefix
) -> None:
    index = engine.filled(*(change(n, f"Record {'x ' * (n % 3)}") for n in range(1, 200)))
    whole = [hit.id for hit in index.search(Request(query, limit=1000)).hits]
    found: list[str] = []
    after = None
    while True:
        page = index.search(Request(query, limit=9, after=after))
        found += [hit.id for hit in page.hits]
        after = page.next
        if after is None:
            break
    assert found == whole
    assert len(set(whole)) == 199


@pytest.mark.parametrize(
    "position",
    [
        "",
        "x",
        "1 2 3",
        "nan.0 a b",
        "9" * 400,
        "1 -5 a",
        f"1 {2**70} aaaa",
        "1 1.0e999 x",
        "\x00 \x00 \x00",
    ],
)
@pytest.mark.parametrize("sort", ["relevance", "title"])
def test_a_position_that_no_page_gave_is_refused_or_leads_somewhere(
    engine: Engine, position: str, sort: str
) -> None:
    service = SearchService(engine.filled(change(1, "Record")))
    params = SearchParams(q="record", sort=sort)
    cursor = write_cursor(_digest(params), ["record"], (), position)
    try:
        page = service.search(replace(params, cursor=cursor))
    except InvalidParameter as error:
        assert error.name == "cursor"
    else:
        assert page.total == 1


def test_a_walk_with_typos_goes_on_with_them(engine: Engine) -> None:
    records = [change(n, f"Satellite {n}") for n in range(1, 21)]
    service = SearchService(engine.filled(*records, change(90, "Satelite")))
    first = service.search(SearchParams(q="satelite", limit=7))
    engine.filled(*(change(n, f"Satelite {n}") for n in range(91, 111)))
    second = service.search(SearchParams(q="satelite", limit=7, cursor=first.next))
    assert {str(item["title"])[:9] for item in second.items} == {"Satellite"}
