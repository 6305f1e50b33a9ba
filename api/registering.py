"""`/api/v1/registry` and what edits it: fact sheets as they are kept, read and written whole."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response, request
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import UnsupportedMediaType

from api import stewards
from api.access import seen_tag
from api.context import catalogue, json_answer, site
from api.datasets import finding_json, listed
from api.ecosystem import ecosystem, registry
from api.keys import key_of_request
from api.problems import problem
from api.push import KEYED
from api.schemas import Anything, Listed, PagingQuery, StrictBlueprint
from catalogue.calls import day_of
from catalogue.ecosystem.registry import Kept, Stored
from catalogue.ecosystem.sheets import KINDS, LARGEST, document, kind_of, read
from catalogue.errors import InvalidSheet, NotFound
from vocab.calls import Announced, Evidence

_DOCUMENT = {"application/json": {"schema": {"type": "object"}}}

blueprint = StrictBlueprint(
    "registering", __name__, url_prefix="/api/v1", description="Fact sheets of the registry"
)


class SheetsQuery(PagingQuery):
    kind = fields.List(
        fields.String(validate=validate.OneOf([*KINDS])),
        metadata={"description": "only sheets of this kind; repeatable, any of them fits"},
    )


class CutOffBody(Schema):
    """A cut-off that was announced."""

    day = fields.Date(required=True)
    instead_of = fields.Date(
        load_default=None,
        allow_none=True,
        metadata={
            "description": "the day of the call's rule that it stands for; none: beside them"
        },
    )
    source = fields.String(required=True, validate=validate.Length(1, 300))
    confidence = fields.String(load_default="announced", validate=validate.Length(1, 300))
    sure = fields.Boolean(load_default=True)


@blueprint.route("/registry")
@blueprint.arguments(SheetsQuery, location="query")
@blueprint.response(200, Listed)
def sheets(given: dict[str, Any]) -> Response:
    """The fact sheets, without their content."""
    wanted = given.get("kind") or [*KINDS]
    items = [_told(one) for one in ecosystem() if kind_of(one.sheet) in wanted]
    return listed(items, given)


@blueprint.route("/registry/<kind>/<sheet_id>")
@blueprint.response(200, Anything)
def sheet(kind: str, sheet_id: str) -> Response:
    """One fact sheet, as it is kept and may be sent back. Its ETag names its version."""
    kept = kept_of(kind, sheet_id)
    answer = json_answer(document(kept.sheet, kept.origin))
    answer.set_etag(kept.version)
    return answer


@blueprint.route("/registry/<kind>/<sheet_id>", methods=["PUT"])
@blueprint.response(200, Anything)
@blueprint.alt_response(201, description="created; `Location` is the record's page")
@blueprint.alt_response(202, description="stored, and waiting for a steward of its source")
@blueprint.alt_response(409, description="it was changed meanwhile, or an offer's provider changes")
@blueprint.alt_response(422, description="the document cannot be used; `findings` say why")
@blueprint.doc(security=KEYED, requestBody={"required": True, "content": _DOCUMENT})
def put_sheet(kind: str, sheet_id: str) -> Response:
    """Store a fact sheet: a steward any, an AI Factory's key its own offers. With `If-Match` only where
    that is still its version."""
    _known_kind(kind)
    if key_of_request() is None:
        stewards.steward()  # who may not edit at all is told so before anything of the document is
    body = _body()
    try:
        who, asked_by = stewards.editor(kind, owner_of(kind, sheet_id, body))
        stored = registry().put(kind, sheet_id, body, who, asked_by=asked_by, seen=seen_tag())
    except InvalidSheet as error:
        return refusal(error)
    return _stored(stored)


@blueprint.route("/registry/<kind>/<sheet_id>", methods=["DELETE"])
@blueprint.response(204)
@blueprint.doc(security=KEYED)
def delete_sheet(kind: str, sheet_id: str) -> Response:
    """Withdraw a fact sheet; `aicat registry load` does not bring it back. With `If-Match` only where that
    is still its version."""
    kept = kept_of(kind, sheet_id)
    who, asked_by = stewards.editor(kind, kept.node)
    registry().withdraw(kind, sheet_id, who, asked_by=asked_by, seen=seen_tag())
    return Response(status=204)


@blueprint.route("/calls/<call_id>/cut-offs", methods=["POST"])
@blueprint.arguments(CutOffBody)
@blueprint.response(200, Anything)
@blueprint.alt_response(
    422, description="the day cannot stand beside the others; `findings` say why"
)
def announce(given: dict[str, Any], call_id: str) -> Response:
    """Announce a cut-off: it overrides the day of the rule that it stands for. For a steward."""
    try:
        return _stored(announced(call_id, given, stewards.steward()))
    except InvalidSheet as error:
        return refusal(error)


def announced(call_id: str, given: dict[str, Any], who: str) -> Stored:
    """Store a cut-off that `CutOffBody` read. Raises: NotFound; InvalidSheet."""
    evidence = Evidence(given["source"], given["confidence"], given["sure"])
    cut_off = Announced(given["day"], given["instead_of"], evidence)
    return registry().announce(call_id, cut_off, day_of(catalogue().clock()), who)


def kept_of(kind: str, sheet_id: str) -> Kept:
    """Raises: NotFound."""
    _known_kind(kind)
    kept = ecosystem().kept(kind, sheet_id)
    if kept is None:
        raise NotFound(f"there is no {kind} {sheet_id[:60]!r} in the registry")
    return kept


def owner_of(kind: str, sheet_id: str, body: bytes) -> str:
    """The node whose sheet a document is or would be. Raises: InvalidSheet; Conflict."""
    kept = ecosystem().kept(kind, sheet_id)
    return kept.node if kept else registry().owner(read(kind, sheet_id, body).sheet, ecosystem())


def refusal(error: InvalidSheet) -> Response:
    """The answer to a document that cannot be used."""
    return problem(422, str(error), findings=[finding_json(one) for one in error.findings])


def _known_kind(kind: str) -> None:
    if kind not in KINDS:
        raise NotFound(f"the registry holds {', '.join(KINDS)}; not {kind[:40]!r}")


def _body() -> bytes:
    if request.mimetype != "application/json":
        raise UnsupportedMediaType(f"send application/json, not {request.mimetype[:60]!r}")
    request.max_content_length = LARGEST
    return request.get_data(cache=True)


def _told(one: Kept) -> dict[str, Any]:
    kind = kind_of(one.sheet)
    return {
        "id": f"{kind}/{one.sheet.id}",
        "kind": kind,
        "name": getattr(one.sheet, "name", None) or getattr(one.sheet, "title", one.sheet.id),
        "origin": one.origin,
        "node": one.node,
        "record": one.page_id,
        "sheet": f"{site()}/api/v1/registry/{kind}/{one.sheet.id}",
    }


def _stored(stored: Stored) -> Response:
    told = {
        name: value for name, value in asdict(stored).items() if name not in {"notes", "page_id"}
    }
    findings = [finding_json(one) for one in stored.notes]
    page = f"{site()}/datasets/{stored.page_id}"
    answer = json_answer({**told, "record": stored.page_id, "page": page, "findings": findings})
    answer.status_code = 202 if stored.waiting else 201 if stored.created else 200
    answer.headers["Location"] = f"/datasets/{stored.page_id}"
    return answer
