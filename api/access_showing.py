"""How requests for access look on pages: words for states, steps and events, and what is left of a clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from catalogue.access.fields import Field, FieldType, Form, in_language
from catalogue.access.forms import questions, visible
from catalogue.access.model import LegState
from catalogue.access.viewing import LegView

STATE_NAMES: Mapping[str, str] = {
    "draft": "Draft",
    "submitted": "Submitted",
    "eligibility": "Eligibility check",
    "technical": "Technical review",
    "ethics": "Ethics review",
    "legal": "Legal review",
    "decision": "Decision",
    "returned": "Returned to the applicant",
    "approved": "Approved",
    "approved-with-conditions": "Approved with conditions",
    "rejected": "Rejected",
    "active": "Active",
    "expired": "Expired",
    "withdrawn": "Withdrawn",
    "revoked": "Revoked",
    "closed": "Closed",
    "referred": "Decided elsewhere",
    "in-review": "In review",
    "ended": "Ended",
}
STATE_LOOKS: Mapping[str, str] = {
    "returned": "state-fair",
    "approved": "state-good",
    "approved-with-conditions": "state-good",
    "active": "state-good",
    "rejected": "state-bad",
    "revoked": "state-bad",
    "draft": "state-closed",
    "expired": "state-closed",
    "withdrawn": "state-closed",
    "closed": "state-closed",
    "ended": "state-closed",
}
EVENT_NAMES: Mapping[str, str] = {
    "created": "The request was started",
    "resource-added": "Something was put into the request",
    "resource-removed": "Something was taken out of the request",
    "answered": "Answers were saved",
    "attached": "A file was added",
    "detached": "A file was taken away",
    "invited": "Somebody was invited to work on it",
    "submitted": "Submitted",
    "resubmitted": "Submitted again",
    "referred": "Referred to the holder's own procedure",
    "taken-up": "Taken up by the holder",
    "passed": "A step was passed",
    "failed": "A step was failed",
    "returned": "Returned to the applicant",
    "approved": "Approved",
    "approved-with-conditions": "Approved with conditions",
    "rejected": "Rejected",
    "terms-accepted": "The terms were accepted",
    "activated": "Access was given",
    "expired": "Access has ended",
    "revoked": "Access was revoked",
    "withdrawn": "Withdrawn by the applicant",
    "closed": "Closed",
    "assigned": "Assigned",
    "commented": "A comment",
    "resource-withdrawn": "Something left the catalogue",
    "overdue": "A step is overdue",
}
PART_NAMES: Mapping[str, str] = {
    "applicant": "the applicant",
    "invited": "a colleague of the applicant",
    "member": "the applicant's organisation",
    "representative": "the applicant's organisation",
    "handler": "the holder",
    "reviewer-technical": "the technical reviewer",
    "reviewer-ethics": "the ethics reviewer",
    "reviewer-legal": "the legal reviewer",
    "decider": "the decider",
    "allocator": "the allocator",
    "auditor": "an auditor",
    "system": "the catalogue",
}
WORKFLOW_NAMES: Mapping[str, str] = {
    "data": "data",
    "compute": "computing time",
    "service": "services",
}


@dataclass(frozen=True, slots=True)
class ActField:
    """An input of an act. `kind`: text (long), line, days, moment, person or audience."""

    name: str
    label: str
    kind: str = "text"
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Act:
    """How a command is offered on a page. `look`: good, bad or quiet."""

    name: str
    label: str
    says: str
    look: str = "quiet"
    fields: tuple[ActField, ...] = ()


_LASTING = (
    ActField("days", "Days that access lasts (empty: as the workflow says)", "days"),
    ActField("until", "or the moment at which it ends, UTC", "moment"),
)
ACTS: Mapping[str, Act] = {
    one.name: one
    for one in (
        Act("take-up", "Take it up", "Begin with the first step.", "good"),
        Act(
            "pass-step",
            "Pass this step",
            "It goes on to the next step.",
            "good",
            (ActField("note", "Note for your colleagues"),),
        ),
        Act(
            "fail-step",
            "Fail this step",
            "What follows, the workflow says: the leg is rejected, or whoever decides has it before them.",
            "bad",
            (ActField("reason", "Reason", needed=True),),
        ),
        Act(
            "approve",
            "Approve",
            "The applicant accepts the terms, then access begins.",
            "good",
            (ActField("reason", "Reason (needed where a step failed)"), *_LASTING),
        ),
        Act(
            "approve-with-conditions",
            "Approve with conditions",
            "The applicant accepts the conditions with the terms.",
            "good",
            (
                ActField("conditions", "Conditions", needed=True),
                ActField("reason", "Reason (needed where a step failed)"),
                *_LASTING,
            ),
        ),
        Act(
            "return",
            "Return to the applicant",
            "Ask for more; the clock stands still until they answer.",
            "quiet",
            (ActField("comment", "What the applicant should add or change", needed=True),),
        ),
        Act(
            "reject",
            "Reject",
            "The applicant is told the reason.",
            "bad",
            (ActField("reason", "Reason", needed=True),),
        ),
        Act("activate", "Give access", "Entitlements begin now.", "good"),
        Act(
            "revoke",
            "Revoke access",
            "Every entitlement of this leg ends at once.",
            "bad",
            (ActField("reason", "Reason", needed=True),),
        ),
        Act(
            "assign",
            "Assign",
            "Who sees to it.",
            "quiet",
            (ActField("person", "Colleague", "person"),),
        ),
        Act(
            "comment",
            "Comment",
            "",
            "quiet",
            (
                ActField("text", "Comment", needed=True),
                ActField("audience", "Who reads it", "audience"),
            ),
        ),
        Act(
            "close",
            "Close",
            "Be done with it; access ends, if there is any.",
            "quiet",
            (ActField("reason", "Reason"),),
        ),
        Act(
            "withdraw",
            "Withdraw",
            "Take this part of the request back.",
            "bad",
            (ActField("reason", "Reason, for the holder"),),
        ),
    )
}


def acts(possible: Iterable[str]) -> list[Act]:
    """Those of the commands that are offered with a form of their own, in the order of a page."""
    wanted = set(possible)
    return [one for name, one in ACTS.items() if name in wanted]


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step on the way of a leg: `look` is done, failed, now or ahead."""

    name: str
    look: str


def way(leg: LegView) -> list[StepShown]:
    """The steps of a leg, with how each stands; none before it was submitted."""
    if leg.submitted is None or not leg.steps:
        return []
    first = "now" if leg.state is LegState.SUBMITTED else "done"
    decided = leg.decided is not None
    shown = [StepShown(STATE_NAMES["submitted"], first)]
    for step in leg.steps:
        look = "ahead"
        if step in leg.failed:
            look = "failed"
        elif step in leg.passed or (decided and step is LegState.DECISION):
            look = "done"
        elif step is leg.state:
            look = "now"
        shown.append(StepShown(STATE_NAMES[step], look))
    return shown


def clock(leg: LegView) -> str:
    """What is left of the present step, in words; empty where no clock runs."""
    if leg.left is None:
        return ""
    if leg.state is LegState.RETURNED:
        return f"the holder's clock stands still with {span(leg.left)} left"
    name = STATE_NAMES[leg.state].lower()
    if leg.overdue:
        return f"{name}: {span(leg.left)} overdue"
    return f"{name}: {span(leg.left)} left"


def span(time: timedelta) -> str:
    """A length of time in its largest unit, whichever way it goes: days, hours, minutes."""
    minutes = int(abs(time.total_seconds()) // 60)
    for size, unit in ((24 * 60, "day"), (60, "hour")):
        if minutes >= size:
            number = minutes // size
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{minutes} minute{'' if minutes == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Answered:
    """A question and its answer for reading: lines of text, rows of a table, or files."""

    title: str
    lines: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    files: tuple[str, ...] = ()


def answered(
    forms: Sequence[Form], answers: Mapping[str, Any], lang: str
) -> list[tuple[str, list[Answered]]]:
    """What was answered, form by form; questions without an answer are left out."""
    shown, told = visible(forms, answers), set[str]()
    asked = {one.id: one for one in questions(forms)}
    found = []
    for form in forms:
        lines = []
        for one in form.fields:
            if one.id in asked and one.id in shown and one.id not in told:
                told.add(one.id)
                line = _answered(one, answers.get(one.id), lang)
                lines += [] if line is None else [line]
        if lines:
            found.append((in_language(form.title, lang), lines))
    return found


def _answered(one: Field, value: Any, lang: str) -> Answered | None:
    title = in_language(one.title, lang)
    if value is None or value in ("", [], {}):
        return None
    if one.type is FieldType.ATTACHMENT:
        return Answered(title, files=tuple(map(str, value)))
    if one.type is FieldType.TABLE and isinstance(value, list):
        rows = [one for one in value if isinstance(one, Mapping)]
        columns = tuple(in_language(at.title, lang) for at in one.columns)
        cells = (tuple(_text(row.get(at.id, "")) for at in one.columns) for row in rows)
        return Answered(title, columns=columns, rows=tuple(cells))
    names = {at.id: in_language(at.title, lang) for at in one.options}
    values = value if isinstance(value, list) else [value]
    return Answered(title, tuple(names.get(_text(each), _text(each)) for each in values))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)
