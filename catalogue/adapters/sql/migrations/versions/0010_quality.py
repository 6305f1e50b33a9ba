"""Which links answer, and how records score"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_DIMENSIONS = ("findability", "accessibility", "interoperability", "reusability", "contextuality")
_BANDS = ("excellent", "good", "sufficient", "bad")
_SUMS = ("records", "points", *_DIMENSIONS, *_BANDS, "conforming", "links", "answering")


def upgrade() -> None:
    """Seven tables, empty: they are filled from the journal, and by asking."""
    _links()
    _scores()


def _links() -> None:
    op.create_table(
        "link",
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("checked", sa.BigInteger(), nullable=True),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed_on", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("link_by_host", "link", ["host", "due"], unique=False)
    op.create_index("link_by_status", "link", ["status"], unique=False)
    op.create_table(
        "link_host",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("host"),
    )
    op.create_index("link_host_by_due", "link_host", ["due"], unique=False)
    op.create_table(
        "record_link",
        sa.Column("page_id", sa.String(), nullable=False),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("page_id", "link"),
    )
    op.create_index("record_link_by_link", "record_link", ["link"], unique=False)


def _scores() -> None:
    op.create_table(
        "record_quality",
        sa.Column("page_id", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("sectors", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _DIMENSIONS),
        sa.Column("conforms", sa.Boolean(), nullable=False),
        sa.Column("wanting", sa.BigInteger(), nullable=False),
        sa.Column("links", sa.Integer(), nullable=False),
        sa.Column("answering", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("page_id"),
    )
    op.create_index("record_quality_by_source", "record_quality", ["source"], unique=False)
    op.create_index("record_quality_by_node", "record_quality", ["node"], unique=False)
    for name, more in (("quality_now", ()), ("quality_day", (sa.Column("day", sa.Integer()),))):
        op.create_table(
            name,
            sa.Column("kind", sa.String(), nullable=False),
            sa.Column("id", sa.String(), nullable=False),
            *more,
            *(sa.Column(one, sa.BigInteger(), nullable=False) for one in _SUMS),
            sa.PrimaryKeyConstraint("kind", "id", *(one.name for one in more)),
        )
    op.create_table(
        "quality_gap",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("metric", sa.Integer(), nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("example", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "id", "metric"),
    )
