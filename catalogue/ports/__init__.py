"""The doors between the core and everything that can be exchanged. No driver type crosses them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from catalogue.model import (
    Change,
    Entry,
    Lease,
    Node,
    Outcome,
    Page,
    Put,
    Quarantined,
    Record,
    Run,
    SeenPage,
    Source,
    Standing,
    Tally,
    Turn,
    Waiting,
)
from catalogue.ports.access import Attachments as Attachments
from catalogue.ports.access import AuditedAct as AuditedAct
from catalogue.ports.access import Done as Done
from catalogue.ports.access import Entitlements as Entitlements
from catalogue.ports.access import EntitlementsWanted as EntitlementsWanted
from catalogue.ports.access import LegRow as LegRow
from catalogue.ports.access import LegsWanted as LegsWanted
from catalogue.ports.access import Overrun as Overrun
from catalogue.ports.access import RequestRow as RequestRow
from catalogue.ports.access import Requests as Requests
from catalogue.ports.access import RequestsWanted as RequestsWanted
from catalogue.ports.access import Workflows as Workflows
from catalogue.ports.audit import Act as Act
from catalogue.ports.audit import Audit as Audit
from catalogue.ports.clusters import Cluster as Cluster
from catalogue.ports.clusters import Clusters as Clusters
from catalogue.ports.clusters import ComparedPair as ComparedPair
from catalogue.ports.clusters import Decision as Decision
from catalogue.ports.clusters import PairReason as PairReason
from catalogue.ports.fetching import Answer as Answer
from catalogue.ports.fetching import Client as Client
from catalogue.ports.fetching import Glance as Glance
from catalogue.ports.forms import FormStore as FormStore
from catalogue.ports.forms import FormVersion as FormVersion
from catalogue.ports.harvesting import DatedHarvester as DatedHarvester
from catalogue.ports.harvesting import Feed as Feed
from catalogue.ports.harvesting import Harvester as Harvester
from catalogue.ports.keys import Keys as Keys
from catalogue.ports.keys import NewKey as NewKey
from catalogue.ports.outbox import AccessFigures as AccessFigures
from catalogue.ports.outbox import Channel as Channel
from catalogue.ports.outbox import DecisionFigures as DecisionFigures
from catalogue.ports.outbox import LegFigures as LegFigures
from catalogue.ports.outbox import Letter as Letter
from catalogue.ports.outbox import NewSubscription as NewSubscription
from catalogue.ports.outbox import Outbox as Outbox
from catalogue.ports.outbox import Post as Post
from catalogue.ports.outbox import Reports as Reports
from catalogue.ports.outbox import StepFigures as StepFigures
from catalogue.ports.outbox import Subscription as Subscription
from catalogue.ports.outbox import Webhooks as Webhooks
from catalogue.ports.people import NewSession as NewSession
from catalogue.ports.people import NewToken as NewToken
from catalogue.ports.people import People as People
from catalogue.ports.projections import Index as Index
from catalogue.ports.projections import Projection as Projection
from catalogue.ports.projections import Sparql as Sparql
from catalogue.ports.projections import SparqlAnswer as SparqlAnswer
from catalogue.ports.pushes import Piece as Piece
from catalogue.ports.pushes import Pushes as Pushes
from catalogue.ports.quality import BARRED as BARRED
from catalogue.ports.quality import Broken as Broken
from catalogue.ports.quality import Figures as Figures
from catalogue.ports.quality import Fold as Fold
from catalogue.ports.quality import Gap as Gap
from catalogue.ports.quality import LinkNumbers as LinkNumbers
from catalogue.ports.quality import Links as Links
from catalogue.ports.quality import LinkState as LinkState
from catalogue.ports.quality import Quality as Quality
from catalogue.ports.quality import Score as Score
from catalogue.ports.quality import Settled as Settled
from catalogue.ports.quality import Visit as Visit
from catalogue.ports.runs import Ending as Ending
from catalogue.ports.runs import Runs as Runs
from catalogue.ports.upkeep import Erasure as Erasure
from catalogue.ports.upkeep import Freed as Freed
from catalogue.ports.upkeep import Manifest as Manifest
from catalogue.ports.upkeep import Suppression as Suppression
from catalogue.ports.upkeep import Upkeep as Upkeep


@dataclass(frozen=True, slots=True)
class Appended:
    """What an append did: outcomes in the order of the entries, and the last sequence number."""

    outcomes: tuple[Outcome, ...]
    seq: int


@dataclass(frozen=True, slots=True)
class Known:
    """What the journal holds of one record that matters to the next harvest of it."""

    raw_hash: bytes
    content_hash: bytes
    deleted: bool
    missing: int = 0
    archived: bool = False

    @property
    def live(self) -> bool:
        return not (self.deleted or self.archived)


class Journal(Protocol):
    """The one truth. Several processes may write at once; readers never block writers."""

    @property
    def runs(self) -> Runs: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def keys(self) -> Keys: ...
    @property
    def forms(self) -> FormStore: ...
    @property
    def people(self) -> People: ...
    @property
    def requests(self) -> Requests: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def reports(self) -> Reports: ...
    @property
    def pushes(self) -> Pushes: ...
    @property
    def upkeep(self) -> Upkeep: ...
    @property
    def links(self) -> Links: ...
    @property
    def quality(self) -> Quality: ...
    @property
    def clusters(self) -> Clusters: ...

    # members of the federation and their feeds
    def add_node(self, node: Node) -> None:
        """Raises: Conflict if the id is taken."""

    def edit_node(self, node: Node, who: str) -> None:
        """Replace the stored node of the same id; the audit log tells what changed, if anything did.
        Another country gives its records a new sequence number, so that projections follow.
        Raises: NotFound."""

    def nodes(self) -> list[Node]: ...
    def node(self, node_id: str) -> Node:
        """Raises: NotFound."""

    def add_source(self, source: Source) -> None:
        """Raises: Conflict if the id is taken; NotFound for the node."""

    def edit_source(self, source: Source) -> None:
        """Replace the stored source of the same id; a changed visibility changes its records
        (each gets a new sequence number, so that projections follow). Raises: NotFound."""

    def remove_source(self, source_id: str) -> int:
        """Tombstone its records and free its id; return how many. Raises: NotFound."""

    def sources(self) -> list[Source]: ...
    def source(self, source_id: str) -> Source:
        """Raises: NotFound."""

    # records
    def known(self, source_id: str) -> dict[str, Known]:
        """Every record of the source by key, tombstones included."""

    def append(
        self, lease: Lease, entries: Sequence[Entry], *, page: Page | None = None
    ) -> Appended:
        """Store all entries, the run's counts and the page's bytes, or none.

        Sequence numbers start at 1 and become visible in commit order: a reader that has seen n
        never later sees a new number below n. An entry whose content hash equals the record's
        current one changes nothing but its raw hash. A deleted record that comes again is revived
        under its page id (outcome created). `page` is stored as the raw bytes of the entries that
        bring none of their own. Findings of the entries are stored with their record's change and
        added to the run's. Entries marked `failed` leave an earlier good version as it is; an erased
        record is ignored. Where the source asks for review, versions wait and the log stays.

        Raises: Fenced or Cancelled where the run is not the lease's any more; StorageFull.
        """

    def turn(self, lease: Lease, turn: Turn) -> None:
        """Store the end of a page with all that belongs to it, or nothing: the run goes on from the
        next; a part of a push that was carried out is gone. Raises: as `append`."""

    def put(
        self, source_id: str, entry: Entry, asked_by: str, page: Page, *, seen: bytes | None = None
    ) -> Put:
        """Store one record that was sent alone, with a run of its own that has ended, or nothing. `seen`:
        the content hash that it is to replace, empty where there is to be no live record; it is compared
        in the transaction that stores. Raises: NotFound; Conflict where its subject has another key, or
        what was seen is not what there is; StorageFull."""

    def withdraw(
        self, source_id: str, key: str, asked_by: str, *, seen: bytes | None = None
    ) -> Run:
        """Delete one record at once, and the version of it that waits. `seen`: as `put`.
        Raises: NotFound; Conflict."""

    # review
    def waiting(self, source_id: str, after: str = "", limit: int = 100) -> list[Waiting]:
        """Versions that wait for a steward, by key. Raises: NotFound."""

    def release(self, source_id: str, keys: Sequence[str] | None, who: str) -> dict[str, Outcome]:
        """Make versions that wait public, all where `keys` is None; their outcomes by key. One that
        cannot be used any more stays. Raises: NotFound where one does not wait; nothing is done."""

    def turn_down(self, source_id: str, keys: Sequence[str] | None, who: str) -> int:
        """Throw versions that wait away; what is public stays. Raises: as `release`."""

    def pages(self, source_id: str) -> dict[str, SeenPage]:
        """What the source's pages gave when they were read last, by cursor."""

    def forget_pages(self, source_id: str, cursors: Collection[str]) -> None:
        """Forget all pages but those."""

    def record(self, page_id: str) -> Record:
        """Raises: NotFound."""

    def record_by_iri(self, iri: str) -> list[Record]:
        """Every live record whose subject it is, oldest first."""

    def current(self, page_id: str) -> Change:
        """The record's latest change with its graph and findings. Raises: NotFound."""

    def current_many(self, page_ids: Sequence[str]) -> list[Change]: ...
    def raw(self, page_id: str) -> tuple[bytes, str]:
        """The record's bytes as received and their media type. Raises: NotFound."""

    def shares_raw(self, page_id: str) -> bool:
        """Whether those bytes are of a page that other records came on too. Raises: NotFound."""

    # how records stand
    def standing(self, source_ids: Sequence[str]) -> dict[str, Standing]:
        """The numbers of each of the sources."""

    def tallies(self) -> list[Tally]:
        """The live records in numbers, by source, type and visibility. It reads them all: for when the
        index cannot be asked."""

    def missing(self, source_id: str, *, after: str = "", limit: int = 100) -> list[Record]:
        """Records that the source no longer lists and that are not deleted, by key; those behind the
        key `after`."""

    def quarantined(
        self, source_id: str, *, after: str = "", limit: int = 100
    ) -> list[Quarantined]:
        """What could not be used, by key; as above."""

    def page_ids(self, source_id: str, keys: Sequence[str]) -> dict[str, str]:
        """The page ids of those keys' records that are not deleted, by key."""

    # following
    def last_seq(self) -> int: ...
    def changes(self, after: int, limit: int) -> list[Change]:
        """Changes with `seq` above `after`, in order; without findings, as are `states` and `live`."""

    def touch(self, page_ids: Sequence[str]) -> int:
        """Give those records that are live their current change once more under a new sequence number,
        nothing changed and of the time that it was: so projections follow what is known of a record
        beside its graph. Returns how many."""

    def states(self, pairs: Sequence[tuple[str, int]]) -> dict[str, Change]:
        """For each (page id, seq): the record's latest change at or below that seq, by page id;
        a record that had none is left out."""

    def live(self, after: str = "", limit: int = 1000, *, at: int | None = None) -> list[Change]:
        """The current change of every record neither deleted nor archived, by page id (to rebuild and
        verify); with `at` as they were when that was the last sequence number."""

    def live_by_iri(self, iris: Sequence[str]) -> dict[str, list[str]]:
        """For each IRI that is the subject of a live record: the page ids."""

    def counts(self) -> dict[str, int]:
        """Live records, tombstones, changes, runs, nodes, sources, bytes of graph and raw."""

    def check(self, heads: Sequence[tuple[int, str]] = ()) -> list[str]:
        """Faults found in the journal itself: integrity of the database, content hashes that do
        not match their graphs, states that do not match the log, gaps, erasures that were not
        finished, and what `Audit.check` finds. Empty when sound."""

    def close(self) -> None: ...
