"""`/datasets/{id}`: one record as a page or in a serialisation of RDF, as the reader prefers."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from api import pages
from api.context import readable, site
from catalogue.errors import InvalidParameter, NotFound
from catalogue.model import Change
from catalogue.rdf.serialize import MEDIA_TYPES, SUFFIXES, negotiate, serialize

blueprint = Blueprint("linked", __name__)


@blueprint.get("/datasets/<page_id>")
def dataset(page_id: str) -> Response:
    """The record as a page or as RDF, by the Accept header."""
    form = negotiate(request.headers.get("Accept", ""))
    if form is None:
        raise InvalidParameter(
            "accept", f"records come as text/html, {', '.join(MEDIA_TYPES.values())}"
        )
    change = readable(page_id)
    answer = pages.dataset(change) if form == "html" else _rdf(change, form)
    answer.vary.add("Accept")
    for suffix, name in SUFFIXES.items():
        answer.headers.add(
            "Link",
            f'<{site()}/datasets/{page_id}.{suffix}>; rel="alternate"; type="{MEDIA_TYPES[name]}"',
        )
    return answer


@blueprint.get("/datasets/<page_id>.<suffix>")
def dataset_as(page_id: str, suffix: str) -> Response:
    """The record in the serialisation that the address names."""
    if suffix not in SUFFIXES:
        raise NotFound(f"records come as .{', .'.join(SUFFIXES)}, not as .{suffix[:20]}")
    return _rdf(readable(page_id), SUFFIXES[suffix])


@blueprint.get("/.well-known/genid/<page_id>/<label>")
def skolem(page_id: str, label: str) -> AnyResponse:
    """A blank node that the store had to name is described with its record (RDF 1.1, 3.5)."""
    return redirect(f"{site()}/datasets/{readable(page_id).record.page_id}#{label}", 303)


def _rdf(change: Change, form: str) -> Response:
    answer = Response(serialize(change.lines, form), content_type=_content_type(form))
    answer.headers["Link"] = f'<{site()}/datasets/{change.record.page_id}>; rel="describedby"'
    answer.last_modified = change.at
    return answer


def _content_type(form: str) -> str:
    media_type = MEDIA_TYPES[form]
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
