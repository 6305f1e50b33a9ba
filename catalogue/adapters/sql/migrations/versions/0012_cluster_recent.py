"""Duplicates: keys that came lately wait to be put among the others; decisions have a version"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table, empty, and a column: decisions from before have version 0.

    What records are compared by is read in another way now: all are compared again
    as the journal tells of them, from its beginning; what stewards decided stays."""
    op.create_table(
        "cluster_recent",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("keys", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index("cluster_recent_by_id", "cluster_recent", ["id"], unique=False)
    number = sa.BigInteger()
    op.add_column("cluster_pair", sa.Column("version", number, server_default="0", nullable=False))
    op.execute("DELETE FROM cluster_pair WHERE decision = 'none'")
    op.execute("DELETE FROM cluster_block")
    member = sa.table(
        "cluster_member",
        sa.column("content_hash", sa.LargeBinary()),
        sa.column("keys", sa.LargeBinary()),
    )
    op.execute(member.update().values(content_hash=b"", keys=b""))
    op.execute("DELETE FROM housekeeping WHERE name = 'clusters'")
