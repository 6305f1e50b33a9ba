"""What follows from a call's facts: its cut-offs, and how it stands at a day. Pure; days are UTC's."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from vocab.calls import Announced, Call, Evidence

MONTHS = 12


class CallState(StrEnum):
    """How a call stands."""

    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Rule:
    """The same day each `months` months, from `first` until `last`, both included.

    In a month that is too short the day is the month's last one; the next is counted from `first`
    again, so that the day comes back. Raises: ValueError for what can be no rule.
    """

    first: date
    months: int
    last: date

    def __post_init__(self) -> None:
        if self.months < 1:
            raise ValueError(f"a rule of each {self.months} months never goes on; at least 1")
        if self.last < self.first:
            raise ValueError(f"a rule cannot end on {self.last}, before it begins on {self.first}")

    def days(self) -> Iterator[date]:
        """Every day of the rule, in order."""
        month = self.first.year * MONTHS + self.first.month - 1
        while month // MONTHS <= date.max.year:
            day = _day_in(month, self.first.day)
            if day > self.last:
                return
            yield day
            month += self.months


@dataclass(frozen=True, slots=True)
class CutOff:
    """A day by which to apply. `id` lasts: it is the rule's day even where another was announced
    instead, which `rule_day` then tells; `by_rule` says that the day itself is the rule's."""

    id: str
    day: date
    by_rule: bool
    rule_day: date | None
    evidence: Evidence


def cut_offs(call: Call) -> tuple[CutOff, ...]:
    """Every cut-off of the call in the order of days; announced days override the rule's.

    Raises: ValueError where an announced day stands instead of one that the rule does not give, two
    stand instead of one, or two cut-offs fall on one day.
    """
    ruled = _ruled(call)
    moved: dict[date, Announced] = {}
    beside: list[CutOff] = []
    for one in call.announced:
        if one.instead_of is None:
            beside.append(CutOff(one.day.isoformat(), one.day, False, None, one.evidence))
        elif one.instead_of in moved or one.instead_of not in ruled:
            known = ", ".join(str(day) for day in ruled)
            raise ValueError(
                f"{call.id}: {one.day} is announced instead of {one.instead_of}; {known}"
            )
        else:
            moved[one.instead_of] = one
    found = [*(_cut_off(call, day, moved.get(day)) for day in ruled), *beside]
    found.sort(key=lambda one: one.day)
    if len({one.day for one in found}) < len(found) or len({one.id for one in found}) < len(found):
        raise ValueError(f"{call.id}: two cut-offs fall on one day")
    return tuple(found)


def last_day(call: Call) -> date | None:
    """The last day to apply: when the call closes or, where that is later or all that is known, its
    last cut-off. None where nothing is known."""
    days = [one.day for one in cut_offs(call)]
    return max([*days, *([call.closes] if call.closes else [])], default=None)


def state(call: Call, today: date) -> CallState:
    """How the call stands at a day. It is open from its first to its last day, both included; one
    whose last day is not known is closed once it was decided."""
    last = last_day(call)
    decided = any(one.day <= today for one in call.results)
    if decided if last is None else today > last:
        return CallState.CLOSED
    if call.opens and today < call.opens:
        return CallState.UPCOMING
    return CallState.OPEN


def next_cut_off(call: Call, today: date) -> CutOff | None:
    """The first cut-off that is not over at a day; its own day still counts. None after the last."""
    return next((one for one in cut_offs(call) if one.day >= today), None)


def day_of(moment: datetime) -> date:
    """The day, in UTC, of a moment that knows its zone."""
    return moment.astimezone(UTC).date()


def _ruled(call: Call) -> list[date]:
    if call.first is None:
        return []
    if call.months is None:
        return [call.first]
    if call.closes is None:
        raise ValueError(f"{call.id}: a rule without a last day has no end")
    return list(Rule(call.first, call.months, call.closes).days())


def _cut_off(call: Call, day: date, instead: Announced | None) -> CutOff:
    if instead:
        return CutOff(day.isoformat(), instead.day, False, day, instead.evidence)
    if day == call.first and "first" in call.evidence:
        return CutOff(day.isoformat(), day, True, day, call.evidence["first"])
    evidence = Evidence(
        f"by rule: each {call.months} months from {call.first}", "not announced as such", False
    )
    return CutOff(day.isoformat(), day, True, day, evidence)


def _day_in(month: int, day: int) -> date:
    """The day of a month, counted from the year 0, or the month's last one."""
    year, place = divmod(month, MONTHS)
    return date(year, place + 1, min(day, monthrange(year, place + 1)[1]))
