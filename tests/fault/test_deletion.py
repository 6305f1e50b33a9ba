"""Records are withdrawn only where a whole reading did not list them, and not many without a word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from catalogue.errors import Conflict
from catalogue.model import Outcome, Run, RunState
from tests.fault.portal import PREFIXES, Asked, Given, House, Portal, datasets, serving

NAMES = [f"d{n}" for n in range(50)]
HYDRA = "@prefix hydra: <http://www.w3.org/ns/hydra/core#> .\n"


@pytest.fixture
def portal() -> Iterator[Portal]:
    with serving() as one:
        yield one


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path)
    yield found
    found.close()


def iri(name: str) -> str:
    return f"http://p.example/{name}"


def state_of(run: Run) -> tuple[RunState, int, int]:
    return run.state, run.counts.missing, run.counts.deleted


def proposed(house: House, run: Run) -> list[str]:
    return [one.key for one in house.journal.runs.proposals(run.id)]


def test_f01_an_empty_list_holds_the_run_and_removes_nothing(portal: Portal, house: House) -> None:
    house.add("s", portal.serve("/", datasets("one", "two")), grace="0")
    house.harvest("s")
    portal.serve("/", PREFIXES + "<http://p.example/c> a dcat:Catalog .")
    run = house.harvest("s")
    assert state_of(run) == (RunState.HELD, 2, 0)
    assert set(house.records()) == {iri("one"), iri("two")}
    assert proposed(house, run) == [iri("one"), iri("two")]
    assert house.findings(run)["feed.emptied"].severity == "violation"


def test_f01_an_empty_first_harvest_is_done_with_a_warning(portal: Portal, house: House) -> None:
    house.add("s", portal.serve("/", PREFIXES + "<http://p.example/c> a dcat:Catalog ."))
    run = house.harvest("s")
    assert run.state is RunState.DONE
    assert house.findings(run)["feed.empty"].severity == "warning"


def test_f02_when_most_records_vanish_a_steward_is_asked(portal: Portal, house: House) -> None:
    house.add("s", portal.serve("/", datasets(*NAMES)), grace="0")
    house.harvest("s")
    portal.serve("/", datasets(*NAMES[:20]))
    held = house.harvest("s")
    assert state_of(held) == (RunState.HELD, 30, 0)
    assert len(house.records()) == 50
    approved = house.journal.runs.approve(held.id, "steward")
    assert state_of(approved) == (RunState.DONE, 0, 30)
    assert set(house.records()) == {iri(name) for name in NAMES[:20]}
    with pytest.raises(Conflict):
        house.journal.runs.approve(held.id, "steward")
    assert house.journal.check() == []


def test_approving_withdraws_only_what_is_still_missing(portal: Portal, house: House) -> None:
    house.add("s", portal.serve("/", datasets(*NAMES)), grace="0")
    house.harvest("s")
    portal.serve("/", datasets(*NAMES[:20]))
    held = house.harvest("s")
    # A partial reading meets some of them again; it proposes nothing itself.
    portal.serve("/", datasets(*NAMES[:30]) + "\n<http://p.example/x> a dcat:Dataset ; dct:title")
    assert house.harvest("s").state is RunState.PARTIAL
    assert proposed(house, held) == sorted(iri(name) for name in NAMES[30:])
    assert house.journal.runs.approve(held.id, "steward").counts.deleted == 20
    assert set(house.records()) >= {iri(name) for name in NAMES[:30]}


def test_rejecting_keeps_everything_and_counts_anew(portal: Portal, house: House) -> None:
    house.add("s", portal.serve("/", datasets(*NAMES)), grace="0")
    house.harvest("s")
    portal.serve("/", datasets(*NAMES[:20]))
    held = house.harvest("s")
    assert house.journal.runs.reject(held.id, "steward").state is RunState.DONE
    assert len(house.records()) == 50
    assert house.harvest("s").state is RunState.HELD


def test_a_later_complete_run_takes_the_place_of_a_held_one(portal: Portal, house: House) -> None:
    house.add("s", portal.serve("/", datasets(*NAMES)), grace="0")
    house.harvest("s")
    portal.serve("/", datasets(*NAMES[:20]))
    held = house.harvest("s")
    portal.serve("/", datasets(*NAMES))
    assert house.harvest("s").state is RunState.DONE
    assert house.journal.runs.run(held.id).state is RunState.DONE
    assert proposed(house, held) == []
    assert len(house.records()) == 50


@pytest.mark.parametrize("grace", [0, 1, 2])
def test_below_the_guard_a_record_is_withdrawn_after_its_grace(
    portal: Portal, house: House, grace: int
) -> None:
    house.add("s", portal.serve("/", datasets("one", "two", "three")), grace=str(grace))
    house.harvest("s")
    portal.serve("/", datasets("one", "two"))
    for _time in range(grace):
        assert state_of(house.harvest("s")) == (RunState.DONE, 1, 0)
        assert iri("three") in house.records()
    assert state_of(house.harvest("s")) == (RunState.DONE, 0, 1)
    assert set(house.records()) == {iri("one"), iri("two")}
    assert state_of(house.harvest("s")) == (RunState.DONE, 0, 0)


def test_a_record_that_comes_back_within_its_grace_begins_anew(
    portal: Portal, house: House
) -> None:
    house.add("s", portal.serve("/", datasets("one", "two")), grace="1")
    house.harvest("s")
    for names in (["one"], ["one", "two"], ["one"]):
        portal.serve("/", datasets(*names))
        house.harvest("s")
    assert set(house.records()) == {iri("one"), iri("two")}


def test_no_deletion_without_a_complete_run(portal: Portal, house: House) -> None:
    house.add("s", portal.serve("/", datasets("one", "two")), grace="0")
    house.harvest("s")
    portal.serve("/", datasets("one") + "\n<http://p.example/x> a dcat:Dataset ; dct:title")
    assert state_of(house.harvest("s")) == (RunState.PARTIAL, 0, 0)
    short = HYDRA + f"<{portal.base}/> a hydra:Collection ; hydra:totalItems 2 .\n"
    portal.serve("/", short + datasets("one"))
    run = house.harvest("s")
    assert state_of(run) == (RunState.PARTIAL, 0, 0)
    assert "declares 2 records and lists 1" in str(run.error)
    assert set(house.records()) >= {iri("one"), iri("two")}


def test_an_archived_record_keeps_its_page_and_leaves_the_lists(
    portal: Portal, house: House
) -> None:
    house.add("s", portal.serve("/", datasets("one", "two")), grace="0", deletion="archive")
    house.harvest("s")
    two = house.records()[iri("two")].record.page_id
    portal.serve("/", datasets("one"))
    assert state_of(house.harvest("s")) == (RunState.DONE, 0, 1)
    assert set(house.records()) == {iri("one")}
    change = house.journal.current(two)
    assert change.record.archived
    assert b"Title two" in (change.graph or b"")
    assert state_of(house.harvest("s")) == (RunState.DONE, 0, 0)
    portal.serve("/", datasets("one", "two"))
    assert house.harvest("s").counts.updated == 1
    assert house.records()[iri("two")].record.page_id == two
    assert house.journal.check() == []


def test_a_flagged_record_stays_where_it_is(portal: Portal, house: House) -> None:
    house.add("s", portal.serve("/", datasets("one", "two")), grace="0", deletion="flag")
    house.harvest("s")
    before = house.journal.last_seq()
    portal.serve("/", datasets("one"))
    assert state_of(house.harvest("s")) == (RunState.DONE, 1, 0)
    assert state_of(house.harvest("s")) == (RunState.DONE, 0, 0)
    assert set(house.records()) == {iri("one"), iri("two")}
    assert house.journal.last_seq() == before


def test_f04_a_page_that_leads_to_itself_for_ever_ends_without_deletion(
    portal: Portal, house: House
) -> None:
    house.add("s", portal.serve("/1", datasets("one", "two", "three")), grace="0")
    house.harvest("s")
    for following in ("/1", "/2"):
        view = HYDRA + f"<{portal.base}/1> hydra:next <{portal.base}{following}> .\n"
        back = HYDRA + f"<{portal.base}/2> hydra:next <{portal.base}/1> .\n"
        portal.serve("/1", view + datasets("one"))
        portal.serve("/2", back + datasets("two"))
        assert state_of(house.harvest("s")) == (RunState.PARTIAL, 0, 0)
        assert len(house.records()) == 3


def test_f04_the_same_page_under_ever_new_addresses_ends(portal: Portal, house: House) -> None:
    def endless(asked: Asked) -> Given:
        number = int(asked.query.get("page", "1"))
        here = f"{portal.base}/list" + (f"?page={number}" if number > 1 else "")
        body = HYDRA + f"<{here}> hydra:next <{portal.base}/list?page={number + 1}> .\n"
        return 200, {"Content-Type": "text/turtle"}, (body + datasets("one", "two")).encode()

    house.add("s", portal.program("/list", endless), grace="0")
    run = house.harvest("s")
    assert run.state is RunState.PARTIAL
    assert "the same records again" in str(run.error)
    assert run.counts.created == 2


def test_f10_a_record_that_moves_to_another_source_is_each_source_s_own(
    portal: Portal, house: House
) -> None:
    house.add("a", portal.serve("/a", datasets("moved", "stays")), grace="0")
    house.add("b", portal.serve("/b", datasets("other")), node="b", grace="0")
    house.harvest("a")
    house.harvest("b")
    first = house.journal.record_by_iri(iri("moved"))[0]
    portal.serve("/b", datasets("other", "moved"))
    assert house.harvest("b").counts.created == 1
    assert {one.source for one in house.journal.record_by_iri(iri("moved"))} == {"a", "b"}
    portal.serve("/a", datasets("stays"))
    assert state_of(house.harvest("a")) == (RunState.DONE, 0, 1)
    (left,) = house.journal.record_by_iri(iri("moved"))
    assert (left.source, left.node) == ("b", "b")
    assert left.page_id != first.page_id


def test_f12_a_record_that_was_deleted_comes_back_under_its_page_id(
    portal: Portal, house: House
) -> None:
    house.add("s", portal.serve("/", datasets("one", "two")), grace="0")
    house.harvest("s")
    before = house.records()[iri("two")].record
    portal.serve("/", datasets("one"))
    house.harvest("s")
    assert house.journal.current(before.page_id).deleted
    portal.serve("/", datasets("one", "two"))
    assert house.harvest("s").counts.created == 1
    after = house.records()[iri("two")].record
    assert (after.page_id, after.iri) == (before.page_id, before.iri)


def test_f13_a_list_whose_place_expires_is_begun_again_without_deletion(
    portal: Portal, house: House
) -> None:
    tokens: list[str] = []

    def listing(asked: Asked) -> Given:
        token, headers = asked.query.get("token"), {"Content-Type": "text/turtle"}
        if token is None:
            tokens.append(f"t{len(tokens)}")
            here, names = f"{portal.base}/list", ["one", "two"]
        elif token == "t0":  # the first walk's place is forgotten behind its first page
            return 410, {}, b"expired"
        else:
            return 200, headers, datasets("two", "three").encode()
        body = HYDRA + f"<{here}> hydra:next <{here}?token={tokens[-1]}> .\n" + datasets(*names)
        return 200, headers, body.encode()

    house.add("s", portal.serve("/all", datasets("one", "two", "three", "four")), grace="0")
    house.harvest("s")
    house.journal.edit_source(
        replace(house.journal.source("s"), url=portal.program("/list", listing))
    )
    run = house.harvest("s")
    assert state_of(run) == (RunState.DONE, 0, 0)
    assert run.counts.unchanged == 3
    assert "feed.list-begun-again" in house.findings(run)
    assert len(house.records()) == 4


def test_every_listed_record_has_one_outcome_that_can_be_looked_up(
    portal: Portal, house: House
) -> None:
    house.add("s", portal.serve("/", datasets("one", "two")))
    house.harvest("s")
    portal.serve("/", datasets("one") + datasets("two", note="!").replace(PREFIXES, "\n"))
    run = house.harvest("s")
    told = [(key, outcome) for _n, key, outcome in house.journal.runs.listed(run.id)]
    assert sorted(told) == [(iri("one"), Outcome.UNCHANGED), (iri("two"), Outcome.UPDATED)]
