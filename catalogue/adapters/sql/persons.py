"""Reading persons, and judging who acts: within a transaction, as everything is at that moment."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from catalogue.adapters.sql import rows
from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql import tables_people as p
from catalogue.adapters.sql.store import parts
from catalogue.errors import Conflict, Forbidden, NotFound
from catalogue.people import (
    HOLDER_ROLES,
    ORGANISATION_ROLES,
    Given,
    Grant,
    Organisation,
    OrganisationKind,
    Origin,
    Person,
    Role,
    acting,
)

SECRET = 32  # bytes at random
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id() -> str:
    """12 characters at random: 60 bits."""
    return "".join(secrets.choice(_ALPHABET) for _place in range(12))


def new_secret() -> tuple[str, bytes]:
    """A secret, and what is kept of it."""
    secret = secrets.token_urlsafe(SECRET)
    return secret, digest(secret)


def digest(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def is_secret(secret: str, kept: bytes) -> bool:
    """Whether that is the secret, in a time that does not tell."""
    return hmac.compare_digest(digest(secret), kept)


def person_of(connection: Connection, person_id: str) -> Person:
    """Raises: NotFound."""
    row = connection.execute(select(p.person).where(p.person.c.id == person_id)).first()
    if row is None:
        raise NotFound(f"there is no person {person_id[:40]!r}; `aicat person list` shows all")
    return persons_of(connection, [row])[0]


def persons_of(connection: Connection, found: Iterable[Any]) -> list[Person]:
    """The persons of those rows, with their grants."""
    listed = list(found)
    held: dict[str, set[Grant]] = {}
    for part in parts([row.id for row in listed]):
        query = select(p.person_grant).where(p.person_grant.c.person.in_(part))
        for row in connection.execute(query):
            held.setdefault(row.person, set()).add(_grant(row))
    return [_person(row, held.get(row.id, set())) for row in listed]


def given_of(connection: Connection, person_id: str) -> list[Given]:
    """A person's grants by role and scope, with where each comes from."""
    query = select(p.person_grant).where(p.person_grant.c.person == person_id)
    order = (p.person_grant.c.role, p.person_grant.c.scope, p.person_grant.c.origin)
    return [
        Given(_grant(row), Origin(row.origin), row.given_by, rows.moment(row.at))
        for row in connection.execute(query.order_by(*order))
    ]


def actor(connection: Connection, who: str) -> Person | None:
    """The person who acts; None for the operator. Raises: Forbidden for who may not act any more."""
    person_id = acting(who)
    if person_id is None:
        return None
    try:
        found = person_of(connection, person_id)
    except NotFound as error:
        raise Forbidden(str(error)) from error
    if found.disabled:
        raise Forbidden(f"{found.name} may not act: the account is disabled")
    return found


def must_administer(connection: Connection, who: str) -> None:
    """Raises: Forbidden for who is neither the operator nor an administrator."""
    by = actor(connection, who)
    if by is not None and not by.may(Role.ADMINISTRATOR):
        raise Forbidden("only an administrator may do this")


def administrators(connection: Connection) -> int:
    """How many persons can act as administrators."""
    joined = p.person_grant.join(p.person, p.person.c.id == p.person_grant.c.person)
    query = select(p.person.c.id).distinct().select_from(joined)
    where = (p.person_grant.c.role == Role.ADMINISTRATOR.value, ~p.person.c.disabled)
    return len(connection.execute(query.where(*where)).all())


def must_keep_one(connection: Connection, before: int) -> None:
    """Raises: Conflict where there was an administrator before, and there is none now."""
    if before and not administrators(connection):
        raise Conflict(
            "this is the last administrator; make somebody else one first"
            " (`aicat person grant PERSON administrator`)"
        )


def check_place(connection: Connection, grant: Grant) -> None:
    """Raises: NotFound where there is no such node or organisation."""
    if grant.role in HOLDER_ROLES:
        found = connection.execute(select(t.node.c.id).where(t.node.c.id == grant.scope)).first()
        if found is None:
            raise NotFound(f"there is no node {grant.scope!r}; `aicat node list` shows all")
    if grant.role in ORGANISATION_ROLES:
        organisation_row(connection, str(grant.scope))


def organisation_row(connection: Connection, organisation_id: str) -> Any:
    """Raises: NotFound."""
    query = select(p.organisation).where(p.organisation.c.id == organisation_id)
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(
            f"there is no organisation {organisation_id[:70]!r}; an administrator or steward adds it"
        )
    return row


def organisation_of(row: Any) -> Organisation:
    return Organisation(row.id, row.name, row.country, OrganisationKind(row.kind))


def words_of(*texts: str | None) -> str:
    """What a search for a person looks through."""
    return "\n".join(one for one in texts if one).casefold()


def _grant(row: Any) -> Grant:
    return Grant(Role(row.role), row.scope or None)


def _person(row: Any, grants: set[Grant]) -> Person:
    return Person(
        id=row.id,
        issuer=row.issuer,
        subject=row.subject,
        name=row.name,
        email=row.email,
        language=row.language,
        grants=tuple(sorted(grants, key=lambda one: (one.role.value, one.scope or ""))),
        disabled=row.disabled,
        created=rows.moment(row.created),
        last_sign_in=rows.maybe_moment(row.last_sign_in),
    )
