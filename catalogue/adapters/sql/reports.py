"""Reports on requests, on SQL: from rows that are derived with the events, never from events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, case, func, select, tuple_

from catalogue.access.model import STEPS, LegState
from catalogue.adapters.sql import access_rows, rows
from catalogue.adapters.sql import tables_access as a
from catalogue.adapters.sql import tables_outbox as t
from catalogue.adapters.sql import tables_people as p
from catalogue.adapters.sql.access_lists import place, place_of
from catalogue.adapters.sql.requests import everything
from catalogue.adapters.sql.store import SqlStore
from catalogue.ports import AccessFigures, DecisionFigures, LegFigures, StepFigures

SECOND = 1_000_000  # microseconds
NONE = "none"
ORDER = (LegState.SUBMITTED, *STEPS, LegState.RETURNED)

_S, _D = t.access_step.c, t.access_outcome.c


class SqlReports:
    """`catalogue.ports.Reports`. Safe to share between threads."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def access(self, holder: str, start: datetime, end: datetime, now: datetime) -> AccessFigures:
        within = (rows.micros(start), rows.micros(end))
        with self._store.reading() as connection:
            found = connection.execute(_grouped(holder, within, rows.micros(now))).all()
            steps = tuple(_steps(connection, holder, within))
        return AccessFigures(
            total=sum(row.number for row in found),
            states=_sums((row.state, row.number) for row in found),
            overdue=sum(row.overdue or 0 for row in found),
            decisions=_sums((row.decision, row.number) for row in found if row.decision),
            steps=steps,
            by_sector=tuple(_by_sector(found)),
        )

    def legs(
        self, holder: str, start: datetime, end: datetime, *, after: str = "", limit: int = 500
    ) -> tuple[list[LegFigures], str | None]:
        order = (_D.submitted, _D.request, _D.leg)
        query = (
            select(t.access_outcome, a.access_leg.c.title, p.organisation.c.kind)
            .select_from(_WITH_TITLE)
            .where(
                _D.holder == holder, _within(_D.submitted, (rows.micros(start), rows.micros(end)))
            )
        )
        if after:
            query = query.where(tuple_(*order) > tuple_(*place_of(after, 3)))
        with self._store.reading() as connection:
            found = connection.execute(query.order_by(*order).limit(limit + 1)).all()
            shown = found[:limit]
            clocks = _clocks(connection, [row.request for row in shown])
        following = None
        if len(found) > limit:
            following = place(shown[-1].submitted, shown[-1].request, shown[-1].leg)
        return [_leg_of(row, clocks.get((row.request, row.leg), {})) for row in shown], following


_WITH_KIND = t.access_outcome.outerjoin(p.organisation, p.organisation.c.id == _D.organisation)
_WITH_TITLE = _WITH_KIND.join(
    a.access_leg, and_(a.access_leg.c.request == _D.request, a.access_leg.c.leg == _D.leg)
)


def fill(connection: Connection) -> None:
    """Derive what reports are made from for every request that there is."""
    for request in everything(connection):
        for table, found in access_rows.for_reports(request).items():
            if found:
                connection.execute(table.insert(), found)


def _within(column: Any, period: tuple[Any, Any]) -> Any:
    return and_(column >= period[0], column < period[1])


def _grouped(holder: str, period: tuple[Any, Any], now: Any) -> Any:
    """How many legs there are of each state, decision, kind of organisation and set of sectors."""
    by = (_D.state, _D.decision, _D.sectors, p.organisation.c.kind)
    late = func.sum(case((_D.due < now, 1), else_=0)).label("overdue")
    query = select(*by, func.count().label("number"), late).select_from(_WITH_KIND)
    return query.where(_D.holder == holder, _within(_D.submitted, period)).group_by(*by)


def _steps(connection: Connection, holder: str, period: tuple[Any, Any]) -> Iterator[StepFigures]:
    """Median and 90th percentile of each step. Ranked here: a database's window functions take five times
    as long for the same."""
    behind = (_S.holder == holder, _within(_S.submitted, period), _S.left_at.is_not(None))
    clocks: dict[str, list[int]] = {}
    elapsed: dict[str, list[int]] = {}
    for step, clock, whole in connection.execute(
        select(_S.step, _S.clock, _S.elapsed).where(*behind)
    ):
        clocks.setdefault(step, []).append(clock)
        elapsed.setdefault(step, []).append(whole)
    for state in ORDER:
        if state.value in clocks:
            by_clock, by_whole = sorted(clocks[state.value]), sorted(elapsed[state.value])
            figures = (_rank(some, share) for some in (by_clock, by_whole) for share in (5, 9))
            yield StepFigures(state.value, len(by_clock), *figures)


def _rank(values: list[int], tenths: int) -> float:
    """The value, in seconds, that so many tenths of all do not exceed: by nearest rank."""
    return values[-(-tenths * len(values) // 10) - 1] / SECOND


def _by_sector(found: Iterable[Any]) -> Iterator[DecisionFigures]:
    counted: Counter[tuple[str, str, str]] = Counter()
    for row in found:
        if row.decision:
            for sector in row.sectors.split(",") if row.sectors else (NONE,):
                counted[sector, row.kind or NONE, row.decision] += row.number
    for (sector, kind, decision), number in sorted(counted.items()):
        yield DecisionFigures(sector, kind, decision, number)


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for name, number in pairs:
        counted[name] += number
    return dict(sorted(counted.items()))


def _clocks(connection: Connection, requests: list[str]) -> dict[tuple[str, str], dict[str, float]]:
    query = select(_S.request, _S.leg, _S.step, _S.clock).where(
        _S.request.in_(sorted(set(requests)))
    )
    found: dict[tuple[str, str], dict[str, float]] = {}
    for request, leg, step, clock in connection.execute(query):
        found.setdefault((request, leg), {})[step] = clock / SECOND
    return found


def _leg_of(row: Any, clocks: dict[str, float]) -> LegFigures:
    return LegFigures(
        request=row.request,
        leg=row.leg,
        title=row.title,
        state=row.state,
        sectors=tuple(filter(None, row.sectors.split(","))),
        organisation=row.organisation,
        kind=row.kind,
        submitted=rows.moment(row.submitted),
        decided=rows.maybe_moment(row.decided),
        decision=row.decision,
        due=rows.maybe_moment(row.due),
        clocks=clocks,
    )
