"""The pages of one's account, and, for administrators, of everybody's."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, redirect, render_template, request

import vocab
from api.context import catalogue, language
from api.pages import shell
from api.people import (
    DAYS,
    calendar_url,
    may_represent,
    organisations_for,
    readable_organisation,
    sees_all,
    wanted_keeper,
    wanted_representative,
)
from api.sessions import SESSION, asked, drop, wanted_person, wanted_role, wanted_session
from catalogue.errors import InvalidInput
from catalogue.people import (
    CATALOGUE_ROLES,
    GRANTED,
    HOLDER_ROLES,
    ORGANISATION_ROLES,
    Grant,
    OrganisationKind,
    PersonToken,
    Role,
    grant_of,
    language_of,
    organisation_of,
)
from vocab.languages import OFFICIAL

PAGE = 50  # persons on a page
NAMES = {
    "bg": "български", "cs": "čeština", "da": "dansk", "de": "Deutsch", "el": "ελληνικά", "en": "English",
    "es": "español", "et": "eesti", "fi": "suomi", "fr": "français", "ga": "Gaeilge", "hr": "hrvatski",
    "hu": "magyar", "it": "italiano", "lt": "lietuvių", "lv": "latviešu", "mt": "Malti", "nl": "Nederlands",
    "pl": "polski", "pt": "português", "ro": "română", "sk": "slovenčina", "sl": "slovenščina", "sv": "svenska",
}  # fmt: skip

blueprint = Blueprint("people_pages", __name__)


# --- one's account ---------------------------------------------------------------------------------


@blueprint.get("/account")
def account() -> str:
    """Who one is here: language, organisation, roles, sessions, tokens."""
    return _account()


def _account(fresh: PersonToken | None = None, secret: str = "") -> str:
    person, known, now = wanted_person(), catalogue().journal.people, catalogue().clock()
    tokens = known.tokens(person.id)
    more = {
        "one": person,
        "given": known.given(person.id),
        "places": _places([one.grant for one in known.given(person.id)]),
        "organisation": known.organisation(person.organisation) if person.organisation else None,
        "sessions": known.sessions(person.id, now),
        "own": asked().session,
        "tokens": tokens,
        "followed": any(one.calendar and not one.revoked and one.expires > now for one in tokens),
        "now": now,
        "languages": [(code, NAMES[code]) for code in OFFICIAL],
        "fresh": fresh,
        "secret": secret,
        "days": DAYS,
        "sees_all": sees_all(person),
    }
    return render_template("account.html", **shell("account", **more))


@blueprint.post("/account/language")
def choose_language() -> Response:
    """Set one's language; none where it is empty."""
    _session, person = wanted_session()
    asked_for = request.form.get("language", "")
    chosen = language_of(asked_for)
    if asked_for and chosen is None:
        raise InvalidInput("language: choose one of the list")
    catalogue().journal.people.speak(person.id, chosen, person.who)
    return _back("/account")


@blueprint.post("/account/tokens")
def make_token() -> Response:
    """Make a token, and show it this once."""
    _session, person = wanted_session()
    given = request.form
    roles = (
        None if given.get("all") else [Role(one) for one in given.getlist("role") if one in _ROLES]
    )
    made = catalogue().journal.people.create_token(
        person.id,
        person.who,
        catalogue().clock(),
        name=given.get("name", ""),
        days=given.get("days", DAYS, type=int),
        roles=roles,
    )
    answer = Response(_account(made.kept, made.token), 201, mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/account/calendar")
def make_calendar() -> Response:
    """Make the private link to one's calendar, and show it this once."""
    _session, person = wanted_session()
    made = catalogue().journal.people.create_calendar(person.id, person.who, catalogue().clock())
    answer = Response(_account(made.kept, calendar_url(made.token)), 201, mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/account/tokens/<token_id>/revoke")
def revoke_token(token_id: str) -> Response:
    """Let a token open nothing from now on."""
    _session, person = wanted_session()
    catalogue().journal.people.revoke_token(token_id, person.id, person.who)
    return _back("/account")


@blueprint.post("/account/sessions/<session_id>/end")
def end_session(session_id: str) -> Response:
    """End one of one's sessions."""
    _session, person = wanted_session()
    catalogue().journal.people.close_session(session_id, person.id, person.who)
    return _back("/account")


@blueprint.post("/account/sessions/end")
def end_sessions() -> Response:
    """Sign out everywhere, here too."""
    _session, person = wanted_session()
    catalogue().journal.people.close_sessions(person.id, person.who)
    answer = _back("/")
    drop(answer, SESSION)
    return answer


# --- everybody -------------------------------------------------------------------------------------


@blueprint.get("/people")
def people() -> str:
    """Everybody who has signed in; for administrators."""
    wanted_role(Role.ADMINISTRATOR)
    known, words = catalogue().journal.people, request.args.get("q", "")[:200]
    found = known.persons(after=request.args.get("cursor", ""), limit=PAGE + 1, words=words)
    more = {
        "found": found[:PAGE],
        "total": known.count(words),
        "words": words,
        "following": found[PAGE - 1].id if len(found) > PAGE else None,
        "organisations": {one.id: one.name for one in known.organisations()},
    }
    return render_template("people.html", **shell("people", **more))


@blueprint.get("/people/<person_id>")
def person(person_id: str) -> str:
    """One person: roles, and what may be done; for administrators."""
    wanted_role(Role.ADMINISTRATOR)
    known = catalogue().journal.people
    one, given = known.person(person_id), known.given(person_id)
    more = {
        "one": one,
        "given": given,
        "places": _places([each.grant for each in given]),
        "acts": catalogue().journal.audit.entries(limit=1000, subject=person_id)[-15:],
        "sessions": known.sessions(person_id, catalogue().clock()),
        "catalogue_roles": CATALOGUE_ROLES,
        "holder_roles": HOLDER_ROLES,
        "organisation_roles": ORGANISATION_ROLES,
        "nodes": catalogue().journal.nodes(),
        "organisations": known.organisations(),
    }
    return render_template("person.html", **shell("people", **more))


@blueprint.post("/people/<person_id>/grant")
def grant(person_id: str) -> Response:
    """Give a person a role; for administrators."""
    by = wanted_role(Role.ADMINISTRATOR)
    catalogue().journal.people.grant(person_id, _asked_grant(), by.who)
    return _back(f"/people/{person_id}")


@blueprint.post("/people/<person_id>/revoke")
def revoke(person_id: str) -> Response:
    """Take a role back; for administrators."""
    by = wanted_role(Role.ADMINISTRATOR)
    catalogue().journal.people.revoke(person_id, grant_of(request.form.get("grant", "")), by.who)
    return _back(f"/people/{person_id}")


@blueprint.post("/people/<person_id>/disable")
def disable(person_id: str) -> Response:
    """Disable a person; for administrators."""
    by = wanted_role(Role.ADMINISTRATOR)
    catalogue().journal.people.disable(person_id, by.who)
    return _back(f"/people/{person_id}")


@blueprint.post("/people/<person_id>/enable")
def enable(person_id: str) -> Response:
    """Enable a person; for administrators."""
    by = wanted_role(Role.ADMINISTRATOR)
    catalogue().journal.people.enable(person_id, by.who)
    return _back(f"/people/{person_id}")


# --- organisations ---------------------------------------------------------------------------------


@blueprint.get("/organisations")
def organisations() -> str:
    """The organisations that one may know of."""
    person = wanted_person()
    more = {
        "found": organisations_for(person),
        "kinds": list(OrganisationKind),
        "may_add": person.may(Role.ADMINISTRATOR) or person.may(Role.STEWARD),
    }
    return render_template("organisations.html", **shell("people", **more))


@blueprint.post("/organisations")
def add_organisation() -> Response:
    """Add an organisation; for administrators and stewards."""
    given = request.form
    by = wanted_keeper("")
    made = organisation_of(
        *(given.get(one, "").strip() for one in ("id", "name", "country", "kind"))
    )
    catalogue().journal.people.add_organisation(made, by.who)
    return _back(f"/organisations/{made.id}")


@blueprint.get("/organisations/<organisation_id>")
def organisation(organisation_id: str) -> str:
    """One organisation; its members, for those who may change them."""
    one, person = readable_organisation(organisation_id), wanted_person()
    may = may_represent(person, organisation_id)
    more = {
        "one": one,
        "country": vocab.label("country", one.country, language()),
        "kinds": list(OrganisationKind),
        "may_edit": may or person.may(Role.STEWARD),
        "may_add": may,
        "members": catalogue().journal.people.members(organisation_id) if may else [],
    }
    return render_template("organisation.html", **shell("people", **more))


@blueprint.post("/organisations/<organisation_id>")
def edit_organisation(organisation_id: str) -> Response:
    """Change what is told of an organisation."""
    by, given = wanted_keeper(organisation_id), request.form
    told = (given.get(one, "").strip() for one in ("name", "country", "kind"))
    catalogue().journal.people.edit_organisation(organisation_of(organisation_id, *told), by.who)
    return _back(f"/organisations/{organisation_id}")


@blueprint.post("/organisations/<organisation_id>/members")
def add_member(organisation_id: str) -> Response:
    """Make a person a member, by the id that their account's page shows."""
    by = wanted_representative(organisation_id)
    member = Grant(Role.MEMBER, organisation_id)
    catalogue().journal.people.grant(request.form.get("person", "").strip(), member, by.who)
    return _back(f"/organisations/{organisation_id}")


@blueprint.post("/organisations/<organisation_id>/members/<person_id>/end")
def let_member_go(organisation_id: str, person_id: str) -> Response:
    """End a membership."""
    by = wanted_representative(organisation_id)
    member = Grant(Role.MEMBER, organisation_id)
    catalogue().journal.people.revoke(person_id, member, by.who)
    return _back(f"/organisations/{organisation_id}")


_ROLES = frozenset(one.value for one in GRANTED)


def _asked_grant() -> Grant:
    """The grant that the form names: a role, with its scope where it has one."""
    given = request.form
    role, scope = given.get("role", ""), given.get("scope", "").strip()
    return grant_of(f"{role}:{scope}" if scope else role)


def _places(grants: list[Grant]) -> dict[str, str]:
    """The names of the nodes and organisations where roles are held, by grant."""
    nodes = {one.id: one.name for one in catalogue().journal.nodes()}
    organisations = {one.id: one.name for one in catalogue().journal.people.organisations()}
    known = {
        **dict.fromkeys(HOLDER_ROLES, nodes),
        **dict.fromkeys(ORGANISATION_ROLES, organisations),
    }
    return {
        str(one): known.get(one.role, {}).get(one.scope or "", one.scope or "the whole catalogue")
        for one in grants
    }


def _back(address: str) -> Response:
    return current_app.make_response(redirect(address, 303))
