"""What mails say, in the 24 official languages: one file each, subject and body of every kind of news.

Texts hold `{holder}`, `{until}` (a date, ISO 8601) and, in the footer, `{catalogue}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from vocab.languages import told_in


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language: subject and body by kind, the word for a request, and the footer."""

    language: str
    request: str
    footer: str
    text: Mapping[str, tuple[str, str]]


@cache
def words(language: str | None) -> Words:
    """The texts in a language; in English where it is none of the 24."""
    code, told = told_in("vocab.notices", language)
    text = {kind: (subject, body) for kind, (subject, body) in told["text"].items()}
    return Words(code, told["request"], told["footer"], text)
