"""Carrying out runs that wait, and those whose worker was lost, several sources side by side."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from catalogue.errors import Cancelled, CatalogueError, Fenced
from catalogue.harvest.flow import harvest, unwatched
from catalogue.harvest.rules import NO_FILES, Files
from catalogue.harvest.walk import Watch
from catalogue.model import Lease, Run
from catalogue.ports import Client, Journal, Runs

LEASE = 10.0  # seconds without a word after which a run is anybody's
LOOK = 0.5  # seconds between looks for runs
TICK = 5.0  # seconds between looks at the schedules
SWEEP = 600.0  # seconds between clearings
BESIDE = 60.0  # seconds between what else is to be done

log = logging.getLogger(__name__)


class Heart:
    """Renews a lease while a run is carried out, and learns when the run is not ours any more."""

    def __init__(self, runs: Runs, lease: Lease) -> None:
        self._runs, self._lease = runs, lease
        self._stop = threading.Event()
        self._word: CatalogueError | None = None
        self._thread = threading.Thread(target=self._beat, name="heart", daemon=True)

    def __enter__(self) -> Heart:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def check(self) -> None:
        """Raises: Fenced, Cancelled once that is known."""
        if self._word is not None:
            raise self._word

    def _beat(self) -> None:
        while not self._stop.wait(LEASE / 3):
            try:
                self._runs.renew(self._lease, LEASE)
            except (Fenced, Cancelled) as word:
                self._word = word
                return
            except Exception as error:  # the next beat may come through
                log.warning("run %s: the lease was not renewed: %s", self._lease.run, error)


def carry_out(
    run_id: str,
    journal: Journal,
    client: Client,
    worker: str,
    watch: Watch = unwatched,
    files: Files = NO_FILES,
) -> Run | None:
    """Carry a run out and return it ended; None where somebody else has it, or has taken it over.
    `files` are the operator's profiles."""
    lease = journal.runs.claim(worker, seconds=LEASE, run_id=run_id)
    return None if lease is None else _under(lease, journal, client, watch, files)


def _under(
    lease: Lease, journal: Journal, client: Client, watch: Watch, files: Files
) -> Run | None:
    try:
        with Heart(journal.runs, lease) as heart:
            return harvest(lease, journal, client, watch, heart.check, files)
    except Fenced as word:
        log.warning("%s", word)
        return None


class Worker:
    """Takes runs and carries them out until it is stopped: `slots` at once, at most `per_host` of all
    workers' at one host. Every worker looks after schedules too; each slot is used once. `also` is done
    beside, at the start and every minute; several workers may do it at once. `files` are the operator's
    profiles."""

    def __init__(
        self,
        journal: Journal,
        client: Callable[[], Client],
        name: str,
        *,
        slots: int = 4,
        per_host: int = 2,
        also: Callable[[], object] = lambda: None,
        files: Files = NO_FILES,
    ) -> None:
        self._also, self._files = also, files
        self._journal, self._client, self._name = journal, client, name
        self._slots, self._per_host = slots, per_host
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="harvest")
        self._busy: set[Future[None]] = set()
        self._stop = threading.Event()

    def run(self) -> None:
        """Work until `stop`; a run in hand is left for whoever comes next."""
        waited, swept, beside = TICK, TICK, BESIDE
        while not self._stop.is_set():
            try:
                if waited >= TICK:
                    waited = 0.0
                    self._journal.runs.tick()
                if swept >= SWEEP:
                    swept = 0.0
                    self._journal.runs.sweep()
                    self._journal.upkeep.tidy()
                if beside >= BESIDE:
                    beside = 0.0
                    self._also()
                self._look()
            except Exception:  # the database may be away for a while
                log.exception("looking for runs failed; trying again")
            self._stop.wait(LOOK)
            waited, swept, beside = waited + LOOK, swept + LOOK, beside + LOOK
        self._pool.shutdown(wait=False, cancel_futures=True)

    def stop(self) -> None:
        self._stop.set()

    def _look(self) -> None:
        self._busy = {task for task in self._busy if not task.done()}
        while len(self._busy) < self._slots:
            claim = self._journal.runs.claim
            lease = claim(self._name, seconds=LEASE, per_host=self._per_host)
            if lease is None:
                return
            self._busy.add(self._pool.submit(self._one, lease))

    def _one(self, lease: Lease) -> None:
        client = self._client()
        try:
            ended = _under(lease, self._journal, client, unwatched, self._files)
        except Exception:
            log.exception("run %s of %s could not be carried out", lease.run, lease.source)
            return
        if ended is not None:
            log.info("run %s of %s: %s", ended.id, ended.source, ended.state.value)
