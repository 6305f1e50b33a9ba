"""What holds for every answer: headers that keep browsers safe, CORS, validators, limits."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from flask import Flask, Response, request

from api.context import catalogue
from catalogue.errors import CatalogueError

# Pages run our own files only; harvested text can neither run nor load nor send anything.
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}
OPEN = (
    "/api/",
    "/datasets",
    "/catalog",
    "/sparql",
    "/.well-known/",
    "/calls.ics",
)  # read by other sites' scripts
UNLIMITED = ("/livez", "/readyz", "/metrics", "/static/")
KEPT = 10_000  # addresses whose use is remembered


class TooMany(CatalogueError):
    """The limit of requests is used up; `retry_after` seconds until the next is free."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many requests from this address; try again in {retry_after} s")
        self.retry_after = retry_after


class Limiter:
    """A bucket of tokens for each address, filled at `rate` a minute. Safe between threads."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._guard = threading.Lock()

    def take(self, address: str, now: float) -> int:
        """0 when the request may pass, else the seconds to wait."""
        with self._guard:
            tokens, at = self._buckets.pop(address, (float(self._rate), now))
            tokens = min(self._rate, tokens + (now - at) * self._rate / 60)
            wait = 0 if tokens >= 1 else int((1 - tokens) * 60 / self._rate) + 1
            self._buckets[address] = (tokens if wait else tokens - 1, now)
            if len(self._buckets) > KEPT:
                self._buckets.popitem(last=False)
        return wait


def install(app: Flask) -> None:
    """Guard every request and answer of the application."""
    limiter: list[Limiter] = []

    @app.before_request
    def limit() -> None:
        settings = catalogue().settings
        rate = settings.rate_per_minute
        if rate < 0:
            rate = 0 if settings.host in {"127.0.0.1", "::1", "localhost"} else 600
        if rate == 0 or request.path.startswith(UNLIMITED):
            return
        if not limiter:
            limiter.append(Limiter(rate))
        wait = limiter[0].take(request.remote_addr or "", time.monotonic())
        if wait:
            raise TooMany(wait)

    @app.after_request
    def finish(answer: Response) -> Response:
        for name, value in HEADERS.items():
            answer.headers.setdefault(name, value)
        if request.path.startswith(OPEN):
            _open(answer)
        return _validated(answer)


def _open(answer: Response) -> None:
    """Let scripts of any site read, never with credentials."""
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Access-Control-Expose-Headers"] = "ETag, Link, Location, Retry-After"
    if request.method == "OPTIONS":
        answer.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, OPTIONS"
        answer.headers["Access-Control-Allow-Headers"] = "Accept, Content-Type, If-None-Match"
        answer.headers["Access-Control-Max-Age"] = "86400"


def _validated(answer: Response) -> Response:
    """An ETag on every whole read, and 304 where the reader has it (RFC 9110, section 13)."""
    whole = answer.status_code == 200 and not answer.is_streamed and not answer.direct_passthrough
    if request.method in {"GET", "HEAD"} and whole:
        answer.headers.setdefault("Cache-Control", "no-cache")
        answer.add_etag()
        answer.make_conditional(request)
    return answer
