"""What the desk and its store promise on every database: one effect, one winner, rows that are the events'."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from catalogue.access import (
    Audience,
    EntitlementState,
    External,
    Fault,
    Filled,
    LegState,
    Notice,
    Party,
    Request,
    RequestState,
    Workflow,
)
from catalogue.access import commands as c
from catalogue.access.attachments import MOST_BYTES
from catalogue.access.workflow import default_workflows
from catalogue.adapters.sql import SqlJournal
from catalogue.adapters.sql import tables_access as t
from catalogue.adapters.sql.engine import engine_of
from catalogue.adapters.sql.requests import SqlRequests
from catalogue.adapters.sql.store import SqlStore
from catalogue.desk import Desk, Page, sweep
from catalogue.errors import (
    AnotherBody,
    CatalogueError,
    Conflict,
    Forbidden,
    InvalidAnswers,
    InvalidInput,
    NotFound,
    Overtaken,
    StorageFull,
)
from catalogue.model import Lease, Node, RunState, Source, content_hash, page_id
from catalogue.people import Person
from catalogue.ports import Ending, EntitlementsWanted, LegRow, LegsWanted, RequestsWanted
from tests.access import ACME, BEGIN, CAST, HOLDER, OTHER, person, staff_of
from tests.contract.test_journal import entry

DAY = timedelta(days=1)
SCANS, GRID, TRACES = (
    page_id(one, key) for one, key in (("n", "scans"), ("s", "grid"), ("s", "traces"))
)
NORTH, SOUTH = staff_of(HOLDER, at="north"), staff_of(OTHER, at="south")
ANN, AUDITOR = CAST["applicant"], CAST["auditor"]
LEG = f"{HOLDER}.data"


class Clock:
    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(database: str) -> Iterator[SqlJournal]:
    opened = SqlJournal(SqlStore(engine_of(database)))
    for node, source, keys in ((HOLDER, "n", ["scans"]), (OTHER, "s", ["grid", "traces"])):
        opened.add_node(Node(node, f"{node} (fictional)", "DE"))
        opened.add_source(Source(source, node, "dcat", "http://portal.example/a"))
        lease = renewed(opened, source)
        opened.append(lease, [entry(key) for key in keys])
        opened.runs.end(lease, Ending(RunState.DONE))
    yield opened
    opened.close()


def renewed(journal: SqlJournal, source: str) -> Lease:
    """A run of the source that is under way."""
    run = journal.runs.queue(source)
    lease = journal.runs.claim("elsewhere/1/1", seconds=60, run_id=run.id)
    assert lease is not None
    return lease


@pytest.fixture
def desk(journal: SqlJournal, clock: Clock) -> Desk:
    return Desk(journal, clock)


def begun(desk: Desk, *pages: str, **more: Any) -> str:
    return desk.start(ANN, pages or (SCANS,), **more).id


def at_decision(desk: Desk, *pages: str) -> str:
    """A request whose leg at HOLDER waits for its decider."""
    request = begun(desk, *pages)
    desk.act(ANN, request, c.Submit())
    desk.act(NORTH["handler"], request, c.TakeUp(LEG))
    desk.act(NORTH["handler"], request, c.PassStep(LEG))
    desk.act(NORTH["reviewer-technical"], request, c.PassStep(LEG))
    return request


def active(desk: Desk, *pages: str) -> str:
    request = at_decision(desk, *pages)
    desk.act(NORTH["decider"], request, c.Approve(LEG))
    desk.act(ANN, request, c.AcceptTerms(LEG, "general-terms@1"))
    return request


def acts(journal: SqlJournal, subject: str) -> list[str]:
    return [one.act for one in journal.audit.entries(limit=10_000, subject=subject)]


# --- one effect -----------------------------------------------------------------------------------------


def test_a_request_goes_from_a_basket_to_entitlements(desk: Desk, journal: SqlJournal) -> None:
    request = active(desk, SCANS, GRID)
    seen = desk.view(ANN, request)
    assert {leg.id: leg.state for leg in seen.legs} == {
        LEG: LegState.ACTIVE,
        f"{OTHER}.data": LegState.SUBMITTED,
    }
    given = desk.entitlements(ANN, EntitlementsWanted(in_force=BEGIN + DAY))
    assert [(one.page_id, one.person, one.organisation) for one in given.items] == [
        (SCANS, "ann", ACME)
    ]
    assert journal.requests.entitlements.get(given.items[0].id) == given.items[0]
    assert acts(journal, request) == [
        "access.create",
        "access.submit",
        "access.take-up",
        "access.pass-step",
        "access.pass-step",
        "access.approve",
        "access.accept-terms",
    ]
    assert journal.check() == []


def test_an_approval_that_is_sent_again_has_one_effect_and_the_same_answer(
    desk: Desk, journal: SqlJournal
) -> None:
    request = at_decision(desk)
    command = c.Approve(LEG)
    answers = [
        desk.act(NORTH["decider"], request, command, command_id="once", expected=6)
        for _time in range(3)
    ]
    assert answers[0] == answers[1] == answers[2]
    assert acts(journal, request).count("access.approve") == 1
    with pytest.raises(AnotherBody):
        desk.act(NORTH["decider"], request, c.Reject(LEG, "x"), command_id="once")
    assert desk.view(ANN, request).legs[0].state is LegState.APPROVED


def test_the_same_basket_under_one_id_is_one_request(desk: Desk, journal: SqlJournal) -> None:
    first = begun(desk, command_id="basket")
    assert begun(desk, command_id="basket") == first
    assert desk.mine(ANN).total == 1
    assert desk.start(CAST["stranger"], (SCANS,), command_id="basket").id != first


def test_one_command_sent_by_many_at_once_is_done_once(desk: Desk, journal: SqlJournal) -> None:
    request = at_decision(desk)
    start = threading.Barrier(6)

    def send(_number: int) -> LegState:
        start.wait()
        answer = desk.act(NORTH["decider"], request, c.Approve(LEG), command_id="once")
        return answer.legs[0].state

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(send, range(6))) == {LegState.APPROVED}
    assert acts(journal, request).count("access.approve") == 1
    assert acts(journal, request).count("access.refused") == 0


@pytest.mark.parametrize("expected", [None, 6])
def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(
    desk: Desk, journal: SqlJournal, expected: int | None
) -> None:
    request = at_decision(desk)
    second = person("second", f"decider:{HOLDER}")
    start = threading.Barrier(2)

    def decide(who: Person, command: Any) -> str:
        start.wait()
        try:
            return desk.act(who, request, command, expected=expected).legs[0].state.value
        except Conflict as error:
            return type(error).__name__ + str(getattr(error, "version", ""))

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(decide, NORTH["decider"], c.Approve(LEG))
        two = pool.submit(decide, second, c.Reject(LEG, "no"))
        found = {one.result(), two.result()}
    assert len(found & {"approved", "rejected"}) == 1
    assert len(found & {"Conflict", "Overtaken7"}) == 1
    assert journal.requests.load(request).version == 7
    assert acts(journal, request).count("access.refused") == 1


def test_holders_of_one_request_do_not_get_into_each_others_way(desk: Desk) -> None:
    request = begun(desk, SCANS, GRID)
    desk.act(ANN, request, c.Submit())
    seen = desk.view(NORTH["handler"], request)
    desk.act(SOUTH["handler"], request, c.TakeUp(f"{OTHER}.data"))
    after = desk.act(NORTH["handler"], request, c.TakeUp(LEG), expected=seen.version)
    assert after.legs[0].state is LegState.ELIGIBILITY


def test_who_has_not_seen_the_last_change_is_told_the_version(desk: Desk) -> None:
    request = begun(desk)
    old = desk.view(ANN, request).version
    desk.act(ANN, request, c.SaveAnswers({"a": 1}))
    with pytest.raises(Overtaken, match=f"version {old + 1}") as refused:
        desk.act(ANN, request, c.Submit(), expected=old)
    assert refused.value.version == old + 1
    with pytest.raises(Overtaken):
        desk.act(ANN, request, c.Submit(), expected=old + 2)


# --- refusals -------------------------------------------------------------------------------------------


def test_every_refusal_is_in_the_audit_log_and_changes_nothing(
    desk: Desk, journal: SqlJournal
) -> None:
    request = at_decision(desk)
    before = journal.requests.load(request)
    refused: list[tuple[Person, Any, type[CatalogueError]]] = [
        (ANN, c.Approve(LEG), Forbidden),
        (CAST["stranger"], c.Withdraw(LEG), Forbidden),
        (NORTH["decider"], c.Revoke(LEG, "x"), Conflict),
        (NORTH["decider"], c.Reject(LEG, ""), InvalidInput),
        (ANN, c.Withdraw("no-such-leg"), NotFound),
    ]
    for who, command, kind in refused:
        with pytest.raises(kind):
            desk.act(who, request, command)
    noted = [
        one
        for one in journal.audit.entries(limit=100, subject=request)
        if one.act == "access.refused"
    ]
    assert [(one.who, one.details["act"], one.details["why"]) for one in noted] == [
        (who.who, command.name, kind.__name__) for who, command, kind in refused
    ]
    assert journal.requests.load(request) == before


def test_what_cannot_be_asked_for_is_refused(desk: Desk, journal: SqlJournal) -> None:
    with pytest.raises(NotFound):
        desk.start(ANN, ["nosuchpage"])
    journal.edit_source(replace(journal.source("n"), visibility="members"))
    with pytest.raises(NotFound):
        desk.start(ANN, [SCANS])
    journal.withdraw("s", "grid", "test")
    with pytest.raises(Conflict, match="withdrawn"):
        desk.start(ANN, [GRID])
    assert desk.mine(ANN).total == 0


def test_an_offer_is_asked_for_by_what_it_gives_and_a_description_of_a_machine_is_not(
    desk: Desk, journal: SqlJournal
) -> None:
    lease = renewed(journal, "n")
    iri = "http://portal.example/hours"
    graph = f'<{iri}> <https://w3id.org/aicat/terms#kind> "compute" .\n'.encode()
    offer = entry("hours", type="offer", graph=graph, content_hash=content_hash(graph))
    journal.append(lease, [offer, entry("machine", type="supercomputer")])
    request = desk.start(ANN, [page_id("n", "hours")])
    assert [(leg.id, leg.resources[0].service) for leg in request.legs] == [
        (f"{HOLDER}.compute", "compute")
    ]
    with pytest.raises(InvalidInput, match="supercomputer"):
        desk.start(ANN, [page_id("n", "machine")])


def test_an_erased_record_has_no_name_in_requests_and_stays_asked_for(
    desk: Desk, journal: SqlJournal, database: str
) -> None:
    request = active(desk)
    title = desk.view(ANN, request).legs[0].resources[0].title
    assert title
    upkeep = journal.upkeep
    upkeep.scrub(upkeep.begin_erasure([SCANS], "by order", "test"))
    (resource,) = desk.view(ANN, request).legs[0].resources
    assert (resource.page_id, resource.title) == (SCANS, "")
    assert "scans" not in repr(journal.requests.load(request))
    assert "scans" not in repr(rows(database))
    assert journal.requests.check() == []


def test_a_request_that_one_may_not_see_is_not_there(desk: Desk, journal: SqlJournal) -> None:
    request = begun(desk)
    for who in (CAST["stranger"], CAST["steward"], NORTH["handler"]):
        with pytest.raises(NotFound):
            desk.view(who, request)
        assert desk.possible(who, request) == {}
    assert acts(journal, request) == ["access.create", *["access.refused"] * 3]
    assert desk.view(AUDITOR, request).id == request
    assert desk.possible(AUDITOR, request) == {LEG: ()}
    with pytest.raises(NotFound):
        desk.view(ANN, "nosuchrequest")


class Strict:
    """A form with fields that must be filled in; a file must say %PDF."""

    def filled(self, request: Request, leg: Any) -> Filled:
        words = {"export-control"} if leg.answers.get("plan") == "abroad" else set()
        asked = {"purpose", "of-the-north"} if leg.id == LEG else {"purpose"}
        return Filled(frozenset(words), frozenset(asked))

    def faults(self, request: Request, leg: Any) -> list[Fault]:
        found = [] if request.answers.get("purpose") else [Fault("purpose", "is missing")]
        return found + ([] if leg.answers.get("plan") else [Fault("plan", "is missing", leg.id)])

    def media_type(self, name: str, body: bytes) -> str:
        if not body.startswith(b"%PDF"):
            raise InvalidInput(f"{name} is no PDF")
        return "application/pdf"


def test_what_a_form_lacks_is_told_and_nothing_is_handed_in(
    journal: SqlJournal, clock: Clock
) -> None:
    desk = Desk(journal, clock, forms=Strict())
    request = begun(desk, SCANS, GRID)
    with pytest.raises(InvalidAnswers) as refused:
        desk.act(ANN, request, c.Submit())
    assert [(one.field, one.leg) for one in refused.value.faults] == [
        ("purpose", None),
        ("plan", LEG),
        ("plan", f"{OTHER}.data"),
    ]
    desk.act(ANN, request, c.SaveAnswers({"purpose": "study"}))
    desk.act(ANN, request, c.SaveAnswers({"plan": "a"}, LEG))
    assert desk.act(ANN, request, c.Submit(LEG)).legs[0].state is LegState.SUBMITTED


def test_what_a_form_flags_makes_a_step_needed_for_its_leg_alone(
    journal: SqlJournal, clock: Clock
) -> None:
    desk = Desk(journal, clock, forms=Strict())
    request = begun(desk, SCANS, GRID)
    desk.act(ANN, request, c.SaveAnswers({"purpose": "study"}))
    desk.act(ANN, request, c.SaveAnswers({"plan": "abroad"}, LEG))
    desk.act(ANN, request, c.SaveAnswers({"plan": "at home"}, f"{OTHER}.data"))
    seen = desk.act(ANN, request, c.Submit())
    assert [LegState.LEGAL in leg.steps for leg in seen.legs] == [True, False]


def test_a_holder_is_given_no_shared_answer_that_only_another_ones_form_asks_for(
    journal: SqlJournal, clock: Clock
) -> None:
    desk = Desk(journal, clock, forms=Strict())
    request = begun(desk, SCANS, GRID)
    shared = {"purpose": "study", "of-the-north": "a scan", "dual-use": "yes"}
    desk.act(ANN, request, c.SaveAnswers(shared))
    file = desk.attach(ANN, request, b"%PDF", field="of-the-north", name="a.pdf").attachments[0].id
    for leg in (LEG, f"{OTHER}.data"):
        desk.act(ANN, request, c.SaveAnswers({"plan": "x"}, leg))
    seen = desk.act(ANN, request, c.Submit())
    assert [LegState.LEGAL in leg.steps for leg in seen.legs] == [False, False]
    assert desk.view(NORTH["handler"], request).answers == {
        "purpose": "study",
        "of-the-north": "a scan",
    }
    assert desk.attachment(NORTH["handler"], request, file)[1] == b"%PDF"
    south = desk.view(SOUTH["handler"], request)
    assert (south.answers, south.attachments) == ({"purpose": "study"}, ())
    assert "north" not in repr(south)
    with pytest.raises(NotFound):
        desk.attachment(SOUTH["handler"], request, file)
    assert journal.check() == []


# --- what happens in one transaction --------------------------------------------------------------------


class News:
    def of(self, event: Any, request: Request) -> list[Notice]:
        assert request.version == event.version
        return [Notice("mail", "ann", event.kind.value, request.id, event.leg, event.version)]


def told(database: str, clock: Clock, enqueue: Any) -> tuple[SqlRequests, Desk]:
    store = SqlStore(engine_of(database))
    journal = SqlJournal(store)
    journal.requests = SqlRequests(store, enqueue)
    return journal.requests, Desk(journal, clock, notices=News())


def test_notices_are_stored_with_the_events_or_neither_is(
    journal: SqlJournal, database: str, clock: Clock
) -> None:
    kept: list[Notice] = []
    requests, desk = told(database, clock, lambda _connection, _now, notices: kept.extend(notices))
    request = begun(desk)
    desk.act(ANN, request, c.Submit())
    assert [(one.kind, one.version) for one in kept] == [
        ("created", 1),
        ("resource-added", 2),
        ("submitted", 3),
    ]

    def broken(*_anything: Any) -> None:
        raise StorageFull("no room")

    requests, desk = told(database, clock, broken)
    before, audited = requests.events(), journal.audit.head()
    with pytest.raises(StorageFull):
        desk.act(NORTH["handler"], request, c.TakeUp(LEG), command_id="again")
    assert requests.events() == before
    assert journal.audit.head() == audited
    assert requests.done("handler-north", "again") is None
    assert journal.check() == []


# --- time -----------------------------------------------------------------------------------------------


def test_what_time_brings_is_done_once_however_often_one_looks(
    desk: Desk, journal: SqlJournal, clock: Clock
) -> None:
    done, waiting = active(desk), at_decision(desk)
    assert sweep(desk).expired == sweep(desk).overdue == 0
    clock.now = BEGIN + 10 * DAY
    assert sweep(desk).overdue == 0
    clock.now += timedelta(microseconds=1)
    assert (sweep(desk).overdue, sweep(desk).overdue) == (1, 0)
    assert [leg.overdue for leg in desk.view(ANN, waiting).legs] == [True]
    clock.now = BEGIN + 365 * DAY - timedelta(microseconds=1)
    assert sweep(desk).expired == 0
    clock.now += timedelta(microseconds=1)
    with ThreadPoolExecutor(2) as pool:
        found = [one.expired for one in pool.map(sweep, [desk, desk])]
    assert sum(found) == 1
    assert desk.view(ANN, done).legs[0].state is LegState.EXPIRED
    (given,) = desk.entitlements(ANN, EntitlementsWanted(request=done)).items
    assert (given.state, given.ended) == (EntitlementState.EXPIRED, clock.now)
    assert acts(journal, done).count("access.expire") == 1
    assert journal.check() == []


def test_an_entitlement_that_nobody_swept_does_not_hold_any_more(desk: Desk) -> None:
    active(desk)
    end = BEGIN + 365 * DAY
    assert desk.entitlements(ANN, EntitlementsWanted(in_force=end - DAY)).total == 1
    assert desk.entitlements(ANN, EntitlementsWanted(in_force=end)).total == 0


def test_a_dataset_withdrawn_in_the_middle_leaves_its_requests(
    desk: Desk, journal: SqlJournal
) -> None:
    request = at_decision(desk, SCANS, GRID, TRACES)
    journal.withdraw("s", "grid", "test")
    assert (sweep(desk).withdrawn, sweep(desk).withdrawn) == (1, 0)
    south = next(leg for leg in desk.view(ANN, request).legs if leg.holder == OTHER)
    assert [one.page_id for one in south.resources] == [TRACES]
    assert [one.page_id for one in south.gone] == [GRID]
    journal.withdraw("n", "scans", "test")
    sweep(desk)
    with pytest.raises(Conflict, match="closed"):
        desk.act(NORTH["decider"], request, c.Approve(LEG))
    assert journal.check() == []


def test_a_holder_removed_in_the_middle_closes_its_legs(
    desk: Desk, journal: SqlJournal, database: str
) -> None:
    request = active(desk, SCANS, GRID)
    engine = engine_of(database)
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("DELETE FROM record WHERE node = :n"), {"n": "x"})
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        for table in ("source", "access_key"):
            connection.execute(text(f"DELETE FROM {table} WHERE node = :n"), {"n": HOLDER})
        connection.execute(text("DELETE FROM node WHERE id = :n"), {"n": HOLDER})
    engine.dispose()
    assert (sweep(desk).orphaned, sweep(desk).orphaned) == (1, 0)
    legs = {leg.id: leg.state for leg in desk.view(ANN, request).legs}
    assert legs == {LEG: LegState.CLOSED, f"{OTHER}.data": LegState.SUBMITTED}
    assert desk.entitlements(ANN, EntitlementsWanted(in_force=BEGIN)).total == 0


# --- workflows ------------------------------------------------------------------------------------------


def test_a_holder_sets_how_it_decides_and_running_legs_stay_as_they_were(
    desk: Desk, journal: SqlJournal
) -> None:
    running = at_decision(desk)
    data = default_workflows(HOLDER)[0]
    short = replace(data, steps=data.steps[-1:], duration=7)
    assert desk.set_workflow(NORTH["decider"], short).version == 1
    assert desk.set_workflow(CAST["steward"], short).version == 2
    fresh = begun(desk)
    desk.act(ANN, fresh, c.Submit())
    assert [leg.steps for leg in desk.view(ANN, fresh).legs] == [(LegState.DECISION,)]
    assert desk.view(ANN, fresh).legs[0].workflow_version == 2
    desk.act(NORTH["decider"], running, c.Approve(LEG))
    assert journal.requests.load(running).legs[0].days == data.duration
    for who in (NORTH["handler"], SOUTH["decider"], ANN, CAST["administrator"]):
        with pytest.raises(Forbidden):
            desk.set_workflow(who, short)
    assert "access.refused" in acts(journal, HOLDER)


def test_a_workflow_that_cannot_be_followed_is_refused(desk: Desk, journal: SqlJournal) -> None:
    data = default_workflows(HOLDER)[0]
    for wrong in (
        replace(data, steps=()),
        replace(data, steps=data.steps[::-1]),
        replace(data, kinds=("everything",)),
        replace(data, duration=0),
        replace(data, steps=(), external=External(url="javascript:alert(1)")),
        replace(data, steps=(), external=External(url="https://a.example", email="a@b.example")),
        replace(data, external=External(email="desk@north.example")),
    ):
        with pytest.raises(InvalidInput):
            desk.set_workflow(CAST["steward"], wrong)
    desk.set_workflow(CAST["steward"], data)
    with pytest.raises(InvalidInput, match="already"):
        desk.set_workflow(CAST["steward"], replace(data, id="other"))
    with pytest.raises(NotFound):
        desk.set_workflow(CAST["steward"], replace(data, holder="no-such-node"))


def test_a_holder_with_its_own_procedure_gets_a_link_in_the_request(
    desk: Desk, journal: SqlJournal
) -> None:
    own = Workflow(HOLDER, "data", 0, ("data",), external=External(email="desk@north.example"))
    desk.set_workflow(NORTH["decider"], own)
    request = begun(desk, SCANS, GRID)
    desk.act(ANN, request, c.Submit())
    legs = {leg.id: leg for leg in desk.view(ANN, request).legs}
    assert legs[LEG].state is LegState.REFERRED
    external = legs[LEG].external
    assert external is not None
    assert external.link == "mailto:desk@north.example"
    assert desk.legs(NORTH["handler"], LegsWanted()).total == 0
    assert journal.check() == []


def test_a_node_may_let_another_decide(desk: Desk, journal: SqlJournal) -> None:
    workflows = journal.requests.workflows
    workflows.delegate(OTHER, HOLDER, "test")
    request = begun(desk, SCANS, GRID)
    assert [leg.id for leg in desk.view(ANN, request).legs] == [LEG]
    for node, holder in ((HOLDER, OTHER), (OTHER, "no-such-node")):
        with pytest.raises((InvalidInput, NotFound)):
            workflows.delegate(node, holder, "test")
    workflows.delegate(OTHER, None, "test")
    assert workflows.holder_of(OTHER) == OTHER


# --- attachments ----------------------------------------------------------------------------------------


def attached(desk: Desk, request: str, body: bytes, **more: Any) -> str:
    seen = desk.attach(ANN, request, body, field="plan", name="plan.pdf", **more)
    return seen.attachments[-1].id


def test_a_file_is_read_by_whom_it_was_given_to(desk: Desk, journal: SqlJournal) -> None:
    request = begun(desk, SCANS, GRID)
    file = attached(desk, request, b"for the north", leg=LEG)
    assert desk.attachment(ANN, request, file)[1] == b"for the north"
    for who in (NORTH["handler"], SOUTH["handler"], AUDITOR, CAST["stranger"]):
        with pytest.raises(NotFound):
            desk.attachment(who, request, file)
    desk.act(ANN, request, c.Submit())
    assert desk.attachment(NORTH["handler"], request, file)[1] == b"for the north"
    for who in (SOUTH["handler"], AUDITOR, CAST["stranger"]):
        with pytest.raises(NotFound):
            desk.attachment(who, request, file)
    assert journal.check() == []


def test_a_file_that_nobody_was_given_is_gone_when_it_is_taken_out(
    desk: Desk, journal: SqlJournal
) -> None:
    request = begun(desk)
    file = attached(desk, request, b"a draft")
    desk.act(ANN, request, c.Detach(file))
    with pytest.raises(NotFound):
        journal.requests.attachments.body(request, file)
    kept = attached(desk, request, b"handed in")
    desk.act(ANN, request, c.Submit())
    desk.act(NORTH["handler"], request, c.Return(LEG, "Another one, please"))
    desk.act(ANN, request, c.Detach(kept))
    assert desk.attachment(NORTH["handler"], request, kept)[1] == b"handed in"
    desk.act(ANN, request, c.Submit())
    with pytest.raises(NotFound):
        desk.attachment(NORTH["handler"], request, kept)
    assert journal.check() == []


def test_a_file_is_judged_by_its_content_and_size(journal: SqlJournal, clock: Clock) -> None:
    desk = Desk(journal, clock, forms=Strict())
    request = begun(desk)
    for body in (b"", b"<html>", b"%PDF" + bytes(MOST_BYTES)):
        with pytest.raises(InvalidInput):
            attached(desk, request, body)
    first = attached(desk, request, b"%PDF-1.7", command_id="file")
    assert attached(desk, request, b"%PDF-1.7", command_id="file") == first
    assert len(desk.view(ANN, request).attachments) == 1


# --- lists ----------------------------------------------------------------------------------------------


def walk(page: Any) -> list[str]:
    """All of a list, two at a time; the total is said on every page."""
    found: list[str] = []
    after, totals = None, set()
    while True:
        part: Page[Any] = page(after)
        found += [
            getattr(one, "leg", "") + one.request if isinstance(one, LegRow) else one.id
            for one in part.items
        ]
        totals.add(part.total)
        after = part.next
        if after is None:
            assert totals == {len(found)}
            return found


def test_lists_hold_what_each_may_see_in_order_and_neither_miss_nor_double(
    desk: Desk, journal: SqlJournal, clock: Clock
) -> None:
    mine = []
    for _number in range(5):
        clock.now += timedelta(hours=1)
        mine.append(begun(desk, SCANS, GRID))
    desk.act(ANN, mine[1], c.Invite(Party("ivo")))
    clock.now += timedelta(hours=1)
    others = desk.start(CAST["stranger"], [SCANS]).id
    for number, request in enumerate(mine[:4]):
        clock.now = BEGIN + (10 - number) * DAY
        desk.act(ANN, request, c.Submit())

    newest = [mine[0], mine[1], mine[2], mine[3], mine[4]]
    assert walk(lambda after: desk.mine(ANN, after=after, limit=2)) == newest
    assert walk(lambda after: desk.mine(CAST["member"], after=after, limit=2)) == newest
    assert walk(lambda after: desk.mine(CAST["invited"], after=after, limit=2)) == [mine[1]]
    assert walk(lambda after: desk.all(AUDITOR, after=after, limit=2)) == [
        *newest[:4],
        others,
        mine[4],
    ]
    draft = [RequestState.DRAFT]
    assert walk(lambda after: desk.mine(ANN, states=draft, after=after, limit=2)) == [mine[4]]
    due = [f"{LEG}{one}" for one in reversed(mine[:4])]
    wanted = LegsWanted()
    assert walk(lambda after: desk.legs(NORTH["handler"], wanted, after=after, limit=2)) == due
    soon = LegsWanted(due_before=BEGIN + 13 * DAY)
    assert walk(lambda after: desk.legs(NORTH["handler"], soon, after=after, limit=2)) == due[:1]
    assert desk.numbers(NORTH["handler"]) == {HOLDER: {LegState.SUBMITTED: 4}}
    assert desk.numbers(CAST["steward"]).keys() == {HOLDER, OTHER}
    for who in (ANN, CAST["stranger"]):
        with pytest.raises(Forbidden):
            desk.legs(who, LegsWanted())
        with pytest.raises(Forbidden):
            desk.all(who)
    with pytest.raises(Forbidden):
        desk.legs(NORTH["handler"], LegsWanted(holders=[OTHER]))
    assert acts(journal, "legs") == acts(journal, "requests") == ["access.refused"] * 2
    assert acts(journal, OTHER)[-1] == "access.refused"


@pytest.mark.parametrize("cursor", ["", "x", "1", "1~2~3~4", "~a", "--1~a", "9" * 30 + "~a"])
def test_a_place_that_was_not_given_out_is_refused(desk: Desk, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        desk.mine(ANN, after=cursor)


def test_entitlements_are_seen_by_their_person_organisation_and_holder(desk: Desk) -> None:
    active(desk)
    wanted = EntitlementsWanted()
    assert desk.entitlements(ANN, wanted).total == 1
    assert desk.entitlements(CAST["member"], wanted).total == 0
    assert desk.entitlements(CAST["member"], EntitlementsWanted(organisation=ACME)).total == 1
    assert desk.entitlements(NORTH["handler"], EntitlementsWanted(holders=[HOLDER])).total == 1
    assert desk.entitlements(AUDITOR, EntitlementsWanted(page_id=SCANS)).total == 1
    for who, foreign in (
        (CAST["stranger"], EntitlementsWanted(person="ann")),
        (SOUTH["handler"], EntitlementsWanted(person="ann", holders=[HOLDER])),
        (CAST["stranger"], EntitlementsWanted(person="ann", organisation=ACME)),
    ):
        with pytest.raises(Forbidden):
            desk.entitlements(who, foreign)
    assert desk.entitlements(CAST["stranger"], EntitlementsWanted(organisation=ACME)).total == 0


# --- the rows are the events' ---------------------------------------------------------------------------


def made(name: str, leg: str, number: int) -> Any:
    """A command of that name."""
    return {
        "save-answers": c.SaveAnswers({"n": number, "personal-data": "yes"}, leg),
        "invite": c.Invite(Party(f"guest{number}")),
        "submit": c.Submit(leg),
        "take-up": c.TakeUp(leg),
        "pass-step": c.PassStep(leg),
        "fail-step": c.FailStep(leg, "x"),
        "return": c.Return(leg, "?"),
        "approve": c.Approve(leg, "although"),
        "approve-with-conditions": c.ApproveWithConditions(leg, "if", "although", 3),
        "accept-terms": c.AcceptTerms(leg, "general-terms@1"),
        "comment": c.AddComment(leg, "x", Audience.APPLICANT),
        "assign": c.Assign(leg, "handler-north"),
        "revoke": c.Revoke(leg, "x"),
        "close": c.Close(leg, "x"),
        "withdraw": c.Withdraw(leg),
    }.get(name)


ON = ("submit", "take-up", "pass-step", "approve", "approve-with-conditions", "accept-terms")
"""What takes a leg on; it is done more often than the rest, so that some come to their end."""


def at_random(desk: Desk, clock: Clock, dice: random.Random) -> None:
    """A request to which things are done by whoever may."""
    request = begun(desk, *dice.sample([SCANS, GRID, TRACES], dice.randint(1, 3)))
    for number in range(14):
        clock.now += timedelta(hours=dice.randint(1, 48))
        able = [
            (who, made(name, leg, number))
            for who in (ANN, *NORTH.values(), *SOUTH.values())
            for leg, names in desk.possible(who, request).items()
            for name in names
            for _time in range(6 if name in ON else 1)
        ]
        able = [(who, command) for who, command in able if command is not None]
        if able:
            with suppress(CatalogueError):
                who, command = dice.choice(able)
                desk.act(who, request, command)
        if dice.random() < 0.1:
            sweep(desk)


def rows(database: str) -> dict[str, list[Any]]:
    engine = engine_of(database)
    with engine.connect() as connection:
        found = {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in (
                t.access_request,
                t.access_reader,
                t.access_leg,
                t.access_asked,
                t.entitlement,
            )
        }
    engine.dispose()
    return found


def test_rows_made_anew_are_those_that_were_kept(
    desk: Desk, journal: SqlJournal, database: str, clock: Clock
) -> None:
    dice = random.Random(7)
    for _number in range(8):
        at_random(desk, clock, dice)
    kept = rows(database)
    assert all(kept.values())
    assert journal.requests.check() == []
    assert journal.requests.rebuild() == 8
    assert rows(database) == kept


SPOILT = {
    "a row of a list": ("UPDATE access_leg SET state = 'approved'", "access_leg"),
    "an entitlement": ("UPDATE entitlement SET ends = ends + 1", "entitlement"),
    "an entitlement of nobody": ("DELETE FROM entitlement", "entitlement"),
    "who reads": (
        "UPDATE access_reader SET reader = 'person:sam' WHERE reader = 'person:ann'",
        "access_reader",
    ),
    "an event taken out": ("DELETE FROM access_event WHERE version = 4", "follow"),
    "the last event": ("DELETE FROM access_event WHERE version = 9", "access_request"),
    "an event changed": (
        "UPDATE access_event SET data = '{}' WHERE kind = 'approved'",
        "no request",
    ),
    "a request without events": ("UPDATE access_request SET id = 'x' || id", "no events"),
    "a file": ("UPDATE access_attachment SET body = substr(body, 2)", "changed"),
    "a file taken out": ("DELETE FROM access_attachment", "no bytes"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_verify_says_what_was_spoilt(
    desk: Desk, journal: SqlJournal, database: str, what: str
) -> None:
    request = active(desk)
    other = begun(desk)
    attached(desk, other, b"some bytes")
    assert journal.check() == []
    statement, said = SPOILT[what]
    engine = engine_of(database)
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    faults = journal.check()
    assert any(said in one for one in faults), faults
    assert request or other


def test_events_are_numbered_without_a_gap_in_the_order_they_were_stored(
    desk: Desk, journal: SqlJournal
) -> None:
    active(desk)
    begun(desk)
    events = journal.requests.events()
    assert [one.seq for one in events] == list(range(1, len(events) + 1))
    assert journal.requests.events(after=3, limit=2) == events[3:5]
    assert {one.at.tzinfo for one in events} == {UTC}


def test_there_is_nothing_to_store_in_nothing(journal: SqlJournal) -> None:
    with pytest.raises(InvalidInput):
        journal.requests.append([])
    with pytest.raises(NotFound):
        journal.requests.load("x")
    with pytest.raises(NotFound):
        journal.requests.entitlements.get("x")
    assert journal.requests.list_requests(RequestsWanted()) == ([], None)
