"""Wiring: which adapter serves each port, from the settings. The only place that knows them all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from catalogue.adapters.embedded.lock import FileLock
from catalogue.adapters.sql import SqlJournal, migrate
from catalogue.errors import SettingsError
from catalogue.harvest.worker import SourceLock
from catalogue.http import GuardedClient
from catalogue.ports import Client, Journal
from catalogue.settings import Settings


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
