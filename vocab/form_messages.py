"""What is said of answers, in the languages that the table has; other readers get English."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

FALLBACK = "en"


@cache
def messages() -> dict[str, dict[str, str]]:
    """Every message by rule, then by language."""
    text = files("vocab").joinpath("form_messages.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def said(rule: str, language: str, **values: Any) -> str:
    """The message of a rule, in a language or else in English, with the values in it.

    Raises: KeyError where the table has no such rule, or the message names a value that is not given.
    """
    found = messages()[rule]
    return found.get(language, found[FALLBACK]).format(**values)
