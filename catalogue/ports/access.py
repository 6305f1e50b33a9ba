"""The doors to requests for access: their events, what is derived from them, workflows and files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from catalogue.access.book import Book
from catalogue.access.model import (
    Entitlement,
    EntitlementState,
    Event,
    LegState,
    Notice,
    Request,
    RequestState,
)
from catalogue.access.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has an id, so that it has one effect however often it comes: `who` gave it, `digest`
    is of what was wanted (SHA-256). `version`: of the request behind it."""

    who: str
    id: str
    digest: bytes
    request: str
    version: int


@dataclass(frozen=True, slots=True)
class AuditedAct:
    """What the audit log is told of an act, in its transaction."""

    who: str
    act: str
    subject: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request in a list. `legs`: how many; `resources`: how many are asked for."""

    id: str
    version: int
    applicant: str
    organisation: str | None
    title: str
    state: RequestState
    created: datetime
    changed: datetime
    legs: int
    resources: int


@dataclass(frozen=True, slots=True)
class LegRow:
    """A leg in a list of its holder's. `title` is as it was given. `due`: of the present step, None where
    no clock runs; `resources`: how many are asked for; `sectors`: of all of them, in order."""

    request: str
    leg: str
    holder: str
    workflow: str
    state: LegState
    version: int
    applicant: str
    organisation: str | None
    title: str
    submitted: datetime | None
    changed: datetime
    since: datetime
    due: datetime | None
    ends: datetime | None
    assigned: str | None
    sectors: tuple[str, ...]
    resources: int


@dataclass(frozen=True, slots=True)
class RequestsWanted:
    """Which requests: those that meet all that is given. `person`: made by or shared with them;
    `organisation`: made for it; either is enough where both are given."""

    person: str | None = None
    organisation: str | None = None
    states: Collection[RequestState] = ()


@dataclass(frozen=True, slots=True)
class LegsWanted:
    """Which legs: those that meet all that is given. Only such as were submitted are ever listed.
    `holders` None: of all. `due_before`: whose step should be over by then."""

    holders: Collection[str] | None = None
    states: Collection[LegState] = ()
    assigned: str | None = None
    due_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class EntitlementsWanted:
    """Which entitlements: those that meet all that is given. `holders` None: of all. `in_force`: at that
    moment."""

    person: str | None = None
    organisation: str | None = None
    holders: Collection[str] | None = None
    page_id: str | None = None
    request: str | None = None
    states: Collection[EntitlementState] = ()
    in_force: datetime | None = None


@dataclass(frozen=True, slots=True)
class Overrun:
    """A leg whose time is over: its entitlements end (`expires`), or its step is overdue."""

    request: str
    leg: str
    expires: bool


class Requests(Protocol):
    """Requests as their events, append-only, with rows derived from them in the same transaction."""

    @property
    def workflows(self) -> Workflows: ...
    @property
    def entitlements(self) -> Entitlements: ...
    @property
    def attachments(self) -> Attachments: ...

    def append(
        self,
        events: Sequence[Event],
        *,
        acts: Sequence[AuditedAct] = (),
        notices: Sequence[Notice] = (),
        done: Done | None = None,
        bodies: Mapping[str, bytes] | None = None,
    ) -> Request:
        """Store events of one request, and with them all that follows, or nothing; return the request.

        With them: its rows and entitlements, the acts, the notices, the command that is done, and the
        bytes of attachments by id. The first event's version must follow the stored last one. Where
        the command is done already nothing is stored, and the request is returned as it is.

        Raises: Overtaken where somebody else was faster; AnotherBody where the command's id was used
        for something else; StorageFull.
        """

    def load(self, request_id: str) -> Request:
        """The request as its events make it. Raises: NotFound."""

    def events(self, after: int = 0, limit: int = 1000) -> list[Event]:
        """Events of all requests whose `seq` is above a number, in order. Numbers become visible in the
        order of commits."""

    def done(self, who: str, command_id: str) -> Done | None:
        """The command that a person did under that id."""

    def list_requests(
        self, wanted: RequestsWanted, *, after: str | None = None, limit: int = 50
    ) -> tuple[list[RequestRow], str | None]:
        """Requests, the last changed first, and where to go on (`after`), None behind the last.
        Raises: InvalidInput for a place that was not given out here."""

    def count_requests(self, wanted: RequestsWanted) -> int:
        """How many the list has in all."""

    def list_legs(
        self, wanted: LegsWanted, *, after: str | None = None, limit: int = 50
    ) -> tuple[list[LegRow], str | None]:
        """Legs by when their step is due, those without a clock last, the oldest first; as above."""

    def count_legs(self, wanted: LegsWanted) -> int:
        """How many the list has in all."""

    def numbers(self, holders: Collection[str] | None = None) -> dict[str, dict[LegState, int]]:
        """How many legs are in each state, by holder, drafts left out."""

    def overrun(self, now: datetime, limit: int = 100) -> list[Overrun]:
        """Legs whose entitlements are over, and those whose step is overdue and not noted as such; the
        longest first."""

    def asked_for(self, page_ids: Collection[str]) -> list[tuple[str, str, str]]:
        """Legs that have not ended and ask for one of these: (request, leg, page id)."""

    def open_at(self, holder: str) -> list[tuple[str, str]]:
        """Legs of a holder that have not ended: (request, leg)."""

    def resources(self, after: str = "", limit: int = 1000) -> list[str]:
        """Page ids that legs ask for which have not ended, in their order, from the one behind `after`."""

    def holders(self) -> list[str]:
        """The holders of legs that have not ended."""

    def check(self) -> list[str]:
        """Faults: events that do not follow one another, rows and entitlements that are not what the
        events say, attachments whose bytes are not theirs. Empty when sound."""

    def rebuild(self) -> int:
        """Derive all rows anew from the events; return how many requests there are."""


class Entitlements(Protocol):
    """Who may use what, derived from events; read only."""

    def list(
        self, wanted: EntitlementsWanted, *, after: str | None = None, limit: int = 50
    ) -> tuple[list[Entitlement], str | None]:
        """Entitlements, the last given first, and where to go on. Raises: InvalidInput."""

    def count(self, wanted: EntitlementsWanted) -> int:
        """How many the list has in all."""

    def get(self, entitlement_id: str) -> Entitlement:
        """Raises: NotFound."""


class Workflows(Protocol):
    """How holders decide: each change a new version, none ever lost; and who decides for whom."""

    def book(self, holders: Collection[str]) -> Book:
        """Every version of the workflows of these holders."""

    def put(self, workflow: Workflow, who: str) -> Workflow:
        """Store it as the next version of the holder's workflow of that id; return it with its number. Its
        terms get the next version, too, where theirs stands for another text of the holder's.

        Raises: InvalidInput where it cannot be followed, has no text of its terms, or takes a kind that
        another workflow of the holder covers; NotFound for the holder.
        """

    def delegate(self, node: str, holder: str | None, who: str) -> None:
        """From now on that holder decides on what the node describes; the node itself where it is None.
        Running requests stay where they are. Raises: NotFound; InvalidInput where the other one has
        given its own away."""

    def holder_of(self, node: str) -> str:
        """Who decides on what the node describes: itself, unless it named another."""


class Attachments(Protocol):
    """The bytes of attachments, kept with the request. They are stored by `Requests.append`."""

    def body(self, request_id: str, attachment_id: str) -> bytes:
        """Raises: NotFound."""


__all__ = [
    "Attachments",
    "AuditedAct",
    "Done",
    "Entitlements",
    "EntitlementsWanted",
    "LegRow",
    "LegsWanted",
    "Overrun",
    "RequestRow",
    "Requests",
    "RequestsWanted",
    "Workflows",
]
