"""Requests for access: 10,000 of them with 100,000 events; lists, a request, a report, entitlements."""

from __future__ import annotations

import itertools
import random
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from catalogue.access import Book, Event, Resource, decide, evolve
from catalogue.access import commands as c
from catalogue.access.model import LegState, Request
from catalogue.access.workflow import default_workflows
from catalogue.adapters.sql import SqlJournal
from catalogue.desk import new_id
from catalogue.people import Grant, Identity, Person, Role, grant_of, organisation_of
from tests.bench.figures import percentiles, tell, timed
from tests.command import Aicat

HOLDERS, ORGANISATIONS, PERSONS = 8, 60, 600
EVENTS = 10  # of a request
TRIES = 100
ISSUER = "https://identity.example"
SECTORS = ("health", "energy", "mobility", "defence", "manufacturing", "cleantech", "agritech")
KINDS = ("start-up", "sme", "industry", "research", "public")
BENCH = "operator:bench"


def figures(folder: Path, size: int = 10_000) -> None:
    """Make the requests, then ask for each kind of page over HTTP, one answer after another."""
    aicat = Aicat(folder)
    aicat("migrate")
    url = f"sqlite:///{folder / 'var' / 'journal.sqlite'}"
    for number in range(HOLDERS):
        name = f"Holder {number} (fictional)"
        aicat("node", "add", f"holder-{number}", "--name", name, "--country", "EU")
    journal = SqlJournal.open(url)
    try:
        made = Made(journal, size)
        seconds = timed(made.fill)
        told = {"requests": size, "events": made.events}
        tell("making requests for access", **told, seconds=round(seconds, 1))
        tokens = made.tokens()
    finally:
        journal.close()
    with aicat.up() as (_process, base):
        for name, pages in asked(made, tokens).items():

            def get(page: tuple[str, str]) -> bytes:
                return read(base + page[1], page[0])

            at = {str(number): page for number, page in enumerate(pages)}
            tell(name, **told, **percentiles(lambda key: get(at[key]), list(at)))  # noqa: B023


def read(address: str, token: str) -> bytes:
    """The body at an address, for the person of a token."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    if "/api/" not in address:
        headers["Accept"] = "text/html"
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
        assert answer.status == 200
        body: bytes = answer.read()
        return body


def asked(made: Made, tokens: dict[str, str]) -> dict[str, list[tuple[str, str]]]:
    """The pages of each line of the table: (token, address), each of another person or request."""
    chance = random.Random(2)
    handlers = [(tokens[one], f"holder-{number}") for number, one in enumerate(made.handlers)]
    applicants = [one for one in made.applicants if one in tokens]

    def each(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return list(itertools.islice(itertools.cycle(pairs), TRIES))

    mine = [(tokens[one], "/requests") for one in applicants]
    requests = [
        (tokens[person], request)
        for person, request in chance.sample(made.requests, len(made.requests))
        if person in tokens
    ]
    report = "/api/v1/reports/access?holder={}&from=2029-01-01&to=2031-01-01"
    return {
        "access: my requests, JSON": each([(one, "/api/v1/access-requests") for one, _ in mine]),
        "access: my requests, page": each(mine),
        "access: a handler's queue, JSON": each(
            [(one, "/api/v1/access-requests/legs?limit=50") for one, _ in handlers]
        ),
        "access: a handler's queue, page": each([(one, "/desk") for one, _ in handlers]),
        "access: a request, JSON": each(
            [(one, f"/api/v1/access-requests/{request}") for one, request in requests]
        ),
        "access: a request, page": each(
            [(one, f"/requests/{request}") for one, request in requests]
        ),
        "access: a report, JSON": each([(one, report.format(holder)) for one, holder in handlers]),
        "access: a report, page": each(
            [
                (one, f"/desk/reports?holder={holder}&from=2029-01-01&to=2031-01-01")
                for one, holder in handlers
            ]
        ),
        "access: entitlements of a holder": each(
            [(one, f"/api/v1/entitlements?holder={holder}") for one, holder in handlers]
        ),
        "access: my entitlements": each([(one, "/api/v1/entitlements") for one, _ in mine]),
    }


class Made:
    """Requests that went different ways, made by the very rules of the desk and stored by its port."""

    def __init__(self, journal: SqlJournal, size: int) -> None:
        self._journal, self._size = journal, size
        self._chance = random.Random(1)
        self.events = 0
        self.handlers: list[str] = []
        self.applicants: list[str] = []
        self.requests: list[tuple[str, str]] = []
        """(person, request)."""

    def fill(self) -> None:
        """Store organisations, people and requests."""
        people, begin = self._journal.people, datetime(2030, 1, 1, tzinfo=UTC)
        for number in range(ORGANISATIONS):
            kind = KINDS[number % len(KINDS)]
            name = f"Organisation {number} (fictional)"
            people.add_organisation(organisation_of(f"org-{number}", name, "EU", kind), BENCH)
        staff: dict[str, Person] = {}
        for number in range(HOLDERS):
            holder = f"holder-{number}"
            roles = [
                f"{role.value}:{holder}" for role in (Role.HANDLER, Role.DECIDER, Role.ALLOCATOR)
            ]
            roles += [f"reviewer-{one}:{holder}" for one in ("technical", "ethics", "legal")]
            staff[holder] = self._person(f"staff{number}", *map(grant_of, roles))
            self.handlers.append(staff[holder].id)
        applicants = []
        for number in range(PERSONS):
            grant = Grant(Role.MEMBER, f"org-{number % ORGANISATIONS}")
            applicants.append(self._person(f"applicant{number}", grant))
        self.applicants = [one.id for one in applicants]
        for number in range(self._size):
            who = applicants[number % PERSONS]
            at = begin + timedelta(minutes=50 * number)
            events = list(self._request(number, who, staff, at))
            self._journal.requests.append(events)
            self.events += len(events)
            self.requests.append((who.id, events[0].request))

    def tokens(self) -> dict[str, str]:
        """A token of each handler and of some applicants."""
        now = datetime.now(UTC)
        make = self._journal.people.create_token
        some = [*self.handlers, *self.applicants[:TRIES]]
        return {one: make(one, BENCH, now, name="bench", days=9).token for one in some}

    def _person(self, name: str, *grants: Grant) -> Person:
        known = Identity(ISSUER, name, f"Person {name} (fictional)")
        return self._journal.people.admit(known, grants, datetime.now(UTC))

    def _request(
        self, number: int, who: Person, staff: dict[str, Person], at: datetime
    ) -> Iterator[Event]:
        """Ten events or so: made, answered, submitted to one or two holders, and led as far as that."""
        holders = self._chance.sample(sorted(staff), 2 if number % 3 == 0 else 1)
        book = Book(tuple(one for holder in holders for one in default_workflows(holder)))
        request: Request | None = None

        def do(actor: Person, command: object) -> list[Event]:
            nonlocal request, at
            at += timedelta(hours=self._chance.randint(1, 60))
            said = decide(request, command, actor, at, book)  # type: ignore[arg-type]
            for event in said:
                request = evolve(request, event)
            return list(said)

        resources = tuple(self._resource(number, holder) for holder in holders)
        title = f"Study {number} of things that are not real"
        yield from do(who, c.Create(new_id(at), title, resources))
        yield from do(who, c.SaveAnswers({"purpose": "research " * 20, "personal-data": "no"}))
        yield from do(who, c.Submit())
        assert request is not None
        for leg in request.legs:
            acts = EVENTS - 4 + number % 3 - 2 * (len(holders) - 1)
            for _act in range(max(2, acts)):
                now = request.leg(leg.id)
                assert now is not None
                command = self._next(now.id, now.state, now.terms)
                if command is None:
                    break
                actor = who if isinstance(command, c.AcceptTerms | c.Submit) else staff[leg.holder]
                yield from do(actor, command)

    def _next(self, leg: str, state: LegState, terms: str | None) -> object | None:
        """What comes next for a leg, by chance where there is a choice."""
        chance = self._chance.random()
        if state is LegState.SUBMITTED:
            return c.TakeUp(leg)
        if state is LegState.RETURNED:
            return c.Submit(leg)
        if state is LegState.DECISION:
            if chance < 0.2:
                return c.Reject(leg, "It does not fit.")
            if chance < 0.5:
                return c.ApproveWithConditions(leg, "Publish the results.", days=3000)
            return c.Approve(leg, days=3000)
        if state in {LegState.APPROVED, LegState.APPROVED_WITH_CONDITIONS}:
            return c.AcceptTerms(leg, terms or "")
        if state is LegState.ACTIVE:
            return None
        if state in {LegState.ELIGIBILITY, LegState.TECHNICAL} and chance < 0.2:
            return c.Return(leg, "Please tell more.")
        return c.PassStep(leg, "fine") if state.value in _PARTS else None

    def _resource(self, number: int, holder: str) -> Resource:
        sector = SECTORS[number % len(SECTORS)]
        page = f"page{number % 500:06}{holder[-1]}"
        return Resource(page, f"urn:x:{page}", f"Dataset {page}", "dataset", holder, (sector,))


_PARTS = {"eligibility", "technical", "ethics", "legal"}
