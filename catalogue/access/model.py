"""What a request for access is: its legs, their states, and the events that it is made of.

Pure values. Times are aware datetimes in UTC; whoever acts passes the moment in. A request is what its
events say (`catalogue.access.folding`), and nothing else: what lists and doors read is derived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from catalogue.access.workflow import External

Answers: TypeAlias = Mapping[str, Any]
"""What was filled in, by the name of the field; values are plain JSON."""


FormsAsked: TypeAlias = tuple[tuple[str, int], ...]
"""Forms as they were asked, in their order: id and version of each."""


class LegState(StrEnum):
    """Where one holder's part of a request stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ELIGIBILITY = "eligibility"
    TECHNICAL = "technical"
    ETHICS = "ethics"
    LEGAL = "legal"
    DECISION = "decision"
    RETURNED = "returned"  # the applicant has to answer; the clock stands still
    APPROVED = "approved"
    APPROVED_WITH_CONDITIONS = "approved-with-conditions"
    REJECTED = "rejected"
    ACTIVE = "active"  # entitlements were issued
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"  # by the applicant
    REVOKED = "revoked"
    CLOSED = "closed"
    REFERRED = "referred"  # the holder has a procedure of its own, elsewhere


REVIEWS = (LegState.ELIGIBILITY, LegState.TECHNICAL, LegState.ETHICS, LegState.LEGAL)
STEPS = (*REVIEWS, LegState.DECISION)
WITH_HOLDER = (LegState.SUBMITTED, *STEPS)
GRANTED = (LegState.APPROVED, LegState.APPROVED_WITH_CONDITIONS)
ENDED = (
    LegState.REJECTED,
    LegState.EXPIRED,
    LegState.WITHDRAWN,
    LegState.REVOKED,
    LegState.CLOSED,
)


class RequestState(StrEnum):
    """Where a request as a whole stands; see `request_state`."""

    DRAFT = "draft"
    RETURNED = "returned"  # some holder waits for the applicant
    IN_REVIEW = "in-review"  # some holder has to act, and none waits for the applicant
    APPROVED = "approved"  # all have answered, and terms wait to be accepted
    ACTIVE = "active"
    REFERRED = "referred"  # what is left is decided elsewhere
    ENDED = "ended"  # every leg has ended


class Part(StrEnum):
    """What somebody is to one leg of one request. Roles of `catalogue.people` give these where they are
    held at the leg's holder or in the applicant's organisation."""

    APPLICANT = "applicant"  # made this request
    INVITED = "invited"  # works on it with the applicant
    MEMBER = "member"  # of the applicant's organisation
    REPRESENTATIVE = "representative"  # of the applicant's organisation
    HANDLER = "handler"
    REVIEWER_TECHNICAL = "reviewer-technical"
    REVIEWER_ETHICS = "reviewer-ethics"
    REVIEWER_LEGAL = "reviewer-legal"
    DECIDER = "decider"
    ALLOCATOR = "allocator"
    AUDITOR = "auditor"
    SYSTEM = "system"  # the catalogue itself, by its clock or its journal


STAFF = (
    Part.HANDLER,
    Part.REVIEWER_TECHNICAL,
    Part.REVIEWER_ETHICS,
    Part.REVIEWER_LEGAL,
    Part.DECIDER,
    Part.ALLOCATOR,
)


class Kind(StrEnum):
    """What an event says has happened."""

    CREATED = "created"
    RESOURCE_ADDED = "resource-added"
    RESOURCE_REMOVED = "resource-removed"
    ANSWERED = "answered"
    ATTACHED = "attached"
    DETACHED = "detached"
    INVITED = "invited"
    SUBMITTED = "submitted"
    RESUBMITTED = "resubmitted"
    REFERRED = "referred"
    TAKEN_UP = "taken-up"
    PASSED = "passed"
    FAILED = "failed"
    RETURNED = "returned"
    APPROVED = "approved"
    APPROVED_WITH_CONDITIONS = "approved-with-conditions"
    REJECTED = "rejected"
    TERMS_ACCEPTED = "terms-accepted"
    ACTIVATED = "activated"
    EXPIRED = "expired"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    ASSIGNED = "assigned"
    COMMENTED = "commented"
    RESOURCE_WITHDRAWN = "resource-withdrawn"
    OVERDUE = "overdue"


class Audience(StrEnum):
    """Whom a comment is for, beside the holder's staff."""

    INTERNAL = "internal"
    APPLICANT = "applicant"


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing that is asked for, as its record said when it was put into the basket.

    `type` is the record's; `service` what an offer gives access to ("compute", "storage" …), None for
    all else. `kind` of `catalogue.access.workflow` tells which workflow it comes under.
    """

    page_id: str
    iri: str
    title: str
    type: str
    holder: str
    sectors: tuple[str, ...] = ()
    service: str | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """A resource that left the catalogue while it was asked for or granted, and when."""

    resource: Resource
    at: datetime


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody that a request is for, and the organisation that they belonged to when it was made."""

    person: str
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with the answers; its bytes are in the store. `leg` None: of the shared part;
    `size` in bytes; `sha256` in hex. Never served under its own name or type."""

    id: str
    leg: str | None
    field: str
    name: str
    media_type: str
    size: int
    sha256: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote on a leg. `part` is what they were to it then."""

    at: datetime
    who: str
    part: Part
    audience: Audience
    text: str


@dataclass(frozen=True, slots=True)
class Submission:
    """What a holder was given, as it was at that moment: title and those shared answers that its forms ask
    for, the answers of its own leg, and the attachments of both. Later edits do not change it, nor do
    later versions of the forms: `forms` are those that were asked, None where that was not kept."""

    at: datetime
    title: str
    shared: Answers
    answers: Answers
    attachments: tuple[Attachment, ...] = ()
    forms: FormsAsked | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """What the forms of a leg make of its answers. `flags`: words for its workflow ("dual-use" …);
    `asked`: the names of those shared fields that are its business, None for all of them; `forms`: which
    versions ask, None where that is not known."""

    flags: frozenset[str] = frozenset()
    asked: frozenset[str] | None = None
    forms: FormsAsked | None = None

    def shared(self, answers: Answers) -> dict[str, Any]:
        """Those of the shared answers that are the leg's business."""
        return {
            name: value
            for name, value in answers.items()
            if self.asked is None or name in self.asked
        }


@dataclass(frozen=True, slots=True)
class Leg:
    """One holder's part of a request, under one of its workflows.

    `version` is the request's version at the last event of it that its holder may know of. `resources`: what is asked
    for still; `gone`: what was withdrawn meanwhile. `steps` are the states it goes through, `passed`
    and `failed` those behind it. `due`: when the present step should be over; `left`: what was left of
    it when the leg was returned. `workflow_version`: the version of the workflow that it was submitted
    under, and stays under. `since`: when it came into its state.
    """

    id: str
    holder: str
    workflow: str
    version: int
    since: datetime
    state: LegState = LegState.DRAFT
    resources: tuple[Resource, ...] = ()
    gone: tuple[Gone, ...] = ()
    answers: Answers = field(default_factory=dict)
    given: Submission | None = None
    external: External | None = None
    workflow_version: int | None = None
    steps: tuple[LegState, ...] = ()
    passed: tuple[LegState, ...] = ()
    failed: tuple[LegState, ...] = ()
    back_to: LegState | None = None
    due: datetime | None = None
    left: timedelta | None = None
    overdue_told: bool = False
    assigned: str | None = None
    reason: str = ""
    conditions: str = ""
    days: int = 0
    """How long entitlements last from the moment that they become active; 0 where `until` says it."""
    until: datetime | None = None
    """The moment at which they end, whenever they become active."""
    terms: str | None = None
    """The text that must be accepted, once it is approved: its id and version, "id@version"."""
    terms_accepted: str | None = None
    submitted: datetime | None = None
    decided: datetime | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    entitled: tuple[Party, ...] = ()
    comments: tuple[Comment, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ENDED


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a request. `version` counts a request's events from 1, without a gap;
    `seq` all of them, 0 until it is stored. `part`: as what `who` acted. `data` are JSON values."""

    request: str
    version: int
    at: datetime
    who: str
    part: Part
    kind: Kind
    leg: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """A basket of resources that somebody asks for, with one leg a holder and workflow.

    `answers` are the shared ones, as the applicant has them now. `invited` work on it too.
    """

    id: str
    version: int
    applicant: Party
    title: str
    created: datetime
    changed: datetime
    answers: Answers = field(default_factory=dict)
    invited: tuple[Party, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    legs: tuple[Leg, ...] = ()
    copied_from: str | None = None
    events: tuple[Event, ...] = ()

    @property
    def parties(self) -> tuple[Party, ...]:
        """The applicant, then who was invited."""
        return (self.applicant, *self.invited)

    @property
    def resources(self) -> tuple[Resource, ...]:
        """All that is asked for, leg by leg."""
        return tuple(one for leg in self.legs for one in leg.resources)

    @property
    def draft(self) -> bool:
        """Whether no leg was submitted, withdrawn or closed yet."""
        return all(leg.state is LegState.DRAFT for leg in self.legs)

    @property
    def state(self) -> RequestState:
        """What follows from the legs."""
        return request_state([leg.state for leg in self.legs])

    def leg(self, leg_id: str) -> Leg | None:
        """The leg of that id; None where there is none."""
        return next((one for one in self.legs if one.id == leg_id), None)


def request_state(legs: list[LegState]) -> RequestState:
    """The state of a request whose legs are in these: that of whoever has to act next.

    One that waits for the applicant comes before one that waits for a holder; then what is granted,
    what is in use, what is decided elsewhere; it has ended when every leg has.
    """
    if all(state is LegState.DRAFT for state in legs):
        return RequestState.DRAFT
    for found, states in _PRECEDENCE:
        if any(state in states for state in legs):
            return found
    return RequestState.ENDED


_PRECEDENCE: tuple[tuple[RequestState, tuple[LegState, ...]], ...] = (
    (RequestState.RETURNED, (LegState.RETURNED,)),
    (RequestState.IN_REVIEW, WITH_HOLDER),
    (RequestState.APPROVED, GRANTED),
    (RequestState.ACTIVE, (LegState.ACTIVE,)),
    (RequestState.REFERRED, (LegState.REFERRED,)),
    (RequestState.DRAFT, (LegState.DRAFT,)),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with the answers to a field, or missing. `leg` None: of the shared part."""

    field: str
    message: str
    leg: str | None = None


class EntitlementState(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Entitlement:
    """That a person may use a resource of a holder, from a moment until before another.

    `id` follows from request, leg, person and resource. `state` is as of the last event: ask
    `in_force` whether it holds at a moment, so that one that is over never holds only because nobody
    has swept yet. `reason`: why it was revoked.
    """

    id: str
    request: str
    leg: str
    holder: str
    person: str
    organisation: str | None
    page_id: str
    iri: str
    title: str
    starts: datetime
    ends: datetime
    conditions: str = ""
    state: EntitlementState = EntitlementState.ACTIVE
    ended: datetime | None = None
    reason: str = ""

    def in_force(self, now: datetime) -> bool:
        """Whether it holds at a moment."""
        return self.state is EntitlementState.ACTIVE and self.starts <= now < self.ends


@dataclass(frozen=True, slots=True)
class Notice:
    """What somebody is to be told of an event: a mail to a person, or a call of a holder's webhook.

    `to` is a person's id (channel "mail") or a holder's (channel "webhook"); `kind` names the text;
    `data` are JSON values that the text is made with. Stored in the event's transaction.
    """

    channel: str
    to: str
    kind: str
    request: str
    leg: str | None
    version: int
    data: Mapping[str, Any] = field(default_factory=dict)
