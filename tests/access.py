"""Fictional people, holders and requests for tests of access; nobody in it is real."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from catalogue.access import (
    SYSTEM,
    Attachment,
    Book,
    Event,
    LegState,
    Party,
    Request,
    Resource,
    decide,
    evolve,
)
from catalogue.access import commands as c
from catalogue.access.workflow import KINDS, External, Workflow, default_workflows
from catalogue.people import HOLDER_ROLES, Person, grant_of

BEGIN = datetime(2030, 1, 7, 9, tzinfo=UTC)
LATER = BEGIN + timedelta(days=5000)  # behind every clock and entitlement
HOLDER, OTHER = "north-factory", "south-factory"
ACME, STAFF_HOME = "acme-diagnostics", "north-institute"

HEALTH = Resource(
    "pagehealth0001", "urn:x:scans", "Scans", "dataset", HOLDER, ("health", "defence")
)
GRID = Resource("pagegrid00002", "urn:x:grid", "Grid", "dataset", OTHER, ("energy",))
HOURS = Resource("pagehours0003", "urn:x:hours", "GPU hours", "offer", HOLDER, (), "compute")


def person(id: str, *grants: str) -> Person:
    return Person(
        id, "https://idp.example", id, f"Person {id}", None, None, tuple(map(grant_of, grants))
    )


def staff_of(holder: str, *, at: str = "elsewhere") -> dict[str, Person]:
    """One person for each role of a holder's staff."""
    return {
        role.value: person(f"{role.value}-{at}", f"{role.value}:{holder}") for role in HOLDER_ROLES
    }


CAST: dict[str, Person] = {
    "applicant": person("ann", f"member:{ACME}"),
    "invited": person("ivo"),
    "member": person("mia", f"member:{ACME}"),
    "representative": person("rex", f"representative:{ACME}"),
    **staff_of(HOLDER, at="north"),
    "steward": person("sue", "steward"),
    "auditor": person("aud", "auditor"),
    "administrator": person("adi", "administrator"),
    "stranger": person("sam", "member:another-company"),
    "elsewhere": person("eve", *(f"{role.value}:{OTHER}" for role in HOLDER_ROLES)),
    "system": SYSTEM,
}


def by_hand(holder: str = HOLDER) -> Book:
    """The default workflows of a holder, except that somebody says when a leg becomes active."""
    return Book(tuple(replace(one, version=1, at_once=False) for one in default_workflows(holder)))


def elsewhere(holder: str = HOLDER) -> Book:
    """A holder with a procedure of its own for all that it has."""
    own = External(url="https://north.example/apply")
    return Book(tuple(Workflow(holder, kind, 1, (kind,), external=own) for kind in KINDS))


@dataclass
class Play:
    """A request while it is acted on; `at` moves on by an hour with each act."""

    book: Book = field(default_factory=by_hand)
    request: Request | None = None
    at: datetime = BEGIN
    events: list[Event] = field(default_factory=list)

    def now(self) -> Request:
        assert self.request is not None
        return self.request

    def do(self, who: str | Person, command: Any) -> Sequence[Event]:
        actor = CAST[who] if isinstance(who, str) else who
        self.at += timedelta(hours=1)
        said = decide(self.request, command, actor, self.at, self.book)
        for event in said:
            self.request = evolve(self.request, event)
        self.events += said
        return said

    def begin(self, *resources: Resource) -> Play:
        self.do("applicant", c.Create("request1", "A study", resources))
        self.do("applicant", c.Invite(Party("ivo")))
        return self


def file(name: str, leg: str | None = None) -> Attachment:
    """An attachment whose bytes are nowhere."""
    return Attachment(name, leg, "consent", f"{name}.pdf", "application/pdf", 3, "00", "ann", BEGIN)


def reviews(leg: str) -> list[tuple[str, Any]]:
    return [
        ("applicant", c.Submit(leg)),
        ("handler", c.TakeUp(leg)),
        ("handler", c.PassStep(leg)),
        ("reviewer-technical", c.PassStep(leg)),
        ("reviewer-ethics", c.PassStep(leg)),
        ("reviewer-legal", c.PassStep(leg)),
    ]


PLACES = [
    LegState.DRAFT,
    LegState.SUBMITTED,
    LegState.ELIGIBILITY,
    LegState.TECHNICAL,
    LegState.ETHICS,
    LegState.LEGAL,
    LegState.DECISION,
]


def played(state: LegState, resource: Resource = HEALTH, decides: str = "decider") -> Play:
    """A request of one leg, which is in that state by the ordinary way."""
    if state is LegState.REFERRED:
        play = Play(elsewhere()).begin(resource)
        play.do("applicant", c.Attach(file("consent", play.now().legs[0].id)))
        play.do("applicant", c.Submit())
        return play
    play = Play().begin(resource)
    play.do("applicant", c.SaveAnswers({"defence": "yes", "personal-data": "yes"}))
    leg = play.now().legs[0].id
    play.do("applicant", c.Attach(file("consent", leg)))
    steps = reviews(leg)
    if state in PLACES:
        steps = steps[: PLACES.index(state)]
    elif state is LegState.RETURNED:
        steps = [*steps[:3], ("handler", c.Return(leg, "Which scanners?"))]
    else:
        steps += _endings(leg, decides)[state]
    for who, command in steps:
        if isinstance(command, c.Expire):
            play.at = LATER
        play.do(who, command)
    assert play.now().legs[0].state is state
    return play


def _endings(leg: str, decides: str) -> dict[LegState, list[tuple[str, Any]]]:
    approved = [(decides, c.Approve(leg))]
    active = [
        *approved,
        (
            "applicant",
            c.AcceptTerms(leg, "general-terms@1" if decides == "decider" else "compute-terms@1"),
        ),
        ("handler", c.Activate(leg)),
    ]
    return {
        LegState.APPROVED: approved,
        LegState.APPROVED_WITH_CONDITIONS: [
            (decides, c.ApproveWithConditions(leg, "No export of pixels"))
        ],
        LegState.REJECTED: [(decides, c.Reject(leg, "The purpose is not permitted"))],
        LegState.ACTIVE: active,
        LegState.EXPIRED: [*active, ("system", c.Expire(leg))],
        LegState.WITHDRAWN: [("applicant", c.Withdraw(leg))],
        LegState.REVOKED: [*active, (decides, c.Revoke(leg, "Conditions were broken"))],
        LegState.CLOSED: [*approved, ("applicant", c.Close(leg))],
    }
