"""Asking the addresses that records give, politely: which answer, and which do not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from catalogue.errors import Fenced, FetchError, Refused
from catalogue.ports import BARRED, Client, Journal, Visit
from catalogue.quality.robots import Barred, Robots, Unheard
from catalogue.quality.schedule import Answered, following

HANDS = 4  # hosts that are asked side by side
EACH = 5  # addresses of one host at once
UNHEARD = 24 * 3600.0  # seconds that a host is let be whose robots.txt cannot be read
LEASE = 600.0  # seconds after which a visit that was not settled is anybody's

_BUSY = frozenset({429, 503})  # what the host has asked others of us for

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a round did: addresses asked, those whose word changed, records touched for it."""

    asked: int = 0
    changed: int = 0
    touched: int = 0

    def __add__(self, other: Checked) -> Checked:
        return Checked(
            self.asked + other.asked, self.changed + other.changed, self.touched + other.touched
        )


class Checker:
    """Asks what is due. `client` makes a guarded client; one is kept for each thread. `pause`: the least
    time between two requests to a host, seconds, whoever makes them. What the hosts' `robots` forbid is
    not asked. Several may work side by side."""

    def __init__(
        self,
        journal: Journal,
        client: Callable[[], Client],
        clock: Callable[[], datetime],
        *,
        pause: float,
        robots: Robots,
        hands: int = HANDS,
    ) -> None:
        self._journal, self._client, self._clock = journal, client, clock
        self._pause, self._hands, self._robots = pause, hands, robots
        self._own = threading.local()
        self._pool = ThreadPoolExecutor(hands, thread_name_prefix="links")

    def round(self, most: int, sources: Sequence[str] | None = None) -> Checked:
        """Ask at most so many addresses that are due; of the sources' records only, where they are given."""
        if most < 1:
            return Checked()
        each = min(EACH, most)
        visits = self._journal.links.visit(
            seconds=LEASE, most=each, hosts=max(1, min(self._hands, most // each)), sources=sources
        )
        return sum(self._pool.map(self._visit, visits), Checked())

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _visit(self, visit: Visit) -> Checked:
        found, hold = {}, 0.0
        for url, before in visit.links:
            answered, delay = self._ask(url)
            now = self._clock()
            found[url] = following(before, answered, now)
            due = found[url].due
            if answered.later is not None and due:  # the others of this host wait with it
                hold = (due - now).total_seconds()
                break
            if delay:
                hold = max(delay, self._pause)
                break
        try:
            done = self._journal.links.settle(visit, found, pause=self._pause, hold=hold)
        except Fenced as word:
            log.warning("%s", word)
            return Checked(len(found))
        return Checked(len(found), done.changed, done.touched)

    def _ask(self, url: str) -> tuple[Answered, float]:
        """What asking an address gave, and the seconds that its host wants between two requests."""
        client = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = self._client()
        delay = 0.0
        try:
            delay = self._robots.ask(client, url)
            glance = client.glance(url, before=lambda one: self._follow(client, one))
        except Exception as fault:  # an address is untrusted: whatever it does, others are asked
            return self._fault(url, fault), delay
        return Answered(glance.status, f"answered {glance.status}", glance.later), delay

    def _follow(self, client: Client, url: str) -> None:
        """Where an address leads, the rules of that host hold; this one is not made to wait for it."""
        try:
            self._robots.ask(client, url)
        except Unheard as word:
            raise Refused(str(word)) from word

    def _fault(self, url: str, fault: Exception) -> Answered:
        match fault:
            case Barred():
                return Answered(None, BARRED)
            case Unheard():
                return Answered(0, f"not asked: {_short(fault, url)}", UNHEARD)
            case Refused():
                return Answered(None, f"not asked: {_short(fault, url)}")
            case FetchError():
                later = self._pause if fault.status in _BUSY else None
                return Answered(fault.status or 0, _short(fault, url), later)
        log.error("asking %.200s failed", url, exc_info=fault)
        return Answered(0, f"{type(fault).__name__}")


def _short(word: Exception, url: str) -> str:
    return str(word).replace(url, "").lstrip(": ")[:300]
