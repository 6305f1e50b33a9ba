"""A real Keycloak in a process of its own, on loopback."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import free_port, read, wait_for

FOLDER = Path(__file__).resolve().parents[1] / "deploy" / "keycloak-node"
SCRIPT = FOLDER / "start.py"
LACKING = 69
PATIENCE = 420  # seconds: at its first start it puts itself together
PASSWORD = "a password for tests"
SECRET = "a secret for tests"


@contextlib.contextmanager
def keycloak(folder: Path) -> Iterator[str]:
    """The issuer of the realm of `realm.json`; skips aloud where a JDK or Maven is lacking."""
    built = subprocess.run(
        [sys.executable, SCRIPT, "--build"], capture_output=True, text=True, check=False
    )
    if built.returncode == LACKING:
        pytest.skip(built.stderr.strip())
    assert built.returncode == 0, built.stderr
    port = free_port()
    issuer = f"http://127.0.0.1:{port}/realms/aicat"
    with (folder / "output.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, SCRIPT, "--port", str(port)],
            stdout=log,
            stderr=log,
            start_new_session=True,  # its script starts others, which end with the group
        )
    try:
        about = f"{issuer}/.well-known/openid-configuration"
        wait_for(lambda: bool(read(about)), server, PATIENCE)
        yield issuer
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)  # it keeps nothing
        server.wait(60)
