"""A body on its way out: piece by piece, the deadline renewed with each that the other side takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

_PIECE = 64 * 1024


class BrokenBody(Exception):
    """Whoever makes the body failed, with the error that is the cause; no fault of the network."""


class Upload:
    """The pieces of a body, none longer than 64 KiB. Iterated once.

    `moved` is called before each piece is sent and behind the last: what it is told of has gone out,
    and the time that the caller took to make the next piece is over. `whole` says whether all went.
    """

    def __init__(self, body: bytes | Iterable[bytes], moved: Callable[[], None]) -> None:
        self._given: Iterable[bytes] = (body,) if isinstance(body, bytes) else body
        self._moved = moved
        self.whole = False
        if isinstance(body, bytes) and body:
            self.len = len(body)  # requests then declares the length and sends no chunks

    def __iter__(self) -> Iterator[bytes]:
        for given in self._made():
            for start in range(0, len(given), _PIECE):
                self._moved()
                yield given[start : start + _PIECE]
        self._moved()
        self.whole = True

    def _made(self) -> Iterator[bytes]:
        # An OSError would be taken for one of the connection, and some are then passed over.
        try:
            yield from self._given
        except Exception as error:
            raise BrokenBody(str(error)) from error
