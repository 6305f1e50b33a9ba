"""Subscriptions of webhooks on SQL."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Callable, Collection, Sequence
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, func, select, update

from catalogue.access.model import Kind, Notice
from catalogue.adapters.sql import auditing, rows
from catalogue.adapters.sql import tables as nodes
from catalogue.adapters.sql import tables_outbox as t
from catalogue.adapters.sql.store import SqlStore
from catalogue.errors import Conflict, InvalidInput, NotFound
from catalogue.ports import Channel, NewSubscription, Subscription

MOST = 10  # subscriptions of one holder
SECRET = 32  # bytes at random
LONGEST = 500  # characters of a reason that are kept
LONGEST_URL = 2000
TEST = "test"  # the kind of a ping
PREFIX = "whsec_"  # as Standard Webhooks writes secrets

_W = t.webhook.c

Enqueue = Callable[[Connection, int, Sequence[Notice]], list[str]]


class SqlWebhooks:
    """`catalogue.ports.Webhooks`. Safe to share between threads."""

    def __init__(self, store: SqlStore, enqueue: Enqueue) -> None:
        self._store, self._enqueue = store, enqueue
        self._ids = rows.RunIds()

    def add(self, holder: str, url: str, kinds: Collection[str], who: str) -> NewSubscription:
        wanted = checked_kinds(kinds)
        secret = PREFIX + base64.b64encode(secrets.token_bytes(SECRET)).decode()
        with self._store.writing() as connection:
            _check_holder(connection, holder)
            now = self._store.now(connection)
            row = {
                "id": self._ids.next(),
                "holder": holder,
                "url": checked_url(url),
                "secret": secret,
                "kinds": ",".join(wanted),
                "created": now,
                "made_by": who,
                "why": "",
            }
            connection.execute(t.webhook.insert().values(row))
            told = {"holder": holder, "host": urlsplit(url).hostname, "kinds": wanted}
            auditing.note(connection, now, who, "webhook.add", str(row["id"]), told)
            return NewSubscription(secret, subscription_of(_row(connection, str(row["id"]))))

    def of(self, holder: str | None = None) -> list[Subscription]:
        query = select(t.webhook).order_by(_W.holder, _W.created, _W.id)
        if holder is not None:
            query = query.where(_W.holder == holder)
        with self._store.reading() as connection:
            return [subscription_of(row) for row in connection.execute(query)]

    def get(self, subscription_id: str) -> Subscription:
        with self._store.reading() as connection:
            return subscription_of(_row(connection, subscription_id))

    def secret(self, subscription_id: str) -> str:
        with self._store.reading() as connection:
            return str(_row(connection, subscription_id).secret)

    def remove(self, subscription_id: str, who: str) -> None:
        with self._store.writing() as connection:
            row = _row(connection, subscription_id)
            connection.execute(t.webhook.delete().where(_W.id == subscription_id))
            now, told = self._store.now(connection), {"holder": row.holder}
            auditing.note(connection, now, who, "webhook.remove", subscription_id, told)

    def ping(self, subscription_id: str) -> str:
        with self._store.writing() as connection:
            _row(connection, subscription_id)
            now = self._store.now(connection)
            # Named by its id, so that it goes to this one and none beside it.
            notice = Notice(Channel.WEBHOOK.value, subscription_id, TEST, "", None, 0)
            (letter,) = self._enqueue(connection, now, [notice])
            return letter

    def went_well(self, subscription_id: str) -> None:
        with self._store.writing() as connection:
            found = connection.execute(select(t.webhook).where(_W.id == subscription_id)).first()
            if found is None or (found.failing is None and found.off is None):
                return
            well = {"failing": None, "off": None, "why": ""}
            connection.execute(update(t.webhook).where(_W.id == subscription_id).values(well))
            if found.off is not None:
                now, told = self._store.now(connection), {"holder": found.holder}
                auditing.note(connection, now, "system", "webhook.on", subscription_id, told)

    def went_wrong(self, subscription_id: str, why: str) -> Subscription | None:
        with self._store.writing() as connection:
            now = self._store.now(connection)
            wrong = {"failing": func.coalesce(_W.failing, now), "why": why[:LONGEST]}
            connection.execute(update(t.webhook).where(_W.id == subscription_id).values(wrong))
            query = select(t.webhook).where(_W.id == subscription_id)
            row = connection.execute(query).first()
            return None if row is None else subscription_of(row)

    def switch_off(self, subscription_id: str, why: str) -> bool:
        with self._store.writing() as connection:
            now = self._store.now(connection)
            on = (_W.id == subscription_id, _W.off.is_(None))
            row = connection.execute(select(t.webhook).where(*on)).first()
            if row is None:
                return False
            off = {"off": now, "why": why[:LONGEST]}
            connection.execute(update(t.webhook).where(*on).values(off))
            told = {"holder": row.holder, "why": why[:LONGEST]}
            auditing.note(connection, now, "system", "webhook.off", subscription_id, told)
            return True


def wanting(connection: Connection, holder: str, kind: str) -> list[str]:
    """The ids of the subscriptions that a notice goes to: of the holder's, those that are not switched
    off and want its kind; for a test, the one that it names."""
    if kind == TEST:
        return list(connection.execute(select(_W.id).where(_W.id == holder)).scalars())
    query = select(_W.id, _W.kinds).where(_W.holder == holder, _W.off.is_(None))
    found = connection.execute(query.order_by(_W.created, _W.id)).all()
    return [row.id for row in found if not row.kinds or kind in row.kinds.split(",")]


def checked_kinds(kinds: Collection[str]) -> list[str]:
    """The kinds of event that a subscription wants, in order. Raises: InvalidInput."""
    known = [one.value for one in Kind]
    for one in kinds:
        if one not in known:
            raise InvalidInput(f"{one[:40]!r} is no kind of event; there are {', '.join(known)}")
    return sorted(set(kinds))


def checked_url(url: str) -> str:
    """The address, if it is one that can be called; where it leads is judged at each call.
    Raises: InvalidInput."""
    try:
        found = urlsplit(url)
        plain = found.scheme in {"http", "https"} and found.hostname and found.port != 0
    except ValueError:
        plain = None
    if not plain or "@" in found.netloc or len(url) > LONGEST_URL or _ODD.search(url):
        raise InvalidInput(
            "url: write an http or https address, without user or password, of at most"
            f" {LONGEST_URL} characters"
        )
    return url


_ODD = re.compile(r"[\x00-\x20\x7f-\x9f\\#]")


def _check_holder(connection: Connection, holder: str) -> None:
    """Raises: NotFound, Conflict."""
    known = connection.execute(select(nodes.node.c.id).where(nodes.node.c.id == holder)).first()
    if known is None:
        raise NotFound(f"there is no node {holder[:80]!r}; `aicat node list` shows all")
    query = select(func.count()).select_from(t.webhook).where(_W.holder == holder)
    if connection.execute(query).scalar_one() >= MOST:
        raise Conflict(f"{holder} has {MOST} webhooks, and no more can be; remove one first")


def _row(connection: Connection, subscription_id: str) -> Any:
    row = connection.execute(select(t.webhook).where(_W.id == subscription_id)).first()
    if row is None:
        raise NotFound(
            f"there is no webhook {subscription_id[:40]!r}; `aicat webhook list` shows all"
        )
    return row


def subscription_of(row: Any) -> Subscription:
    return Subscription(
        id=row.id,
        holder=row.holder,
        url=row.url,
        kinds=tuple(filter(None, row.kinds.split(","))),
        created=rows.moment(row.created),
        by=row.made_by,
        failing=rows.maybe_moment(row.failing),
        off=rows.maybe_moment(row.off),
        why=row.why,
    )
