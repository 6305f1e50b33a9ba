"""The public graph on Oxigraph: all records in the default graph, following the journal.

Two records may state the same triple. Triples about nodes that we named under a record go with it;
all others are counted, in a SQLite file beside the store that also keeps the cursor. The
store is changed first, the counts and the cursor in one transaction after it: a crash between
repeats the batch, and as the difference of old and new comes from the journal, that changes nothing.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pyoxigraph as ox

from catalogue.adapters.embedded import oxigraph_proof as proof
from catalogue.adapters.embedded.oxigraph_proof import as_stored, held, line_hash
from catalogue.model import Change
from catalogue.ports import Journal
from catalogue.project.statements import federation, statements

VERSION = "2"
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
        old = {page_id: change for page_id, change in before.items() if held(change)}
        new = [change for change in latest.values() if held(change)]
        self._swap(old, new, cursor)
        self._changed += len(latest)

    def settle(self) -> None:
        """Make everything applied visible: a new checkpoint, which readers take up."""
        self._federation()
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
            if held(change):
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
        return proof.differences(self._store, self._counts, self._site, live, self._vocabulary)

    @staticmethod
    def differences_of_readers(
        folder: Path, live: Callable[[], Iterator[Change]], vocabulary: Callable[[], Iterable[str]]
    ) -> list[str]:
        """The same for the newest checkpoint of a graph that another process keeps."""
        newest = (folder / "checkpoints" / "current").read_text()
        store = ox.Store.read_only(str(folder / "checkpoints" / newest))
        with contextlib.closing(sqlite3.connect(folder / "counts.sqlite")) as counts:
            return proof.differences(
                store, counts, OxigraphGraph.site_of(folder) or "", live, vocabulary
            )

    @staticmethod
    def site_of(folder: Path) -> str | None:
        """The site whose IRIs the graph in the folder holds; None where there is no graph."""
        if not (folder / "counts.sqlite").is_file():
            return None
        try:
            with contextlib.closing(sqlite3.connect(folder / "counts.sqlite")) as counts:
                row = counts.execute(
                    "SELECT value FROM state WHERE name = 'fingerprint'"
                ).fetchone()
        except sqlite3.Error:
            return None
        return str(row[0]).partition(" ")[2] if row else None

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
        except (sqlite3.Error, OSError, RuntimeError, ValueError) as error:
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
                [(line_hash(line), number) for line, number in sums.items() if number],
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
                f"<{self._site}/datasets/{record.page_id}#source>",
                f"<{self._site}/.well-known/genid/{record.page_id}/",
            )
            for line in set(as_stored(statements(change, self._site))):
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
                "SELECT number FROM shared WHERE hash = ?", (line_hash(line),)
            ).fetchone()
            before = int(row[0]) if row else 0
            if before + difference > 0:
                added.add(line)
            else:
                removed.add(line)
        return added, removed

    def _federation(self) -> None:
        """Bring what the graph says of nodes and sources to what the journal says."""
        journal = self._journal
        wanted = set(federation(journal.nodes(), journal.sources(), self._site))
        present = set(filter(None, (self._state("federation") or "").split("\n")))
        if wanted != present:
            self._update(present - wanted, wanted - present)
            with self._counts:
                self._set("federation", "\n".join(sorted(wanted)))

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
