"""What findings say and how they are mended, in the 24 official languages: one file each.

`message` and `hint` go by SHACL's constraint component or by a rule of validation's own; a component
without a hint has that of `any`. `{path}` is the property, `{limit}` what is asked for; `{value}`, in
validation's own rules alone, what was found. `noticed` are sentences that alignment says of a record,
`shapes` those of our shapes for what no component says well (`{name}` is that of a table), `reading` those
that reading a source says: a finding is kept with the English one, which stands for the same in every
language; what fills its places (a reason, a number) stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from vocab.languages import FALLBACK, told_in

_PLACE = re.compile(r"\{(\w+)\}")
_ESCAPED = re.compile(r"\\\{(\w+)\\\}")
_OF_TABLE = r"[\w-]+"  # what may stand for `{name}`; anything may for the others
ANY = "any"  # what is said of a rule that has no words of its own


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language: messages and hints by rule, whole sentences by name in three tables, and
    what stands for `{path}` where there is none."""

    language: str
    message: Mapping[str, str]
    hint: Mapping[str, str]
    noticed: Mapping[str, str]
    shapes: Mapping[str, str]
    reading: Mapping[str, str]
    path: Mapping[str, str]


@cache
def words(language: str | None) -> Words:
    """The texts in a language; in English where it is none of the 24."""
    code, told = told_in("vocab.findings", language)
    return Words(code, **told)


@lru_cache(maxsize=4096)
def translated(text: str, language: str) -> str | None:
    """A sentence of harvesting's or of our shapes', given in English, in another language; None for any
    other text."""
    found = next(_matches(text), None)
    if found is None:
        return None
    (table, name), match = found
    said: str = getattr(words(language), table)[name]
    return _PLACE.sub(lambda place: match[place[1]], said)


@lru_cache(maxsize=4096)
def is_said(text: str, language: str) -> bool:
    """Whether a text is one of those sentences in that language."""
    return any(_matches(text, language))


def _matches(
    text: str, language: str = FALLBACK
) -> Iterator[tuple[tuple[str, str], re.Match[str]]]:
    for of, form in _forms(language).items():
        match = form.fullmatch(text)
        if match:
            yield of, match


@cache
def _forms(language: str) -> Mapping[tuple[str, str], re.Pattern[str]]:
    """What each sentence of a language looks like, by table and name."""
    said = words(language)
    return {
        (table, name): re.compile(_ESCAPED.sub(_group, re.escape(text)), re.DOTALL)
        for table in ("noticed", "shapes", "reading")
        for name, text in getattr(said, table).items()
    }


def _group(place: re.Match[str]) -> str:
    return f"(?P<{place[1]}>{_OF_TABLE if place[1] == 'name' else '.+'})"
