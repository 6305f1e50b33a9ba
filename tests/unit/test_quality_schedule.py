"""When an address is asked again, and when it is called broken."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from catalogue.ports import LinkState
from catalogue.quality.schedule import Answered, following

MONDAY = datetime(2026, 11, 2, 10, tzinfo=UTC)
DAY = timedelta(days=1)


def after(*statuses: int | None, days: int = 1, state: LinkState | None = None) -> LinkState:
    """The state after being asked so, once every so many days."""
    found = state or LinkState()
    for place, status in enumerate(statuses):
        found = following(found, Answered(status), MONDAY + place * days * DAY)
    return found


@pytest.mark.parametrize("status", [200, 206, 301, 399])
def test_what_answers_is_good_and_asked_again_after_two_weeks(status: int) -> None:
    assert after(status) == LinkState(status, MONDAY, due=MONDAY + 14 * DAY)


@pytest.mark.parametrize("status", [404, 410])
def test_what_says_that_it_is_gone_is_broken_at_once(status: int) -> None:
    found = after(200, status)
    assert (found.status, found.failures) == (status, 1)
    assert found.due == MONDAY + 2 * DAY


@pytest.mark.parametrize("status", [0, 400, 403, 500, 503])
def test_any_other_failure_counts_once_it_was_met_on_two_days(status: int) -> None:
    assert after(status).status is None, "nothing was known, and nothing is"
    assert after(200, status).status == 200, "what was known stays"
    assert after(200, status, status).status == status


def test_failing_twice_on_one_day_is_failing_once() -> None:
    assert after(200, 500, 500, 500, days=0).status == 200
    assert after(500, 500, days=0).failures == 1


def test_what_fails_is_asked_again_after_one_day_then_three_then_seven() -> None:
    states, state = [], LinkState()
    for place in range(4):
        now = MONDAY + 10 * place * DAY
        state = following(state, Answered(500), now)
        states.append((state.due or now) - now)
    assert states == [DAY, 3 * DAY, 7 * DAY, 7 * DAY]


def test_what_answers_again_is_good_at_once() -> None:
    found = after(404, 404, 200)
    assert (found.status, found.failures, found.failed_on) == (200, 0, None)


def test_what_may_not_be_asked_is_not_broken() -> None:
    found = after(404, None)
    assert (found.status, found.checked, found.failures) == (None, None, 0)


def test_a_busy_host_says_nothing_about_the_address() -> None:
    before = LinkState(200, MONDAY, 1, date(2026, 11, 1))
    found = following(before, Answered(429, later=7200), MONDAY)
    assert (found.status, found.failures, found.due) == (200, 1, MONDAY + timedelta(hours=2))
    long = following(before, Answered(503, later=1e9), MONDAY)
    assert long.due == MONDAY + DAY, "no host is let be for longer than a day"
    short = following(before, Answered(503, later=0), MONDAY)
    assert short.due == MONDAY + timedelta(hours=1)
