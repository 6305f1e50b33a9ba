"""Accounts without a password for trials on one's own machine (`AICAT_DEV_LOGIN`): made-up people, one
for each role, and others with the roles that one chooses."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from catalogue.errors import Conflict, InvalidInput, NotFound
from catalogue.model import Node
from catalogue.people import (
    CATALOGUE_ROLES,
    GRANTED,
    HOLDER_ROLES,
    LOCAL,
    ORGANISATION_ROLES,
    REVIEWERS,
    Grant,
    Identity,
    Organisation,
    OrganisationKind,
    Person,
    Role,
    name_of,
)
from catalogue.ports import People

OPERATOR = "operator:dev-login"
HOLDERS = 4  # nodes that accounts are offered for; for others one makes them
START_UP = Organisation(
    "nordlicht-robotik", "Nordlicht Robotik (fictional)", "DE", OrganisationKind.START_UP
)
SME = Organisation("laguna-mobility", "Laguna Mobility (fictional)", "IT", OrganisationKind.SME)


@dataclass(frozen=True, slots=True)
class Account:
    """A made-up person. `subject` is what the account is known by."""

    subject: str
    name: str
    what: str
    grants: tuple[Grant, ...] = ()


def accounts(nodes: Sequence[Node]) -> list[Account]:
    """The accounts that are always there, with some for each of the first holders."""
    member, representative = Role.MEMBER, Role.REPRESENTATIVE
    found = [
        Account("anna", "Anna Applicant (fictional)", START_UP.name, (Grant(member, START_UP.id),)),
        Account(
            "rosa",
            "Rosa Representative (fictional)",
            START_UP.name,
            (Grant(representative, START_UP.id),),
        ),
        Account("luca", "Luca Applicant (fictional)", SME.name, (Grant(member, SME.id),)),
    ]
    for node in nodes[:HOLDERS]:
        at = f"at {node.name}"
        found += [
            _of(node, "handler", "Hanna Handler", at, [Role.HANDLER]),
            _of(node, "reviewer", "Rafael Reviewer", at, REVIEWERS),
            _of(node, "decider", "Dora Decider", at, [Role.DECIDER, Role.ALLOCATOR]),
        ]
    names = {
        Role.STEWARD: "Stefan Steward",
        Role.AUDITOR: "Aurelia Auditor",
        Role.ADMINISTRATOR: "Adam Administrator",
    }
    return found + [
        Account(role.value, f"{name} (fictional)", "of the whole catalogue", (Grant(role),))
        for role, name in names.items()
    ]


def _of(node: Node, kind: str, name: str, what: str, roles: Sequence[Role]) -> Account:
    grants = tuple(Grant(role, node.id) for role in roles)
    return Account(f"{kind}.{node.id}", f"{name} (fictional)", what, grants)


def enter(people: People, subject: str, nodes: Sequence[Node], now: datetime) -> Person:
    """The person of an account, made where they are used for the first time.

    Raises: NotFound where there is no such account.
    """
    offered = next((one for one in accounts(nodes) if one.subject == subject), None)
    if offered is not None:
        for organisation in (START_UP, SME):
            with suppress(Conflict):
                people.add_organisation(organisation, OPERATOR)
        return people.admit(Identity(LOCAL, subject, offered.name), offered.grants, now)
    known = next((one for one in made(people) if one.subject == subject), None)
    if known is None:
        raise NotFound(f"there is no local account {subject[:60]!r}; choose one of the list")
    return people.admit(Identity(LOCAL, subject, known.name), (), now)


def made(people: People) -> list[Person]:
    """The local accounts that were made here, by name; the first 200."""
    found = people.persons(words=".made.", limit=200)
    return [one for one in found if one.issuer == LOCAL and ".made." in one.subject]


def make(
    people: People,
    name: str,
    roles: Sequence[str],
    nodes: Sequence[str],
    organisation: str,
    now: datetime,
) -> Person:
    """Another account with these roles, those at holders at each of the nodes.

    Raises: InvalidInput; NotFound for a node or organisation that is not there.
    """
    plain = name_of(name)
    grants = _grants(roles, nodes, organisation)
    slug = re.sub(r"[^a-z0-9]+", "-", plain.casefold()).strip("-")[:40]
    subject = f"{slug}.made.{secrets.token_hex(3)}"
    person = people.admit(Identity(LOCAL, subject, plain), (), now)
    for grant in grants:
        person = people.grant(person.id, grant, OPERATOR)
    return person


def _grants(roles: Sequence[str], nodes: Sequence[str], organisation: str) -> list[Grant]:
    chosen = [role for role in GRANTED if role.value in roles]
    if set(chosen) & set(HOLDER_ROLES) and not nodes:
        raise InvalidInput("choose the holder that the role is for, too")
    if set(chosen) & set(ORGANISATION_ROLES) and not organisation:
        raise InvalidInput("choose the organisation that the role is in, too")
    grants = [Grant(role) for role in chosen if role in CATALOGUE_ROLES]
    grants += [Grant(role, node) for role in chosen if role in HOLDER_ROLES for node in nodes]
    return grants + [Grant(role, organisation) for role in chosen if role in ORGANISATION_ROLES]
