"""What nodes push, as a harvester: its pages are the parts that wait in the journal."""

from __future__ import annotations

import hashlib
import time
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import orjson
from marshmallow import Schema, fields

from catalogue.errors import CatalogueError, InvalidInput
from catalogue.harvest.registry import PUSH, harvester
from catalogue.model import (
    SET_ASIDE,
    Finding,
    Mapped,
    Outcome,
    Page,
    PageEnd,
    Part,
    Passage,
    Severity,
    skolem,
)
from catalogue.ports import Client, Feed, Harvester, Pushes
from catalogue.rdf.terms import split

LINES = "application/x-ndjson"
JSON_LD, PACKAGE = "application/ld+json", "application/json"
RECORD = "record:"  # how the cursor of a record that is sent alone begins; its key follows
END = "end"  # the cursor of the page behind the last part that has come
WAIT = 5.0  # seconds that a run waits for the next part before it goes back to the queue
LOOK = 0.2  # seconds between looks
LONGEST = 16 * 1024 * 1024  # bytes of one line
LONG = b"\0longer than allowed: "  # what stands in the place of a line that is longer
LONGEST_KEY = 2048  # bytes of UTF-8
NAMELESS = "line-sha256-"  # how the keys of lines begin that cannot be tied to a record
_CATALOGUES = frozenset({"Catalog", "CatalogRecord"})
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Options(Schema):
    """`site`: root of the IRIs that pushed packages of CKAN get. `registry`: the source holds fact
    sheets of the registry, which come by the registry's own door."""

    site = fields.URL(load_default="", schemes={"http", "https"}, require_tld=False, relative=False)
    registry = fields.Boolean(load_default=False)


class Pushed:
    """`catalogue.ports.Harvester` for what a run takes in; without a run it can only map."""

    kind = PUSH
    options: type[Any] = Options

    def __init__(self, pushes: Pushes | None = None, run_id: str = "") -> None:
        self._pushes, self._run = pushes, run_id

    def fetch(self, feed: Feed, client: Client, cursor: str | None) -> Page:  # noqa: ARG002 port
        """The part of that number, or the first that is left; waits a little for one that may come."""
        if self._pushes is None:
            raise InvalidInput(f"source {feed.source} is pushed by its node; nothing is harvested")
        intake = self._pushes.of_run(self._run)
        media_type = intake.media_type if intake else LINES
        part = self._next(cursor if media_type == LINES else None, media_type)
        if part is None:
            return Page(END, f"push:{self._run}", media_type, b"")
        return Page(
            cursor=str(part.number),
            url=f"push:{self._run}/{part.number}",
            media_type=media_type.partition(";")[0],
            body=part.body,
            charset=media_type.partition("; charset=")[2] or None,
            following=None if part.following is None else str(part.following),
        )

    def _next(self, cursor: str | None, media_type: str) -> Part | None:
        assert self._pushes is not None
        if media_type != LINES:
            return self._pushes.document(self._run)
        number = None if cursor is None else int(cursor)
        until = time.monotonic() + WAIT
        while True:
            # Asked for before the part: behind the end nothing comes.
            intake = self._pushes.of_run(self._run)
            part = self._pushes.part(self._run, number)
            if part is not None or intake is None or intake.over or time.monotonic() > until:
                return part
            time.sleep(LOOK)

    def map(self, feed: Feed, page: Page) -> Iterator[Mapped | PageEnd | Passage]:
        """The records of the lines, or of the document, in their order, then the end."""
        if page.cursor.startswith(RECORD):
            yield from _record(feed, page)
        elif not page.body:
            yield PageEnd()
        elif page.media_type == LINES:
            yield from _lines(feed, page)
        else:
            yield from _document(feed, page)


@cache
def _mapper(kind: str) -> Harvester:
    """The installed harvester of a kind; looking for it takes longer than mapping a line."""
    return harvester(kind)


def fault_of_key(key: str) -> str | None:
    """Why a text cannot be the key of a record; None where it can.

    Keys are parts of addresses: they hold no control characters, none that turn the direction of
    writing, and no dot segments, which clients resolve (RFC 3986, 5.2.4).
    """
    if not key:
        return "the key is empty"
    if len(key.encode("utf-8", "surrogatepass")) > LONGEST_KEY:
        return f"the key is longer than {LONGEST_KEY} bytes"
    if any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in key):
        return "the key holds a control character"
    if not _BIDI.isdisjoint(key):
        return "the key holds a character that turns the direction of writing"
    if not {".", ".."}.isdisjoint(key.split("/")):
        return "the key holds a segment of dots only"
    return None


def keyed(mapped: Mapped, source: str, key: str) -> Mapped:
    """The record under the key that its node gives it. A subject that had no IRI gets the one that is
    made from that key, so that it lasts while what the record says may change."""
    subject, graph, findings = mapped.subject, mapped.graph, mapped.findings
    if any(one.rule == "rdf.subject-skolemised" for one in findings):
        subject = f"<{skolem(source, key)}>"
        graph = [_renamed(line, mapped.subject, subject) for line in graph]
        findings = [
            replace(one, value=key[:500], mended=subject[1:-1])
            if one.rule == "rdf.subject-skolemised"
            else one
            for one in findings
        ]
    return replace(
        mapped,
        key=key,
        subject=subject,
        graph=graph,
        findings=[replace(one, key=key) if one.key == mapped.key else one for one in findings],
    )


def _renamed(line: str, old: str, new: str) -> str:
    subject, predicate, term = split(line)
    return f"{new if subject == old else subject} {predicate} {new if term == old else term} ."


def _record(feed: Feed, page: Page) -> Iterator[Mapped | PageEnd]:
    """The records of a body that is to hold one, under the key that it was sent with."""
    key = page.cursor.removeprefix(RECORD)
    json = page.media_type in {PACKAGE, JSON_LD}
    kind = _kind(page.body)[0] if json else "dcat"
    plain = replace(page, cursor="record", url="", media_type=JSON_LD if json else page.media_type)
    for item in _mapper(kind).map(feed, plain):
        if isinstance(item, PageEnd):
            yield replace(item, next=None, total=None)
        elif isinstance(item, Mapped):
            yield keyed(item, feed.source, key)


# --- lines -------------------------------------------------------------------------------------------


def _lines(feed: Feed, page: Page) -> Iterator[Mapped | PageEnd | Passage]:
    notes: dict[tuple[str, str | None, Severity], Finding] = {}
    ignored = 0
    number = int(page.cursor) if page.cursor.isdigit() else 0
    start = 0
    while start < len(page.body):
        end = page.body.find(b"\n", start)
        end = len(page.body) if end < 0 else end
        number += 1
        line = page.body[start:end].strip(b" \t\r\xef\xbb\xbf")
        if line:
            yield Passage(start, end)
            records, last = _line(feed, line, f"line {number}")
            yield from records
            ignored += last.ignored
            for one in last.findings:
                name = (one.rule, one.path, one.severity)
                first = notes.setdefault(name, replace(one, count=0))
                notes[name] = replace(first, count=first.count + one.count)
        start = end + 1
    yield PageEnd(next=page.following, ignored=ignored, findings=list(notes.values()))


def _line(feed: Feed, line: bytes, place: str) -> tuple[list[Mapped], PageEnd]:
    """The records of one line, mostly one, and what else is to be said of it."""
    unread = _unread(line)
    if unread is not None:
        return [_unusable(line, place, *unread)], PageEnd()
    kind, known = _kind(line)
    if known is not None and feed.seen(known, line):
        return [Mapped(known, "", "", [], line, unchanged=True)], PageEnd()
    media_type = JSON_LD if kind == "dcat" else PACKAGE
    page = Page(cursor="line", url="", media_type=media_type, body=line)
    try:
        items = list(_mapper(kind).map(feed, page))
    except (CatalogueError, RecursionError) as error:
        why = str(error) or "it is nested too deeply"
        return [
            _unusable(line, place, "push.line-unreadable", f"The line cannot be read: {why}")
        ], (PageEnd())
    records = [one for one in items if isinstance(one, Mapped)]
    last = next(one for one in items if isinstance(one, PageEnd))
    last.findings = [replace(one, place=place) for one in last.findings]
    if not records and not last.ignored:
        if _is_catalogue(line):
            return [], replace(last, ignored=1)
        why = "The line has no subject or no type of a record."
        return [_unusable(line, place, "push.no-record", why, last.findings)], PageEnd()
    return [_placed(one, line if len(records) == 1 else None, place) for one in records], last


def _unread(line: bytes) -> tuple[str, str] | None:
    """The rule and the reason, where a line is not even tried."""
    if line.startswith(LONG):
        size = line.removeprefix(LONG).decode("ascii", "replace")
        return (
            "push.line-too-long",
            f"The line has {size[:20]} bytes; at most {LONGEST} are read. It was not kept.",
        )
    if line.startswith(SET_ASIDE):
        return (
            "harvest.reader-died",
            "The line could not be read safely: the process that read it ended.",
        )
    return None


def _kind(line: bytes) -> tuple[str, str | None]:
    """Which harvester maps the line, and the key that it may be known under: JSON-LD has keywords."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return ("dcat" if b'"@' in line else "ckan"), None
    if isinstance(found, list):
        return "dcat", None
    if not isinstance(found, dict) or {"@context", "@id", "@graph", "@type"}.isdisjoint(found):
        return "ckan", None
    subject = found.get("@id")
    return "dcat", subject if isinstance(subject, str) and ":" in subject else None


def _is_catalogue(line: bytes) -> bool:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    types = found.get("@type", ()) if isinstance(found, dict) else ()
    names = types if isinstance(types, list) else [types]
    return any(
        isinstance(one, str) and one.replace("#", ":").rpartition(":")[2] in _CATALOGUES
        for one in names
    )


def _placed(mapped: Mapped, raw: bytes | None, place: str) -> Mapped:
    """The record of a line, if it has a key that can be one."""
    fault = fault_of_key(mapped.key) if not mapped.failed else None
    if fault is not None:
        return _unusable(
            raw or b"", place, "push.key-unusable", f"The record has no usable key: {fault}."
        )
    key, line = mapped.key, mapped.raw or raw or b""
    if mapped.failed and key.encode("utf-8", "surrogatepass") not in line:
        key = _nameless(line)
    return replace(
        mapped,
        key=key,
        raw=mapped.raw if mapped.raw is not None else raw,
        findings=[replace(one, place=one.place or place, key=key) for one in mapped.findings],
    )


def _unusable(
    line: bytes, place: str, rule: str, reason: str, more: list[Finding] | None = None
) -> Mapped:
    """What stands for a line that gives no record; its key is made from its content."""
    key = _nameless(line)
    finding = Finding(
        rule=rule,
        severity=Severity.VIOLATION,
        message=reason[:500],
        value=line[:500].decode("utf-8", "replace"),
        place=place,
        hint="Each line is one object of JSON-LD with its type, or one package of CKAN.",
        key=key,
    )
    return Mapped(
        key, "", "dataset", [], line, [finding, *(more or [])], failed=Outcome.QUARANTINED
    )


def _nameless(line: bytes) -> str:
    return f"{NAMELESS}{hashlib.sha256(line).hexdigest()[:32]}"


# --- documents ---------------------------------------------------------------------------------------


def _document(feed: Feed, page: Page) -> Iterator[Mapped | PageEnd]:
    """The records of one RDF document."""
    for item in _mapper("dcat").map(feed, replace(page, url="", following=None)):
        if isinstance(item, PageEnd):
            yield replace(item, next=None, total=None)
        elif isinstance(item, Mapped):
            fault = fault_of_key(item.key)
            if fault is not None:
                reason = f"The record has no usable key: {fault}."
                yield _unusable(
                    item.key.encode("utf-8", "replace"), "", "push.key-unusable", reason
                )
            else:
                yield item
