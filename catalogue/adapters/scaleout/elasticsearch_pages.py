"""What is asked of Elasticsearch for a page of hits and its counts, and what the answers say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from catalogue.adapters.scaleout.elasticsearch_queries import compiled
from catalogue.adapters.scaleout.elasticsearch_views import PATIENCE, View
from catalogue.search import query as q

VALUES = 65_000  # values a shard may report to a facet, so that counts are exact
MORE = 64  # hits fetched beyond a page, so that most groups of equal scores end in it
HALF = 0.000_51  # a rounded score may stand for one higher by so much
FAR = 1 << 63  # sort keys are below it

Search = tuple[dict[str, Any], dict[str, Any]]  # what is searched, and how

ORDER = [{"_count": "desc"}, {"_key": "asc"}]
COUNTED = {
    "search_type": "query_then_fetch",
    "request_cache": True,
}  # no scores; kept by the engine
SCORED = {"search_type": "dfs_query_then_fetch"}  # one statistic over all shards


# --- counting ------------------------------------------------------------------------------------


def counting(request: q.Request) -> tuple[list[Search], dict[str, int]]:
    """The searches that count: the first everything that is found, each other one the facet whose own
    filter it leaves out; and where each facet is counted."""
    narrowed = [name for name in request.facets if request.filters.get(name)]
    others = [name for name in request.facets if name not in narrowed]
    searches = [_counted(request, None, others)]
    searches += [_counted(request, name, [name]) for name in narrowed]
    return searches, {**dict.fromkeys(others, 0), **{n: at for at, n in enumerate(narrowed, 1)}}


def _counted(request: q.Request, without: str | None, names: Iterable[str]) -> Search:
    asked = {"size": request.facet_limit, "shard_size": VALUES, "order": ORDER}
    body: dict[str, Any] = {
        "size": 0,
        "track_total_hits": without is None,
        "query": _whole(request, without=without),
    }
    facets = {name: {"terms": {"field": name, **asked}} for name in names}
    return ({**body, "aggs": facets} if facets else body), COUNTED


def facets_of(
    request: q.Request, counted: Sequence[Mapping[str, Any]], places: Mapping[str, int]
) -> dict[str, tuple[tuple[str, int], ...]]:
    found = {}
    for name in request.facets:
        buckets = counted[places[name]]["aggregations"][name]["buckets"]
        found[name] = tuple((one["key"], one["doc_count"]) for one in buckets)
    return found


def _whole(request: q.Request, without: str | None = None) -> dict[str, Any]:
    filters = [q.Terms("audience", request.audiences), *request.must]
    filters += [q.Terms(n, v) for n, v in request.filters.items() if n != without and v]
    narrowed = [compiled(one) for one in filters]
    return {"bool": {"must": [compiled(request.query)], "filter": narrowed}}


# --- one page of hits ----------------------------------------------------------------------------


class Place(NamedTuple):
    """Where a request is answered: its `after` is a place in the view."""

    view: View
    request: q.Request


class Placed(NamedTuple):
    """A hit and its place: by (group, id). The group of a search by relevance is the rounded score,
    negative; of one by a key that key."""

    group: float
    id: str
    score: float
    item: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked for one page: `after` is where the page before ended, `start` where the engine
    begins, `size` how many hits are fetched first."""

    view: View
    request: q.Request
    query: dict[str, Any]
    after: tuple[float, str] | None
    start: list[Any] | None
    size: int
    items: bool = True

    @classmethod
    def of(cls, place: Place, *, items: bool) -> Page:
        """Without `items` hits come with their places alone. Raises: ValueError for a position that no
        page gave."""
        view, request = place
        whole, after = _whole(request), None
        if request.sort_key is not None:
            key = _key_and_id(request.after)
            start = list(key) if key else None
            return cls(view, request, whole, key, start, request.limit + 1, items)
        after = _score_and_id(request.after)
        first = [HALF - after[0], ""] if after else None
        return cls(view, request, whole, after, first, request.limit + 1 + MORE, items)

    def search(self, start: list[Any] | None, size: int) -> Search:
        """The search for so many hits that stand behind a place."""
        key = self.request.sort_key
        body: dict[str, Any] = {
            "query": self.query,
            "size": size,
            "sort": [{"_score": "desc"} if key is None else {key: "asc"}, {"id": "asc"}],
            "_source": ["item"] if self.items else False,
            "track_total_hits": False,
        }
        if self.view.pit is not None:
            body["pit"] = {"id": self.view.pit, "keep_alive": PATIENCE}
        if start is not None:
            body["search_after"] = start
        return body, SCORED if key is None else {}

    def position(self, last: Placed) -> str:
        """The place of a page's last hit, as the next page is asked for."""
        group = f"{last.group:.3f}" if self.request.sort_key is None else f"{last.group}"
        return f"{self.view.name} {group} {last.id}"


def placed(hit: Mapping[str, Any]) -> Placed:
    first, page_id = hit["sort"][:2]  # a view adds a third of its own
    item = hit.get("_source", {}).get("item", {})
    if isinstance(first, int):
        return Placed(first, page_id, 0.0, item)
    return Placed(-round(first, 3), page_id, first, item)


def fresh(
    fetched: Sequence[Placed], after: tuple[float, str] | None, unsure: float | None
) -> list[Placed]:
    """Those behind a place in their order, without a group that is not known whole."""
    found = [one for one in fetched if after is None or (one.group, one.id) > after]
    return sorted((one for one in found if one.group != unsure), key=lambda one: one[:2])


def _key_and_id(after: str | None) -> tuple[int, str] | None:
    if after is None:
        return None
    key, _, page_id = after.partition(" ")
    if not 0 <= int(key) < FAR:
        raise ValueError(f"{key} is no sort key")
    return int(key), page_id


def _score_and_id(after: str | None) -> tuple[float, str] | None:
    if after is None:
        return None
    text, _, page_id = after.partition(" ")
    score = float(text)
    if not -1e9 < score <= 0:
        raise ValueError(f"{text} is no score")
    return score, page_id
