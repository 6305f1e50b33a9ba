"""`/api/v1/datasets` and what belongs to searching: suggest, sectors, facets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from flask import Response, g, request

import vocab
from api.also import also_at
from api.context import catalogue, json_answer, readable, reader, site
from api.received import attachment, received
from api.schemas import (
    Detail,
    Found,
    LanguageQuery,
    Listed,
    ListQuery,
    SearchQuery,
    SimilarQuery,
    StrictBlueprint,
    SuggestQuery,
)
from api.scoring import record_told
from catalogue.errors import NotFound, Unavailable
from catalogue.model import SECTORS, Change, Finding, Judged, Record, visible_to
from catalogue.project.describe import describe, detail
from catalogue.search.service import FACETS, SearchParams
from catalogue.validate.telling import spoken

blueprint = StrictBlueprint(
    "datasets", __name__, url_prefix="/api/v1", description="Search and records"
)


@blueprint.route("/datasets")
@blueprint.arguments(SearchQuery, location="query")
@blueprint.response(200, Found)
def search(params: SearchParams) -> Response:
    """Search, filter, count and page through records."""
    page = catalogue().search.search(for_reader(params))
    value = {
        "total": page.total,
        "items": page.items,
        "facets": page.facets,
        "next": page.next,
        "did_you_mean": page.did_you_mean,
    }
    return json_answer(value, link=next_link(page.next))


@blueprint.route("/datasets/<page_id>")
@blueprint.arguments(LanguageQuery, location="query")
@blueprint.response(200, Detail)
def one(given: dict[str, str], page_id: str) -> Response:
    """One whole record. 410 for one that was withdrawn."""
    change = readable(page_id)
    whole = record_json(change, given["lang"])
    return json_answer({**whole, "also_at": also_at(change)})


@blueprint.route("/datasets/<page_id>/raw")
@blueprint.response(200, content_type="application/octet-stream")
def raw(page_id: str) -> Response:
    """The record's bytes as its source sent them, as an attachment with their media type. 404 with the
    reason where none are kept."""
    return attachment(received(readable(page_id).record), page_id, typed=True)


@blueprint.route("/datasets/<page_id>/similar")
@blueprint.arguments(SimilarQuery, location="query")
@blueprint.response(200, Listed)
def similar(given: dict[str, Any], page_id: str) -> Response:
    """Records whose titles and keywords have most in common with one's, the most alike first."""
    change = readable(page_id)
    one = describe(change, country_of(change.record.node))
    found = catalogue().search.similar(one, given["limit"], given["lang"], reader().audiences)
    return json_answer({"total": len(found), "items": found, "next": None})


@blueprint.route("/suggest")
@blueprint.arguments(SuggestQuery, location="query")
@blueprint.response(200, Listed)
def suggest(given: dict[str, Any]) -> Response:
    """What may be meant by what was typed so far: concepts, publishers, keywords, records."""
    found = catalogue().search.suggest(
        given["q"], given["limit"], given["lang"], reader().audiences
    )
    return json_answer({"total": len(found), "items": found, "next": None})


@blueprint.route("/sectors")
@blueprint.arguments(ListQuery, location="query")
@blueprint.response(200, Listed)
def sectors(given: dict[str, Any]) -> Response:
    """The seven sectors with their numbers of records."""
    lang = given["lang"]
    counts = dict(count("sector"))
    items = [
        {
            "id": one,
            "iri": vocab.sector_iri(one),
            "label": vocab.label("sector", one, lang),
            "count": counts.get(one, 0),
        }
        for one in SECTORS
    ]
    return listed(items, given)


@blueprint.route("/facets")
@blueprint.arguments(SearchQuery, location="query")
@blueprint.response(200, Listed)
def facets(params: SearchParams) -> Response:
    """Every facet (or those that `facets` names) with its values, under the filters given."""
    asked = replace(params, limit=1, cursor=None, facets=params.facets or FACETS)
    found = catalogue().search.search(for_reader(asked)).facets
    items = [{"name": name, "values": values} for name, values in found.items()]
    return json_answer({"total": len(items), "items": items, "next": None})


def count(facet: str) -> list[tuple[str, int]]:
    """The values of a facet over all that this reader may see, with their numbers."""
    asked = SearchParams(limit=1, facets=(facet,), facet_limit=1000, audiences=reader().audiences)
    found = catalogue().search.search(asked).facets[facet]
    return [(one["value"], one["count"]) for one in found]


def counted(facet: str) -> dict[str, int] | None:
    """The numbers of records by the values of a facet. While the index cannot be asked, which the page then
    says, `node`, `source` and `type` are counted in the journal; of others it is not known."""
    try:
        return dict(count(facet))
    except Unavailable:
        g.away = True
    if facet not in {"node", "source", "type"}:
        return None
    here = catalogue().journal
    of = {one.id: one.node for one in here.sources()}
    found: dict[str, int] = {}
    for tally in here.tallies():
        if visible_to(tally.visibility, reader()):
            values = {"node": of.get(tally.source, ""), "source": tally.source, "type": tally.type}
            found[values[facet]] = found.get(values[facet], 0) + tally.number
    return found


def record_json(change: Change, lang: str) -> dict[str, Any]:
    """A whole record as JSON."""
    record = change.record
    return {
        **detail(describe(change, country_of(record.node)), lang),
        "conformance": [conformance(one) for one in change.judged],
        "findings": [finding_json(one, lang) for one in change.findings],
        "provenance": {
            "node": record.node,
            "source": record.source,
            "key": record.key,
            "run": change.run,
            "first_seen": record.first_seen,
            "changed": record.changed,
            "seq": record.seq,
            "content_hash": record.content_hash.hex(),
            "missing_since": record.missing_since,
            "archived": record.archived,
        },
        "assessment": record_told(change, lang),
        "notice": notice(record),
        "cluster": change.cluster,
        "page": f"{site()}/datasets/{record.page_id}",
    }


def notice(record: Record) -> str | None:
    """What a reader must know of the record before all else; None where there is nothing."""
    if record.missing_since is None:
        return None
    since = f"no longer listed by its source since {record.missing_since:%Y-%m-%d %H:%M} UTC"
    return f"{since}; kept to be read, in no search" if record.archived else since


def conformance(one: Judged) -> dict[str, Any]:
    """What a profile says of a record, in numbers. `declared`: somebody says that the record follows it;
    `whole` is false where judging ran out of time."""
    return {
        "profile": one.profile,
        "conforms": one.conforms,
        "declared": one.declared,
        "violations": one.violations,
        "warnings": one.warnings,
        "infos": one.infos,
        "whole": one.whole,
    }


def finding_json(one: Finding, lang: str = "en") -> dict[str, Any]:
    """A finding as JSON; `count` is the number of alike ones that it stands for. Its words are in the
    language, where they can be made in it."""
    one = spoken(one, lang)
    return {
        "rule": one.rule,
        "severity": one.severity.value,
        "message": one.message,
        "path": one.path,
        "value": one.value,
        "mended": one.mended,
        "place": one.place,
        "hint": one.hint,
        "record": one.key,
        "count": one.count,
        "profile": one.profile,
        "focus": one.focus,
    }


def country_of(node_id: str) -> str:
    """Where a node is at home; empty for one that is no more."""
    try:
        return catalogue().journal.node(node_id).country
    except NotFound:
        return ""


def listed(items: Sequence[dict[str, Any]], given: dict[str, Any]) -> Response:
    """A page of a list that is whole in memory; the cursor is the last id given."""
    ids = [str(one["id"]) for one in items]
    after = given.get("cursor")
    start = ids.index(after) + 1 if after in ids else len(ids) if after else 0
    page = items[start : start + given["limit"]]
    more = start + len(page) < len(items)
    following = str(page[-1]["id"]) if page and more else None
    value = {"total": len(items), "items": page, "next": following}
    return json_answer(value, link=next_link(following))


def next_link(cursor: str | None) -> str | None:
    """The address of the next page: this one with another cursor."""
    if cursor is None:
        return None
    pairs = [(k, v) for k, v in request.args.items(multi=True) if k != "cursor"]
    return f"{site()}{request.path}?{urlencode([*pairs, ('cursor', cursor)])}"


def for_reader(params: SearchParams) -> SearchParams:
    """The search, over what this reader may see."""
    return replace(params, audiences=reader().audiences)
