"""The addresses that records give, and what they answered, on SQL."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, and_, delete, exists, func, or_, select, update

from catalogue.adapters.sql import closing, rows
from catalogue.adapters.sql import tables as j
from catalogue.adapters.sql import tables_quality as t
from catalogue.adapters.sql.inserting import insert_into
from catalogue.adapters.sql.store import SqlStore, parts
from catalogue.errors import Fenced
from catalogue.model import Link
from catalogue.ports import BARRED, Broken, LinkNumbers, LinkState, Settled, Visit

SECOND = 1_000_000
LATER = 90 * 24 * 3600 * SECOND  # a host without due addresses is looked at again
_L, _H, _R = t.link.c, t.link_host.c, t.record_link.c
_WELL = and_(_L.status >= 200, _L.status < 400)
_ILL = and_(_L.status.is_not(None), or_(_L.status < 200, _L.status >= 400))
_EPOCH = date(1970, 1, 1).toordinal()


def link_id(url: str) -> bytes:
    """16 bytes that stand for an address."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).digest()[:16]


class SqlLinks:
    """`catalogue.ports.Links`."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    # --- which record gives which ----------------------------------------------------------------

    def sync(self, given: Mapping[str, Sequence[str]]) -> int:
        wanted = {(page_id, link_id(url)): url for page_id, urls in given.items() for url in urls}
        known = self._pairs(given)
        if wanted.keys() == known:
            return 0
        fresh = {pair: url for pair, url in wanted.items() if pair not in known}
        with self._store.writing() as connection:
            now = self._store.now(connection)
            _forget(connection, known - wanted.keys())
            _add(connection, fresh, now)
            told = _told(connection, fresh)
            return _touch(connection, told)

    def _pairs(self, page_ids: Iterable[str]) -> set[tuple[str, bytes]]:
        found: set[tuple[str, bytes]] = set()
        with self._store.reading() as connection:
            for part in parts(list(page_ids)):
                query = select(_R.page_id, _R.link).where(_R.page_id.in_(part))
                found.update((one.page_id, one.link) for one in connection.execute(query))
        return found

    def of(self, page_ids: Sequence[str]) -> dict[str, tuple[Link, ...]]:
        with self._store.reading() as connection:
            return links_of(connection, page_ids)

    # --- asking ------------------------------------------------------------------------------------

    def visit(
        self, *, seconds: float, most: int, hosts: int, sources: Sequence[str] | None = None
    ) -> list[Visit]:
        with self._store.reading() as connection:
            if not self._free(connection, 1, sources):
                return []
        with self._store.writing() as connection:
            now = self._store.now(connection)
            taken = []
            for row in self._free(connection, hosts, sources):
                visit = self._take(connection, row, most, sources, now)
                if visit is None:
                    _rest(connection, row.host, now, now, row.fence)
                    continue
                until = now + int(seconds * SECOND)
                mine = {"fence": visit.fence, "lease_until": until}
                connection.execute(update(t.link_host).where(_H.host == row.host).values(**mine))
                taken.append(visit)
            return taken

    def _free(self, connection: Connection, hosts: int, sources: Sequence[str] | None) -> list[Any]:
        """Hosts that may be asked now, the longest due first."""
        now = self._store.now(connection)
        query = select(t.link_host).where(
            _H.due <= now, or_(_H.lease_until.is_(None), _H.lease_until <= now)
        )
        if sources is not None:
            query = query.where(exists().where(_L.host == _H.host, _L.due <= now, _of(sources)))
        return list(connection.execute(query.order_by(_H.due, _H.host).limit(hosts)))

    def _take(
        self, connection: Connection, host: Any, most: int, sources: Sequence[str] | None, now: int
    ) -> Visit | None:
        due = select(t.link).where(_L.host == host.host, _L.due <= now)
        if sources is not None:
            due = due.where(_of(sources))
        found = connection.execute(due.order_by(_L.due, _L.id).limit(most)).all()
        if not found:
            return None
        return Visit(host.host, host.fence + 1, [(row.url, _state_of(row)) for row in found])

    def settle(
        self, visit: Visit, found: Mapping[str, LinkState], *, pause: float, hold: float = 0.0
    ) -> Settled:
        before = {url: state.status for url, state in visit.links}
        changed = [url for url, state in found.items() if state.status != before.get(url)]
        with self._store.writing() as connection:
            now = self._store.now(connection)
            wait = max(pause * len(found), hold)
            _rest(connection, visit.host, now, now + int(wait * SECOND), visit.fence)
            for url, state in found.items():
                where = _L.id == link_id(url)
                connection.execute(update(t.link).where(where).values(**_values(state)))
            return Settled(len(changed), _touch(connection, _givers(connection, changed)))

    def hasten(self, sources: Sequence[str]) -> int:
        with self._store.writing() as connection:
            now = self._store.now(connection)
            number = connection.execute(
                update(t.link).where(_of(sources), _L.due > now).values(due=now)
            ).rowcount
            hosts = select(_L.host).where(_of(sources)).distinct()
            where = and_(_H.host.in_(hosts), _H.due > now)
            connection.execute(update(t.link_host).where(where).values(due=now))
        return number

    # --- what is known -----------------------------------------------------------------------------

    def numbers(self, source: str | None = None) -> LinkNumbers:
        def count(*where: Any) -> Any:
            of = () if source is None else (_of([source]),)
            return select(func.count()).select_from(t.link).where(*where, *of).scalar_subquery()

        with self._store.reading() as connection:
            now = self._store.now(connection)
            wanted = (count(_WELL), count(_ILL), count(_L.status.is_(None)), count(_L.due <= now))
            return LinkNumbers(*connection.execute(select(*wanted)).one())

    def broken(
        self, sources: Sequence[str] | None, *, after: str = "", limit: int = 50
    ) -> list[Broken]:
        joined = t.link.join(t.record_link, _R.link == _L.id).join(
            j.record, j.record.c.page_id == _R.page_id
        )
        query = (
            select(
                t.link,
                func.min(_R.page_id).label("page_id"),
                func.min(j.record.c.source).label("source"),
                func.count().label("records"),
            )
            .select_from(joined)
            .where(_ILL, _L.url > after)
            .group_by(_L.id)
            .order_by(_L.url)
            .limit(limit)
        )
        if sources is not None:
            query = query.where(j.record.c.source.in_(list(sources)))
        with self._store.reading() as connection:
            return [_broken(row) for row in connection.execute(query)]


def links_of(connection: Connection, page_ids: Sequence[str]) -> dict[str, tuple[Link, ...]]:
    """What is known of the addresses of each record, and which are barred; the others of which nothing is
    known are left out."""
    found: dict[str, list[Link]] = {}
    for part in parts(list(page_ids)):
        query = (
            select(_R.page_id, _L.url, _L.status, _L.checked, _L.reason)
            .select_from(t.record_link.join(t.link, _R.link == _L.id))
            .where(_R.page_id.in_(part), or_(_L.status.is_not(None), _L.reason == BARRED))
            .order_by(_R.page_id, _L.url)
        )
        for row in connection.execute(query):
            checked = rows.maybe_moment(row.checked)
            barred = row.status is None and row.reason == BARRED
            found.setdefault(row.page_id, []).append(Link(row.url, row.status, checked, barred))
    return {page_id: tuple(links) for page_id, links in found.items()}


def forget_links(connection: Connection, page_id: str) -> None:
    """Forget that a record gives its addresses, and those that no other gives."""
    query = select(_R.page_id, _R.link).where(_R.page_id == page_id)
    _forget(connection, {(one.page_id, one.link) for one in connection.execute(query)})


def _of(sources: Sequence[str]) -> Any:
    """That a record of the sources gives the address."""
    given = t.record_link.join(j.record, j.record.c.page_id == _R.page_id)
    query = select(_R.link).select_from(given).where(j.record.c.source.in_(list(sources)))
    return _L.id.in_(query)


def _add(connection: Connection, fresh: Mapping[tuple[str, bytes], str], now: int) -> None:
    if not fresh:
        return
    links = {id_: url for (_page_id, id_), url in fresh.items()}
    hosts = {url: _host(url) for url in links.values()}
    values = [{"id": id_, "url": url, "host": hosts[url], "due": now} for id_, url in links.items()]
    insert = insert_into(connection)
    connection.execute(insert(t.link).on_conflict_do_nothing(), values)
    new_hosts = [{"host": host, "due": now, "fence": 0} for host in sorted({*hosts.values()})]
    added = insert(t.link_host)
    sooner = func.min if connection.dialect.name == "sqlite" else func.least
    added = added.on_conflict_do_update(
        index_elements=["host"], set_={"due": sooner(_H.due, added.excluded.due)}
    )
    connection.execute(added, new_hosts)
    pairs = [{"page_id": page_id, "link": id_} for page_id, id_ in fresh]
    connection.execute(insert(t.record_link).on_conflict_do_nothing(), pairs)


def _host(url: str) -> str:
    """Whose pauses hold for an address; of one that cannot be read nobody's."""
    try:
        return urlsplit(url).netloc.lower()[:300]
    except ValueError:
        return ""


def _forget(connection: Connection, gone: set[tuple[str, bytes]]) -> None:
    for page_id, id_ in gone:
        where = and_(_R.page_id == page_id, _R.link == id_)
        connection.execute(delete(t.record_link).where(where))
    for part in parts(sorted({id_ for _page_id, id_ in gone})):
        given = select(_R.link).where(_R.link == _L.id)
        connection.execute(delete(t.link).where(_L.id.in_(part), ~given.exists()))


def _told(connection: Connection, fresh: Mapping[tuple[str, bytes], str]) -> set[str]:
    """The records that give from now on an address of which something is known."""
    known: set[bytes] = set()
    for part in parts(sorted({id_ for _page_id, id_ in fresh})):
        query = select(_L.id).where(_L.id.in_(part), _L.status.is_not(None))
        known.update(connection.execute(query).scalars())
    return {page_id for page_id, id_ in fresh if id_ in known}


def _givers(connection: Connection, urls: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for part in parts([link_id(url) for url in urls]):
        query = select(_R.page_id).where(_R.link.in_(part)).distinct()
        found.update(connection.execute(query).scalars())
    return found


def _touch(connection: Connection, page_ids: Iterable[str]) -> int:
    """Let projections follow the records once more: as `Journal.touch`, in the same transaction."""
    number = 0
    live = (j.record.c.deleted.is_(False), j.record.c.archived.is_(False))
    for part in parts(sorted(page_ids)):
        query = select(j.record.c.id).where(j.record.c.page_id.in_(part), *live)
        ids = connection.execute(query.order_by(j.record.c.id)).scalars().all()
        number += closing.repeat(connection, ids, {}, None)
    return number


def _rest(connection: Connection, host: str, now: int, free: int, fence: int) -> None:
    """Let go of a host until it is free, or until its next address is due. Raises: Fenced."""
    coming = connection.execute(select(func.min(_L.due)).where(_L.host == host, _L.due > now))
    waiting = connection.execute(
        select(_L.id).where(_L.host == host, _L.due <= now).limit(1)
    ).first()
    following = free if waiting else max(free, coming.scalar() or now + LATER)
    where = and_(_H.host == host, _H.fence == fence)
    values = {"due": following, "lease_until": None}
    if not connection.execute(update(t.link_host).where(where).values(**values)).rowcount:
        raise Fenced(f"{host}: another worker is at this host by now")


def _state_of(row: Any) -> LinkState:
    return LinkState(
        status=row.status,
        checked=rows.maybe_moment(row.checked),
        failures=row.failures,
        failed_on=_day(row.failed_on),
        due=rows.moment(row.due),
        reason=row.reason,
    )


def _values(state: LinkState) -> dict[str, Any]:
    due = state.due or datetime.now(UTC)
    return {
        "status": state.status,
        "checked": rows.micros(state.checked),
        "failures": state.failures,
        "failed_on": day_number(state.failed_on),
        "due": rows.micros(due),
        "reason": state.reason[:300],
    }


def day_number(day: date | None) -> int | None:
    """A day as it is stored: from 1970-01-01."""
    return None if day is None else day.toordinal() - _EPOCH


def _day(number: int | None) -> date | None:
    return None if number is None else date.fromordinal(number + _EPOCH)


def day_of(number: int) -> date:
    """The day of a number that is stored."""
    return date.fromordinal(number + _EPOCH)


def _broken(row: Any) -> Broken:
    return Broken(
        url=row.url,
        status=row.status,
        checked=rows.maybe_moment(row.checked),
        since=_day(row.failed_on),
        reason=row.reason,
        page_id=row.page_id,
        source=row.source,
        records=row.records,
    )
