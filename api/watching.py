"""The pages of members, sources and runs: who feeds the catalogue, and how it goes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from flask import Blueprint, Response, render_template, request
from marshmallow import EXCLUDE, ValidationError

from api import showing
from api.context import catalogue, language
from api.datasets import counted
from api.federation import (
    RunsQuery,
    findings_told,
    key_behind,
    node_json,
    node_list,
    policy_of,
    proposed,
    readable_run,
    readable_source,
    readable_sources,
    records_told,
    run_list,
    run_told,
    source_json,
    sources_json,
)
from api.pages import shell
from api.quality import scope_json
from catalogue.errors import InvalidParameter
from catalogue.model import Outcome, Run, RunKind, RunState, Source
from catalogue.validate.telling import spoken

HISTORY = 30  # runs of a source's page
ROWS = 50  # records of a list on a page
TROUBLED = ("held", "failed", "partial")
# What a reader most likely wants to see first of a run.
OUTCOMES = (
    Outcome.FAILED,
    Outcome.QUARANTINED,
    Outcome.DELETED,
    Outcome.CREATED,
    Outcome.UPDATED,
    Outcome.UNCHANGED,
    Outcome.IGNORED,
)

blueprint = Blueprint("watching", __name__)


@blueprint.get("/nodes")
def nodes() -> str:
    """The members of the federation, with a mark where a run is held or went wrong."""
    marks: dict[str, list[dict[str, Any]]] = {}
    for one in readable_sources():
        last = catalogue().journal.runs.recent(one.id, limit=1)
        if last and last[0].state.value in TROUBLED:
            marks.setdefault(one.node, []).append(run_told(last[0], one))
    return render_template("nodes.html", **shell("nodes", nodes=node_list(), marks=marks))


@blueprint.get("/nodes/<node_id>")
def node(node_id: str) -> str:
    """One member with its feeds."""
    found = catalogue().journal.node(node_id)
    sources = sources_json([one for one in readable_sources() if one.node == node_id])
    more = {"node": node_json(found, counted("node") or {}), "sources": sources}
    more["score"] = scope_json("node", node_id, found.name, language())
    return render_template("node.html", **shell("nodes", **more))


@blueprint.get("/sources/<source_id>")
def source(source_id: str) -> str:
    """One feed: what it is, how its records stand, and its history."""
    found, here, lang = readable_source(source_id), catalogue().journal, language()
    runs = [run_told(one, found) for one in here.runs.recent(source_id, limit=HISTORY)]
    missing = here.missing(
        source_id, after=key_behind(request.args.get("missing"), source_id), limit=ROWS + 1
    )
    unusable = here.quarantined(
        source_id, after=request.args.get("quarantined", ""), limit=ROWS + 1
    )
    more = {
        "source": source_json(found),
        "runs": runs,
        "bars": showing.bars(runs),
        "held_run": next((one for one in runs if one["state"] == "held"), None),
        "node": here.node(found.node),
        "score": scope_json("source", source_id, None, lang),
        "missing": records_told(missing[:ROWS], lang),
        "more_missing": missing[ROWS - 1].page_id if len(missing) > ROWS else None,
        "quarantined": unusable[:ROWS] if not policy_of(found)["review"] else [],
        "more_quarantined": unusable[ROWS - 1].key if len(unusable) > ROWS else None,
    }
    return render_template("source.html", **shell("nodes", **more))


@blueprint.get("/runs")
def runs() -> str:
    """All runs, newest first; `state`, `source` and `kind` narrow them."""
    given = {
        name: values if name in {"state", "kind"} else values[-1]
        for name in {*request.args}
        if (values := [one for one in request.args.getlist(name) if one])
    }
    try:
        asked = RunsQuery(unknown=EXCLUDE).load(given)
    except ValidationError as error:
        name, said = next(iter(error.messages_dict.items()))
        raise InvalidParameter(str(name), showing.said(said)) from error
    items, total, following = run_list(asked)
    more = {
        "runs": items,
        "total": total,
        "asked": asked,
        "states": [one.value for one in RunState],
        "kinds": [one.value for one in RunKind],
        "sources": [one.id for one in readable_sources()],
        "first": _address(cursor=None) if asked.get("cursor") else None,
        "following": _address(cursor=following) if following else None,
    }
    return render_template("runs.html", **shell("runs", **more))


@blueprint.get("/runs/<run_id>")
def run(run_id: str) -> Response:
    """One run: how it goes while it goes on, and what it came to."""
    found, of = readable_run(run_id)
    lang = language()
    findings = [spoken(one, lang) for one in findings_told(found, of)]
    keys = list({one.key for one in findings if one.key})
    more = {
        "run": run_told(found, of),
        "goes_on": found.active,
        "policy": policy_of(of),
        "kind": of.kind,
        "groups": showing.by_rule(findings),
        "pages_of": catalogue().journal.page_ids(of.id, keys),
        "decision": _decision(found),
        "proposals": [],
        "records": _records(found, of),
        "address": _address,
    }
    if found.state is RunState.HELD:
        cursor = request.args.get("proposed")
        more["proposals"], more["more_proposals"] = proposed(found, ROWS, cursor, lang)
    body = render_template("run.html", **shell("runs", **more))
    return Response(body, mimetype="text/html")


def _decision(found: Run) -> Mapping[str, Any] | None:
    """How a held run was decided, and when."""
    for act in catalogue().journal.audit.entries(subject=found.id):
        if act.act in {"run.approve", "run.reject"}:
            how = "approved" if act.act == "run.approve" else "rejected"
            number = act.details.get("withdrawn", act.details.get("kept", 0))
            return {"how": how, "at": act.at.isoformat(), "number": number}
    return None


def _records(found: Run, of: Source) -> dict[str, Any]:
    """A page of the records that a run ended with one outcome, and the numbers of all outcomes."""
    numbers = {one.value: getattr(found.counts, one.value) for one in OUTCOMES}
    first = next((name for name, number in numbers.items() if number), "")
    outcome = request.args.get("outcome", first)
    after = request.args.get("after", "0")
    if outcome not in {"", *numbers}:
        raise InvalidParameter("outcome", f"there are: {', '.join(numbers)}")
    if outcome == Outcome.DELETED:
        items, following = _withdrawn(found)
    elif not after.isdigit():
        raise InvalidParameter("after", "must be a number")
    else:
        items, following = _listed(found, of, outcome, int(after[:18]))
    shown = {name: number for name, number in numbers.items() if number}
    return {"outcome": outcome, "numbers": shown, "items": items, "next": following}


def _withdrawn(found: Run) -> tuple[list[dict[str, Any]], str | None]:
    after = key_behind(request.args.get("after"), found.source)
    records = catalogue().journal.runs.withdrawn(found.id, after=after, limit=ROWS + 1)
    following = records[ROWS - 1].page_id if len(records) > ROWS else None
    return records_told(records[:ROWS], language()), following


def _listed(
    found: Run, of: Source, outcome: str, after: int
) -> tuple[list[dict[str, Any]], str | None]:
    """What the run listed; of records that wait for a steward nothing is told."""
    here = catalogue().journal
    fitting = (one for one in here.runs.listed(found.id, after=after) if one[2].value == outcome)
    rows = list(islice(fitting, ROWS + 1))
    pages = here.page_ids(of.id, [key for _place, key, _outcome in rows])
    told = {
        one["key"]: one
        for one in records_told([here.record(one) for one in pages.values()], language())
    }
    hides = policy_of(of)["review"]
    items = [
        told.get(key, {"key": key, "id": None, "title": None})
        for _place, key, _outcome in rows[:ROWS]
        if key in told or not hides
    ]
    return items, str(rows[ROWS - 1][0]) if len(rows) > ROWS else None


def _address(**changed: Any) -> str:
    """This page's address with some of its parameters other; None takes one away."""
    kept = [pair for pair in request.args.items(multi=True) if pair[0] not in changed]
    new = [(name, str(value)) for name, value in changed.items() if value is not None]
    return showing.address(request.path, [*kept, *new])
