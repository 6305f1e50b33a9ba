"""The log of who did what: append-only, each row bound to the one before by its hash."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, select

from catalogue.adapters.sql import rows
from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.store import NOTED, SqlStore
from catalogue.errors import CatalogueError
from catalogue.ports import Act

BEGINNING = hashlib.sha256(b"aicat audit").digest()
ENOUGH = 20  # faults that are named

log = logging.getLogger(__name__)


class SqlAudit:
    """`catalogue.ports.Audit`. The head of the chain is written to a file after each act, so that a
    log whose end was cut off is noticed; a copy of that file kept elsewhere proves more."""

    def __init__(self, store: SqlStore, head: Path | None) -> None:
        self._store, self._head = store, head
        store.audited = self.export

    def record(
        self, who: str, act: str, subject: str, details: Mapping[str, Any] | None = None
    ) -> None:
        with self._store.writing() as connection:
            note(connection, self._store.now(connection), who, act, subject, details or {})

    def entries(self, after: int = 0, limit: int = 100, subject: str | None = None) -> list[Act]:
        query = select(t.audit).where(t.audit.c.seq > after).order_by(t.audit.c.seq).limit(limit)
        if subject is not None:
            query = query.where(t.audit.c.subject == subject)
        with self._store.reading() as connection:
            return [_act(row) for row in connection.execute(query)]

    def head(self) -> tuple[int, str]:
        row = self._store.one(select(t.audit).order_by(t.audit.c.seq.desc()).limit(1))
        return (0, BEGINNING.hex()) if row is None else (row.seq, bytes(row.hash).hex())

    def export(self) -> None:
        """Write the head of the chain to its file."""
        if self._head is None:
            return
        seq, digest = self.head()
        fresh = self._head.with_suffix(f".{os.getpid()}.{threading.get_ident()}.new")
        try:
            fresh.write_bytes(orjson.dumps({"seq": seq, "hash": digest}))
            fresh.replace(self._head)
        except (
            OSError
        ) as error:  # the act itself is stored; the next one brings the file up to date
            log.warning("the head of the audit log could not be written: %s", error)

    def last(self, act: str, subject: str) -> Act | None:
        query = select(t.audit).where(t.audit.c.act == act, t.audit.c.subject == subject)
        row = self._store.one(query.order_by(t.audit.c.seq.desc()).limit(1))
        return None if row is None else _act(row)

    def check(self, heads: Sequence[tuple[int, str]] = ()) -> list[str]:
        known = [*heads, *self._exported()]
        with self._store.reading() as connection:
            return list(islice(_faults(connection, known), ENOUGH))

    def _exported(self) -> list[tuple[int, str]]:
        if self._head is None or not self._head.is_file():
            return []
        try:
            told = orjson.loads(self._head.read_bytes())
            return [(int(told["seq"]), str(told["hash"]))]
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise CatalogueError(f"{self._head}: no head of an audit log: {error}") from error


def note(
    connection: Connection,
    at: int,
    who: str,
    act: str,
    subject: str,
    details: Mapping[str, Any],
) -> int:
    """Append one act, in the transaction of what was done; return its number."""
    last = connection.execute(select(t.audit).order_by(t.audit.c.seq.desc()).limit(1)).first()
    before = BEGINNING if last is None else bytes(last.hash)
    row = {
        "seq": 1 if last is None else last.seq + 1,
        "at": at,
        "who": who,
        "act": act,
        "subject": subject,
        "details": orjson.dumps(details, option=orjson.OPT_SORT_KEYS, default=str).decode(),
    }
    connection.execute(t.audit.insert().values(**row, before=before, hash=_hash(before, row)))
    connection.info[NOTED] = True
    return int(row["seq"])


def _hash(before: bytes, row: Mapping[str, Any]) -> bytes:
    told = [row["seq"], row["at"], row["who"], row["act"], row["subject"], row["details"]]
    return hashlib.sha256(before + orjson.dumps(told)).digest()


def _faults(connection: Connection, heads: Sequence[tuple[int, str]]) -> Iterator[str]:
    before, last = BEGINNING, 0
    told: dict[int, set[str]] = {}
    for seq, digest in heads:
        told.setdefault(seq, set()).add(digest)
    if told.get(0, {BEGINNING.hex()}) != {BEGINNING.hex()}:
        yield "an audit head with number 0 has one hash only, that of an empty log"
    query = select(t.audit).order_by(t.audit.c.seq)
    for row in connection.execution_options(yield_per=500).execute(query):
        if row.seq != last + 1:
            yield f"the audit log jumps from {last} to {row.seq}: rows were taken out"
        elif bytes(row.before) != before:
            yield f"audit row {row.seq} does not follow from the one before"
        if _hash(bytes(row.before), dict(row._mapping)) != bytes(row.hash):
            yield f"audit row {row.seq} was changed: it does not match its hash"
        if told.get(row.seq, set()) - {bytes(row.hash).hex()}:
            yield f"audit row {row.seq} is not the one that was exported as the head of the log"
        before, last = bytes(row.hash), row.seq
    for seq in sorted(told):
        if seq > last:
            yield f"the audit log ends at {last}, and its exported head is {seq}: its end was cut off"


def _act(row: Any) -> Act:
    return Act(
        row.seq, rows.moment(row.at), row.who, row.act, row.subject, orjson.loads(row.details)
    )
