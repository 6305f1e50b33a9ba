"""The language of a text, told by the words that make up the frame of its sentences.

A word that several languages have speaks for each of them; what counts is by how much one leads. It
costs a look into one table for each different word. docs/reference/alignment.md says how often it is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from vocab.common_words import LETTERS, WORDS
from vocab.languages import OFFICIAL

LONGEST = 800  # characters of a text that are looked at
ENOUGH = 4.0  # words that speak for a language before it is told
LEAD = 1.4  # times as many as for the next language
SHARE = 0.12  # of the text's different words
LETTER = 0.5  # what a word counts that only has letters of few languages
_WORD = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"\S*(?:://|@|www\.)\S*|<[^>]*>")


def words_in(text: str) -> frozenset[str]:
    """The different words of a text's beginning in small letters, addresses and markup left out."""
    plain = text[:LONGEST].lower()
    if "<" in plain or "/" in plain or "@" in plain or "www." in plain:
        plain = _ADDRESS.sub(" ", plain)
    return frozenset(_WORD.findall(plain))


def spoken_for(words: Iterable[str]) -> dict[str, float]:
    """How many of the words speak for each language, by their table or by their letters."""
    table, letters = _tables()
    found: dict[str, float] = {}
    for word in words:
        languages = table.get(word)
        if languages is not None:
            for one in languages:
                found[one] = found.get(one, 0.0) + 1.0
        elif not word.isascii():
            for one in {name for letter in word for name in letters.get(letter, ())}:
                found[one] = found.get(one, 0.0) + LETTER
    return found


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
def _tables() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    words: dict[str, list[str]] = {}
    for language, text in WORDS.items():
        for word in dict.fromkeys(text.split()):
            words.setdefault(word, []).append(language)
    letters = {letter: tuple(names.split()) for letter, names in LETTERS.items()}
    return {word: tuple(names) for word, names in words.items()}, letters
