"""Views of an index that stand still (points in time), in which walks go on while records change.

A reader opens one for each commit that it meets, and all searches that begin in that commit share it. Its
name goes to the walker inside her cursor, so that any process can go on in it; it is sealed with a
secret that the index keeps, so that nothing is shown to the engine that no reader of ours has written.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import threading
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch

from catalogue.errors import Unavailable

PATIENCE = "10m"  # that the engine keeps a view for after its last use
VIEWS = 32  # commits whose views a reader keeps open
LONGEST = 4_000  # characters of a sealed name; shards of an index number some hundreds then
SWAPS, SWAPPED = (
    2,
    0.05,
)  # times that is asked again where an index was swapped, and seconds between
LIVE = "-"  # the name of what is visible now, which moves

_KEY, _MAC, _COMMIT = 4, 16, 8  # bytes of the parts of a sealed name, before the packed rest


@dataclass(frozen=True, slots=True)
class Commit:
    """What the index says of its state: `label` is another one after each commit, the `secret` another
    one with each index, and empty where an index tells none."""

    label: int
    secret: bytes


@dataclass(frozen=True, slots=True)
class View:
    """A commit as the engine keeps it under the id `pit`; without one it is what is visible now, whatever
    that is. `name` is its sealed name."""

    label: int
    pit: str | None = None
    name: str = LIVE


def commit(told: Mapping[str, Any]) -> Commit:
    """The commit that the mappings of the indexes behind the alias tell of, by the indexes' names."""
    marks = sorted((name, sorted(_meta(of).items())) for name, of in told.items())
    label = hashlib.blake2b(repr(marks).encode(), digest_size=_COMMIT).digest()
    secret = "".join(sorted(str(_meta(of).get("secret", "")) for of in told.values()))
    key = hashlib.blake2b(secret.encode(), digest_size=32).digest() if secret else b""
    return Commit(int.from_bytes(label, "big"), key)


def _meta(of: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = of["mappings"].get("_meta", {})
    return found


# --- names ---------------------------------------------------------------------------------------


def sealed(label: int, pit: str, secret: bytes) -> str:
    """The name of a view; `LIVE` where it would be too long."""
    body = label.to_bytes(_COMMIT, "big") + zlib.compress(pit.encode("ascii"), 9)
    name = base64.urlsafe_b64encode(_key(secret) + _mac(body, secret) + body).decode().rstrip("=")
    return name if len(name) <= LONGEST else LIVE


def unsealed(name: str, secret: bytes) -> View | None:
    """The view of a name; None for one of an index that is no more, and for `LIVE`.

    Raises: ValueError for a name that no reader gave.
    """
    if name == LIVE:
        return None
    if len(name) > LONGEST:
        raise ValueError("this is no name of a view")
    try:
        found = base64.b64decode(name + "=" * (-len(name) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("this is no name of a view") from error
    key, mac, body = found[:_KEY], found[_KEY : _KEY + _MAC], found[_KEY + _MAC :]
    if len(body) <= _COMMIT:
        raise ValueError("this is no name of a view")
    if not secret or key != _key(secret):
        return None
    if not hmac.compare_digest(mac, _mac(body, secret)):
        raise ValueError("this is no name of a view")
    pit = zlib.decompress(body[_COMMIT:]).decode("ascii")
    return View(int.from_bytes(body[:_COMMIT], "big"), pit, name)


def _key(secret: bytes) -> bytes:
    """Tells secrets apart, and nothing of them."""
    return hashlib.blake2b(secret, digest_size=_KEY, person=b"which secret").digest()


def _mac(body: bytes, secret: bytes) -> bytes:
    return hashlib.blake2b(body, key=secret, digest_size=_MAC).digest()


# --- opening and closing -------------------------------------------------------------------------


class Views:
    """The views that one reader has opened. Safe between threads.

    `ask` carries out a request, and raises Unavailable where there is no answer.
    """

    def __init__(
        self,
        client: Elasticsearch,
        prefix: str,
        copy: str,
        ask: Callable[[Callable[[], Any]], Any],
    ) -> None:
        self._client, self._prefix, self._copy, self._ask = client, prefix, copy, ask
        self._guard = threading.Lock()
        self._kept: OrderedDict[int, View] = OrderedDict()

    def of(self, now: Commit) -> View:
        """The view of a commit, kept or opened; what is visible now where the engine opens no more.

        Raises: Unavailable.
        """
        with self._guard:
            view = self._kept.pop(now.label, None) or self._opened(now)
            if view.pit is None:
                return view
            self._kept[now.label] = view
            old = self._kept.popitem(last=False)[1] if len(self._kept) > VIEWS else None
        if old is not None:
            self._end(old)
        return view

    def used(self, view: View) -> None:
        """A walk goes on in it: others are closed before it."""
        with self._guard:
            if self._kept.get(view.label) == view:
                self._kept.move_to_end(view.label)

    def lost(self, view: View) -> None:
        """The engine has it no more."""
        with self._guard:
            if self._kept.get(view.label) == view:
                del self._kept[view.label]

    def close(self) -> None:
        """Close all that were opened."""
        with self._guard:
            views, self._kept = list(self._kept.values()), OrderedDict()
        for view in views:
            self._end(view)

    def _opened(self, now: Commit) -> View:
        pit = self._pit() if now.secret else None
        if pit is None:
            return View(now.label)
        name = sealed(now.label, pit, now.secret)
        view = View(now.label, pit, name)
        if name == LIVE:
            self._end(view)
            return View(now.label)
        return view

    def _pit(self) -> str | None:
        """The engine's id of a view that it opens; None where it says that there are too many."""
        for attempt in range(SWAPS + 1):
            if attempt:
                time.sleep(SWAPPED)
            try:
                answer = self._ask(
                    lambda: self._client.open_point_in_time(
                        index=self._prefix, keep_alive=PATIENCE, preference=self._copy
                    )
                )
                return str(answer["id"])
            except Unavailable as error:
                cause = error.__cause__
                status = cause.meta.status if isinstance(cause, ApiError) else 0
                if status == 429:
                    return None
                if status not in {404, 503} or attempt == SWAPS:
                    raise
        return None

    def _end(self, view: View) -> None:
        """Close it; one that cannot be closed ends by itself."""
        with contextlib.suppress(ApiError, TransportError):
            self._client.close_point_in_time(id=view.pit)
