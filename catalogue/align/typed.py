"""Literals that are not of the form of their datatype (XML Schema 1.1 part 2, section 3.3)."""

from __future__ import annotations

import re
from functools import lru_cache

from catalogue.align.dates import day, in_ascii, read
from catalogue.rdf.terms import XSD, literal, parts_of

_ZONE = r"(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?"
_TIME = rf"(?:[01]\d|2[0-4]):[0-5]\d:[0-5]\d(?:\.\d+)?{_ZONE}"
_FORMS = {
    name: re.compile(form, re.ASCII)
    for name, form in {
        "date": rf"-?\d{{4,}}-\d\d-\d\d{_ZONE}\Z",
        "dateTime": rf"-?\d{{4,}}-\d\d-\d\dT{_TIME}\Z",
        "gYear": rf"-?\d{{4,}}{_ZONE}\Z",
        "gYearMonth": rf"-?\d{{4,}}-(?:0[1-9]|1[0-2]){_ZONE}\Z",
        "integer": r"[+-]?\d+\Z",
        "nonNegativeInteger": r"\+?\d+\Z",
        "decimal": r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)\Z",
        "boolean": r"(?:true|false|0|1)\Z",
    }.items()
}
_NO_FRACTION = re.compile(r"\.0+\Z")  # of a whole number
_MORE_DIGITS = re.compile(r"-?\d{5}")
_SLIP = re.compile(r"\Axsd?:(?!/)")
_TEMPORAL = ("date", "dateTime", "gYearMonth", "gYear")
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_SPACED = re.compile(
    rf"(\d{{4}}-\d\d-\d\d)[T ]((?:[01]\d|2[0-4]):[0-5]\d)(:[0-5]\d(?:\.\d+)?)?({_ZONE})\Z"
)


@lru_cache(maxsize=65_536)
def mended(term: str) -> str | None:
    """The term where its text fits its datatype or the datatype is none of ours; else the term that
    it certainly means, else None."""
    text, _language, datatype = parts_of(term)
    whole = _SLIP.sub(XSD, datatype)  # a prefix that was never expanded
    name = whole.removeprefix(XSD)
    form = _FORMS.get(name)
    if form is None or (form.match(text) and _is_day(text, name)):
        return term if whole == datatype or form is None else literal(text, "", whole)
    trimmed = in_ascii(text.strip().strip('"').strip())
    if name not in _TEMPORAL:
        for text in (trimmed, trimmed.lower(), _NO_FRACTION.sub("", trimmed)):
            if form.match(text):
                return literal(text, "", whole)
        return None
    for reader in (_as_written_otherwise, _as_another_type):
        if found := reader(trimmed):
            return literal(found[0], "", XSD + found[1])
    return None


def _is_day(text: str, name: str) -> bool:
    match = _DAY.match(text) if name in {"date", "dateTime"} else None
    return match is None or day(*match.groups()) is not None


def _as_another_type(text: str) -> tuple[str, str] | None:
    """The text as it is, of the type that it fits. A year of more than four digits is none: 202405 is a
    month, 45443 a day of a spreadsheet."""
    if _MORE_DIGITS.match(text):
        return None
    for name in _TEMPORAL:
        if _FORMS[name].match(text) and _is_day(text, name):
            return text, name
    return None


def _as_written_otherwise(text: str) -> tuple[str, str] | None:
    """A day or time that is written in another way, where that can be read in one way only."""
    if match := _SPACED.match(text):
        days, minutes, seconds, zone = match.groups()
        whole = f"{days}T{minutes}{seconds or ':00'}{zone}"
        return (whole, "dateTime") if _is_day(days, "date") else None
    if text.endswith("T") and _FORMS["date"].match(text[:-1]):
        text = text[:-1].replace("-", "")
    return read(text)
