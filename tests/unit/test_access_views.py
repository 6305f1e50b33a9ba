"""Everybody sees of a request exactly what their role allows, whatever was done with it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalogue.access import (
    Audience,
    Book,
    Kind,
    LegState,
    Party,
    Request,
    Sight,
    attachment_seen,
    fold,
    sees_leg,
    view,
)
from catalogue.access import commands as c
from catalogue.errors import CatalogueError
from tests.access import (
    ACME,
    CAST,
    GRID,
    HEALTH,
    HOLDER,
    HOURS,
    OTHER,
    Play,
    file,
    person,
    played,
    staff_of,
)

LEGS = (f"{HOLDER}.data", f"{HOLDER}.compute", f"{OTHER}.data")
NORTH = staff_of(HOLDER, at="north")
SOUTH = staff_of(OTHER, at="south")
ACTORS = [
    *(CAST[role] for role in ("applicant", "invited", "representative", "system")),
    *NORTH.values(),
    *SOUTH.values(),
]


def mark(leg: str) -> str:
    """A text that gives the leg away wherever it stands."""
    return f"<secret of {leg}>"


INTERNAL = "<among ourselves>"


def basket() -> Play:
    """Resources of three legs, each with its leg's mark in all that it says of itself."""
    marked = [
        replace(one, title=mark(leg), iri=f"urn:{mark(leg)}", page_id=f"page {mark(leg)}")
        for one, leg in ((HEALTH, LEGS[0]), (HOURS, LEGS[1]), (GRID, LEGS[2]))
    ]
    return Play(Book()).begin(*marked)


def commands_on(leg: str, number: int) -> list[Any]:
    text = mark(leg)
    return [
        c.SaveAnswers({"purpose": text}, leg),
        c.SaveAnswers({"purpose": f"shared {number}"}, title=f"title {number}"),
        c.Attach(replace(file(f"{text} {number}", leg), field=text)),
        c.Attach(file(f"shared file {number}")),
        c.Detach(f"shared file {number - 1}"),
        c.Submit(leg),
        c.Submit(),
        c.TakeUp(leg),
        c.PassStep(leg, f"{text} {INTERNAL}"),
        c.FailStep(leg, text),
        c.Return(leg, text),
        c.Approve(leg, text),
        c.ApproveWithConditions(leg, text, text),
        c.Reject(leg, text),
        c.AcceptTerms(leg, "general-terms@1"),
        c.AcceptTerms(leg, "compute-terms@1"),
        c.Activate(leg),
        c.Revoke(leg, text),
        c.Withdraw(leg, text),
        c.Close(leg, text),
        c.Assign(leg, "handler-north"),
        c.AddComment(leg, f"{text} {INTERNAL}", Audience.INTERNAL),
        c.AddComment(leg, text),
        c.WithdrawResource(leg, f"page {text}"),
        c.RemoveHolder(leg),
    ]


NUMBER = len(commands_on(LEGS[0], 0))
ACTS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, NUMBER - 1)), min_size=8, max_size=40)
ALL_THE_WAY = [
    *((leg, which) for leg in range(3) for which in (0, 1, 2, 3)),
    (0, 6),
    *((leg, which) for leg in range(3) for which in (7, 21, 20, 22, 8, 10, 0, 2, 5, 8, 8, 8)),
    *((leg, which) for leg in range(3) for which in (12, 14, 15, 16, 22, 17)),
]
"""Every leg submitted, returned, submitted again, approved, accepted, active and revoked, with words."""


def history(acts: list[tuple[int, int]]) -> Play:
    """A request after these acts, each done by the first who may, if anybody may."""
    play = basket()
    for number, (leg, which) in enumerate(acts):
        command = commands_on(LEGS[leg], number)[which]
        for actor in ACTORS:
            with suppress(CatalogueError):
                play.do(actor, command)
                break
    return play


@given(ACTS)
@example(ALL_THE_WAY)
@settings(max_examples=60, deadline=None)
def test_a_holders_staff_learn_nothing_of_any_other_leg(acts: list[tuple[int, int]]) -> None:
    play = history(acts)
    request = play.now()
    for holder, staff in ((HOLDER, NORTH), (OTHER, SOUTH)):
        own = {leg.id for leg in request.legs if leg.holder == holder and leg.given}
        for one in staff.values():
            seen = view(request, one, play.at)
            if not own:
                assert seen is None
                continue
            assert seen is not None
            assert {leg.id for leg in seen.legs} == own
            told = repr(seen)
            for foreign in set(LEGS) - own:
                assert mark(foreign) not in told
                assert foreign not in told
            assert {leg.id for leg in request.legs if sees_leg(request, leg, one)} == own


@given(ACTS)
@example(ALL_THE_WAY)
@settings(max_examples=60, deadline=None)
def test_a_holders_staff_see_what_they_were_given_and_no_draft(acts: list[tuple[int, int]]) -> None:
    play = history(acts)
    request = play.now()
    for one in (*NORTH.values(), *SOUTH.values()):
        seen = view(request, one, play.at)
        for leg in seen.legs if seen else ():
            kept = request.leg(leg.id)
            assert kept is not None
            assert kept.given is not None
            given_then = (leg.shared, leg.answers, leg.attachments)
            assert given_then == (kept.given.shared, kept.given.answers, kept.given.attachments)
            for each in request.attachments:
                may = attachment_seen(request, each.id, one) is not None
                assert may == any(each in leg.attachments for leg in (seen.legs if seen else ()))
        last = max(
            (leg.given for leg in request.legs if seen and leg.holder in one.nodes and leg.given),
            key=lambda each: each.at,
            default=None,
        )
        if seen and last:
            assert (seen.title, seen.answers) == (last.title, last.shared)
            assert set(seen.attachments) <= set(last.attachments)
        for line in seen.history if seen else ():
            assert line.kind not in {Kind.CREATED, Kind.ANSWERED, Kind.ATTACHED}


@given(ACTS)
@example(ALL_THE_WAY)
@settings(max_examples=60, deadline=None)
def test_the_applicants_side_sees_every_leg_and_nothing_internal(
    acts: list[tuple[int, int]],
) -> None:
    play = history(acts)
    request = play.now()
    staff = {one.id for one in (*NORTH.values(), *SOUTH.values())}
    for role in ("applicant", "invited", "member", "representative"):
        seen = view(request, CAST[role], play.at)
        assert seen is not None
        assert seen.sight is Sight.APPLICANT
        assert [leg.id for leg in seen.legs] == [leg.id for leg in request.legs]
        told = repr(seen)
        assert INTERNAL not in told
        assert not {one for one in staff if one in told}


@given(ACTS)
@example(ALL_THE_WAY)
@settings(max_examples=30, deadline=None)
def test_others_see_nothing_and_an_auditor_all(acts: list[tuple[int, int]]) -> None:
    play = history(acts)
    request = play.now()
    for role in ("stranger", "steward", "administrator"):
        assert view(request, CAST[role], play.at) is None
        assert not any(sees_leg(request, leg, CAST[role]) for leg in request.legs)
    seen = view(request, CAST["auditor"], play.at)
    assert seen is not None
    assert (seen.sight, seen.bytes, len(seen.legs)) == (Sight.AUDITOR, False, len(request.legs))
    assert len(seen.history) == request.version
    for one in request.attachments:
        assert attachment_seen(request, one.id, CAST["auditor"]) is None
        assert attachment_seen(request, one.id, CAST["applicant"]) == one


@given(ACTS)
@example(ALL_THE_WAY)
@settings(max_examples=60, deadline=None)
def test_whatever_is_done_the_events_make_the_request(acts: list[tuple[int, int]]) -> None:
    play = history(acts)
    assert fold(play.events) == play.now()


def test_the_acts_that_go_all_the_way_do() -> None:
    states = {leg.state for leg in history(ALL_THE_WAY).now().legs}
    assert states == {LegState.REVOKED}


# --- one by one -----------------------------------------------------------------------------------------


def staff_view(request: Request, play: Play) -> Any:
    seen = view(request, CAST["handler"], play.at)
    assert seen is not None
    return seen


def test_the_state_that_a_holder_sees_is_that_of_its_own_legs() -> None:
    play = Play(Book()).begin(HEALTH, GRID)
    play.do("applicant", c.Submit())
    play.do("elsewhere", c.Return(f"{OTHER}.data", "?"))
    request = play.now()
    assert request.state.value == "returned"
    seen = staff_view(request, play)
    assert seen.state.value == "in-review"
    assert seen.version == 5  # its own submission; the other one's came behind
    assert seen.changed < request.changed


def test_applicants_see_why_and_not_who() -> None:
    play = played(LegState.REJECTED)
    seen = view(play.now(), CAST["applicant"], play.at)
    assert seen is not None
    assert seen.legs[0].reason == "The purpose is not permitted"
    by_staff = [one for one in seen.history if one.part.value == "decider"]
    assert [(one.who, one.kind) for one in by_staff] == [("", Kind.REJECTED)]
    assert staff_view(play.now(), play).history[-1].who == "decider-north"


def test_a_comment_of_the_staff_reaches_the_applicant_without_a_name() -> None:
    play = played(LegState.TECHNICAL)
    play.do("handler", c.AddComment(f"{HOLDER}.data", "Please wait"))
    play.do("applicant", c.AddComment(f"{HOLDER}.data", "We do"))
    seen = view(play.now(), CAST["applicant"], play.at)
    assert seen is not None
    told = [(one.text, one.who, one.part.value) for one in seen.legs[0].comments]
    assert told == [("Please wait", "", "handler"), ("We do", "ann", "applicant")]
    (first, _second) = staff_view(play.now(), play).legs[0].comments
    assert first.who == "handler-north"


def test_a_colleague_of_the_applicant_at_the_holder_sees_both_sides_and_the_applicant_one() -> None:
    play = played(LegState.TECHNICAL)
    play.do("handler", c.AddComment(f"{HOLDER}.data", INTERNAL, Audience.INTERNAL))
    colleague = person("col", f"handler:{HOLDER}", f"member:{ACME}")
    assert INTERNAL in repr(view(play.now(), colleague, play.at))
    both = replace(CAST["handler"], id="ann")
    assert INTERNAL not in repr(view(play.now(), both, play.at))


def test_a_reader_who_lost_the_role_sees_nothing_any_more() -> None:
    play = played(LegState.TECHNICAL)
    assert view(play.now(), replace(CAST["handler"], grants=()), play.at) is None
    assert view(play.now(), replace(CAST["applicant"], disabled=True), play.at) is None


@pytest.mark.parametrize("role", ["applicant", "handler"])
def test_what_is_left_of_a_step_is_told_to_both_sides(role: str) -> None:
    play = played(LegState.TECHNICAL)
    seen = view(play.now(), CAST[role], play.at)
    assert seen is not None
    assert seen.legs[0].left is not None
    assert (seen.legs[0].left.days, seen.legs[0].overdue) == (20, False)


def test_an_invited_person_sees_and_a_party_is_told_to_the_holder() -> None:
    play = played(LegState.SUBMITTED)
    assert staff_view(play.now(), play).invited == (Party("ivo"),)
