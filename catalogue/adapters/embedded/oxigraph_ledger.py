"""Whose the triples in the graph are: kept in SQLite beside the store, with the cursor.

Almost every subject is described by one record only: for those a row with its owner is enough. A subject
that several records describe has each of its triples counted from then on, so that a triple goes with
the last record that states it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from catalogue.model import Change

COUNTED = ""  # the owner of a subject whose triples are counted
CHUNK = 500  # values asked for at once

_SCHEMA = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS subject (hash BLOB PRIMARY KEY, owner TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shared (hash BLOB PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS held (page_id TEXT PRIMARY KEY, hash BLOB NOT NULL, seq INTEGER NOT NULL);
"""


class Ledger:
    """The rows beside a graph's store. Changes are made in `commit` only, all or none."""

    def __init__(self, path: Path) -> None:
        self.rows = sqlite3.connect(path, check_same_thread=False)
        self.rows.executescript(_SCHEMA)

    def state(self, name: str) -> str | None:
        """One named value."""
        row = self.rows.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set(self, **values: str) -> None:
        """Store named values at once."""
        with self.rows:
            self.rows.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", values.items())

    def owners(self, subjects: Collection[bytes]) -> dict[bytes, str]:
        """The owner of each subject that any record describes."""
        return dict(self._among("SELECT hash, owner FROM subject WHERE hash IN", subjects))

    def numbers(self, lines: Collection[bytes]) -> dict[bytes, int]:
        """How many records state each counted triple."""
        return dict(self._among("SELECT hash, number FROM shared WHERE hash IN", lines))

    def commit(
        self,
        cursor: int,
        *,
        gone: Iterable[str],
        come: Sequence[Change],
        owners: Mapping[bytes, str | None],
        numbers: Mapping[bytes, int],
    ) -> None:
        """Store what a batch came to: records that left and entered, new owners (None: nobody), new
        numbers of counted triples, and the cursor."""
        with self.rows:
            run = self.rows.executemany
            run("DELETE FROM held WHERE page_id = ?", [(one,) for one in gone])
            run(
                "INSERT OR REPLACE INTO held VALUES (?, ?, ?)",
                [(one.record.page_id, one.record.content_hash, one.seq) for one in come],
            )
            owned = sorted((one, owner) for one, owner in owners.items() if owner is not None)
            run("INSERT OR REPLACE INTO subject VALUES (?, ?)", owned)
            run(
                "DELETE FROM subject WHERE hash = ?", [(o,) for o, w in owners.items() if w is None]
            )
            run("INSERT OR REPLACE INTO shared VALUES (?, ?)", sorted(numbers.items()))
            run("DELETE FROM shared WHERE hash = ?", [(o,) for o, n in numbers.items() if n <= 0])
            run("INSERT OR REPLACE INTO state VALUES ('cursor', ?)", [(str(cursor),)])

    def close(self) -> None:
        self.rows.close()

    def _among(self, query: str, values: Iterable[bytes]) -> Iterator[tuple[bytes, Any]]:
        rest = iter(values)
        while some := list(islice(rest, CHUNK)):
            yield from self.rows.execute(f"{query} ({','.join('?' * len(some))})", some)
