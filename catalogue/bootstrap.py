"""Wiring: which adapter serves each port, from the settings. The only place that knows them all."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import TracebackType

import vocab
from catalogue.adapters.embedded.lock import FileLock
from catalogue.adapters.embedded.oxigraph import OxigraphGraph
from catalogue.adapters.embedded.sparql_pool import SparqlPool
from catalogue.adapters.embedded.tantivy import TantivyIndex
from catalogue.adapters.sql import SqlJournal, migrate
from catalogue.errors import NotFound, SettingsError, Unavailable
from catalogue.harvest.worker import SourceLock
from catalogue.http import GuardedClient
from catalogue.ports import Client, Journal, Projection, Sparql
from catalogue.project.follower import Follower, Positions, live_changes, mend
from catalogue.search.service import SearchService
from catalogue.settings import Settings

GRAPH, INDEX = "graph", "index"
LOOK = 0.05  # seconds between looks at the positions of another process

# --- the journal and the way out -------------------------------------------------------------------


@contextlib.contextmanager
def open_journal(settings: Settings) -> Iterator[Journal]:
    """The journal; a missing database is created, an older one is left for `aicat migrate`."""
    journal = _journal(settings)
    try:
        yield journal
    finally:
        journal.close()


def _journal(settings: Settings) -> SqlJournal:
    _only_embedded(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if not settings.database_url and not (settings.data_dir / "journal.sqlite").exists():
        migrate(settings.database)
    return SqlJournal.open(settings.database)


def migrate_journal(settings: Settings) -> list[str]:
    """Create the schema or bring it forward; return what was done, a line each."""
    _only_embedded(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return migrate(settings.database)


def _only_embedded(settings: Settings) -> None:
    for name in ("graph_url", "search_url", "jobs_url"):
        if getattr(settings, name):
            raise SettingsError(
                f"AICAT_{name.upper()}: this version has the embedded engine only; unset it"
            )


def guarded_client(settings: Settings) -> Client:
    """A new guarded client; not to be shared between threads."""
    return GuardedClient(
        allow_private=settings.allow_private_networks,
        user_agent=settings.user_agent,
        seconds=settings.fetch_seconds,
        max_bytes=settings.fetch_max_bytes,
    )


def source_lock(settings: Settings) -> SourceLock:
    """Locks by which one process at a time harvests a source; they end with their process."""
    folder = settings.data_dir / "locks"
    folder.mkdir(parents=True, exist_ok=True)

    @contextlib.contextmanager
    def lock(source_id: str) -> Iterator[bool]:
        held = FileLock(folder / f"{source_id}.lock")
        mine = held.try_acquire()
        try:
            yield mine
        finally:
            if mine:
                held.release()

    return lock


# --- the reading side: what the doors use ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that a door needs to read. Safe to share between threads."""

    settings: Settings
    journal: Journal
    search: SearchService
    sparql: Sparql
    positions: Positions
    target: int
    """The journal's position at the start: what must be visible before we are ready."""

    def ready(self) -> tuple[bool, str]:
        """Whether the projections have reached the journal's position at start, and why not."""
        at = self.positions.read()
        for name in (GRAPH, INDEX):
            visible = at[name].visible if name in at else -1
            if visible < self.target:
                return False, f"the {name} is at {max(visible, 0)} of {self.target}"
        return True, "ready"

    def lag(self) -> dict[str, int]:
        """Changes that each projection does not show yet."""
        last, at = self.journal.last_seq(), self.positions.read()
        return {name: last - (at[name].visible if name in at else 0) for name in (GRAPH, INDEX)}

    def close(self) -> None:
        self.sparql.close()
        self.journal.close()


def bootstrap(settings: Settings) -> Catalogue:
    """Open everything for reading."""
    journal = _journal(settings)
    index = TantivyIndex(settings.data_dir / INDEX, countries=_countries(journal))
    sparql = SparqlPool(
        settings.data_dir / GRAPH,
        children=settings.sparql_children,
        seconds=settings.sparql_seconds,
        results=settings.sparql_results,
    )
    return Catalogue(
        settings, journal, SearchService(index), sparql, positions(settings), journal.last_seq()
    )


def positions(settings: Settings) -> Positions:
    """Where the projections stand."""
    return Positions(settings.data_dir / "positions.json")


def _countries(journal: Journal) -> Callable[[str], str]:
    """The country of a node by its id; a node keeps its country."""
    known: dict[str, str] = {}

    def country(node_id: str) -> str:
        if node_id not in known:
            try:
                known[node_id] = journal.node(node_id).country
            except NotFound:
                return ""
        return known[node_id]

    return country


# --- the projecting side --------------------------------------------------------------------------


class Home:
    """The projections of a data folder, where this process is the one that keeps them.

    Takes the lock if it is free; `holds` says so. With `follow` the projections are kept up in the
    background, and a holder that dies is succeeded; without, they are brought up once at the start.
    `serving` says that this process knows the site's address; another keeps the one in use.
    """

    def __init__(
        self, settings: Settings, journal: Journal, *, follow: bool = True, serving: bool = False
    ) -> None:
        self._settings, self._journal, self._wants = settings, journal, follow
        self._knows_site = serving or bool(settings.base_url)
        self._lock = FileLock(settings.data_dir / "projections.lock")
        self._positions = positions(settings)
        self._follower: Follower | None = None
        self._taking = threading.Lock()
        self.projections: list[Projection] = []
        self.holds = False

    def __enter__(self) -> Home:
        self.take()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._follower is not None:
            self._follower.stop()
        for projection in self.projections:
            projection.close()
        if self.holds:
            self._lock.release()

    @property
    def holder(self) -> int | None:
        """The process that holds the lock."""
        return self._lock.holder_pid()

    def take(self) -> bool:
        """Become the holder if nobody is; True when this process is."""
        with self._taking:
            return self.holds or self._take()

    def _take(self) -> bool:
        if not self._lock.try_acquire():
            return False
        self.holds = True
        self.projections = self._open()
        if self._wants:
            self._follower = Follower(self._journal, self.projections, self._positions)
            self._follower.start()
        else:
            for projection in self.projections:
                self.catch_up(projection)
        return True

    def wait_visible(self, seq: int) -> None:
        """Return when every reader sees the journal up to `seq`; take over from a holder that dies.

        Raises: Unavailable when a projection of ours keeps failing.
        """
        while not self._visible(seq):
            self.take()
            if self._follower is not None and self._follower.faults:
                name, fault = next(iter(self._follower.faults.items()))
                raise Unavailable(f"the {name} cannot be brought up to date: {fault}")
            time.sleep(LOOK)

    def catch_up(self, projection: Projection) -> int:
        """Mend the projection where needed and apply all that the journal has."""
        mend(projection, self._journal, self._positions)
        return Follower(self._journal, [], self._positions).catch_up(projection)

    def rebuild(self, projection: Projection) -> int:
        """Make the projection anew; return how many records it holds."""
        projection.rebuild(lambda: live_changes(self._journal), self._journal.last_seq())
        self.catch_up(projection)
        return projection.size()

    def differences(self, projection: Projection) -> list[str]:
        """What differs between a projection that was brought up and the journal."""
        return projection.differences(lambda: live_changes(self._journal))

    def _visible(self, seq: int) -> bool:
        at = self._positions.read()
        return all(name in at and at[name].visible >= seq for name in (GRAPH, INDEX))

    def _open(self) -> list[Projection]:
        folder = self._settings.data_dir
        site = self._settings.site
        if not self._knows_site:
            site = OxigraphGraph.site_of(folder / GRAPH) or site
        graph = OxigraphGraph(folder / GRAPH, self._journal, site=site, vocabulary=vocab.triples)
        index = TantivyIndex(folder / INDEX, writable=True, countries=_countries(self._journal))
        opened: list[Projection] = [graph, index]
        for projection in opened:
            if projection.needs_rebuild(self._journal.last_seq()):
                self._positions.reset(projection.name)
        return opened


def compare_elsewhere(settings: Settings, journal: Journal) -> dict[str, list[str]]:
    """What differs between the journal and the projections that another process keeps: read from
    what its readers see, so it must have caught up.

    Raises: Unavailable when it does not catch up in a minute.
    """
    last, until = journal.last_seq(), time.monotonic() + 60
    at = positions(settings)
    while any(at.read()[name].visible < last for name in (GRAPH, INDEX) if name in at.read()):
        if time.monotonic() > until:
            raise Unavailable("the projections are not up to date; try again later")
        time.sleep(LOOK)
    folder, live = settings.data_dir, partial(live_changes, journal)
    index = TantivyIndex(folder / INDEX, countries=_countries(journal))
    return {
        GRAPH: OxigraphGraph.differences_of_readers(folder / GRAPH, live, vocab.triples),
        INDEX: index.differences(live),
    }
