"""`/api/v1/clusters`: records that are one thing, why, and what stewards say."""

from __future__ import annotations

import re
from typing import Any

from flask import Response
from marshmallow import fields, validate

from api.access import SECURED, expected_version, precondition
from api.access_schemas import Body
from api.context import catalogue, json_answer
from api.datasets import next_link
from api.schemas import Answer, Listed, PagingQuery, StrictBlueprint
from api.stewards import is_steward, steward
from catalogue.dedupe.telling import cluster_json, pair_json
from catalogue.errors import InvalidParameter
from catalogue.ports import Cluster, ComparedPair, Decision

DECISIONS = {"confirm": Decision.CONFIRMED, "split": Decision.SPLIT, "undo": Decision.NONE}

_POINTS = re.compile(r"[01]\.\d{1,17}")

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
    version = fields.Integer(metadata={"description": "another one after each decision"})


class PairsAnswer(Answer):
    record = fields.String()
    cluster = fields.String(allow_none=True)
    pairs = fields.List(fields.Nested(PairAnswer))


class PlaceBody(Body):
    record = fields.String(required=True, validate=validate.Length(1, 40))
    place = fields.String(
        required=True,
        validate=validate.OneOf(("out", "back")),
        metadata={
            "description": "out of its cluster, or back: the last act that split it is undone"
        },
    )


class DecisionBody(Body):
    records = fields.List(
        fields.String(validate=validate.Length(1, 40)),
        required=True,
        validate=validate.Length(equal=2),
        metadata={"description": "two page ids"},
    )
    decision = fields.String(required=True, validate=validate.OneOf(list(DECISIONS)))
    expected = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(min=0),
        metadata={"description": "the version that was seen; 409 where it is another by now"},
    )


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
    """Pairs in doubt that nobody has decided on, those of the highest score first; for stewards."""
    steward()
    here = catalogue().journal.clusters
    found = here.to_review(place(given.get("cursor")), given["limit"])
    following = cursor_of(found[-1]) if len(found) == given["limit"] else None
    value = {
        "total": here.number_to_review(),
        "items": [pair_json(one) for one in found],
        "next": following,
    }
    return json_answer(value, link=next_link(following))


@blueprint.route("/clusters/decisions", methods=["POST"])
@blueprint.arguments(DecisionBody)
@blueprint.response(200, PairAnswer)
@blueprint.alt_response(409, description="`expected` is not the version now, which is told")
@blueprint.alt_response(412, description="If-Match names another version than there is now")
@blueprint.doc(security=SECURED)
def decide(given: dict[str, Any]) -> Response:
    """Confirm or split two records, or undo either; for stewards. It is audited. The ETag is for
    `If-Match`, so that nobody overwrites what another has said."""
    one, other = given["records"]
    with precondition():
        told = decided(one, other, given["decision"], expected_version(given["expected"]))
    answer = json_answer(pair_json(told))
    answer.set_etag(str(told.version))
    return answer


@blueprint.route("/clusters/places", methods=["POST"])
@blueprint.arguments(PlaceBody)
@blueprint.response(200, PairsAnswer)
@blueprint.doc(security=SECURED)
def place_record(given: dict[str, Any]) -> Response:
    """Take a record out of its cluster, or bring it back; for stewards. It is one act of the audit log."""
    pairs = placed(given["record"], given["place"])
    at = catalogue().journal.clusters.cluster_of(given["record"])
    told = [pair_json(one) for one in pairs]
    return json_answer({"record": given["record"], "cluster": at.id if at else None, "pairs": told})


@blueprint.route("/clusters/<cluster_id>")
@blueprint.response(200, ClusterAnswer)
def one_cluster(cluster_id: str) -> Response:
    """The records of a cluster, and each pair with its score, reasons and decision. Who decided is told
    to stewards."""
    journal = catalogue().journal
    return json_answer(told(journal.clusters.cluster(cluster_id)))


def decided(one: str, other: str, decision: str, expected: int | None) -> ComparedPair:
    """What a steward who asks says of two records. Raises: as `Clusters.decide`, `steward`."""
    who, here = steward(), catalogue().journal.clusters
    return here.decide(one, other, DECISIONS[decision], who, expected=expected)


def placed(record: str, place: str) -> list[ComparedPair]:
    """A steward who asks takes a record out of its cluster, or brings it back. Raises: as `Clusters`,
    `steward`."""
    who, here = steward(), catalogue().journal.clusters
    return here.take_out(record, who) if place == "out" else here.put_back(record, who)


def told(one: Cluster) -> dict[str, Any]:
    """A cluster as this reader may see it."""
    found = cluster_json(catalogue().journal, one)
    if not is_steward():
        for pair in found["pairs"]:
            pair["decided_by"] = None
    return found


def place(cursor: str | None) -> tuple[float, str, str] | None:
    """The pair that a cursor names. Raises: InvalidParameter."""
    if not cursor:
        return None
    points, *ends = cursor.split("_")
    if len(ends) != 2 or not _POINTS.fullmatch(points):
        raise InvalidParameter("cursor", "is none that was given out")
    return float(points), ends[0], ends[1]


def cursor_of(one: ComparedPair) -> str:
    """What `place` reads."""
    return f"{one.points}_{one.a}_{one.b}"
