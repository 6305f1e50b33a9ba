"""Which pairs hold, and the clusters that they make."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from catalogue.dedupe.scoring import ACCEPT
from catalogue.ports import Decision

MARGIN = 0.05  # points by which the best of several in one source has to be ahead
GREATEST = 50  # records of a cluster


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that were compared, `a` before `b`, each with its source. `certain`: see `Score`."""

    a: str
    b: str
    source_a: str
    source_b: str
    points: float
    certain: bool
    decision: Decision = Decision.NONE

    @property
    def likely(self) -> bool:
        """Whether they come together unless something speaks against it."""
        return self.decision is Decision.CONFIRMED or (not self.split and self.points >= ACCEPT)

    @property
    def split(self) -> bool:
        return self.decision is Decision.SPLIT


def accepted(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs that hold, surest first: those confirmed, and those of `ACCEPT` points that are no
    toss-up. What only looks alike is a toss-up where a record is as like to several of one source:
    yearly or local copies look like that. `pairs` has to hold all of every record in it."""
    best: dict[tuple[str, str], list[float]] = defaultdict(list)
    for one in pairs:
        if not one.split:
            best[one.a, one.source_b].append(one.points)
            best[one.b, one.source_a].append(one.points)
    for found in best.values():
        found.sort(reverse=True)
    held = [
        one
        for one in pairs
        if one.decision is Decision.CONFIRMED
        or (
            not one.split
            and one.points >= ACCEPT
            and (
                one.certain
                or (
                    _ahead(one, best[one.a, one.source_b])
                    and _ahead(one, best[one.b, one.source_a])
                )
            )
        )
    ]
    return sorted(held, key=lambda one: (-_rank(one), one.a, one.b))


def _rank(one: Pair) -> float:
    return 2.0 if one.decision is Decision.CONFIRMED else one.points


def _ahead(one: Pair, of_source: Sequence[float]) -> bool:
    return len(of_source) == 1 or (
        one.points == of_source[0] and of_source[0] - of_source[1] >= MARGIN
    )


def components(
    held: Iterable[Pair], apart: Iterable[tuple[str, str]], greatest: int = GREATEST
) -> list[frozenset[str]]:
    """The clusters of two and more records that accepted pairs make, surest pairs first.

    Two clusters are not joined where a pair of `apart` (split, or vetoed) would come together, or
    where they would be of more than `greatest` records; so a chain of likenesses ends where it would
    join what is known to differ.
    """
    foes: dict[str, set[str]] = defaultdict(set)
    for a, b in apart:
        foes[a].add(b)
        foes[b].add(a)
    of: dict[str, set[str]] = {}
    for one in held:
        left, right = of.get(one.a, {one.a}), of.get(one.b, {one.b})
        if left is right or len(left) + len(right) > greatest or _foes(left, right, foes):
            continue
        left |= right
        for member in left:
            of[member] = left
    return sorted({frozenset(members) for members in of.values()}, key=min)


def _foes(left: set[str], right: set[str], foes: Mapping[str, set[str]]) -> bool:
    return any(not foes[member].isdisjoint(right) for member in left if member in foes)
