"""Creating the schema and bringing it forward, with Alembic."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import RevisionError
from sqlalchemy import Engine, inspect, literal, select, table

from catalogue.adapters.sql.engine import engine_of, sqlite_file
from catalogue.errors import SettingsError

SCRIPTS = Path(__file__).parent / "migrations"


def migrate(url: str, before: Callable[[str], None] | None = None) -> list[str]:
    """Create the schema or bring it forward; return the steps taken, a line each.

    Each step is one transaction, so a crash leaves a schema from which the next call goes on. Two
    processes may call at once: the second waits, and finds nothing left to do. `before` is called with
    its revision where a database that holds something is about to be changed.

    Raises: SettingsError where the database is of a newer version.
    """
    engine = engine_of(url)
    try:
        with _alone(url):
            at = current(engine)
            config = _config(url)
            scripts = ScriptDirectory.from_config(config)
            steps = _steps(scripts, at)
            if steps and at is not None and before is not None and _holds_something(engine):
                before(at)
            with engine.connect() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                connection.commit()
            return [f"{step.revision}: {step.doc}" for step in reversed(steps)]
    finally:
        engine.dispose()


def _steps(scripts: ScriptDirectory, at: str | None) -> list[Script]:
    if at == scripts.get_current_head():
        return []
    try:
        return list(scripts.iterate_revisions("head", at))
    except RevisionError as error:
        raise SettingsError(
            f"the journal's schema is at {at}, which this version does not know; use the version that"
            " wrote it, or a newer one"
        ) from error


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
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The revision that this code is written for."""
    return ScriptDirectory.from_config(_config("")).get_current_head()


def _config(url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


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
