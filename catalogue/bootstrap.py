"""Wiring: which adapter serves each port, from the settings. The only place that knows them all."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import vocab
from catalogue.adapters.embedded.lock import FileLock
from catalogue.adapters.embedded.oxigraph import OxigraphGraph
from catalogue.adapters.embedded.sparql_pool import SparqlPool
from catalogue.adapters.embedded.swapping import clear
from catalogue.adapters.sql import SqlJournal, migrate
from catalogue.adapters.sql.backing import (
    SUPPRESSED,
    add_suppressions,
    back_up,
    put,
    read_manifest,
    read_suppressions,
    stage,
    unstage,
    unwatched,
)
from catalogue.adapters.sql.carrying import copy_in, is_vacant
from catalogue.adapters.sql.engine import sqlite_file
from catalogue.desk import Desk, Notices, StoredForms
from catalogue.desk.letters import House
from catalogue.desk.notices import Tidings
from catalogue.desk.sender import Sender
from catalogue.errors import CatalogueError, Conflict, InvalidInput, NotFound, SettingsError
from catalogue.http import Courtesy, GuardedClient
from catalogue.mail import SmtpMailer, server_of
from catalogue.model import Change
from catalogue.ports import Client, Index, Journal, Manifest, Projection, Sparql, Suppression
from catalogue.project.follower import Positions, live_changes
from catalogue.quality.checking import Checker
from catalogue.quality.robots import Robots
from catalogue.settings import Settings

# What only some commands need is imported where it is used: a command has to start at once.
if TYPE_CHECKING:
    from catalogue.adapters.scaleout.elasticsearch_server import Server
    from catalogue.oidc import Provider
    from catalogue.search.service import SearchService

GRAPH, INDEX = "graph", "index"
PROJECTIONS = (GRAPH, INDEX)
CALL_SECONDS, CALL_BYTES = 15.0, 64 * 1024  # limits of a webhook's answer
LINK_SECONDS = 20.0  # that an address of a record has to answer
LEMMAS = "lemmas"  # dictionaries in the form that processes share; made anew where they are missing
IDENTITY_SECONDS, IDENTITY_BYTES = 10.0, 1024 * 1024  # limits of an answer of the identity provider
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
    _check(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if not settings.database_url and not (settings.data_dir / "journal.sqlite").exists():
        migrate(settings.database)
    return SqlJournal.open(settings.database, settings.data_dir / AUDIT_HEAD)


def migrate_journal(settings: Settings) -> list[str]:
    """Create the schema or bring it forward; return what was done, a line each.

    A database that holds something is backed up first, into `backups` in the data folder.
    """
    _check(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []

    def before(revision: str) -> None:
        database = sqlite_file(settings.database)
        if database is not None:
            now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
            made.append(settings.data_dir.resolve() / "backups" / f"before-{revision}-{now}")
            back_up(database, made[0])

    done = migrate(settings.database, before)
    if made:
        with open_journal(settings) as journal:
            journal.upkeep.note_backup(made[0])
        return [f"the journal as it was is in {made[0]}", *done]
    return done


# --- backups ---------------------------------------------------------------------------------------


@contextlib.contextmanager
def restoring(
    settings: Settings, folder: Path, suppressions: Sequence[Path], who: str
) -> Iterator[tuple[Settings, Journal, Manifest, list[str]]]:
    """The journal of a backup, proved equal to its manifest, of this version's schema, with what was
    erased since erased in it; and the page ids of those. It takes its place when the body ends well.

    The settings given back are those of the journal while it is not in its place.

    Raises: Conflict where there is a journal; InvalidInput; StorageFull.
    """
    _check(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    place = sqlite_file(settings.database)
    _check_vacant(settings, place)
    lock = FileLock(settings.data_dir / "locks" / "restoring")
    if not lock.try_acquire():
        raise Conflict(f"another process ({lock.holder_pid()}) restores into this folder")
    beside = place or settings.data_dir / "journal.sqlite"
    staged = beside.with_name(f"{beside.stem}.restoring.sqlite")
    try:
        manifest = read_manifest(folder)
        stage(folder, manifest, staged)
        marks = [
            mark
            for path in (*suppressions, folder / SUPPRESSED, settings.data_dir / SUPPRESSED)
            for mark in read_suppressions(path)
        ]
        aside = replace(settings, database_url=f"sqlite:///{staged.resolve()}")
        migrate(aside.database)
        with contextlib.closing(SqlJournal.open(aside.database)) as journal:
            erased = journal.upkeep.erase_again(marks)
            told = {"made": manifest.made, "last_seq": manifest.last_seq, "erased": len(erased)}
            journal.audit.record(who, "journal.restore", str(folder.resolve()), told)
            faults = journal.check()
            if faults:
                raise InvalidInput(f"{folder}: {faults[0]}; take another backup")
            add_suppressions(settings.data_dir / SUPPRESSED, journal.upkeep.suppressions())
            yield aside, journal, manifest, erased
        if place is None:
            copy_in(staged, settings.database, unwatched)
        elif place.exists():
            raise Conflict(
                f"{place} was made meanwhile by another command; move it away and restore again"
            )
        else:
            put(staged, place)
        with contextlib.closing(_journal(settings)) as placed:
            placed.audit.export()
    finally:
        unstage(staged)
        lock.release()


def _check_vacant(settings: Settings, place: Path | None) -> None:
    """Raises: Conflict where there is a journal already."""
    if place is None and not is_vacant(settings.database):
        raise Conflict(
            "the database of AICAT_DATABASE_URL holds a journal already; name an empty database"
        )
    if place is not None and place.exists():
        raise Conflict(
            f"{place} is there already; name an empty folder by AICAT_DATA_DIR, or move this one away"
        )


def forget_projections(settings: Settings) -> None:
    """Remove graph and index: they are not of the journal that comes. Raises: Conflict."""
    for name in PROJECTIONS:
        lock = projection_lock(settings, name)
        if not lock.try_acquire():
            raise Conflict(f"another process ({lock.holder_pid()}) is at the {name}; stop it first")
        positions(settings).reset(name)
        shutil.rmtree(settings.data_dir / name, ignore_errors=True)
        lock.release()


def suppress_elsewhere(
    settings: Settings, backups: Sequence[Path], wanted: Sequence[Suppression]
) -> list[str]:
    """Write marks of what was erased beside the data and into backups; return what could not be
    reached, a line each."""
    add_suppressions(settings.data_dir / SUPPRESSED, wanted)
    missed = []
    for folder in backups:
        try:
            if not folder.is_dir():
                raise FileNotFoundError(2, "it is not there")
            add_suppressions(folder / SUPPRESSED, wanted)
        except (OSError, InvalidInput) as error:
            why = getattr(error, "strerror", None) or str(error)
            missed.append(f"{folder}: {why}")
    return missed


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


def identity_provider(settings: Settings, clock: Callable[[], datetime]) -> Provider | None:
    """The identity provider that people sign in with; None where there is none.

    Its address is the operator's own choice, so it may be one inside a private network; the answers
    are small, and waited for briefly. Raises: SettingsError.
    """
    if not settings.oidc_issuer:
        return None
    if not settings.oidc_client_id:
        raise SettingsError("AICAT_OIDC_CLIENT_ID: set it, too, as the identity provider knows it")
    from catalogue.oidc import Provider, Registration, meaning_of

    registration = Registration(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        redirect_uri=f"{settings.site}/sign-in/callback",
        home=f"{settings.site}/",
        secret=settings.oidc_client_secret,
        scopes=tuple(settings.oidc_scopes.split()),
    )
    meaning = meaning_of(
        settings.oidc_roles_claim, settings.oidc_roles, settings.oidc_organisation_claim
    )

    def client() -> Client:
        return GuardedClient(
            allow_private=True,
            user_agent=settings.agent,
            seconds=IDENTITY_SECONDS,
            max_bytes=IDENTITY_BYTES,
            proxy=settings.proxy,
        )

    return Provider(registration, meaning, client, clock)


def mailer(settings: Settings) -> SmtpMailer | None:
    """Where mail is handed in; None where no server is set. Raises: SettingsError."""
    if not settings.smtp_url:
        return None
    if not settings.mail_from:
        raise SettingsError("AICAT_MAIL_FROM: set it, too: mail has to come from a mailbox")
    try:
        return SmtpMailer(server_of(settings.smtp_url))
    except ValueError as error:
        raise SettingsError(f"AICAT_SMTP_URL: {error}") from error


def sender(settings: Settings, journal: Journal, name: str) -> Sender:
    """What sends mails and calls webhooks; for one thread at a time. Raises: SettingsError."""

    def client() -> GuardedClient:
        return GuardedClient(
            allow_private=settings.allow_private_networks,
            user_agent=settings.agent,
            seconds=CALL_SECONDS,
            max_bytes=CALL_BYTES,
            proxy=settings.proxy,
        )

    house = House(settings.catalog_title, settings.site, settings.mail_from)
    return Sender(journal, house, utc_now, client, mailer(settings), name)


def link_checker(settings: Settings, journal: Journal) -> Checker:
    """What asks the addresses of records. It shares nobody's patience: what a host asked harvesters for
    says nothing about whether an address answers."""
    courtesy = Courtesy()

    def client() -> GuardedClient:
        return GuardedClient(
            allow_private=settings.allow_private_networks,
            user_agent=settings.agent,
            seconds=LINK_SECONDS,
            proxy=settings.proxy,
            courtesy=courtesy,
        )

    hosts = (one.strip().lower() for one in settings.link_without_robots.split(","))
    robots = Robots(settings.agent, trusting=filter(None, hosts))
    return Checker(journal, client, utc_now, pause=settings.link_pause, robots=robots)


def check_doors(settings: Settings) -> None:
    """Raises: SettingsError where people could sign in who must not, or nobody could."""
    if settings.dev_login and not settings.on_loopback:
        raise SettingsError(
            "AICAT_DEV_LOGIN: local accounts ask for no password, so they are for loopback only;"
            " unset it, or listen on 127.0.0.1 without AICAT_BASE_URL"
        )
    identity_provider(settings, utc_now)


@cache
def _courtesy() -> Courtesy:
    return Courtesy()


# --- the reading side: what the doors use ---------------------------------------------------------


def utc_now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


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
    clock: Callable[[], datetime] = utc_now
    """What tells doors the moment, in UTC; tests give another."""
    identity: Provider | None = None
    """Whom people sign in with; None where there is none."""
    notices: Notices | None = None
    """Whom an event of a request is news for; as `catalogue.desk.notices` says where it is None."""

    @property
    def desk(self) -> Desk:
        """Where requests for access are made, handled and answered."""
        return desk_of(self.journal, self.clock, self.notices)

    @property
    def forms(self) -> StoredForms:
        """What requests are asked."""
        return StoredForms(self.journal.forms)

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


def desk_of(
    journal: Journal,
    clock: Callable[[], datetime] = utc_now,
    notices: Notices | None = None,
) -> Desk:
    """The desk on a journal, with the forms that it keeps; news of what happens go to the outbox."""
    tidings = notices or Tidings(journal.requests.workflows)
    return Desk(journal, clock, notices=tidings, forms=StoredForms(journal.forms))


def bootstrap(settings: Settings) -> Catalogue:
    """Open everything for reading; forms are judged, so that a damaged one stops the start.

    Raises: SettingsError.
    """
    from catalogue.search import lemmas
    from catalogue.search.service import SearchService

    check_doors(settings)
    lemmas.keep_in(settings.data_dir / LEMMAS)
    journal = _journal(settings)
    journal.forms.current()
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
        identity=identity_provider(settings, utc_now),
    )


def _index(settings: Settings) -> Index:
    if not settings.search_url:
        from catalogue.adapters.embedded.tantivy_search import TantivySearch

        return TantivySearch(settings.data_dir / INDEX)
    from catalogue.adapters.scaleout.elasticsearch_search import ElasticsearchSearch

    return ElasticsearchSearch(_search_server(settings))


def _search_server(settings: Settings) -> Server:
    from catalogue.adapters.scaleout.elasticsearch_server import server

    return server(settings.search_url, api_key=settings.search_api_key, ca=settings.search_ca)


def positions(settings: Settings) -> Positions:
    """Where the projections stand."""
    return Positions(settings.data_dir / "positions")


def _countries(journal: Journal) -> Callable[[str], str]:
    """The country of a node by its id, as it is now."""

    def country(node_id: str) -> str:
        try:
            return journal.node(node_id).country
        except NotFound:
            return ""

    return country


# --- the projecting side --------------------------------------------------------------------------


def projection(name: str, settings: Settings, journal: Journal, *, knows_site: bool) -> Projection:
    """Open a projection for writing; the caller holds its lock.

    A process that does not know the site's address keeps the one that is in use.
    """
    from catalogue.search import lemmas

    opened: Projection
    folder = settings.data_dir / name
    clear(folder)
    lemmas.keep_in(settings.data_dir / LEMMAS)
    if name == GRAPH:
        site = settings.site if knows_site else OxigraphGraph.site_of(folder) or settings.site
        opened = OxigraphGraph(folder, journal, site=site, vocabulary=vocab.triples)
    elif settings.search_url:
        from catalogue.adapters.scaleout.elasticsearch import ElasticsearchIndex

        opened = ElasticsearchIndex(
            _search_server(settings),
            countries=_countries(journal),
            journal=partial(_journal_id, journal),
            members=partial(_members, journal),
        )
    else:
        from catalogue.adapters.embedded.tantivy import TantivyIndex

        opened = TantivyIndex(
            folder, countries=_countries(journal), members=partial(_members, journal)
        )
    if _unreliable(opened, journal):
        positions(settings).reset(name)
    return opened


def _members(journal: Journal, cluster_ids: Sequence[str]) -> dict[str, list[Change]]:
    """The public, live records of clusters."""
    ids = journal.clusters.members(cluster_ids)
    wanted = [one for of in ids.values() for one in of]
    found = {one.record.page_id: one for one in journal.current_many(wanted) if one.public}
    told = {name: [found[one] for one in of if one in found] for name, of in ids.items()}
    return {name: of for name, of in told.items() if of}


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
