"""`/api/v1/validate`: what is wrong with a document, by the validator that records are judged with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast
from urllib.parse import urlsplit

import orjson
from flask import Flask, Response, current_app, request
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import UnsupportedMediaType

from api.context import catalogue, json_answer
from api.schemas import Answer, Names, StrictBlueprint
from catalogue.bootstrap import guarded_client
from catalogue.errors import FetchError, InvalidInput, InvalidParameter
from catalogue.harvest.checking import LARGEST, Checkers, Document, for_documents
from catalogue.rdf.formats import BY_MEDIA_TYPE
from catalogue.rdf.negotiation import accepted
from catalogue.rdf.serialize import MEDIA_TYPES, serialize
from catalogue.validate.documents import Validated
from catalogue.validate.names import SH
from catalogue.validate.profiles import DEFAULT, Profiles, named_files
from catalogue.validate.telling import spoken
from vocab.languages import OFFICIAL
from vocab.namespaces import PREFIXES

CHECKERS, PROFILES = "aicat-checkers", "aicat-profiles"
LONGEST_ADDRESS = 2048  # characters
MOST_PROFILES = 10
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_ADDRESS = {
    "schema": {
        "type": "object",
        "properties": {"url": {"type": "string", "format": "uri"}},
    }
}
_BODIES = {**dict.fromkeys(BY_MEDIA_TYPE, _BINARY), "application/json": _ADDRESS}

blueprint = StrictBlueprint(
    "validating", __name__, url_prefix="/api/v1", description="What is wrong with a document"
)


class ValidateQuery(Schema):
    profile = Names(
        load_default=lambda: [DEFAULT],
        metadata={"description": "profiles to judge by; repeatable", "example": [DEFAULT]},
    )
    lang = fields.String(
        load_default="en",
        validate=validate.OneOf(OFFICIAL),
        metadata={"description": "language of messages and hints"},
    )


class FoundFinding(Answer):
    record = fields.String(allow_none=True)
    focus = fields.String(allow_none=True)
    path = fields.String(allow_none=True)
    value = fields.String(allow_none=True)
    severity = fields.String()
    rule = fields.String()
    profile = fields.String()
    message = fields.String()
    hint = fields.String()


class Verdict(Answer):
    name = fields.String()
    conforms = fields.Boolean()


class Validation(Answer):
    total = fields.Integer()
    items = fields.List(fields.Nested(FoundFinding))
    next = fields.String(allow_none=True)
    records = fields.Integer()
    profiles = fields.List(fields.Nested(Verdict))
    notices = fields.List(fields.Dict())


def install(app: Flask, shapes: str) -> None:
    """Keep the processes that validate. Raises: SettingsError, InvalidShapes for the operator's files."""
    more = named_files(shapes)
    profiles = Profiles(more)
    profiles.check()
    app.extensions[PROFILES] = profiles.names
    app.extensions[CHECKERS] = Checkers(more)


@blueprint.route("/validate", methods=["POST"])
@blueprint.arguments(ValidateQuery, location="query")
@blueprint.response(200, Validation)
@blueprint.alt_response(400, description="a profile or an address that cannot be used")
@blueprint.alt_response(413, description="the body is too large")
@blueprint.alt_response(415, description="the body is of no media type that is read")
@blueprint.alt_response(422, description="the document cannot be read; `line` says where")
@blueprint.doc(requestBody={"required": True, "content": _BODIES})
def validate_document(given: dict[str, Any]) -> Response:
    """Judge a document, in the body as RDF of any listed media type or at an address as JSON
    `{"url": …}`. The answer is JSON, or SHACL's report as RDF by `Accept`. Nothing is stored."""
    offered = ("application/json", *MEDIA_TYPES.values())
    media_type = accepted(request.headers.get("Accept", ""), offered)
    if media_type is None:
        raise InvalidParameter("accept", f"the answer comes as {', '.join(offered)}")
    profiles = given["profile"] or [DEFAULT]
    found = judged(_sent(), profiles, given["lang"])
    if media_type == "application/json":
        return _varied(json_answer(as_json(found, profiles, given["lang"])))
    form = next(name for name, one in MEDIA_TYPES.items() if one == media_type)
    body = serialize(sorted(found.report), form, prefixes={**PREFIXES, "sh": SH})
    return _varied(Response(body, mimetype=media_type))


def judged(document: Document, profiles: Sequence[str], language: str) -> Validated:
    """A document judged by the named profiles.

    Raises: as `Checkers.validate`.
    """
    if len(profiles) > MOST_PROFILES:
        raise InvalidParameter("profile", f"at most {MOST_PROFILES} at once")
    checkers = cast(Checkers, current_app.extensions[CHECKERS])
    return checkers.validate(document, profiles, language)


def fetched(address: str) -> Document:
    """The document at an address that somebody names, through the guarded client.

    Raises: InvalidParameter for what is no address of the web or cannot be fetched.
    """
    if urlsplit(address).scheme not in {"http", "https"} or len(address) > LONGEST_ADDRESS:
        raise InvalidParameter("url", "write an address that begins with https:// or http://")
    try:
        answer = guarded_client(for_documents(catalogue().settings)).get(address)
    except FetchError as error:
        raise InvalidParameter("url", str(error)) from error
    return Document(answer.body, answer.media_type, answer.charset, answer.url)


def as_json(found: Validated, profiles: Sequence[str], lang: str) -> dict[str, Any]:
    """The answer: findings as a list, each profile's verdict, and what reading met."""
    return {
        "total": len(found.findings),
        "items": [one.as_json() for one in found.findings],
        "next": None,
        "records": found.records,
        "profiles": [
            {"name": name, "conforms": found.conforms(name)} for name in dict.fromkeys(profiles)
        ],
        "notices": [
            {
                "rule": one.rule,
                "severity": one.severity.value,
                "message": one.message,
                "value": one.value,
                "place": one.place,
            }
            for one in (spoken(each, lang) for each in (*found.shapes, *found.reading))
        ],
    }


def _sent() -> Document:
    media_type = request.mimetype
    if media_type not in BY_MEDIA_TYPE:
        raise UnsupportedMediaType(f"send one of {', '.join(BY_MEDIA_TYPE)}, not {media_type!r}")
    request.max_content_length = LARGEST
    body = request.get_data(cache=True)
    if media_type == "application/json":
        address = _address(body)
        if address is not None:
            return fetched(address)
    if not body:
        raise InvalidInput("the body is empty; send the document, or its address as JSON")
    return Document(body, media_type, request.mimetype_params.get("charset"))


def _address(body: bytes) -> str | None:
    """The address in `{"url": …}`; None for JSON-LD that is sent as plain JSON."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None  # what is wrong, and where, is the reader's to say
    if isinstance(value, dict) and "url" in value and not any(one[:1] == "@" for one in value):
        for one in value:
            if one != "url":
                raise InvalidParameter(one[:80], "is no member beside url; write it into the query")
        if not isinstance(value["url"], str):
            raise InvalidParameter("url", "must be a text")
        return value["url"]
    return None


def _varied(answer: Response) -> Response:
    answer.vary.add("Accept")
    return answer
