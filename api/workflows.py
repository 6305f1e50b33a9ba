"""`/api/v1/workflows`: how each holder decides."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields, validate

from api.access import SECURED
from api.access_schemas import ID, Body
from api.context import catalogue, json_answer
from api.datasets import listed
from api.schemas import Answer, Anything, Listed, PagingQuery, StrictBlueprint
from api.sessions import wanted_person
from catalogue.access.terms import MOST_TERMS, MOST_TERMS_TITLE
from catalogue.access.workflow import MOST_DAYS, Workflow, from_json, to_json
from catalogue.errors import NotFound, Overtaken
from catalogue.people import Person, Role

blueprint = StrictBlueprint(
    "workflows", __name__, url_prefix="/api/v1", description="How holders decide on requests"
)


class WorkflowsQuery(PagingQuery):
    holder = fields.List(
        fields.String(validate=ID),
        validate=validate.Length(max=100),
        metadata={"description": "only those of this holder; repeatable"},
    )


class WorkflowQuery(Schema):
    version = fields.Integer(
        validate=validate.Range(0, 1_000_000), metadata={"description": "the last one by default"}
    )


class StepBody(Body):
    name = fields.String(required=True)
    part = fields.String()
    days = fields.Integer(strict=True, required=True)
    when = fields.List(fields.String(), validate=validate.Length(max=20))
    on_fail = fields.String()


class WorkflowBody(Body):
    """Either the steps here, or (`kind` external) the address of the holder's own procedure."""

    version = fields.Integer(
        strict=True,
        metadata={"description": "the version that was seen; 409 where it is another by now"},
    )
    kinds = fields.List(fields.String(), required=True, validate=validate.Length(1, 10))
    kind = fields.String(load_default="here", validate=validate.OneOf(["here", "external"]))
    url = fields.String(validate=validate.Length(max=2000))
    email = fields.String(validate=validate.Length(max=300))
    steps = fields.List(
        fields.Nested(StepBody), load_default=list, validate=validate.Length(max=10)
    )
    take_up = fields.Integer(strict=True, validate=validate.Range(1, MOST_DAYS))
    terms = fields.String()
    terms_version = fields.Integer(strict=True, validate=validate.Range(1, 1_000_000))
    terms_title = fields.String(validate=validate.Length(max=MOST_TERMS_TITLE))
    terms_text = fields.String(
        validate=validate.Length(max=MOST_TERMS),
        metadata={"description": "plain text; another text gets the next version of the terms"},
    )
    duration = fields.Integer(strict=True, validate=validate.Range(1, MOST_DAYS))
    at_once = fields.Boolean()


class DelegateBody(Body):
    holder = fields.String(
        required=True,
        validate=ID,
        metadata={"description": "the node that decides; the node itself takes it back"},
    )


class DelegateAnswer(Answer):
    node = fields.String()
    holder = fields.String()
    delegated = fields.Boolean(metadata={"description": "whether it is another node"})


@blueprint.route("/workflows")
@blueprint.arguments(WorkflowsQuery, location="query")
@blueprint.response(200, Listed)
@blueprint.doc(security=SECURED)
def workflows(given: dict[str, Any]) -> Response:
    """The workflows of every holder as they are now, those that the catalogue begins with, too
    (version 0)."""
    wanted_person()
    members = [one.id for one in catalogue().journal.nodes()]
    wanted = [one for one in members if one in given.get("holder", members)]
    book = catalogue().journal.requests.workflows.book(wanted)
    found = [workflow_json(one) for holder in wanted for one in book.latest(holder)]
    return listed(found, given)


@blueprint.route("/workflows/<node>/delegate")
@blueprint.response(200, DelegateAnswer)
@blueprint.doc(security=SECURED)
def delegate(node: str) -> Response:
    """Who decides on what a node describes: itself, or the node that was named."""
    wanted_person()
    return json_answer(delegate_json(node))


@blueprint.route("/workflows/<node>/delegate", methods=["PUT"])
@blueprint.arguments(DelegateBody)
@blueprint.response(200, DelegateAnswer)
@blueprint.alt_response(
    400, description="the one decides for others, or the other has given it away"
)
@blueprint.alt_response(403, description="for administrators and stewards")
@blueprint.doc(security=SECURED)
def put_delegate(given: dict[str, Any], node: str) -> Response:
    """Let another node decide from now on; requests that run stay where they are."""
    catalogue().desk.delegate(wanted_person(), node, given["holder"])
    return json_answer(delegate_json(node))


@blueprint.route("/workflows/<node>/delegate", methods=["DELETE"])
@blueprint.response(200, DelegateAnswer)
@blueprint.alt_response(403, description="for administrators and stewards")
@blueprint.doc(security=SECURED)
def delete_delegate(node: str) -> Response:
    """Let the node itself decide from now on; requests that run stay where they are."""
    catalogue().desk.delegate(wanted_person(), node, None)
    return json_answer(delegate_json(node))


@blueprint.route("/workflows/<holder>/<workflow_id>")
@blueprint.arguments(WorkflowQuery, location="query")
@blueprint.response(200, Anything)
@blueprint.doc(security=SECURED)
def workflow(given: dict[str, Any], holder: str, workflow_id: str) -> Response:
    """One workflow as it is now, or as it was in a version, with the text of its terms."""
    wanted_person()
    return json_answer(workflow_json(current(holder, workflow_id, given.get("version"))))


@blueprint.route("/workflows/<holder>/<workflow_id>", methods=["PUT"])
@blueprint.arguments(WorkflowBody)
@blueprint.response(200, Anything)
@blueprint.alt_response(403, description="for the holder's deciders, and stewards")
@blueprint.alt_response(409, description="`version` is not the version now")
@blueprint.doc(security=SECURED)
def put_workflow(given: dict[str, Any], holder: str, workflow_id: str) -> Response:
    """Store the next version of a workflow; requests that run go on under theirs."""
    person = wanted_person()
    return json_answer(workflow_json(stored(person, holder, workflow_id, given)))


def stored(person: Person, holder: str, workflow_id: str, given: dict[str, Any]) -> Workflow:
    """Store what is given as the next version.

    Raises: InvalidInput, Forbidden, NotFound; Overtaken where `version` is given and not the one now.
    """
    seen = given.pop("version", None)
    try:
        now = current(holder, workflow_id).version
    except NotFound:
        now = 0
    made = from_json({**given, "holder": holder, "id": workflow_id, "version": now})
    if seen is not None and seen != now and may_set(person, holder):
        raise Overtaken(
            f"the workflow is at version {now}, not {seen}: look again, then change it", now
        )
    return catalogue().desk.set_workflow(person, made)


def delegate_json(node: str) -> dict[str, Any]:
    """Who decides for a node. Raises: NotFound."""
    known = catalogue().journal.node(node).id
    holder = catalogue().journal.requests.workflows.holder_of(known)
    return {"node": known, "holder": holder, "delegated": holder != known}


def current(holder: str, workflow_id: str, version: int | None = None) -> Workflow:
    """A holder's workflow as it is now, or as it was in a version. Raises: NotFound."""
    known = catalogue().journal.node(holder)
    book = catalogue().journal.requests.workflows.book([known.id])
    if version is not None:
        return book.at(known.id, workflow_id, version)
    return book.last(known.id, workflow_id)


def may_set(person: Person, holder: str) -> bool:
    """Whether the person may say how a holder decides."""
    return person.may(Role.STEWARD) or person.may(Role.DECIDER, holder)


def workflow_json(one: Workflow) -> dict[str, Any]:
    """A workflow as JSON; `id` is unique over all holders."""
    return {**to_json(one), "id": f"{one.holder}.{one.id}", "workflow": one.id}
