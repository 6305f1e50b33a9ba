"""`/clusters`: what a steward sees of duplicates, and decides."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from api.clusters import DECISIONS, cursor_of, decided, place, placed, told
from api.context import catalogue
from api.pages import shell
from api.request_pages import back, following
from api.stewards import is_steward, steward
from catalogue.dedupe.telling import pair_json, titles_of
from catalogue.errors import InvalidParameter
from catalogue.project.describe import describe

PAGE = 50  # pairs on a page
SHOWN = 20  # clusters on it; all are behind `/api/v1/clusters`

blueprint = Blueprint("clusters_pages", __name__)


@blueprint.get("/clusters")
def review() -> str:
    """The pairs in doubt, how many clusters there are, and some of those by id."""
    steward()
    here = catalogue().journal
    found = here.clusters.to_review(place(request.args.get("cursor")), PAGE)
    clusters = here.clusters.clusters(limit=SHOWN)
    ids = [x for one in found for x in (one.a, one.b)] + [
        x for one in clusters for x in one.members
    ]
    more = {
        "clusters": clusters,
        "pairs": [pair_json(one) for one in found],
        "names": titles_of(here, list(dict.fromkeys(ids))),
        "number": here.clusters.number(),
        "in_doubt": here.clusters.number_to_review(),
        "following": following(cursor_of(found[-1]) if len(found) == PAGE else None),
        "decides": True,
    }
    return render_template("clusters.html", **shell("clusters", **more))


@blueprint.get("/clusters/<cluster_id>")
def cluster(cluster_id: str) -> str:
    """The records of a cluster side by side, and why they are together."""
    here = catalogue().journal
    found = here.clusters.cluster(cluster_id)
    names = titles_of(here, found.members)
    more = {
        "cluster": told(found),
        "ones": [describe(one, "") for one in here.current_many(list(names))],
        "names": names,
        "decides": is_steward(),
    }
    return render_template("cluster.html", **shell("clusters", **more))


@blueprint.post("/clusters/decisions")
def decide() -> Response:
    """Confirm, split or undo, then back to where that was asked."""
    given = {name: request.form.get(name, "")[:40] for name in ("a", "b", "decision")}
    if given["decision"] not in DECISIONS:
        raise InvalidParameter("decision", f"must be one of {', '.join(DECISIONS)}")
    seen = request.form.get("expected", "")
    expected = int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 10 else None
    pair = decided(given["a"], given["b"], given["decision"], expected)
    at = catalogue().journal.clusters.cluster_of(pair.a)
    return back(
        f"/clusters/{at.id}" if at and request.form.get("from") == "cluster" else "/clusters"
    )


@blueprint.post("/clusters/places")
def place_record() -> Response:
    """Take a record out of its cluster, then show what is left of that; or bring it back."""
    record, where = request.form.get("record", "")[:40], request.form.get("place", "")
    if where not in {"out", "back"}:
        raise InvalidParameter("place", "must be out or back")
    pairs = placed(record, where)
    here = catalogue().journal.clusters
    others = [one for pair in pairs for one in (pair.a, pair.b) if one != record]
    at = here.cluster_of(record) or next(filter(None, map(here.cluster_of, others)), None)
    return back(f"/clusters/{at.id}" if at else "/clusters")
