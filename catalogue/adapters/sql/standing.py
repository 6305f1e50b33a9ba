"""How the records of sources stand: what is missing, what could not be used, what waits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.store import parts
from catalogue.model import RunKind, RunState, Standing

_KEPT = t.record.c.deleted.is_(False)
_OF_QUARANTINE = t.quarantine.outerjoin(
    t.record,
    and_(t.record.c.source == t.quarantine.c.source, t.record.c.key == t.quarantine.c.key, _KEPT),
)


def standing(connection: Connection, source_ids: Sequence[str]) -> dict[str, Standing]:
    """The numbers of each source."""
    record, quarantine, pending = t.record.c, t.quarantine.c, t.pending.c
    live_missing = and_(_KEPT, record.archived.is_(False), t.MISSING)
    archived = and_(_KEPT, t.ARCHIVED)
    asked = {
        "missing": (t.record, record.source, live_missing),
        "archived": (t.record, record.source, archived),
        "quarantined": (_OF_QUARANTINE, quarantine.source, _still_unusable()),
        "waiting": (t.pending, pending.source, pending.key.is_not(None)),
    }
    numbers: dict[str, dict[str, int]] = {one: {} for one in source_ids}
    for name, (table, source, where) in asked.items():
        for part in parts(source_ids):
            query = select(source, func.count()).select_from(table).where(source.in_(part), where)
            for source_id, number in connection.execute(query.group_by(source)):
                numbers[source_id][name] = number
    return {source_id: Standing(**found) for source_id, found in numbers.items()}


_GROUPS = (t.record.c.source, t.record.c.type, t.record.c.visibility)
TALLIES = (
    select(*_GROUPS, func.count())
    .where(_KEPT, t.record.c.archived.is_(False))
    .group_by(*_GROUPS)
    .order_by(*_GROUPS)
)


def missing(source_id: str, after: str, limit: int) -> Any:
    """The records that a source no longer lists, by key."""
    record = t.record.c
    where = (record.source == source_id, record.key > after, _KEPT)
    return (
        select(t.record).where(*where, or_(t.MISSING, t.ARCHIVED)).order_by(record.key).limit(limit)
    )


def quarantined(source_id: str, after: str, limit: int) -> Any:
    """What of a source could not be used, by key."""
    quarantine = t.quarantine.c
    where = (quarantine.source == source_id, quarantine.key > after, _still_unusable())
    query = select(t.quarantine, t.record.c.page_id).select_from(_OF_QUARANTINE).where(*where)
    return query.order_by(quarantine.key).limit(limit)


def _still_unusable() -> Any:
    """Nothing good came of the key since: no version, and no run that read the whole source."""
    run, quarantine = t.run.c, t.quarantine.c
    whole = (
        select(func.max(run.id))
        .where(
            run.source == quarantine.source,
            run.kind == RunKind.HARVEST,
            run.state.in_((RunState.DONE, RunState.HELD)),
            run.incremental.is_(False),
        )
        .correlate(t.quarantine)
        .scalar_subquery()
    )
    no_better = or_(t.record.c.id.is_(None), t.record.c.changed <= quarantine.at)
    return and_(no_better, quarantine.run >= func.coalesce(whole, ""))


def page_ids(connection: Connection, source_id: str, keys: Sequence[str]) -> dict[str, str]:
    """The page ids of records that are not deleted, by key."""
    record = t.record.c
    found: dict[str, str] = {}
    for part in parts(keys):
        query = select(record.key, record.page_id)
        query = query.where(record.source == source_id, record.key.in_(part), _KEPT)
        found.update((row.key, row.page_id) for row in connection.execute(query))
    return found


def shares_raw(connection: Connection, row: Any) -> bool:
    """Whether the bytes of a record's row are another record's too."""
    record = t.record.c
    query = select(record.id).where(
        record.source == row.source, record.raw == row.raw, record.id != row.id
    )
    return connection.execute(query.limit(1)).first() is not None
