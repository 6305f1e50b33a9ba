"""Runs survive their workers: one worker at a time, each record once, nothing lost."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalogue.harvest.identity import worker_name
from catalogue.harvest.worker import carry_out
from catalogue.model import Outcome, RunState
from tests.command import Aicat, wait_for
from tests.contract.test_journal import entry
from tests.fault.portal import Asked, Given, House, Portal, Program, datasets, serving

SECOND = 1_000_000
LEASE = 10.0
PAGES, EACH = 12, 20
KILLS = int(os.environ.get("AICAT_KILLS", "6"))  # F16 draws so many; 200 for the whole of it


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
@pytest.mark.timeout(60 + 10 * KILLS)
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
def test_f14_killed_workers_leave_one_run_in_which_each_record_counts_once(
    aicat: Aicat, portal: Portal
) -> None:
    gate, pages = threading.Event(), slow_pages(portal, 0)

    def held_back(asked: Asked) -> Given:
        if int(asked.query.get("page", "1")) > 3:
            gate.wait()
        return pages(asked)

    portal.program("/list", held_back)
    with aicat.running("harvest", "s", "--no-wait") as process:
        wait_for(lambda: last_run(aicat)["pages"], process)
        with aicat.running("worker"):
            process.send_signal(signal.SIGKILL)
            process.wait()
            gate.set()
            wait_for(lambda: last_run(aicat)["state"] == "done")
    run = last_run(aicat)
    assert run["workers"] == 2
    told = json.loads(aicat("runs", run["id"], "--json"))["grouped_findings"]
    assert [one["rule"] for one in told if not one["profile"]] == ["run.taken-over"]
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
