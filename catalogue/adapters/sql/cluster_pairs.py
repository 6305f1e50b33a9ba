"""The pairs of records that are likely one thing, and the clusters that they make, in a transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update

from catalogue.adapters.sql import closing
from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.cluster_keys import Recent, drop, keys_of
from catalogue.adapters.sql.cluster_rows import Compared, pair_of, unpacked
from catalogue.adapters.sql.store import parts
from catalogue.adapters.sql.tables_clusters import member, pair
from catalogue.dedupe import LARGEST, OF_ONE_SOURCE, REVIEW, Features, accepted, components, score
from catalogue.dedupe.clustering import GREATEST, Pair
from catalogue.model import page_id
from catalogue.ports import Decision

_MOVE = update(member).where(member.c.id == bindparam("of_id")).values(cluster=bindparam("to"))


def forget(
    connection: Connection, ids: Sequence[str], gone: Sequence[str]
) -> tuple[set[str], set[str], list[tuple[str, list[int]]]]:
    """Take out keys and undecided pairs of records, and all but the decisions on those gone; return
    what their clusters and pairs held, the clusters that lost a record, and the records with the keys
    that they had."""
    concerned: set[str] = set(ids)
    shrunk: set[str] = set()
    keys: list[tuple[str, list[int]]] = []
    left = set(gone)
    for part in parts(ids):
        touches = or_(pair.c.a.in_(part), pair.c.b.in_(part))
        for row in connection.execute(select(pair.c.a, pair.c.b).where(touches)):
            concerned.update((row.a, row.b))
        connection.execute(pair.delete().where(touches, pair.c.decision == Decision.NONE))
        query = select(member.c.id, member.c["keys"], member.c.cluster).where(member.c.id.in_(part))
        known = connection.execute(query).all()
        keys += [(row.id, keys_of(row.keys)) for row in known]
        clusters = {row.cluster for row in known if row.cluster}
        for members in members_of(connection, sorted(clusters)).values():
            concerned.update(members)
        shrunk.update(row.cluster for row in known if row.cluster and row.id in left)
        if lost := [one for one in part if one in left]:
            connection.execute(member.delete().where(member.c.id.in_(lost)))
            empty = or_(pair.c.a.in_(lost), pair.c.b.in_(lost))
            connection.execute(update(pair).where(empty).values(reasons="[]", points=0.0))
    drop(connection, keys)
    return concerned, shrunk, keys


def leave(connection: Connection, page_id: str) -> None:
    """Forget what a record was compared by, and mend its cluster. What stewards decided stays, by the
    page ids alone."""
    concerned, shrunk, _keys = forget(connection, [page_id], [page_id])
    recluster(connection, concerned, shrunk)


def keep(connection: Connection, recent: Recent, fresh: Sequence[Compared]) -> dict[int, set[str]]:
    """Store records and their keys; return which records have each of these keys. A key that more than
    `LARGEST` have is not stored for more, nor one that `OF_ONE_SOURCE` have for more of that source."""
    for part in parts(fresh):
        ids = [one.features.id for one in part]
        query = select(member.c.id, member.c.cluster).where(member.c.id.in_(ids))
        of = {row.id: row.cluster for row in connection.execute(query)}
        if of:
            connection.execute(member.delete().where(member.c.id.in_(list(of))))
        rows = [{**one.row, "cluster": of.get(one.features.id)} for one in part]
        connection.execute(member.insert(), rows)
    having = recent.having(connection, (key for one in fresh for key in one.keys))
    of_source = _of_sources(connection, fresh, having)
    stored = []
    for one in fresh:
        source = one.features.source
        keys = [
            key
            for key in one.keys
            if len(having.setdefault(key, set())) <= LARGEST
            and of_source[key, source] < OF_ONE_SOURCE
        ]
        for key in keys:
            having[key].add(one.features.id)
            of_source[key, source] += 1
        stored.append((one.seq, one.features.id, keys))
    recent.put(connection, stored)
    return having


def _of_sources(
    connection: Connection, fresh: Sequence[Compared], having: Mapping[int, set[str]]
) -> Counter[tuple[int, str]]:
    """How many records of each source have a key, of the keys that come near what one source may have."""
    wanted = Counter(key for one in fresh for key in one.keys)
    near = [
        (key, ids)
        for key, ids in having.items()
        if len(ids) <= LARGEST and len(ids) + wanted[key] > OF_ONE_SOURCE
    ]
    source: dict[str, str] = {}
    for part in parts(sorted({one for _key, ids in near for one in ids})):
        query = select(member.c.id, member.c.source).where(member.c.id.in_(part))
        source.update((row.id, row.source) for row in connection.execute(query))
    return Counter((key, source[one]) for key, ids in near for one in ids if one in source)


def compare(
    connection: Connection, fresh: Sequence[Compared], having: Mapping[int, set[str]]
) -> set[str]:
    """Compare records with those that share a key with them, and store what is likely; return the
    ends of all those pairs. What a steward decided stays, with the points of today."""
    known = {one.features.id: one.features for one in fresh}
    wanted = _candidates(set(known), having)
    others = {end for ends in wanted for end in ends if end not in known}
    known.update(features_of(connection, sorted(others)))
    rows = []
    for a, b in sorted(wanted):
        if a in known and b in known:  # one may have been erased meanwhile
            told = score(known[a], known[b])
            if told.points >= REVIEW:
                rows.append(pair_of(known[a], known[b], told))
    _keep_pairs(connection, rows)
    return {end for row in rows for end in (row["a"], row["b"])}


def _candidates(mine: set[str], having: Mapping[int, set[str]]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for ids in having.values():
        if 1 < len(ids) <= LARGEST:
            for x in ids & mine:
                found.update((x, y) if x < y else (y, x) for y in ids if x != y)
    return found


def _keep_pairs(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    decided = _decided_among(connection, {row["a"] for row in rows})
    fields = ("points", "certain", "reasons")
    for row in rows:
        if (row["a"], row["b"]) in decided:
            where = (pair.c.a == row["a"]) & (pair.c.b == row["b"])
            connection.execute(update(pair).where(where).values({x: row[x] for x in fields}))
    if new := [row for row in rows if (row["a"], row["b"]) not in decided]:
        connection.execute(pair.insert(), new)


def features_of(connection: Connection, ids: Sequence[str]) -> dict[str, Features]:
    """What those of the records are compared by that are public."""
    found: dict[str, Features] = {}
    for part in parts(ids):
        query = select(member.c.id, member.c.features).where(member.c.id.in_(part))
        found.update((row.id, unpacked(row.features)) for row in connection.execute(query))
    return found


def _decided_among(connection: Connection, firsts: set[str]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for part in parts(sorted(firsts)):
        query = select(pair.c.a, pair.c.b).where(pair.c.a.in_(part))
        rows = connection.execute(query.where(pair.c.decision != Decision.NONE))
        found.update((row.a, row.b) for row in rows)
    return found


# --- clusters --------------------------------------------------------------------------------------


def recluster(
    connection: Connection, concerned: set[str], shrunk: AbstractSet[str] = frozenset()
) -> None:
    """Make the clusters anew that hold any of those records or that would; touch what moved, and all that
    is beside it, also in the clusters that have `shrunk` by records which are forgotten."""
    ids, pairs = _reached(connection, concerned)
    before = _clusters_of(connection, ids)
    held = accepted(pairs)
    found = components(held, _apart(connection, held, pairs))
    after = _named(found, before)
    moved = sorted(one for one in before if before[one] != after.get(one))
    if moved:
        told = [{"of_id": one, "to": after.get(one)} for one in moved]
        connection.execute(_MOVE, told)
    changed = {before[one] for one in moved} | {after.get(one) for one in moved} | shrunk
    beside = [one for one in before if before[one] in changed and before[one] is not None]
    _touch(connection, sorted({*moved, *beside}))


def _reached(connection: Connection, concerned: set[str]) -> tuple[set[str], list[Pair]]:
    """The records that likely pairs lead to, and all pairs of each."""
    ids: set[str] = set()
    pairs: dict[tuple[str, str], Pair] = {}
    fringe = set(concerned)
    while fringe:
        ids |= fringe
        met: set[str] = set()
        for part in parts(sorted(fringe)):
            for column in (pair.c.a, pair.c.b):
                for row in connection.execute(select(pair).where(column.in_(part))):
                    one = Pair(
                        row.a, row.b, row.source_a, row.source_b, row.points, row.certain,
                        Decision(row.decision),
                    )  # fmt: skip
                    pairs[row.a, row.b] = one
                    met.update((one.a, one.b) if one.likely else ())
        fringe = met - ids
    live = _clusters_of(connection, {end for one in pairs.values() for end in (one.a, one.b)})
    return ids, [one for one in pairs.values() if one.a in live and one.b in live]


def _clusters_of(connection: Connection, ids: set[str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for part in parts(sorted(ids)):
        query = select(member.c.id, member.c.cluster).where(member.c.id.in_(part))
        found.update((row.id, row.cluster) for row in connection.execute(query))
    return found


def _apart(
    connection: Connection, held: Sequence[Pair], pairs: Sequence[Pair]
) -> set[tuple[str, str]]:
    """Pairs that must not come together: split, or ruled out where a chain of others would join them."""
    apart = {(one.a, one.b) for one in pairs if one.split}
    confirmed = {(one.a, one.b) for one in pairs if one.decision is Decision.CONFIRMED}
    near: dict[str, set[str]] = defaultdict(set)
    for one in held:
        near[one.a].add(one.b)
        near[one.b].add(one.a)
    chained = {
        (min(x, y), max(x, y))
        for ends in near.values()
        for x, y in combinations(sorted(ends)[:GREATEST], 2)
    }
    chained -= {(one.a, one.b) for one in pairs}
    known = features_of(connection, sorted({end for ends in chained for end in ends}))
    apart.update((a, b) for a, b in chained if score(known[a], known[b]).vetoed)
    return apart - confirmed


def _named(found: Sequence[frozenset[str]], before: Mapping[str, str | None]) -> dict[str, str]:
    """The id of each member's cluster: that which most of its members had, else one of its own."""
    named: dict[str, str] = {}
    taken: set[str] = set()
    kept = {name for name in before.values() if name}
    for members in sorted(found, key=lambda one: (-len(one), min(one))):
        had = Counter(name for one in members if (name := before.get(one)) and name not in taken)
        name = min(had, key=lambda one: (-had[one], one)) if had else ""
        number = 0
        while not name or name in taken:
            own = page_id("\0cluster", f"{min(members)} {number}")
            name, number = ("" if own in kept else own), number + 1
        taken.add(name)
        named.update(dict.fromkeys(members, name))
    return named


def members_of(connection: Connection, cluster_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The page ids in each of the clusters, sorted."""
    found: dict[str, list[str]] = defaultdict(list)
    for part in parts(cluster_ids):
        query = select(member.c.cluster, member.c.id).where(member.c.cluster.in_(part))
        for row in connection.execute(query.order_by(member.c.id)):
            found[row.cluster].append(row.id)
    return {name: tuple(ids) for name, ids in found.items()}


def _touch(connection: Connection, page_ids: Sequence[str]) -> None:
    """Let projections follow those records once more."""
    for part in parts(page_ids):
        query = select(t.record.c.id).where(t.record.c.page_id.in_(part))
        query = query.where(t.record.c.deleted.is_(False), t.record.c.archived.is_(False))
        ids = connection.execute(query.order_by(t.record.c.id)).scalars().all()
        closing.repeat(connection, ids, {}, None)


def put_decision(connection: Connection, row: Mapping[str, Any]) -> None:
    """Store what a steward said of a pair, in the place of what there was."""
    connection.execute(pair.delete().where((pair.c.a == row["a"]) & (pair.c.b == row["b"])))
    if row["decision"] != Decision.NONE or row["points"] >= REVIEW:
        connection.execute(pair.insert().values(row))


def compared_now(connection: Connection, a: str, b: str) -> dict[str, Any] | None:
    """Two records as they compare now, as a row without a decision; None where one is not public."""
    known = features_of(connection, [a, b])
    return pair_of(known[a], known[b], score(known[a], known[b])) if len(known) == 2 else None
