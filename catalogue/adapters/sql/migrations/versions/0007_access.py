"""Requests for access: events, what is derived from them, workflows, attachments"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Ten tables, empty."""
    op.create_table(
        "access_asked",
        sa.Column("page_id", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("leg", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("page_id", "request", "leg"),
    )
    op.create_index("access_asked_by_request", "access_asked", ["request"], unique=False)
    op.create_table(
        "access_attachment",
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("request", "id"),
    )
    op.create_table(
        "access_command",
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("who", "id"),
    )
    op.create_table(
        "access_event",
        sa.Column("seq", KEY, autoincrement=False, nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("leg", sa.String(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("request", "version"),
    )
    op.create_table(
        "access_holder",
        sa.Column("node", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("node"),
    )
    op.create_table(
        "access_leg",
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("leg", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("workflow", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("applicant", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("submitted", sa.BigInteger(), nullable=True),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("ends", sa.BigInteger(), nullable=True),
        sa.Column("assigned", sa.String(), nullable=True),
        sa.Column("sectors", sa.Text(), nullable=False),
        sa.Column("resources", sa.Integer(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("clock", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("request", "leg"),
    )
    op.create_index("access_leg_by_clock", "access_leg", ["clock"], unique=False)
    op.create_index(
        "access_leg_by_holder",
        "access_leg",
        ["holder", "place", "request", "leg", "listed"],
        unique=False,
    )
    op.create_index(
        "access_leg_by_place", "access_leg", ["place", "request", "leg", "listed"], unique=False
    )
    op.create_index(
        "access_leg_by_standing", "access_leg", ["holder", "state", "listed"], unique=False
    )
    op.create_index(
        "access_leg_by_state",
        "access_leg",
        ["state", "place", "request", "leg", "listed"],
        unique=False,
    )
    op.create_table(
        "access_reader",
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("request", "reader"),
    )
    op.create_index(
        "access_reader_by_change", "access_reader", ["reader", "changed", "request"], unique=False
    )
    op.create_table(
        "access_request",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("applicant", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("legs", sa.Integer(), nullable=False),
        sa.Column("resources", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("access_request_by_change", "access_request", ["changed", "id"], unique=False)
    op.create_index("access_request_by_state", "access_request", ["state", "changed"], unique=False)
    op.create_table(
        "entitlement",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("leg", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=True),
        sa.Column("page_id", sa.String(), nullable=False),
        sa.Column("iri", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("starts", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "entitlement_by_holder", "entitlement", ["holder", "starts", "id"], unique=False
    )
    op.create_index(
        "entitlement_by_organisation", "entitlement", ["organisation", "starts", "id"], unique=False
    )
    op.create_index(
        "entitlement_by_page_id", "entitlement", ["page_id", "starts", "id"], unique=False
    )
    op.create_index(
        "entitlement_by_person", "entitlement", ["person", "starts", "id"], unique=False
    )
    op.create_index("entitlement_by_request", "entitlement", ["request"], unique=False)
    op.create_index("entitlement_by_start", "entitlement", ["starts", "id"], unique=False)
    op.create_table(
        "workflow",
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("holder", "id", "version"),
    )
