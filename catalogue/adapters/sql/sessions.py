"""Sessions, tokens and sign-ins under way: their secrets given out once, kept as hashes."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from catalogue.adapters.sql import auditing, rows
from catalogue.adapters.sql import tables_people as p
from catalogue.adapters.sql.persons import (
    digest,
    is_secret,
    new_id,
    new_secret,
    person_of,
)
from catalogue.adapters.sql.store import SqlStore
from catalogue.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from catalogue.people import (
    IDLE,
    LONGEST,
    SIGN_IN,
    Person,
    PersonToken,
    Role,
    Session,
    SignIn,
    line,
)
from catalogue.ports.people import NewSession, NewToken

MARK = "aicatp"  # a token is `aicatp_<id>_<secret>`
CALENDAR_MARK, CALENDAR = (
    "aicatc",
    "@calendar",
)  # how one of a calendar begins, and is told by its row
DAYS = 365  # the longest that a token is good for
MOST = 50  # tokens of a person that are good at once
USED = timedelta(minutes=1)  # how exactly the last use is known
AGENT = 200  # characters of what a browser calls itself


class SqlSessions:
    """The part of `catalogue.ports.People` that is about being signed in."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    # --- sessions ----------------------------------------------------------------------------

    def open_session(
        self, person_id: str, now: datetime, *, agent: str = "", id_token: str | None = None
    ) -> NewSession:
        session_id, (secret, kept), at = new_id(), new_secret(), _micros(now)
        with self._store.writing() as connection:
            person = person_of(connection, person_id)
            if person.disabled:
                raise Forbidden("this account is disabled; ask an administrator")
            _forget_sessions(connection, now)
            row = {
                "id": session_id,
                "person": person_id,
                "hash": kept,
                "created": at,
                "last_used": at,
                "agent": " ".join(agent.split())[:AGENT],
                "id_token": id_token,
            }
            connection.execute(insert(p.session).values(row))
            where = p.person.c.id == person_id
            connection.execute(update(p.person).where(where).values(last_sign_in=at))
            told = {"session": session_id, "issuer": person.issuer}
            noted = self._store.now(connection)
            auditing.note(connection, noted, person.who, "person.sign-in", person_id, told)
            made = select(p.session).where(p.session.c.id == session_id)
            session = _session(connection.execute(made).one())
            return NewSession(f"{session_id}_{secret}", session, person_of(connection, person_id))

    def session(self, token: str, now: datetime) -> tuple[Session, Person]:
        session_id, _, secret = token.partition("_")
        with self._store.reading() as connection:
            query = select(p.session).where(p.session.c.id == session_id)
            row = connection.execute(query).first()
            if row is None or not is_secret(secret, bytes(row.hash)):
                raise Unauthenticated("you are not signed in any more; sign in again")
            found, person = _session(row), person_of(connection, row.person)
        if person.disabled or found.over(now):
            raise Unauthenticated("the session is over; sign in again")
        if found.last_used < now - USED:
            self._use(p.session, session_id, now)
        return found, person

    def sessions(self, person_id: str, now: datetime) -> list[Session]:
        query = select(p.session).where(p.session.c.person == person_id)
        with self._store.reading() as connection:
            found = connection.execute(query.order_by(p.session.c.last_used.desc(), p.session.c.id))
            return [one for one in map(_session, found) if not one.over(now)]

    def close_session(self, session_id: str, person_id: str, who: str) -> None:
        where = and_(p.session.c.id == session_id, p.session.c.person == person_id)
        with self._store.writing() as connection:
            if not connection.execute(delete(p.session).where(where)).rowcount:
                raise NotFound("there is no such session; it may be over already")
            now = self._store.now(connection)
            told = {"session": session_id}
            auditing.note(connection, now, who, "person.sign-out", person_id, told)

    def close_sessions(self, person_id: str, who: str) -> int:
        with self._store.writing() as connection:
            number = _close_all(connection, person_id)
            told = {"sessions": number}
            now = self._store.now(connection)
            auditing.note(connection, now, who, "person.sign-out-everywhere", person_id, told)
        return number

    # --- tokens ------------------------------------------------------------------------------

    def create_token(
        self,
        person_id: str,
        who: str,
        now: datetime,
        *,
        name: str,
        days: int,
        roles: Sequence[Role] | None = None,
    ) -> NewToken:
        if not 1 <= days <= DAYS:
            raise InvalidInput(f"a token is good for 1 to {DAYS} days")
        held = None if roles is None else ",".join(sorted({one.value for one in roles}))
        with self._store.writing() as connection:
            return self._new_token(connection, person_id, who, now, name, days, held)

    def create_calendar(self, person_id: str, who: str, now: datetime) -> NewToken:
        token = p.person_token.c
        before = and_(token.person == person_id, token.roles == CALENDAR, token.revoked.is_(None))
        with self._store.writing() as connection:
            noted = self._store.now(connection)
            old = list(connection.execute(select(token.id).where(before)).scalars())
            connection.execute(update(p.person_token).where(before).values(revoked=noted))
            for one in old:
                auditing.note(connection, noted, who, "token.revoke", person_id, {"token": one})
            return self._new_token(connection, person_id, who, now, "Calendar", DAYS, CALENDAR)

    def _new_token(
        self,
        connection: Connection,
        person_id: str,
        who: str,
        now: datetime,
        name: str,
        days: int,
        held: str | None,
    ) -> NewToken:
        """Store one; `held` is what its row says of roles. Raises: as `create_token`."""
        token_id, (secret, kept), at = new_id(), new_secret(), _micros(now)
        if person_of(connection, person_id).disabled:
            raise Forbidden("this account is disabled; ask an administrator")
        if _good_tokens(connection, person_id, at) >= MOST:
            raise Conflict(f"{MOST} tokens are good already; revoke one first")
        row = {
            "id": token_id,
            "person": person_id,
            "hash": kept,
            "name": line(name, 100, "the name of a token"),
            "roles": held,
            "created": at,
            "expires": _micros(now + timedelta(days=days)),
        }
        connection.execute(insert(p.person_token).values(row))
        told = {"token": token_id, "name": row["name"], "roles": held, "days": days}
        noted = self._store.now(connection)
        auditing.note(connection, noted, who, "token.create", person_id, told)
        mark = CALENDAR_MARK if held == CALENDAR else MARK
        return NewToken(f"{mark}_{token_id}_{secret}", _token_of(connection, token_id))

    def token(self, token: str, now: datetime) -> tuple[PersonToken, Person]:
        return self._good_token(token, now, MARK)

    def calendar(self, token: str, now: datetime) -> tuple[PersonToken, Person]:
        return self._good_token(token, now, CALENDAR_MARK)

    def _good_token(self, token: str, now: datetime, wanted: str) -> tuple[PersonToken, Person]:
        """The token of that mark; a row is of one mark only. Raises: Unauthenticated."""
        mark, _, rest = token.partition("_")
        token_id, _, secret = rest.partition("_")
        with self._store.reading() as connection:
            query = select(p.person_token).where(p.person_token.c.id == token_id)
            row = connection.execute(query).first()
            known = row is not None and (CALENDAR_MARK if row.roles == CALENDAR else MARK)
            if row is None or not mark == known == wanted or not is_secret(secret, bytes(row.hash)):
                raise Unauthenticated(
                    "the token is not known here; make one on your account's page",
                    row.id if row else None,
                )
            found, person = _token(row), person_of(connection, row.person)
        if found.revoked is not None or person.disabled:
            raise Unauthenticated(f"the token {found.id} was revoked; make another", found.id)
        if found.expires <= now:
            raise Unauthenticated(f"the token {found.id} is out of date; make another", found.id)
        if found.last_used is None or found.last_used < now - USED:
            self._use(p.person_token, token_id, now)
        return found, person.limited(found.roles)

    def tokens(self, person_id: str) -> list[PersonToken]:
        query = select(p.person_token).where(p.person_token.c.person == person_id)
        order = (p.person_token.c.created.desc(), p.person_token.c.id)
        with self._store.reading() as connection:
            return [_token(row) for row in connection.execute(query.order_by(*order))]

    def revoke_token(self, token_id: str, person_id: str, who: str) -> PersonToken:
        where = and_(p.person_token.c.id == token_id, p.person_token.c.person == person_id)
        with self._store.writing() as connection:
            row = connection.execute(select(p.person_token).where(where)).first()
            if row is None:
                raise NotFound("there is no such token")
            if row.revoked is not None:
                raise Conflict(f"the token {token_id} was revoked already")
            now = self._store.now(connection)
            connection.execute(update(p.person_token).where(where).values(revoked=now))
            auditing.note(connection, now, who, "token.revoke", person_id, {"token": token_id})
            return _token_of(connection, token_id)

    # --- sign-ins under way ------------------------------------------------------------------

    def begin_sign_in(self, sign_in: SignIn, now: datetime) -> str:
        secret, kept = new_secret()
        row = {
            "hash": kept,
            "state": sign_in.state,
            "nonce": sign_in.nonce,
            "verifier": sign_in.verifier,
            "next": sign_in.next,
            "created": _micros(now),
        }
        with self._store.writing() as connection:
            over = p.sign_in.c.created <= _micros(now - SIGN_IN)
            connection.execute(delete(p.sign_in).where(over))
            connection.execute(insert(p.sign_in).values(row))
        return secret

    def take_sign_in(self, token: str, now: datetime) -> SignIn:
        where = p.sign_in.c.hash == digest(token)
        row = self._store.one(select(p.sign_in).where(where))
        if row is not None:  # who makes tokens up costs no write
            with self._store.writing() as connection:
                taken = connection.execute(delete(p.sign_in).where(where)).rowcount
            row = row if taken else None
        if row is None or rows.moment(row.created) <= now - SIGN_IN:
            raise Unauthenticated("this sign-in was begun elsewhere or too long ago; begin again")
        return SignIn(row.state, row.nonce, row.verifier, row.next)

    def _use(self, table: Any, row_id: str, now: datetime) -> None:
        """Note the use; where nothing can be stored just now, it is used all the same."""
        with contextlib.suppress(Unavailable), self._store.writing() as connection:
            values = {"last_used": _micros(now)}
            connection.execute(update(table).where(table.c.id == row_id).values(**values))


def shut_out(connection: Connection, person_id: str, now: int) -> dict[str, int]:
    """End all sessions of a person and revoke all tokens; how many of each."""
    where = (p.person_token.c.person == person_id, p.person_token.c.revoked.is_(None))
    done = connection.execute(update(p.person_token).where(*where).values(revoked=now))
    return {"sessions": _close_all(connection, person_id), "tokens": done.rowcount}


def _close_all(connection: Connection, person_id: str) -> int:
    return connection.execute(delete(p.session).where(p.session.c.person == person_id)).rowcount


def _forget_sessions(connection: Connection, now: datetime) -> None:
    idle = p.session.c.last_used <= _micros(now - IDLE)
    old = p.session.c.created <= _micros(now - LONGEST)
    connection.execute(delete(p.session).where(or_(idle, old)))


def _good_tokens(connection: Connection, person_id: str, at: int) -> int:
    token = p.person_token.c
    where = (token.person == person_id, token.revoked.is_(None), token.expires > at)
    query = select(func.count()).select_from(p.person_token).where(*where)
    return int(connection.execute(query).scalar_one())


def _token_of(connection: Connection, token_id: str) -> PersonToken:
    query = select(p.person_token).where(p.person_token.c.id == token_id)
    return _token(connection.execute(query).one())


def _token(row: Any) -> PersonToken:
    calendar = row.roles == CALENDAR
    every = row.roles is None or calendar
    roles = None if every else tuple(map(Role, filter(None, row.roles.split(","))))
    return PersonToken(
        id=row.id,
        person=row.person,
        name=row.name,
        roles=roles,
        created=rows.moment(row.created),
        expires=rows.moment(row.expires),
        last_used=rows.maybe_moment(row.last_used),
        revoked=rows.maybe_moment(row.revoked),
        calendar=calendar,
    )


def _session(row: Any) -> Session:
    return Session(
        row.id,
        row.person,
        rows.moment(row.created),
        rows.moment(row.last_used),
        row.agent,
        row.id_token,
    )


def _micros(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000)
