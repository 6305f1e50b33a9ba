"""Appending a batch of entries: one transaction, every record to exactly one outcome."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import Connection, bindparam, func, select

from catalogue.adapters.sql import packing, rows
from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.packing import Packer
from catalogue.adapters.sql.runs import mine
from catalogue.adapters.sql.store import MANY, parts
from catalogue.errors import Conflict, SourceOwnershipError
from catalogue.model import (
    Entry,
    Finding,
    Lease,
    Outcome,
    Page,
    RunKind,
    Severity,
    erased_key,
    held_to,
    page_id,
    raw_hash,
)
from catalogue.ports import Appended

NO_HASH = b""


def last_seq(connection: Connection) -> int:
    return connection.execute(select(func.max(t.change.c.seq))).scalar() or 0


class Batch:
    """Entries of one run on their way into the journal.

    Packing is done before the transaction begins, as the journal has one writer at a time. `released`:
    a steward has seen them.
    """

    def __init__(
        self,
        packer: Packer,
        lease: Lease,
        entries: Sequence[Entry],
        page: Page | None,
        page_raw: int | None,
        *,
        released: bool = False,
    ) -> None:
        self._packer, self._lease, self._entries, self._page = packer, lease, entries, page
        self._released = released
        self._run = lease.run
        self.page_raw = page_raw
        self.findings: list[Finding] = []
        self.conflict: Finding | None = None
        """Why an entry of a push was refused that is sound in itself."""
        self._keep_raw = True
        self._graphs = [
            packer.pack(one.graph) if one.graph is not None else None for one in entries
        ]
        self._raws = [packer.pack(one.raw) if one.raw is not None else None for one in entries]
        self._said = [
            rows.said_of(one, packer) if one.graph is not None else None for one in entries
        ]
        kept = (one for one in entries if one.graph is not None or one.failed)
        own_page = page is not None and page_raw is None and any(one.raw is None for one in kept)
        self._packed_page = packer.pack(page.body) if page is not None and own_page else None
        self._new_records: list[dict[str, Any]] = []
        self._changes: list[dict[str, Any]] = []
        self._states: list[dict[str, Any]] = []
        self._touched: list[dict[str, Any]] = []
        self._new_raws: list[dict[str, Any]] = []
        self._waiting: list[dict[str, Any]] = []
        self._outrun: list[str] = []
        """Keys whose waiting version is not what the source says any more."""
        self._erased_keys: set[str] = set()

    def append(self, connection: Connection, now: int) -> Appended:
        """Write everything. Raises: Fenced, Cancelled; Conflict if the source is gone."""
        self._at = now
        run = self._running(connection)
        self._review = run.options.get("review") == "1" and not self._released
        self._keep_raw = keeps_raw(run.options, run.of_node)
        existing = self._existing(connection, run.source)
        self._pending = self._pending_hashes(connection, run.source) if self._review else {}
        self._suppressed = self._suppressed_marks(connection, run.source)
        self._keep_pages = not self._beside_erased(connection, run.source)
        self._others = self._other_keys(connection, run)
        self._raw_ids = self._known_raws(connection, run.source)
        self._seq = last_seq(connection)
        self._record = connection.execute(select(func.max(t.record.c.id))).scalar() or 0
        self._raw = connection.execute(select(func.max(t.raw.c.id))).scalar() or 0
        outcomes = tuple(
            self._one(connection, run, entry, position, existing)
            for position, entry in enumerate(self._entries)
        )
        for entry, outcome in zip(self._entries, outcomes, strict=True):
            if outcome is not Outcome.IGNORED:  # of an erased record nothing is told
                told = map(_nameless, entry.findings) if self._review else entry.findings
                self.findings.extend(told)
        self._write(connection)
        self._count(connection, outcomes)
        return Appended(outcomes, self._seq)

    def _running(self, connection: Connection) -> Any:
        mine(connection, self._lease)
        joined = t.run.join(t.source, t.source.c.id == t.run.c.source).join(t.node)
        columns = (
            t.run.c.kind,
            t.source.c.id.label("source"),
            t.source.c.node,
            t.source.c.visibility,
            t.source.c.options,
            t.node.c.options.label("of_node"),
        )
        query = select(*columns).select_from(joined).where(t.run.c.id == self._run)
        row = connection.execute(query).first()
        if row is None:
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
                t.record.c.told_hash,
                t.record.c.deleted,
                t.record.c.archived,
                t.record.c.changed,
            ).where(t.record.c.source == source, t.record.c.key.in_(keys[start : start + MANY]))
            found.update((row.key, row) for row in connection.execute(query))
        return found

    def _named(self, key: str) -> str:
        """The key as it may be written down."""
        return erased_key(self._lease.source, key) if key in self._erased_keys else key

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

    def _pending_hashes(self, connection: Connection, source: str) -> dict[str, bytes]:
        """What waits for a steward already: content hash by key."""
        found: dict[str, bytes] = {}
        for part in parts([entry.key for entry in self._entries]):
            query = select(t.pending.c.key, t.pending.c.content_hash)
            query = query.where(t.pending.c.source == source, t.pending.c.key.in_(part))
            found |= {row.key: bytes(row.content_hash) for row in connection.execute(query)}
        return found

    def _suppressed_marks(self, connection: Connection, source: str) -> set[bytes]:
        """Which of the entries were erased and must not come back."""
        if connection.execute(select(t.suppressed.c.mark).limit(1)).first() is None:
            return set()
        marks = [mark for entry in self._entries for mark in suppression_marks(source, entry)]
        found: set[bytes] = set()
        for part in parts(marks):
            query = select(t.suppressed.c.mark).where(t.suppressed.c.mark.in_(part))
            found.update(bytes(mark) for mark in connection.execute(query).scalars())
        return found

    def _beside_erased(self, connection: Connection, source: str) -> bool:
        """Whether a page of this source may hold a record that was erased: then no page's bytes are
        kept, and those of this one go that were kept before that record was come upon."""
        came = [
            entry
            for entry in (self._entries if self._suppressed else ())
            if not self._suppressed.isdisjoint(suppression_marks(source, entry))
        ]
        marks = {suppression_of(source, entry.key): entry.key for entry in came}
        new = [
            {
                "mark": mark,
                "page_id": page_id(source, key),
                "source": source,
                "at": self._at,
                "finished": self._at,
            }
            for mark, key in marks.items()
            if mark not in self._suppressed
        ]
        if new:
            connection.execute(t.suppressed.insert(), new)
        if came and self._page is not None:
            body = raw_hash(self._page.body)
            drop_raws(connection, t.raw.c.source == source, t.raw.c.hash == body)
            self.page_raw = None
        erased = select(t.suppressed.c.mark).where(t.suppressed.c.source == source).limit(1)
        return connection.execute(erased).first() is not None

    def _other_keys(self, connection: Connection, run: Any) -> dict[str, str]:
        """The keys under which subjects of a push are known already, by IRI."""
        if run.kind == RunKind.HARVEST:
            return {}
        found: dict[str, str] = {}
        for part in parts([entry.iri for entry in self._entries if entry.graph is not None]):
            query = select(t.record.c.iri, t.record.c.key).where(
                t.record.c.source == run.source,
                t.record.c.iri.in_(part),
                t.record.c.deleted.is_(False),
            )
            found.update((row.iri, row.key) for row in connection.execute(query))
        return found

    def _one(
        self,
        connection: Connection,
        run: Any,
        entry: Entry,
        position: int,
        existing: dict[str, Any],
    ) -> Outcome:
        if self._suppressed and not self._suppressed.isdisjoint(
            suppression_marks(run.source, entry)
        ):
            self._erased_keys.add(entry.key)
            self.findings.append(_erased(run.source, entry))
            return Outcome.IGNORED
        if entry.failed:
            self._quarantine(connection, run, entry, position)
            return entry.failed
        if entry.graph is None:
            self._forget_waiting(entry)
            return Outcome.UNCHANGED
        if (
            run.kind != RunKind.HARVEST
            and self._others.setdefault(entry.iri, entry.key) != entry.key
        ):
            found = self.conflict = _other_key(entry, self._others[entry.iri])
            self.findings.append(found)
            refused = replace(entry, findings=(*entry.findings, found))
            self._quarantine(connection, run, refused, position)
            return Outcome.FAILED
        return self._version(run, entry, position, existing.get(entry.key))

    def _version(self, run: Any, entry: Entry, position: int, row: Any) -> Outcome:
        """A version that is read anew: the log gets it where it differs from the current one, or where
        something else is said of it now; then it is of the time that it was."""
        live = row is not None and not row.deleted and not row.archived
        if live and row.content_hash == entry.content_hash:
            if row.told_hash != self._said_at(position).hash:
                raw = self._raw_of(run, entry, position)
                self._change(run, entry, row.id, position, raw, row.changed)
                self._states.append(self._state(run, entry, row.id, position, raw, row.changed))
            elif row.raw_hash != entry.raw_hash:
                self._touched.append({"b_id": row.id, "b_raw_hash": entry.raw_hash})
            self._forget_waiting(entry)
            return Outcome.UNCHANGED
        if self._review:
            return self._wait(run, entry, position, new=row is None or row.deleted)
        raw = self._raw_of(run, entry, position)
        if row is None:
            self._record += 1
            self._create(run, entry, self._record, position, raw)
            self._change(run, entry, self._record, position, raw, self._at)
            return Outcome.CREATED
        self._change(run, entry, row.id, position, raw, self._at)
        self._states.append(self._state(run, entry, row.id, position, raw, self._at))
        return Outcome.CREATED if row.deleted else Outcome.UPDATED

    def _forget_waiting(self, entry: Entry) -> None:
        """What is public is what the source says: an older word that waits is of no use."""
        if entry.key in self._pending:
            self._outrun.append(entry.key)

    def _wait(self, run: Any, entry: Entry, position: int, *, new: bool) -> Outcome:
        """Put a version aside for a steward; what is public stays as it is."""
        if self._pending.get(entry.key) == entry.content_hash:
            return Outcome.UNCHANGED
        said = self._said_at(position)
        self._waiting.append(
            {
                "source": run.source,
                "key": entry.key,
                "run": self._run,
                "at": self._at,
                "iri": entry.iri,
                "type": entry.type,
                "raw_hash": entry.raw_hash,
                "content_hash": entry.content_hash or NO_HASH,
                "graph": self._graphs[position],
                "raw": self._raw_of(run, entry, position),
                "dictionary": packing.CURRENT,
                "sectors": said.sectors,
                "findings": said.findings,
                "judged": said.judged,
            }
        )
        return Outcome.CREATED if new else Outcome.UPDATED

    def _said_at(self, position: int) -> rows.Said:
        found = self._said[position]
        assert found is not None
        return found

    def _create(
        self, run: Any, entry: Entry, record_id: int, position: int, raw: int | None
    ) -> None:
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
                "told_hash": self._said_at(position).hash,
            }
        )

    def _change(
        self, run: Any, entry: Entry, record_id: int, position: int, raw: int | None, at: int
    ) -> None:
        self._seq += 1
        said = self._said_at(position)
        self._changes.append(
            {
                "seq": self._seq,
                "record": record_id,
                "run": self._run,
                "at": at,
                "content_hash": entry.content_hash or NO_HASH,
                "graph": self._graphs[position],
                "dictionary": packing.CURRENT,
                "iri": entry.iri,
                "type": entry.type,
                "visibility": run.visibility,
                "sectors": said.sectors,
                "findings": said.findings,
                "judged": said.judged,
                "raw": raw,
            }
        )

    def _state(
        self, run: Any, entry: Entry, record_id: int, position: int, raw: int | None, changed: int
    ) -> dict[str, Any]:
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
            "b_changed": changed,
            "b_told_hash": self._said_at(position).hash,
        }

    def _raw_of(self, run: Any, entry: Entry, position: int) -> int | None:
        """The row of the record's bytes as received: its own, or its page's."""
        if not self._keep_raw:  # they hold what is to be dropped
            return None
        own = self._raws[position]
        if own is not None and entry.raw is not None:
            return self._store_raw(run, raw_hash(entry.raw), "application/json", own, page=False)
        if self._page is None or not self._keep_pages:
            return None
        if self.page_raw is None:
            packed = self._packed_page or self._packer.pack(self._page.body)
            digest = raw_hash(self._page.body)
            media_type = self._page.media_type
            self.page_raw = self._store_raw(run, digest, media_type, packed, page=True)
        return self.page_raw

    def _store_raw(
        self, run: Any, digest: bytes, media_type: str, packed: bytes, *, page: bool
    ) -> int:
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
                    "page": page,
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
            values: dict[str, Any] = {
                n: bindparam(f"b_{n}") for n in (*names, "raw", "changed", "told_hash")
            }
            statement = t.record.update().where(t.record.c.id == bindparam("b_id"))
            back = {"deleted": False, "archived": False, "missing": 0, "missing_since": None}
            connection.execute(statement.values(**values, **back), self._states)
        if self._touched:
            statement = t.record.update().where(t.record.c.id == bindparam("b_id"))
            connection.execute(statement.values(raw_hash=bindparam("b_raw_hash")), self._touched)
        self._clear_quarantine(connection)
        for some in parts(self._outrun):
            where = (t.pending.c.source == self._lease.source, t.pending.c.key.in_(some))
            connection.execute(t.pending.delete().where(*where))
        if self._waiting:
            keys = [row["key"] for row in self._waiting]
            source = self._waiting[0]["source"]
            for part in parts(keys):
                where = (t.pending.c.source == source, t.pending.c.key.in_(part))
                connection.execute(t.pending.delete().where(*where))
            connection.execute(t.pending.insert(), self._waiting)

    def _clear_quarantine(self, connection: Connection) -> None:
        """What could not be used once, and can now."""
        of_source = t.quarantine.c.source == self._lease.source
        if connection.execute(select(t.quarantine.c.id).where(of_source).limit(1)).first() is None:
            return
        for some in parts([one.key for one in self._entries if one.graph is not None]):
            connection.execute(t.quarantine.delete().where(of_source, t.quarantine.c.key.in_(some)))

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
        """Add to the run's counts, and note what was listed: both or neither."""
        numbers = Counter(outcome.value for outcome in outcomes)
        if not numbers:
            return
        sums: dict[str, Any] = {name: t.run.c[name] + n for name, n in numbers.items()}
        connection.execute(t.run.update().where(t.run.c.id == self._run).values(**sums))
        told = [
            [self._named(entry.key), outcome.value]
            for entry, outcome in zip(self._entries, outcomes, strict=True)
        ]
        of_run = t.listed.c.run == self._run
        last = connection.execute(select(func.max(t.listed.c.number)).where(of_run)).scalar() or 0
        connection.execute(
            t.listed.insert().values(
                run=self._run,
                number=last + 1,
                cursor=self._page.cursor if self._page else None,
                body=self._packer.pack(orjson.dumps(told)),
                dictionary=packing.CURRENT,
            )
        )


def keeps_raw(options: Mapping[str, str], of_node: Mapping[str, str]) -> bool:
    """Whether bytes as received are kept of a source, by its options and its node's: not where they hold
    contacts that are to be dropped, nor where no version of them is wanted."""
    contacts = held_to(options, of_node).get("contacts", "keep")
    return contacts == "keep" and options.get("raw_versions") != "0"


def drop_raws(connection: Connection, *where: Any) -> int:
    """Remove bytes as received; what had them has none then. Returns how many."""
    ids = connection.execute(select(t.raw.c.id).where(*where)).scalars().all()
    for part in parts(ids):
        for table in (t.change, t.record, t.quarantine, t.pending):
            connection.execute(table.update().where(table.c.raw.in_(part)).values(raw=None))
        connection.execute(t.raw.delete().where(t.raw.c.id.in_(part)))
    return len(ids)


def suppression_marks(source: str, entry: Entry) -> tuple[bytes, bytes]:
    """What an erased record is known by without naming it: its key in its source, and its IRI."""
    return suppression_of(source, entry.key), suppression_of("", entry.iri)


def suppression_of(source: str, name: str) -> bytes:
    return hashlib.sha256(f"erased\0{source}\0{name}".encode("utf-8", "surrogatepass")).digest()


def _erased(source: str, entry: Entry) -> Finding:
    return Finding(
        rule="record.erased",
        severity=Severity.INFO,
        message="The record was erased here for good; what its source sends of it is left out.",
        hint="Ask the operators of this catalogue why; the source need not change anything.",
        key=erased_key(source, entry.key),
    )


def _nameless(found: Finding) -> Finding:
    """A finding of a version that waits, as everybody may see it in its run."""
    return replace(found, key=None, value=None, mended=None, place=None, focus=None)


def _other_key(entry: Entry, other: str) -> Finding:
    return Finding(
        rule="push.subject-has-other-key",
        severity=Severity.VIOLATION,
        message="The subject is known in this source under another key; one subject has one key.",
        value=other[:500],
        hint="Use that key, or delete that record first.",
        key=entry.key,
    )
