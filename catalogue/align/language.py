"""The language of a text, told by the words that make up the frame of its sentences.

A word that several languages have speaks for each of them; what counts is by how much one leads. It
costs a look into one table for each different word. docs/reference/alignment.md says how often it is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from vocab.common_words import ENDINGS, LETTERS, WORDS
from vocab.languages import OFFICIAL

LONGEST = 800  # characters of a text that are looked at
ENOUGH = 4.0  # words that speak for a language before it is told
LEAD = 1.4  # times as many as for the next language
SHARE = 0.12  # of the text's different words
ENDING = 0.5  # what a word counts that only ends as those of few languages do
LETTER = 0.5  # what a word counts that only has letters of few languages
_SIZES = sorted({len(one) for one in ENDINGS})
_WORD = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"\S*(?:://|@|www\.)\S*|<[^>]*>")


def words_in(text: str) -> frozenset[str]:
    """The different words of a text's beginning in small letters, addresses and markup left out."""
    plain = text[:LONGEST].lower()
    if "<" in plain or "/" in plain or "@" in plain or "www." in plain:
        plain = _ADDRESS.sub(" ", plain)
    return frozenset(_WORD.findall(plain))


def spoken_for(words: Iterable[str]) -> dict[str, float]:
    """How many of the words speak for each language, by their table, their endings or their letters."""
    found: dict[str, float] = {}
    for word in words:
        for one, weight in _speaks(word):
            found[one] = found.get(one, 0.0) + weight
    return found


@lru_cache(maxsize=65536)
def _speaks(word: str) -> tuple[tuple[str, float], ...]:
    """The languages that a word speaks for, and for how much it counts."""
    if (languages := _table().get(word)) is not None:
        return tuple((one, 1.0) for one in languages)
    ends = {one for size in _SIZES for one in ENDINGS.get(word[-size:], "").split()}
    if len(word) > _SIZES[-1] and ends:
        return tuple((one, ENDING) for one in sorted(ends))
    if word.isascii():
        return ()
    return tuple(
        (one, LETTER) for one in sorted({n for x in word for n in LETTERS.get(x, "").split()})
    )


def language_of(words: frozenset[str], enough: float = ENOUGH) -> str | None:
    """The official language of the EU that the words are in; None where that is not certain.

    With `enough` words that speak for it, and clearly more than for any other language, of the EU or not.
    """
    found = spoken_for(words)
    if not found:
        return None
    first, *others = sorted(found.items(), key=lambda one: -one[1])
    second = others[0][1] if others else 0.0
    language, number = first
    certain = number >= enough and number >= LEAD * second and number - second >= enough / 2
    return language if certain and number >= SHARE * len(words) and language in OFFICIAL else None


def says_otherwise(found: dict[str, float], language: str) -> bool:
    """Whether words speak for some language at least as much as for this one, or more."""
    return bool(found) and max(found.values()) > found.get(language, 0.0)


@cache
def _table() -> dict[str, tuple[str, ...]]:
    words: dict[str, list[str]] = {}
    for language, text in WORDS.items():
        for word in dict.fromkeys(text.split()):
            words.setdefault(word, []).append(language)
    return {word: tuple(names) for word, names in words.items()}
