"""Asking the addresses that records give, politely: which answer, and which do not."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from catalogue.errors import Fenced, FetchError, Refused
from catalogue.ports import Client, Journal, Visit
from catalogue.quality.schedule import Answered, following

HANDS = 4  # hosts that are asked side by side
EACH = 5  # addresses of one host at once
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
    time between two requests to a host, seconds, whoever makes them. Several may work side by side."""

    def __init__(
        self,
        journal: Journal,
        client: Callable[[], Client],
        clock: Callable[[], datetime],
        *,
        pause: float,
        hands: int = HANDS,
    ) -> None:
        self._journal, self._client, self._clock = journal, client, clock
        self._pause, self._hands = pause, hands
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
            answered = self._ask(url)
            found[url] = following(before, answered, self._clock())
            if answered.later is not None:  # the others of this host wait with it
                hold = min(max(answered.later, self._pause), 24 * 3600)
                break
        try:
            done = self._journal.links.settle(visit, found, pause=self._pause, hold=hold)
        except Fenced as word:
            log.warning("%s", word)
            return Checked(len(found))
        return Checked(len(found), done.changed, done.touched)

    def _ask(self, url: str) -> Answered:
        client = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = self._client()
        try:
            glance = client.glance(url)
        except Refused as word:
            return Answered(None, f"not asked: {_short(word, url)}")
        except FetchError as word:
            later = self._pause if word.status in _BUSY else None
            return Answered(word.status or 0, _short(word, url), later)
        except Exception as error:  # an address is untrusted: whatever it does, others are asked
            log.exception("asking %.200s failed", url)
            return Answered(0, f"{type(error).__name__}")
        return Answered(glance.status, f"answered {glance.status}", glance.later)


def _short(word: Exception, url: str) -> str:
    return str(word).replace(url, "").lstrip(": ")[:300]
