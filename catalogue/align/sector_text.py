"""Words of sectors in a text: looked up word by word, the longest phrase first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from vocab.languages import OFFICIAL
from vocab.sector_words import NOTHING, WORDS

LONGEST = 1000  # characters of a text that are looked at
SHORT = 6  # letters; shorter words of other languages count only in text that is tagged with theirs
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 100_000  # kept per language; beyond that the table is forgotten and filled again


@dataclass(frozen=True, slots=True)
class _Term:
    """One entry of the word lists; `sector` is empty for a phrase that means nothing."""

    sector: str
    parts: tuple[str, ...]
    hint: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """A word or phrase in the letters of the text, and whether it is only a hint."""

    sector: str
    value: str
    hint: bool


def folded(word: str) -> str:
    """The word in small letters without accents."""
    plain = unicodedata.normalize("NFKD", word.lower())
    return "".join(one for one in plain if not unicodedata.combining(one)).replace("ς", "σ")


def seen_in(text: str, language: str = "") -> tuple[Seen, ...]:
    """What points to sectors in a text, each word once, in the order of the text.

    `language` is the tag's two letters; without one of an official language the words of English
    count and those of the others that can hardly mean anything else.
    """
    table = _table(language if language in OFFICIAL else "")
    words = _WORD.findall(text[:LONGEST])
    begun = [at for at, terms in enumerate(map(table.__getitem__, words)) if terms]
    found: dict[tuple[str, str], Seen] = {}
    after = 0
    for at in begun:
        if at < after or not (best := _longest(table[words[at]], words, at)):
            continue
        after = at + len(best[0].parts)
        value = " ".join(words[at:after])
        for term in best:
            if term.sector:
                key = (term.sector, value.lower())
                found.setdefault(key, Seen(term.sector, value[:80], term.hint))
    return tuple(found.values())


def _longest(terms: tuple[_Term, ...], words: list[str], at: int) -> list[_Term]:
    """The terms of the longest phrase that begins here; a phrase of nothing hides shorter ones."""
    best: list[_Term] = []
    length = 0
    for term in terms:  # longest first
        if length > len(term.parts):
            break
        if len(term.parts) == 1 or _follows(term.parts, words, at):
            best.append(term)
            length = len(term.parts)
    return best


def _follows(parts: tuple[str, ...], words: list[str], at: int) -> bool:
    rest = words[at + 1 : at + len(parts)]
    return len(rest) == len(parts) - 1 and all(
        _fits(part, folded(word)) for part, word in zip(parts[1:], rest, strict=True)
    )


def _fits(part: str, word: str) -> bool:
    if part[0] == "*":
        return part.strip("*") in word if part[-1] == "*" else word.endswith(part[1:])
    return word.startswith(part[:-1]) if part[-1] == "*" else word == part


class _Table(dict[str, tuple[_Term, ...]]):
    """The terms that each word can begin, worked out when it is first met."""

    def __init__(self, terms: list[_Term]) -> None:
        super().__init__()
        self._whole: dict[str, list[_Term]] = {}
        self._begun: dict[str, list[_Term]] = {}
        self._inside: list[_Term] = []
        for term in terms:
            first = term.parts[0]
            if first[0] == "*":
                self._inside.append(term)
            elif first[-1] == "*":
                self._begun.setdefault(first[:-1], []).append(term)
            else:
                self._whole.setdefault(first, []).append(term)
        parts = {re.escape(one.parts[0].strip("*")) for one in self._inside}
        self._any_inside = re.compile("|".join(sorted(parts)) or "$.")

    def __missing__(self, word: str) -> tuple[_Term, ...]:
        if len(self) >= _MOST_WORDS:
            self.clear()
        plain = folded(word)
        found = [*self._whole.get(plain, ())]
        for end in range(1, len(plain) + 1):
            found += self._begun.get(plain[:end], ())
        if self._any_inside.search(plain):
            found += [one for one in self._inside if _fits(one.parts[0], plain)]
        found.sort(key=lambda one: -len(one.parts))
        self[word] = kept = _one_each(found)
        return kept


def _one_each(terms: list[_Term]) -> tuple[_Term, ...]:
    """A single word counts once for a sector, and fully if any list has it so."""
    best: dict[tuple[str, int, tuple[str, ...]], _Term] = {}
    for term in terms:
        rest = term.parts[1:]
        key = (term.sector, len(term.parts), rest)
        if key not in best or best[key].hint:
            best[key] = term
    return tuple(best.values())


@cache
def _table(language: str) -> _Table:
    return _Table(list(_terms(language)))


def _terms(language: str) -> Iterator[_Term]:
    """The terms for text of a language; for text of none all but those that are only a language's."""
    sources = ("any", language) if language else ("any", *OFFICIAL)
    for one in sources:
        yield from _entries("", NOTHING.get(one, ""), own=True)
        for sector, words in WORDS.items():
            yield from _entries(
                sector, words.get(one, ""), own=bool(language) or one in ("any", "en")
            )
    if language and language != "en":  # titles in other languages use English phrases
        yield from (one for one in _terms("en") if len(one.parts) > 1)


def _entries(sector: str, words: str, *, own: bool) -> Iterator[_Term]:
    for entry in filter(None, (one.strip() for one in words.split(","))):
        only, hint = entry[0] == "~", "?" in entry[:2]
        if only and not own:
            continue
        parts = tuple(folded(part) for part in entry.lstrip("~?").split())
        if not own and len("".join(parts).strip("*")) < SHORT:
            continue
        yield _Term(sector, parts, hint)
