"""Did you mean: a likelier spelling of a query, from the titles that it finds with typos."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from catalogue.project.folding import fold
from catalogue.search.analysis import raw_tokens
from catalogue.search.parse import pieces, tolerated


def respelt(text: str, items: Iterable[Mapping[str, Any]]) -> str | None:
    """The query with each unusual word replaced by the nearest one of the titles; None if none is.

    Words of phrases, fields, prefixes and those that are short or hold digits stay as they are.
    """
    seen = Counter(token for item in items for token in _title_words(item))
    made = text
    for one in reversed(pieces(text)):
        if one.field or one.phrase or one.minus or one.is_or:
            continue
        better = _nearest(one.text, seen)
        if better is not None:
            made = made[: one.start] + better + made[one.end :]
    return made if made != text else None


def _title_words(item: Mapping[str, Any]) -> set[str]:
    return {token for title in item["title"].values() for token in raw_tokens(title)}


def _nearest(word: str, seen: Mapping[str, int]) -> str | None:
    token = fold(word.lower())
    most = tolerated(token)
    if not most:
        return None
    own = sum(number for one, number in seen.items() if fold(one) == token)
    near = [
        (number, -distance(token, fold(one), most), one)
        for one, number in seen.items()
        if number > own and 0 < distance(token, fold(one), most) <= most
    ]
    return max(near)[2] if near else None


def distance(one: str, other: str, most: int) -> int:
    """Edits between two words (insert, delete, replace, swap neighbours), or `most` + 1 if more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
