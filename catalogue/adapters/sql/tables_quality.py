"""The tables of which links answer, and of how records score.

Times are microseconds since 1970, days are counted from 1970-01-01; `id` of a link is 16 bytes of the
SHA-256 of its address. All of it can be made anew: from the journal, and by asking.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table, Text

from catalogue.adapters.sql.tables import metadata

# An address that records give. `status`: what counts, null where it is not known; `failures` and
# `failed_on`: the days in a row on which it did not answer well.
link = Table(
    "link",
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("url", Text, nullable=False),
    Column("host", String, nullable=False),
    Column("status", Integer),
    Column("checked", BigInteger),
    Column("due", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failed_on", Integer),
    Column("reason", Text, nullable=False, server_default=""),
)
Index("link_by_host", link.c.host, link.c.due)
Index("link_by_status", link.c.status)

# From when a host may be asked, and who has it just now.
link_host = Table(
    "link_host",
    metadata,
    Column("host", String, primary_key=True),
    Column("due", BigInteger, nullable=False),
    Column("fence", BigInteger, nullable=False, server_default="0"),
    Column("lease_until", BigInteger),
)
Index("link_host_by_due", link_host.c.due)

# Which record gives which address.
record_link = Table(
    "record_link",
    metadata,
    Column("page_id", String, primary_key=True),
    Column("link", LargeBinary, primary_key=True),
)
Index("record_link_by_link", record_link.c.link)

SUMS = (
    "records",
    "points",
    "findability",
    "accessibility",
    "interoperability",
    "reusability",
    "contextuality",
    "excellent",
    "good",
    "sufficient",
    "bad",
    "conforming",
    "links",
    "answering",
)
DIMENSIONS, BANDS = SUMS[2:7], SUMS[7:11]

# How a record scores: what is in the sums below. `wanting`: a bit for each metric that is not met;
# `sectors` with commas between.
record_quality = Table(
    "record_quality",
    metadata,
    Column("page_id", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("node", String, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("sectors", Text, nullable=False),
    Column("points", Integer, nullable=False),
    *(Column(name, Integer, nullable=False) for name in DIMENSIONS),
    Column("conforms", Boolean, nullable=False),
    Column("wanting", BigInteger, nullable=False),
    Column("links", Integer, nullable=False),
    Column("answering", Integer, nullable=False),
)
Index("record_quality_by_source", record_quality.c.source)
Index("record_quality_by_node", record_quality.c.node)

# Sums over records, kept as they come and go; `kind` is all, node, source or sector.
quality_now = Table(
    "quality_now",
    metadata,
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    *(Column(name, BigInteger, nullable=False) for name in SUMS),
)

# How many records of a scope do not meet a metric, and one of them.
quality_gap = Table(
    "quality_gap",
    metadata,
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("metric", Integer, primary_key=True),
    Column("records", BigInteger, nullable=False),
    Column("example", String),
)

# The same sums as they were last on each day.
quality_day = Table(
    "quality_day",
    metadata,
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("day", Integer, primary_key=True),
    *(Column(name, BigInteger, nullable=False) for name in SUMS),
)
