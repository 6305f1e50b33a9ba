"""The journal's tables."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

# SQLite numbers rows itself only in a column of type INTEGER.
Key = BigInteger().with_variant(Integer, "sqlite")

node = Table(
    "node",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", Text, nullable=False),
    Column("country", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("homepage", Text),
)

source = Table(
    "source",
    metadata,
    Column("id", String, primary_key=True),
    Column("node", ForeignKey("node.id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("url", Text),
    Column("options", JSON, nullable=False),
    Column("schedule", String),
    Column("visibility", String, nullable=False),
)

# A run outlives its source, so it names it without a foreign key. Times are microseconds since 1970.
run = Table(
    "run",
    metadata,
    Column("id", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("state", String, nullable=False),
    Column("stage", String),
    Column("full", Boolean, nullable=False, default=False),
    Column("error", Text),
    Column("pages", Integer, nullable=False, default=0),
    Column("declared", BigInteger),
    Column("findings", BigInteger, nullable=False, default=0),
    *(
        Column(name, BigInteger, nullable=False, default=0)
        for name in (
            "created",
            "updated",
            "unchanged",
            "deleted",
            "quarantined",
            "failed",
            "ignored",
            "missing",
        )
    ),
    Column("queued_at", BigInteger, nullable=False),
    Column("started_at", BigInteger),
    Column("ended_at", BigInteger),
)
Index("run_by_source", run.c.source, run.c.id)
Index(
    "one_active_run_a_source",
    run.c.source,
    unique=True,
    sqlite_where=text("state IN ('queued', 'running')"),
    postgresql_where=text("state IN ('queued', 'running')"),
)

# Findings of a run, grouped; `path` is '' where there is none, so that it can be unique.
finding = Table(
    "finding",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("run", ForeignKey("run.id"), nullable=False),
    Column("rule", String, nullable=False),
    Column("path", Text, nullable=False),
    Column("severity", String, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("message", Text, nullable=False),
    Column("record_key", Text),
    Column("value", Text),
    Column("mended", Text),
    Column("place", Text),
    Column("hint", Text),
    UniqueConstraint("run", "rule", "path", "severity"),
)

record = Table(
    "record",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("page_id", String, nullable=False, unique=True),
    Column("source", String, nullable=False),
    Column("node", String, nullable=False),
    Column("key", Text, nullable=False),
    Column("iri", Text, nullable=False),
    Column("type", String, nullable=False),
    Column("visibility", String, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("raw_hash", LargeBinary, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("raw", BigInteger),
    Column("first_seen", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    UniqueConstraint("source", "key"),
)
Index("record_by_iri", record.c.iri)

# The append-only log. `graph` is null for a deletion; `dictionary` says how blobs are packed.
change = Table(
    "change",
    metadata,
    Column("seq", Key, primary_key=True, autoincrement=False),
    Column("record", BigInteger, nullable=False),
    Column("run", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("graph", LargeBinary),
    Column("dictionary", Integer, nullable=False),
    Column("iri", Text, nullable=False),
    Column("type", String, nullable=False),
    Column("visibility", String, nullable=False),
    Column("sectors", Text, nullable=False),
    Column("findings", LargeBinary),
)
Index("change_by_record", change.c.record, change.c.seq)

# Bytes as received: a record's own, or the page's that it came on.
raw = Table(
    "raw",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("media_type", String, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("dictionary", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("source", "hash"),
)

# Pages that gave good records without bytes of their own: their records have the fingerprint as raw
# hash. The same page need not be mapped again.
page = Table(
    "page",
    metadata,
    Column("source", String, primary_key=True),
    Column("url", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("number", Integer, nullable=False),
    Column("end", LargeBinary, nullable=False),
    Column("dictionary", Integer, nullable=False),
)

# What could not be used, with its bytes; the last one of each key.
quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("key", Text, nullable=False),
    Column("run", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("raw", BigInteger),
    Column("findings", LargeBinary),
    UniqueConstraint("source", "key"),
)

# Dictionaries that blobs are packed with, kept for as long as a blob may name them; 0 is none.
dictionary = Table(
    "dictionary",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
