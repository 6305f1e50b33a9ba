"""How long steps took: with the applicant's time and without it."""

from __future__ import annotations

from datetime import timedelta

from catalogue.access import LegState
from catalogue.access import commands as c
from catalogue.access.timing import outcome, step_times
from tests.access import HEALTH, HOLDER, Play, played

LEG = f"{HOLDER}.data"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def times(play: Play) -> dict[str, tuple[timedelta, timedelta, bool]]:
    """Clock, elapsed and whether it is behind, by step."""
    request = play.now()
    leg = request.leg(LEG)
    assert leg is not None
    return {
        one.step.value: (one.clock, one.elapsed, one.left is not None)
        for one in step_times(request, leg)
    }


def begun() -> Play:
    play = Play().begin(HEALTH)
    play.do("applicant", c.Submit(LEG))
    play.at += 2 * DAY - HOUR
    play.do("handler", c.TakeUp(LEG))
    return play


def test_a_step_takes_from_coming_into_it_to_leaving_it() -> None:
    play = begun()
    assert times(play) == {
        "submitted": (2 * DAY, 2 * DAY, True),
        "eligibility": (timedelta(0), timedelta(0), False),
    }
    play.at += 3 * DAY - HOUR
    play.do("handler", c.PassStep(LEG))
    assert times(play)["eligibility"] == (3 * DAY, 3 * DAY, True)


def test_the_applicant_s_time_is_in_what_elapsed_and_not_on_the_clock() -> None:
    play = begun()
    play.at += DAY - HOUR
    play.do("handler", c.Return(LEG, "Which scanners?"))
    found = times(play)
    assert found["eligibility"] == (DAY, DAY, False)  # it will come back
    assert found["returned"][2] is False
    play.at += 10 * DAY - HOUR
    play.do("applicant", c.Submit(LEG))
    play.at += 2 * DAY - HOUR
    play.do("handler", c.PassStep(LEG))
    found = times(play)
    assert found["eligibility"] == (3 * DAY, 13 * DAY, True)
    assert found["returned"] == (10 * DAY, 10 * DAY, True)


def test_a_decision_stays_what_it_was_whatever_becomes_of_it() -> None:
    for state, decision in (
        (LegState.DECISION, ""),
        (LegState.APPROVED, "approved"),
        (LegState.ACTIVE, "approved"),
        (LegState.REVOKED, "approved"),
        (LegState.EXPIRED, "approved"),
        (LegState.APPROVED_WITH_CONDITIONS, "approved-with-conditions"),
        (LegState.REJECTED, "rejected"),
        (LegState.RETURNED, ""),
    ):
        request = played(state).now()
        leg = request.leg(LEG)
        assert leg is not None
        found = outcome(request, leg)
        assert found.decision == decision, state
        assert (found.at is None) == (decision == "")


def test_a_step_that_fails_for_good_is_a_rejection() -> None:
    play = begun()
    play.do("handler", c.FailStep(LEG, "Not eligible"))
    request = play.now()
    leg = request.leg(LEG)
    assert leg is not None
    expected = "rejected" if leg.state is LegState.REJECTED else ""
    assert outcome(request, leg).decision == expected
