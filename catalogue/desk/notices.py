"""Whom an event is news for, and which news it is. Pure, and total over `Kind`.

A notice names a person by their id, or everybody who holds a role at a holder or in an organisation
("handler:node"). It holds ids, states and dates only: what is said, and in which language, follows when
it is sent (`catalogue.desk.letters`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from catalogue.access.model import (
    STEPS,
    Audience,
    Event,
    Kind,
    Leg,
    LegState,
    Notice,
    Part,
    Request,
)
from catalogue.access.parts import APPLICANT_SIDE
from catalogue.access.workflow import Workflow
from catalogue.errors import NotFound
from catalogue.people import Role
from catalogue.ports import Channel, Workflows

# The texts that there are: `vocab.notices` has each in every language.
SWITCHED_OFF = "webhook-off"
KINDS = (
    "invited",
    "submitted",
    "submitted-for-you",
    "resubmitted",
    "referred",
    "taken-up",
    "turn",
    "returned",
    "approved",
    "approved-with-conditions",
    "rejected",
    "terms-accepted",
    "activated",
    "expired",
    "revoked",
    "withdrawn",
    "closed",
    "assigned",
    "commented",
    "resource-withdrawn",
    "overdue",
    SWITCHED_OFF,
)

To = tuple[str, str]
"""A receiver, and the text that they get."""
Teller = Callable[["Scene"], Iterator[To]]


class Tidings:
    """`catalogue.desk.hooks.Notices`: who acts next is looked up in the holder's workflow."""

    def __init__(self, workflows: Workflows) -> None:
        self._workflows = workflows

    def of(self, event: Event, request: Request) -> Sequence[Notice]:
        """The notices that follow from an event."""
        leg = request.leg(event.leg) if event.leg else None
        return notices(event, request, None if leg is None else self._workflow(leg))

    def _workflow(self, leg: Leg) -> Workflow | None:
        """The one that the leg was handed in under."""
        if leg.workflow_version is None:
            return None
        book = self._workflows.book({leg.holder})
        try:
            return book.at(leg.holder, leg.workflow, leg.workflow_version)
        except NotFound:
            return None


@dataclass(frozen=True, slots=True)
class Scene:
    """An event, the request and the leg as it left them, and who acts next for the holder."""

    event: Event
    request: Request
    leg: Leg
    turn: Part
    at_once: bool


def notices(event: Event, request: Request, workflow: Workflow | None) -> tuple[Notice, ...]:
    """The notices that follow from an event; `workflow` is the one that its leg is under, if any."""
    leg = request.leg(event.leg) if event.leg else None
    if event.kind is Kind.INVITED:
        return (_mail(str(event.data["person"]), "invited", event, {}),)
    if leg is None:
        return ()
    said: dict[str, Any] = {"state": leg.state.value}
    if leg.ends is not None:
        said["until"] = (
            f"{leg.ends:%Y-%m-%d}" if leg.until is None else f"{leg.ends:%Y-%m-%d %H:%M} UTC"
        )
    scene = Scene(
        event, request, leg, _turn(leg, workflow), workflow is not None and workflow.at_once
    )
    receivers = dict.fromkeys(_MAILS[event.kind](scene))
    mails = (
        _mail(to, kind, event, said)
        for to, kind in receivers
        if to != event.who or kind in _TOLD_ALWAYS
    )
    return (*mails, *_calls(scene))


_TOLD_ALWAYS = ("referred",)  # who did it must go on elsewhere, and needs to know where


def _mail(to: str, kind: str, event: Event, said: Mapping[str, Any]) -> Notice:
    data = {"by": event.who, **said}
    channel = Channel.MAIL.value
    return Notice(channel, to, kind, event.request, event.leg, event.version, data)


def _turn(leg: Leg, workflow: Workflow | None) -> Part:
    """Whom the workflow names for the step that the leg is at; else who leads it."""
    step = workflow.step(leg.state.value) if workflow and leg.state in STEPS else None
    return Part.HANDLER if step is None else Part(step.part)


# --- mails ------------------------------------------------------------------------------------------------


def _nobody(_scene: Scene) -> Iterator[To]:
    return iter(())


def _parties(scene: Scene, kind: str) -> Iterator[To]:
    """Who made the request, and who works on it with them."""
    return ((one.person, kind) for one in scene.request.parties)


def _spokesmen(scene: Scene, kind: str) -> Iterator[To]:
    """Who speaks for the organisation that the request was made for."""
    organisation = scene.request.applicant.organisation
    if organisation is not None:
        yield f"{Role.REPRESENTATIVE.value}:{organisation}", kind


def _staff(scene: Scene, part: Part, kind: str) -> Iterator[To]:
    """The holder's staff of a role, once they may know of the leg."""
    if scene.leg.given is not None:
        yield f"{part.value}:{scene.leg.holder}", kind


def _assigned_one(scene: Scene, kind: str) -> Iterator[To]:
    if scene.leg.assigned and scene.leg.given is not None:
        yield scene.leg.assigned, kind


def _told(kind: str) -> Teller:
    """The applicant's side is told."""
    return lambda scene: _parties(scene, kind)


def _decided(kind: str) -> Teller:
    """The applicant's side is told, and who speaks for it."""
    return lambda scene: chain(_parties(scene, kind), _spokesmen(scene, kind))


def _both(kind: str) -> Teller:
    """The applicant's side is told, and who leads it for the holder."""
    return lambda scene: chain(_parties(scene, kind), _staff(scene, Part.HANDLER, kind))


def _submitted(scene: Scene) -> Iterator[To]:
    yield from _staff(scene, Part.HANDLER, "submitted")
    yield from _spokesmen(scene, "submitted-for-you")


def _resubmitted(scene: Scene) -> Iterator[To]:
    yield from _staff(scene, scene.turn, "resubmitted")
    yield from _assigned_one(scene, "resubmitted")


def _taken_up(scene: Scene) -> Iterator[To]:
    yield from _parties(scene, "taken-up")
    yield from _staff(scene, scene.turn, "turn")


def _went_on(scene: Scene) -> Iterator[To]:
    """A step is behind: whose turn it is now, or, where it was the last word, whom it concerns."""
    if scene.leg.state is LegState.REJECTED:
        yield from _decided("rejected")(scene)
    else:
        yield from _staff(scene, scene.turn, "turn")


def _accepted(scene: Scene) -> Iterator[To]:
    """Who leads it has to let the access begin, unless it begins at once."""
    if not scene.at_once:
        yield from _staff(scene, Part.HANDLER, "terms-accepted")


def _assigned(scene: Scene) -> Iterator[To]:
    return _assigned_one(scene, "assigned")


def _commented(scene: Scene) -> Iterator[To]:
    """The other side; of what is internal nobody but who leads it for the holder."""
    internal = scene.event.data.get("audience") == Audience.INTERNAL.value
    if internal or scene.event.part in APPLICANT_SIDE:
        yield from _staff(scene, Part.HANDLER, "commented")
        yield from _assigned_one(scene, "commented")
    else:
        yield from _parties(scene, "commented")


def _overdue(scene: Scene) -> Iterator[To]:
    yield from _staff(scene, scene.turn, "overdue")
    yield from _assigned_one(scene, "overdue")


_MAILS: Mapping[Kind, Teller] = {
    Kind.CREATED: _nobody,
    Kind.RESOURCE_ADDED: _nobody,
    Kind.RESOURCE_REMOVED: _nobody,
    Kind.ANSWERED: _nobody,
    Kind.ATTACHED: _nobody,
    Kind.DETACHED: _nobody,
    Kind.INVITED: _nobody,  # it is of the request as a whole
    Kind.SUBMITTED: _submitted,
    Kind.RESUBMITTED: _resubmitted,
    Kind.REFERRED: _told("referred"),
    Kind.TAKEN_UP: _taken_up,
    Kind.PASSED: _went_on,
    Kind.FAILED: _went_on,
    Kind.RETURNED: _told("returned"),
    Kind.APPROVED: _decided("approved"),
    Kind.APPROVED_WITH_CONDITIONS: _decided("approved-with-conditions"),
    Kind.REJECTED: _decided("rejected"),
    Kind.TERMS_ACCEPTED: _accepted,
    Kind.ACTIVATED: _both("activated"),
    Kind.EXPIRED: _both("expired"),
    Kind.REVOKED: _decided("revoked"),
    Kind.WITHDRAWN: _both("withdrawn"),
    Kind.CLOSED: _both("closed"),
    Kind.ASSIGNED: _assigned,
    Kind.COMMENTED: _commented,
    Kind.RESOURCE_WITHDRAWN: _both("resource-withdrawn"),
    Kind.OVERDUE: _overdue,
}

# --- calls of webhooks --------------------------------------------------------------------------------------

# What is the applicant's own until it is handed in (again): a holder is not told.
_UNSEEN = frozenset(
    {
        Kind.CREATED,
        Kind.RESOURCE_ADDED,
        Kind.RESOURCE_REMOVED,
        Kind.ANSWERED,
        Kind.ATTACHED,
        Kind.DETACHED,
        Kind.INVITED,
        Kind.REFERRED,
    }
)


def _calls(scene: Scene) -> Iterator[Notice]:
    """The holder's webhooks hear of what happens to a leg that it was given."""
    event, leg = scene.event, scene.leg
    if leg.given is None or event.kind in _UNSEEN:
        return
    said = {"at": event.at.isoformat(), "state": leg.state.value}
    kind = event.kind.value
    channel = Channel.WEBHOOK.value
    yield Notice(channel, leg.holder, kind, event.request, event.leg, event.version, said)
