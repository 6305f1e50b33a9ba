"""Creating the schema and bringing it forward. Alembic does it, and is loaded where there is something to do:
most processes find the schema as it should be."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, column, inspect, literal, select, table

from catalogue.adapters.sql.engine import engine_of, sqlite_file

SCRIPTS = Path(__file__).parent / "migrations"
_VERSION = table("alembic_version", column("version_num"))  # Alembic's own: one row


def migrate(url: str, before: Callable[[str], None] | None = None) -> list[str]:
    """Create the schema or bring it forward; return the steps taken, a line each.

    Each step is one transaction, so a crash leaves a schema from which the next call goes on. Two
    processes may call at once: the second waits, and finds nothing left to do. `before` is called with
    its revision where a database that holds something is about to be changed.

    Raises: SettingsError where the database is of a newer version.
    """
    engine = engine_of(url)
    try:
        if current(engine) == head():
            return []
        from catalogue.adapters.sql.stepping import steps_from, upgrade

        with _alone(url):
            at = current(engine)
            steps = steps_from(at)
            if steps and at is not None and before is not None and _holds_something(engine):
                before(at)
            if steps:
                upgrade(engine)
            return steps
    finally:
        engine.dispose()


def _holds_something(engine: Engine) -> bool:
    """Whether any node, record or run would be lost with the database."""
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        return any(
            connection.execute(select(literal(1)).select_from(table(name)).limit(1)).first()
            for name in ("node", "record", "run")
            if name in names
        )


def current(engine: Engine) -> str | None:
    """The revision that the database is at; None when it is empty."""
    with engine.connect() as connection:
        if not inspect(connection).has_table(_VERSION.name):
            return None
        found: str | None = connection.execute(select(_VERSION.c.version_num)).scalar()
        return found


@cache
def head() -> str:
    """The revision that this code is written for: the greatest number of a step's file."""
    return max(one.name[:4] for one in (SCRIPTS / "versions").glob("[0-9]*.py"))


@contextmanager
def _alone(url: str) -> Iterator[None]:
    """One migration of a file at a time; PostgreSQL keeps DDL apart by itself."""
    path = sqlite_file(url)
    if path is None:
        yield
        return
    with path.with_suffix(".migrating").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
