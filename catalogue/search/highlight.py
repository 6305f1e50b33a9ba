"""What was found, marked in the texts of a page."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from catalogue.search.analysis import forms, raw_tokens, stems
from catalogue.search.languages import LANGUAGES
from catalogue.search.parse import pieces

_WORD = re.compile(r"\w+")
TEXTS = ("title", "description")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a query that are looked for, as `highlight` takes them."""
    wanted = (one.text for one in pieces(text) if not one.minus and not one.is_or)
    return tuple(dict.fromkeys(raw for of in wanted for raw in raw_tokens(of)))


def highlight(
    rendered: Mapping[str, Any], stored: Mapping[str, Any], words: Sequence[str]
) -> dict[str, str] | None:
    """Title and description as HTML: the text escaped, the words found in <mark>; None if none is.

    `stored` tells the languages that the texts are in: a word is found by its stem in that one.
    """
    found = {}
    for name in TEXTS if words else ():
        text = rendered[name]
        if text:
            language = next((code for code, one in stored[name].items() if one == text), "")
            sought = frozenset(form for word in words for form in _forms(word, language))
            marked, number = _marked(text, language, sought)
            if number:
                found[name] = marked
    return found or None


def _marked(text: str, language: str, sought: frozenset[str]) -> tuple[str, int]:
    parts, at, number = [], 0, 0
    for match in _WORD.finditer(text):
        if not sought.isdisjoint(_forms(match.group(), language)):
            parts.append(html.escape(text[at : match.start()]))
            parts.append(f"<mark>{html.escape(match.group())}</mark>")
            at, number = match.end(), number + 1
    parts.append(html.escape(text[at:]))
    return "".join(parts), number


@lru_cache(maxsize=65_536)
def _forms(word: str, language: str) -> tuple[str, ...]:
    """A word's tokens, and their stems in a language."""
    raw = raw_tokens(word)
    found = [form for one in raw for form in forms(one)]
    if language in LANGUAGES:
        found += [form for one in raw for form in stems(one, language)]
    return tuple(dict.fromkeys(found))
