"""Pages by number (`start`) on an index that only knows how to go on from a position.

A position stays right while records come and go, a number does not: who asks for 0, 100, 200 … is led on
from where the page before ended, so that no record that stays is missed or met twice. Who jumps is led
by counting from the nearest position that is known.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from catalogue.errors import InvalidParameter
from catalogue.ports import Index
from catalogue.search.query import Request, Result

WALKS = 256  # that are remembered
MARKS = 128  # positions of each
LASTING = 600.0  # seconds without use until a walk is forgotten
STEP = 10_000  # records that are counted at once
DEEPEST_BY_RELEVANCE = 100_000  # counted at once, as all before it has to be ranked for every page

Key = tuple[object, ...]


@dataclass(slots=True)
class _Walk:
    """Positions by the number of records before them, the last used last."""

    used: float
    marks: OrderedDict[int, str] = field(default_factory=OrderedDict)


class Starts:
    """Pages by number. Safe between threads; each process remembers for itself."""

    def __init__(self, index: Index, clock: Callable[[], float] = time.monotonic) -> None:
        self._index, self._clock = index, clock
        self._guard = threading.Lock()
        self._walks: OrderedDict[Key, _Walk] = OrderedDict()

    def page(self, request: Request, start: int, walker: str) -> Result:
        """The page of a request (whose `after` is left out of account) behind so many records; without
        hits where there are no more. `walker` tells apart who walks the same search.

        Raises: InvalidParameter for a start that is too deep by relevance.
        """
        if request.sort == "relevance" and start > DEEPEST_BY_RELEVANCE:
            raise InvalidParameter(
                "start",
                f"by relevance nothing behind {DEEPEST_BY_RELEVANCE} can be reached; "
                "sort by 'id asc' to walk through all",
            )
        key = _key(request, walker)
        at, position = self._nearest(key, start)
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
