"""The harvest of one source, whole: fetch, read (map, align, canonicalise), append, close."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from catalogue.errors import CatalogueError, ContentError, SourceError
from catalogue.harvest.ahead import ahead
from catalogue.harvest.pages import PageMemory, PageNotes
from catalogue.harvest.prepare import salt_of
from catalogue.harvest.reader import Reader
from catalogue.harvest.reading import Fault, Start
from catalogue.harvest.registry import feed_of, harvester
from catalogue.model import (
    Counts,
    Entry,
    Finding,
    Outcome,
    Page,
    PageEnd,
    Run,
    RunState,
    SeenPage,
    Severity,
    Source,
)
from catalogue.ports import Client, Feed, Harvester, Journal, Known

PAGES = 1_000_000  # a source that never ends is stopped here
AHEAD = 2  # batches of records that are read while one is stored

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Progress:
    """What a run has done so far, for whoever watches."""

    stage: str = "fetching"
    pages: int = 0
    listed: int = 0
    total: int | None = None


Watch = Callable[[Progress], None]


class Sink(Protocol):
    """Where entries go: the journal, or a rehearsal that only compares."""

    def append(self, entries: list[Entry], page: Page) -> tuple[Outcome, ...]: ...
    def note(self, progress: Progress) -> None: ...
    def findings(self, findings: list[Finding]) -> None: ...
    def keep(self, page: SeenPage) -> None: ...
    def forget_pages_but(self, addresses: set[str]) -> None: ...


def harvest(
    run_id: str, journal: Journal, client: Client, watch: Watch = lambda _progress: None
) -> Run:
    """Carry out a queued or interrupted run; return it ended.

    Records, the page they came on and the run's counts are stored together, page by page. What a
    source stops listing is counted as missing and stays. A fault of the source ends the run as
    failed (nothing could be read) or partial; a fault of ours as failed, with its text.
    """
    run = journal.begin_run(run_id)
    source = journal.source(run.source)
    before = Before(journal.known(source.id), journal.pages(source.id))
    sink = JournalSink(journal, run_id, source.id)
    try:
        state, error, counts = read_source(source, before, sink, client, watch)
    except Exception as fault:
        if not isinstance(fault, CatalogueError):
            log.exception("run %s of %s failed", run_id, source.id)
        return journal.end_run(run_id, RunState.FAILED, error=_one_line(fault))
    journal.add_counts(run_id, counts)
    return journal.end_run(run_id, state, error=error)


@dataclass(frozen=True, slots=True)
class Before:
    """What the journal holds of a source when a run begins: records by key, pages by address."""

    known: Mapping[str, Known]
    pages: Mapping[str, SeenPage] = field(default_factory=dict)


@dataclass(slots=True)
class Walk:
    """The state of one reading of a source. `complete` means that every record was seen."""

    progress: Progress = field(default_factory=Progress)
    memory: PageMemory = field(default_factory=lambda: PageMemory({}, {}))
    keys: set[str] = field(default_factory=set)
    cursors: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    ignored: int = 0
    partial: bool = False
    error: str | None = None

    @property
    def complete(self) -> bool:
        told = self.progress.total in {None, self.progress.listed}
        return told and not self.partial and self.error is None


def read_source(
    source: Source, before: Before, sink: Sink, client: Client, watch: Watch
) -> tuple[RunState, str | None, Counts]:
    """Walk every page of the source into the sink.

    Returns the state, the error's text, and the counts that no entry stands for.
    Raises: SourceError where nothing at all could be read.
    """
    found = harvester(source.kind)
    feed = feed_of(source, found)
    hashes = {key: one.raw_hash for key, one in before.known.items() if not one.deleted}
    start = Start(source.kind, feed.source, feed.url, feed.options, hashes)
    walk = Walk(memory=PageMemory(before.known, before.pages, salt_of(feed.options)))
    with Reader(start) as reader, Fetcher(found, feed, client) as fetcher:
        for page in fetcher.pages(walk):
            end = read_page(reader, page, sink, walk)
            fetcher.next = end.next
            sink.findings(end.findings)
            sink.note(walk.progress)
            watch(walk.progress)
    return _close(walk, before.known, sink)


class Fetcher:
    """Fetches page after page; where the next can be guessed, while the last is read."""

    def __init__(self, found: Harvester, feed: Feed, client: Client) -> None:
        self._found, self._feed, self._client = found, feed, client
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="fetch")
        self._ahead: tuple[str, Future[Page]] | None = None
        self.next: str | None = None

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_details: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def pages(self, walk: Walk) -> Iterator[Page]:
        """Every page, by the cursor that `next` is set to after reading the one before.

        Raises: SourceError for the first page; a later one ends the walk with its error.
        """
        cursor: str | None = None
        while True:
            try:
                page = self._page(cursor)
            except SourceError as error:
                if cursor is None:
                    raise
                walk.error = _one_line(error)
                return
            if walk.progress.listed < (walk.progress.total or 0) and page.following:
                self._fetch_ahead(page.following)
            self.next = None
            yield page
            cursor = self.next
            if cursor is None:
                return
            if cursor in walk.cursors or len(walk.cursors) > PAGES:
                walk.error = f"the source leads back to a page that was read already: {cursor}"
                return
            walk.cursors.add(cursor)

    def _page(self, cursor: str | None) -> Page:
        ahead, self._ahead = self._ahead, None
        if ahead is not None and ahead[0] == cursor:
            return ahead[1].result()
        return self._found.fetch(self._feed, self._client, cursor)

    def _fetch_ahead(self, cursor: str) -> None:
        task = self._pool.submit(self._found.fetch, self._feed, self._client, cursor)
        self._ahead = (cursor, task)


def read_page(reader: Reader, page: Page, sink: Sink, walk: Walk) -> PageEnd:
    """Bring a page's records to the sink; return what the page says of the list.

    Raises: ContentError where the first page gives nothing; CatalogueError for a fault of ours.
    """
    walk.addresses.add(page.url)
    recalled = walk.memory.recall(page)
    if recalled is not None:
        return _as_before(*recalled, page, sink, walk)
    listed = new = 0
    notes = PageNotes()
    for answer in ahead(reader.read(page), AHEAD, reader.give_up):
        if isinstance(answer, Fault):
            return _faulty(answer, page, walk)
        if isinstance(answer, PageEnd):
            _turn(walk, answer)
            if seen := notes.seen(page, answer):
                sink.keep(seen)
            return _unless_repeating(answer, listed, new, walk)
        fresh, doubles = _without_doubles(answer, walk.keys)
        notes.take(answer, fresh)
        listed, new = listed + len(answer), new + len(fresh)
        if fresh:
            sink.append(fresh, page)
        sink.findings(doubles)
        walk.ignored += len(doubles)
        walk.progress.listed += len(answer)
    raise CatalogueError(f"reading {page.url} ended without a word")


def _as_before(entries: list[Entry], end: PageEnd, page: Page, sink: Sink, walk: Walk) -> PageEnd:
    """A page that came as it was when it was read last: its records are unchanged."""
    fresh, _doubles = _without_doubles(entries, walk.keys)
    if fresh:
        sink.append(fresh, page)
    walk.progress.listed += len(entries)
    _turn(walk, end)
    return _unless_repeating(end, len(entries), len(fresh), walk)


def _unless_repeating(end: PageEnd, listed: int, new: int, walk: Walk) -> PageEnd:
    """A page of nothing but records that were listed before ends the walk: the source goes round."""
    if listed and not new and end.next is not None:
        walk.error = "the source gives the same records again under another page's address"
        end.next = None
    return end


def _turn(walk: Walk, end: PageEnd) -> None:
    walk.progress.pages += 1
    walk.progress.listed += end.ignored
    if end.total is not None:
        walk.progress.total = end.total
    walk.ignored += end.ignored
    walk.partial = walk.partial or end.partial


def _faulty(fault: Fault, page: Page, walk: Walk) -> PageEnd:
    if fault.ours:
        raise CatalogueError(f"our reader failed on {page.url}: {fault.message}")
    if not walk.progress.listed:
        raise ContentError(f"{page.url}: {fault.message}")
    walk.error = f"{page.url}: {fault.message}"
    walk.progress.pages += 1
    return PageEnd(partial=True)


def _without_doubles(entries: list[Entry], keys: set[str]) -> tuple[list[Entry], list[Finding]]:
    fresh: list[Entry] = []
    doubles: list[Finding] = []
    for entry in entries:
        if entry.key and entry.key in keys:
            doubles.append(_double(entry))
            continue
        keys.add(entry.key)
        fresh.append(entry)
    return fresh, doubles


def _double(entry: Entry) -> Finding:
    return Finding(
        rule="feed.duplicate-key",
        severity=Severity.WARNING,
        message="The source lists this record more than once; the first one counts.",
        value=entry.key[:500],
        hint="Give every record an identifier of its own.",
        key=entry.key,
    )


def _close(
    walk: Walk, known: Mapping[str, Known], sink: Sink
) -> tuple[RunState, str | None, Counts]:
    counts = Counts(ignored=walk.ignored)
    if walk.complete:
        counts.missing = sum(not one.deleted and key not in walk.keys for key, one in known.items())
        sink.forget_pages_but(walk.addresses)
    sink.findings(list(_notes(walk)))
    partial = walk.partial or walk.error is not None
    return (RunState.PARTIAL if partial else RunState.DONE), walk.error, counts


def _notes(walk: Walk) -> Iterator[Finding]:
    progress = walk.progress
    if progress.total is not None and progress.total != progress.listed and not walk.error:
        yield Finding(
            rule="feed.count-differs",
            severity=Severity.WARNING,
            message=f"The source declares {progress.total} records and lists {progress.listed}.",
            value=str(progress.total),
            hint="Harvest again; if it stays so, the source's paging or its count is wrong.",
        )
    if not progress.listed and not walk.error:
        yield Finding(
            rule="feed.empty",
            severity=Severity.WARNING,
            message="The source answered, and lists no record.",
            hint="Check the address and the kind of the source.",
        )


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:1000] or type(error).__name__


class JournalSink:
    """Entries into the journal, under one run."""

    def __init__(self, journal: Journal, run_id: str, source_id: str) -> None:
        self._journal, self._run, self._source = journal, run_id, source_id

    def append(self, entries: list[Entry], page: Page) -> tuple[Outcome, ...]:
        return self._journal.append(self._run, entries, page=page).outcomes

    def note(self, progress: Progress) -> None:
        self._journal.note_run(
            self._run, stage=progress.stage, declared=progress.total, pages=progress.pages
        )

    def findings(self, findings: list[Finding]) -> None:
        if findings:
            self._journal.add_findings(self._run, findings)

    def keep(self, page: SeenPage) -> None:
        self._journal.keep_page(self._source, page)

    def forget_pages_but(self, addresses: set[str]) -> None:
        self._journal.forget_pages(self._source, addresses)


class Rehearsal:
    """A sink that stores nothing and counts what a run would do."""

    def __init__(self, known: Mapping[str, Known]) -> None:
        self._known = known
        self.counts = Counts()
        self.found: list[Finding] = []
        self.entries: list[tuple[Outcome, Entry]] = []

    def append(self, entries: list[Entry], page: Page) -> tuple[Outcome, ...]:  # noqa: ARG002 port
        outcomes = tuple(self._outcome(entry) for entry in entries)
        for outcome, entry in zip(outcomes, entries, strict=True):
            self.counts.add(outcome)
            self.found.extend(entry.findings)
            if outcome is not Outcome.UNCHANGED:
                self.entries.append((outcome, entry))
        return outcomes

    def note(self, progress: Progress) -> None:
        """Nobody else watches a rehearsal."""

    def findings(self, findings: list[Finding]) -> None:
        self.found.extend(findings)

    def keep(self, page: SeenPage) -> None:
        """Nothing is stored."""

    def forget_pages_but(self, addresses: set[str]) -> None:
        """Nothing is forgotten."""

    def _outcome(self, entry: Entry) -> Outcome:
        if entry.failed:
            return entry.failed
        known = self._known.get(entry.key)
        if known is None or known.deleted:
            return Outcome.CREATED
        same = entry.graph is None or entry.content_hash == known.content_hash
        return Outcome.UNCHANGED if same else Outcome.UPDATED
