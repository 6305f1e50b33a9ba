"""Schedules of sources: whose slot has come, used by exactly one process."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select, update

from catalogue.adapters.sql import rows
from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.store import SqlStore
from catalogue.harvest.schedule import Slots, step
from catalogue.model import ACTIVE, RunKind


def due(store: SqlStore) -> list[str]:
    """The sources whose slots want to be looked at in a transaction of their own."""
    query = (
        select(t.source.c.id, t.source.c.schedule.label("wanted"), *_SLOTS)
        .select_from(t.source.outerjoin(t.source_state, t.source_state.c.source == t.source.c.id))
        .where(t.source.c.schedule.is_not(None))
    )
    with store.reading() as connection:
        now = rows.moment(store.now(connection))
        found = []
        for row in connection.execute(query).all():
            fires, slots = step(row.wanted, _slots_of(row), now)
            if fires or slots != _slots_of(row):
                found.append(row.id)
        return found


def use_slot(store: SqlStore, source_id: str, run_id: str) -> bool:
    """Take the source's slot if it is still due; true where a run was queued for it.

    A source that is still being harvested when its slot comes has had it.
    """
    with store.writing() as connection:
        row = connection.execute(select(t.source).where(t.source.c.id == source_id)).first()
        if row is None or row.schedule is None:
            return False
        now = store.now(connection)
        fires, slots = step(row.schedule, _stored(connection, source_id), rows.moment(now))
        _store(connection, source_id, slots)
        active = select(t.run.c.id).where(
            t.run.c.source == source_id,
            t.run.c.state.in_(ACTIVE),
            t.run.c.kind == RunKind.HARVEST,
        )
        if not fires or connection.execute(active).first() is not None:
            return False
        values = rows.new_run(run_id, row, RunKind.HARVEST, "schedule", now)
        connection.execute(insert(t.run).values(values))
        return True


_SLOTS = (t.source_state.c.schedule, t.source_state.c.next_at, t.source_state.c.slot_at)


def _stored(connection: Connection, source_id: str) -> Slots:
    row = connection.execute(select(*_SLOTS).where(t.source_state.c.source == source_id)).first()
    return Slots() if row is None else _slots_of(row)


def _slots_of(row: Any) -> Slots:
    return Slots(row.schedule, rows.maybe_moment(row.next_at), rows.maybe_moment(row.slot_at))


def _store(connection: Connection, source_id: str, slots: Slots) -> None:
    values = {
        "schedule": slots.schedule,
        "next_at": rows.micros(slots.next_at),
        "slot_at": rows.micros(slots.slot_at),
    }
    where = t.source_state.c.source == source_id
    if connection.execute(update(t.source_state).where(where).values(**values)).rowcount == 0:
        connection.execute(insert(t.source_state).values(source=source_id, **values))
