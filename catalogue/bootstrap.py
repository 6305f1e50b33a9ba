"""Wiring: which adapter serves each port, from the settings. The only place that knows them all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import vocab
from catalogue.adapters.embedded.lock import FileLock
from catalogue.adapters.embedded.oxigraph import OxigraphGraph
from catalogue.adapters.embedded.sparql_pool import SparqlPool
from catalogue.adapters.embedded.tantivy import TantivyIndex
from catalogue.adapters.embedded.tantivy_search import TantivySearch
from catalogue.adapters.sql import SqlJournal, migrate
from catalogue.errors import CatalogueError, NotFound, SettingsError
from catalogue.harvest.worker import SourceLock
from catalogue.http import GuardedClient
from catalogue.ports import Client, Index, Journal, Projection, Sparql
from catalogue.project.follower import Positions, live_changes
from catalogue.search.service import SearchService
from catalogue.settings import Settings

if TYPE_CHECKING:
    from catalogue.adapters.scaleout.elasticsearch_server import Server

GRAPH, INDEX = "graph", "index"
PROJECTIONS = (GRAPH, INDEX)

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
    _check(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if not settings.database_url and not (settings.data_dir / "journal.sqlite").exists():
        migrate(settings.database)
    return SqlJournal.open(settings.database)


def migrate_journal(settings: Settings) -> list[str]:
    """Create the schema or bring it forward; return what was done, a line each."""
    _check(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return migrate(settings.database)


def _check(settings: Settings) -> None:
    """Raises: SettingsError for an engine that there is not, or an address that names none."""
    for name in ("graph_url", "jobs_url"):
        if getattr(settings, name):
            raise SettingsError(
                f"AICAT_{name.upper()}: this version has the embedded engine only; unset it"
            )
    if settings.search_url:
        _search_server(settings)


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
        self.search.close()
        self.sparql.close()
        self.journal.close()


def bootstrap(settings: Settings) -> Catalogue:
    """Open everything for reading."""
    journal = _journal(settings)
    sparql = SparqlPool(
        settings.data_dir / GRAPH,
        children=settings.sparql_children,
        seconds=settings.sparql_seconds,
        results=settings.sparql_results,
    )
    return Catalogue(
        settings,
        journal,
        SearchService(_index(settings)),
        sparql,
        positions(settings),
        journal.last_seq(),
    )


def _index(settings: Settings) -> Index:
    if not settings.search_url:
        return TantivySearch(settings.data_dir / INDEX)
    from catalogue.adapters.scaleout.elasticsearch_search import ElasticsearchSearch

    return ElasticsearchSearch(_search_server(settings))


def _search_server(settings: Settings) -> Server:
    # Imported where it is used: the driver takes as long to load as all the rest.
    from catalogue.adapters.scaleout.elasticsearch_server import server

    return server(settings.search_url, api_key=settings.search_api_key, ca=settings.search_ca)


def positions(settings: Settings) -> Positions:
    """Where the projections stand."""
    return Positions(settings.data_dir / "positions")


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


def projection(name: str, settings: Settings, journal: Journal, *, knows_site: bool) -> Projection:
    """Open a projection for writing; the caller holds its lock.

    A process that does not know the site's address keeps the one that is in use.
    """
    opened: Projection
    folder = settings.data_dir / name
    if name == GRAPH:
        site = settings.site if knows_site else OxigraphGraph.site_of(folder) or settings.site
        opened = OxigraphGraph(folder, journal, site=site, vocabulary=vocab.triples)
    elif settings.search_url:
        from catalogue.adapters.scaleout.elasticsearch import ElasticsearchIndex

        opened = ElasticsearchIndex(
            _search_server(settings),
            countries=_countries(journal),
            journal=partial(_journal_id, journal),
        )
    else:
        opened = TantivyIndex(folder, countries=_countries(journal))
    if _unreliable(opened, journal):
        positions(settings).reset(name)
    return opened


def _unreliable(opened: Projection, journal: Journal) -> bool:
    """Whether nothing of a projection can be relied on: it must be made anew, or does not answer."""
    try:
        return opened.needs_rebuild(journal.last_seq()) is not None
    except CatalogueError:
        return True  # following it, the fault is met again, said, and waited for


def _journal_id(journal: Journal) -> str:
    """What tells a journal from any other: the run of its first change, whose id is unique."""
    first = journal.changes(0, 1)
    return first[0].run if first else ""


def projection_lock(settings: Settings, name: str) -> FileLock:
    """Held by the one process that writes a projection of a data folder."""
    return FileLock(settings.data_dir / "locks" / f"{name}.projection")


def compare_with_readers(settings: Settings, journal: Journal) -> dict[str, list[str]]:
    """What differs between the journal and what readers see of the projections that another process
    keeps; it must have caught up."""
    folder, live = settings.data_dir, partial(live_changes, journal)
    with contextlib.closing(_index(settings)) as index:
        return {
            GRAPH: OxigraphGraph.differences_of_readers(folder / GRAPH, live, vocab.triples),
            INDEX: index.differences(live),
        }
