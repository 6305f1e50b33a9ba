"""Calendars as RFC 5545 has them, with the properties of RFC 7986 that name a calendar."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

MEDIA_TYPE = "text/calendar"
_UTC = (
    "BEGIN:VTIMEZONE",
    "TZID:Etc/UTC",
    "BEGIN:STANDARD",
    "DTSTART:19700101T000000",
    "TZOFFSETFROM:+0000",
    "TZOFFSETTO:+0000",
    "END:STANDARD",
    "END:VTIMEZONE",
)
LINE = 75  # octets of a line without its end (RFC 5545, section 3.1)
_NO_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that takes a whole day, or happens at a moment (UTC), and keeps nobody busy. `revised` (UTC)
    is when what is said of it last changed; `sure` tells a confirmed one from a tentative one; one that was
    `cancelled` will not be."""

    uid: str
    day: date | datetime
    revised: datetime
    summary: str
    description: str
    url: str
    category: str
    sure: bool
    cancelled: bool = False


def calendar(name: str, description: str, source: str, events: Iterable[Event]) -> bytes:
    """An iCalendar object of events in their order. Programs may ask again daily, at `source` if there is
    one.

    One without an event tells a time zone: a calendar has at least one component (RFC 5545, section 3.6).
    """
    told = [line for one in events for line in _event(one)]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//aicat//calls//EN",
        "CALSCALE:GREGORIAN",
        f"NAME:{_text(name)}",
        f"X-WR-CALNAME:{_text(name)}",  # what most programs read instead
        f"DESCRIPTION:{_text(description)}",
        *([f"SOURCE;VALUE=URI:{_uri(source)}"] if source else ()),
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        *(told or _UTC),
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _event(one: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(one.uid)}"
    yield f"DTSTAMP:{one.revised:%Y%m%dT%H%M%SZ}"
    if isinstance(one.day, datetime):
        yield f"DTSTART:{one.day:%Y%m%dT%H%M%SZ}"
    else:
        yield f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}"
    yield f"SUMMARY:{_text(one.summary)}"
    yield f"DESCRIPTION:{_text(one.description)}"
    yield f"URL:{_uri(one.url)}"
    yield f"CATEGORIES:{_text(one.category)}"
    status = "CONFIRMED" if one.sure else "TENTATIVE"
    yield f"STATUS:{'CANCELLED' if one.cancelled else status}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _text(value: str) -> str:
    """A value of type TEXT (RFC 5545, section 3.3.11)."""
    for char, escape in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\n"), ("\n", "\\n")):
        value = value.replace(char, escape)
    return _NO_TEXT.sub("", value)


def _uri(value: str) -> str:
    """An address, which is not escaped and must not end its line."""
    return _NO_TEXT.sub("", value).replace("\n", "").replace("\t", "")


def _folded(line: str) -> bytes:
    """The line with its end, folded at 75 octets and never within a character."""
    parts, room = [b""], LINE
    for char in line:
        octets = char.encode("utf-8", "replace")
        if len(parts[-1]) + len(octets) > room:
            parts.append(b"")
            room = LINE - 1  # a space goes before what is folded
        parts[-1] += octets
    return b"\r\n ".join(parts) + b"\r\n"
