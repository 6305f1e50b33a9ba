"""Connections: SQLite as the journal wants it, PostgreSQL as it comes."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from catalogue.errors import SettingsError

BUSY = 60.0  # seconds that a writer waits for another


def engine_of(url: str) -> Engine:
    """An engine for the journal's database.

    SQLite runs in WAL mode with synchronous=FULL: what was acknowledged survives not only the end
    of the process but the loss of power too; with some hundred records a transaction the price is
    not to be seen. Transactions begin IMMEDIATE (see `Writing`), so no writer fails half-way.

    Raises: SettingsError for an address that cannot be used.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise SettingsError(f"AICAT_DATABASE_URL: {url!r} is no database address") from error
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.get_backend_name() != "sqlite":
        raise SettingsError("AICAT_DATABASE_URL: use sqlite:/// or postgresql+psycopg://")
    engine = create_engine(parsed, connect_args={"timeout": BUSY, "check_same_thread": False})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite address; None for any other."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own transactions begin too late and are not IMMEDIATE: ours are explicit.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -32768")
    # What is deleted is overwritten: an erased record must not be found in unused space.
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _begin(connection: Any) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
