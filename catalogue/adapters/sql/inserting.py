"""Inserting rows that may exist already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(connection: Connection) -> Callable[..., Any]:
    """The database's own INSERT, which says what happens where a row exists."""
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert


def put_new(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows, but for those that exist already. Their values go to the driver as they are: to look
    each of them over costs more than a small row itself."""
    statement = insert_into(connection)(table).on_conflict_do_nothing()
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(names))
    if compiled.positional:
        connection.exec_driver_sql(str(compiled), list(rows))
    else:
        connection.exec_driver_sql(
            str(compiled), [dict(zip(names, row, strict=True)) for row in rows]
        )
