"""Times as Solr's queries write them: ISO 8601 and `NOW` with its sums ("NOW/DAY-7DAYS")."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_SUM = re.compile(r"NOW((?:[+-]\d{1,6}[A-Z]+|/[A-Z]+)*)\Z")
_STEP = re.compile(r"([+-]\d{1,6}|/)([A-Z]+?)S?(?=[+\-/]|\Z)")
_ISO = re.compile(
    r"\d{4}(?:-\d\d(?:-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?)?)?\Z",
    re.ASCII,
)
_FRACTION = re.compile(r"\.(\d+)")
_STEPS = {
    "MILLI": timedelta(milliseconds=1),
    "MILLISECOND": timedelta(milliseconds=1),
    "SECOND": timedelta(seconds=1),
    "MINUTE": timedelta(minutes=1),
    "HOUR": timedelta(hours=1),
    "DAY": timedelta(days=1),
    "DATE": timedelta(days=1),
}
_PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")
_LEAST = {"month": 1, "day": 1}
_ROUNDED = {
    "YEAR": "year",
    "MONTH": "month",
    "DAY": "day",
    "DATE": "day",
    "HOUR": "hour",
    "MINUTE": "minute",
    "SECOND": "second",
}


def moment(text: str, now: datetime) -> datetime | None:
    """The time that a text means, UTC where it names no zone; None for what is none.

    A missing part is its first: "2024-05" is the first of May.
    """
    try:
        summed = _SUM.match(text)
        if summed:
            return _summed(summed.group(1), now)
        return _iso(text) if _ISO.match(text) else None
    except (ValueError, OverflowError):
        return None


def _iso(text: str) -> datetime:
    text = _FRACTION.sub(lambda match: f".{match.group(1)[:6].ljust(6, '0')}", text)
    if len(text) in {4, 7}:
        text = f"{text}-01-01"[:10] if len(text) == 4 else f"{text}-01"
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _summed(steps: str, now: datetime) -> datetime | None:
    found = now.astimezone(UTC)
    for how, unit in _STEP.findall(steps):
        if how == "/":
            if unit not in _ROUNDED:
                return None
            behind = _PARTS[_PARTS.index(_ROUNDED[unit]) + 1 :]
            found = found.replace(**{part: _LEAST.get(part, 0) for part in behind})  # type: ignore[arg-type]
        elif unit in {"YEAR", "MONTH"}:
            found = _months_later(found, int(how) * (12 if unit == "YEAR" else 1))
        elif unit in _STEPS:
            found += int(how) * _STEPS[unit]
        else:
            return None
    return found


def _months_later(moment: datetime, number: int) -> datetime:
    """The same day so many months later; the month's last where it has no such day."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + number, 12)
    for day in range(moment.day, 27, -1):
        try:
            return moment.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return moment.replace(year=year, month=month + 1, day=min(moment.day, 27))
