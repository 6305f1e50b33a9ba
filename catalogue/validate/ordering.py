"""Which of two literals is the lesser (SPARQL 1.1, section 17.3; XML Schema 1.1 part 2 for what else has
an order there: dates, years, times of day and durations).

An order that depends on what is not said is none: a time without a time zone may be any of 28 hours, and
a month has 28 to 31 days (part 2, appendices E.3 and D).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, NamedTuple

from catalogue.rdf.terms import XSD, parts_of
from catalogue.validate.literals import NUMBERS, STRING, is_well_formed

_DAY, _FAR = 86_400, 14 * 3600  # seconds; time zones lie up to 14 hours from UTC
_ZONE = re.compile(r"(?:Z|([+-])(\d\d):(\d\d))\Z")
_DATE = re.compile(r"(-?\d{4,})(?:-(\d\d))?(?:-(\d\d))?")
_CLOCK = re.compile(r"(\d\d):(\d\d):(\d\d(?:\.\d+)?)")
_DURATION = re.compile(
    r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?"
)
# Months (counted from year 0) that durations are added to, to be compared.
_REFERENCES = (1696 * 12 + 8, 1697 * 12 + 1, 1903 * 12 + 2, 1903 * 12 + 6)


class _Moment(NamedTuple):
    """Seconds of the proleptic Gregorian calendar; `zoned` tells whether they are of UTC for sure."""

    seconds: Fraction
    zoned: bool


class _Length(NamedTuple):
    """A duration, as where it ends from each of the months of reference."""

    ends: tuple[Fraction, ...]


def is_less(left: str, right: str, or_equal: bool = False) -> bool | None:
    """Whether one literal's value is below another's; None where they cannot be compared."""
    one, other = comparable(left), comparable(right)
    if one is None or other is None or one[0] != other[0]:
        return None
    sign = _sign(one[1], other[1])
    return None if sign is None else sign < 0 or (or_equal and sign == 0)


def comparable(term: str) -> tuple[str, Any] | None:
    """A literal's value behind the kind that it can be compared within; None where it has none."""
    text, language, datatype = parts_of(term) if term[0] == '"' else ("", "none", "")
    if language or not is_well_formed(text, datatype):
        return None
    kind, value_of = _KINDS.get(datatype or STRING, ("", _nothing))
    value = value_of(text)
    return None if value is None else (kind, value)


def _sign(one: Any, other: Any) -> int | None:
    """-1, 0 or 1 as one is below, equal to or above the other; None where that is open."""
    if isinstance(one, _Moment) and one.zoned != other.zoned:
        return _sign_across(one, other)
    if isinstance(one, _Length):
        signs = {(a > b) - (a < b) for a, b in zip(one.ends, other.ends, strict=True)}
        return signs.pop() if len(signs) == 1 else None
    return int(one > other) - int(one < other)


def _sign_across(one: _Moment, other: _Moment) -> int | None:
    """Of a time with a time zone and one without: the latter is within 14 hours of what it says."""
    apart = one.seconds - other.seconds
    return None if abs(apart) <= _FAR else 1 if apart > 0 else -1


def _nothing(_text: str) -> None:
    return None


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace("INF", "Infinity"))
    except InvalidOperation:
        return None
    return None if number.is_nan() else number


def _moment(text: str) -> _Moment:
    """A date with or without a time, or the start of a year or month; any year."""
    days, _t, clock = text.partition("T")
    (days, zone) = (days, _zone(clock)[1]) if clock else _zone(days)
    match = _DATE.match(days)
    assert match is not None  # it is well-formed
    year, month, day = (int(one or 1) for one in match.groups())
    start = _day(year * 12 + month - 1) + day - 1
    return _Moment(start * _DAY + _seconds(clock) - zone[0], zone[1])


def _time_of_day(text: str) -> _Moment:
    clock, zone = _zone(text)
    return _Moment(_seconds(clock) - zone[0], zone[1])


def _zone(text: str) -> tuple[str, tuple[int, bool]]:
    """A text without its time zone; the zone's seconds from UTC, and whether there is one."""
    match = _ZONE.search(text)
    if match is None:
        return text, (0, False)
    sign, hours, minutes = match.groups(default="0")
    seconds = int(hours) * 3600 + int(minutes) * 60
    return text[: match.start()], (-seconds if sign == "-" else seconds, True)


def _seconds(clock: str) -> Fraction:
    match = _CLOCK.match(clock)
    if match is None:
        return Fraction(0)
    hours, minutes, seconds = match.groups()
    return int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)


def _day(month: int) -> int:
    """The number of the first day of a month, which is counted from year 0."""
    year, of_year = divmod(month, 12)
    leaps = year // 4 - year // 100 + year // 400
    lengths = (31, 29 if _is_leap(year) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return 365 * year + leaps - _is_leap(year) + sum(lengths[:of_year])


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _length(text: str) -> _Length:
    match = _DURATION.match(text)
    assert match is not None  # it is well-formed
    sign = -1 if match[1] else 1
    years, months, days, hours, minutes = (int(match[n] or 0) for n in range(2, 7))
    seconds = ((days * 24 + hours) * 60 + minutes) * 60 + Fraction(match[7] or 0)
    moved = sign * (years * 12 + months)
    return _Length(tuple(_day(one + moved) * _DAY + sign * seconds for one in _REFERENCES))


# For each datatype that has an order: what it can be compared within, and how its texts are read.
_KINDS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    f"{XSD}{name}": (kind, value_of)
    for names, kind, value_of in (
        (NUMBERS, "number", _number),
        (("date",), "date", _moment),
        (("dateTime", "dateTimeStamp"), "moment", _moment),
        (("gYear",), "year", _moment),
        (("gYearMonth",), "month", _moment),
        (("time",), "time of day", _time_of_day),
        (("duration", "dayTimeDuration", "yearMonthDuration"), "duration", _length),
        (("boolean",), "boolean", lambda text: text in {"true", "1"}),
        (("string",), "string", str),
    )
    for name in names
}
