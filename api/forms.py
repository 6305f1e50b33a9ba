"""`/api/v1/forms`: what requests for access are asked, and who may change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response, request
from marshmallow import fields, validate

from api.context import catalogue, json_answer, site
from api.datasets import listed
from api.people import SECURED
from api.schemas import Anything, LanguageQuery, Listed, PagingQuery, StrictBlueprint
from api.sessions import wanted_person, wanted_role
from catalogue.access.fields import in_language
from catalogue.access.forms import told
from catalogue.errors import InvalidInput
from catalogue.people import Person, Role
from catalogue.ports import FormVersion

blueprint = StrictBlueprint(
    "forms", __name__, url_prefix="/api/v1", description="Forms of requests for access"
)

DOCUMENT = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}}},
    },
    "security": SECURED,
}


class FormsQuery(PagingQuery, LanguageQuery):
    pass


class FormQuery(LanguageQuery):
    version = fields.Integer(
        validate=validate.Range(1, 2**31 - 1),
        metadata={"description": "another than the one in use"},
    )


@blueprint.route("/forms")
@blueprint.arguments(FormsQuery, location="query")
@blueprint.response(200, Listed)
def form_list(given: dict[str, Any]) -> Response:
    """Every form by id, with the version in use."""
    lang = given["lang"]
    return listed([version_told(one, lang) for one in catalogue().journal.forms.listed()], given)


@blueprint.route("/forms", methods=["POST"])
@blueprint.response(201, Anything)
@blueprint.doc(**DOCUMENT)
def new_version() -> Response:
    """Keep a document as the next version of its form, and use it from now on.

    A steward or administrator may do so; for forms that only one holder's requests are asked
    (`applies.holder`), its handlers too. A document equal to what is in use changes nothing.
    """
    document = _document()
    applies = document.get("applies")
    holder = applies.get("holder") if isinstance(applies, Mapping) else None
    person, within = wanted_editor(holder)
    kept = catalogue().journal.forms.add(document, person.who, within=within)
    answer = json_answer(form_told(kept))
    answer.status_code = 201
    answer.headers["Location"] = f"{site()}/api/v1/forms/{kept.form.id}"
    return answer


@blueprint.route("/forms/<form_id>")
@blueprint.arguments(FormQuery, location="query")
@blueprint.response(200, Anything)
def one_form(given: dict[str, Any], form_id: str) -> Response:
    """A form whole: `form` is the document that a POST takes."""
    return json_answer(form_told(version_of(form_id, given.get("version"))))


@blueprint.route("/forms/<form_id>/retire", methods=["POST"])
@blueprint.response(200, Anything)
@blueprint.doc(security=SECURED)
def retire(form_id: str) -> Response:
    """Put what was brought of a form out of use, else what came with the catalogue."""
    wanted_person()
    store = catalogue().journal.forms
    holder = version_of(form_id, None).form.applies.holder
    person, within = wanted_editor(holder)
    left = store.retire(form_id, person.who, within=within)
    return json_answer({"id": form_id, "current": left and version_told(left, "en")})


def wanted_editor(holder: Any) -> tuple[Person, str | None]:
    """Who may change a form that is asked for what a holder has, or, where it is None, for everybody; and
    the holder to whose forms they are held.

    Raises: Unauthenticated; Forbidden, which the audit log is told of.
    """
    person = wanted_person()
    if person.may(Role.STEWARD) or person.may(Role.ADMINISTRATOR):
        return person, None
    if isinstance(holder, str) and person.may(Role.HANDLER, holder):
        return person, holder
    return wanted_role(Role.STEWARD), None


def version_of(form_id: str, version: int | None) -> FormVersion:
    """A version of a form; where none is named the one in use, or else the newest. Raises: NotFound."""
    store = catalogue().journal.forms
    every = store.versions(form_id)
    if version is None:
        return next((one for one in every if one.current), every[0])
    store.get(form_id, version)
    return next(one for one in every if one.form.version == version)


def version_told(one: FormVersion, lang: str) -> dict[str, Any]:
    """A version in a list, its title in a language."""
    applies = one.form.applies
    return {
        "id": one.form.id,
        "version": one.form.version,
        "title": in_language(one.form.title, lang),
        "part": one.form.part.value,
        "kinds": [*applies.kinds],
        "sectors": [*applies.sectors],
        "access": [*applies.access],
        "holder": applies.holder,
        "questions": sum(field.asks for field in one.form.fields),
        "built_in": one.built_in,
        "current": one.current,
        "digest": one.digest,
        "at": one.at,
        "retired": one.retired,
        "page": f"{site()}/forms/{one.form.id}",
    }


def form_told(one: FormVersion) -> dict[str, Any]:
    """A version whole."""
    return {**version_told(one, "en"), "form": told(one.form)}


def _document() -> Mapping[str, Any]:
    try:
        value = orjson.loads(request.get_data())
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"the body is no JSON: {error}") from error
    if not isinstance(value, Mapping):
        raise InvalidInput("the body is one form: a JSON object")
    return value
