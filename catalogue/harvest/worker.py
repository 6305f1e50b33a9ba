"""Carrying out queued runs, and those that a crash interrupted, several sources side by side."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager

from catalogue.harvest.flow import Watch, harvest
from catalogue.model import ACTIVE, Run
from catalogue.ports import Client, Journal

LOOK = 1.0  # seconds between looks for queued runs

log = logging.getLogger(__name__)

SourceLock = Callable[[str], AbstractContextManager[bool]]
"""Gives True where this process, and no other, may harvest the source."""


def carry_out(
    run: Run, journal: Journal, client: Client, lock: SourceLock, watch: Watch = lambda _p: None
) -> Run | None:
    """Harvest for a run and return it ended; None while another living process is at its source."""
    with lock(run.source) as mine:
        if not mine:
            return None
        now = journal.run(run.id)
        return harvest(run.id, journal, client, watch) if now.state in ACTIVE else now


class Worker:
    """Looks for runs to carry out until it is stopped; at most one a source, `slots` at once."""

    def __init__(
        self, journal: Journal, client: Callable[[], Client], lock: SourceLock, slots: int = 4
    ) -> None:
        self._journal, self._client, self._lock = journal, client, lock
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="harvest")
        self._busy: dict[str, Future[None]] = {}
        self._stop = threading.Event()

    def run(self) -> None:
        """Work until `stop`; a run in hand is left to be taken up at the next start."""
        while not self._stop.is_set():
            self._look()
            self._stop.wait(LOOK)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def stop(self) -> None:
        self._stop.set()

    def _look(self) -> None:
        self._busy = {run: task for run, task in self._busy.items() if not task.done()}
        for run in self._journal.interrupted_runs():
            if run.id not in self._busy:
                self._busy[run.id] = self._pool.submit(self._one, run)

    def _one(self, run: Run) -> None:
        try:
            ended = carry_out(run, self._journal, self._client(), self._lock)
        except Exception:
            log.exception("run %s of %s could not be carried out", run.id, run.source)
            return
        if ended is not None:
            log.info("run %s of %s: %s", ended.id, ended.source, ended.state.value)
