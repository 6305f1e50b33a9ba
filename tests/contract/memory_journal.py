"""A journal in memory, as far as projections read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from catalogue.model import Change, Node, Source


class MemoryJournal:
    """A list of changes; the last of each record is its state."""

    def __init__(self) -> None:
        self._log: list[Change] = []

    def append(self, change: Change) -> None:
        self._log.append(change)

    def last_seq(self) -> int:
        return self._log[-1].seq if self._log else 0

    def changes(self, after: int, limit: int) -> list[Change]:
        return [one for one in self._log if one.seq > after][:limit]

    def states(self, pairs: Sequence[tuple[str, int]]) -> dict[str, Change]:
        bounds = dict(pairs)
        return {
            one.record.page_id: one
            for one in self._log
            if one.record.page_id in bounds and one.seq <= bounds[one.record.page_id]
        }

    def nodes(self) -> list[Node]:
        return []

    def sources(self) -> list[Source]:
        return []

    def everything(self) -> Iterator[Change]:
        """The live records' current changes."""
        states = {one.record.page_id: one for one in self._log}
        return iter([one for one in states.values() if not one.withdrawn])
