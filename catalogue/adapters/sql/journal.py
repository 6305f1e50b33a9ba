"""The journal on SQL."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, and_, func, select
from sqlalchemy.exc import IntegrityError

from catalogue.adapters.sql import (
    auditing,
    closing,
    packing,
    pushing,
    retaining,
    reviewing,
    rows,
    standing,
)
from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.appending import Batch, last_seq
from catalogue.adapters.sql.auditing import SqlAudit
from catalogue.adapters.sql.checking import check
from catalogue.adapters.sql.clusters import SqlClusters
from catalogue.adapters.sql.engine import engine_of
from catalogue.adapters.sql.forms import SqlForms
from catalogue.adapters.sql.grouping import add_findings
from catalogue.adapters.sql.keys import SqlKeys
from catalogue.adapters.sql.links import SqlLinks, links_of
from catalogue.adapters.sql.migrating import current, head
from catalogue.adapters.sql.outbox import SqlOutbox
from catalogue.adapters.sql.packing import Packer
from catalogue.adapters.sql.people import SqlPeople
from catalogue.adapters.sql.pushing import SqlPushes
from catalogue.adapters.sql.quality import SqlQuality
from catalogue.adapters.sql.reports import SqlReports
from catalogue.adapters.sql.requests import SqlRequests
from catalogue.adapters.sql.runs import SqlRuns, mine
from catalogue.adapters.sql.store import SqlStore, parts
from catalogue.adapters.sql.tables_clusters import member
from catalogue.adapters.sql.upkeep import SqlUpkeep
from catalogue.errors import Conflict, NotFound, SettingsError
from catalogue.model import (
    ACTIVE,
    Change,
    Entry,
    Lease,
    Node,
    Outcome,
    Page,
    Put,
    Quarantined,
    Record,
    Run,
    RunKind,
    RunState,
    SeenPage,
    Source,
    Standing,
    Tally,
    Turn,
    Waiting,
)
from catalogue.ports import Appended, Known

_CHANGE = (
    t.change.c.seq,
    t.change.c.run,
    t.change.c.at,
    t.change.c.content_hash,
    t.change.c.graph,
    t.change.c.dictionary,
    t.change.c.iri,
    t.change.c.type,
    t.change.c.visibility,
    t.change.c.archived,
    t.change.c.sectors,
    t.change.c.findings,
    t.change.c.judged,
    t.record.c.page_id,
    t.record.c.source,
    t.record.c.node,
    t.record.c.key,
    t.record.c.first_seen,
    t.record.c.missing_since,
    member.c.cluster,
)
_LIVE = (t.record.c.deleted.is_(False), t.record.c.archived.is_(False))
_RECORDS = t.record.outerjoin(member, member.c.id == t.record.c.page_id)
_JOINED = t.change.join(_RECORDS, t.change.c.record == t.record.c.id)


class SqlJournal:
    """`catalogue.ports.Journal` on SQLAlchemy Core. Safe to share between threads."""

    def __init__(self, store: SqlStore, audit_head: Path | None = None) -> None:
        self._store = store
        self._own = threading.local()
        with store.reading() as connection:
            stored = {row.id: row.body for row in connection.execute(select(t.dictionary))}
        self._packer = Packer({packing.CURRENT: packing.current_dictionary(), **stored})
        self.runs = SqlRuns(store, self._packer)
        self.audit = SqlAudit(store, audit_head)
        self.keys = SqlKeys(store)
        self.forms = SqlForms(store)
        self.people = SqlPeople(store)
        self.outbox = SqlOutbox(store)
        self.requests = SqlRequests(store, self.outbox.enqueue)
        self.reports = SqlReports(store)
        self.pushes = SqlPushes(store, self._packer, self.runs.ids)
        self.upkeep = SqlUpkeep(store, self._packer, self.runs)
        self.links = SqlLinks(store)
        self.quality = SqlQuality(store)
        self.clusters = SqlClusters(store, self.changes)

    @classmethod
    def open(cls, url: str, audit_head: Path | None = None) -> SqlJournal:
        """The journal at an address whose schema is this version's.

        Raises: SettingsError where it is older or newer.
        """
        engine = engine_of(url)
        at, wanted = current(engine), head()
        if at != wanted:
            engine.dispose()
            raise SettingsError(
                f"the journal's schema is at {at or 'nothing'}, this version needs {wanted};"
                " run `aicat migrate`"
            )
        return cls(SqlStore(engine), audit_head)

    def close(self) -> None:
        self._store.close()

    # --- members and feeds -------------------------------------------------------------------

    def add_node(self, node: Node, who: str = "system") -> None:
        row = _node_row(node)
        self._add(t.node, row, row, f"a node {node.id!r} exists already", who, "node.add")

    def edit_node(self, node: Node, who: str) -> None:
        where = t.node.c.id == node.id
        with self._store.writing() as connection:
            found = connection.execute(select(t.node).where(where)).first()
            if found is None:
                raise _no_node(node.id)
            before, after = _node_row(rows.node_of(found)), _node_row(node)
            changed = {name: value for name, value in after.items() if value != before[name]}
            if not changed:
                return
            connection.execute(t.node.update().where(where).values(changed))
            if before["options"].get("contacts") != node.options.get("contacts"):
                retaining.look_again(connection)
            if "country" in changed:  # records that tell of no country have their node's
                self._repeat(connection, t.record.c.node == node.id, {}, None)
            auditing.note(
                connection, self._store.now(connection), who, "node.edit", node.id, changed
            )

    def nodes(self) -> list[Node]:
        with self._store.reading() as connection:
            return [rows.node_of(r) for r in connection.execute(select(t.node).order_by("id"))]

    def node(self, node_id: str) -> Node:
        row = self._store.one(select(t.node).where(t.node.c.id == node_id))
        if row is None:
            raise _no_node(node_id)
        return rows.node_of(row)

    def add_source(self, source: Source, who: str = "system") -> None:
        self.node(source.node)
        row, taken = _source_row(source), f"a source {source.id!r} exists already"
        told = {name: value for name, value in row.items() if name != "options"}
        self._add(t.source, row, told, taken, who, "source.add")

    def sources(self) -> list[Source]:
        with self._store.reading() as connection:
            found = connection.execute(select(t.source).order_by("id"))
            return [rows.source_of(row) for row in found]

    def source(self, source_id: str) -> Source:
        row = self._store.one(select(t.source).where(t.source.c.id == source_id))
        if row is None:
            raise NotFound(f"there is no source {source_id!r}; `aicat source list` shows all")
        return rows.source_of(row)

    def edit_source(self, source: Source, who: str = "system") -> None:
        before = self.source(source.id)
        with self._store.writing() as connection:
            where = t.source.c.id == source.id
            connection.execute(t.source.update().where(where).values(_source_row(source)))
            kept = ("raw_versions", "contacts")
            if any(before.options.get(one) != source.options.get(one) for one in kept):
                retaining.look_again(connection)
            now = self._store.now(connection)
            if before.visibility != source.visibility:
                other = {"visibility": source.visibility}
                self._repeat(connection, t.record.c.source == source.id, other, now)
            auditing.note(connection, now, who, "source.edit", source.id, _told(source))

    def remove_source(self, source_id: str, who: str = "system") -> int:
        self.source(source_id)
        with self._store.writing() as connection:
            now = self._store.now(connection)
            gone = {"graph": None, "findings": None, "archived": False}
            number = self._repeat(connection, t.record.c.source == source_id, gone, now)
            connection.execute(t.source.delete().where(t.source.c.id == source_id))
            pushed = select(t.run.c.id).where(t.run.c.source == source_id)
            connection.execute(t.part.delete().where(t.part.c.run.in_(pushed)))
            for table in (t.page, t.pending, t.source_state, t.intake):
                connection.execute(table.delete().where(table.c.source == source_id))
            active = and_(t.run.c.source == source_id, t.run.c.state.in_((*ACTIVE, RunState.HELD)))
            ended = closing.ended(RunState.CANCELLED, now, "its source was removed")
            connection.execute(t.run.update().where(active).values(**ended))
            auditing.note(connection, now, who, "source.remove", source_id, {"records": number})
            return number

    def _add(
        self,
        table: Any,
        row: Mapping[str, Any],
        told: Mapping[str, Any],
        taken: str,
        who: str,
        act: str,
    ) -> None:
        try:
            with self._store.writing() as connection:
                connection.execute(table.insert().values(row))
                now = self._store.now(connection)
                auditing.note(connection, now, who, act, row["id"], told)
        except IntegrityError as error:
            raise Conflict(taken) from error

    def _repeat(
        self, connection: Connection, which: Any, differing: Mapping[str, Any], now: int | None
    ) -> int:
        """Append the last change of each of those records that is not deleted once more."""
        query = select(t.record.c.id).where(which, t.record.c.deleted.is_(False))
        ids = connection.execute(query.order_by(t.record.c.id)).scalars().all()
        return closing.repeat(connection, ids, differing, now)

    # --- records ---------------------------------------------------------------------------------

    def known(self, source_id: str) -> dict[str, Known]:
        columns = ("key", "raw_hash", "content_hash", "deleted", "missing", "archived")
        query = select(*(t.record.c[name] for name in columns)).where(
            t.record.c.source == source_id
        )
        with self._store.reading() as connection:
            return {key: Known(*rest) for key, *rest in connection.execute(query)}

    def append(
        self, lease: Lease, entries: Sequence[Entry], *, page: Page | None = None
    ) -> Appended:
        batch = Batch(self._packer, lease, entries, page, self._stored_page(page))
        with self._store.writing() as connection:
            appended = batch.append(connection, self._store.now(connection))
            if batch.findings:
                add_findings(connection, lease.run, batch.findings)
        self._own.page = (page, batch.page_raw)
        return appended

    def _stored_page(self, page: Page | None) -> int | None:
        """The row of a page's bytes where this thread has just stored them."""
        last, raw_id = getattr(self._own, "page", (None, None))
        return raw_id if last is page else None

    def turn(self, lease: Lease, turn: Turn) -> None:
        batch = Batch(self._packer, lease, turn.entries, None, None)
        with self._store.writing() as connection:
            run = mine(connection, lease)
            if run.kind == RunKind.PUSH:
                pushing.carried_out(connection, lease.run, turn.page.cursor)
            if turn.entries:
                batch.append(connection, self._store.now(connection))
            findings = (*batch.findings, *turn.findings)
            if findings:
                add_findings(connection, lease.run, findings)
            if turn.found:
                closing.found_again(connection, lease.source, turn.found)
            if turn.seen is not None:
                self._keep_page(connection, lease.source, turn.seen)
            values = {
                "cursor": turn.cursor,
                "pages": turn.pages,
                "declared": turn.declared,
                "ignored": t.run.c.ignored + turn.ignored,
                "partial": turn.partial,
                "rate": turn.rate,
            }
            connection.execute(t.run.update().where(t.run.c.id == lease.run).values(**values))

    def put(
        self, source_id: str, entry: Entry, asked_by: str, page: Page, *, seen: bytes | None = None
    ) -> Put:
        run_id = self.runs.ids.next()
        batch = Batch(self._packer, Lease(run_id, source_id, 1), [entry], page, None)
        with self._store.writing() as connection:
            _still(connection, source_id, entry.key, seen)
            now = self._store.now(connection)
            reviewing.begin(connection, run_id, source_id, asked_by, now)
            (outcome,) = batch.append(connection, now).outcomes
            if batch.conflict is not None:
                raise Conflict(f"{batch.conflict.message} It is {batch.conflict.value!r}.")
            if batch.findings:
                add_findings(connection, run_id, batch.findings)
            closing.found_again(connection, source_id, [entry.key])
            reviewing.end(connection, run_id, now)
            waits = and_(t.pending.c.source == source_id, t.pending.c.key == entry.key)
            waiting = connection.execute(select(t.pending.c.id).where(waits)).first() is not None
        return Put(self.runs.run(run_id), outcome, waiting)

    def withdraw(
        self, source_id: str, key: str, asked_by: str, *, seen: bytes | None = None
    ) -> Run:
        run_id = self.runs.ids.next()
        with self._store.writing() as connection:
            _still(connection, source_id, key, seen)
            now = self._store.now(connection)
            reviewing.begin(connection, run_id, source_id, asked_by, now)
            where = and_(t.record.c.source == source_id, t.record.c.key == key)
            query = select(t.record.c.id).where(where, t.record.c.deleted.is_(False))
            found = connection.execute(query).scalars().all()
            gone = {"run": run_id, "graph": None, "findings": None, "archived": False}
            number = closing.repeat(connection, found, gone, now)
            waits = and_(t.pending.c.source == source_id, t.pending.c.key == key)
            waiting = connection.execute(t.pending.delete().where(waits)).rowcount
            if not number and not waiting:
                raise NotFound(f"there is no record {key[:200]!r} in source {source_id}")
            reviewing.end(connection, run_id, now)
            where = t.run.c.id == run_id
            connection.execute(t.run.update().where(where).values(deleted=number))
        return self.runs.run(run_id)

    # --- review ----------------------------------------------------------------------------------

    def waiting(self, source_id: str, after: str = "", limit: int = 100) -> list[Waiting]:
        self.source(source_id)
        return reviewing.waiting(self._store, self._packer, source_id, after, limit)

    def release(self, source_id: str, keys: Sequence[str] | None, who: str) -> dict[str, Outcome]:
        self.source(source_id)
        return reviewing.release(self._store, self._packer, self.runs.ids, source_id, keys, who)

    def turn_down(self, source_id: str, keys: Sequence[str] | None, who: str) -> int:
        self.source(source_id)
        return reviewing.turn_down(self._store, source_id, keys, who)

    # --- pages -----------------------------------------------------------------------------------

    def pages(self, source_id: str) -> dict[str, SeenPage]:
        query = select(t.page).where(t.page.c.source == source_id)
        with self._store.reading() as connection:
            found = connection.execute(query)
            return {row.cursor: rows.page_of(row, self._packer) for row in found}

    def _keep_page(self, connection: Connection, source_id: str, page: SeenPage) -> None:
        where = and_(t.page.c.source == source_id, t.page.c.cursor == page.cursor)
        connection.execute(t.page.delete().where(where))
        connection.execute(t.page.insert().values(rows.page_row(source_id, page, self._packer)))

    def forget_pages(self, source_id: str, cursors: Collection[str]) -> None:
        of_source = t.page.c.source == source_id
        with self._store.writing() as connection:
            known = connection.execute(select(t.page.c.cursor).where(of_source)).scalars().all()
            gone = [cursor for cursor in known if cursor not in cursors]
            for part in parts(gone):
                connection.execute(t.page.delete().where(of_source, t.page.c.cursor.in_(part)))

    def record(self, page_id: str) -> Record:
        row = self._store.one(select(t.record).where(t.record.c.page_id == page_id))
        if row is None:
            raise NotFound(f"there is no record {page_id!r}")
        return rows.record_of(row)

    def record_by_iri(self, iri: str) -> list[Record]:
        query = select(t.record).where(t.record.c.iri == iri, *_LIVE).order_by(t.record.c.id)
        with self._store.reading() as connection:
            return [rows.record_of(row) for row in connection.execute(query)]

    def current(self, page_id: str) -> Change:
        found = self._current([page_id], findings=True)
        if not found:
            raise NotFound(f"there is no record {page_id!r}")
        return found[0]

    def current_many(self, page_ids: Sequence[str]) -> list[Change]:
        return self._current(page_ids, findings=False)

    def _current(self, page_ids: Sequence[str], *, findings: bool) -> list[Change]:
        latest = _RECORDS.join(t.change, t.change.c.seq == t.record.c.seq)
        found: dict[str, Change] = {}
        with self._store.reading() as connection:
            for part in parts(page_ids):
                query = select(*_CHANGE).select_from(latest).where(t.record.c.page_id.in_(part))
                for change in self._read(connection, query, findings=findings):
                    found[change.record.page_id] = change
        return [found[page_id] for page_id in page_ids if page_id in found]

    def raw(self, page_id: str) -> tuple[bytes, str]:
        joined = t.record.join(t.raw, t.raw.c.id == t.record.c.raw)
        row = self._store.one(
            select(t.raw).select_from(joined).where(t.record.c.page_id == page_id)
        )
        if row is None:
            raise NotFound(f"no bytes as received are kept for record {page_id!r}")
        return self._packer.unpack(row.body, row.dictionary), row.media_type

    def shares_raw(self, page_id: str) -> bool:
        with self._store.reading() as connection:
            query = select(t.record).where(t.record.c.page_id == page_id)
            row = connection.execute(query).first()
            if row is None or row.raw is None:
                raise NotFound(f"no bytes as received are kept for record {page_id!r}")
            return standing.shares_raw(connection, row)

    def standing(self, source_ids: Sequence[str]) -> dict[str, Standing]:
        with self._store.reading() as connection:
            return standing.standing(connection, source_ids)

    def tallies(self) -> list[Tally]:
        with self._store.reading() as connection:
            return [Tally(*row) for row in connection.execute(standing.TALLIES)]

    def missing(self, source_id: str, *, after: str = "", limit: int = 100) -> list[Record]:
        with self._store.reading() as connection:
            found = connection.execute(standing.missing(source_id, after, limit))
            return [rows.record_of(row) for row in found]

    def quarantined(
        self, source_id: str, *, after: str = "", limit: int = 100
    ) -> list[Quarantined]:
        with self._store.reading() as connection:
            found = connection.execute(standing.quarantined(source_id, after, limit))
            return [rows.quarantined_of(row, self._packer) for row in found]

    def page_ids(self, source_id: str, keys: Sequence[str]) -> dict[str, str]:
        with self._store.reading() as connection:
            return standing.page_ids(connection, source_id, keys)

    # --- following ---------------------------------------------------------------------------------

    def last_seq(self) -> int:
        with self._store.reading() as connection:
            return last_seq(connection)

    def changes(self, after: int, limit: int) -> list[Change]:
        query = (
            select(*_CHANGE)
            .select_from(_JOINED)
            .where(t.change.c.seq > after)
            .order_by(t.change.c.seq)
            .limit(limit)
        )
        return self._changes(query)

    def touch(self, page_ids: Sequence[str]) -> int:
        number = 0
        for part in parts(list(dict.fromkeys(page_ids))):
            with self._store.writing() as connection:
                query = select(t.record.c.id).where(t.record.c.page_id.in_(part), *_LIVE)
                ids = connection.execute(query.order_by(t.record.c.id)).scalars().all()
                number += closing.repeat(connection, ids, {}, None)
        return number

    def states(self, pairs: Sequence[tuple[str, int]]) -> dict[str, Change]:
        found: dict[str, Change] = {}
        with self._store.reading() as connection:
            for part in parts(pairs):
                seqs = _latest_seqs(connection, part)
                query = select(*_CHANGE).select_from(_JOINED).where(t.change.c.seq.in_(seqs))
                for change in self._read(connection, query):
                    found[change.record.page_id] = change
        return found

    def live(self, after: str = "", limit: int = 1000, *, at: int | None = None) -> list[Change]:
        last: Any = t.record.c.seq
        if at is not None:
            earlier = t.change.alias()
            last = (
                select(func.max(earlier.c.seq))
                .where(earlier.c.record == t.record.c.id, earlier.c.seq <= at)
                .scalar_subquery()
            )
        query = (
            select(*_CHANGE)
            .select_from(_RECORDS.join(t.change, t.change.c.seq == last))
            .where(
                t.change.c.graph.is_not(None),
                t.change.c.archived.is_(False),
                t.record.c.page_id > after,
            )
            .order_by(t.record.c.page_id)
            .limit(limit)
        )
        return self._changes(query)

    def live_by_iri(self, iris: Sequence[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        with self._store.reading() as connection:
            for part in parts(list(dict.fromkeys(iris))):
                query = select(t.record.c.iri, t.record.c.page_id).where(
                    t.record.c.iri.in_(part), *_LIVE
                )
                for iri, page_id in connection.execute(query.order_by(t.record.c.id)):
                    found.setdefault(iri, []).append(page_id)
        return found

    def counts(self) -> dict[str, int]:
        def number(table: Any, *where: Any) -> Any:
            return select(func.count()).select_from(table).where(*where).scalar_subquery()

        parts = {
            "records": number(t.record, *_LIVE),
            "archived": number(t.record, t.record.c.archived.is_(True)),
            "tombstones": number(t.record, t.record.c.deleted.is_(True)),
            "changes": number(t.change),
            "runs": number(t.run),
            "nodes": number(t.node),
            "sources": number(t.source),
            "quarantined": number(t.quarantine),
            "waiting": number(t.pending),
        }
        row = self._store.one(select(*(part.label(name) for name, part in parts.items())))
        return {name: getattr(row, name) for name in parts}

    def check(self, heads: Sequence[tuple[int, str]] = ()) -> list[str]:
        found = check(self._store.engine, self._packer)
        if not found:  # of a damaged database nothing more can be told
            found = self.requests.check()
        return [*found, *self.audit.check(heads)]

    # --- below ---------------------------------------------------------------------------------------

    def _changes(self, query: Any) -> list[Change]:
        with self._store.reading() as connection:
            return self._read(connection, query)

    def _read(self, connection: Connection, query: Any, *, findings: bool = False) -> list[Change]:
        """Changes with what is known beside their graphs."""
        found = connection.execute(query).all()
        links = links_of(connection, list({row.page_id for row in found if row.graph is not None}))
        return [
            rows.change_of(row, self._packer, links.get(row.page_id, ()), findings=findings)
            for row in found
        ]


def _still(connection: Connection, source_id: str, key: str, seen: bytes | None) -> None:
    """Raises: Conflict where the live record of a key has another content hash than was seen."""
    if seen is None:
        return
    where = and_(t.record.c.source == source_id, t.record.c.key == key)
    query = select(t.record.c.content_hash).where(where, t.record.c.deleted.is_(False))
    if bytes(connection.execute(query).scalar() or b"") != seen:
        raise Conflict(f"{key} was changed by somebody else meanwhile; read it again")


def _latest_seqs(connection: Connection, pairs: Sequence[tuple[str, int]]) -> list[int]:
    """The last sequence number of each record at or below the one given."""
    bounds = dict(pairs)
    ids = connection.execute(
        select(t.record.c.id, t.record.c.page_id).where(t.record.c.page_id.in_(list(bounds)))
    ).all()
    by_bound: dict[int, list[int]] = {}
    for record_id, page_id in ids:
        by_bound.setdefault(bounds[page_id], []).append(record_id)
    seqs: list[int] = []
    for bound, records in by_bound.items():
        query = (
            select(func.max(t.change.c.seq))
            .where(t.change.c.record.in_(records), t.change.c.seq <= bound)
            .group_by(t.change.c.record)
        )
        seqs.extend(connection.execute(query).scalars())
    return seqs


def _no_node(node_id: str) -> NotFound:
    return NotFound(f"there is no node {node_id!r}; `aicat node list` shows all")


def _node_row(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "name": node.name,
        "country": node.country,
        "kind": node.kind,
        "homepage": node.homepage,
        "options": dict(node.options),
    }


def _source_row(source: Source) -> dict[str, Any]:
    return {
        "id": source.id,
        "node": source.node,
        "kind": source.kind,
        "url": source.url,
        "options": dict(source.options),
        "schedule": source.schedule,
        "visibility": source.visibility,
    }


def _told(source: Source) -> dict[str, Any]:
    """What the audit log tells of a source: names of its options, as their values may be secrets."""
    return {
        "url": source.url,
        "schedule": source.schedule,
        "visibility": source.visibility,
        "options": sorted(source.options),
    }
