"""The keys of nodes: given out once, kept as hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from catalogue.adapters.sql import auditing, rows
from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.store import SqlStore
from catalogue.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from catalogue.model import AccessKey
from catalogue.ports import NewKey

MARK = "aicat"
VALID = 2  # keys of one reach that are good at once
SECRET = 32  # bytes at random
SECOND = 1_000_000  # microseconds
DAY = 24 * 3600 * SECOND
USED = 60 * SECOND  # how exactly the last use is known
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class SqlKeys:
    """`catalogue.ports.Keys`. A token is `aicat_<id>_<secret>`. Safe to share between threads."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def create(
        self,
        node_id: str,
        who: str,
        *,
        scope: Sequence[str] = ("push",),
        sources: Sequence[str] = (),
        days: int | None = None,
    ) -> NewKey:
        key_id = "".join(secrets.choice(_ALPHABET) for _place in range(12))
        secret = secrets.token_urlsafe(SECRET)
        wanted = sorted(set(sources))
        with self._store.writing() as connection:
            _check_reach(connection, node_id, wanted)
            now = self._store.now(connection)
            row = {
                "id": key_id,
                "node": node_id,
                "hash": hashlib.sha256(secret.encode()).digest(),
                "scope": ",".join(sorted(set(scope))),
                "sources": ",".join(wanted),
                "created": now,
                "expires": None if days is None else now + days * DAY,
            }
            old = _surplus(connection, row, now)
            connection.execute(insert(t.access_key).values(row))
            told = {name: row[name] for name in ("node", "scope", "sources", "expires")}
            auditing.note(connection, now, who, "key.create", key_id, told)
            for one in old:
                _revoke(connection, one, now, who, {"node": node_id, "replaced_by": key_id})
        return NewKey(f"{MARK}_{key_id}_{secret}", self._key(key_id), tuple(old))

    def check(self, token: str) -> AccessKey:
        mark, _, rest = token.partition("_")
        key_id, _, secret = rest.partition("_")
        row = self._store.one(select(t.access_key).where(t.access_key.c.id == key_id))
        digest = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
        if row is None or mark != MARK or not hmac.compare_digest(bytes(row.hash), digest):
            raise Unauthenticated(
                "the key is not known here; `aicat node key` makes one", row.id if row else None
            )
        with self._store.reading() as connection:
            now = self._store.now(connection)
        if row.revoked is not None:
            raise Unauthenticated(f"the key {row.id} was revoked; ask for a new one", row.id)
        if row.expires is not None and row.expires <= now:
            raise Unauthenticated(f"the key {row.id} is out of date; ask for a new one", row.id)
        if row.last_used is None or row.last_used < now - USED:
            self._used(row.id)
        return _key_of(row)

    def of(self, node_id: str) -> list[AccessKey]:
        query = select(t.access_key).where(t.access_key.c.node == node_id)
        with self._store.reading() as connection:
            _check_reach(connection, node_id, ())
            found = connection.execute(query.order_by(t.access_key.c.created.desc()))
            return [_key_of(row) for row in found]

    def revoke(self, key_id: str, who: str) -> AccessKey:
        with self._store.writing() as connection:
            row = connection.execute(
                select(t.access_key).where(t.access_key.c.id == key_id)
            ).first()
            if row is None:
                raise NotFound(f"there is no key {key_id!r}; `aicat node keys NODE` shows all")
            if row.revoked is not None:
                raise Conflict(f"key {key_id} was revoked already")
            _revoke(connection, key_id, self._store.now(connection), who, {"node": row.node})
        return self._key(key_id)

    def _key(self, key_id: str) -> AccessKey:
        return _key_of(self._store.one(select(t.access_key).where(t.access_key.c.id == key_id)))

    def _used(self, key_id: str) -> None:
        with self._store.writing() as connection:
            values = {"last_used": self._store.now(connection)}
            where = t.access_key.c.id == key_id
            connection.execute(update(t.access_key).where(where).values(**values))


def _check_reach(connection: Connection, node_id: str, sources: Sequence[str]) -> None:
    """Raises: NotFound, InvalidInput."""
    if connection.execute(select(t.node.c.id).where(t.node.c.id == node_id)).first() is None:
        raise NotFound(f"there is no node {node_id!r}; `aicat node list` shows all")
    for one in sources:
        owner = connection.execute(select(t.source.c.node).where(t.source.c.id == one)).scalar()
        if owner is None:
            raise NotFound(f"there is no source {one!r}; `aicat source list` shows all")
        if owner != node_id:
            raise InvalidInput(f"source {one!r} belongs to node {owner!r}, not to {node_id!r}")


def _surplus(connection: Connection, row: dict[str, Any], now: int) -> list[str]:
    """Keys of the same reach that must go so that a new one may come; the oldest."""
    same = [t.access_key.c[name] == row[name] for name in ("node", "scope", "sources")]
    query = select(t.access_key).where(*same, t.access_key.c.revoked.is_(None))
    found = connection.execute(query.order_by(t.access_key.c.created.desc(), t.access_key.c.id))
    valid = [one.id for one in found if one.expires is None or one.expires > now]
    return valid[VALID - 1 :]


def _revoke(
    connection: Connection, key_id: str, now: int, who: str, details: dict[str, Any]
) -> None:
    where = t.access_key.c.id == key_id
    connection.execute(update(t.access_key).where(where).values(revoked=now))
    auditing.note(connection, now, who, "key.revoke", key_id, details)


def _key_of(row: Any) -> AccessKey:
    return AccessKey(
        id=row.id,
        node=row.node,
        scope=tuple(filter(None, row.scope.split(","))),
        sources=tuple(filter(None, row.sources.split(","))),
        created=rows.moment(row.created),
        expires=rows.maybe_moment(row.expires),
        last_used=rows.maybe_moment(row.last_used),
        revoked=rows.maybe_moment(row.revoked),
    )
