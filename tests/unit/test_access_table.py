"""Every command in every state by every role does what the table says, which was written by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from catalogue.access import Audience, LegState, Party, Request, copied, decide, evolve
from catalogue.access import commands as c
from catalogue.access.allowing import RULES, possible
from catalogue.access.table import (
    ALLOWED,
    CONFLICT,
    FORBIDDEN,
    ROLES,
    TABLE,
    commands,
    expected,
    lines,
)
from catalogue.errors import Conflict, Forbidden
from tests.access import BEGIN, CAST, GRID, HEALTH, HOURS, LATER, Play, file, played

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = {"decider": HEALTH, "allocator": HOURS}
"""Who decides, and what is asked for so that they do."""


@cache
def scene(state: LegState, decides: str) -> Play:
    """A request with a file of its leg, so that there is something to detach."""
    return played(state, WORKFLOWS[decides], decides)


def wanted(name: str, play: Play) -> Any:
    """A command of that name that only role and state can be against."""
    leg = play.now().legs[0]
    page = leg.resources[0].page_id
    made: dict[str, Callable[[], Any]] = {
        "add-resource": lambda: c.AddResource(GRID),
        "remove-resource": lambda: c.RemoveResource(page),
        "save-answers": lambda: c.SaveAnswers({"purpose": "x"}, leg.id),
        "attach": lambda: c.Attach(file("fresh", leg.id)),
        "detach": lambda: c.Detach(play.now().attachments[0].id),
        "invite": lambda: c.Invite(Party("newcomer")),
        "submit": lambda: c.Submit(leg.id),
        "withdraw": lambda: c.Withdraw(leg.id),
        "accept-terms": lambda: c.AcceptTerms(leg.id, leg.terms or ""),
        "close": lambda: c.Close(leg.id, "done"),
        "take-up": lambda: c.TakeUp(leg.id),
        "pass-step": lambda: c.PassStep(leg.id),
        "fail-step": lambda: c.FailStep(leg.id, "because"),
        "return": lambda: c.Return(leg.id, "more, please"),
        "approve": lambda: c.Approve(leg.id),
        "approve-with-conditions": lambda: c.ApproveWithConditions(leg.id, "if"),
        "reject": lambda: c.Reject(leg.id, "because"),
        "activate": lambda: c.Activate(leg.id),
        "revoke": lambda: c.Revoke(leg.id, "because"),
        "assign": lambda: c.Assign(leg.id, "handler-north"),
        "comment": lambda: c.AddComment(leg.id, "a word", Audience.APPLICANT),
        "expire": lambda: c.Expire(leg.id),
        "note-overdue": lambda: c.NoteOverdue(leg.id),
        "withdraw-resource": lambda: c.WithdrawResource(leg.id, page),
        "remove-holder": lambda: c.RemoveHolder(leg.id),
    }
    return made[name]()


def accepted(request: Request) -> Request:
    """The request as it is once terms were accepted, which activation needs beside role and state."""
    legs = (replace(leg, terms_accepted=leg.terms) for leg in request.legs)
    return replace(request, legs=tuple(legs))


def outcome(name: str, role: str, play: Play) -> str:
    """What becomes of the command, and what is said of a refusal."""
    request = play.now()
    try:
        if name == "copy":
            copied(request, CAST[role], "another", [HEALTH])
        else:
            before = accepted(request) if name == "activate" else request
            events = decide(before, wanted(name, play), CAST[role], LATER, play.book)
            assert events
            for event in events:
                before = evolve(before, event)
    except Forbidden as error:
        assert str(error).startswith(f"{name}") or "internal" in str(error)
        return FORBIDDEN
    except Conflict as error:
        assert request.legs[0].state.value in str(error)
        return CONFLICT
    return ALLOWED


CELLS = [(name, state) for name in commands() for state in LegState]


@pytest.mark.parametrize(("name", "state"), CELLS, ids=[f"{n}-while-{s}" for n, s in CELLS])
def test_each_role_may_do_what_the_table_says(name: str, state: LegState) -> None:
    for decides in WORKFLOWS:
        play = scene(state, decides)
        found = {role: outcome(name, role, play) for role in ROLES}
        assert found == {role: expected(name, role, state, decides) for role in ROLES}, decides


def test_the_table_has_a_line_for_every_command_and_every_role_is_cast() -> None:
    rules = {kind.name for kind in RULES}
    assert set(commands()) == rules | {"copy"}
    assert set(ROLES) == set(CAST)
    assert {line.role for line in lines()} <= set(ROLES)


def test_the_documentation_shows_this_very_table() -> None:
    text = (ROOT / "docs" / "reference" / "access-requests.md").read_text(encoding="utf-8")
    assert f"```\n{TABLE.strip()}\n```" in text


def test_each_cell_is_said_once() -> None:
    for decides in WORKFLOWS:
        said = [(line.command, line.role) for line in lines(decides)]
        assert len(said) == len(set(said))


def test_everything_is_allowed_to_somebody_somewhere() -> None:
    reached = {
        (line.command, state)
        for decides in WORKFLOWS
        for line in lines(decides)
        for state in line.may
    }
    assert {command for command, _state in reached} == set(commands())


@pytest.mark.parametrize("state", list(LegState))
def test_what_a_page_offers_is_what_the_table_allows(state: LegState) -> None:
    play = scene(state, "decider")
    request = play.now()
    leg = request.legs[0]
    workflow = play.book.last(leg.holder, leg.workflow)
    for role in ROLES:
        offered = set(possible(request, leg, CAST[role], workflow))
        allowed = {one for one in commands() if expected(one, role, state) == ALLOWED}
        assert offered == allowed - {"copy"}, role


@pytest.mark.parametrize("role", [one for one in ROLES if one != "system"])
def test_everybody_who_is_signed_in_may_begin_a_request(role: str) -> None:
    (event,) = decide(
        None, c.Create("fresh", "x"), CAST[role], BEGIN, scene(LegState.DRAFT, "decider").book
    )
    assert event.who == CAST[role].id


def test_a_disabled_person_may_nothing() -> None:
    play = scene(LegState.DRAFT, "decider")
    gone = replace(CAST["applicant"], disabled=True)
    with pytest.raises(Forbidden):
        decide(play.now(), c.Submit(), gone, LATER, play.book)
    with pytest.raises(Forbidden):
        decide(None, c.Create("fresh"), gone, LATER, play.book)


def test_a_person_whose_id_is_that_of_the_catalogue_is_not_taken_for_it() -> None:
    play = scene(LegState.ACTIVE, "decider")
    leg = play.now().legs[0].id
    named_so = replace(CAST["system"])
    with pytest.raises(Forbidden):
        decide(play.now(), c.Expire(leg), named_so, LATER, play.book)
