"""What a search index holds of a record: one value that no engine owns.

Adapters put it into their engine as it stands. Tokens, facet values, sort keys and ties come from
here alone, so that two engines cannot differ in them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import orjson

from catalogue.model import Change, audiences
from catalogue.project.describe import Description, epoch, item
from catalogue.project.folding import fold
from catalogue.quality import band
from catalogue.search.analysis import tokens_of
from catalogue.search.languages import LANGUAGES
from catalogue.search.query import LONGEST_VALUE, SORTED_BY

VERSION = 11  # of what a document holds; an index of another one is made anew
MARK = "\x1f"  # between the parts of a head
START = "~"  # the first token of every text, which no analysis gives
LONGEST_HEAD = 100  # characters of a folded beginning that are compared
COMPLETED = 1_000  # characters of a value that is completed at most
MISSING = 1 << 62  # sort keys from here on are those of records without the value

_ID_LETTERS = "234567abcdefghijklmnopqrstuvwxyz"  # of page ids, in the order of their code points
_TIE = 25  # bits of a sort key that come from the record's id
_VALUE = 37  # bits of a sort key that come from the value
_ZERO = 1 << 36  # added to a number, so that times before 1970 sort too
_LETTERS = 9  # of a title that its sort key tells


@dataclass(frozen=True, slots=True)
class Document:
    """A record as it is searched.

    `hash` is the content hash in hexadecimal. `texts` holds analysed tokens by
    `query.TEXT_FIELDS`, in an order that phrases rely on; none contains white space. Every field is
    there and begins with `START`: engines differ in whether records without a field count in its
    statistics, and so in scores. `keywords`
    holds each value once, cut to `query.LONGEST_VALUE` characters, by `query.KEYWORD_FIELDS` and
    `query.INNER_FIELDS`; a field without a value may be absent. `numbers` goes by
    `query.NUMBER_FIELDS`; unknown ones are absent. `sorts` has a whole number below 2**63 for
    every one of `query.SORT_KEYS`: ascending by (key, id) is the order, whichever the direction,
    and records without the value come last in both. `box` is west, south, east, north in degrees.
    `heads` are what completion looks through: `read_head` tells their parts. `item` is the stored
    JSON of `describe.item`, with `changed`: when the record was last changed here (ISO 8601 UTC, to the second).
    """

    id: str
    hash: str
    audiences: tuple[str, ...]
    texts: Mapping[str, Sequence[str]]
    keywords: Mapping[str, Sequence[str]]
    numbers: Mapping[str, int]
    sorts: Mapping[str, int]
    box: tuple[float, float, float, float] | None
    heads: tuple[str, ...]
    item: bytes


def document(change: Change, one: Description) -> Document:
    """The document of a record's current state; `one` is the description of the change's graph."""
    record = change.record
    keywords = {name: _values(of) for name, of in _keywords(one).items() if of}
    numbers = {
        "modified": epoch(one.modified),
        "issued": epoch(one.issued),
        "changed": int(change.at.timestamp()),
        "first_seen": int(record.first_seen.timestamp()),
        "quality": one.quality,
        "size": one.training.size,
    }
    sorts = {}
    for name in SORTED_BY:
        number = numbers.get(name)
        sorts[f"{name}_up"], sorts[f"{name}_down"] = _number_keys(number, record.page_id)
    sorts["title_up"], sorts["title_down"] = _title_keys(one, record.page_id)
    sorts["id_up"], sorts["id_down"] = _id_keys(record.page_id)
    stored = {
        **item(one),
        "changed": change.at.isoformat(timespec="seconds"),
        "cluster": change.cluster,
    }
    return Document(
        id=record.page_id,
        hash=record.content_hash.hex(),
        audiences=audiences(record.visibility),
        texts=texts(one),
        keywords=keywords,
        numbers={name: number for name, number in numbers.items() if number is not None},
        sorts=sorts,
        box=one.bbox,
        heads=tuple(
            head(kind, value)
            for kind in ("publisher", "keyword")
            for value in keywords.get(kind, ())
            if len(value) <= COMPLETED
        ),
        item=orjson.dumps(stored),
    )


# --- completion ----------------------------------------------------------------------------------


def head(kind: str, value: str) -> str:
    """What completion finds of a value: it begins with the value's folded form, cut."""
    clean = value.replace(MARK, " ")
    return MARK.join((folded_head(clean), kind, clean))


def read_head(one: str) -> tuple[str, str]:
    """The kind and the value of a head."""
    _folded, kind, value = one.split(MARK)
    return kind, value


def folded_head(text: str) -> str:
    """The form in which the beginning of a text is compared with heads."""
    return fold(text.lower())[:LONGEST_HEAD]


# --- keywords and texts --------------------------------------------------------------------------


def _keywords(one: Description) -> dict[str, list[str]]:
    date = one.modified or one.issued or ""
    found = one.training
    down = found.downloadable
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
        "year": _some(date[:4]),
        "month": _some(date[:7] if len(date) >= 7 else None),
        "quality_band": _some(band(one.quality)),
        "modality": [value for value, _rule in found.modality],
        "task": [value for value, _rule in found.task],
        "downloadable": _some(None if down is None else str(down).lower()),
        "license_use": list(found.uses or ()),
        "text_language": [code for code in {**one.title, **one.description} if code in LANGUAGES],
    }


def _values(of: Iterable[str]) -> list[str]:
    """Values as they are compared: cut, and each once."""
    return list(dict.fromkeys(value[:LONGEST_VALUE] for value in of))


def texts(one: Description) -> dict[str, list[str]]:
    """The analysed tokens of each of `query.TEXT_FIELDS`. Text without a language is taken for one in
    the record's language where it has exactly one."""
    words = [(word, lang) for lang, listed in one.keywords.items() for word in listed]
    parts = [
        (text, lang)
        for d in one.distributions
        for table in (d.title, d.description)
        for lang, text in table.items()
    ]
    names = [one.publisher or "", *one.creators, *one.identifiers, *one.formats, one.node]
    own = one.languages[0] if len(one.languages) == 1 else ""
    tokens = {
        "title": _tokens(((text, lang) for lang, text in one.title.items()), own),
        "description": _tokens(((text, lang) for lang, text in one.description.items()), own),
        "keywords": _tokens(words, own),
        "distributions": _tokens(dict.fromkeys(parts), own),
        "names": _tokens((name, "-") for name in names),
    }
    return {name: [START, *of] for name, of in tokens.items()}


def _tokens(of: Iterable[tuple[str, str]], own: str = "") -> list[str]:
    return [token for text, language in of for token in tokens_of(text, language or own)]


def _some(value: str | None) -> list[str]:
    return [value] if value else []


def id_rank(page_id: str) -> int:
    """A number below 2**64 in the order of page ids, for engines that order faster by numbers."""
    number = 0
    for char in page_id[:13].ljust(13, "2"):
        place = _ID_LETTERS.find(char)
        number = number * 32 + max(place, 0)
    return number >> 1  # the thirteenth letter stands for four bits only


def ranked_id(rank: int) -> str:
    """The page id of a rank: `id_rank` turned round."""
    number = rank << 1
    letters = (_ID_LETTERS[number >> shift & 31] for shift in range(60, -1, -5))
    return "".join(letters)


# --- sort keys -----------------------------------------------------------------------------------


def _number_keys(number: int | None, page_id: str) -> tuple[int, int]:
    """The keys for ascending and descending order."""
    if number is None:
        missing = MISSING | _hashed(page_id, 61)
        return missing, missing
    shifted = min(max(number + _ZERO, 0), (1 << _VALUE) - 1)
    return _pair(shifted, _VALUE, page_id, _TIE)


def _title_keys(one: Description, page_id: str) -> tuple[int, int]:
    """By the first letters of the folded title: the English one, else the first by language."""
    title = one.title.get("en") or next((one.title[lang] for lang in sorted(one.title)), "")
    letters = "".join(char for char in fold(title[:200].lower()) if char.isalnum())
    if not letters:
        return _number_keys(None, page_id)
    number = 0
    for char in letters[:_LETTERS].ljust(_LETTERS, "\0"):
        number = number * 64 + _rank(char)
    return _pair(number, 6 * _LETTERS, page_id, 62 - 6 * _LETTERS)


def _id_keys(page_id: str) -> tuple[int, int]:
    """By the first twelve letters of the id."""
    number = id_rank(page_id) >> 4
    return number, (1 << 60) - 1 - number


def _pair(value: int, bits: int, page_id: str, tie: int) -> tuple[int, int]:
    last = _hashed(page_id, tie)
    return value << tie | last, ((1 << bits) - 1 - value) << tie | last


def _rank(char: str) -> int:
    """The place of a letter among 64: nothing, digits, Latin, Greek, Cyrillic, others."""
    if char == "\0":
        return 0
    if "0" <= char <= "9":
        return 1 + ord(char) - ord("0")
    if "a" <= char <= "z":
        return 11 + ord(char) - ord("a")
    if "α" <= char <= "ω":
        return 37 + ord(char) - ord("α")
    return 62 if char < "а" else 63


def _hashed(page_id: str, bits: int) -> int:
    digest = hashlib.blake2b(page_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> (64 - bits)
