"""How long a step may take, and what is left of it. Moments come from outside, in UTC."""

from __future__ import annotations

from datetime import datetime, timedelta

from catalogue.access.model import WITH_HOLDER, Leg, LegState
from catalogue.access.workflow import Workflow


def due_of(workflow: Workflow, state: LegState, now: datetime) -> datetime:
    """When a leg that comes into a state now should have left it. A day is 24 hours."""
    step = workflow.step(state.value)
    return now + timedelta(days=workflow.take_up if step is None else step.days)


def left(leg: Leg, now: datetime) -> timedelta | None:
    """What is left of the present step; below zero when it is overdue. While a leg is returned, what
    was left when it was; None where no clock runs."""
    if leg.state is LegState.RETURNED:
        return leg.left
    if leg.state not in WITH_HOLDER or leg.due is None:
        return None
    return leg.due - now


def overdue(leg: Leg, now: datetime) -> bool:
    """Whether the holder has had the leg for longer than its workflow allows."""
    rest = left(leg, now)
    return leg.state in WITH_HOLDER and rest is not None and rest < timedelta(0)
