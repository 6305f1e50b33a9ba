"""A PostgreSQL server of its own for tests, where one is installed."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import PATIENCE, free_port

FOLDERS = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), Path("/usr/bin")]


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """An address of a fresh server, without the database's name; skips aloud where none is installed."""
    found = next((one for one in FOLDERS if (one / "initdb").exists()), None)
    if found is None:
        pytest.skip("no PostgreSQL server is installed: apt-get install postgresql")
    user = _unprivileged()
    if user is not None:
        shutil.chown(folder, user)
        for parent in folder.parents:
            with contextlib.suppress(PermissionError):
                parent.chmod(parent.stat().st_mode | 0o011)
    data, port = folder / "data", free_port()
    words = [found / "initdb", "-D", data, "-A", "trust", "-U", "aicat", "--no-sync"]
    subprocess.run(words, user=user, check=True, capture_output=True, cwd=folder)
    options = ["-p", str(port), "-h", "127.0.0.1", "-k", folder, "-c", "fsync=off"]
    log = (folder / "log").open("wb")
    server = subprocess.Popen(
        [found / "postgres", "-D", data, *options], user=user, stdout=log, stderr=log, cwd=folder
    )
    try:
        _wait(found, port, server)
        yield f"postgresql+psycopg://aicat@127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait(PATIENCE)
        log.close()


def _wait(found: Path, port: int, server: subprocess.Popen[bytes]) -> None:
    ready = [found / "pg_isready", "-h", "127.0.0.1", "-p", str(port), "-q"]
    until = time.monotonic() + PATIENCE
    while subprocess.run(ready, check=False).returncode:
        assert server.poll() is None, "the PostgreSQL server ended"
        assert time.monotonic() < until
        time.sleep(0.1)


def _unprivileged() -> str | None:
    """Whom the server runs as, where we are root, whom it refuses."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres")


def create(address: str, name: str) -> str:
    """An empty database on a server; returns its address."""
    import psycopg

    plain = address.replace("+psycopg", "")
    with psycopg.connect(f"{plain}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{address}/{name}"
