"""The desk: every act on a request goes over it, and every refusal."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from catalogue.access import commands as c
from catalogue.access.attachments import MOST_BYTES
from catalogue.access.deciding import copied, decide
from catalogue.access.folding import evolve
from catalogue.access.model import (
    STAFF,
    Answers,
    Attachment,
    Event,
    Filled,
    Kind,
    Notice,
    Request,
    Resource,
)
from catalogue.access.parts import SYSTEM, parts
from catalogue.access.viewing import View, view
from catalogue.access.workflow import Workflow, checked
from catalogue.desk.hooks import Forms, NoForms, NoNotices, Notices
from catalogue.desk.reading import Reading, who_of
from catalogue.desk.resources import resource_of
from catalogue.errors import (
    AnotherBody,
    Conflict,
    Forbidden,
    InvalidAnswers,
    InvalidInput,
    NotFound,
    Overtaken,
)
from catalogue.people import Person, Role
from catalogue.ports import AuditedAct, Done, Journal

ATTEMPTS = (
    5  # times that an act is decided on anew as another leg of the request was changed meanwhile
)
MOST_BYTES_TOGETHER = 100 * 1024 * 1024  # of all attachments of a request
COPY = "copy"
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class Desk(Reading):
    """Requests for access, for doors of every kind. Safe to share between threads.

    `clock` gives the moment in UTC. Each act is decided on by `catalogue.access`, stored with what
    follows from it and noted in the audit log, in one transaction; a refusal is noted in one of its own.
    """

    def __init__(
        self,
        journal: Journal,
        clock: Callable[[], datetime],
        *,
        notices: Notices | None = None,
        forms: Forms | None = None,
    ) -> None:
        super().__init__(journal, clock)
        self._notices: Notices = notices or NoNotices()
        self._forms: Forms = forms or NoForms()

    # --- making a request -------------------------------------------------------------------------------

    def start(
        self,
        person: Person,
        page_ids: Sequence[str],
        *,
        title: str = "",
        answers: Answers | None = None,
        command_id: str | None = None,
    ) -> View:
        """A new draft of the person that asks for the records of these pages.

        Raises: NotFound, Conflict and InvalidInput for a page that cannot be asked for; AnotherBody.
        """
        told = {"pages": list(page_ids), "title": title, "answers": answers or {}}

        def command() -> c.Create:
            resources = tuple(resource_of(self.journal, one, person) for one in page_ids)
            return c.Create(new_id(self.clock()), title, resources, answers or {})

        return self._create(person, c.Create.name, "", command, told, command_id)

    def copy(self, person: Person, request_id: str, *, command_id: str | None = None) -> View:
        """A new draft of the person with what the request asks for and answers, as far as that is still
        in the catalogue; files are not copied. Raises: NotFound, Forbidden, Conflict, AnotherBody."""

        def command() -> c.Create:
            old = self._requests.load(request_id)
            resources = self._still_there(person, old)
            return copied(old, person, new_id(self.clock()), resources)

        return self._create(person, COPY, request_id, command, {COPY: request_id}, command_id)

    def _still_there(self, person: Person, old: Request) -> tuple[Resource, ...]:
        found = []
        for one in old.resources:
            try:
                found.append(resource_of(self.journal, one.page_id, person))
            except (NotFound, Conflict):
                continue
        return tuple(found)

    def _create(
        self,
        person: Person,
        name: str,
        subject: str,
        command: Callable[[], c.Create],
        told: Mapping[str, Any],
        command_id: str | None,
    ) -> View:
        digest = _digest(name, told)
        with self._refusals(person, name, subject, None):
            request = self._once(
                person,
                command_id,
                digest,
                lambda: self._perform(person, None, command(), command_id, digest),
            )
        return self._shown(request, person)

    # --- acting on it -------------------------------------------------------------------------------------

    def act(
        self,
        person: Person,
        request_id: str,
        command: c.Command,
        *,
        expected: int | None = None,
        command_id: str | None = None,
    ) -> View:
        """Do what the command says, with all that follows from it; return what the person sees then.

        `expected` is the version that the person has seen (`View.version`, or a leg's): nothing of the
        request may have changed since; for a holder's staff, nothing of their leg. `command_id` makes it
        one act of the person's however often it is sent, with the same answer.

        Raises: NotFound; Forbidden; Conflict (Overtaken names the version now); InvalidInput
        (InvalidAnswers tells what is wrong with a form, AnotherBody that the command's id was used for
        something else). Every refusal is noted.
        """
        if isinstance(command, c.Create):
            raise InvalidInput("a request is made by `start` or `copy`")
        digest = _digest(command.name, {"request": request_id, **_told(command)})
        with self._refusals(person, command.name, request_id, getattr(command, "leg", None)):
            request = self._once(
                person,
                command_id,
                digest,
                lambda: self._insist(person, request_id, command, expected, command_id, digest),
            )
        return self._shown(request, person)

    def add(
        self,
        person: Person,
        request_id: str,
        page_id: str,
        *,
        expected: int | None = None,
        command_id: str | None = None,
    ) -> View:
        """Ask for one more record. Raises: as `start` and `act`."""
        with self._refusals(person, c.AddResource.name, request_id, None):
            resource = resource_of(self.journal, page_id, person)
        command = c.AddResource(resource)
        return self.act(person, request_id, command, expected=expected, command_id=command_id)

    def attach(
        self,
        person: Person,
        request_id: str,
        body: bytes,
        *,
        field: str,
        name: str,
        leg: str | None = None,
        expected: int | None = None,
        command_id: str | None = None,
    ) -> View:
        """Store a file with the answers to a field; what it is, is told from its content.

        Raises: as `act`; InvalidInput where it is empty, too large, or not what its name says.
        """
        sha256 = hashlib.sha256(body).hexdigest()
        told = {"request": request_id, "field": field, "name": name, "leg": leg, "sha256": sha256}
        digest = _digest(c.Attach.name, told)

        def attach() -> Request:
            kind = self._checked_file(self._requests.load(request_id), name, body)
            now = self.clock()
            file = Attachment(
                new_id(now), leg, field[:200], name[:200], kind, len(body), sha256, person.id, now
            )
            command, bodies = c.Attach(file), {file.id: body}
            return self._insist(person, request_id, command, expected, command_id, digest, bodies)

        with self._refusals(person, c.Attach.name, request_id, leg):
            request = self._once(person, command_id, digest, attach)
        return self._shown(request, person)

    def _checked_file(self, request: Request, name: str, body: bytes) -> str:
        """Its media type. Raises: InvalidInput."""
        if not body:
            raise InvalidInput("the file is empty")
        if len(body) > MOST_BYTES:
            raise InvalidInput(f"a file has at most {MOST_BYTES} bytes, not {len(body)}")
        if sum(one.size for one in request.attachments) + len(body) > MOST_BYTES_TOGETHER:
            raise InvalidInput(f"the files of a request have at most {MOST_BYTES_TOGETHER} bytes")
        return self._forms.media_type(name, body)

    def act_as_catalogue(self, request_id: str, command: c.Command) -> Request:
        """Do what the clock or the journal demands. Raises: NotFound, Conflict; neither is noted, as
        another process may have been faster."""
        return self._insist(SYSTEM, request_id, command, None, None, b"")

    # --- how holders decide -----------------------------------------------------------------------------

    def set_workflow(self, person: Person, workflow: Workflow) -> Workflow:
        """Store a new version of a holder's workflow. For stewards and the holder's deciders.

        Raises: Forbidden, InvalidInput, NotFound; each is noted.
        """
        with self._refusals(person, "set-workflow", workflow.holder, None):
            if not (person.may(Role.STEWARD) or person.may(Role.DECIDER, workflow.holder)):
                raise Forbidden(
                    f"workflows of {workflow.holder} are set by its decider or a steward"
                )
            return self._requests.workflows.put(checked(workflow), who_of(person))

    # --- below ------------------------------------------------------------------------------------------

    def _once(
        self, person: Person, command_id: str | None, digest: bytes, work: Callable[[], Request]
    ) -> Request:
        """What the work gives, or what it gave when it was done under that id."""
        found = self._replayed(person, command_id, digest)
        if found is not None:
            return found
        try:
            return work()
        except Conflict:  # the same command may have been done at this very moment
            found = self._replayed(person, command_id, digest)
            if found is None:
                raise
            return found

    def _replayed(self, person: Person, command_id: str | None, digest: bytes) -> Request | None:
        """The request of a command that was done already. Raises: AnotherBody."""
        found = None if command_id is None else self._requests.done(person.id, command_id)
        if found is None:
            return None
        if found.digest != digest:
            raise AnotherBody(f"the id {command_id!r} was used for something else; take a new one")
        return self._requests.load(found.request)

    def _insist(
        self,
        actor: Person,
        request_id: str,
        command: c.Command,
        expected: int | None,
        command_id: str | None,
        digest: bytes,
        bodies: Mapping[str, bytes] | None = None,
    ) -> Request:
        """Decide and store; anew where the request changed between the two."""
        for attempt in range(ATTEMPTS):
            request = self._requests.load(request_id)
            if expected is not None:
                _check_expected(request, command, actor, expected)
            try:
                return self._perform(actor, request, command, command_id, digest, bodies)
            except Overtaken:
                if attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def _perform(
        self,
        actor: Person,
        request: Request | None,
        command: c.Command,
        command_id: str | None,
        digest: bytes,
        bodies: Mapping[str, bytes] | None = None,
    ) -> Request:
        book = self._requests.workflows.book(_holders(request, command))
        filled = self._filled(request) if isinstance(command, c.Submit) else {}
        events = decide(request, command, actor, self.clock(), book, filled)
        self._check_forms(request, events)
        last = events[-1]
        done = None
        if command_id is not None:
            done = Done(actor.id, command_id, digest, last.request, last.version)
        return self._requests.append(
            events,
            acts=[_act(actor, command, events)],
            notices=self._notices_of(request, events),
            done=done,
            bodies=bodies,
        )

    def _filled(self, request: Request | None) -> dict[str, Filled]:
        """What the forms of each leg make of its answers."""
        legs = request.legs if request else ()
        return {leg.id: self._forms.filled(request, leg) for leg in legs if request}

    def _check_forms(self, request: Request | None, events: Sequence[Event]) -> None:
        handed_in = [one.leg for one in events if one.kind in {Kind.SUBMITTED, Kind.RESUBMITTED}]
        if request is None or not handed_in:
            return
        legs = [leg for leg in request.legs if leg.id in handed_in]
        faults = list(
            dict.fromkeys(one for leg in legs for one in self._forms.faults(request, leg))
        )
        if faults:
            told = "; ".join(f"{one.field}: {one.message}" for one in faults[:5])
            raise InvalidAnswers(f"the form is not complete: {told}", faults)

    def _notices_of(self, request: Request | None, events: Sequence[Event]) -> list[Notice]:
        found: list[Notice] = []
        for event in events:
            request = evolve(request, event)
            found.extend(self._notices.of(event, request))
        return found

    def _shown(self, request: Request, person: Person) -> View:
        found = view(request, person, self.clock())
        if found is None:
            raise NotFound(f"there is no request {request.id!r} that you may see any more")
        return found


def new_id(now: datetime) -> str:
    """An id that sorts by time and cannot be guessed: 26 characters of base 32, of 48 bits of
    milliseconds and 80 at random."""
    number = (int(now.timestamp() * 1000) << 80) | secrets.randbits(80)
    places = ((number >> shift) & 31 for shift in range(125, -1, -5))
    return "".join(_ALPHABET[place] for place in places)


def _holders(request: Request | None, command: c.Command) -> set[str]:
    found = {leg.holder for leg in request.legs} if request else set()
    if isinstance(command, c.Create):
        found |= {one.holder for one in command.resources}
    if isinstance(command, c.AddResource):
        found.add(command.resource.holder)
    return found


def _check_expected(request: Request, command: c.Command, actor: Person, expected: int) -> None:
    """Raises: Overtaken where the actor has not seen what they are about to change."""
    leg = request.leg(getattr(command, "leg", None) or "")
    now = request.version
    if leg is not None and parts(request, leg, actor) & set(STAFF):
        if leg.version <= expected <= now:
            return
        now = leg.version
    if expected != now:
        raise Overtaken(
            f"the request has changed since you saw version {expected}; it is at version {now}: look"
            " again, then decide",
            now,
        )


def _act(actor: Person, command: c.Command, events: Sequence[Event]) -> AuditedAct:
    """What the audit log is told: ids and states, and no text that somebody wrote."""
    legs = sorted({one.leg for one in events if one.leg})
    states = {one.leg: one.data["state"] for one in events if "state" in one.data}
    details = {
        "version": events[-1].version,
        "legs": legs,
        "as": events[0].part.value,
        "states": states,
    }
    name = COPY if isinstance(command, c.Create) and command.copied_from else command.name
    return AuditedAct(who_of(actor), f"access.{name}", events[0].request, details)


def _told(command: c.Command) -> dict[str, Any]:
    return asdict(command)


def _digest(name: str, told: Mapping[str, Any]) -> bytes:
    """What tells one command from another."""
    text = json.dumps([name, told], sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
