"""Search as the doors call it: parameters in, a rendered page out."""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import orjson

import vocab
from catalogue.errors import InvalidParameter
from catalogue.ports import Index
from catalogue.project.describe import epoch, render_item
from catalogue.search.analysis import STEMMERS, stem, surface
from catalogue.search.parse import parse
from catalogue.search.query import KEYWORD_FIELDS, Box, Query, Range, Request, Result
from catalogue.search.starts import Starts

SORTS = ("relevance", "modified", "issued", "title", "quality")
FACETS = KEYWORD_FIELDS
FEW = 10  # hits below which words with typos are looked for too
COMMON = ("en", "de", "fr", "es", "it")  # languages whose stems every query looks for
_SCHEMES = {"sector", "theme", "format", "license", "access", "language", "hvd", "country"}
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class SearchParams:
    """What a reader asks. Dates are ISO 8601; `bbox` is west, south, east, north in degrees."""

    q: str = ""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    quality_min: int | None = None
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
    audiences: tuple[str, ...] = ("public",)


@dataclass(frozen=True, slots=True)
class SearchPage:
    """`facets`: by name a list of {"value","label","count"}. `next` is a cursor or None."""

    total: int
    items: tuple[dict[str, Any], ...]
    facets: dict[str, list[dict[str, Any]]]
    next: str | None


class SearchService:
    """Search over an index. Safe to share between threads."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._starts = Starts(index)

    def search(self, params: SearchParams) -> SearchPage:
        """Answer a search. Raises: InvalidParameter naming the parameter at fault."""
        result = self._found(_request(params, typos=False))
        if params.q.strip() and result.total < FEW:
            result = self._found(_request(params, typos=True))
        words = _highlightable(params.q)
        rendered = [render_item(hit.item, params.lang) for hit in result.hits]
        items = tuple({**one, "highlight": _highlight(one, words)} for one in rendered)
        facets = {
            name: [
                {"value": v, "label": _label(name, v, params.lang), "count": n} for v, n in counted
            ]
            for name, counted in result.facets.items()
        }
        following = None
        if result.next is not None:
            following = _cursor(result.next, _digest(params))
        return SearchPage(result.total, items, facets, following)

    def _found(self, request: Request) -> Result:
        try:
            result: Result = self._index.search(request)
        except (ValueError, OverflowError) as error:
            raise InvalidParameter("cursor", "this is no position that a page gave") from error
        return result

    def page(self, request: Request, start: int, walker: str) -> Result:
        """Answer a request as a page behind so many records: `search.starts.Starts.page`.

        Raises: InvalidParameter.
        """
        return self._starts.page(request, start, walker)

    def ids(self, after: str, limit: int, audiences: tuple[str, ...]) -> list[str]:
        """Ids of records that the audiences may see, in their order, from the one behind `after`."""
        return self._index.ids(after, limit, audiences)

    def generation(self) -> int:
        return int(self._index.generation())

    def suggest(self, text: str, limit: int = 10, lang: str = "en") -> list[dict[str, str]]:
        """What a person may mean who has typed so far: concepts, publishers, keywords."""
        wanted = text.strip().lower()
        if not wanted:
            return []
        found = [
            {"kind": name, "value": concept.code, "label": concept.label(lang)}
            for name in ("sector", "theme", "hvd")
            for concept in vocab.scheme(name)
            if concept.label(lang).lower().startswith(wanted)
        ]
        for kind, value, label in self._index.complete(text, limit):
            found.append({"kind": kind, "value": value, "label": label})
        return found[:limit]


def _request(params: SearchParams, *, typos: bool) -> Request:
    sort = _sort(params)
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
    languages = dict.fromkeys([params.lang, *COMMON])
    return Request(
        query=parse(params.q, [one for one in languages if one in STEMMERS], typos=typos),
        filters={name: tuple(values) for name, values in params.filters.items() if values},
        must=tuple(_bounds(params)),
        sort=sort,
        limit=params.limit,
        after=_position(params.cursor, _digest(params)) if params.cursor else None,
        facets=tuple(params.facets),
        facet_limit=params.facet_limit,
        audiences=params.audiences,
    )


def _sort(params: SearchParams) -> str:
    """The order; by relevance for a query, else the last modified first."""
    sort = params.sort or ("relevance" if params.q.strip() else "-modified")
    if sort.removeprefix("-") not in SORTS:
        raise InvalidParameter(
            "sort", f"must be one of {', '.join(SORTS)}, with - before it to descend"
        )
    if sort.removeprefix("-") == "relevance":
        return "relevance" if params.q.strip() else "-modified"
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
        sorted((name, sorted(values)) for name, values in params.filters.items()),
        [params.quality_min, params.modified_from, params.modified_to, params.bbox, params.sort],
        sorted(params.audiences),
    ]
    return hashlib.blake2b(orjson.dumps(parts), digest_size=6).hexdigest()


def _cursor(position: str, digest: str) -> str:
    return base64.urlsafe_b64encode(f"{digest} {position}".encode()).decode().rstrip("=")


def _position(cursor: str, digest: str) -> str:
    """Raises: InvalidParameter for a cursor that is none of ours, or of another search."""
    try:
        text = base64.b64decode(
            cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True
        ).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise InvalidParameter(
            "cursor", "this is no cursor; take `next` of the page before"
        ) from error
    found, _, position = text.partition(" ")
    if found != digest or not position:
        raise InvalidParameter("cursor", "the cursor is of another search; begin without one")
    return position


def _label(name: str, value: str, language: str) -> str:
    return vocab.label(name, value, language) if name in _SCHEMES else value


def _highlightable(text: str) -> frozenset[str]:
    return frozenset(form for token in surface(text) for form in _forms(token))


def _highlight(rendered: Mapping[str, Any], words: frozenset[str]) -> dict[str, str] | None:
    """Title and description as HTML: the text escaped, the words found in <mark>."""
    if not words:
        return None
    found = {}
    for name in ("title", "description"):
        text = rendered[name]
        if text:
            marked, number = _marked(text, words)
            if number:
                found[name] = marked
    return found or None


def _marked(text: str, words: frozenset[str]) -> tuple[str, int]:
    parts, at, number = [], 0, 0
    for match in _WORD.finditer(text):
        if not words.isdisjoint(_forms(match.group())):
            parts.append(html.escape(text[at : match.start()]))
            parts.append(f"<mark>{html.escape(match.group())}</mark>")
            at, number = match.end(), number + 1
    parts.append(html.escape(text[at:]))
    return "".join(parts), number


@lru_cache(maxsize=131_072)
def _forms(word: str) -> tuple[str, ...]:
    """A word's tokens, and their stems in the languages that every query looks for."""
    tokens = surface(word)
    stems = (stem(token, language) for token in tokens for language in COMMON)
    return tuple(dict.fromkeys((*tokens, *stems)))
