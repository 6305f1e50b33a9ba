"""`/datasets/{id}`: one record as a page or in a serialisation of RDF, as the reader prefers."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from api import pages
from api.context import language, readable, site
from api.datasets import country_of
from api.received import attachment, marked_values, part_of, received, visible
from catalogue.errors import InvalidParameter, NotFound
from catalogue.model import Change
from catalogue.project.describe import describe
from catalogue.rdf.serialize import MEDIA_TYPES, SUFFIXES, negotiate, serialize
from catalogue.validate.telling import spoken

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


@blueprint.get("/datasets/<page_id>/source")
def side_by_side(page_id: str) -> Response:
    """The record as its source sent it, beside what became of it."""
    change = readable(page_id)
    answer = Response(_side_by_side(change), mimetype="text/html")
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@blueprint.get("/datasets/<page_id>/raw")
def raw(page_id: str) -> Response:
    """The bytes as received, to be saved: as plain text, or as octets where they are none."""
    return attachment(received(readable(page_id).record), page_id, typed=False)


@blueprint.get("/.well-known/genid/<page_id>/<label>")
def skolem(page_id: str, label: str) -> AnyResponse:
    """A blank node that the store had to name is described with its record (RDF 1.1, 3.5)."""
    return redirect(f"{site()}/datasets/{readable(page_id).record.page_id}#{label}", 303)


def _rdf(change: Change, form: str) -> Response:
    answer = Response(serialize(change.lines, form), content_type=_content_type(form))
    answer.headers["Link"] = f'<{site()}/datasets/{change.record.page_id}>; rel="describedby"'
    answer.last_modified = change.at
    return answer


def _side_by_side(change: Change) -> str:
    record, reason, part, media_type = change.record, None, None, None
    try:
        found = received(record)
        part, media_type = part_of(found, record), found.media_type
    except NotFound as error:
        reason = str(error)
    mapped = visible(serialize(change.lines, "turtle").decode())
    mended = [one for one in change.findings if one.mended is not None]
    subject: list[str | None] = [record.iri]
    wrong = {"subject": subject, "before": [one.value for one in mended]}
    right = {"subject": subject, "after": [one.mended for one in mended]}
    before = marked_values(part.text, wrong) if part else None
    after = marked_values(mapped, right)
    one = describe(change, country_of(record.node))
    more = {"one": one, "record": record, "part": part, "reason": reason, "after": after}
    more |= {
        "before": before,
        "media_type": media_type,
        "findings": [spoken(one, language()) for one in change.findings],
    }
    return render_template("received.html", **pages.shell("search", **more))


def _content_type(form: str) -> str:
    media_type = MEDIA_TYPES[form]
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
