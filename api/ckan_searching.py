"""`package_search`: its parameters, its pages, its facets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import request

from api.ckan_parameters import Parameters
from api.context import catalogue, reader
from api.context import language as accepted_language
from catalogue.errors import InvalidParameter
from catalogue.model import Change, Node, visible_to
from catalogue.project import ckan
from catalogue.search.ckan import MOST_COUNTED, Asking, facet_field, facet_title, facet_value
from catalogue.search.ckan import request as request_of
from catalogue.search.query import All, Request
from vocab.languages import OFFICIAL

ROWS, MOST_ROWS = 10, 1_000

FIELDS = frozenset(
    (
        *("q", "fq", "fq_list", "sort", "rows", "start", "fl", "lang"),
        *("facet", "facet.field", "facet.limit", "facet.mincount"),
        *("include_private", "include_drafts", "include_deleted", "use_default_schema"),
    )
)
Facets = Mapping[str, Sequence[tuple[str, int]]]


def searched(given: Parameters) -> dict[str, Any]:
    """The answer of `package_search`. Raises: InvalidParameter, Invalid."""
    _check_names(given)
    one = asking(
        given.text("q"), [*given.texts("fq"), *given.texts("fq_list")], given.text("sort"), given
    )
    rows, start = min(given.number("rows", ROWS) or 0, MOST_ROWS), given.number("start", 0) or 0
    names = given.texts("facet.field") if given.flag("facet", default=True) else []
    limit = given.whole("facet.limit", 50)
    limit = MOST_COUNTED if limit is None or limit < 0 else min(limit, MOST_COUNTED)
    fields = list(dict.fromkeys(facet_field(name) for name in names))
    # Not every theme is a group, so more are counted than are given.
    counted = MOST_COUNTED if "groups" in names else max(limit, 1)
    one = replace(one, facets=tuple(fields), facet_limit=counted)
    shown = [name for text in given.texts("fl") for name in text.replace(",", " ").split()]
    total, changes, facets = found(one, start, rows)
    lang = language(given)
    least = given.number("facet.mincount", 1)
    told = {name: _facet(name, facets, one, least)[:limit] for name in names}
    return {
        "count": total,
        "sort": given.text("sort") or "score desc, metadata_modified desc",
        "results": _chosen(packages(changes, lang), shown),
        "facets": {
            name: {shown: number for _value, shown, number in values}
            for name, values in told.items()
        },
        "search_facets": {
            name: {
                "title": name,
                "items": [
                    {
                        "name": shown,
                        "display_name": facet_title(name, value, lang),
                        "count": number,
                    }
                    for value, shown, number in values
                ],
            }
            for name, values in told.items()
        },
    }


def asking(q: str, fq: Sequence[str], sort: str, given: Parameters) -> Request:
    """The search that texts of Solr are, for who reads now. Raises: InvalidParameter."""
    audiences = reader().audiences
    languages = catalogue().search.languages(language(given), audiences)
    return request_of(q, fq, sort, Asking(languages, datetime.now(UTC), audiences, _ids_of))


def found(one: Request, start: int, rows: int) -> tuple[int, list[Change], Facets]:
    """The number of all, the records of a page, the facets.

    A record that was withdrawn after the index saw it is left out. A page is empty at the end only:
    where all of a page were withdrawn, the next is given, as readers stop at an empty page.
    """
    search, walker = catalogue().search, request.remote_addr or ""
    if rows == 0:
        result = search.page(replace(one, limit=1), 0, walker)
        return result.total, [], result.facets
    one = replace(one, limit=rows)
    while True:
        result = search.page(one, start, walker)
        changes = _readable([hit.id for hit in result.hits])
        if changes or result.next is None:
            return result.total, changes, result.facets
        start += rows


def packages(changes: Sequence[Change], lang: str) -> list[dict[str, Any]]:
    """The packages of records, in the same order."""
    nodes = {one.id: one for one in catalogue().journal.nodes()}
    return [
        ckan.package(one, nodes.get(one.record.node) or _lost(one.record.node), lang)
        for one in changes
    ]


def language(given: Parameters) -> str:
    """The reader's language: `lang`, else the best of Accept-Language, else en."""
    asked = given.text("lang")[:2].lower()
    return asked if asked in OFFICIAL else accepted_language()


# --- parts ---------------------------------------------------------------------------------------


def _check_names(given: Parameters) -> None:
    unknown = [name for name in given.names() if name not in FIELDS]
    if unknown:
        raise InvalidParameter(
            unknown[0][:60], f"is no parameter here; there are {', '.join(sorted(FIELDS))}"
        )


def _ids_of(iri: str) -> list[str]:
    return [one.page_id for one in catalogue().journal.record_by_iri(iri)]


def _readable(ids: Sequence[str]) -> list[Change]:
    changes = {one.record.page_id: one for one in catalogue().journal.current_many(ids)}
    return [
        one
        for page_id in ids
        if (one := changes.get(page_id))
        and not one.deleted
        and visible_to(one.record.visibility, reader())
    ]


def _lost(node_id: str) -> Node:
    """A node of which only the id is known."""
    return Node(node_id, node_id, "")


def _facet(
    name: str, facets: Facets, one: Request, least: int | None
) -> list[tuple[str, str, int]]:
    """The values of a facet: ours, CKAN's, and the number; with `least` 0 also those that the search
    does not have."""
    field = facet_field(name)
    values = list(facets[field])
    if least == 0:
        every = replace(one, query=All(), must=(), limit=1, sort="-changed")
        known = {value for value, _number in values}
        others = catalogue().search.page(every, 0, "").facets[field]
        values += [(value, 0) for value, _number in others if value not in known]
    return [
        (value, shown, number)
        for value, number in values
        if number >= (least or 0) and (shown := facet_value(name, value))
    ]


def _chosen(found: list[dict[str, Any]], names: list[str]) -> list[Any]:
    """The packages with the fields that `fl` names; of one name, id or name, only its values."""
    if not names or not found:
        return found
    unknown = [name for name in names if name not in found[0] and name != "*"]
    if unknown:
        raise InvalidParameter("fl", f"a package has no field {unknown[0][:60]!r}")
    if names in (["id"], ["name"]):
        return [one[names[0]] for one in found]
    return found if "*" in names else [{name: one[name] for name in names} for one in found]
