"""A small HTTP server on loopback that says what a test tells it to, byte by byte."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Script = Callable[[socket.socket, int], None]
"""Writes one answer; told how many requests for this path came before."""


@dataclass
class Hostile:
    """`requests` holds the heads received, in order."""

    port: int
    scripts: dict[str, Script] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def seen(self, path: str) -> int:
        return sum(head.split(" ")[1] == path for head in self.requests)


class Pauses(list[float]):
    """Sleeps at once and notes for how long; `clock` is the time that passes so, from 0."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)

    def clock(self) -> float:
        return sum(self)


def raw(answer: bytes) -> Script:
    return lambda peer, _before: peer.sendall(answer)


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> Script:
    """A well-formed answer; header names are written with underscores."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return raw("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def in_turn(*scripts: Script) -> Script:
    """Each in its turn, the last one for ever."""
    return lambda peer, before: scripts[min(before, len(scripts) - 1)](peer, before)


def drip(head: bytes, drop: bytes, seconds: float) -> Script:
    """The head, then a drop every so often, without end as far as a test is concerned."""

    def script(peer: socket.socket, _before: int) -> None:
        peer.sendall(head)
        for _drop in range(500):
            peer.sendall(drop)
            time.sleep(seconds)

    return script


@contextlib.contextmanager
def hostile() -> Iterator[Hostile]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Hostile(listener.getsockname()[1])
        thread = threading.Thread(target=_serve, args=(listener, server), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _serve(listener: socket.socket, server: Hostile) -> None:
    with contextlib.suppress(OSError):
        while True:
            peer, _address = listener.accept()
            threading.Thread(target=_speak, args=(peer, server), daemon=True).start()


def _speak(peer: socket.socket, server: Hostile) -> None:
    with peer, contextlib.suppress(OSError):
        peer.settimeout(20)
        head = b""
        while b"\r\n\r\n" not in head:
            piece = peer.recv(4096)
            if not piece:
                return
            head += piece
        text = head.decode("latin-1")
        path = text.split(" ")[1]
        before = server.seen(path)
        server.requests.append(text)
        server.scripts.get(path, answer(b"?", "404 Not Found"))(peer, before)
        peer.shutdown(socket.SHUT_WR)
        while peer.recv(4096):
            pass
