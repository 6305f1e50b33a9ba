"""What pages gave when they were read last"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table, filled by the next harvests."""
    op.create_table(
        "page",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("end", sa.LargeBinary(), nullable=False),
        sa.Column("dictionary", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "url"),
    )
