"""What AI Factories give access to beside data, and member states' initiatives: facts to begin the
registry with, in outline, each with its evidence."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from vocab import namespaces as ns
from vocab.calls import Evidence
from vocab.ecosystem import Factory, Supercomputer, factories, machine_of, supercomputers

EUROHPC = "eurohpc"  # the provider of what the Joint Undertaking itself gives access to
EUROHPC_SITE = "https://www.eurohpc-ju.europa.eu/"
OFFER_KINDS = ("compute", "data", "storage", "support", "training")
ELIGIBLE = ("start-up", "sme", "industry", "research", "public")
INITIATIVE_KINDS = ("strategy", "programme", "community")


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to be given access to: compute in an access mode on a supercomputer, data, storage,
    support, training.

    `provider` is who decides: a factory's id, or EUROHPC. `eligible`: of ELIGIBLE, who may use it.
    `supercomputer`, `call`: ids; `mode`: of `modes()`. `contact`: the address of a page. Texts are
    English; `evidence` is by the names of the other fields, as the API calls them.
    """

    id: str
    title: str
    description: str
    kind: str
    provider: str
    country: str
    supercomputer: str | None
    mode: str | None
    eligible: tuple[str, ...]
    sectors: tuple[str, ...]
    access: str
    conditions: str | None
    contact: str | None
    call: str | None
    evidence: dict[str, Evidence]

    @property
    def iri(self) -> str:
        return f"{ns.ECOSYSTEM}offer/{self.id}"


@dataclass(frozen=True, slots=True)
class Initiative:
    """A member state's initiative in AI, and the ids of the AI Factories and Antennas it goes with."""

    id: str
    name: str
    country: str
    kind: str
    description: str
    website: str | None
    factories: tuple[str, ...]
    evidence: dict[str, Evidence]

    @property
    def iri(self) -> str:
        return f"{ns.ECOSYSTEM}initiative/{self.id}"


@cache
def modes() -> dict[str, str]:
    """Names of access modes by their ids."""
    return {one["id"]: one["name"] for one in _table("offers")["mode"]}


@cache
def offers() -> tuple[Offer, ...]:
    """Compute in each access mode on each machine that runs, then what each factory gives beside."""
    return (*_compute(), *_services())


@cache
def initiatives() -> tuple[Initiative, ...]:
    """Every initiative that is known, by country."""
    table = _table("initiatives")
    said = {name: Evidence(**one) for name, one in table["evidence"].items()}
    found = []
    for row in table["initiative"]:
        linked = tuple(one.id for one in factories() if one.country == row["country"])
        evidence = {name: one for name, one in said.items() if linked or name != "factories"}
        found.append(Initiative(**row, website=None, factories=linked, evidence=evidence))
    return tuple(found)


def _compute() -> Iterator[Offer]:
    for machine in supercomputers():
        if not machine.runs:
            continue
        hosts = [
            one
            for one in factories()
            if machine in (machine_of(name, supercomputers()) for name in one.systems)
        ]
        for mode in _table("offers")["mode"]:
            if machine.category not in mode.get("categories", [machine.category]):
                continue
            if mode["of"] == EUROHPC:
                yield _on(machine, mode, None)
            else:
                yield from (_on(machine, mode, host) for host in hosts)


def _on(machine: Supercomputer, mode: dict[str, Any], host: Factory | None) -> Offer:
    """Compute on a machine in a mode, given by its factory or by the Joint Undertaking."""
    said = _evidence()
    hours = "GPU hours" if machine.accelerator else "Core hours"
    name = f" ({machine.accelerator} GPUs)" if machine.accelerator else ""
    provider = host.id if host else EUROHPC
    evidence = {
        "access_mode": said["modes"],
        "eligible": said["eligible"],
        "supercomputer": said["machine"],
        "access": said["access"],
    }
    if host and host.sectors:
        evidence["sectors"] = said["sectors"]
    return Offer(
        id=f"{provider}-{machine.id}-{mode['id']}",
        title=f"{hours} on {machine.name}: {mode['name']}",
        description=mode["text"].format(machine=f"{machine.name}{name}"),
        kind="compute",
        provider=provider,
        country=machine.country,
        supercomputer=machine.id,
        mode=mode["id"],
        eligible=tuple(mode["eligible"]),
        sectors=host.sectors if host else (),
        access="restricted",
        conditions=None,
        contact=host.website if host else EUROHPC_SITE,
        call=None,
        evidence=evidence,
    )


def _services() -> Iterator[Offer]:
    for factory in factories():
        for row in _table("offers")["service"]:
            if row["of"] == factory.kind:
                yield _beside(factory, row)


def _beside(factory: Factory, row: dict[str, Any]) -> Offer:
    said = _evidence()
    duty = said["duty" if factory.kind == "ai-factory" else "antenna"]
    evidence = {"description": duty, "eligible": duty, "access": said["access"]}
    if factory.sectors:
        evidence["sectors"] = said["sectors"]
    return Offer(
        id=f"{factory.id}-{row['id']}",
        title=row["title"].format(name=factory.name),
        description=row["text"].format(name=factory.name),
        kind=row["kind"],
        provider=factory.id,
        country=factory.country,
        supercomputer=None,
        mode=None,
        eligible=tuple(row["eligible"]),
        sectors=factory.sectors,
        access="restricted",
        conditions=None,
        contact=factory.website,
        call=None,
        evidence=evidence,
    )


def _evidence() -> dict[str, Evidence]:
    return {name: Evidence(**one) for name, one in _table("offers")["evidence"].items()}


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files("vocab").joinpath(f"{name}.toml").read_text(encoding="utf-8"))
