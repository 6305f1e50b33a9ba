"""Analysis: from text to tokens, once and in Python, for every engine.

A text gives surface tokens: Unicode NFKC, lower case, folded (no accents in Latin, Greek and
Cyrillic), with technical words kept whole (`pm2.5`, `c++`, `data.europa.eu`). A text in a language
that has a stemmer gives the stems besides, marked with `~`, so that they meet only other stems. A
query does not know its language: it looks for the surface form and for its stems in the likely ones.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

import Stemmer

LONGEST_TOKEN = 60
LONGEST_TEXT = 20_000  # characters of one text that are analysed

STEMMERS = {
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hu": "hungarian",
    "it": "italian",
    "lt": "lithuanian",
    "nl": "dutch",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "sv": "swedish",
    "cs": "czech",
}
_AVAILABLE = frozenset(Stemmer.algorithms())
_TOKEN = re.compile(r"\w+(?:[.\-_/:@]\w+)*(?:\+\+|#)?")
_PARTS = re.compile(r"\w+")
_ELISION = re.compile(
    r"\b(?:l|d|j|m|n|s|t|c|qu|dell|dall|nell|sull|all|un|gl|quell|lorsqu|puisqu|jusqu)['’](?=\w)"
)
_IGNORED = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]"
)
SHORT = 64  # characters of a text whose analysis is kept
_own = threading.local()


def surface(text: str) -> list[str]:
    """The surface tokens of a text in its order; a compound also gives its parts."""
    tokens: list[str] = []
    for token in _TOKEN.findall(_normal(text[:LONGEST_TEXT])):
        tokens.append(token[:LONGEST_TOKEN])
        if not token.isalnum():
            parts = _PARTS.findall(token)
            if len(parts) > 1:
                tokens.extend(part[:LONGEST_TOKEN] for part in parts if len(part) > 1)
    return tokens


def tokens_of(text: str, language: str) -> Sequence[str]:
    """What is indexed of a text: its surface tokens, then their stems in its language."""
    return _often(text, language) if len(text) <= SHORT else _analysed(text, language)


def _analysed(text: str, language: str) -> list[str]:
    found = surface(text)
    if language in STEMMERS:
        found += [f"~{stem(token, language)}" for token in dict.fromkeys(found) if token.isalpha()]
    return found


@lru_cache(maxsize=16_384)
def _often(text: str, language: str) -> tuple[str, ...]:
    """Keywords, names and formats come again and again."""
    return tuple(_analysed(text, language))


def expansions(token: str, languages: Iterable[str]) -> list[str]:
    """A query's token as it may stand in the index: itself, and its stems in the languages."""
    if not token.isalpha():
        return [token]
    return list(dict.fromkeys([token, *(f"~{stem(token, language)}" for language in languages)]))


@lru_cache(maxsize=65_536)
def stem(token: str, language: str) -> str:
    """The stem of a folded token; the token itself where the language has no stemmer."""
    name = STEMMERS.get(language)
    if name is None or name not in _AVAILABLE:
        return token
    stemmers = _own.__dict__.setdefault("stemmers", {})
    if name not in stemmers:
        stemmers[name] = Stemmer.Stemmer(name)
    stemmed: str = stemmers[name].stemWord(token)
    return stemmed


@lru_cache(maxsize=512)
def _normal(text: str) -> str:
    text = _IGNORED.sub("", unicodedata.normalize("NFKC", text)).lower()
    return fold(_ELISION.sub("", text))


def fold(text: str) -> str:
    """Without accents, with the sigma and the letters that do not decompose in their plain form."""
    return text if text.isascii() else text.translate(_FOLDED)


class _Folded(dict[int, str]):
    """What is left of each character without its marks; filled as characters turn up."""

    def __missing__(self, code: int) -> str:
        parts = unicodedata.normalize("NFD", chr(code))
        plain = "".join(_LETTERS.get(one, one) for one in parts if not unicodedata.combining(one))
        self[code] = plain
        return plain


_LETTERS = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ł": "l",
    "þ": "th",
    "ı": "i",
    "ħ": "h",
    "ς": "σ",
}

_FOLDED = _Folded()
