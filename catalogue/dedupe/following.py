"""Comparing records as they come, in a thread beside the harvests."""

from __future__ import annotations

import logging
import threading

from catalogue.ports import Journal

STEP = 500  # changes of one transaction: other writers wait that long
PAUSE = 1.0  # seconds between steps that found nothing
LONGEST = 60.0  # seconds between attempts where the journal cannot be reached

log = logging.getLogger(__name__)


class Comparing:
    """Follows the journal until it is stopped. What a step was in the midst of is done again."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._stop = threading.Event()

    def run(self) -> None:
        """Compare what comes; a fault is told, and tried again with growing pauses."""
        pause = PAUSE
        while not self._stop.is_set():
            try:
                number = self._journal.clusters.follow(STEP)
                pause = PAUSE
            except Exception:  # the database may be away for a while
                log.exception("looking for duplicates failed; trying again")
                number, pause = 0, min(pause * 2, LONGEST)
            if not number:
                self._stop.wait(pause)

    def stop(self) -> None:
        """End after the step in hand."""
        self._stop.set()
