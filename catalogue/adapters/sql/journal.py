"""The journal on SQL."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from catalogue.adapters.sql import packing, rows
from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.appending import Batch, last_seq
from catalogue.adapters.sql.checking import check
from catalogue.adapters.sql.engine import engine_of
from catalogue.adapters.sql.migrating import current, head
from catalogue.adapters.sql.packing import Packer
from catalogue.errors import Conflict, NotFound, SettingsError
from catalogue.model import (
    ACTIVE,
    Change,
    Counts,
    Entry,
    Finding,
    Node,
    Page,
    Record,
    Run,
    RunState,
    SeenPage,
    Source,
)
from catalogue.ports import Appended, Known

MANY = 500  # values in one IN list

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
    t.change.c.sectors,
    t.change.c.findings,
    t.record.c.page_id,
    t.record.c.source,
    t.record.c.node,
    t.record.c.key,
    t.record.c.first_seen,
)
_JOINED = t.change.join(t.record, t.change.c.record == t.record.c.id)


class SqlJournal:
    """`catalogue.ports.Journal` on SQLAlchemy Core. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(writes=True)
        self._ids = rows.RunIds()
        self._own = threading.local()
        with self._engine.connect() as connection:
            stored = {row.id: row.body for row in connection.execute(select(t.dictionary))}
        self._packer = Packer({packing.CURRENT: packing.current_dictionary(), **stored})

    @classmethod
    def open(cls, url: str) -> SqlJournal:
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
        return cls(engine)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction that no other writer overlaps, so numbers are seen in commit order."""
        with self._writer.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(7_205_759)))
            yield connection

    # --- members and feeds -------------------------------------------------------------------

    def add_node(self, node: Node) -> None:
        row = {
            "id": node.id,
            "name": node.name,
            "country": node.country,
            "kind": node.kind,
            "homepage": node.homepage,
        }
        self._insert(t.node, row, f"a node {node.id!r} exists already")

    def nodes(self) -> list[Node]:
        with self._reading() as connection:
            return [rows.node_of(r) for r in connection.execute(select(t.node).order_by("id"))]

    def node(self, node_id: str) -> Node:
        row = self._one(select(t.node).where(t.node.c.id == node_id))
        if row is None:
            raise NotFound(f"there is no node {node_id!r}; `aicat node list` shows all")
        return rows.node_of(row)

    def add_source(self, source: Source) -> None:
        self.node(source.node)
        self._insert(t.source, _source_row(source), f"a source {source.id!r} exists already")

    def sources(self) -> list[Source]:
        with self._reading() as connection:
            found = connection.execute(select(t.source).order_by("id"))
            return [rows.source_of(row) for row in found]

    def source(self, source_id: str) -> Source:
        row = self._one(select(t.source).where(t.source.c.id == source_id))
        if row is None:
            raise NotFound(f"there is no source {source_id!r}; `aicat source list` shows all")
        return rows.source_of(row)

    def edit_source(self, source: Source) -> None:
        before = self.source(source.id)
        with self._writing() as connection:
            where = t.source.c.id == source.id
            connection.execute(t.source.update().where(where).values(_source_row(source)))
            if before.visibility != source.visibility:
                self._repeat(connection, source.id, {"visibility": source.visibility})

    def remove_source(self, source_id: str) -> int:
        self.source(source_id)
        with self._writing() as connection:
            number = self._repeat(connection, source_id, {"graph": None, "findings": None})
            connection.execute(t.source.delete().where(t.source.c.id == source_id))
            connection.execute(t.page.delete().where(t.page.c.source == source_id))
            active = and_(t.run.c.source == source_id, t.run.c.state.in_(ACTIVE))
            ended = {"state": RunState.CANCELLED, "ended_at": rows.now(), "stage": None}
            connection.execute(t.run.update().where(active).values(**ended))
            return number

    def _repeat(self, connection: Connection, source_id: str, differing: Mapping[str, Any]) -> int:
        """Append each live record's last change once more, with some columns other."""
        found = connection.execute(
            select(t.change, t.record.c.id.label("record_id"))
            .select_from(t.record.join(t.change, t.change.c.seq == t.record.c.seq))
            .where(t.record.c.source == source_id, t.record.c.deleted.is_(False))
            .order_by(t.record.c.id)
        ).all()
        at, last = rows.now(), last_seq(connection)
        for seq, row in enumerate(found, last + 1):
            values = {column.name: getattr(row, column.name) for column in t.change.c}
            values.update(differing, at=at, seq=seq)
            connection.execute(t.change.insert().values(values))
            state: dict[str, Any] = {"seq": seq, "changed": at}
            if values["graph"] is None:
                state["deleted"] = True
            else:
                state["visibility"] = values["visibility"]
            where = t.record.c.id == row.record_id
            connection.execute(t.record.update().where(where).values(**state))
        return len(found)

    # --- runs ----------------------------------------------------------------------------------

    def queue_run(self, source_id: str, *, full: bool = False) -> Run:
        self.source(source_id)
        run_id = self._ids.next()
        row = {
            "id": run_id,
            "source": source_id,
            "state": RunState.QUEUED,
            "full": full,
            "queued_at": rows.now(),
        }
        self._insert(t.run, row, f"source {source_id!r} has an active run already")
        return self.run(run_id)

    def begin_run(self, run_id: str) -> Run:
        values = {
            "state": RunState.RUNNING,
            "stage": "fetching",
            "started_at": func.coalesce(t.run.c.started_at, rows.now()),
        }
        self._update_run(run_id, values, only=ACTIVE)
        return self.run(run_id)

    def note_run(
        self,
        run_id: str,
        *,
        stage: str | None = None,
        declared: int | None = None,
        pages: int | None = None,
    ) -> None:
        given = {"stage": stage, "declared": declared, "pages": pages}
        values = {name: value for name, value in given.items() if value is not None}
        if values:
            self._update_run(run_id, values)

    def end_run(self, run_id: str, state: RunState, *, error: str | None = None) -> Run:
        values = {"state": state, "error": error, "stage": None, "ended_at": rows.now()}
        self._update_run(run_id, values, only=ACTIVE)
        return self.run(run_id)

    def run(self, run_id: str) -> Run:
        row = self._one(select(t.run).where(t.run.c.id == run_id))
        if row is None:
            raise NotFound(f"there is no run {run_id!r}; `aicat runs` shows the last ones")
        return rows.run_of(row)

    def runs(
        self,
        source_id: str | None = None,
        *,
        sources: Sequence[str] | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> list[Run]:
        query = select(t.run).order_by(t.run.c.id.desc()).limit(limit)
        if source_id is not None:
            query = query.where(t.run.c.source == source_id)
        if sources is not None:
            query = query.where(t.run.c.source.in_(sources))
        if before is not None:
            query = query.where(t.run.c.id < before)
        with self._reading() as connection:
            return [rows.run_of(row) for row in connection.execute(query)]

    def interrupted_runs(self) -> list[Run]:
        query = select(t.run).where(t.run.c.state.in_(ACTIVE)).order_by(t.run.c.id)
        with self._reading() as connection:
            return [rows.run_of(row) for row in connection.execute(query)]

    def count_runs(self, sources: Sequence[str] | None = None) -> int:
        query = select(func.count()).select_from(t.run)
        if sources is not None:
            query = query.where(t.run.c.source.in_(sources))
        with self._reading() as connection:
            return connection.execute(query).scalar_one()

    def add_findings(self, run_id: str, findings: Sequence[Finding]) -> None:
        if findings:
            with self._writing() as connection:
                add_findings(connection, run_id, findings)

    def run_findings(self, run_id: str) -> list[Finding]:
        self.run(run_id)
        query = (
            select(t.finding)
            .where(t.finding.c.run == run_id)
            .order_by(t.finding.c.count.desc(), t.finding.c.rule, t.finding.c.path)
        )
        with self._reading() as connection:
            return [rows.finding_of(row) for row in connection.execute(query)]

    def add_counts(self, run_id: str, counts: Counts) -> None:
        values = {
            name: t.run.c[name] + getattr(counts, name)
            for name in rows.COUNTS
            if getattr(counts, name)
        }
        if values:
            self._update_run(run_id, values)

    # --- records ---------------------------------------------------------------------------------

    def known(self, source_id: str) -> dict[str, Known]:
        query = select(
            t.record.c.key, t.record.c.raw_hash, t.record.c.content_hash, t.record.c.deleted
        ).where(t.record.c.source == source_id)
        with self._reading() as connection:
            return {key: Known(*rest) for key, *rest in connection.execute(query)}

    def append(
        self, run_id: str, entries: Sequence[Entry], *, page: Page | None = None
    ) -> Appended:
        batch = Batch(self._packer, run_id, entries, page, self._stored_page(page))
        with self._writing() as connection:
            appended = batch.append(connection)
            if batch.findings:
                add_findings(connection, run_id, batch.findings)
        self._own.page = (page, batch.page_raw)
        return appended

    def _stored_page(self, page: Page | None) -> int | None:
        """The row of a page's bytes where this thread has just stored them."""
        last, raw_id = getattr(self._own, "page", (None, None))
        return raw_id if last is page else None

    def pages(self, source_id: str) -> dict[str, SeenPage]:
        query = select(t.page).where(t.page.c.source == source_id)
        with self._reading() as connection:
            return {row.url: rows.page_of(row, self._packer) for row in connection.execute(query)}

    def keep_page(self, source_id: str, page: SeenPage) -> None:
        values = {
            "source": source_id,
            "url": page.url,
            "fingerprint": page.fingerprint,
            "number": page.number,
            "end": rows.end_blob(page, self._packer),
            "dictionary": packing.CURRENT,
        }
        where = and_(t.page.c.source == source_id, t.page.c.url == page.url)
        with self._writing() as connection:
            connection.execute(t.page.delete().where(where))
            connection.execute(t.page.insert().values(values))

    def forget_pages(self, source_id: str, addresses: Collection[str]) -> None:
        of_source = t.page.c.source == source_id
        with self._writing() as connection:
            known = connection.execute(select(t.page.c.url).where(of_source)).scalars().all()
            gone = [url for url in known if url not in addresses]
            for part in _parts(gone):
                connection.execute(t.page.delete().where(of_source, t.page.c.url.in_(part)))

    def record(self, page_id: str) -> Record:
        row = self._one(select(t.record).where(t.record.c.page_id == page_id))
        if row is None:
            raise NotFound(f"there is no record {page_id!r}")
        return rows.record_of(row)

    def record_by_iri(self, iri: str) -> list[Record]:
        query = (
            select(t.record)
            .where(t.record.c.iri == iri, t.record.c.deleted.is_(False))
            .order_by(t.record.c.id)
        )
        with self._reading() as connection:
            return [rows.record_of(row) for row in connection.execute(query)]

    def current(self, page_id: str) -> Change:
        found = self._current([page_id], findings=True)
        if not found:
            raise NotFound(f"there is no record {page_id!r}")
        return found[0]

    def current_many(self, page_ids: Sequence[str]) -> list[Change]:
        return self._current(page_ids, findings=False)

    def _current(self, page_ids: Sequence[str], *, findings: bool) -> list[Change]:
        latest = t.record.join(t.change, t.change.c.seq == t.record.c.seq)
        found: dict[str, Change] = {}
        with self._reading() as connection:
            for part in _parts(page_ids):
                query = select(*_CHANGE).select_from(latest).where(t.record.c.page_id.in_(part))
                for row in connection.execute(query):
                    found[row.page_id] = rows.change_of(row, self._packer, findings=findings)
        return [found[page_id] for page_id in page_ids if page_id in found]

    def raw(self, page_id: str) -> tuple[bytes, str]:
        joined = t.record.join(t.raw, t.raw.c.id == t.record.c.raw)
        row = self._one(select(t.raw).select_from(joined).where(t.record.c.page_id == page_id))
        if row is None:
            raise NotFound(f"no bytes as received are kept for record {page_id!r}")
        return self._packer.unpack(row.body, row.dictionary), row.media_type

    # --- following ---------------------------------------------------------------------------------

    def last_seq(self) -> int:
        with self._reading() as connection:
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

    def states(self, pairs: Sequence[tuple[str, int]]) -> dict[str, Change]:
        found: dict[str, Change] = {}
        with self._reading() as connection:
            for part in _parts(pairs):
                seqs = _latest_seqs(connection, part)
                query = select(*_CHANGE).select_from(_JOINED).where(t.change.c.seq.in_(seqs))
                for row in connection.execute(query):
                    found[row.page_id] = rows.change_of(row, self._packer, findings=False)
        return found

    def live(self, after: str = "", limit: int = 1000) -> list[Change]:
        latest = t.record.join(t.change, t.change.c.seq == t.record.c.seq)
        query = (
            select(*_CHANGE)
            .select_from(latest)
            .where(t.record.c.deleted.is_(False), t.record.c.page_id > after)
            .order_by(t.record.c.page_id)
            .limit(limit)
        )
        return self._changes(query)

    def live_by_iri(self, iris: Sequence[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        with self._reading() as connection:
            for part in _parts(list(dict.fromkeys(iris))):
                query = select(t.record.c.iri, t.record.c.page_id).where(
                    t.record.c.iri.in_(part), t.record.c.deleted.is_(False)
                )
                for iri, page_id in connection.execute(query.order_by(t.record.c.id)):
                    found.setdefault(iri, []).append(page_id)
        return found

    def counts(self) -> dict[str, int]:
        def number(table: Any, *where: Any) -> Any:
            return select(func.count()).select_from(table).where(*where).scalar_subquery()

        parts = {
            "records": number(t.record, t.record.c.deleted.is_(False)),
            "tombstones": number(t.record, t.record.c.deleted.is_(True)),
            "changes": number(t.change),
            "runs": number(t.run),
            "nodes": number(t.node),
            "sources": number(t.source),
            "quarantined": number(t.quarantine),
        }
        row = self._one(select(*(part.label(name) for name, part in parts.items())))
        return {name: getattr(row, name) for name in parts}

    def check(self) -> list[str]:
        return check(self._engine, self._packer)

    # --- below ---------------------------------------------------------------------------------------

    def _changes(self, query: Any, *, findings: bool = False) -> list[Change]:
        with self._reading() as connection:
            found = connection.execute(query)
            return [rows.change_of(row, self._packer, findings=findings) for row in found]

    def _one(self, query: Any) -> Any:
        with self._reading() as connection:
            return connection.execute(query).first()

    def _insert(self, table: Any, row: Mapping[str, Any], taken: str) -> None:
        try:
            with self._writing() as connection:
                connection.execute(table.insert().values(row))
        except IntegrityError as error:
            raise Conflict(taken) from error

    def _update_run(
        self, run_id: str, values: Mapping[str, Any], only: Sequence[str] | None = None
    ) -> None:
        where = t.run.c.id == run_id
        if only is not None:
            where = and_(where, t.run.c.state.in_(only))
        with self._writing() as connection:
            done = connection.execute(t.run.update().where(where).values(**values))
        if done.rowcount == 0:
            state = self.run(run_id).state.value
            raise Conflict(f"run {run_id} is {state}; it cannot change any more")


def add_findings(connection: Connection, run_id: str, findings: Sequence[Finding]) -> None:
    """Add findings to a run's groups; the first of each group stays as its example."""
    groups: dict[tuple[str, str, str], tuple[Finding, int]] = {}
    for one in findings:
        name = (one.rule, one.path or "", one.severity.value)
        first, count = groups.get(name, (one, 0))
        groups[name] = (first, count + one.count)
    insert: Callable[..., Any] = (
        postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    )
    statement = insert(t.finding)
    statement = statement.on_conflict_do_update(
        index_elements=["run", "rule", "path", "severity"],
        set_={"count": t.finding.c.count + statement.excluded.count},
    )
    values = [_group_row(run_id, first, count) for first, count in groups.values()]
    connection.execute(statement, values)
    total = sum(count for _first, count in groups.values())
    where = t.run.c.id == run_id
    connection.execute(t.run.update().where(where).values(findings=t.run.c.findings + total))


def _group_row(run_id: str, first: Finding, count: int) -> dict[str, Any]:
    return {
        "run": run_id,
        "rule": first.rule,
        "path": first.path or "",
        "severity": first.severity.value,
        "count": count,
        "message": first.message,
        "record_key": first.key,
        "value": first.value,
        "mended": first.mended,
        "place": first.place,
        "hint": first.hint,
    }


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


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), MANY):
        yield values[start : start + MANY]
