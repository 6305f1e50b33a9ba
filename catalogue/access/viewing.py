"""What somebody may see of a request: the one answer that every door gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from catalogue.access.clocks import left, overdue
from catalogue.access.model import (
    STAFF,
    Answers,
    Attachment,
    Audience,
    Comment,
    Event,
    FormsAsked,
    Kind,
    Leg,
    LegState,
    Part,
    Party,
    Request,
    RequestState,
    Resource,
    Submission,
    request_state,
)
from catalogue.access.parts import APPLICANT_SIDE, parts
from catalogue.access.workflow import External
from catalogue.people import Person


class Sight(StrEnum):
    """As what somebody sees a request."""

    APPLICANT = "applicant"  # all of it but what is internal to holders
    HOLDER = "holder"  # the legs of their holders, as they were given
    AUDITOR = "auditor"  # everything, but no bytes of attachments


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a request's history. `who` is empty where the reader may not know the person."""

    version: int
    at: datetime
    kind: Kind
    part: Part
    who: str
    leg: str | None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LegView:
    """A leg as one reader may see it. `answers`, `shared` and `attachments`: to a holder's staff as they
    were given to it; to the applicant as they are now. `left`: of the present step. `days` or `until`:
    how long access was granted for, once it is decided. `forms`: what was asked when it was
    submitted, the last time; None where it was not, or that was not kept."""

    id: str
    holder: str
    workflow: str
    workflow_version: int | None
    version: int
    state: LegState
    since: datetime
    resources: tuple[Resource, ...]
    gone: tuple[Resource, ...]
    steps: tuple[LegState, ...]
    passed: tuple[LegState, ...]
    failed: tuple[LegState, ...]
    due: datetime | None
    left: timedelta | None
    overdue: bool
    external: External | None
    reason: str
    conditions: str
    terms: str | None
    terms_accepted: str | None
    submitted: datetime | None
    decided: datetime | None
    days: int | None
    until: datetime | None
    starts: datetime | None
    ends: datetime | None
    assigned: str | None
    entitled: tuple[Party, ...]
    shared: Answers
    answers: Answers
    attachments: tuple[Attachment, ...]
    forms: FormsAsked | None
    comments: tuple[Comment, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A request as one reader may see it; what is not in it they may not know.

    `state` follows from the legs that are in it, `changed` and `version` from the events that are:
    `version` is what to give as the expected one. `bytes`: whether attachments may be read.
    """

    id: str
    sight: Sight
    version: int
    state: RequestState
    title: str
    applicant: Party
    invited: tuple[Party, ...]
    created: datetime
    changed: datetime
    answers: Answers
    attachments: tuple[Attachment, ...]
    legs: tuple[LegView, ...]
    history: tuple[Told, ...]
    copied_from: str | None
    bytes: bool


def view(request: Request, person: Person, now: datetime) -> View | None:
    """What the person may see of the request; None where they may not know that it is there.

    The applicant, whoever is invited, and the applicant's organisation see all of it, but not what a
    holder's staff say among themselves, nor who they are. A holder's staff see the legs of their holder
    from when they were submitted, with what was given to them then, and nothing of any other leg. An
    auditor sees everything and changes nothing. Stewards and administrators as such see nothing.
    """
    mine = parts(request, None, person)
    if Part.AUDITOR in mine and not mine & {Part.APPLICANT, Part.INVITED}:
        return _whole(request, person, now, Sight.AUDITOR)
    if mine & set(APPLICANT_SIDE):
        return _whole(request, person, now, Sight.APPLICANT)
    return _of_holder(request, person, now)


def sees_leg(request: Request, leg: Leg, person: Person) -> bool:
    """Whether the person may see that leg: the question of whoever lists events or notices."""
    mine = parts(request, leg, person)
    known = leg.given is not None and bool(mine & set(STAFF))
    return known or bool(mine & {*APPLICANT_SIDE, Part.AUDITOR})


def attachment_seen(request: Request, attachment: str, person: Person) -> Attachment | None:
    """The attachment, where the person may read its bytes: who asks, and the staff of a holder that it
    was given to. Not an auditor."""
    mine = parts(request, None, person)
    if mine & set(APPLICANT_SIDE):
        files: Iterable[Attachment] = request.attachments
    else:
        seen = _seen(request, person)
        files = (one for leg in seen if leg.given for one in leg.given.attachments)
    return next((one for one in files if one.id == attachment), None)


# --- the whole ------------------------------------------------------------------------------------------


def _whole(request: Request, person: Person, now: datetime, sight: Sight) -> View:
    audits = sight is Sight.AUDITOR
    inside = {leg.id for leg in request.legs if audits or _is_staff(request, leg, person)}
    legs = (
        _leg_view(request, leg, person, now, _as_now(request, leg), inside=leg.id in inside)
        for leg in request.legs
    )
    history = (_told(one, inside=audits or one.leg in inside) for one in request.events)
    return View(
        id=request.id,
        sight=sight,
        version=request.version,
        state=request.state,
        title=request.title,
        applicant=request.applicant,
        invited=request.invited,
        created=request.created,
        changed=request.changed,
        answers=request.answers,
        attachments=request.attachments,
        legs=tuple(legs),
        history=tuple(one for one in history if one is not None),
        copied_from=request.copied_from,
        bytes=not audits,
    )


def _as_now(request: Request, leg: Leg) -> Submission:
    """What is filled in for a leg at present."""
    files = tuple(one for one in request.attachments if one.leg in {None, leg.id})
    return Submission(request.changed, request.title, request.answers, leg.answers, files)


# --- what a holder was given ------------------------------------------------------------------------------


def _of_holder(request: Request, person: Person, now: datetime) -> View | None:
    seen = [(leg, leg.given) for leg in _seen(request, person) if leg.given is not None]
    if not seen:
        return None
    legs = [_leg_view(request, leg, person, now, given, inside=True) for leg, given in seen]
    known = {leg.id: min(_submissions(request, leg)) for leg, _given in seen}
    events = [
        one
        for one in request.events
        if one.leg in known and one.version >= known[one.leg] and one.kind not in _FILLING
    ]
    _leg, last = max(seen, key=lambda each: each[1].at)
    shared = {one.id: one for one in last.attachments if one.leg is None}
    return View(
        id=request.id,
        sight=Sight.HOLDER,
        version=max(leg.version for leg in legs),
        state=request_state([leg.state for leg in legs]),
        title=last.title,
        applicant=request.applicant,
        invited=request.invited,
        created=request.created,
        changed=max(one.at for one in events),
        answers=last.shared,
        attachments=tuple(shared.values()),
        legs=tuple(legs),
        history=tuple(filter(None, (_told(one, inside=True) for one in events))),
        copied_from=None,
        bytes=True,
    )


_FILLED = ("answers", "asked")
_FILLING = (Kind.ANSWERED, Kind.ATTACHED, Kind.DETACHED)


def _seen(request: Request, person: Person) -> list[Leg]:
    """The legs that were given to a holder whose staff the person is."""
    return [leg for leg in request.legs if _is_staff(request, leg, person)]


def _is_staff(request: Request, leg: Leg, person: Person) -> bool:
    return leg.given is not None and bool(parts(request, leg, person) & set(STAFF))


def _submissions(request: Request, leg: Leg) -> Iterator[int]:
    return (
        one.version for one in request.events if one.leg == leg.id and one.kind is Kind.SUBMITTED
    )


# --- one leg, one line --------------------------------------------------------------------------------------


def _leg_view(
    request: Request,
    leg: Leg,
    person: Person,
    now: datetime,
    filled: Submission,
    *,
    inside: bool,
) -> LegView:
    """A leg with what is filled in for it; what is internal to its holder only `inside`."""
    return LegView(
        id=leg.id,
        holder=leg.holder,
        workflow=leg.workflow,
        workflow_version=leg.workflow_version,
        version=leg.version,
        state=leg.state,
        since=leg.since,
        resources=leg.resources,
        gone=tuple(one.resource for one in leg.gone),
        steps=leg.steps,
        passed=leg.passed,
        failed=leg.failed,
        due=leg.due,
        left=left(leg, now),
        overdue=overdue(leg, now),
        external=leg.external,
        reason=leg.reason,
        conditions=leg.conditions,
        terms=leg.terms,
        terms_accepted=leg.terms_accepted,
        submitted=leg.submitted,
        decided=leg.decided,
        days=leg.days or None,
        until=leg.until,
        starts=leg.starts,
        ends=leg.ends,
        assigned=leg.assigned if inside else None,
        entitled=leg.entitled,
        shared=filled.shared,
        answers=filled.answers,
        attachments=filled.attachments,
        forms=leg.given.forms if leg.given else None,
        comments=tuple(_comments(leg, inside=inside)),
        parts=tuple(sorted(parts(request, leg, person))),
    )


def _comments(leg: Leg, *, inside: bool) -> Iterator[Comment]:
    for one in leg.comments:
        if inside:
            yield one
        elif one.audience is Audience.APPLICANT:
            yield replace(one, who="") if one.part in STAFF else one


def _told(event: Event, *, inside: bool) -> Told | None:
    """The event as a line of history; None where the reader may not know of it. What was filled in is
    shown once, with the leg, not line by line."""
    data = {name: value for name, value in event.data.items() if name not in _FILLED}
    internal = data.get("audience") == Audience.INTERNAL.value
    if not inside and (event.kind is Kind.ASSIGNED or internal):
        return None
    who = event.who
    if not inside and event.part in STAFF:
        who = ""
        data.pop("note", None)
        if event.kind is Kind.FAILED and data.get("state") != LegState.REJECTED.value:
            data.pop("reason", None)
    return Told(event.version, event.at, event.kind, event.part, who, event.leg, data)
