"""The demo starts by its own command, and what the README shows is what a reader gets."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from catalogue.access.model import LegState
from catalogue.model import SECTORS
from deploy.demo import desk
from deploy.demo.records import members
from tests.command import PATIENCE, WORDS, free_port, free_ports, read, read_json, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]  # whoever comes first starts the demo

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Demo:
    """`make run`'s command with a data folder and ports of its own."""

    def __init__(self, folder: Path) -> None:
        self.port, self.portals = free_port(), free_ports(len(members()))
        self.base = f"http://127.0.0.1:{self.port}"
        self.environ = {**os.environ, "AICAT_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}
        self.environ["AICAT_ALLOW_PRIVATE_NETWORKS"] = "1"
        self.environ.pop("AICAT_DEV_LOGIN", None)
        self.browsers: dict[str, desk.Browser] = {}

    def start(self) -> subprocess.Popen[str]:
        words = ["--port", str(self.port), "--portals-port", str(self.portals)]
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.demo.run", *words],
            env=self.environ,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        for line in process.stdout:
            if "Ctrl-C" in line:
                return process
        raise AssertionError("the demo ended before it was ready")

    def play(self, process: subprocess.Popen[str]) -> None:
        """Wait until the desk is filled, and what was given for moments has ended."""
        assert process.stdout is not None
        assert any("the desk holds" in line for line in process.stdout)
        auditor = self.browser("auditor")
        wait_for(lambda: not _ending(auditor), patience=240.0)

    def stop(self, process: subprocess.Popen[str]) -> int:
        process.send_signal(signal.SIGINT)
        return process.wait(PATIENCE)

    def browser(self, name: str) -> desk.Browser:
        """The browser of a person who is signed in, by the account or the name."""
        if name not in self.browsers:
            subjects = {one["name"]: one["subject"] for one in self.people()}
            form = {"account": subjects.get(name, name)}
            self.browsers[name] = desk.Browser(self.base, form, time.monotonic() + 5 * PATIENCE)
        return self.browsers[name]

    def people(self) -> Any:
        """Everybody who has signed in, as the command tells them."""
        words = [*WORDS, "person", "list", "--json"]
        done = subprocess.run(words, env=self.environ, cwd=ROOT, stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)["items"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    made = Demo(tmp_path_factory.mktemp("demo") / "var")
    process = made.start()
    made.play(process)
    yield made
    assert made.stop(process) == 0


def shown() -> list[tuple[str, str]]:
    """Each command of the README's console blocks with the output shown."""
    found = []
    for block in BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


@pytest.mark.timeout(600)
def test_the_demo_is_whole(demo: Demo) -> None:
    stats = read_json(f"{demo.base}/api/v1/stats")
    assert stats["records"] >= 400
    assert stats["nodes"] >= 8
    assert len(stats["languages"]) >= 10
    assert len(stats["sectors"]) == 7
    runs = read_json(f"{demo.base}/api/v1/runs")["items"]
    assert {run["state"] for run in runs} <= {"done", "partial"}
    assert sum(run["findings"] for run in runs) > 50
    for word, sector in (("chest x-ray", "health"), ("Windpark", "energy"), ("trafic", "mobility")):
        found = read_json(f"{demo.base}/api/v1/datasets?q={word.replace(' ', '+')}&sector={sector}")
        assert found["total"] > 1, word


def test_the_desk_has_requests_in_every_state_and_of_every_sector(demo: Demo) -> None:
    auditor = demo.browser("auditor")
    requests = _every(auditor, "access-requests?all=true")
    legs = _every(auditor, "access-requests/legs?")
    states = {one["state"] for one in legs} | {one["state"] for one in requests}
    assert set(LegState) <= states
    assert min(one["ends"] for one in legs if one["state"] == "active") < min(
        one["ends"] for one in legs if one["title"].startswith("Tired") and one["ends"]
    )
    data = [one for one in legs if one["workflow"] == "data"]
    assert {sector for one in data for sector in one["sectors"]} == set(SECTORS)
    given = _every(auditor, "organisations?")
    assert {one["kind"] for one in given} == {"start-up", "sme", "industry", "research", "public"}


def test_three_holders_have_decided_differently_on_the_start_up_s_request(demo: Demo) -> None:
    anna = demo.browser("anna")
    told = next(one for one in _every(anna, "access-requests?") if one["title"].startswith("Tired"))
    address = f"/api/v1/access-requests/{told['id']}"
    legs = {one["holder"]: one for one in anna.get(address)["legs"]}
    assert {holder: one["state"] for holder, one in legs.items()} == {
        "fi-revontuli": "active",
        "it-lanterna": "active",
        "lumi-aif": "rejected",
    }
    assert "secure environment" in legs["fi-revontuli"]["conditions"]
    assert legs["it-lanterna"]["conditions"] == ""
    assert "hours" in legs["lumi-aif"]["reason"]
    events = anna.get(f"{address}/events", limit=200)["items"]
    fleet = [one["kind"] for one in events if one["leg"] == legs["it-lanterna"]["id"]]
    assert fleet.index("returned") < fleet.index("resubmitted") < fleet.index("approved")
    given = [
        one
        for one in _every(anna, "entitlements?")
        if one["request"] == told["id"] and one["in_force"]
    ]
    assert {one["holder"] for one in given} == {"fi-revontuli", "it-lanterna"}
    assert {bool(one["conditions"]) for one in given} == {True, False}
    _is_seen_by_its_own_only(demo, address)
    figures = _lanterna(demo).get("/api/v1/reports/access", holder="it-lanterna")
    assert figures["decisions"] == _decisions(demo, "it-lanterna")
    check = demo.browser("auditor").get("/api/v1/audit/check")
    assert (check["sound"], check["faults"]) == (True, [])


def _is_seen_by_its_own_only(demo: Demo, address: str) -> None:
    colleague = demo.browser("rosa").get(address)
    assert len(colleague["legs"]) == 3
    staff = _lanterna(demo).get(address)
    assert [one["holder"] for one in staff["legs"]] == ["it-lanterna"]
    assert "gpu-hours" not in json.dumps(staff)
    for stranger in ("luca", "Meseta: Herminia Handler (fictional)"):
        with pytest.raises(desk.Unfilled, match=" 404 "):
            demo.browser(stranger).get(address)


def _lanterna(demo: Demo) -> desk.Browser:
    return demo.browser("Lanterna: Hilario Handler (fictional)")


def test_what_is_on_the_desk_is_not_put_there_again(
    demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    auditor = demo.browser("auditor")
    before = _versions(auditor)
    people = demo.people()
    assert desk.fill(demo.base, members(), people) == 0
    monkeypatch.setattr(desk, "_is_played", lambda one, _standing: one["key"] != "tired")
    assert desk.fill(demo.base, members(), people) == 1  # each act again, under the same keys
    assert _versions(auditor) == before
    assert len(demo.people()) == len(people)
    assert len(auditor.get("/api/v1/me/sessions")["items"]) == 1  # whoever plays signs out


def _decisions(demo: Demo, holder: str) -> dict[str, int]:
    """The decisions of a holder by kind, counted in the events of every request; a step that failed
    may decide, too."""
    auditor = demo.browser("auditor")
    listed = _every(auditor, f"access-requests/legs?holder={holder}")
    legs = {(one["request"], one["leg"]) for one in listed}
    found: Counter[str] = Counter()
    for request in {request for request, _leg in legs}:
        events = auditor.get(f"/api/v1/access-requests/{request}/events", limit=1000)["items"]
        own = [one for one in events if (request, one["leg"]) in legs]
        found.update(
            "rejected" if one["data"].get("state") == "rejected" else one["kind"] for one in own
        )
    kinds = ("approved", "approved-with-conditions", "rejected")
    return {kind: found[kind] for kind in kinds if found[kind]}


def _ending(auditor: desk.Browser) -> list[Any]:
    """Legs that end within the next minutes, so that their requests go on by themselves."""
    soon = datetime.now(UTC) + timedelta(minutes=5)
    legs = _every(auditor, "access-requests/legs?")
    return [
        one
        for one in legs
        if one["state"] == "active" and one["ends"] and datetime.fromisoformat(one["ends"]) < soon
    ]


def _versions(auditor: desk.Browser) -> dict[str, int]:
    return {one["id"]: one["version"] for one in _every(auditor, "access-requests?all=true")}


def _every(browser: desk.Browser, path: str) -> Any:
    """All of a list that is not long."""
    told = browser.get(f"/api/v1/{path}&limit=1000")
    assert told["next"] is None
    return told["items"]


@pytest.mark.timeout(600)
def test_every_command_of_the_readme_gives_what_it_shows(demo: Demo) -> None:
    commands = shown()
    assert len(commands) >= 6
    for command, output in commands:
        here = command.replace(".venv/bin/", f"{Path(sys.executable).parent}/")
        here = here.replace("http://127.0.0.1:8000", demo.base)
        expected = output
        if demo.portals != 8801:  # records of CKAN portals have its address in their ids
            here = re.sub(r"/datasets/[a-z2-7]{13}", f"/datasets/{_grasping(demo)}", here)
            expected = re.sub(r"^[a-z2-7]{13}\t", "…\t", expected, flags=re.MULTILINE)
            expected = expected.replace("127.0.0.1:8802", "…")
        done = subprocess.run(
            here,
            shell=True,
            env=demo.environ,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        pattern = re.escape(expected.strip()).replace("…", ".*?")
        assert re.fullmatch(pattern, done.stdout.strip(), re.DOTALL), f"{command}\n{done.stdout}"


def _grasping(demo: Demo) -> str:
    items = read_json(f"{demo.base}/api/v1/datasets?q=robot+grasping+altona+2024")["items"]
    identifier: str = items[0]["id"]
    return identifier


@pytest.mark.timeout(600)
def test_a_second_start_harvests_nothing_and_a_taken_port_is_said(tmp_path: Path) -> None:
    made = Demo(tmp_path / "var")
    made.environ["AICAT_DEV_LOGIN"] = "0"
    first = made.start()
    assert made.people() == []  # somebody has said otherwise: no accounts, and no requests
    before = read_json(f"{made.base}/api/v1/runs")["total"]
    environ = {**made.environ, "AICAT_DATA_DIR": str(tmp_path / "other")}
    second = subprocess.run(
        [
            sys.executable,
            "-m",
            "deploy.demo.run",
            "--port",
            str(made.port),
            "--portals-port",
            str(made.portals),
        ],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert "demo: cannot listen on 127.0.0.1:" in second.stderr
    assert len(second.stderr.splitlines()) == 1
    assert made.stop(first) == 0
    wait_for(lambda: read(f"{made.base}/livez") is None)
    again = made.start()
    assert read_json(f"{made.base}/api/v1/runs")["total"] == before
    assert made.stop(again) == 0


def test_json_of_the_readme_s_search_is_what_the_contract_says(demo: Demo) -> None:
    body = read(f"{demo.base}/api/v1/datasets?q=soil+moisture&facets=country&limit=1")
    assert body is not None
    assert set(json.loads(body)) == {"total", "items", "facets", "next", "did_you_mean"}
