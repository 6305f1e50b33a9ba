"""How Alembic runs the journal's migrations: on the connection it is given."""

from __future__ import annotations

from alembic import context

from catalogue.adapters.sql.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
