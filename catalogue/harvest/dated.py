"""Reading only what changed, by a source's own date filter, as long as that filter can be believed.

A filter is believed where a canary sings: since the epoch it must give everything, since tomorrow
nothing. Its list is believed where the source's total is what it was, plus what the list brought anew;
otherwise something has gone, and the whole is read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from catalogue.errors import SourceError
from catalogue.model import Finding, Severity, SourceState
from catalogue.ports import DatedHarvester, Feed

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)  # after which the whole is read, whatever a filter says
OVERLAP = DAY  # clocks and time zones of portals differ

Probe = Callable[[str], tuple[int | None, int]]
"""The total that a page states, and how many records it lists."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Where the list of changes begins, and the source's total before it was read."""

    cursor: str
    total: int


def is_due(found: object, state: SourceState, now: datetime) -> bool:
    """Whether it is worth to ask for changes only: the source was read completely within the week, and
    its filter was not found wrong within it."""
    return (
        isinstance(found, DatedHarvester)
        and state.since is not None
        and state.declared is not None
        and state.full_at is not None
        and now - state.full_at < WEEK
        and (state.distrusted_at is None or now - state.distrusted_at >= WEEK)
    )


def changes_since(
    found: DatedHarvester, feed: Feed, state: SourceState, probe: Probe, now: datetime
) -> Changed | Finding | None:
    """Where to read what changed; a finding where the filter is wrong; None where the whole must be
    read: the source cannot be asked so, or something has gone from it."""
    everything, ever, never = (
        found.since(feed, moment, probe=True) for moment in (None, EPOCH, now + DAY)
    )
    if everything is None or ever is None or never is None or state.since is None:
        return None
    try:
        total, _listed = probe(everything)
        since_epoch, _listed = probe(ever)
        since_tomorrow, to_come = probe(never)
    except SourceError as error:
        return _wrong(f"it cannot be asked: {error}")
    if total is not None and since_epoch != total:
        return _wrong(f"since 1970 it gives {since_epoch} of {total} records")
    if since_tomorrow or to_come:
        return _wrong(f"since tomorrow it gives {since_tomorrow or to_come} records")
    cursor = found.since(feed, state.since - OVERLAP)
    if total is None or total < (state.declared or 0) or cursor is None:
        return None
    return Changed(cursor, total)


def _wrong(why: str) -> Finding:
    return Finding(
        rule="feed.date-filter-wrong",
        severity=Severity.WARNING,
        message=f"The source's date filter is not to be believed, so everything was read: {why}"[
            :500
        ],
        hint="Let the portal filter by the date of the last change; until then it is read whole.",
    )
