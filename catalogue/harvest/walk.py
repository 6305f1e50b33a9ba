"""What one reading of a source has come to."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from catalogue.harvest.pages import PageMemory
from catalogue.model import (
    ERASED,
    Entry,
    Finding,
    Outcome,
    Run,
    SeenPage,
    Severity,
    SourceState,
    erased_key,
    key_mark,
)
from catalogue.ports import Known

LATELY = 15.0  # seconds that a rate is taken over


@dataclass(slots=True)
class Progress:
    """What a run has done so far, for whoever watches. `rate`: records a second, lately."""

    stage: str = "fetching"
    pages: int = 0
    listed: int = 0
    total: int | None = None
    rate: float | None = None
    _began: float = field(default_factory=time.monotonic)
    _from: int = 0

    def measure(self) -> None:
        """Bring the rate up to date."""
        now = time.monotonic()
        passed = now - self._began
        if passed > 0.5:
            self.rate = round((self.listed - self._from) / passed, 1)
        if passed > LATELY:
            self._began, self._from = now, self.listed


Watch = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Before:
    """What the journal holds of a source when a run begins or goes on: records by key, pages by
    cursor, what was learned of it, the run, and the keys that the run has listed already."""

    known: Mapping[str, Known] = field(default_factory=dict)
    pages: Mapping[str, SeenPage] = field(default_factory=dict)
    state: SourceState = field(default_factory=SourceState)
    run: Run | None = None
    listed: Iterable[tuple[str, Outcome]] = ()
    reread: Iterable[str] | None = None
    """Those of the keys that are listed once more where the run goes on; None: any of them."""


@dataclass(frozen=True, slots=True)
class Spared:
    """What a source did not list because it is as it was: records, and what it has beside them."""

    records: int = 0
    others: int = 0


@dataclass(slots=True)
class Walk:
    """The state of one reading of a source.

    `marks`: of the keys that were listed (`key_mark`). `passed`: those among them that the pages
    still to be read may list once more, as they were listed before a crash or in an earlier round;
    that is no double. `strangers`: how many listed keys the journal did not know.
    """

    memory: PageMemory
    known: Mapping[str, Known] = field(default_factory=dict)
    progress: Progress = field(default_factory=Progress)
    marks: set[bytes] = field(default_factory=set)
    passed: set[bytes] = field(default_factory=set)
    cursors: set[str] = field(default_factory=set)
    visited: set[str] = field(default_factory=set)
    source: str = ""
    erased: set[str] = field(default_factory=set)
    """What was listed in the place of keys of erased records."""
    strangers: int = 0
    spared: Spared = Spared()
    ignored: int = 0
    partial: bool = False
    incremental: bool = False
    again: bool = False
    """The list was begun again, so it may have been read in two states."""
    resumed: bool = False
    whole: bool = True
    """What was read is all that there is; false for a push that is a part of the feed."""
    rounds: bool = True
    """The source gives its list page by page, and may lead back to one that was given already."""
    error: str | None = None
    notes: list[Finding] = field(default_factory=list)
    """Findings of the run that go with the next page."""

    @classmethod
    def begun(cls, before: Before, memory: PageMemory) -> Walk:
        """A new walk, or the one that a run was at when its worker was lost."""
        run = before.run
        walk = cls(memory, before.known)
        if run is None:
            return walk
        keys = [key for key, _outcome in before.listed]
        walk.marks = {key_mark(key) for key in keys}
        walk.source = run.source
        walk.erased = {key for key in keys if key.startswith(ERASED)}
        again = before.reread
        walk.passed = set(walk.marks) if again is None else {key_mark(key) for key in again}
        walk.partial, walk.incremental = run.partial, run.incremental
        walk.resumed = run.fence > 1
        listed = run.counts.listed
        walk.progress = Progress(pages=run.pages, listed=listed, total=run.declared, _from=listed)
        return walk

    @property
    def complete(self) -> bool:
        """Whether every record was seen, so that one that was not is missing."""
        told = self.progress.total in {None, self.progress.listed}
        failed = self.partial or self.error is not None
        return told and self.whole and not (failed or self.incremental or self.again)

    def round_again(self) -> None:
        """Begin the list again: what was listed counts already."""
        self.passed = set(self.marks)
        self.cursors.clear()

    def take(self, entries: list[Entry]) -> tuple[list[Entry], list[Entry], int]:
        """Those that count now, those listed twice, and how many counted before."""
        fresh: list[Entry] = []
        doubles: list[Entry] = []
        before = 0
        for entry in entries:
            mark = self._mark(entry.key)
            if not entry.key or mark not in self.marks:
                self.marks.add(mark)
                known = self.known.get(entry.key)
                self.strangers += known is None or not known.live
                fresh.append(entry)
            elif mark in self.passed:
                self.passed.discard(mark)
                before += 1
            else:
                doubles.append(entry)
        return fresh, doubles, before

    def _mark(self, key: str) -> bytes:
        """The mark that a key was listed by before a crash, be its record erased or not."""
        gone = erased_key(self.source, key) if self.erased else ""
        return key_mark(gone if gone in self.erased else key)

    def found(self, entries: Iterable[Entry]) -> tuple[str, ...]:
        """Keys among the entries that were missing."""
        return tuple(
            one.key
            for one in entries
            if not one.failed and (known := self.known.get(one.key)) and known.missing
        )


def double(entry: Entry) -> Finding:
    return Finding(
        rule="feed.duplicate-key",
        severity=Severity.WARNING,
        message="The source lists this record more than once; the first one counts.",
        value=entry.key[:500],
        hint="Give every record an identifier of its own.",
        key=entry.key,
    )
