"""The pages of quality: how records score, what to mend first, and how it goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request

from api.context import catalogue, language
from api.datasets import finding_json
from api.federation import findings_told, readable_source
from api.pages import shell
from api.quality import KINDS, broken_links, broken_number, scope_json, scope_list, scope_name
from api.showing import tongue
from catalogue.model import Severity
from catalogue.quality.metrics import BANDS, MOST
from catalogue.quality.telling import broken_json
from catalogue.validate.telling import spoken

ROWS = 30  # broken addresses on a page
FOUND = 8  # kinds of findings of a source
WIDE, TALL = 640, 160  # of the drawing of a trend

blueprint = Blueprint("quality_pages", __name__)


@blueprint.get("/quality")
def overview() -> str:
    """How the members, the sectors and all records together score."""
    lang = language()
    told = scope_json("all", "", None, lang)
    more = {
        "told": told,
        "trend": trend(told["days"]),
        "nodes": sorted(scope_list("nodes", lang), key=lambda one: -one["points"]),
        "sectors": scope_list("sectors", lang),
    }
    return render_template("quality.html", **shell("quality", **more))


@blueprint.get("/quality/<kind>/<scope_id>")
def scope(kind: str, scope_id: str) -> str:
    """One member, source or sector: its score, what to mend first, broken addresses, and how it goes."""
    lang = language()
    name = scope_name(kind, scope_id, lang)
    told = scope_json(KINDS[kind], scope_id, name, lang)
    after = request.args.get("after", "")
    broken = [] if kind == "sectors" else broken_links(kind, scope_id, after, ROWS + 1)
    sources = scope_list("sources", lang) if kind == "nodes" else []
    more = {
        "kind": kind,
        "id": scope_id,
        "name": name,
        "told": told,
        "trend": trend(told["days"]),
        "broken": [broken_json(one) for one in broken[:ROWS]],
        "broken_number": 0 if kind == "sectors" else broken_number(kind, scope_id),
        "more_broken": broken[ROWS - 1].url if len(broken) > ROWS else None,
        "after": after,
        "sources": [one for one in sources if _of_node(one["id"], scope_id)],
        "found": _found(scope_id, lang) if kind == "sources" else None,
        "node": readable_source(scope_id).node if kind == "sources" else None,
    }
    return render_template("quality_scope.html", **shell("quality", **more))


def trend(days: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The mean points of each day as a line in a drawing of `WIDE` by `TALL`."""
    known = [one for one in days if one["points"] is not None]
    step = WIDE / max(1, len(known) - 1)
    dots = [
        {
            "x": round(place * step, 1),
            "y": round(TALL * (1 - one["points"] / MOST), 1),
            "day": one["day"],
            "points": one["points"],
        }
        for place, one in enumerate(known)
    ]
    line = " ".join(f"{one['x']},{one['y']}" for one in dots)
    bands = [
        {"name": name, "y": round(TALL * (1 - least / MOST), 1)}
        for name, least in BANDS.items()
        if least
    ]
    return {"dots": dots, "line": line, "width": WIDE, "height": TALL, "bands": bands}


def _of_node(source_id: str, node_id: str) -> bool:
    return readable_source(source_id).node == node_id


def _found(source_id: str, lang: str) -> dict[str, Any] | None:
    """What was found most often in the source's last run that ended, with a record of each."""
    here, source = catalogue().journal, readable_source(source_id)
    last = next((one for one in here.runs.recent(source_id, limit=5) if not one.active), None)
    if last is None:
        return None
    grave = [one for one in findings_told(last, source) if one.severity is not Severity.INFO]
    worst = sorted(grave, key=lambda one: -one.count)[:FOUND]
    pages = here.page_ids(source_id, [one.key for one in worst if one.key])
    items = [
        {
            **finding_json(one, lang),
            "page": pages.get(one.key or ""),
            "tongue": tongue(spoken(one, lang), lang),
        }
        for one in worst
    ]
    return {"run": last.id, "items": items}
