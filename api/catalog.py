"""`/catalog.ttl`, `.jsonld`, `.rdf`, `.nt`: everything as DCAT-AP 3, in Hydra pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from api.context import catalogue, reader, site
from api.schemas import SearchQuery, StrictParser
from catalogue.errors import InvalidParameter, NotFound
from catalogue.model import visible_to
from catalogue.project.statements import catalog_page
from catalogue.rdf.serialize import MEDIA_TYPES, SUFFIXES, negotiate, serialize
from catalogue.search.service import SearchPage, SearchParams

PAGE = 100  # records of a page unless `limit` says otherwise

blueprint = Blueprint("catalog", __name__)
_parser = StrictParser()


@blueprint.get("/catalog")
def negotiated() -> Response:
    """The catalogue in the serialisation that the Accept header prefers; Turtle for browsers."""
    form = negotiate(request.headers.get("Accept", "text/turtle"))
    if form is None:
        raise InvalidParameter(
            "accept", f"the catalogue comes as {', '.join(MEDIA_TYPES.values())}"
        )
    form = "turtle" if form == "html" else form
    suffix = next(one for one, name in SUFFIXES.items() if name == form)
    answer = _page(suffix)
    answer.vary.add("Accept")
    return answer


@blueprint.get("/catalog.<suffix>")
def catalog(suffix: str) -> Response:
    """A page of the catalogue; takes the filters of a search; `cursor` leads on."""
    if suffix not in SUFFIXES:
        raise NotFound(f"the catalogue comes as .{', .'.join(SUFFIXES)}, not as .{suffix[:20]}")
    return _page(suffix)


def _page(suffix: str) -> Response:
    params: SearchParams = _parser.parse(SearchQuery(), request, location="query")
    limit = params.limit if "limit" in request.args else PAGE
    # Any order that every record has lets a walk see each once: issue dates never change by us.
    sort = params.sort or ("" if params.q else "title")
    found = catalogue().search.search(
        replace(params, limit=limit, sort=sort, facets=(), audiences=reader().audiences)
    )
    lines = list(_lines(found, suffix))
    form = SUFFIXES[suffix]
    answer = Response(serialize(lines, form), mimetype=MEDIA_TYPES[form])
    if found.next:
        answer.headers["Link"] = f'<{_address(suffix, found.next)}>; rel="next"'
    return answer


def _lines(found: SearchPage, suffix: str) -> Iterator[str]:
    here = catalogue()
    changes = here.journal.current_many([one["id"] for one in found.items])
    visible = [
        one for one in changes if not one.withdrawn and visible_to(one.record.visibility, reader())
    ]
    yield from catalog_page(
        visible,
        here.journal.nodes(),
        site=site(),
        about=here.settings,
        view=_address(suffix, request.args.get("cursor")),
        first=_address(suffix, None),
        following=_address(suffix, found.next) if found.next else None,
        total=found.total,
    )


def _address(suffix: str, cursor: str | None) -> str:
    pairs = [(k, v) for k, v in request.args.items(multi=True) if k != "cursor"]
    if cursor:
        pairs.append(("cursor", cursor))
    query = f"?{urlencode(pairs)}" if pairs else ""
    return f"{site()}/catalog.{suffix}{query}"
