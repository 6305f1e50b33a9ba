"""The harvest of one source, whole: fetch, read (map, align, canonicalise), append, close."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from catalogue.errors import Cancelled, CatalogueError, ContentError, Fenced
from catalogue.harvest import dated
from catalogue.harvest.ahead import ahead
from catalogue.harvest.deletion import ending_of
from catalogue.harvest.fetching import Fetcher
from catalogue.harvest.pages import PageMemory, PageNotes
from catalogue.harvest.pushed import LINES, NAMELESS, Pushed
from catalogue.harvest.reader import Reader
from catalogue.harvest.reading import Fault, start_of
from catalogue.harvest.registry import PUSH, feed_of, harvester
from catalogue.harvest.rules import NO_FILES, Files, Rules, rules_in
from catalogue.harvest.sinks import JournalSink, Sink
from catalogue.harvest.walk import Before, Progress, Spared, Walk, Watch, double
from catalogue.model import (
    Entry,
    Finding,
    Lease,
    Page,
    PageEnd,
    Run,
    RunKind,
    RunState,
    Source,
    Turn,
    key_mark,
)
from catalogue.ports import Client, DatedHarvester, Ending, Feed, Harvester, Journal

AHEAD = 2  # batches of records that are read while one is stored

log = logging.getLogger(__name__)


def unwatched(_progress: Progress) -> None:
    """Nobody watches."""


def unchecked() -> None:
    """Nobody asks the run to end."""


def harvest(
    lease: Lease,
    journal: Journal,
    client: Client,
    watch: Watch = unwatched,
    check: Callable[[], None] = unchecked,
    files: Files = NO_FILES,
) -> Run:
    """Carry out a run, from where the last worker left it; return it ended.

    Records, the page they came on, the run's counts and the place to go on from are stored together.
    A fault of the source ends the run as failed (nothing could be read) or partial; a fault of ours as
    failed, with its text. `check` may raise to end a wait.

    Raises: Fenced where another worker has taken the run over.
    """
    run = journal.runs.run(lease.run)
    try:
        source = journal.source(run.source)
        before = before_of(journal, run)
        found = harvester_of(journal, run, source)
        sink = JournalSink(journal, lease)
        rules = rules_in(journal, source, files)
        walk = read_source(source, rules, before, sink, client, watch, check, found)
        if run.kind is RunKind.PUSH:
            ending = pushed_ending(journal, run, walk, source, before)
        else:
            ending = ending_of(walk, source, before, run.started)
    except Fenced:
        raise
    except Cancelled as word:
        ending = Ending(RunState.CANCELLED, str(word))
    except Exception as fault:
        if not isinstance(fault, CatalogueError):
            log.exception("run %s of %s failed", run.id, run.source)
        ending = Ending(RunState.FAILED, _one_line(fault))
    if ending.held:
        log.warning("run %s of %s is held: %s", run.id, run.source, ending.error)
    return journal.runs.end(lease, ending)


def before_of(journal: Journal, run: Run) -> Before:
    """What a run begins or goes on with."""
    listed = ((key, outcome) for _place, key, outcome in journal.runs.listed(run.id))
    reread: list[str] | None = None
    if run.kind is RunKind.PUSH:  # parts that were carried out are gone, so it knows where it was
        part = journal.pushes.part(run.id)
        at = "" if part is None else str(part.number)
        reread = [key for _place, key, _outcome in journal.runs.listed(run.id, cursor=at)]
    return Before(
        journal.known(run.source),
        journal.pages(run.source),
        journal.runs.state(run.source),
        run,
        listed,
        reread,
    )


def harvester_of(journal: Journal, run: Run, source: Source) -> Harvester:
    """Who brings the pages of a run: the parts of a push wait in the journal."""
    if run.kind is RunKind.PUSH:
        return Pushed(journal.pushes, run.id)
    return harvester(source.kind)


def pushed_ending(journal: Journal, run: Run, walk: Walk, source: Source, before: Before) -> Ending:
    """How a push ends, if that was its end: only of a whole one may anything be missing."""
    intake = journal.pushes.of_run(run.id)
    whole = intake is not None and intake.whole and not intake.cut
    walk.whole = whole
    if intake is not None and intake.cut:
        lines = f"line {intake.lines} is the last that came" if intake.media_type == LINES else ""
        walk.error = walk.error or f"the push was cut off: {lines or 'its end never came'}"
    if whole:
        nameless = sum(key.startswith(NAMELESS) for _n, key, _o in journal.runs.listed(run.id))
        if nameless:
            walk.partial = True
            walk.error = walk.error or (
                f"{nameless} lines could not be read, so no record counts as missing"
            )
    since = run.started if walk.complete else None
    ending = ending_of(walk, source, before, since)
    return replace(ending, open=intake is not None and not intake.over)


def read_source(
    source: Source,
    rules: Rules,
    before: Before,
    sink: Sink,
    client: Client,
    watch: Watch = unwatched,
    check: Callable[[], None] = unchecked,
    found: Harvester | None = None,
) -> Walk:
    """Walk every page of the source, or what changed of it, into the sink; `found` brings them, the
    source's own harvester if nobody else. `rules` are what its records are held to.

    Raises: SourceError where nothing at all could be read; InvalidInput for the source's options.
    """
    found = found or harvester(source.kind)
    feed = feed_of(source, found)
    hashes = {key: one.raw_hash for key, one in before.known.items() if one.live}
    full = before.run is not None and before.run.full
    start = start_of(source.kind, feed, hashes, rules)
    memory = PageMemory(before.known, before.pages, start.salt, ask=not full)
    walk = Walk.begun(before, memory)
    walk.rounds = source.kind != PUSH
    feed = replace(feed, validators=memory.validators)
    with Reader(start) as reader, Fetcher(found, feed, client, check) as fetcher:
        changed = _changes(found, feed, before, walk, sink, reader, fetcher)
        first = changed.cursor if changed else before.run.cursor if before.run else None
        _walk_pages(fetcher, reader, first, sink, walk, watch)
        if changed and not _accounts_for_all(walk, before, changed):
            walk.incremental = False
            sink.note(stage="fetching", incremental=False)
            walk.round_again()
            _walk_pages(fetcher, reader, None, sink, walk, watch)
    if walk.complete and not walk.resumed:
        sink.forget_pages_but(walk.visited - memory.spoiled)
    return walk


def _changes(
    found: Harvester,
    feed: Feed,
    before: Before,
    walk: Walk,
    sink: Sink,
    reader: Reader,
    fetcher: Fetcher,
) -> dated.Changed | None:
    """Where only what changed is to be read; None where it is the whole, or the run goes on."""
    run, now = before.run, datetime.now(UTC)
    fresh = run is not None and not run.full and not run.pages
    whole = walk.memory.conditional or walk.memory.outdated
    if not fresh or whole or not dated.is_due(found, before.state, now):
        return None

    def probe(cursor: str) -> tuple[int | None, int]:
        listed = 0
        for answer in reader.read(fetcher.page(cursor)):
            if isinstance(answer, Fault):
                raise ContentError(answer.message)
            if isinstance(answer, PageEnd):
                return answer.total, listed + answer.ignored
            listed += len(answer)
        raise CatalogueError("reading ended without a word")

    assert isinstance(found, DatedHarvester)
    changed = dated.changes_since(found, feed, before.state, probe, now)
    if isinstance(changed, Finding):
        sink.distrust()
        walk.notes.append(changed)
        return None
    if changed is not None:
        walk.incremental = True
        sink.note(stage="fetching", incremental=True)
    return changed


def _accounts_for_all(walk: Walk, before: Before, changed: dated.Changed) -> bool:
    """Whether what was read explains the source's total; then that total is the one to tell, and what
    was not listed is as it was."""
    if walk.error is not None or walk.partial:
        return False
    if changed.total != (before.state.declared or 0) + walk.strangers:
        return False
    walk.progress.total = changed.total
    rest = max(0, changed.total - walk.progress.listed)
    unlisted = sum(
        one.live and not one.missing and key_mark(key) not in walk.marks
        for key, one in before.known.items()
    )
    records = min(rest, unlisted)
    walk.spared = Spared(records, rest - records)
    return True


def _walk_pages(
    fetcher: Fetcher, reader: Reader, first: str | None, sink: Sink, walk: Walk, watch: Watch
) -> None:
    def following() -> Page | None:
        page = fetcher.ready()
        return page if page is not None and walk.memory.is_new(page) else None

    reader.read_ahead(following)
    for page in fetcher.pages(walk, first):
        turn = read_page(reader, page, sink, walk)
        fetcher.next = turn.cursor
        walk.progress.measure()
        sink.turn(replace(turn, pages=walk.progress.pages, rate=walk.progress.rate))
        watch(walk.progress)


def read_page(reader: Reader, page: Page, sink: Sink, walk: Walk) -> Turn:
    """Bring a page's records to the sink; return what is to be stored with its end.

    Raises: ContentError where the first page gives nothing; CatalogueError for a fault of ours.
    """
    walk.visited.add(page.cursor)
    recalled = walk.memory.recall(page)
    if recalled is not None:
        return _as_before(*recalled, page, walk)
    listed = new = 0
    notes, doubles, found = PageNotes(), list[Entry](), list[str]()
    for answer in ahead(reader.read(page), AHEAD, reader.give_up):
        if isinstance(answer, Fault):
            return _faulty(answer, page, doubles, walk)
        if isinstance(answer, PageEnd):
            seen = None if walk.incremental else walk.memory.seen(page, notes, answer)
            following = _unless_repeating(answer, listed, new, walk)
            turn = _turn(answer, page, doubles, walk)
            return replace(turn, cursor=following, found=tuple(found), seen=seen)
        fresh, twice, before = walk.take(answer)
        notes.take(answer, answer if not twice else fresh)
        listed, new = listed + len(answer), new + len(fresh) + before
        if fresh:
            sink.append(fresh, page)
        doubles += twice
        found += walk.found(answer)
        walk.progress.listed += len(fresh) + len(twice)
    raise CatalogueError(f"reading {page.url} ended without a word")


def _as_before(entries: list[Entry], end: PageEnd, page: Page, walk: Walk) -> Turn:
    """A page that is as it was when it was read last: its records are unchanged."""
    fresh, doubles, before = walk.take(entries)
    walk.progress.listed += len(fresh) + len(doubles)
    following = _unless_repeating(end, len(entries), len(fresh) + before, walk)
    turn = _turn(end, page, doubles, walk)
    return replace(turn, cursor=following, entries=tuple(fresh), found=walk.found(entries))


def _unless_repeating(end: PageEnd, listed: int, new: int, walk: Walk) -> str | None:
    """The next page's cursor. A page of nothing but records that were listed before ends the walk: the
    source goes round."""
    if walk.rounds and listed and not new and end.next is not None:
        walk.error = "the source gives the same records again under another page's address"
        return None
    return end.next


def _turn(end: PageEnd, page: Page, doubles: list[Entry], walk: Walk) -> Turn:
    walk.progress.pages += 1
    walk.progress.listed += end.ignored
    if end.total is not None and not walk.incremental:
        walk.progress.total = end.total
    walk.partial = walk.partial or end.partial
    notes, walk.notes = walk.notes, []
    return Turn(
        page,
        declared=walk.progress.total,
        ignored=end.ignored + len(doubles),
        partial=walk.partial,
        findings=(*notes, *end.findings, *(double(one) for one in doubles)),
    )


def _faulty(fault: Fault, page: Page, doubles: list[Entry], walk: Walk) -> Turn:
    if fault.ours:
        raise CatalogueError(f"our reader failed on {page.url}: {fault.message}")
    if not walk.progress.listed:
        raise ContentError(f"{page.url}: {fault.message}")
    walk.error = f"{page.url}: {fault.message}"
    return _turn(PageEnd(partial=True), page, doubles, walk)


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:1000] or type(error).__name__
