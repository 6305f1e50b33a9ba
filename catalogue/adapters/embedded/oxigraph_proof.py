"""Proving by counting and hashing that the graph store equals the journal."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyoxigraph as ox

from catalogue.model import Change
from catalogue.project.statements import statements

BATCH = 100_000  # lines that are written into a passing store at once
MOST = 20  # differences told
_TYPED = re.compile(r"(\"(?:[^\"\\\\]|\\\\.)*\"\^\^<http://www\.w3\.org/2001/XMLSchema#\w+>) \.\Z")


def differences(
    store: Any,
    counts: sqlite3.Connection,
    site: str,
    live: Callable[[], Iterator[Change]],
    vocabulary: Callable[[], Iterable[str]],
) -> list[str]:
    """What the store should hold, as a store writes it, against what it holds; and which records it
    was told of, in which version. Twenty differences at the most."""
    row = counts.execute("SELECT value FROM state WHERE name = 'federation'").fetchone()
    beside = [*vocabulary(), *(row[0].split("\n") if row and row[0] else [])]
    return [*_versions(counts, live), *_triples(store, site, live, beside)][:MOST]


def held(change: Change) -> bool:
    """Whether the public graph holds the record in this state."""
    return change.public


def as_stored(lines: Iterable[str]) -> list[str]:
    """The lines as a store gives them back: it rewrites numbers, dates and times, so that what
    differs as text can be one triple."""
    found = list(lines)
    typed = {match[1] for line in found if (match := _TYPED.search(line))}
    if not typed:
        return found
    forms = _stored_literals(typed)
    return [
        line[: match.start(1)] + forms[match[1]] + " ." if (match := _TYPED.search(line)) else line
        for line in found
    ]


def _stored_literals(typed: Iterable[str]) -> dict[str, str]:
    """For each literal the one that a store makes of it."""
    given = list(typed)
    store = ox.Store()
    text = "\n".join(f"<urn:n:{place}> <urn:n> {term} ." for place, term in enumerate(given))
    store.bulk_load(text.encode(), ox.RdfFormat.N_TRIPLES)
    return {given[int(q.subject.value[6:])]: str(q.object) for q in store}


def line_hash(line: str) -> bytes:
    """16 bytes that stand for a line."""
    return hashlib.blake2b(line.encode(), digest_size=16).digest()


def _versions(counts: sqlite3.Connection, live: Callable[[], Iterator[Change]]) -> Iterator[str]:
    told = {row[0]: row[1] for row in counts.execute("SELECT page_id, hash FROM held")}
    for change in live():
        if not held(change):
            continue
        found = told.pop(change.record.page_id, None)
        if found != change.record.content_hash:
            what = "is not in the graph" if found is None else "is in the graph in another version"
            yield f"record {change.record.page_id} {what}"
    for page_id in told:
        yield f"record {page_id} is in the graph only"


def _triples(
    store: Any,
    site: str,
    live: Callable[[], Iterator[Change]],
    beside: Iterable[str],
) -> Iterator[str]:
    expected = {line_hash(line) for line in as_stored(beside)}
    batch: list[str] = []
    for change in live():
        if held(change):
            batch.extend(statements(change, site))
        if len(batch) > BATCH:
            expected.update(line_hash(line) for line in as_stored(batch))
            batch = []
    expected.update(line_hash(line) for line in as_stored(batch))
    found = unknown = 0
    for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph()):
        found += 1
        unknown += line_hash(f"{quad.triple} .") not in expected
    if unknown or found != len(expected):
        yield (
            f"the graph holds {found} triples, {unknown} of them unknown;"
            f" the journal gives {len(expected)}"
        )
