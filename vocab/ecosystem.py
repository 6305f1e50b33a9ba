"""AI Factories, their Antennas, and EuroHPC supercomputers: facts to begin the registry with.

Each fact names where it was read and how sure it is; unsure ones say so. What is served are the
registry's records (`catalogue.ecosystem`), which begin as these and which stewards edit.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from vocab import namespaces as ns
from vocab import rows, scheme


@dataclass(frozen=True, slots=True)
class Factory:
    """An AI Factory or an Antenna. `systems` are names of supercomputers, `focus` free words;
    `selected` is a day (ISO 8601), `unsure` names what of it is, as the API calls it."""

    id: str
    kind: str
    name: str
    acronym: str
    country: str
    city: str
    host: str
    systems: tuple[str, ...]
    focus: tuple[str, ...]
    website: str | None
    linked: str | None
    selected: str | None
    source: str
    confidence: str
    unsure: tuple[str, ...]

    @property
    def iri(self) -> str:
        return f"{ns.ECOSYSTEM}{self.kind}/{self.id}"

    @property
    def sectors(self) -> tuple[str, ...]:
        """Those of our sectors that the words about its focus name, in the sectors' own order."""
        named = {sector for one in self.focuses for sector in one.sectors}
        return tuple(one.code for one in scheme("sector") if one.code in named)

    @property
    def focuses(self) -> tuple[Focus, ...]:
        """What each of the words about its focus says; words that are in no table say nothing."""
        known = focuses()
        return tuple(known.get(words, Focus(words, (), "")) for words in self.focus)


@dataclass(frozen=True, slots=True)
class Supercomputer:
    """A EuroHPC system. Performance figures are texts in Pflop/s, as the sources give them;
    `accelerator` is of its main GPU partition, None where it has none or none is known; `unsure` names
    what of it is, as the API calls it."""

    id: str
    name: str
    site: str
    country: str
    host: str
    vendor: str | None
    accelerator: str | None
    category: str
    hpl: str | None
    peak: str | None
    status: str
    source: str
    confidence: str
    unsure: tuple[str, ...]

    @property
    def iri(self) -> str:
        return f"{ns.ECOSYSTEM}supercomputer/{self.id}"

    @property
    def runs(self) -> bool:
        """Whether it can be worked on."""
        return self.status.startswith("operational")


@dataclass(frozen=True, slots=True)
class Focus:
    """What words about a factory's focus say of our sectors (none, one or several), and why."""

    words: str
    sectors: tuple[str, ...]
    reason: str


@cache
def factories() -> tuple[Factory, ...]:
    """Every AI Factory, then every Antenna."""
    return tuple(_factory(row) for row in rows("factories"))


@cache
def supercomputers() -> tuple[Supercomputer, ...]:
    """Every supercomputer that a factory names, and others of EuroHPC."""
    return tuple(
        Supercomputer(**{**row, "unsure": tuple(row["unsure"])})  # type: ignore[arg-type]
        for row in rows("supercomputers")
    )


def machine_of(system: str, known: Iterable[Supercomputer]) -> Supercomputer | None:
    """The supercomputer that a factory's system is, whatever is said beside its name."""
    bare = system.replace("(new)", "").split(" (")[0].strip()
    return next((one for one in known if one.name == bare), None)


@cache
def focuses() -> dict[str, Focus]:
    """The table of what each wording of a focus says, by the words as factories have them."""
    text = files("vocab").joinpath("focus.csv").read_text(encoding="utf-8")
    return {
        row["words"]: Focus(row["words"], tuple(row["sectors"].split()), row["reason"])
        for row in csv.DictReader(text.splitlines())
    }


def _factory(row: dict[str, Any]) -> Factory:
    return Factory(
        id=row["id"],
        kind=row.get("kind", "ai-factory"),
        name=row["name"],
        acronym=row.get("acronym", ""),
        country=row["country"],
        city=row.get("city", ""),
        host=row.get("host", ""),
        systems=tuple(row.get("systems", ())),
        focus=tuple(row.get("focus", ())),
        website=f"https://{row['website']}" if row.get("website") else None,
        linked=row.get("linked"),
        selected=row["selected"],
        source=row["source"],
        confidence=row["confidence"],
        unsure=tuple(row["unsure"]),
    )
