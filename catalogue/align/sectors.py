"""Assigning sectors: evidence is added up, and each assignment tells what spoke for it.

Each kind of evidence is worth some log-odds (`vocab/sector_rules.py`); further evidence of a sector
counts ever less, so that a long text cannot talk a record into a sector. The sum is a confidence
between 0 and 1: what share of such assignments a person would make too (docs/reference/sectors.md
has the measured shares). A sector is assigned from one half on; most records have none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from math import exp

from catalogue.align.sector_text import Seen, seen_in
from catalogue.model import Sector
from catalogue.rdf.terms import parts_of
from vocab.namespaces import DCAT, DCATAP, DCT, FOAF, SECTOR
from vocab.sector_rules import (
    CATEGORIES,
    CROWD,
    EUROVOC,
    FADING,
    FEW_KEYWORDS,
    FEW_SECTORS,
    FEW_THEMES,
    HINT,
    PROFILES,
    START,
    THEMES,
    WEIGHTS,
    eurovoc,
)
from vocab.sector_words import WORDS

ENOUGH = 0.5
MOST_REASONS = 4
_SHORT = 100  # characters of a literal that is likely to come again: keywords, publishers
_MOST_TEXTS = 100  # of one record that are looked at
_CONCEPTS = frozenset((f"<{DCAT}theme>", f"<{DCT}subject>", f"<{DCATAP}hvdCategory>"))
_TEXTS = {
    f"<{DCT}title>": "title",
    f"<{DCAT}keyword>": "keyword",
    f"<{DCT}description>": "description",
}
_CONFORMS, _PUBLISHER, _NAME = f"<{DCT}conformsTo>", f"<{DCT}publisher>", f"<{FOAF}name>"
_PROFILE = re.compile("|".join(re.escape(one) for one in PROFILES))
_DATA_THEME = next(iter(THEMES)).removesuffix("HEAL")

Evidence = dict[str, dict[tuple[str, str], float]]  # sector -> (rule, value) -> log-odds


def assign_sectors(subject: str, lines: list[str]) -> tuple[Sector, ...]:
    """The sectors of a record in alphabetical order, each with its confidence and its reasons,
    strongest first; a pure function of the statements in whatever order they come."""
    evidence: Evidence = defaultdict(dict)
    texts: list[tuple[str, str]] = []
    themes: list[str] = []
    publishers: set[str] = set()
    prefix = f"{subject} "
    for line in lines:
        if not line.startswith(prefix):
            continue
        predicate, rest = line[len(prefix) :].split(" ", 1)
        if predicate in _TEXTS:
            texts.append((_TEXTS[predicate], rest[:-2]))
        elif predicate in _CONCEPTS:
            themes.append(rest[1:-3])
        elif predicate == _PUBLISHER:
            publishers.add(rest[:-1])
        elif profile := _profile(rest if predicate == _CONFORMS else predicate):
            evidence[PROFILES[profile]]["profile", profile] = WEIGHTS["profile"]
    if publishers:
        texts += _names(tuple(publishers), lines)
    _by_concepts(themes, evidence)
    share = min(1.0, FEW_KEYWORDS / (1 + sum(name == "keyword" for name, _term in texts)))
    for name, term in sorted(texts)[:_MOST_TEXTS] if len(texts) > _MOST_TEXTS else texts:
        if term[0] == '"':
            _by_words(name, term, share if name == "keyword" else 1.0, evidence)
    start = START - CROWD * max(0, len(evidence) - FEW_SECTORS)
    found = (_sector(sector, start, seen) for sector, seen in sorted(evidence.items()))
    return tuple(one for one in found if one.confidence >= ENOUGH)


def _names(publishers: tuple[str, ...], lines: list[str]) -> list[tuple[str, str]]:
    found = []
    for line in lines:
        if line.startswith(publishers):
            _agent, predicate, name = line.split(" ", 2)
            if predicate == _NAME:
                found.append(("publisher", name[:-2]))
    return found


@lru_cache(maxsize=4096)
def _profile(address: str) -> str | None:
    match = _PROFILE.search(address.lower())
    return match.group() if match else None


def _by_concepts(themes: list[str], evidence: Evidence) -> None:
    broad = sum(one.startswith(_DATA_THEME) for one in themes)
    share = min(1.0, FEW_THEMES / broad) if broad else 1.0
    for iri in themes:
        if iri.startswith(EUROVOC):
            for sector in eurovoc().get(iri, ()):
                evidence[sector]["eurovoc", iri] = WEIGHTS["eurovoc"]
        elif iri in THEMES:
            evidence[THEMES[iri]]["theme", iri] = WEIGHTS["theme"] * share
        elif iri in CATEGORIES:
            evidence[CATEGORIES[iri]]["category", iri] = WEIGHTS["category"]
        elif iri.startswith(SECTOR) and (sector := iri.removeprefix(SECTOR)) in WORDS:
            evidence[sector]["sector", iri] = WEIGHTS["sector"]


def _by_words(name: str, term: str, share: float, evidence: Evidence) -> None:
    for seen in _often(term) if len(term) < _SHORT else _seen(term):
        weight = WEIGHTS[name] * share * (HINT if seen.hint else 1.0)
        kept = evidence[seen.sector]
        kept[name, seen.value] = max(weight, kept.get((name, seen.value), 0.0))


def _seen(term: str) -> tuple[Seen, ...]:
    text, language, _type = parts_of(term)
    return seen_in(text, language[:2].lower())


_often = lru_cache(maxsize=65_536)(_seen)


def _sector(sector: str, start: float, seen: dict[tuple[str, str], float]) -> Sector:
    """All evidence of one sector in order of its worth; a word counts where it is worth most."""
    ranked = sorted(seen.items(), key=lambda item: (-item[1], item[0]))
    said: dict[str, tuple[str, str]] = {}
    total, share = start, 1.0
    for (rule, value), weight in ranked:
        key = value.lower()
        if key in said:
            continue
        said[key] = (rule, value)
        total += weight * share
        share *= FADING
    (rule, value), *more = list(said.values())[:MOST_REASONS]
    return Sector(sector, rule, value, round(1 / (1 + exp(-total)), 3), tuple(more))
