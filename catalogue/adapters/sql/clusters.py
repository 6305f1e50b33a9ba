"""Duplicates on SQL: records are compared as the journal tells of them, a batch in a transaction.

A batch costs what its own records cost: keys are looked up, never scanned, and only the clusters that
a changed pair touches are made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from catalogue.adapters.sql import deciding_clusters as deciding
from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.cluster_keys import Recent
from catalogue.adapters.sql.cluster_pairs import (
    compare,
    forget,
    keep,
    members_of,
    recluster,
)
from catalogue.adapters.sql.cluster_rows import Compared, compared, compared_pair
from catalogue.adapters.sql.store import SqlStore, parts
from catalogue.adapters.sql.tables_clusters import block, member, pair, recent
from catalogue.dedupe import REVIEW
from catalogue.errors import NotFound
from catalogue.model import Change
from catalogue.ports import Cluster, ComparedPair, Decision

CURSOR = "clusters"  # name of this housekeeping


class SqlClusters:
    """`catalogue.ports.Clusters`. Safe to share between threads. `changes` reads the journal."""

    def __init__(self, store: SqlStore, changes: Callable[[int, int], list[Change]]) -> None:
        self._store, self._changes = store, changes
        self._recent = Recent()

    # --- following -------------------------------------------------------------------------------

    def follow(self, limit: int) -> int:
        with self._store.reading() as connection:
            cursor = _cursor(connection)
        changes = self._changes(cursor, limit)
        if not changes:
            self._recent.settle(self._store)
            return 0
        current = {change.record.page_id: change for change in changes}
        seen = self._hashes(list(current))
        gone = [key for key, change in current.items() if not change.public and key in seen]
        fresh = [
            compared(change)
            for key, change in current.items()
            if change.public and seen.get(key) != change.record.content_hash
        ]
        changed = [one.features.id for one in fresh if one.features.id in seen]
        with self._store.writing() as connection:
            if _cursor(connection) != cursor:
                return 0  # another process has done it
            self._recent.begin(connection, cursor)
            self._take(connection, fresh, changed, gone)
            _go_on(connection, changes[-1].seq)
            many = self._recent.end(changes[-1].seq)
        if many:
            self._recent.settle(self._store)
        return len(changes)

    def _hashes(self, ids: Sequence[str]) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        with self._store.reading() as connection:
            for part in parts(ids):
                query = select(member.c.id, member.c.content_hash).where(member.c.id.in_(part))
                found.update((row.id, row.content_hash) for row in connection.execute(query))
        return found

    def _take(
        self,
        connection: Connection,
        fresh: Sequence[Compared],
        changed: Sequence[str],
        gone: Sequence[str],
    ) -> None:
        """Put records in the place of what was known of those that changed, take others out, and mend
        the clusters."""
        concerned, shrunk, keys = forget(connection, [*changed, *gone], gone)
        self._recent.drop(keys)
        having = keep(connection, self._recent, fresh)
        concerned |= compare(connection, fresh, having)
        recluster(connection, concerned, shrunk)

    def anew(self) -> None:
        with self._store.writing() as connection:
            connection.execute(pair.delete().where(pair.c.decision == Decision.NONE))
            connection.execute(block.delete())
            connection.execute(recent.delete())
            # What is in a cluster stays until the record comes by, so that it is touched when it leaves.
            connection.execute(update(member).values(content_hash=b"", keys=b""))
            connection.execute(t.housekeeping.delete().where(t.housekeeping.c.name == CURSOR))

    # --- reading ---------------------------------------------------------------------------------

    def clusters(self, after: str = "", limit: int = 100) -> list[Cluster]:
        query = select(member.c.cluster).where(member.c.cluster > after).distinct()
        with self._store.reading() as connection:
            ids = connection.execute(query.order_by(member.c.cluster).limit(limit)).scalars().all()
            found = members_of(connection, [one for one in ids if one])
        return [Cluster(one, found[one]) for one in sorted(found)]

    def number(self) -> int:
        with self._store.reading() as connection:
            query = select(func.count(member.c.cluster.distinct()))
            return int(connection.execute(query).scalar_one())

    def members(self, cluster_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        with self._store.reading() as connection:
            return members_of(connection, cluster_ids)

    def cluster(self, cluster_id: str) -> Cluster:
        with self._store.reading() as connection:
            ids = members_of(connection, [cluster_id]).get(cluster_id)
            if not ids:
                raise NotFound(f"there is no cluster {cluster_id}; its records may have parted")
            query = select(pair).where(pair.c.a.in_(ids), pair.c.b.in_(ids))
            found = connection.execute(query.order_by(pair.c.a, pair.c.b)).all()
        return Cluster(cluster_id, ids, tuple(compared_pair(row, together=True) for row in found))

    def cluster_of(self, page_id: str) -> Cluster | None:
        with self._store.reading() as connection:
            query = select(member.c.cluster).where(member.c.id == page_id)
            found = connection.execute(query).scalar()
        return self.cluster(found) if found else None

    def to_review(
        self, after: tuple[float, str, str] | None = None, limit: int = 100
    ) -> list[ComparedPair]:
        query = _in_doubt(pair).order_by(pair.c.points.desc(), pair.c.a, pair.c.b).limit(limit)
        if after is not None:
            points, a, b = after
            of_a = (pair.c.a > a) | ((pair.c.a == a) & (pair.c.b > b))
            query = query.where((pair.c.points < points) | ((pair.c.points == points) & of_a))
        with self._store.reading() as connection:
            return [compared_pair(row, together=False) for row in connection.execute(query)]

    def number_to_review(self) -> int:
        with self._store.reading() as connection:
            return int(connection.execute(_in_doubt(func.count())).scalar_one())

    def pair(self, one: str, other: str) -> ComparedPair:
        with self._store.reading() as connection:
            return deciding.pair_of_two(connection, one, other)

    # --- deciding: what is said is in deciding_clusters.py -----------------------------------------

    def decide(
        self, one: str, other: str, decision: Decision, who: str, *, expected: int | None = None
    ) -> ComparedPair:
        with self._store.writing() as connection:
            now = self._store.now(connection)
            return deciding.decide(connection, now, (one, other), decision, who, expected)

    def take_out(self, page_id: str, who: str) -> list[ComparedPair]:
        with self._store.writing() as connection:
            return deciding.take_out(connection, self._store.now(connection), page_id, who)

    def put_back(self, page_id: str, who: str) -> list[ComparedPair]:
        with self._store.writing() as connection:
            return deciding.put_back(connection, self._store.now(connection), page_id, who)


def _in_doubt(what: Any) -> Any:
    """What is asked of the pairs that a steward should look at."""
    one, other = member.alias(), member.alias()
    apart = or_(one.c.cluster.is_(None), one.c.cluster.is_distinct_from(other.c.cluster))
    return (
        select(what)
        .select_from(pair.join(one, one.c.id == pair.c.a).join(other, other.c.id == pair.c.b))
        .where(pair.c.decision == Decision.NONE, pair.c.points >= REVIEW, apart)
    )


def _cursor(connection: Connection) -> int:
    query = select(t.housekeeping.c.seq).where(t.housekeeping.c.name == CURSOR)
    return connection.execute(query).scalar() or 0


def _go_on(connection: Connection, seq: int) -> None:
    at = t.housekeeping.c.name == CURSOR
    if not connection.execute(update(t.housekeeping).where(at).values(seq=seq)).rowcount:
        connection.execute(t.housekeeping.insert().values(name=CURSOR, seq=seq))
