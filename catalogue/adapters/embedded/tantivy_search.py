"""Searching a Tantivy index that another process writes."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from tantivy import FieldType, Index, Occur, Order
from tantivy import Query as T

from catalogue.adapters.embedded.tantivy_documents import schema
from catalogue.adapters.embedded.tantivy_queries import Seen, compiled
from catalogue.model import Change
from catalogue.search import query as q
from catalogue.search.clusters import OF_CLUSTERS, differences
from catalogue.search.documents import folded_head, id_rank, ranked_id, read_head

SEGMENTS = 65_000  # values a segment may report to a facet, so that counts are exact
KEPT = 256  # searches whose totals and facets are kept until the next commit
PLENTY = 2000  # completions that are looked at
TERMS = 100_000  # terms of which it is kept whether they are there
COMPLETED = 4096  # beginnings whose completions are kept until the next commit
NEAR = (
    2000  # records with words within a typo's reach that are listed: more are looked for each time
)
TYPOS = 4096  # words whose records with typos are kept until the next commit
VIEWS, PATIENCE = 32, 600.0  # older commits that walks go on in, and the seconds they are kept for
JUMP = 1_000  # hits from which on a first page is no page, but is counted to go on from
RANKED = 400_000  # hits of walks by relevance whose order is kept, together

Counts = tuple[tuple[str, int], ...]
Place = tuple[float, int]  # of a hit in its order: by the first, then by `documents.id_rank`
Ranked = tuple[float, int, Any]  # a place, and the engine's address of the hit


@dataclass(frozen=True, slots=True)
class View:
    """One commit, unchanging while it is held."""

    searcher: Any
    generation: int


class TantivySearch:
    """`ports.Index` on Tantivy. Safe between threads; every first page sees the newest commit."""

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock = folder, clock
        self._guard = threading.Lock()
        self._schema = schema()
        self._seen: tuple[int, int] | None = None
        self._index: Index | None = None
        self._counted: OrderedDict[object, tuple[int, dict[str, Counts]]] = OrderedDict()
        self._known_of, self._terms = 0, dict[tuple[str, str], bool]()
        self._completed: OrderedDict[object, list[tuple[str, str]]] = OrderedDict()
        self._near: OrderedDict[object, T | None] = OrderedDict()
        self._views: OrderedDict[int, tuple[View, float]] = OrderedDict()
        self._ranked: OrderedDict[object, tuple[list[Ranked], bool]] = OrderedDict()

    def generation(self) -> int:
        return self._newest().generation

    def search(self, request: q.Request) -> q.Result:
        """Answer a request; see `search.query.Request`. Raises: ValueError if `after` is no position.

        A walk goes on in the commit that it began in, while that is kept, so that it meets each
        record once whatever changes meanwhile; what it shows is always the newest state. Totals
        and facets are those of the newest commit.
        """
        newest = self._newest()
        view, after = self._where(newest, request.after)
        whole = self._compiled(view, request, without=None)
        key = (newest.generation, _without_page(request))
        known = self._kept(key)
        found, more, total = self._page(view, request, whole, after, count=known is None)
        hits = self._shown(view, newest, request, found)
        if known is None:
            if view.generation != newest.generation:
                total = self._total(newest, self._compiled(newest, request, without=None))
            known = (total, self._facets(newest, request))
            self._keep(key, known)
        following = self._position(view, found) if more else None
        return q.Result(known[0], tuple(hits), known[1], following, newest.generation)

    def complete(self, prefix: str, limit: int) -> list[tuple[str, str, str]]:
        """Publishers and keywords of public records that begin so, the most frequent first."""
        view, wanted = self._newest(), folded_head(prefix)
        key = (view.generation, wanted, limit)
        with self._guard:
            known = self._completed.get(key)
        if known is None:
            public = T.term_query(self._schema, "audience", "public")
            found = view.searcher.terms_with_prefix("heads", wanted, public, PLENTY)
            ranked = sorted((-count, head) for head, count in found if count)[:limit]
            known = [read_head(head) for _count, head in ranked]
            with self._guard:
                self._completed[key] = known
                while len(self._completed) > COMPLETED:
                    self._completed.popitem(last=False)
        return [(kind, value, value) for kind, value in known]

    def skip(self, request: q.Request, number: int) -> str | None:
        """Where the next `number` records end; see `ports.Index`. Reads no record but the last."""
        view, after = self._where(self._newest(), request.after)
        whole = self._compiled(view, request, without=None)
        wanted = replace(request, limit=number)
        found, more, _total = self._page(view, wanted, whole, after, count=False)
        return self._position(view, found) if more else None

    def ids(self, after: str, limit: int, audiences: tuple[str, ...]) -> list[str]:
        """The ids of records in their order; see `ports.Index`. Reads no records."""
        parts = [(Occur.Must, compiled(q.Terms("audience", audiences), self._schema))]
        if after:
            low = id_rank(after) + 1
            rest = T.range_query(self._schema, "rank", FieldType.Unsigned, lower_bound=low)
            parts.append((Occur.Must, rest))
        hits = (
            self._newest()
            .searcher.search(
                T.boolean_query(parts), limit, count=False, order_by_field="rank", order=Order.Asc
            )
            .hits
        )
        return [ranked_id(rank) for rank, _address in hits]

    def size(self) -> int:
        """How many records are indexed."""
        records = compiled(q.Not(OF_CLUSTERS), self._schema)
        return int(self._newest().searcher.search(records, 1, count=True).count or 0)

    def differences(self, live: Callable[[], Iterator[Change]]) -> list[str]:
        """Records whose presence or content differs from the journal's, twenty at the most."""
        searcher = self._newest().searcher
        indexed = {}
        for _score, address in searcher.search(T.all_query(), max(searcher.num_docs, 1)).hits:
            document = searcher.doc(address)
            indexed[document.get_first("id")] = document.get_first("hash")
        return differences(indexed, live())

    def close(self) -> None:
        """Let go of the commits that are kept."""
        with self._guard:
            self._views.clear()
            self._ranked.clear()

    # --- commits -----------------------------------------------------------------------------------

    def _newest(self) -> View:
        """The newest commit."""
        with self._guard:
            try:
                stat = (self._folder / "state.json").stat()
                if self._seen != (stat.st_mtime_ns, stat.st_ino):
                    self._index = Index(self._schema, path=str(self._folder))
                    self._seen = (stat.st_mtime_ns, stat.st_ino)
                    self._counted.clear()
                    self._completed.clear()
                    self._near.clear()
                    self._known_of, self._terms = hash(self._seen), {}
            except (FileNotFoundError, ValueError):
                # Absent; or just being replaced, and the old one serves on.
                if self._index is None:
                    return View(Index(self._schema).searcher(), 0)
            assert self._index is not None
            return View(self._index.searcher(), hash(self._seen))

    def _where(self, newest: View, after: str | None) -> tuple[View, Place | None]:
        """The commit to go on in, and the place to go on behind."""
        if after is None:
            return newest, None
        generation, first, page_id = after.split(" ", 2)
        place = (float(first) if "." in first else int(first), id_rank(page_id))
        if int(generation) == newest.generation:
            return newest, place
        with self._guard:
            kept = self._views.get(int(generation))
        return (kept[0] if kept else newest), place

    def _position(self, view: View, found: list[Ranked]) -> str:
        """The place of the last hit, in a commit that is kept from now on for a while."""
        now = self._clock()
        with self._guard:
            self._views.pop(view.generation, None)
            self._views[view.generation] = (view, now)
            while self._views:
                oldest, (_view, used) = next(iter(self._views.items()))
                if len(self._views) <= VIEWS and now - used <= PATIENCE:
                    break
                del self._views[oldest]
        first, _rank, address = found[-1]
        page_id = view.searcher.doc(address).get_first("id")
        return f"{view.generation} {first if isinstance(first, int) else f'{first:.3f}'} {page_id}"

    def _shown(
        self, view: View, newest: View, request: q.Request, found: list[Ranked]
    ) -> list[q.Hit]:
        """The hits as they are now; what the reader may no longer see is left out."""
        relevance = request.sort_key is None
        documents = [(first, view.searcher.doc(address)) for first, _rank, address in found]
        if view.generation != newest.generation and documents:
            ids = tuple(document.get_first("id") for _first, document in documents)
            still = q.And((q.Terms("id", ids), q.Terms("audience", request.audiences)))
            answer = newest.searcher.search(
                compiled(still, self._schema), len(ids), count=False
            ).hits
            now = {
                document.get_first("id"): document
                for document in (newest.searcher.doc(address) for _score, address in answer)
            }
            documents = [
                (f, now[i]) for (f, _old), i in zip(documents, ids, strict=True) if i in now
            ]
        return [_hit(document, -first if relevance else 0.0) for first, document in documents]

    def _compiled(self, view: View, request: q.Request, without: str | None) -> T:
        parts = [(Occur.Must, compiled(request.query, self._schema, self._known(view)))]
        filters = [q.Terms("audience", request.audiences), *request.must]
        filters += [q.Terms(n, v) for n, v in request.filters.items() if n != without and v]
        parts += [
            (Occur.Must, T.const_score_query(compiled(one, self._schema), 0.0)) for one in filters
        ]
        return T.boolean_query(parts)

    def _known(self, view: View) -> Seen:
        """Which terms a commit has; what is known of the newest one is kept, within bounds."""
        known = self._terms if view.generation == self._known_of else {}

        def exists(field: str, token: str) -> bool:
            found = known.get((field, token))
            if found is None:
                found = bool(view.searcher.doc_freq(field, token))
                if len(known) < TERMS:
                    known[field, token] = found
            return found

        return Seen(exists, partial(self._with_typos, view))

    def _with_typos(self, view: View, fuzzy: q.Fuzzy) -> T | None:
        """The records with a word within a typo's reach, one by one; None where they are many.

        To find them every word of the index that begins in a like way is looked at, which is most of
        what a search with typos costs: so it is done once for hits and facets, and all pages.
        """
        key = (view.generation, fuzzy)
        with self._guard:
            if key in self._near:
                return self._near[key]
        query = compiled(fuzzy, self._schema)
        hits = view.searcher.search(query, NEAR + 1, count=False).hits
        found = None
        if len(hits) <= NEAR:
            ranks = view.searcher.fast_field_values("rank", [address for _score, address in hits])
            ids = T.term_set_query(self._schema, "id", [ranked_id(rank) for rank in ranks])
            found = T.const_score_query(ids, 1.0)  # as the engine scores them
        with self._guard:
            self._near[key] = found
            while len(self._near) > TYPOS:
                self._near.popitem(last=False)
        return found

    # --- counting --------------------------------------------------------------------------------

    def _kept(self, key: object) -> tuple[int, dict[str, Counts]] | None:
        with self._guard:
            found = self._counted.get(key)
            if found is not None:
                self._counted.move_to_end(key)
            return found

    def _keep(self, key: object, counted: tuple[int, dict[str, Counts]]) -> None:
        with self._guard:
            self._counted[key] = counted
            while len(self._counted) > KEPT:
                self._counted.popitem(last=False)

    def _facets(self, view: View, request: q.Request) -> dict[str, Counts]:
        """The facets in the order asked; those whose own field is not filtered by, in one pass."""
        narrowed = [name for name in request.facets if request.filters.get(name)]
        others = [name for name in request.facets if name not in narrowed]
        found = self._counts(view, request, None, others) if others else {}
        for name in narrowed:
            found |= self._counts(view, request, name, [name])
        return {name: found[name] for name in request.facets}

    def _counts(
        self, view: View, request: q.Request, without: str | None, names: Iterable[str]
    ) -> dict[str, Counts]:
        """The most frequent values of each field, by count, then value."""
        query = self._compiled(view, request, without=without)
        limit = request.facet_limit
        found = _aggregated(view.searcher, query, names, 2 * limit)
        # Where the values of equal count go on behind what was fetched, only all of them can be sorted.
        cut = [
            n for n, of in found.items() if len(of) == 2 * limit and of[-1][1] == of[limit - 1][1]
        ]
        if cut:
            found |= _aggregated(view.searcher, query, cut, SEGMENTS)
        return {
            name: tuple(sorted(of, key=lambda p: (-p[1], p[0]))[:limit])
            for name, of in found.items()
        }

    def _total(self, view: View, whole: T) -> int:
        return int(view.searcher.search(whole, 1).count or 0)

    # --- one page of hits --------------------------------------------------------------------------

    def _page(
        self, view: View, request: q.Request, whole: T, after: Place | None, *, count: bool
    ) -> tuple[list[Ranked], bool, int]:
        """The hits behind a place, whether there are more, and the total if `count`."""
        name = request.sort_key
        if name is None:
            return self._by_score(view, request, whole, after, count=count)
        return self._by_key(view, request, whole, after, name, count=count)

    def _by_score(
        self, view: View, request: q.Request, whole: T, after: Place | None, *, count: bool
    ) -> tuple[list[Ranked], bool, int]:
        """By rounded score, then id. Scores that differ only in the last digits may stand in any order
        in the engine, so whole groups of equal scores are sorted."""
        key = (view.generation, _without_page(request))
        ranked, complete = self._walked(key) if after else ([], False)
        limit, total = max(4 * len(ranked), 2 * request.limit + 64), 0
        while True:
            start = bisect_right(ranked, after, key=_place) if after else 0
            fresh = ranked[start : start + request.limit + 1]
            if len(fresh) > request.limit or complete:
                break
            answer = view.searcher.search(whole, limit, count=count)
            count, total = False, total or int(answer.count or 0)
            complete = len(answer.hits) < limit
            ranked = _sure(view, [(-round(s, 3), a) for s, a in answer.hits], complete=complete)
            limit *= 4
        if after or request.limit > JUMP:
            self._keep_walk(key, ranked, complete)
        return fresh[: request.limit], len(fresh) > request.limit, total

    def _by_key(
        self,
        view: View,
        request: q.Request,
        whole: T,
        after: Place | None,
        name: str,
        *,
        count: bool,
    ) -> tuple[list[Ranked], bool, int]:
        """By a number that is nearly unique, then id, so any depth costs the same."""
        total = self._total(view, whole) if count else 0
        if after is not None:
            low = int(after[0])
            rest = T.range_query(self._schema, name, FieldType.Unsigned, lower_bound=low)
            whole = T.boolean_query([(Occur.Must, whole), (Occur.Must, rest)])
        limit = request.limit + 2
        while True:
            hits = view.searcher.search(
                whole, limit, count=False, order_by_field=name, order=Order.Asc
            ).hits
            complete = len(hits) < limit
            ranked = _sure(view, hits, complete=complete)
            fresh = [one for one in ranked if after is None or _place(one) > after]
            if len(fresh) > request.limit or complete:
                return fresh[: request.limit], len(fresh) > request.limit, total
            limit *= 2

    def _walked(self, key: object) -> tuple[list[Ranked], bool]:
        with self._guard:
            return self._ranked.get(key, ([], False))

    def _keep_walk(self, key: object, ranked: list[Ranked], complete: bool) -> None:
        with self._guard:
            self._ranked.pop(key, None)
            self._ranked[key] = (ranked, complete)
            while len(self._ranked) > 1 and sum(len(r) for r, _c in self._ranked.values()) > RANKED:
                self._ranked.popitem(last=False)


def _place(one: Ranked) -> Place:
    return one[0], one[1]


def _sure(view: View, hits: list[tuple[Any, Any]], *, complete: bool) -> list[Ranked]:
    """The hits in their order. The last group may go on behind what was fetched, so it is left out
    unless all was."""
    ranks = view.searcher.fast_field_values("rank", [address for _first, address in hits])
    ranked = [(first, rank, address) for (first, address), rank in zip(hits, ranks, strict=True)]
    ranked.sort(key=_place)
    if complete or not ranked:
        return ranked
    return ranked[: bisect_left(ranked, ranked[-1][0], key=lambda one: one[0])]


def _without_page(request: q.Request) -> tuple[object, ...]:
    """What totals and facets depend on."""
    filters = tuple(sorted(request.filters.items()))
    return (
        request.query,
        filters,
        request.must,
        request.facets,
        request.facet_limit,
        request.audiences,
    )


def _aggregated(
    searcher: Any, query: T, names: Iterable[str], size: int
) -> dict[str, list[tuple[str, int]]]:
    """Values with their counts, the most frequent first."""
    asked = {
        name: {"terms": {"field": name, "size": size, "segment_size": SEGMENTS}} for name in names
    }
    answer = searcher.aggregate(query, asked)
    return {name: [(b["key"], b["doc_count"]) for b in answer[name]["buckets"]] for name in asked}


def _hit(document: Any, score: float) -> q.Hit:
    stored: Mapping[str, Any] = orjson.loads(bytes(document.get_first("item")))
    return q.Hit(document.get_first("id"), score, stored)
