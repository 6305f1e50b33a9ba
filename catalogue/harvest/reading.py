"""The child process that reads foreign bytes: maps pages and prepares their records.

It may die of what it reads; its parent (`catalogue.harvest.reader`) starts another. Messages are
pickles behind a four-byte length, on standard input and output.
"""

from __future__ import annotations

import os
import pickle
import resource
import struct
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, TypeAlias

from catalogue.align.contacts import KEEP, silent
from catalogue.errors import CatalogueError
from catalogue.garbage import seldom_collected
from catalogue.harvest.judges import Judges
from catalogue.harvest.prepare import MAPPING, fingerprint, prepare, salt_of, set_aside
from catalogue.harvest.registry import harvester
from catalogue.harvest.rules import PLAIN, Rules
from catalogue.model import Entry, Page, PageEnd, Passage
from catalogue.ports import Feed
from catalogue.rdf.terms import value_of

BATCH = 250
MEMORY = 6 * 1024**3  # bytes of address space; a bomb ends here, not at the machine's limit


@dataclass(frozen=True, slots=True)
class Start:
    """The first message to the child, and whenever it is to read of another source. `known` maps a
    record's key to its raw hash; `salt` is part of such hashes (`start_of`); `rules` are what its records
    are held to."""

    kind: str
    source: str
    url: str
    options: Mapping[str, Any]
    known: Mapping[str, bytes]
    salt: bytes = MAPPING
    rules: Rules = PLAIN


def start_of(kind: str, feed: Feed, known: Mapping[str, bytes], rules: Rules) -> Start:
    """The message that begins the reading of a feed. Raises: SettingsError for the operator's shapes."""
    salt = salt_of(feed.options, rules)
    return Start(kind, feed.source, feed.url, feed.options, known, salt, rules)


@dataclass(frozen=True, slots=True)
class Read:
    """Read one page, from the record at position `given` on. `singly` announces every record and
    sends it at once, so that the parent knows at which one the child died."""

    page: Page
    given: int = 0
    singly: bool = False


@dataclass(frozen=True, slots=True)
class At:
    """The record that is prepared next (only when read singly)."""

    position: int
    key: str
    iri: str
    type: str
    raw: bytes | None


@dataclass(frozen=True, slots=True)
class Entries:
    """Some of the page's records, in order; `upto` is the position after the last."""

    entries: list[Entry]
    upto: int


@dataclass(frozen=True, slots=True)
class Fault:
    """The page as a whole could not be read; `ours` tells a fault of our code."""

    message: str
    ours: bool


def send(stream: IO[bytes], message: object) -> None:
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    rest = memoryview(struct.pack(">I", len(body)) + body)
    while rest:  # an unbuffered pipe may take a part
        rest = rest[stream.write(rest) :]
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """The next message. Raises: EOFError when the other side is gone."""
    head = _exactly(stream, 4)
    return pickle.loads(_exactly(stream, struct.unpack(">I", head)[0]))  # noqa: S301 our own child


def _exactly(stream: IO[bytes], size: int) -> bytes:
    parts = []
    while size:
        part = stream.read(size)
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


Answer: TypeAlias = At | Passage | Entries | PageEnd | Fault


def answers(start: Start, request: Read, judges: Judges) -> Iterator[Answer]:
    """What the child says to one page: batches of entries, then its end or a fault."""
    try:
        yield from _batches(start, request, judges)
    except CatalogueError as error:
        yield Fault(str(error), ours=False)
    except RecursionError:
        yield Fault("the document is nested too deeply to be read", ours=False)
    except Exception as error:
        yield Fault(f"{type(error).__name__}: {error}"[:1000], ours=True)


def _batches(start: Start, request: Read, judges: Judges) -> Iterator[Answer]:
    contacts, salt = start.rules.contacts, start.salt
    known, page_hash = start.known, fingerprint(request.page.body, salt)

    def seen(key: str, raw: bytes) -> bool:
        return known.get(key) == fingerprint(raw, salt)

    found = harvester(start.kind)
    feed = Feed(start.source, start.url, start.options, seen)
    batch: list[Entry] = []
    position = 0
    for item in found.map(feed, request.page):
        if isinstance(item, PageEnd):
            if contacts != KEEP:
                item.findings = silent(item.findings)
            yield Entries(batch, position)
            yield item
            return
        if isinstance(item, Passage):
            if request.singly:
                yield item
            continue
        if position >= request.given:
            if request.singly:
                iri = value_of(item.subject) if item.subject else ""
                yield At(position, item.key, iri, item.type, item.raw)
            if item.torn and item.key in known:
                set_aside(item)
            batch.append(prepare(item, page_hash, salt, contacts, judges))
        position += 1
        if batch and (request.singly or len(batch) >= BATCH):
            yield Entries(batch, position)
            batch = []
    yield Entries(batch, position)
    yield Fault(f"the harvester {start.kind!r} did not say where the page ends", ours=True)


def main() -> None:
    """Serve the parent until it closes the pipe."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not mix with the messages
    start = receive(source)
    judges = Judges(start.rules)
    seldom_collected()
    while True:
        try:
            request = receive(source)
        except EOFError:
            return
        if isinstance(request, Start):
            if request.rules != start.rules:
                judges = Judges(request.rules)
            start = request
            continue
        try:
            for answer in answers(start, request, judges):
                send(sink, answer)
        except BrokenPipeError:
            return  # the parent has ended
