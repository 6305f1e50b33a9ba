"""From what a person types to the query tree. Any text is a query; none is an error.

Words (all must match), "phrases", -not, OR, field:value and prefix*. Longer words tolerate typos where
the reader of the query asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from catalogue.search.analysis import expansions, surface
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

# The weights of ranking, all of them.
WEIGHTS = {"title": 4.0, "keywords": 2.0, "names": 1.5, "description": 1.0, "distributions": 0.5}
TYPO = 0.3  # of a word that matches only with a typo
TIE = 0.1

LONGEST = 10_000  # characters that are read
MOST = 32  # clauses; what stands behind them is left out

_PIECE = re.compile(r'(-)?(?:([a-z]+):)?(?:"([^"]*)"|(\S+))', re.IGNORECASE)


def parse(text: str, languages: Sequence[str], *, typos: bool = True) -> Query:
    """The query of a text; `languages` are those whose stems are looked for, likeliest first. With
    `typos` words that differ by a letter or two match as well, with a lower score."""
    groups: list[list[Query]] = [[]]
    number = 0
    for match in _PIECE.finditer(text[:LONGEST]):
        minus, field, phrase, word = match.groups()
        if word == "OR" and not minus and not field:
            groups.append([])
            continue
        clause = _clause((field or "").lower(), phrase, word, languages, typos=typos)
        if clause is None:
            continue
        groups[-1].append(Not(clause) if minus else clause)
        number += 1
        if number >= MOST:
            break
    alternatives = [_all(group) for group in groups if group]
    if not alternatives:
        return All()
    return alternatives[0] if len(alternatives) == 1 else Or(tuple(alternatives))


def _all(group: list[Query]) -> Query:
    return group[0] if len(group) == 1 else And(tuple(group))


def _clause(
    field: str, phrase: str | None, word: str | None, languages: Sequence[str], *, typos: bool
) -> Query | None:
    text = phrase if phrase is not None else word or ""
    if field in KEYWORD_FIELDS:
        return Terms(field, (text,)) if text else None
    fields = (field,) if field in TEXT_FIELDS else TEXT_FIELDS
    if field and field not in TEXT_FIELDS:
        text = f"{field}:{text}"
    tokens = surface(text)
    if not tokens:
        return None
    if phrase is not None and len(tokens) > 1:
        return DisMax(tuple(Boost(Phrase(f, tuple(tokens)), WEIGHTS[f]) for f in fields), TIE)
    if word is not None and word.endswith("*") and len(tokens[-1]) > 1:
        return DisMax(tuple(Boost(Prefix(f, tokens[-1]), WEIGHTS[f]) for f in fields), TIE)
    return _all([_token(token, fields, languages, typos=typos) for token in tokens[:1] or tokens])


def _token(token: str, fields: Sequence[str], languages: Sequence[str], *, typos: bool) -> Query:
    parts: list[Query] = [
        Boost(Term(field, form), WEIGHTS[field] * (1.0 if form == token else 0.8))
        for field in fields
        for form in expansions(token, languages)
    ]
    if typos and token.isalpha() and len(token) >= 5:
        distance = 2 if len(token) >= 9 else 1
        near = (field for field in fields if field in {"title", "keywords"})
        parts += [Boost(Fuzzy(field, token, distance), WEIGHTS[field] * TYPO) for field in near]
    return DisMax(tuple(parts), TIE)
