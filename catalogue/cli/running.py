"""Long-running processes: `aicat serve`, `aicat worker`, `aicat up`."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from types import FrameType

import click

from catalogue.bootstrap import guarded_client, open_journal, source_lock
from catalogue.cli.output import say
from catalogue.errors import SettingsError
from catalogue.harvest.worker import Worker
from catalogue.home import Home
from catalogue.settings import Settings, load

LOOK = 0.5  # seconds between looks at the web process and at the projection lock

_host = click.option("--host", help="Address to listen on.")
_port = click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on.")


@click.command()
@_host
@_port
def serve(host: str | None, port: int | None) -> int:
    """Serve pages, API and SPARQL; follow the journal where no other process does."""
    return _run(_listening(host, port), web=True, work=False)


@click.command()
def worker() -> int:
    """Carry out harvests; follow the journal where no other process does."""
    return _run(load(), web=False, work=True)


@click.command()
@_host
@_port
def up(host: str | None, port: int | None) -> int:
    """Serve and work, together."""
    return _run(_listening(host, port), web=True, work=True)


def _listening(host: str | None, port: int | None) -> Settings:
    settings = load()
    return replace(settings, host=host or settings.host, port=port or settings.port)


def _run(settings: Settings, *, web: bool, work: bool) -> int:
    """Run the parts until SIGINT or SIGTERM; a web process that dies is started again."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    if web:
        _check_free(settings)
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    # Entered before the web starts, so that nothing damaged is ever served.
    with open_journal(settings) as journal, Home(settings, serving=web) as home:
        hands = Worker(journal, lambda: guarded_client(settings), source_lock(settings))
        worker_thread = threading.Thread(target=hands.run, name="worker")
        if work:
            worker_thread.start()
        status = _watch(settings, home, stopping) if web else _wait(home, stopping)
        hands.stop()
        if work:
            worker_thread.join()
    if work:
        # A harvest in hand is left as it is: its run is taken up again at the next start.
        os._exit(status)
    return status


def _wait(home: Home, stopping: threading.Event) -> int:
    while not stopping.wait(LOOK):
        home.take()
    return 0


def _watch(settings: Settings, home: Home, stopping: threading.Event) -> int:
    """Keep a web process running until it is time to stop."""
    child, early, started = _web(settings), 0, time.monotonic()
    say(f"serving {settings.site} (data in {settings.data_dir})")
    while not stopping.wait(LOOK):
        home.take()
        if child.poll() is None:
            continue
        early = early + 1 if time.monotonic() - started < 10 else 0
        if early > 3:
            say(f"aicat: the web process ends at once ({child.returncode}); see its message above")
            return 1
        child, started = _web(settings), time.monotonic()
    child.terminate()
    try:
        child.wait(30)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    return 0


def _check_free(settings: Settings) -> None:
    """Raises: SettingsError when the port is taken; the web server itself would share it silently."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SettingsError(
                f"cannot listen on {settings.host}:{settings.port} ({error.strerror});"
                " choose another with --port, or stop what listens there"
            ) from error


def _web(settings: Settings) -> subprocess.Popen[bytes]:
    """The web server as a process of its own, told everything through its environment."""
    environ = {**os.environ, "AICAT_HOST": settings.host, "AICAT_PORT": str(settings.port)}
    command = [sys.executable, "-m", "catalogue.cli.web", str(os.getpid())]
    return subprocess.Popen(command, env=environ)  # noqa: S603 our own command


COMMANDS = (serve, worker, up)
