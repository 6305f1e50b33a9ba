"""Pages by number (`start`) on an index that only knows how to go on from a position.

A position stays right while records come and go, a number does not: who asks for 0, 100, 200 … is led on
from where the page before ended, so that no record that stays is missed or met twice. Who jumps is led
by counting from the nearest position that is known.

By relevance all before a place has to be ranked to find it, which takes seconds and a hundred bytes a record:
so jumps far by relevance are counted one after another.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from catalogue.errors import Unavailable
from catalogue.ports import Index
from catalogue.search.query import Request, Result

WALKS = 256  # that are remembered
MARKS = 128  # positions of each
LASTING = 600.0  # seconds without use until a walk is forgotten
STEP = 10_000  # records that are counted at once
FAR = 100_000  # records that are passed by relevance, from which on one jump waits for another
WAITING = 10.0  # seconds that it waits

Key = tuple[object, ...]


@dataclass(slots=True)
class _Walk:
    """Positions by the number of records before them, the last used last."""

    used: float
    marks: OrderedDict[int, str] = field(default_factory=OrderedDict)


class Starts:
    """Pages by number. Safe between threads; each process remembers for itself."""

    def __init__(
        self,
        index: Index,
        clock: Callable[[], float] = time.monotonic,
        *,
        waiting: float = WAITING,
    ) -> None:
        self._index, self._clock, self._waiting = index, clock, waiting
        self._guard, self._jumping = threading.Lock(), threading.Lock()
        self._walks: OrderedDict[Key, _Walk] = OrderedDict()

    def page(self, request: Request, start: int, walker: str) -> Result:
        """The page of a request (whose `after` is left out of account) behind so many records; without
        hits where there are no more. `walker` tells apart who walks the same search.

        Raises: Unavailable where others jump far by relevance just now.
        """
        key = _key(request, walker)
        at, position = self._nearest(key, start)
        if at == 0 and start > STEP:
            end = self._behind_the_end(request)
            if start >= end.total:
                return end
        with self._one_at_a_time(request, start - at):
            while at < start:
                step = start - at if request.sort == "relevance" else min(STEP, start - at)
                position = self._index.skip(replace(request, after=position), step)
                if position is None:
                    return self._behind_the_end(request)
                at += step
                self._remember(key, at, position)
        result: Result = self._index.search(replace(request, after=position))
        if result.next is not None:
            # Hits that the reader may no longer see are left out of a page, and counted all the same.
            self._remember(key, start + request.limit, result.next)
        return result

    @contextlib.contextmanager
    def _one_at_a_time(self, request: Request, number: int) -> Iterator[None]:
        """Passing so many records, after those who pass many already."""
        if request.sort != "relevance" or number <= FAR:
            yield
            return
        if not self._jumping.acquire(timeout=self._waiting):
            raise Unavailable(
                f"pages more than {FAR} records away by relevance are counted one after another, and"
                " others wait; go page by page, or sort by 'id asc'"
            )
        try:
            yield
        finally:
            self._jumping.release()

    def _behind_the_end(self, request: Request) -> Result:
        """No hits, but the number of all and the facets."""
        result: Result = self._index.search(replace(request, after=None, limit=1))
        return replace(result, hits=(), next=None)

    def _nearest(self, key: Key, start: int) -> tuple[int, str | None]:
        """The last position known at or before a number, and its number."""
        with self._guard:
            walk = self._walks.get(key)
            if walk is None or self._clock() - walk.used > LASTING:
                return 0, None
            at = max((one for one in walk.marks if one <= start), default=0)
            return at, walk.marks.get(at)

    def _remember(self, key: Key, at: int, position: str) -> None:
        now = self._clock()
        with self._guard:
            walk = self._walks.pop(key, None)
            if walk is None or now - walk.used > LASTING:
                walk = _Walk(now)
            walk.used = now
            walk.marks.pop(at, None)
            walk.marks[at] = position
            if len(walk.marks) > MARKS:
                walk.marks.popitem(last=False)
            self._walks[key] = walk
            if len(self._walks) > WALKS:
                self._walks.popitem(last=False)


def _key(request: Request, walker: str) -> Key:
    """What must be the same from page to page."""
    filters = tuple(sorted(request.filters.items()))
    return (walker, request.query, filters, request.must, request.sort, request.audiences)
