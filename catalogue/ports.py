"""The doors between the core and everything that can be exchanged. No driver type crosses them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from catalogue.model import (
    Change,
    Counts,
    Entry,
    Finding,
    Mapped,
    Node,
    Outcome,
    Page,
    PageEnd,
    Record,
    Run,
    RunState,
    SeenPage,
    Source,
)

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


class Client(Protocol):
    """The guarded way out (`catalogue.http`): addresses, redirects, sizes and time are checked."""

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        """GET; follows redirects, each one checked.

        Raises: Refused when the guard says no; FetchError for network faults, truncated bodies and
        every status but 200 and 304.
        """

    def session(self) -> Any:
        """A `requests.Session` whose every request goes through the same guard."""


# --- harvesters (third parties add one as an entry point in the group `aicat.harvesters`) ---------


def _never_seen(_key: str, _raw: bytes) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Feed:
    """What a harvester is told about a source. `options` were loaded by its own schema.

    `seen(key, raw)` says whether the journal holds these very bytes of the record; `map` may then
    yield it as `unchanged` without looking further.
    """

    source: str
    url: str
    options: Mapping[str, Any] = field(default_factory=dict)
    seen: Callable[[str, bytes], bool] = _never_seen


class Harvester(Protocol):
    """One protocol. `fetch` talks to the portal; `map` is pure and runs in a child process."""

    kind: str
    options: type[Any]
    """A marshmallow Schema for the source's own options, all optional and with defaults."""

    def fetch(self, feed: Feed, client: Client, cursor: str | None) -> Page:
        """Bring the page that `cursor` names; None is the first.

        Raises: SourceError.
        """

    def map(self, feed: Feed, page: Page) -> Iterator[Mapped | PageEnd]:
        """Yield the page's records in its order, then one PageEnd.

        Pure: no network, no clock, no files. A fault of one record is a finding on it; only a page
        of which nothing can be read raises ContentError or UnreadableDocument.
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


class Journal(Protocol):
    """The one truth. Several processes may write at once; readers never block writers."""

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

    # runs
    def queue_run(self, source_id: str, *, full: bool = False) -> Run:
        """A new queued run; at most one active run a source. Raises: Conflict, NotFound."""

    def begin_run(self, run_id: str) -> Run:
        """queued or running -> running; sets `started` the first time."""

    def note_run(
        self,
        run_id: str,
        *,
        stage: str | None = None,
        declared: int | None = None,
        pages: int | None = None,
    ) -> None: ...
    def end_run(self, run_id: str, state: RunState, *, error: str | None = None) -> Run:
        """Set the final state and `ended`."""

    def run(self, run_id: str) -> Run:
        """Raises: NotFound."""

    def runs(
        self,
        source_id: str | None = None,
        *,
        sources: Sequence[str] | None = None,
        limit: int = 50,
        before: str | None = None,
    ) -> list[Run]:
        """Newest first, of one source, of some, or of all; run ids sort by time; `before` is a
        run's id to page on."""

    def interrupted_runs(self) -> list[Run]:
        """Runs that a crash left queued or running."""

    def add_findings(self, run_id: str, findings: Sequence[Finding]) -> None:
        """Add to the run's findings, grouped: one row for each (rule, path, severity) with its
        count, and the key, value, place, message and hint of the first as the example."""

    def run_findings(self, run_id: str) -> list[Finding]:
        """Grouped, most frequent first."""

    def count_runs(self, sources: Sequence[str] | None = None) -> int: ...

    # records
    def known(self, source_id: str) -> dict[str, Known]:
        """Every record of the source by key, tombstones included."""

    def append(
        self, run_id: str, entries: Sequence[Entry], *, page: Page | None = None
    ) -> Appended:
        """Store all entries, the run's counts and the page's bytes, or none.

        Sequence numbers start at 1 and become visible in commit order: a reader that has seen n
        never later sees a new number below n. An entry whose content hash equals the record's
        current one changes nothing but its raw hash. A deleted record that comes again is revived
        under its page id (outcome created). `page` is stored as the raw bytes of the entries that
        bring none of their own. Findings of the entries are stored with their record's change and
        added to the run's. Entries marked `failed` leave an earlier good version as it is.

        Raises: Conflict if the run is not running.
        """

    def pages(self, source_id: str) -> dict[str, SeenPage]:
        """What the source's pages gave when they were read last, by address."""

    def keep_page(self, source_id: str, page: SeenPage) -> None:
        """Remember a page in the place of what was remembered of its address."""

    def forget_pages(self, source_id: str, addresses: Collection[str]) -> None:
        """Forget all pages but those at the addresses."""

    def add_counts(self, run_id: str, counts: Counts) -> None:
        """Add to the run's counts what no entry stands for (ignored, missing)."""

    def record(self, page_id: str) -> Record:
        """Raises: NotFound."""

    def record_by_iri(self, iri: str) -> list[Record]:
        """Every live record whose subject it is, oldest first."""

    def current(self, page_id: str) -> Change:
        """The record's latest change with its graph and findings. Raises: NotFound."""

    def current_many(self, page_ids: Sequence[str]) -> list[Change]: ...
    def raw(self, page_id: str) -> tuple[bytes, str]:
        """The record's bytes as received and their media type. Raises: NotFound."""

    # following
    def last_seq(self) -> int: ...
    def changes(self, after: int, limit: int) -> list[Change]:
        """Changes with `seq` above `after`, in order; without findings, as are `states` and `live`."""

    def states(self, pairs: Sequence[tuple[str, int]]) -> dict[str, Change]:
        """For each (page id, seq): the record's latest change at or below that seq, by page id;
        a record that had none is left out."""

    def live(self, after: str = "", limit: int = 1000) -> list[Change]:
        """The current change of every record not deleted, by page id (to rebuild and verify)."""

    def live_by_iri(self, iris: Sequence[str]) -> dict[str, list[str]]:
        """For each IRI that is the subject of a live record: the page ids."""

    def counts(self) -> dict[str, int]:
        """Live records, tombstones, changes, runs, nodes, sources, bytes of graph and raw."""

    def check(self) -> list[str]:
        """Faults found in the journal itself: integrity of the database, content hashes that do
        not match their graphs, states that do not match the log. Empty when sound."""

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
    """The reading side of the search index; `catalogue.search` builds the requests."""

    def search(self, request: Any) -> Any:
        """A `search.query.Request` in, a `search.query.Result` out."""

    def skip(self, request: Any, number: int) -> str | None:
        """The position (`Request.after`) behind the next `number` records of a request, at most
        100,000; None where no more than that are left. Cheaper than bringing them."""

    def ids(self, after: str, limit: int, audiences: tuple[str, ...]) -> list[str]:
        """Ids of records that the audiences may see, in their order, from the one behind `after`."""

    def complete(self, prefix: str, limit: int) -> list[tuple[str, str, str]]:
        """(kind, value, label) of what begins so: titles, keywords, publishers."""

    def generation(self) -> int:
        """Changes with every commit that became visible: the key for caches."""
