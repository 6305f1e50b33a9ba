"""Folding: what is left of a text when its accents are taken away, in every script of the EU."""

from __future__ import annotations

import unicodedata


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
    "ŋ": "n",
    "ŧ": "t",
    "ς": "σ",
}

_FOLDED = _Folded()
