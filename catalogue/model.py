"""What the catalogue is about: nodes, sources, runs, findings, records and their changes.

Pure values. Times are aware datetimes in UTC. A graph is a list of canonical N-Triples lines
(see `catalogue.rdf`), sorted and free of doubles once it is `canonical`.
"""

from __future__ import annotations

import hashlib
import uuid
from base64 import b32encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias

Graph: TypeAlias = Sequence[str]

_NAMESPACE = uuid.UUID("6f3f9a52-2a0e-5d0c-9f67-0f8f6d6c7a11")


class Severity(StrEnum):
    INFO = "info"  # something was changed or noticed; nothing is wrong with the record
    WARNING = "warning"  # the record can be used, but should be mended at its source
    VIOLATION = "violation"  # a rule of DCAT-AP or of its syntax is broken


class Outcome(StrEnum):
    """How one record ends a run that lists it (the first five) or does not (the last two)."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    QUARANTINED = "quarantined"
    FAILED = "failed"
    IGNORED = "ignored"
    MISSING = "missing"
    DELETED = "deleted"


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    PARTIAL = "partial"
    HELD = "held"
    FAILED = "failed"
    CANCELLED = "cancelled"


ACTIVE = (RunState.QUEUED, RunState.RUNNING)


class RunKind(StrEnum):
    HARVEST = "harvest"  # of a portal
    PUSH = "push"  # of many records that a node sent
    RECORD = "record"  # of the one record of a PUT or DELETE


RECORD_TYPES = (
    "dataset",
    "series",
    "service",
    "model",
    "offer",
    "training",
    "factory",
    "supercomputer",
    "initiative",
    "call",
)
SECTORS = ("health", "energy", "mobility", "defence", "manufacturing", "cleantech", "agritech")
PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Node:
    """A member of the federation. `country` is ISO 3166 alpha-2 or "EU"; `options` are what the records of
    its sources are held to (`held_to`)."""

    id: str
    name: str
    country: str
    kind: str = "initiative"  # initiative, ai-factory, antenna, hub
    homepage: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """One feed of a node. `visibility` is "public", "members" or "nodes:a,b"."""

    id: str
    node: str
    kind: str
    url: str | None
    options: Mapping[str, str] = field(default_factory=dict)
    schedule: str | None = None
    visibility: str = PUBLIC


HELD_TO = ("contacts", "profiles")  # options that a source has of its own, or else from its node


def held_to(own: Mapping[str, str], of_node: Mapping[str, str]) -> dict[str, str]:
    """What a source's records are held to: each option of HELD_TO as the source gives it itself, else as
    its node does. One that is empty, or that neither gives, is left out."""
    given = {name: own.get(name) or of_node.get(name, "") for name in HELD_TO}
    return {name: value for name, value in given.items() if value}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with, or changed in, a record or a run.

    `rule` is a stable dotted name ("rdf.iri-repaired", "ckan.unknown-field"); `path` the property
    IRI or field name concerned; `value` what was found, cut to 500 characters; `mended` what it
    became, where something was changed; `place` a line, byte or item position in the document.
    `count` is above 1 where a finding stands for several alike: of a run, or of one record and profile.
    What a profile of shapes finds has SHACL's constraint component as its rule, `profile`, the node
    concerned (`focus`), and what was asked for (`limit`), from which the words are made anew in the
    reader's language; with a message of the shape's own `limit` is None.
    """

    rule: str
    severity: Severity
    message: str
    path: str | None = None
    value: str | None = None
    mended: str | None = None
    place: str | None = None
    hint: str | None = None
    key: str | None = None  # the record's key; None where the finding is of the page or run
    count: int = 1
    focus: str | None = None
    profile: str | None = None
    limit: str | None = None

    def of(self, key: str) -> Finding:
        """The same, of the record with that key."""
        parts = list(_parts_of_finding(self))
        parts[_KEY_OF_FINDING] = key
        return Finding(*parts)

    def __reduce__(self) -> tuple[type[Finding], tuple[Any, ...]]:
        return Finding, _parts_of_finding(self)  # a third of what dataclasses take; there are many


_FINDING = tuple(one.name for one in fields(Finding))
_KEY_OF_FINDING = _FINDING.index("key")
_parts_of_finding: Callable[[Finding], tuple[Any, ...]] = attrgetter(*_FINDING)


@dataclass(slots=True)
class Counts:
    """Records by outcome; the sum of the first five and `ignored` is what the run listed."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    quarantined: int = 0
    failed: int = 0
    ignored: int = 0
    missing: int = 0

    def add(self, outcome: Outcome, number: int = 1) -> None:
        setattr(self, outcome.value, getattr(self, outcome.value) + number)

    @property
    def listed(self) -> int:
        return (
            self.created
            + self.updated
            + self.unchanged
            + self.quarantined
            + self.failed
            + self.ignored
        )


@dataclass(frozen=True, slots=True)
class Run:
    """One harvest of a source. `declared` is the source's own total, where it states one."""

    id: str
    source: str
    state: RunState
    counts: Counts
    findings: int = 0
    error: str | None = None
    stage: str | None = None  # fetching, projecting; None when ended
    pages: int = 0
    declared: int | None = None
    full: bool = False
    created: datetime | None = None
    started: datetime | None = None
    ended: datetime | None = None
    kind: RunKind = RunKind.HARVEST
    asked_by: str = "command"
    """Who wanted it: "command", "schedule", or "key:" and the id of a node's key."""
    fence: int = 0
    """How many workers have had it; above 1 where one was lost."""
    worker: str | None = None
    cancel_by: str | None = None
    cursor: str | None = None
    """The page to go on with; None before the first is whole."""
    incremental: bool = False
    """It reads only what changed, so what it does not list is not missing."""
    partial: bool = False
    rate: float | None = None
    """Records a second, lately."""
    proposed: int = 0
    """Deletions that wait for a decision."""
    accepted: int | None = None
    """Lines of a push that are stored so far; None for what has no lines."""

    @property
    def active(self) -> bool:
        return self.state in ACTIVE


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write under a run. `fence` is its number: only the last one that was given counts."""

    run: str
    source: str
    fence: int


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A node's key as it may be told, without its secret. `scope`: what it may do; `sources`: those of
    the node that it reaches, all where there are none. A key that is revoked or over is of no use."""

    id: str
    node: str
    scope: tuple[str, ...]
    sources: tuple[str, ...]
    created: datetime
    expires: datetime | None = None
    last_used: datetime | None = None
    revoked: datetime | None = None

    def reaches(self, source: Source) -> bool:
        """Whether the source is the node's own and among those of the key."""
        return source.node == self.node and (not self.sources or source.id in self.sources)


@dataclass(frozen=True, slots=True)
class Intake:
    """What a node pushes under one Idempotency-Key, as far as it has come.

    `lines`: how many lines (or blocks of a document, see `receiving`) are stored, `digest` the chained
    hash of them; `run` takes them in; `whole`: they are the whole feed; `open`: the end has not come.
    `over`: it will not come any more, or has come.
    """

    id: int
    source: str
    run: str
    media_type: str
    lines: int
    digest: bytes
    whole: bool
    open: bool
    over: bool

    @property
    def cut(self) -> bool:
        """Whether it was given up before its end."""
        return self.open and self.over


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of a push as received, each with its line feed; `number` is how many come before.
    `following`: the number of the next part; None where none will come."""

    number: int
    body: bytes
    following: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A version of a record that waits for a steward; `new`: nothing of the record is public yet."""

    key: str
    page_id: str
    iri: str
    type: str
    run: str
    at: datetime
    new: bool
    graph: bytes
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Put:
    """What became of one record that was sent alone: its run, which has ended, and its outcome.
    `waiting`: a steward has to release it first."""

    run: Run
    outcome: Outcome
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class SourceState:
    """What harvesting has learned of a source; see `source_state` for the journal's side.

    `next_at`: the next slot of its schedule. `since`: everything that changed before is known here.
    `full_at`: when it was last read completely. `distrusted_at`: when its date filter was last found
    wrong. `declared`: its own total at `since`.
    """

    next_at: datetime | None = None
    slot_at: datetime | None = None
    since: datetime | None = None
    full_at: datetime | None = None
    distrusted_at: datetime | None = None
    declared: int | None = None


class Withdrawal(StrEnum):
    """What becomes of a record that its source no longer lists: option `deletion` of a source."""

    DELETE = "delete"  # it is gone from every door; its page says so
    ARCHIVE = "archive"  # its page stays, with a word; it leaves search and the graph
    FLAG = "flag"  # it stays everywhere, with a word


@dataclass(frozen=True, slots=True)
class Page:
    """What one request brought: the bytes as received.

    `cursor` names this page (the harvester's own text; resuming starts there); `url` is the final
    address after redirects; `following` is the next page's cursor where fetching alone can guess
    it, so that it may be fetched ahead. `etag` and `last_modified` are the server's validators;
    `not_modified` says that it answered 304 to those of the last time, and `body` is empty.
    """

    cursor: str
    url: str
    media_type: str
    body: bytes
    charset: str | None = None
    following: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    not_modified: bool = False


@dataclass(slots=True)
class Mapped:
    """One record as a harvester's `map` yields it.

    `subject` is the term of the resource in `graph`: `<iri>` or `_:label`. `raw` is the record as
    received where the page can be cut into records (JSON), else None: the page stands for it.
    `failed` marks a record that cannot be used, with findings saying why; `unchanged` one whose raw
    bytes `Feed.seen` knows. The graph is empty in both cases. `torn`: the document is broken inside
    the record, so an earlier version of it is better. `conforms` are the profiles that its catalogue
    says it conforms to, as terms.
    """

    key: str
    subject: str
    type: str
    graph: list[str]
    raw: bytes | None = None
    findings: list[Finding] = field(default_factory=list)
    failed: Outcome | None = None
    unchanged: bool = False
    torn: bool = False
    conforms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """The bytes of a page that `map` reads next, from `start` to before `end`. Where they end the
    process that reads, they are set aside (`SET_ASIDE` stands in their place) and the rest is read."""

    start: int
    end: int


SET_ASIDE = b"\0set aside"


@dataclass(slots=True)
class PageEnd:
    """The last thing that `map` yields: what it learned about the list as a whole.

    `next` is the cursor of the next page or None; `total` the number of records that the source
    declares; `ignored` counts what it lists beside records; `partial` says that a part of the page
    could not be read (findings tell which).
    """

    next: str | None = None
    total: int | None = None
    ignored: int = 0
    partial: bool = False
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SeenPage:
    """What a page gave when it was read last, all of its records being good.

    `cursor` names it; `options` is what the source's options were. `fingerprint`: of its bytes.
    `keys`: 16 bytes (`key_mark`) for each record, in its order; `state`: what those records were
    (`state_of`). `follows`: what comes next was told by the fetching, not by the page, and must be
    asked again. `etag`, `last_modified`: the server's validators.
    """

    cursor: str
    url: str
    options: bytes
    fingerprint: bytes
    keys: bytes
    state: bytes
    end: PageEnd
    follows: bool
    etag: str | None = None
    last_modified: str | None = None

    @property
    def number(self) -> int:
        return len(self.keys) // MARK_BYTES


@dataclass(frozen=True, slots=True)
class Turn:
    """The end of one page of a run: what is stored with it, or not at all.

    `entries`: records that were not appended before (those of a page that came as it was). `cursor`:
    the page to go on with, None behind the last. `ignored`: what the page lists beside records.
    `found`: keys of records that were missing and are listed again. `seen`: what to remember.
    """

    page: Page
    cursor: str | None = None
    pages: int = 0
    declared: int | None = None
    ignored: int = 0
    partial: bool = False
    rate: float | None = None
    entries: tuple[Entry, ...] = ()
    findings: tuple[Finding, ...] = ()
    found: tuple[str, ...] = ()
    seen: SeenPage | None = None


@dataclass(frozen=True, slots=True)
class Sector:
    """One assignment of a sector, with its strongest reason: the rule's name and the value it saw.

    `confidence` is between 0 and 1: the share of such assignments that a person would make too.
    `more` are further reasons, strongest first.
    """

    sector: str
    rule: str
    value: str
    confidence: float = 1.0
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """What a profile says of one record, in numbers: a record without violations conforms. `whole` is
    False where the time ran out. `declared`: the record, or whoever runs its source, names the profile;
    else it is only what records of its kind are held to."""

    profile: str
    violations: int = 0
    warnings: int = 0
    infos: int = 0
    whole: bool = True
    declared: bool = True

    @property
    def conforms(self) -> bool:
        return self.whole and not self.violations


@dataclass(frozen=True, slots=True)
class Link:
    """An address that a record gives for its data, and what is known of it.

    `status` is the HTTP status that counts, 0 where nothing answered; None where that is not known: not
    asked yet, not to be asked, or failing for the first time. `checked` is when it was last asked.
    `barred`: its host's robots.txt forbids programs to ask it.
    """

    url: str
    status: int | None
    checked: datetime | None
    barred: bool = False

    @property
    def answers(self) -> bool | None:
        """Whether it answers with something; None where that is not known."""
        return None if self.status is None else 200 <= self.status < 400


@dataclass(frozen=True, slots=True)
class Entry:
    """A record ready for the journal: mapped, aligned, canonical, hashed (or failed).

    `graph` is the canonical N-Quads text (UTF-8, sorted lines, each ended by a line feed);
    `content_hash` the SHA-256 of it (RDFC-1.0); `raw_hash` the first 16 bytes of the SHA-256 of
    the record's bytes as received. An entry whose raw bytes are known has `graph` None and is
    unchanged.
    """

    key: str
    iri: str
    type: str
    raw_hash: bytes
    graph: bytes | None = None
    content_hash: bytes | None = None
    raw: bytes | None = None
    sectors: tuple[Sector, ...] = ()
    findings: tuple[Finding, ...] = ()
    failed: Outcome | None = None
    judged: tuple[Judged, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """The state of one record. `page_id` lasts for ever; `seq` is its last change. `archived`: its
    source no longer lists it, and it is kept to be read. `missing_since`: when the first complete run
    that did not list it ended, as things are at the time of reading; None where it is listed."""

    page_id: str
    source: str
    node: str
    key: str
    iri: str
    type: str
    visibility: str
    deleted: bool
    seq: int
    content_hash: bytes
    first_seen: datetime
    changed: datetime
    archived: bool = False
    missing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How the records of a source stand, in numbers. `missing`: live ones that it no longer lists;
    `archived`: kept to be read only; `quarantined`: keys whose last version could not be used;
    `waiting`: versions that wait for a steward."""

    missing: int = 0
    archived: int = 0
    quarantined: int = 0
    waiting: int = 0


class Tally(NamedTuple):
    """So many live records of a source are of a type and of a visibility."""

    source: str
    type: str
    visibility: str
    number: int


@dataclass(frozen=True, slots=True)
class Quarantined:
    """What could not be used, the last one of its key. `page_id` is of its last good version, where
    there is one to be seen."""

    key: str
    run: str
    at: datetime
    findings: tuple[Finding, ...] = ()
    page_id: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the append-only log, with the record it belongs to.

    `graph` is None for a deletion. `visibility` is the record's at the time of reading, and so is what is
    known of its `links`.
    """

    seq: int
    record: Record
    run: str
    at: datetime
    graph: bytes | None
    sectors: tuple[Sector, ...] = ()
    findings: tuple[Finding, ...] = ()
    judged: tuple[Judged, ...] = ()
    links: tuple[Link, ...] = ()
    cluster: str | None = None
    """The cluster that the record is in at the time of reading; see `ports.Clusters`."""

    @property
    def deleted(self) -> bool:
        return self.graph is None

    @property
    def withdrawn(self) -> bool:
        """It is in no list, count or query: deleted or archived."""
        return self.graph is None or self.record.archived

    @property
    def public(self) -> bool:
        """It is in lists, counts and queries of anybody's."""
        return not self.withdrawn and visible_to(self.record.visibility)

    @property
    def lines(self) -> list[str]:
        return self.graph.decode().split("\n")[:-1] if self.graph else []


def page_id(source: str, key: str) -> str:
    """The short, lasting id of a record's page: 13 characters of a-z and 2-7."""
    digest = hashlib.sha256(f"{source}\0{key}".encode("utf-8", "surrogatepass")).digest()
    return b32encode(digest[:8]).decode().rstrip("=").lower()


ERASED = "erased:"


def erased_key(source: str, key: str) -> str:
    """What is told in the place of an erased record's key."""
    return f"{ERASED}{page_id(source, key)}"


MARK_BYTES = 16


def key_mark(key: str) -> bytes:
    """What stands for a record's key where many are kept: 16 bytes."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:MARK_BYTES]


UNBEGUN = hashlib.sha256(b"").digest()  # the chained hash of nothing


def chained(before: bytes, hashes: Iterable[bytes]) -> bytes:
    """The hash of a sequence: of the hash of all before, and of each one's, so that it does not depend
    on the parts that they came in."""
    for one in hashes:
        before = hashlib.sha256(before + one).digest()
    return before


def skolem(source: str, key: str) -> str:
    """The IRI given to a record whose subject is a blank node; the same at every harvest."""
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, f'{source} {key}')}"


def raw_hash(body: bytes) -> bytes:
    """What "the bytes are the same" is decided on: 16 bytes."""
    return hashlib.sha256(body).digest()[:16]


def content_hash(graph: bytes) -> bytes:
    """SHA-256 of the canonical N-Quads (RDFC-1.0, section 4: the hash of the canonical form)."""
    return hashlib.sha256(graph).digest()


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: anonymous, a `member` of the federation, or one who acts for `nodes` (then a member)."""

    member: bool = False
    nodes: tuple[str, ...] = ()

    @property
    def audiences(self) -> tuple[str, ...]:
        """The audiences that this reader belongs to; `PUBLIC` first."""
        if self.nodes:
            return (PUBLIC, "members", *(f"node:{one}" for one in self.nodes))
        return (PUBLIC, "members") if self.member else (PUBLIC,)


ANYBODY = Reader()


def audiences(visibility: str) -> tuple[str, ...]:
    """Who may see a record of this visibility: "public", "members", or a "node:x" for each.

    Raises: ValueError if the visibility is none of public, members, nodes:a,b.
    """
    if visibility in {PUBLIC, "members"}:
        return (visibility,)
    head, _, names = visibility.partition(":")
    nodes = tuple(name for name in (part.strip() for part in names.split(",")) if name)
    if head != "nodes" or not nodes:
        raise ValueError(f"{visibility!r} is no visibility; use public, members or nodes:a,b")
    return tuple(f"node:{name}" for name in nodes)


def visible_to(visibility: str, reader: Reader = ANYBODY) -> bool:
    """Whether a reader may see a record: the one question that every door asks."""
    return not set(audiences(visibility)).isdisjoint(reader.audiences)


def run_json(run: Run) -> dict[str, Any]:
    """The run object of the public contract."""
    seconds = (run.ended - run.started).total_seconds() if run.ended and run.started else None
    return {
        "id": run.id,
        "source": run.source,
        "state": run.state.value,
        "started": run.started.isoformat() if run.started else None,
        "ended": run.ended.isoformat() if run.ended else None,
        "counts": asdict(run.counts),
        "findings": run.findings,
        "error": run.error,
        "seconds": seconds,
        "kind": run.kind.value,
        "asked_by": run.asked_by,
        "stage": run.stage,
        "pages": run.pages,
        "listed": run.counts.listed,
        "declared": run.declared,
        "rate": run.rate,
        "remaining_seconds": _remaining(run),
        "full": run.full,
        "incremental": run.incremental,
        "workers": run.fence,
        "proposed": run.proposed,
        **({"accepted_lines": run.accepted} if run.kind is RunKind.PUSH else {}),
    }


def _remaining(run: Run) -> float | None:
    """Seconds until the end at the present rate; None where the source does not say how much comes."""
    if not run.active or not run.rate or run.declared is None:
        return None
    return round(max(0, run.declared - run.counts.listed) / run.rate, 1)
