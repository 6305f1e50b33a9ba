"""Creating the schema and bringing it forward, with Alembic."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from catalogue.adapters.sql.engine import engine_of, sqlite_file

SCRIPTS = Path(__file__).parent / "migrations"


def migrate(url: str) -> list[str]:
    """Create the schema or bring it forward; return the steps taken, a line each.

    Each step is one transaction, so a crash leaves a schema from which the next call goes on. Two
    processes may call at once: the second waits, and finds nothing left to do.
    """
    engine = engine_of(url)
    try:
        with _alone(url):
            before = current(engine)
            config = _config(url)
            scripts = ScriptDirectory.from_config(config)
            steps = (
                []
                if before == scripts.get_current_head()
                else list(scripts.iterate_revisions("head", before))
            )
            with engine.connect() as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                connection.commit()
            return [f"{step.revision}: {step.doc}" for step in reversed(steps)]
    finally:
        engine.dispose()


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
