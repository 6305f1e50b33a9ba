"""Keeping the projections of a data folder up to date: one process does it, whoever needs it starts it.

The process that projects (`project`) has the lock, follows the journal, and ends when the process that
started it does. Python runs one thread at a time, so harvesting and projecting are processes.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

import orjson

from catalogue.bootstrap import (
    GRAPH,
    INDEX,
    compare_with_readers,
    open_journal,
    positions,
    projection_lock,
    projections,
)
from catalogue.errors import Conflict, Unavailable
from catalogue.ports import Journal, Projection
from catalogue.project.follower import Follower, live_changes, mend
from catalogue.settings import Settings

LOOK = 0.05  # seconds between looks at the positions
FIRST = 2.0  # seconds that a started process tries to get the lock
CHILD = "from catalogue.home import project; project()"

log = logging.getLogger(__name__)


class Home:
    """The projections of a data folder, kept by some process from entering to leaving.

    While nobody keeps them, a process of ours is started; one that dies, ours or another's, is
    succeeded. `serving` says that this process knows the site's address. Safe between threads.
    """

    def __init__(self, settings: Settings, *, serving: bool = False) -> None:
        self._settings = settings
        self._serving = serving
        self._positions = positions(settings)
        self._lock = projection_lock(settings)
        self._taking = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Home:
        self.take()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        child, self._child = self._child, None
        if child is not None and child.stdin is not None:
            child.stdin.close()  # the word to stop
            child.wait()

    def take(self) -> None:
        """Start to project if nobody does."""
        with self._taking:
            if self._child is not None and self._child.poll() is None:
                return
            if not self._lock.try_acquire():
                return
            self._lock.release()
            self._child = self._start()

    def wait_visible(self, seq: int) -> None:
        """Return when every reader sees the journal up to `seq`.

        Raises: Unavailable when a projection keeps failing.
        """
        while not self._visible(seq):
            self.take()
            time.sleep(LOOK)

    def _visible(self, seq: int) -> bool:
        at = self._positions.read()
        for name in (GRAPH, INDEX):
            if name in at and at[name].fault:
                raise Unavailable(f"the {name} cannot be brought up to date: {at[name].fault}")
        return all(name in at and at[name].visible >= seq for name in (GRAPH, INDEX))

    def _start(self) -> subprocess.Popen[bytes]:
        child = subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.PIPE)  # noqa: S603 our own
        assert child.stdin is not None
        told = {
            name: str(v) if isinstance(v, Path) else v for name, v in asdict(self._settings).items()
        }
        child.stdin.write(orjson.dumps({"settings": told, "serving": self._serving}) + b"\n")
        child.stdin.flush()
        return child


def project() -> None:
    """Be the process that projects: settings come on standard input, and its end is the word to stop."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    told = orjson.loads(sys.stdin.buffer.readline())
    values = told["settings"]
    paths = {name: Path(values[name]) for name in ("data_dir", "real_data")}
    settings = Settings(**{**values, **paths})
    lock = projection_lock(settings)
    until = time.monotonic() + FIRST
    while not lock.try_acquire():
        if time.monotonic() > until:
            return  # somebody else was faster
        time.sleep(LOOK)
    with open_journal(settings) as journal:
        knows_site = bool(told["serving"] or settings.base_url)
        opened = projections(settings, journal, knows_site=knows_site)
        follower = Follower(journal, opened, positions(settings))
        follower.start()
        sys.stdin.buffer.read()
        follower.stop()
        for projection in opened:
            projection.close()


class Keeper:
    """The projections in this very process, for a command that works on them: brought up at the start.

    Raises on entering: Conflict when another process keeps them.
    """

    def __init__(self, settings: Settings, journal: Journal) -> None:
        self._settings, self._journal = settings, journal
        self._lock = projection_lock(settings)
        self.projections: list[Projection] = []

    def __enter__(self) -> Keeper:
        if not self._lock.try_acquire():
            raise Conflict(
                f"another process ({self._lock.holder_pid()}) projects this data folder; stop it first"
            )
        self.projections = projections(
            self._settings, self._journal, knows_site=bool(self._settings.base_url)
        )
        for projection in self.projections:
            self.catch_up(projection)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for projection in self.projections:
            projection.close()
        self._lock.release()

    def catch_up(self, projection: Projection) -> None:
        """Mend the projection where needed and apply all that the journal has."""
        at = positions(self._settings)
        mend(projection, self._journal, at)
        Follower(self._journal, [], at).catch_up(projection)

    def rebuild(self, projection: Projection) -> int:
        """Make the projection anew; return how many records it holds."""
        projection.rebuild(lambda: live_changes(self._journal), self._journal.last_seq())
        self.catch_up(projection)
        return projection.size()

    def differences(self, projection: Projection) -> list[str]:
        """What differs between the projection and the journal."""
        return projection.differences(lambda: live_changes(self._journal))


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
    return all(name in known and known[name].visible >= last for name in (GRAPH, INDEX))
