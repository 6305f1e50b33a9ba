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
from collections.abc import Sequence
from dataclasses import replace
from types import FrameType

import click

from catalogue.bootstrap import check_doors, mailer, open_journal
from catalogue.cli.output import operator, say
from catalogue.errors import SettingsError
from catalogue.home import Home
from catalogue.ports import Journal
from catalogue.settings import Settings, load
from catalogue.validate.profiles import Profiles, named_files

LOOK = 0.5  # seconds between looks at the parts and at the projections' locks
EARLY = 10.0  # seconds within which an end is early
PATIENCE = 30.0  # seconds that a part has to stop
WEB, WORKER = "catalogue.cli.web", "catalogue.cli.working"

_host = click.option("--host", help="Address to listen on.")
_port = click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on.")


_workers = click.option("--workers", type=click.IntRange(1, 64), help="Processes that harvest.")


@click.command()
@_host
@_port
def serve(host: str | None, port: int | None) -> int:
    """Serve pages, API and SPARQL; follow the journal where no other process does."""
    return _run(_with(host, port, None), web=True, work=False)


@click.command()
@_workers
def worker(workers: int | None) -> int:
    """Carry out harvests; follow the journal where no other process does."""
    return _run(_with(None, None, workers), web=False, work=True)


@click.command()
@_host
@_port
@_workers
def up(host: str | None, port: int | None, workers: int | None) -> int:
    """Serve and work, together."""
    return _run(_with(host, port, workers), web=True, work=True)


def _with(host: str | None, port: int | None, workers: int | None) -> Settings:
    settings = load()
    return replace(
        settings,
        host=host or settings.host,
        port=port or settings.port,
        workers=workers or settings.workers,
    )


def _run(settings: Settings, *, web: bool, work: bool) -> int:
    """Keep the parts running, each a process, until SIGINT or SIGTERM."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    if web:
        check_doors(settings)
        _check_free(settings)
    mailer(settings)  # a wrong address is said now, not in the log of a worker; so are wrong shapes
    Profiles(named_files(settings.shapes)).check()
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    with open_journal(settings) as journal:  # an old or unusable one is told here, once
        note_settings(journal, settings, "up" if web and work else "serve" if web else "worker")
    # Entered before the web starts, so that nothing damaged is ever served.
    with Home(settings, serving=web) as home:
        parts = [Part("web process", WEB, settings)] if web else []
        parts += [
            Part("worker", WORKER, settings) for _one in range(settings.workers if work else 0)
        ]
        if web:
            say(f"serving {settings.site} (data in {settings.data_dir})")
        try:
            return _watch(parts, home, stopping)
        finally:
            for part in parts:
                part.ask_to_stop()
            for part in parts:
                part.wait()


def note_settings(journal: Journal, settings: Settings, command: str) -> None:
    """Note in the audit log what a service starts with, where it differs from the last time."""
    told = settings.told()
    last = journal.audit.last("settings.change", command)
    before = last.details.get("settings", {}) if last else Settings().told()
    changed = sorted(name for name, value in told.items() if before.get(name) != value)
    if changed:
        details = {"changed": changed, "settings": told}
        journal.audit.record(operator(), "settings.change", command, details)


def _watch(parts: Sequence[Part], home: Home, stopping: threading.Event) -> int:
    """Start again what ends, until it is time to stop or something ends at once each time."""
    while not stopping.wait(LOOK):
        home.take()
        for part in parts:
            if not part.keep():
                say(f"aicat: the {part.name} ends at once each time; see its message above")
                return 1
    return 0


class Part:
    """A process of ours that is started again when it ends; told everything by its environment."""

    def __init__(self, name: str, module: str, settings: Settings) -> None:
        self.name = name
        self._command = [sys.executable, "-m", module, str(os.getpid())]
        self._environ = {
            **os.environ,
            "AICAT_HOST": settings.host,
            "AICAT_PORT": str(settings.port),
        }
        self._early = 0
        self._start()

    def _start(self) -> None:
        self._child = subprocess.Popen(self._command, env=self._environ)  # noqa: S603 our own command
        self._began = time.monotonic()

    def keep(self) -> bool:
        """Start it again if it has ended; false where it has ended at once too often."""
        if self._child.poll() is None:
            return True
        self._early = self._early + 1 if time.monotonic() - self._began < EARLY else 0
        if self._early > 3:
            return False
        self._start()
        return True

    def ask_to_stop(self) -> None:
        if self._child.poll() is None:
            self._child.terminate()

    def wait(self) -> None:
        try:
            self._child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()


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


COMMANDS = (serve, worker, up)
