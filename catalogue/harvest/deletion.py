"""What becomes of records that a source no longer lists, and when a person must be asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from catalogue.harvest.walk import Before, Walk
from catalogue.model import Finding, RunState, Severity, Source, Withdrawal, key_mark
from catalogue.ports import Ending

FEW = 20  # missing records that are never too many
SHARE = 0.1  # of the live records, above which a person is asked
GRACE = 2  # complete runs that a record may be missing from


def policy(source: Source) -> tuple[Withdrawal, int]:
    """What the source's options say: what becomes of a missing record, and after how many runs."""
    how = Withdrawal(source.options.get("deletion", Withdrawal.DELETE))
    return how, int(source.options.get("grace", GRACE))


def ending_of(walk: Walk, source: Source, before: Before, since: datetime | None) -> Ending:
    """How a run ends whose walk is done. `since`: when it began, if it knows everything before."""
    how, grace = policy(source)
    missing = tuple(_missing(walk, before, how, grace)) if walk.complete else ()
    live = sum(one.live for one in before.known.values())
    emptied = bool(live) and walk.complete and not walk.marks
    held = bool(missing) and (emptied or len(missing) > max(FEW, SHARE * live))
    error = walk.error or _cut(walk)
    failed = walk.partial or error is not None
    state = RunState.HELD if held else RunState.PARTIAL if failed else RunState.DONE
    return Ending(
        state=state,
        error=_held(len(missing), live) if held else error,
        missing=missing,
        how=how,
        grace=grace,
        held=held,
        complete=walk.complete,
        since=None if failed else since,
        declared=walk.progress.total,
        findings=tuple(_notes(walk, emptied=emptied)),
        unchanged=walk.spared.records,
        ignored=walk.spared.others,
    )


def _missing(walk: Walk, before: Before, how: Withdrawal, grace: int) -> Iterator[str]:
    """Keys of live records that were not listed; one that is flagged already has its word."""
    for key, one in before.known.items():
        flagged = how is Withdrawal.FLAG and one.missing > grace
        if one.live and not flagged and key_mark(key) not in walk.marks:
            yield key


def _held(missing: int, live: int) -> str:
    return (
        f"{missing} of {live} records are no longer listed; they stay until somebody decides with"
        " `aicat approve` or `aicat reject`"
    )


def _cut(walk: Walk) -> str | None:
    """A list that is shorter than the source says was not read whole."""
    total, listed = walk.progress.total, walk.progress.listed
    if total is None or listed >= total or walk.incremental:
        return None
    return f"the source declares {total} records and lists {listed}"


def _notes(walk: Walk, *, emptied: bool) -> Iterator[Finding]:
    total, listed = walk.progress.total, walk.progress.listed
    if total is not None and total != listed and not walk.error and not walk.incremental:
        yield Finding(
            rule="feed.count-differs",
            severity=Severity.WARNING,
            message=f"The source declares {total} records and lists {listed}; nothing is withdrawn.",
            value=str(total),
            hint="Harvest again; if it stays so, the source's paging or its count is wrong.",
        )
    if walk.again:
        yield Finding(
            rule="feed.list-begun-again",
            severity=Severity.WARNING,
            message="The source forgot where its list was, so it was read from the start again;"
            " nothing is withdrawn.",
            hint="Let the portal keep the places of its list for as long as reading it takes.",
        )
    if emptied:
        yield Finding(
            rule="feed.emptied",
            severity=Severity.VIOLATION,
            message="The source had records and lists none now; they stay until somebody decides.",
            hint="Look at the portal. `aicat approve` withdraws the records, `aicat reject` keeps them.",
        )
    elif not listed and not walk.error and not walk.incremental:
        yield Finding(
            rule="feed.empty",
            severity=Severity.WARNING,
            message="The source answered, and lists no record.",
            hint="Check the address and the kind of the source.",
        )
