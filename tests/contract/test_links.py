"""What every journal promises about the addresses that records give."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from catalogue.adapters.sql import SqlJournal
from catalogue.errors import Fenced
from catalogue.model import Link, Node, Source, page_id
from catalogue.ports import Journal, LinkNumbers, LinkState, Visit
from tests.contract.test_journal import entry, run

NOW = datetime.now(UTC).replace(microsecond=0)
SOON = NOW + timedelta(days=14)
A, B, C = (page_id("s", key) for key in "abc")
ONE, TWO = "http://one.example/data.csv", "http://two.example/data.csv"


@pytest.fixture
def journal(database: str) -> Iterator[Journal]:
    opened = SqlJournal.open(database)
    opened.add_node(Node("n", "Node N (fictional)", "DE"))
    opened.add_source(Source("s", "n", "dcat", "http://portal.example/"))
    run(opened, entry("a"), entry("b"), entry("c"))
    yield opened
    opened.close()


def visit(journal: Journal, most: int = 5, hosts: int = 5, **more: object) -> list[Visit]:
    return journal.links.visit(seconds=60, most=most, hosts=hosts, **more)  # type: ignore[arg-type]


def answered(journal: Journal, status: int | None, due: datetime = SOON) -> None:
    """Everything that is due answers so."""
    for one in visit(journal, most=100, hosts=100):
        found = {url: LinkState(status, NOW, due=due) for url, _state in one.links}
        journal.links.settle(one, found, pause=0.0)


def test_a_link_that_was_never_asked_says_nothing(journal: Journal) -> None:
    assert journal.links.sync({A: [ONE]}) == 0
    assert journal.links.of([A]) == {}
    assert journal.current(A).links == ()
    assert journal.links.numbers() == LinkNumbers(unknown=1, due=1)


def test_what_a_link_answered_is_on_every_change_of_its_records(journal: Journal) -> None:
    journal.links.sync({A: [ONE], B: [ONE, TWO]})
    answered(journal, 200)
    links = (Link(ONE, 200, NOW), Link(TWO, 200, NOW))
    assert journal.current(A).links == links[:1]
    assert journal.current(C).links == ()
    assert {one.record.page_id: one.links for one in journal.live()} == {
        A: links[:1],
        B: links,
        C: (),
    }
    assert {one.links for one in journal.changes(0, 10) if one.record.page_id == B} == {links}
    assert journal.states([(B, 3)])[B].links == links


def test_records_are_touched_when_a_link_changes_its_word_and_only_then(journal: Journal) -> None:
    journal.links.sync({A: [ONE], B: [ONE]})
    before = journal.last_seq()
    answered(journal, 200, due=NOW - timedelta(seconds=1))
    touched = journal.changes(before, 10)
    assert {one.record.page_id for one in touched} == {A, B}
    assert [one.links for one in touched] == [(Link(ONE, 200, NOW),)] * 2
    before = journal.last_seq()
    answered(journal, 200)
    assert journal.last_seq() == before, "it says the same as before"


def test_a_record_that_comes_to_a_known_link_is_touched(journal: Journal) -> None:
    journal.links.sync({A: [ONE]})
    answered(journal, 404)
    before = journal.last_seq()
    assert journal.links.sync({B: [ONE], C: [TWO]}) == 1
    assert [one.record.page_id for one in journal.changes(before, 10)] == [B]


def test_links_that_no_record_gives_any_more_are_forgotten(journal: Journal) -> None:
    journal.links.sync({A: [ONE, TWO], B: [TWO]})
    answered(journal, 200)
    journal.links.sync({A: [], B: [TWO]})
    assert journal.links.numbers() == LinkNumbers(answering=1)
    journal.links.sync({B: []})
    assert journal.links.numbers() == LinkNumbers()


def test_a_host_is_one_visitors_at_a_time(journal: Journal) -> None:
    journal.links.sync({A: [f"http://one.example/{n}" for n in range(7)], B: [TWO]})
    first = visit(journal)
    assert {one.host: len(one.links) for one in first} == {"one.example": 5, "two.example": 1}
    assert visit(journal) == [], "both hosts have their visitor"


def test_a_visit_that_was_overtaken_is_fenced_off(journal: Journal) -> None:
    journal.links.sync({A: [ONE]})
    (late,) = journal.links.visit(seconds=0, most=5, hosts=5)
    (other,) = visit(journal)
    journal.links.settle(other, {ONE: LinkState(200, NOW, due=SOON)}, pause=0)
    with pytest.raises(Fenced):
        journal.links.settle(late, {ONE: LinkState(404, NOW, due=SOON)}, pause=0)
    assert journal.current(A).links == (Link(ONE, 200, NOW),)


def test_a_host_is_let_be_for_its_pause_whoever_comes(journal: Journal) -> None:
    journal.links.sync({A: [ONE, "http://one.example/b"], B: [TWO]})
    found = {one.host: one for one in visit(journal, most=1)}
    for one in found.values():
        state = LinkState(200, NOW, due=SOON)
        pause = 3600 if one.host == "one.example" else 0
        journal.links.settle(one, {url: state for url, _state in one.links}, pause=pause)
    assert visit(journal) == []
    assert journal.links.numbers().due == 1


def test_the_host_that_waited_longest_is_visited_first(journal: Journal) -> None:
    journal.links.sync({A: [ONE]})
    journal.links.sync({B: [TWO], C: ["http://three.example/"]})
    assert [one.host for one in visit(journal, hosts=1)] == ["one.example"]


def test_links_of_a_source_are_asked_by_themselves(journal: Journal) -> None:
    journal.add_source(Source("t", "n", "dcat", "http://portal.example/t"))
    journal.links.sync({A: [ONE, TWO]})
    assert visit(journal, sources=["t"]) == []
    assert {one.host for one in visit(journal, sources=["s"])} == {"one.example", "two.example"}


def test_links_can_be_hastened(journal: Journal) -> None:
    journal.links.sync({A: [ONE]})
    answered(journal, 200)
    assert visit(journal) == []
    assert journal.links.hasten(["t"]) == 0
    assert journal.links.hasten(["s"]) == 1
    assert [one.links[0][0] for one in visit(journal)] == [ONE]


def test_broken_links_are_listed_with_a_record_that_gives_them(journal: Journal) -> None:
    journal.links.sync({A: [ONE], B: [ONE], C: [TWO]})
    answered(journal, 404)
    first, second = journal.links.broken(["s"])
    assert (first.url, first.status, first.records, first.page_id) == (ONE, 404, 2, min(A, B))
    assert (second.url, second.source) == (TWO, "s")
    assert journal.links.broken(["other"]) == []
    assert [one.url for one in journal.links.broken(None, after=ONE)] == [TWO]
    assert journal.links.numbers("s") == LinkNumbers(broken=2)


def test_nothing_of_an_erased_record_is_left_among_the_links(journal: Journal) -> None:
    journal.links.sync({A: [ONE, TWO], B: [TWO]})
    journal.upkeep.scrub(journal.upkeep.begin_erasure([A], "a test", "tester"))
    assert journal.links.numbers() == LinkNumbers(unknown=1, due=1)
