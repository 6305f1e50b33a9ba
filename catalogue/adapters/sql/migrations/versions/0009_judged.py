"""What profiles say of each version, and findings that name their profile"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_GROUP = ["run", "rule", "path", "severity"]


def upgrade() -> None:
    """Columns; what is there was judged by nobody. A run's findings are kept apart by profile, too."""
    nothing = sa.text("'[]'")
    for table in ("change", "pending"):
        op.add_column(table, sa.Column("judged", sa.Text(), server_default=nothing, nullable=False))
    op.add_column("record", sa.Column("told_hash", sa.LargeBinary(), nullable=True))
    named = {
        "uq": "%(table_name)s_%(column_0_N_name)s_key"
    }  # what PostgreSQL calls one without a name
    with op.batch_alter_table("finding", naming_convention=named) as group:
        group.add_column(
            sa.Column("profile", sa.String(), server_default=sa.text("''"), nullable=False)
        )
        group.add_column(sa.Column("focus", sa.Text(), nullable=True))
        group.drop_constraint(f"finding_{'_'.join(_GROUP)}_key", type_="unique")
        group.create_unique_constraint("finding_group", [*_GROUP, "profile"])
