"""The queue of runs on SQL: a run's row is its own job (ADR 0006)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, and_, func, or_, select
from sqlalchemy.exc import IntegrityError

from catalogue.adapters.sql import auditing, closing, pushing, rows, scheduling
from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.grouping import add_findings
from catalogue.adapters.sql.packing import CURRENT, Packer
from catalogue.adapters.sql.store import SqlStore, parts
from catalogue.errors import Cancelled, Conflict, Fenced, NotFound
from catalogue.harvest.identity import is_gone
from catalogue.model import (
    ACTIVE,
    Finding,
    Lease,
    Outcome,
    Record,
    Run,
    RunKind,
    RunState,
    Severity,
)
from catalogue.model import SourceState as State
from catalogue.ports import Ending

SECOND = 1_000_000  # microseconds
FARTHEST = 3600 * SECOND  # a lease that ends later was given by a clock that was wrong
KEPT = 7 * 24 * 3600 * SECOND  # what a run listed, and what was pushed with a key


class SqlRuns:
    """`catalogue.ports.Runs`. Safe to share between threads."""

    def __init__(self, store: SqlStore, packer: Packer) -> None:
        self._store, self._packer = store, packer
        self.ids = rows.RunIds()

    # --- the queue -------------------------------------------------------------------------------

    def queue(
        self,
        source_id: str,
        *,
        full: bool = False,
        kind: RunKind = RunKind.HARVEST,
        asked_by: str = "command",
    ) -> Run:
        with self._store.reading() as connection:
            row = connection.execute(select(t.source).where(t.source.c.id == source_id)).first()
        if row is None:
            raise NotFound(f"there is no source {source_id!r}; `aicat source list` shows all")
        run_id = self.ids.next()
        try:
            with self._store.writing() as connection:
                now = self._store.now(connection)
                values = rows.new_run(run_id, row, kind, asked_by, now, full=full)
                connection.execute(t.run.insert().values(values))
        except IntegrityError as error:
            raise Conflict(f"source {source_id!r} has an active run already") from error
        return self.run(run_id)

    def claim(
        self, worker: str, *, seconds: float, run_id: str | None = None, per_host: int = 0
    ) -> Lease | None:
        with self._store.reading() as connection:
            if self._takeable(connection, run_id, per_host) is None:
                return None
        with self._store.writing() as connection:
            row = self._takeable(connection, run_id, per_host)
            if row is None:
                return None
            now = self._store.now(connection)
            values = {
                "state": RunState.RUNNING,
                "stage": row.stage or "fetching",
                "worker": worker,
                "fence": row.fence + 1,
                "lease_until": now + int(seconds * SECOND),
                "started_at": row.started_at or now,
                "rate": None,
            }
            connection.execute(t.run.update().where(t.run.c.id == row.id).values(**values))
            if row.fence and row.kind == RunKind.HARVEST:
                add_findings(connection, row.id, [_taken_over(row)])
            return Lease(row.id, row.source, row.fence + 1)

    def _takeable(self, connection: Connection, run_id: str | None, per_host: int) -> Any:
        """The oldest run that a worker may take."""
        now = self._store.now(connection)
        active = t.run.c.state.in_(ACTIVE)
        found = connection.execute(select(t.run).where(active).order_by(t.run.c.id)).all()
        held = [row for row in found if row.state == RunState.RUNNING and not _is_lost(row, now)]
        busy = Counter(row.host for row in held if row.host)
        ahead: set[str] = set()  # sources with a push that comes first
        for row in found:
            first = row.source not in ahead
            if row.kind == RunKind.PUSH:
                ahead.add(row.source)
            wanted = run_id in {None, row.id} and first and row not in held
            if not wanted or (per_host and busy[row.host] >= per_host):
                continue
            if row.kind != RunKind.PUSH or pushing.may_be_taken(connection, row.id, now):
                return row
        return None

    def renew(self, lease: Lease, seconds: float) -> None:
        with self._store.writing() as connection:
            until = self._store.now(connection) + int(seconds * SECOND)
            mine(connection, lease)
            where = t.run.c.id == lease.run
            connection.execute(t.run.update().where(where).values(lease_until=until))

    def note(
        self,
        lease: Lease,
        *,
        stage: str | None = None,
        rate: float | None = None,
        incremental: bool | None = None,
        cursor: str | None = None,
    ) -> None:
        given = {"stage": stage, "rate": rate, "incremental": incremental, "cursor": cursor}
        values = {name: value for name, value in given.items() if value is not None}
        with self._store.writing() as connection:
            mine(connection, lease)
            connection.execute(t.run.update().where(t.run.c.id == lease.run).values(**values))

    # --- the end -----------------------------------------------------------------------------------

    def end(self, lease: Lease, ending: Ending) -> Run:
        with self._store.writing() as connection:
            with suppress(Cancelled):
                mine(connection, lease)
            closing.close(connection, lease, ending, self._store.now(connection))
        return self.run(lease.run)

    def cancel(self, run_id: str, who: str) -> Run:
        with self._store.writing() as connection:
            row = _row(connection, run_id)
            if row.state not in ACTIVE:
                raise Conflict(f"run {run_id} is {row.state}; there is nothing to cancel")
            now = self._store.now(connection)
            values: dict[str, Any] = {"cancel_by": who}
            if row.state == RunState.QUEUED or _is_lost(row, now):
                values |= closing.ended(RunState.CANCELLED, now, f"cancelled by {who}")
            connection.execute(t.run.update().where(t.run.c.id == run_id).values(**values))
            auditing.note(connection, now, who, "run.cancel", run_id, {"source": row.source})
        return self.run(run_id)

    def approve(self, run_id: str, who: str) -> Run:
        with self._store.writing() as connection:
            row, now = self._held(connection, run_id), self._store.now(connection)
            number = closing.withdraw_proposed(connection, row, now)
            details = {"source": row.source, "withdrawn": number}
            auditing.note(connection, now, who, "run.approve", run_id, details)
        return self.run(run_id)

    def reject(self, run_id: str, who: str) -> Run:
        with self._store.writing() as connection:
            row, now = self._held(connection, run_id), self._store.now(connection)
            number = closing.keep_proposed(connection, row)
            details = {"source": row.source, "kept": number}
            auditing.note(connection, now, who, "run.reject", run_id, details)
        return self.run(run_id)

    def _held(self, connection: Connection, run_id: str) -> Any:
        row = _row(connection, run_id)
        if row.state != RunState.HELD:
            raise Conflict(f"run {run_id} is {row.state}; only a held run waits for a decision")
        return row

    def proposals(self, run_id: str, *, after: str = "", limit: int | None = None) -> list[Record]:
        return self._records(closing.proposed(run_id), after, limit)

    def withdrawn(self, run_id: str, *, after: str = "", limit: int | None = None) -> list[Record]:
        source = select(t.run.c.source).where(t.run.c.id == run_id).scalar_subquery()
        query = select(t.record).join(t.change, t.change.c.seq == t.record.c.seq)
        gone = or_(t.record.c.deleted.is_(True), t.record.c.archived.is_(True))
        return self._records(
            query.where(t.record.c.source == source, gone, t.change.c.run == run_id), after, limit
        )

    def _records(self, query: Any, after: str, limit: int | None) -> list[Record]:
        """The records that a query finds, by key, behind a key."""
        query = query.where(t.record.c.key > after).order_by(t.record.c.key).limit(limit)
        with self._store.reading() as connection:
            return [rows.record_of(row) for row in connection.execute(query)]

    # --- time ----------------------------------------------------------------------------------------

    def tick(self) -> list[Run]:
        queued = []
        for source_id in scheduling.due(self._store):
            run_id = self.ids.next()
            if scheduling.use_slot(self._store, source_id, run_id):
                queued.append(self.run(run_id))
        return queued

    def sweep(self) -> None:
        with self._store.writing() as connection:
            before = self._store.now(connection) - KEPT
            old = select(t.run.c.id).where(t.run.c.ended_at < before)
            connection.execute(t.listed.delete().where(t.listed.c.run.in_(old)))
            connection.execute(t.part.delete().where(t.part.c.run.in_(old)))
            active = select(t.run.c.id).where(t.run.c.state.in_(ACTIVE))
            gone = and_(t.intake.c.touched < before, t.intake.c.run.not_in(active))
            connection.execute(t.intake.delete().where(gone))

    def state(self, source_id: str) -> State:
        row = self._store.one(select(t.source_state).where(t.source_state.c.source == source_id))
        return State() if row is None else rows.source_state_of(row)

    def distrust(self, source_id: str) -> None:
        with self._store.writing() as connection:
            now = self._store.now(connection)
            closing.learn(connection, source_id, {"distrusted_at": now, "since_at": None})

    # --- reading -------------------------------------------------------------------------------------

    def run(self, run_id: str) -> Run:
        row = self._store.one(_with_proposals().where(t.run.c.id == run_id))
        if row is None:
            raise NotFound(f"there is no run {run_id!r}; `aicat runs` shows the last ones")
        return rows.run_of(row)

    def recent(
        self,
        source_id: str | None = None,
        *,
        sources: Sequence[str] | None = None,
        states: Collection[str] | None = None,
        kinds: Collection[str] | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> list[Run]:
        query = _with_proposals().where(*_among(sources, states, kinds))
        if source_id is not None:
            query = query.where(t.run.c.source == source_id)
        if before is not None:
            query = query.where(t.run.c.id < before)
        with self._store.reading() as connection:
            found = connection.execute(query.order_by(t.run.c.id.desc()).limit(limit))
            return [rows.run_of(row) for row in found]

    def count(
        self,
        sources: Sequence[str] | None = None,
        *,
        states: Collection[str] | None = None,
        kinds: Collection[str] | None = None,
    ) -> int:
        query = select(func.count()).select_from(t.run).where(*_among(sources, states, kinds))
        with self._store.reading() as connection:
            return connection.execute(query).scalar_one()

    def last_done(self) -> dict[str, datetime]:
        query = select(t.run.c.source, func.max(t.run.c.ended_at)).where(
            t.run.c.state == RunState.DONE, t.run.c.ended_at.is_not(None)
        )
        with self._store.reading() as connection:
            found = connection.execute(query.group_by(t.run.c.source)).all()
        return {source: rows.moment(at) for source, at in found}

    def active(self) -> list[Run]:
        query = _with_proposals().where(t.run.c.state.in_(ACTIVE)).order_by(t.run.c.id)
        with self._store.reading() as connection:
            return [rows.run_of(row) for row in connection.execute(query)]

    def findings(self, run_id: str) -> list[Finding]:
        self.run(run_id)
        query = (
            select(t.finding)
            .where(t.finding.c.run == run_id)
            .order_by(t.finding.c.count.desc(), t.finding.c.rule, t.finding.c.path)
        )
        with self._store.reading() as connection:
            return [rows.finding_of(row) for row in connection.execute(query)]

    def listed(
        self, run_id: str, *, after: int = 0, cursor: str | None = None
    ) -> Iterator[tuple[int, str, Outcome]]:
        query = select(t.listed).where(t.listed.c.run == run_id).order_by(t.listed.c.number)
        if cursor is not None:
            query = query.where(t.listed.c.cursor == cursor)
        place = 0
        with self._store.reading() as connection:
            for row in connection.execution_options(yield_per=50).execute(query):
                for key, outcome in orjson.loads(self._packer.unpack(row.body, row.dictionary)):
                    place += 1
                    if place > after:
                        yield place, key, Outcome(outcome)

    def set_aside(self, run_id: str, keys: Sequence[str]) -> dict[str, tuple[Finding, ...]]:
        found: dict[str, tuple[Finding, ...]] = {}
        with self._store.reading() as connection:
            for part in parts(keys):
                where = (t.quarantine.c.run == run_id, t.quarantine.c.key.in_(part))
                for row in connection.execute(select(t.quarantine).where(*where)):
                    found[row.key] = rows.findings_of(row.findings, CURRENT, self._packer)
        return found


def _taken_over(run: Any) -> Finding:
    return Finding(
        rule="run.taken-over",
        severity=Severity.INFO,
        message=f"A worker was lost ({run.worker}); the next one went on behind page {run.pages}.",
        value=run.cursor,
        hint="Nothing is lost and nothing counts twice. If it happens often, look at the worker's log.",
    )


def mine(connection: Connection, lease: Lease) -> Any:
    """The run's row, if the lease still holds. Raises: Fenced, Cancelled."""
    row = connection.execute(select(t.run).where(t.run.c.id == lease.run)).first()
    if row is None or row.state != RunState.RUNNING or row.fence != lease.fence:
        why = "it is gone" if row is None else f"it is {row.state}, in its turn {row.fence}"
        raise Fenced(f"run {lease.run} is not ours any more (turn {lease.fence}): {why}")
    if row.cancel_by is not None:
        raise Cancelled(f"cancelled by {row.cancel_by}")
    return row


def _row(connection: Connection, run_id: str) -> Any:
    row = connection.execute(select(t.run).where(t.run.c.id == run_id)).first()
    if row is None:
        raise NotFound(f"there is no run {run_id!r}; `aicat runs` shows the last ones")
    return row


def _with_proposals() -> Any:
    """Runs, each with the number of records that `closing.proposed` gives."""
    found = closing.proposed(t.run.c.id).with_only_columns(func.count(), maintain_column_froms=True)
    number = found.correlate(t.run).scalar_subquery()
    return select(t.run, number.label("proposed"), pushing.accepted())


def _among(
    sources: Sequence[str] | None, states: Collection[str] | None, kinds: Collection[str] | None
) -> Iterator[Any]:
    """The conditions that are asked for."""
    for column, values in (
        (t.run.c.source, sources),
        (t.run.c.state, states),
        (t.run.c.kind, kinds),
    ):
        if values is not None:
            yield column.in_(values)


def _is_lost(row: Any, now: int) -> bool:
    """Whether nobody works at a running run any more."""
    until = row.lease_until or 0
    return until < now or until > now + FARTHEST or is_gone(row.worker)
