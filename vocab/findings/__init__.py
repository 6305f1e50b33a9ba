"""What findings say and how they are mended, in the 24 official languages: one file each.

`message` and `hint` go by SHACL's constraint component or by a rule of validation's own; a component
without a hint has that of `any`. `{path}` is the property, `{limit}` what is asked for; `{value}`, in
validation's own rules alone, what was found. `noticed` are sentences that harvesting says of a record:
a finding is kept with the English one, which stands for the same in every language.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from vocab.languages import OFFICIAL

FALLBACK = "en"
ANY = "any"  # what is said of a rule that has no words of its own


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language: messages and hints by rule, and sentences by name."""

    language: str
    message: Mapping[str, str]
    hint: Mapping[str, str]
    noticed: Mapping[str, str]


@cache
def words(language: str | None) -> Words:
    """The texts in a language; in English where it is none of the 24."""
    code = language if language in OFFICIAL else FALLBACK
    told = tomllib.loads(files("vocab.findings").joinpath(f"{code}.toml").read_text("utf-8"))
    return Words(str(code), told["message"], told["hint"], told["noticed"])


def translated(text: str, language: str) -> str | None:
    """A sentence of harvesting's, given in English, in another language; None for any other text."""
    name = _names().get(text)
    return None if name is None else words(language).noticed[name]


@cache
def _names() -> Mapping[str, str]:
    return {text: name for name, text in words(FALLBACK).noticed.items()}
