"""Persons, their roles and organisations, in the journal's database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, tuple_, update

from catalogue.adapters.sql import auditing, rows
from catalogue.adapters.sql import tables_people as p
from catalogue.adapters.sql.persons import (
    actor,
    administrators,
    check_place,
    given_of,
    must_administer,
    must_keep_one,
    new_id,
    organisation_of,
    organisation_row,
    person_of,
    persons_of,
    words_of,
)
from catalogue.adapters.sql.sessions import SqlSessions, shut_out
from catalogue.adapters.sql.store import parts
from catalogue.errors import Conflict, Forbidden, InvalidInput, NotFound
from catalogue.people import (
    ORGANISATION_ROLES,
    Given,
    Grant,
    Identity,
    Organisation,
    Origin,
    Person,
    Role,
    check_grant,
    check_membership,
    checked,
    one_organisation,
)


class SqlPeople(SqlSessions):
    """`catalogue.ports.People`. Safe to share between threads."""

    # --- persons -----------------------------------------------------------------------------

    def person(self, person_id: str) -> Person:
        with self._store.reading() as connection:
            return person_of(connection, person_id)

    def names(self, ids: Collection[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        with self._store.reading() as connection:
            for part in parts(sorted(set(ids))):
                query = select(p.person.c.id, p.person.c.name).where(p.person.c.id.in_(part))
                found |= {row.id: row.name for row in connection.execute(query)}
        return found

    def persons(self, *, after: str = "", limit: int = 100, words: str = "") -> list[Person]:
        place = tuple_(p.person.c.words, p.person.c.id)
        query = select(p.person).where(*_matching(words)).order_by(p.person.c.words, p.person.c.id)
        with self._store.reading() as connection:
            if after:
                known = select(p.person.c.words).where(p.person.c.id == after)
                last = connection.execute(known).scalar()
                if last is None:
                    raise NotFound(f"there is no person {after[:40]!r} to go on from")
                query = query.where(place > tuple_(last, after))
            return persons_of(connection, connection.execute(query.limit(limit)))

    def count(self, words: str = "") -> int:
        query = select(func.count()).select_from(p.person).where(*_matching(words))
        with self._store.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def with_role(self, role: Role, scope: str | None = None) -> list[Person]:
        query = select(p.person).where(~p.person.c.disabled).order_by(p.person.c.id)
        if role is not Role.APPLICANT:
            enough = ORGANISATION_ROLES if role is Role.MEMBER else (role,)
            held = select(p.person_grant.c.person).where(
                p.person_grant.c.role.in_([one.value for one in enough])
            )
            if scope is not None:
                held = held.where(p.person_grant.c.scope == scope)
            query = query.where(p.person.c.id.in_(held))
        with self._store.reading() as connection:
            return persons_of(connection, connection.execute(query))

    def admit(self, identity: Identity, claimed: Sequence[Grant], now: datetime) -> Person:
        with self._store.writing() as connection:
            at = self._store.now(connection)
            known = and_(
                p.person.c.issuer == identity.issuer, p.person.c.subject == identity.subject
            )
            row = connection.execute(select(p.person).where(known)).first()
            person_id = new_id() if row is None else row.id
            told = {
                "name": identity.name,
                "email": identity.email,
                "words": words_of(identity.name, identity.email, identity.subject),
            }
            if row is None:
                fresh = {
                    "id": person_id,
                    "issuer": identity.issuer,
                    "subject": identity.subject,
                    "language": identity.language,
                    "disabled": False,
                    "created": rows.micros(now),
                }
                connection.execute(insert(p.person).values(**fresh, **told))
                noted = {"issuer": identity.issuer, "subject": identity.subject}
                auditing.note(
                    connection, at, f"issuer:{identity.issuer}", "person.new", person_id, noted
                )
            elif row.disabled:
                raise Forbidden("this account is disabled; ask an administrator")
            else:
                connection.execute(update(p.person).where(known).values(**told))
            _follow_claims(connection, person_id, identity.issuer, claimed, at)
            return person_of(connection, person_id)

    def speak(self, person_id: str, language: str | None, who: str) -> Person:
        with self._store.writing() as connection:
            person = person_of(connection, person_id)
            by = actor(connection, who)
            if by is not None and by.id != person_id and not by.may(Role.ADMINISTRATOR):
                raise Forbidden("only an administrator may change the account of somebody else")
            if person.language == language:
                return person
            where = p.person.c.id == person_id
            connection.execute(update(p.person).where(where).values(language=language))
            now = self._store.now(connection)
            told = {"language": language}
            auditing.note(connection, now, who, "person.language", person_id, told)
            return person_of(connection, person_id)

    def disable(self, person_id: str, who: str) -> Person:
        with self._store.writing() as connection:
            must_administer(connection, who)
            person = person_of(connection, person_id)
            if person.disabled:
                return person
            before, now = administrators(connection), self._store.now(connection)
            _set_disabled(connection, person_id, disabled=True)
            must_keep_one(connection, before)
            told = shut_out(connection, person_id, now)
            auditing.note(connection, now, who, "person.disable", person_id, told)
            return person_of(connection, person_id)

    def enable(self, person_id: str, who: str) -> Person:
        with self._store.writing() as connection:
            must_administer(connection, who)
            if person_of(connection, person_id).disabled:
                _set_disabled(connection, person_id, disabled=False)
                now = self._store.now(connection)
                auditing.note(connection, now, who, "person.enable", person_id, {})
            return person_of(connection, person_id)

    # --- grants ------------------------------------------------------------------------------

    def given(self, person_id: str) -> list[Given]:
        with self._store.reading() as connection:
            person_of(connection, person_id)
            return given_of(connection, person_id)

    def grant(self, person_id: str, grant: Grant, who: str) -> Person:
        checked(grant)
        with self._store.writing() as connection:
            person = person_of(connection, person_id)
            check_grant(actor(connection, who), person, grant)
            check_place(connection, grant)
            check_membership(person, grant)
            where = _row_of(person_id, grant, Origin.PERSON)
            if connection.execute(select(p.person_grant).where(where)).first() is None:
                now = self._store.now(connection)
                _give(connection, person_id, grant, Origin.PERSON, who, now)
            return person_of(connection, person_id)

    def revoke(self, person_id: str, grant: Grant, who: str) -> Person:
        checked(grant)
        with self._store.writing() as connection:
            person = person_of(connection, person_id)
            check_grant(actor(connection, who), person, grant)
            before, now = administrators(connection), self._store.now(connection)
            where = _row_of(person_id, grant, Origin.PERSON)
            if not connection.execute(delete(p.person_grant).where(where)).rowcount:
                why = (
                    "has it by the identity provider's claims; change it there"
                    if grant in person.grants
                    else "does not have it"
                )
                raise NotFound(f"{grant} cannot be taken from {person.name}, who {why}")
            must_keep_one(connection, before)
            _note_grant(connection, now, who, "person.revoke", person_id, grant, Origin.PERSON)
            return person_of(connection, person_id)

    # --- organisations -----------------------------------------------------------------------

    def add_organisation(self, organisation: Organisation, who: str) -> None:
        with self._store.writing() as connection:
            _must_keep_organisations(connection, who, None)
            taken = select(p.organisation.c.id).where(p.organisation.c.id == organisation.id)
            if connection.execute(taken).first() is not None:
                raise Conflict(f"an organisation {organisation.id!r} exists already")
            told = _organisation_row(organisation)
            connection.execute(insert(p.organisation).values(told))
            now = self._store.now(connection)
            auditing.note(connection, now, who, "organisation.add", organisation.id, told)

    def edit_organisation(self, organisation: Organisation, who: str) -> None:
        with self._store.writing() as connection:
            _must_keep_organisations(connection, who, organisation.id)
            organisation_row(connection, organisation.id)
            told = _organisation_row(organisation)
            where = p.organisation.c.id == organisation.id
            connection.execute(update(p.organisation).where(where).values(told))
            now = self._store.now(connection)
            auditing.note(connection, now, who, "organisation.edit", organisation.id, told)

    def organisation(self, organisation_id: str) -> Organisation:
        with self._store.reading() as connection:
            return organisation_of(organisation_row(connection, organisation_id))

    def organisations(self) -> list[Organisation]:
        query = select(p.organisation).order_by(p.organisation.c.id)
        with self._store.reading() as connection:
            return [organisation_of(row) for row in connection.execute(query)]

    def members(self, organisation_id: str) -> list[Person]:
        self.organisation(organisation_id)
        roles = [one.value for one in ORGANISATION_ROLES]
        held = select(p.person_grant.c.person).where(
            p.person_grant.c.role.in_(roles), p.person_grant.c.scope == organisation_id
        )
        query = select(p.person).where(p.person.c.id.in_(held)).order_by(p.person.c.id)
        with self._store.reading() as connection:
            return persons_of(connection, connection.execute(query))


def _matching(words: str) -> list[Any]:
    text = " ".join(words.split()).casefold()
    if not text:
        return []
    return [or_(p.person.c.words.contains(text, autoescape=True), p.person.c.id == text)]


def _follow_claims(
    connection: Connection, person_id: str, issuer: str, claimed: Sequence[Grant], at: int
) -> None:
    """Put the claimed grants in the place of those that claims gave before; note what changes."""
    who = f"issuer:{issuer}"
    given = given_of(connection, person_id)
    own = person_of(connection, person_id)
    granted = [one.grant for one in given if one.origin is Origin.PERSON]
    before = {one.grant for one in given if one.origin is Origin.CLAIMS}
    after: set[Grant] = set()
    for grant in one_organisation(claimed):
        try:
            check_place(connection, checked(grant))
            check_membership(replace(own, grants=tuple(granted)), grant)
        except (NotFound, InvalidInput) as error:
            told = {"grant": str(grant), "why": str(error)}
            auditing.note(connection, at, who, "person.claim-ignored", person_id, told)
        else:
            after.add(grant)
    for grant in sorted(before - after, key=str):
        connection.execute(delete(p.person_grant).where(_row_of(person_id, grant, Origin.CLAIMS)))
        _note_grant(connection, at, who, "person.revoke", person_id, grant, Origin.CLAIMS)
    for grant in sorted(after - before, key=str):
        _give(connection, person_id, grant, Origin.CLAIMS, who, at)


def _give(
    connection: Connection, person_id: str, grant: Grant, origin: Origin, who: str, at: int
) -> None:
    row = {
        "person": person_id,
        "role": grant.role.value,
        "scope": grant.scope or "",
        "origin": origin.value,
        "given_by": who,
        "at": at,
    }
    connection.execute(insert(p.person_grant).values(row))
    _note_grant(connection, at, who, "person.grant", person_id, grant, origin)


def _note_grant(
    connection: Connection,
    at: int,
    who: str,
    act: str,
    person_id: str,
    grant: Grant,
    origin: Origin,
) -> None:
    told = {"grant": str(grant), "origin": origin.value}
    auditing.note(connection, at, who, act, person_id, told)


def _row_of(person_id: str, grant: Grant, origin: Origin) -> Any:
    return and_(
        p.person_grant.c.person == person_id,
        p.person_grant.c.role == grant.role.value,
        p.person_grant.c.scope == (grant.scope or ""),
        p.person_grant.c.origin == origin.value,
    )


def _set_disabled(connection: Connection, person_id: str, *, disabled: bool) -> None:
    where = p.person.c.id == person_id
    connection.execute(update(p.person).where(where).values(disabled=disabled))


def _must_keep_organisations(connection: Connection, who: str, organisation: str | None) -> None:
    """Raises: Forbidden."""
    by = actor(connection, who)
    if by is None or by.may(Role.ADMINISTRATOR) or by.may(Role.STEWARD):
        return
    if organisation is None or not by.may(Role.REPRESENTATIVE, organisation):
        raise Forbidden("only an administrator, a steward or its representative may do this")


def _organisation_row(organisation: Organisation) -> Mapping[str, Any]:
    return {
        "id": organisation.id,
        "name": organisation.name,
        "country": organisation.country,
        "kind": organisation.kind.value,
    }
