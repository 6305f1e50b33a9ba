"""Options of nodes: what the records of their sources are held to"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column: nodes from before have none."""
    options = sa.Column("options", sa.JSON(), server_default=sa.text("'{}'"), nullable=False)
    op.add_column("node", options)
