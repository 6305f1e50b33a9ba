"""robots.txt of the hosts whose addresses are asked (RFC 9309): which of them we may ask, and how fast."""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from catalogue.errors import FetchError, NoConnection, Refused
from catalogue.ports import Client

MOST_BYTES = 500 * 1024  # RFC 9309, 2.5: at least so much is read
FRESH = 24 * 3600.0  # seconds that what a host said holds (2.4)
AGAIN = 3600.0  # seconds after which one that could not be read is asked for again
LONGEST_DELAY = 60.0  # seconds that a Crawl-delay is heeded for
KEPT_CHARACTERS, KEPT_HOSTS = 8_000_000, 10_000  # of rules in memory

_LINES = re.compile(r"\r\n|\r|\n")
_AGENT = re.compile(r"user[ -]?agent(?: ?: ?| |$)([^#]*)", re.IGNORECASE)
_BESIDE = re.compile(
    r"#|$|(sitemaps?|site-map|host)\b", re.IGNORECASE
)  # concerns no address of ours
_TOKEN = re.compile(r"[\w-]+", re.ASCII)
_GROUP = "User-agent: "
_OTHERS = "~"  # in the place of every other program's name; no name holds it


class Barred(Exception):
    """The rules of its host forbid the address to us."""


class Unheard(Exception):
    """A host is there, and its rules could not be read: nothing of it may be asked (2.3.1.4)."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """What came of asking a host for its rules: `rules`, or what is to be raised."""

    rules: str
    until: float
    fault: type[Exception] | None = None
    reason: str = ""


class Robots:
    """The rules of hosts, each asked for once in a day and kept. `agent` is our User-Agent, of which the
    product's name counts; of `trusting` hosts the rules are not read, as their operators agreed.
    Threads may share it.
    """

    def __init__(
        self,
        agent: str,
        *,
        trusting: Iterable[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        found = _TOKEN.match(agent)
        self._name = found[0].lower() if found else "aicat"
        self._trusting, self._clock = frozenset(trusting), clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Heard] = OrderedDict()
        self._size = 0

    def ask(self, client: Client, url: str) -> float:
        """The seconds that the host of an address wants between two requests, 0 where it does not say.

        What is no address of the web is left to the client to refuse.
        Raises: Barred; Unheard; NoConnection where nobody is there; Refused where the guard says no.
        """
        origin = self._origin(url)
        if origin is None:
            return 0.0
        heard = self._heard(client, origin)
        if heard.fault is not None:
            raise heard.fault(heard.reason)
        if not heard.rules:
            return 0.0
        rules = Protego.parse(heard.rules)
        if not rules.can_fetch(url, self._name):
            raise Barred(f"{origin}/robots.txt forbids it")
        return min(rules.crawl_delay(self._name) or 0.0, LONGEST_DELAY)

    def _origin(self, url: str) -> str | None:
        """Whose rules hold for an address (2.3): scheme, host and port."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
            return None
        return (
            None if parts.hostname in self._trusting else f"{parts.scheme}://{parts.netloc.lower()}"
        )

    def _heard(self, client: Client, origin: str) -> _Heard:
        with self._lock:
            heard = self._kept.get(origin)
        if heard is None or heard.until <= self._clock():
            heard = self._fetched(client, f"{origin}/robots.txt")
            self._keep(origin, heard)
        return heard

    def _fetched(self, client: Client, url: str) -> _Heard:
        now = self._clock()
        try:
            answer = client.start(url, MOST_BYTES)
        except (NoConnection, Refused) as word:
            kind = NoConnection if isinstance(word, NoConnection) else Refused
            return _Heard("", now + AGAIN, kind, str(word))
        except FetchError as word:
            return _Heard("", now + AGAIN, Unheard, str(word))
        if answer.status == 429 or answer.status >= 500:
            return _Heard("", now + AGAIN, Unheard, f"{url} answered {answer.status}")
        # Anything else is as good as none (2.3.1.2, 2.3.1.3): redirects without end, not found.
        good = 200 <= answer.status < 300
        return _Heard(for_us(answer.body, self._name) if good else "", now + FRESH)

    def _keep(self, origin: str, heard: _Heard) -> None:
        """Those that were asked for longest ago are forgotten first."""
        with self._lock:
            before = self._kept.pop(origin, None)
            self._size += len(heard.rules) - (len(before.rules) if before else 0)
            self._kept[origin] = heard
            while self._size > KEPT_CHARACTERS or len(self._kept) > KEPT_HOSTS:
                _origin, gone = self._kept.popitem(last=False)
                self._size -= len(gone.rules)


def for_us(body: bytes, name: str) -> str:
    """The lines of a robots.txt that can concern the program `name`; empty where none does.

    Whatever the bytes are. Names of other programs become one, since each name costs as many rules as
    there are; of a body that fills the limit the last line, which may be cut, is left out.
    """
    lines = _LINES.split(body.decode("utf-8-sig", "replace"))
    kept: list[str] = []
    for given in lines[:-1] if len(body) >= MOST_BYTES else lines:
        line = _folded(" ".join(given.split()), name)
        repeated = line.startswith(_GROUP) and kept[-1:] == [line]
        if line and not repeated:
            kept.append(line)
    ours = {_GROUP + one for one in (name, "*")}
    return "" if ours.isdisjoint(kept) else "\n".join(kept)


def _folded(line: str, name: str) -> str:
    """A line as it concerns us; empty where it does not."""
    if _BESIDE.match(line):
        return ""
    agent = _AGENT.match(line)
    if agent is None:
        return line
    whom = agent[1].strip()
    found = _TOKEN.match(whom)
    whom = found[0].lower() if found else whom
    return _GROUP + (whom if whom in {name, "*"} else _OTHERS)
