"""Assigning sectors by rule, each with its reason: precision before recall."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from catalogue.model import Sector
from catalogue.rdf.terms import parts_of
from vocab.namespaces import DCAT, DCATAP, DCT, SECTOR
from vocab.sector_rules import THEMES, WORDS

_CONCEPTS = frozenset((f"<{DCAT}theme>", f"<{DCT}subject>", f"<{DCATAP}hvdCategory>"))
_WORDS = {f"<{DCAT}keyword>": "keyword", f"<{DCT}title>": "title"}


def assign_sectors(subject: str, lines: list[str]) -> tuple[Sector, ...]:
    """The sectors of a record with one reason each, in the order of trust: our own concept, an EU
    theme or category, a keyword, a word of the title."""
    found: dict[str, Sector] = {}
    texts: list[tuple[str, str]] = []
    prefix = f"{subject} "
    for line in lines:
        if line.startswith(prefix):
            predicate, rest = line[len(prefix) :].split(" ", 1)
            if predicate in _WORDS:
                texts.append((_WORDS[predicate], rest[:-2]))
            elif predicate in _CONCEPTS:
                _by_concept(rest[:-2], found)
    for name, term in sorted(texts):
        if term[0] == '"':
            _by_word(name, parts_of(term)[0], found)
    return tuple(found[sector] for sector in sorted(found))


def _by_concept(term: str, found: dict[str, Sector]) -> None:
    iri = term.strip("<>")
    if iri.startswith(SECTOR):
        sector = iri.removeprefix(SECTOR)
        if sector in WORDS:
            found[sector] = Sector(sector, "sector", iri)
    elif iri in THEMES:
        found.setdefault(THEMES[iri], Sector(THEMES[iri], "theme", iri))


def _by_word(name: str, text: str, found: dict[str, Sector]) -> None:
    for sector, word in _words(text):
        found.setdefault(sector, Sector(sector, name, word))


@lru_cache(maxsize=65_536)
def _words(text: str) -> tuple[tuple[str, str], ...]:
    """The sectors that words of a text point to, each with the first such word as it is written."""
    first: dict[str, str] = {}
    for match in _pattern().finditer(text.lower()):
        if match.lastgroup is not None:
            first.setdefault(match.lastgroup, text[match.start() : match.end()][:80])
    return tuple(first.items())


@cache
def _pattern() -> re.Pattern[str]:
    """One pattern for all words; the group that matched is the sector."""
    groups = []
    for sector, words in WORDS.items():
        alternatives = sorted(words.split(), key=len, reverse=True)
        parts = [
            re.escape(word.rstrip("|")).replace(r"\-", r"[-\s]")
            + (r"\b" if word[-1] == "|" else "")
            for word in alternatives
        ]
        groups.append(f"(?P<{sector}>{'|'.join(parts)})")
    return re.compile(rf"\b(?:{'|'.join(groups)})")
