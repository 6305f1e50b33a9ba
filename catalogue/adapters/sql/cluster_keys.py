"""Which records have a key: of those that came lately in memory, of all others in a tree.

The keys of a few hundred records lie all over a tree of millions: to put them there one batch at a time
is to write most of it each time. So they are kept as they came, in a list that a crash leaves whole, and
go into the tree in its order when there are those of many records, or when nothing more comes.
"""

from __future__ import annotations

import array
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, bindparam, select

from catalogue.adapters.sql.inserting import put_new
from catalogue.adapters.sql.store import SqlStore, parts
from catalogue.adapters.sql.tables_clusters import block, recent

MANY = 40_000  # records from which on their keys are put into the tree: a hundred bytes of memory a key
PUT = 60_000  # keys of one transaction: other writers wait that long

_FORGET = block.delete().where(
    (block.c.key == bindparam("of_key")) & (block.c.id == bindparam("of_id"))
)


class Recent:
    """The keys of records that came lately. Its methods but `settle` are called in the transaction of the
    one that follows the journal; what another process did meanwhile is noticed by the cursor."""

    def __init__(self) -> None:
        self._of: dict[int, tuple[str, ...]] = {}
        self._at: int | None = None
        self._records = 0

    def begin(self, connection: Connection, cursor: int) -> None:
        """Know what there is at this place of the journal; unsure of it until `end`."""
        if self._at != cursor:
            rows = connection.execute(select(recent.c.id, recent.c["keys"])).all()
            self._of, self._records = {}, len(rows)
            for row in rows:
                self._add(row.id, keys_of(row.keys))
        self._at = None

    def end(self, cursor: int) -> bool:
        """Be at this place of the journal; return whether it is time to `settle`."""
        self._at = cursor
        return self._records >= MANY

    def having(self, connection: Connection, keys: Iterable[int]) -> dict[int, set[str]]:
        """The records that have each of the keys, as far as any has."""
        wanted = sorted(set(keys))
        found = {key: set(self._of[key]) for key in wanted if key in self._of}
        for part in parts(wanted):
            query = select(block.c.key, block.c.id).where(block.c.key.in_(part))
            for key, one in connection.execute(query):
                found.setdefault(key, set()).add(one)
        return found

    def put(self, connection: Connection, fresh: Sequence[tuple[int, str, Sequence[int]]]) -> None:
        """Keep the keys of records: each with the number of its change."""
        rows = [{"seq": seq, "id": one, "keys": packed(keys)} for seq, one, keys in fresh]
        if rows:
            connection.execute(recent.insert(), rows)
        for _seq, one, keys in fresh:
            self._add(one, keys)
        self._records += len(rows)

    def _add(self, one: str, keys: Iterable[int]) -> None:
        for key in keys:
            self._of[key] = (*self._of.get(key, ()), one)

    def drop(self, records: Iterable[tuple[str, Sequence[int]]]) -> None:
        """Know no longer that these records have those keys."""
        for one, keys in records:
            for key in keys:
                left = tuple(other for other in self._of.get(key, ()) if other != one)
                if left:
                    self._of[key] = left
                else:
                    self._of.pop(key, None)

    def settle(self, store: SqlStore) -> None:
        """Put all that waits into the tree, in some transactions. What is cut off is done again."""
        with store.reading() as connection:
            rows = connection.execute(select(recent)).all()
        entries = sorted((key, row.id, row.seq) for row in rows for key in keys_of(row.keys))
        for start in range(0, len(entries), PUT):
            with store.writing() as connection:
                # A record may have changed or been erased meanwhile: then it waits no more.
                there = set(connection.execute(select(recent.c.seq)).scalars())
                some = entries[start : start + PUT]
                told = [(key, one) for key, one, seq in some if seq in there]
                if told:
                    put_new(connection, block, ("key", "id"), told)
        if rows:
            with store.writing() as connection:
                for part in parts([row.seq for row in rows]):
                    connection.execute(recent.delete().where(recent.c.seq.in_(part)))
            self._at, self._of = None, {}


def drop(connection: Connection, records: Sequence[tuple[str, Sequence[int]]]) -> None:
    """Take records with their keys out of the database."""
    told = [{"of_key": key, "of_id": one} for one, keys in records for key in keys]
    if told:
        connection.execute(_FORGET, told)
    for part in parts([one for one, _keys in records]):
        connection.execute(recent.delete().where(recent.c.id.in_(part)))


def packed(keys: Sequence[int]) -> bytes:
    """Keys as a row holds them."""
    return array.array("q", keys).tobytes()


def keys_of(stored: bytes) -> list[int]:
    """The keys that a row holds."""
    return array.array("q", stored).tolist()
