"""Duplicates: what records are compared by, pairs, clusters"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three tables, empty: the records that there are come by the journal, from its beginning."""
    op.create_table(
        "cluster_member",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.Column("features", sa.LargeBinary(), nullable=False),
        sa.Column("cluster", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("cluster_member_by_cluster", "cluster_member", ["cluster", "id"], unique=False)
    op.create_table(
        "cluster_block",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", "id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cluster_pair",
        sa.Column("a", sa.String(), nullable=False),
        sa.Column("b", sa.String(), nullable=False),
        sa.Column("source_a", sa.String(), nullable=False),
        sa.Column("source_b", sa.String(), nullable=False),
        sa.Column("points", sa.Float(), nullable=False),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("who", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("a", "b"),
    )
    op.create_index("cluster_pair_by_b", "cluster_pair", ["b", "a"], unique=False)
    op.create_index(
        "cluster_pair_by_points",
        "cluster_pair",
        ["decision", "points", "a", "b"],
        unique=False,
    )
