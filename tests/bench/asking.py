"""Requests for access, many of them: how long lists and single requests take."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from catalogue.access import Book, Event, LegState, RequestState, Resource, decide, evolve, fold
from catalogue.access import commands as c
from catalogue.adapters.sql import SqlJournal, access_rows, migrate
from catalogue.adapters.sql import tables_access as t
from catalogue.adapters.sql.engine import engine_of
from catalogue.adapters.sql.store import SqlStore
from catalogue.desk import Desk, new_id
from catalogue.errors import CatalogueError
from catalogue.model import SECTORS
from catalogue.people import HOLDER_ROLES, Person, grant_of
from catalogue.ports import EntitlementsWanted, LegsWanted, RequestsWanted
from tests.bench.figures import percentiles, tell

BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)
HOLDERS = [f"holder{number:02}" for number in range(20)]
ORGANISATIONS = [f"company{number:03}" for number in range(200)]
ON = (c.TakeUp, c.PassStep, c.PassStep, c.PassStep)
APPROVE = 0.6  # of what is decided on


def person(id: str, *grants: str) -> Person:
    return Person(id, "bench", id, id, grants=tuple(grant_of(one) for one in grants))


def staff(holder: str) -> Person:
    """One who does everything at a holder."""
    return person(f"staff-{holder}", *(f"{role.value}:{holder}" for role in HOLDER_ROLES))


def history(number: int, dice: random.Random) -> list[Event]:
    """The events of one request: some ten, as far as its holders have come."""
    applicant = person(f"person{number % 1000}", f"member:{dice.choice(ORGANISATIONS)}")
    at = BEGIN + timedelta(minutes=20 * number)
    chosen = dice.sample(HOLDERS, dice.choice((1, 2, 2, 3)))
    resources = tuple(
        Resource(
            page_id=f"page{number}x{place}",
            iri=f"urn:{number}:{place}",
            title=f"Dataset {number} {place}",
            type="dataset",
            holder=holder,
            sectors=(dice.choice(SECTORS),),
        )
        for place, holder in enumerate(chosen)
    )
    said: list[Event] = []
    request = None

    def do(who: Person, command: Any) -> None:
        nonlocal request, at
        at += timedelta(hours=dice.randint(1, 30))
        with suppress(CatalogueError):
            for event in decide(request, command, who, at, Book()):
                request = evolve(request, event)
                said.append(event)

    do(applicant, c.Create(new_id(at), f"Study {number}", resources, {"purpose": "x" * 400}))
    do(applicant, c.Submit())
    for holder in chosen:
        leg = f"{holder}.data"
        for step in ON[: dice.randint(0, len(ON))]:
            do(staff(holder), step(leg))
        end = c.Approve(leg) if dice.random() < APPROVE else c.Reject(leg, "no")
        do(staff(holder), end)
        if dice.random() < APPROVE:
            do(applicant, c.AcceptTerms(leg, "general-terms@1"))
        do(staff(holder), c.AddComment(leg, "A word " * 10))
    return said


def fill(url: str, number: int) -> int:
    """Put so many requests into a database at once; return how many events they have."""
    dice, engine = random.Random(1), engine_of(url)
    seq = 0
    with engine.execution_options(writes=True).begin() as connection:
        for each in range(number):
            events = history(each, dice)
            fresh = [access_rows.event_row(one, seq + place) for place, one in enumerate(events, 1)]
            connection.execute(t.access_event.insert(), fresh)
            access_rows.store(connection, fold(events), fresh=True)
            seq += len(events)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE")
    engine.dispose()
    return seq


def measure(folder: Path, number: int, rounds: int = 200) -> None:
    """Tell how long each list and a request take, in milliseconds."""
    url = f"sqlite:///{folder / 'asking.sqlite'}"
    migrate(url)
    events = fill(url, number)
    with closing(SqlJournal(SqlStore(engine_of(url)))) as journal:
        desk = Desk(journal, lambda: BEGIN + timedelta(days=200))
        for name, work in _looks(desk).items():
            taken = percentiles(lambda _n, work=work: work(), [""] * rounds)  # type: ignore[misc]
            tell(f"requests: {name}", requests=number, events=events, **taken)


def _looks(desk: Desk) -> dict[str, Callable[[], object]]:
    dice = random.Random(2)
    ids = [row.id for row in desk.journal.requests.list_requests(RequestsWanted(), limit=1000)[0]]
    auditor = person("auditor", "auditor")

    def applicant() -> Person:
        return person(f"person{dice.randrange(1000)}", f"member:{dice.choice(ORGANISATIONS)}")

    def handler() -> Person:
        return staff(dice.choice(HOLDERS))

    def of_all(state: RequestState) -> object:
        first = desk.all(auditor, states=[state])
        return desk.all(auditor, states=[state], after=first.next) if first.next else first

    return {
        "mine": lambda: desk.mine(applicant()),
        "all, of one state, and the next page": lambda: of_all(dice.choice(list(RequestState))),
        "a holder's legs": lambda: desk.legs(handler(), LegsWanted()),
        "a holder's legs in a step": lambda: desk.legs(
            handler(), LegsWanted(states=[LegState.TECHNICAL])
        ),
        "all legs that are due": lambda: desk.legs(auditor, LegsWanted(due_before=desk.clock())),
        "numbers of all holders": lambda: desk.numbers(auditor),
        "entitlements of a holder": lambda: desk.entitlements(
            auditor, EntitlementsWanted(holders=[dice.choice(HOLDERS)])
        ),
        "entitlements in force": lambda: desk.entitlements(
            auditor, EntitlementsWanted(in_force=desk.clock())
        ),
        "one request": lambda: desk.view(auditor, dice.choice(ids)),
        "what may be done with one": lambda: desk.possible(auditor, dice.choice(ids)),
    }
