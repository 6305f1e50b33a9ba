"""What a source sent of a record: its bytes, and how they are shown so that nothing in them can act."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape

import orjson
from flask import Response
from markupsafe import Markup

from api.context import catalogue
from catalogue.errors import NotFound
from catalogue.model import Record

CUT = 200_000  # bytes that a page shows of anything
PART = 40_000  # bytes that it shows of a page with several records
AHEAD = 1_000  # bytes of them, of the same line, that stand before the record's subject
SHORTEST = 4  # characters of a value that is worth marking: shorter ones are everywhere
MOST = 100  # values marked
OCTETS = "application/octet-stream"
SAFE = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,100}/[a-z0-9][a-z0-9.+-]{0,100}\Z")
_DIRECTING = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
_VISIBLE = {
    **{code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)},
    0x7F: "\u2421",
    **{code: f"\u27e8U+{code:04X}\u27e9" for code in (*range(0x80, 0xA0), *_DIRECTING)},
}


@dataclass(frozen=True, slots=True)
class Received:
    """The bytes that a record came in. `shared`: they are a page that other records came on too."""

    body: bytes
    media_type: str
    shared: bool


@dataclass(frozen=True, slots=True)
class Part:
    """What is shown of bytes: as text, from a byte to a byte of `size`. `found`: it is around the
    record's subject."""

    text: str
    start: int
    end: int
    size: int
    found: bool = False

    @property
    def whole(self) -> bool:
        return self.start == 0 and self.end == self.size


def received(record: Record) -> Received:
    """The record's bytes as its source sent them.

    Raises: NotFound with the reason, where none are kept or none may be shown.
    """
    journal = catalogue().journal
    options = journal.source(record.source).options
    contacts = options.get("contacts", "keep")
    if contacts != "keep":
        raise NotFound(
            f"no bytes as received are kept for records of {record.source}: its option"
            f" contacts={contacts} leaves personal data out, which they may hold"
        )
    try:
        body, media_type = journal.raw(record.page_id)
        shared = journal.shares_raw(record.page_id)
    except NotFound:
        raise NotFound(
            f"no bytes as received are kept for record {record.page_id}: they have had their time,"
            " or its source never sent any"
        ) from None
    if shared and options.get("review") == "1":
        raise NotFound(
            f"the bytes of record {record.page_id} are a page of records, some of which wait for a"
            " steward; they are not shown"
        )
    return Received(body, media_type, shared)


def attachment(found: Received, page_id: str, *, typed: bool) -> Response:
    """The bytes to be saved, never shown or run: with their media type, or as plain text or octets."""
    media_type = found.media_type if _MEDIA_TYPE.match(found.media_type) else OCTETS
    if not typed:
        media_type = "text/plain; charset=utf-8" if _is_text(found.body) else OCTETS
    answer = Response(found.body, content_type=media_type, headers=SAFE)
    ending = "txt" if _is_text(found.body) else "bin"
    answer.headers["Content-Disposition"] = f'attachment; filename="{page_id}.{ending}"'
    return answer


def part_of(found: Received, record: Record) -> Part:
    """What of the bytes is worth showing: all of them, or of a page with several records the part
    around the record's subject, or the beginning where it is not found."""
    body = found.body
    if body[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        body = body.decode("utf-16", "replace").encode("utf-8", "replace")
    size = len(body)
    place = _place(body, record) if found.shared or size > CUT else None
    if place is None:
        end = min(size, CUT)
        return Part(_text(body[:end]), 0, end, size)
    line = body.rfind(b"\n", 0, place) + 1
    start = max(line, place - AHEAD)
    end = min(size, start + PART)
    return Part(_text(body[start:end]), start, end, size, found=True)


def _place(body: bytes, record: Record) -> int | None:
    """Where a page speaks of the record: where it is described if possible, else where it is named."""
    ways = (
        f'rdf:about="{escape(record.iri)}"',
        f'"@id": "{record.iri}"',
        f'"@id":"{record.iri}"',
        f"\n<{record.iri}>",
        record.iri,
        f'"{record.key}"',
    )
    for way in ways:
        place = body.find(way.encode("utf-8", "replace"))
        if place >= 0:
            return place + way.startswith("\n")
    return None


def marked_values(text: str, marks: Mapping[str, Iterable[str | None]]) -> Markup:
    """The text as HTML with values in a <mark>; `marks`: values by the class of their marks."""
    spelt: dict[str, str] = {}
    for name, values in marks.items():
        for value in list(dict.fromkeys(one for one in values if one))[:MOST]:
            if len(value) >= SHORTEST:
                spelt.update((way, name) for way in _spellings(value))
    if not spelt:
        return Markup(escape(text))  # noqa: S704 escaped
    any_of = re.compile("|".join(re.escape(way) for way in sorted(spelt, key=len, reverse=True)))
    parts, at = [], 0
    for match in any_of.finditer(text):
        mark = f'<mark class="{spelt[match[0]]}">{escape(match[0])}</mark>'
        parts += [escape(text[at : match.start()]), mark]
        at = match.end()
    return Markup("".join([*parts, escape(text[at:])]))  # noqa: S704 each part is escaped


def _spellings(value: str) -> tuple[str, ...]:
    """How a value may stand in a document: as it is, as JSON, as XML."""
    as_json = orjson.dumps(value.encode("utf-8", "replace").decode()).decode()[1:-1]
    ways = (value, as_json, as_json.replace("/", "\\/"), escape(value), escape(value, quote=False))
    return tuple(one.translate(_VISIBLE) for one in ways)


def _text(body: bytes) -> str:
    """The bytes as text in which nothing is invisible: what is not UTF-8 shows as a replacement
    character, control and direction characters as signs."""
    head = 0
    while head < min(3, len(body)) and 0x80 <= body[head] < 0xC0:  # the cut was inside a character
        head += 1
    text = body[head:].decode("utf-8", "replace").replace("\r\n", "\n")
    return text.translate(_VISIBLE)


def visible(text: str) -> str:
    """The text, cut to what a page shows, with control and direction characters as signs."""
    return text[:CUT].translate(_VISIBLE)


def _is_text(body: bytes) -> bool:
    try:
        return "\0" not in body.decode()
    except UnicodeDecodeError:
        return False
