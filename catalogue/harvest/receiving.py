"""Taking in a push: the body is cut into parts, and each is stored before the next is read.

Nothing is parsed here, and memory is flat whatever comes. A part is about a mebibyte, or a thousand
lines, or what has come within some seconds. A document that has no lines is cut into blocks of exactly a
mebibyte, so that it can be compared with what came before.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import orjson

from catalogue.errors import BodyCut, InvalidParameter
from catalogue.harvest.pushed import LINES, LONG, LONGEST
from catalogue.model import UNBEGUN, Intake, chained
from catalogue.ports import Piece, Pushes

READ = 64 * 1024  # bytes that are asked for at once
PART = 1024 * 1024  # bytes of a part
MOST = 1000  # lines of a part
LATEST = 2.0  # seconds until what has come is stored

Source = Callable[[int], bytes]
"""Gives so many bytes of the body, less where there are no more, and none at its end."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a request says of its body. `length`: bytes, None where it comes in chunks. `from_line`:
    how many lines of the push come before it. `lines`: how many the whole push has."""

    length: int | None = None
    from_line: int | None = None
    lines: int | None = None


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it is kept, with its line feed, and the hash of it as sent. `ended`: a line feed came
    behind it."""

    kept: bytes
    hash: bytes
    ended: bool = True


class _Body:
    """The bytes of a body, counted."""

    def __init__(self, read: Source) -> None:
        self._read = read
        self.size = 0

    def pieces(self, size: int) -> Iterator[bytes]:
        while piece := self._read(size):
            self.size += len(piece)
            yield piece


def receive(pushes: Pushes, intake: Intake, read: Source, told: Told) -> Intake:
    """Store what comes, and close the push at its end; return it as it is then.

    Raises: BodyCut where the end did not come; AnotherBody, LinesMissing, Conflict, StorageFull as the
    journal does. Whatever was stored before stays.
    """
    body = _Body(read)
    if intake.media_type != LINES:
        return _receive_document(pushes, intake, body, told)
    first = told.from_line or 0
    taking = _Taking(pushes, intake, first, further=told.from_line is not None)
    if told.from_line is not None:
        taking.flush()  # so that a gap is told before anything is sent
    cut = False
    for line in _lines(body):
        if line.ended or (told.length is None and _is_whole(line)) or body.size == told.length:
            taking.take(line)
        else:
            cut = True
    cut = cut or (told.length is not None and body.size < told.length)
    taking.flush()
    if told.lines is not None and not cut:
        if taking.next > told.lines:
            raise InvalidParameter(
                "lines", f"the push has {taking.next} lines, more than the {told.lines} announced"
            )
        cut = taking.next < told.lines
    if cut:
        raise _cut(taking.intake, taking.next)
    return pushes.close(taking.intake, taking.next, taking.digest)


def _receive_document(pushes: Pushes, intake: Intake, body: _Body, told: Told) -> Intake:
    taking = _Taking(pushes, intake, 0, further=False)
    held = bytearray()
    for piece in body.pieces(READ):
        held += piece
        while len(held) >= PART:
            taking.take_block(bytes(held[:PART]))
            del held[:PART]
    if told.length is not None and body.size < told.length:
        raise _cut(taking.intake, None)
    if held:
        taking.take_block(bytes(held))
    return pushes.close(taking.intake, taking.next, taking.digest)


class _Taking:
    """Lines on their way into the journal. `next` is how many lines of the push have come with this
    body and before it; `digest` the chained hash of them, where it is known."""

    def __init__(self, pushes: Pushes, intake: Intake, first: int, *, further: bool) -> None:
        self._pushes, self._further = pushes, further
        self.intake = intake
        self._first = self.next = first
        self._digest = UNBEGUN if first == 0 and not further else None
        self._held: list[_Line] = []
        self._size = 0
        self._since = time.monotonic()

    @property
    def digest(self) -> bytes | None:
        return self._digest

    def take(self, line: _Line) -> None:
        if not self._held:
            self._since = time.monotonic()
        self._held.append(line)
        self._size += len(line.kept)
        self.next += 1
        late = time.monotonic() - self._since > LATEST
        if self._size >= PART or len(self._held) >= MOST or late:
            self.flush()

    def take_block(self, block: bytes) -> None:
        self._held.append(_Line(block, hashlib.sha256(block).digest()))
        self.next += 1
        self.flush()

    def flush(self) -> None:
        """Store what is held, also where that is nothing: whoever goes on behind what has come learns
        it at once."""
        hashes = [one.hash for one in self._held]
        piece = Piece(self._first, [one.kept for one in self._held], hashes, self._digest)
        self.intake = self._pushes.store(self.intake, piece, further=self._further)
        if self._digest is not None:
            self._digest = chained(self._digest, hashes)
        elif self.intake.lines == self.next:
            self._digest = self.intake.digest
        self._first, self._held, self._size = self.next, [], 0


def _lines(body: _Body) -> Iterator[_Line]:
    """The lines of a body. Of one that is longer than allowed only hash and length are kept."""
    rest, size, hashed = bytearray(), 0, hashlib.sha256()
    for piece in body.pieces(READ):
        start = 0
        while (end := piece.find(b"\n", start)) >= 0:
            found = piece[start:end]
            start = end + 1
            hashed.update(found)
            size += len(found)
            yield _Line(_kept(bytes(rest) + found, size), hashed.digest())
            rest, size, hashed = bytearray(), 0, hashlib.sha256()
        found = piece[start:]
        hashed.update(found)
        size += len(found)
        if size <= LONGEST:
            rest += found
        else:
            rest = bytearray()
    if size:
        yield _Line(_kept(bytes(rest), size), hashed.digest(), ended=False)


def _kept(line: bytes, size: int) -> bytes:
    return (line if size <= LONGEST else LONG + str(size).encode()) + b"\n"


def _is_whole(line: _Line) -> bool:
    """Whether what has no line feed behind it is a line all the same: a whole JSON value."""
    try:
        orjson.loads(line.kept)
    except orjson.JSONDecodeError:
        return False
    return True


def _cut(intake: Intake, lines: int | None) -> BodyCut:
    if lines is None:
        text = "the body was cut off; send the whole of it again with the same Idempotency-Key"
    else:
        text = (
            f"the body was cut off; {intake.lines} lines of the push are stored. Go on with the same"
            f" Idempotency-Key and from_line={intake.lines}"
        )
    return BodyCut(text, None if lines is None else intake.lines, intake.run)
