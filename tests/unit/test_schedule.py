"""Schedules use each slot once, whatever the clock does (F23)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from catalogue.errors import InvalidInput
from catalogue.harvest.schedule import Slots, checked, step

DAILY, HOURLY = "0 3 * * *", "0 * * * *"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


class Clock:
    """Looks every minute, as a scheduler does, and notes when a run was due."""

    def __init__(self, schedule: str, now: datetime) -> None:
        self.schedule, self.now, self.slots = schedule, now, Slots()
        self.due: list[datetime] = []

    def look(self) -> None:
        fires, self.slots = step(self.schedule, self.slots, self.now)
        if fires:
            self.due.append(self.now)

    def run(self, length: timedelta) -> list[datetime]:
        """Go on for so long; return when runs were due."""
        self.due, until = [], self.now + length
        while self.now < until:
            self.look()
            self.now += MINUTE
        return self.due

    def jump(self, length: timedelta) -> None:
        self.now += length


def test_each_slot_is_due_once() -> None:
    clock = Clock(DAILY, at(1, 0))
    assert clock.run(3 * DAY) == [at(1, 3), at(2, 3), at(3, 3)]


def test_a_new_schedule_waits_for_its_first_slot_and_a_changed_one_for_its_next() -> None:
    clock = Clock(DAILY, at(1, 3, 30))
    assert clock.run(HOUR) == []
    clock.schedule = HOURLY
    assert clock.run(2 * HOUR) == [at(1, 5), at(1, 6)]


def test_slots_that_were_slept_through_are_one() -> None:
    clock = Clock(HOURLY, at(1, 0, 30))
    clock.run(HOUR)
    clock.jump(10 * HOUR)
    assert clock.run(HOUR) == [at(1, 11, 30), at(1, 12)]


@pytest.mark.parametrize("schedule", [DAILY, HOURLY])
def test_f23_a_clock_that_jumps_a_day_ahead_and_stays_skips_nothing_after_it(schedule: str) -> None:
    clock = Clock(schedule, at(1, 0, 30))
    clock.run(4 * HOUR)
    clock.jump(DAY)
    first = clock.run(DAY)
    assert len(first) == (2 if schedule == DAILY else 25)  # what was slept through is one
    assert len(set(first)) == len(first)


def test_f23_a_daily_slot_that_was_used_is_not_used_again_after_the_clock_was_set_back() -> None:
    clock = Clock(DAILY, at(5, 0))
    assert clock.run(4 * HOUR) == [at(5, 3)]
    clock.jump(-DAY)
    assert clock.run(DAY) == []  # the slot of the 5th has had its run
    assert clock.run(DAY) == [at(6, 3)]


def test_f23_an_hourly_source_is_still_harvested_every_hour_after_the_clock_was_set_back() -> None:
    clock = Clock(HOURLY, at(5, 0, 30))
    clock.run(6 * HOUR)
    clock.jump(-DAY)
    assert clock.run(3 * HOUR) == [at(4, 7), at(4, 8), at(4, 9)]


def test_f23_a_jump_ahead_that_is_taken_back_neither_skips_nor_doubles() -> None:
    clock = Clock(HOURLY, at(5, 0, 30))
    clock.run(2 * HOUR)
    clock.jump(DAY)
    assert len(clock.run(5 * MINUTE)) == 1
    clock.jump(-DAY)
    assert clock.run(3 * HOUR) == [at(5, 3), at(5, 4), at(5, 5)]


def test_setting_the_clock_back_by_an_hour_uses_the_slot_once() -> None:
    clock = Clock(DAILY, at(5, 2, 30))
    assert clock.run(HOUR) == [at(5, 3)]
    clock.jump(-HOUR)
    assert clock.run(2 * HOUR) == []


@pytest.mark.parametrize("text", ["", "* * * *", "0 3 * * * *", "61 * * * *", "0 0 30 2 *", "x"])
def test_what_is_no_schedule_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInput, match="30 3"):
        checked(text)
