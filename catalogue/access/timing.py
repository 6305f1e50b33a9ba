"""How long steps took and what was decided: from a request's events, for reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from catalogue.access.model import WITH_HOLDER, Event, Kind, Leg, LegState, Request

APPROVED, WITH_CONDITIONS, REJECTED = "approved", "approved-with-conditions", "rejected"


@dataclass(frozen=True, slots=True)
class StepTime:
    """How long a leg was in a step, or waited for the applicant (`returned`).

    `entered`: when it first came into it; `left`: when it last left it, None while it is in it or will
    come back to it. `clock`: how long it was in it; `elapsed`: from `entered` to `left`, whatever was
    between. Of a step that it is in, both are as of the last event that moved it.
    """

    step: LegState
    entered: datetime
    left: datetime | None
    clock: timedelta
    elapsed: timedelta


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided on a leg, and when: one of the three words above, "" before there is a decision."""

    decision: str
    at: datetime | None


def step_times(request: Request, leg: Leg) -> tuple[StepTime, ...]:
    """The steps that a leg has been in, in the order in which it came into them."""
    found: dict[LegState, StepTime] = {}
    state, since = LegState.DRAFT, request.created
    for event in request.events:
        if event.leg != leg.id or "state" not in event.data:
            continue
        if state in _TIMED:
            found[state] = _left(found[state], since, event)
        state, since = LegState(event.data["state"]), event.at
        if state in _TIMED:
            found[state] = _entered(found.get(state), state, since)
    if state is LegState.RETURNED and leg.back_to in found:
        back_to = found[leg.back_to]
        found[leg.back_to] = StepTime(
            back_to.step, back_to.entered, None, back_to.clock, back_to.elapsed
        )
    return tuple(found.values())


_TIMED = frozenset({*WITH_HOLDER, LegState.RETURNED})


def _entered(before: StepTime | None, state: LegState, at: datetime) -> StepTime:
    if before is None:
        return StepTime(state, at, None, timedelta(0), timedelta(0))
    return StepTime(state, before.entered, None, before.clock, before.elapsed)


def _left(one: StepTime, since: datetime, event: Event) -> StepTime:
    clock = one.clock + (event.at - since)
    return StepTime(one.step, one.entered, event.at, clock, event.at - one.entered)


def outcome(request: Request, leg: Leg) -> Outcome:
    """What was decided on a leg, whatever became of it later."""
    found = Outcome("", None)
    for event in request.events:
        if event.leg != leg.id:
            continue
        if event.kind is Kind.FAILED and event.data.get("state") == LegState.REJECTED.value:
            found = Outcome(REJECTED, event.at)
        elif event.kind in _DECISIONS:
            found = Outcome(_DECISIONS[event.kind], event.at)
    return found


_DECISIONS = {
    Kind.APPROVED: APPROVED,
    Kind.APPROVED_WITH_CONDITIONS: WITH_CONDITIONS,
    Kind.REJECTED: REJECTED,
}
