"""Following the journal: each projection from its own cursor, in a thread of its own."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from pathlib import Path

from catalogue.errors import CatalogueError
from catalogue.model import Change, RunState
from catalogue.ports import Journal, Projection

BATCH = 1500  # changes read and applied at once, at most: memory grows with it
PATIENCE = 5.0  # seconds that changes are let come together, at most
QUIET = 0.3  # seconds without a change until what was applied is made visible
BURST = 200  # changes that come together: then more are on their way while a run is at work
LONGEST = 30.0  # seconds after which it is made visible while changes still come
IDLE = 0.1  # seconds between looks at the journal

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Position:
    """How far a projection has come: applied, and visible to every reader; and why it does not go on,
    where it fails."""

    cursor: int
    visible: int
    fault: str = ""


class Positions:
    """Where the projections stand: a small file for each, which every process may read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, name: str, position: Position) -> None:
        """Publish one projection's position. Only the process that projects it calls this."""
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._folder / f"{name}.{os.getpid()}.new"
        fresh.write_text(json.dumps(astuple(position)))
        fresh.replace(self._folder / f"{name}.json")

    def ask_anew(self, name: str) -> Path:
        """Ask whoever keeps a projection to make it anew; what is returned is gone when it has been."""
        self._folder.mkdir(parents=True, exist_ok=True)
        asked = self._folder / f"{name}.{uuid.uuid4().hex}.anew"
        asked.touch()
        return asked

    def asked_anew(self, name: str) -> list[Path]:
        """What was asked of the projection and has not been done."""
        return sorted(self._folder.glob(f"{name}.*.anew"))

    def reset(self, name: str) -> None:
        """Say that nothing of a projection can be relied on until it has been made anew."""
        self.write(name, Position(0, 0))

    def read(self) -> Mapping[str, Position]:
        """The positions last published; empty before the first."""
        found = {}
        for path in self._folder.glob("*.json"):
            with suppress(FileNotFoundError, json.JSONDecodeError):
                found[path.stem] = Position(*json.loads(path.read_text()))
        return found


def live_changes(journal: Journal, at: int | None = None) -> Iterator[Change]:
    """Every live record's current change, by page id; with `at` as all was at that sequence number,
    whatever is appended meanwhile."""
    after = ""
    while page := journal.live(after, at=at):
        yield from page
        after = page[-1].record.page_id


def unwatched(_number: int) -> None:
    """Nobody watches."""


def mend(
    projection: Projection,
    journal: Journal,
    positions: Positions,
    watch: Callable[[int], None] = unwatched,
) -> None:
    """Make a projection anew that is absent, damaged or not of this journal; `watch` is told how many
    records were read so far."""
    last = journal.last_seq()
    reason = projection.needs_rebuild(last)
    if reason:
        log.warning("making the %s anew: %s", projection.name, reason)
        positions.reset(projection.name)
        projection.rebuild(lambda: _counted(live_changes(journal, last), watch), last)


def _counted(changes: Iterator[Change], watch: Callable[[int], None]) -> Iterator[Change]:
    for number, change in enumerate(changes, 1):
        watch(number)
        yield change


class Follower:
    """Brings projections up to the journal and keeps them there.

    Only the process that holds the projection lock runs one. A projection that fails is tried
    again with growing pauses; the others go on. `batch`: changes that are applied at once, at most.
    """

    def __init__(
        self,
        journal: Journal,
        projections: Sequence[Projection],
        positions: Positions,
        *,
        batch: int = BATCH,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._journal = journal
        self._projections = projections
        self._positions = positions
        self._batch = batch
        self._clock = clock
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Follow in the background, one thread for each projection."""
        for projection in self._projections:
            name = f"follow-{projection.name}"
            thread = threading.Thread(target=self._follow, args=(projection,), name=name)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Stop after the batch in hand, with everything applied made visible."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def catch_up(self, projection: Projection) -> int:
        """Apply all that the journal has now and make it visible; return how many changes."""
        total = 0
        while number := self._step(projection):
            total += number
        self._settle(projection)
        return total

    def _follow(self, projection: Projection) -> None:
        pause = IDLE
        while not self._stop.is_set():
            began = self._clock()
            try:
                self._until_stopped(projection)
            except Exception as error:
                with suppress(OSError):  # a full disk cannot take the blame either
                    self._blame(projection.name, error)
                went_well = self._clock() - began > LONGEST
                pause = IDLE if went_well else min(pause * 2, 30.0)
                self._stop.wait(pause)

    def _until_stopped(self, projection: Projection) -> None:
        if not self._made_anew(projection):
            mend(projection, self._journal, self._positions)
        self.catch_up(projection)
        settled = changed = self._clock()
        dirty = False
        while not self._stop.is_set():
            self._made_anew(projection)
            self._gather(projection.cursor())
            number = self._step(projection)
            now = self._clock()
            if number:
                dirty, changed = True, now
            if dirty and (now - changed > QUIET or now - settled > LONGEST):
                self._settle(projection)
                dirty, settled = False, self._clock()
            if not number:
                self._stop.wait(IDLE)
        if dirty:
            self._settle(projection)

    def _made_anew(self, projection: Projection) -> bool:
        """Make the projection anew where that was asked for; readers have the old one meanwhile."""
        asked = self._positions.asked_anew(projection.name)
        if asked:
            last = self._journal.last_seq()
            projection.rebuild(lambda: live_changes(self._journal, last), last)
            self._settle(projection)
            for one in asked:
                one.unlink(missing_ok=True)
        return bool(asked)

    def _gather(self, cursor: int) -> None:
        """Let changes come together while they still come: a large batch costs less a record."""
        last = self._journal.last_seq()
        grown = began = self._clock()
        while 0 < last - cursor < self._batch and not self._stop.wait(IDLE):
            before, last, now = last, self._journal.last_seq(), self._clock()
            grown = now if last > before else grown
            quiet = now - grown > QUIET and not self._more_comes(last - cursor)
            if quiet or now - began > PATIENCE:
                return

    def _more_comes(self, waiting: int) -> bool:
        """Whether a harvest is amid appending: applying part by part costs twice as much a record."""
        return waiting >= BURST and any(
            run.state is RunState.RUNNING for run in self._journal.runs.active()
        )

    def _step(self, projection: Projection) -> int:
        """Apply one batch; return how many changes it held."""
        cursor = projection.cursor()
        if self._journal.last_seq() <= cursor:
            return 0
        changes = self._journal.changes(cursor, self._batch)
        if not changes:
            return 0
        projection.apply(changes, changes[-1].seq)
        self._publish(projection, changes[-1].seq)
        return len(changes)

    def _settle(self, projection: Projection) -> None:
        projection.settle()
        cursor = projection.cursor()
        self._positions.write(projection.name, Position(cursor, cursor))

    def _blame(self, name: str, error: Exception) -> None:
        """Say why a projection does not go on, where it is read and in the log."""
        if isinstance(error, CatalogueError):
            fault = str(error)  # written for people; where it was raised tells them nothing
            log.warning("projecting to the %s failed; trying again: %s", name, fault)
        else:
            fault = f"{type(error).__name__}: {error}"
            log.exception("projecting to the %s failed; trying again", name)
        before = self._positions.read().get(name, Position(0, 0))
        self._positions.write(name, Position(before.cursor, before.visible, fault[:500]))

    def _publish(self, projection: Projection, cursor: int) -> None:
        before = self._positions.read().get(projection.name, Position(0, 0))
        self._positions.write(projection.name, Position(cursor, min(before.visible, cursor)))
