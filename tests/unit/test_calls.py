"""Cut-offs of calls and how calls stand; the table of calls and its sources."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.calls import (
    CallState,
    Rule,
    cut_offs,
    day_of,
    last_day,
    next_cut_off,
    state,
)
from catalogue.model import SECTORS
from vocab.calls import Call, call_of, calls
from vocab.ecosystem import factories, focuses, supercomputers

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
ORIGIN = next(one for one in calls() if one.id == "ai-factories")


def call(**facts: Any) -> Call:
    row = {"id": "invented", "title": "Invented call", "revised": date(2030, 1, 1), **facts}
    return call_of(row)


def announced(day: date, instead_of: date | None = None) -> dict[str, Any]:
    said = {"source": "gazette.example", "confidence": "sure", "sure": True}
    return {"day": day, **said, **({"instead_of": instead_of} if instead_of else {})}


# --- the rule --------------------------------------------------------------------------------------


def test_a_rule_at_the_end_of_a_month_comes_back_to_its_day() -> None:
    days = list(Rule(date(2023, 10, 31), 1, date(2024, 5, 31)).days())
    ends = [(10, 31), (11, 30), (12, 31), (1, 31), (2, 29), (3, 31), (4, 30), (5, 31)]
    assert [(day.month, day.day) for day in days] == ends


def test_a_rule_on_a_leap_day_takes_the_28th_in_other_years() -> None:
    days = list(Rule(date(2024, 2, 29), 12, date(2028, 12, 31)).days())
    assert [day.isoformat() for day in days] == [
        "2024-02-29",
        "2025-02-28",
        "2026-02-28",
        "2027-02-28",
        "2028-02-29",
    ]


@given(first=DAYS, months=st.integers(1, 40), length=st.integers(0, 4000))
def test_a_rule_goes_from_its_first_day_in_equal_steps_and_not_past_its_last(
    first: date, months: int, length: int
) -> None:
    last = first + timedelta(days=length)
    days = list(Rule(first, months, last).days())
    assert days[0] == first
    assert days == sorted(set(days))
    assert days[-1] <= last
    for before, after in pairwise(days):
        steps = (after.year - before.year) * 12 + after.month - before.month
        assert steps == months
    for day in days:
        is_last_of_month = (day + timedelta(days=1)).month != day.month
        assert day.day == first.day or (is_last_of_month and day.day < first.day)
    # Nothing more would fit: the next one is at most `months` whole months of 31 days away.
    assert (last - days[-1]).days <= months * 31


def test_a_rule_whose_first_day_is_its_last_gives_that_day() -> None:
    day = date(2025, 12, 31)
    assert list(Rule(day, 3, day).days()) == [day]


def test_a_rule_until_the_end_of_the_calendar_ends() -> None:
    assert len(list(Rule(date(9999, 1, 31), 5, date.max).days())) == 3


@pytest.mark.parametrize(
    ("months", "last"), [(0, date(2026, 1, 1)), (-3, date(2026, 1, 1)), (3, date(2024, 1, 1))]
)
def test_what_can_be_no_rule_is_refused(months: int, last: date) -> None:
    with pytest.raises(ValueError, match="rule"):
        Rule(date(2025, 1, 1), months, last)


# --- announced days --------------------------------------------------------------------------------


def test_an_announced_day_overrides_the_rules_and_keeps_its_id() -> None:
    quarterly = {"first": date(2030, 1, 15), "months": 3, "closes": date(2030, 7, 31)}
    one = call(**quarterly, announced=[announced(date(2030, 5, 2), date(2030, 4, 15))])
    assert [cut.day for cut in cut_offs(one)] == [
        date(2030, 1, 15),
        date(2030, 5, 2),
        date(2030, 7, 15),
    ]
    moved = cut_offs(one)[1]
    assert (moved.id, moved.rule_day, moved.by_rule) == ("2030-04-15", date(2030, 4, 15), False)
    assert moved.evidence.source == "gazette.example"
    assert [cut.id for cut in cut_offs(one)] == [cut.id for cut in cut_offs(call(**quarterly))]


def test_an_announced_day_beside_the_rules_is_one_more() -> None:
    one = call(
        first=date(2030, 1, 15),
        months=6,
        closes=date(2030, 7, 31),
        announced=[announced(date(2030, 3, 1))],
    )
    assert [cut.day.month for cut in cut_offs(one)] == [1, 3, 7]
    assert not cut_offs(one)[1].by_rule


def test_a_rules_day_that_nobody_announced_is_unsure() -> None:
    one = call(first=date(2030, 1, 15), months=6, closes=date(2030, 7, 31))
    assert not cut_offs(one)[1].evidence.sure


@pytest.mark.parametrize(
    "said",
    [
        [announced(date(2030, 5, 2), date(2030, 4, 14))],
        [announced(date(2030, 5, 2), date(2030, 4, 15)), announced(date(2030, 5, 3), date(2030, 4, 15))],
        [announced(date(2030, 1, 15))],
        [announced(date(2030, 1, 15), date(2030, 4, 15))],
    ],
)  # fmt: skip
def test_announcements_that_fight_the_rule_or_each_other_are_refused(said: list[Any]) -> None:
    one = call(first=date(2030, 1, 15), months=3, closes=date(2030, 7, 31), announced=said)
    with pytest.raises(ValueError, match="invented"):
        cut_offs(one)


# --- how a call stands -----------------------------------------------------------------------------


def test_a_call_is_upcoming_then_open_on_its_first_and_last_day_then_closed() -> None:
    one = call(opens=date(2030, 1, 1), closes=date(2030, 6, 30))
    days = (date(2029, 12, 31), date(2030, 1, 1), date(2030, 6, 30), date(2030, 7, 1))
    assert [state(one, day).value for day in days] == ["upcoming", "open", "open", "closed"]


def test_an_announced_day_after_the_last_keeps_a_call_open_until_then() -> None:
    one = call(
        first=date(2030, 1, 15),
        closes=date(2030, 1, 15),
        announced=[announced(date(2030, 2, 1), date(2030, 1, 15))],
    )
    assert last_day(one) == date(2030, 2, 1)
    assert state(one, date(2030, 1, 20)) is CallState.OPEN
    assert state(one, date(2030, 2, 2)) is CallState.CLOSED


def test_a_call_whose_last_day_is_unknown_is_closed_once_it_was_decided() -> None:
    decided = {"day": date(2030, 3, 1), "kind": "antenna", "selected": 1, "text": "", "source": ""}
    one = call(opens=date(2030, 1, 1), result=[decided])
    assert state(one, date(2030, 2, 28)) is CallState.OPEN
    assert state(one, date(2030, 3, 1)) is CallState.CLOSED


def test_a_cut_off_is_the_next_one_until_its_own_day_is_over() -> None:
    one = call(first=date(2030, 1, 15), months=6, closes=date(2030, 7, 15))
    days = (date(2029, 1, 1), date(2030, 1, 15), date(2030, 1, 16), date(2030, 7, 16))
    found = [next_cut_off(one, day) for day in days]
    assert [cut.day.isoformat() if cut else None for cut in found] == [
        "2030-01-15",
        "2030-01-15",
        "2030-07-15",
        None,
    ]


def test_the_day_of_a_moment_is_that_of_utc() -> None:
    late = datetime(2025, 12, 31, 23, 30, tzinfo=timezone(timedelta(hours=-3)))
    assert day_of(late) == date(2026, 1, 1)
    assert day_of(datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)) == date(2025, 12, 31)


# --- the table -------------------------------------------------------------------------------------


def test_the_ai_factories_call_has_its_published_dates() -> None:
    assert [cut.day.isoformat() for cut in cut_offs(ORIGIN)] == [
        "2024-11-04",
        "2025-02-01",
        "2025-05-02",
        "2025-08-04",
        "2025-11-04",
    ]
    assert [cut.by_rule for cut in cut_offs(ORIGIN)] == [True, False, False, True, True]
    assert cut_offs(ORIGIN)[1].evidence.sure
    assert not cut_offs(ORIGIN)[2].evidence.sure
    assert (ORIGIN.amount, ORIGIN.currency) == (1_000_000_000, "EUR")


@pytest.mark.parametrize(
    ("day", "stands", "following"),
    [
        (date(2024, 9, 1), "upcoming", "2024-11-04"),
        (date(2024, 11, 4), "open", "2024-11-04"),
        (date(2025, 2, 2), "open", "2025-05-02"),
        (date(2025, 11, 5), "open", None),
        (date(2025, 12, 31), "open", None),
        (date(2026, 1, 1), "closed", None),
    ],
)
def test_the_ai_factories_call_stands_as_its_dates_say(
    day: date, stands: str, following: str | None
) -> None:
    cut = next_cut_off(ORIGIN, day)
    assert (state(ORIGIN, day).value, cut.day.isoformat() if cut else None) == (stands, following)


@pytest.mark.parametrize("one", calls(), ids=lambda one: one.id)
def test_every_fact_of_a_call_has_its_source(one: Call) -> None:
    told = {"references", "programmes", "funds", "budget", "eligible", "purpose"}
    told |= {"opens", "closes", "first", "time"}
    assert {name for name in told if getattr(one, name)} == set(one.evidence)
    for said in (*one.evidence.values(), *(cut.evidence for cut in cut_offs(one))):
        assert said.source
        assert said.confidence
    assert all(result.source for result in one.results)
    assert all(link.url.startswith("https://") for link in one.links)


def test_a_result_counts_as_many_as_are_known_to_be_selected_that_day() -> None:
    for one in calls():
        for result in one.results:
            selected = [
                factory
                for factory in factories()
                if (factory.kind, factory.selected) == (result.kind, result.day.isoformat())
            ]
            assert len(selected) == result.selected


def test_every_wording_of_a_focus_is_judged_once_with_a_reason() -> None:
    assert {words for one in factories() for words in one.focus} == set(focuses())
    for focus in focuses().values():
        assert focus.reason
        assert set(focus.sectors) <= set(SECTORS)


def test_what_is_unsure_of_a_factory_or_a_machine_is_said_in_words_too() -> None:
    for one in (*factories(), *supercomputers()):
        assert one.source
        if "unsure" in one.confidence:
            assert one.unsure, one.id
        if one.unsure:
            assert one.confidence != "sure", one.id
