"""CKAN's `package_search` on our index: its fields, its orders, its facets, and any `start`.

A field of CKAN stands for one of ours; ours can be named as they are, or as `vocab_` and `extras_` and
the name. What is not known is an error that names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import ceil, floor

import vocab
from catalogue.errors import InvalidParameter
from catalogue.project.ckan import TYPES
from catalogue.search import parse as words
from catalogue.search import solr
from catalogue.search.analysis import raw_tokens, surface
from catalogue.search.moments import moment
from catalogue.search.query import (
    KEYWORD_FIELDS,
    TEXT_FIELDS,
    All,
    And,
    Boost,
    DisMax,
    Known,
    Not,
    Or,
    Prefix,
    Query,
    Range,
    Request,
    Terms,
)
from catalogue.search.solr import Anything, Phrase, Span, UnusableQuery, Value, Word

MOST_WORDS = 64  # words of a query that are looked for in texts, and beginnings of values
MOST_COUNTED = 10_000  # values of a facet

_NOTHING = Not(All())
_KEYWORDS = {
    "organization": "node",
    "owner_org": "node",
    "groups": "theme",
    "tags": "keyword",
    "res_format": "format",
    "license_id": "license",
    "dataset_type": "type",
    **{name: name for name in KEYWORD_FIELDS},
    **{f"{how}_{name}": name for how in ("vocab", "extras") for name in KEYWORD_FIELDS},
    "extras_access_rights": "access",
    "extras_hvd_category": "hvd",
    "extras_publisher_name": "publisher",
}
_TEXTS = {
    "text": "",
    "title": "title",
    "notes": "description",
    "res_name": "distributions",
    "res_description": "distributions",
}
_TIMES = {
    "metadata_modified": "changed",
    "metadata_created": "first_seen",
    "modified": "modified",
    "issued": "issued",
    "extras_modified": "modified",
    "extras_issued": "issued",
}
# What is true of every package here.
_ALWAYS = {"state": "active", "capacity": "public", "private": "false", "entity_type": "package"}
_IDS = ("id", "name")
_IRIS = ("uri", "extras_uri")
FIELDS = (*_KEYWORDS, *_TEXTS, *_TIMES, *_ALWAYS, *_IDS, *_IRIS, "quality")

_ORDERS = {
    "id": "id",
    "name": "id",
    "title": "title",
    "title_string": "title",
    "metadata_modified": "changed",
    "metadata_created": "first_seen",
    "modified": "modified",
    "issued": "issued",
    "quality": "quality",
    "score": "relevance",
}


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, and when: what a query cannot say itself.

    `languages` are those whose stems are looked for, the reader's first; `ids_of(iri)` gives the ids of
    the records that are about an IRI.
    """

    languages: Sequence[str]
    now: datetime
    audiences: tuple[str, ...]
    ids_of: Callable[[str], Sequence[str]]


def request(q: str, fq: Sequence[str], sort: str, asking: Asking) -> Request:
    """The search that a query, filters and an order are. Raises: InvalidParameter."""
    query = _query(q, asking)
    filters = tuple(one for text in fq if (one := _filter(text, asking)) is not None)
    return Request(query=query, must=filters, sort=order(sort, query), audiences=asking.audiences)


def order(text: str, query: Query) -> str:
    """Our order for one of CKAN's ("score desc, metadata_modified desc"): that of its first field;
    what is equal in it goes by id. Without words to weigh, `score` is the same for all, so the next
    field counts. Raises: InvalidParameter."""
    asked = [_order(part) for part in text.split(",") if part.strip()] or ["relevance"]
    weighed = _weighs(query)
    return next((one for one in asked if weighed or one != "relevance"), "-changed")


def _weighs(query: Query) -> bool:
    """Whether records can score differently: whether the query looks for words."""
    match query:
        case And(parts) | Or(parts) | DisMax(parts):
            return any(map(_weighs, parts))
        case Boost(part):
            return _weighs(part)
        case All() | Not() | Terms() | Range() | Known():
            return False
        case Prefix(field):
            return field in TEXT_FIELDS
    return True


def _order(part: str) -> str:
    name, _, way = part.strip().partition(" ")
    way = way.strip().lower() or ("desc" if name == "score" else "asc")
    if name not in _ORDERS or way not in {"asc", "desc"} or (name, way) == ("score", "asc"):
        raise InvalidParameter(
            "sort", f"{part.strip()[:60]!r} is no order; write one of {', '.join(_ORDERS)} and a way, "
            "as in 'metadata_modified desc' ('score' goes down only)"
        )  # fmt: skip
    found = _ORDERS[name]
    return f"-{found}" if way == "desc" and found != "relevance" else found


# --- facets --------------------------------------------------------------------------------------


def facet_field(name: str) -> str:
    """Our keyword field behind a facet of CKAN. Raises: InvalidParameter."""
    if name not in _KEYWORDS:
        raise InvalidParameter(
            "facet.field", f"there is no facet {name[:60]!r}; there are {_listed(_KEYWORDS)}"
        )  # fmt: skip
    return _KEYWORDS[name]


def facet_value(name: str, value: str) -> str | None:
    """A value of our index as CKAN's facet has it; None where it has no such value."""
    if name == "groups":
        return value.lower() if vocab.scheme("theme").concept(value) else None
    return TYPES.get(value, value) if name == "dataset_type" else value


def facet_title(name: str, value: str, language: str) -> str:
    """What a person reads for a value of our index in a facet of CKAN."""
    field = _KEYWORDS[name]
    return vocab.label(field, value, language) if field in vocab.SCHEMES else value


def _listed(names: Iterable[str]) -> str:
    """The names for an error; without those that only repeat others with a prefix."""
    plain = sorted(name for name in names if not name.startswith(("vocab_", "extras_")))
    return f"{', '.join(plain)} (many also as vocab_… or extras_…)"


# --- texts to conditions -------------------------------------------------------------------------


def _query(text: str, asking: Asking) -> Query:
    """What is looked for. Without a colon CKAN reads it as people type: any text is a query then."""
    try:
        return solr.parse(text, _Leaves(asking, text)) or All()
    except UnusableQuery as error:
        if ":" in text or len(text) > solr.LONGEST or len(raw_tokens(text)) > MOST_WORDS:
            raise InvalidParameter("q", str(error)) from error
    return _words("", raw_tokens(text), _languages(asking, text)) or All()


def _filter(text: str, asking: Asking) -> Query | None:
    try:
        return solr.parse(text, _Leaves(asking, text))
    except UnusableQuery as error:
        raise InvalidParameter("fq", str(error)) from error


class _Leaves:
    """Values of fields as conditions on our index, for one query."""

    def __init__(self, asking: Asking, text: str) -> None:
        self._asking, self._languages = asking, _languages(asking, text)
        self._words = 0

    def __call__(self, field: str | None, value: Value) -> Query:
        if field == "*" or (field is None and isinstance(value, Anything)):
            return self._everything(value)
        if field is None or field in _TEXTS:
            return self._of_text(_TEXTS[field or "text"], value)
        if field in _KEYWORDS:
            if isinstance(value, Word) and value.begins:
                self._count(1)
            return _of_keyword(field, value)
        if field in _TIMES or field == "quality":
            return _of_number(field, value, self._asking.now)
        if field in _ALWAYS:
            return _of_constant(field, value)
        if field in _IDS or field in _IRIS:
            return self._of_identity(field, value)
        raise UnusableQuery(f"there is no field {field[:60]!r}; there are {_listed(FIELDS)}")

    @staticmethod
    def _everything(value: Value) -> Query:
        if not isinstance(value, Anything):
            raise UnusableQuery("'*:' stands before '*' only")
        return All()

    def _of_text(self, field: str, value: Value) -> Query:
        if isinstance(value, Span):
            raise UnusableQuery("a range needs a field of times or numbers before it")
        if isinstance(value, Anything):
            return All()  # every record says something
        self._count(len(raw_tokens(value.text)))
        if isinstance(value, Phrase):
            found = _phrase(field, value.text, self._languages)
        else:
            found = _words(field, raw_tokens(value.text), self._languages, begins=value.begins)
        if found is None and field:
            raise UnusableQuery(f"{value.text[:60]!r} has no word to look for")
        return found or All()

    def _count(self, number: int) -> None:
        """What costs a search of its own is counted."""
        self._words += number
        if self._words > MOST_WORDS:
            raise UnusableQuery(f"more than {MOST_WORDS} words are looked for")

    def _of_identity(self, field: str, value: Value) -> Query:
        if isinstance(value, Anything) or value == Span(None, None):
            return All()
        text = _exact(field, value)
        ids = self._asking.ids_of(text) if field in _IRIS else (text,)
        return Terms("id", tuple(ids)) if ids else _NOTHING


def _phrase(field: str, text: str, languages: Sequence[str]) -> Query | None:
    """Words side by side in a text field, or in one of all; None where the text has no word."""
    number = len(surface(text))
    if number > words.LONGEST_PHRASE:
        raise UnusableQuery(f"a phrase has more than {words.LONGEST_PHRASE} words")
    plain = text.replace('"', " ")
    return words.parse(f'{_head(field)}"{plain}"', languages) if number else None


def _words(
    field: str, tokens: Sequence[str], languages: Sequence[str], *, begins: bool = False
) -> Query | None:
    """Words anywhere in a text field, or in any, the last perhaps only begun; None where there is none."""
    ends = [*("" for _one in tokens[1:]), "*" if begins else ""]
    parts = [
        words.parse(f"{_head(field)}{token}{end}", languages)
        for token, end in zip(tokens, ends, strict=False)
    ]
    return None if not parts else parts[0] if len(parts) == 1 else And(tuple(parts))


def _head(field: str) -> str:
    return f"{field}:" if field else ""


def _languages(asking: Asking, text: str) -> list[str]:
    """As many languages as the number of words allows, as for any other search."""
    number = max(len(raw_tokens(text)), 1) * 2 * len(words.STEMMED)
    return list(asking.languages)[: max(1, words.MOST_TERMS // number)]


def _of_keyword(name: str, value: Value) -> Query:
    field = _KEYWORDS[name]
    if isinstance(value, Anything) or value == Span(None, None):
        return Terms(field, _groups()) if name == "groups" else Known(field)
    if isinstance(value, Word) and value.begins:
        if name in {"groups", "dataset_type"}:
            known = _groups() if name == "groups" else tuple(TYPES)
            begun = [v for v in known if (facet_value(name, v) or "").startswith(value.text)]
            return Terms(field, tuple(begun)) if begun else _NOTHING
        return Prefix(field, value.text)
    return Terms(field, (_stored(name, _exact(name, value)),))


def _stored(name: str, text: str) -> str:
    """The value of our index for one of CKAN's."""
    if name == "groups":
        return text.upper()
    if name == "dataset_type":
        return next((ours for ours, theirs in TYPES.items() if theirs == text), text)
    return text


@cache
def _groups() -> tuple[str, ...]:
    return tuple(one.code for one in vocab.scheme("theme"))


def _of_constant(name: str, value: Value) -> Query:
    if isinstance(value, Anything) or value == Span(None, None):
        return All()
    return All() if _exact(name, value).lower() == _ALWAYS[name] else _NOTHING


def _exact(name: str, value: Value) -> str:
    if isinstance(value, Phrase) or (isinstance(value, Word) and not value.begins):
        return value.text
    raise UnusableQuery(f"{name!r} is compared as a whole: it takes a value or *")


# --- ranges --------------------------------------------------------------------------------------


def _of_number(name: str, value: Value, now: datetime) -> Query:
    """A range; a lone value is a range of one. Times are compared in whole seconds: the fraction of
    a lower bound is cut, so that nothing that changed within that second is missed."""
    field = _TIMES.get(name, name)
    if isinstance(value, Anything):
        return Known(field)
    if not isinstance(value, Span):
        text = _exact(name, value)
        value = Span(text, text)
    low, high = _number(name, value.low, now), _number(name, value.high, now)
    least = None if low is None else floor(low)
    if low is not None and not value.with_low and low == floor(low):
        least = floor(low) + 1
    most = None if high is None else floor(high) if value.with_high else ceil(high) - 1
    if least is None and most is None:
        return Known(field)
    return Range(field, least, most) if _in_order(least, most) else _NOTHING


def _in_order(least: int | None, most: int | None) -> bool:
    return least is None or most is None or least <= most


def _number(name: str, text: str | None, now: datetime) -> float | None:
    if text is None:
        return None
    if name == "quality":
        if not (text.isascii() and text.isdigit() and len(text) <= 6):
            raise UnusableQuery(f"{name}: {text[:60]!r} is no whole number")
        return int(text)
    found = moment(text, now)
    if found is None:
        raise UnusableQuery(
            f"{name}: {text[:60]!r} is no time; write 2024-05-31T00:00:00Z (with a \\ before each "
            "colon, or in quotes, where it stands alone) or NOW-7DAYS"
        )
    return found.timestamp()
