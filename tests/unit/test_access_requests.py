"""Requests for access: legs, steps, clocks, guards, entitlements. Pure: no database, no clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from catalogue.access import (
    Audience,
    Book,
    Entitlement,
    EntitlementState,
    Kind,
    LegState,
    Party,
    Request,
    RequestState,
    Resource,
    decide,
    entitlements,
    fold,
    left,
    overdue,
)
from catalogue.access import commands as c
from catalogue.access.model import request_state
from catalogue.access.workflow import default_workflows
from catalogue.errors import Conflict, Forbidden, InvalidInput, NotFound
from tests.access import (
    ACME,
    CAST,
    GRID,
    HEALTH,
    HOLDER,
    HOURS,
    LATER,
    OTHER,
    Play,
    by_hand,
    elsewhere,
    file,
    person,
    played,
    reviews,
)

DATA = f"{HOLDER}.data"
DAY = timedelta(days=1)


def leg_of(play: Play, leg: str = DATA) -> Any:
    found = play.now().leg(leg)
    assert found is not None
    return found


# --- legs -----------------------------------------------------------------------------------------------


def test_a_basket_becomes_one_leg_for_each_holder_and_workflow() -> None:
    more = replace(HEALTH, page_id="another", iri="urn:x:another")
    play = Play().begin(HEALTH, GRID, HOURS, more)
    legs = {leg.id: [one.page_id for one in leg.resources] for leg in play.now().legs}
    assert legs == {
        f"{HOLDER}.data": [HEALTH.page_id, "another"],
        f"{OTHER}.data": [GRID.page_id],
        f"{HOLDER}.compute": [HOURS.page_id],
    }


def test_nothing_is_asked_for_twice_and_an_empty_request_cannot_be_handed_in() -> None:
    play = Play().begin(HEALTH)
    with pytest.raises(Conflict, match="already"):
        play.do("applicant", c.AddResource(HEALTH))
    play.do("applicant", c.RemoveResource(HEALTH.page_id))
    assert play.now().legs == ()
    with pytest.raises(Conflict, match="nothing is asked for"):
        play.do("applicant", c.Submit())
    with pytest.raises(NotFound):
        play.do("applicant", c.RemoveResource(HEALTH.page_id))


def test_the_basket_is_closed_once_any_leg_was_handed_in() -> None:
    play = Play().begin(HEALTH, GRID)
    play.do("applicant", c.Submit(DATA))
    with pytest.raises(Conflict, match="submitted"):
        play.do("applicant", c.AddResource(HOURS))


@pytest.mark.parametrize(
    ("legs", "state"),
    [
        ([], RequestState.DRAFT),
        ([LegState.DRAFT, LegState.DRAFT], RequestState.DRAFT),
        ([LegState.RETURNED, LegState.TECHNICAL, LegState.ACTIVE], RequestState.RETURNED),
        ([LegState.REJECTED, LegState.SUBMITTED, LegState.APPROVED], RequestState.IN_REVIEW),
        ([LegState.DRAFT, LegState.ETHICS], RequestState.IN_REVIEW),
        ([LegState.APPROVED_WITH_CONDITIONS, LegState.ACTIVE], RequestState.APPROVED),
        ([LegState.ACTIVE, LegState.REFERRED, LegState.REJECTED], RequestState.ACTIVE),
        ([LegState.REFERRED, LegState.REJECTED], RequestState.REFERRED),
        ([LegState.REJECTED, LegState.WITHDRAWN, LegState.CLOSED], RequestState.ENDED),
        ([LegState.EXPIRED, LegState.REVOKED], RequestState.ENDED),
        ([LegState.DRAFT, LegState.WITHDRAWN], RequestState.DRAFT),
    ],
)
def test_a_request_stands_where_its_legs_say(legs: list[LegState], state: RequestState) -> None:
    assert request_state(legs) is state


def test_a_holder_with_its_own_procedure_is_named_and_decides_nothing_here() -> None:
    play = Play(elsewhere()).begin(HEALTH, GRID)
    assert leg_of(play).external.link == "https://north.example/apply"
    play.do("applicant", c.Submit())
    assert leg_of(play).state is LegState.REFERRED
    assert leg_of(play).given is None
    assert leg_of(play, f"{OTHER}.data").state is LegState.SUBMITTED
    assert play.now().state is RequestState.IN_REVIEW


# --- steps ----------------------------------------------------------------------------------------------


def submitted(play: Play) -> list[str]:
    play.do("applicant", c.Submit())
    return [one.value for one in play.now().legs[0].steps]


@pytest.mark.parametrize(
    ("resource", "answers", "steps"),
    [
        (GRID, {}, "eligibility technical decision"),
        (GRID, {"personal-data": "yes"}, "eligibility technical ethics decision"),
        (GRID, {"personal-data": "no", "dual-use": ""}, "eligibility technical decision"),
        (GRID, {"personal-data": ["no", "yes"]}, "eligibility technical ethics decision"),
        (replace(GRID, sectors=("health",)), {}, "eligibility technical ethics decision"),
        (GRID, {"dual-use": True}, "eligibility technical legal decision"),
        (HOURS, {}, "eligibility technical decision"),
        (HOURS, {"dual-use": "perhaps"}, "eligibility technical legal decision"),
        (replace(HOURS, sectors=("defence",)), {}, "eligibility technical legal decision"),
        (replace(HOURS, service="training"), {"dual-use": "yes"}, "eligibility decision"),
    ],
)
def test_the_steps_are_those_that_the_resources_and_answers_need(
    resource: Resource, answers: dict[str, Any], steps: str
) -> None:
    play = Play(Book()).begin(resource)
    play.do("applicant", c.SaveAnswers(answers))
    assert submitted(play) == steps.split()


def test_answers_of_one_holders_leg_send_no_other_to_legal_review() -> None:
    play = Play(Book()).begin(HOURS, GRID)
    play.do("applicant", c.SaveAnswers({"dual-use": "yes"}, f"{OTHER}.data"))
    assert "legal" not in submitted(play)


def test_a_leg_that_comes_back_saying_dual_use_goes_to_legal_review_before_the_decision() -> None:
    play = Play(Book()).begin(HOURS)
    leg = f"{HOLDER}.compute"
    play.do("applicant", c.Submit())
    for who in ("handler", "handler", "reviewer-technical"):
        step = c.TakeUp(leg) if leg_of(play, leg).state is LegState.SUBMITTED else c.PassStep(leg)
        play.do(who, step)
    assert leg_of(play, leg).state is LegState.DECISION
    play.do("allocator", c.Return(leg, "Who is it for?"))
    play.do("applicant", c.SaveAnswers({"dual-use": "yes"}, leg))
    play.do("applicant", c.Submit(leg))
    assert leg_of(play, leg).state is LegState.LEGAL


def test_a_failed_eligibility_rejects_and_a_failed_technical_review_is_put_before_the_decider() -> (
    None
):
    play = played(LegState.ELIGIBILITY)
    play.do("handler", c.FailStep(DATA, "Not established in the Union"))
    assert (leg_of(play).state, leg_of(play).reason) == (
        LegState.REJECTED,
        "Not established in the Union",
    )
    play = played(LegState.TECHNICAL)
    play.do("reviewer-technical", c.FailStep(DATA, "The environment is not secure"))
    assert (leg_of(play).state, leg_of(play).failed) == (LegState.ETHICS, (LegState.TECHNICAL,))
    play.do("reviewer-ethics", c.PassStep(DATA))
    play.do("reviewer-legal", c.PassStep(DATA))
    with pytest.raises(InvalidInput, match="reason"):
        play.do("decider", c.Approve(DATA))
    play.do("decider", c.Approve(DATA, "They moved to the secure environment of the factory"))
    assert leg_of(play).state is LegState.APPROVED


@pytest.mark.parametrize("review", ["ethics", "legal"])
def test_a_failed_ethics_or_legal_review_rejects(review: str) -> None:
    play = played(LegState(review))
    play.do(f"reviewer-{review}", c.FailStep(DATA, "Not permitted"))
    assert leg_of(play).state is LegState.REJECTED


def test_a_leg_stays_under_the_version_of_the_workflow_it_was_submitted_under() -> None:
    play = played(LegState.TECHNICAL)
    (data, *others) = default_workflows(HOLDER)
    shorter = replace(data, version=2, steps=data.steps[-1:], duration=1)
    play.book = Book((*play.book.workflows, shorter, *others))
    play.do("reviewer-technical", c.PassStep(DATA))
    assert leg_of(play).state is LegState.ETHICS
    play.do("reviewer-ethics", c.PassStep(DATA))
    play.do("reviewer-legal", c.PassStep(DATA))
    play.do("decider", c.Approve(DATA))
    assert leg_of(play).days == data.duration
    fresh = Play(play.book).begin(HEALTH)
    assert submitted(fresh) == ["decision"]


# --- clocks ---------------------------------------------------------------------------------------------


def test_each_step_has_its_days_and_what_is_left_is_told() -> None:
    play = played(LegState.TECHNICAL)
    leg = leg_of(play)
    assert left(leg, play.at) == 20 * DAY
    assert left(leg, play.at + 19 * DAY) == DAY
    assert not overdue(leg, play.at + 20 * DAY)
    assert overdue(leg, play.at + 20 * DAY + timedelta(microseconds=1))
    assert left(leg, play.at + 21 * DAY) == -DAY


def test_the_clock_stands_still_while_a_leg_is_returned() -> None:
    play = played(LegState.TECHNICAL)
    began = play.at
    play.at = began + 7 * DAY - timedelta(hours=1)
    play.do("reviewer-technical", c.Return(DATA, "Which model?"))
    leg = leg_of(play)
    assert (left(leg, play.at), left(leg, LATER), overdue(leg, LATER)) == (
        13 * DAY,
        13 * DAY,
        False,
    )
    play.at += 100 * DAY
    play.do("applicant", c.Submit(DATA))
    leg = leg_of(play)
    assert leg.state is LegState.TECHNICAL
    assert left(leg, play.at) == 13 * DAY
    assert leg.passed == (LegState.ELIGIBILITY,)


def test_a_leg_returned_before_it_was_taken_up_waits_for_the_handler_again() -> None:
    play = played(LegState.SUBMITTED)
    play.at += 2 * DAY - timedelta(hours=1)
    play.do("handler", c.Return(DATA, "Please name the party"))
    play.do("applicant", c.Submit(DATA))
    assert leg_of(play).state is LegState.SUBMITTED
    assert left(leg_of(play), play.at) == 3 * DAY


def test_overdue_is_noted_once_a_step_and_only_when_it_is() -> None:
    play = played(LegState.TECHNICAL)
    with pytest.raises(Conflict, match="not overdue"):
        play.do("system", c.NoteOverdue(DATA))
    play.at += 20 * DAY
    play.do("system", c.NoteOverdue(DATA))
    with pytest.raises(Conflict, match="noted"):
        play.do("system", c.NoteOverdue(DATA))
    play.do("reviewer-technical", c.PassStep(DATA))
    play.at += 31 * DAY
    play.do("system", c.NoteOverdue(DATA))


# --- guards ---------------------------------------------------------------------------------------------


def decided_by(play: Play, who: Any) -> LegState:
    play.do(who, c.Approve(DATA))
    state: LegState = leg_of(play).state
    return state


def test_nobody_decides_on_their_own_request() -> None:
    play = played(LegState.DECISION)
    both = replace(CAST["decider"], id="ann")
    with pytest.raises(Forbidden, match="not for you"):
        decided_by(play, both)


def test_who_was_invited_to_a_request_does_not_handle_it() -> None:
    play = played(LegState.SUBMITTED)
    play.do("applicant", c.Invite(Party("handler-north")))
    with pytest.raises(Forbidden):
        play.do("handler", c.TakeUp(DATA))


@pytest.mark.parametrize(
    ("role", "state"),
    [("decider", LegState.DECISION), ("reviewer-technical", LegState.TECHNICAL)],
)
def test_nobody_judges_a_request_of_their_own_organisation(role: str, state: LegState) -> None:
    play = played(state)
    colleague = person("col", f"{role}:{HOLDER}", f"member:{ACME}")
    judge = c.Approve(DATA) if state is LegState.DECISION else c.PassStep(DATA)
    with pytest.raises(Forbidden, match="their own organisation"):
        play.do(colleague, judge)
    play.do(role, judge)


def test_the_organisation_of_whoever_was_invited_does_not_judge_either() -> None:
    play = played(LegState.SUBMITTED)
    play.do("applicant", c.Invite(Party("pia", "north-institute")))
    for who, command in reviews(DATA)[1:]:
        play.do(who, command)
    with pytest.raises(Forbidden, match="their own organisation"):
        decided_by(play, person("dan", f"decider:{HOLDER}", "member:north-institute"))


def test_nothing_is_active_before_the_terms_are_accepted() -> None:
    play = played(LegState.APPROVED)
    with pytest.raises(Conflict, match="general-terms@1"):
        play.do("handler", c.Activate(DATA))
    with pytest.raises(Conflict, match="general-terms@1"):
        play.do("applicant", c.AcceptTerms(DATA, "general-terms@2"))
    play.do("representative", c.AcceptTerms(DATA, "general-terms@1"))
    assert entitlements(play.now()) == ()
    play.do("handler", c.Activate(DATA))
    assert leg_of(play).state is LegState.ACTIVE


def test_by_the_default_workflow_data_is_active_once_the_terms_are_accepted() -> None:
    play = Play(Book()).begin(GRID)
    leg = f"{OTHER}.data"
    play.do("applicant", c.Submit())
    play.do("elsewhere", c.TakeUp(leg))
    play.do("elsewhere", c.PassStep(leg))
    play.do("elsewhere", c.PassStep(leg))
    play.do("elsewhere", c.ApproveWithConditions(leg, "Not for trading"))
    assert leg_of(play, leg).state is LegState.APPROVED_WITH_CONDITIONS
    play.do("applicant", c.AcceptTerms(leg, "general-terms@1"))
    assert [one.conditions for one in entitlements(play.now())] == ["Not for trading"] * 2


@pytest.mark.parametrize(
    "command",
    [
        c.FailStep(DATA, " "),
        c.Return(DATA, ""),
        c.AddComment(DATA, "\0"),
        c.AddComment(DATA, "\ud800"),
        c.AddComment(DATA, "x" * 10_001),
    ],
)
def test_a_reason_that_says_nothing_or_is_no_text_is_refused(command: Any) -> None:
    with pytest.raises(InvalidInput):
        played(LegState.ELIGIBILITY).do("handler", command)


@pytest.mark.parametrize("answers", [{"a": float("nan")}, {"a": object()}, {"a": "x" * 300_000}])
def test_answers_that_are_no_json_or_too_large_are_refused(answers: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        played(LegState.DRAFT).do("applicant", c.SaveAnswers(answers))


@pytest.mark.parametrize("days", [0, -1, 4000])
def test_an_entitlement_lasts_at_least_a_day_and_not_for_ever(days: int) -> None:
    with pytest.raises(InvalidInput):
        played(LegState.DECISION).do("decider", c.Approve(DATA, days=days))


def test_access_may_end_at_a_moment_whenever_it_begins() -> None:
    play = played(LegState.DECISION)
    end = play.at + timedelta(hours=4)
    play.do("decider", c.Approve(DATA, until=end))
    play.do("applicant", c.AcceptTerms(DATA, "general-terms@1"))
    play.do("handler", c.Activate(DATA))
    assert leg_of(play).ends == end
    with pytest.raises(Conflict):
        decide(play.now(), c.Expire(DATA), CAST["system"], end - timedelta(seconds=1), play.book)
    (event,) = decide(play.now(), c.Expire(DATA), CAST["system"], end, play.book)
    assert event.data["state"] == "expired"


def test_terms_accepted_after_the_moment_give_nothing() -> None:
    play = played(LegState.DECISION)
    play.book = Book(tuple(replace(one, version=1) for one in default_workflows(HOLDER)))
    play.do("decider", c.Approve(DATA, until=play.at + timedelta(hours=2)))
    play.at += timedelta(hours=2)
    with pytest.raises(Conflict, match="which is past"):
        play.do("applicant", c.AcceptTerms(DATA, "general-terms@1"))
    assert leg_of(play).terms_accepted is None
    play.do("applicant", c.Close(DATA))


@pytest.mark.parametrize(
    ("days", "hours"), [(None, -1), (None, 1), (None, 24 * 5000), (1, 5)], ids=str
)
def test_a_moment_is_to_come_and_not_far_and_alone(days: int | None, hours: int) -> None:
    play = played(LegState.DECISION)
    with pytest.raises(InvalidInput):
        play.do("decider", c.Approve(DATA, days=days, until=play.at + timedelta(hours=hours)))


def test_who_has_no_part_in_a_request_learns_nothing_of_its_legs() -> None:
    play = played(LegState.DECISION)
    for leg in (DATA, "no-such-leg"):
        with pytest.raises(Forbidden) as refused:
            play.do("elsewhere", c.Approve(leg))
        assert "decision" not in str(refused.value)
    with pytest.raises(NotFound):
        play.do("applicant", c.Withdraw("no-such-leg"))


def test_an_internal_comment_is_not_the_applicants_to_write() -> None:
    play = played(LegState.SUBMITTED)
    with pytest.raises(Forbidden):
        play.do("applicant", c.AddComment(DATA, "x", Audience.INTERNAL))


# --- entitlements ---------------------------------------------------------------------------------------


def given(play: Play) -> tuple[Entitlement, ...]:
    return entitlements(play.now())


def test_everybody_that_the_request_is_for_is_entitled_from_activation_to_the_end() -> None:
    play = played(LegState.ACTIVE)
    found = given(play)
    assert [(one.person, one.organisation) for one in found] == [("ann", ACME), ("ivo", None)]
    for one in found:
        assert one.ends - one.starts == 365 * DAY
        assert one.in_force(one.starts)
        assert one.in_force(one.ends - timedelta(microseconds=1))
        assert not one.in_force(one.ends)
        assert not one.in_force(one.starts - timedelta(microseconds=1))
        assert (one.holder, one.page_id, one.state) == (
            HOLDER,
            HEALTH.page_id,
            EntitlementState.ACTIVE,
        )


def test_entitlements_end_with_their_leg_and_say_why() -> None:
    play = played(LegState.REVOKED)
    (one, _other) = given(play)
    assert (one.state, one.reason, one.ended) == (
        EntitlementState.REVOKED,
        "Conditions were broken",
        play.at,
    )
    assert {one.state for one in given(played(LegState.EXPIRED))} == {EntitlementState.EXPIRED}
    assert given(played(LegState.CLOSED)) == ()


def test_entitlements_do_not_expire_before_their_time() -> None:
    play = played(LegState.ACTIVE)
    play.at = leg_of(play).ends - timedelta(hours=1, microseconds=1)
    with pytest.raises(Conflict, match="lasts until"):
        play.do("system", c.Expire(DATA))
    play.do("system", c.Expire(DATA))
    assert leg_of(play).state is LegState.EXPIRED


def test_a_dataset_that_is_withdrawn_takes_its_entitlements_along_and_leaves_the_others() -> None:
    more = replace(HEALTH, page_id="another", iri="urn:x:another")
    play = Play().begin(HEALTH, more)
    play.do("applicant", c.SaveAnswers({"personal-data": "yes", "dual-use": "yes"}))
    for who, command in reviews(DATA):
        play.do(who, command)
    play.do("decider", c.Approve(DATA))
    play.do("applicant", c.AcceptTerms(DATA, "general-terms@1"))
    play.do("handler", c.Activate(DATA))
    play.do("system", c.WithdrawResource(DATA, HEALTH.page_id))
    states = {(one.page_id, one.state) for one in given(play)}
    assert states == {
        (HEALTH.page_id, EntitlementState.REVOKED),
        ("another", EntitlementState.ACTIVE),
    }
    play.do("system", c.WithdrawResource(DATA, "another"))
    assert leg_of(play).state is LegState.CLOSED
    assert {one.state for one in given(play)} == {EntitlementState.REVOKED}


def test_a_dataset_withdrawn_in_the_middle_closes_its_leg_and_no_other() -> None:
    play = Play(Book()).begin(HEALTH, GRID)
    play.do("applicant", c.Submit())
    play.do("system", c.WithdrawResource(DATA, HEALTH.page_id))
    assert leg_of(play).state is LegState.CLOSED
    assert "withdrawn" in leg_of(play).reason
    assert leg_of(play, f"{OTHER}.data").state is LegState.SUBMITTED
    draft = Play(Book()).begin(HEALTH, GRID)
    draft.do("system", c.WithdrawResource(DATA, HEALTH.page_id))
    assert [leg.id for leg in draft.now().legs] == [f"{OTHER}.data"]


def test_a_holder_removed_in_the_middle_closes_its_legs_and_ends_what_it_gave() -> None:
    play = played(LegState.ACTIVE)
    play.do("system", c.RemoveHolder(DATA))
    assert leg_of(play).state is LegState.CLOSED
    assert {one.state for one in given(play)} == {EntitlementState.REVOKED}
    assert HOLDER in given(play)[0].reason


# --- events ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", list(LegState))
def test_the_same_events_make_the_same_request(state: LegState) -> None:
    play = played(state)
    assert fold(play.events) == play.now()
    assert [one.version for one in play.events] == list(range(1, len(play.events) + 1))


def test_events_that_do_not_follow_make_no_request() -> None:
    events = played(LegState.ACTIVE).events
    for broken in (events[1:], events[:3] + events[4:], events[:2] + events[1:]):
        with pytest.raises(ValueError, match=r"follow|begins"):
            fold(broken)
    with pytest.raises(ValueError, match="at least"):
        fold([])


def test_what_a_holder_was_given_stays_when_the_applicant_goes_on_writing() -> None:
    play = Play(Book()).begin(HEALTH, GRID)
    play.do("applicant", c.SaveAnswers({"purpose": "first"}))
    play.do("applicant", c.Attach(file("plan")))
    play.do("applicant", c.Submit())
    play.do("elsewhere", c.Return(f"{OTHER}.data", "?"))
    play.do("applicant", c.SaveAnswers({"purpose": "second"}, title="Another title"))
    play.do("applicant", c.Detach("plan"))
    submission = leg_of(play).given
    assert (submission.shared, submission.title) == ({"purpose": "first"}, "A study")
    assert [one.id for one in submission.attachments] == ["plan"]
    play.do("applicant", c.Submit(f"{OTHER}.data"))
    assert leg_of(play, f"{OTHER}.data").given.shared == {"purpose": "second"}
    assert leg_of(play).given.shared == {"purpose": "first"}


def test_a_copy_asks_for_the_same_and_belongs_to_who_made_it() -> None:
    from catalogue.access import copied

    old = played(LegState.REJECTED).now()
    command = copied(old, CAST["member"], "copy1", old.resources)
    said = decide(None, command, CAST["member"], LATER, by_hand())
    fresh: Request = fold(said)
    assert (fresh.applicant.person, fresh.copied_from) == ("mia", old.id)
    assert fresh.resources == old.resources
    assert fresh.answers == old.answers
    assert (fresh.state, fresh.attachments, fresh.invited) == (RequestState.DRAFT, (), ())
    assert Kind.SUBMITTED not in {one.kind for one in said}
