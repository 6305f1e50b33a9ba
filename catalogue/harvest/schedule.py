"""When a source's schedule is due: five cron fields in UTC, each slot used once.

Pure: the clock comes from the caller. It may jump, so a slot counts by its own time and not by the time
that has passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cronsim import CronSim, CronSimError

from catalogue.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Slots:
    """`schedule`: the one that the rest is of; `next_at`: the slot waited for; `slot_at`: the last
    one that was used."""

    schedule: str | None = None
    next_at: datetime | None = None
    slot_at: datetime | None = None


def checked(schedule: str) -> str:
    """The schedule, if it is one. Raises: InvalidInput."""
    try:
        if len(schedule.split()) != 5:
            raise CronSimError("there must be five fields")
        next(CronSim(schedule, datetime.now(UTC)))
    except (CronSimError, StopIteration) as error:
        raise InvalidInput(
            f"schedule {schedule!r}: five cron fields in UTC, as `30 3 * * *` for half past three"
            f" every night ({str(error) or 'it never comes'})"
        ) from error
    return schedule


def step(schedule: str, slots: Slots, now: datetime) -> tuple[bool, Slots]:
    """Whether a run is due at this moment, and the slots after it.

    Slots that went by unused are one. After the clock was set back a slot that was used is not used
    again; one that lies further ahead than a whole round of the schedule was of a wrong clock, and is
    forgotten.
    """
    upcoming = CronSim(schedule, now)
    following = next(upcoming)
    if schedule != slots.schedule or slots.next_at is None:
        return False, Slots(schedule, following, None)
    used = slots.slot_at
    if used is not None and used - now > next(upcoming) - following:
        used = None
    waited = slots.next_at
    if waited > following:  # the clock was set back
        waited = following if used is None or following > used else next(CronSim(schedule, used))
    if now < waited:
        return False, Slots(schedule, waited, used)
    behind = now.replace(microsecond=0) + timedelta(seconds=1)
    return True, Slots(schedule, following, next(CronSim(schedule, behind, reverse=True)))
