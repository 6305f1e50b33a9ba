"""Who is signed in, by a session's cookie or a token, and what keeps others from acting in their name."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlsplit

from flask import Flask, Response, current_app, g, has_request_context, redirect, request
from markupsafe import Markup

from api import problems
from api.context import catalogue
from api.keys import note_refusal
from catalogue.errors import Forbidden, Unauthenticated
from catalogue.people import LOCAL, Grant, Person, PersonToken, Role, Session
from catalogue.settings import LOOPBACK, Settings

SESSION, FORM, SIGN_IN = "aicat-session", "aicat-form", "aicat-sign-in"
TOKEN = "aicatp_"  # noqa: S105 how a person's token begins
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
READS = (
    "/sparql",
    "/api/3/",
    "/api/action/",
    "/validate",
    "/api/v1/validate",
)  # whose POST changes nothing
FIELD, HEADER = "csrf", "X-CSRF-Token"
LONGEST = 2000  # characters of an address to go on to

View = TypeVar("View", bound=Callable[..., Any])

log = logging.getLogger(__name__)


class NotSignedIn(Unauthenticated):
    """Nobody is signed in; a browser is led to where they can."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks: nobody, or a person by a session (`secret` is what its cookie holds) or by a token."""

    person: Person | None = None
    session: Session | None = None
    token: PersonToken | None = None
    secret: str = ""


NOBODY = Asked()


def install(app: Flask) -> None:
    """Look at tokens of persons, guard what a session may change, and keep caches apart."""

    @app.before_request
    def guard() -> None:
        token = bearer()
        if token is not None and token.startswith(TOKEN):
            asked()
        elif token is None and request.method not in SAFE:
            _guard_forms()

    @app.after_request
    def keep_apart(answer: Response) -> Response:
        return _finished(answer)

    @app.errorhandler(NotSignedIn)
    def sign_in_first(error: NotSignedIn) -> Any:
        if request.method == "GET" and problems.wants_page():
            back = request.full_path if request.query_string else request.path
            return redirect(f"/sign-in?next={quote(local(back), safe='/')}", 303)
        return problems.answer_to(error)

    app.jinja_env.globals.update(signed_in=whoever, csrf_field=csrf_field)


# --- who asks --------------------------------------------------------------------------------------


def asked() -> Asked:
    """Who asks. Raises: Unauthenticated where a token was sent that opens nothing; it is audited."""
    g.depends_on_cookie = True
    if "asked" not in g:
        g.asked = NOBODY  # where finding out fails, it is nobody from then on
        token = bearer()
        if token is None:
            g.asked = _by_cookie()
        elif token.startswith(TOKEN):
            g.asked = _by_token(token)
    found: Asked = g.asked
    return found


def signed_in() -> Person | None:
    """The person who asks; None for nobody, and for a node's key."""
    return asked().person if has_request_context() else None


def whoever() -> Person | None:
    """As `signed_in`, for pages that must be shown whatever fails."""
    try:
        return signed_in()
    except Exception as error:  # an error's own page would fail by the same fault again
        log.warning("who asks cannot be told: %s", error)
        return None


def wanted_person() -> Person:
    """The person who asks. Raises: NotSignedIn."""
    person = signed_in()
    if person is None:
        raise NotSignedIn("sign in first; programs send Authorization: Bearer aicatp_…")
    return person


def wanted_role(role: Role, scope: str | None = None) -> Person:
    """The person who asks, if they have the role (there, where a scope is named).

    Raises: NotSignedIn; Forbidden, which is audited.
    """
    person = wanted_person()
    if not person.may(role, scope):
        raise refused(str(Grant(role, scope)), f"this takes the role {Grant(role, scope)}")
    return person


def wanted_session() -> tuple[Session, Person]:
    """The session of who asks: for what a token must not do, such as making another.
    Raises: NotSignedIn; Forbidden."""
    person, session = wanted_person(), asked().session
    if session is None:
        raise refused("session", "a token may not do this; sign in")
    return session, person


def refused(subject: str, why: str) -> Forbidden:
    """Note in the audit log that who asks was refused; the error to raise."""
    person = whoever()
    who = person.who if person else f"address:{request.remote_addr or 'unknown'}"
    note_refusal(who, "access.refused", subject, why)
    return Forbidden(why)


def bearer() -> str | None:
    """What the request sends as `Authorization`, without its scheme; None for nothing, and for a
    password that a proxy in front of us may have asked for."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return None if scheme.lower() in {"", "basic"} else token.strip()


def by_secret(
    find: Callable[[str, datetime], tuple[PersonToken, Person]],
    secret: str,
    path: str | None = None,
) -> tuple[PersonToken, Person]:
    """The token of a secret, and whose it is. Raises: Unauthenticated, which is audited; with the `path`
    where the request's own would tell the secret."""
    try:
        found, person = find(secret, catalogue().clock())
        if is_shut(person):
            raise Unauthenticated("local accounts are off here", found.id)
    except Unauthenticated as error:
        who = f"address:{request.remote_addr or 'unknown'}"
        note_refusal(who, "token.refused", error.key or "unknown", str(error), path)
        raise
    return found, person


def _by_token(token: str) -> Asked:
    found, person = by_secret(catalogue().journal.people.token, token)
    return Asked(person, token=found)


def _by_cookie() -> Asked:
    secret = request.cookies.get(cookie_name(SESSION), "")
    if not secret:
        return NOBODY
    try:
        session, person = catalogue().journal.people.session(secret, catalogue().clock())
    except Unauthenticated:
        return NOBODY
    return NOBODY if is_shut(person) else Asked(person, session, secret=secret)


def is_shut(person: Person) -> bool:
    """Whether it is a local account, and those are off."""
    return person.issuer == LOCAL and not catalogue().settings.dev_login


# --- forms -----------------------------------------------------------------------------------------


def form(view: View) -> View:
    """Mark a view whose form is sent by people who need not be signed in: it is guarded all the same."""
    view.is_form = True  # type: ignore[attr-defined]
    return view


def takes(size: int) -> Callable[[View], View]:
    """Mark a view whose form may be so many bytes long."""

    def marked(view: View) -> View:
        view.largest_body = size  # type: ignore[attr-defined]
        return view

    return marked


def csrf_token() -> str:
    """What a form or a script must send with what it changes: of this session, or of this browser where
    nobody is signed in, which then gets a cookie."""
    secret = asked().secret
    if secret:
        return _derived(secret)
    if "form_secret" not in g:
        given = request.cookies.get(cookie_name(FORM), "")
        g.form_secret = given or secrets.token_urlsafe(32)
        g.form_is_new = not given
    g.holds_form = True
    return _derived(g.form_secret)


def csrf_field() -> Markup:
    """The hidden field that every form with `method="post"` holds."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token())


def _derived(secret: str) -> str:
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def _guard_forms() -> None:
    """Raises: Forbidden where a browser is made to send what its person did not."""
    view = current_app.view_functions.get(request.endpoint or "")
    known = request.cookies.get(cookie_name(SESSION)) and not request.path.startswith(READS)
    if view is None or not (known or getattr(view, "is_form", False)):
        return
    if not _from_here():
        raise _forged("it comes from another site")
    request.max_content_length = getattr(view, "largest_body", request.max_content_length)
    secret = asked().secret or request.cookies.get(cookie_name(FORM), "")
    sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
    expected = _derived(secret)
    if not secret or not hmac.compare_digest(sent.encode(), expected.encode()):
        raise _forged("its token is missing or of another session")


def _forged(why: str) -> Forbidden:
    person = whoever()
    who = person.who if person else f"address:{request.remote_addr or 'unknown'}"
    note_refusal(who, "csrf.refused", request.path[:200], why)
    return Forbidden(f"this was not done: {why}; open the page again and repeat it")


def _from_here() -> bool:
    """Whether a page of ours sends this, as far as the browser tells."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    return origin is None or origin.lower() in own_origins(catalogue().settings)


def own_origins(settings: Settings) -> set[str]:
    """The origins that our pages have: one, or on loopback one for each name that it has."""
    parts = urlsplit(settings.site)
    own = {f"{parts.scheme}://{parts.netloc}".lower()}
    if settings.on_loopback:
        port = f":{parts.port}" if parts.port else ""
        names = ("[::1]" if one == "::1" else one for one in LOOPBACK)
        own |= {f"{parts.scheme}://{name}{port}" for name in names}
    return own


# --- addresses and cookies -------------------------------------------------------------------------


def local(address: str | None, otherwise: str = "/") -> str:
    """The address, if it is one of ours to go on to; else the other. It begins with one slash and holds
    neither a backslash nor a control character, however often it is unpacked."""
    text = address or ""
    seen = text
    for _time in range(4):
        plain = seen.isprintable() and "\\" not in seen
        if not (seen.startswith("/") and not seen.startswith("//") and plain):
            return otherwise
        seen = unquote(seen)
    return text if len(text) <= LONGEST and text.isascii() and " " not in text else otherwise


def is_secure() -> bool:
    """Whether browsers reach us by https only."""
    return catalogue().settings.site.startswith("https://")


def cookie_name(name: str) -> str:
    """The name of a cookie; by https browsers then take it from this very host only (RFC 6265bis)."""
    return f"__Host-{name}" if is_secure() else name


def keep(answer: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Give the browser a cookie that scripts cannot read and that other sites' forms do not send."""
    answer.set_cookie(
        cookie_name(name),
        value,
        max_age=seconds,
        path="/",
        secure=is_secure(),
        httponly=True,
        samesite="Lax",
    )


def drop(answer: Response, name: str) -> None:
    """Take a cookie back."""
    answer.delete_cookie(
        cookie_name(name), path="/", secure=is_secure(), httponly=True, samesite="Lax"
    )


def _finished(answer: Response) -> Response:
    if g.get("depends_on_cookie"):
        answer.vary.add("Cookie")
        if request.cookies.get(cookie_name(SESSION)):
            answer.headers.setdefault("Cache-Control", "private, no-cache")
    if g.get("holds_form"):
        answer.headers["Cache-Control"] = "no-store"
        if g.get("form_is_new"):
            keep(answer, FORM, g.form_secret)
    return answer
