"""Calls of the AI Factories initiative: facts with their sources. What follows from them at a day is
said by `catalogue.calls`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from vocab import namespaces as ns

_OPTIONAL = (
    "amount",
    "currency",
    "budget",
    "eligible",
    "purpose",
    "opens",
    "closes",
    "first",
    "months",
    "time",
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a fact was read, and how sure it is, in words and as yes or no."""

    source: str
    confidence: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Announced:
    """A cut-off that was announced: instead of a day that the rule gives, or beside those."""

    day: date
    instead_of: date | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Result:
    """A decision: how many were selected on a day, of which kind of `ecosystem.Factory`."""

    day: date
    kind: str
    selected: int
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call for proposals or for expression of interest.

    Its cut-offs by rule are `first` and then each `months` months until `closes`; without `months`
    there is `first` alone. Texts are English. `evidence` is by the names of the other fields;
    `revised` is the day on which what is said here was last changed.
    """

    id: str
    title: str
    references: tuple[str, ...]
    programmes: tuple[str, ...]
    funds: tuple[str, ...]
    amount: int | None
    currency: str | None
    budget: str | None
    eligible: str | None
    purpose: str | None
    opens: date | None
    closes: date | None
    first: date | None
    months: int | None
    time: str | None
    announced: tuple[Announced, ...]
    results: tuple[Result, ...]
    links: tuple[Link, ...]
    evidence: dict[str, Evidence]
    revised: date

    @property
    def iri(self) -> str:
        return f"{ns.ECOSYSTEM}call/{self.id}"


@cache
def calls() -> tuple[Call, ...]:
    """Every call that is known, the oldest first."""
    table = tomllib.loads(files("vocab").joinpath("calls.toml").read_text(encoding="utf-8"))
    return tuple(call_of(row) for row in table["call"])


def call_of(row: dict[str, Any]) -> Call:
    """A call of a row of the table. Raises: KeyError, TypeError where the row has not its shape."""
    rest = dict(row)
    announced = tuple(_announced(one) for one in rest.pop("announced", ()))
    results = tuple(Result(**one) for one in rest.pop("result", ()))
    links = tuple(Link(**one) for one in rest.pop("links", ()))
    evidence = {name: Evidence(**one) for name, one in rest.pop("evidence", {}).items()}
    lists = {name: tuple(rest.pop(name, ())) for name in ("references", "programmes", "funds")}
    optional = dict.fromkeys(_OPTIONAL)
    return Call(
        **{**optional, **rest, **lists},
        announced=announced,
        results=results,
        links=links,
        evidence=evidence,
    )


def _announced(row: dict[str, Any]) -> Announced:
    evidence = Evidence(row["source"], row["confidence"], row["sure"])
    return Announced(row["day"], row.get("instead_of"), evidence)
