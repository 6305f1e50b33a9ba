"""The guarded client: the only way out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import requests

from catalogue.errors import FetchError, Refused
from catalogue.http.adapter import REDIRECTS, GuardedAdapter, Limits, check_url
from catalogue.http.connecting import Door, Resolve, resolve
from catalogue.ports import Answer

MOST_REDIRECTS = 5
MOST_BYTES = 512 * 1024 * 1024

# What may follow a redirect to another origin: no key or token of the caller's.
_HARMLESS = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "connection",
        "content-length",
        "content-type",
        "if-modified-since",
        "if-none-match",
        "range",
        "user-agent",
    }
)

log = logging.getLogger(__name__)


class GuardedSession(requests.Session):
    """A session for libraries that want one. Raises our errors, and reads nothing from the
    environment: no proxy, no .netrc, no certificates."""

    def __init__(self, door: Door, limits: Limits, adapter: GuardedAdapter, agent: str) -> None:
        super().__init__()
        self._door, self._limits = door, limits
        self.trust_env = False
        self.max_redirects = MOST_REDIRECTS
        self.headers.update({"User-Agent": agent, "Accept-Encoding": "gzip, deflate"})
        self.adapters.clear()
        for prefix in ("https://", "http://"):
            self.mount(prefix, adapter)

    def request(self, method: Any, url: Any, *details: Any, **options: Any) -> requests.Response:
        """Raises: Refused, FetchError."""
        check_url(str(url).strip())
        try:
            with self._door.deadline.limited(self._limits.seconds):
                return super().request(method, url, *details, **options)
        except requests.TooManyRedirects as error:
            raise _too_many(str(url)) from error
        except (requests.RequestException, UnicodeError) as error:
            raise FetchError(f"{url}: the request cannot be made: {error}") from error

    def get_adapter(self, url: Any) -> Any:
        """The guarded transport, for whatever address a redirect leads to."""
        return super().get_adapter(check_url(str(url)))

    def rebuild_auth(self, prepared_request: Any, response: Any) -> None:
        """Keep what the caller sent for one origin from reaching another."""
        if _origin(prepared_request.url) != _origin(response.request.url):
            # requests has already made the Cookie header anew for the new origin.
            for name in _secrets(prepared_request.headers) - {"Cookie"}:
                del prepared_request.headers[name]


class GuardedClient:
    """Fetches from the outside world, within limits. Satisfies `catalogue.ports.Client`.

    Only http and https; no credentials in addresses; every address that a name resolves to is
    checked and the checked one connected to, at each of at most five redirects. `seconds` is the
    total for one call, whatever the server does; `max_bytes` limits the body, unpacked. Connection
    faults, 429 and 5xx are tried three times, with a pause that follows Retry-After up to 60 s.
    A client is for one thread at a time.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        user_agent: str = "aicat",
        seconds: float = 120.0,
        max_bytes: int = MOST_BYTES,
        sleep: Callable[[float], None] = time.sleep,
        resolve: Resolve = resolve,
    ) -> None:
        self._door = Door(allow_private, resolve)
        self._limits = Limits(seconds, max_bytes)
        self._agent = user_agent
        self._adapter = GuardedAdapter(self._door, self._limits, sleep)
        self._session = self.session()

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        """GET; follows redirects, each one checked.

        Headers that may hold a secret are not sent on to another origin.
        Raises: Refused when the guard says no; FetchError for network faults, truncated bodies and
        every status but 200 and 304.
        """
        with self._door.deadline.limited(self._limits.seconds):
            try:
                return self._follow(url.strip(), dict(headers or {}))
            except Refused as error:
                log.warning("refused: %s", error)
                raise

    def session(self) -> GuardedSession:
        """A `requests.Session` whose every request goes through the same guard."""
        return GuardedSession(self._door, self._limits, self._adapter, self._agent)

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._adapter.close()

    def _follow(self, url: str, headers: dict[str, str]) -> Answer:
        start = url
        for _hop in range(MOST_REDIRECTS + 1):
            response = self._session.get(url, headers=headers, allow_redirects=False)
            target = self._session.get_redirect_target(response)
            if response.status_code not in REDIRECTS or not target:
                return _answer(response)
            following = check_url(urldefrag(urljoin(response.url, target)).url)
            if urlsplit(url).scheme == "https" and urlsplit(following).scheme == "http":
                log.warning("%s leads from https to http: %s", url, following)
            if _origin(following) != _origin(url):
                headers = {name: headers[name] for name in set(headers) - _secrets(headers)}
            url = following
        raise _too_many(start)


def _answer(response: requests.Response) -> Answer:
    status, url = response.status_code, response.url
    if status not in {200, 304}:
        raise FetchError(f"{url} answered {status} {_phrase(status)}; {_advice(status)}", status)
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status, url, headers, response.content)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "(an unknown status)"


def _advice(status: int) -> str:
    if status in {401, 403}:
        return "it wants a key, or does not serve programs"
    if status in {404, 410}:
        return "check the address"
    if status == 429 or status >= 500:
        return "try again later"
    return "open the address in a browser and see what it serves"


def _too_many(url: str) -> Refused:
    return Refused(f"{url}: more than {MOST_REDIRECTS} redirects; use the address they lead to")


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _secrets(headers: Mapping[str, Any]) -> set[str]:
    return {name for name in headers if name.lower() not in _HARMLESS}
