"""AI Factories, their Antennas, and EuroHPC supercomputers, as linked data.

Each fact names where it was read and how sure it is; unsure ones say so.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from vocab import namespaces as ns
from vocab import quoted, rows


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
    selected: str
    source: str
    confidence: str
    unsure: tuple[str, ...]

    @property
    def iri(self) -> str:
        return f"{ns.ECOSYSTEM}{self.kind}/{self.id}"


@dataclass(frozen=True, slots=True)
class Supercomputer:
    """A EuroHPC system. Performance figures are texts in Pflop/s, as the sources give them; `unsure`
    names what of it is, as the API calls it."""

    id: str
    name: str
    site: str
    country: str
    host: str
    vendor: str | None
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
    return tuple(_machine(row) for row in rows("supercomputers"))


def machine_of(system: str) -> Supercomputer | None:
    """The supercomputer that a factory's system is, whatever is said beside its name."""
    bare = system.replace("(new)", "").split(" (")[0].strip()
    return next((one for one in supercomputers() if one.name == bare), None)


@cache
def focuses() -> dict[str, Focus]:
    """The table of what each wording of a focus says, by the words as factories have them."""
    text = files("vocab").joinpath("focus.csv").read_text(encoding="utf-8")
    return {
        row["words"]: Focus(row["words"], tuple(row["sectors"].split()), row["reason"])
        for row in csv.DictReader(text.splitlines())
    }


def lines() -> Iterator[str]:
    """All of it as canonical N-Triples lines."""
    for machine in supercomputers():
        yield from _machine_lines(machine)
    for factory in factories():
        yield from _factory_lines(factory)


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
        website=row.get("website"),
        linked=row.get("linked"),
        selected=row["selected"],
        source=row["source"],
        confidence=row["confidence"],
        unsure=tuple(row["unsure"]),
    )


def _machine(row: dict[str, Any]) -> Supercomputer:
    return Supercomputer(**{**row, "unsure": tuple(row["unsure"])})


def _factory_lines(one: Factory) -> Iterator[str]:
    kind = "AIFactory" if one.kind == "ai-factory" else "AIFactoryAntenna"
    yield from _common(one.iri, kind, one.name, one.country, one.source, one.confidence)
    if one.city:
        yield f"<{one.iri}> <{ns.AICAT}city> {quoted(one.city)} ."
    if one.host:
        yield f"<{one.iri}> <{ns.AICAT}hostingEntity> {quoted(one.host)} ."
    yield f'<{one.iri}> <{ns.DCT}issued> "{one.selected}"^^<{ns.XSD}date> .'
    for words in one.focus:
        yield f"<{one.iri}> <{ns.AICAT}focus> {quoted(words)} ."
    for name in one.systems:
        machine = machine_of(name)
        value = f"<{machine.iri}>" if machine else quoted(name)
        yield f"<{one.iri}> <{ns.AICAT}supercomputer> {value} ."
    if one.linked:
        yield f"<{one.iri}> <{ns.AICAT}linkedTo> <{ns.ECOSYSTEM}ai-factory/{one.linked}> ."
    if one.website:
        yield f"<{one.iri}> <{ns.FOAF}homepage> <https://{one.website}> ."


def _machine_lines(one: Supercomputer) -> Iterator[str]:
    yield from _common(one.iri, "Supercomputer", one.name, one.country, one.source, one.confidence)
    facts = {
        "site": one.site,
        "hostingEntity": one.host,
        "vendor": one.vendor,
        "category": one.category,
        "sustainedPflops": one.hpl,
        "peakPflops": one.peak,
        "status": one.status,
    }
    for name, value in facts.items():
        if value:
            yield f"<{one.iri}> <{ns.AICAT}{name}> {quoted(value)} ."


def _common(
    iri: str, kind: str, name: str, country: str, source: str, confidence: str
) -> Iterator[str]:
    yield f"<{iri}> <{ns.RDF}type> <{ns.AICAT}{kind}> ."
    yield f"<{iri}> <{ns.FOAF}name> {quoted(name)} ."
    yield f"<{iri}> <{ns.AICAT}country> {quoted(country)} ."
    yield f"<{iri}> <{ns.DCT}source> {quoted(source)} ."
    yield f"<{iri}> <{ns.AICAT}confidence> {quoted(confidence)} ."
