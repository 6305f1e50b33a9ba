"""Who uses the catalogue: persons, their roles and organisations. Pure values and rules.

Times are aware datetimes in UTC. A role is held where a grant says so: at a holder (the id of a node),
in an organisation (its id), or, for the roles of the whole catalogue, nowhere in particular.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from catalogue.errors import Forbidden, InvalidInput
from catalogue.model import Reader
from vocab.languages import OFFICIAL

LOCAL = "local"  # the issuer of accounts that need no identity provider
IDLE = timedelta(hours=8)  # a session that was not used for so long is over
LONGEST = timedelta(days=7)  # no session lasts longer
SIGN_IN = timedelta(minutes=10)  # for as long as this a person may be at the identity provider
PERSON = "person:"  # how the audit log marks that a person acted

_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_COUNTRY = re.compile(r"[A-Z]{2}")
MOST_TEXT = 200  # characters of a name or an address


class Role(StrEnum):
    APPLICANT = "applicant"  # everybody who is signed in; it is not granted
    MEMBER = "member"  # of an organisation
    REPRESENTATIVE = "representative"  # of an organisation: a member who may add members
    HANDLER = "handler"  # leads requests to a holder through their steps
    REVIEWER_TECHNICAL = "reviewer-technical"
    REVIEWER_ETHICS = "reviewer-ethics"
    REVIEWER_LEGAL = "reviewer-legal"
    DECIDER = "decider"  # approves or rejects for a holder
    ALLOCATOR = "allocator"  # gives out a holder's computing time
    STEWARD = "steward"  # keeps registry, forms and quality
    AUDITOR = "auditor"  # reads everything, changes nothing
    ADMINISTRATOR = "administrator"  # manages people and their roles


ORGANISATION_ROLES = (Role.MEMBER, Role.REPRESENTATIVE)
REVIEWERS = (Role.REVIEWER_TECHNICAL, Role.REVIEWER_ETHICS, Role.REVIEWER_LEGAL)
HOLDER_ROLES = (Role.HANDLER, *REVIEWERS, Role.DECIDER, Role.ALLOCATOR)
CATALOGUE_ROLES = (Role.STEWARD, Role.AUDITOR, Role.ADMINISTRATOR)
GRANTED = (*ORGANISATION_ROLES, *HOLDER_ROLES, *CATALOGUE_ROLES)


class OrganisationKind(StrEnum):
    START_UP = "start-up"
    SME = "sme"
    INDUSTRY = "industry"
    RESEARCH = "research"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Organisation:
    """Whom people apply for. `country` is ISO 3166 alpha-2."""

    id: str
    name: str
    country: str
    kind: OrganisationKind


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """A role and where it is held: a node, an organisation, or (`scope` None) the whole catalogue."""

    role: Role
    scope: str | None = None

    def __str__(self) -> str:
        return self.role.value if self.scope is None else f"{self.role.value}:{self.scope}"


class Origin(StrEnum):
    """Who says that a grant holds. Those by claims follow the identity provider at each sign-in."""

    CLAIMS = "claims"
    PERSON = "person"  # a person or the operator granted it, and only they take it back


@dataclass(frozen=True, slots=True)
class Given:
    """A grant as it was made; `by` is who did it, as the audit log names them."""

    grant: Grant
    origin: Origin
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has signed in, known by `subject` at an `issuer`. A disabled person may do nothing.

    `language` is one of the Union's 24, by two letters; None: the browser's is used.
    """

    id: str
    issuer: str
    subject: str
    name: str
    email: str | None = None
    language: str | None = None
    grants: tuple[Grant, ...] = ()
    disabled: bool = False
    created: datetime | None = None
    last_sign_in: datetime | None = None

    @property
    def organisation(self) -> str | None:
        """The id of the one organisation that the person belongs to."""
        found = (one.scope for one in self.grants if one.role in ORGANISATION_ROLES)
        return next(found, None)

    @property
    def nodes(self) -> tuple[str, ...]:
        """The holders for which the person works, in order."""
        held = {one.scope for one in self.grants if one.role in HOLDER_ROLES}
        return tuple(sorted(filter(None, held)))

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles held anywhere, in the order of `Role`."""
        held = {one.role for one in self.grants} | {Role.APPLICANT}
        return () if self.disabled else tuple(role for role in Role if role in held)

    @property
    def reader(self) -> Reader:
        """Whom the person reads records as: the holders that they work for; the catalogue's own staff
        as members of the federation; others as anybody."""
        staff = any(one.role in CATALOGUE_ROLES for one in self.grants)
        if self.disabled:
            return Reader()
        return Reader(member=staff, nodes=self.nodes)

    @property
    def who(self) -> str:
        """How the audit log names the person."""
        return f"{PERSON}{self.id}"

    def may(self, role: Role, scope: str | None = None) -> bool:
        """Whether the person holds the role; where a scope is named, there.

        Everybody is an applicant, and a representative is a member. No other role holds another:
        an administrator decides nothing.
        """
        if self.disabled:
            return False
        if role is Role.APPLICANT:
            return True
        enough = ORGANISATION_ROLES if role is Role.MEMBER else (role,)
        held = (one for one in self.grants if one.role in enough)
        return any(scope is None or one.scope == scope for one in held)

    def scopes(self, role: Role) -> tuple[str, ...]:
        """The holders or organisations where the person holds the role, in order."""
        held = {one.scope for one in self.grants if one.role is role}
        return () if self.disabled else tuple(sorted(filter(None, held)))

    def limited(self, roles: Sequence[Role] | None) -> Person:
        """The person with no other roles than these; as they are where it is None. Membership of an
        organisation stays: it says who the person is."""
        if roles is None:
            return self
        kept = (*roles, Role.MEMBER)
        grants = (_as_member(one, kept) for one in self.grants)
        return replace(self, grants=tuple(one for one in grants if one.role in kept))


def _as_member(grant: Grant, kept: Sequence[Role]) -> Grant:
    if grant.role is Role.REPRESENTATIVE and grant.role not in kept:
        return Grant(Role.MEMBER, grant.scope)
    return grant


# --- sessions, tokens, a sign-in under way ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Session:
    """A browser in which a person is signed in. `agent` is what the browser called itself."""

    id: str
    person: str
    created: datetime
    last_used: datetime
    agent: str = ""
    id_token: str | None = None
    """What the identity provider is told at sign-out; never shown."""

    @property
    def over_at(self) -> datetime:
        """When it ends if it is not used again."""
        return min(self.last_used + IDLE, self.created + LONGEST)

    def over(self, now: datetime) -> bool:
        """Whether it has ended by itself."""
        return now >= self.over_at


@dataclass(frozen=True, slots=True)
class PersonToken:
    """A person's token for programs as it may be told, without its secret. `roles`: no others count
    where it is used; all that the person has where it is None. `calendar`: it is the secret of a link that
    shows the person's dates, and opens nothing else."""

    id: str
    person: str
    name: str
    roles: tuple[Role, ...] | None
    created: datetime
    expires: datetime
    last_used: datetime | None = None
    revoked: datetime | None = None
    calendar: bool = False


@dataclass(frozen=True, slots=True)
class SignIn:
    """A sign-in that waits for the identity provider's answer (RFC 6749, 4.1; RFC 7636)."""

    state: str
    nonce: str
    verifier: str
    next: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, as an identity provider (or a local account) says."""

    issuer: str
    subject: str
    name: str
    email: str | None = None
    language: str | None = None


# --- rules ----------------------------------------------------------------------------------------


def grant_of(text: str) -> Grant:
    """The grant that a text such as "steward" or "handler:node-id" names.

    Raises: InvalidInput.
    """
    name, _, scope = text.strip().partition(":")
    try:
        role = Role(name)
    except ValueError:
        roles = ", ".join(one.value for one in GRANTED)
        raise InvalidInput(f"{name[:40]!r} is no role; use one of {roles}") from None
    return checked(Grant(role, scope or None))


def checked(grant: Grant) -> Grant:
    """The grant, if its role is held where it says. Raises: InvalidInput."""
    role = grant.role
    if role is Role.APPLICANT:
        raise InvalidInput("everybody who is signed in is an applicant; there is nothing to grant")
    if role in CATALOGUE_ROLES and grant.scope is not None:
        raise InvalidInput(f"{role.value} is held for the whole catalogue; leave out the scope")
    if role in HOLDER_ROLES and grant.scope is None:
        raise InvalidInput(f"{role.value} is held at a holder; write {role.value}:NODE")
    if role in ORGANISATION_ROLES and grant.scope is None:
        raise InvalidInput(
            f"{role.value} is held in an organisation; write {role.value}:ORGANISATION"
        )
    return grant


def check_grant(by: Person | None, to: Person, grant: Grant) -> None:
    """May `by` (None: the operator, at the command line) grant this, or take it back?

    An administrator may grant everything to everybody; a representative may add members to their own
    organisation and let them go. Nobody else may, and least of all to themselves.

    Raises: Forbidden.
    """
    if by is None or by.may(Role.ADMINISTRATOR):
        return
    if by.id == to.id:
        raise Forbidden("nobody grants roles to themselves; ask an administrator")
    own = grant.role is Role.MEMBER and by.may(Role.REPRESENTATIVE, grant.scope)
    if not own:
        raise Forbidden(f"only an administrator may grant or revoke {grant}")


def check_membership(to: Person, grant: Grant) -> None:
    """A person belongs to one organisation at most. Raises: InvalidInput."""
    if grant.role in ORGANISATION_ROLES and to.organisation not in {None, grant.scope}:
        raise InvalidInput(
            f"{to.name} belongs to {to.organisation} already, and to one organisation at most;"
            " revoke that membership first"
        )


def organisation_of(id: str, name: str, country: str, kind: str) -> Organisation:
    """An organisation of these values, if they can be used. Raises: InvalidInput."""
    if not _ID.fullmatch(id):
        raise InvalidInput(
            f"{id[:70]!r} is no id; use small letters, digits and hyphens, at most 64"
        )
    if not _COUNTRY.fullmatch(country):
        raise InvalidInput(
            f"{country[:20]!r} is no country; use its two letters (ISO 3166 alpha-2)"
        )
    try:
        kind_of = OrganisationKind(kind)
    except ValueError:
        kinds = ", ".join(OrganisationKind)
        raise InvalidInput(
            f"{kind[:40]!r} is no kind of organisation; use one of {kinds}"
        ) from None
    return Organisation(id, name_of(name), country, kind_of)


def name_of(text: str) -> str:
    """A name as it may be kept. Raises: InvalidInput."""
    return line(text, MOST_TEXT, "a name")


def line(text: str, most: int, what: str) -> str:
    """A text of one line as it may be kept, not empty. Raises: InvalidInput."""
    plain = one_line(text)
    if not plain or len(plain) > most:
        raise InvalidInput(f"{what} has 1 to {most} characters")
    return plain


def one_line(text: str) -> str:
    """The text with nothing in it that ends a line, acts on a terminal or turns its direction."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def language_of(text: str) -> str | None:
    """One of the Union's official languages by its tag; None where it is none of them."""
    code = text.strip()[:2].lower()
    return code if code in OFFICIAL and text.strip()[2:3] in {"", "-", "_"} else None


def acting(who: str) -> str | None:
    """The id of the person who acts under that name in the audit log; None where it is no person."""
    return who.removeprefix(PERSON) if who.startswith(PERSON) else None


def one_organisation(grants: Iterable[Grant]) -> list[Grant]:
    """The grants without doubles, in order; of several organisations only the first."""
    kept: list[Grant] = []
    organisation: str | None = None
    for one in sorted(set(grants), key=lambda each: (each.role.value, each.scope or "")):
        if one.role in ORGANISATION_ROLES:
            if organisation not in {None, one.scope}:
                continue
            organisation = one.scope
        kept.append(one)
    return kept
