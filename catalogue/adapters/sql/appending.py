"""Appending a batch of entries: one transaction, every record to exactly one outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from catalogue.adapters.sql import packing, rows
from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.packing import Packer
from catalogue.errors import Conflict, SourceOwnershipError
from catalogue.model import Entry, Finding, Outcome, Page, RunState, page_id, raw_hash
from catalogue.ports import Appended

MANY = 500
NO_HASH = b""


def last_seq(connection: Connection) -> int:
    return connection.execute(select(func.max(t.change.c.seq))).scalar() or 0


class Batch:
    """Entries of one run on their way into the journal.

    Packing is done before the transaction begins, as the journal has one writer at a time.
    """

    def __init__(
        self,
        packer: Packer,
        run_id: str,
        entries: Sequence[Entry],
        page: Page | None,
        page_raw: int | None,
    ) -> None:
        self._packer, self._run, self._entries, self._page = packer, run_id, entries, page
        self.page_raw = page_raw
        self.findings: list[Finding] = [f for entry in entries for f in entry.findings]
        self._graphs = [
            packer.pack(one.graph) if one.graph is not None else None for one in entries
        ]
        self._raws = [packer.pack(one.raw) if one.raw is not None else None for one in entries]
        kept = (one for one in entries if one.graph is not None or one.failed)
        own_page = page is not None and page_raw is None and any(one.raw is None for one in kept)
        self._packed_page = packer.pack(page.body) if page is not None and own_page else None
        self._at = rows.now()
        self._new_records: list[dict[str, Any]] = []
        self._changes: list[dict[str, Any]] = []
        self._states: list[dict[str, Any]] = []
        self._touched: list[dict[str, Any]] = []
        self._new_raws: list[dict[str, Any]] = []

    def append(self, connection: Connection) -> Appended:
        """Write everything. Raises: Conflict if the run is not running."""
        run = self._running(connection)
        existing = self._existing(connection, run.source)
        self._raw_ids = self._known_raws(connection, run.source)
        self._seq = last_seq(connection)
        self._record = connection.execute(select(func.max(t.record.c.id))).scalar() or 0
        self._raw = connection.execute(select(func.max(t.raw.c.id))).scalar() or 0
        outcomes = tuple(
            self._one(connection, run, entry, position, existing)
            for position, entry in enumerate(self._entries)
        )
        self._write(connection)
        self._count(connection, outcomes)
        return Appended(outcomes, self._seq)

    def _running(self, connection: Connection) -> Any:
        row = connection.execute(
            select(
                t.run.c.state, t.source.c.id.label("source"), t.source.c.node, t.source.c.visibility
            )
            .select_from(t.run.outerjoin(t.source, t.source.c.id == t.run.c.source))
            .where(t.run.c.id == self._run)
        ).first()
        if row is None or row.state != RunState.RUNNING:
            state = "unknown" if row is None else row.state
            raise Conflict(f"run {self._run} is {state}; nothing can be appended to it")
        if row.source is None:
            raise Conflict(f"the source of run {self._run} was removed")
        return row

    def _existing(self, connection: Connection, source: str) -> dict[str, Any]:
        keys = [entry.key for entry in self._entries if entry.graph is not None]
        found: dict[str, Any] = {}
        for start in range(0, len(keys), MANY):
            query = select(
                t.record.c.id,
                t.record.c.key,
                t.record.c.raw_hash,
                t.record.c.content_hash,
                t.record.c.deleted,
            ).where(t.record.c.source == source, t.record.c.key.in_(keys[start : start + MANY]))
            found.update((row.key, row) for row in connection.execute(query))
        return found

    def _known_raws(self, connection: Connection, source: str) -> dict[bytes, int]:
        """Rows of bytes that are stored already."""
        wanted = [raw_hash(one.raw) for one in self._entries if one.raw is not None]
        if self._packed_page is not None and self._page is not None:
            wanted.append(raw_hash(self._page.body))
        found: dict[bytes, int] = {}
        for start in range(0, len(wanted), MANY):
            query = select(t.raw.c.hash, t.raw.c.id).where(
                t.raw.c.source == source, t.raw.c.hash.in_(wanted[start : start + MANY])
            )
            found.update((bytes(row.hash), row.id) for row in connection.execute(query))
        return found

    def _one(
        self,
        connection: Connection,
        run: Any,
        entry: Entry,
        position: int,
        existing: dict[str, Any],
    ) -> Outcome:
        if entry.failed:
            self._quarantine(connection, run, entry, position)
            return entry.failed
        row = existing.get(entry.key)
        if entry.graph is None:
            return Outcome.UNCHANGED
        if row is None:
            self._record += 1
            self._create(run, entry, self._record, self._raw_of(run, entry, position))
            self._change(run, entry, self._record, position)
            return Outcome.CREATED
        if not row.deleted and row.content_hash == entry.content_hash:
            if row.raw_hash != entry.raw_hash:
                self._touched.append({"b_id": row.id, "b_raw_hash": entry.raw_hash})
            return Outcome.UNCHANGED
        raw = self._raw_of(run, entry, position)
        self._change(run, entry, row.id, position)
        self._states.append(self._state(run, entry, row.id, raw))
        return Outcome.CREATED if row.deleted else Outcome.UPDATED

    def _create(self, run: Any, entry: Entry, record_id: int, raw: int | None) -> None:
        self._new_records.append(
            {
                "id": record_id,
                "page_id": page_id(run.source, entry.key),
                "source": run.source,
                "node": run.node,
                "key": entry.key,
                "iri": entry.iri,
                "type": entry.type,
                "visibility": run.visibility,
                "deleted": False,
                "seq": self._seq + 1,
                "raw_hash": entry.raw_hash,
                "content_hash": entry.content_hash or NO_HASH,
                "raw": raw,
                "first_seen": self._at,
                "changed": self._at,
            }
        )

    def _change(self, run: Any, entry: Entry, record_id: int, position: int) -> None:
        self._seq += 1
        self._changes.append(
            {
                "seq": self._seq,
                "record": record_id,
                "run": self._run,
                "at": self._at,
                "content_hash": entry.content_hash or NO_HASH,
                "graph": self._graphs[position],
                "dictionary": packing.CURRENT,
                "iri": entry.iri,
                "type": entry.type,
                "visibility": run.visibility,
                "sectors": rows.sectors_text(entry.sectors),
                "findings": rows.findings_blob(entry.findings, self._packer),
            }
        )

    def _state(self, run: Any, entry: Entry, record_id: int, raw: int | None) -> dict[str, Any]:
        return {
            "b_id": record_id,
            "b_node": run.node,
            "b_iri": entry.iri,
            "b_type": entry.type,
            "b_visibility": run.visibility,
            "b_seq": self._seq,
            "b_raw_hash": entry.raw_hash,
            "b_content_hash": entry.content_hash or NO_HASH,
            "b_raw": raw,
            "b_changed": self._at,
        }

    def _raw_of(self, run: Any, entry: Entry, position: int) -> int | None:
        """The row of the record's bytes as received: its own, or its page's."""
        own = self._raws[position]
        if own is not None and entry.raw is not None:
            return self._store_raw(run, raw_hash(entry.raw), "application/json", own)
        if self._page is None:
            return None
        if self.page_raw is None:
            packed = self._packed_page or self._packer.pack(self._page.body)
            digest = raw_hash(self._page.body)
            self.page_raw = self._store_raw(run, digest, self._page.media_type, packed)
        return self.page_raw

    def _store_raw(self, run: Any, digest: bytes, media_type: str, packed: bytes) -> int:
        if digest not in self._raw_ids:
            self._raw += 1
            self._raw_ids[digest] = self._raw
            self._new_raws.append(
                {
                    "id": self._raw,
                    "source": run.source,
                    "hash": digest,
                    "media_type": media_type,
                    "received": self._at,
                    "dictionary": packing.CURRENT,
                    "body": packed,
                }
            )
        return self._raw_ids[digest]

    def _quarantine(self, connection: Connection, run: Any, entry: Entry, position: int) -> None:
        """Keep what could not be used, with its bytes; an earlier good version stays as it is."""
        raw = self._raw_of(run, entry, position)
        where = (t.quarantine.c.source == run.source, t.quarantine.c.key == entry.key)
        connection.execute(t.quarantine.delete().where(*where))
        connection.execute(
            t.quarantine.insert().values(
                source=run.source,
                key=entry.key,
                run=self._run,
                at=self._at,
                raw=raw,
                findings=rows.findings_blob(entry.findings, self._packer),
            )
        )

    def _write(self, connection: Connection) -> None:
        self._check_ids(connection)
        if self._new_raws:
            connection.execute(t.raw.insert(), self._new_raws)
        if self._new_records:
            connection.execute(t.record.insert(), self._new_records)
        if self._changes:
            connection.execute(t.change.insert(), self._changes)
        if self._states:
            names = ("node", "iri", "type", "visibility", "seq", "raw_hash", "content_hash")
            values: dict[str, Any] = {n: bindparam(f"b_{n}") for n in (*names, "raw", "changed")}
            statement = t.record.update().where(t.record.c.id == bindparam("b_id"))
            connection.execute(statement.values(**values, deleted=False), self._states)
        if self._touched:
            statement = t.record.update().where(t.record.c.id == bindparam("b_id"))
            connection.execute(statement.values(raw_hash=bindparam("b_raw_hash")), self._touched)

    def _check_ids(self, connection: Connection) -> None:
        """No page id may belong to two records, however unlikely."""
        ids = [row["page_id"] for row in self._new_records]
        for start in range(0, len(ids), MANY):
            query = select(t.record.c.page_id, t.record.c.source, t.record.c.key)
            query = query.where(t.record.c.page_id.in_(ids[start : start + MANY]))
            for row in connection.execute(query):
                raise SourceOwnershipError(
                    f"page id {row.page_id} belongs to record {row.key!r} of source {row.source}"
                )

    def _count(self, connection: Connection, outcomes: Sequence[Outcome]) -> None:
        numbers = Counter(outcome.value for outcome in outcomes)
        if numbers:
            sums: dict[str, Any] = {name: t.run.c[name] + n for name, n in numbers.items()}
            connection.execute(t.run.update().where(t.run.c.id == self._run).values(**sums))
