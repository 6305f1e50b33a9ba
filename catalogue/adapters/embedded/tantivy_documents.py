"""What the index holds of a record: the schema, and a document of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import orjson
from tantivy import Document, SchemaBuilder

from catalogue.model import Change, audiences
from catalogue.project.describe import Description, epoch, item
from catalogue.search import query as q
from catalogue.search.analysis import fold, tokens_of

VERSION = 2  # of the schema and of what is put into it; another one makes the index anew
BOUND = 62  # bits of a sort key
MARK = "\x1f"  # between the parts of a head

_KEYS = (*q.KEYWORD_FIELDS, "audience", "id")
_SORTS = ("modified", "issued", "quality", "title")


def schema() -> Any:
    builder = SchemaBuilder()
    for name in q.TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace")
    for name in _KEYS:
        builder.add_text_field(
            name, stored=name == "id", fast=True, tokenizer_name="raw", index_option="basic"
        )
    builder.add_text_field("heads", tokenizer_name="raw", index_option="basic")
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


def document(change: Change, one: Description) -> Document:
    made = Document()
    record = change.record
    made.add_text("id", record.page_id)
    made.add_text("hash", record.content_hash.hex())
    for name in audiences(record.visibility):
        made.add_text("audience", name)
    keywords = _keywords(one)
    for name, values in keywords.items():
        for value in dict.fromkeys(values):
            made.add_text(name, value)
    for kind in ("publisher", "keyword"):
        for value in dict.fromkeys(one.replace(MARK, " ") for one in keywords[kind]):
            made.add_text("heads", MARK.join((fold(value.lower()), kind, value)))
    for name, tokens in _texts(one).items():
        made.add_text(name, " ".join(tokens))
    times = {"modified": epoch(one.modified), "issued": epoch(one.issued), "quality": None}
    for name, number in times.items():
        if number is not None:
            made.add_integer(f"{name}_at", number)
        _sort_keys(made, name, number, record.page_id)
    _title_keys(made, one, record.page_id)
    if one.bbox:
        for name, degrees in zip(("west", "south", "east", "north"), one.bbox, strict=True):
            made.add_float(name, degrees)
    made.add_bytes("item", orjson.dumps(item(one)))
    return made


def _sort_keys(made: Document, name: str, number: int | None, page_id: str) -> None:
    """Unique ascending keys for both directions; a missing value comes last both ways."""
    tie = _tie(page_id, 24)
    if number is None:
        up = down = (1 << BOUND) | tie
    else:
        shifted = min(max(number + (1 << 36), 0), (1 << 37) - 1)
        up = (shifted << 24) | tie
        down = (((1 << 37) - 1 - shifted) << 24) | tie
    made.add_unsigned(f"{name}_up", up)
    made.add_unsigned(f"{name}_down", down)


def _title_keys(made: Document, one: Description, page_id: str) -> None:
    """By the first letters of the folded title (English, else the first language's); ties by id."""
    title = one.title.get("en") or next((one.title[lang] for lang in sorted(one.title)), "")
    folded = "".join(char for char in fold(title.lower()) if char.isalnum())
    number = 0
    for char in folded[:6].ljust(6, "\0"):
        number = number * 64 + _rank(char)
    tie = _tie(page_id, 24)
    if not folded:
        number = (1 << 37) - 1
    made.add_unsigned("title_up", (number << 24) | tie)
    made.add_unsigned("title_down", (((1 << 37) - 1 - number) << 24) | tie)


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


def _some(value: str | None) -> list[str]:
    return [value] if value else []
