"""Going round: scores follow the journal, links are asked at their pace, until it is told to stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from catalogue.ports import Journal
from catalogue.quality.checking import Checker
from catalogue.quality.keeping import follow

LOOK = 2.0  # seconds between looks at the journal
BATCHES = 4  # of changes between two looks at whether to stop
DAY = 600.0  # seconds between looks at whether a day's figures are to be noted
BURST = 60.0  # seconds' worth of links that may be asked at once, at most

log = logging.getLogger(__name__)


class Rounds:
    """Keeps links and scores, in a thread of its own. `per_hour`: addresses that are asked in an hour at
    most; 0 asks none. Several may go round side by side."""

    def __init__(
        self,
        journal: Journal,
        checker: Checker,
        per_hour: int,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal, self._checker, self._clock = journal, checker, clock
        self._pace = per_hour / 3600
        self._stop = threading.Event()

    def run(self) -> None:
        """Work until `stop`; what is in hand is left for whoever comes next."""
        allowed, last, dayed = 1.0, self._clock(), -DAY
        while not self._stop.is_set():
            read = asked = 0
            try:
                read = follow(self._journal, batches=BATCHES)
                now = self._clock()
                allowed = min(allowed + (now - last) * self._pace, max(1.0, BURST * self._pace))
                last = now
                asked = self._checker.round(int(allowed)).asked if self._pace else 0
                allowed -= asked
                if now - dayed > DAY:
                    dayed = now
                    self._journal.quality.close_day()
            except Exception:  # the database may be away for a while
                log.exception("keeping scores and links failed; trying again")
            if not read and not asked:
                self._stop.wait(LOOK)

    def stop(self) -> None:
        self._stop.set()
        self._checker.close()
