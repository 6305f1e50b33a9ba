"""The lists of requests, legs and entitlements: queries that go on from a place, each along an index."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, tuple_

from catalogue.access.model import Entitlement, LegState
from catalogue.adapters.sql import rows
from catalogue.adapters.sql import tables_access as t
from catalogue.adapters.sql.access_rows import (
    NEVER,
    ORGANISATION,
    PERSON,
    entitlement_of,
    leg_row_of,
    request_row_of,
)
from catalogue.errors import InvalidInput
from catalogue.ports import (
    EntitlementsWanted,
    LegRow,
    LegsWanted,
    Overrun,
    RequestRow,
    RequestsWanted,
)

_LEG = t.access_leg.c
_GIVEN = t.entitlement.c
Where = list[ColumnElement[bool]]


def place_of(after: str, parts: int) -> list[Any]:
    """The place that a list gave out: a number, then names. Raises: InvalidInput."""
    head, *names = after.split("~")
    number = head.removeprefix("-")
    if len(names) != parts - 1 or not (number.isascii() and number.isdigit()) or len(number) > 19:
        raise InvalidInput("cursor: it was not given out by this list; begin without one")
    return [min(int(head), NEVER), *names]


def place(*values: Any) -> str:
    """A place in a list, to go on behind."""
    return "~".join(str(one) for one in values)


# --- requests -------------------------------------------------------------------------------------------


def requests(
    connection: Connection, wanted: RequestsWanted, after: str | None, limit: int
) -> tuple[list[RequestRow], str | None]:
    readers = _readers(wanted)
    if not readers:
        found = connection.execute(_all_requests(wanted, after, limit)).all()
    else:
        by_id = {
            row.id: row
            for one in readers
            for row in connection.execute(_read_by(one, wanted, after, limit))
        }
        found = sorted(by_id.values(), key=lambda row: (row.changed, row.id), reverse=True)
    shown = found[:limit]
    following = place(shown[-1].changed, shown[-1].id) if len(found) > limit else None
    return [request_row_of(row) for row in shown], following


def _readers(wanted: RequestsWanted) -> list[str]:
    found = [] if wanted.person is None else [f"{PERSON}{wanted.person}"]
    if wanted.organisation is not None:
        found.append(f"{ORGANISATION}{wanted.organisation}")
    return found


def _all_requests(wanted: RequestsWanted, after: str | None, limit: int) -> Select[Any]:
    table = t.access_request
    order = (table.c.changed, table.c.id)
    query = select(table).where(*_states(wanted), *_before(order, after))
    return query.order_by(order[0].desc(), order[1].desc()).limit(limit + 1)


def _read_by(reader: str, wanted: RequestsWanted, after: str | None, limit: int) -> Select[Any]:
    table = t.access_reader
    order = (table.c.changed, table.c.request)
    joined = table.join(t.access_request, t.access_request.c.id == table.c.request)
    query = select(t.access_request).select_from(joined).where(table.c.reader == reader)
    query = query.where(*_states(wanted), *_before(order, after))
    return query.order_by(order[0].desc(), order[1].desc()).limit(limit + 1)


def _states(wanted: RequestsWanted) -> Where:
    values = [one.value for one in wanted.states]
    return [t.access_request.c.state.in_(values)] if values else []


def _before(order: tuple[Any, Any], after: str | None) -> Where:
    return [] if after is None else [tuple_(*order) < tuple_(*place_of(after, 2))]


def count_requests(connection: Connection, wanted: RequestsWanted) -> int:
    readers, table = _readers(wanted), t.access_request
    query = select(func.count()).select_from(table).where(*_states(wanted))
    if readers:
        of = select(t.access_reader.c.request).where(t.access_reader.c.reader.in_(readers))
        if not wanted.states:
            return int(
                connection.execute(
                    select(func.count()).select_from(of.distinct().subquery())
                ).scalar_one()
            )
        query = query.where(table.c.id.in_(of))
    return int(connection.execute(query).scalar_one())


# --- legs -----------------------------------------------------------------------------------------------


def legs(
    connection: Connection, wanted: LegsWanted, after: str | None, limit: int
) -> tuple[list[LegRow], str | None]:
    order = (_LEG.place, _LEG.request, _LEG.leg)
    query = select(t.access_leg).where(*_legs_where(wanted))
    if after is not None:
        query = query.where(tuple_(*order) > tuple_(*place_of(after, 3)))
    found = connection.execute(query.order_by(*order).limit(limit + 1)).all()
    shown = found[:limit]
    following = None
    if len(found) > limit:
        following = place(shown[-1].place, shown[-1].request, shown[-1].leg)
    return [leg_row_of(row) for row in shown], following


def count_legs(connection: Connection, wanted: LegsWanted) -> int:
    query = select(func.count()).select_from(t.access_leg).where(*_legs_where(wanted))
    return int(connection.execute(query).scalar_one())


def _legs_where(wanted: LegsWanted) -> Where:
    found: Where = [_LEG.listed.is_(True)]
    if wanted.holders is not None:
        found.append(_LEG.holder.in_(sorted(wanted.holders)))
    if wanted.states:
        found.append(_LEG.state.in_([one.value for one in wanted.states]))
    if wanted.assigned is not None:
        found.append(_LEG.assigned == wanted.assigned)
    if wanted.due_before is not None:
        found.append(_LEG.place < (rows.micros(wanted.due_before) or 0))
    return found


def numbers(
    connection: Connection, holders: Sequence[str] | None
) -> dict[str, dict[LegState, int]]:
    query = select(_LEG.holder, _LEG.state, func.count()).where(_LEG.listed.is_(True))
    if holders is not None:
        query = query.where(_LEG.holder.in_(holders))
    found: dict[str, dict[LegState, int]] = {}
    for holder, state, number in connection.execute(query.group_by(_LEG.holder, _LEG.state)):
        found.setdefault(holder, {})[LegState(state)] = number
    return found


def overrun(connection: Connection, now: datetime, limit: int) -> list[Overrun]:
    query = select(_LEG.request, _LEG.leg, _LEG.state).where(_LEG.clock < _after(now))
    found = connection.execute(query.order_by(_LEG.clock, _LEG.request, _LEG.leg).limit(limit))
    return [Overrun(row.request, row.leg, row.state == LegState.ACTIVE.value) for row in found]


def _after(now: datetime) -> int:
    """Entitlements end at their moment; a step is overdue only behind it, which the desk looks at."""
    return (rows.micros(now) or 0) + 1


# --- entitlements ---------------------------------------------------------------------------------------


def entitlements(
    connection: Connection, wanted: EntitlementsWanted, after: str | None, limit: int
) -> tuple[list[Entitlement], str | None]:
    order = (_GIVEN.starts, _GIVEN.id)
    query = select(t.entitlement).where(*_given_where(wanted), *_before(order, after))
    query = query.order_by(order[0].desc(), order[1].desc()).limit(limit + 1)
    found = connection.execute(query).all()
    shown = found[:limit]
    following = place(shown[-1].starts, shown[-1].id) if len(found) > limit else None
    return [entitlement_of(row) for row in shown], following


def count_entitlements(connection: Connection, wanted: EntitlementsWanted) -> int:
    query = select(func.count()).select_from(t.entitlement).where(*_given_where(wanted))
    return int(connection.execute(query).scalar_one())


def _given_where(wanted: EntitlementsWanted) -> Where:
    found: Where = []
    for name in ("person", "organisation", "page_id", "request"):
        value = getattr(wanted, name)
        if value is not None:
            found.append(_GIVEN[name] == value)
    if wanted.holders is not None:
        found.append(_GIVEN.holder.in_(sorted(wanted.holders)))
    if wanted.states:
        found.append(_GIVEN.state.in_([one.value for one in wanted.states]))
    if wanted.in_force is not None:
        now = rows.micros(wanted.in_force) or 0
        found.append(and_(_GIVEN.state == "active", _GIVEN.starts <= now, _GIVEN.ends > now))
    return found
