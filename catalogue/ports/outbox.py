"""The doors to what leaves the catalogue by itself: mails and calls of webhooks that wait to be sent."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from catalogue.access.model import Notice


class Channel(StrEnum):
    """How a notice goes out."""

    MAIL = "mail"
    WEBHOOK = "webhook"


class Post(StrEnum):
    """How it went with a notice."""

    WAITING = "waiting"
    SENT = "sent"  # taken by the other side
    FAILED = "failed"  # given up, and why is told; `retry` lets it wait again
    SKIPPED = "skipped"  # there was nobody to send it to, and why is told


@dataclass(frozen=True, slots=True)
class Letter:
    """One notice to one receiver: a person (`to` is their id) or a subscription of a webhook (its id).

    `id` stays the same however often it is sent, so that a receiver can drop doubles. `role`: the role
    by which the person is told, "handler:node"; None where it is for them by name. `since`: from when on
    it was tried, `due`: when it is tried next. `why`: what went wrong last.
    """

    id: str
    channel: Channel
    to: str
    role: str | None
    kind: str
    request: str
    leg: str | None
    version: int
    data: Mapping[str, Any]
    state: Post
    created: datetime
    since: datetime
    due: datetime
    attempts: int = 0
    fence: int = 0
    ended: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A holder's wish to be called at an address. `kinds`: of events, all where it is empty.
    `failing`: since when no call came through; `off`: when it was switched off because of that."""

    id: str
    holder: str
    url: str
    kinds: tuple[str, ...]
    created: datetime
    by: str
    failing: datetime | None = None
    off: datetime | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """A subscription at the one moment that its secret is shown: `whsec_` and base64."""

    secret: str
    subscription: Subscription


class Outbox(Protocol):
    """What waits to be sent. Rows are written by `Requests.append`, in the transaction of their event.

    Several senders may take from it at once. A letter is sent at least once: a sender that dies between
    the other side's yes and our note of it leaves the letter to the next, which sends it again under
    the same id.
    """

    @property
    def webhooks(self) -> Webhooks: ...

    def put(self, notices: Sequence[Notice]) -> int:
        """Let notices wait that are of no event; return how many letters they became.

        A notice to "role:node" is for everybody who holds that role there, disabled persons left out;
        one by webhook for each subscription of the holder that wants its kind. Nobody gets a letter
        about what they did themselves (`data["by"]`), or two about one event.
        """

    def claim(
        self, sender: str, *, seconds: float, channels: Collection[Channel] = tuple(Channel)
    ) -> Letter | None:
        """The letter that has waited longest of those that are due, for so many seconds ours."""

    def sent(self, letter: Letter) -> None:
        """It was taken. Raises: Fenced where another sender has it by now."""

    def postpone(self, letter: Letter, why: str, seconds: float) -> None:
        """It was tried in vain; it is due again after so long. Raises: Fenced."""

    def put_back(self, letter: Letter, seconds: float) -> None:
        """It could not even be tried; it is due again after so long. Raises: Fenced."""

    def fail(self, letter: Letter, why: str) -> None:
        """It is given up. Raises: Fenced."""

    def skip(self, letter: Letter, why: str) -> None:
        """There is nobody to send it to. Raises: Fenced."""

    def list(
        self, states: Collection[Post] = (), *, after: str | None = None, limit: int = 50
    ) -> tuple[list[Letter], str | None]:
        """Letters, the newest first, and where to go on (`after`); None behind the last."""

    def numbers(self) -> dict[Channel, dict[Post, int]]:
        """How many letters there are, by channel and state."""

    def retry(self, ids: Collection[str] | None, who: str) -> int:
        """Let letters wait again that failed or were skipped (None: all that failed), as if they were
        new; return how many. It is audited. Raises: NotFound for an id that there is not."""

    def forget(self) -> int:
        """Remove letters whose time is over: sent and skipped ones after 30 days, others after 90."""


class Webhooks(Protocol):
    """Holders' subscriptions. Every change is audited."""

    def add(self, holder: str, url: str, kinds: Collection[str], who: str) -> NewSubscription:
        """Raises: NotFound for the holder; InvalidInput; Conflict where it has as many as it may."""

    def of(self, holder: str | None = None) -> list[Subscription]:
        """All of a holder's, or all, by holder and age."""

    def get(self, subscription_id: str) -> Subscription:
        """Raises: NotFound."""

    def secret(self, subscription_id: str) -> str:
        """What calls are signed with; for the sender only. Raises: NotFound."""

    def remove(self, subscription_id: str, who: str) -> None:
        """Nothing more is sent to it. Raises: NotFound."""

    def ping(self, subscription_id: str) -> str:
        """Let a test event wait for it, even where it is switched off; return the letter's id.
        Raises: NotFound."""

    def went_well(self, subscription_id: str) -> None:
        """A call came through: it is not failing, and not switched off, any more."""

    def went_wrong(self, subscription_id: str, why: str) -> Subscription | None:
        """A call did not come through. None where it was removed meanwhile."""

    def switch_off(self, subscription_id: str, why: str) -> bool:
        """Send nothing to it until a test comes through; whether that is new."""


# --- reports ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StepFigures:
    """How long a step took, in seconds: `clock` without the time that the applicant had it, `elapsed`
    with it. Median and 90th percentile by nearest rank, of those that are behind."""

    step: str
    number: int
    clock_median: float
    clock_p90: float
    elapsed_median: float
    elapsed_p90: float


@dataclass(frozen=True, slots=True)
class DecisionFigures:
    """How often it was decided so, for a sector ("none" for what is of none) and a kind of organisation
    ("none" for persons of none). What is of two sectors counts under both."""

    sector: str
    organisation: str
    decision: str
    number: int


@dataclass(frozen=True, slots=True)
class AccessFigures:
    """What became of the legs that a holder was given in a period."""

    total: int
    states: Mapping[str, int]
    overdue: int
    decisions: Mapping[str, int]
    steps: tuple[StepFigures, ...]
    by_sector: tuple[DecisionFigures, ...]


@dataclass(frozen=True, slots=True)
class LegFigures:
    """One leg of a report. `clocks`: seconds by step, without the time that the applicant had it."""

    request: str
    leg: str
    title: str
    state: str
    sectors: tuple[str, ...]
    organisation: str | None
    kind: str | None
    submitted: datetime
    decided: datetime | None
    decision: str
    due: datetime | None
    clocks: Mapping[str, float] = field(default_factory=dict)


class Reports(Protocol):
    """What can be told of a holder's work on requests, from rows that are derived with the events."""

    def access(self, holder: str, start: datetime, end: datetime, now: datetime) -> AccessFigures:
        """Figures of the legs that were first submitted from `start` until before `end`."""

    def legs(
        self, holder: str, start: datetime, end: datetime, *, after: str = "", limit: int = 500
    ) -> tuple[list[LegFigures], str | None]:
        """Those legs, in the order of submission, and where to go on; None behind the last."""


__all__ = [
    "AccessFigures",
    "Channel",
    "DecisionFigures",
    "LegFigures",
    "Letter",
    "NewSubscription",
    "Outbox",
    "Post",
    "Reports",
    "StepFigures",
    "Subscription",
    "Webhooks",
]
