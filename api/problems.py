"""Errors as answers: RFC 9457 problem details for programs, a page for people."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, render_template, request
from werkzeug.exceptions import HTTPException

from api.context import Gone, Stale, site
from api.limits import TooMany
from catalogue import errors
from catalogue.rdf.negotiation import accepted

MEDIA_TYPE = "application/problem+json"

# The one place where an error becomes a status; the first that fits.
STATUS: tuple[tuple[type[errors.CatalogueError], int], ...] = (
    (Gone, 410),
    (errors.NotFound, 404),
    (errors.Unauthenticated, 401),
    (errors.Forbidden, 403),
    (errors.AnotherBody, 422),
    (errors.InvalidAnswers, 422),
    (Stale, 412),
    (errors.Conflict, 409),
    (errors.InvalidQuery, 400),
    (errors.InvalidParameter, 400),
    (errors.UnreadableDocument, 422),
    (errors.InvalidInput, 400),
    (TooMany, 429),
    (errors.StorageFull, 507),
    (errors.Unavailable, 503),
    (errors.SourceError, 502),
    (errors.CatalogueError, 500),
)

# Members of a problem that an error carries.
MORE = (
    ("parameter", "name"),
    ("line", "line"),
    ("column", "column"),
    ("shape", "shape"),
    ("construct", "construct"),
    ("accepted_lines", "accepted_lines"),
    ("run", "run"),
    ("version", "version"),
)
CHALLENGE = 'Bearer realm="aicat"'

log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    """Answer every error of the application."""

    @app.errorhandler(errors.CatalogueError)
    def ours(error: errors.CatalogueError) -> Response:
        return answer_to(error)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Response:
        return _of_http(error)

    @app.errorhandler(Exception)
    def unforeseen(error: Exception) -> Response:
        log.exception("%s %s failed", request.method, request.path, exc_info=error)
        return problem(500, "Something went wrong on our side; it has been noted.")


def status_of(error: errors.CatalogueError) -> int:
    """The status that an error of ours is answered with."""
    if isinstance(error, errors.InvalidParameter) and error.name == "accept":
        return 406
    return next(code for kind, code in STATUS if isinstance(error, kind))


def answer_to(error: errors.CatalogueError) -> Response:
    """The answer that an error of ours is."""
    status = status_of(error)
    more = {
        name: value
        for name, attribute in MORE
        if (value := getattr(error, attribute, None)) is not None
    }
    if isinstance(error, errors.InvalidAnswers):
        more["errors"] = [
            {"field": one.field, "leg": one.leg, "detail": one.message} for one in error.faults
        ]
    if status == 500:
        log.error("%s %s: %s", request.method, request.path, error)
    made = problem(status, str(error), **more)
    if isinstance(error, errors.Unavailable | TooMany):
        made.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, errors.Unauthenticated):
        sent = "Authorization" in request.headers
        made.headers["WWW-Authenticate"] = CHALLENGE + (', error="invalid_token"' if sent else "")
    return made


def problem(status: int, detail: str, **more: Any) -> Response:
    """A problem as JSON, or as a page where the reader is a browser on a page's address."""
    title = HTTPStatus(status).phrase
    if wants_page():
        body = render_template(
            "problem.html", status=status, title=title, detail=detail, **_shell()
        )
        return Response(body, status=status, mimetype="text/html")
    value = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    value["instance"] = f"{site()}{request.path}"
    return Response(orjson.dumps(value), status=status, mimetype=MEDIA_TYPE)


def _of_http(error: HTTPException) -> Response:
    """The answer to what Flask and the schema of a request refuse."""
    status = error.code or 500
    faults = getattr(error, "data", {}) or {}
    if status == 422 and "messages" in faults:
        return _of_schema(faults["messages"])
    made = problem(status, error.description or HTTPStatus(status).phrase)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after", "www-authenticate", "location"}:
            made.headers[name] = value
    return made


def _of_schema(messages: dict[str, Any]) -> Response:
    """A parameter that its schema refuses: 400 naming it."""
    found = [
        (str(name), _text(said))
        for location in messages.values()
        for name, said in (location.items() if isinstance(location, dict) else ())
    ]
    name, said = found[0] if found else ("request", _text(messages))
    listed = [{"parameter": one, "detail": text} for one, text in found]
    return problem(400, f"{name}: {said}", parameter=name, errors=listed)


def _text(said: Any) -> str:
    if isinstance(said, dict):
        return "; ".join(_text(one) for one in said.values())
    if isinstance(said, list):
        return "; ".join(_text(one) for one in said)
    return str(said)


def wants_page() -> bool:
    """Whether who asks is a browser on a page's address."""
    if request.path.startswith(("/api/", "/metrics", "/catalog")):
        return False
    offered = (MEDIA_TYPE, "application/json", "text/html")
    return accepted(request.headers.get("Accept", ""), offered) == "text/html"


def _shell() -> dict[str, Any]:
    from api.pages import shell

    return shell(held=0)  # whatever fails, this page must not
