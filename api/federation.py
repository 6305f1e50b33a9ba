"""`/api/v1/nodes`, `/sources`, `/runs`, `/stats`: who feeds the catalogue, and how it goes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import Response, g
from marshmallow import fields, validate

from api.context import catalogue, json_answer, reader, site
from api.datasets import counted, country_of, finding_json, listed, next_link
from api.keys import wanted_key
from api.schemas import Anything, Listed, ListQuery, PagingQuery, StrictBlueprint
from catalogue.errors import InvalidParameter, NotFound
from catalogue.harvest.deletion import GRACE
from catalogue.model import (
    Finding,
    Node,
    Record,
    Run,
    RunKind,
    RunState,
    Source,
    Standing,
    Withdrawal,
    run_json,
    visible_to,
)
from catalogue.project.describe import describe, in_language

blueprint = StrictBlueprint(
    "federation", __name__, url_prefix="/api/v1", description="Nodes, sources and runs"
)


def _any_of(values: Iterable[str], what: str) -> fields.List[str]:
    return fields.List(
        fields.String(validate=validate.OneOf([str(one) for one in values])),
        metadata={"description": f"only runs of this {what}; repeatable, any of them fits"},
    )


class RunsQuery(PagingQuery):
    source = fields.String(metadata={"description": "only runs of this source"})
    state = _any_of(RunState, "state")
    kind = _any_of(RunKind, "kind")
    idempotency_key = fields.String(
        validate=validate.Length(1, 200),
        metadata={"description": "only what was pushed so; takes the key of its node"},
    )


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
    return json_answer(node_json(catalogue().journal.node(node_id), counted("node") or {}))


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
    return json_answer(source_json(readable_source(source_id)))


@blueprint.route("/runs")
@blueprint.arguments(RunsQuery, location="query")
@blueprint.response(200, Listed)
def runs(given: dict[str, Any]) -> Response:
    """The runs, newest first."""
    if "idempotency_key" in given:
        return listed([run_json(one) for one in pushed_with(given["idempotency_key"])], given)
    items, total, following = run_list(given)
    value = {"total": total, "items": items, "next": following}
    return json_answer(value, link=next_link(following))


@blueprint.route("/runs/<run_id>")
@blueprint.response(200, Anything)
def run(run_id: str) -> Response:
    """One run; poll it to follow one that goes on."""
    return json_answer(run_told(*readable_run(run_id)))


@blueprint.route("/runs/<run_id>/proposals")
@blueprint.arguments(ListQuery, location="query")
@blueprint.response(200, Listed)
def proposals(given: dict[str, Any], run_id: str) -> Response:
    """The records that a held run proposes to withdraw and that are still missing, by key."""
    found, _source = readable_run(run_id)
    page, following = proposed(found, given["limit"], given.get("cursor"), given["lang"])
    value = {"total": found.proposed, "items": page, "next": following}
    return json_answer(value, link=next_link(following))


@blueprint.route("/runs/<run_id>/findings")
@blueprint.arguments(ListQuery, location="query")
@blueprint.response(200, Listed)
def findings(given: dict[str, Any], run_id: str) -> Response:
    """What a run found, grouped by rule and path, the most frequent first."""
    found, lang = findings_told(*readable_run(run_id)), given["lang"]
    items = [{"id": str(place), **finding_json(one, lang)} for place, one in enumerate(found, 1)]
    return listed(items, given)


@blueprint.route("/stats")
@blueprint.response(200, Anything)
def stats() -> Response:
    """Numbers of the catalogue: records by type, sector, country, language; and the state of things.
    While the index cannot be asked, `searchable` is false, records are counted in the journal, and what
    only the index knows is null."""
    return json_answer(numbers())


def pushed_with(name: str) -> list[Run]:
    """The runs that take in what was pushed with that Idempotency-Key, as far as the key of this
    request reaches. Raises: Unauthenticated."""
    key, journal = wanted_key(), catalogue().journal
    sources = [one.id for one in journal.sources() if key.reaches(one)]
    return [journal.runs.run(one.run) for one in journal.pushes.find(name, sources)]


def numbers() -> dict[str, Any]:
    """What `/stats` says."""
    here = catalogue()
    by_type = counted("type") or {}
    return {
        "records": sum(by_type.values()),
        "types": by_type,
        "sectors": counted("sector"),
        "countries": counted("country"),
        "languages": counted("language"),
        "searchable": not g.get("away"),
        "nodes": len(here.journal.nodes()),
        "sources": len(readable_sources()),
        "runs": here.journal.runs.count(),
        "last_seq": here.journal.last_seq(),
        "lag": here.lag(),
    }


def node_list() -> list[dict[str, Any]]:
    """Every member as JSON, by id."""
    counts = counted("node") or {}
    return [node_json(one, counts) for one in catalogue().journal.nodes()]


def node_json(one: Node, counts: dict[str, int]) -> dict[str, Any]:
    """A member as JSON, without what its operator sets."""
    told = {name: value for name, value in asdict(one).items() if name != "options"}
    return {**told, "records": counts.get(one.id, 0)}


def source_list() -> list[dict[str, Any]]:
    """Every feed that this reader may know of, as JSON, by id."""
    return sources_json(readable_sources())


def sources_json(wanted: list[Source]) -> list[dict[str, Any]]:
    """Feeds as JSON."""
    counts = counted("source") or {}
    stand = catalogue().journal.standing([one.id for one in wanted])
    return [_source_json(one, counts.get(one.id, 0), stand[one.id]) for one in wanted]


def source_json(one: Source) -> dict[str, Any]:
    """A feed as JSON."""
    return sources_json([one])[0]


def readable_sources() -> list[Source]:
    """The feeds that this reader may know of."""
    return [one for one in catalogue().journal.sources() if visible_to(one.visibility, reader())]


def _source_json(one: Source, records: int, stand: Standing) -> dict[str, Any]:
    """A feed as JSON, without its options (they may hold keys) and without secrets in its URL."""
    runs = catalogue().journal.runs
    last, state = runs.recent(one.id, limit=1), runs.state(one.id)
    return {
        "id": one.id,
        "node": one.node,
        "kind": one.kind,
        "url": public_address(one.url),
        "schedule": one.schedule,
        "visibility": one.visibility,
        "records": records,
        "last_run": run_told(last[0], one) if last else None,
        "next_run": state.next_at if one.schedule else None,
        "last_complete": state.full_at,
        "date_filter_distrusted": state.distrusted_at,
        "policy": policy_of(one),
        **asdict(stand),
    }


def policy_of(one: Source) -> dict[str, Any]:
    """What is done with records that the source no longer lists, after how many complete runs, and
    whether a steward looks at its records before they are public."""
    grace = one.options.get("grace", "")
    return {
        "deletion": one.options.get("deletion", Withdrawal.DELETE.value),
        "grace": int(grace) if grace.isdigit() else GRACE,
        "review": one.options.get("review") == "1",
    }


# --- runs ------------------------------------------------------------------------------------------


def run_list(given: dict[str, Any]) -> tuple[list[dict[str, Any]], int, str | None]:
    """Runs as JSON, newest first, how many there are in all, and where the next page begins.

    Raises: NotFound for a source that this reader may not know of; InvalidParameter.
    """
    journal, limit, cursor = catalogue().journal, given["limit"], given.get("cursor")
    if cursor is not None and not (cursor.isalnum() and len(cursor) <= 40):
        raise InvalidParameter("cursor", "this is no cursor; take `next` of the page before")
    wanted = given.get("source")
    among = [readable_source(wanted)] if wanted else readable_sources()
    known = {one.id: one for one in among}
    asked = {"states": given.get("state") or None, "kinds": given.get("kind") or None}
    found = journal.runs.recent(sources=list(known), limit=limit + 1, before=cursor, **asked)
    page = found[:limit]
    following = page[-1].id if len(found) > limit else None
    total = journal.runs.count(list(known), **asked)
    return [run_told(one, known[one.source]) for one in page], total, following


def held_number() -> int:
    """How many runs wait for a decision, of those that this reader may know of."""
    known = [one.id for one in readable_sources()]
    return catalogue().journal.runs.count(known, states=[RunState.HELD])


def run_told(found: Run, source: Source) -> dict[str, Any]:
    """The run object as everybody may read it."""
    told = run_json(found)
    told["asked_by"] = _OPERATOR.sub("operator", found.asked_by)
    told["error"] = public_text(found.error, source)
    return told


def findings_told(found: Run, source: Source) -> list[Finding]:
    """What a run found, as everybody may read it: nothing of records that wait for a steward."""
    journal = catalogue().journal
    grouped = journal.runs.findings(found.id)
    hidden: set[str] = set()
    if policy_of(source)["review"]:
        keys = {one.key for one in grouped if one.key}
        hidden = keys - set(journal.page_ids(source.id, list(keys)))
    return [_finding_told(one, source, hidden) for one in grouped]


def _finding_told(one: Finding, source: Source, hidden: set[str]) -> Finding:
    if one.key in hidden:
        return replace(one, key=None, value=None, mended=None, place=None)
    text = public_text(one.message, source) or ""
    return replace(one, message=text, value=public_text(one.value, source))


def proposed(
    found: Run, limit: int, cursor: str | None, lang: str
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of what a run proposes to withdraw, and where the next begins.

    Raises: InvalidParameter.
    """
    records = catalogue().journal.runs.proposals(
        found.id, after=key_behind(cursor, found.source), limit=limit + 1
    )
    following = records[limit - 1].page_id if len(records) > limit else None
    return records_told(records[:limit], lang), following


def key_behind(cursor: str | None, source_id: str) -> str:
    """The key of the record whose page id a cursor is; "" for none. Raises: InvalidParameter."""
    if cursor is None:
        return ""
    try:
        record = catalogue().journal.record(cursor)
    except NotFound:
        record = None
    if record is None or record.source != source_id:
        raise InvalidParameter("cursor", "this is no cursor; take `next` of the page before")
    return record.key


def records_told(records: list[Record], lang: str) -> list[dict[str, Any]]:
    """Records in a list about a source, with the titles of those that still have a page."""
    changes = catalogue().journal.current_many([one.page_id for one in records])
    titles = {
        one.record.page_id: in_language(describe(one, country_of(one.record.node)).title, lang)
        for one in changes
        if not one.deleted
    }
    return [
        {
            "id": one.page_id,
            "key": one.key,
            "iri": one.iri,
            "type": one.type,
            "title": titles.get(one.page_id),
            "missing_since": one.missing_since,
            "archived": one.archived,
            "deleted": one.deleted,
            "page": f"{site()}/datasets/{one.page_id}",
        }
        for one in records
    ]


_OPERATOR = re.compile(r"\boperator:\S+")
_FILE = re.compile(r"file:\S+?(?=[:;,.]?(?:\s|$))")


def public_text(text: str | None, source: Source) -> str | None:
    """A word about a source as everybody may read it: without names of its operators, local files,
    and what the operators put into its address beside the path."""
    if text is None:
        return None
    parts = urlsplit(source.url or "")
    for secret in (parts.query, parts.netloc.rpartition("@")[0]):
        text = text.replace(secret, "…") if secret else text
    return _FILE.sub("a local file", _OPERATOR.sub("an operator", text))


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


def readable_run(run_id: str) -> tuple[Run, Source]:
    """The run and its source. Raises: NotFound, also where this reader may not know of its source."""
    found = catalogue().journal.runs.run(run_id)
    try:
        return found, readable_source(found.source)
    except NotFound:
        raise NotFound(f"there is no run {run_id!r}") from None
