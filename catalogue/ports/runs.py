"""The queue of runs, and how they end."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from catalogue.model import (
    Finding,
    Lease,
    Outcome,
    Record,
    Run,
    RunKind,
    RunState,
    SourceState,
    Withdrawal,
)


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
