"""The doors between the core and everything that can be exchanged. No driver type crosses them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from catalogue.model import (
    AccessKey,
    Change,
    Entry,
    Finding,
    Intake,
    Lease,
    Mapped,
    Node,
    Outcome,
    Page,
    PageEnd,
    Part,
    Passage,
    Put,
    Quarantined,
    Record,
    Run,
    RunKind,
    RunState,
    SeenPage,
    Source,
    SourceState,
    Standing,
    Tally,
    Turn,
    Waiting,
    Withdrawal,
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
from catalogue.ports.forms import FormStore as FormStore
from catalogue.ports.forms import FormVersion as FormVersion
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

# --- fetching -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whole and within limits. Header names are lower case."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").split(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Glance:
    """What an address answers with at last, without its body. `later`: the seconds after which the host
    wants to be asked again, where it says that it is asked too often or is not there just now."""

    status: int
    url: str
    later: float | None = None


class Client(Protocol):
    """The guarded way out (`catalogue.http`): addresses, redirects, sizes and time are checked."""

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        """GET; follows redirects, each one checked.

        Raises: Refused when the guard says no; FetchError for network faults, truncated bodies and
        every status but 200, and 304 where `headers` hold a condition (RFC 9110, 13.1).
        """

    def post(
        self,
        url: str,
        *,
        body: bytes | Iterator[bytes],
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """POST, once, an iterator's pieces as they come; an answer of any status is returned, and a
        redirect is not followed. Time is limited by progress, so that a push may take hours.

        Raises: Refused; FetchError when no whole answer comes, or a good one before all was sent;
        what the iterator raises.
        """

    def glance(self, url: str) -> Glance:
        """What the address answers with: to HEAD, and where that is nothing good, to a GET for one byte,
        of which no more than the head is read. Follows redirects, each one checked; asks once.

        Raises: Refused when the guard says no; FetchError where nothing answers.
        """

    def session(self) -> Any:
        """A `requests.Session` whose every request goes through the same guard."""


# --- harvesters (third parties add one as an entry point in the group `aicat.harvesters`) ---------


def _never_seen(_key: str, _raw: bytes) -> bool:
    return False


def _no_validators(_cursor: str) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Feed:
    """What a harvester is told about a source. `options` were loaded by its own schema.

    `seen(key, raw)` says whether the journal holds these very bytes of the record; `map` may then
    yield it as `unchanged` without looking further. `validators(cursor)` are the headers of a
    conditional request (RFC 9110, section 13) for a page that is known; `fetch` sends them, and
    answers 304 with a page that is `not_modified`.
    """

    source: str
    url: str
    options: Mapping[str, Any] = field(default_factory=dict)
    seen: Callable[[str, bytes], bool] = _never_seen
    validators: Callable[[str], Mapping[str, str]] = _no_validators


class Harvester(Protocol):
    """One protocol. `fetch` talks to the portal; `map` is pure and runs in a child process."""

    kind: str
    options: type[Any]
    """A marshmallow Schema for the source's own options, all optional and with defaults."""

    def fetch(self, feed: Feed, client: Client, cursor: str | None) -> Page:
        """Bring the page that `cursor` names; None is the first.

        Raises: SourceError.
        """

    def map(self, feed: Feed, page: Page) -> Iterator[Mapped | PageEnd | Passage]:
        """Yield the page's records in its order, then one PageEnd.

        A Passage before the records of some bytes lets the others land where those end the process.
        Pure: no network, no clock, no files. A fault of one record is a finding on it; only a page
        of which nothing can be read raises ContentError or UnreadableDocument.
        """


@runtime_checkable
class DatedHarvester(Harvester, Protocol):
    """A protocol that can list what changed since a moment."""

    def since(self, feed: Feed, moment: datetime | None, *, probe: bool = False) -> str | None:
        """The cursor of the first page of what changed since the moment (UTC); of everything where
        it is None. With `probe` only the total matters: the page may list no record. None where this
        source cannot be asked so.
        """


# --- the journal ----------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ends. `missing`: keys of live records that a complete run did not list. `how` and
    `grace` are the source's policy; `held`: the deletions wait for a decision. `complete`: every
    record was seen; `since`: the moment before which everything is known now, `declared` the source's
    total then. `open`: of a push more was to come when this was decided, so it is not the end yet."""

    state: RunState
    error: str | None = None
    missing: tuple[str, ...] = ()
    how: Withdrawal = Withdrawal.DELETE
    grace: int = 0
    held: bool = False
    complete: bool = False
    since: datetime | None = None
    declared: int | None = None
    findings: tuple[Finding, ...] = ()
    open: bool = False
    unchanged: int = 0
    """Records that the source says are as they were, without listing them."""
    ignored: int = 0
    """The same of what it lists beside records."""


class Runs(Protocol):
    """The queue of runs. A run's row is its own job (ADR 0006): who has the highest fence has it, until
    the lease ends without a word."""

    def queue(
        self,
        source_id: str,
        *,
        full: bool = False,
        kind: RunKind = RunKind.HARVEST,
        asked_by: str = "command",
    ) -> Run:
        """A new queued run; at most one active harvest a source. Raises: Conflict, NotFound."""

    def claim(
        self, worker: str, *, seconds: float, run_id: str | None = None, per_host: int = 0
    ) -> Lease | None:
        """Take the run, or the oldest that may be taken: one that is queued, or whose worker is gone
        or has not been heard of for its lease. A host that `per_host` runs are at is left alone (0:
        no limit); pushes of a source come in their order. None where there is nothing to take."""

    def renew(self, lease: Lease, seconds: float) -> None:
        """Go on having the run for so long. Raises: Fenced, Cancelled."""

    def note(
        self,
        lease: Lease,
        *,
        stage: str | None = None,
        rate: float | None = None,
        incremental: bool | None = None,
        cursor: str | None = None,
    ) -> None:
        """Tell how it goes. Raises: Fenced, Cancelled."""

    def end(self, lease: Lease, ending: Ending) -> Run:
        """Set the final state, and do with missing records what the ending says, or nothing at all. A
        complete run takes the place of held ones of its source. A push of which there is more, or more
        may come, waits for it in the queue instead. Raises: Fenced."""

    def cancel(self, run_id: str, who: str) -> Run:
        """Ask the run to end: at once where nobody has it, else when its worker next writes.
        Raises: Conflict where it has ended; NotFound."""

    def approve(self, run_id: str, who: str) -> Run:
        """Withdraw what a held run proposed and is still missing; the run is done. Raises: Conflict."""

    def reject(self, run_id: str, who: str) -> Run:
        """Keep what a held run proposed to withdraw; the run is done. Raises: Conflict."""

    def proposals(self, run_id: str, *, after: str = "", limit: int | None = None) -> list[Record]:
        """The records that a held run would withdraw and that are still missing, by key; those behind
        the key `after`, `limit` at the most. `Run.proposed` is their number."""

    def withdrawn(self, run_id: str, *, after: str = "", limit: int | None = None) -> list[Record]:
        """The records that the run withdrew and that have not come back, by key, as above."""

    def tick(self) -> list[Run]:
        """Queue a run for each source whose schedule's slot has come; return them. Each slot is used
        once, whatever the clock does and however many processes tick; slots that were slept through
        are one."""

    def sweep(self) -> None:
        """Forget what has had its time: results and unfinished pushes."""

    def listed(
        self, run_id: str, *, after: int = 0, cursor: str | None = None
    ) -> Iterator[tuple[int, str, Outcome]]:
        """What the run has listed, on the page of that cursor or all: a running number from 1, key,
        outcome; kept for seven days."""

    def set_aside(self, run_id: str, keys: Sequence[str]) -> dict[str, tuple[Finding, ...]]:
        """Why those of the keys that the run could not use could not be used."""

    def run(self, run_id: str) -> Run:
        """Raises: NotFound."""

    def recent(
        self,
        source_id: str | None = None,
        *,
        sources: Sequence[str] | None = None,
        states: Collection[str] | None = None,
        kinds: Collection[str] | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> list[Run]:
        """Newest first, of one source, of some, or of all; run ids sort by time; `before` is a
        run's id to page on. `states` and `kinds`: only runs of these, where given."""

    def count(
        self,
        sources: Sequence[str] | None = None,
        *,
        states: Collection[str] | None = None,
        kinds: Collection[str] | None = None,
    ) -> int:
        """How many runs `recent` would give in all."""

    def last_done(self) -> dict[str, datetime]:
        """When the last run of each source ended that is done; a source without one is left out."""

    def active(self) -> list[Run]:
        """Queued and running ones, oldest first."""

    def findings(self, run_id: str) -> list[Finding]:
        """Grouped, most frequent first. Raises: NotFound."""

    def state(self, source_id: str) -> SourceState:
        """What harvesting has learned of the source."""

    def distrust(self, source_id: str) -> None:
        """Note that the source's date filter was found wrong."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what to what, at a moment in UTC; `details` are plain JSON values."""

    seq: int
    at: datetime
    who: str
    act: str
    subject: str
    details: Mapping[str, Any]


class Audit(Protocol):
    """The log of acts: append-only, hash-chained."""

    def record(
        self, who: str, act: str, subject: str, details: Mapping[str, Any] | None = None
    ) -> None:
        """Append one act. What else was done in the same transaction notes itself."""

    def entries(self, after: int = 0, limit: int = 100, subject: str | None = None) -> list[Act]:
        """Acts above a number, in order; only those on the subject, where one is given."""

    def head(self) -> tuple[int, str]:
        """The number and hash of the last act: what to keep elsewhere."""

    def last(self, act: str, subject: str) -> Act | None:
        """The last act of that name on that subject."""

    def check(self, heads: Sequence[tuple[int, str]] = ()) -> list[str]:
        """Faults: rows changed, taken out, or cut off behind a head (number, hash) that was exported or
        is given here."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `counts`: rows by table; `digest`: SHA-256 over page id and content hash of
    every live record, by page id; `audit`: number and hash of the last act; `sha256` and `size`
    (bytes): of the database's file; `made`: ISO 8601, UTC."""

    format: int
    revision: str
    made: str
    last_seq: int
    counts: Mapping[str, int]
    digest: str
    audit: tuple[int, str] | None
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Suppression:
    """What keeps an erased record from coming back: `mark` is a hash of its source and key, or of its
    IRI (`source` is empty then)."""

    mark: str
    page_id: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """Records that are being erased: `page_ids` where something is left to do, `already` the others.
    `seq`: where the log ends with their tombstones."""

    page_ids: tuple[str, ...]
    already: tuple[str, ...]
    suppressions: tuple[Suppression, ...]
    seq: int


@dataclass(frozen=True, slots=True)
class Freed:
    """What compacting removed: bytes as received, rows of quarantine, bytes of disk."""

    raws: int
    quarantined: int
    bytes: int


class Upkeep(Protocol):
    """What is done to the journal's storage as a whole."""

    def back_up(
        self, folder: Path, who: str, watch: Callable[[int, int], None] | None = None
    ) -> Manifest:
        """Copy the journal as it is now into an empty or absent folder, while others write, and prove
        the copy whole. `watch` is told how many pages or rows are copied of how many. The copy is a
        journal on SQLite, whatever this one is on.

        Raises: Conflict where the folder holds something; StorageFull.
        """

    def backups(self) -> list[Path]:
        """The folders that backups were made in."""

    def note_backup(self, folder: Path) -> None:
        """Remember that a folder holds a backup of this journal."""

    def suppressions(self) -> list[Suppression]:
        """What was erased and must not come back."""

    def begin_erasure(self, names: Sequence[str], reason: str, who: str) -> Erasure:
        """Withdraw the records of those page ids or IRIs, and see to it that they cannot come back; all
        or none. Records of one IRI are erased together. Raises: NotFound."""

    def scrub(self, erasure: Erasure) -> None:
        """Remove what its records ever said, and their bytes as received, from the journal's files;
        numbers, hashes and times stay. Raises: Unavailable where a reader is in the way."""

    def finish_erasure(self, erasure: Erasure) -> None:
        """Note that nothing is left to do."""

    def tidy(self) -> None:
        """Forget bytes as received of versions that have had their time, in small steps; bounded."""

    def compact(self) -> Freed:
        """Forget all that has had its time and give the disk back.

        Raises: Unavailable where others are at the journal for too long; StorageFull.
        """


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key at the one moment that it can be read: `token`. `revoked`: the ids of those that it took
    the place of."""

    token: str
    key: AccessKey
    revoked: tuple[str, ...] = ()


class Keys(Protocol):
    """The keys of nodes. A secret is given out once and kept as its hash only."""

    def create(
        self,
        node_id: str,
        who: str,
        *,
        scope: Sequence[str] = ("push",),
        sources: Sequence[str] = (),
        days: int | None = None,
    ) -> NewKey:
        """A new key, good for so many days or until it is revoked. Of the keys that reach the same
        sources two are valid at once, so that one can be changed without a gap; a third takes the
        place of the oldest. Raises: NotFound; InvalidInput for a source of another node."""

    def check(self, token: str) -> AccessKey:
        """The key of a token. Raises: Unauthenticated."""

    def of(self, node_id: str) -> list[AccessKey]:
        """Every key of a node, the newest first. Raises: NotFound."""

    def revoke(self, key_id: str, who: str) -> AccessKey:
        """From now on the key opens nothing. Raises: NotFound; Conflict where it was revoked."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of a push on their way into the journal, each with its line feed, or blocks of a document.

    `first`: how many come before; `before`: their chained hash (`model.chained`), None where it is not
    known as they were not sent again. `hashes`: the SHA-256 of each, as sent.
    """

    first: int
    lines: Sequence[bytes]
    hashes: Sequence[bytes]
    before: bytes | None


class Pushes(Protocol):
    """What nodes push: stored as it comes, carried out by the run that takes it in."""

    def begin(
        self,
        source_id: str,
        *,
        media_type: str,
        key: str | None = None,
        whole: bool = False,
        asked_by: str = "command",
    ) -> Intake:
        """What was pushed to the source with that Idempotency-Key, or a new push with its run queued.
        Raises: NotFound; AnotherBody where it was of another media type."""

    def store(self, intake: Intake, piece: Piece, *, further: bool = False) -> Intake:
        """Store what of the piece has not come yet; what has must be the same. `further` lets a push
        that seemed to be at its end go on. Where its run has ended, another one takes the rest.
        Raises: AnotherBody; LinesMissing; Conflict where it was cancelled; StorageFull."""

    def close(self, intake: Intake, lines: int, digest: bytes | None) -> Intake:
        """The end has come, behind so many lines. Raises: AnotherBody where more had come before."""

    def give_up(self, intake: Intake) -> Intake:
        """Nobody can go on with it: it is carried out as far as it has come."""

    def find(self, key: str, sources: Sequence[str]) -> list[Intake]:
        """What was pushed to any of the sources with that Idempotency-Key; the newest first."""

    def of_run(self, run_id: str) -> Intake | None:
        """The push that a run takes in; None where a later run has taken its place."""

    def part(self, run_id: str, number: int | None = None) -> Part | None:
        """The part of that number, or the first that is left; None where it has not come."""

    def document(self, run_id: str) -> Part | None:
        """All parts in one, under the number of the last."""


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

    # members of the federation and their feeds
    def add_node(self, node: Node) -> None:
        """Raises: Conflict if the id is taken."""

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

    def put(self, source_id: str, entry: Entry, asked_by: str, page: Page) -> Put:
        """Store one record that was sent alone, with a run of its own that has ended, or nothing.
        Raises: NotFound; Conflict where its subject has another key; StorageFull."""

    def withdraw(self, source_id: str, key: str, asked_by: str) -> Run:
        """Delete one record at once, and the version of it that waits. Raises: NotFound."""

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


# --- projections ----------------------------------------------------------------------------


class Projection(Protocol):
    """Something derived from the journal that follows it. At-least-once, idempotent by record."""

    name: str

    def cursor(self) -> int:
        """The sequence number up to which the journal is projected; 0 when empty."""

    def apply(self, changes: Sequence[Change], cursor: int) -> None:
        """Project the changes (the last of each record counts) and move the cursor; durable once
        settled, so that a crash repeats a part."""

    def settle(self) -> None:
        """After a burst: make what was applied visible to every reader, and optimise."""

    def needs_rebuild(self, last_seq: int) -> str | None:
        """Why it must be made anew (absent, damaged, of another version, ahead of the journal)."""

    def rebuild(self, live: Callable[[], Iterator[Change]], cursor: int) -> None:
        """Make it anew from the live records, beside the old one, then swap; safe to repeat."""

    def size(self) -> int:
        """How many records are projected."""

    def differences(self, live: Callable[[], Iterator[Change]]) -> list[str]:
        """What differs from the journal's live records, by count and hash. Empty when equal."""

    def close(self) -> None: ...


# --- SPARQL ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SparqlAnswer:
    """A whole answer. `truncated` says that the cap on results was reached."""

    media_type: str
    body: bytes
    truncated: bool = False


class Sparql(Protocol):
    """Reads of the public graph. Queries are untrusted."""

    def query(self, text: str, *, accept: str = "", seconds: float | None = None) -> SparqlAnswer:
        """Answer one SPARQL 1.1 query in the best format that `accept` (an Accept header) names.

        Raises: InvalidQuery (syntax, SERVICE, update, nesting), QueryTimeout, Unavailable;
        InvalidParameter("accept") when no offered format is accepted.
        """

    def close(self) -> None: ...


# --- search (the query tree is in catalogue.search.query) -----------------------------------


class Index(Protocol):
    """The reading side of the search index; `catalogue.search` builds the requests.

    Every method raises Unavailable where the engine cannot answer just now.
    """

    def search(self, request: Any) -> Any:
        """A `search.query.Request` in, a `search.query.Result` out."""

    def skip(self, request: Any, number: int) -> str | None:
        """The position (`Request.after`) behind the next `number` records of a request; None where no
        more than that are left. Cheaper than bringing them."""

    def ids(self, after: str, limit: int, audiences: tuple[str, ...]) -> list[str]:
        """Ids of records that the audiences may see, in their order, from the one behind `after`."""

    def complete(self, prefix: str, limit: int) -> list[tuple[str, str, str]]:
        """(kind, value, label) of what begins so: titles, keywords, publishers."""

    def generation(self) -> int:
        """Changes with every commit that became visible, a second later at most: the key for caches."""

    def differences(self, live: Callable[[], Iterator[Change]]) -> list[str]:
        """What readers see otherwise than the journal's live records say. Empty when equal."""

    def close(self) -> None: ...
