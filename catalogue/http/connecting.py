"""Connections to checked addresses, under one deadline.

The name is resolved once, each address is judged, and the judged address itself is connected to,
so that a second answer of the resolver cannot lead elsewhere (DNS rebinding). The Host header and
the name in the TLS handshake stay those of the URL. The proxy that a setting names, if any, is the
one place that is connected to unjudged.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any, ClassVar

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

from catalogue.errors import Refused
from catalogue.http.addresses import objection

CONNECT_SECONDS = 10.0

Resolve = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, as the system's resolver orders them. Raises: OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Deadline(threading.local):
    """The moment at which what this thread does on the network must end."""

    until: float = inf
    _outer: float = inf

    @contextmanager
    def limited(self, seconds: float) -> Iterator[None]:
        """Within the block the deadline is at most `seconds` away; a nearer one stays."""
        before = self.until, self._outer
        self._outer = self.until
        self.renew(seconds)
        try:
            yield
        finally:
            self.until, self._outer = before

    def renew(self, seconds: float) -> None:
        """Begin the block's time anew, as something was achieved; those around it stay."""
        self.until = min(self._outer, time.monotonic() + seconds)

    @property
    def left(self) -> float:
        """Seconds that are left; zero or less when it has passed."""
        return self.until - time.monotonic()

    def wait(self, timeout: float | None) -> float | None:
        """How long one operation with this timeout may block. Raises: TimeoutError if passed."""
        left = self.left
        if left <= 0:
            raise TimeoutError("the total deadline has passed")
        return min(left, inf if timeout is None else timeout) if left < inf else timeout


@dataclass(frozen=True, slots=True)
class Door:
    """What every connection of a client obeys."""

    allow_private: bool
    resolve: Resolve
    deadline: Deadline = field(default_factory=Deadline)
    judges: bool = True

    def unjudged(self) -> Door:
        """The same door for what the operator chose: every address of a host may be connected to."""
        return replace(self, judges=False)

    def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host that may be connected to.

        Raises: Refused if there is none that may; socket.gaierror if the name has none at all.
        """
        try:
            found = list(self.resolve(host, port))
        except UnicodeError as error:
            raise socket.gaierror(str(error)) from error
        if not self.judges:
            return found
        reasons = {one: objection(one, allow_private=self.allow_private) for one in found}
        allowed = [one for one, reason in reasons.items() if reason is None]
        if allowed:
            return allowed
        listed = ", ".join(f"{one} ({reason})" for one, reason in reasons.items())
        advice = (
            ""
            if self.allow_private
            else "; AICAT_ALLOW_PRIVATE_NETWORKS=1 permits loopback and private networks"
        )
        raise Refused(f"{host} must not be reached: {listed or 'it has no address'}{advice}")


def guarded_pools(door: Door) -> tuple[dict[str, type[HTTPConnectionPool]], ssl.SSLContext]:
    """Connection pools by scheme whose connections go through the door, and the TLS context."""
    deadline = door.deadline

    # A peer that takes slowly has until the deadline; one that gives slowly, also its own silence.
    class Timed(socket.socket):
        def recv_into(self, *args: Any, **options: Any) -> int:
            self.settimeout(deadline.wait(self.gettimeout()))
            return super().recv_into(*args, **options)

        def sendall(self, *args: Any, **options: Any) -> None:
            self.settimeout(deadline.wait(None))
            super().sendall(*args, **options)

    class TimedTls(ssl.SSLSocket):
        def recv_into(self, *args: Any, **options: Any) -> int:
            self.settimeout(deadline.wait(self.gettimeout()))
            return super().recv_into(*args, **options)

        def send(self, *args: Any, **options: Any) -> int:  # what its sendall is made of
            self.settimeout(deadline.wait(None))
            return super().send(*args, **options)

    class Plain(_Guarded, HTTPConnection):
        _door = door
        _socket = Timed

    class Tls(_Guarded, HTTPSConnection):
        _door = door
        _socket = Timed

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = Tls

    context = create_urllib3_context()
    context.sslsocket_class = TimedTls
    return {"http": PlainPool, "https": TlsPool}, context


class _Guarded(HTTPConnection):
    """A connection that opens its socket by the door."""

    _door: ClassVar[Door]
    _socket: ClassVar[type[socket.socket]]

    def _new_conn(self) -> socket.socket:
        host, port = self._dns_host.strip("[]"), int(self.port or self.default_port)
        try:
            addresses = self._door.addresses(host, port)
        except socket.gaierror as error:
            raise NameResolutionError(self.host, self, error) from error
        fault: OSError | None = None
        for address in addresses:
            try:
                return self._connected(address, port)
            except OSError as error:
                fault = error
        if isinstance(fault, TimeoutError):
            raise ConnectTimeoutError(self, f"no connection to {self.host} in time") from fault
        raise NewConnectionError(self, f"no connection to {self.host}: {fault}") from fault

    def _connected(self, address: str, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        opened = self._socket(family, socket.SOCK_STREAM)
        try:
            opened.settimeout(self._door.deadline.wait(CONNECT_SECONDS))
            opened.connect((address, port))
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            opened.close()
            raise
        return opened
