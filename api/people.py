"""`/api/v1/me`, `/people` and `/organisations`: who one is, who there is, and in which roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response
from marshmallow import RAISE, Schema, fields, validate

from api.context import catalogue, json_answer, site
from api.datasets import listed, next_link
from api.schemas import Anything, Listed, ListQuery, PagingQuery, StrictBlueprint
from api.sessions import asked, csrf_token, refused, wanted_person, wanted_role, wanted_session
from catalogue.people import (
    HOLDER_ROLES,
    Given,
    Grant,
    Organisation,
    OrganisationKind,
    Person,
    PersonToken,
    Role,
    Session,
    grant_of,
    language_of,
    organisation_of,
)
from vocab.languages import OFFICIAL

SECURED: list[dict[str, list[str]]] = [{"token": []}, {"session": []}]
DAYS = 90  # that a token is good for where nothing else is said

blueprint = StrictBlueprint(
    "people", __name__, url_prefix="/api/v1", description="People, their roles and organisations"
)


class PeopleQuery(PagingQuery):
    q = fields.String(
        validate=validate.Length(max=200), metadata={"description": "part of a name or address"}
    )


class LanguageBody(Schema):
    class Meta:
        unknown = RAISE

    language = fields.String(
        required=True, allow_none=True, validate=validate.OneOf([*OFFICIAL, None])
    )


class DisabledBody(Schema):
    class Meta:
        unknown = RAISE

    disabled = fields.Boolean(required=True)


class TokenBody(Schema):
    class Meta:
        unknown = RAISE

    name = fields.String(required=True, validate=validate.Length(1, 100))
    days = fields.Integer(load_default=DAYS, validate=validate.Range(1, 365))
    roles = fields.List(
        fields.String(validate=validate.OneOf([one.value for one in Role])),
        load_default=None,
        allow_none=True,
        metadata={"description": "the only roles that it is good for; all of the person's if null"},
    )


class OrganisationBody(Schema):
    class Meta:
        unknown = RAISE

    name = fields.String(required=True, validate=validate.Length(1, 200))
    country = fields.String(required=True)
    kind = fields.String(
        required=True, validate=validate.OneOf([one.value for one in OrganisationKind])
    )


# --- oneself ---------------------------------------------------------------------------------------


@blueprint.route("/me")
@blueprint.response(200, Anything)
@blueprint.doc(security=SECURED)
def me() -> Response:
    """The person who asks, with their roles; with a session also what changes must send as
    `X-CSRF-Token`."""
    person, how = wanted_person(), asked()
    told = person_json(person)
    told["token"] = how.token.id if how.token else None
    told["csrf"] = csrf_token() if how.session else None
    return json_answer(told)


@blueprint.route("/me", methods=["PATCH"])
@blueprint.arguments(LanguageBody)
@blueprint.response(200, Anything)
@blueprint.doc(security=SECURED)
def change_me(given: dict[str, Any]) -> Response:
    """Choose the language of what one reads, or none: then it is the browser's."""
    person = wanted_person()
    language = language_of(given["language"] or "")
    changed = catalogue().journal.people.speak(person.id, language, person.who)
    return json_answer(person_json(changed))


@blueprint.route("/me/sessions")
@blueprint.arguments(ListQuery, location="query")
@blueprint.response(200, Listed)
@blueprint.doc(security=SECURED)
def my_sessions(given: dict[str, Any]) -> Response:
    """Where one is signed in, the last used first."""
    person, own = wanted_person(), asked().session
    found = catalogue().journal.people.sessions(person.id, catalogue().clock())
    return listed([session_json(one, own) for one in found], given)


@blueprint.route("/me/sessions", methods=["DELETE"])
@blueprint.response(204)
@blueprint.doc(security=SECURED)
def sign_out_everywhere() -> Response:
    """End all of one's sessions, this one too."""
    person = wanted_person()
    catalogue().journal.people.close_sessions(person.id, person.who)
    return Response(status=204)


@blueprint.route("/me/sessions/<session_id>", methods=["DELETE"])
@blueprint.response(204)
@blueprint.doc(security=SECURED)
def end_session(session_id: str) -> Response:
    """End one of one's sessions."""
    person = wanted_person()
    catalogue().journal.people.close_session(session_id, person.id, person.who)
    return Response(status=204)


@blueprint.route("/me/tokens")
@blueprint.arguments(ListQuery, location="query")
@blueprint.response(200, Listed)
@blueprint.doc(security=SECURED)
def my_tokens(given: dict[str, Any]) -> Response:
    """One's tokens, without their secrets, the newest first."""
    found = catalogue().journal.people.tokens(wanted_person().id)
    return listed([token_json(one) for one in found], given)


@blueprint.route("/me/tokens", methods=["POST"])
@blueprint.arguments(TokenBody)
@blueprint.response(201, Anything)
@blueprint.alt_response(403, description="a token makes no other; this takes a session")
@blueprint.doc(security=[{"session": []}])
def make_token(given: dict[str, Any]) -> Response:
    """Make a token for programs; `token` is told this once."""
    _session, person = wanted_session()
    made = catalogue().journal.people.create_token(
        person.id,
        person.who,
        catalogue().clock(),
        name=given["name"],
        days=given["days"],
        roles=None if given["roles"] is None else [Role(one) for one in given["roles"]],
    )
    answer = json_answer({**token_json(made.kept), "token": made.token})
    answer.status_code = 201
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.route("/me/calendar", methods=["POST"])
@blueprint.response(201, Anything)
@blueprint.alt_response(403, description="a token makes no other; this takes a session")
@blueprint.doc(security=[{"session": []}])
def make_calendar() -> Response:
    """Make a private link to one's calendar, in the place of the one before; `url` is told this once."""
    _session, person = wanted_session()
    made = catalogue().journal.people.create_calendar(person.id, person.who, catalogue().clock())
    answer = json_answer({**token_json(made.kept), "url": calendar_url(made.token)})
    answer.status_code = 201
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.route("/me/tokens/<token_id>", methods=["DELETE"])
@blueprint.response(200, Anything)
@blueprint.doc(security=SECURED)
def revoke_token(token_id: str) -> Response:
    """Let a token open nothing from now on."""
    person = wanted_person()
    revoked = catalogue().journal.people.revoke_token(token_id, person.id, person.who)
    return json_answer(token_json(revoked))


# --- people, for administrators --------------------------------------------------------------------


@blueprint.route("/people")
@blueprint.arguments(PeopleQuery, location="query")
@blueprint.response(200, Listed)
@blueprint.doc(security=SECURED)
def people(given: dict[str, Any]) -> Response:
    """Everybody who has signed in, by name; for administrators."""
    wanted_role(Role.ADMINISTRATOR)
    known, words, limit = catalogue().journal.people, given.get("q", ""), given["limit"]
    found = known.persons(after=given.get("cursor", ""), limit=limit + 1, words=words)
    page = found[:limit]
    following = page[-1].id if len(found) > limit else None
    value = {
        "total": known.count(words),
        "items": [person_json(one) for one in page],
        "next": following,
    }
    return json_answer(value, link=next_link(following))


@blueprint.route("/people/<person_id>")
@blueprint.response(200, Anything)
@blueprint.doc(security=SECURED)
def person(person_id: str) -> Response:
    """One person, with where each role comes from; for administrators."""
    wanted_role(Role.ADMINISTRATOR)
    return json_answer(person_told(person_id))


@blueprint.route("/people/<person_id>", methods=["PATCH"])
@blueprint.arguments(DisabledBody)
@blueprint.response(200, Anything)
@blueprint.alt_response(409, description="it is the last administrator")
@blueprint.doc(security=SECURED)
def set_disabled(given: dict[str, Any], person_id: str) -> Response:
    """Disable a person, who is out everywhere at once, or enable them; for administrators."""
    by, known = wanted_role(Role.ADMINISTRATOR), catalogue().journal.people
    (known.disable if given["disabled"] else known.enable)(person_id, by.who)
    return json_answer(person_told(person_id))


@blueprint.route("/people/<person_id>/grants/<grant>", methods=["PUT"])
@blueprint.response(200, Anything)
@blueprint.doc(security=SECURED)
def give(person_id: str, grant: str) -> Response:
    """Give a person a role: `steward`, `handler:node`, `member:organisation` …; for administrators."""
    by = wanted_role(Role.ADMINISTRATOR)
    catalogue().journal.people.grant(person_id, grant_of(grant), by.who)
    return json_answer(person_told(person_id))


@blueprint.route("/people/<person_id>/grants/<grant>", methods=["DELETE"])
@blueprint.response(200, Anything)
@blueprint.alt_response(409, description="it is the last administrator")
@blueprint.doc(security=SECURED)
def take(person_id: str, grant: str) -> Response:
    """Take a role back that a person granted; for administrators."""
    by = wanted_role(Role.ADMINISTRATOR)
    catalogue().journal.people.revoke(person_id, grant_of(grant), by.who)
    return json_answer(person_told(person_id))


# --- organisations ---------------------------------------------------------------------------------


@blueprint.route("/organisations")
@blueprint.arguments(ListQuery, location="query")
@blueprint.response(200, Listed)
@blueprint.doc(security=SECURED)
def organisations(given: dict[str, Any]) -> Response:
    """The organisations that people apply for: all of them for those who work for the catalogue or a
    holder, for others their own."""
    return listed([organisation_json(one) for one in organisations_for(wanted_person())], given)


@blueprint.route("/organisations/<organisation_id>")
@blueprint.response(200, Anything)
@blueprint.doc(security=SECURED)
def organisation(organisation_id: str) -> Response:
    """One organisation; its members, too, for those who may change them."""
    return json_answer(organisation_told(readable_organisation(organisation_id)))


@blueprint.route("/organisations/<organisation_id>", methods=["PUT"])
@blueprint.arguments(OrganisationBody)
@blueprint.response(200, Anything)
@blueprint.doc(security=SECURED)
def put_organisation(given: dict[str, Any], organisation_id: str) -> Response:
    """Add an organisation, or replace what is told of it; for administrators and stewards, and, of
    their own, representatives."""
    by, known = wanted_keeper(organisation_id), catalogue().journal.people
    told = organisation_of(organisation_id, given["name"], given["country"], given["kind"])
    fresh = all(one.id != organisation_id for one in known.organisations())
    (known.add_organisation if fresh else known.edit_organisation)(told, by.who)
    answer = json_answer(organisation_json(told))
    answer.status_code = 201 if fresh else 200
    return answer


@blueprint.route("/organisations/<organisation_id>/members/<person_id>", methods=["PUT"])
@blueprint.response(200, Anything)
@blueprint.doc(security=SECURED)
def add_member(organisation_id: str, person_id: str) -> Response:
    """Make a person a member; for administrators and the organisation's representatives."""
    by = wanted_representative(organisation_id)
    member = Grant(Role.MEMBER, organisation_id)
    catalogue().journal.people.grant(person_id, member, by.who)
    return json_answer(organisation_told(catalogue().journal.people.organisation(organisation_id)))


@blueprint.route("/organisations/<organisation_id>/members/<person_id>", methods=["DELETE"])
@blueprint.response(200, Anything)
@blueprint.doc(security=SECURED)
def let_member_go(organisation_id: str, person_id: str) -> Response:
    """End a membership; for administrators and the organisation's representatives."""
    by = wanted_representative(organisation_id)
    member = Grant(Role.MEMBER, organisation_id)
    catalogue().journal.people.revoke(person_id, member, by.who)
    return json_answer(organisation_told(catalogue().journal.people.organisation(organisation_id)))


# --- who may --------------------------------------------------------------------------------------


def wanted_keeper(organisation_id: str) -> Person:
    """Who asks, if they may change an organisation. Raises: NotSignedIn; Forbidden."""
    person = wanted_person()
    if not (person.may(Role.STEWARD) or may_represent(person, organisation_id)):
        raise refused(
            organisation_id, "this takes an administrator, a steward or its representative"
        )
    return person


def wanted_representative(organisation_id: str) -> Person:
    """Who asks, if they may change who belongs to it. Raises: NotSignedIn; Forbidden."""
    person = wanted_person()
    if not may_represent(person, organisation_id):
        raise refused(organisation_id, "this takes an administrator or its representative")
    return person


def may_represent(person: Person, organisation_id: str) -> bool:
    """Whether the person may change who belongs to the organisation."""
    return person.may(Role.ADMINISTRATOR) or person.may(Role.REPRESENTATIVE, organisation_id)


def organisations_for(person: Person) -> list[Organisation]:
    """The organisations that the person may know of, by id."""
    known = catalogue().journal.people.organisations()
    if sees_all(person):
        return known
    return [one for one in known if one.id == person.organisation]


def sees_all(person: Person) -> bool:
    """Whether the person works for the catalogue or a holder, who must know who applies."""
    roles = (Role.STEWARD, Role.AUDITOR, Role.ADMINISTRATOR, *HOLDER_ROLES)
    return any(person.may(role) for role in roles)


def readable_organisation(organisation_id: str) -> Organisation:
    """The organisation, if who asks may know of it. Raises: NotSignedIn; NotFound; Forbidden."""
    person = wanted_person()
    if not sees_all(person) and person.organisation != organisation_id:
        raise refused(organisation_id, "only its members may read this")
    return catalogue().journal.people.organisation(organisation_id)


# --- as JSON --------------------------------------------------------------------------------------


def person_json(one: Person) -> dict[str, Any]:
    """A person as JSON."""
    return {
        "id": one.id,
        "name": one.name,
        "email": one.email,
        "language": one.language,
        "organisation": one.organisation,
        "roles": [role.value for role in one.roles],
        "grants": [grant_json(grant) for grant in one.grants],
        "disabled": one.disabled,
        "issuer": one.issuer,
        "created": one.created,
        "last_sign_in": one.last_sign_in,
    }


def person_told(person_id: str) -> dict[str, Any]:
    """A person with where each role comes from. Raises: NotFound."""
    known = catalogue().journal.people
    given = known.given(person_id)
    return {**person_json(known.person(person_id)), "grants": [given_json(one) for one in given]}


def grant_json(grant: Grant) -> dict[str, Any]:
    """A grant as JSON."""
    return {"role": grant.role.value, "scope": grant.scope, "grant": str(grant)}


def given_json(given: Given) -> dict[str, Any]:
    """A grant with where it comes from."""
    more = {"origin": given.origin.value, "by": given.by, "at": given.at}
    return {**grant_json(given.grant), **more}


def session_json(session: Session, own: Session | None) -> dict[str, Any]:
    """A session without its secret; `current`: it is the one that asks."""
    return {
        "id": session.id,
        "created": session.created,
        "last_used": session.last_used,
        "ends": session.over_at,
        "agent": session.agent,
        "current": own is not None and own.id == session.id,
    }


def calendar_url(secret: str) -> str:
    """The address that a calendar program is given."""
    return f"{site()}/calendar/{secret}.ics"


def token_json(token: PersonToken) -> dict[str, Any]:
    """A token without its secret."""
    return {
        "id": token.id,
        "name": token.name,
        "roles": None if token.roles is None else [one.value for one in token.roles],
        "created": token.created,
        "expires": token.expires,
        "last_used": token.last_used,
        "revoked": token.revoked,
        "calendar": token.calendar,
    }


def organisation_json(one: Organisation) -> dict[str, Any]:
    """An organisation as JSON."""
    return {"id": one.id, "name": one.name, "country": one.country, "kind": one.kind.value}


def organisation_told(one: Organisation) -> dict[str, Any]:
    """An organisation, with its members for those who may change them."""
    told = organisation_json(one)
    if may_represent(wanted_person(), one.id):
        told["members"] = members_json(catalogue().journal.people.members(one.id), one.id)
    return told


def members_json(found: Sequence[Person], organisation_id: str) -> list[dict[str, Any]]:
    """Those who belong to an organisation; of each only what the others may know."""
    return [
        {
            "id": one.id,
            "name": one.name,
            "representative": one.may(Role.REPRESENTATIVE, organisation_id),
        }
        for one in found
    ]
