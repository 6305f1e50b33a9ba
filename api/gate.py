"""How many requests are let in at once, so that slow ones cannot keep the others out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any, Protocol

import orjson
from werkzeug.wsgi import ClosingIterator

WAIT = 2.0  # seconds that a request waits for its turn
RETRY = "2"  # seconds after which to try again
FREE = ("/livez", "/readyz", "/metrics")

Start = Callable[..., Any]
Application = Callable[[dict[str, Any], Start], Iterable[bytes]]


class Turns(Protocol):
    def acquire(self, blocking: bool = True, timeout: float | None = None) -> bool: ...
    def release(self) -> None: ...


class Gate:
    """Lets `turns` requests work at once, half of them with a body: who sends one slowly holds a thread
    until it is whole. The others are told 503 and when to come again (RFC 9110, 15.6.4).

    The server must have more threads than `turns`, or nobody is there to say so.
    """

    def __init__(self, application: Application, turns: int) -> None:
        self._application = application
        self._turns = threading.BoundedSemaphore(turns)
        self._uploads = threading.BoundedSemaphore(max(1, turns // 2))

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if environ.get("PATH_INFO", "") in FREE:
            return self._application(environ, start)
        with ExitStack() as held:
            if _has_body(environ) and not _enter(held, self._uploads, 0):
                return _refused(start, "too many requests with a body are being received")
            if not _enter(held, self._turns, WAIT):
                return _refused(start, "too many requests are being answered")
            answer = self._application(environ, start)
            return ClosingIterator(answer, held.pop_all().close)
        raise AssertionError("the stack suppresses nothing")


def _enter(held: ExitStack, turns: Turns, seconds: float) -> bool:
    mine = turns.acquire(timeout=seconds) if seconds else turns.acquire(blocking=False)
    if mine:
        held.callback(turns.release)
    return mine


def _has_body(environ: dict[str, Any]) -> bool:
    return environ.get("CONTENT_LENGTH", "") not in {"", "0"} or bool(
        environ.get("HTTP_TRANSFER_ENCODING")
    )


def _refused(start: Start, why: str) -> Iterable[bytes]:
    detail = f"{why}; try again in {RETRY} s"
    told = {"type": "about:blank", "title": "Service Unavailable", "status": 503, "detail": detail}
    body = orjson.dumps(told)
    headers = [
        ("Content-Type", "application/problem+json"),
        ("Content-Length", str(len(body))),
        ("Retry-After", RETRY),
    ]
    start("503 Service Unavailable", headers)
    return [body]
