"""Reading a body whole, within limits: packed size, unpacked size, ratio."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from catalogue.errors import FetchError, Refused

# Deflate packs at most 1:1032; catalogues, repetitive as they are, stay below 1:60.
MOST_RATIO = 200
FREE_BYTES = 16 * 1024 * 1024  # below this size a ratio harms nobody

_STEP = 1024 * 1024
_GZIP = b"\x1f\x8b"


class Unpacker:
    """Undoes a Content-Encoding piece by piece and counts what comes out. With `cut` what is past
    `max_bytes` is left unread.

    Raises: Refused past a limit; FetchError for an encoding that was not asked for, or a body that
    is damaged or ends too early.
    """

    def __init__(self, encoding: str, max_bytes: int, *, cut: bool = False) -> None:
        self._encoding = encoding.strip().lower()
        if self._encoding not in {"", "identity", "gzip", "x-gzip", "deflate"}:
            raise FetchError(f"the answer is encoded as {encoding[:80]!r}, which was not asked for")
        self._packed = self._encoding not in {"", "identity"}
        self._max, self._cut = max_bytes, cut
        self._engine: zlib._Decompress | None = None
        self._parts: list[bytes] = []
        self._in = self._out = 0
        self._head = b""

    def read(self, pieces: Iterable[bytes]) -> bytes:
        """The whole body."""
        for piece in pieces:
            self._in += len(piece)
            if self._packed:
                self._unpack(piece)
            else:
                self._keep(piece)
            if self._full:
                break
        if self._packed and self._in and not self._full and not self._ended():
            raise FetchError(f"the {self._encoding} body ends before its end: it was cut off")
        return b"".join(self._parts)[: self._max]

    @property
    def _full(self) -> bool:
        return self._cut and self._out >= self._max

    def _ended(self) -> bool:
        """Whether the packed body is complete, once what the engine still holds has been taken."""
        engine = self._engine
        while engine is not None and not engine.eof:
            part = engine.decompress(b"", _STEP)
            if not part:
                return False
            self._keep(part)
        return engine is not None

    def _unpack(self, piece: bytes) -> None:
        rest = self._head + piece
        if self._engine is None and len(rest) < 2:
            self._head = rest
            return
        self._head = b""
        try:
            while rest and not self._full:
                rest = self._step(rest)
        except zlib.error as error:
            raise FetchError(f"the {self._encoding} body is damaged: {error}") from error

    def _step(self, data: bytes) -> bytes:
        """Unpack a part; return what is still packed."""
        if self._engine is None:
            self._engine = self._new_engine(data)
        elif self._engine.eof:
            return self._next_member(data)
        self._keep(self._engine.decompress(data, _STEP))
        if self._engine.eof:
            return self._engine.unused_data
        return self._engine.unconsumed_tail

    def _next_member(self, data: bytes) -> bytes:
        """A gzip body may be several members in a row (RFC 1952, 2.2), padded with zeros."""
        if not data.strip(b"\0"):
            return b""
        if self._encoding == "deflate" or not data.startswith(_GZIP[: len(data)]):
            raise FetchError(f"there is something else behind the {self._encoding} body")
        self._engine = self._new_engine(data)
        return data

    def _new_engine(self, data: bytes) -> zlib._Decompress:
        if self._encoding != "deflate":
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        # "deflate" is the zlib format (RFC 9110, 8.4.1.2), but some servers leave its header out.
        wrapped = data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
        return zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)

    def _keep(self, part: bytes) -> None:
        self._out += len(part)
        if self._out > self._max and not self._cut:
            raise Refused(
                f"the body is larger than {self._max} bytes; raise AICAT_FETCH_MAX_BYTES if it is "
                "meant to be"
            )
        if self._packed and self._out > max(FREE_BYTES, self._in * MOST_RATIO):
            raise Refused(f"the body unpacks to more than {MOST_RATIO} times its size")
        if part:
            self._parts.append(part)
