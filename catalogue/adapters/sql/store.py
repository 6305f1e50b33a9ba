"""One database, read and written: what every part of the journal stands on."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, Table, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from catalogue.adapters.sql import rows
from catalogue.errors import Conflict, StorageFull

MANY = 500  # values in one IN list
_APPEND = 7_205_759  # PostgreSQL's advisory lock of whoever writes
_NOW = text("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)")

NOTED = "noted"  # mark of a connection whose transaction has noted an act

Value = TypeVar("Value")


class SqlStore:
    """Safe to share between threads. `clock` gives microseconds since 1970, UTC; PostgreSQL's own is
    used where there are several machines to agree."""

    def __init__(self, engine: Engine, clock: Callable[[], int] = rows.now) -> None:
        self.engine = engine
        self.audited: Callable[[], None] = _nothing
        """Called after a transaction in which an act was noted."""
        self._writer = engine.execution_options(writes=True)
        self._clock = clock

    def close(self) -> None:
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that no other writer overlaps, so numbers are seen in commit order.

        Raises: StorageFull where the disk has no room; nothing was stored then.
        """
        try:
            with self._writer.begin() as connection:
                connection.info.pop(NOTED, None)
                if connection.dialect.name == "postgresql":
                    connection.execute(select(func.pg_advisory_xact_lock(_APPEND)))
                yield connection
                noted = connection.info.pop(NOTED, False)
        except (DBAPIError, OSError) as error:
            if _is_full(error):
                raise StorageFull(
                    "the disk of the catalogue is full; nothing was stored. Make room (`aicat compact`"
                    " forgets what has had its time), then send it again",
                    retry_after=60,
                ) from error
            raise
        if noted:
            self.audited()

    def now(self, connection: Connection) -> int:
        """Microseconds since 1970. Asked for within the transaction that it is used in: what was read
        before waiting for a lock is of the past."""
        if connection.dialect.name == "postgresql":
            return int(connection.execute(_NOW).scalar_one())
        return self._clock()

    def one(self, query: Any) -> Any:
        with self.reading() as connection:
            return connection.execute(query).first()

    def insert(self, table: Table, row: Mapping[str, Any], taken: str) -> None:
        """Raises: Conflict with the text where such a row exists."""
        try:
            with self.writing() as connection:
                connection.execute(table.insert().values(row))
        except IntegrityError as error:
            raise Conflict(taken) from error


def parts(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """The values in lists that fit into one query."""
    for start in range(0, len(values), MANY):
        yield values[start : start + MANY]


def _nothing() -> None:
    """Nobody wants to know."""


def _is_full(error: BaseException) -> bool:
    told = str(getattr(error, "orig", error)).lower()
    return (
        getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT}
        or "database or disk is full" in told
        or "no space left" in told
    )
