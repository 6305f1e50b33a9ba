"""Forgetting what has had its time: bytes as received of older versions, leftovers, unused space."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, and_, func, select, text

from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.appending import keeps_raw
from catalogue.adapters.sql.engine import BUSY
from catalogue.adapters.sql.store import SqlStore, parts
from catalogue.errors import Unavailable

VERSIONS = 3  # of a record whose bytes as received are kept, where its source says nothing
STEP = 500  # changes looked at in one transaction
STEPS = 20  # transactions of one call of the housekeeping
RAW = "raw"  # name of this housekeeping
PATIENCE = 30.0  # seconds that others are waited for


def tidy(store: SqlStore, steps: int = STEPS) -> int:
    """Look at the versions that came since the last time; return how many bytes as received went."""
    freed = 0
    for _step in range(steps):
        with store.writing() as connection:
            found = _step_of(connection)
        if found is None:
            break
        freed += found
    return freed


def look_again(connection: Connection) -> None:
    """Let the next housekeeping begin with the first version: how many are wanted has changed."""
    connection.execute(t.housekeeping.delete().where(t.housekeeping.c.name == RAW))


def _step_of(connection: Connection) -> int | None:
    """Look at some changes and all versions of their records; None where there are no more."""
    at = t.housekeeping.c.name == RAW
    known = connection.execute(select(t.housekeeping.c.seq).where(at)).scalar()
    query = select(t.change.c.seq, t.change.c.record).where(t.change.c.seq > (known or 0))
    changes = connection.execute(query.order_by(t.change.c.seq).limit(STEP)).all()
    if not changes:
        return None
    if known is None:
        connection.execute(t.housekeeping.insert().values(name=RAW, seq=0))
    connection.execute(t.housekeeping.update().where(at).values(seq=changes[-1].seq))
    dropped = _outdated(connection, sorted({row.record for row in changes}))
    return _without_users(connection, dropped)


def _outdated(connection: Connection, record_ids: list[int]) -> set[int]:
    """Take the bytes as received from versions that are too old; return their ids."""
    wanted = {
        source: _wanted(options, of_node)
        for source, options, of_node in connection.execute(
            select(t.source.c.id, t.source.c.options, t.node.c.options).join_from(t.source, t.node)
        )
    }
    dropped: set[int] = set()
    for part in parts(record_ids):
        query = (
            select(t.change.c.record, t.change.c.seq, t.change.c.raw, t.record.c.source)
            .select_from(t.change.join(t.record, t.record.c.id == t.change.c.record))
            .where(t.change.c.record.in_(part), t.change.c.raw.is_not(None))
            .order_by(t.change.c.record, t.change.c.seq.desc())
        )
        kept: dict[int, set[int]] = {}
        old: list[Any] = []
        for row in connection.execute(query):
            held = kept.setdefault(row.record, set())
            if row.raw in held or len(held) < wanted.get(row.source, VERSIONS):
                held.add(row.raw)
            else:
                old.append(row)
        for some in parts([row.seq for row in old]):
            where = t.change.c.seq.in_(some)
            connection.execute(t.change.update().where(where).values(raw=None))
        bare = [record for record in {row.record for row in old} if not kept[record]]
        for some in parts(bare):
            connection.execute(t.record.update().where(t.record.c.id.in_(some)).values(raw=None))
        dropped |= {row.raw for row in old}
    return dropped


def _wanted(options: Any, of_node: Any) -> int:
    if not keeps_raw(options or {}, of_node):
        return 0
    given = str((options or {}).get("raw_versions", VERSIONS))
    return int(given) if given.isdigit() else VERSIONS


def _without_users(connection: Connection, ids: Iterable[int]) -> int:
    """Remove those bytes that nothing refers to any more: a page stands for many records."""
    number = 0
    for part in parts(sorted(ids)):
        used = _users(part)
        gone = and_(t.raw.c.id.in_(part), *(t.raw.c.id.not_in(one) for one in used))
        number += connection.execute(t.raw.delete().where(gone)).rowcount
    return number


def _users(part: Any = None) -> list[Any]:
    columns = (t.change.c.raw, t.quarantine.c.raw, t.pending.c.raw)
    found = [select(column).where(column.is_not(None)) for column in columns]
    if part is None:
        return found
    return [one.where(column.in_(part)) for one, column in zip(found, columns, strict=True)]


def leftovers(connection: Connection) -> tuple[int, int]:
    """Remove what belongs to nothing: quarantine of sources that are gone, bytes that no version
    names. Returns how many rows of quarantine and how many bytes as received."""
    sources = select(t.source.c.id)
    rows = connection.execute(t.quarantine.delete().where(t.quarantine.c.source.not_in(sources)))
    unused = and_(*(t.raw.c.id.not_in(one) for one in _users()))
    raws = connection.execute(t.raw.delete().where(unused))
    return rows.rowcount, raws.rowcount


# --- SQLite's files ----------------------------------------------------------------------------------


def vacuum(store: SqlStore) -> None:
    """Write the database anew without unused space. Raises: Unavailable where others do not let us."""
    _alone(store, "VACUUM")


def truncate(store: SqlStore) -> None:
    """Bring everything from the write-ahead log into the database and empty it.

    Raises: Unavailable where a reader keeps an old state for too long.
    """
    until = time.monotonic() + PATIENCE
    while _alone(store, "PRAGMA wal_checkpoint(TRUNCATE)"):
        if time.monotonic() > until:
            raise Unavailable(
                "another process reads an old state of the journal, so its write-ahead log cannot be"
                " emptied; try again later",
                retry_after=60,
            )
        time.sleep(0.1)


def _alone(store: SqlStore, statement: str) -> bool:
    """Run a statement outside a transaction; true where it says that it could not finish.

    Raises: Unavailable where others write all the time.
    """
    with store.room(), store.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute(f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}")
        try:
            row = raw.execute(statement).fetchone()
        finally:
            raw.execute(f"PRAGMA busy_timeout = {int(BUSY * 1000)}")
        return bool(row and row[0])


def size(connection: Connection) -> int:
    """Bytes that the database takes."""
    if connection.dialect.name != "sqlite":
        return int(
            connection.execute(select(func.pg_database_size(func.current_database()))).scalar_one()
        )
    pages = connection.execute(text("PRAGMA page_count")).scalar_one()
    return int(pages) * int(connection.execute(text("PRAGMA page_size")).scalar_one())
