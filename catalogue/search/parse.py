"""From what a person types to the query tree. Any text is a query; none is an error.

Words (all must match), "phrases" (an open one ends with the text), -not, OR between two of them,
field:value and prefix*. Longer words tolerate typos where the caller asks for it. What stands behind
the limits is left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import vocab
from catalogue.search import ranking
from catalogue.search.analysis import forms, raw_tokens, stemmed, surface
from catalogue.search.query import (
    KEYWORD_FIELDS,
    TEXT_FIELDS,
    All,
    And,
    Boost,
    DisMax,
    Fuzzy,
    Not,
    Or,
    Phrase,
    Prefix,
    Query,
    Term,
    Terms,
)

LONGEST = 10_000  # characters that are read
MOST = 32  # words and phrases
MOST_STARS = 4  # prefixes: they cost most; a star behind a further word is not read
MOST_TYPOS = 8  # words that typos are looked for in
MOST_TERMS = 1_000  # terms that the stems of all languages may add
LONGEST_PHRASE = 32  # tokens
SHORTEST_BEGINNING = 3  # letters of a title that records are suggested for
STEMMED = tuple(name for name in TEXT_FIELDS if name != "names")  # names have no language
MISSPELT = ("title", "keywords")  # where typos are tolerated

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_SURROGATES = re.compile("[\ud800-\udfff]")
_PIECE = re.compile(
    r'(?P<minus>[-\u2212])?(?:(?P<field>[A-Za-z_]+):)?(?:"(?P<phrase>[^"]*)(?:"|\Z)|(?P<word>[^\s"]+))'
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One word or phrase as typed, with what stood before it. `start` and `end` in the text."""

    text: str
    field: str = ""
    phrase: bool = False
    minus: bool = False
    start: int = 0
    end: int = 0

    @property
    def is_or(self) -> bool:
        return self.text == "OR" and not (self.field or self.phrase or self.minus)


def clean(text: str) -> str:
    """The text as far as it is read, without halves of characters, which no index takes."""
    return _SURROGATES.sub("\ufffd", text[:LONGEST])


def pieces(text: str) -> list[Piece]:
    """What a text consists of, `MOST` at the most, with OR as typed."""
    found: list[Piece] = []
    number = 0
    for match in _PIECE.finditer(clean(text).translate(_QUOTES)):
        minus, field, phrase, word = match.group("minus", "field", "phrase", "word")
        quoted = phrase is not None
        one = Piece(
            phrase if quoted else word or "",
            (field or "").lower(),
            quoted,
            bool(minus),
            *match.span("phrase" if quoted else "word"),
        )
        found.append(one)
        number += 0 if one.is_or else max(1, min(len(raw_tokens(one.text)), MOST))
        if number >= MOST:
            break
    return found


def parse(text: str, languages: Sequence[str], typos: Collection[str] = ()) -> Query:
    """The query of a text; `languages` are those whose stems are looked for, the reader's first. For
    the words in `typos` those that differ by a letter or two match as well, with a lower score."""
    given = pieces(text)
    words = sum(min(len(raw_tokens(one.text)), MOST) for one in given if not one.is_or)
    known = tuple(languages)[: max(1, MOST_TERMS // (max(words, 1) * 2 * len(STEMMED)))]
    units: list[list[Query]] = []
    joined = False
    stars = 0
    for one in given:
        if one.is_or:
            joined = bool(units)
            continue
        stars += one.text.endswith("*")
        clause = _clause(one, known, typos, starred=stars <= MOST_STARS)
        if clause is None:
            continue
        made = Not(clause) if one.minus else clause
        if joined:
            units[-1].append(made)
        else:
            units.append([made])
        joined = False
    alternatives = [tuple(dict.fromkeys(unit)) for unit in units]
    parts = list(dict.fromkeys(one[0] if len(one) == 1 else Or(one) for one in alternatives))
    if not parts:
        return All()
    whole = _all(parts)
    beside = _adjacent(given)
    return Or((whole, beside)) if beside is not None and len(parts) > 1 else whole


def beginning(text: str, languages: tuple[str, ...]) -> Query | None:
    """Titles that have the words, the last of them perhaps not typed to its end; None where too little
    is typed to tell."""
    raw = raw_tokens(text)[-8:]
    if not raw or len(text.strip()) < SHORTEST_BEGINNING:
        return None
    last = forms(raw[-1])[0]
    parts = [_in_field("title", word, languages) for word in raw[:-1]]
    if len(last) > 1:
        ended = _in_field("title", raw[-1], languages)
        parts.append(Or((ended, Prefix("title", last))))
    return _all(parts) if parts else None


def _adjacent(given: Sequence[Piece]) -> Query | None:
    """All the words side by side in a title: it implies the query, and only adds to the score."""
    plain = [one for one in given if not one.minus]
    if len(plain) != len(given) or any(one.field or one.phrase or one.is_or for one in plain):
        return None
    tokens = surface(" ".join(one.text for one in plain))
    if not 2 <= len(tokens) <= 8 or any(one.text.endswith("*") for one in plain):
        return None
    return Boost(Phrase("title", tuple(tokens)), ranking.ADJACENT)


def _all(parts: Sequence[Query]) -> Query:
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _clause(
    one: Piece, languages: tuple[str, ...], typos: Collection[str], *, starred: bool
) -> Query | None:
    if one.field in KEYWORD_FIELDS:
        return Terms(one.field, values_of(one.field, one.text)) if one.text else None
    fields = (one.field,) if one.field in TEXT_FIELDS else TEXT_FIELDS
    text = one.text if one.field in TEXT_FIELDS else f"{one.field} {one.text}"
    if one.phrase:
        return _phrase(text, fields)
    raw = raw_tokens(text)
    if not raw:
        return None
    clauses = [_word(token, fields, languages, typos) for token in raw[:MOST]]
    last = forms(raw[-1])[0]
    if starred and text.endswith("*") and len(last) > 1:
        clauses[-1] = _best(Boost(Prefix(name, last), ranking.FIELDS[name]) for name in fields)
    return _all(clauses)


def values_of(field: str, text: str) -> tuple[str, ...]:
    """The values of a keyword field that a text may mean: itself, in capitals, in small letters,
    and the code of the concept that is called so in any language."""
    text = text.strip()
    named = _named(field).get(text.casefold(), ())
    return tuple(dict.fromkeys([text, text.upper(), text.lower(), *named]))


@cache
def _named(field: str) -> Mapping[str, tuple[str, ...]]:
    """Codes by the labels of their concepts, in small letters."""
    found: dict[str, tuple[str, ...]] = {}
    for concept in vocab.scheme(field) if field in vocab.SCHEMES else ():
        for label in concept.labels.values():
            name = label.casefold()
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), concept.code)))
    return found


def _phrase(text: str, fields: Sequence[str]) -> Query | None:
    """Words side by side; a single one exactly as it is written."""
    tokens = tuple(surface(text)[:LONGEST_PHRASE])
    if not tokens:
        return None
    if len(tokens) == 1:
        return _best(Boost(Term(name, tokens[0]), ranking.FIELDS[name]) for name in fields)
    return _best(Boost(Phrase(name, tokens), ranking.FIELDS[name]) for name in fields)


def _word(
    raw: str, fields: Sequence[str], languages: tuple[str, ...], typos: Collection[str] = ()
) -> Query:
    """One word: of the fields the best, within a field the best form."""
    found = forms(raw)
    if len(found) == 1:
        return _best(_in_field(name, raw, languages, typos) for name in fields)
    parts = tuple(form for form in found[1:] if form != found[0].replace("-", ""))
    exact = _best(
        Boost(
            DisMax((*(Term(name, form) for form in found[:2]), Phrase(name, parts)), 0.0),
            ranking.FIELDS[name],
        )
        for name in fields
    )
    if "-" in raw and all(part.isalpha() and len(part) > 2 for part in parts):
        apart = _all([_word(part, fields, languages, typos) for part in parts])
        return Or((apart, Boost(exact, ranking.EXACT)))
    return exact


def _in_field(
    name: str, raw: str, languages: tuple[str, ...], typos: Collection[str] = ()
) -> Query:
    token = forms(raw)[0]
    parts: list[Query] = [Term(name, token)]
    if name in STEMMED:
        parts += [
            Boost(Term(name, form), ranking.STEM if spoken == languages[0] else ranking.OTHER_STEM)
            for spoken, form in stemmed(raw, languages)
        ]
    if raw in typos and name in MISSPELT:
        parts.append(Boost(Fuzzy(name, token, tolerated(token)), ranking.TYPO))
    return Boost(DisMax(tuple(parts), 0.0), ranking.FIELDS[name])


def misspellable(text: str) -> list[str]:
    """The words of a query in which typos are tolerated."""
    raw = (
        word
        for one in pieces(text)
        if not one.phrase and not one.is_or and one.field not in KEYWORD_FIELDS
        for word in raw_tokens(one.text)
    )
    return [word for word in dict.fromkeys(raw) if tolerated(forms(word)[0])][:MOST_TYPOS]


def word_query(raw: str, languages: tuple[str, ...]) -> Query:
    """One word anywhere."""
    return _word(raw, TEXT_FIELDS, languages)


def tolerated(token: str) -> int:
    """How many letters of a word may be wrong, by its length."""
    if not token.isalpha() or len(token) < ranking.ONE_TYPO:
        return 0
    return 2 if len(token) >= ranking.TWO_TYPOS else 1


def _best(parts: Iterable[Query]) -> Query:
    found = tuple(parts)
    return found[0] if len(found) == 1 else DisMax(found, ranking.TIE)
