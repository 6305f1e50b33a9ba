"""Periods that are written as one text: 2019-2021, 2019-01-01/2021-12-31, Q1 2020, 2020-W05, 2020."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from catalogue.align.dates import dated, is_the_next
from catalogue.rdf.terms import RDF_TYPE, XSD, literal, parts_of
from vocab.namespaces import DCAT, DCT

_YEARS = re.compile(r"((?:1[5-9]|20)\d\d)\s*[-–—]\s*((?:1[5-9]|20)\d\d)\Z")
# 2010-11, 2004/05: a month as well as the year that ends in the next.
_EITHER = re.compile(r"\d\d(\d\d)[-/](\d\d)\Z")
_INTERVAL = re.compile(r"([^/]{4,35})/([^/]{4,35})\Z")
_OPEN = re.compile(r"([^/]{4,35})/(?:\.\.)?\Z|(?:\.\.)?/([^/]{4,35})\Z")  # ISO 8601-2, 4.4
# 01.01.2019 - 31.12.2021: from a day to a day, or a month, as people write them.
_FROM_TO = (
    re.compile(r"(\S.{5,34})\s+[-–—]\s+(\S.{5,34})\Z"),
    re.compile(r"([\d./]{8,10})[-–—]([\d./]{8,10})\Z"),
)
_DCMI = re.compile(r"start=([^;]+);\s*end=([^;]+);?(?:\s*scheme=W3C-DTF;?)?\Z")
_QUARTER = re.compile(r"(?:Q([1-4])[ /-]?(\d{4})|(\d{4})[ /-]?Q([1-4]))\Z", re.IGNORECASE)
_WEEK = re.compile(r"(\d{4})-?W(\d\d)\Z")


def may_be_a_month_or_a_year(term: str) -> bool:
    """Whether a text is a month, or the year that begins in one calendar year and ends in the next."""
    return _is_either(parts_of(term)[0].strip())


def _is_either(text: str) -> bool:
    match = _EITHER.match(text)
    return match is not None and is_the_next(match[1], match[2])


def period_of(subject: str, predicate: str, term: str, place: int) -> list[str]:
    """The lines of a dct:PeriodOfTime in the place of a text; none where it says no certain period.

    `place` names the node, so that two of one record differ.
    """
    ends = _ends(term)
    if ends is None:
        return []
    start, end = ends
    node = f"_:period{place}"
    return [
        f"{subject} {predicate} {node} .",
        f"{node} {RDF_TYPE} <{DCT}PeriodOfTime> .",
        *([f"{node} <{DCAT}startDate> {start} ."] if start else []),
        *([f"{node} <{DCAT}endDate> {end} ."] if end else []),
    ]


@lru_cache(maxsize=8192)
def _ends(term: str) -> tuple[str, str] | None:
    """Begin and end as terms; an open one is empty."""
    text = parts_of(term)[0].strip()
    if match := _QUARTER.match(text):
        quarter, year = int(match[1] or match[4]), match[2] or match[3]
        first = f"{year}-{3 * quarter - 2:02}"
        return _typed(first, "gYearMonth"), _typed(f"{year}-{3 * quarter:02}", "gYearMonth")
    if match := _WEEK.match(text):
        return _week(int(match[1]), int(match[2]))
    if match := _OPEN.match(text):
        start, end = (dated(literal(one)) if one else None for one in match.groups())
        return (start.iri if start else "", end.iri if end else "") if start or end else None
    match = _YEARS.match(text) or _INTERVAL.match(text) or _DCMI.match(text) or _from_to(text)
    if not match:
        return None if _is_either(text) else _whole(text)
    start, end = (dated(literal(one.strip())) for one in match.groups())
    if start is None or end is None or parts_of(start.iri)[0] > parts_of(end.iri)[0]:
        return None
    return start.iri, end.iri


def _whole(text: str) -> tuple[str, str] | None:
    """A year, month or day, from its begin to its end."""
    found = dated(literal(text))
    return (found.iri, found.iri) if found and "T" not in parts_of(found.iri)[0] else None


def _from_to(text: str) -> re.Match[str] | None:
    """Two ends with a dash between, where neither may be a year from autumn to autumn (2010-11)."""
    for form in _FROM_TO:
        if match := form.match(text):
            return None if any(map(_is_either, match.groups())) else match
    return None


def _week(year: int, week: int) -> tuple[str, str] | None:
    try:
        monday = date.fromisocalendar(year, week, 1)
    except ValueError:
        return None
    sunday = monday + timedelta(days=6)
    return _typed(monday.isoformat(), "date"), _typed(sunday.isoformat(), "date")


def _typed(text: str, name: str) -> str:
    return literal(text, "", XSD + name)
