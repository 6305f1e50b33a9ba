"""`/api/v1/webhooks` and `/api/v1/reports/access`: what holders are told by themselves, and how they do."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import RAISE, Schema, fields, validate

from api.access import SECURED
from api.context import catalogue, csv_answer, json_answer, site
from api.schemas import CsvQuery, StrictBlueprint
from api.sessions import refused, wanted_person
from catalogue.access.model import Kind
from catalogue.desk.reports import (
    check_reader,
    figures_csv,
    figures_json,
    figures_of,
    legs_csv,
    period,
)
from catalogue.desk.telling import webhook_json
from catalogue.errors import Forbidden, NotFound
from catalogue.people import Person, Role
from catalogue.ports import Subscription

blueprint = StrictBlueprint(
    "outcomes", __name__, url_prefix="/api/v1", description="Webhooks and reports of holders"
)


class HolderQuery(Schema):
    holder = fields.String(required=True, validate=validate.Length(1, 80))


class WebhookBody(Schema):
    class Meta:
        unknown = RAISE

    holder = fields.String(required=True, validate=validate.Length(1, 80))
    url = fields.String(required=True, validate=validate.Length(1, 2000))
    events = fields.List(
        fields.String(validate=validate.OneOf([one.value for one in Kind])),
        load_default=list,
        metadata={"description": "only these kinds; all where it is empty"},
    )


class ReportQuery(HolderQuery, CsvQuery):
    first = fields.String(
        data_key="from", metadata={"description": "first day, UTC; else a year before the last"}
    )
    last = fields.String(data_key="to", metadata={"description": "last day, UTC; else today"})
    rows = fields.String(
        load_default="figures",
        validate=validate.OneOf(["figures", "legs"]),
        metadata={"description": "of CSV: a line for each figure, or for each leg of a request"},
    )


class WebhookAnswer(Schema):
    id = fields.String()
    holder = fields.String()
    url = fields.String()
    events = fields.List(fields.String())
    created = fields.DateTime()
    failing = fields.DateTime(allow_none=True)
    off = fields.DateTime(allow_none=True)
    why = fields.String()


class NewWebhookAnswer(WebhookAnswer):
    secret = fields.String()


class WebhooksAnswer(Schema):
    total = fields.Integer()
    items = fields.List(fields.Nested(WebhookAnswer))
    next = fields.String(allow_none=True)


class LetterAnswer(Schema):
    letter = fields.String()


class StepAnswer(Schema):
    step = fields.String()
    number = fields.Integer()
    clock_median_hours = fields.Float()
    clock_p90_hours = fields.Float()
    elapsed_median_hours = fields.Float()
    elapsed_p90_hours = fields.Float()


class DecidedAnswer(Schema):
    sector = fields.String()
    organisation = fields.String()
    decision = fields.String()
    number = fields.Integer()


class ReportAnswer(Schema):
    holder = fields.String()
    first = fields.Date(data_key="from")
    last = fields.Date(data_key="to")
    total = fields.Integer()
    overdue = fields.Integer()
    states = fields.Dict(fields.String(), fields.Integer())
    decisions = fields.Dict(fields.String(), fields.Integer())
    steps = fields.List(fields.Nested(StepAnswer))
    by_sector = fields.List(fields.Nested(DecidedAnswer))


# --- webhooks -------------------------------------------------------------------------------------


@blueprint.route("/webhooks")
@blueprint.arguments(HolderQuery, location="query")
@blueprint.response(200, WebhooksAnswer)
@blueprint.doc(security=SECURED)
def webhooks(given: dict[str, Any]) -> Response:
    """A holder's subscriptions, for its handlers and administrators; secrets are not told."""
    _keeper(given["holder"])
    found = catalogue().journal.outbox.webhooks.of(given["holder"])
    items = [webhook_json(one) for one in found]
    return json_answer({"total": len(items), "items": items, "next": None})


@blueprint.route("/webhooks", methods=["POST"])
@blueprint.arguments(WebhookBody)
@blueprint.response(201, NewWebhookAnswer)
@blueprint.doc(security=SECURED)
def add_webhook(given: dict[str, Any]) -> Response:
    """Be called at an address when something happens to the holder's requests. `secret` signs the calls
    (Standard Webhooks); it is in this answer and in no other."""
    person = _keeper(given["holder"])
    hooks = catalogue().journal.outbox.webhooks
    made = hooks.add(given["holder"], given["url"], given["events"], person.who)
    answer = json_answer({**webhook_json(made.subscription), "secret": made.secret})
    answer.status_code = 201
    answer.headers["Location"] = f"{site()}/api/v1/webhooks/{made.subscription.id}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.route("/webhooks/<webhook_id>")
@blueprint.response(200, WebhookAnswer)
@blueprint.doc(security=SECURED)
def webhook(webhook_id: str) -> Response:
    """One subscription; `failing` tells since when no call came through."""
    return json_answer(webhook_json(_mine(webhook_id)[0]))


@blueprint.route("/webhooks/<webhook_id>", methods=["DELETE"])
@blueprint.response(204)
@blueprint.doc(security=SECURED)
def remove_webhook(webhook_id: str) -> Response:
    """Call it no more."""
    found, person = _mine(webhook_id)
    catalogue().journal.outbox.webhooks.remove(found.id, person.who)
    return Response(status=204)


@blueprint.route("/webhooks/<webhook_id>/test", methods=["POST"])
@blueprint.response(202, LetterAnswer)
@blueprint.doc(security=SECURED)
def test_webhook(webhook_id: str) -> Response:
    """Let an event of type `access.test` go out; a subscription that was switched off is on again when it
    answers well. `letter` is the event's id."""
    found, _person = _mine(webhook_id)
    answer = json_answer({"letter": catalogue().journal.outbox.webhooks.ping(found.id)})
    answer.status_code = 202
    return answer


def _keeper(holder: str) -> Person:
    """The person who asks, if they keep the holder's webhooks. Raises: NotSignedIn, Forbidden."""
    person = wanted_person()
    if not (person.may(Role.HANDLER, holder) or person.may(Role.ADMINISTRATOR)):
        raise refused(
            f"webhooks:{holder[:80]}",
            "webhooks are kept by the holder's handlers and administrators",
        )
    return person


def _mine(webhook_id: str) -> tuple[Subscription, Person]:
    """Raises: NotFound, also for one of another holder; NotSignedIn."""
    person = wanted_person()
    found = catalogue().journal.outbox.webhooks.get(webhook_id)
    if not (person.may(Role.HANDLER, found.holder) or person.may(Role.ADMINISTRATOR)):
        refused(f"webhook:{found.id}", "it is of another holder")  # noted; not told
        raise NotFound(f"there is no webhook {webhook_id[:40]!r}")
    return found, person


# --- reports --------------------------------------------------------------------------------------


@blueprint.route("/reports/access")
@blueprint.arguments(ReportQuery, location="query")
@blueprint.response(200, ReportAnswer)
@blueprint.doc(security=SECURED)
def report(given: dict[str, Any]) -> Response:
    """What became of the legs that a holder was first given in a period: how many are in each state and
    overdue, times per step in hours (median and 90th percentile; `clock` without the time that the
    applicant had it), decisions by sector and kind of organisation. For the holder's staff, stewards
    (figures only) and auditors."""
    here, holder = catalogue(), given["holder"]
    span = period(given.get("first"), given.get("last"), here.clock())
    wanted_reader(holder, legs=given["rows"] == "legs")
    if given["rows"] == "legs":
        return csv_answer(legs_csv(here.journal.reports, holder, span), f"legs-{holder}")
    figures = figures_of(here.journal.reports, holder, span, here.clock())
    if given["format"] == "csv":
        return csv_answer(figures_csv(figures), f"report-{holder}")
    return json_answer(figures_json(holder, span, figures))


def wanted_reader(holder: str, *, legs: bool = False) -> Person:
    """The person who asks, if they may read the holder's reports. Raises: NotSignedIn; Forbidden, which
    is audited; NotFound for a holder that there is not."""
    person = wanted_person()
    try:
        check_reader(person, holder, legs=legs)
    except Forbidden as error:
        raise refused(f"report:{holder[:80]}", str(error)) from error
    catalogue().journal.node(holder)
    return person
