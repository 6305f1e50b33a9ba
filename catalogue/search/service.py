"""Search as the doors call it: parameters in, a rendered page out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

import vocab
from catalogue.errors import InvalidParameter
from catalogue.ports import Index
from catalogue.project.describe import Description, epoch, render_item
from catalogue.search import ranking
from catalogue.search.clusters import seen_by
from catalogue.search.cursor import read_cursor, write_cursor
from catalogue.search.documents import START, texts
from catalogue.search.explain import explained
from catalogue.search.highlight import highlight, words_of
from catalogue.search.languages import LANGUAGES
from catalogue.search.parse import beginning, clean, misspellable, parse, word_query
from catalogue.search.query import (
    KEYWORD_FIELDS,
    SORTED_BY,
    And,
    Boost,
    Box,
    Not,
    Or,
    Query,
    Range,
    Request,
    Result,
    Term,
    Terms,
    scores,
)
from catalogue.search.spelling import respelt
from catalogue.search.starts import Starts
from vocab.facet_labels import facet_label

SORTS = ("relevance", *SORTED_BY)
FACETS = KEYWORD_FIELDS
LARGEST = 2**63 - 1  # bytes
_SCHEMES = {"sector", "theme", "format", "license", "access", "language", "hvd", "country"}


@dataclass(frozen=True, slots=True)
class SearchParams:
    """What a reader asks. Dates are ISO 8601; `bbox` is west, south, east, north in degrees; `size_min`
    bytes. With `explain` each item tells how its score came about."""

    q: str = ""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    quality_min: int | None = None
    size_min: int | None = None
    modified_from: str | None = None
    modified_to: str | None = None
    bbox: tuple[float, float, float, float] | None = None
    sort: str = ""
    limit: int = 20
    cursor: str | None = None
    facets: Sequence[str] = ()
    facet_limit: int = 100
    lang: str = "en"
    collapse: str = "none"
    explain: bool = False
    audiences: tuple[str, ...] = ("public",)


@dataclass(frozen=True, slots=True)
class SearchPage:
    """`facets`: by name a list of {"value","label","count"}. `next` is a cursor or None. `did_you_mean`
    is the text of a search that finds more, where this one found little."""

    total: int
    items: tuple[dict[str, Any], ...]
    facets: dict[str, list[dict[str, Any]]]
    next: str | None
    did_you_mean: str | None = None


class SearchService:
    """Search over an index. Safe to share between threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._starts = Starts(index)
        self._spoken: tuple[object, tuple[str, ...]] = (None, ())

    def search(self, params: SearchParams) -> SearchPage:
        """Answer a search. Raises: InvalidParameter naming the parameter at fault."""
        params = replace(params, q=clean(params.q))
        languages = self.languages(params.lang, params.audiences)
        words = misspellable(params.q)
        request = _request(params, languages)
        typos: tuple[str, ...] = ()
        suggestion = None
        if params.cursor:
            # A walk looks for typos to its end in the words that it began with.
            typos, position = read_cursor(params.cursor, _digest(params), words)
            query = parse(params.q, languages, typos)
            request = replace(request, query=query, after=position)
            result = self._found(request)
        else:
            result = self._found(request)
            if result.total < ranking.FEW:
                typos = self._unusual(request, languages, words)
            if typos:
                exactly = result.total
                request = replace(request, query=parse(params.q, languages, typos))
                result = self._found(request)
                suggestion = self._likelier(params, request, result, exactly, languages)
        facets = {
            name: [
                {"value": v, "label": _label(name, v, params.lang), "count": n} for v, n in counted
            ]
            for name, counted in result.facets.items()
        }
        following = None
        if result.next is not None:
            following = write_cursor(_digest(params), words, typos, result.next)
        items = self._items(params, request, result)
        return SearchPage(result.total, items, facets, following, suggestion)

    def _items(
        self, params: SearchParams, request: Request, result: Result
    ) -> tuple[dict[str, Any], ...]:
        words = words_of(params.q)
        items = []
        for hit in result.hits:
            rendered = render_item(hit.item, params.lang)
            items.append({**rendered, "highlight": highlight(rendered, hit.item, words)})
        if params.explain and items:
            ids = [hit.id for hit in result.hits]
            told = explained(request.query, ids, lambda part: self._scores(part, request, ids))
            items = [{**item, "explain": told[of]} for of, item in zip(ids, items, strict=True)]
        return tuple(items)

    def _scores(self, part: Query, request: Request, ids: Sequence[str]) -> dict[str, float]:
        """The scores that a part of a query gives some records."""
        asked = Request(
            query=part,
            must=(Terms("id", tuple(ids)),),
            limit=max(len(ids), 1),
            audiences=request.audiences,
        )
        return {hit.id: hit.score for hit in self._found(asked).hits}

    def _found(self, request: Request) -> Result:
        try:
            result: Result = self._index.search(request)
        except (ValueError, OverflowError) as error:
            if request.after is None:
                raise
            raise InvalidParameter("cursor", "this is no position that a page gave") from error
        return result

    def _unusual(
        self, request: Request, languages: tuple[str, ...], words: Sequence[str]
    ) -> tuple[str, ...]:
        """Those of the words that few records have."""
        return tuple(
            word
            for word in words
            if self._total(word_query(word, languages), request.audiences) < ranking.FEW
        )

    def _total(self, query: Query, audiences: tuple[str, ...]) -> int:
        return self._found(Request(query=query, limit=1, audiences=audiences)).total

    def _likelier(
        self,
        params: SearchParams,
        request: Request,
        result: Result,
        exactly: int,
        languages: tuple[str, ...],
    ) -> str | None:
        """A spelling of the query that finds much more; None where there is none."""
        hits = result.hits
        if request.sort != "relevance" or request.limit < ranking.FEW:
            asked = replace(request, facets=(), sort="relevance", limit=2 * ranking.FEW)
            hits = self._found(asked).hits
        text = respelt(params.q, [hit.item for hit in hits])
        if text is None:
            return None
        better = replace(request, query=parse(text, languages), facets=(), limit=1)
        return text if self._found(better).total >= max(1, ranking.LIKELIER * exactly) else None

    def languages(self, reader_s: str, audiences: tuple[str, ...]) -> tuple[str, ...]:
        """The languages whose stems are looked for: the reader's, then those of the texts, the most
        frequent first."""
        key = (self._index.generation(), audiences)
        known, spoken = self._spoken
        if known != key:
            asked = Request(
                facets=("text_language",), limit=1, sort="-modified", audiences=audiences
            )
            spoken = tuple(value for value, _n in self._found(asked).facets["text_language"])
            self._spoken = (key, spoken)
        return tuple(one for one in dict.fromkeys((reader_s, *spoken)) if one in LANGUAGES)

    def page(self, request: Request, start: int, walker: str) -> Result:
        """Answer a request as a page behind so many records: `search.starts.Starts.page`.

        Raises: Unavailable.
        """
        return self._starts.page(request, start, walker)

    def ids(self, after: str, limit: int, audiences: tuple[str, ...]) -> list[str]:
        """Ids of records that the audiences may see, in their order, from the one behind `after`."""
        return self._index.ids(after, limit, audiences)

    def generation(self) -> int:
        return int(self._index.generation())

    def close(self) -> None:
        """Let go of the index."""
        self._index.close()

    # --- beside searching --------------------------------------------------------------------------

    def suggest(
        self, text: str, limit: int = 10, lang: str = "en", audiences: tuple[str, ...] = ("public",)
    ) -> list[dict[str, str]]:
        """What a person may mean who has typed so far: concepts, publishers, keywords, records.

        Each is {"kind","value","label"}: `kind` is a filter's name and `value` what it takes, or
        "record" and a page id; of the records the last modified.
        """
        text = clean(text)
        if not text.strip():
            return []
        concepts = _concepts(text, lang)[: max(1, limit // 3)]
        heads = [
            {"kind": kind, "value": value, "label": label}
            for kind, value, label in self._index.complete(text, limit)
        ]
        query = beginning(text, self.languages(lang, audiences))
        records = []
        if query is not None:
            asked = Request(query=query, limit=limit, sort="-modified", audiences=audiences)
            for hit in self._found(asked).hits:
                title = render_item(hit.item, lang)["title"]
                records.append({"kind": "record", "value": hit.id, "label": title or hit.id})
        room = limit - len(concepts) - min(len(records), limit // 3)
        found = [*concepts, *heads[: max(room, 0)]]
        return [*found, *records[: limit - len(found)]]

    def similar(
        self,
        one: Description,
        limit: int = 10,
        lang: str = "en",
        audiences: tuple[str, ...] = ("public",),
    ) -> list[dict[str, Any]]:
        """Items of the records whose titles and keywords have most in common with a record's, the
        most alike first; never the record itself."""
        words = [Boost(Term(field, token), weight) for field, token, weight in _telling(one)]
        if not words:
            return []
        query = And((Or(tuple(words)), Not(Terms("id", (one.id,)))))
        found = self._found(Request(query=query, limit=limit, audiences=audiences))
        return [render_item(hit.item, lang) for hit in found.hits]


def _concepts(text: str, lang: str) -> list[dict[str, str]]:
    """Concepts with a word in their label that begins so."""
    wanted = text.strip().lower()
    return [
        {"kind": name, "value": concept.code, "label": label}
        for name in ("sector", "theme", "hvd")
        for concept in vocab.scheme(name)
        if f" {wanted}" in f" {(label := concept.label(lang)).lower()}"
    ]


def _telling(one: Description) -> list[tuple[str, str, float]]:
    """The words that a record is likened by: stems where its language has them, else longer words."""
    of = texts(one)
    found = []
    for name in ("title", "keywords"):
        stems = [token for token in of[name] if token.startswith("~") and token != START]
        words = stems or [token for token in of[name] if len(token) > 3]
        weight = ranking.FIELDS[name]
        kept = dict.fromkeys(words[: ranking.SIMILAR_TERMS // 2])
        found += [(name, token, weight) for token in kept]
    return found


def _request(params: SearchParams, languages: tuple[str, ...]) -> Request:
    query = parse(params.q, languages)
    sort = _sort(params, query)
    unknown = [name for name in params.facets if name not in FACETS]
    if unknown:
        raise InvalidParameter(
            "facets", f"there is no facet {unknown[0]!r}; there are {', '.join(FACETS)}"
        )
    if not 1 <= params.limit <= 1000:
        raise InvalidParameter("limit", "must be from 1 to 1000")
    if not 1 <= params.facet_limit <= 1000:
        raise InvalidParameter("facet_limit", "must be from 1 to 1000")
    if params.collapse not in {"none", "cluster"}:
        raise InvalidParameter("collapse", "must be none or cluster")
    for name in params.filters:
        if name not in KEYWORD_FIELDS:
            raise InvalidParameter(name, "there is no such filter")
    return Request(
        query=query,
        filters={
            name: tuple(clean(value) for value in values)
            for name, values in params.filters.items()
            if values
        },
        must=tuple(_bounds(params)),
        sort=sort,
        limit=params.limit,
        facets=tuple(params.facets),
        facet_limit=params.facet_limit,
        audiences=seen_by(params.audiences, collapsed=params.collapse == "cluster"),
    )


def _sort(params: SearchParams, query: Query) -> str:
    """The order; by relevance where words are looked for, else the last modified first."""
    sort = params.sort or "relevance"
    if sort.removeprefix("-") not in SORTS:
        raise InvalidParameter(
            "sort", f"must be one of {', '.join(SORTS)}, with - before it to descend"
        )
    if sort.removeprefix("-") == "relevance":
        return "relevance" if scores(query) else "-modified"
    return sort


def _bounds(params: SearchParams) -> list[Query]:
    found: list[Query] = []
    low, high = (
        _day("modified_from", params.modified_from),
        _day("modified_to", params.modified_to, last=True),
    )
    if low is not None or high is not None:
        found.append(Range("modified", low, high))
    if params.quality_min is not None:
        if not 0 <= params.quality_min <= 405:
            raise InvalidParameter("quality_min", "must be from 0 to 405")
        found.append(Range("quality", params.quality_min, None))
    if params.size_min is not None:
        if not 0 <= params.size_min <= LARGEST:
            raise InvalidParameter("size_min", "must be a number of bytes, 0 or more")
        found.append(Range("size", params.size_min, None))
    if params.bbox is not None:
        west, south, east, north = params.bbox
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise InvalidParameter("bbox", "must be west,south,east,north in degrees")
        found.append(Box(west, south, east, north))
    return found


def _day(name: str, text: str | None, *, last: bool = False) -> int | None:
    if text is None:
        return None
    seconds = epoch(text)
    if seconds is None:
        raise InvalidParameter(name, f"{text!r} is no date; write 2024-05-31")
    return seconds + 86_399 if last and len(text) == 10 else seconds


def _digest(params: SearchParams) -> str:
    """What must be the same from page to page: everything but the cursor, page size and labels."""
    parts = [
        params.q,
        sorted((name, sorted(map(clean, of))) for name, of in params.filters.items()),
        [
            params.quality_min,
            params.size_min,
            params.modified_from,
            params.modified_to,
            params.bbox,
            params.sort,
            *([params.collapse] if params.collapse != "none" else ()),
        ],
        sorted(params.audiences),
    ]
    return hashlib.blake2b(orjson.dumps(parts), digest_size=6).hexdigest()


def _label(name: str, value: str, language: str) -> str:
    if name in _SCHEMES:
        return vocab.label(name, value, language)
    return facet_label(name, value, language)
