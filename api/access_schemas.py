"""What requests for access may say and what answers hold, for the OpenAPI document."""

from __future__ import annotations

from enum import StrEnum

from marshmallow import RAISE, Schema, fields, validate

from api.schemas import Answer, PagingQuery
from catalogue.access.commands import Create
from catalogue.access.deciding import MOST_RESOURCES, MOST_TITLE
from catalogue.access.model import EntitlementState, LegState, RequestState
from catalogue.desk import ORDERS

ID = validate.Regexp(
    r"[!-~]{1,200}\Z", error="1 to 200 characters of ASCII, without blanks or control characters"
)


def one_of(values: type[StrEnum], what: str) -> fields.List[str]:
    """A filter that is repeatable; any of its values fits."""
    return fields.List(
        fields.String(validate=validate.OneOf([str(one) for one in values])),
        load_default=list,
        metadata={"description": f"only those of this {what}; repeatable, any of them fits"},
    )


def ids(what: str) -> fields.List[str]:
    """A filter by ids, repeatable."""
    return fields.List(
        fields.String(validate=ID),
        validate=validate.Length(max=100),
        metadata={"description": f"only those of this {what}; repeatable, any of them fits"},
    )


# --- what is asked --------------------------------------------------------------------------------


class RequestsQuery(PagingQuery):
    state = one_of(RequestState, "state")
    all = fields.Boolean(load_default=False, metadata={"description": "everybody's; for auditors"})


class LegsQuery(PagingQuery):
    holder = ids("holder")
    state = one_of(LegState, "state; the review steps are states")
    assigned = fields.String(
        validate=ID, metadata={"description": "only those of this person's; `me` is oneself"}
    )
    overdue = fields.Boolean(
        load_default=False, metadata={"description": "only those whose step is overdue"}
    )
    due = fields.AwareDateTime(
        metadata={"description": "only those whose step is due by this moment, ISO 8601"}
    )


class NumbersQuery(Schema):
    holder = ids("holder")


class EntitlementsQuery(PagingQuery):
    holder = ids("holder")
    person = fields.String(validate=ID)
    organisation = fields.String(validate=ID)
    page_id = fields.String(validate=ID, metadata={"description": "only those for this record"})
    request = fields.String(validate=ID, metadata={"description": "only those of this request"})
    state = one_of(EntitlementState, "state as of the last event")
    in_force = fields.Boolean(
        load_default=False, metadata={"description": "only those that hold at this moment"}
    )


class AuditQuery(PagingQuery):
    subject = fields.String(validate=validate.Length(1, 300))
    act = fields.String(
        validate=validate.Length(1, 100),
        metadata={"description": "only acts of this name, or that begin so with a dot: `access.`"},
    )


class Body(Schema):
    """A body that is read strictly."""

    class Meta:
        unknown = RAISE


class StartBody(Body):
    resources = fields.List(
        fields.String(validate=ID),
        load_default=list,
        validate=validate.Length(max=MOST_RESOURCES),
        metadata={"description": "page ids of datasets and offers"},
    )
    title = fields.String(load_default="", validate=validate.Length(max=MOST_TITLE))
    answers = fields.Dict(load_default=dict, metadata={"description": "by the ids of fields"})


class ExpectedBody(Body):
    expected = fields.Integer(
        strict=True,
        metadata={"description": "the version that was seen; 409 where it is another by now"},
    )


class LegBody(ExpectedBody):
    leg = fields.String(validate=ID, metadata={"description": "all that can be, where left out"})


class WithdrawBody(LegBody):
    reason = fields.String()


class AnswersBody(LegBody):
    answers = fields.Dict(required=True, metadata={"description": "replace those before"})
    title = fields.String()


class ResourceBody(ExpectedBody):
    page_id = fields.String(required=True, validate=ID)


class CommandBody(ExpectedBody):
    """Beside `command` only what that command takes."""

    command = fields.String(
        required=True,
        validate=validate.OneOf(list(ORDERS)),
        metadata={"description": f"what is to be done; `{Create.name}` has a route of its own"},
    )
    leg = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)
    comment = fields.String(allow_none=True)
    conditions = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    days = fields.Integer(strict=True, allow_none=True)
    until = fields.String(
        allow_none=True,
        metadata={"description": "ISO 8601 with an offset: when access ends, in place of days"},
    )
    terms = fields.String(
        allow_none=True, metadata={"description": "the text that was read: id@version"}
    )
    text = fields.String(allow_none=True)
    audience = fields.String(allow_none=True)
    person = fields.String(allow_none=True)
    page_id = fields.String(allow_none=True)
    attachment = fields.String(allow_none=True)
    answers = fields.Dict(allow_none=True)
    title = fields.String(allow_none=True)


# --- what is answered -----------------------------------------------------------------------------


class PartyAnswer(Answer):
    person = fields.String()
    name = fields.String()
    organisation = fields.String(allow_none=True)


class ResourceAnswer(Answer):
    page_id = fields.String()
    iri = fields.String()
    title = fields.String()
    type = fields.String()
    sectors = fields.List(fields.String())
    service = fields.String(allow_none=True)


class ExternalAnswer(Answer):
    url = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    link = fields.String()


class CommentAnswer(Answer):
    at = fields.DateTime()
    part = fields.String()
    who = fields.String()
    name = fields.String()
    audience = fields.String()
    text = fields.String()


class AttachmentAnswer(Answer):
    id = fields.String()
    leg = fields.String(allow_none=True)
    field = fields.String()
    name = fields.String()
    media_type = fields.String()
    size = fields.Integer()
    sha256 = fields.String()
    at = fields.DateTime()


class TermsAnswer(Answer):
    """A text to accept. Another text is another version."""

    id = fields.String()
    version = fields.Integer()
    title = fields.String()
    text = fields.String(metadata={"description": "plain text; empty where it is not kept here"})
    sha256 = fields.String(metadata={"description": "of the text in UTF-8, in hex"})


class FormAskedAnswer(Answer):
    id = fields.String()
    version = fields.Integer()


class LegAnswer(Answer):
    id = fields.String()
    holder = fields.String()
    workflow = fields.String()
    workflow_version = fields.Integer(allow_none=True)
    version = fields.Integer()
    state = fields.String()
    since = fields.DateTime()
    resources = fields.List(fields.Nested(ResourceAnswer))
    gone = fields.List(fields.Nested(ResourceAnswer))
    steps = fields.List(fields.String())
    passed = fields.List(fields.String())
    failed = fields.List(fields.String())
    due = fields.DateTime(allow_none=True)
    left = fields.Integer(
        allow_none=True, metadata={"description": "seconds of the step; below zero when overdue"}
    )
    overdue = fields.Boolean()
    external = fields.Nested(ExternalAnswer, allow_none=True)
    reason = fields.String()
    conditions = fields.String()
    terms = fields.String(allow_none=True)
    terms_accepted = fields.String(allow_none=True)
    terms_document = fields.Nested(
        TermsAnswer,
        allow_none=True,
        metadata={"description": "the text of `terms`; of a draft as it would be now"},
    )
    submitted = fields.DateTime(allow_none=True)
    decided = fields.DateTime(allow_none=True)
    days = fields.Integer(
        allow_none=True, metadata={"description": "how long access lasts once it begins"}
    )
    until = fields.DateTime(
        allow_none=True, metadata={"description": "the moment at which access ends instead"}
    )
    starts = fields.DateTime(allow_none=True)
    ends = fields.DateTime(allow_none=True)
    assigned = fields.String(allow_none=True)
    entitled = fields.List(fields.Nested(PartyAnswer))
    shared = fields.Dict()
    answers = fields.Dict()
    attachments = fields.List(fields.String())
    forms = fields.List(
        fields.Nested(FormAskedAnswer),
        allow_none=True,
        metadata={
            "description": "what was asked at the last submission; null where there was none"
        },
    )
    comments = fields.List(fields.Nested(CommentAnswer))
    parts = fields.List(fields.String())
    commands = fields.List(
        fields.String(), metadata={"description": "what who asks may do to it now"}
    )


class RequestAnswer(Answer):
    """A request as its reader may see it."""

    id = fields.String()
    version = fields.Integer()
    state = fields.String()
    sight = fields.String()
    title = fields.String()
    applicant = fields.Nested(PartyAnswer)
    invited = fields.List(fields.Nested(PartyAnswer))
    created = fields.DateTime()
    changed = fields.DateTime()
    answers = fields.Dict()
    attachments = fields.List(fields.Nested(AttachmentAnswer))
    legs = fields.List(fields.Nested(LegAnswer))
    copied_from = fields.String(allow_none=True)


class RequestRowAnswer(Answer):
    id = fields.String()
    version = fields.Integer()
    state = fields.String()
    title = fields.String()
    applicant = fields.Nested(PartyAnswer)
    created = fields.DateTime()
    changed = fields.DateTime()
    legs = fields.Integer()
    resources = fields.Integer()


class LegRowAnswer(Answer):
    request = fields.String()
    leg = fields.String()
    holder = fields.String()
    workflow = fields.String()
    state = fields.String()
    version = fields.Integer()
    title = fields.String()
    applicant = fields.Nested(PartyAnswer)
    submitted = fields.DateTime(allow_none=True)
    changed = fields.DateTime()
    since = fields.DateTime()
    due = fields.DateTime(allow_none=True)
    ends = fields.DateTime(allow_none=True)
    assigned = fields.String(allow_none=True)
    sectors = fields.List(fields.String())
    resources = fields.Integer()


class EventAnswer(Answer):
    version = fields.Integer()
    at = fields.DateTime()
    kind = fields.String()
    part = fields.String()
    who = fields.String()
    name = fields.String()
    leg = fields.String(allow_none=True)
    data = fields.Dict()


class EntitlementAnswer(Answer):
    id = fields.String()
    request = fields.String()
    leg = fields.String()
    holder = fields.String()
    person = fields.String()
    name = fields.String()
    organisation = fields.String(allow_none=True)
    page_id = fields.String()
    iri = fields.String()
    title = fields.String()
    starts = fields.DateTime()
    ends = fields.DateTime()
    conditions = fields.String()
    state = fields.String()
    ended = fields.DateTime(allow_none=True)
    reason = fields.String()
    in_force = fields.Boolean()


class ActAnswer(Answer):
    id = fields.String()
    number = fields.Integer()
    at = fields.DateTime()
    who = fields.String()
    act = fields.String()
    subject = fields.String()
    details = fields.Dict()


class CheckAnswer(Answer):
    sound = fields.Boolean()
    faults = fields.List(fields.String())
    acts = fields.Integer()
    hash = fields.String()


def page_of(name: str, item: type[Answer]) -> type[Schema]:
    """A page of a list of such items."""
    return Answer.from_dict(
        {
            "total": fields.Integer(),
            "items": fields.List(fields.Nested(item)),
            "next": fields.String(allow_none=True),
        },
        name=name,
    )


RequestsAnswer = page_of("Requests", RequestRowAnswer)
LegsAnswer = page_of("Legs", LegRowAnswer)
EventsAnswer = page_of("Events", EventAnswer)
EntitlementsAnswer = page_of("Entitlements", EntitlementAnswer)
ActsAnswer = page_of("Acts", ActAnswer)
