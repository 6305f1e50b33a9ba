"""Feeds of changes. A saved search is an Atom feed (RFC 4287): its address is its name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Response, request
from lxml import etree

import vocab
from api.context import catalogue, site
from api.datasets import for_reader
from api.schemas import SearchQuery, StrictBlueprint
from catalogue.search.service import SearchPage, SearchParams

ATOM = "http://www.w3.org/2005/Atom"
MEDIA_TYPE = "application/atom+xml"
EPOCH = "1970-01-01T00:00:00+00:00"  # of a feed that has no entry yet

# XML 1.0, section 2.2: what is no character.
_NO_CHARACTER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

blueprint = StrictBlueprint("feeds", __name__, url_prefix="/api/v1", description="Feeds of changes")


@blueprint.route("/datasets.atom")
@blueprint.arguments(SearchQuery, location="query")
@blueprint.response(200, content_type=MEDIA_TYPE)
def saved_search(params: SearchParams) -> Response:
    """What a search finds as an Atom feed, the last changed here first; `next` leads on."""
    asked = replace(params, sort="-changed", facets=(), explain=False)
    page = catalogue().search.search(for_reader(asked))
    body = etree.tostring(
        _feed(params, page), xml_declaration=True, encoding="utf-8", pretty_print=True
    )
    return Response(body, content_type=f"{MEDIA_TYPE}; charset=utf-8")


def address(*more: tuple[str, str], path: str = "/api/v1/datasets.atom") -> str:
    """The address of this request's search; `sort`, `facets` and `cursor` make no other feed."""
    left_out = {"cursor", "sort", "facets", "facet_limit", "explain"}
    pairs = [(k, v) for k, v in request.args.items(multi=True) if v and k not in left_out]
    query = urlencode([*pairs, *more])
    return f"{site()}{path}?{query}" if query else f"{site()}{path}"


def _feed(params: SearchParams, page: SearchPage) -> Any:
    feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    _text(feed, "id", address())
    _text(feed, "title", _title(params))
    _text(feed, "updated", max((one["changed"] for one in page.items), default=EPOCH))
    _text(_element(feed, "author"), "name", catalogue().settings.catalog_title)
    _link(feed, "self", address(*_cursor(request.args.get("cursor"))), MEDIA_TYPE)
    _link(feed, "alternate", address(path="/search"), "text/html")
    if page.next:
        _link(feed, "next", address(*_cursor(page.next)), MEDIA_TYPE)
    for item in page.items:
        _entry(feed, item)
    return feed


def _title(params: SearchParams) -> str:
    """The catalogue's name and what is searched for."""
    parts = [params.q.strip()] if params.q.strip() else []
    parts += [f"{name}: {', '.join(values)}" for name, values in sorted(params.filters.items())]
    return ": ".join([catalogue().settings.catalog_title, "; ".join(parts) or "all records"])


def _entry(feed: Any, item: Mapping[str, Any]) -> None:
    entry = _element(feed, "entry")
    page = f"{site()}/datasets/{item['id']}"
    _text(entry, "id", page)
    _text(entry, "title", item["title"] or item["iri"])
    _text(entry, "updated", item["changed"])
    if item["publisher"]:
        _text(_element(entry, "author"), "name", item["publisher"])
    _link(entry, "alternate", page, "text/html")
    if item["description"]:
        _text(entry, "summary", item["description"])
    for theme in item["themes"]:
        _element(entry, "category", term=theme, label=vocab.label("theme", theme, "en"))


def _cursor(value: str | None) -> list[tuple[str, str]]:
    return [("cursor", value)] if value else []


def _element(parent: Any, name: str, **attributes: str) -> Any:
    clean = {key: _characters(value) for key, value in attributes.items()}
    return etree.SubElement(parent, f"{{{ATOM}}}{name}", clean)


def _text(parent: Any, name: str, text: str) -> None:
    _element(parent, name).text = _characters(text)


def _link(parent: Any, rel: str, href: str, media_type: str) -> None:
    _element(parent, "link", rel=rel, href=href, type=media_type)


def _characters(text: str) -> str:
    return _NO_CHARACTER.sub("", text)
