"""`/api/v1/clusters`: records that are one thing, why, and what stewards say."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields, validate

from api.access import SECURED
from api.access_schemas import Body
from api.context import catalogue, json_answer
from api.datasets import next_link
from api.schemas import Answer, Listed, PagingQuery, StrictBlueprint
from api.stewards import is_steward, steward
from catalogue.dedupe.telling import cluster_json, pair_json
from catalogue.errors import InvalidParameter
from catalogue.ports import Cluster, ComparedPair, Decision

DECISIONS = {"confirm": Decision.CONFIRMED, "split": Decision.SPLIT, "undo": Decision.NONE}

blueprint = StrictBlueprint(
    "clusters", __name__, url_prefix="/api/v1", description="Records that are one thing"
)


class ClusterAnswer(Answer):
    id = fields.String()
    members = fields.List(fields.Dict())
    pairs = fields.List(fields.Dict(), metadata={"description": "score from 0 to 1, and reasons"})


class PairAnswer(Answer):
    records = fields.List(fields.String())
    score = fields.Float()
    reasons = fields.List(fields.Dict())
    together = fields.Boolean()
    decision = fields.String()
    decided_by = fields.String(allow_none=True)
    decided = fields.DateTime(allow_none=True)


class DecisionBody(Body):
    records = fields.List(
        fields.String(validate=validate.Length(1, 40)),
        required=True,
        validate=validate.Length(equal=2),
        metadata={"description": "two page ids"},
    )
    decision = fields.String(required=True, validate=validate.OneOf(list(DECISIONS)))


@blueprint.route("/clusters")
@blueprint.arguments(PagingQuery, location="query")
@blueprint.response(200, Listed)
def clusters(given: dict[str, Any]) -> Response:
    """Clusters by id, with the page ids of their records."""
    here = catalogue().journal.clusters
    found = here.clusters(given.get("cursor") or "", given["limit"])
    following = found[-1].id if len(found) == given["limit"] else None
    items = [{"id": one.id, "members": list(one.members)} for one in found]
    value = {"total": here.number(), "items": items, "next": following}
    return json_answer(value, link=next_link(following))


@blueprint.route("/clusters/review")
@blueprint.arguments(PagingQuery, location="query")
@blueprint.response(200, Listed)
@blueprint.doc(security=SECURED)
def to_review(given: dict[str, Any]) -> Response:
    """Pairs in doubt that nobody has decided on, by their page ids; for stewards."""
    steward()
    found = catalogue().journal.clusters.to_review(place(given.get("cursor")), given["limit"])
    following = f"{found[-1].a}.{found[-1].b}" if len(found) == given["limit"] else None
    value = {"total": None, "items": [pair_json(one) for one in found], "next": following}
    return json_answer(value, link=next_link(following))


@blueprint.route("/clusters/decisions", methods=["POST"])
@blueprint.arguments(DecisionBody)
@blueprint.response(200, PairAnswer)
@blueprint.doc(security=SECURED)
def decide(given: dict[str, Any]) -> Response:
    """Confirm or split two records, or undo either; for stewards. It is audited."""
    one, other = given["records"]
    return json_answer(pair_json(decided(one, other, given["decision"])))


@blueprint.route("/clusters/<cluster_id>")
@blueprint.response(200, ClusterAnswer)
def one_cluster(cluster_id: str) -> Response:
    """The records of a cluster, and each pair with its score, reasons and decision. Who decided is told
    to stewards."""
    journal = catalogue().journal
    return json_answer(told(journal.clusters.cluster(cluster_id)))


def decided(one: str, other: str, decision: str) -> ComparedPair:
    """What a steward who asks says of two records. Raises: as `Clusters.decide`, `steward`."""
    who = steward()
    return catalogue().journal.clusters.decide(one, other, DECISIONS[decision], who)


def told(one: Cluster) -> dict[str, Any]:
    """A cluster as this reader may see it."""
    found = cluster_json(catalogue().journal, one)
    if not is_steward():
        for pair in found["pairs"]:
            pair["decided_by"] = None
    return found


def place(cursor: str | None) -> tuple[str, str]:
    """The pair that a cursor names. Raises: InvalidParameter."""
    first, dot, second = (cursor or ".").partition(".")
    if not dot:
        raise InvalidParameter("cursor", "is none that was given out")
    return first, second
