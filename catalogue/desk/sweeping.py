"""What time and the journal do to requests: entitlements end, steps are overdue, resources leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from catalogue.access import commands as c
from catalogue.desk.desk import Desk
from catalogue.errors import Conflict

BATCH = 200  # of what is looked at at once


@dataclass(frozen=True, slots=True)
class Swept:
    """What was done, in numbers of legs; `withdrawn` in resources of legs."""

    expired: int = 0
    overdue: int = 0
    withdrawn: int = 0
    orphaned: int = 0


def sweep(desk: Desk) -> Swept:
    """Do all that is due by now: end what has expired, note what is overdue, take resources out that
    left the catalogue, close legs whose holder left the federation.

    Idempotent, and safe where several processes do it at once: each thing happens once.
    """
    expired, overdue = _time(desk)
    return Swept(expired, overdue, _withdrawn(desk), _orphaned(desk))


def _time(desk: Desk) -> tuple[int, int]:
    now, expired, late = desk.clock(), 0, 0
    while found := desk.journal.requests.overrun(now, BATCH):
        before = expired + late
        for one in found:
            command = c.Expire(one.leg) if one.expires else c.NoteOverdue(one.leg)
            done = _do(desk, one.request, command)
            expired += done and one.expires
            late += done and not one.expires
        if expired + late == before:  # others are at it
            break
    return expired, late


def _withdrawn(desk: Desk) -> int:
    number = 0
    for pages in _batches(desk):
        there = {one.record.page_id for one in desk.journal.current_many(pages) if not one.deleted}
        gone = [one for one in pages if one not in there]
        for request, leg, page_id in desk.journal.requests.asked_for(gone) if gone else ():
            number += _do(desk, request, c.WithdrawResource(leg, page_id))
    return number


def _batches(desk: Desk) -> Iterator[list[str]]:
    after = ""
    while pages := desk.journal.requests.resources(after, BATCH):
        yield pages
        after = pages[-1]


def _orphaned(desk: Desk) -> int:
    members = {one.id for one in desk.journal.nodes()}
    gone = [one for one in desk.journal.requests.holders() if one not in members]
    number = 0
    for holder in gone:
        for request, leg in desk.journal.requests.open_at(holder):
            number += _do(desk, request, c.RemoveHolder(leg))
    return number


def _do(desk: Desk, request: str, command: c.Command) -> bool:
    """Whether it was ours to do."""
    try:
        desk.act_as_catalogue(request, command)
    except Conflict:
        return False
    return True
