"""Packages in local files: answers as JSON, lines of packages, each packed or not, or folders."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

import zstandard

from catalogue.errors import ContentError, FetchError
from catalogue.model import Page
from harvesters.ckan.addresses import are_lines, is_document
from harvesters.ckan.answers import LINES

PIECE = 16 * 1024 * 1024  # bytes of lines a page
MOST_BYTES = 512 * 1024 * 1024  # of one document or line
FILES = "file:"

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_DAMAGED = (OSError, EOFError, zlib.error, zstandard.ZstdError)


def page(url: str, cursor: str | None) -> Page:
    """The page `file:<number of the file>:<byte>` of a file or folder; None is the first.

    Raises: FetchError where something cannot be read; ContentError where there are no documents.
    """
    paths = _paths(url)
    number, offset = _place(cursor)
    if number >= len(paths):
        raise FetchError(f"{url}: there is no file {number + 1} any more; harvest again")
    path = paths[number]
    try:
        body, behind = _lines(path, offset) if are_lines(path.name) else (_whole(path), None)
    except _DAMAGED as error:
        raise FetchError(f"{path.as_uri()}: cannot be read: {error}") from error
    following = None
    if behind is not None:
        following = f"{FILES}{number}:{behind}"
    elif number + 1 < len(paths):
        following = f"{FILES}{number + 1}:0"
    media_type = LINES if are_lines(path.name) else "application/json"
    return Page(f"{FILES}{number}:{offset}", path.as_uri(), media_type, body, following=following)


def unpacked(body: bytes, name: str) -> bytes:
    """A body without the packing that its first bytes show, up to the limit.

    Raises: FetchError where it is damaged or unpacks to too much.
    """
    if not body.startswith((_GZIP, _ZSTD)):
        return body
    try:
        with _opened(io.BytesIO(body)) as stream:
            return _limited(stream.read(MOST_BYTES + 1), name)
    except _DAMAGED as error:
        raise FetchError(f"{name}: cannot be unpacked: {error}") from error


def _paths(url: str) -> list[Path]:
    parts = urlsplit(url)
    if parts.netloc not in {"", "localhost"}:
        raise FetchError(f"{url}: a file address names no host; write file:///folder/file.json")
    path = Path(unquote(parts.path))
    if path.is_dir():
        found = sorted(one for one in path.rglob("*") if one.is_file() and is_document(one.name))
        if not found:
            raise ContentError(f"{url}: the folder holds no .json, .jsonl or .ndjson file")
        return found
    if not path.is_file():
        raise FetchError(f"{url}: no such file or folder")
    return [path.absolute()]


def _place(cursor: str | None) -> tuple[int, int]:
    if cursor is None:
        return 0, 0
    number, _, offset = cursor.removeprefix(FILES).partition(":")
    return int(number), int(offset or 0)


def _whole(path: Path) -> bytes:
    with path.open("rb") as file, _opened(file) as stream:
        return _limited(stream.read(MOST_BYTES + 1), path.as_uri())


def _lines(path: Path, offset: int) -> tuple[bytes, int | None]:
    """Whole lines from a byte of the unpacked file on, and the byte behind; None at the end."""
    with path.open("rb") as file, _opened(file) as stream:
        _skip(stream, offset)
        body = stream.read(PIECE)
        if len(body) == PIECE and not body.endswith(b"\n"):
            body += _limited(stream.readline(MOST_BYTES), path.as_uri())
        more = stream.read(1)
    return body, offset + len(body) if more else None


def _skip(stream: io.BufferedIOBase | IO[bytes], count: int) -> None:
    if stream.seekable():
        stream.seek(count)
        return
    while count:
        piece = stream.read(min(count, 1 << 20))
        if not piece:
            return
        count -= len(piece)


@contextmanager
def _opened(file: IO[bytes]) -> Iterator[io.BufferedIOBase | IO[bytes]]:
    """The unpacked content of a file, by its first bytes."""
    head = file.read(4)
    file.seek(0)
    if head.startswith(_GZIP):
        with gzip.GzipFile(fileobj=file) as unzipped:
            yield unzipped
    elif head == _ZSTD:
        with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(
            file, read_across_frames=True, closefd=False
        ) as reader:
            yield io.BufferedReader(_Forward(reader), 1 << 20)
    else:
        yield file


class _Forward(io.RawIOBase):
    """A zstd stream as one that `io` can buffer."""

    def __init__(self, reader: zstandard.ZstdDecompressionReader) -> None:
        self._reader = reader

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        return self._reader.readinto(buffer)


def _limited(body: bytes, name: str) -> bytes:
    if len(body) > MOST_BYTES:
        raise FetchError(f"{name}: more than {MOST_BYTES} bytes; cut it into smaller files")
    return body
