"""Reports for holders: figures from derived rows, on every database, held against the plain sums."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from catalogue.access import LegState
from catalogue.access import commands as c
from catalogue.access.timing import step_times
from catalogue.adapters.sql import SqlJournal
from catalogue.adapters.sql import tables_outbox as t
from catalogue.adapters.sql.engine import engine_of
from catalogue.adapters.sql.reports import fill
from catalogue.desk.reports import (
    Period,
    check_reader,
    figures_csv,
    figures_json,
    figures_of,
    harmless,
    legs_csv,
    period,
)
from catalogue.errors import Forbidden, InvalidParameter
from catalogue.people import organisation_of
from catalogue.ports import Journal
from tests.access import ACME, BEGIN, CAST, GRID, HEALTH, HOLDER, OTHER, Play, person

LEG = f"{HOLDER}.data"
SPAN = Period(BEGIN.date(), (BEGIN + timedelta(days=365)).date())
NOW = BEGIN + timedelta(days=400)


@pytest.fixture
def journal(database: str) -> Iterator[Journal]:
    opened = SqlJournal.open(database)
    acme = organisation_of(ACME, "Acme (fictional)", "FI", "start-up")
    opened.people.add_organisation(acme, "operator:tests")
    yield opened
    opened.close()


def put(journal: Journal, number: int, title: str = "A study", end: str = "approve") -> Play:
    """A request of two holders that went through all its steps, each of them `number` hours long."""
    play = Play()
    play.do("applicant", c.Create(f"request{number}", title, (HEALTH, GRID)))
    play.do("applicant", c.Submit())
    steps = (
        ("handler", c.TakeUp(LEG)),
        ("handler", c.PassStep(LEG)),
        ("reviewer-technical", c.Return(LEG, "More, please")),
        ("applicant", c.Submit(LEG)),
        ("reviewer-technical", c.PassStep(LEG)),
        ("reviewer-ethics", c.PassStep(LEG)),
        ("reviewer-legal", c.PassStep(LEG)),
        ("decider", c.Reject(LEG, "No") if end == "reject" else c.Approve(LEG)),
    )
    for who, command in steps:
        leg = play.now().leg(LEG)
        assert leg is not None
        if who.startswith("reviewer") and leg.state.value != who.removeprefix("reviewer-"):
            continue  # a step that this request does not need
        play.at += timedelta(hours=number - 1)
        play.do(who, command)
    journal.requests.append(play.events)
    return play


def rank(values: list[float], share: float) -> float:
    """The percentile by nearest rank."""
    return sorted(values)[math.ceil(share * len(values)) - 1]


def test_figures_are_those_of_the_events(journal: Journal) -> None:
    plays = [
        put(journal, number, end="reject" if number % 3 else "approve") for number in range(1, 12)
    ]
    figures = figures_of(journal.reports, HOLDER, SPAN, NOW)
    assert figures.total == 11
    assert figures.states == {"approved": 3, "rejected": 8}
    assert figures.decisions == {"approved": 3, "rejected": 8}
    times: dict[str, list[tuple[float, float]]] = {}
    for play in plays:
        request = play.now()
        leg = request.leg(LEG)
        assert leg is not None
        for one in step_times(request, leg):
            pair = (one.clock.total_seconds(), one.elapsed.total_seconds())
            times.setdefault(one.step.value, []).append(pair)
    assert {one.step for one in figures.steps} == set(times)
    for one in figures.steps:
        clocks = [clock for clock, _all in times[one.step]]
        elapsed = [every for _clock, every in times[one.step]]
        assert one.number == 11
        assert (one.clock_median, one.clock_p90) == (rank(clocks, 0.5), rank(clocks, 0.9))
        assert (one.elapsed_median, one.elapsed_p90) == (rank(elapsed, 0.5), rank(elapsed, 0.9))
    technical = next(one for one in figures.steps if one.step == "technical")
    assert technical.elapsed_median > technical.clock_median
    sums = {(one.sector, one.organisation, one.decision): one.number for one in figures.by_sector}
    assert sums == {
        (sector, "start-up", decision): number
        for sector in ("health", "defence")
        for decision, number in (("approved", 3), ("rejected", 8))
    }


def test_a_holder_s_report_holds_its_own_of_the_period_only(journal: Journal) -> None:
    put(journal, 1)
    other = figures_of(journal.reports, OTHER, SPAN, NOW)
    assert (other.total, other.states, other.overdue) == (1, {"submitted": 1}, 1)
    assert other.decisions == {}
    assert other.steps == ()
    assert figures_of(journal.reports, OTHER, SPAN, BEGIN).overdue == 0
    late = Period(SPAN.last + timedelta(days=1), SPAN.last + timedelta(days=2))
    nothing = figures_of(journal.reports, HOLDER, late, NOW)
    assert (nothing.total, nothing.steps, nothing.by_sector) == (0, (), ())


def test_rows_of_reports_are_checked_and_made_anew_with_the_others(journal: Journal) -> None:
    put(journal, 2)
    before = figures_of(journal.reports, HOLDER, SPAN, NOW)
    assert journal.requests.check() == []
    journal.requests.rebuild()
    assert figures_of(journal.reports, HOLDER, SPAN, NOW) == before


def test_a_journal_from_before_reports_gets_their_rows(journal: Journal, database: str) -> None:
    put(journal, 2)
    before = figures_of(journal.reports, HOLDER, SPAN, NOW)
    engine = engine_of(database)
    with engine.execution_options(writes=True).begin() as connection:
        for table in (t.access_step, t.access_outcome):
            connection.execute(table.delete())
        fill(connection)
    engine.dispose()
    assert journal.requests.check() == []
    assert figures_of(journal.reports, HOLDER, SPAN, NOW) == before


def test_legs_come_as_csv_that_no_spreadsheet_runs_and_in_batches(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalogue.desk.reports.BATCH", 2)
    evil = ['=HYPERLINK("http://evil.example")', "+1", "-1", "@x", " =1+1", 'a "quoted", one']
    for number, title in enumerate(evil, 1):
        put(journal, number, title)
    text = "".join(legs_csv(journal.reports, HOLDER, SPAN))
    assert text.count("\r\n") == len(text.splitlines())
    found = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(found) == len(evil)
    assert {one["title"] for one in found} == {
        one if one.startswith("a") else f"'{one.strip()}" for one in evil
    }
    first = next(one for one in found if one["request"] == "request1")
    assert (first["decision"], first["sectors"]) == ("approved", "defence health")
    assert (first["organisation"], first["kind"]) == (ACME, "start-up")
    assert float(first["eligibility_hours"]) == 1.0
    assert first["ethics_hours"] == "" or float(first["ethics_hours"]) > 0


def test_figures_are_the_same_as_json_and_csv(journal: Journal) -> None:
    put(journal, 3)
    figures = figures_of(journal.reports, HOLDER, SPAN, NOW)
    told = figures_json(HOLDER, SPAN, figures)
    lines = list(csv.reader(io.StringIO("".join(figures_csv(figures)), newline="")))
    assert lines[0] == ["figure", "name", "sector", "organisation", "value"]
    assert ["total", "", "", "", "1"] in lines
    assert ["decision", "approved", "health", "start-up", "1"] in lines
    for one in told["steps"]:
        expected = str(one["clock_median_hours"])
        assert ["step_clock_median_hours", one["step"], "", "", expected] in lines


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=1", "'=1"),
        ("  =1", "'  =1"),
        ("\t=1", "'\t=1"),
        ("\rx", "'\rx"),
        ("＝1", "'＝1"),
        ("plain", "plain"),
        ("", ""),
        (-3, -3),
    ],
)
def test_a_cell_is_harmless(cell: object, expected: object) -> None:
    assert harmless(cell) == expected


def test_a_period_is_of_whole_days() -> None:
    now = datetime(2030, 6, 1, 23, 30, tzinfo=UTC)
    usual = period(None, None, now)
    assert (usual.last - usual.first).days == 365
    assert usual.end == datetime(2030, 6, 2, tzinfo=UTC)
    for first, last in (
        ("2030-07-01", "2030-06-01"),
        ("1990-01-01", None),
        ("x", None),
        (None, "2030-6"),
    ):
        with pytest.raises(InvalidParameter):
            period(first, last, now)


def test_reports_are_for_a_holder_s_staff_stewards_and_auditors() -> None:
    for who in ("handler", "decider", "allocator", "auditor", "steward"):
        check_reader(CAST[who], HOLDER)
    for who in ("applicant", "representative", "administrator", "elsewhere", "stranger"):
        with pytest.raises(Forbidden):
            check_reader(CAST[who], HOLDER)
    with pytest.raises(Forbidden):
        check_reader(CAST["steward"], HOLDER, legs=True)
    with pytest.raises(Forbidden):
        check_reader(person("x", f"handler:{OTHER}"), HOLDER)
    assert LegState.REJECTED.value == "rejected"
