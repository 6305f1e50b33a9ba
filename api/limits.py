"""How much each key and each address may ask for in a minute (429 of RFC 6585, section 4)."""

from __future__ import annotations

import hashlib
import ipaddress
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import NoReturn
from urllib.parse import urlsplit

from catalogue.errors import CatalogueError, Unauthenticated
from catalogue.model import AccessKey

KEPT = 10_000  # keys, and addresses, whose use is remembered
NETWORK = 64  # bits of an IPv6 address that its holder cannot choose (RFC 6177)
LONGEST = 64  # characters of what stands for an address and is none

Check = Callable[[str], AccessKey]


class TooMany(CatalogueError):
    """The limit of requests is used up; `retry_after` seconds until the next is free."""

    def __init__(self, whose: str, retry_after: int) -> None:
        super().__init__(f"too many requests {whose}; try again in {retry_after} s")
        self.retry_after = retry_after


class Limiter:
    """A bucket of tokens for each name, filled at `rate` a minute; 0 is no limit. Safe between
    threads."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._guard = threading.Lock()

    def take(self, name: str, now: float) -> int:
        """0 when the request may pass, else the seconds to wait."""
        if self._rate == 0:
            return 0
        with self._guard:
            tokens, at = self._buckets.pop(name, (float(self._rate), now))
            tokens = min(self._rate, tokens + (now - at) * self._rate / 60)
            wait = 0 if tokens >= 1 else int((1 - tokens) * 60 / self._rate) + 1
            self._buckets[name] = (tokens if wait else tokens - 1, now)
            if len(self._buckets) > KEPT:
                self._buckets.popitem(last=False)
        return wait

    def give_back(self, name: str) -> None:
        """Undo one `take` that let a request pass."""
        with self._guard:
            if name in self._buckets:
                tokens, at = self._buckets[name]
                self._buckets[name] = (tokens + 1, at)


class Limits:
    """A bucket for each key that is good, wherever it comes from, and for each address of all other
    requests; in this process. Safe between threads.

    Whether a key is good is known only after it was looked up. So looking up costs a token of the
    address, which a good key gives back; one that was good the last time is counted as itself at
    once. A flood of bad keys is thus ended before it reaches the database, and takes nothing from
    keys that are in use behind the same address.
    """

    def __init__(self, rate: int) -> None:
        self._keys, self._addresses, self._lookups = Limiter(rate), Limiter(rate), Limiter(rate)
        self._good: OrderedDict[bytes, str] = OrderedDict()  # hash of a token: id of its key
        self._guard = threading.Lock()

    def let_in(self, address: str) -> None:
        """Count a request without a good key. Raises: TooMany."""
        wait = self._addresses.take(address, time.monotonic())
        if wait:
            raise TooMany("from this address", wait)

    def key(self, token: str, address: str, check: Check) -> AccessKey:
        """The key that `check` finds the token to be, counted. Raises: TooMany, and Unauthenticated
        of `check`."""
        mark = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._good.get(mark)
        if known is None:
            wait = self._lookups.take(address, time.monotonic())
            if wait:
                raise TooMany("with keys not known here from this address", wait)
        else:
            self._count(known)
        try:
            key = check(token)
        except Unauthenticated as error:
            self._refuse(mark, address, error)
        if known is None:
            self._lookups.give_back(address)
            self._remember(mark, key.id)
            self._count(key.id)
        return key

    def _count(self, key_id: str) -> None:
        wait = self._keys.take(key_id, time.monotonic())
        if wait:
            raise TooMany(f"with the key {key_id}", wait)

    def _refuse(self, mark: bytes, address: str, error: Unauthenticated) -> NoReturn:
        with self._guard:
            self._good.pop(mark, None)
        self.let_in(address)
        raise error

    def _remember(self, mark: bytes, key_id: str) -> None:
        with self._guard:
            self._good[mark] = key_id
            if len(self._good) > KEPT:
                self._good.popitem(last=False)


def bucket_of(remote: str | None) -> str:
    """What stands for an address: an IPv4 address as it is, also where it is written as IPv6; of an
    IPv6 address its network of 64 bits, as its holder has all of that. A port is left out."""
    text = (remote or "unknown").strip()
    for one in (text, _without_port(text)):
        try:
            found = ipaddress.ip_address(one)
        except ValueError:
            continue
        if isinstance(found, ipaddress.IPv4Address):
            return str(found)
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found), NETWORK), strict=False))
    return text[:LONGEST]


def _without_port(text: str) -> str:
    try:
        return urlsplit(f"//{text}").hostname or ""
    except ValueError:
        return ""
