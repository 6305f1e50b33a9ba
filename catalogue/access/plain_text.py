"""Characters that have no place in an answer or in a form's texts."""

from __future__ import annotations

import re

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_BAD = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e0fff"
)
_LINES = re.compile(f"[{_BAD}{_BIDI}]")
_LINE = re.compile(f"[\t\n{_BAD}{_BIDI}]")


def stray(text: str, *, lines: bool) -> str | None:
    """The first control, direction or half character, as U+XXXX; None where there is none. With
    `lines`, tabs and line feeds are welcome."""
    found = (_LINES if lines else _LINE).search(text)
    return f"U+{ord(found[0]):04X}" if found else None


def safe(text: str, most: int = 80) -> str:
    """A piece of foreign text that can stand in a message: cut, and without such characters."""
    return _LINE.sub("�", text[:most]) + ("…" if len(text) > most else "")
