"""When an address is asked again, and from when on its word counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from catalogue.ports import LinkState

WELL = timedelta(days=14)  # until an address that answers is asked again
ILL = (
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
)  # after the first failure, and so on
BUSY = timedelta(hours=1), timedelta(days=1)  # the least and the most that a busy host is let be
GONE = frozenset({404, 410})  # said, and meant
SURE = 2  # days on which it must have failed before it is called broken


@dataclass(frozen=True, slots=True)
class Answered:
    """What asking an address gave. `status`: 0 where nothing answered, None where it was not to be asked.
    `later`: the seconds after which the host wants to be asked again."""

    status: int | None
    reason: str = ""
    later: float | None = None


def following(before: LinkState, found: Answered, now: datetime) -> LinkState:
    """The state of an address after it was asked.

    A 404 or 410 counts at once, any other failure once there was one on two different days: until then
    what was known stays. A host that has no time (429, or 503 with Retry-After) says nothing about
    the address.
    """
    if found.status is None:
        return LinkState(None, None, due=now + WELL, reason=found.reason)
    if found.later is not None:
        wait = min(max(timedelta(seconds=found.later), BUSY[0]), BUSY[1])
        return replace(before, due=now + wait, reason=found.reason)
    if 200 <= found.status < 400:
        return LinkState(found.status, now, due=now + WELL)
    return _failed(before, found, now)


def _failed(before: LinkState, found: Answered, now: datetime) -> LinkState:
    again = before.failures > 0 and before.failed_on == now.date()
    failures = before.failures if again else before.failures + 1
    sure = found.status in GONE or failures >= SURE
    return LinkState(
        status=found.status if sure else before.status,
        checked=now,
        failures=failures,
        failed_on=now.date(),
        due=now + ILL[min(failures, len(ILL)) - 1],
        reason=found.reason,
    )
