"""`/api/3/action/*`: CKAN's action API, version 3, for reading, as CKAN 2.11 answers it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

import orjson
from flask import Blueprint, Response, request

from api.ckan_actions import ACTIONS
from api.ckan_parameters import Invalid, Parameters
from api.context import site
from api.limits import TooMany
from api.problems import STATUS
from catalogue import errors

# CKAN's names for what went wrong, and the beginning of its message.
_KINDS: dict[int, tuple[str, str]] = {
    400: ("Search Query Error", "Search Query is invalid: "),
    403: ("Authorization Error", "Access denied: "),
    404: ("Not Found Error", "Not found: "),
    410: ("Not Found Error", "Not found: "),
    503: ("Search Index Error", "Unavailable: "),
}
_WRITING = re.compile(
    r"(?:\w+_(?:create|update|patch|delete|purge|reorder|upsert|invite|revise|generate_key|revoke)"
    r"|(?:bulk|follow|unfollow|member|send)_\w+|config_option_\w+|job_\w+|user_\w+|task_\w+)\Z"
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}\Z")

blueprint = Blueprint("ckan", __name__)


class UnknownAction(errors.InvalidInput):
    """There is no action of the name."""


class OnlyReading(errors.InvalidInput):
    """An action of CKAN's that writes, or that is about accounts."""


class UnreadableRequest(errors.InvalidInput):
    """The body of a request is not what its media type says."""


@blueprint.get("/api/3")
def version() -> Response:
    """The version of the API."""
    return _json(200, {"version": 3})


@blueprint.route("/api/3/action/<name>", methods=["GET", "POST"])
@blueprint.route("/api/action/<name>", methods=["GET", "POST"])
def action(name: str) -> Response:
    """Carry out an action; its parameters come in the address, as a form or as JSON."""
    found = ACTIONS.get(name)
    if found is None:
        raise _unknown(name)
    answer = _json(200, {"help": _help(name), "success": True, "result": found(_given())})
    answer.vary.add("Accept-Language")
    return answer


@blueprint.errorhandler(errors.CatalogueError)
def failed(error: errors.CatalogueError) -> Response:
    """An error in CKAN's envelope, with the status that CKAN gives it."""
    status, told = _told(error)
    name = str((request.view_args or {}).get("name", ""))
    value = {"help": _help(name), "success": False, "error": told}
    answer = _json(status, value)
    if isinstance(error, errors.Unavailable | TooMany):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _told(error: errors.CatalogueError) -> tuple[int, dict[str, Any]]:
    """The status of an error and what is said of it."""
    text = str(error)
    if isinstance(error, Invalid):
        return 409, {"__type": "Validation Error", error.name: [error.told], "message": text}
    if isinstance(error, OnlyReading):
        return 403, {"__type": _KINDS[403][0], "message": _KINDS[403][1] + text}
    if isinstance(error, UnknownAction | UnreadableRequest):
        return 400, {"__type": "Bad Request", "message": f"Bad request - {text}"}
    status = next(code for kind, code in STATUS if isinstance(error, kind))
    kind, start = _KINDS.get(status, (type(error).__name__, ""))
    return (404 if status == 410 else status), {"__type": kind, "message": start + text}


def _unknown(name: str) -> errors.CatalogueError:
    if _WRITING.match(name):
        return OnlyReading(f"{name[:60]} is not for this door, which only reads")
    return UnknownAction(
        f"Action name not known: {name[:60]}; there are {', '.join(sorted(ACTIONS))}"
    )


def _help(name: str) -> str:
    shown = name if _NAME.match(name) else ""
    return f"{site()}/api/3/action/help_show?name={shown}"


def _given() -> Parameters:
    """The parameters of the request: those of the address, and over them those of the body."""
    given = _many(request.args)
    if request.method == "POST":
        given |= _body()
    return Parameters(given)


def _body() -> dict[str, Any]:
    """The parameters of a body. `curl -d '{...}'` sends JSON and calls it a form; CKAN takes it so."""
    is_form = request.mimetype in {"application/x-www-form-urlencoded", "multipart/form-data"}
    if request.mimetype == "multipart/form-data":
        return _many(request.form)
    body = request.get_data(parse_form_data=False)
    if not body.strip():
        return {}
    if is_form and body.lstrip()[:1] != b"{":
        return _form(body)
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise UnreadableRequest(f"JSON Error: {error}") from error
    if not isinstance(value, dict):
        raise UnreadableRequest("the request is JSON, but no object with the parameters as names")
    return value


def _form(body: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=1000)
    except ValueError as error:
        raise UnreadableRequest(f"the form cannot be read: {error}") from error
    return _listed(pairs)


def _many(values: Any) -> dict[str, Any]:
    return _listed(list(values.items(multi=True)))


def _listed(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Values by name: a list where a name comes more than once."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def _json(status: int, value: Any) -> Response:
    return Response(orjson.dumps(value), status=status, mimetype="application/json")
