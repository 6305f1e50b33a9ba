"""The transport under every request: judges the address, tries again, reads the body whole."""

from __future__ import annotations

import logging
import random
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
)
from urllib3.poolmanager import PoolManager, ProxyManager

from catalogue.errors import FetchError, NoConnection, Refused
from catalogue.http.body import Unpacker
from catalogue.http.connecting import CONNECT_SECONDS, Door, guarded_pools
from catalogue.http.courtesy import USUAL_PORTS, Courtesy, host_of

READ_SECONDS = 60.0  # of silence
TRIES = 3
LONGEST_PAUSE = 60.0  # seconds that a Retry-After is honoured for
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_AGAIN = frozenset({429, 500, 502, 503, 504})
_SAFE = frozenset({"GET", "HEAD"})
_PIECE = 64 * 1024

log = logging.getLogger(__name__)


def check_url(url: str) -> str:
    """The URL, if its form is one that may be fetched. Raises: Refused."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Refused(f"{url[:200]}: no usable address: {error}") from error
    if parts.scheme not in {"http", "https"}:
        raise Refused(f"{url[:200]}: only http and https addresses are fetched")
    if "@" in parts.netloc:
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        raise Refused(f"{bare[:200]}: the address holds a user name or password; leave them out")
    if not host or port == 0:
        raise Refused(f"{url[:200]}: the address names no host or no usable port")
    return url


@dataclass(frozen=True, slots=True)
class Limits:
    """`seconds`: total for one request; `max_bytes`: the body, packed or unpacked."""

    seconds: float
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Manners:
    """How hosts are treated: `pause`, seconds between two requests to one; what they ask for, in
    `courtesy`; and how this thread waits."""

    pause: float
    courtesy: Courtesy
    sleep: Callable[[float], None]


class GuardedAdapter(HTTPAdapter):
    """Answers come with their body read, unpacked and complete, or not at all.

    Raises: Refused, or FetchError once the tries are used up.
    """

    def __init__(
        self,
        door: Door,
        limits: Limits,
        manners: Manners,
        proxy: str,
        *,
        heads_only: bool = False,
        starts_only: bool = False,
    ) -> None:
        """With `heads_only` no body is read, with `starts_only` none past the limit of bytes; of both
        nothing is tried again."""
        self._door, self._limits, self._manners = door, limits, manners
        self._heads_only, self._starts_only = heads_only, starts_only
        self._proxies = {"http": proxy, "https": proxy} if proxy else {}
        super().__init__(max_retries=0)

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **options: Any
    ) -> None:
        pools, context = guarded_pools(self._door)
        self.poolmanager = PoolManager(
            num_pools=connections, maxsize=maxsize, block=block, ssl_context=context, **options
        )
        self.poolmanager.pool_classes_by_scheme = pools

    def proxy_manager_for(self, proxy: str, **_options: Any) -> Any:
        """Connections to the proxy that was set; it is asked for by `_once` alone."""
        if proxy not in self.proxy_manager:
            pools, context = guarded_pools(self._door.unjudged())
            manager = ProxyManager(proxy, ssl_context=context)
            manager.pool_classes_by_scheme = pools
            self.proxy_manager[proxy] = manager
        return self.proxy_manager[proxy]

    def send(self, request: requests.PreparedRequest, *_ignored: Any, **_options: Any) -> Any:
        """Send with our own time limits and verification, whatever the caller asks for."""
        url = check_url(str(request.url))
        again = request.method in _SAFE and not (self._heads_only or self._starts_only)
        tries = TRIES if again else 1
        with self._door.deadline.limited(self._limits.seconds):
            for left in range(tries - 1, -1, -1):
                self._take_turn(url)
                try:
                    answer = self._once(request)
                except FetchError as error:
                    if not left or isinstance(error, _Final | Refused):
                        raise
                    self._pause(str(error), tries - left, error=error)
                    continue
                asked = self._heed(url, answer)
                if answer.status_code not in _AGAIN or not left:
                    return answer
                told = f"{url} answered {answer.status_code}"
                self._pause(told, tries - left, asked=asked, status=answer.status_code)
        raise AssertionError("the last try returns or raises")

    def _take_turn(self, url: str) -> None:
        """Wait until the host may be asked; give up at once where the deadline would pass meanwhile."""
        host = host_of(url)
        while wait := self._manners.courtesy.turn(host, self._manners.pause):
            if wait >= self._door.deadline.left:
                told = f"{url}: {host} wants {wait:.0f} s of patience, more than is left"
                raise _Final(told, HTTPStatus.TOO_MANY_REQUESTS)
            log.info("%s: waiting %.1f s for %s", url, wait, host)
            self._manners.sleep(wait)

    def _heed(self, url: str, answer: requests.Response) -> float | None:
        """What the host asks for, seconds; from now on everybody waits who shares our courtesy."""
        if answer.status_code not in _AGAIN:
            return None
        asked = retry_after(answer.headers.get("retry-after", ""))
        if asked is not None:
            asked = min(asked, LONGEST_PAUSE)
            self._manners.courtesy.hold(host_of(url), asked)
        return asked

    def _once(self, request: requests.PreparedRequest) -> requests.Response:
        try:
            # Refused passes through unchanged: it is no network fault.
            if self._proxies:
                parts = urlsplit(str(request.url))
                self._door.addresses(str(parts.hostname), parts.port or USUAL_PORTS[parts.scheme])
            # Who is sent something may think about it until the deadline.
            silence = READ_SECONDS if request.method in _SAFE else self._limits.seconds
            answer = super().send(
                request,
                stream=True,
                timeout=(CONNECT_SECONDS, silence),
                verify=True,
                proxies=self._proxies,
            )
            try:
                self._read(answer)
            finally:
                answer.close()
        except FetchError as error:
            raise _at(str(request.url), error) from error
        except (requests.RequestException, HTTPError, OSError, ssl.SSLError) as error:
            raise self._fault(str(request.url), error) from error
        return answer

    def _read(self, answer: requests.Response) -> None:
        if self._heads_only or answer.status_code in REDIRECTS or _bodiless(answer):
            content = b""
        else:
            declared = answer.headers.get("content-length", "")
            cut = self._starts_only
            if declared.isdecimal() and int(declared) > self._limits.max_bytes and not cut:
                raise Refused(
                    f"the body has {declared} bytes, more than the {self._limits.max_bytes} that "
                    "AICAT_FETCH_MAX_BYTES permits"
                )
            encoding = answer.headers.get("content-encoding", "")
            unpacker = Unpacker(encoding, self._limits.max_bytes, cut=cut)
            content = unpacker.read(self._pieces(answer))
            if not content and answer.status_code == 200 and not _framed(answer):
                raise FetchError("the connection ended before the answer's body")
        answer._content = content
        answer._content_consumed = True  # type: ignore[attr-defined]

    def _pieces(self, answer: requests.Response) -> Iterator[bytes]:
        for piece in answer.raw.stream(_PIECE, decode_content=False):
            self._door.deadline.wait(None)
            yield piece

    def _pause(
        self,
        reason: str,
        tried: int,
        *,
        asked: float | None = None,
        status: int | None = None,
        error: FetchError | None = None,
    ) -> None:
        """Wait before the next try; give up at once where the deadline would pass meanwhile."""
        # Jitter keeps workers that failed together from coming back together.
        pause = asked if asked is not None else 2.0**tried * random.uniform(0.25, 0.5)  # noqa: S311
        if pause >= self._door.deadline.left:
            raise _Final(
                f"{reason}; it wants {pause:.0f} s of patience, more than is left", status
            ) from error
        log.info("%s; trying again in %.1f s", reason, pause)
        if asked is None:  # else the wait is the host's, and comes with the next turn
            self._manners.sleep(pause)

    def _fault(self, url: str, error: Exception) -> FetchError:
        if self._door.deadline.left <= 0:
            return _Final(
                f"{url}: not done within {self._limits.seconds:g} s; the server is too slow, or "
                "AICAT_FETCH_SECONDS too small"
            )
        reason = _innermost(error)
        if isinstance(error, requests.exceptions.ProxyError):
            return FetchError(
                f"{url}: the proxy that AICAT_PROXY names gives no connection: {_text(reason)}"
            )
        nobody = _nobody(url, reason)
        if nobody is not None:
            return nobody
        if isinstance(error, requests.Timeout | TimeoutError):
            return FetchError(f"{url}: no answer in time; try again later")
        return FetchError(f"{url}: the answer did not come whole: {_text(reason)}")


def _nobody(url: str, reason: BaseException) -> NoConnection | None:
    """The fault where no connection was made at all."""
    if isinstance(reason, NameResolutionError | socket.gaierror):
        return NoConnection(f"{url}: the host's name does not resolve; check the address")
    if isinstance(reason, ssl.SSLError):
        return _NoTls(f"{url}: no trustworthy TLS connection: {_text(reason)}")
    if isinstance(reason, NewConnectionError):  # before: it is called a time-out as well
        return NoConnection(f"{url}: no connection: {_text(reason)}; check the address")
    if isinstance(reason, ConnectTimeoutError):
        return NoConnection(f"{url}: no answer in time; try again later")
    return None


def _bodiless(answer: requests.Response) -> bool:
    """Whether the answer has no body, even where it declares a length or chunks: those are of what
    another request would have brought (RFC 9110, 8.6; RFC 9112, 6.3)."""
    return answer.status_code in {204, 304} or answer.request.method == "HEAD"


def _framed(answer: requests.Response) -> bool:
    """Whether the answer says how long its body is; else an end of the connection is the end, and
    one in the middle of the head looks like an empty body."""
    headers = answer.headers
    is_get = answer.request.method == "GET"
    return not is_get or "content-length" in headers or "transfer-encoding" in headers


class _Final(FetchError):
    """A fault that trying again does not mend."""


class _NoTls(_Final, NoConnection):
    """A certificate does not get better by asking again."""


def _at(url: str, error: FetchError) -> FetchError:
    return type(error)(f"{url}: {error}", error.status)


def _innermost(error: BaseException) -> BaseException:
    """The fault below the layers of requests and urllib3."""
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        below = getattr(error, "reason", None) or next(
            (one for one in error.args[::-1] if isinstance(one, BaseException)), None
        )
        if not isinstance(below, BaseException):
            break
        error = below
    return error


def _text(error: BaseException) -> str:
    plain = re.sub(r"<[^>]*object at 0x[0-9a-f]+>:? ?", "", str(error))
    return plain[:200] or type(error).__name__


def retry_after(value: str) -> float | None:
    """Seconds that a Retry-After asks for (RFC 9110, 10.2.3), None if it says nothing usable."""
    text = value.strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, at.timestamp() - datetime.now(UTC).timestamp())
