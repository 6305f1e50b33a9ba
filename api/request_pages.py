"""The pages of whoever asks for access: the basket, the forms, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, redirect, render_template, request
from marshmallow import EXCLUDE, ValidationError

from api import access_showing as showing
from api.access import UPLOAD, download, entitlements_wanted
from api.access_asking import elsewhere
from api.access_schemas import EntitlementsQuery
from api.acting import act, fresh_mark, once, whole
from api.answering import answers_of, more_of, shown, uploads_of
from api.context import catalogue, language
from api.pages import shell
from api.problems import status_of
from api.sessions import takes, wanted_person
from api.showing import said
from catalogue.access import commands as c
from catalogue.access.deciding import MOST_RESOURCES
from catalogue.access.fields import FieldType, Form
from catalogue.access.forms import Fault, kept, questions
from catalogue.access.model import GRANTED, LegState, RequestState
from catalogue.access.viewing import LegView, Sight, View
from catalogue.desk.filling import legs_forms, with_files, wrong
from catalogue.desk.resources import resource_of
from catalogue.desk.telling import Names, persons_in
from catalogue.errors import (
    CatalogueError,
    Conflict,
    InvalidAnswers,
    InvalidInput,
    InvalidParameter,
    NotFound,
)
from catalogue.people import Person

PAGE = 50  # requests on a page
DRAFTS = 20  # own drafts that something can be added to
EDITABLE = (LegState.DRAFT, LegState.RETURNED)
WAITING = (RequestState.RETURNED, RequestState.APPROVED)  # for the applicant

blueprint = Blueprint("request_pages", __name__)


@blueprint.app_context_processor
def words() -> dict[str, Any]:
    """What the pages of requests have at hand."""
    return {"words": showing, "fresh_mark": fresh_mark}


# --- my requests ----------------------------------------------------------------------------------


@blueprint.get("/requests")
def requests() -> str:
    """The requests that one made, works on, or that one's organisation made."""
    person, desk = wanted_person(), catalogue().desk
    states = [one for one in RequestState if one.value in request.args.getlist("state")]
    page = desk.mine(person, states=states, after=request.args.get("cursor"), limit=PAGE)
    waiting = desk.mine(person, states=WAITING, limit=PAGE)
    more = {
        "page": page,
        "waiting": waiting,
        "names": Names(catalogue().journal.people),
        "organisations": organisation_names(),
        "states": list(RequestState),
        "asked": states,
        "person": person,
        "following": following(page.next),
    }
    return render_template("requests.html", **shell("requests", **more))


@blueprint.get("/requests/new")
def choose() -> str:
    """What is to be asked for, and whether in a new request or in a draft of one's own."""
    person, desk = wanted_person(), catalogue().desk
    pages = list(dict.fromkeys(request.args.getlist("resource")))[:MOST_RESOURCES]
    resources, faults = [], []
    for one in pages:
        try:
            resources.append(resource_of(catalogue().journal, one, person))
        except (NotFound, Conflict, InvalidInput) as error:
            faults.append(str(error))
    drafts = desk.mine(person, states=[RequestState.DRAFT], limit=DRAFTS)
    more = {
        "resources": resources,
        "faults": faults,
        "drafts": [one for one in drafts.items if one.applicant == person.id],
        "holders": holder_names(),
        "external": _elsewhere(resources),
    }
    return render_template("request_new.html", **shell("requests", **more))


@blueprint.post("/requests/new")
def begin() -> Response:
    """Start a request, or add to a draft."""
    person, desk, given = wanted_person(), catalogue().desk, request.form
    pages = given.getlist("resource")[: MOST_RESOURCES + 1]
    into = given.get("into", "")
    if not pages:
        raise InvalidParameter(
            "resource", "choose what to ask for on the page of a dataset or an offer"
        )
    if not into:
        made = desk.start(person, pages, title=given.get("title", ""), command_id=once())
        return back(f"/requests/{made.id}")
    for one in pages:
        desk.add(person, into, one)
    return back(f"/requests/{into}")


# --- one request ----------------------------------------------------------------------------------


@blueprint.get("/requests/<request_id>")
def one_request(request_id: str) -> Any:
    """A request as one's role lets one see it; who works for a holder is led to their desk."""
    person = wanted_person()
    view = catalogue().desk.view(person, request_id)
    if view.sight is Sight.HOLDER:
        return back(f"/desk/{view.id}/{view.legs[0].id}")
    return _page(person, view)


@blueprint.post("/requests/<request_id>/act")
def do(request_id: str) -> Response:
    """Do one thing to a request."""
    person = wanted_person()
    try:
        view = act(person, request_id)
    except CatalogueError as error:
        return _refused(person, request_id, error)
    return back(f"/requests/{view.id}")


@blueprint.post("/requests/<request_id>/answers")
@takes(2 * UPLOAD)
def save(request_id: str) -> Response:
    """Save what was filled in; hand it in where that button was pressed."""
    request.max_content_length = 2 * UPLOAD
    person, sent = wanted_person(), request.form
    leg_id = sent.get("leg") or None
    try:
        view = _saved(person, catalogue().desk.view(person, request_id), leg_id)
    except CatalogueError as error:
        return _refused(person, request_id, error)
    if more_of(sent):
        return _answer(_page(person, view, more=more_of(sent)))
    if sent.get("then") != "submit":
        place = f"#form-{leg_id}" if leg_id else "#form"
        return back(f"/requests/{request_id}?saved=1{place}")
    try:
        catalogue().desk.act(person, request_id, c.Submit(), command_id=once())
    except InvalidAnswers as error:
        return _answer(_page(person, view, final=True), status_of(error))
    except CatalogueError as error:
        return _refused(person, request_id, error)
    return back(f"/requests/{request_id}")


@blueprint.get("/requests/<request_id>/attachments/<attachment_id>")
def attachment(request_id: str, attachment_id: str) -> Response:
    """A file to be saved, never shown or run; not for auditors."""
    return download(wanted_person(), request_id, attachment_id)


# --- entitlements ---------------------------------------------------------------------------------


@blueprint.get("/entitlements")
def entitlements() -> str:
    """What one may use; what a holder has given to whom, for its staff."""
    person, now = wanted_person(), catalogue().clock()
    names = {*request.args}
    sent = {one: request.args.getlist(one) for one in names & {"holder", "state"}}
    plain = {one: request.args[one] for one in names - {"holder", "state"} if request.args[one]}
    try:
        given = EntitlementsQuery(unknown=EXCLUDE).load({**plain, **sent, "limit": PAGE})
    except ValidationError as error:
        name, told = next(iter(error.messages_dict.items()))
        raise InvalidParameter(str(name), said(told)) from error
    wanted = entitlements_wanted(given, now)
    page = catalogue().desk.entitlements(person, wanted, after=given.get("cursor"), limit=PAGE)
    more = {
        "page": page,
        "asked": given,
        "now": now,
        "person": person,
        "nodes": holder_names(),
        "own_nodes": person.nodes,
        "names": Names(catalogue().journal.people, persons_in(page.items)),
        "organisations": organisation_names(),
        "following": following(page.next),
    }
    return render_template("entitlements.html", **shell("entitlements", **more))


# --- below ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PartForm:
    """Questions that are answered together: the shared ones, or those of one leg (`leg`)."""

    leg: str | None
    title: str
    shown: Any


def _page(
    person: Person,
    view: View,
    *,
    fault: str = "",
    final: bool = False,
    more: Sequence[str] = (),
) -> str:
    """The page of a request. `final`: what is missing is told, too."""
    lang = language()
    possible = catalogue().desk.possible(person, view.id)
    able = {one for names in possible.values() for one in names}
    available = catalogue().journal.forms.current()
    edited = [one for one in view.legs if "save-answers" in possible.get(one.id, ())]
    forms = _shared_forms(edited, available)
    files = {one.id: one.name for one in view.attachments}
    parts = [
        PartForm(
            leg.id,
            holder_names().get(leg.holder, leg.holder),
            _shown_part(view, leg.id, own, final=final, lang=lang, files=files, more=more),
        )
        for leg in edited
        if (own := legs_forms(leg, available).own)
    ]
    told = {
        "view": view,
        "possible": possible,
        "able": able,
        "parts": parts,
        "shared": _shown_part(view, None, forms, final=final, lang=lang, files=files, more=more),
        "editable": bool(edited),
        "may_submit": "submit" in able,
        "draft": all(leg.state is LegState.DRAFT for leg in view.legs),
        "answers": [] if edited else _read(view, available, lang),
        "files": files,
        "holders": holder_names(),
        "organisations": organisation_names(),
        "names": Names(catalogue().journal.people),
        "now": catalogue().clock(),
        "fault": fault,
        "saved": request.args.get("saved") == "1" and not fault,
        "person": person,
        "may_copy": view.sight is Sight.APPLICANT,
        "tasks": [] if view.sight is Sight.AUDITOR else _tasks(view),
    }
    return render_template("request.html", **shell("requests", **told))


def _shown_part(
    view: View,
    leg_id: str | None,
    forms: Sequence[Form],
    *,
    final: bool,
    lang: str,
    files: dict[str, str],
    more: Sequence[str],
) -> Any:
    answers, attached = _part(view, leg_id)
    faults: list[Fault] = wrong(forms, answers, attached, final=final, lang=lang)
    whole_answers = with_files(forms, answers, attached)
    return shown(forms, whole_answers, faults, lang, files, more=more)


def _part(view: View, leg_id: str | None) -> tuple[Any, list[Any]]:
    """The answers and files of the shared part, or of a leg."""
    files = [one for one in view.attachments if one.leg == leg_id]
    if leg_id is None:
        return view.answers, files
    return leg_of(view, leg_id).answers, files


def _shared_forms(legs: Iterable[LegView], available: Sequence[Form]) -> list[Form]:
    """The catalogue's forms that at least one of the legs needs, in their order."""
    needed = {one.id for leg in legs for one in legs_forms(leg, available).shared}
    order = legs_forms(_all_of(legs), available).shared
    return [one for one in order if one.id in needed]


def _all_of(legs: Iterable[LegView]) -> Any:
    """All that the legs ask for as one, to put their forms in order."""
    every = [leg for leg in legs if leg.external is None]
    resources = tuple(one for leg in every for one in leg.resources)
    return replace(every[0], holder="", resources=resources) if every else _Nothing()


@dataclass(frozen=True, slots=True)
class _Nothing:
    holder: str = ""
    resources: tuple[Any, ...] = ()
    external: None = None


def _read(view: View, available: Sequence[Form], lang: str) -> list[Any]:
    """What was answered, for reading."""
    found = showing.answered(
        _shared_forms(view.legs, available),
        with_files(_shared_forms(view.legs, available), *_part(view, None)),
        lang,
    )
    for leg in view.legs:
        own = legs_forms(leg, available).own
        found += showing.answered(own, with_files(own, *_part(view, leg.id)), lang)
    return found


def _saved(person: Person, view: View, leg_id: str | None) -> View:
    """Store answers, title and files of the posted part. Raises: as `Desk.act` and `Desk.attach`."""
    desk, available = catalogue().desk, catalogue().journal.forms.current()
    forms = _forms_of(person, view, leg_id, available)
    old, _files = _part(view, leg_id)
    answers = {**old, **answers_of(forms, request.form)}
    takes_files = {one.id for one in questions(forms) if one.type is FieldType.ATTACHMENT}
    wanted = {
        name: value
        for name, value in kept(forms, answers).answers.items()
        if name not in takes_files
    }
    title = request.form.get("title") if leg_id is None else None
    if wanted != dict(old) or (title is not None and title.strip() != view.title):
        command = c.SaveAnswers(wanted, leg_id, title)
        view = desk.act(
            person, view.id, command, expected=whole("expected"), command_id=_once("answers")
        )
    return _files_saved(person, view, leg_id, forms)


def _files_saved(person: Person, view: View, leg_id: str | None, forms: Sequence[Form]) -> View:
    desk, sent = catalogue().desk, request.form
    for one in view.attachments:
        name = f"a.{one.field}.kept"
        if one.leg == leg_id and name in sent and one.id not in sent.getlist(name):
            view = desk.act(person, view.id, c.Detach(one.id))
    for field, file in uploads_of(forms, request.files):
        view = desk.attach(
            person,
            view.id,
            file.stream.read(),
            field=field,
            name=file.filename or "file",
            leg=leg_id,
        )
    return view


def _forms_of(
    person: Person, view: View, leg_id: str | None, available: Sequence[Form]
) -> Sequence[Form]:
    if leg_id is not None:
        return legs_forms(leg_of(view, leg_id), available).own
    possible = catalogue().desk.possible(person, view.id)
    return _shared_forms(
        [one for one in view.legs if "save-answers" in possible.get(one.id, ())], available
    )


def _once(what: str) -> str | None:
    mark = once()
    return None if mark is None else f"{mark}-{what}"


def leg_of(view: View, leg_id: str) -> LegView:
    """Raises: NotFound."""
    found = next((one for one in view.legs if one.id == leg_id), None)
    if found is None:
        raise NotFound(f"request {view.id} has no leg {leg_id[:80]!r} that you may see")
    return found


def _refused(person: Person, request_id: str, error: CatalogueError) -> Response:
    """The page once more, with what was wrong; the error itself where there is no page to show."""
    status = status_of(error)
    if status in {401, 404, 503, 507}:
        raise error
    view = catalogue().desk.view(person, request_id)
    return _answer(_page(person, view, fault=str(error)), status)


def _tasks(view: View) -> list[tuple[LegView, str]]:
    """What waits for the applicant's side, leg by leg."""
    found = []
    for leg in view.legs:
        if leg.state is LegState.RETURNED:
            found.append((leg, "answer"))
        elif leg.state in GRANTED and leg.terms_accepted is None:
            found.append((leg, "accept"))
        elif leg.state is LegState.REFERRED:
            found.append((leg, "elsewhere"))
    return found


def _elsewhere(resources: Iterable[Any]) -> list[tuple[Any, str]]:
    """Those of the resources whose holder decides by its own procedure, with where that is."""
    found = ((one, elsewhere(one.holder, one.type, one.service)) for one in resources)
    return [(one, link) for one, link in found if link]


def holder_names() -> dict[str, str]:
    """The names of the members of the federation, by id."""
    return {one.id: one.name for one in catalogue().journal.nodes()}


def organisation_names() -> dict[str, str]:
    """The names of organisations, by id."""
    return {one.id: one.name for one in catalogue().journal.people.organisations()}


def following(cursor: str | None) -> str | None:
    """The address of the next page: this one with another cursor."""
    if cursor is None:
        return None
    pairs = [(name, one) for name, one in request.args.items(multi=True) if name != "cursor"]
    return f"{request.path}?{urlencode([*pairs, ('cursor', cursor)])}"


def back(address: str) -> Response:
    """Go on with a page of ours."""
    return current_app.make_response(redirect(address, 303))


def _answer(body: str, status: int = 200) -> Response:
    return Response(body, status=status, mimetype="text/html")
