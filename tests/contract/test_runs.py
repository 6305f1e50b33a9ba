"""What every queue of runs promises: one worker at a time, each slot once, nothing lost."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from catalogue.adapters.sql import SqlJournal
from catalogue.adapters.sql.engine import engine_of
from catalogue.adapters.sql.store import SqlStore
from catalogue.errors import Cancelled, Conflict, Fenced
from catalogue.harvest.identity import worker_name
from catalogue.model import Lease, Node, RunState, Source
from catalogue.ports import Ending
from tests.command import WORDS
from tests.contract.test_journal import entry

SECOND = 1_000_000
LEASE = 10.0


class Clock:
    """Microseconds since 1970, as a test sets them."""

    def __init__(self) -> None:
        self.now = 1_790_000_000 * SECOND

    def __call__(self) -> int:
        return self.now

    def jump(self, seconds: float) -> None:
        self.now += int(seconds * SECOND)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(database: str, clock: Clock) -> Iterator[SqlJournal]:
    opened = another(database, clock)
    opened.add_node(Node("n", "Node N (fictional)", "DE"))
    opened.add_source(Source("s", "n", "dcat", "http://portal.example/a"))
    yield opened
    opened.close()


def another(database: str, clock: Clock) -> SqlJournal:
    """The journal as another process opens it; its time is the test's on every database."""
    store = SqlStore(engine_of(database), clock)
    store.now = lambda _connection: clock()  # type: ignore[method-assign]
    return SqlJournal(store)


def claimed(journal: SqlJournal, worker: str = "elsewhere/1/1") -> Lease:
    lease = journal.runs.claim(worker, seconds=LEASE)
    assert lease is not None
    return lease


def test_f17_two_schedulers_queue_one_run(database: str, journal: SqlJournal, clock: Clock) -> None:
    journal.edit_source(replace(journal.source("s"), schedule="*/10 * * * *"))
    other = another(database, clock)
    try:
        assert journal.runs.tick() == other.runs.tick() == []
        for _slot in range(3):
            clock.jump(600)
            start = threading.Barrier(8)

            def look(one: SqlJournal, start: threading.Barrier = start) -> int:
                start.wait()
                return len(one.runs.tick())

            with ThreadPoolExecutor(8) as pool:
                assert sum(pool.map(look, [journal, other] * 4)) == 1
            lease = claimed(journal)
            assert other.runs.claim("elsewhere/2/2", seconds=LEASE) is None
            journal.runs.end(lease, Ending(RunState.DONE))
    finally:
        other.close()
    assert [run.asked_by for run in journal.runs.recent()] == ["schedule"] * 3


def test_a_slot_that_comes_while_its_source_is_harvested_is_used(
    journal: SqlJournal, clock: Clock
) -> None:
    journal.edit_source(replace(journal.source("s"), schedule="*/10 * * * *"))
    journal.runs.tick()
    run = journal.runs.queue("s")
    clock.jump(600)
    assert journal.runs.tick() == []
    journal.runs.cancel(run.id, "tester")
    clock.jump(60)
    assert journal.runs.tick() == []
    clock.jump(600)
    assert len(journal.runs.tick()) == 1


def test_f18_a_stale_worker_that_wakes_up_is_fenced_off(journal: SqlJournal, clock: Clock) -> None:
    journal.runs.queue("s")
    first = claimed(journal, "elsewhere/1/1")
    journal.append(first, [entry("a")])
    clock.jump(LEASE - 1)
    assert journal.runs.claim("elsewhere/2/2", seconds=LEASE) is None
    clock.jump(2)
    second = claimed(journal, "elsewhere/2/2")
    assert (second.run, second.fence) == (first.run, first.fence + 1)
    for late in (
        lambda: journal.append(first, [entry("a", "stale")]),
        lambda: journal.runs.renew(first, LEASE),
        lambda: journal.runs.note(first, stage="late"),
        lambda: journal.runs.end(first, Ending(RunState.DONE, missing=("a",))),
    ):
        with pytest.raises(Fenced):
            late()
    journal.append(second, [entry("b")])
    ended = journal.runs.end(second, Ending(RunState.DONE))
    assert (ended.counts.created, ended.fence) == (2, 2)
    assert {one.record.key for one in journal.live()} == {"a", "b"}


def test_a_heartbeat_keeps_a_run_however_long_it_takes(journal: SqlJournal, clock: Clock) -> None:
    journal.runs.queue("s")
    lease = claimed(journal)
    for _beat in range(20):
        clock.jump(LEASE / 3)
        journal.runs.renew(lease, LEASE)
        assert journal.runs.claim("elsewhere/2/2", seconds=LEASE) is None


def test_f23_a_lease_of_a_wrong_clock_holds_nobody_up(journal: SqlJournal, clock: Clock) -> None:
    journal.runs.queue("s")
    claimed(journal)
    clock.jump(-24 * 3600)
    assert claimed(journal, "elsewhere/2/2").fence == 2


def test_the_run_of_a_process_that_has_ended_here_is_taken_at_once(journal: SqlJournal) -> None:
    ended = subprocess.Popen([*WORDS, "--version"], stdout=subprocess.DEVNULL)
    name = worker_name().replace(f"/{os.getpid()}/", f"/{ended.pid}/")
    ended.wait()
    journal.runs.queue("s")
    assert claimed(journal, name).fence == 1
    assert claimed(journal, worker_name()).fence == 2
    assert journal.runs.claim("elsewhere/2/2", seconds=LEASE) is None


def test_one_host_is_not_harvested_by_more_than_it_is_asked_to_bear(journal: SqlJournal) -> None:
    journal.add_source(Source("t", "n", "dcat", "http://PORTAL.example/b"))
    journal.add_source(Source("u", "n", "dcat", "http://another.example/"))
    for name in ("s", "t", "u"):
        journal.runs.queue(name)
    taken = [journal.runs.claim("elsewhere/1/1", seconds=LEASE, per_host=1) for _one in range(3)]
    assert [one.source for one in taken if one] == ["s", "u"]
    assert taken[0] is not None
    journal.runs.end(taken[0], Ending(RunState.DONE))
    last = journal.runs.claim("elsewhere/1/1", seconds=LEASE, per_host=1)
    assert last is not None
    assert last.source == "t"


def test_a_cancelled_run_keeps_what_it_has_stored(journal: SqlJournal) -> None:
    waiting = journal.runs.queue("s")
    assert journal.runs.cancel(waiting.id, "tester").state is RunState.CANCELLED
    with pytest.raises(Conflict):
        journal.runs.cancel(waiting.id, "tester")
    journal.runs.queue("s")
    lease = claimed(journal)
    journal.append(lease, [entry("a")])
    assert journal.runs.cancel(lease.run, "tester").state is RunState.RUNNING
    with pytest.raises(Cancelled, match="tester"):
        journal.append(lease, [entry("b")])
    ended = journal.runs.end(lease, Ending(RunState.CANCELLED, "cancelled by tester"))
    assert (ended.state, ended.counts.created) == (RunState.CANCELLED, 1)
    assert [one.record.key for one in journal.live()] == ["a"]
    assert [act.act for act in journal.audit.entries()][-2:] == ["run.cancel", "run.cancel"]
