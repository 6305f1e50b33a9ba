"""Keeping the projections of a data folder up to date: one process for each, started by who needs it.

Such a process (`project`) has the projection's lock, follows the journal, and ends when the process that
started it does. Python runs one thread at a time, so harvesting and projecting are processes.
"""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from types import TracebackType

import orjson

from catalogue.bootstrap import (
    GRAPH,
    PROJECTIONS,
    compare_with_readers,
    open_journal,
    positions,
    projection,
    projection_lock,
)
from catalogue.errors import Conflict, Unavailable
from catalogue.garbage import seldom_collected
from catalogue.ports import Journal, Projection
from catalogue.project.follower import BATCH, Follower, Position, live_changes, mend, unwatched
from catalogue.settings import Settings

LOOK = 0.05  # seconds between looks at the positions
PATIENCE = (
    20.0  # seconds that projections have to end in; what is cut off is done again at the next start
)
FIRST = 2.0  # seconds that a started process tries to get the lock
DOCUMENTS = 500  # changes that an index takes at once: more cost it no less a record, only memory
CHILD = "from catalogue.home import project; project()"

log = logging.getLogger(__name__)


class Home:
    """The projections of a data folder, each kept by some process from entering to leaving.

    For one that nobody keeps, a process of ours is started; one that dies, ours or another's, is
    succeeded. `serving` says that this process knows the site's address. Safe between threads.
    """

    def __init__(self, settings: Settings, *, serving: bool = False) -> None:
        self._settings = settings
        self._serving = serving
        self._positions = positions(settings)
        self._taking = threading.Lock()
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Home:
        self.take()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for child in self._children.values():
            if child.stdin is not None:
                child.stdin.close()  # the word to stop
        until = time.monotonic() + PATIENCE
        for child in self._children.values():
            try:
                child.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:  # making one anew takes as long as it takes
                child.kill()
                child.wait()

    def take(self) -> None:
        """Start to project what nobody does."""
        with self._taking:
            for name in PROJECTIONS:
                child = self._children.get(name)
                if child is not None and child.poll() is None:
                    continue
                lock = projection_lock(self._settings, name)
                if lock.try_acquire():
                    # Until it has looked at what there is, nothing can be relied on.
                    self._positions.reset(name)
                    lock.release()
                    self._children[name] = self._start(name)

    def wait_visible(self, seq: int) -> None:
        """Return when every reader sees the journal up to `seq`.

        Raises: Unavailable when a projection keeps failing.
        """
        while not self._visible(seq):
            self.take()
            time.sleep(LOOK)

    def make_anew(self, names: Collection[str] = PROJECTIONS) -> None:
        """Have projections made anew beside the old ones; return when every reader has the new ones.

        Raises: Unavailable when that keeps failing.
        """
        asked = [self._positions.ask_anew(name) for name in names]
        while any(one.exists() for one in asked):
            self.take()
            self._without_fault()
            time.sleep(LOOK)

    def _visible(self, seq: int) -> bool:
        at = self._without_fault()
        return all(name in at and at[name].visible >= seq for name in PROJECTIONS)

    def _without_fault(self) -> Mapping[str, Position]:
        at = self._positions.read()
        for name in PROJECTIONS:
            if name in at and at[name].fault:
                raise Unavailable(f"the {name} cannot be brought up to date: {at[name].fault}")
        return at

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        child = subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.PIPE)  # noqa: S603 our own
        assert child.stdin is not None
        values = asdict(self._settings).items()
        told = {one: str(value) if isinstance(value, Path) else value for one, value in values}
        task = {"name": name, "settings": told, "serving": self._serving}
        child.stdin.write(orjson.dumps(task) + b"\n")
        child.stdin.flush()
        return child


def project() -> None:
    """Be the process that keeps one projection: the task comes on standard input, whose end is the
    word to stop."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal; who started us says when to stop
    task = orjson.loads(sys.stdin.buffer.readline())
    values = task["settings"]
    settings = Settings(
        **{**values, **{one: Path(values[one]) for one in ("data_dir", "real_data")}}
    )
    lock = projection_lock(settings, task["name"])
    until = time.monotonic() + FIRST
    while not lock.try_acquire():
        if time.monotonic() > until:
            return  # somebody else was faster
        time.sleep(LOOK)
    seldom_collected()
    with open_journal(settings) as journal:
        knows_site = bool(task["serving"] or settings.base_url)
        opened = projection(task["name"], settings, journal, knows_site=knows_site)
        batch = BATCH if task["name"] == GRAPH else DOCUMENTS
        follower = Follower(journal, [opened], positions(settings), batch=batch)
        follower.start()
        sys.stdin.buffer.read()
        follower.stop()
        opened.close()


class Keeper:
    """The projections in this very process, for a command that works on them: brought up at the start.
    `watch` is told the name of one that has to be made anew, and how many records were read so far.

    Raises on entering: Conflict when another process keeps them.
    """

    def __init__(
        self,
        settings: Settings,
        journal: Journal,
        watch: Callable[[str, int], None] | None = None,
    ) -> None:
        self._settings, self._journal, self._watch = settings, journal, watch
        self._locks = [projection_lock(settings, name) for name in PROJECTIONS]
        self.projections: list[Projection] = []

    def __enter__(self) -> Keeper:
        for lock in self._locks:
            if not lock.try_acquire():
                self._release()
                raise Conflict(
                    f"another process ({lock.holder_pid()}) projects this data folder; stop it first"
                )
        knows_site = bool(self._settings.base_url)
        for name in PROJECTIONS:
            opened = projection(name, self._settings, self._journal, knows_site=knows_site)
            self.projections.append(opened)
            self.catch_up(opened)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for one in self.projections:
            one.close()
        self._release()

    def _release(self) -> None:
        for lock in self._locks:
            lock.release()

    def catch_up(self, opened: Projection) -> None:
        """Mend the projection where needed and apply all that the journal has."""
        at = positions(self._settings)
        watch = partial(self._watch, opened.name) if self._watch else unwatched
        mend(opened, self._journal, at, watch)
        Follower(self._journal, [], at).catch_up(opened)

    def differences(self, opened: Projection) -> list[str]:
        """What differs between the projection and the journal."""
        return opened.differences(lambda: live_changes(self._journal))


def differences(settings: Settings, journal: Journal) -> dict[str, list[str]]:
    """What differs between the journal and each projection, whoever keeps them.

    Raises: Unavailable when another process keeps them and does not catch up in a minute.
    """
    try:
        with Keeper(settings, journal) as keeper:
            return {one.name: keeper.differences(one) for one in keeper.projections}
    except Conflict:
        last, until = journal.last_seq(), time.monotonic() + 60
        at = positions(settings)
        while not _all_visible(at.read(), last):
            if time.monotonic() > until:
                raise Unavailable("the projections are not up to date; try again later") from None
            time.sleep(LOOK)
        return compare_with_readers(settings, journal)


def _all_visible(at: object, last: int) -> bool:
    known = dict(at)  # type: ignore[call-overload]
    return all(name in known and known[name].visible >= last for name in PROJECTIONS)
