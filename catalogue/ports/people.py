"""The door to persons, their roles and organisations, sessions and tokens."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from catalogue.people import (
    Given,
    Grant,
    Identity,
    Organisation,
    Person,
    PersonToken,
    Role,
    Session,
    SignIn,
)


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session at the one moment that its `token`, which the browser keeps, can be read."""

    token: str
    session: Session
    person: Person


@dataclass(frozen=True, slots=True)
class NewToken:
    """A person's token at the one moment that it can be read."""

    token: str
    kept: PersonToken


class People(Protocol):
    """Who uses the catalogue. Everything here reaches the audit log in the transaction that does it.

    `who` is the audit log's name of who acts: `Person.who`, or the operator at the command line, who may
    do everything. A person who acts is judged as they are at that moment. `now` is the moment, UTC.
    """

    # persons
    def person(self, person_id: str) -> Person:
        """Raises: NotFound."""

    def persons(self, *, after: str = "", limit: int = 100, words: str = "") -> list[Person]:
        """Persons by name, those behind the one of the id `after`; where there are words, whose name,
        address or name at the identity provider holds them, or whose id they are."""

    def count(self, words: str = "") -> int:
        """How many persons there are, with those words."""

    def names(self, ids: Collection[str]) -> dict[str, str]:
        """The names of those persons that there are, by id."""

    def with_role(self, role: Role, scope: str | None = None) -> list[Person]:
        """Persons, none of them disabled, who hold the role (`Person.may`), by id."""

    def admit(self, identity: Identity, claimed: Sequence[Grant], now: datetime) -> Person:
        """The person of that issuer and subject, made where they are new, with name and address as they
        are told now, and with the claimed grants in the place of those that claims gave before.

        A claimed grant at a node or organisation that does not exist here is left out and noted, as is
        membership of another organisation than the one a person granted. A language once chosen stays.
        Raises: Forbidden where the person is disabled.
        """

    def speak(self, person_id: str, language: str | None, who: str) -> Person:
        """Set the language of what the person reads; None: as the browser asks for.
        Raises: NotFound; Forbidden for anybody but themselves or an administrator."""

    def disable(self, person_id: str, who: str) -> Person:
        """From now on the person can do nothing: sessions and tokens are over. Doing it again changes
        nothing. Raises: NotFound; Forbidden; Conflict for the last administrator."""

    def enable(self, person_id: str, who: str) -> Person:
        """Undo `disable`; sessions stay over. Raises: NotFound; Forbidden."""

    # grants
    def given(self, person_id: str) -> list[Given]:
        """The person's grants with where they come from, by role and scope. Raises: NotFound."""

    def grant(self, person_id: str, grant: Grant, who: str) -> Person:
        """Give the person a role, at once; having it already changes nothing.
        Raises: NotFound (person, node, organisation); Forbidden; InvalidInput."""

    def revoke(self, person_id: str, grant: Grant, who: str) -> Person:
        """Take a role back, at once. Raises: NotFound where a person did not grant it (claims are changed
        at the identity provider); Forbidden; Conflict for the last administrator."""

    # organisations
    def add_organisation(self, organisation: Organisation, who: str) -> None:
        """Raises: Conflict where the id is taken; Forbidden for who is no administrator or steward."""

    def edit_organisation(self, organisation: Organisation, who: str) -> None:
        """Replace the one of the same id. Raises: NotFound; Forbidden: as above, or its representative."""

    def organisation(self, organisation_id: str) -> Organisation:
        """Raises: NotFound."""

    def organisations(self) -> list[Organisation]:
        """All, by id."""

    def members(self, organisation_id: str) -> list[Person]:
        """Who belongs to it, by id. Raises: NotFound."""

    # sessions
    def open_session(
        self, person_id: str, now: datetime, *, agent: str = "", id_token: str | None = None
    ) -> NewSession:
        """A new session of a person who has just shown who they are. Raises: NotFound; Forbidden."""

    def session(self, token: str, now: datetime) -> tuple[Session, Person]:
        """The session of a token and its person, as both are now; using it keeps it from idling.
        Raises: Unauthenticated where it is unknown or over, or the person disabled."""

    def sessions(self, person_id: str, now: datetime) -> list[Session]:
        """Those that are not over, the last used first."""

    def close_session(self, session_id: str, person_id: str, who: str) -> None:
        """End one session of the person. Raises: NotFound."""

    def close_sessions(self, person_id: str, who: str) -> int:
        """Sign the person out everywhere; return of how many sessions. Tokens stay."""

    # tokens
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
        """A token for programs, good for 1 to 365 days, for no other roles than these (None: for what
        the person has). Raises: NotFound; InvalidInput; Conflict where there are too many."""

    def token(self, token: str, now: datetime) -> tuple[PersonToken, Person]:
        """The token and its person as both are now, with the token's roles at most. The secret of a
        calendar's link is none. Raises: Unauthenticated."""

    def create_calendar(self, person_id: str, who: str, now: datetime) -> NewToken:
        """The secret of a link to the person's calendar, good for a year. The one before is revoked.
        Raises: as `create_token`."""

    def calendar(self, token: str, now: datetime) -> tuple[PersonToken, Person]:
        """As `token`, for the secret of a calendar's link."""

    def tokens(self, person_id: str) -> list[PersonToken]:
        """All of the person's, the newest first."""

    def revoke_token(self, token_id: str, person_id: str, who: str) -> PersonToken:
        """From now on it opens nothing. Raises: NotFound; Conflict where it was revoked."""

    # sign-ins under way
    def begin_sign_in(self, sign_in: SignIn, now: datetime) -> str:
        """Keep it for `people.SIGN_IN`; return what the browser shows to go on with it."""

    def take_sign_in(self, token: str, now: datetime) -> SignIn:
        """The sign-in of that browser, once. Raises: Unauthenticated where there is none, or it is over."""
