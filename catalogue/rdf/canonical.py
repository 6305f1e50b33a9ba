"""The canonical form of a record's graph (RDFC-1.0, W3C Recommendation 21 May 2024)."""

from __future__ import annotations

from collections.abc import Sequence

import pyoxigraph as ox

from catalogue.errors import UnreadableDocument

# RDFC-1.0 is exponential for graphs made to be (section 7.1); real records stay far below.
MOST_BLANK_NODES = 10_000


def canonical(lines: Sequence[str]) -> bytes:
    """Canonical N-Quads text: sorted by code point, without doubles, each line ended by LF.

    Lines without blank nodes need only be sorted. Raises: UnreadableDocument if there are more
    blank nodes than can be handled, ValueError if a line is no statement.
    """
    text = "\n".join(lines)
    if text.startswith("_:") or "\n_:" in text or " _:" in text:
        lines = _relabelled(text)
    return "".join(f"{line}\n" for line in sorted(set(lines))).encode()


def strict(lines: Sequence[str]) -> list[tuple[int, str]]:
    """Position and reason of each line that a strict N-Triples parser refuses; mostly none."""
    try:
        for _quad in ox.parse("\n".join(lines).encode(), ox.RdfFormat.N_TRIPLES):
            pass
    except SyntaxError:
        return [(at, reason) for at, line in enumerate(lines) if (reason := _refusal(line))]
    return []


def _relabelled(lines: str) -> list[str]:
    try:
        dataset = ox.Dataset(ox.parse(lines.encode(), ox.RdfFormat.N_TRIPLES))
    except SyntaxError as error:
        raise ValueError(str(error)) from error
    if lines.count("_:") > MOST_BLANK_NODES:  # most records have a few: then nobody needs to count
        blank = {quad.subject for quad in dataset if isinstance(quad.subject, ox.BlankNode)}
        if len(blank) > MOST_BLANK_NODES:
            raise UnreadableDocument(f"{len(blank)} blank nodes are more than one record can have")
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    text = ox.serialize(dataset, format=ox.RdfFormat.N_QUADS) or b""
    return text.decode().split("\n")[:-1]


def _refusal(line: str) -> str | None:
    try:
        for _quad in ox.parse(line.encode(), ox.RdfFormat.N_TRIPLES):
            pass
    except SyntaxError as error:
        return str(error.msg).rsplit(": ", maxsplit=1)[-1]
    return None
