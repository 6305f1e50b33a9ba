"""Searching an Elasticsearch index that another process writes."""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from elastic_transport import TransportError

from catalogue.adapters.scaleout.elasticsearch_pages import (
    COUNTED,
    ORDER,
    VALUES,
    Page,
    Place,
    Placed,
    Search,
    counting,
    facets_of,
    fresh,
    placed,
)
from catalogue.adapters.scaleout.elasticsearch_queries import compiled
from catalogue.adapters.scaleout.elasticsearch_server import Server, in_our_words, refusal
from catalogue.adapters.scaleout.elasticsearch_views import (
    LIVE,
    SWAPPED,
    SWAPS,
    Commit,
    View,
    Views,
    commit,
    unsealed,
)
from catalogue.errors import Unavailable
from catalogue.model import Change
from catalogue.search import query as q
from catalogue.search.clusters import OF_CLUSTERS, differences
from catalogue.search.documents import folded_head, read_head

WHO = "the search engine"  # for readers, whom its address does not concern
SECONDS = 10.0  # that one request may take
CONNECTIONS = 32  # to each node: as many threads as ask at once
REST = 2.0  # seconds that a server which did not answer is not asked again
LOOK = 1.0  # seconds between looks at which commit is visible
MANY = 5_000  # hits or ids fetched at once
PASSED = 9_000  # hits passed at once: with what is fetched besides, below the engine's 10,000
LAST = "\U0010ffff"  # behind every id

_Found = TypeVar("_Found")


class ElasticsearchSearch:
    """`ports.Index` on Elasticsearch. Safe between threads; every first page sees the newest commit."""

    def __init__(self, here: Server) -> None:
        self._here = here
        self._client = here.client(seconds=SECONDS, connections=CONNECTIONS)
        # Copies of a shard differ in what they have merged, so in scores: a reader stays with one.
        self._copy = f"aicat-{secrets.token_hex(4)}"
        self._views = Views(self._client, here.prefix, self._copy, self._asked)
        self._resting = (0.0, "")  # until when, and why
        self._seen = (-math.inf, 0)  # when it was looked, and what was visible

    def generation(self) -> int:
        """The visible commit's; as it was a second ago at the most. Raises: Unavailable."""
        if time.monotonic() - self._seen[0] > LOOK:
            self._newest()
        return self._seen[1]

    def search(self, request: q.Request) -> q.Result:
        """Answer a request; see `search.query.Request`.

        A walk goes on in the commit that it began in, while the engine keeps that, so that it meets
        each record once whatever changes meanwhile; what it shows is always the newest state.
        Totals and facets are those of the newest commit.

        Raises: Unavailable; ValueError if `after` is no position.
        """
        return self._steadily(request, self._answer)

    def complete(self, prefix: str, limit: int) -> list[tuple[str, str, str]]:
        """Publishers and keywords that begin so, the most frequent first. Raises: Unavailable."""
        wanted = folded_head(prefix)
        narrowed = [{"term": {"audience": "public"}}, {"prefix": {"heads": wanted}}]
        heads = {
            "field": "heads",
            "include": "".join(map(_plain, wanted)) + ".*",
            "size": limit,
            "shard_size": VALUES,
            "order": ORDER,
        }
        body = {"query": {"bool": {"filter": narrowed}}, "aggs": {"heads": {"terms": heads}}}
        (answer,) = self._searched([({"size": 0, "track_total_hits": False, **body}, COUNTED)])
        found = [read_head(one["key"]) for one in answer["aggregations"]["heads"]["buckets"]]
        return [(kind, value, value) for kind, value in found]

    def skip(self, request: q.Request, number: int) -> str | None:
        """Where the next `number` records end; see `ports.Index`. Brings places alone.

        Raises: Unavailable; ValueError if `after` is no position.
        """
        return self._steadily(request, lambda _now, place: self._skipped(place, number))

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
        records = compiled(q.Not(OF_CLUSTERS))
        count = partial(self._client.count, index=self._here.prefix, query=records)
        return int(self._asked(count)["count"])

    def differences(self, live: Callable[[], Iterator[Change]]) -> list[str]:
        """Records whose presence or content differs from the journal's, twenty at the most.

        Raises: Unavailable.
        """
        return differences(dict(self._hashes()), live())

    def close(self) -> None:
        """Let go of the views that were opened, and of the connections."""
        self._views.close()
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

    # --- commits ---------------------------------------------------------------------------------

    def _newest(self) -> Commit:
        """The visible commit."""
        told = self._asked(
            lambda: self._client.indices.get_mapping(
                index=self._here.prefix, filter_path=["*.mappings._meta", "error", "status"]
            )
        )
        now = commit(told)
        self._seen = (time.monotonic(), now.label)
        return now

    def _steadily(self, request: q.Request, ask: Callable[[Commit, Place], _Found]) -> _Found:
        """What is found in the view that a request goes on in; at the same place in the newest one where
        the engine has that no more."""
        for _attempt in range(2):
            now = self._newest()
            view, after = self._where(now, request.after)
            try:
                return ask(now, Place(view, replace(request, after=after)))
            except _Lost:
                self._views.lost(view)
                request = replace(request, after=None if after is None else f"{LIVE} {after}")
        live = Place(View(now.label), replace(request, after=after))
        return ask(now, live)

    def _where(self, now: Commit, after: str | None) -> tuple[View, str | None]:
        """The view to go on in, and the place to go on behind."""
        if after is None:
            return self._views.of(now), None
        name, _, rest = after.partition(" ")
        view = unsealed(name, now.secret)
        if view is None:
            return self._views.of(now), rest
        self._views.used(view)
        return view, rest

    def _shown(self, now: Commit, place: Place, found: Sequence[Placed]) -> tuple[q.Hit, ...]:
        """The hits as they are now; what the reader may no longer see is left out."""
        if place.view.label == now.label or not found:
            return tuple(q.Hit(one.id, one.score, one.item) for one in found)
        still = q.And(
            (
                q.Terms("id", tuple(one.id for one in found)),
                q.Terms("audience", place.request.audiences),
            )
        )
        body = {
            "query": compiled(still),
            "size": len(found),
            "sort": ["_doc"],
            "_source": ["item"],
            "track_total_hits": False,
        }
        (answer,) = self._searched([(body, {})])
        items = {one["_id"]: one["_source"]["item"] for one in answer["hits"]["hits"]}
        return tuple(q.Hit(one.id, one.score, items[one.id]) for one in found if one.id in items)

    # --- one page of hits ------------------------------------------------------------------------

    def _answer(self, now: Commit, place: Place) -> q.Result:
        page = Page.of(place, items=place.view.label == now.label)
        counts, places = counting(place.request)
        first, *counted = self._searched([page.search(page.start, page.size), *counts])
        found, position = self._page(page, first["hits"]["hits"])
        total = int(counted[0]["hits"]["total"]["value"])
        facets = facets_of(place.request, counted, places)
        return q.Result(total, self._shown(now, place, found), facets, position, now.label)

    def _skipped(self, place: Place, number: int) -> str | None:
        left, after = number, place.request.after
        while left:
            step = min(left, PASSED)
            there = Place(place.view, replace(place.request, limit=step, after=after))
            page = Page.of(there, items=False)
            (answer,) = self._searched([page.search(page.start, page.size)])
            _found, position = self._page(page, answer["hits"]["hits"])
            if position is None:
                return None
            after = position.partition(" ")[2]
            left -= step
        return None if after is None else f"{place.view.name} {after}"

    def _page(
        self, page: Page, hits: Sequence[Mapping[str, Any]]
    ) -> tuple[list[Placed], str | None]:
        """The hits, and where the next page begins."""
        request = page.request
        found = [placed(one) for one in hits]
        if request.sort_key is None:
            found = self._in_groups(page, found)
        shown = found[: request.limit]
        position = None
        if shown and len(found) > len(shown):
            position = page.position(shown[-1])
        return shown, position

    def _in_groups(self, page: Page, fetched: list[Placed]) -> list[Placed]:
        """By (rounded score descending, id): more than a page, or all that is left.

        The engine sorts by the exact score, so that a group of equal rounded scores is known only when
        it is whole. One without an end in sight is in practice a single score many times: then the
        engine's order in it is ours, and it can be entered in its middle.
        """
        after, limit = page.after, page.request.limit
        number, size, even = len(fetched), page.size, False
        while number == size:
            last = fetched[-1]
            if len(fresh(fetched, after, None if even else last.group)) > limit:
                break
            even = even or self._even(page, fetched)
            passed = after is not None and (last.group, last.id) <= after
            start = [last.score, after[1] if even and passed and after else last.id]
            size = page.size if even else MANY
            (answer,) = self._searched([page.search(start, size)])
            hits = answer["hits"]["hits"]
            number = len(hits)
            fetched += [placed(one) for one in hits]
            even = even and fetched[-1].group == last.group
        whole = number < size or even
        return fresh(fetched, after, None if whole else fetched[-1].group)

    def _even(self, page: Page, fetched: Sequence[Placed]) -> bool:
        """Whether all of the last group have one score, those that were not fetched as well."""
        last = fetched[-1]
        if any(one.group == last.group and one.score != last.score for one in fetched):
            return False
        (answer,) = self._searched([page.search([last.score, LAST], 1)])
        return all(placed(one).group != last.group for one in answer["hits"]["hits"])

    # --- asking ----------------------------------------------------------------------------------

    def _searched(self, searches: Sequence[Search]) -> list[Mapping[str, Any]]:
        """The answers to several searches, asked in one request.

        Raises: Unavailable; _Lost for a view that is no more.
        """
        prefix = self._here.prefix
        lines: list[Mapping[str, Any]] = []
        for body, how in searches:
            # A view knows which copies it is of.
            where = {} if "pit" in body else {"index": prefix, "preference": self._copy}
            lines += [{"allow_partial_search_results": False, **where, **how}, body]
        for attempt in range(SWAPS + 1):
            if attempt:
                time.sleep(SWAPPED)
            answer = self._asked(lambda: self._client.msearch(searches=lines))
            found: list[Mapping[str, Any]] = answer["responses"]
            failed = [one for one in found if "error" in one]
            if not failed:
                return found
            if any(map(_is_lost, searches, found)):
                raise _Lost
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


class _Lost(Exception):
    """The engine has the view no more that was searched."""


def _is_lost(search: Search, answer: Mapping[str, Any]) -> bool:
    """Whether a search failed as its view was closed, or a node of it ended. What the newest state
    does not answer either is told when that is searched."""
    return "pit" in search[0] and "error" in answer and int(answer["status"]) != 429


def _plain(char: str) -> str:
    """A character as itself in a regular expression of Lucene."""
    return char if char.isalnum() else f"\\{char}"
