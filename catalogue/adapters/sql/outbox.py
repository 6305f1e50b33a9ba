"""What waits to be sent, on SQL: written with the event, claimed with a lease, written on under a fence."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, tuple_, update

from catalogue.access.model import Notice
from catalogue.adapters.sql import auditing, rows
from catalogue.adapters.sql import tables_outbox as t
from catalogue.adapters.sql import tables_people as p
from catalogue.adapters.sql.access_lists import place, place_of
from catalogue.adapters.sql.store import SqlStore, parts
from catalogue.adapters.sql.webhooks import SqlWebhooks, wanting
from catalogue.errors import Fenced, NotFound
from catalogue.ports import Channel, Letter, Post

SECOND = 1_000_000  # microseconds
DAY = 24 * 3600 * SECOND
FARTHEST = DAY  # what is due later, or leased for longer, was written by a clock that was wrong
KEPT = {Post.SENT: 30 * DAY, Post.SKIPPED: 30 * DAY, Post.FAILED: 90 * DAY, Post.WAITING: 90 * DAY}
LONGEST = 500  # characters of a reason that are kept

_O = t.outbox.c


class SqlOutbox:
    """`catalogue.ports.Outbox`. Safe to share between threads."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._ids = rows.RunIds()
        self.webhooks = SqlWebhooks(store, self.enqueue)

    # --- putting in -------------------------------------------------------------------------------------

    def put(self, notices: Sequence[Notice]) -> int:
        with self._store.writing() as connection:
            return len(self.enqueue(connection, self._store.now(connection), notices))

    def enqueue(
        self, connection: Connection, now: int, notices: Sequence[Notice]
    ) -> builtins.list[str]:
        """`put`, in the transaction of what the notices are about, `now` in microseconds since 1970;
        return the ids of the letters."""
        seen: set[tuple[Any, ...]] = set()
        fresh = []
        for notice in notices:
            for target, role in _receivers(connection, notice):
                once = (notice.channel, target, notice.request, notice.version, notice.leg)
                if once not in seen:
                    seen.add(once)
                    fresh.append(self._row(notice, target, role, now))
        if fresh:
            connection.execute(t.outbox.insert(), fresh)
        return [str(row["id"]) for row in fresh]

    def _row(self, notice: Notice, target: str, role: str | None, now: int) -> dict[str, Any]:
        return {
            "id": self._ids.next(),
            "channel": notice.channel,
            "target": target,
            "role": role,
            "kind": notice.kind,
            "request": notice.request,
            "leg": notice.leg,
            "version": notice.version,
            "data": orjson.dumps(dict(notice.data)).decode(),
            "state": Post.WAITING.value,
            "created": now,
            "since": now,
            "due": now,
            "attempts": 0,
            "fence": 0,
            "why": "",
        }

    # --- taking out -------------------------------------------------------------------------------------

    def claim(
        self, sender: str, *, seconds: float, channels: Collection[Channel] = tuple(Channel)
    ) -> Letter | None:
        with self._store.reading() as connection:
            if self._due(connection, channels) is None:
                return None
        with self._store.writing() as connection:
            row = self._due(connection, channels)
            if row is None:
                return None
            until = self._store.now(connection) + int(seconds * SECOND)
            values = {"fence": row.fence + 1, "sender": sender, "lease_until": until}
            connection.execute(update(t.outbox).where(_O.id == row.id).values(values))
            taken = connection.execute(select(t.outbox).where(_O.id == row.id)).one()
            return letter_of(taken)

    def _due(self, connection: Connection, channels: Collection[Channel]) -> Any:
        now = self._store.now(connection)
        free = or_(_O.lease_until.is_(None), _O.lease_until <= now, _O.lease_until > now + FARTHEST)
        query = select(t.outbox).where(
            _O.state == Post.WAITING.value,
            _O.channel.in_([one.value for one in channels]),
            or_(_O.due <= now, _O.due > now + FARTHEST),
            free,
        )
        return connection.execute(query.order_by(_O.due, _O.id).limit(1)).first()

    def sent(self, letter: Letter) -> None:
        self._end(letter, Post.SENT, "", tried=True)

    def fail(self, letter: Letter, why: str) -> None:
        self._end(letter, Post.FAILED, why, tried=True)

    def skip(self, letter: Letter, why: str) -> None:
        self._end(letter, Post.SKIPPED, why, tried=False)

    def postpone(self, letter: Letter, why: str, seconds: float) -> None:
        self._later(letter, seconds, attempts=letter.attempts + 1, why=why[:LONGEST])

    def put_back(self, letter: Letter, seconds: float) -> None:
        self._later(letter, seconds)

    def _end(self, letter: Letter, state: Post, why: str, *, tried: bool) -> None:
        with self._store.writing() as connection:
            values = {
                "state": state.value,
                "ended": self._store.now(connection),
                "why": why[:LONGEST],
                "attempts": letter.attempts + tried,
            }
            _write(connection, letter, values)

    def _later(self, letter: Letter, seconds: float, **more: Any) -> None:
        with self._store.writing() as connection:
            due = self._store.now(connection) + int(seconds * SECOND)
            _write(connection, letter, {"due": due, **more})

    # --- looking after it ---------------------------------------------------------------------------------

    def list(
        self, states: Collection[Post] = (), *, after: str | None = None, limit: int = 50
    ) -> tuple[builtins.list[Letter], str | None]:
        query = select(t.outbox)
        if states:
            query = query.where(_O.state.in_([one.value for one in states]))
        if after is not None:
            query = query.where(tuple_(_O.created, _O.id) < tuple_(*place_of(after, 2)))
        query = query.order_by(_O.created.desc(), _O.id.desc()).limit(limit + 1)
        with self._store.reading() as connection:
            found = connection.execute(query).all()
        shown = found[:limit]
        following = place(shown[-1].created, shown[-1].id) if len(found) > limit else None
        return [letter_of(row) for row in shown], following

    def numbers(self) -> dict[Channel, dict[Post, int]]:
        query = select(_O.channel, _O.state, func.count()).group_by(_O.channel, _O.state)
        found = {channel: dict.fromkeys(Post, 0) for channel in Channel}
        with self._store.reading() as connection:
            for channel, state, number in connection.execute(query):
                found[Channel(channel)][Post(state)] = number
        return found

    def retry(self, ids: Collection[str] | None, who: str) -> int:
        again = (Post.FAILED.value, Post.SKIPPED.value) if ids is not None else (Post.FAILED.value,)
        with self._store.writing() as connection:
            now = self._store.now(connection)
            values = {
                "state": Post.WAITING.value,
                "since": now,
                "due": now,
                "attempts": 0,
                "ended": None,
                "lease_until": None,
                "fence": _O.fence + 1,
            }
            number = 0
            for where in _named(connection, ids):
                query = update(t.outbox).where(where, _O.state.in_(again)).values(values)
                number += connection.execute(query).rowcount
            told = {"letters": number, "all": ids is None}
            auditing.note(connection, now, who, "outbox.retry", "outbox", told)
            return number

    def forget(self) -> int:
        number = 0
        with self._store.writing() as connection:
            now = self._store.now(connection)
            for state, kept in KEPT.items():
                old = and_(_O.state == state.value, _O.created < now - kept)
                number += connection.execute(t.outbox.delete().where(old)).rowcount
        return number


def _named(connection: Connection, ids: Collection[str] | None) -> Iterator[ColumnElement[bool]]:
    """Conditions that select the letters of these ids, or all. Raises: NotFound."""
    if ids is None:
        yield _O.id.is_not(None)
        return
    for part in parts(sorted(set(ids))):
        known = set(connection.execute(select(_O.id).where(_O.id.in_(part))).scalars())
        for one in part:
            if one not in known:
                raise NotFound(f"there is no letter {one[:40]!r}; `aicat outbox list` shows all")
        yield _O.id.in_(part)


def _write(connection: Connection, letter: Letter, values: dict[str, Any]) -> None:
    """Write on a letter that is ours, and let go of it. Raises: Fenced."""
    ours = and_(_O.id == letter.id, _O.fence == letter.fence, _O.state == Post.WAITING.value)
    query = update(t.outbox).where(ours).values(**values, lease_until=None)
    if not connection.execute(query).rowcount:
        raise Fenced(f"letter {letter.id}: another sender has it by now")


def _receivers(connection: Connection, notice: Notice) -> Iterator[tuple[str, str | None]]:
    """Whom a notice goes to, each with the role by which they are told."""
    if notice.channel == Channel.WEBHOOK.value:
        for one in wanting(connection, notice.to, notice.kind):
            yield one, None
        return
    role, _, scope = notice.to.partition(":")
    if not scope:
        yield notice.to, None
        return
    held = select(p.person_grant.c.person).where(
        p.person_grant.c.role == role, p.person_grant.c.scope == scope
    )
    able = and_(p.person.c.id.in_(held), p.person.c.disabled.is_(False))
    found = connection.execute(select(p.person.c.id).where(able).order_by(p.person.c.id))
    for person in list(found.scalars()):
        if person != notice.data.get("by"):
            yield person, notice.to


def letter_of(row: Any) -> Letter:
    return Letter(
        id=row.id,
        channel=Channel(row.channel),
        to=row.target,
        role=row.role,
        kind=row.kind,
        request=row.request,
        leg=row.leg,
        version=row.version,
        data=orjson.loads(row.data),
        state=Post(row.state),
        created=rows.moment(row.created),
        since=rows.moment(row.since),
        due=rows.moment(row.due),
        attempts=row.attempts,
        fence=row.fence,
        ended=rows.maybe_moment(row.ended),
        why=row.why,
    )
