"""Days, months, years and times in the shapes that people write, where they can be read in one way
only: 31.12.2020, 05/2020, "5. Mai 2020", 2020-W05-3, 1588579200000. Day and month by slashes are read
only where one of them is above 12; years of two digits never."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from typing import NamedTuple
from unicodedata import decimal

import vocab
from catalogue.rdf.terms import XSD, literal, parts_of
from vocab.namespaces import DCAT, DCT, SCHEMA

DATES = frozenset(
    f"<{one}>"
    for one in (
        f"{DCT}issued", f"{DCT}modified", f"{DCT}created", f"{DCT}available", f"{DCT}dateSubmitted",
        f"{DCT}dateAccepted", f"{DCAT}startDate", f"{DCAT}endDate", f"{SCHEMA}startDate",
        f"{SCHEMA}endDate",
    )
)  # fmt: skip
PERIODS = frozenset((f"<{DCT}temporal>",))


class Read(NamedTuple):
    """A term and the kind of rule that found it."""

    iri: str
    rule: str


Found = tuple[str, str] | None
"""The text in the form of XML Schema, and the name of its type."""

_ZONE = r"(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)"
_EXACT = (
    (re.compile(rf"\d{{4}}-\d\d-\d\d{_ZONE}?\Z"), "date"),
    (re.compile(rf"\d{{4}}-\d\d-\d\dT(?:[01]\d|2[0-4]):[0-5]\d:[0-5]\d(?:\.\d+)?{_ZONE}?\Z"), "dateTime"),
    (re.compile(r"\d{4}-(?:0[1-9]|1[0-2])\Z"), "gYearMonth"),
    (re.compile(r"(?:1[0-9]|20)\d\d\Z"), "gYear"),
)  # fmt: skip
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:T|\s+)([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,](\d+))?)?"
    r"\s*(Z|UTC|GMT|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?\Z"
)
_DAY_AND_TIME = re.compile(r"(\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}/\d{1,2}/\d{1,2}),?\s+(\d.*)\Z")
_WORDS = r"([^\W\d_]{3,15})\.?"
_YEAR = r"(\d{4})(?:\s*[rг]\.?)?\Z"  # "3 maja 2020 r.", "3 май 2020 г."
_NAMED = (  # "5. Mai 2020", "5 de mayo de 2020", "May 5, 2020", "2020. május 5.", "May 2020"
    (re.compile(rf"(\d{{1,2}})(?:\.|st|nd|rd|th|er|º)?\s+(?:de\s+)?{_WORDS},?\s+(?:de\s+)?{_YEAR}"), (1, 2, 3)),
    (re.compile(rf"{_WORDS}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})\Z"), (2, 1, 3)),
    (re.compile(rf"(\d{{4}})(?:\.|\s+m\.)?\s+{_WORDS}\s+(\d{{1,2}})(?:\.|\s+d\.)?\Z"), (3, 2, 1)),
    (re.compile(rf"(\d{{4}})\.\s+gada\s+(\d{{1,2}})\.\s+{_WORDS}\Z"), (2, 3, 1)),
    (re.compile(rf"{_WORDS},?\s+(?:de\s+)?{_YEAR}"), (0, 1, 2)),
)  # fmt: skip
_MAIL = re.compile(  # RFC 5322, 3.3
    rf"(?:[A-Z][a-z][a-z],\s*)?(\d{{1,2}})\s+{_WORDS}\s+(\d{{4}})\s+(\d\d:\d\d:\d\d)\s+"
    r"(GMT|UTC|[+-]\d{4})\Z"
)


@lru_cache(maxsize=65_536)
def dated(term: str) -> Read | None:
    """The typed literal of a literal without a datatype; None where it says no certain date."""
    text, _language, datatype = parts_of(term)
    if datatype:
        return None
    given = " ".join(text.strip().strip('"').split())
    text = in_ascii(given)
    if text == given and (found := _exact(text)):
        return Read(literal(found[0], "", XSD + found[1]), "typed")
    found = _exact(text) or read(text)
    return Read(literal(found[0], "", XSD + found[1]), "pattern") if found else None


def in_ascii(text: str) -> str:
    """The text with the digits that XML Schema knows in the place of those of other scripts, and plain
    hyphens in the place of those that do not break."""
    if text.isascii():
        return text
    return "".join("-" if one in "\u2010\u2011" else str(decimal(one, one)) for one in text)


def _exact(text: str) -> Found:
    for form, name in _EXACT:
        if form.match(text):
            valid = "-" not in text[4:8] or len(text) < 10 or day(text[:4], text[5:7], text[8:10])
            return (text, name) if valid else None
    return None


def read(text: str) -> Found:
    """A date or time that is written in another way than XML Schema's, read where that is certain."""
    if len(text) > 60:
        return None
    for pattern, reader in _READERS:
        if match := pattern.match(text):
            return reader(*match.groups())
    return _moment(text) or _timed(text) or _mailed(text) or _named(text)


def day(year: str, month: str, number: str) -> str | None:
    """The day in ISO 8601, where the calendar has it."""
    try:
        return date(int(year), int(month), int(number)).isoformat()
    except ValueError:
        return None


def _a_day(year: str, month: str, number: str) -> Found:
    found = day(year, month, number)
    return (found, "date") if found else None


def _either(first: str, second: str, year: str) -> Found:
    """Day and month by slashes stand in either order; certain where one is above 12 or both equal."""
    found = {day(year, first, second), day(year, second, first)} - {None}
    return (str(found.pop()), "date") if len(found) == 1 else None


def _a_month(year: str, month: str) -> Found:
    return (f"{year}-{int(month):02}", "gYearMonth") if 1 <= int(month) <= 12 else None


def _month_or_year(year: str, month: str) -> Found:
    """2020/05; 2011/12 is also the year that begins in 2011 and ends in 2012."""
    return None if is_the_next(year, month) else _a_month(year, month)


def is_the_next(year: str, short: str) -> bool:
    """Whether two digits are the last of the year after a year: of the one in which it ends."""
    return int(short) == (int(year) + 1) % 100


def _week_day(year: str, week: str, number: str) -> Found:
    try:
        return date.fromisocalendar(int(year), int(week), int(number)).isoformat(), "date"
    except ValueError:
        return None


def _epoch(seconds: str, _thousandths: str | None = None) -> Found:
    """Seconds since 1970, of 2001 to 2030: what begins with 19 or 20 may be a year and more."""
    return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%dT%H:%M:%SZ}", "dateTime"


_READERS: tuple[tuple[re.Pattern[str], Callable[..., Found]], ...] = (
    (re.compile(r"(\d{4})[/.]?(\d\d)[/.]?(\d\d)\Z"), _a_day),
    (re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\Z"), _a_day),
    (re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\.?\Z"), lambda d, m, y: _a_day(y, m, d)),
    (re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})\Z"), _either),
    (re.compile(r"(\d{4})[/.](\d{1,2})\Z"), _month_or_year),
    (re.compile(r"(\d{1,2})[/.-](\d{4})\Z"), lambda m, y: _a_month(y, m)),
    (re.compile(r"(\d{4})-W(\d\d)-([1-7])\Z"), _week_day),
    (re.compile(r"(1[0-8]\d{8})(\d{3})?\Z"), _epoch),
)


def _moment(text: str) -> Found:
    match = _MOMENT.match(text)
    if not match or not day(text[:4], text[5:7], text[8:10]):
        return None
    days, hour, minute, second, part, zone = match.groups()
    fraction = f".{part}" if part else ""
    return f"{days}T{hour}:{minute}:{second or '00'}{fraction}{_zone(zone)}", "dateTime"


def _timed(text: str) -> Found:
    """A time after a day that is written as people write it: 31.12.2020 10:00."""
    match = _DAY_AND_TIME.match(text)
    found = read(match.group(1)) if match else None
    return _moment(f"{found[0]} {match.group(2)}") if match and found else None


def _zone(zone: str | None) -> str:
    if zone is None or zone in {"Z", "UTC", "GMT"}:
        return "Z" if zone else ""
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return f"{zone[0]}{digits[:2]}:{digits[2:]}"


def _mailed(text: str) -> Found:
    if not (match := _MAIL.match(text)):
        return None
    number, month, year, time, zone = match.groups()
    found = _months().get(month.lower())
    days = day(year, str(found), number) if found else None
    return (f"{days}T{time}{_zone(zone)}", "dateTime") if days else None


def _named(text: str) -> Found:
    for pattern, (number, month, year) in _NAMED:
        if match := pattern.match(text):
            found = _months().get(match.group(month).lower())
            if found is None:
                return None
            if not number:
                return _a_month(match.group(year), str(found))
            return _a_day(match.group(year), str(found), match.group(number))
    return None


@cache
def _months() -> dict[str, int]:
    """Names of months in 24 languages; those that stand for two months are left out."""
    return {str(row["n"]): int(str(row["m"])) for row in vocab.rows("months")}
