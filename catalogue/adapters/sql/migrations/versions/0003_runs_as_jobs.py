"""Runs that are their own jobs; deletion, push, audit, keys, review, erasure"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ACTIVE_HARVEST = sa.text("state IN ('queued', 'running') AND kind = 'harvest'")


def upgrade() -> None:
    """New tables and columns; what pages gave is forgotten, as it is kept in another form now."""
    op.drop_table("page")
    op.create_table(
        "audit",
        sa.Column("seq", KEY, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("before", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "backup",
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("folder"),
    )
    op.create_table(
        "intake",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=True),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("touched", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "idempotency_key"),
    )
    op.create_index("intake_by_run", "intake", ["run"], unique=False)
    op.create_table(
        "listed",
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("dictionary", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run", "number"),
    )
    op.create_table(
        "page",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("options", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("end", sa.LargeBinary(), nullable=False),
        sa.Column("dictionary", sa.Integer(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("source", "cursor"),
    )
    op.create_table(
        "part",
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("first_line", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("dictionary", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("run", "number"),
    )
    op.create_table(
        "pending",
        sa.Column("id", KEY, autoincrement=True, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("raw_hash", sa.LargeBinary(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("graph", sa.LargeBinary(), nullable=False),
        sa.Column("raw", sa.BigInteger(), nullable=True),
        sa.Column("dictionary", sa.Integer(), nullable=False),
        sa.Column("sectors", sa.Text(), nullable=False),
        sa.Column("findings", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "key"),
    )
    op.create_table(
        "proposal",
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("record", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("run", "record"),
    )
    op.create_table(
        "source_state",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("schedule", sa.String(), nullable=True),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("slot_at", sa.BigInteger(), nullable=True),
        sa.Column("since_at", sa.BigInteger(), nullable=True),
        sa.Column("full_at", sa.BigInteger(), nullable=True),
        sa.Column("distrusted_at", sa.BigInteger(), nullable=True),
        sa.Column("declared", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_table(
        "suppressed",
        sa.Column("mark", sa.LargeBinary(), nullable=False),
        sa.Column("page_id", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mark"),
    )
    op.create_table(
        "access_key",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=True),
        sa.Column("last_used", sa.BigInteger(), nullable=True),
        sa.Column("revoked", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["node"],
            ["node.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("access_key_by_node", "access_key", ["node"], unique=False)
    op.add_column("change", sa.Column("raw", sa.BigInteger(), nullable=True))
    op.add_column(
        "change",
        sa.Column("archived", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "change", sa.Column("erased", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("record", sa.Column("missing", sa.Integer(), server_default="0", nullable=False))
    op.add_column("record", sa.Column("missing_since", sa.BigInteger(), nullable=True))
    op.add_column(
        "record",
        sa.Column("archived", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column("run", sa.Column("kind", sa.String(), server_default="harvest", nullable=False))
    op.add_column(
        "run", sa.Column("asked_by", sa.String(), server_default="command", nullable=False)
    )
    op.add_column("run", sa.Column("host", sa.String(), nullable=True))
    op.add_column("run", sa.Column("fence", sa.Integer(), server_default="0", nullable=False))
    op.add_column("run", sa.Column("worker", sa.String(), nullable=True))
    op.add_column("run", sa.Column("lease_until", sa.BigInteger(), nullable=True))
    op.add_column("run", sa.Column("cancel_by", sa.String(), nullable=True))
    op.add_column("run", sa.Column("cursor", sa.Text(), nullable=True))
    op.add_column(
        "run",
        sa.Column("incremental", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "run", sa.Column("partial", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("run", sa.Column("rate", sa.Float(), nullable=True))
    op.create_index("run_by_state", "run", ["state"], unique=False)
    op.drop_index("one_active_run_a_source", "run")
    op.create_index(
        "one_active_run_a_source",
        "run",
        ["source"],
        unique=True,
        sqlite_where=ACTIVE_HARVEST,
        postgresql_where=ACTIVE_HARVEST,
    )
    # The bytes of a record's current version are known; those of earlier ones were not noted.
    op.execute("UPDATE change SET raw = (SELECT raw FROM record WHERE record.seq = change.seq)")
