"""From when a host may be asked again: what it asked for itself, and a least pause between requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

USUAL_PORTS = {"http": 80, "https": 443}


def host_of(url: str) -> str:
    """The host of a URL as courtesy tells them apart: by name and, where it is not the usual one of
    the scheme, by port (another port is another server)."""
    parts = urlsplit(url)
    name = (parts.hostname or "").rstrip(".")
    usual = parts.port in {None, USUAL_PORTS.get(parts.scheme)}
    return name if usual else f"{name}:{parts.port}"


class Courtesy:
    """When each host may be asked. Safe to share between threads and clients, and meant to be: who
    shares it knows what a host told the others."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._free: dict[str, float] = {}  # the moment from which a host may be asked

    def hold(self, host: str, seconds: float) -> None:
        """Let nobody ask the host for so long; a hold that lasts longer stays."""
        with self._lock:
            self._forget()
            self._push(host, seconds)

    def turn(self, host: str, pause: float) -> float:
        """Seconds until the host may be asked; 0 is the turn itself, taken.

        Who took it lets the next one wait for `pause` seconds. Who has to wait has taken nothing and
        comes again: somebody else may have been faster, or the host may have asked for more.
        """
        with self._lock:
            wait = self._free.get(host, 0.0) - self._clock()
            if wait > 0:
                return wait
            self._forget()
            self._push(host, pause)
            return 0.0

    def _push(self, host: str, seconds: float) -> None:
        if seconds > 0:
            self._free[host] = max(self._free.get(host, 0.0), self._clock() + seconds)

    def _forget(self) -> None:
        """Drop what has passed: portals name hosts without end."""
        now = self._clock()
        for host in [one for one, free in self._free.items() if free <= now]:
            del self._free[host]
