"""Versions that wait for a steward: shown, released into the log, or thrown away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, and_, delete, insert, select, update

from catalogue.adapters.sql import auditing, closing, rows
from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.appending import Batch
from catalogue.adapters.sql.grouping import add_findings
from catalogue.adapters.sql.packing import Packer
from catalogue.adapters.sql.store import SqlStore, parts
from catalogue.errors import NotFound
from catalogue.model import Entry, Lease, Outcome, RunKind, RunState, Waiting, page_id

BATCH = 250  # versions released in one transaction


def waiting(
    store: SqlStore, packer: Packer, source_id: str, after: str, limit: int
) -> list[Waiting]:
    """Versions that wait, by key."""
    live = and_(
        t.record.c.source == t.pending.c.source,
        t.record.c.key == t.pending.c.key,
        t.record.c.deleted.is_(False),
    )
    query = (
        select(t.pending, t.record.c.id.label("known"))
        .select_from(t.pending.outerjoin(t.record, live))
        .where(t.pending.c.source == source_id, t.pending.c.key > after)
        .order_by(t.pending.c.key)
        .limit(limit)
    )
    with store.reading() as connection:
        return [_waiting_of(row, packer) for row in connection.execute(query)]


def release(
    store: SqlStore,
    packer: Packer,
    ids: rows.RunIds,
    source_id: str,
    keys: Sequence[str] | None,
    who: str,
) -> dict[str, Outcome]:
    """Append versions that wait, some at a time, each time under a run of its own."""
    outcomes: dict[str, Outcome] = {}
    for some in _batches(_wanted(store, source_id, keys)):
        found = _pending(store, source_id, some)
        entries = [_entry_of(store, packer, row) for row in found]
        run_id = ids.next()
        batch = Batch(packer, Lease(run_id, source_id, 1), entries, None, None, released=True)
        with store.writing() as connection:
            now = store.now(connection)
            begin(connection, run_id, source_id, who, now)
            done = batch.append(connection, now).outcomes
            if batch.findings:
                add_findings(connection, run_id, batch.findings)
            end(connection, run_id, now)
            told = dict(zip((one.key for one in entries), done, strict=True))
            gone = [(row.key, row.at) for row in found if told[row.key] is not Outcome.FAILED]
            for key, at in gone:  # a newer version may have come meanwhile, and waits
                same = (t.pending.c.key == key, t.pending.c.at == at)
                connection.execute(delete(t.pending).where(t.pending.c.source == source_id, *same))
            details = {"keys": [key for key, _at in gone], "run": run_id}
            auditing.note(connection, now, who, "review.approve", source_id, details)
        outcomes |= told
    return outcomes


def turn_down(store: SqlStore, source_id: str, keys: Sequence[str] | None, who: str) -> int:
    """Delete versions that wait; return how many."""
    number = 0
    for some in _batches(_wanted(store, source_id, keys)):
        with store.writing() as connection:
            where = (t.pending.c.source == source_id, t.pending.c.key.in_(some))
            number += connection.execute(delete(t.pending).where(*where)).rowcount
            now = store.now(connection)
            auditing.note(connection, now, who, "review.reject", source_id, {"keys": list(some)})
    return number


def begin(connection: Connection, run_id: str, source_id: str, who: str, now: int) -> None:
    """Insert the run of what is done in this very transaction. Raises: NotFound."""
    source = connection.execute(select(t.source).where(t.source.c.id == source_id)).first()
    if source is None:
        raise NotFound(f"there is no source {source_id!r}")
    values = rows.new_run(run_id, source, RunKind.RECORD, who, now)
    values |= {"state": RunState.RUNNING, "fence": 1, "started_at": now}
    connection.execute(insert(t.run).values(values))


def end(connection: Connection, run_id: str, now: int) -> None:
    """End such a run."""
    values = closing.ended(RunState.DONE, now, None)
    connection.execute(update(t.run).where(t.run.c.id == run_id).values(**values))


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), BATCH):
        yield keys[start : start + BATCH]


def _wanted(store: SqlStore, source_id: str, keys: Sequence[str] | None) -> list[str]:
    """The keys that wait. Raises: NotFound where one does not."""
    found: set[str] = set()
    with store.reading() as connection:
        query = select(t.pending.c.key).where(t.pending.c.source == source_id)
        if keys is None:
            return sorted(connection.execute(query).scalars())
        for some in parts(list(keys)):
            found.update(connection.execute(query.where(t.pending.c.key.in_(some))).scalars())
    unknown = [key for key in keys if key not in found]
    if unknown:
        raise NotFound(
            f"no version of {unknown[0]!r} waits in source {source_id};"
            f" `aicat review {source_id}` shows those that do"
        )
    return list(dict.fromkeys(keys))


def _pending(store: SqlStore, source_id: str, keys: Sequence[str]) -> list[Any]:
    where = (t.pending.c.source == source_id, t.pending.c.key.in_(keys))
    with store.reading() as connection:
        query = select(t.pending).where(*where).order_by(t.pending.c.key)
        return list(connection.execute(query).all())


def _entry_of(store: SqlStore, packer: Packer, row: Any) -> Entry:
    raw = store.one(select(t.raw).where(t.raw.c.id == row.raw)) if row.raw is not None else None
    return Entry(
        key=row.key,
        iri=row.iri,
        type=row.type,
        raw_hash=bytes(row.raw_hash),
        graph=packer.unpack(row.graph, row.dictionary),
        content_hash=bytes(row.content_hash),
        raw=packer.unpack(raw.body, raw.dictionary) if raw is not None else None,
        sectors=rows.sectors_of(row.sectors),
        findings=rows.findings_of(row.findings, row.dictionary, packer),
        judged=rows.judged_of(row.judged),
    )


def _waiting_of(row: Any, packer: Packer) -> Waiting:
    return Waiting(
        key=row.key,
        page_id=page_id(row.source, row.key),
        iri=row.iri,
        type=row.type,
        run=row.run,
        at=rows.moment(row.at),
        new=row.known is None,
        graph=packer.unpack(row.graph, row.dictionary),
        findings=rows.findings_of(row.findings, row.dictionary, packer),
    )
