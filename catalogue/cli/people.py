"""People and organisations: `aicat person`, `aicat organisation`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from catalogue.bootstrap import open_journal
from catalogue.cli.output import (
    json_option,
    minute,
    operator,
    print_json,
    print_list,
    print_table,
    say,
)
from catalogue.errors import NotFound
from catalogue.people import Given, Organisation, Person, grant_of, organisation_of
from catalogue.ports import People
from catalogue.settings import load

MOST = 1000  # persons in one answer


@click.group()
def person() -> None:
    """People who have signed in, and their roles."""


@person.command("list")
@click.argument("words", required=False, default="")
@json_option
def person_list(words: str, as_json: bool) -> None:
    """Everybody, or those whose name or address holds the words."""
    with open_journal(load()) as journal:
        found = journal.people.persons(words=words, limit=MOST)
    if as_json:
        print_list([_told(one) for one in found])
        return
    columns = ("id", "name", "email", "roles", "last sign-in")
    print_table(columns, [_row(one) for one in found])


@person.command("show")
@click.argument("who", metavar="PERSON")
@json_option
def person_show(who: str, as_json: bool) -> None:
    """One person, with where each role comes from. PERSON is an id, or a whole address."""
    with open_journal(load()) as journal:
        one = _one(journal.people, who)
        given = journal.people.given(one.id)
    if as_json:
        print_json({**_told(one), "grants": [_given(each) for each in given]})
        return
    say(f"{one.name} ({one.id}), of {one.issuer}{'; disabled' if one.disabled else ''}")
    columns = ("role", "from", "by", "since")
    print_table(
        columns, [(each.grant, each.origin.value, each.by, minute(each.at)) for each in given]
    )


@person.command("grant")
@click.argument("who", metavar="PERSON")
@click.argument("role", metavar="ROLE[:SCOPE]")
@json_option
def person_grant(who: str, role: str, as_json: bool) -> None:
    """Give a person a role: steward, handler:NODE, member:ORGANISATION …; the first administrator is
    made so."""
    grant = grant_of(role)
    _change(
        who, lambda people, one: people.grant(one.id, grant, operator()), f"has {grant}", as_json
    )


@person.command("revoke")
@click.argument("who", metavar="PERSON")
@click.argument("role", metavar="ROLE[:SCOPE]")
@json_option
def person_revoke(who: str, role: str, as_json: bool) -> None:
    """Take a role back that was granted here."""
    grant = grant_of(role)
    _change(
        who, lambda people, one: people.revoke(one.id, grant, operator()), f"lost {grant}", as_json
    )


@person.command("disable")
@click.argument("who", metavar="PERSON")
@json_option
def person_disable(who: str, as_json: bool) -> None:
    """Let a person do nothing from now on: sessions and tokens end at once."""
    _change(who, lambda people, one: people.disable(one.id, operator()), "is disabled", as_json)


@person.command("enable")
@click.argument("who", metavar="PERSON")
@json_option
def person_enable(who: str, as_json: bool) -> None:
    """Undo `disable`; the person signs in again."""
    _change(who, lambda people, one: people.enable(one.id, operator()), "is enabled", as_json)


@click.group()
def organisation() -> None:
    """Organisations that people apply for."""


@organisation.command("add")
@click.argument("organisation_id", metavar="ID")
@click.option("--name", required=True)
@click.option("--country", required=True, help="Two letters (ISO 3166 alpha-2).")
@click.option("--kind", required=True, help="start-up, sme, industry, research or public.")
@json_option
def organisation_add(
    organisation_id: str, name: str, country: str, kind: str, as_json: bool
) -> None:
    """Add an organisation."""
    made = organisation_of(organisation_id, name, country, kind)
    with open_journal(load()) as journal:
        journal.people.add_organisation(made, operator())
    if as_json:
        print_json(_organisation(made))
    else:
        say(f"organisation {made.id} is added")


@organisation.command("list")
@json_option
def organisation_list(as_json: bool) -> None:
    """All organisations."""
    with open_journal(load()) as journal:
        found = journal.people.organisations()
    if as_json:
        print_list([_organisation(one) for one in found])
        return
    columns = ("id", "name", "country", "kind")
    print_table(columns, [(one.id, one.name, one.country, one.kind.value) for one in found])


def _change(who: str, change: Callable[[People, Person], Person], said: str, as_json: bool) -> None:
    with open_journal(load()) as journal:
        changed = change(journal.people, _one(journal.people, who))
    if as_json:
        print_json(_told(changed))
    else:
        say(f"{changed.name} ({changed.id}) {said}")


def _one(people: People, who: str) -> Person:
    """The person of an id or of an address. Raises: NotFound where there is none, or several."""
    if "@" not in who:
        return people.person(who)
    found = [
        one
        for one in people.persons(words=who, limit=MOST)
        if (one.email or "").casefold() == who.casefold()
    ]
    if len(found) != 1:
        several = "several persons have" if found else "nobody has"
        raise NotFound(f"{several} the address {who}; `aicat person list` shows ids")
    return found[0]


def _told(one: Person) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "email": one.email,
        "language": one.language,
        "organisation": one.organisation,
        "roles": [role.value for role in one.roles],
        "grants": [str(grant) for grant in one.grants],
        "disabled": one.disabled,
        "issuer": one.issuer,
        "subject": one.subject,
        "created": one.created,
        "last_sign_in": one.last_sign_in,
    }


def _row(one: Person) -> tuple[Any, ...]:
    roles = ", ".join(map(str, one.grants)) or "applicant"
    told = f"{roles} (disabled)" if one.disabled else roles
    return one.id, one.name, one.email, told, minute(one.last_sign_in)


def _given(given: Given) -> dict[str, Any]:
    return {
        "grant": str(given.grant),
        "origin": given.origin.value,
        "by": given.by,
        "at": given.at,
    }


def _organisation(one: Organisation) -> dict[str, Any]:
    return {"id": one.id, "name": one.name, "country": one.country, "kind": one.kind.value}


COMMANDS = (person, organisation)
