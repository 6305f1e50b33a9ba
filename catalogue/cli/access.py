"""Requests for access: `aicat access list`, `show`, `act`, `sweep`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import click

from catalogue.access.model import WITH_HOLDER, LegState
from catalogue.access.viewing import LegView, View
from catalogue.bootstrap import desk_of, open_journal, utc_now
from catalogue.cli.output import (
    json_option,
    minute,
    operator,
    print_json,
    print_table,
    say,
)
from catalogue.desk import ORDERS, Desk, StoredForms, perform, sweep
from catalogue.desk.telling import Names, leg_row_json, view_json
from catalogue.people import Person
from catalogue.ports import Journal, LegRow, LegsWanted
from catalogue.settings import load

PAGE = 200  # legs that are read at once

as_option = click.option(
    "--as", "as_id", required=True, metavar="PERSON-ID", help="Whose roles count; it is audited."
)


@click.group()
def access() -> None:
    """Requests for access, for the staff of holders; as the operator, who acts for a person."""


@access.command("list")
@as_option
@click.option("--holder", multiple=True, metavar="NODE", help="Only of this holder; repeatable.")
@click.option(
    "--state",
    multiple=True,
    type=click.Choice([one.value for one in LegState]),
    help="Only in this state; repeatable.",
)
@click.option("--assigned", metavar="PERSON-ID", help="Only what this person sees to.")
@click.option("--overdue", is_flag=True, help="Only those whose step is overdue.")
@json_option
def access_list(
    as_id: str,
    holder: Sequence[str],
    state: Sequence[str],
    assigned: str | None,
    overdue: bool,
    as_json: bool,
) -> None:
    """What holders were asked for, what is due first comes first."""
    states = [LegState(one) for one in state]
    if overdue:
        states = [one for one in states or WITH_HOLDER if one in WITH_HOLDER]
    with open_journal(load()) as journal:
        desk, person, names = desk_of(journal), _person(journal, as_id), Names(journal.people)
        wanted = LegsWanted(
            tuple(holder) or None, states, assigned, desk.clock() if overdue else None
        )
        found = _all_legs(desk, person, wanted)
    if as_json:
        items = [leg_row_json(one, names) for one in found]
        print_json({"total": len(items), "items": items, "next": None})
        return
    columns = ("due", "request", "leg", "state", "title", "applicant", "assigned")
    print_table(columns, [_row(one, names) for one in found])


@access.command("show")
@click.argument("request_id", metavar="REQUEST")
@as_option
@json_option
def access_show(request_id: str, as_id: str, as_json: bool) -> None:
    """A request, as far as the person may see it, with what they may do."""
    with open_journal(load()) as journal:
        desk, person, names = desk_of(journal), _person(journal, as_id), Names(journal.people)
        view = StoredForms(journal.forms).seen(desk.view(person, request_id))
        possible = desk.possible(person, request_id)
        if as_json:
            print_json(view_json(view, possible, names))
            return
        _say_view(view, names)
        for leg in view.legs:
            _say_leg(leg, possible.get(leg.id, ()))


@access.command("act")
@click.argument("request_id", metavar="REQUEST")
@click.argument("command", type=click.Choice(list(ORDERS)), metavar="COMMAND")
@as_option
@click.option("--leg", metavar="LEG", help="The leg that is meant, where there are several.")
@click.option(
    "--set",
    "given",
    multiple=True,
    metavar="NAME=VALUE",
    help="What the command takes; repeatable.",
)
@click.option("--expected", type=int, metavar="N", help="The version that was seen.")
@json_option
def access_act(
    request_id: str,
    command: str,
    as_id: str,
    leg: str | None,
    given: Sequence[str],
    expected: int | None,
    as_json: bool,
) -> None:
    """Do one thing to a request: take-up, pass-step, return, approve, reject …

    The values that a command takes are given by --set, such as --set reason="The purpose is not
    allowed". The audit log names the operator and the person.
    """
    values = _values(command, given, leg)
    with open_journal(load()) as journal:
        desk, person = desk_of(journal), _person(journal, as_id)
        if "leg" in ORDERS[command] and "leg" not in values:
            values |= _only_leg(desk, person, request_id)
        told = {"command": command, "request": request_id[:80]}
        journal.audit.record(operator(), "access.act-as", person.id, told)
        view = perform(desk, person, request_id, command, values, expected=expected)
        names = Names(journal.people)
        if as_json:
            print_json(view_json(view, desk.possible(person, view.id), names))
            return
        _say_view(view, names)


@access.command("sweep")
@json_option
def access_sweep(as_json: bool) -> None:
    """Do what time and the journal demand: end what has expired, note what is overdue, take out what
    left the catalogue. Workers do it by themselves."""
    with open_journal(load()) as journal:
        done = sweep(desk_of(journal))
    if as_json:
        print_json(asdict(done))
        return
    say(
        f"{done.expired} expired, {done.overdue} overdue, {done.withdrawn} resources withdrawn,"
        f" {done.orphaned} without a holder"
    )


def _person(journal: Journal, person_id: str) -> Person:
    return journal.people.person(person_id)


def _all_legs(desk: Desk, person: Person, wanted: LegsWanted) -> list[LegRow]:
    found: list[LegRow] = []
    after: str | None = None
    while True:
        page = desk.legs(person, wanted, after=after, limit=PAGE)
        found += page.items
        after = page.next
        if after is None:
            return found


def _values(command: str, given: Sequence[str], leg: str | None) -> dict[str, Any]:
    """What the options say, whole numbers as such. Raises: UsageError."""
    values: dict[str, Any] = {} if leg is None else {"leg": leg}
    for one in given:
        name, equals, value = one.partition("=")
        word = ORDERS[command].get(name)
        if not equals or word is None:
            takes = ", ".join(ORDERS[command]) or "nothing"
            raise click.UsageError(f"--set {one}: {command} takes {takes}, as NAME=VALUE")
        if word.kind == "answers":
            raise click.UsageError("answers are saved by the web API or on the request's page")
        if word.kind == "whole":
            if not value.isdecimal() or len(value) > 9:
                raise click.UsageError(f"--set {name}: write a whole number")
            values[name] = int(value)
        else:
            values[name] = value
    return values


def _only_leg(desk: Desk, person: Person, request_id: str) -> dict[str, str]:
    legs = [one.id for one in desk.view(person, request_id).legs]
    return {"leg": legs[0]} if len(legs) == 1 else {}


def _row(one: LegRow, names: Names) -> list[Any]:
    late = one.due is not None and one.state in WITH_HOLDER and one.due < utc_now()
    return [
        f"{minute(one.due)}{' overdue' if late else ''}",
        one.request,
        one.leg,
        one.state.value,
        one.title,
        names(one.applicant) or one.applicant,
        names(one.assigned) or one.assigned,
    ]


def _say_view(view: View, names: Names) -> None:
    say(f"{view.id}: {view.title or 'untitled'} ({view.state.value}, version {view.version})")
    by = names(view.applicant.person) or view.applicant.person
    say(f"by {by}{f' of {view.applicant.organisation}' if view.applicant.organisation else ''}")


def _say_leg(leg: LegView, possible: Sequence[str]) -> None:
    due = f", due {minute(leg.due)}" if leg.due else ""
    say(f"\n{leg.id}: {leg.state.value} (version {leg.version}{due})")
    for one in leg.resources:
        say(f"  asks for {one.title} ({one.page_id})")
    for name, value in (("reason", leg.reason), ("conditions", leg.conditions)):
        if value:
            say(f"  {name}: {value}")
    if possible:
        say(f"  you may: {', '.join(possible)}")


COMMANDS = (access,)
