"""What somebody may want done with a request. Each is a value; `catalogue.access.deciding` says yes or no.

`leg` names the leg that is meant. `name` is the word that doors, the audit log and the table of what is
allowed use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, TypeAlias

from catalogue.access.model import Answers, Attachment, Audience, Party, Resource


@dataclass(frozen=True, slots=True)
class Create:
    """A new request, as a draft of the actor. `leg_answers`: by leg, for a copy."""

    name: ClassVar[str] = "create"
    id: str
    title: str = ""
    resources: tuple[Resource, ...] = ()
    answers: Answers = field(default_factory=dict)
    leg_answers: dict[str, Answers] = field(default_factory=dict)
    copied_from: str | None = None


@dataclass(frozen=True, slots=True)
class AddResource:
    name: ClassVar[str] = "add-resource"
    resource: Resource


@dataclass(frozen=True, slots=True)
class RemoveResource:
    name: ClassVar[str] = "remove-resource"
    page_id: str


@dataclass(frozen=True, slots=True)
class SaveAnswers:
    """Replace the answers of a leg, or the shared ones where it is None; `title` too where given."""

    name: ClassVar[str] = "save-answers"
    answers: Answers
    leg: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Attach:
    name: ClassVar[str] = "attach"
    attachment: Attachment

    @property
    def leg(self) -> str | None:
        return self.attachment.leg


@dataclass(frozen=True, slots=True)
class Detach:
    name: ClassVar[str] = "detach"
    attachment: str


@dataclass(frozen=True, slots=True)
class Invite:
    """Let another person work on the request; what is granted later is granted to them as well."""

    name: ClassVar[str] = "invite"
    party: Party


@dataclass(frozen=True, slots=True)
class Submit:
    """Hand in a draft or what was returned: one leg, or every draft where it is None."""

    name: ClassVar[str] = "submit"
    leg: str | None = None


@dataclass(frozen=True, slots=True)
class TakeUp:
    """Begin with the first step."""

    name: ClassVar[str] = "take-up"
    leg: str


@dataclass(frozen=True, slots=True)
class PassStep:
    name: ClassVar[str] = "pass-step"
    leg: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class FailStep:
    name: ClassVar[str] = "fail-step"
    leg: str
    reason: str


@dataclass(frozen=True, slots=True)
class Return:
    """Ask the applicant for more; the clock stands still until they have answered."""

    name: ClassVar[str] = "return"
    leg: str
    comment: str


@dataclass(frozen=True, slots=True)
class Approve:
    """`reason` is needed where a step failed. `days`: another duration than the workflow's; `until`: a moment
    at which access ends instead, whenever it begins."""

    name: ClassVar[str] = "approve"
    leg: str
    reason: str = ""
    days: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class ApproveWithConditions:
    name: ClassVar[str] = "approve-with-conditions"
    leg: str
    conditions: str
    reason: str = ""
    days: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    name: ClassVar[str] = "reject"
    leg: str
    reason: str


@dataclass(frozen=True, slots=True)
class AcceptTerms:
    """Accept the terms, and the conditions where there are any. `terms` is the text that was read, as
    "id@version"."""

    name: ClassVar[str] = "accept-terms"
    leg: str
    terms: str


@dataclass(frozen=True, slots=True)
class Activate:
    """Issue the entitlements."""

    name: ClassVar[str] = "activate"
    leg: str


@dataclass(frozen=True, slots=True)
class Revoke:
    name: ClassVar[str] = "revoke"
    leg: str
    reason: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take a leg back, or all that can be where it is None."""

    name: ClassVar[str] = "withdraw"
    leg: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Close:
    """Be done with a leg that was granted or referred; entitlements end with it."""

    name: ClassVar[str] = "close"
    leg: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Assign:
    """Name the person of the holder who sees to the leg; nobody where it is None."""

    name: ClassVar[str] = "assign"
    leg: str
    person: str | None


@dataclass(frozen=True, slots=True)
class AddComment:
    name: ClassVar[str] = "comment"
    leg: str
    text: str
    audience: Audience = Audience.APPLICANT


@dataclass(frozen=True, slots=True)
class Expire:
    """The catalogue's own: the time of the entitlements is over."""

    name: ClassVar[str] = "expire"
    leg: str


@dataclass(frozen=True, slots=True)
class NoteOverdue:
    """The catalogue's own: a step has taken longer than it may. Noted once a step."""

    name: ClassVar[str] = "note-overdue"
    leg: str


@dataclass(frozen=True, slots=True)
class WithdrawResource:
    """The catalogue's own: a resource is not in the catalogue any more."""

    name: ClassVar[str] = "withdraw-resource"
    leg: str
    page_id: str


@dataclass(frozen=True, slots=True)
class RemoveHolder:
    """The catalogue's own: the leg's holder is not a member of the federation any more."""

    name: ClassVar[str] = "remove-holder"
    leg: str


Command: TypeAlias = (
    Create
    | AddResource
    | RemoveResource
    | SaveAnswers
    | Attach
    | Detach
    | Invite
    | Submit
    | TakeUp
    | PassStep
    | FailStep
    | Return
    | Approve
    | ApproveWithConditions
    | Reject
    | AcceptTerms
    | Activate
    | Revoke
    | Withdraw
    | Close
    | Assign
    | AddComment
    | Expire
    | NoteOverdue
    | WithdrawResource
    | RemoveHolder
)
