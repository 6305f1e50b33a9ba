"""The search index on Tantivy, written by the process that projects; see `tantivy_search` for reading."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tantivy import Index

from catalogue.adapters.embedded.swapping import fresh_folder, swap
from catalogue.adapters.embedded.tantivy_documents import VERSION, schema, tantivy_document
from catalogue.adapters.embedded.tantivy_search import TantivySearch
from catalogue.model import Change
from catalogue.project.describe import Description, describe
from catalogue.search.clusters import Members, cluster_document, no_members, record_document

HEAP = 64 * 1024 * 1024  # bytes of the writer's buffer
CLUSTERS = 200  # whose records are read at once
COMMIT = 10_000  # changes between commits of a burst: each makes a segment that is merged later


class TantivyIndex:
    """`ports.Projection` on Tantivy: one writer. `members` tells the records of clusters."""

    name = "index"

    def __init__(
        self, folder: Path, *, countries: Callable[[str], str], members: Members = no_members
    ) -> None:
        self._folder, self._countries, self._members = folder, countries, members
        self._country = countries
        self._schema = schema()
        self._writer: Any = None
        self._at = self._pending = 0  # applied up to, and how many of it are not committed
        self._reason = self._fault()
        if self._reason:
            shutil.rmtree(folder, ignore_errors=True)
        self._open()

    # --- projecting ------------------------------------------------------------------------------

    def cursor(self) -> int:
        return self._at

    def needs_rebuild(self, last_seq: int) -> str | None:
        """Why the index must be filled anew from the journal."""
        if self._reason and last_seq:
            return self._reason
        return "it is ahead of the journal" if self.cursor() > last_seq else None

    def apply(self, changes: Sequence[Change], cursor: int) -> None:
        self._put_all({change.record.page_id: change for change in changes}.values())
        self._at, self._pending = cursor, self._pending + len(changes)
        if self._pending >= COMMIT:
            self._commit(cursor)

    def settle(self) -> None:
        """Commit, which makes visible what was applied."""
        if self._pending:
            self._commit(self._at)

    def rebuild(self, live: Callable[[], Iterator[Change]], cursor: int) -> None:
        """Fill a new index beside the old one and swap; safe to repeat."""
        fresh = fresh_folder(self._folder)
        builder = TantivyIndex(fresh, countries=self._countries, members=self._members)
        builder._put_all(live())
        builder._commit(cursor)
        builder.close()
        self.close()
        swap(fresh, self._folder)
        self._reason = None
        self._open()

    def size(self) -> int:
        return TantivySearch(self._folder).size()

    def differences(self, live: Callable[[], Iterator[Change]]) -> list[str]:
        """Records whose presence or content differs from the journal's, twenty at the most."""
        return TantivySearch(self._folder).differences(live)

    def close(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.wait_merging_threads()

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._writer = Index(self._schema, path=str(self._folder)).writer(HEAP, num_threads=1)
        if not self._state():
            self._commit(0)
        self._at, self._pending = int(self._state().get("cursor", 0)), 0

    def _fault(self) -> str | None:
        """Why the folder's index cannot be gone on with."""
        if not self._folder.is_dir():
            return "it is absent"
        if self._state().get("version") != VERSION:
            return "it is of another version"
        try:
            Index(self._schema, path=str(self._folder)).searcher()
        except (ValueError, OSError) as error:
            return f"it is damaged: {error}"
        return None

    def _state(self) -> dict[str, Any]:
        try:
            state: dict[str, Any] = json.loads((self._folder / "state.json").read_text())
        except (OSError, json.JSONDecodeError):
            return {}
        return state

    def _commit(self, cursor: int) -> None:
        """Commit, then move the cursor: a crash between repeats the batch, which changes nothing."""
        self._writer.commit()
        fresh = self._folder / "state.json.new"
        fresh.write_text(json.dumps({"version": VERSION, "cursor": cursor}))
        fresh.replace(self._folder / "state.json")
        self._pending = 0

    def _put_all(self, changes: Iterable[Change]) -> None:
        self._country = cache(self._countries)  # asked again with each batch: a node may be edited
        clusters: dict[str, None] = {}
        for change in changes:
            self._put(change)
            if change.cluster is not None:
                clusters[change.cluster] = None
        ids = list(clusters)
        for start in range(0, len(ids), CLUSTERS):
            for cluster_id, members in self._members(ids[start : start + CLUSTERS]).items():
                self._put_cluster(cluster_id, members)

    def _put(self, change: Change) -> None:
        """A record anew. A cluster that it was in comes back with any of its records: all of them are
        touched when it changes."""
        self._writer.delete_documents_by_term("id", change.record.page_id)
        self._writer.delete_documents_by_term("member", change.record.page_id)
        if not change.withdrawn:
            self._writer.add_document(tantivy_document(record_document(*self._described(change))))

    def _put_cluster(self, cluster_id: str, members: Sequence[Change]) -> None:
        self._writer.delete_documents_by_term("id", cluster_id)
        made = cluster_document(cluster_id, [self._described(one) for one in members])
        ids = [one.record.page_id for one in members]
        self._writer.add_document(tantivy_document(made, ids))

    def _described(self, change: Change) -> tuple[Change, Description]:
        return change, describe(change, self._country(change.record.node))
