"""Words of titles and names, as duplicates are found by them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from catalogue.project.folding import fold

MOST = 60  # words of a text that are compared

# A short word keeps the full stop that stands inside a text: it is an abbreviation.
_WORD = re.compile(r"[^\W\d_]{2,6}\.(?=\s|$)|[^\W_]+")

_DIGIT = re.compile(r"\d")
# Roman numerals that are words in no language of the EU, as "i", "v", "vi" and "x" are.
_ROMAN = {
    "ii": "2", "iii": "3", "iv": "4", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12",
    "xiii": "13", "xiv": "14", "xv": "15", "xvi": "16", "xvii": "17", "xviii": "18", "xix": "19",
    "xx": "20", "xxi": "21",
}  # fmt: skip

# Words that carry no meaning of their own, in the languages of the EU with most records.
_EMPTY = frozenset(
    """
    a an and as at by de del dei della delle den der des di die do du e ed een el en et
    for from gli het i il im in la las le les lo los na o of og och on ou per pour por
    sur the to und van vom von y z za zu zum zur da das dos em os um une un with w
    """.split()  # noqa: SIM905 - a list of words reads best as one
)


def words(text: str) -> tuple[str, ...]:
    """The folded words of a text in its order, without the empty ones; all where only those are.
    Numbers are without leading zeros."""
    found = [one.lstrip("0") or "0" for one in _WORD.findall(fold(text.lower()))[:MOST]]
    return tuple(one for one in found if one not in _EMPTY) or tuple(found)


def numbers(of: Iterable[str]) -> frozenset[str]:
    """The words that hold a digit, and Roman numerals as digits: years, versions, codes, parts."""
    return frozenset(_ROMAN.get(one, one) for one in of if one in _ROMAN or _DIGIT.search(one))


def left_over(a: Sequence[str], b: Sequence[str]) -> tuple[list[str], list[str]]:
    """The words of each that the other has in no form: not as they are, abbreviated, or misspelt."""
    other = set(b)
    own = set(a)
    if own == other:
        return [], []
    of_a = [one for one in dict.fromkeys(a) if one not in other]
    of_b = [one for one in dict.fromkeys(b) if one not in own]
    for one in list(of_a):
        match = next((two for two in of_b if two[0] == one[0] and akin(one, two)), None)
        if match is not None:
            of_a.remove(one)
            of_b.remove(match)
    return of_a, of_b


def akin(a: str, b: str) -> bool:
    """Whether two words are forms of one: "dept" and "department", "harbor" and "harbour". Numbers and
    codes are not."""
    if a[0] != b[0] or _DIGIT.search(a) or _DIGIT.search(b):
        return False
    dotted = "." in a or "." in b
    short, long = sorted((a.rstrip("."), b.rstrip(".")), key=len)
    if short == long or (long == short + "s" and len(short) >= 4):
        return True
    if len(short) >= 7 and len(long) - len(short) <= 1:
        return _one_edit(short, long)
    # "bern" is not short for "bernau"
    if len(short) < 3 - dotted or (not dotted and len(short) * 2 > len(long)):
        return False
    letters = iter(long)
    return all(char in letters for char in short)


def _one_edit(short: str, long: str) -> bool:
    """Whether one letter more, less or other makes them the same."""
    at = next((i for i, (x, y) in enumerate(zip(short, long, strict=False)) if x != y), len(short))
    rest = long[at + 1 :]
    return short[at:] == rest or short[at + 1 :] == rest


def names_one(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether two names are of one body: the same words, some left out, or the initials of them."""
    if not a or not b:
        return False
    of_a, of_b = left_over(a, b)
    if not (of_a and of_b):
        return len(of_a) + len(of_b) < max(len(a), len(b))
    return _initials(a, b) or _initials(b, a)


def _initials(short: Sequence[str], long: Sequence[str]) -> bool:
    told = "".join(short)
    return len(short) <= 1 < len(long) and told == "".join(one[0] for one in long)
