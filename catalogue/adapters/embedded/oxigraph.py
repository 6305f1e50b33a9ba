"""The public graph on Oxigraph: all records in the default graph, following the journal.

The store is changed first, the ledger and the cursor in one transaction after it. Before that the
ledger notes how far the batch goes: after a crash the same batch is done again, and as the difference
of old and new comes from the journal, that changes nothing.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from catalogue.adapters.embedded import oxigraph_proof as proof
from catalogue.adapters.embedded.oxigraph_batch import Planner
from catalogue.adapters.embedded.oxigraph_ledger import Ledger
from catalogue.adapters.embedded.oxigraph_proof import held
from catalogue.adapters.embedded.swapping import fresh_folder, swap
from catalogue.model import Change
from catalogue.ports import Journal
from catalogue.project.statements import federation, measurement_of
from vocab.namespaces import DQV

VERSION = "7"  # of the graph and of the vocabularies in it; another one makes it anew
BULK = 150  # records without an older state that are worth a bulk load
REBUILT = 1500  # records that a rebuild loads at once
CHURN = 50_000  # changed records after which the store is optimised
KEPT = 2  # checkpoints
_MEASURED = ox.NamedNode(f"{DQV}hasQualityMeasurement")


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
        return int(self._ledger.state("cursor") or 0)

    def needs_rebuild(self, last_seq: int) -> str | None:
        """Why the graph must be filled anew from the journal."""
        if self._reason and last_seq:
            return self._reason
        return "it is ahead of the journal" if self.cursor() > last_seq else None

    def apply(self, changes: Sequence[Change], cursor: int) -> None:
        self._ledger.set(pending=str(cursor))
        self._swap(*self._states(changes), cursor)
        self._changed += len(changes)

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
        fresh = fresh_folder(self._folder)
        builder = OxigraphGraph(fresh, self._journal, site=self._site, vocabulary=self._vocabulary)
        batch: list[Change] = []
        for change in live():
            if held(change):
                batch.append(change)
            if len(batch) >= REBUILT:
                builder._swap({}, batch, 0)
                batch = []
        builder._swap({}, batch, cursor)
        builder.settle()  # so that readers have a checkpoint from the first moment
        builder.close()
        self.close()
        swap(fresh, self._folder)
        self._reason = None
        self._open()

    def size(self) -> int:
        return int(self._ledger.rows.execute("SELECT count(*) FROM held").fetchone()[0])

    def differences(self, live: Callable[[], Iterator[Change]]) -> list[str]:
        return proof.differences(self._store, self._ledger.rows, self._site, live, self._vocabulary)

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
        self._ledger.close()
        del self._store

    # --- opening -----------------------------------------------------------------------------------

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._ledger = Ledger(self._folder / "counts.sqlite")
        self._store = ox.Store(str(self._folder / "store"))
        if self._ledger.state("fingerprint") is None:
            self._load(self._vocabulary())
            self._ledger.set(fingerprint=self._fingerprint, cursor="0")
        self._replay()

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

    # --- changing ------------------------------------------------------------------------------------

    def _replay(self) -> None:
        """Finish the batch that a crash interrupted, exactly as it was: the store may hold a part."""
        pending = int(self._ledger.state("pending") or 0)
        if pending > self.cursor():
            changes = self._journal.changes(self.cursor(), pending - self.cursor())
            changes = [change for change in changes if change.seq <= pending]
            scored = {line for one in changes for line in self._stored(one.record.page_id)}
            self._update(scored, ())  # links may have answered otherwise since
            self._swap(*self._states(changes), pending)

    def _states(self, changes: Sequence[Change]) -> tuple[dict[str, Change], list[Change]]:
        """What the graph holds of the records that changed, and what it is to hold."""
        latest = {change.record.page_id: change for change in changes}
        before = self._journal.states([(page_id, self.cursor()) for page_id in latest])
        old = {page_id: change for page_id, change in before.items() if held(change)}
        return old, [change for change in latest.values() if held(change)]

    def _swap(self, old: dict[str, Change], new: Sequence[Change], cursor: int) -> None:
        """Put the new states in the place of the old ones, then move the cursor."""

        def state_of(page_id: str) -> Change | None:
            at = self.cursor() if self.cursor() or cursor else self._journal.last_seq()
            return self._journal.states([(page_id, at)]).get(page_id)

        ledger = self._ledger
        planner = Planner(self._site, ledger.owners, ledger.numbers, state_of, self._stored)
        batch = planner.plan(old, new)
        if not batch.gone and len(new) >= BULK:
            self._load(batch.come)
        elif batch.gone or batch.come:
            self._update(batch.gone, batch.come)
        self._store.flush()
        ledger.commit(cursor, gone=old, come=new, owners=batch.owners, numbers=batch.numbers)

    def _stored(self, page_id: str) -> Iterator[str]:
        """What the store says of how a record scores."""
        entry = ox.NamedNode(f"{self._site}/datasets/{page_id}")
        node = ox.NamedNode(measurement_of(page_id, self._site)[1:-1])
        asked: list[tuple[Any, Any]] = [(entry, _MEASURED), (node, None)]
        for subject, predicate in asked:
            for quad in self._store.quads_for_pattern(subject, predicate, None, ox.DefaultGraph()):
                yield f"{quad.triple} ."

    def _federation(self) -> None:
        """Bring what the graph says of nodes and sources to what the journal says."""
        journal = self._journal
        wanted = set(federation(journal.nodes(), journal.sources(), self._site))
        present = set(filter(None, (self._ledger.state("federation") or "").split("\n")))
        if wanted != present:
            self._update(present - wanted, wanted - present)
            self._ledger.set(federation="\n".join(sorted(wanted)))

    def _load(self, lines: Iterable[str]) -> None:
        # Encoded one by one: a single odd character would make a joined text four times as large.
        text = b"\n".join([line.encode() for line in lines])
        if text:
            self._store.bulk_load(text, ox.RdfFormat.N_TRIPLES)

    def _update(self, gone: Collection[str], come: Collection[str]) -> None:
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
        number = int(self._ledger.state("checkpoint") or 0) + 1
        self._ledger.set(checkpoint=str(number))
        # No name is used twice, or a reader would take the one that it has open for the newest.
        name = f"{number:012d}-{uuid.uuid4().hex[:8]}"
        self._store.backup(str(folder / name))
        fresh = folder / "current.new"
        fresh.write_text(name)
        fresh.replace(folder / "current")
        for old in sorted(one for one in folder.iterdir() if one.is_dir())[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)
