"""Requests for access on SQL: events, append-only, with the rows derived from them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, and_, func, select

from catalogue.access.folding import evolve, fold
from catalogue.access.model import Attachment, Entitlement, Event, LegState, Notice, Request
from catalogue.adapters.sql import access_lists as lists
from catalogue.adapters.sql import access_rows, auditing
from catalogue.adapters.sql import tables_access as t
from catalogue.adapters.sql.store import SqlStore, parts
from catalogue.adapters.sql.workflows import SqlWorkflows
from catalogue.errors import AnotherBody, InvalidInput, NotFound, Overtaken
from catalogue.ports import (
    AuditedAct,
    Done,
    EntitlementsWanted,
    LegRow,
    LegsWanted,
    Overrun,
    RequestRow,
    RequestsWanted,
)

ENOUGH = 20  # faults that are named
BATCH = 200  # requests that are looked at together

Enqueue = Callable[[Connection, int, Sequence[Notice]], object]
"""Stores notices in the transaction that it is given; the moment in microseconds since 1970."""


def _keep_none(_connection: Connection, _now: int, _notices: Sequence[Notice]) -> None:
    """There is no outbox."""


class SqlRequests:
    """`catalogue.ports.Requests`. Safe to share between threads."""

    def __init__(self, store: SqlStore, enqueue: Enqueue = _keep_none) -> None:
        self._store, self._enqueue = store, enqueue
        self.workflows = SqlWorkflows(store)
        self.entitlements = SqlEntitlements(store)
        self.attachments = SqlAttachments(store)

    def append(
        self,
        events: Sequence[Event],
        *,
        acts: Sequence[AuditedAct] = (),
        notices: Sequence[Notice] = (),
        done: Done | None = None,
        bodies: Mapping[str, bytes] | None = None,
    ) -> Request:
        if not events:
            raise InvalidInput("nothing has happened that could be stored")
        with self._store.writing() as connection:
            if done is not None and _was_done(connection, done):
                return _load(connection, done.request)
            request = _followed(connection, events)
            if done is not None:
                connection.execute(t.access_command.insert().values(**_done_row(done)))
            _keep_files(connection, request, bodies or {})
            access_rows.store(connection, request, fresh=events[0].version == 1)
            now = self._store.now(connection)
            if notices:
                self._enqueue(connection, now, notices)
            for act in acts:
                auditing.note(connection, now, act.who, act.act, act.subject, act.details)
            return request

    def load(self, request_id: str) -> Request:
        with self._store.reading() as connection:
            return _load(connection, request_id)

    def events(self, after: int = 0, limit: int = 1000) -> list[Event]:
        table = t.access_event
        query = select(table).where(table.c.seq > after).order_by(table.c.seq).limit(limit)
        with self._store.reading() as connection:
            return [access_rows.event_of(row) for row in connection.execute(query)]

    def done(self, who: str, command_id: str) -> Done | None:
        with self._store.reading() as connection:
            return _done(connection, who, command_id)

    # --- lists ------------------------------------------------------------------------------------------

    def list_requests(
        self, wanted: RequestsWanted, *, after: str | None = None, limit: int = 50
    ) -> tuple[list[RequestRow], str | None]:
        with self._store.reading() as connection:
            return lists.requests(connection, wanted, after, limit)

    def count_requests(self, wanted: RequestsWanted) -> int:
        with self._store.reading() as connection:
            return lists.count_requests(connection, wanted)

    def list_legs(
        self, wanted: LegsWanted, *, after: str | None = None, limit: int = 50
    ) -> tuple[list[LegRow], str | None]:
        with self._store.reading() as connection:
            return lists.legs(connection, wanted, after, limit)

    def count_legs(self, wanted: LegsWanted) -> int:
        with self._store.reading() as connection:
            return lists.count_legs(connection, wanted)

    def numbers(self, holders: Collection[str] | None = None) -> dict[str, dict[LegState, int]]:
        with self._store.reading() as connection:
            return lists.numbers(connection, None if holders is None else sorted(holders))

    def overrun(self, now: datetime, limit: int = 100) -> list[Overrun]:
        with self._store.reading() as connection:
            return lists.overrun(connection, now, limit)

    def asked_for(self, page_ids: Collection[str]) -> list[tuple[str, str, str]]:
        table = t.access_asked
        found: list[tuple[str, str, str]] = []
        with self._store.reading() as connection:
            for part in parts(sorted(page_ids)):
                query = select(table.c.request, table.c.leg, table.c.page_id)
                query = query.where(table.c.page_id.in_(part)).order_by(*table.primary_key)
                found += [tuple(row) for row in connection.execute(query)]
        return found

    def open_at(self, holder: str) -> list[tuple[str, str]]:
        leg = t.access_leg.c
        query = select(leg.request, leg.leg).where(leg.holder == holder, leg.open.is_(True))
        with self._store.reading() as connection:
            found = connection.execute(query.order_by(leg.request, leg.leg))
            return [(row.request, row.leg) for row in found]

    def resources(self, after: str = "", limit: int = 1000) -> list[str]:
        column = t.access_asked.c.page_id
        query = select(column).where(column > after).distinct().order_by(column).limit(limit)
        with self._store.reading() as connection:
            return list(connection.execute(query).scalars())

    def holders(self) -> list[str]:
        leg = t.access_leg.c
        query = select(leg.holder).where(leg.open.is_(True)).distinct().order_by(leg.holder)
        with self._store.reading() as connection:
            return list(connection.execute(query).scalars())

    # --- whether all is well ----------------------------------------------------------------------------

    def check(self) -> list[str]:
        with self._store.reading() as connection:
            return list(islice(faults(connection), ENOUGH))

    def rebuild(self) -> int:
        number = 0
        with self._store.writing() as connection:
            for table, _column in access_rows.DERIVED:
                connection.execute(table.delete())
            for request in everything(connection):
                access_rows.store(connection, request, fresh=True)
                number += 1
        return number


class SqlEntitlements:
    """`catalogue.ports.Entitlements`."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def list(
        self, wanted: EntitlementsWanted, *, after: str | None = None, limit: int = 50
    ) -> tuple[list[Entitlement], str | None]:
        with self._store.reading() as connection:
            return lists.entitlements(connection, wanted, after, limit)

    def count(self, wanted: EntitlementsWanted) -> int:
        with self._store.reading() as connection:
            return lists.count_entitlements(connection, wanted)

    def get(self, entitlement_id: str) -> Entitlement:
        row = self._store.one(select(t.entitlement).where(t.entitlement.c.id == entitlement_id))
        if row is None:
            raise NotFound(f"there is no entitlement {entitlement_id[:80]!r}")
        return access_rows.entitlement_of(row)


class SqlAttachments:
    """`catalogue.ports.Attachments`."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def body(self, request_id: str, attachment_id: str) -> bytes:
        table = t.access_attachment
        where = and_(table.c.request == request_id, table.c.id == attachment_id)
        row = self._store.one(select(table.c.body).where(where))
        if row is None:
            raise NotFound(f"no bytes are kept of attachment {attachment_id[:80]!r}")
        return bytes(row.body)


# --- storing --------------------------------------------------------------------------------------------


def _load(connection: Connection, request_id: str) -> Request:
    events = _events_of(connection, request_id)
    if not events:
        raise NotFound(f"there is no request {request_id[:80]!r}")
    return fold(events)


def _events_of(connection: Connection, request_id: str, after: int = 0) -> list[Event]:
    table = t.access_event
    of_request = and_(table.c.request == request_id, table.c.version > after)
    query = select(table).where(of_request).order_by(table.c.version)
    return [access_rows.event_of(row) for row in connection.execute(query)]


def _followed(connection: Connection, events: Sequence[Event]) -> Request:
    """The request with the events, which are stored behind those that it has. Raises: Overtaken."""
    request_id = events[0].request
    known = _events_of(connection, request_id)
    version = known[-1].version if known else 0
    if events[0].version != version + 1:
        raise Overtaken(
            f"request {request_id} is at version {version} now: somebody else was faster. Look"
            " again, then decide",
            version,
        )
    last = connection.execute(select(func.max(t.access_event.c.seq))).scalar() or 0
    fresh = [access_rows.event_row(one, last + place) for place, one in enumerate(events, 1)]
    connection.execute(t.access_event.insert(), fresh)
    return fold([*known, *_events_of(connection, request_id, version)])


def _was_done(connection: Connection, done: Done) -> bool:
    """Raises: AnotherBody where the id was used for something else."""
    found = _done(connection, done.who, done.id)
    if found is not None and found.digest != done.digest:
        raise AnotherBody(f"the id {done.id!r} was used for something else; take a new one")
    return found is not None


def _done(connection: Connection, who: str, command_id: str) -> Done | None:
    table = t.access_command
    where = and_(table.c.who == who, table.c.id == command_id)
    row = connection.execute(select(table).where(where)).first()
    if row is None:
        return None
    return Done(row.who, row.id, bytes(row.digest), row.request, row.version)


def _done_row(done: Done) -> dict[str, Any]:
    return {
        "who": done.who,
        "id": done.id,
        "digest": done.digest,
        "request": done.request,
        "version": done.version,
    }


def _keep_files(connection: Connection, request: Request, bodies: Mapping[str, bytes]) -> None:
    """Store the bytes that came, and forget those that nobody has any more."""
    table = t.access_attachment
    for name, body in bodies.items():
        row = {"request": request.id, "id": name, "body": body}
        connection.execute(table.insert().values(row))
    of_request = table.c.request == request.id
    kept = connection.execute(select(table.c.id).where(of_request)).scalars().all()
    for name in set(kept) - _files(request).keys():
        connection.execute(table.delete().where(of_request, table.c.id == name))


def _files(request: Request) -> dict[str, Attachment]:
    """The files that come with the answers now, and those that a holder was given last."""
    given = (one for leg in request.legs if leg.given for one in leg.given.attachments)
    return {one.id: one for one in (*given, *request.attachments)}


# --- checking -------------------------------------------------------------------------------------------


def _ids(connection: Connection) -> Iterator[list[str]]:
    column, after = t.access_event.c.request, ""
    while True:
        query = select(column).where(column > after).distinct().order_by(column).limit(BATCH)
        found = list(connection.execute(query).scalars())
        if not found:
            return
        yield found
        after = found[-1]


def everything(connection: Connection) -> Iterator[Request]:
    """Every request, as its events make it."""
    for part in _ids(connection):
        for request_id in part:
            yield _load(connection, request_id)


def faults(connection: Connection) -> Iterator[str]:
    """What is wrong with the events, with what is derived from them, and with the files."""
    table = t.access_event
    query = select(func.count(), func.min(table.c.seq), func.max(table.c.seq))
    number, first, last = connection.execute(query).one()
    if number and (first, last) != (1, number):
        yield f"there are {number} events of requests, and their numbers go from {first} to {last}"
    for part in _ids(connection):
        for request_id in part:
            yield from _faults_of(connection, request_id)
    yield from _strays(connection)


def _faults_of(connection: Connection, request_id: str) -> Iterator[str]:
    request: Request | None = None
    try:
        for event in _events_of(connection, request_id):
            request = evolve(request, event)
    except (ValueError, KeyError, TypeError) as error:
        yield f"request {request_id}: its events make no request: {error}"
        return
    if request is None:
        return
    wanted, found = access_rows.derived(request), access_rows.stored(connection, request_id)
    for name in access_rows.differences(wanted, found):
        yield f"request {request_id}: its rows in {name} are not what its events say"
    yield from _files_of(connection, request)


def _files_of(connection: Connection, request: Request) -> Iterator[str]:
    table = t.access_attachment
    known = _files(request)
    query = select(table.c.id, table.c.body).where(table.c.request == request.id)
    kept = {row.id: bytes(row.body) for row in connection.execute(query)}
    for name in sorted(known.keys() ^ kept.keys()):
        yield f"request {request.id}: attachment {name} has a line and no bytes, or bytes and no line"
    for name in sorted(known.keys() & kept.keys()):
        if hashlib.sha256(kept[name]).hexdigest() != known[name].sha256:
            yield f"request {request.id}: the bytes of attachment {name} were changed"


def _strays(connection: Connection) -> Iterator[str]:
    """Rows of requests that have no events."""
    known = select(t.access_event.c.request)
    for table, column in (*access_rows.DERIVED, (t.access_attachment, "request")):
        query = select(table.c[column]).where(table.c[column].not_in(known)).distinct()
        for name in connection.execute(query.limit(ENOUGH)).scalars():
            yield f"request {name}: it has rows in {table.name} and no events"
