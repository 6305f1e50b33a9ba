"""What a CKAN field's value says: lists in their several spellings, texts by language, dates.

CKAN stores whatever a form gave it: lists as JSON text, as `{a,b}` or `a,b`; translations as an
object, or as JSON text of one. These functions read them all and never fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from html import unescape
from typing import Any

import orjson

from catalogue.rdf.terms import XSD, literal

_NOTHING = frozenset(("", "[]", "{}", "[[]]", '[""]', "null", "None"))

_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][A-Za-z0-9]{2,8}){0,3}\Z")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?\Z", re.ASCII)
_ZONE = re.compile(r"(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)\Z", re.ASCII)
_DURATION = re.compile(
    r"-?P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?\Z",
    re.ASCII,
)
_WHOLE = re.compile(r"\d{1,30}(?:\.0+)?\Z", re.ASCII)
_DECIMAL = re.compile(r"-?(?:\d{1,30}(?:\.\d*)?|\.\d+)\Z", re.ASCII)
_NAMES = ("uri", "resource", "name", "value", "id", "identifier", "label", "title", "display_name")


def is_empty(value: Any) -> bool:
    """Whether a value says nothing."""
    if value.__class__ is str:
        return value in _NOTHING or value.isspace()
    if value is None:
        return True
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return False
    for one in value:  # noqa: SIM110 this is called most, and the loop is faster
        if not is_empty(one):
            return False
    return True


def unfolded(value: Any) -> Any:
    """The value of JSON text that holds a list or an object; anything else as it is."""
    if isinstance(value, str):
        text = value.strip()
        if text[:1] in {"[", "{"} and text[-1:] in {"]", "}"}:
            for form in (text, unescape(text)) if "&quot;" in text else (text,):
                with suppress(orjson.JSONDecodeError):
                    return orjson.loads(form)
    return value


def items(value: Any, *, commas: bool = False) -> list[Any]:
    """The members of a list in any spelling, without the empty ones; a lone value is a list of one.

    With `commas` a text is cut at commas, as in "en,es,ca".
    """
    if value is None:
        return []
    if isinstance(value, str):
        value = unfolded(value)
    if isinstance(value, list):
        return [one for member in value for one in _member(member)]
    if isinstance(value, str):
        text = value.strip()
        if commas or (text[:1] == "{" and text[-1:] == "}"):
            return [part for raw in text.strip("{}").split(",") if (part := raw.strip(' "'))]
    return [] if is_empty(value) else [value]


def _member(member: Any) -> list[Any]:
    if isinstance(member, list):
        return [one for one in member if not is_empty(one)]
    return [] if is_empty(member) else [member]


def objects(value: Any) -> list[dict[str, Any]]:
    """The members of a list that are objects and say something."""
    return [one for one in items(value) if isinstance(one, dict)]


def plain(value: Any) -> str:
    """One value as text, without white space around it; of an object its name."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, dict):
        return next(
            (plain(value[name]) for name in _NAMES if not is_empty(value.get(name))),
            next((text for text, _language in spoken(value)), ""),
        )
    if isinstance(value, list):
        return plain(value[0]) if value else ""
    return str(value)


def is_translated(value: dict[str, Any]) -> bool:
    """Whether an object's keys are languages, as in {"de": "Titel", "en": "Title"}."""
    return bool(value) and all(_LANGUAGE.match(key) for key in value)


def spoken(value: Any) -> Iterator[tuple[str, str]]:
    """Every text in a value with its language, "" where none is said."""
    if isinstance(value, str):
        if value[:1] == "{" and isinstance(found := unfolded(value), dict) and is_translated(found):
            yield from _translations(found)
        elif text := value.strip():
            yield text, ""
    elif isinstance(value, dict):
        if is_translated(value):
            yield from _translations(value)
        elif text := plain_name(value):
            yield text, ""
    elif isinstance(value, list):
        for one in value:
            yield from spoken(one)
    elif value is not None:
        yield plain(value), ""


def _translations(value: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for language, texts in value.items():
        for one in texts if isinstance(texts, list) else [texts]:
            if text := plain(one):
                yield text, language.replace("_", "-").lower()


def plain_name(value: dict[str, Any]) -> str:
    """The name of an object that is not a set of translations."""
    for name in ("display_name", "label", "title", "name", "value", "text", "uri", "identifier"):
        if isinstance(found := value.get(name), str | int | float) and (text := plain(found)):
            return text
    return ""


# --- typed literals ------------------------------------------------------------------------------


def moment(value: Any) -> str | None:
    """A date or time as a typed literal (ISO 8601: year, month, day or time); None if it is none.

    What ISO 8601 leaves open and XML Schema wants is added: "2012-05-10 21:04" gets its T and
    seconds. A time without zone stays without.
    """
    text = plain(value)
    if len(text) == 10 and text[4] == "-" == text[7]:
        return _typed(text, "date") if _is_date(text) else None
    if len(text) > 10 and text[4] == "-":
        return _date_time(text)
    if len(text) == 4 and text.isascii() and text.isdigit():
        return _typed(text, "gYear") if text != "0000" else None
    if len(text) == 8 and text.isascii() and text.isdigit():  # ISO 8601, basic form
        extended = f"{text[:4]}-{text[4:6]}-{text[6:]}"
        return _typed(extended, "date") if _is_date(extended) else None
    if len(text) == 7 and text[4] == "-" and _is_date(f"{text}-01"):
        return _typed(text, "gYearMonth")
    return None


def _date_time(text: str) -> str | None:
    """A time, or a date with a zone behind it."""
    if _ZONE.match(text[10:]):
        return _typed(text, "date") if _is_date(text[:10]) else None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return None
    if _DATE_TIME.match(text):
        return _typed(text, "dateTime")
    return _typed(parsed.isoformat(), "dateTime") if text[10] in " T" else None


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return text.isascii()


def whole(value: Any) -> str | None:
    """A non-negative whole number as a typed literal; None if it is none."""
    text = plain(value)
    if isinstance(value, bool) or not _WHOLE.match(text):
        return None
    return _typed(str(int(text.split(".")[0])), "nonNegativeInteger")


def decimal(value: Any) -> str | None:
    """A number as an xsd:decimal; None if it is none."""
    text = plain(value)
    if isinstance(value, float):
        text = f"{value:.12f}".rstrip("0").rstrip(".")
    return _typed(text, "decimal") if _DECIMAL.match(text) and not isinstance(value, bool) else None


def duration(value: Any) -> str | None:
    """An ISO 8601 duration as an xsd:duration; None if it is none."""
    text = plain(value)
    return _typed(text, "duration") if _DURATION.match(text) else None


def truth(value: Any) -> str | None:
    """A truth value as an xsd:boolean; None if it is none."""
    text = plain(value).lower()
    if text in {"true", "1", "yes"}:
        return _typed("true", "boolean")
    return _typed("false", "boolean") if text in {"false", "0", "no"} else None


def _typed(text: str, name: str) -> str:
    return literal(text, "", XSD + name)
