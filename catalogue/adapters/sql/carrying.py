"""A journal taken from one database to another, row by row: backups of PostgreSQL, and its restoring.

A backup is a journal on SQLite whatever it was made of, so either kind of database can be made of it.
Both ends are of this version's schema.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, insert, select
from sqlalchemy.exc import DataError, DBAPIError

from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.backing import Watch
from catalogue.adapters.sql.engine import engine_of
from catalogue.adapters.sql.migrating import current, head, migrate
from catalogue.adapters.sql.store import SqlStore
from catalogue.errors import Conflict, InvalidInput

BATCH = 200  # rows in memory at once
_MADE = t.dictionary  # filled when the schema is made


def copy_out(engine: Engine, target: Path, watch: Watch) -> dict[str, Any]:
    """Copy a journal as it is now into a fresh SQLite file, while others write; return what it holds, as
    `backing.account` does. `watch` is told how many rows are copied of how many."""
    url = f"sqlite:///{target.resolve()}"
    migrate(url)
    target.with_suffix(".migrating").unlink(missing_ok=True)
    copy = engine_of(url)
    try:
        # One state for all that is read, without holding up those who write.
        with engine.connect().execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        ) as source:
            told = account(source)
            with copy.execution_options(writes=True).begin() as written:
                _carry(source, written, watch)
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise error.orig from error  # of the folder's disk, and told as such
        raise
    finally:
        copy.dispose()
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode = DELETE")  # one file, without others beside it
    return told


def copy_in(staged: Path, url: str, watch: Watch) -> None:
    """Make an empty database what a SQLite file holds that nobody writes to: all of it or nothing.

    Raises: Conflict where the database holds something; InvalidInput where it takes something in
    otherwise than it is in the file.
    """
    migrate(url)
    source_engine, engine = engine_of(f"sqlite:///{staged.resolve()}"), engine_of(url)
    try:
        with source_engine.connect() as source, SqlStore(engine).writing() as target:
            check_vacant(target)
            _carry(source, target, watch)
            _number_on(target)
            wanted, found = account(source), account(target)
            if found != wanted:
                raise InvalidInput(
                    "the database does not give back what was put in; nothing is kept"
                )
    except DataError as error:
        raise InvalidInput(f"the database cannot take this journal: {error.orig}") from error
    finally:
        source_engine.dispose()
        engine.dispose()


def check_vacant(connection: Connection) -> None:
    """Raises: Conflict where the journal's tables hold anything."""
    for table in t.metadata.sorted_tables:
        if table is _MADE:
            continue
        if connection.execute(select(1).select_from(table).limit(1)).first() is not None:
            raise Conflict(
                f"the database of AICAT_DATABASE_URL holds a journal already (table {table.name});"
                " name an empty database"
            )


def is_vacant(url: str) -> bool:
    """Whether a database has no journal in it, or an empty one of this version."""
    engine = engine_of(url)
    try:
        at = current(engine)
        if at is None:
            return True
        if at != head():
            return False
        with engine.connect() as connection:
            check_vacant(connection)
        return True
    except Conflict:
        return False
    finally:
        engine.dispose()


def account(connection: Connection) -> dict[str, Any]:
    """What a journal of this version holds, as `backing.account` tells it of a file."""
    counts = {
        str(table.name): connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in sorted(t.metadata.sorted_tables, key=lambda one: one.name)
    }
    last = select(t.audit.c.seq, t.audit.c.hash).order_by(t.audit.c.seq.desc()).limit(1)
    audit = connection.execute(last).first()
    return {
        "revision": head(),
        "last_seq": connection.execute(select(func.max(t.change.c.seq))).scalar() or 0,
        "counts": counts,
        "digest": _digest(connection),
        "audit": (audit.seq, bytes(audit.hash).hex()) if audit else None,
    }


def _digest(connection: Connection) -> str:
    record = t.record.c
    # By bytes, as SQLite orders, whatever the database's language.
    order = record.page_id.collate("C") if _is_postgres(connection) else record.page_id
    query = select(record.page_id, record.content_hash).where(record.deleted.is_(False))
    digest = hashlib.sha256()
    for page_id, wanted in _streamed(connection, query.order_by(order)):
        digest.update(page_id.encode() + b"\0" + wanted + b"\n")
    return digest.hexdigest()


def _carry(source: Connection, target: Connection, watch: Watch) -> None:
    sizes = {
        table: source.execute(select(func.count()).select_from(table)).scalar_one()
        for table in t.metadata.sorted_tables
    }
    done, total = 0, sum(sizes.values())
    target.execute(delete(_MADE))
    for table in sizes:
        for part in _streamed(source, select(table)).partitions():
            target.execute(insert(table), [dict(row._mapping) for row in part])
            done += len(part)
            watch(done, total)


def _streamed(connection: Connection, query: Any) -> Any:
    return connection.execution_options(yield_per=BATCH).execute(query)


def _number_on(connection: Connection) -> None:
    """Let PostgreSQL number new rows behind those that came with their numbers."""
    if not _is_postgres(connection):
        return
    for table in t.metadata.sorted_tables:
        for column in table.primary_key.columns:
            if column.autoincrement is True:
                sequence = func.pg_get_serial_sequence(table.name, column.name)
                following = func.coalesce(func.max(column), 0) + 1
                connection.execute(select(func.setval(sequence, following, False)))


def _is_postgres(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"
