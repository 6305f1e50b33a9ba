"""Cutting a body into parts: the same lines however it comes, and flat memory whatever comes."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.errors import BodyCut, InvalidParameter
from catalogue.harvest.pushed import LINES, LONG, LONGEST
from catalogue.harvest.receiving import PART, Told, receive
from catalogue.model import UNBEGUN, Intake, chained
from catalogue.ports import Piece

MIB = 1024 * 1024


class Kept:
    """`catalogue.ports.Pushes` as far as a body needs it: one push that nobody else is at."""

    def __init__(self, media_type: str = LINES) -> None:
        self.intake = Intake(1, "s", "run", media_type, 0, UNBEGUN, False, True, False)
        self.sizes: list[int] = []
        self.body = b""

    def store(self, _intake: Intake, piece: Piece, *, further: bool = False) -> Intake:
        assert piece.first == self.intake.lines
        self.sizes.append(sum(map(len, piece.lines)))
        if sum(self.sizes) < 8 * MIB:
            self.body += b"".join(piece.lines)
        self.intake = replace(
            self.intake,
            lines=piece.first + len(piece.hashes),
            digest=chained(self.intake.digest, piece.hashes),
        )
        return self.intake

    def close(self, _intake: Intake, lines: int, digest: bytes | None) -> Intake:
        assert (lines, digest) == (self.intake.lines, self.intake.digest)
        self.intake = replace(self.intake, open=False)
        return self.intake


def reading(body: bytes, sizes: list[int]) -> Callable[[int], bytes]:
    """A stream that gives pieces of these sizes, over and over."""
    state = [0, 0]

    def read(size: int) -> bytes:
        at, turn = state
        piece = body[at : at + min(size, sizes[turn % len(sizes)])]
        state[:] = [at + len(piece), turn + 1]
        return piece

    return read


def received(body: bytes, sizes: list[int], told: Told | None = None) -> Kept:
    kept = Kept()
    receive(kept, kept.intake, reading(body, sizes), told or Told(len(body)))  # type: ignore[arg-type]
    return kept


@given(st.binary(max_size=400), st.lists(st.integers(1, 50), min_size=1, max_size=5))
def test_lines_and_their_hash_do_not_depend_on_how_the_body_comes(
    body: bytes, sizes: list[int]
) -> None:
    whole, cut = received(body, [len(body) + 1]), received(body, sizes)
    assert cut.intake == whole.intake
    assert cut.body == body + (b"\n" if body and not body.endswith(b"\n") else b"")
    assert cut.intake.lines == cut.body.count(b"\n")


def test_a_line_of_200_mib_takes_no_memory_and_no_place() -> None:
    line = 200 * MIB
    sent = [0]

    def read(size: int) -> bytes:
        piece = b"x" * min(size, line - sent[0])
        sent[0] += len(piece)
        return piece or b""

    kept = Kept()
    tracemalloc.start()
    receive(kept, kept.intake, read, Told(line))  # type: ignore[arg-type]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * LONGEST
    assert kept.body == LONG + str(line).encode() + b"\n"


def test_a_body_of_100_mib_is_stored_in_parts_of_about_one() -> None:
    line = b"y" * 9_999 + b"\n"
    left = [100 * MIB // len(line)]

    def read(size: int) -> bytes:
        number = min(left[0], 6)
        left[0] -= number
        return line * number

    kept = Kept()
    tracemalloc.start()
    receive(kept, kept.intake, read, Told(100 * MIB // len(line) * len(line)))  # type: ignore[arg-type]
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 32 * MIB
    assert max(kept.sizes) <= PART + len(line)
    assert kept.intake.lines == 100 * MIB // len(line)


def test_a_document_is_cut_into_blocks_of_one_size_however_it_comes() -> None:
    body = bytes(range(256)) * (10 * 1024)
    digests = set()
    for sizes in ([64 * 1024], [1000, 70_000], [60_001]):
        kept = Kept("text/turtle")
        receive(kept, kept.intake, reading(body, sizes), Told(len(body)))  # type: ignore[arg-type]
        assert kept.sizes == [PART, PART, len(body) - 2 * PART]
        digests.add(kept.intake.digest)
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("body", "told", "lines"),
    [
        (b"1\n2\n3", Told(10), 2),
        (b"1\n2\n", Told(10), 2),
        (b"1\n[2", Told(None), 1),
        (b"1\n2\n", Told(None, lines=3), 2),
        (b"", Told(1), 0),
    ],
)
def test_a_cut_is_told_with_the_lines_that_are_stored(body: bytes, told: Told, lines: int) -> None:
    with pytest.raises(BodyCut) as cut:
        received(body, [3], told)
    assert cut.value.accepted_lines == lines


def test_what_has_no_line_feed_at_the_end_is_a_line_where_it_is_whole() -> None:
    assert received(b"1\n2", [5], Told(None)).intake.lines == 2
    assert received(b"1\n[2", [5], Told(4)).intake.lines == 2
    with pytest.raises(InvalidParameter):
        received(b"1\n2\n", [5], Told(4, lines=1))
