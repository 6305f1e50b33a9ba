"""Analysis: from text to tokens, once and in Python, for every engine.

A text gives surface tokens: Unicode NFKC, lower case, without the elided article (`l'eau`), folded
(no accents in Latin, Greek and Cyrillic), technical words kept whole (`pm2.5`, `c++`,
`data.europa.eu`), and compounds with their parts besides. A text in a language of
`languages.LANGUAGES` gives its stems too, marked with the language (`~en~imag`), so that they meet
only stems of that language. A query does not know its language: it looks for the surface form and
for its stem in each language of the index.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from catalogue.project.folding import fold
from catalogue.search.languages import LANGUAGES, SCRIPTS, SHORTEST, SNOWBALL, stem

LONGEST_TOKEN = 60
LONGEST_TEXT = 20_000  # characters of one text that are analysed
MOST_PARTS = 4  # of a compound that are searched alone: a date has three, an identifier more
SHORT = 24  # characters of a text whose analysis is kept
KEPT = 150_000  # words whose stems are kept: about 50 MB
PLAIN = 16_000  # words of no language that are kept: most come once, and cost little

_MARKS = "\u0300-\u036f"  # marks that compose with no letter stand after it
_TOKEN = re.compile(rf"\w[\w{_MARKS}]*(?:[.\-_@&·]\w[\w{_MARKS}]*)*(?:\+\+|#(?!\w))?")
_PARTS = re.compile(rf"[^\W_][^\W_{_MARKS}]*(?:[{_MARKS}]+[^\W_{_MARKS}]*)*")
# What is elided before a vowel in French, Italian, Catalan, Maltese and Irish; and 's after a word.
_ELISION = re.compile(
    r"\b(?:[ldjmnstcbfx]|qu|jusqu|lorsqu|puisqu|quoiqu|quelqu|presqu"
    r"|un|gl|all|coll|dall|dell|nell|sull|agl|dagl|degl|negl|sugl|quell|quest|bell|sant|tutt|anch"
    r"|dov|com|senz|mezz|nessun|ciascun|alcun|qualcun)'(?=\w)"
    r"|(?<=\w)'s\b"
)
_IGNORED = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_HYPHENS = re.compile("[\u2010-\u2012\u2043\u2212]")


def surface(text: str) -> list[str]:
    """The surface tokens of a text in its order; after a compound its joined form and its parts."""
    return [form for raw in raw_tokens(text) for form in forms(raw)]


def tokens_of(text: str, language: str) -> Sequence[str]:
    """What is indexed of a text: its surface tokens, then each of its stems in its language once.

    `language` is two letters, or anything else where the language is not known.
    """
    return _often(text, language) if len(text) <= SHORT else _analysed(text, language)


def _analysed(text: str, language: str) -> list[str]:
    words = _WORDS[language if language in LANGUAGES else ""]
    found: list[str] = []
    stemmed: list[str] = []
    for surfaces, stems in [words[raw] for raw in raw_tokens(text)]:
        found += surfaces
        stemmed += stems
    found += dict.fromkeys(stemmed)
    return found


@lru_cache(maxsize=16_384)
def _often(text: str, language: str) -> tuple[str, ...]:
    """Keywords, names and formats come again and again."""
    return tuple(_analysed(text, language))


def raw_tokens(text: str) -> list[str]:
    """The words of a text, lower case and not folded, for `forms` and `stems`."""
    found: list[str] = _TOKEN.findall(_normal(text[:LONGEST_TEXT]))
    return found


def forms(raw: str) -> tuple[str, ...]:
    """The surface tokens of one word: itself; of a compound also its joined form, then its parts."""
    whole = fold(raw)[:LONGEST_TOKEN]
    if raw.isalnum():
        return (whole,)
    parts = [fold(part)[:LONGEST_TOKEN] for part in _PARTS.findall(raw)]
    if not 2 <= len(parts) <= MOST_PARTS:
        return (whole,)
    joined = ["".join(parts)[:LONGEST_TOKEN]] if len(parts) == 2 and "-" in raw else []
    return (whole, *joined, *parts)


def stems(raw: str, language: str) -> tuple[str, ...]:
    """The marked stems of one word, or of a compound's parts, in a language of `LANGUAGES`.

    Stemmers rely on accents and readers leave them out: both the word's stem, folded, and the
    folded word's stem stand for it where they differ. Dictionaries know no word without its accents.
    """
    if raw.isalpha():
        return _stems(raw, language)
    parts = [part for part in _PARTS.findall(raw) if part.isalpha()][:MOST_PARTS]
    return tuple(dict.fromkeys(one for part in parts for one in _stems(part, language)))


def _stems(word: str, language: str) -> tuple[str, ...]:
    if len(word) < SHORTEST:
        return ()
    word = word[:LONGEST_TOKEN]  # stemmers take more than linear time
    first = f"~{language}~{fold(stem(word, language))[:LONGEST_TOKEN]}"
    if word.isascii() or language not in SNOWBALL:
        return (first,)
    second = f"~{language}~{stem(fold(word), language)[:LONGEST_TOKEN]}"
    return (first,) if second == first else (first, second)


class _Words(dict[str, tuple[tuple[str, ...], tuple[str, ...]]]):
    """The forms and stems of a language's words as they turn up; all begin again when they are full."""

    _total = 0

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language

    def __missing__(self, raw: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        found = forms(raw), stems(raw, self._language) if self._language else ()
        if len(raw) <= LONGEST_TOKEN:
            self._make_room()
            self[raw] = found
        return found

    def _make_room(self) -> None:
        if not self._language:
            if len(self) >= PLAIN:
                self.clear()
            return
        if _Words._total >= KEPT:
            _forget()
        _Words._total += 1


def _forget() -> None:
    for words in _WORDS.values():
        words.clear()
    _Words._total = 0


_WORDS = {language: _Words(language) for language in ("", *LANGUAGES)}


@lru_cache(maxsize=8_192)
def stemmed(raw: str, languages: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """A query's word as its stems may stand in the index: (language, marked stem).

    Languages that are not written in the word's script are left out.
    """
    if not raw.isalpha():
        return ()
    script = next(
        (one for one in ("GREEK", "CYRILLIC") if unicodedata.name(raw[0], "").startswith(one)), ""
    )
    return tuple(
        (language, one)
        for language in languages
        if SCRIPTS.get(language, "") == script
        for one in stems(raw, language)
    )


def _normal(text: str) -> str:
    if text.isascii():
        text = _IGNORED.sub("", text).lower()
    else:
        text = _HYPHENS.sub("-", _IGNORED.sub("", unicodedata.normalize("NFKC", text)).lower())
        text = text.replace("’", "'").replace("ʼ", "'")
    return _ELISION.sub("", text) if "'" in text else text
