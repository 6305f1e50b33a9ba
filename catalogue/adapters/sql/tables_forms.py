"""The table of the versions of forms. Times are microseconds since 1970."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, String, Table, Text

from catalogue.adapters.sql.tables import metadata

# A row never changes but for `retired`. `digest`: SHA-256 of the content without its number; `body`: the
# document as JSON.
form = Table(
    "form",
    metadata,
    Column("id", String, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("built_in", Boolean, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("body", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("retired", BigInteger),
)
