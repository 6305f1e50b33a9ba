"""An index of records that their source no longer lists"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An index; records stay as they are."""
    op.create_index(
        "record_not_listed",
        "record",
        ["source", "key"],
        unique=False,
        sqlite_where=sa.text("missing > 0 OR archived IS 1"),
        postgresql_where=sa.text("missing > 0 OR archived IS true"),
    )
