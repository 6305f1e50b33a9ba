"""Records that are one thing: pairs, what stewards said of them, and the clusters that they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol


class Decision(StrEnum):
    """What a steward said of a pair."""

    NONE = "none"
    CONFIRMED = "confirmed"  # they are one thing, whatever is found
    SPLIT = "split"  # they are not


class PairReason(NamedTuple):
    """One piece of evidence, by the name of its rule; what it saw; the share of doubt that it takes
    away, 0 where it rules the pair out."""

    rule: str
    value: str
    weight: float


@dataclass(frozen=True, slots=True)
class ComparedPair:
    """Two records by page id, `a` before `b`. `points` from 0 to 1. `together`: they are in one cluster.
    `who` said so `at` that time, where a steward has decided; `version` is another one after each decision,
    0 where there was none."""

    a: str
    b: str
    points: float
    reasons: tuple[PairReason, ...]
    together: bool
    decision: Decision = Decision.NONE
    who: str | None = None
    at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Cluster:
    """Records of several sources that are one thing: page ids, sorted, and the pairs among them."""

    id: str
    members: tuple[str, ...]
    pairs: tuple[ComparedPair, ...] = ()


class Clusters(Protocol):
    """What is known of duplicates. It follows the journal; only public records are in it."""

    def follow(self, limit: int) -> int:
        """Compare the records of the next `limit` changes, and mend the clusters that they concern;
        return how many changes that were, 0 when there are no more. Records whose cluster changes are
        touched, so that projections follow. Several processes may call it: one works, others get 0."""

    def anew(self) -> None:
        """Forget all but what stewards decided, so that `follow` begins with the first change."""

    def clusters(self, after: str = "", limit: int = 100) -> list[Cluster]:
        """The clusters by id, those behind `after`, without their pairs."""

    def number(self) -> int:
        """How many clusters there are."""

    def cluster(self, cluster_id: str) -> Cluster:
        """Raises: NotFound."""

    def cluster_of(self, page_id: str) -> Cluster | None:
        """The one that a record is in, with its pairs."""

    def to_review(
        self, after: tuple[float, str, str] | None = None, limit: int = 100
    ) -> list[ComparedPair]:
        """Pairs that nobody has decided on and that are in doubt: likely, and not together. Those of most
        points first, then by (a, b); those behind `after`, which is such a triple."""

    def number_to_review(self) -> int:
        """How many such pairs there are."""

    def pair(self, one: str, other: str) -> ComparedPair:
        """Two records as they compare now. Raises: NotFound where one is no public record;
        InvalidInput where they are one."""

    def decide(
        self, one: str, other: str, decision: Decision, who: str, *, expected: int | None = None
    ) -> ComparedPair:
        """Say that two records are one thing or are not, or take back what was said (`NONE`), for good;
        it is audited, and the clusters are mended at once. Raises: as `pair`; Overtaken where the pair's
        version is not the one expected."""

    def take_out(self, page_id: str, who: str) -> list[ComparedPair]:
        """Split a record from all others of its cluster in one act; return those pairs, by (a, b).
        Raises: NotFound where it is in none."""

    def put_back(self, page_id: str, who: str) -> list[ComparedPair]:
        """Take back the last act that split a record from others; return those pairs, by (a, b).
        Raises: NotFound where it is split from none."""

    def members(self, cluster_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The page ids in each of those clusters, sorted."""
