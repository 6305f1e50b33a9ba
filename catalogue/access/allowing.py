"""Who may do what with a leg, and when. The table in `catalogue.access.table` says the same in another
way, from the issue's text; tests hold the one against the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalogue.access import commands as c
from catalogue.access.model import (
    ENDED,
    GRANTED,
    REVIEWS,
    STAFF,
    STEPS,
    WITH_HOLDER,
    Leg,
    LegState,
    Part,
    Request,
)
from catalogue.access.parts import parts, same_side
from catalogue.access.workflow import DECISION, Workflow
from catalogue.errors import Conflict, Forbidden
from catalogue.people import Person


@dataclass(frozen=True, slots=True)
class Rule:
    """`who` may, while a leg is in one of `states`. Those of `by_step` may only at the step that the
    workflow names them for. `decides`: of decider and allocator only the one that the workflow names for
    the decision. `judges`: not on a request of one's own organisation."""

    who: tuple[Part, ...]
    states: tuple[LegState, ...]
    by_step: tuple[Part, ...] = ()
    decides: bool = False
    judges: bool = False


_S = LegState
_OWN = (Part.APPLICANT, Part.REPRESENTATIVE)
_EDIT = (Part.APPLICANT, Part.INVITED, Part.REPRESENTATIVE)
_REVIEWERS = (
    Part.HANDLER,
    Part.REVIEWER_TECHNICAL,
    Part.REVIEWER_ETHICS,
    Part.REVIEWER_LEGAL,
)
_DECIDERS = (Part.DECIDER, Part.ALLOCATOR)
_OPEN = tuple(state for state in LegState if state not in ENDED)
_GIVEN = tuple(state for state in LegState if state not in {_S.DRAFT, _S.REFERRED})
_EDITABLE = (_S.DRAFT, _S.RETURNED)
_BEFORE_ACTIVE = (_S.DRAFT, *WITH_HOLDER, _S.RETURNED, *GRANTED)

RULES: Mapping[type[c.Command], Rule] = {
    c.AddResource: Rule(_EDIT, (_S.DRAFT,)),
    c.RemoveResource: Rule(_EDIT, (_S.DRAFT,)),
    c.SaveAnswers: Rule(_EDIT, _EDITABLE),
    c.Attach: Rule(_EDIT, _EDITABLE),
    c.Detach: Rule(_EDIT, _EDITABLE),
    c.Invite: Rule(_OWN, _BEFORE_ACTIVE),
    c.Submit: Rule(_OWN, _EDITABLE),
    c.Withdraw: Rule(_OWN, (*_BEFORE_ACTIVE, _S.REFERRED)),
    c.AcceptTerms: Rule(_OWN, GRANTED),
    c.Close: Rule((*_OWN, Part.HANDLER), (*GRANTED, _S.ACTIVE, _S.REFERRED)),
    c.TakeUp: Rule((Part.HANDLER,), (_S.SUBMITTED,)),
    c.PassStep: Rule(_REVIEWERS, REVIEWS, by_step=_REVIEWERS, judges=True),
    c.FailStep: Rule(_REVIEWERS, REVIEWS, by_step=_REVIEWERS, judges=True),
    c.Return: Rule(STAFF, WITH_HOLDER, by_step=STAFF[1:], decides=True),
    c.Approve: Rule(_DECIDERS, (_S.DECISION,), decides=True, judges=True),
    c.ApproveWithConditions: Rule(_DECIDERS, (_S.DECISION,), decides=True, judges=True),
    c.Reject: Rule(_DECIDERS, (_S.DECISION,), decides=True, judges=True),
    c.Activate: Rule((Part.HANDLER, *_DECIDERS, Part.SYSTEM), GRANTED, decides=True),
    c.Revoke: Rule(_DECIDERS, (_S.ACTIVE,), decides=True),
    c.Assign: Rule((Part.HANDLER,), (*WITH_HOLDER, _S.RETURNED, *GRANTED)),
    c.AddComment: Rule((*_EDIT, *STAFF), _GIVEN),
    c.Expire: Rule((Part.SYSTEM,), (_S.ACTIVE,)),
    c.NoteOverdue: Rule((Part.SYSTEM,), WITH_HOLDER),
    c.WithdrawResource: Rule((Part.SYSTEM,), _OPEN),
    c.RemoveHolder: Rule((Part.SYSTEM,), _OPEN),
}


def admit(
    request: Request, leg: Leg, kind: type[c.Command], actor: Person, workflow: Workflow
) -> Part:
    """As what the actor may do this kind of thing to the leg now.

    Raises: Forbidden, before anything is told of the leg's state; Conflict where they may, and the leg
    is in another state.
    """
    rule = RULES[kind]
    able = _able(rule, request, leg, kind, actor, workflow)
    if leg.state not in rule.states:
        raise Conflict(
            f"{kind.name}: the leg of {leg.holder} is {leg.state.value}; this can be done only"
            f" while it is {_list([one.value for one in rule.states])}"
        )
    step = workflow.step(leg.state.value)
    named = Part(step.part) if step is not None and leg.state in STEPS else Part.HANDLER
    here = [one for one in able if one not in rule.by_step or one is named]
    if not here:
        raise Forbidden(
            f"{kind.name}: at {leg.state.value} this is for the {named.value} of {leg.holder}"
        )
    return here[0]


def possible(request: Request, leg: Leg, actor: Person, workflow: Workflow) -> tuple[str, ...]:
    """The names of what the actor may do to the leg now, in the order of `RULES`: what a page offers.
    Doing it may still fail on what is given, or on what it needs (terms that are not accepted)."""
    found = []
    for kind in RULES:
        try:
            admit(request, leg, kind, actor, workflow)
        except (Forbidden, Conflict):
            continue
        found.append(kind.name)
    return tuple(found)


def _able(
    rule: Rule,
    request: Request,
    leg: Leg,
    kind: type[c.Command],
    actor: Person,
    workflow: Workflow,
) -> tuple[Part, ...]:
    mine = parts(request, leg, actor)
    who = _named(rule, workflow)
    able = tuple(one for one in who if one in mine)
    if leg.given is None:  # a holder knows nothing of what it was not given
        able = tuple(one for one in able if one not in STAFF)
    if not able:
        raise Forbidden(f"{kind.name} is for {_list([one.value for one in who])}, not for you")
    if rule.judges and same_side(request, actor):
        raise Forbidden(
            f"{kind.name}: nobody judges a request of their own organisation; another"
            f" {able[0].value} of {leg.holder} has to"
        )
    return able


def _named(rule: Rule, workflow: Workflow) -> tuple[Part, ...]:
    """Whom the rule is for under a workflow."""
    step = workflow.step(DECISION)
    if not rule.decides or step is None:
        return rule.who
    return tuple(one for one in rule.who if one not in _DECIDERS or one.value == step.part)


def _list(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
