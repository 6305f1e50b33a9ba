"""The scores of records and their sums, on SQL. Sums are changed by what changed, never counted anew."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, delete, select, update

from catalogue.adapters.sql import rows
from catalogue.adapters.sql import tables as j
from catalogue.adapters.sql import tables_quality as t
from catalogue.adapters.sql.inserting import insert_into
from catalogue.adapters.sql.links import day_number, day_of
from catalogue.adapters.sql.store import SqlStore, parts
from catalogue.ports import Figures, Fold, Gap, Score
from catalogue.quality.metrics import METRICS, band

NAME = "quality 2"  # of the housekeeping; with other rules another one, so that all is scored anew
_Q, _N, _G, _D = t.record_quality.c, t.quality_now.c, t.quality_gap.c, t.quality_day.c

Scope = tuple[str, str]


class SqlQuality:
    """`catalogue.ports.Quality`."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._closed: date | None = None

    def position(self) -> int:
        with self._store.reading() as connection:
            return _position(connection) or 0

    def fold(self, fold: Fold) -> bool:
        with self._store.writing() as connection:
            if (_position(connection) or 0) != fold.after:
                return False
            before = dict(_scores(connection, list(fold.scores)))
            changes = Changes(before, fold.scores)
            _store(connection, changes)
            for scope, sums in changes.sums.items():
                _add(connection, scope, sums)
            _gaps(connection, changes)
            _keep_day(connection, [*changes.sums], rows.moment(self._store.now(connection)).date())
            _move(connection, fold.upto)
        return True

    def score(self, page_id: str) -> Score | None:
        with self._store.reading() as connection:
            return dict(_scores(connection, [page_id])).get(page_id)

    def figures(self, kind: str, ids: Iterable[str] | None = None) -> list[Figures]:
        query = select(t.quality_now).where(_N.kind == kind, _N.records > 0)
        if ids is not None:
            query = query.where(_N.id.in_(list(ids)))
        with self._store.reading() as connection:
            return [_figures(row) for row in connection.execute(query.order_by(_N.id))]

    def gaps(self, kind: str, id: str) -> list[Gap]:
        where = and_(_G.kind == kind, _G.id == id, _G.records > 0)
        query = select(t.quality_gap).where(where).order_by(_G.metric)
        with self._store.reading() as connection:
            return [Gap(r.metric, r.records, r.example) for r in connection.execute(query)]

    def days(self, kind: str, id: str, *, limit: int = 366) -> list[Figures]:
        where = and_(_D.kind == kind, _D.id == id)
        query = select(t.quality_day).where(where).order_by(_D.day.desc()).limit(limit)
        with self._store.reading() as connection:
            found = connection.execute(query).all()
        return [_figures(row, day_of(row.day)) for row in reversed(found)]

    def close_day(self) -> int:
        with self._store.reading() as connection:
            today = rows.moment(self._store.now(connection)).date()
            known = select(_N.kind, _N.id)
            scopes = [(row.kind, row.id) for row in connection.execute(known)]
        if self._closed == today:
            return 0
        for part in parts(scopes):
            with self._store.writing() as connection:
                _keep_day(connection, part, today)
        self._closed = today
        return len(scopes)


class Changes:
    """What replacing some scores by others does to the sums."""

    def __init__(self, before: Mapping[str, Score], after: Mapping[str, Score | None]) -> None:
        self.gone = [page_id for page_id in before if after.get(page_id) is None]
        self.come = [one for one in after.values() if one and before.get(one.page_id) != one]
        self.sums: dict[Scope, Counter[str]] = defaultdict(Counter)
        self.gaps: dict[tuple[Scope, int], int] = defaultdict(int)
        self.examples: dict[tuple[Scope, int], str] = {}
        self.lost: dict[tuple[Scope, int], set[str]] = defaultdict(set)
        replaced = {one.page_id for one in self.come}
        for page_id, score in before.items():
            if page_id in replaced or after.get(page_id) is None:
                self._count(score, -1)
        for score in self.come:
            self._count(score, 1)

    def _count(self, score: Score, sign: int) -> None:
        sums = _sums(score)
        for scope in _scopes(score):
            for name, value in sums.items():
                self.sums[scope][name] += sign * value
            for metric in _wanting(score):
                self.gaps[scope, metric] += sign
                if sign > 0:
                    self.examples[scope, metric] = score.page_id
                    self.lost[scope, metric].discard(score.page_id)
                else:
                    self.lost[scope, metric].add(score.page_id)


def _scopes(score: Score) -> Iterator[Scope]:
    """Whose sums a record is in: of its source always, of others only if it is public."""
    yield "source", score.source
    if score.public:
        yield "all", ""
        yield "node", score.node
        for sector in dict.fromkeys(score.sectors):
            yield "sector", sector


def _sums(score: Score) -> dict[str, int]:
    found = dict.fromkeys(t.SUMS, 0)
    found |= {"records": 1, "points": score.points, "conforming": int(score.conforms)}
    found |= {"links": score.links, "answering": score.answering}
    found |= dict(zip(t.DIMENSIONS, score.dimensions, strict=True))
    found[band(score.points) or "bad"] = 1
    return found


def _wanting(score: Score) -> Iterator[int]:
    return (metric for metric in range(len(METRICS)) if score.wanting >> metric & 1)


# --- storing -------------------------------------------------------------------------------------------


def _position(connection: Connection) -> int | None:
    query = select(j.housekeeping.c.seq).where(j.housekeeping.c.name == NAME)
    return connection.execute(query).scalar()


def _move(connection: Connection, seq: int) -> None:
    at = j.housekeeping.c.name == NAME
    if not connection.execute(update(j.housekeeping).where(at).values(seq=seq)).rowcount:
        connection.execute(j.housekeeping.insert().values(name=NAME, seq=seq))


def _store(connection: Connection, changes: Changes) -> None:
    for part in parts([*changes.gone, *(one.page_id for one in changes.come)]):
        connection.execute(delete(t.record_quality).where(_Q.page_id.in_(part)))
    if changes.come:
        connection.execute(t.record_quality.insert(), [_row(one) for one in changes.come])


def _add(connection: Connection, scope: Scope, sums: Mapping[str, int]) -> None:
    kind, id_ = scope
    statement = insert_into(connection)(t.quality_now).values(kind=kind, id=id_, **sums)
    more = {name: _N[name] + statement.excluded[name] for name in t.SUMS}
    connection.execute(statement.on_conflict_do_update(index_elements=["kind", "id"], set_=more))


def _gaps(connection: Connection, changes: Changes) -> None:
    insert = insert_into(connection)
    for (scope, metric), number in changes.gaps.items():
        kind, id_ = scope
        at = and_(_G.kind == kind, _G.id == id_, _G.metric == metric)
        example = changes.examples.get((scope, metric))
        added = insert(t.quality_gap).values(
            kind=kind, id=id_, metric=metric, records=number, example=example
        )
        more: dict[str, Any] = {"records": _G.records + added.excluded.records}
        if example:
            more["example"] = example
        connection.execute(
            added.on_conflict_do_update(index_elements=["kind", "id", "metric"], set_=more)
        )
        lost = changes.lost[scope, metric]
        if example is None and lost:
            shown = connection.execute(select(_G.example).where(at)).scalar()
            if shown in lost:
                other = _another(connection, scope, metric)
                connection.execute(update(t.quality_gap).where(at).values(example=other))


def _another(connection: Connection, scope: Scope, metric: int) -> str | None:
    """A record of the scope that does not meet the metric."""
    kind, id_ = scope
    where = {
        "source": _Q.source == id_,
        "node": and_(_Q.node == id_, _Q.public.is_(True)),
        "sector": and_(_Q.public.is_(True), ("," + _Q.sectors + ",").contains(f",{id_},")),
        "all": _Q.public.is_(True),
    }[kind]
    query = select(_Q.page_id).where(where, _Q.wanting.op("&")(1 << metric) != 0).limit(1)
    return connection.execute(query).scalar()


def _keep_day(connection: Connection, scopes: Iterable[Scope], today: date) -> None:
    """Write what the sums are now for today, in the place of what was written before."""
    day = day_number(today)
    for kind, id_ in scopes:
        where = and_(_N.kind == kind, _N.id == id_)
        row = connection.execute(select(t.quality_now).where(where)).first()
        if row is None:
            continue
        sums = {name: getattr(row, name) for name in t.SUMS}
        statement = insert_into(connection)(t.quality_day).values(
            kind=kind, id=id_, day=day, **sums
        )
        keys = ["kind", "id", "day"]
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=sums))


# --- values ----------------------------------------------------------------------------------------------


def _scores(connection: Connection, page_ids: list[str]) -> Iterator[tuple[str, Score]]:
    for part in parts(page_ids):
        query = select(t.record_quality).where(_Q.page_id.in_(part))
        for row in connection.execute(query):
            yield row.page_id, _score(row)


def _score(row: Any) -> Score:
    return Score(
        page_id=row.page_id,
        source=row.source,
        node=row.node,
        public=row.public,
        sectors=tuple(row.sectors.split(",")) if row.sectors else (),
        points=row.points,
        dimensions=tuple(getattr(row, name) for name in t.DIMENSIONS),
        conforms=row.conforms,
        wanting=row.wanting,
        links=row.links,
        answering=row.answering,
    )


def _row(score: Score) -> dict[str, Any]:
    return {
        "page_id": score.page_id,
        "source": score.source,
        "node": score.node,
        "public": score.public,
        "sectors": ",".join(score.sectors),
        "points": score.points,
        **dict(zip(t.DIMENSIONS, score.dimensions, strict=True)),
        "conforms": score.conforms,
        "wanting": score.wanting,
        "links": score.links,
        "answering": score.answering,
    }


def _figures(row: Any, day: date | None = None) -> Figures:
    return Figures(
        kind=row.kind,
        id=row.id,
        records=row.records,
        points=row.points,
        dimensions=tuple(getattr(row, name) for name in t.DIMENSIONS),
        bands=tuple(getattr(row, name) for name in t.BANDS),
        conforming=row.conforming,
        links=row.links,
        answering=row.answering,
        day=day,
    )
