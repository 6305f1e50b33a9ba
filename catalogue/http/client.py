"""The guarded client: the only way out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import requests

from catalogue.errors import FetchError, Refused
from catalogue.http.adapter import (
    REDIRECTS,
    GuardedAdapter,
    Limits,
    Manners,
    check_url,
    retry_after,
)
from catalogue.http.connecting import Door, Resolve, resolve
from catalogue.http.courtesy import USUAL_PORTS, Courtesy
from catalogue.http.upload import BrokenBody, Upload
from catalogue.ports import Answer, Glance

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

_CONDITIONS = frozenset({"if-none-match", "if-modified-since"})
_FRAMING = frozenset({"content-length", "transfer-encoding"})
_NO_PART = 416  # there is nothing to give a part of: the file is empty (RFC 9110, 15.5.17)

log = logging.getLogger(__name__)


@contextmanager
def _logged() -> Iterator[None]:
    """Every refusal is logged, once, where it leaves the client."""
    try:
        yield
    except Refused as error:
        log.warning("refused: %s", error)
        raise


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
        with _logged():
            return self.ask(method, url, *details, **options)

    def ask(self, method: Any, url: Any, *details: Any, **options: Any) -> requests.Response:
        """`request`, for a caller that logs refusals itself."""
        check_url(str(url).strip())
        try:
            with self._door.deadline.limited(self._limits.seconds):
                return super().request(method, url, *details, **options)
        except requests.TooManyRedirects as error:
            raise _too_many(str(url)) from error
        except (requests.RequestException, UnicodeError) as error:
            raise FetchError(f"{url}: the request cannot be made: {error}") from error

    def put_out(
        self, url: str, body: bytes | Iterator[bytes], headers: Mapping[str, str]
    ) -> requests.Response:
        """POST a body piece by piece, each of which has the time that else a whole request has.

        Raises: Refused, FetchError; what the iterator raises.
        """
        upload = Upload(body, lambda: self._door.deadline.renew(self._limits.seconds))
        request = requests.Request("POST", url, headers=dict(headers), data=upload if body else b"")
        try:
            prepared = self.prepare_request(request)
            answer = self.send(prepared, allow_redirects=False)
        except BrokenBody as error:
            assert error.__cause__ is not None
            raise error.__cause__ from None
        except (requests.RequestException, UnicodeError) as error:
            raise FetchError(f"{url}: the request cannot be made: {error}") from error
        if body and not upload.whole and answer.status_code < 400:
            raise FetchError(
                f"{url} answered {answer.status_code} before all was sent, and broke off; ask it "
                "what it has, and go on from there",
                answer.status_code,
            )
        return answer

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
    Such a Retry-After holds for the whole host, and for every client that shares the `courtesy`;
    `pause` is the least time between two requests to one host, seconds. Waiting counts as time of
    the call. A client is for one thread at a time.

    With `proxy` (`http://host:port`) every request goes through that proxy, and no other is ever
    used, whatever the environment says. A host is still resolved and judged here, and one that does
    not resolve here or must not be reached is not asked for. But the proxy resolves the name anew and
    connects by itself: that it reaches the very address that was judged, and not one inside its own
    network, only its own rules can ensure. It also reads and may change whatever goes by http;
    of https it sees host, port, time and size, as the certificate is checked here.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        user_agent: str = "aicat",
        seconds: float = 120.0,
        max_bytes: int = MOST_BYTES,
        proxy: str = "",
        pause: float = 0.0,
        courtesy: Courtesy | None = None,
        sleep: Callable[[float], None] = time.sleep,
        resolve: Resolve = resolve,
    ) -> None:
        self._door = Door(allow_private, resolve)
        self._limits = Limits(seconds, max_bytes)
        self._agent = user_agent
        self._manners = manners = Manners(pause, courtesy or Courtesy(), sleep)
        self._proxy = proxy
        self._adapter = GuardedAdapter(self._door, self._limits, manners, proxy)
        self._glances = GuardedAdapter(self._door, self._limits, manners, proxy, heads_only=True)
        self._session = self.session()

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        """GET; follows redirects, each one checked.

        Headers that may hold a secret are not sent on to another origin.
        Raises: Refused when the guard says no; FetchError for network faults, truncated bodies and
        every status but 200, and 304 where `headers` hold a condition (RFC 9110, 13.1).
        """
        with _logged(), self._door.deadline.limited(self._limits.seconds):
            return self._follow(url.strip(), dict(headers or {}))

    def post(
        self,
        url: str,
        *,
        body: bytes | Iterator[bytes],
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """POST, once; an answer of any status is returned, and a redirect is not followed.

        An iterator's pieces are sent as they come, in chunks (RFC 9112, 7.1); bytes with their
        length. `seconds` is not the total here: it is how long the other side may take for 64 KiB,
        and, when all is sent, for its whole answer. The time that the iterator takes is its own.
        Nothing is ever sent again: who wants to go on after a fault asks first what has arrived.
        Raises: Refused; FetchError when no whole answer comes, or a good one before all was sent;
        what the iterator raises.
        """
        plain = {name: one for name, one in (headers or {}).items() if name.lower() not in _FRAMING}
        with _logged():
            return _answer(self._session.put_out(check_url(url.strip()), body, plain))

    def start(self, url: str, most: int) -> Answer:
        """The beginning of what the address serves, `most` bytes of it, unpacked; an answer of any status
        is returned. It asks once, and follows redirects, each one checked; where there are more than
        five, the last is the answer.

        Raises: Refused; FetchError when no answer comes, NoConnection where nobody is there.
        """
        limits = Limits(self._limits.seconds, most)
        adapter = GuardedAdapter(self._door, limits, self._manners, self._proxy, starts_only=True)
        session = GuardedSession(self._door, limits, adapter, self._agent)
        try:
            with _logged(), self._door.deadline.limited(limits.seconds):
                for _hop in range(MOST_REDIRECTS + 1):
                    response = session.ask("GET", url, allow_redirects=False)
                    target = session.get_redirect_target(response)
                    if response.status_code not in REDIRECTS or not target:
                        break
                    url = check_url(urldefrag(urljoin(response.url, target)).url)
                return _answer(response)
        finally:
            adapter.close()

    def glance(self, url: str, *, before: Callable[[str], object] | None = None) -> Glance:
        """What the address answers with: to HEAD, and where that is nothing good, to a GET for one byte.

        No body is read, whatever the server sends. Redirects are followed, each one checked, and told to
        `before` ere it is asked: what that raises ends the glance. Both
        requests together have the time of one call, and nothing is asked twice: a 429 or 503 comes
        back as it is, with what the host asks for. Raises: Refused; FetchError where nothing answers.
        """
        with _logged(), self._door.deadline.limited(self._limits.seconds):
            session = GuardedSession(self._door, self._limits, self._glances, self._agent)
            try:
                found = self._glance(session, "HEAD", url.strip(), {}, before)
            except Refused:
                raise
            except FetchError:
                found = None  # some servers break off where they do not know HEAD
            if found is None or (found.status >= 400 and found.later is None):
                # RFC 9110, 9.3.2: HEAD should be as GET, but is often refused or not known.
                found = self._glance(session, "GET", url.strip(), {"Range": "bytes=0-0"}, before)
            if found.status == _NO_PART:
                found = self._glance(session, "GET", url.strip(), {}, before)
            return found

    def session(self) -> GuardedSession:
        """A `requests.Session` whose every request goes through the same guard."""
        return GuardedSession(self._door, self._limits, self._adapter, self._agent)

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._adapter.close()
        self._glances.close()

    def _glance(
        self,
        session: GuardedSession,
        method: str,
        url: str,
        headers: dict[str, str],
        before: Callable[[str], object] | None,
    ) -> Glance:
        start = url
        for _hop in range(MOST_REDIRECTS + 1):
            response = session.ask(method, url, headers=headers, allow_redirects=False)
            target = session.get_redirect_target(response)
            if response.status_code not in REDIRECTS or not target:
                later = retry_after(response.headers.get("retry-after", ""))
                match response.status_code:
                    case 429:  # speaks of us, also where it does not say until when (RFC 6585, 4)
                        later = later or 0.0
                    case 503:
                        pass
                    case _:
                        later = None
                return Glance(response.status_code, response.url, later)
            url = check_url(urldefrag(urljoin(response.url, target)).url)
            if before is not None:
                before(url)
        raise FetchError(f"{start}: more than {MOST_REDIRECTS} redirects, so it leads nowhere")

    def _follow(self, url: str, headers: dict[str, str]) -> Answer:
        start = url
        for _hop in range(MOST_REDIRECTS + 1):
            response = self._session.ask("GET", url, headers=headers, allow_redirects=False)
            target = self._session.get_redirect_target(response)
            if response.status_code not in REDIRECTS or not target:
                return _good(
                    response, conditional=not _CONDITIONS.isdisjoint(map(str.lower, headers))
                )
            following = check_url(urldefrag(urljoin(response.url, target)).url)
            if urlsplit(url).scheme == "https" and urlsplit(following).scheme == "http":
                log.warning("%s leads from https to http: %s", url, following)
            if _origin(following) != _origin(url):
                headers = {name: headers[name] for name in set(headers) - _secrets(headers)}
            url = following
        raise _too_many(start)


def _good(response: requests.Response, *, conditional: bool) -> Answer:
    status, url = response.status_code, response.url
    if status != 200 and not (status == 304 and conditional):
        raise FetchError(f"{url} answered {status} {_phrase(status)}; {_advice(status)}", status)
    return _answer(response)


def _answer(response: requests.Response) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, response.url, headers, response.content)


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
    return parts.scheme, parts.hostname, parts.port or USUAL_PORTS.get(parts.scheme)


def _secrets(headers: Mapping[str, Any]) -> set[str]:
    return {name for name in headers if name.lower() not in _HARMLESS}
