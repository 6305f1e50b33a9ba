"""How a score came about: the query's own arithmetic over the scores of its parts.

The parts are asked of the index one by one, for the hits of a page only, so every engine explains
itself in the same words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from catalogue.search.query import (
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
)

Scores = Mapping[str, float]
Ask = Callable[[Query], Scores]


def explained(query: Query, ids: Sequence[str], ask: Ask) -> dict[str, dict[str, Any]]:
    """For each hit how its score is made: {"score","rule","parts"} down to {"score","field","words"}.

    `ask` tells the scores of those of the hits that a part of the query finds. Parts that a hit does
    not match are left out; "sum" adds its parts, "best" takes the highest and `tie` of the others.
    """
    made = _made(query, ask)
    return {one: made(one) or {"score": 0.0, "rule": "sum", "parts": []} for one in ids}


def _made(query: Query, ask: Ask) -> Callable[[str], dict[str, Any] | None]:
    field = _field(query)
    if field is not None:
        scores = ask(query)
        leaf = {"field": field, "words": _words(query)}
        return lambda one: {"score": round(scores[one], 3), **leaf} if one in scores else None
    match query:
        case And(parts) | Or(parts):
            return _joined([_made(part, ask) for part in parts], "sum", 1.0)
        case DisMax(parts, tie):
            return _joined([_made(part, ask) for part in parts], "best", tie)
        case Boost(part, factor):
            inner = _made(part, ask)
            return lambda one: _times(inner(one), factor)
        case _:
            return lambda _one: None


def _joined(
    makers: Sequence[Callable[[str], dict[str, Any] | None]], rule: str, tie: float
) -> Callable[[str], dict[str, Any] | None]:
    def made(one: str) -> dict[str, Any] | None:
        parts = [part for maker in makers if (part := maker(one)) is not None]
        if not parts:
            return None
        parts.sort(key=lambda part: -part["score"])
        rest = sum(part["score"] for part in parts[1:])
        told = {"score": round(parts[0]["score"] + tie * rest, 3), "rule": rule, "parts": parts}
        return told if rule == "sum" else {**told, "tie": tie}

    return made


def _times(told: dict[str, Any] | None, factor: float) -> dict[str, Any] | None:
    if told is None or factor == 1.0:
        return told
    return {"score": round(told["score"] * factor, 3), "rule": f"times {factor:g}", "parts": [told]}


def _field(query: Query) -> str | None:
    """The one text field that a part looks into; None where there are more, or none."""
    fields = set(_fields(query))
    return fields.pop() if len(fields) == 1 else None


def _fields(query: Query) -> list[str]:
    match query:
        case Term(field, _) | Phrase(field, _) | Prefix(field, _) | Fuzzy(field, _):
            return [field]
        case And(parts) | Or(parts):
            # Several words are told apart even where they look into one field.
            return [field for part in parts for field in (*_fields(part), "")]
        case DisMax(parts, _):
            return [field for part in parts for field in _fields(part)]
        case Boost(part, _):
            return _fields(part)
        case Not(_):
            return []
        case _:
            return []


def _words(query: Query) -> list[str]:
    """What is looked for, as it stands in the index; stems of other languages than the first left out."""
    match query:
        case Term(_, token) | Fuzzy(_, token):
            return [token]
        case Prefix(_, token):
            return [f"{token}*"]
        case Phrase(_, tokens):
            return [" ".join(tokens)]
        case DisMax(parts, _):
            return [word for part in parts for word in _words(part)][:2]
        case Boost(part, _):
            return _words(part)
        case _:
            return []
