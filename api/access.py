"""`/api/v1/access-requests` and `/api/v1/entitlements`: asking for access, and answering."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeVar

from flask import Response, request

from api import access_schemas as s
from api.context import Stale, catalogue, json_answer, site
from api.datasets import next_link
from api.schemas import Anything, PagingQuery, StrictBlueprint
from api.sessions import takes, wanted_person
from catalogue.access.attachments import MOST_BYTES, download_headers
from catalogue.access.model import WITH_HOLDER, EntitlementState, LegState, RequestState
from catalogue.access.viewing import View
from catalogue.desk import Page, perform
from catalogue.desk.telling import (
    Names,
    attachment_json,
    entitlement_json,
    leg_row_json,
    persons_in,
    request_row_json,
    told_json,
    view_json,
)
from catalogue.errors import InvalidParameter, NotFound, Overtaken
from catalogue.people import Person
from catalogue.ports import EntitlementsWanted, LegsWanted

SECURED: list[dict[str, list[str]]] = [{"token": []}, {"session": []}]
UPLOAD = MOST_BYTES + 64 * 1024  # bytes of a body that brings a file
KEY, MATCH = "Idempotency-Key", "If-Match"
LONGEST_KEY = 200
MOST_DIGITS = 9  # of a version

Row = TypeVar("Row")

blueprint = StrictBlueprint(
    "access", __name__, url_prefix="/api/v1", description="Requests for access, and what is granted"
)

KEYS: list[dict[str, Any]] = [
    {
        "in": "header",
        "name": KEY,
        "schema": {"type": "string", "maxLength": LONGEST_KEY},
        "description": "makes it one act, however often it is sent",
    },
    {
        "in": "header",
        "name": MATCH,
        "schema": {"type": "string"},
        "description": "the ETag of the request as it was seen; 412 where it is another by now",
    },
]


def _changes(view: Callable[..., Any]) -> Callable[..., Any]:
    """Document what every route that changes a request takes and refuses."""
    view = blueprint.doc(security=SECURED, parameters=KEYS)(view)
    for status, why in _REFUSALS:
        view = blueprint.alt_response(status, description=why)(view)
    return view


_REFUSALS = (
    (403, "the role of who asks does not allow it"),
    (404, "there is no such request that who asks may see"),
    (409, "the state does not allow it, or `expected` is not the version now, which is told"),
    (412, "If-Match names another version than there is now, which is told"),
    (422, "a form is not complete (`errors` by field), or the key was used for something else"),
)

# --- lists ----------------------------------------------------------------------------------------


@blueprint.route("/access-requests")
@blueprint.arguments(s.RequestsQuery, location="query")
@blueprint.response(200, s.RequestsAnswer)
@blueprint.doc(security=SECURED)
def requests(given: dict[str, Any]) -> Response:
    """Requests that one made, works on, or that one's organisation made, the last changed first."""
    person, desk = wanted_person(), catalogue().desk
    states = [RequestState(one) for one in given["state"]]
    lists = desk.all if given["all"] else desk.mine
    page = lists(person, states=states, after=given.get("cursor"), limit=given["limit"])
    return _listed(page, request_row_json)


@blueprint.route("/access-requests/legs")
@blueprint.arguments(s.LegsQuery, location="query")
@blueprint.response(200, s.LegsAnswer)
@blueprint.doc(security=SECURED)
def legs(given: dict[str, Any]) -> Response:
    """What holders were asked for, for their staff and for auditors: what is due first comes first."""
    person, desk = wanted_person(), catalogue().desk
    wanted = legs_wanted(given, person, catalogue().clock())
    page = desk.legs(person, wanted, after=given.get("cursor"), limit=given["limit"])
    return _listed(page, leg_row_json)


@blueprint.route("/access-requests/numbers")
@blueprint.arguments(s.NumbersQuery, location="query")
@blueprint.response(200, Anything)
@blueprint.doc(security=SECURED)
def numbers(given: dict[str, Any]) -> Response:
    """How many legs are in each state, by holder: for its staff; all for stewards and auditors."""
    found = catalogue().desk.numbers(wanted_person(), given.get("holder"))
    told = {
        holder: {str(state): number for state, number in states.items()}
        for holder, states in found.items()
    }
    return json_answer({"holders": told})


# --- one request ----------------------------------------------------------------------------------


@blueprint.route("/access-requests", methods=["POST"])
@blueprint.arguments(s.StartBody)
@blueprint.response(201, s.RequestAnswer)
@_changes
def start(given: dict[str, Any]) -> Response:
    """Put records into a new draft; each holder's become a leg of it."""
    person = wanted_person()
    view = catalogue().desk.start(
        person,
        given["resources"],
        title=given["title"],
        answers=given["answers"],
        command_id=command_id(),
    )
    answer = _shown(view, person, 201)
    answer.headers["Location"] = f"{site()}/api/v1/access-requests/{view.id}"
    return answer


@blueprint.route("/access-requests/<request_id>")
@blueprint.response(200, s.RequestAnswer)
@blueprint.alt_response(404, description="there is none that who asks may see")
@blueprint.doc(security=SECURED)
def one_request(request_id: str) -> Response:
    """A request as far as one's role lets one see it; the ETag is for `If-Match`."""
    person = wanted_person()
    return _shown(catalogue().desk.view(person, request_id), person)


@blueprint.route("/access-requests/<request_id>/events")
@blueprint.arguments(PagingQuery, location="query")
@blueprint.response(200, s.EventsAnswer)
@blueprint.doc(security=SECURED)
def events(given: dict[str, Any], request_id: str) -> Response:
    """What happened to a request, as far as one may see it, the oldest first."""
    view = catalogue().desk.view(wanted_person(), request_id)
    names = Names(catalogue().journal.people)
    after = _whole("cursor", given.get("cursor"), 0) or 0
    rest = [one for one in view.history if one.version > after]
    page = rest[: given["limit"]]
    following = str(page[-1].version) if len(rest) > len(page) else None
    value = {
        "total": len(view.history),
        "items": [told_json(one, names) for one in page],
        "next": following,
    }
    return json_answer(value, link=next_link(following))


@blueprint.route("/access-requests/<request_id>/commands")
@blueprint.response(200, Anything)
@blueprint.doc(security=SECURED)
def commands(request_id: str) -> Response:
    """What one may do to a request now: the names of commands, by leg."""
    person, desk = wanted_person(), catalogue().desk
    view, possible = desk.view(person, request_id), desk.possible(person, request_id)
    told = {leg.id: possible[leg.id] for leg in view.legs}
    return json_answer({"version": view.version, "commands": told})


@blueprint.route("/access-requests/<request_id>/commands", methods=["POST"])
@blueprint.arguments(s.CommandBody)
@blueprint.response(200, s.RequestAnswer)
@blueprint.alt_response(201, schema=s.RequestAnswer, description="a copy was made")
@_changes
def command(given: dict[str, Any], request_id: str) -> Response:
    """Do one thing to a request, or to the leg that is named."""
    name, expected = given.pop("command"), given.pop("expected", None)
    return _done(request_id, name, given, expected)


@blueprint.route("/access-requests/<request_id>/submit", methods=["POST"])
@blueprint.arguments(s.LegBody)
@blueprint.response(200, s.RequestAnswer)
@_changes
def submit(given: dict[str, Any], request_id: str) -> Response:
    """Hand in every leg that waits to be, or the one that is named."""
    return _done(request_id, "submit", given, given.pop("expected", None))


@blueprint.route("/access-requests/<request_id>/withdraw", methods=["POST"])
@blueprint.arguments(s.WithdrawBody)
@blueprint.response(200, s.RequestAnswer)
@_changes
def withdraw(given: dict[str, Any], request_id: str) -> Response:
    """Take back every leg that can be, or the one that is named."""
    return _done(request_id, "withdraw", given, given.pop("expected", None))


@blueprint.route("/access-requests/<request_id>/answers", methods=["PUT"])
@blueprint.arguments(s.AnswersBody)
@blueprint.response(200, s.RequestAnswer)
@_changes
def answers(given: dict[str, Any], request_id: str) -> Response:
    """Save the shared answers, or those of the leg that is named; nothing is checked before submit."""
    return _done(request_id, "save-answers", given, given.pop("expected", None))


@blueprint.route("/access-requests/<request_id>/resources", methods=["POST"])
@blueprint.arguments(s.ResourceBody)
@blueprint.response(200, s.RequestAnswer)
@_changes
def add_resource(given: dict[str, Any], request_id: str) -> Response:
    """Ask for one record more."""
    return _done(request_id, "add-resource", given, given.pop("expected", None))


@blueprint.route("/access-requests/<request_id>/resources/<page_id>", methods=["DELETE"])
@blueprint.response(200, s.RequestAnswer)
@_changes
def remove_resource(request_id: str, page_id: str) -> Response:
    """Ask for one record less."""
    return _done(request_id, "remove-resource", {"page_id": page_id}, None)


# --- files ----------------------------------------------------------------------------------------


@blueprint.route("/access-requests/<request_id>/attachments")
@blueprint.response(200, Anything)
@blueprint.doc(security=SECURED)
def attachments(request_id: str) -> Response:
    """The files that came with a request, without their bytes."""
    view = catalogue().forms.seen(catalogue().desk.view(wanted_person(), request_id))
    items = [attachment_json(one) for one in view.attachments]
    return json_answer({"total": len(items), "items": items, "next": None})


_FILE = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "field"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "field": {"type": "string", "description": "the id of the form's field"},
                        "leg": {"type": "string"},
                        "expected": {"type": "integer"},
                    },
                }
            }
        },
    }
}


@blueprint.route("/access-requests/<request_id>/attachments", methods=["POST"])
@blueprint.response(201, s.RequestAnswer)
@blueprint.alt_response(413, description="it is too large")
@blueprint.doc(**_FILE)
@_changes
@takes(UPLOAD)
def attach(request_id: str) -> Response:
    """Add a file to an answer; what it is, is told from its content."""
    person = wanted_person()
    return _shown(stored_file(person, request_id), person, 201)


def stored_file(person: Person, request_id: str) -> View:
    """Store the file that a form brings: `file`, the `field` it answers, `leg`, `expected`.

    Raises: InvalidParameter; as `Desk.attach`.
    """
    request.max_content_length = UPLOAD
    file, given = request.files.get("file"), request.form
    if file is None or not file.filename:
        raise InvalidParameter("file", "choose a file")
    field = given.get("field", "")
    if not field:
        raise InvalidParameter("field", "name the field of the form that the file answers")
    expected = _whole("expected", given.get("expected") or None, None)
    with precondition():
        return catalogue().desk.attach(
            person,
            request_id,
            file.stream.read(),
            field=field,
            name=file.filename,
            leg=given.get("leg") or None,
            expected=expected_version(expected),
            command_id=command_id(),
        )


@blueprint.route("/access-requests/<request_id>/attachments/<attachment_id>")
@blueprint.response(200, content_type="application/octet-stream")
@blueprint.doc(security=SECURED)
def attachment(request_id: str, attachment_id: str) -> Response:
    """A file to be saved, never shown or run; not for auditors."""
    return download(wanted_person(), request_id, attachment_id)


def download(person: Person, request_id: str, attachment_id: str) -> Response:
    """The bytes of a file, as something to be saved. Raises: NotFound."""
    view = catalogue().forms.seen(catalogue().desk.view(person, request_id))
    seen = {one.id for one in view.attachments}
    seen |= {one.id for leg in view.legs for one in leg.attachments}
    if attachment_id not in seen:
        raise NotFound(f"there is no attachment {attachment_id[:80]!r} that you may read")
    found, body = catalogue().desk.attachment(person, request_id, attachment_id)
    return Response(body, headers=download_headers(found.name, found.media_type, found.size))


@blueprint.route("/access-requests/<request_id>/attachments/<attachment_id>", methods=["DELETE"])
@blueprint.response(200, s.RequestAnswer)
@_changes
def detach(request_id: str, attachment_id: str) -> Response:
    """Take a file away."""
    return _done(request_id, "detach", {"attachment": attachment_id}, None)


# --- entitlements ---------------------------------------------------------------------------------


@blueprint.route("/entitlements")
@blueprint.arguments(s.EntitlementsQuery, location="query")
@blueprint.response(200, s.EntitlementsAnswer)
@blueprint.doc(security=SECURED)
def entitlements(given: dict[str, Any]) -> Response:
    """Who may use what: one's own; of a holder for its staff, of an organisation for its members, all
    for auditors."""
    person, desk, now = wanted_person(), catalogue().desk, catalogue().clock()
    wanted = entitlements_wanted(given, now)
    page = desk.entitlements(person, wanted, after=given.get("cursor"), limit=given["limit"])
    return _listed(
        page, lambda one, names: entitlement_json(one, names) | {"in_force": one.in_force(now)}
    )


# --- what is wanted -------------------------------------------------------------------------------


def legs_wanted(given: dict[str, Any], person: Person, now: datetime) -> LegsWanted:
    """Which legs the filters ask for."""
    states: Sequence[LegState] = [LegState(one) for one in given["state"]]
    before: datetime | None = given.get("due")
    if given["overdue"]:
        states = [one for one in states or WITH_HOLDER if one in WITH_HOLDER] or list(WITH_HOLDER)
        before = now if before is None else min(before, now)
    assigned = given.get("assigned")
    return LegsWanted(
        holders=given.get("holder") or None,
        states=states,
        assigned=person.id if assigned == "me" else assigned,
        due_before=before,
    )


def entitlements_wanted(given: dict[str, Any], now: datetime) -> EntitlementsWanted:
    """Which entitlements the filters ask for."""
    return EntitlementsWanted(
        person=given.get("person"),
        organisation=given.get("organisation"),
        holders=given.get("holder") or None,
        page_id=given.get("page_id"),
        request=given.get("request"),
        states=[EntitlementState(one) for one in given["state"]],
        in_force=now if given["in_force"] else None,
    )


def command_id() -> str | None:
    """The key that makes it one act. Raises: InvalidParameter."""
    key = request.headers.get(KEY)
    if key is None:
        return None
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise InvalidParameter(KEY, f"1 to {LONGEST_KEY} printable ASCII characters")
    return key


def expected_version(given: int | None) -> int | None:
    """The version that who asks has seen: of `If-Match`, else the one given.

    Raises: InvalidParameter.
    """
    seen = seen_tag()
    return given if seen is None else _whole(MATCH, seen.split("-")[0], None)


def seen_tag() -> str | None:
    """The one tag that `If-Match` names; None where there is no such header, or any will do. Weak tags
    match nothing (RFC 9110, 13.1.1). Raises: InvalidParameter."""
    tags = request.if_match
    if MATCH not in request.headers or tags.star_tag:
        return None
    seen = tags.as_set()
    if len(seen) != 1:
        raise InvalidParameter(MATCH, "give the one ETag that was answered, as it was")
    return str(next(iter(seen)))


@contextmanager
def precondition() -> Iterator[None]:
    """What was overtaken is 412 where the version came as `If-Match`."""
    try:
        yield
    except Overtaken as error:
        if MATCH in request.headers:
            raise Stale(str(error), error.version) from error
        raise


def _done(request_id: str, name: str, values: dict[str, Any], expected: int | None) -> Response:
    person, desk = wanted_person(), catalogue().desk
    with precondition():
        view = perform(
            desk,
            person,
            request_id,
            name,
            values,
            expected=expected_version(expected),
            command_id=command_id(),
        )
    answer = _shown(view, person, 200 if view.id == request_id else 201)
    if view.id != request_id:
        answer.headers["Location"] = f"{site()}/api/v1/access-requests/{view.id}"
    return answer


def _shown(view: View, person: Person, status: int = 200) -> Response:
    """The request as JSON, with a tag that begins with its version."""
    names = Names(catalogue().journal.people)
    possible = catalogue().desk.possible(person, view.id)
    terms = catalogue().desk.terms(view)
    told = view_json(catalogue().forms.seen(view), possible, names, terms)
    answer = json_answer(told)
    answer.status_code = status
    digest = sha256(answer.get_data()).hexdigest()[:16]
    answer.set_etag(f"{view.version}-{digest}")
    return answer


def _listed(page: Page[Row], told: Callable[[Row, Names], dict[str, Any]]) -> Response:
    names = Names(catalogue().journal.people, persons_in(page.items))
    items = [told(one, names) for one in page.items]
    value = {"total": page.total, "items": items, "next": page.next}
    return json_answer(value, link=next_link(page.next))


def _whole(name: str, text: str | None, otherwise: int | None) -> int | None:
    """The whole number that a text is. Raises: InvalidParameter."""
    if text is None:
        return otherwise
    if not text.isascii() or not text.isdecimal() or len(text) > MOST_DIGITS:
        raise InvalidParameter(name, "it must be a whole number")
    return int(text)
