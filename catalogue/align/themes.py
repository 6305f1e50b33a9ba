"""EU data themes that other themes lie within, and that texts name."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import vocab
from catalogue.align.tables import MOST, Match, bare, spellings
from vocab.namespaces import AUTHORITY
from vocab.themes import MAPPED_THEMES, OTHER_STARTS


def theme_within(value: str) -> Match | None:
    """The EU data theme that a published mapping puts a concept of another scheme in."""
    plain = _own_address(bare(value))
    found = MAPPED_THEMES.get(plain) or _mapped_themes().get(plain)
    if found is None and plain.startswith(_EUROVOC):
        found = _of_eurovoc().get(plain.removeprefix(_EUROVOC))
    if found is None and (own := spellings("theme").get(plain)):
        found = own.iri
    return Match(found, "mapped") if found else None


_EUROVOC = "eurovoc.europa.eu/"


def _own_address(plain: str) -> str:
    """The address in the scheme itself, where a theme is named by another one."""
    for start, own in OTHER_STARTS.items():
        if plain.startswith(start):
            return own + plain.removeprefix(start)
    return plain


def theme_named(value: str, *, also_mapped: bool) -> Match | None:
    """The EU data theme that a text names exactly; with `also_mapped`, by the names of national
    themes too."""
    text = " ".join(value.split()).lower()
    found = _theme_names().get(text) if len(text) <= MOST else None
    if found is None and also_mapped:
        mapped = _names_of_mapped().get(text)
        found = Match(mapped, "mapped") if mapped else None
    return found


@cache
def _mapped_themes() -> dict[str, str]:
    return {bare(str(row["i"])): str(row["t"]) for row in vocab.rows("mapped-themes")}


@cache
def _of_eurovoc() -> dict[str, str]:
    """Domains and concepts of EuroVoc, by their numbers, all of whose micro-thesauri lie within one theme."""
    found: dict[str, str] = {}
    for line in files("vocab").joinpath("theme_eurovoc.tsv").read_text().splitlines():
        code, _tab, numbers = line.partition("\t")
        found |= dict.fromkeys(numbers.split(" "), f"{AUTHORITY}data-theme/{code}")
    return found


@cache
def _theme_names() -> dict[str, Match]:
    return {name: found for name, found in spellings("theme").items() if found.rule == "label"}


@cache
def _names_of_mapped() -> dict[str, str]:
    """Names of national themes that stand for one EU theme only."""
    names: dict[str, set[str]] = {}
    for row in vocab.rows("mapped-themes"):
        for label in dict(row["l"]).values():  # type: ignore[call-overload]
            names.setdefault(label.lower(), set()).add(str(row["t"]))
    return {name: next(iter(found)) for name, found in names.items() if len(found) == 1}
