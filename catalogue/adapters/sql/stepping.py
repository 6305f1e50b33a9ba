"""The steps of the schema, taken with Alembic."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from sqlalchemy import Engine

from catalogue.adapters.sql.migrating import SCRIPTS
from catalogue.errors import SettingsError


def steps_from(at: str | None) -> list[str]:
    """What is to be done for a database at a revision (None: an empty one), in its order, a line each.

    Raises: SettingsError for a revision that is not known.
    """
    scripts = ScriptDirectory.from_config(_config())
    if at == scripts.get_current_head():
        return []
    try:
        steps = list(scripts.iterate_revisions("head", at))
    except RevisionError as error:
        raise SettingsError(
            f"the journal's schema is at {at}, which this version does not know; use the version that"
            " wrote it, or a newer one"
        ) from error
    return [f"{step.revision}: {step.doc}" for step in reversed(steps)]


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Take all steps that are to be taken, up to a revision."""
    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config
