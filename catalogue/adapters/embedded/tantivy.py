"""The search index on Tantivy: written by the process that projects, read by any."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from tantivy import Document, FieldType, Index, Occur, Order, SchemaBuilder
from tantivy import Query as T

from catalogue.model import Change, audiences
from catalogue.project.describe import Description, describe, epoch, item
from catalogue.search import query as q
from catalogue.search.analysis import fold, tokens_of

VERSION = 1  # of the schema and of what is put into it; another one makes the index anew
HEAP = 256 * 1024 * 1024  # bytes of the writer's buffer
SEGMENTS = 65_000  # values a segment may report to a facet, so that counts are exact
BOUND = 62  # bits of a sort key

_TEXT = q.TEXT_FIELDS
_KEYS = (*q.KEYWORD_FIELDS, "audience", "id")
_SORTS = ("modified", "issued", "quality", "title")


class TantivyIndex:
    """`ports.Projection` and `ports.Index` on Tantivy. Reading is safe from any thread."""

    name = "index"

    def __init__(
        self, folder: Path, *, countries: Callable[[str], str], writable: bool = False
    ) -> None:
        self._folder, self._countries, self._writable = folder, countries, writable
        self._guard = threading.Lock()
        self._schema = _schema()
        self._seen: tuple[int, int] | None = None
        self._index: Index | None = None
        self._writer: Any = None
        if writable:
            self._reason = self._fault()
            if self._reason:
                shutil.rmtree(folder, ignore_errors=True)
            self._open()

    # --- projecting ------------------------------------------------------------------------------

    def cursor(self) -> int:
        return int(self._state().get("cursor", 0))

    def needs_rebuild(self, last_seq: int) -> str | None:
        """Why the index must be filled anew from the journal."""
        if self._reason and last_seq:
            return self._reason
        return "it is ahead of the journal" if self.cursor() > last_seq else None

    def apply(self, changes: Sequence[Change], cursor: int) -> None:
        for change in {change.record.page_id: change for change in changes}.values():
            self._put(change)
        self._commit(cursor)

    def settle(self) -> None:
        """Every commit is visible already; this reloads our own readers."""
        if self._index is not None:
            self._index.reload()

    def rebuild(self, live: Callable[[], Iterator[Change]], cursor: int) -> None:
        """Fill a new index beside the old one and swap; safe to repeat."""
        fresh = self._folder.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        builder = TantivyIndex(fresh, countries=self._countries, writable=True)
        for change in live():
            builder._put(change)
        builder._commit(cursor)
        builder.close()
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        fresh.rename(self._folder)
        self._reason = None
        self._open()

    def size(self) -> int:
        return int(self._searcher().num_docs)

    def differences(self, live: Callable[[], Iterator[Change]]) -> list[str]:
        """Records whose presence or content differs from the journal's, twenty at the most."""
        searcher = self._searcher()
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

    def close(self) -> None:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.wait_merging_threads()
        self._index = None

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._index = Index(self._schema, path=str(self._folder))
        self._writer = self._index.writer(HEAP, num_threads=1)
        if not self._state():
            self._commit(0)

    def _fault(self) -> str | None:
        """Why the folder's index cannot be gone on with."""
        if not self._folder.is_dir():
            return "it is absent"
        if self._state().get("version") != VERSION:
            return "it is of another version"
        try:
            Index(self._schema, path=str(self._folder)).searcher()
        except (ValueError, OSError) as error:
            return f"it is damaged: {error}"
        return None

    def _state(self) -> dict[str, Any]:
        try:
            state: dict[str, Any] = json.loads((self._folder / "state.json").read_text())
        except (OSError, json.JSONDecodeError):
            return {}
        return state

    def _commit(self, cursor: int) -> None:
        """Commit, then move the cursor: a crash between repeats the batch, which changes nothing."""
        self._writer.commit()
        fresh = self._folder / "state.json.new"
        fresh.write_text(json.dumps({"version": VERSION, "cursor": cursor}))
        fresh.replace(self._folder / "state.json")
        if self._index is not None:
            self._index.reload()

    def _put(self, change: Change) -> None:
        self._writer.delete_documents_by_term("id", change.record.page_id)
        if not change.deleted:
            one = describe(change, self._countries(change.record.node))
            self._writer.add_document(_document(change, one))

    # --- reading -----------------------------------------------------------------------------------

    def generation(self) -> int:
        self._searcher()
        return hash(self._seen)

    def search(self, request: q.Request) -> q.Result:
        """Answer a request; see `search.query.Request`."""
        searcher = self._searcher()
        whole = self._compiled(request, without=None)
        total = int(searcher.search(whole, 1).count or 0)
        hits, following = self._page(searcher, request, whole)
        facets = {name: self._facet(searcher, request, name) for name in request.facets}
        return q.Result(total, tuple(hits), facets, following, self.generation())

    def complete(self, prefix: str, limit: int) -> list[tuple[str, str, str]]:
        """Publishers and keywords that begin so, the most frequent first."""
        searcher = self._searcher()
        found: list[tuple[str, str, str]] = []
        for name in ("publisher", "keyword"):
            request = {"terms": {"field": name, "size": 1000, "segment_size": SEGMENTS}}
            counted = searcher.aggregate(_public(self._schema), {"a": request})["a"]["buckets"]
            wanted = fold(prefix.lower())
            found += [
                (name, b["key"], b["key"])
                for b in counted
                if fold(b["key"].lower()).startswith(wanted)
            ]
        return found[:limit]

    def _searcher(self) -> Any:
        """A searcher on the newest commit."""
        if self._writable and self._index is not None:
            return self._index.searcher()
        with self._guard:
            try:
                stat = (self._folder / "state.json").stat()
            except FileNotFoundError:
                return Index(self._schema).searcher()
            if self._seen != (stat.st_mtime_ns, stat.st_ino):
                self._seen = (stat.st_mtime_ns, stat.st_ino)
                self._index = Index(self._schema, path=str(self._folder))
            assert self._index is not None
            return self._index.searcher()

    def _compiled(self, request: q.Request, without: str | None) -> T:
        parts = [(Occur.Must, compiled(request.query, self._schema))]
        filters = [q.Terms("audience", request.audiences), *request.must]
        filters += [q.Terms(n, v) for n, v in request.filters.items() if n != without and v]
        parts += [
            (Occur.Must, T.const_score_query(compiled(one, self._schema), 0.0)) for one in filters
        ]
        return T.boolean_query(parts)

    def _facet(self, searcher: Any, request: q.Request, name: str) -> tuple[tuple[str, int], ...]:
        terms = {"field": name, "size": SEGMENTS, "segment_size": SEGMENTS}
        found = searcher.aggregate(self._compiled(request, without=name), {"a": {"terms": terms}})
        counted = [(bucket["key"], bucket["doc_count"]) for bucket in found["a"]["buckets"]]
        return tuple(sorted(counted, key=lambda pair: (-pair[1], pair[0]))[: request.facet_limit])

    def _page(self, searcher: Any, request: q.Request, whole: T) -> tuple[list[q.Hit], str | None]:
        field = request.sort.removeprefix("-")
        if field == "relevance":
            return self._by_score(searcher, request, whole)
        return self._by_key(searcher, request, whole, field)

    def _by_score(
        self, searcher: Any, request: q.Request, whole: T
    ) -> tuple[list[q.Hit], str | None]:
        """By rounded score, then id; a position is such a pair. Scores that differ only in the last
        digits may stand in any order in the engine, so whole groups of equal scores are sorted."""
        after = _pair(request.after)
        wanted, limit = request.limit, 2 * request.limit + 64
        while True:
            hits = searcher.search(whole, limit, count=False).hits
            ranked = sorted(
                (-round(score, 3), searcher.doc(address).get_first("id"), address)
                for score, address in hits
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
        return found, f"{page[-1][0]:.3f} {page[-1][1]}" if more and page else None

    def _by_key(
        self, searcher: Any, request: q.Request, whole: T, field: str
    ) -> tuple[list[q.Hit], str | None]:
        """By a unique number; a position is the last one's, so any depth costs the same."""
        down = request.sort.startswith("-")
        name = f"{field}_down" if down else f"{field}_up"
        if request.after is not None:
            low = int(request.after) + 1
            rest = T.range_query(self._schema, name, FieldType.Unsigned, lower_bound=low)
            whole = T.boolean_query([(Occur.Must, whole), (Occur.Must, rest)])
        answer = searcher.search(
            whole, request.limit + 1, count=False, order_by_field=name, order=Order.Asc
        )
        found = [_hit(searcher.doc(address), 0.0) for _key, address in answer.hits[: request.limit]]
        keys = [key for key, _address in answer.hits]
        more = len(keys) > request.limit
        return found, str(keys[request.limit - 1]) if more else None


def compiled(query: q.Query, schema: Any) -> T:  # noqa: C901 PLR0911 PLR0912 one case a kind of node
    """Our query tree in Tantivy's own."""
    match query:
        case q.All():
            return T.all_query()
        case q.Term(field, token):
            return T.term_query(schema, field, token)
        case q.Phrase(field, tokens):
            return T.phrase_query(schema, field, list(tokens))
        case q.Prefix(field, token):
            return T.fuzzy_term_query(schema, field, token, distance=0, prefix=True)
        case q.Fuzzy(field, token, distance):
            return T.fuzzy_term_query(schema, field, token, distance=distance)
        case q.Terms(field, values):
            return T.const_score_query(T.term_set_query(schema, field, list(values)), 0.0)
        case q.Range(field, low, high):
            name = f"{field}_at"
            bounds = T.range_query(
                schema, name, FieldType.Integer, lower_bound=low, upper_bound=high
            )
            return T.const_score_query(bounds, 0.0)
        case q.Box():
            return T.const_score_query(_box(query, schema), 0.0)
        case q.And(parts):
            return T.boolean_query([(Occur.Must, compiled(one, schema)) for one in parts])
        case q.Or(parts):
            return T.boolean_query([(Occur.Should, compiled(one, schema)) for one in parts])
        case q.Not(part):
            return T.boolean_query(
                [(Occur.Must, T.all_query()), (Occur.MustNot, compiled(part, schema))]
            )
        case q.DisMax(parts, tie):
            return T.disjunction_max_query([compiled(one, schema) for one in parts], tie)
        case q.Boost(part, factor):
            return T.boost_query(compiled(part, schema), factor)


def _box(box: q.Box, schema: Any) -> T:
    """Two boxes meet where neither lies wholly beside the other."""
    sides = (
        ("west", None, box.east),
        ("east", box.west, None),
        ("south", None, box.north),
        ("north", box.south, None),
    )
    return T.boolean_query(
        [
            (
                Occur.Must,
                T.range_query(schema, name, FieldType.Float, lower_bound=low, upper_bound=high),
            )
            for name, low, high in sides
        ]
    )


def _public(schema: Any) -> T:
    return T.term_query(schema, "audience", "public")


def _schema() -> Any:
    builder = SchemaBuilder()
    for name in _TEXT:
        builder.add_text_field(name, tokenizer_name="whitespace")
    for name in _KEYS:
        builder.add_text_field(
            name, stored=name == "id", fast=True, tokenizer_name="raw", index_option="basic"
        )
    builder.add_text_field("hash", stored=True, tokenizer_name="raw", index_option="basic")
    for name in q.NUMBER_FIELDS:
        builder.add_integer_field(f"{name}_at", indexed=True, fast=True)
    for name in _SORTS:
        builder.add_unsigned_field(f"{name}_up", indexed=True, fast=True)
        builder.add_unsigned_field(f"{name}_down", indexed=True, fast=True)
    for name in ("west", "south", "east", "north"):
        builder.add_float_field(name, indexed=True, fast=True)
    builder.add_bytes_field("item", stored=True)
    return builder.build()


def _document(change: Change, one: Description) -> Document:
    document = Document()
    record = change.record
    document.add_text("id", record.page_id)
    document.add_text("hash", record.content_hash.hex())
    for name in audiences(record.visibility):
        document.add_text("audience", name)
    for name, values in _keywords(one).items():
        for value in dict.fromkeys(values):
            document.add_text(name, value)
    for name, tokens in _texts(one).items():
        document.add_text(name, " ".join(tokens))
    times = {"modified": epoch(one.modified), "issued": epoch(one.issued), "quality": None}
    for name, number in times.items():
        if number is not None:
            document.add_integer(f"{name}_at", number)
        _sort_keys(document, name, number, record.page_id)
    _title_keys(document, one, record.page_id)
    if one.bbox:
        for name, degrees in zip(("west", "south", "east", "north"), one.bbox, strict=True):
            document.add_float(name, degrees)
    document.add_bytes("item", orjson.dumps(item(one)))
    return document


def _sort_keys(document: Document, name: str, number: int | None, page_id: str) -> None:
    """Unique ascending keys for both directions; a missing value comes last both ways."""
    tie = _tie(page_id, 24)
    if number is None:
        up = down = (1 << BOUND) | tie
    else:
        shifted = min(max(number + (1 << 36), 0), (1 << 37) - 1)
        up = (shifted << 24) | tie
        down = (((1 << 37) - 1 - shifted) << 24) | tie
    document.add_unsigned(f"{name}_up", up)
    document.add_unsigned(f"{name}_down", down)


def _title_keys(document: Document, one: Description, page_id: str) -> None:
    """By the first letters of the folded title (English, else the first language's); ties by id."""
    title = one.title.get("en") or next((one.title[lang] for lang in sorted(one.title)), "")
    folded = "".join(char for char in fold(title.lower()) if char.isalnum())
    number = 0
    for char in folded[:6].ljust(6, "\0"):
        number = number * 64 + _rank(char)
    tie = _tie(page_id, 24)
    if not folded:
        number = (1 << 37) - 1
    document.add_unsigned("title_up", (number << 24) | tie)
    document.add_unsigned("title_down", (((1 << 37) - 1 - number) << 24) | tie)


def _rank(char: str) -> int:
    if char == "\0":
        return 0
    if "0" <= char <= "9":
        return 1 + ord(char) - ord("0")
    if "a" <= char <= "z":
        return 11 + ord(char) - ord("a")
    if "α" <= char <= "ω":
        return 37 + ord(char) - ord("α")
    return 62 if char < "а" else 63


def _tie(page_id: str, bits: int) -> int:
    digest = hashlib.blake2b(page_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> (64 - bits)


def _keywords(one: Description) -> dict[str, list[str]]:
    year = (one.modified or one.issued or "")[:4]
    return {
        "sector": [sector.sector for sector in one.sectors],
        "country": _some(one.country),
        "theme": one.themes,
        "keyword": [word for words in one.keywords.values() for word in words],
        "publisher": _some(one.publisher),
        "format": one.formats,
        "license": one.licenses,
        "access": _some(one.access),
        "language": one.languages,
        "hvd": one.hvd,
        "profile": one.profiles,
        "type": [one.type],
        "node": [one.node],
        "source": [one.source],
        "year": _some(year),
    }


def _texts(one: Description) -> dict[str, list[str]]:
    words = [(word, lang) for lang, listed in one.keywords.items() for word in listed]
    parts = [
        (text, lang)
        for d in one.distributions
        for table in (d.title, d.description)
        for lang, text in table.items()
    ]
    names = [one.publisher or "", *one.creators, *one.identifiers, *one.formats, one.node]
    return {
        "title": _tokens((text, lang) for lang, text in one.title.items()),
        "description": _tokens((text, lang) for lang, text in one.description.items()),
        "keywords": _tokens(words),
        "distributions": _tokens(parts),
        "names": _tokens((name, "") for name in names),
    }


def _tokens(texts: Iterable[tuple[str, str]]) -> list[str]:
    return [token for text, language in texts for token in tokens_of(text, language)]


def _hit(document: Any, score: float) -> q.Hit:
    stored: Mapping[str, Any] = orjson.loads(bytes(document.get_first("item")))
    return q.Hit(document.get_first("id"), score, stored)


def _pair(after: str | None) -> tuple[float, str] | None:
    if after is None:
        return None
    score, _, page_id = after.partition(" ")
    return float(score), page_id


def _some(value: str | None) -> list[str]:
    return [value] if value else []
