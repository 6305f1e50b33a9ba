"""The pages of a holder's staff: what was asked for, what to do about it, and how the holder decides."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request
from marshmallow import EXCLUDE, ValidationError

from api import access_showing as showing
from api.access import legs_wanted
from api.access_schemas import LegsQuery
from api.acting import act, whole
from api.context import catalogue, language
from api.pages import shell
from api.problems import status_of
from api.request_pages import back, following, holder_names, leg_of, organisation_names
from api.sessions import refused, wanted_person
from api.showing import said
from api.workflows import current, may_set, stored
from catalogue.access.model import WITH_HOLDER, LegState
from catalogue.access.viewing import LegView, View
from catalogue.access.workflow import (
    ALWAYS,
    DECISION,
    KINDS,
    REVIEW_STEPS,
    STEP_PARTS,
    TRAITS,
    to_json,
)
from catalogue.desk.filling import legs_forms, with_files
from catalogue.desk.reading import Page
from catalogue.desk.telling import Names, persons_in
from catalogue.errors import CatalogueError, InvalidParameter
from catalogue.people import HOLDER_ROLES, Person, Role
from catalogue.ports import LegRow

PAGE = 50  # legs on a page
LISTED = tuple(one for one in LegState if one not in {LegState.DRAFT, LegState.REFERRED})
DAY_FIELDS = ("take_up", "duration", "terms_version")

blueprint = Blueprint("desk_pages", __name__)


# --- the queue ------------------------------------------------------------------------------------


@blueprint.get("/desk")
def desk() -> str:
    """What one's holders were asked for, what is due first; numbers only for stewards."""
    person, now = wanted_person(), catalogue().clock()
    if not _has_desk(person):
        raise refused("desk", "the desk is for staff of a holder, stewards and auditors")
    given, legs = _queue_asked(), person.nodes or person.may(Role.AUDITOR)
    page: Page[LegRow] = Page((), 0, None)
    if legs:
        wanted = legs_wanted(given, person, now)
        page = catalogue().desk.legs(person, wanted, after=given.get("cursor"), limit=PAGE)
    numbers = catalogue().desk.numbers(person)
    more = {
        "page": page,
        "asked": given,
        "lists": bool(legs),
        "numbers": numbers,
        "sums": _sums(numbers),
        "overdue": _overdue(person, now) if legs else 0,
        "states": LISTED,
        "with_holder": WITH_HOLDER,
        "own": _own(person, numbers),
        "holders": holder_names(),
        "organisations": organisation_names(),
        "names": Names(catalogue().journal.people, persons_in(page.items)),
        "now": now,
        "person": person,
        "following": following(page.next),
    }
    return render_template("desk.html", **shell("desk", **more))


def _queue_asked() -> dict[str, Any]:
    """The filters of the address. Raises: InvalidParameter."""
    lists = {"holder", "state"}
    names = {one for one in request.args if any(request.args.getlist(one))}
    given: dict[str, Any] = {
        one: [value for value in request.args.getlist(one) if value] for one in names & lists
    }
    given |= {one: request.args[one] for one in names - lists}
    try:
        asked: dict[str, Any] = LegsQuery(unknown=EXCLUDE).load(given)
    except ValidationError as error:
        name, told = next(iter(error.messages_dict.items()))
        raise InvalidParameter(str(name), said(told)) from error
    return asked


def _sums(numbers: dict[str, dict[LegState, int]]) -> dict[LegState, int]:
    """The numbers of all holders together."""
    return {state: sum(one.get(state, 0) for one in numbers.values()) for state in LISTED}


def _overdue(person: Person, now: Any) -> int:
    given = {"state": [], "overdue": True}
    return catalogue().desk.legs(person, legs_wanted(given, person, now), limit=1).total


def _own(person: Person, numbers: dict[str, Any]) -> list[str]:
    """The holders that one can choose from."""
    every = person.may(Role.STEWARD) or person.may(Role.AUDITOR)
    return sorted(numbers) if every else list(person.nodes)


def _has_desk(person: Person) -> bool:
    return any(person.may(one) for one in (*HOLDER_ROLES, Role.STEWARD, Role.AUDITOR))


# --- one leg --------------------------------------------------------------------------------------


@blueprint.get("/desk/<request_id>/<leg_id>")
def leg(request_id: str, leg_id: str) -> str:
    """One holder's part of a request: what was given to it, where it stands, and what can be done."""
    person = wanted_person()
    return _leg_page(person, request_id, leg_id)


@blueprint.post("/desk/<request_id>/<leg_id>/act")
def do(request_id: str, leg_id: str) -> Response:
    """Do one thing to the leg."""
    person = wanted_person()
    try:
        act(person, request_id, leg_id)
    except CatalogueError as error:
        status = status_of(error)
        if status in {401, 404, 503, 507}:
            raise
        body = _leg_page(person, request_id, leg_id, fault=str(error))
        return Response(body, status=status, mimetype="text/html")
    return back(f"/desk/{request_id}/{leg_id}")


def _leg_page(person: Person, request_id: str, leg_id: str, fault: str = "") -> str:
    desk, people = catalogue().desk, catalogue().journal.people
    view = catalogue().forms.seen(desk.view(person, request_id))
    one = leg_of(view, leg_id)
    possible = desk.possible(person, request_id).get(leg_id, ())
    more = {
        "view": view,
        "leg": one,
        "others": [each for each in view.legs if each.id != leg_id],
        "acts": [each for each in showing.acts(possible) if each.name != "withdraw"],
        "answers": _answers(one),
        "files": {each.id: each for each in one.attachments},
        "bytes": view.bytes,
        "history": [each for each in view.history if each.leg in {None, leg_id}],
        "holders": holder_names(),
        "organisations": organisation_names(),
        "organisation": _organisation(view),
        "names": Names(people),
        "colleagues": _colleagues(one.holder) if "assign" in possible else [],
        "typed": request.form if fault else {},
        "fault": fault,
        "now": catalogue().clock(),
        "person": person,
        "workflow": catalogue()
        .journal.requests.workflows.book([one.holder])
        .last(one.holder, one.workflow),
    }
    return render_template("desk_leg.html", **shell("desk", **more))


def _answers(one: LegView) -> list[Any]:
    """What was answered to the forms of the leg, in their order."""
    forms, lang = legs_forms(one, catalogue().journal.forms.current()), language()
    shared = [each for each in one.attachments if each.leg is None]
    own = [each for each in one.attachments if each.leg is not None]
    return [
        *showing.answered(forms.shared, with_files(forms.shared, one.shared, shared), lang),
        *showing.answered(forms.own, with_files(forms.own, one.answers, own), lang),
    ]


def _organisation(view: View) -> Any:
    known = {one.id: one for one in catalogue().journal.people.organisations()}
    return known.get(view.applicant.organisation or "")


def _colleagues(holder: str) -> list[Person]:
    """Who works for a holder, by name."""
    people = catalogue().journal.people
    found = {one.id: one for role in HOLDER_ROLES for one in people.with_role(role, holder)}
    return sorted(found.values(), key=lambda one: one.name)


# --- how a holder decides ---------------------------------------------------------------------------


@blueprint.get("/desk/workflows")
def workflows() -> str:
    """The holders whose workflows one may see."""
    person = wanted_person()
    every = person.may(Role.STEWARD) or person.may(Role.AUDITOR)
    names = holder_names()
    own = sorted(names) if every else [one for one in person.nodes if one in names]
    if not own:
        raise refused("workflows", "workflows are for staff of a holder, stewards and auditors")
    book = catalogue().journal.requests.workflows.book(own)
    more = {"found": [(one, names[one], book.latest(one)) for one in own]}
    return render_template("workflows.html", **shell("desk", **more))


@blueprint.get("/desk/workflows/<holder>/<workflow_id>")
def workflow(holder: str, workflow_id: str) -> str:
    """One workflow as a form; to be read where one may not change it."""
    return _workflow_page(wanted_person(), holder, workflow_id)


@blueprint.post("/desk/workflows/<holder>/<workflow_id>")
def set_workflow(holder: str, workflow_id: str) -> Response:
    """Store the next version of a workflow."""
    person = wanted_person()
    try:
        stored(person, holder, workflow_id, _workflow_given())
    except CatalogueError as error:
        status = status_of(error)
        if status in {401, 403, 404, 503, 507}:
            raise
        body = _workflow_page(person, holder, workflow_id, fault=str(error))
        return Response(body, status=status, mimetype="text/html")
    return back(f"/desk/workflows/{holder}/{workflow_id}?saved=1")


def _workflow_page(person: Person, holder: str, workflow_id: str, fault: str = "") -> str:
    now = current(holder, workflow_id)
    own = holder in person.nodes or person.may(Role.STEWARD) or person.may(Role.AUDITOR)
    if not own:
        raise refused(holder, "workflows are for staff of the holder, stewards and auditors")
    told = _workflow_given() if fault else to_json(now)
    more = {
        "holder": holder,
        "holder_name": holder_names().get(holder, holder),
        "workflow_id": workflow_id,
        "version": now.version,
        "told": told,
        "chosen": {one["name"]: one for one in told["steps"]},
        "step_names": (*REVIEW_STEPS, DECISION),
        "step_parts": STEP_PARTS,
        "traits": (ALWAYS, *TRAITS),
        "kinds": KINDS,
        "may": may_set(person, holder),
        "fault": fault,
        "saved": request.args.get("saved") == "1" and not fault,
    }
    return render_template("workflow.html", **shell("desk", **more))


def _workflow_given() -> dict[str, Any]:
    """The workflow that the posted form tells, as the API takes it. Raises: InvalidParameter."""
    sent = request.form
    outside = sent.get("kind") == "external"
    found: dict[str, Any] = {
        "kind": "external" if outside else "here",
        "kinds": sent.getlist("kinds"),
        "terms": sent.get("terms", "").strip(),
        "at_once": sent.get("at_once") == "1",
        "steps": [] if outside else [_step(one) for one in sent.getlist("step")],
    }
    found |= {one: number for one in DAY_FIELDS if (number := whole(one)) is not None}
    found |= {one: sent[one].strip() for one in ("url", "email") if sent.get(one, "").strip()}
    seen = whole("version")
    return found if seen is None else {**found, "version": seen}


def _step(name: str) -> dict[str, Any]:
    sent, usual = request.form, STEP_PARTS.get(name, ("",))[0]
    return {
        "name": name,
        "part": sent.get(f"{name}.part", usual),
        "days": whole(f"{name}.days") or 0,
        "when": sent.getlist(f"{name}.when") or [ALWAYS],
        "on_fail": sent.get(f"{name}.on_fail", "decide"),
    }
