"""The journal's tables."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    or_,
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
    Column("options", JSON, nullable=False, server_default=text("'{}'")),
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

# What harvesting has learned of a source, apart from what its operator says of it. Times are
# microseconds since 1970. `next_at`: the next slot of its schedule; `slot_at`: the last one that was
# used; `since_at`: everything that changed before is known; `full_at`: the last complete reading;
# `distrusted_at`: its date filter was found wrong; `declared`: its own total at `since_at`.
source_state = Table(
    "source_state",
    metadata,
    Column("source", String, primary_key=True),
    Column("schedule", String),
    *(
        Column(name, BigInteger)
        for name in ("next_at", "slot_at", "since_at", "full_at", "distrusted_at", "declared")
    ),
)

# A run outlives its source, so it names it without a foreign key. It is its own job: `fence` counts who
# has had it, `lease_until` how long the last one may go without a word, `cursor` the page to go on with.
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
    Column("kind", String, nullable=False, server_default="harvest"),
    Column("asked_by", String, nullable=False, server_default="command"),
    Column("host", String),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("worker", String),
    Column("lease_until", BigInteger),
    Column("cancel_by", String),
    Column("cursor", Text),
    Column("incremental", Boolean, nullable=False, server_default=text("false")),
    Column("partial", Boolean, nullable=False, server_default=text("false")),
    Column("rate", Float),
)
Index("run_by_source", run.c.source, run.c.id)
Index("run_by_state", run.c.state)
# Pushes wait for one another in the order they came; they are kept apart when they are claimed.
_ACTIVE_HARVEST = text("state IN ('queued', 'running') AND kind = 'harvest'")
Index(
    "one_active_run_a_source",
    run.c.source,
    unique=True,
    sqlite_where=_ACTIVE_HARVEST,
    postgresql_where=_ACTIVE_HARVEST,
)

# Which records an active run has listed, and how each ended, batch by batch: what it goes on from after
# a crash, and the results that a push is told. `body` is JSON: [[key, outcome], ...].
listed = Table(
    "listed",
    metadata,
    Column("run", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("cursor", Text),
    Column("body", LargeBinary, nullable=False),
    Column("dictionary", Integer, nullable=False),
)

# Records whose deletion a held run proposes.
proposal = Table(
    "proposal",
    metadata,
    Column("run", String, primary_key=True),
    Column("record", BigInteger, primary_key=True),
)

# Findings of a run, grouped; `path` and `profile` are '' where there is none, so that they can be unique.
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
    Column("profile", String, nullable=False, server_default=""),
    Column("focus", Text),
    UniqueConstraint("run", "rule", "path", "severity", "profile"),
)

# `told_hash`: of what is said of the current version beside its graph (sectors, judgements, findings).
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
    Column("missing", Integer, nullable=False, server_default="0"),
    Column("missing_since", BigInteger),
    Column("archived", Boolean, nullable=False, server_default=text("false")),
    Column("told_hash", LargeBinary),
    UniqueConstraint("source", "key"),
)
Index("record_by_iri", record.c.iri)
# Few of many: what its source no longer lists. Queries must say `MISSING` as it stands here.
MISSING = record.c.missing > literal_column("0")
ARCHIVED = record.c.archived.is_(True)
Index(
    "record_not_listed",
    record.c.source,
    record.c.key,
    sqlite_where=or_(MISSING, ARCHIVED),
    postgresql_where=or_(MISSING, ARCHIVED),
)

# The append-only log. `graph` is null for a deletion and in an erased change; `dictionary` says how
# blobs are packed; `raw` is the version's bytes as received.
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
    Column("raw", BigInteger),
    Column("archived", Boolean, nullable=False, server_default=text("false")),
    Column("erased", Boolean, nullable=False, server_default=text("false")),
    Column("judged", Text, nullable=False, server_default="[]"),
)
Index("change_by_record", change.c.record, change.c.seq)
Index("change_by_raw", change.c.raw)

# Bytes as received: a record's own, or those of the page that it came on (`page`).
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
    Column("page", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("source", "hash"),
)

# What pages gave when they were read last, by the name that their source's harvester gives them.
# `options` is what the source's options were, `keys` 16 bytes for each record that the page listed in
# its order, `state` the hash of what those records were.
page = Table(
    "page",
    metadata,
    Column("source", String, primary_key=True),
    Column("cursor", Text, primary_key=True),
    Column("url", Text, nullable=False),
    Column("options", LargeBinary, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("keys", LargeBinary, nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("end", LargeBinary, nullable=False),
    Column("dictionary", Integer, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
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

# Versions that wait for a steward before they become public; the last one of each key.
pending = Table(
    "pending",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("key", Text, nullable=False),
    Column("run", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("iri", Text, nullable=False),
    Column("type", String, nullable=False),
    Column("raw_hash", LargeBinary, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("graph", LargeBinary, nullable=False),
    Column("raw", BigInteger),
    Column("dictionary", Integer, nullable=False),
    Column("sectors", Text, nullable=False),
    Column("findings", LargeBinary),
    Column("judged", Text, nullable=False, server_default="[]"),
    UniqueConstraint("source", "key"),
)

# What a node pushes with one Idempotency-Key. `digest` is the chained hash of its lines so far;
# `run` the run that takes them in, the last one where there were several.
intake = Table(
    "intake",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("source", String, nullable=False),
    Column("idempotency_key", String),
    Column("run", String, nullable=False),
    Column("media_type", String, nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("whole", Boolean, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("began", BigInteger, nullable=False),
    Column("touched", BigInteger, nullable=False),
    UniqueConstraint("source", "idempotency_key"),
)
Index("intake_by_run", intake.c.run)

# The parts of a push, as received, until they are carried out.
part = Table(
    "part",
    metadata,
    Column("run", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("first_line", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("dictionary", Integer, nullable=False),
)

# Keys of nodes. The secret itself is nowhere: `hash` is its SHA-256. `sources` is a list of ids with
# commas between, empty for all of the node.
access_key = Table(
    "access_key",
    metadata,
    Column("id", String, primary_key=True),
    Column("node", ForeignKey("node.id"), nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("scope", String, nullable=False),
    Column("sources", Text, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("expires", BigInteger),
    Column("last_used", BigInteger),
    Column("revoked", BigInteger),
)
Index("access_key_by_node", access_key.c.node)

# Who did what. `hash` covers the row and the hash before it, so that no row can be changed alone.
audit = Table(
    "audit",
    metadata,
    Column("seq", Key, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("who", Text, nullable=False),
    Column("act", String, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("before", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

# What was erased and must not come back: hashes of its source and key, and of its IRI (`source` is ''
# then). `finished`: nothing of it is left in any file of ours.
suppressed = Table(
    "suppressed",
    metadata,
    Column("mark", LargeBinary, primary_key=True),
    Column("page_id", String, nullable=False),
    Column("source", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("finished", BigInteger),
)
Index("suppressed_by_source", suppressed.c.source)

# Up to which change the housekeeping of that name has come.
housekeeping = Table(
    "housekeeping",
    metadata,
    Column("name", String, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

# Where backups were made, so that an erasure reaches them.
backup = Table(
    "backup",
    metadata,
    Column("folder", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
)

# Dictionaries that blobs are packed with, kept for as long as a blob may name them; 0 is none.
dictionary = Table(
    "dictionary",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)
