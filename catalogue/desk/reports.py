"""Reports for holders: what became of the requests that they were given, in figures and leg by leg."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from catalogue.access.model import STEPS, LegState
from catalogue.errors import Forbidden, InvalidParameter
from catalogue.people import HOLDER_ROLES, Person, Role
from catalogue.ports import AccessFigures, LegFigures, Reports

USUAL = timedelta(days=365)
LONGEST = timedelta(days=3660)
BATCH = 500  # legs that are read at once
HOUR = 3600.0  # seconds
TIMED = (LegState.SUBMITTED, *STEPS, LegState.RETURNED)


@dataclass(frozen=True, slots=True)
class Period:
    """Days, the first and the last, both whole and in UTC."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), UTC)

    @property
    def end(self) -> datetime:
        """The moment behind it."""
        return datetime.combine(self.last + timedelta(days=1), time(), UTC)


def period(first: str | None, last: str | None, now: datetime) -> Period:
    """The days of a report; without a last one today, without a first one the year up to the last.
    Raises: InvalidParameter."""
    to = now.astimezone(UTC).date() if not last else _day("to", last)
    since = to - USUAL if not first else _day("from", first)
    if since > to:
        raise InvalidParameter("from", "the first day is behind the last")
    if to - since > LONGEST:
        raise InvalidParameter("from", "a report is of ten years at most")
    return Period(since, to)


def _day(name: str, text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise InvalidParameter(name, "write a day as 2027-03-01") from None
    if not 1971 <= found.year <= 9998:
        raise InvalidParameter(name, "the year is out of range")
    return found


def holders_of(person: Person) -> tuple[str, ...] | None:
    """The holders whose reports the person may read; None for all: for stewards and auditors."""
    if person.may(Role.STEWARD) or person.may(Role.AUDITOR):
        return None
    return tuple(sorted({one for role in HOLDER_ROLES for one in person.scopes(role)}))


def check_reader(person: Person, holder: str, *, legs: bool = False) -> None:
    """May the person read it? A steward reads figures, not what was asked for (`legs`).
    Raises: Forbidden."""
    staff = any(person.may(role, holder) for role in HOLDER_ROLES)
    if not (staff or person.may(Role.AUDITOR) or (person.may(Role.STEWARD) and not legs)):
        raise Forbidden(f"reports of {holder[:80]} are for its staff, stewards and auditors")


def figures_of(reports: Reports, holder: str, span: Period, now: datetime) -> AccessFigures:
    """The figures of legs that were first submitted in a period, as they stand now."""
    return reports.access(holder, span.start, span.end, now)


def figures_json(holder: str, span: Period, figures: AccessFigures) -> dict[str, Any]:
    """The figures as JSON values; times in hours."""
    return {
        "holder": holder,
        "from": span.first.isoformat(),
        "to": span.last.isoformat(),
        "total": figures.total,
        "overdue": figures.overdue,
        "states": dict(figures.states),
        "decisions": dict(figures.decisions),
        "steps": [
            {
                "step": one.step,
                "number": one.number,
                "clock_median_hours": _hours(one.clock_median),
                "clock_p90_hours": _hours(one.clock_p90),
                "elapsed_median_hours": _hours(one.elapsed_median),
                "elapsed_p90_hours": _hours(one.elapsed_p90),
            }
            for one in figures.steps
        ],
        "by_sector": [asdict(one) for one in figures.by_sector],
    }


def _hours(seconds: float) -> float:
    return round(seconds / HOUR, 2)


# --- CSV (RFC 4180) -----------------------------------------------------------------------------------------


def figures_csv(figures: AccessFigures) -> Iterator[str]:
    """The figures as lines of CSV, one each; times in hours."""
    yield from csv_lines([("figure", "name", "sector", "organisation", "value")])
    yield from csv_lines(_figure_rows(figures))


def _figure_rows(figures: AccessFigures) -> Iterator[tuple[Any, ...]]:
    yield "total", "", "", "", figures.total
    yield "overdue", "", "", "", figures.overdue
    for name, number in figures.states.items():
        yield "state", name, "", "", number
    for name, number in figures.decisions.items():
        yield "decided", name, "", "", number
    for one in figures.steps:
        yield "step_number", one.step, "", "", one.number
        yield "step_clock_median_hours", one.step, "", "", _hours(one.clock_median)
        yield "step_clock_p90_hours", one.step, "", "", _hours(one.clock_p90)
        yield "step_elapsed_median_hours", one.step, "", "", _hours(one.elapsed_median)
        yield "step_elapsed_p90_hours", one.step, "", "", _hours(one.elapsed_p90)
    for each in figures.by_sector:
        yield "decision", each.decision, each.sector, each.organisation, each.number


def legs_csv(reports: Reports, holder: str, span: Period) -> Iterator[str]:
    """Each leg of the period as a line of CSV, read in batches as it is asked for."""
    steps = [one.value for one in TIMED]
    yield from csv_lines([(*_LEG_COLUMNS, *(f"{one}_hours" for one in steps))])
    after: str | None = ""
    while after is not None:
        found, after = reports.legs(holder, span.start, span.end, after=after, limit=BATCH)
        yield from csv_lines(_leg_row(one, steps) for one in found)


_LEG_COLUMNS = (
    "request",
    "leg",
    "title",
    "state",
    "sectors",
    "organisation",
    "kind",
    "submitted",
    "decided",
    "decision",
    "due",
)


def _leg_row(one: LegFigures, steps: Iterable[str]) -> tuple[Any, ...]:
    return (
        one.request,
        one.leg,
        one.title,
        one.state,
        " ".join(one.sectors),
        one.organisation or "",
        one.kind or "",
        _moment(one.submitted),
        _moment(one.decided),
        one.decision,
        _moment(one.due),
        *(_hours(one.clocks[step]) if step in one.clocks else "" for step in steps),
    )


def _moment(at: datetime | None) -> str:
    return "" if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")


def csv_lines(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    for row in rows:
        line = io.StringIO()
        csv.writer(line, lineterminator="\r\n").writerow([harmless(one) for one in row])
        yield line.getvalue()


def harmless(value: Any) -> Any:
    """The value as a cell that no spreadsheet takes for a formula: a text that begins like one, also
    behind spaces, gets an apostrophe before it."""
    if not isinstance(value, str):
        return value
    text = value.replace("\0", "")
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text[:1] in _BREAKS else text


_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "＝",
    "＋",
    "－",
    "＠",
)  # also as wide as East Asian scripts write them
_BREAKS = ("\t", "\r", "\n")
