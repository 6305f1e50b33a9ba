"""What the journal keeps beside the records: which of their links answer, and how they score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from catalogue.model import Link

BARRED = "not asked: its host's robots.txt forbids it"  # the reason of a `LinkState`


@dataclass(frozen=True, slots=True)
class LinkState:
    """What is known of an address. `status`: as in `model.Link`. `failures`: on so many days in a row it
    did not answer well, the last of them `failed_on`. `due`: when it is asked again."""

    status: int | None = None
    checked: datetime | None = None
    failures: int = 0
    failed_on: date | None = None
    due: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """Addresses of one host that are due, taken by whoever asks them: nobody else has them until it is
    settled, or the lease has ended. `fence` is its number."""

    host: str
    fence: int
    links: Sequence[tuple[str, LinkState]]


@dataclass(frozen=True, slots=True)
class Settled:
    """What a visit's settling did: links whose word changed, and records that were touched for it."""

    changed: int
    touched: int


@dataclass(frozen=True, slots=True)
class LinkNumbers:
    """Addresses by what is known of them. `due`: those that are to be asked now."""

    answering: int = 0
    broken: int = 0
    unknown: int = 0
    due: int = 0


@dataclass(frozen=True, slots=True)
class Broken:
    """An address that does not answer well, and a record that gives it; `records` is how many do."""

    url: str
    status: int
    checked: datetime | None
    since: date | None
    reason: str
    page_id: str
    source: str
    records: int


class Links(Protocol):
    """The addresses that records give for their data, and what they answered. Addresses are untrusted."""

    def sync(self, given: Mapping[str, Sequence[str]]) -> int:
        """For each record (page id) the addresses that it gives now; none where it is gone. Addresses that
        no record gives any more are forgotten. Records that give one of which something is known already
        are touched; return how many."""

    def of(self, page_ids: Sequence[str]) -> dict[str, tuple[Link, ...]]:
        """What is known of the addresses of each record, and which may not be asked; the others that were
        never judged are left out."""

    def visit(
        self, *, seconds: float, most: int, hosts: int, sources: Sequence[str] | None = None
    ) -> list[Visit]:
        """Take due addresses: of so many hosts that nobody is at, those longest due first, `most` of each,
        for so many seconds. With `sources` only addresses of their records."""

    def settle(
        self, visit: Visit, found: Mapping[str, LinkState], *, pause: float, hold: float = 0.0
    ) -> Settled:
        """Store what became of a visit's addresses, touch the records for which that changes something,
        and leave the host alone for `pause` seconds an address, at least `hold`. Raises: Fenced."""

    def hasten(self, sources: Sequence[str]) -> int:
        """Let every address of those sources' records be due now; return how many."""

    def numbers(self, source: str | None = None) -> LinkNumbers:
        """How many addresses there are, of a source's records or in all."""

    def broken(
        self, sources: Sequence[str] | None, *, after: str = "", limit: int = 50
    ) -> list[Broken]:
        """Addresses that do not answer, by address, those behind `after`; of all where `sources` is None."""


@dataclass(frozen=True, slots=True)
class Score:
    """How one record scores. `wanting` holds a bit for each metric (by its place) that is not met;
    `links`, `answering`: addresses of which something is known, and those that answer."""

    page_id: str
    source: str
    node: str
    public: bool
    sectors: tuple[str, ...]
    points: int
    dimensions: tuple[int, ...]
    conforms: bool
    wanting: int
    links: int
    answering: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The scores of many records in numbers. `kind` is all, node, source or sector; `dimensions`: sums of
    points by dimension, in the order of the methodology; `bands`: records by band, the best first."""

    kind: str
    id: str
    records: int
    points: int
    dimensions: tuple[int, ...]
    bands: tuple[int, ...]
    conforming: int
    links: int
    answering: int
    day: date | None = None

    @property
    def mean(self) -> float | None:
        return self.points / self.records if self.records else None


@dataclass(frozen=True, slots=True)
class Gap:
    """A metric (by its place) that so many records do not meet, and one of those."""

    metric: int
    records: int
    example: str | None


@dataclass(frozen=True, slots=True)
class Fold:
    """Scores of records as they are now, by page id; None for one that has none. Read from the changes
    behind `after` up to `upto`."""

    after: int
    upto: int
    scores: Mapping[str, Score | None] = field(default_factory=dict)


class Quality(Protocol):
    """The scores of all records, and their sums, which are kept as records come and go.

    Sums of all, of nodes and of sectors are of public records only; those of a source are of all of its
    records, and are for those who may know of it.
    """

    def position(self) -> int:
        """Up to which change records were scored."""

    def fold(self, fold: Fold) -> bool:
        """Store the scores and bring the sums up to them, and today's figures; or nothing, and return
        False, where somebody else was faster."""

    def score(self, page_id: str) -> Score | None:
        """The score of a record as it was folded last."""

    def figures(self, kind: str, ids: Iterable[str] | None = None) -> list[Figures]:
        """The sums of a kind by id, of those ids or all."""

    def gaps(self, kind: str, id: str) -> list[Gap]:
        """What records of a scope do not meet, by metric."""

    def days(self, kind: str, id: str, *, limit: int = 366) -> list[Figures]:
        """The figures of a scope as they were at the end of each day on which there were any, the last
        so many, in order."""

    def close_day(self) -> int:
        """Note today's figures of every scope, once a day; return how many."""
