"""Whether the journal itself is sound."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, func, select, text
from zstandard import ZstdError

from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.packing import Packer
from catalogue.model import content_hash

ENOUGH = 20  # faults of one kind that are named


def check(engine: Engine, packer: Packer) -> list[str]:
    """Faults of the database, of graphs against their hashes, and of states against the log."""
    with engine.connect() as connection:
        faults = list(_database(connection))
        if not faults:
            faults = [
                *_graphs(connection, packer),
                *_states(connection),
                *_gaps(connection),
                *_erased(connection),
            ]
    return faults


def _database(connection: Connection) -> Iterator[str]:
    if connection.dialect.name != "sqlite":
        return
    for (answer,) in connection.execute(text("PRAGMA integrity_check")):
        if answer != "ok":
            yield f"the database is damaged: {answer}"
    for row in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"the database refers to a row that is not there: {tuple(row)}"


def _graphs(connection: Connection, packer: Packer) -> Iterator[str]:
    columns = (t.change.c.seq, t.change.c.graph, t.change.c.dictionary, t.change.c.content_hash)
    query = select(*columns).where(t.change.c.graph.is_not(None)).order_by(t.change.c.seq)
    found = 0
    for row in connection.execution_options(yield_per=500).execute(query):
        try:
            sound = content_hash(packer.unpack(row.graph, row.dictionary)) == row.content_hash
        except (ZstdError, KeyError):
            sound = False
        if not sound:
            found += 1
            yield f"change {row.seq}: the graph does not match its hash"
        if found >= ENOUGH:
            return


def _gaps(connection: Connection) -> Iterator[str]:
    """The log has every number from 1 on."""
    query = select(func.count(), func.min(t.change.c.seq), func.max(t.change.c.seq))
    number, first, last = connection.execute(query).one()
    if number and (first, last) != (1, number):
        yield f"the log has {number} changes, and their numbers go from {first} to {last}"


def _erased(connection: Connection) -> Iterator[str]:
    """Nothing is left of what was erased, and it does not come back."""
    query = (
        select(t.change.c.seq)
        .where(t.change.c.erased, (t.change.c.graph.is_not(None) | t.change.c.raw.is_not(None)))
        .limit(ENOUGH)
    )
    for seq in connection.execute(query).scalars():
        yield f"change {seq} was erased and has a graph or bytes as received"
    open_ones = select(t.suppressed.c.page_id).where(t.suppressed.c.finished.is_(None)).distinct()
    for page_id in connection.execute(open_ones.limit(ENOUGH)).scalars():
        yield f"the erasure of record {page_id} was not finished; run `aicat erase {page_id}` again"
    query = (
        select(t.record.c.page_id)
        .join(t.suppressed, t.suppressed.c.page_id == t.record.c.page_id)
        .where(t.record.c.deleted.is_(False))
        .distinct()
        .limit(ENOUGH)
    )
    for page_id in connection.execute(query).scalars():
        yield f"record {page_id} was erased and is here again"


def _states(connection: Connection) -> Iterator[str]:
    last = (
        select(t.change.c.record, func.max(t.change.c.seq).label("seq"))
        .group_by(t.change.c.record)
        .subquery()
    )
    query = (
        select(t.record.c.page_id, t.record.c.seq, last.c.seq.label("logged"))
        .select_from(t.record.outerjoin(last, last.c.record == t.record.c.id))
        .where(t.record.c.seq.is_distinct_from(last.c.seq))
        .limit(ENOUGH)
    )
    for row in connection.execute(query):
        yield f"record {row.page_id}: its state is of change {row.seq}, the log ends at {row.logged}"
    query = (
        select(t.record.c.page_id)
        .select_from(t.record.join(t.change, t.change.c.seq == t.record.c.seq))
        .where(t.record.c.deleted.is_distinct_from(t.change.c.graph.is_(None)))
        .limit(ENOUGH)
    )
    for row in connection.execute(query):
        yield f"record {row.page_id}: its state and the log disagree on whether it is deleted"
