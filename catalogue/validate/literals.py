"""Whether a literal is of its datatype's form (XML Schema 1.1 part 2)."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from catalogue.rdf.terms import XSD, parts_of

LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
STRING = f"{XSD}string"

_ZONE = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?"
_YEAR = r"-?(?:[1-9]\d{3,}|0\d{3})"
_CLOCK = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_DAYS = r"(?:\d+D)?"
_TIMES = r"(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?"
_FORMS = {
    "boolean": r"true|false|1|0",
    "decimal": r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)",
    "integer": r"[+-]?\d+",
    "float": r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN",
    "date": rf"({_YEAR})-(\d\d)-(\d\d){_ZONE}",
    "dateTime": rf"({_YEAR})-(\d\d)-(\d\d)T{_CLOCK}{_ZONE}",
    "time": rf"{_CLOCK}{_ZONE}",
    "gYear": rf"{_YEAR}{_ZONE}",
    "gYearMonth": rf"{_YEAR}-(?:0[1-9]|1[0-2]){_ZONE}",
    "gMonth": rf"--(?:0[1-9]|1[0-2]){_ZONE}",
    "gMonthDay": rf"--(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]){_ZONE}",
    "gDay": rf"---(?:0[1-9]|[12]\d|3[01]){_ZONE}",
    "duration": rf"-?P(?=[\dT])(?:\d+Y)?(?:\d+M)?{_DAYS}{_TIMES}",
    "dayTimeDuration": rf"-?P(?=[\dT]){_DAYS}{_TIMES}",
    "yearMonthDuration": r"-?P(?=\d)(?:\d+Y)?(?:\d+M)?",
    "hexBinary": r"(?:[0-9a-fA-F]{2})*",
    "base64Binary": r"(?:[A-Za-z0-9+/]\s?){0,}(?:=\s?){0,2}",
    "language": r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*",
}
_FORMS["double"] = _FORMS["float"]
_FORMS["dateTimeStamp"] = _FORMS["dateTime"].removesuffix("?")
_RANGES: dict[str, tuple[int | None, int | None]] = {
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
}
_PATTERNS = {name: re.compile(rf"(?:{form})\Z", re.ASCII) for name, form in _FORMS.items()}
NUMBERS = frozenset({"decimal", "integer", "float", "double", *_RANGES})
_SHORT = 200  # characters of a term that is remembered
_LONGEST = 4000  # characters of a number or time; Python refuses longer whole numbers too


def is_of(term: str, datatype: str) -> bool:
    """Whether a term is a literal of exactly that datatype (an IRI) and of its form.

    A datatype that is not known has no form that could be wrong.
    """
    if term[0] != '"':
        return False
    return _remembered(term, datatype) if len(term) <= _SHORT else _is_of(term, datatype)


def _is_of(term: str, datatype: str) -> bool:
    text, language, own = parts_of(term)
    if language:
        return datatype == LANG_STRING
    return (own or STRING) == datatype and is_well_formed(text, datatype)


_remembered = lru_cache(maxsize=16384)(_is_of)


def is_well_formed(text: str, datatype: str) -> bool:
    """Whether a text is in the lexical space of a datatype; white space around it is none of it."""
    if not datatype.startswith(XSD):
        return True
    name = datatype.removeprefix(XSD)
    if name in _RANGES:
        return _in_range(text, *_RANGES[name])
    pattern = _PATTERNS.get(name)
    if pattern is None:
        return True
    match = pattern.match(text) if name == "base64Binary" or len(text) <= _LONGEST else None
    if match is None:
        return False
    return _is_day(*match.groups()) if name in {"date", "dateTime", "dateTimeStamp"} else True


def _in_range(text: str, least: int | None, most: int | None) -> bool:
    if len(text) > _LONGEST or not _PATTERNS["integer"].match(text):
        return False
    number = int(text)
    return (least is None or number >= least) and (most is None or number <= most)


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        # The calendar repeats after 400 years, so any year stands for one that Python knows.
        date(2000 + int(year) % 400, int(month), int(day))
    except ValueError:
        return False
    return True
