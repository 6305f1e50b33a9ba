"""The journal on SQL: SQLite on one machine, PostgreSQL at scale."""

from __future__ import annotations

from catalogue.adapters.sql.journal import SqlJournal
from catalogue.adapters.sql.migrating import migrate

__all__ = ["SqlJournal", "migrate"]
