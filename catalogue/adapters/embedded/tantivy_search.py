"""Searching a Tantivy index that another process writes."""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from tantivy import FieldType, Index, Occur, Order
from tantivy import Query as T

from catalogue.adapters.embedded.tantivy_documents import schema
from catalogue.adapters.embedded.tantivy_queries import compiled
from catalogue.model import Change
from catalogue.search import query as q
from catalogue.search.documents import folded_head, id_keys, read_head

SEGMENTS = 65_000  # values a segment may report to a facet, so that counts are exact
KEPT = 256  # searches whose totals and facets are kept until the next commit
PLENTY = 2000  # completions that are looked at

Counts = tuple[tuple[str, int], ...]


class TantivySearch:
    """`ports.Index` on Tantivy. Safe between threads; every call sees the newest commit."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._guard = threading.Lock()
        self._schema = schema()
        self._seen: tuple[int, int] | None = None
        self._index: Index | None = None
        self._counted: OrderedDict[object, tuple[int, dict[str, Counts]]] = OrderedDict()

    def generation(self) -> int:
        return self._newest()[1]

    def search(self, request: q.Request) -> q.Result:
        """Answer a request; see `search.query.Request`."""
        searcher, generation = self._newest()
        whole = self._compiled(request, without=None)
        key = (generation, _without_page(request))
        known = self._kept(key)
        hits, following, total = self._page(searcher, request, whole, count=known is None)
        if known is None:
            known = (total, self._facets(searcher, request))
            self._keep(key, known)
        return q.Result(known[0], tuple(hits), known[1], following, generation)

    def complete(self, prefix: str, limit: int) -> list[tuple[str, str, str]]:
        """Publishers and keywords that begin so, the most frequent first."""
        wanted = folded_head(prefix)
        public = T.term_query(self._schema, "audience", "public")
        found = self._newest()[0].terms_with_prefix("heads", wanted, public, PLENTY)
        ranked = sorted(((-count, head) for head, count in found))[:limit]
        parts = [read_head(head) for _count, head in ranked]
        return [(kind, value, value) for kind, value in parts]

    def skip(self, request: q.Request, number: int) -> str | None:
        """Where the next `number` records end; see `ports.Index`. Reads no records but those that
        share the last one's place."""
        searcher, _generation = self._newest()
        name = request.sort_key
        after = _pair(request.after) if name is None else _key_and_id(request.after)
        whole = self._compiled(request, without=None)
        if name is not None and after is not None:
            rest = T.range_query(self._schema, name, FieldType.Unsigned, lower_bound=after[0])
            whole = T.boolean_query([(Occur.Must, whole), (Occur.Must, rest)])
        order = {"order_by_field": name, "order": Order.Asc} if name is not None else {}
        limit = number + 64
        while True:
            hits = searcher.search(whole, limit, count=False, **order).hits
            keys = [key if name is not None else -round(key, 3) for key, _address in hits]
            complete = len(hits) < limit
            # Those that share the last key may go on behind what was fetched.
            sure = len(keys) if complete else bisect_left(keys, keys[-1])
            passed = self._passed(searcher, hits, keys, after)
            if sure - passed > number:
                return self._end(searcher, hits, keys, passed + number)
            if complete:
                return None
            limit *= 4

    def ids(self, after: str, limit: int, audiences: tuple[str, ...]) -> list[str]:
        """The ids of records in their order; see `ports.Index`."""
        searcher, _generation = self._newest()
        parts = [(Occur.Must, compiled(q.Terms("audience", audiences), self._schema))]
        if after:
            low = id_keys(after)[0]
            rest = T.range_query(self._schema, "id_up", FieldType.Unsigned, lower_bound=low)
            parts.append((Occur.Must, rest))
        whole = T.boolean_query(parts)
        # Only ids that differ in nothing but their last character share a key.
        hits = searcher.search(
            whole, limit + 32, count=False, order_by_field="id_up", order=Order.Asc
        ).hits
        found = sorted(searcher.doc(address).get_first("id") for _key, address in hits)
        return [page_id for page_id in found if page_id > after][:limit]

    def size(self) -> int:
        """How many records are indexed."""
        return int(self._newest()[0].num_docs)

    def differences(self, live: Callable[[], Iterator[Change]]) -> list[str]:
        """Records whose presence or content differs from the journal's, twenty at the most."""
        searcher, _generation = self._newest()
        indexed = {}
        for _score, address in searcher.search(T.all_query(), max(searcher.num_docs, 1)).hits:
            document = searcher.doc(address)
            indexed[document.get_first("id")] = document.get_first("hash")
        faults = []
        for change in live():
            found = indexed.pop(change.record.page_id, None)
            if found != change.record.content_hash.hex():
                what = "is not in the index" if found is None else "is indexed in another version"
                faults.append(f"record {change.record.page_id} {what}")
        faults += [f"record {page_id} is in the index only" for page_id in indexed]
        return faults[:20]

    def _newest(self) -> tuple[Any, int]:
        """A searcher on the newest commit, and that commit's generation."""
        with self._guard:
            try:
                stat = (self._folder / "state.json").stat()
            except FileNotFoundError:
                return Index(self._schema).searcher(), hash(None)
            if self._seen != (stat.st_mtime_ns, stat.st_ino):
                self._seen = (stat.st_mtime_ns, stat.st_ino)
                self._index = Index(self._schema, path=str(self._folder))
                self._counted.clear()
            assert self._index is not None
            return self._index.searcher(), hash(self._seen)

    def _compiled(self, request: q.Request, without: str | None) -> T:
        parts = [(Occur.Must, compiled(request.query, self._schema))]
        filters = [q.Terms("audience", request.audiences), *request.must]
        filters += [q.Terms(n, v) for n, v in request.filters.items() if n != without and v]
        parts += [
            (Occur.Must, T.const_score_query(compiled(one, self._schema), 0.0)) for one in filters
        ]
        return T.boolean_query(parts)

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

    def _facets(self, searcher: Any, request: q.Request) -> dict[str, Counts]:
        """The facets in the order asked; those whose own field is not filtered by, in one pass."""
        narrowed = [name for name in request.facets if request.filters.get(name)]
        others = [name for name in request.facets if name not in narrowed]
        found = self._counts(searcher, request, None, others) if others else {}
        for name in narrowed:
            found |= self._counts(searcher, request, name, [name])
        return {name: found[name] for name in request.facets}

    def _counts(
        self, searcher: Any, request: q.Request, without: str | None, names: Iterable[str]
    ) -> dict[str, Counts]:
        """The most frequent values of each field, by count, then value."""
        query = self._compiled(request, without=without)
        limit = request.facet_limit
        found = _aggregated(searcher, query, names, 2 * limit)
        # Where the values of equal count go on behind what was fetched, only all of them can be sorted.
        cut = [
            n for n, of in found.items() if len(of) == 2 * limit and of[-1][1] == of[limit - 1][1]
        ]
        if cut:
            found |= _aggregated(searcher, query, cut, SEGMENTS)
        return {
            name: tuple(sorted(of, key=lambda p: (-p[1], p[0]))[:limit])
            for name, of in found.items()
        }

    # --- one page of hits --------------------------------------------------------------------------

    def _page(
        self, searcher: Any, request: q.Request, whole: T, *, count: bool
    ) -> tuple[list[q.Hit], str | None, int]:
        """The hits, where the next page begins, and the total if `count`."""
        if request.sort_key is None:
            return self._by_score(searcher, request, whole, count=count)
        return self._by_key(searcher, request, whole, request.sort_key, count=count)

    def _by_score(
        self, searcher: Any, request: q.Request, whole: T, *, count: bool
    ) -> tuple[list[q.Hit], str | None, int]:
        """By rounded score, then id; a position is such a pair. Scores that differ only in the last
        digits may stand in any order in the engine, so whole groups of equal scores are sorted."""
        after = _pair(request.after)
        wanted, limit, total = request.limit, 2 * request.limit + 64, 0
        while True:
            answer = searcher.search(whole, limit, count=count)
            hits, count, total = answer.hits, False, total or int(answer.count or 0)
            # What stands before the position needs no id.
            rounded = ((-round(score, 3), address) for score, address in hits)
            ranked = sorted(
                (score, searcher.doc(address).get_first("id"), address)
                for score, address in rounded
                if after is None or score >= after[0]
            )
            last = ranked[-1][0] if ranked else 0.0
            complete = len(hits) < limit
            # The last group may go on behind what was fetched.
            sure = ranked if complete else [one for one in ranked if one[0] < last]
            fresh = [one for one in sure if after is None or (one[0], one[1]) > after]
            if len(fresh) > wanted or complete:
                break
            limit *= 4
        page = fresh[:wanted]
        found = [_hit(searcher.doc(address), -score) for score, _id, address in page]
        more = len(fresh) > wanted
        return found, f"{page[-1][0]:.3f} {page[-1][1]}" if more and page else None, total

    @staticmethod
    def _passed(
        searcher: Any, hits: list[Any], keys: list[float], after: tuple[float, str] | None
    ) -> int:
        """How many of the hits, which ascend by key, stand at or before a position."""
        if after is None:
            return 0
        first, behind = bisect_left(keys, after[0]), bisect_right(keys, after[0])
        same = (searcher.doc(address).get_first("id") for _key, address in hits[first:behind])
        return first + sum(1 for page_id in same if page_id <= after[1])

    @staticmethod
    def _end(
        searcher: Any,
        hits: list[Any],
        keys: list[float],
        number: int,
    ) -> str:
        """The position of the hit of that number, counted by key, then id."""
        key = keys[number - 1]
        first, behind = bisect_left(keys, key), bisect_right(keys, key)
        same = sorted(searcher.doc(address).get_first("id") for _key, address in hits[first:behind])
        page_id = same[number - 1 - first]
        return f"{key:.3f} {page_id}" if isinstance(key, float) else f"{key} {page_id}"

    def _by_key(
        self, searcher: Any, request: q.Request, whole: T, name: str, *, count: bool
    ) -> tuple[list[q.Hit], str | None, int]:
        """By a number that is nearly unique, then id; a position is the last one's pair, so any depth
        costs the same."""
        total = int(searcher.search(whole, 1).count or 0) if count else 0
        after = _key_and_id(request.after)
        if after is not None:
            rest = T.range_query(self._schema, name, FieldType.Unsigned, lower_bound=after[0])
            whole = T.boolean_query([(Occur.Must, whole), (Occur.Must, rest)])
        wanted, limit = request.limit, request.limit + 2
        while True:
            hits = searcher.search(
                whole, limit, count=False, order_by_field=name, order=Order.Asc
            ).hits
            ranked = sorted(
                (key, searcher.doc(address).get_first("id"), address) for key, address in hits
            )
            complete = len(hits) < limit
            # Those that share the last key may go on behind what was fetched.
            sure = ranked if complete else [one for one in ranked if one[0] < ranked[-1][0]]
            fresh = [one for one in sure if after is None or (one[0], one[1]) > after]
            if len(fresh) > wanted or complete:
                break
            limit *= 2
        page = fresh[:wanted]
        found = [_hit(searcher.doc(address), 0.0) for _key, _id, address in page]
        more = len(fresh) > wanted
        return found, f"{page[-1][0]} {page[-1][1]}" if more and page else None, total


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


def _key_and_id(after: str | None) -> tuple[int, str] | None:
    if after is None:
        return None
    key, _, page_id = after.partition(" ")
    return int(key), page_id


def _pair(after: str | None) -> tuple[float, str] | None:
    if after is None:
        return None
    score, _, page_id = after.partition(" ")
    return float(score), page_id
