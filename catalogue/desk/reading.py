"""What the desk shows: requests, legs and entitlements, to each person what their roles allow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from catalogue.access.allowing import possible
from catalogue.access.book import Book
from catalogue.access.model import Attachment, Entitlement, Leg, LegState, Request, RequestState
from catalogue.access.parts import SYSTEM
from catalogue.access.viewing import View, attachment_seen, sees_leg, view
from catalogue.access.workflow import Workflow
from catalogue.errors import CatalogueError, Forbidden, NotFound, Unavailable
from catalogue.people import HOLDER_ROLES, Person, Role
from catalogue.ports import (
    EntitlementsWanted,
    Journal,
    LegRow,
    LegsWanted,
    RequestRow,
    RequestsWanted,
)

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """A part of a list: how many there are in all, and where to go on (None behind the last)."""

    items: tuple[Row, ...]
    total: int
    next: str | None


class Reading:
    """The reading half of the desk. `clock` gives the moment in UTC."""

    def __init__(self, journal: Journal, clock: Callable[[], datetime]) -> None:
        self.journal = journal
        self.clock = clock
        self._requests = journal.requests

    def view(self, person: Person, request_id: str) -> View:
        """What the person may see of the request. Raises: NotFound, also where they may see nothing; that
        is noted."""
        request = self._requests.load(request_id)
        with self._refusals(person, "view", request_id, None):
            found = view(request, person, self.clock())
            if found is None:
                raise NotFound(f"there is no request {request_id[:80]!r} that you may see")
            return found

    def possible(self, person: Person, request_id: str) -> dict[str, tuple[str, ...]]:
        """The names of what the person may do now, by each leg that they may see."""
        request = self._requests.load(request_id)
        book = self.book(request)
        return {
            leg.id: possible(request, leg, person, workflow_of(book, leg))
            for leg in request.legs
            if sees_leg(request, leg, person)
        }

    def attachment(
        self, person: Person, request_id: str, attachment_id: str
    ) -> tuple[Attachment, bytes]:
        """A file and its bytes. Raises: NotFound, also where the person may not read it; that is noted."""
        request = self._requests.load(request_id)
        with self._refusals(person, "attachment", request_id, None):
            found = attachment_seen(request, attachment_id, person)
            if found is None:
                raise NotFound(f"there is no attachment {attachment_id[:80]!r} that you may read")
        return found, self._requests.attachments.body(request_id, found.id)

    def mine(
        self,
        person: Person,
        *,
        states: Collection[RequestState] = (),
        after: str | None = None,
        limit: int = 50,
    ) -> Page[RequestRow]:
        """Requests that the person made, works on, or that their organisation made; the last changed
        first."""
        wanted = RequestsWanted(person.id, person.organisation, states)
        return self._request_page(wanted, after, limit)

    def all(
        self,
        person: Person,
        *,
        states: Collection[RequestState] = (),
        after: str | None = None,
        limit: int = 50,
    ) -> Page[RequestRow]:
        """Every request, for auditors. Raises: Forbidden, which is noted."""
        with self._refusals(person, "list", "requests", None):
            if not person.may(Role.AUDITOR):
                raise Forbidden("the list of all requests is for auditors")
        return self._request_page(RequestsWanted(states=states), after, limit)

    def _request_page(
        self, wanted: RequestsWanted, after: str | None, limit: int
    ) -> Page[RequestRow]:
        rows, following = self._requests.list_requests(wanted, after=after, limit=limit)
        return Page(tuple(rows), self._requests.count_requests(wanted), following)

    def legs(
        self, person: Person, wanted: LegsWanted, *, after: str | None = None, limit: int = 50
    ) -> Page[LegRow]:
        """Legs at the person's holders (an auditor's: at all), by when they are due. Raises: Forbidden for
        a holder that the person does not work for."""
        allowed = replace(wanted, holders=self._holders(person, wanted.holders))
        rows, following = self._requests.list_legs(allowed, after=after, limit=limit)
        return Page(tuple(rows), self._requests.count_legs(allowed), following)

    def numbers(
        self, person: Person, holders: Collection[str] | None = None
    ) -> dict[str, dict[LegState, int]]:
        """How many legs are in each state, by holder: of the person's holders, for stewards and auditors
        of all. Raises: Forbidden."""
        if person.may(Role.STEWARD):
            return self._requests.numbers(holders)
        return self._requests.numbers(self._holders(person, holders))

    def _holders(self, person: Person, wanted: Collection[str] | None) -> Collection[str] | None:
        if person.may(Role.AUDITOR):
            return wanted
        own = {one for role in HOLDER_ROLES for one in person.scopes(role)}
        foreign = sorted(set(wanted or ()) - own)
        with self._refusals(person, "list", ",".join(foreign) or "legs", None):
            if foreign or not own:
                at = f" at {', '.join(foreign)}" if foreign else ""
                raise Forbidden(f"this list is for staff of a holder; you have no role{at}")
        return sorted(own if wanted is None else wanted)

    def entitlements(
        self,
        person: Person,
        wanted: EntitlementsWanted,
        *,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[Entitlement]:
        """Entitlements that meet all that is wanted, among the person's own where nothing else is asked
        for. Those of an organisation are for its members, those of a holder for its staff, all for
        auditors. Raises: Forbidden."""
        if not self._may_list(person, wanted):
            wanted = replace(wanted, person=wanted.person or person.id)
            with self._refusals(person, "list", "entitlements", None):
                if wanted.person != person.id:
                    raise Forbidden(
                        "entitlements of others are for their organisation and the holder"
                    )
        rows, following = self._requests.entitlements.list(wanted, after=after, limit=limit)
        return Page(tuple(rows), self._requests.entitlements.count(wanted), following)

    def _may_list(self, person: Person, wanted: EntitlementsWanted) -> bool:
        if person.may(Role.AUDITOR):
            return True
        if wanted.organisation is not None and person.may(Role.MEMBER, wanted.organisation):
            return True
        own = {one for role in HOLDER_ROLES for one in person.scopes(role)}
        return bool(wanted.holders) and set(wanted.holders or ()) <= own

    @contextmanager
    def _refusals(self, person: Person, name: str, subject: str, leg: str | None) -> Iterator[None]:
        """Note in the audit log what is refused."""
        try:
            yield
        except Unavailable:
            raise
        except CatalogueError as error:
            details = {"act": name, "leg": leg, "why": type(error).__name__}
            self.journal.audit.record(who_of(person), "access.refused", subject[:80], details)
            raise

    def book(self, request: Request) -> Book:
        """The workflows of the holders that the request goes to."""
        return self._requests.workflows.book({leg.holder for leg in request.legs})


def who_of(actor: Person) -> str:
    """How the audit log names who acts."""
    return "system" if actor is SYSTEM else actor.who


def workflow_of(book: Book, leg: Leg) -> Workflow:
    """The workflow that a leg is under; the last version while it is a draft."""
    if leg.workflow_version is None:
        return book.last(leg.holder, leg.workflow)
    return book.at(leg.holder, leg.workflow, leg.workflow_version)
