"""The web process: the application, loaded by its import string, on many threads of one process."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from catalogue.settings import load

PR_SET_PDEATHSIG = 1
CONNECTIONS = 2048  # open at once; a slow one costs memory, and no thread before its head is whole
APPLICATION = "api.wsgi:create"


def main() -> None:
    """Serve until a signal; ends when the process that started it ends."""
    end_with_parent()
    settings = load()
    Granian(
        APPLICATION,
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
        websockets=False,
        workers=1,
        blocking_threads=settings.threads * 2,
        backpressure=CONNECTIONS,
        respawn_failed_workers=True,
        workers_kill_timeout=20,
        log_level=LogLevels.error,
        log_access=False,
    ).serve()


def end_with_parent() -> None:
    """Let the kernel end this process with the one that started it (Linux)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if len(sys.argv) > 1 and os.getppid() != int(sys.argv[1]):
        sys.exit(0)  # it ended before the kernel could be told


if __name__ == "__main__":
    main()
