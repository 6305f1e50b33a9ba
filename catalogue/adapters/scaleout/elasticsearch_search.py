"""Searching an Elasticsearch index that another process writes."""

from __future__ import annotations

import math
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from elastic_transport import TransportError

from catalogue.adapters.scaleout.elasticsearch_queries import compiled
from catalogue.adapters.scaleout.elasticsearch_server import Server, in_our_words, refusal
from catalogue.errors import Unavailable
from catalogue.model import Change
from catalogue.search import query as q
from catalogue.search.documents import folded_head, read_head

WHO = "the search engine"  # for readers, whom its address does not concern
SECONDS = 10.0  # that one request may take
CONNECTIONS = 32  # to each node: as many threads as ask at once
REST = 2.0  # seconds that a server which did not answer is not asked again
SWAPS, SWAPPED = 2, 0.05  # times that a search is tried again, and the seconds between
LOOK = 1.0  # seconds between looks at which commit is visible
VALUES = 65_000  # values a shard may report to a facet, so that counts are exact
MORE = 64  # hits fetched beyond a page, so that most groups of equal scores end in it
MANY = 5_000  # hits or ids fetched at once
LONGEST_HEAD = 100  # characters of what is typed that completion looks at
HALF = 0.000_51  # a rounded score may stand for one higher by so much
LAST = "\U0010ffff"  # behind every id
FAR = 1 << 63  # sort keys are below it

_Raw = Mapping[str, Any]  # a hit as the engine gives it
_Search = tuple[dict[str, Any], dict[str, Any]]  # what is searched, and how


class ElasticsearchSearch:
    """`ports.Index` on Elasticsearch. Safe between threads; what is visible is seen by every call."""

    def __init__(self, here: Server) -> None:
        self._here = here
        self._client = here.client(seconds=SECONDS, connections=CONNECTIONS)
        # Copies of a shard differ in what they have merged, so in scores: a reader stays with one.
        self._copy = f"aicat-{secrets.token_hex(4)}"
        self._guard = threading.Lock()
        self._resting = (0.0, "")  # until when, and why
        self._seen = (-math.inf, 0)  # when it was looked, and what was visible

    def generation(self) -> int:
        """The visible commit's; as it was a second ago at the most. Raises: Unavailable."""
        now = time.monotonic()
        if now - self._seen[0] > LOOK:
            answer = self._asked(lambda: self._client.indices.get_mapping(index=self._here.prefix))
            marks = [
                (name, of["mappings"].get("_meta", {}).get("cursor")) for name, of in answer.items()
            ]
            self._seen = (now, hash(tuple(sorted(marks))))
        return self._seen[1]

    def search(self, request: q.Request) -> q.Result:
        """Answer a request; see `search.query.Request`. Raises: Unavailable."""
        generation = self.generation()
        page = _Page.of(request)
        counting, places = _counting(request)
        first, *counted = self._searched([page.search(page.start, page.size), *counting])
        hits, position = self._page(page, first["hits"]["hits"])
        total = int(counted[0]["hits"]["total"]["value"])
        return q.Result(total, hits, _facets(request, counted, places), position, generation)

    def complete(self, prefix: str, limit: int) -> list[tuple[str, str, str]]:
        """Publishers and keywords that begin so, the most frequent first. Raises: Unavailable."""
        wanted = folded_head(prefix)[:LONGEST_HEAD]
        narrowed = [{"term": {"audience": "public"}}, {"prefix": {"heads": wanted}}]
        heads = {
            "field": "heads",
            "include": "".join(map(_plain, wanted)) + ".*",
            "size": limit,
            "shard_size": VALUES,
            "order": _ORDER,
        }
        body = {"query": {"bool": {"filter": narrowed}}, "aggs": {"heads": {"terms": heads}}}
        (answer,) = self._searched([({"size": 0, "track_total_hits": False, **body}, _COUNTED)])
        found = [read_head(one["key"]) for one in answer["aggregations"]["heads"]["buckets"]]
        return [(kind, value, value) for kind, value in found]

    def skip(self, request: q.Request, number: int) -> str | None:
        """Where the next `number` records end; see `ports.Index`. Brings places alone.

        Raises: Unavailable.
        """
        after, left = request.after, number
        while left:
            step = min(left, MANY)
            page = _Page.of(replace(request, limit=step, after=after), items=False)
            (answer,) = self._searched([page.search(page.start, page.size)])
            _hits, after = self._page(page, answer["hits"]["hits"])
            if after is None:
                return None
            left -= step
        return after

    def ids(self, after: str, limit: int, audiences: tuple[str, ...]) -> list[str]:
        """The ids of records in their order; see `ports.Index`. Raises: Unavailable."""
        found: list[str] = []
        while len(found) < limit:
            size = min(limit - len(found), MANY)
            body = {
                "query": {"bool": {"filter": [compiled(q.Terms("audience", audiences))]}},
                "size": size,
                "sort": [{"id": "asc"}],
                "search_after": [found[-1] if found else after],
                "_source": False,
                "track_total_hits": False,
            }
            (answer,) = self._searched([(body, {})])
            hits = answer["hits"]["hits"]
            found += [one["sort"][0] for one in hits]
            if len(hits) < size:
                break
        return found

    def size(self) -> int:
        """How many records are indexed. Raises: Unavailable."""
        return int(self._asked(lambda: self._client.count(index=self._here.prefix))["count"])

    def differences(self, live: Callable[[], Iterator[Change]]) -> list[str]:
        """Records whose presence or content differs from the journal's, twenty at the most.

        Raises: Unavailable.
        """
        indexed = dict(self._hashes())
        faults = []
        for change in live():
            found = indexed.pop(change.record.page_id, None)
            if found != change.record.content_hash.hex():
                what = "is not in the index" if found is None else "is indexed in another version"
                faults.append(f"record {change.record.page_id} {what}")
        faults += [f"record {page_id} is in the index only" for page_id in indexed]
        return faults[:20]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _hashes(self) -> Iterator[tuple[str, str]]:
        """Every record's id and content hash, by id."""
        body: dict[str, Any] = {
            "size": MANY,
            "sort": [{"id": "asc"}],
            "_source": False,
            "docvalue_fields": ["hash"],
            "track_total_hits": False,
        }
        while True:
            (answer,) = self._searched([(body, {})])
            hits = answer["hits"]["hits"]
            yield from ((one["sort"][0], one["fields"]["hash"][0]) for one in hits)
            if len(hits) < MANY:
                return
            body["search_after"] = hits[-1]["sort"]

    # --- one page of hits ------------------------------------------------------------------------

    def _page(self, page: _Page, hits: Sequence[_Raw]) -> tuple[tuple[q.Hit, ...], str | None]:
        """The hits, and where the next page begins."""
        request = page.request
        found = [_placed(one) for one in hits]
        if request.sort_key is None:
            found = self._in_groups(page, found)
        shown = found[: request.limit]
        position = None
        if shown and len(found) > len(shown):
            position = page.position(shown[-1])
        return tuple(q.Hit(one.id, one.score, one.item) for one in shown), position

    def _in_groups(self, page: _Page, fetched: list[_Placed]) -> list[_Placed]:
        """By (rounded score descending, id): more than a page, or all that is left.

        The engine sorts by the exact score, so that a group of equal rounded scores is known only when
        it is whole. One without an end in sight is in practice a single score many times: then the
        engine's order in it is ours, and it can be entered in its middle.
        """
        after, limit = page.after, page.request.limit
        number, size, even = len(fetched), page.size, False
        while number == size:
            last = fetched[-1]
            if len(_fresh(fetched, after, None if even else last.group)) > limit:
                break
            even = even or self._even(page, fetched)
            passed = after is not None and (last.group, last.id) <= after
            start = [last.score, after[1] if even and passed and after else last.id]
            size = page.size if even else MANY
            (answer,) = self._searched([page.search(start, size)])
            hits = answer["hits"]["hits"]
            number = len(hits)
            fetched += [_placed(one) for one in hits]
            even = even and fetched[-1].group == last.group
        whole = number < size or even
        return _fresh(fetched, after, None if whole else fetched[-1].group)

    def _even(self, page: _Page, fetched: Sequence[_Placed]) -> bool:
        """Whether all of the last group have one score, those that were not fetched as well."""
        last = fetched[-1]
        if any(one.group == last.group and one.score != last.score for one in fetched):
            return False
        (answer,) = self._searched([page.search([last.score, LAST], 1)])
        return all(_placed(one).group != last.group for one in answer["hits"]["hits"])

    # --- asking ----------------------------------------------------------------------------------

    def _searched(self, searches: Sequence[_Search]) -> list[Mapping[str, Any]]:
        """The answers to several searches, asked in one request."""
        lines: list[Mapping[str, Any]] = []
        for body, how in searches:
            lines += [{"preference": self._copy, "allow_partial_search_results": False, **how}]
            lines += [body]
        for attempt in range(SWAPS + 1):
            if attempt:
                time.sleep(SWAPPED)
            answer = self._asked(
                lambda: self._client.msearch(index=self._here.prefix, searches=lines)
            )
            found: list[Mapping[str, Any]] = answer["responses"]
            failed = [one for one in found if "error" in one]
            if not failed:
                return found
            if all(int(one["status"]) not in {404, 503} for one in failed):
                break  # no index that was swapped for another in the middle of a search
        status, error = int(failed[0]["status"]), failed[0]["error"]
        raise refusal(WHO, status, failed[0]) or RuntimeError(
            f"Elasticsearch refused a search of ours ({status}): {error}"
        )

    def _asked(self, ask: Callable[[], Any]) -> Any:
        """An answer. A server that did not answer is given a rest, so that threads do not wait for
        it one after another."""
        until, why = self._resting
        if time.monotonic() < until:
            raise Unavailable(why, retry_after=math.ceil(REST))
        try:
            with in_our_words(WHO):
                return ask()
        except Unavailable as error:
            if isinstance(error.__cause__, TransportError):
                self._resting = (time.monotonic() + REST, str(error))
            raise


_ORDER = [{"_count": "desc"}, {"_key": "asc"}]
_COUNTED = {
    "search_type": "query_then_fetch",
    "request_cache": True,
}  # no scores; kept by the engine
_SCORED = {"search_type": "dfs_query_then_fetch"}  # one statistic over all shards


# --- counting ------------------------------------------------------------------------------------


def _counting(request: q.Request) -> tuple[list[_Search], dict[str, int]]:
    """The searches that count: the first everything that is found, each other one the facet whose own
    filter it leaves out; and where each facet is counted."""
    narrowed = [name for name in request.facets if request.filters.get(name)]
    others = [name for name in request.facets if name not in narrowed]
    searches = [_counted(request, None, others)]
    searches += [_counted(request, name, [name]) for name in narrowed]
    return searches, {**dict.fromkeys(others, 0), **{n: at for at, n in enumerate(narrowed, 1)}}


def _counted(request: q.Request, without: str | None, names: Iterable[str]) -> _Search:
    asked = {"size": request.facet_limit, "shard_size": VALUES, "order": _ORDER}
    body: dict[str, Any] = {
        "size": 0,
        "track_total_hits": without is None,
        "query": _whole(request, without=without),
    }
    facets = {name: {"terms": {"field": name, **asked}} for name in names}
    return ({**body, "aggs": facets} if facets else body), _COUNTED


def _facets(
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


class _Placed(NamedTuple):
    """A hit and its place: by (group, id). The group of a search by relevance is the rounded score,
    negative; of one by a key that key."""

    group: float
    id: str
    score: float
    item: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Page:
    """What is asked for one page: `after` is where the page before ended, `start` where the engine
    begins, `size` how many hits are fetched first."""

    request: q.Request
    query: dict[str, Any]
    after: tuple[float, str] | None
    start: list[Any] | None
    size: int
    items: bool = True

    @classmethod
    def of(cls, request: q.Request, *, items: bool = True) -> _Page:
        """Without `items` hits come with their places alone. Raises: ValueError for a position that no
        page gave."""
        whole, after = _whole(request), None
        if request.sort_key is not None:
            key = _key_and_id(request.after)
            start = list(key) if key else None
            return cls(request, whole, key, start, request.limit + 1, items)
        after = _score_and_id(request.after)
        first = [HALF - after[0], ""] if after else None
        return cls(request, whole, after, first, request.limit + 1 + MORE, items)

    def search(self, start: list[Any] | None, size: int) -> _Search:
        """The search for so many hits that stand behind a place."""
        key = self.request.sort_key
        body: dict[str, Any] = {
            "query": self.query,
            "size": size,
            "sort": [{"_score": "desc"} if key is None else {key: "asc"}, {"id": "asc"}],
            "_source": ["item"] if self.items else False,
            "track_total_hits": False,
        }
        if start is not None:
            body["search_after"] = start
        return body, _SCORED if key is None else {}

    def position(self, last: _Placed) -> str:
        """The place of a page's last hit, as the next page is asked for."""
        group = f"{last.group:.3f}" if self.request.sort_key is None else f"{last.group}"
        return f"{group} {last.id}"


def _placed(hit: _Raw) -> _Placed:
    first, page_id = hit["sort"]
    item = hit.get("_source", {}).get("item", {})
    if isinstance(first, int):
        return _Placed(first, page_id, 0.0, item)
    return _Placed(-round(first, 3), page_id, first, item)


def _fresh(
    fetched: Sequence[_Placed], after: tuple[float, str] | None, unsure: float | None
) -> list[_Placed]:
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


def _plain(char: str) -> str:
    """A character as itself in a regular expression of Lucene."""
    return char if char.isalnum() else f"\\{char}"
