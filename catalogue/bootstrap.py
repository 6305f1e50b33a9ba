"""Wiring: which adapter serves each port, from the settings. The only place that knows them all."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial

import vocab
from catalogue.adapters.embedded.lock import FileLock
from catalogue.adapters.embedded.oxigraph import OxigraphGraph
from catalogue.adapters.embedded.sparql_pool import SparqlPool
from catalogue.adapters.embedded.tantivy import TantivyIndex
from catalogue.adapters.embedded.tantivy_search import TantivySearch
from catalogue.adapters.sql import SqlJournal, migrate
from catalogue.errors import NotFound, SettingsError
from catalogue.http import Courtesy, GuardedClient
from catalogue.ports import Client, Journal, Projection, Sparql
from catalogue.project.follower import Positions, live_changes
from catalogue.search.service import SearchService
from catalogue.settings import Settings

GRAPH, INDEX = "graph", "index"
PROJECTIONS = (GRAPH, INDEX)
AUDIT_HEAD = "audit-head.json"  # the end of the audit log, to be copied elsewhere

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
    return SqlJournal.open(settings.database, settings.data_dir / AUDIT_HEAD)


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
    """A new guarded client; not to be shared between threads. What a host asks for (Retry-After) is
    heeded by all of this process."""
    return GuardedClient(
        allow_private=settings.allow_private_networks,
        user_agent=settings.agent,
        seconds=settings.fetch_seconds,
        max_bytes=settings.fetch_max_bytes,
        proxy=settings.proxy,
        courtesy=_courtesy(),
    )


@cache
def _courtesy() -> Courtesy:
    return Courtesy()


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
    index = TantivySearch(settings.data_dir / INDEX)
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
    else:
        opened = TantivyIndex(folder, countries=_countries(journal))
    if opened.needs_rebuild(journal.last_seq()):
        positions(settings).reset(name)
    return opened


def projection_lock(settings: Settings, name: str) -> FileLock:
    """Held by the one process that writes a projection of a data folder."""
    return FileLock(settings.data_dir / "locks" / f"{name}.projection")


def compare_with_readers(settings: Settings, journal: Journal) -> dict[str, list[str]]:
    """What differs between the journal and what readers see of the projections that another process
    keeps; it must have caught up."""
    folder, live = settings.data_dir, partial(live_changes, journal)
    index = TantivySearch(folder / INDEX)
    return {
        GRAPH: OxigraphGraph.differences_of_readers(folder / GRAPH, live, vocab.triples),
        INDEX: index.differences(live),
    }
