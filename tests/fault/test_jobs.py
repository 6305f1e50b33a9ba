"""Runs survive their workers: one worker at a time, each record once, nothing lost."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalogue.adapters.sql import SqlJournal, migrate
from catalogue.adapters.sql.engine import engine_of
from catalogue.adapters.sql.store import SqlStore
from catalogue.errors import Cancelled, Conflict, Fenced
from catalogue.harvest.identity import worker_name
from catalogue.harvest.worker import carry_out
from catalogue.model import Lease, Node, Outcome, RunState, Source
from catalogue.ports import Ending
from tests.command import WORDS, Aicat, wait_for
from tests.contract.test_journal import entry
from tests.fault.portal import Asked, Given, House, Portal, Program, datasets, serving

SECOND = 1_000_000
LEASE = 10.0
PAGES, EACH = 12, 20
KILLS = int(os.environ.get("AICAT_KILLS", "6"))  # F16 draws so many; 200 for the whole of it


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
def journal(tmp_path: Path, clock: Clock) -> Iterator[SqlJournal]:
    migrate(f"sqlite:///{tmp_path / 'journal.sqlite'}")
    opened = another(tmp_path, clock)
    opened.add_node(Node("n", "Node N (fictional)", "DE"))
    opened.add_source(Source("s", "n", "dcat", "http://portal.example/a"))
    yield opened
    opened.close()


def another(folder: Path, clock: Clock) -> SqlJournal:
    """The same journal as another process opens it."""
    return SqlJournal(SqlStore(engine_of(f"sqlite:///{folder / 'journal.sqlite'}"), clock))


def claimed(journal: SqlJournal, worker: str = "elsewhere/1/1") -> Lease:
    lease = journal.runs.claim(worker, seconds=LEASE)
    assert lease is not None
    return lease


def test_f17_two_schedulers_queue_one_run(
    tmp_path: Path, journal: SqlJournal, clock: Clock
) -> None:
    journal.edit_source(replace(journal.source("s"), schedule="*/10 * * * *"))
    other = another(tmp_path, clock)
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


# --- real processes -----------------------------------------------------------------------------------


@pytest.fixture
def portal() -> Iterator[Portal]:
    with serving() as one:
        one.program("/list", slow_pages(one, 0.15))
        yield one


def slow_pages(portal: Portal, seconds: float, note: str = "") -> Program:
    """Hydra pages, each with some latency."""

    def answer(asked: Asked) -> Given:
        time.sleep(seconds)
        number = int(asked.query.get("page", "1"))
        here = f"{portal.base}/list" + (f"?page={number}" if number > 1 else "")
        hydra = "@prefix hydra: <http://www.w3.org/ns/hydra/core#> .\n"
        hydra += f"<{here}> a hydra:Collection ; hydra:totalItems {PAGES * EACH} .\n"
        if number < PAGES:
            hydra += f"<{here}> hydra:next <{portal.base}/list?page={number + 1}> .\n"
        names = [f"r{number}-{place}" for place in range(EACH)]
        body = (hydra + datasets(*names, note=note)).encode()
        return 200, {"Content-Type": "text/turtle"}, body

    return answer


@pytest.fixture
def aicat(tmp_path: Path, portal: Portal) -> Aicat:
    command = Aicat(tmp_path)
    command("node", "add", "n", "--name", "Node N (fictional)", "--country", "DE")
    url = f"{portal.base}/list"
    command("source", "add", "s", "--node", "n", "--kind", "dcat", "--url", url)
    return command


def last_run(aicat: Aicat) -> dict[str, Any]:
    """The newest run; before the first one something that no test waits for."""
    items = json.loads(aicat("runs", "s", "--json"))["items"]
    none: dict[str, Any] = {"state": None, "pages": 0, "workers": 0, "listed": 0, "counts": {}}
    return items[0] if items else none


def sound(aicat: Aicat) -> bool:
    told = json.loads(aicat("verify", "--json"))
    assert told["sound"], told
    return True


@pytest.mark.e2e
def test_f16_killed_at_random_points_the_journal_is_sound_and_the_set_exact(
    aicat: Aicat, portal: Portal
) -> None:
    draw = random.Random()
    seed = draw.randrange(10**9)
    draw.seed(seed)
    for number in range(KILLS):
        portal.program("/list", slow_pages(portal, 0.02, f" {number // 3}"))
        with aicat.running("harvest", "s", "--no-wait") as process:
            time.sleep(draw.uniform(0.2, 2.0))
            process.send_signal(signal.SIGKILL)
            process.wait()
        run = last_run(aicat)
        assert run["listed"] == sum(run["counts"].values()), f"seed {seed}, kill {number}"
    assert sound(aicat), f"seed {seed}"
    run = aicat.harvest("s")
    assert run["state"] == "done", f"seed {seed}: {run}"
    assert run["listed"] == PAGES * EACH, f"seed {seed}: {run}"
    assert json.loads(aicat("status", "--json"))["records"] == PAGES * EACH
    assert sound(aicat), f"seed {seed}"


@pytest.mark.e2e
def test_f14_killed_workers_leave_one_run_in_which_each_record_counts_once(aicat: Aicat) -> None:
    with aicat.running("harvest", "s", "--no-wait") as process:
        wait_for(lambda: last_run(aicat)["pages"], process)
        with aicat.running("worker"):
            process.send_signal(signal.SIGKILL)
            process.wait()
            wait_for(lambda: last_run(aicat)["state"] == "done")
    run = last_run(aicat)
    assert run["workers"] == 2
    assert run["listed"] == PAGES * EACH
    assert run["counts"] == {**dict.fromkeys(run["counts"], 0), "created": PAGES * EACH}


@pytest.mark.e2e
def test_f18_a_worker_that_was_stopped_and_goes_on_writes_nothing(
    aicat: Aicat, portal: Portal
) -> None:
    portal.program("/list", slow_pages(portal, 0.4))
    with aicat.running("harvest", "s", "--no-wait") as asleep:
        wait_for(lambda: last_run(aicat)["pages"], asleep)
        asleep.send_signal(signal.SIGSTOP)
        try:
            with aicat.running("harvest", "s", "--no-wait") as second:
                wait_for(lambda: last_run(aicat)["workers"] == 2, second)
                asleep.send_signal(signal.SIGCONT)
                assert second.wait(60) == 0
        finally:
            asleep.send_signal(signal.SIGCONT)
        assert asleep.wait(60) == 0  # it saw the run through, as a reader
    run = last_run(aicat)
    assert (run["state"], run["listed"], run["workers"]) == ("done", PAGES * EACH, 2)
    assert sound(aicat)


@pytest.mark.e2e
def test_a_running_harvest_ends_soon_after_it_is_cancelled(aicat: Aicat, portal: Portal) -> None:
    portal.program("/list", slow_pages(portal, 3.0))
    with aicat.running("harvest", "s", "--no-wait") as process:
        wait_for(lambda: last_run(aicat)["state"] == "running", process)
        aicat("cancel", str(last_run(aicat)["id"]))
        assert process.wait(60) == 1
    run = last_run(aicat)
    assert run["state"] == "cancelled"
    assert "cancelled by operator" in str(run["error"])


def test_each_record_has_one_outcome_though_its_page_is_read_twice(
    tmp_path: Path, portal: Portal
) -> None:
    """A worker that is lost in the middle of a page: what it stored is passed over by the next."""
    house = House(tmp_path)
    try:
        house.add("s", portal.serve("/one", datasets("a", "b", "c", "d")))
        queued = house.journal.runs.queue("s")
        lease = house.journal.runs.claim("elsewhere/1/1", seconds=-1, run_id=queued.id)
        assert lease is not None
        keys = [f"http://p.example/{name}" for name in ("a", "b")]
        stored = [entry(key, iri=key) for key in keys]
        house.journal.append(lease, stored)
        ended = carry_out(queued.id, house.journal, house.client(), worker_name())
        assert ended is not None
        assert (ended.state, ended.counts.created, ended.counts.listed) == (RunState.DONE, 4, 4)
        told = list(house.journal.runs.listed(queued.id))
        assert len(told) == 4
        assert {outcome for _n, _key, outcome in told} == {Outcome.CREATED}
    finally:
        house.close()
