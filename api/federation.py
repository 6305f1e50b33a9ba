"""`/api/v1/nodes`, `/sources`, `/runs`, `/stats`: who feeds the catalogue, and how it goes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import Response
from marshmallow import fields

from api.context import catalogue, json_answer, reader
from api.datasets import count, finding_json, listed, next_link
from api.schemas import Anything, Listed, ListQuery, PagingQuery, StrictBlueprint
from catalogue.errors import InvalidParameter, NotFound
from catalogue.model import Node, Run, Source, run_json, visible_to

blueprint = StrictBlueprint(
    "federation", __name__, url_prefix="/api/v1", description="Nodes, sources and runs"
)


class RunsQuery(PagingQuery):
    source = fields.String(metadata={"description": "only runs of this source"})


@blueprint.route("/nodes")
@blueprint.arguments(ListQuery, location="query")
@blueprint.response(200, Listed)
def nodes(given: dict[str, Any]) -> Response:
    """The members of the federation with their numbers of records."""
    return listed(node_list(), given)


@blueprint.route("/nodes/<node_id>")
@blueprint.response(200, Anything)
def node(node_id: str) -> Response:
    """One member."""
    return json_answer(node_json(catalogue().journal.node(node_id), dict(count("node"))))


@blueprint.route("/sources")
@blueprint.arguments(ListQuery, location="query")
@blueprint.response(200, Listed)
def sources(given: dict[str, Any]) -> Response:
    """The feeds that this reader may know of, each with its last run."""
    return listed(source_list(), given)


@blueprint.route("/sources/<source_id>")
@blueprint.response(200, Anything)
def source(source_id: str) -> Response:
    """One feed."""
    return json_answer(source_json(readable_source(source_id), dict(count("source"))))


@blueprint.route("/runs")
@blueprint.arguments(RunsQuery, location="query")
@blueprint.response(200, Listed)
def runs(given: dict[str, Any]) -> Response:
    """The runs, newest first."""
    journal, limit, cursor = catalogue().journal, given["limit"], given.get("cursor")
    if cursor is not None and not (cursor.isalnum() and len(cursor) <= 40):
        raise InvalidParameter("cursor", "this is no cursor; take `next` of the page before")
    wanted = given.get("source")
    known = [readable_source(wanted).id] if wanted else [one.id for one in readable_sources()]
    found = journal.runs.recent(sources=known, limit=limit + 1, before=cursor)
    page = found[:limit]
    following = page[-1].id if len(found) > limit else None
    items = [run_json(run) for run in page]
    value = {"total": journal.runs.count(known), "items": items, "next": following}
    return json_answer(value, link=next_link(following))


@blueprint.route("/runs/<run_id>")
@blueprint.response(200, Anything)
def run(run_id: str) -> Response:
    """One run."""
    return json_answer(run_json(readable_run(run_id)))


@blueprint.route("/runs/<run_id>/findings")
@blueprint.arguments(PagingQuery, location="query")
@blueprint.response(200, Listed)
def findings(given: dict[str, Any], run_id: str) -> Response:
    """What a run found, grouped by rule and path, the most frequent first."""
    found = catalogue().journal.runs.findings(readable_run(run_id).id)
    items = [{"id": str(place), **finding_json(one)} for place, one in enumerate(found, 1)]
    return listed(items, given)


@blueprint.route("/stats")
@blueprint.response(200, Anything)
def stats() -> Response:
    """Numbers of the catalogue: records by type, sector, country, node; and the state of things."""
    return json_answer(numbers())


def numbers() -> dict[str, Any]:
    """What `/stats` says."""
    here = catalogue()
    by_type = dict(count("type"))
    return {
        "records": sum(by_type.values()),
        "types": by_type,
        "sectors": dict(count("sector")),
        "countries": dict(count("country")),
        "languages": dict(count("language")),
        "nodes": len(here.journal.nodes()),
        "sources": len(source_list()),
        "runs": here.journal.runs.count(),
        "last_seq": here.journal.last_seq(),
        "lag": here.lag(),
    }


def node_list() -> list[dict[str, Any]]:
    """Every member as JSON, by id."""
    counts = dict(count("node"))
    return [node_json(one, counts) for one in catalogue().journal.nodes()]


def node_json(one: Node, counts: dict[str, int]) -> dict[str, Any]:
    """A member as JSON."""
    return {**asdict(one), "records": counts.get(one.id, 0)}


def source_list() -> list[dict[str, Any]]:
    """Every feed that this reader may know of, as JSON, by id."""
    counts = dict(count("source"))
    return [source_json(one, counts) for one in readable_sources()]


def readable_sources() -> list[Source]:
    """The feeds that this reader may know of."""
    return [one for one in catalogue().journal.sources() if visible_to(one.visibility, reader())]


def source_json(one: Source, counts: dict[str, int]) -> dict[str, Any]:
    """A feed as JSON, without its options (they may hold keys) and without secrets in its URL."""
    last = catalogue().journal.runs.recent(one.id, limit=1)
    return {
        "id": one.id,
        "node": one.node,
        "kind": one.kind,
        "url": public_address(one.url),
        "schedule": one.schedule,
        "visibility": one.visibility,
        "records": counts.get(one.id, 0),
        "last_run": run_json(last[0]) if last else None,
    }


def public_address(url: str | None) -> str | None:
    """An address as everybody may read it: no user, password or query; no local file."""
    if url is None or url.startswith("file:"):
        return None
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def readable_source(source_id: str) -> Source:
    """Raises: NotFound, also where this reader may not know of it."""
    found = catalogue().journal.source(source_id)
    if not visible_to(found.visibility, reader()):
        raise NotFound(f"there is no source {source_id!r}")
    return found


def readable_run(run_id: str) -> Run:
    """Raises: NotFound, also where this reader may not know of its source."""
    found = catalogue().journal.runs.run(run_id)
    try:
        readable_source(found.source)
    except NotFound:
        raise NotFound(f"there is no run {run_id!r}") from None
    return found
