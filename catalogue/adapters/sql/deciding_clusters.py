"""What stewards say of pairs of records, in the transaction that mends their clusters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, or_, select

from catalogue.adapters.sql import auditing
from catalogue.adapters.sql.cluster_pairs import (
    compared_now,
    members_of,
    put_decision,
    recluster,
)
from catalogue.adapters.sql.cluster_rows import compared_pair
from catalogue.adapters.sql.tables_clusters import member, pair
from catalogue.errors import InvalidInput, NotFound, Overtaken
from catalogue.ports import ComparedPair, Decision


def decide(
    connection: Connection,
    now: int,
    two: tuple[str, str],
    decision: Decision,
    who: str,
    expected: int | None,
) -> ComparedPair:
    """As `Clusters.decide`."""
    before = pair_of_two(connection, *two)
    if expected is not None and expected != before.version:
        raise Overtaken(
            f"somebody else has decided on {before.a} and {before.b} meanwhile: it is"
            f" {before.decision.value} now; look again",
            before.version,
        )
    told = {"decision": decision.value, "before": before.decision.value}
    act = "cluster.undo" if decision is Decision.NONE else f"cluster.{decision.value}"
    version = auditing.note(connection, now, who, act, f"{before.a} {before.b}", told)
    _say(connection, now, [before], decision, who, version)
    return pair_of_two(connection, *two)


def take_out(connection: Connection, now: int, page_id: str, who: str) -> list[ComparedPair]:
    """As `Clusters.take_out`."""
    query = select(member.c.cluster).where(member.c.id == page_id)
    cluster = connection.execute(query).scalar()
    if not cluster:
        raise NotFound(f"{page_id[:40]!r} is in no cluster")
    others = [one for one in members_of(connection, [cluster])[cluster] if one != page_id]
    found = [pair_of_two(connection, page_id, one) for one in others]
    told = {"cluster": cluster, "from": others}
    version = auditing.note(connection, now, who, "cluster.take-out", page_id, told)
    _say(connection, now, found, Decision.SPLIT, who, version)
    return sorted((pair_of_two(connection, one.a, one.b) for one in found), key=_ends)


def put_back(connection: Connection, now: int, page_id: str, who: str) -> list[ComparedPair]:
    """As `Clusters.put_back`."""
    of = or_(pair.c.a == page_id, pair.c.b == page_id)
    query = select(pair.c.a, pair.c.b, pair.c.version).where(of, pair.c.decision == Decision.SPLIT)
    rows = connection.execute(query).all()
    last = max((row.version for row in rows), default=None)
    live = {row.id for row in connection.execute(select(member.c.id).where(_among(rows)))}
    found = [
        pair_of_two(connection, row.a, row.b)
        for row in rows
        if row.version == last and row.a in live and row.b in live
    ]
    if not found:
        raise NotFound(f"nobody has split {page_id[:40]!r} from another public record")
    told = {"with": [one.b if one.a == page_id else one.a for one in found]}
    version = auditing.note(connection, now, who, "cluster.put-back", page_id, told)
    _say(connection, now, found, Decision.NONE, who, version)
    return sorted((pair_of_two(connection, one.a, one.b) for one in found), key=_ends)


def _among(rows: Sequence[Any]) -> Any:
    ids = {end for row in rows for end in (row.a, row.b)}
    return member.c.id.in_(sorted(ids))


def _ends(one: ComparedPair) -> tuple[str, str]:
    return one.a, one.b


def _say(
    connection: Connection,
    now: int,
    found: Sequence[ComparedPair],
    decision: Decision,
    who: str,
    version: int,
) -> None:
    """Store what is said of pairs, and mend the clusters that they are of."""
    concerned: set[str] = set()
    for one in found:
        concerned |= _beside(connection, one)
        row = compared_now(connection, one.a, one.b) or {}
        said = {"who": who, "at": now} if decision is not Decision.NONE else {}
        said |= {"decision": decision.value, "version": version}
        put_decision(connection, {**row, **said})
    recluster(connection, concerned)


def _beside(connection: Connection, one: ComparedPair) -> set[str]:
    """Both records and all of their clusters."""
    query = select(member.c.cluster).where(member.c.id.in_([one.a, one.b]))
    clusters = {found for found in connection.execute(query).scalars() if found}
    of = members_of(connection, sorted(clusters))
    return {one.a, one.b, *(found for ids in of.values() for found in ids)}


def pair_of_two(connection: Connection, one: str, other: str) -> ComparedPair:
    """Two records as they compare now, with what was said of them. Raises: InvalidInput, NotFound."""
    if one == other:
        raise InvalidInput(f"{one} is one record; name two")
    a, b = sorted((one, other))
    now = compared_now(connection, a, b)
    if now is None:
        raise NotFound(f"{a} or {b} is no public record that was compared; see `aicat cluster run`")
    stored = connection.execute(select(pair).where(pair.c.a == a, pair.c.b == b)).first()
    of = connection.execute(select(member.c.cluster).where(member.c.id.in_([a, b]))).scalars().all()
    together = of[0] is not None and of[0] == of[1]
    said = {x: stored._mapping[x] for x in ("decision", "who", "at", "version")} if stored else {}
    return compared_pair({**now, **said}, together=together)
