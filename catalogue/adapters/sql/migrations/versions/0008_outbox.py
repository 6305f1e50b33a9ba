"""What waits to be sent, webhooks, and what reports are made from"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from catalogue.adapters.sql.reports import fill

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Four tables; those that reports are made from are filled from the events that there are."""
    _outbox()
    _reports()
    fill(op.get_bind())


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("leg", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("outbox_by_due", "outbox", ["state", "due", "id"], unique=False)
    op.create_index("outbox_by_channel", "outbox", ["channel", "state"], unique=False)
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("failing", sa.BigInteger(), nullable=True),
        sa.Column("off", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("webhook_by_holder", "webhook", ["holder", "created"], unique=False)


def _reports() -> None:
    op.create_table(
        "access_step",
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("leg", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("submitted", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.BigInteger(), nullable=False),
        sa.Column("left_at", sa.BigInteger(), nullable=True),
        sa.Column("clock", sa.BigInteger(), nullable=False),
        sa.Column("elapsed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("request", "leg", "step"),
    )
    op.create_index(
        "access_step_by_holder",
        "access_step",
        ["holder", "submitted", "step", "left_at", "clock", "elapsed"],
        unique=False,
    )
    op.create_table(
        "access_outcome",
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("leg", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("submitted", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("sectors", sa.Text(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("decided", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("request", "leg"),
    )
    op.create_index(
        "access_outcome_by_holder",
        "access_outcome",
        ["holder", "submitted", "request", "leg"],
        unique=False,
    )
