"""The public graph on Oxigraph: all records in the default graph, following the journal.

Two records may state the same triple. Triples about nodes that we named under a record go with it;
all others are counted, in a SQLite file beside the store that also keeps the cursor. The
store is changed first, the counts and the cursor in one transaction after it: a crash between
repeats the batch, and as the difference of old and new comes from the journal, that changes nothing.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pyoxigraph as ox

from catalogue.model import Change, visible_to
from catalogue.ports import Journal
from catalogue.project.statements import statements

VERSION = "1"
BULK = 2000  # records without an older state that are worth a bulk load
CHURN = 50_000  # changed records after which the store is optimised
KEPT = 2  # checkpoints

_SCHEMA = """
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS shared (hash BLOB PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS held (page_id TEXT PRIMARY KEY, hash BLOB NOT NULL, seq INTEGER NOT NULL);
"""


class OxigraphGraph:
    """`ports.Projection` on Oxigraph, for records that are public. Not for several threads."""

    name = "graph"

    def __init__(
        self,
        folder: Path,
        journal: Journal,
        *,
        site: str,
        vocabulary: Callable[[], Iterable[str]],
    ) -> None:
        self._folder, self._journal, self._site = folder, journal, site
        self._vocabulary = vocabulary
        self._fingerprint = f"{VERSION} {site}"
        self._changed = 0
        self._reason = self._fault()
        if self._reason:
            shutil.rmtree(folder, ignore_errors=True)
        self._open()

    # --- the projection --------------------------------------------------------------------------

    def cursor(self) -> int:
        return int(self._state("cursor") or 0)

    def needs_rebuild(self, last_seq: int) -> str | None:
        """Why the graph must be filled anew from the journal."""
        if self._reason and last_seq:
            return self._reason
        return "it is ahead of the journal" if self.cursor() > last_seq else None

    def apply(self, changes: Sequence[Change], cursor: int) -> None:
        latest = {change.record.page_id: change for change in changes}
        before = self._journal.states([(page_id, self.cursor()) for page_id in latest])
        old = {page_id: change for page_id, change in before.items() if _held(change)}
        new = [change for change in latest.values() if _held(change)]
        self._swap(old, new, cursor)
        self._changed += len(latest)

    def settle(self) -> None:
        """Make everything applied visible: a new checkpoint, which readers take up."""
        self._store.flush()
        if self._changed > CHURN:
            self._store.optimize()
            self._changed = 0
        self._checkpoint()

    def rebuild(self, live: Callable[[], Iterator[Change]], cursor: int) -> None:
        """Fill a new store beside the old one and swap; safe to repeat."""
        fresh = self._folder.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        builder = OxigraphGraph(fresh, self._journal, site=self._site, vocabulary=self._vocabulary)
        batch: list[Change] = []
        for change in live():
            if _held(change):
                batch.append(change)
            if len(batch) >= BULK:
                builder._swap({}, batch, 0)
                batch = []
        builder._swap({}, batch, cursor)
        builder.close()
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        fresh.rename(self._folder)
        self._reason = None
        self._open()

    def size(self) -> int:
        return int(self._counts.execute("SELECT count(*) FROM held").fetchone()[0])

    def differences(self, live: Callable[[], Iterator[Change]]) -> list[str]:
        """Proof by counting and hashing: what the store should hold, as a store writes it, against
        what it holds; and which records it was told of, in which version."""
        return [*self._versions(live), *self._triples(live)][:20]

    def close(self) -> None:
        self._counts.close()
        del self._store

    # --- opening -----------------------------------------------------------------------------------

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._counts = sqlite3.connect(self._folder / "counts.sqlite", check_same_thread=False)
        self._counts.executescript(_SCHEMA)
        self._store = ox.Store(str(self._folder / "store"))
        if self._state("fingerprint") is None:
            self._load(self._vocabulary())
            with self._counts:
                self._set("fingerprint", self._fingerprint)
                self._set("cursor", "0")

    def _fault(self) -> str | None:
        """Why the folder's graph cannot be gone on with."""
        if not (self._folder / "store").is_dir() or not (self._folder / "counts.sqlite").is_file():
            return "it is absent"
        try:
            counts = sqlite3.connect(self._folder / "counts.sqlite")
            row = counts.execute("SELECT value FROM state WHERE name = 'fingerprint'").fetchone()
            counts.close()
            ox.Store(str(self._folder / "store"))
        except (sqlite3.Error, OSError) as error:
            return f"it is damaged: {error}"
        if row is None or row[0] != self._fingerprint:
            return "it is of another version or another site"
        return None

    def _state(self, name: str) -> str | None:
        row = self._counts.execute("SELECT value FROM state WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def _set(self, name: str, value: str) -> None:
        self._counts.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, value))

    # --- changing ------------------------------------------------------------------------------------

    def _swap(self, old: dict[str, Change], new: Sequence[Change], cursor: int) -> None:
        """Put the new states in the place of the old ones, then move the cursor."""
        before, after = self._split(old.values()), self._split(new)
        sums = Counter(after[1])
        sums.subtract(before[1])
        added, removed = self._shared(sums)
        gone = (before[0] - after[0]) | removed
        come = (after[0] - before[0]) | added
        # What differs as text may be one triple to the store ("01" and "1" as integers).
        gone -= self._same_to_the_store(gone, come | after[0]) if gone else set()
        if not gone and len(new) >= BULK:
            self._load(come)
        elif gone or come:
            self._update(gone, come)
        self._store.flush()
        self._commit(old, new, sums, cursor)

    def _commit(
        self, old: dict[str, Change], new: Sequence[Change], sums: Counter[str], cursor: int
    ) -> None:
        with self._counts:
            self._counts.executemany("DELETE FROM held WHERE page_id = ?", [(one,) for one in old])
            self._counts.executemany(
                "INSERT OR REPLACE INTO held VALUES (?, ?, ?)",
                [(one.record.page_id, one.record.content_hash, one.seq) for one in new],
            )
            self._counts.executemany(
                "INSERT INTO shared VALUES (?, ?) ON CONFLICT(hash) DO UPDATE SET number = number + excluded.number",
                [(_hash(line), number) for line, number in sums.items() if number],
            )
            self._counts.execute("DELETE FROM shared WHERE number <= 0")
            self._set("cursor", str(cursor))

    def _split(self, changes: Iterable[Change]) -> tuple[set[str], Counter[str]]:
        """The changes' lines: those of one record alone, and the others with their number."""
        own: set[str] = set()
        counted: Counter[str] = Counter()
        for change in changes:
            record = change.record
            mine = (
                f"<{self._site}/datasets/{record.page_id}>",
                f"<{self._site}/.well-known/genid/{record.page_id}/",
            )
            for line in set(statements(change, self._site)):
                if line.startswith(mine) or self._is_link(line, record.page_id):
                    own.add(line)
                else:
                    counted[line] += 1
        return own, counted

    def _is_link(self, line: str, page_id: str) -> bool:
        """A statement of somebody else that names one of the record's own nodes."""
        return f"<{self._site}/datasets/{page_id}> ." in line or f"/genid/{page_id}/" in line

    def _shared(self, sums: Counter[str]) -> tuple[set[str], set[str]]:
        """Counted lines that appear with the first record that states them, and go with the last."""
        added, removed = set(), set()
        for line, difference in sums.items():
            if not difference:
                continue
            row = self._counts.execute(
                "SELECT number FROM shared WHERE hash = ?", (_hash(line),)
            ).fetchone()
            before = int(row[0]) if row else 0
            if before + difference > 0:
                added.add(line)
            else:
                removed.add(line)
        return added, removed

    def _same_to_the_store(self, gone: set[str], come: set[str]) -> set[str]:
        """Lines to be removed that the store cannot tell from one that stays."""
        subjects = {line.split(" ", 1)[0] for line in gone}
        near = [line for line in come if line.split(" ", 1)[0] in subjects]
        staying = set(_as_stored(near))
        return {line for line in gone if not staying.isdisjoint(_as_stored([line]))}

    def _load(self, lines: Iterable[str]) -> None:
        text = "\n".join(lines).encode()
        if text:
            self._store.bulk_load(text, ox.RdfFormat.N_TRIPLES)

    def _update(self, gone: set[str], come: set[str]) -> None:
        parts = []
        if gone:
            parts.append("DELETE DATA {\n" + "\n".join(gone) + "\n}")
        if come:
            parts.append("INSERT DATA {\n" + "\n".join(come) + "\n}")
        self._store.update(" ;\n".join(parts))

    # --- checkpoints ---------------------------------------------------------------------------------

    def _checkpoint(self) -> None:
        """A read-only copy (hard links) that other processes open; `current` names the newest."""
        folder = self._folder / "checkpoints"
        folder.mkdir(exist_ok=True)
        number = int(self._state("checkpoint") or 0) + 1
        with self._counts:
            self._set("checkpoint", str(number))
        name = f"{number:012d}"
        shutil.rmtree(folder / name, ignore_errors=True)
        self._store.backup(str(folder / name))
        fresh = folder / "current.new"
        fresh.write_text(name)
        fresh.replace(folder / "current")
        for old in sorted(one for one in folder.iterdir() if one.is_dir())[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)

    # --- proof ---------------------------------------------------------------------------------------

    def _versions(self, live: Callable[[], Iterator[Change]]) -> Iterator[str]:
        held = {row[0]: row[1] for row in self._counts.execute("SELECT page_id, hash FROM held")}
        for change in live():
            if not _held(change):
                continue
            found = held.pop(change.record.page_id, None)
            if found != change.record.content_hash:
                what = (
                    "is not in the graph" if found is None else "is in the graph in another version"
                )
                yield f"record {change.record.page_id} {what}"
        for page_id in held:
            yield f"record {page_id} is in the graph only"

    def _triples(self, live: Callable[[], Iterator[Change]]) -> Iterator[str]:
        seen: set[bytes] = set()
        for line in _as_stored(self._vocabulary()):
            seen.add(_hash(line))
        batch: list[str] = []
        for change in live():
            if _held(change):
                batch.extend(statements(change, self._site))
            if len(batch) > 100_000:
                seen.update(_hash(line) for line in _as_stored(batch))
                batch = []
        seen.update(_hash(line) for line in _as_stored(batch))
        found = 0
        extra = 0
        for quad in self._store.quads_for_pattern(None, None, None, ox.DefaultGraph()):
            found += 1
            extra += _hash(f"{quad.triple} .") not in seen
        if extra or found != len(seen):
            yield f"the graph holds {found} triples, {extra} of them unknown; the journal gives {len(seen)}"


def _held(change: Change) -> bool:
    return not change.deleted and visible_to(change.record.visibility)


def _as_stored(lines: Iterable[str]) -> list[str]:
    """The lines as a store gives them back."""
    store = ox.Store()
    store.bulk_load("\n".join(lines).encode(), ox.RdfFormat.N_TRIPLES)
    return [f"{quad.triple} ." for quad in store]


def _hash(line: str) -> bytes:
    return hashlib.blake2b(line.encode(), digest_size=16).digest()
