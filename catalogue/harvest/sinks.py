"""Where entries go: the journal, or a rehearsal that only compares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from catalogue.model import Counts, Entry, Finding, Lease, Outcome, Page, Turn
from catalogue.ports import Journal, Known


class Sink(Protocol):
    def append(self, entries: list[Entry], page: Page) -> None: ...
    def turn(self, turn: Turn) -> None: ...
    def note(self, *, stage: str, incremental: bool) -> None: ...
    def distrust(self) -> None: ...
    def forget_pages_but(self, cursors: set[str]) -> None: ...


class JournalSink:
    """Entries into the journal, under one lease."""

    def __init__(self, journal: Journal, lease: Lease) -> None:
        self._journal, self._lease = journal, lease

    def append(self, entries: list[Entry], page: Page) -> None:
        self._journal.append(self._lease, entries, page=page)

    def turn(self, turn: Turn) -> None:
        self._journal.turn(self._lease, turn)

    def note(self, *, stage: str, incremental: bool) -> None:
        self._journal.runs.note(self._lease, stage=stage, incremental=incremental)

    def distrust(self) -> None:
        self._journal.runs.distrust(self._lease.source)

    def forget_pages_but(self, cursors: set[str]) -> None:
        self._journal.forget_pages(self._lease.source, cursors)


class Rehearsal:
    """A sink that stores nothing and counts what a run would do."""

    def __init__(self, known: Mapping[str, Known]) -> None:
        self._known = known
        self.counts = Counts()
        self.found: list[Finding] = []
        self.entries: list[tuple[Outcome, Entry]] = []

    def append(self, entries: list[Entry], page: Page) -> None:  # noqa: ARG002 port
        for entry in entries:
            outcome = self._outcome(entry)
            self.counts.add(outcome)
            self.found.extend(entry.findings)
            if outcome is not Outcome.UNCHANGED:
                self.entries.append((outcome, entry))

    def turn(self, turn: Turn) -> None:
        self.append(list(turn.entries), turn.page)
        self.counts.ignored += turn.ignored
        self.found.extend(turn.findings)

    def note(self, *, stage: str, incremental: bool) -> None:
        """Nobody else watches a rehearsal."""

    def distrust(self) -> None:
        """Nothing is learned."""

    def forget_pages_but(self, cursors: set[str]) -> None:
        """Nothing is forgotten."""

    def _outcome(self, entry: Entry) -> Outcome:
        if entry.failed:
            return entry.failed
        known = self._known.get(entry.key)
        if known is None or known.deleted:
            return Outcome.CREATED
        same = entry.graph is None or (entry.content_hash == known.content_hash and known.live)
        return Outcome.UNCHANGED if same else Outcome.UPDATED
