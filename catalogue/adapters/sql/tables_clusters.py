"""The tables of duplicates: what records are compared by, pairs, clusters. Times are microseconds
since 1970."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
)

from catalogue.adapters.sql.tables import Key, metadata

# A public record as it is compared. `keys`: of 8 bytes each; `features`: packed JSON; `cluster`: where it
# is in one.
member = Table(
    "cluster_member",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("keys", LargeBinary, nullable=False),
    Column("features", LargeBinary, nullable=False),
    Column("cluster", String),
)
Index("cluster_member_by_cluster", member.c.cluster, member.c.id)

# Which records have a key; a few more than are compared at most, however many have it.
block = Table(
    "cluster_block",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String, primary_key=True),
    sqlite_with_rowid=False,
)

# Records whose keys are not among those yet, by the change that told of them (cluster_keys.py says why).
# `keys`: of 8 bytes each.
recent = Table(
    "cluster_recent",
    metadata,
    Column("seq", Key, primary_key=True, autoincrement=False),
    Column("id", String, nullable=False),
    Column("keys", LargeBinary, nullable=False),
)
Index("cluster_recent_by_id", recent.c.id)

# Two records, `a` before `b`, that are likely enough one thing, or of which a steward said something.
# `version`: the number of the act in the audit log that said it.
pair = Table(
    "cluster_pair",
    metadata,
    Column("a", String, primary_key=True),
    Column("b", String, primary_key=True),
    Column("source_a", String, nullable=False),
    Column("source_b", String, nullable=False),
    Column("points", Float, nullable=False),
    Column("certain", Boolean, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("decision", String, nullable=False),
    Column("who", Text),
    Column("at", BigInteger),
    Column("version", BigInteger, nullable=False, server_default="0"),
)
Index("cluster_pair_by_b", pair.c.b, pair.c.a)
Index("cluster_pair_by_points", pair.c.decision, pair.c.points, pair.c.a, pair.c.b)
