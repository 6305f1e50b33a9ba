"""The command `aicat` in processes of its own, as a person runs it."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalogue.bootstrap import LEMMAS

WORDS = [sys.executable, "-c", "from catalogue.cli import main; main()"]
PATIENCE = 60.0  # seconds; a watchdog, not a measure
OF_TESTS = frozenset({"AICAT_KILLS"})  # says how tests run; the command would refuse it


class Aicat:
    """The command in a data folder of its own. `shares_lemmas`: its dictionaries are those of all tests; to
    make them takes seconds, and they are the same in every data folder."""

    shares_lemmas = True

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        if self.shares_lemmas:
            self._share_lemmas()
        self.environ = {
            **{name: value for name, value in os.environ.items() if name not in OF_TESTS},
            "AICAT_DATA_DIR": str(folder / "var"),
            "AICAT_ALLOW_PRIVATE_NETWORKS": "1",
            **settings,
        }

    def _share_lemmas(self) -> None:
        place = self.folder / "var" / LEMMAS
        if not os.path.lexists(place):
            shared = Path(tempfile.gettempdir()) / f"aicat-{LEMMAS}-{os.getuid()}"
            shared.mkdir(mode=0o700, exist_ok=True)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(shared)

    def run(self, *words: str, given: bytes = b"") -> subprocess.CompletedProcess[str]:
        """Run to the end, whatever the status; `given` is its standard input."""
        done = subprocess.run(
            [*WORDS, *words],
            env=self.environ,
            cwd=self.folder,
            capture_output=True,
            input=given,
            check=False,
        )
        told = done.stdout.decode(), done.stderr.decode()
        return subprocess.CompletedProcess(done.args, done.returncode, *told)

    def __call__(self, *words: str, status: int = 0) -> str:
        done = self.run(*words)
        assert done.returncode == status, done.stderr + done.stdout
        return done.stdout

    def harvest(self, *words: str, status: int = 0) -> dict[str, Any]:
        run: dict[str, Any] = json.loads(self("harvest", *words, "--json", status=status))
        return run

    @contextlib.contextmanager
    def running(self, *words: str) -> Iterator[subprocess.Popen[bytes]]:
        """A process that is ended afterwards, if it still lives, with what it started."""
        process = subprocess.Popen(
            [*WORDS, *words], env=self.environ, cwd=self.folder, start_new_session=True
        )
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)
            try:
                process.wait(PATIENCE)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    @contextlib.contextmanager
    def up(
        self, *words: str, port: int | None = None
    ) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
        """`aicat up` and its address, once it is ready."""
        port = port or free_port()
        with self.running("up", "--port", str(port), *words) as process:
            base = f"http://127.0.0.1:{port}"
            wait_for(lambda: read(f"{base}/readyz") == b"ready\n", process)
            yield process, base


def read(address: str, accept: str = "*/*") -> bytes | None:
    """The body at an address; None where there is no good answer."""
    request = urllib.request.Request(address, headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            body: bytes = answer.read()
            return body
    except OSError:
        return None


def read_json(address: str) -> Any:
    """The JSON at an address that answers."""
    body = read(address)
    assert body is not None, address
    return json.loads(body)


def wait_for(
    true: Any, process: subprocess.Popen[bytes] | None = None, patience: float = PATIENCE
) -> None:
    """Return when the condition holds; fail when it does not in time or the process ended."""
    until = time.monotonic() + patience
    while not true():
        assert time.monotonic() < until, "waited in vain"
        assert process is None or process.poll() is None, "the process ended"
        time.sleep(0.05)


def free_ports(number: int) -> int:
    """The first of so many free ports in a row.

    Below the range that the system gives to outgoing connections, so that none of them is taken
    between this look and its use; at random, as other tests look at the same time.
    """
    while True:
        first = random.randrange(10_000, 32_000 - number)
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for port in range(first, first + number):
                held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first


def free_port() -> int:
    return free_ports(1)
