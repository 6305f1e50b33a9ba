"""kill -9 and damage: after the next start everything is as the journal says."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.command import Aicat, read_json, wait_for

pytestmark = pytest.mark.e2e

PAGES, EACH = 8, 50
DATASETS = "SELECT (COUNT(*) AS ?n) { ?d a <http://www.w3.org/ns/dcat#Dataset> }"


class Portal(BaseHTTPRequestHandler):
    """Hydra pages; the later ones are held back until `open_gate` is set."""

    gate = threading.Event()

    def do_GET(self) -> None:
        number = int(self.path.rsplit("/", 1)[1])
        if number > PAGES // 2:
            self.gate.wait()
        here = f"http://127.0.0.1:{self.server.server_address[1]}"
        lines = [
            "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .",
            "@prefix hydra: <http://www.w3.org/ns/hydra/core#> .",
            f"<{here}/{number}> a hydra:PartialCollectionView .",
        ]
        if number < PAGES:
            lines.append(f"<{here}/{number}> hydra:next <{here}/{number + 1}> .")
        lines += [
            f'<http://p.example/{number}-{n}> a dcat:Dataset ; dct:title "Record {number}-{n}"@en .'
            for n in range(EACH)
        ]
        body = "\n".join(lines).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/turtle")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_parts: object) -> None:
        """Silence."""


@pytest.fixture
def portal() -> Iterator[str]:
    Portal.gate = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/1"
    Portal.gate.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def aicat(tmp_path: Path, portal: str) -> Aicat:
    command = Aicat(tmp_path)
    command("node", "add", "n", "--name", "Node N (fictional)", "--country", "DE")
    command("source", "add", "s", "--node", "n", "--kind", "dcat", "--url", portal)
    return command


def records(aicat: Aicat) -> int:
    return int(json.loads(aicat("status", "--json"))["records"])


def sound(aicat: Aicat) -> bool:
    told = json.loads(aicat("verify", "--json"))
    assert told["sound"], told
    return True


def test_f14_a_harvest_killed_in_the_middle_is_gone_on_with(aicat: Aicat) -> None:
    with aicat.running("harvest", "s") as process:
        wait_for(lambda: records(aicat) >= EACH, process)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert sound(aicat)
    (left,) = json.loads(aicat("runs", "s", "--json"))["items"]
    assert left["state"] == "running"
    Portal.gate.set()
    run = aicat.harvest("s")
    assert (run["id"], run["state"]) == (left["id"], "done")
    assert records(aicat) == PAGES * EACH
    assert sound(aicat)


def test_f14_a_run_left_by_a_crash_is_finished_by_the_next_worker(aicat: Aicat) -> None:
    with aicat.up() as (process, _base):
        with aicat.running("harvest", "s", "--no-wait") as harvest:
            wait_for(lambda: records(aicat) >= EACH, harvest)
            os.kill(harvest.pid, signal.SIGKILL)
            harvest.wait()
        Portal.gate.set()
        wait_for(
            lambda: json.loads(aicat("runs", "s", "--json"))["items"][0]["state"] == "done", process
        )
    assert records(aicat) == PAGES * EACH
    assert sound(aicat)


def test_f15_the_serving_process_killed_leaves_nothing_behind_and_starts_again(
    aicat: Aicat,
) -> None:
    Portal.gate.set()
    with aicat.up() as (process, base):
        aicat.harvest("s")
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        wait_for(lambda: not _answers(base))
    assert sound(aicat)
    with aicat.up() as (process, base):
        assert read_json(f"{base}/api/v1/stats")["records"] == PAGES * EACH


def test_f15_killed_after_the_commit_and_before_the_projections_it_converges(aicat: Aicat) -> None:
    Portal.gate.set()
    with aicat.up() as (process, _base), aicat.running("harvest", "s", "--no-wait") as harvest:
        wait_for(lambda: records(aicat) == PAGES * EACH, harvest)
        os.killpg(process.pid, signal.SIGKILL)
        os.killpg(harvest.pid, signal.SIGKILL)
        process.wait()
    told = json.loads(aicat("status", "--json"))
    with aicat.up() as (process, base):
        assert read_json(f"{base}/api/v1/stats")["records"] == PAGES * EACH
        assert read_json(f"{base}/api/v1/datasets?q=record")["total"] == PAGES * EACH
        answer = read_json(f"{base}/sparql?query={quote(DATASETS)}")
        assert answer["results"]["bindings"][0]["n"]["value"] == str(PAGES * EACH)
    assert told["records"] == PAGES * EACH
    assert sound(aicat)


def test_a_killed_web_process_is_started_again(aicat: Aicat) -> None:
    with aicat.up() as (process, base):
        for pid in _children(process.pid):
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: _answers(base), process)


@pytest.mark.parametrize("victim", ["graph", "index"])
def test_f20_an_absent_projection_is_noticed_and_made_again(aicat: Aicat, victim: str) -> None:
    Portal.gate.set()
    aicat.harvest("s")
    shutil.rmtree(aicat.folder / "var" / victim)
    with aicat.up() as (_process, base):
        assert read_json(f"{base}/api/v1/stats")["records"] == PAGES * EACH
        answer = read_json(f"{base}/sparql?query={quote(DATASETS)}")
        assert answer["results"]["bindings"][0]["n"]["value"] == str(PAGES * EACH)
    assert sound(aicat)


@pytest.mark.parametrize("name", ["graph/store/CURRENT", "graph/counts.sqlite", "index/meta.json"])
def test_f20_a_damaged_projection_is_noticed_and_made_again(aicat: Aicat, name: str) -> None:
    Portal.gate.set()
    aicat.harvest("s")
    (aicat.folder / "var" / name).write_bytes(b"damaged")
    assert sound(aicat)
    with aicat.up() as (_process, base):
        assert read_json(f"{base}/api/v1/datasets?q=record")["total"] == PAGES * EACH


def test_the_holder_killed_is_succeeded_by_a_waiting_harvest(aicat: Aicat) -> None:
    with aicat.up() as (holder, _base), aicat.running("harvest", "s") as harvest:
        wait_for(lambda: records(aicat) >= EACH, harvest)
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        Portal.gate.set()
        assert harvest.wait(60) == 0
    assert records(aicat) == PAGES * EACH
    assert sound(aicat)


def _answers(base: str) -> bool:
    from tests.command import read

    return read(f"{base}/livez") is not None


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(one) for one in text.split()]
