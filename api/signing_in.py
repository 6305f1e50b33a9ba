"""The pages where people sign in and out: at the identity provider, or with a local account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from flask import Blueprint, Flask, Response, current_app, redirect, render_template, request

from api import local_accounts
from api.context import catalogue
from api.keys import note_refusal
from api.limits import Limiter, TooMany
from api.pages import shell
from api.sessions import (
    FORM,
    SESSION,
    SIGN_IN,
    asked,
    cookie_name,
    drop,
    form,
    keep,
    local,
    wanted_session,
)
from catalogue.errors import CatalogueError, InvalidInput, NotFound
from catalogue.oidc import Provider
from catalogue.oidc.claims import identity_of
from catalogue.people import GRANTED, Person
from catalogue.people import SIGN_IN as MOST_TIME

ATTEMPTS = 60  # sign-ins a minute for each address
EXTENSION = "aicat-sign-ins"

blueprint = Blueprint("signing_in", __name__)


def install(app: Flask) -> None:
    """Count attempts to sign in, by address."""
    app.extensions[EXTENSION] = Limiter(ATTEMPTS)


@blueprint.get("/sign-in")
def sign_in() -> str:
    """The ways to sign in; `next` is where to go on to."""
    here = catalogue()
    more: dict[str, Any] = {
        "following": local(request.args.get("next"), "/account"),
        "provider": here.identity,
        "accounts": [],
        "made": [],
        "nodes": here.journal.nodes(),
        "roles": GRANTED,
        "organisations": here.journal.people.organisations(),
    }
    if here.settings.dev_login:
        more["accounts"] = local_accounts.accounts(more["nodes"])
        more["made"] = local_accounts.made(here.journal.people)
        more["dev"] = True
    return render_template("sign_in.html", **shell("sign-in", **more))


@blueprint.get("/sign-in/start")
def start() -> Response:
    """Lead the browser to the identity provider."""
    provider = _provider()
    following = local(request.args.get("next"), "/account")
    with _attempt(provider.registration.issuer):
        address, begun = provider.begin(following)
        token = catalogue().journal.people.begin_sign_in(begun, catalogue().clock())
    answer = _to(address)
    keep(answer, SIGN_IN, token, int(MOST_TIME.total_seconds()))
    return answer


@blueprint.get("/sign-in/callback")
def callback() -> Response:
    """The identity provider's answer: judge it, and sign the person in."""
    provider, here = _provider(), catalogue()
    issuer = provider.registration.issuer
    with _attempt(issuer):
        begun = here.journal.people.take_sign_in(
            request.cookies.get(cookie_name(SIGN_IN), ""), here.clock()
        )
        shown = provider.finish(begun, _answered())
        identity = identity_of(issuer, shown.claims)
        grants = provider.meaning.grants(shown.claims)
        person = here.journal.people.admit(identity, grants, here.clock())
        answer = _signed_in(person, begun.next, shown.id_token)
    drop(answer, SIGN_IN)
    return answer


@blueprint.post("/sign-in/local")
@form
def local_sign_in() -> Response:
    """Sign in with a local account, or make another and sign in with it."""
    here, given = catalogue(), request.form
    if not here.settings.dev_login:
        raise NotFound("there are no local accounts here")
    with _attempt("local"):
        people, nodes, now = here.journal.people, here.journal.nodes(), here.clock()
        if "account" in given:
            person = local_accounts.enter(people, given["account"], nodes, now)
        else:
            person = local_accounts.make(
                people,
                given.get("name", ""),
                given.getlist("role"),
                given.getlist("node"),
                given.get("organisation", ""),
                now,
            )
        return _signed_in(person, local(given.get("next"), "/account"), None)


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End this session; tell where to sign out at the identity provider, too."""
    session, person = wanted_session()
    here = catalogue()
    with suppress(NotFound):  # it was ended elsewhere at the same moment
        here.journal.people.close_session(session.id, person.id, person.who)
    provider = here.identity
    theirs = provider is not None and provider.registration.issuer == person.issuer
    address = provider.sign_out_address(session.id_token) if provider and theirs else None
    body = render_template(
        "signed_out.html", **{**shell("sign-in"), "signed_in": _nobody, "address": address}
    )
    answer = Response(body, mimetype="text/html")
    answer.headers["Cache-Control"] = "no-store"
    drop(answer, SESSION)
    return answer


def _nobody() -> None:
    return None


def _provider() -> Provider:
    provider = catalogue().identity
    if provider is None:
        raise NotFound("no identity provider is set here; see AICAT_OIDC_ISSUER")
    return provider


def _answered() -> dict[str, str]:
    """The parameters of the answer. Raises: InvalidInput where one is there twice (RFC 6749, 3.1)."""
    for name in request.args:
        if len(request.args.getlist(name)) > 1:
            raise InvalidInput(f"{name[:40]!r} is there twice; begin the sign-in again")
    return request.args.to_dict()


@contextmanager
def _attempt(issuer: str) -> Iterator[None]:
    """Count an attempt; note it in the audit log where it is refused.

    Raises: TooMany, and what the attempt raises.
    """
    limiter: Limiter = current_app.extensions[EXTENSION]
    address = request.remote_addr or "unknown"
    wait = limiter.take(address, catalogue().clock().timestamp())
    if wait:
        raise TooMany("to sign in from this address", wait)
    try:
        yield
    except CatalogueError as error:
        note_refusal(f"address:{address}", "sign-in.refused", issuer, str(error))
        raise


def _signed_in(person: Person, following: str, id_token: str | None) -> Response:
    """A new session, in the place of the one that this browser had, if any."""
    here, old = catalogue(), asked()
    agent = request.headers.get("User-Agent", "")
    made = here.journal.people.open_session(person.id, here.clock(), agent=agent, id_token=id_token)
    if old.session is not None and old.person is not None:
        with suppress(NotFound):
            here.journal.people.close_session(old.session.id, old.person.id, old.person.who)
    answer = _to(following)
    keep(answer, SESSION, made.token)
    drop(answer, FORM)
    return answer


def _to(address: str) -> Response:
    answer = current_app.make_response(redirect(address, 303))
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"  # the address before holds a code
    return answer
