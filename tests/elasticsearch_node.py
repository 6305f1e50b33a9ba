"""Real Elasticsearch nodes in processes of their own, on loopback."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.command import free_ports, read, wait_for

SCRIPT = Path(__file__).resolve().parents[1] / "deploy" / "elasticsearch-node" / "start.py"
LACKING = 69


class Node:
    """One node; its data outlives it."""

    def __init__(self, folder: Path, port: int, transport: int, cluster: Sequence[int]) -> None:
        self.folder, self.port = folder, port
        self.address = f"http://127.0.0.1:{port}"
        self._words = [sys.executable, str(SCRIPT), "--port", str(port), "--home", str(folder)]
        self._words += ["--transport-port", str(transport), "--memory", "512m"]
        if len(cluster) > 1:
            self._words += ["--cluster", ",".join(map(str, cluster))]
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Start; it answers later."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "output.log").open("ab") as log:
            self._process = subprocess.Popen(self._words, stdout=log, stderr=log)

    def wait(self, nodes: int = 1) -> None:
        """Return when it answers as one of so many."""
        health = f"{self.address}/_cluster/health?filter_path=number_of_nodes"
        wait_for(
            lambda: json.loads(read(health) or b"{}") == {"number_of_nodes": nodes}, self._process
        )

    def start(self) -> None:
        self.begin()
        self.wait()

    def end(self, number: int) -> None:
        """SIGTERM or SIGKILL, and its end."""
        process, self._process = self._process, None
        if process is not None:
            os.kill(process.pid, number)
            process.wait(60)

    def kill(self) -> None:
        self.end(signal.SIGKILL)

    def stop(self) -> None:
        """As its operator ends it; a node that stands still is killed."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.end(signal.SIGTERM)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What it answers to a plain request."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.address}{path}", data, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)


@contextlib.contextmanager
def nodes(folder: Path, number: int) -> Iterator[list[Node]]:
    """So many nodes that form a cluster, ended afterwards."""
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "--build"], capture_output=True, text=True, check=False
    )
    if done.returncode == LACKING:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    first = free_ports(2 * number)
    cluster = range(first + number, first + 2 * number)
    started = [
        Node(folder / str(place), first + place, cluster[place], cluster) for place in range(number)
    ]
    try:
        for one in started:
            one.begin()
        for one in started:
            one.wait(number)
        yield started
    finally:
        for one in started:
            one.stop()
