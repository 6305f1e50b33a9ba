"""Validating foreign documents in child processes that are kept for it: bytes may kill their reader."""

from __future__ import annotations

import os
import resource
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any

from catalogue.errors import (
    CatalogueError,
    InvalidInput,
    InvalidParameter,
    InvalidShapes,
    Refused,
    SettingsError,
    Unavailable,
    UnreadableDocument,
)
from catalogue.garbage import seldom_collected
from catalogue.harvest.reading import receive, send
from catalogue.http.body import Unpacker
from catalogue.settings import Settings
from catalogue.validate.documents import SECONDS_ALL, Validated, validate
from catalogue.validate.profiles import Profiles

LARGEST = 16 * 1024 * 1024  # bytes of a document
FETCHING = 60.0  # seconds that fetching a document may take
CHECKERS = 2
SILENCE = SECONDS_ALL + 30  # seconds until a child that says nothing is ended
PATIENCE = 20.0  # seconds that a document waits for its turn
MEMORY = 4 * 1024**3  # bytes of address space of a child

_TOO_LARGE = f"the document is larger than {LARGEST // 1024**2} MiB; send it in parts"
_GZIP = b"\x1f\x8b"

CHILD = "from catalogue.harvest.checking import main; main()"


@dataclass(frozen=True, slots=True)
class Document:
    """What is to be validated, plain or packed with gzip. `base` is what its relative IRIs are relative
    to."""

    body: bytes
    media_type: str = ""
    charset: str | None = None
    base: str = "http://document.invalid/"


@dataclass(frozen=True, slots=True)
class _Ask:
    document: Document
    profiles: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why there is no answer: the name of the error's class and what it is made of."""

    kind: str
    arguments: tuple[Any, ...]


def for_documents(settings: Settings) -> Settings:
    """The settings of a client that fetches a document to be validated: no larger than can be judged."""
    return replace(
        settings,
        fetch_max_bytes=min(settings.fetch_max_bytes, LARGEST),
        fetch_seconds=min(settings.fetch_seconds, FETCHING),
    )


class Checkers:
    """Some validating processes, each for one document at a time; started when first needed. Safe
    between threads. `more` are the operator's profiles (`validate.profiles.named_files`)."""

    def __init__(self, more: Mapping[str, Sequence[Path]], number: int = CHECKERS) -> None:
        self._more = {name: [one.absolute() for one in paths] for name, paths in more.items()}
        self._free: LifoQueue[subprocess.Popen[bytes] | None] = LifoQueue()
        self._number = number
        for _one in range(number):
            self._free.put(None)

    def validate(
        self, document: Document, profiles: Sequence[str], language: str = "en"
    ) -> Validated:
        """Judge a document by the named profiles; each profile's findings are kept apart.

        Raises: InvalidInput for a document that is too large or ends its reader; UnreadableDocument;
        InvalidParameter for a profile that is none; InvalidShapes and SettingsError for the operator's
        files; Unavailable where every process is at work for long.
        """
        if len(document.body) > LARGEST:
            raise InvalidInput(_TOO_LARGE)
        if not document.body.strip():
            raise InvalidInput("the document is empty")
        with self._one() as child:
            send(_pipe(child.stdin), _Ask(document, tuple(profiles), language))
            answer = _answer(child)
        if isinstance(answer, _Trouble):
            raise _ERRORS[answer.kind](*answer.arguments)
        assert isinstance(answer, Validated)
        return answer

    def close(self) -> None:
        """End the processes that are free; one at work ends with its answer."""
        for _one in range(self._number):
            try:
                child = self._free.get_nowait()
            except Empty:
                return
            if child is not None:
                _end(child)

    @contextmanager
    def _one(self) -> Iterator[subprocess.Popen[bytes]]:
        try:
            child = self._free.get(timeout=PATIENCE)
        except Empty:
            raise Unavailable("too many documents come at once; send it again", 10) from None
        kept: subprocess.Popen[bytes] | None = None
        try:
            if child is None or child.poll() is not None:
                child = self._started()
            yield child
            kept = child
        except (EOFError, OSError) as error:
            raise InvalidInput(
                "the document could not be validated safely: its reader ran out of time or memory;"
                " send it in smaller parts"
            ) from error
        finally:
            if kept is None and child is not None:
                _end(child)
            self._free.put(kept)

    def _started(self) -> subprocess.Popen[bytes]:
        child = subprocess.Popen(  # noqa: S603 our own command
            [sys.executable, "-c", CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        send(_pipe(child.stdin), self._more)
        return child


def _pipe(stream: Any) -> Any:
    assert stream is not None
    return stream


def _answer(child: subprocess.Popen[bytes]) -> Any:
    stream = _pipe(child.stdout)
    if not select.select([stream], [], [], SILENCE)[0]:
        raise EOFError(f"no word for {SILENCE:.0f} s")
    return receive(stream)


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    child.wait()
    for stream in (child.stdin, child.stdout):
        if stream:
            stream.close()


_ERRORS: Mapping[str, type[CatalogueError]] = {
    "InvalidParameter": InvalidParameter,
    "InvalidShapes": InvalidShapes,
    "SettingsError": SettingsError,
    "UnreadableDocument": UnreadableDocument,
    "CatalogueError": CatalogueError,
}


def _judged(profiles: Profiles, ask: _Ask) -> Validated | _Trouble:
    """The answer to one request; whatever happens becomes an answer."""
    try:
        wanted = [profiles.profile(name) for name in dict.fromkeys(ask.profiles)]
        one = ask.document
        body = _unpacked(one.body)
        return validate(body, one.media_type, one.base, wanted, ask.language, charset=one.charset)
    except CatalogueError as error:
        return _trouble(error)
    except RecursionError:
        return _Trouble("UnreadableDocument", ("the document is nested too deeply to be read",))
    except MemoryError:
        return _Trouble("UnreadableDocument", ("the document needs too much memory to be read",))
    except Exception as error:
        return _Trouble(
            "CatalogueError", (f"validating failed: {type(error).__name__}: {error}"[:1000],)
        )


def _unpacked(body: bytes) -> bytes:
    """What a file of gzip holds; any other body as it is. Raises: CatalogueError."""
    if not body.startswith(_GZIP):
        return body
    try:
        return Unpacker("gzip", LARGEST).read([body])
    except Refused as error:
        raise InvalidInput(_TOO_LARGE) from error


def _trouble(error: CatalogueError) -> _Trouble:
    if isinstance(error, InvalidParameter):
        return _Trouble("InvalidParameter", (error.name, str(error).partition(": ")[2]))
    if isinstance(error, InvalidShapes):
        return _Trouble("InvalidShapes", (str(error), error.shape, error.construct, error.line))
    if isinstance(error, SettingsError):
        return _Trouble("SettingsError", (str(error),))
    place = (getattr(error, "line", None), getattr(error, "column", None))
    return _Trouble("UnreadableDocument", (str(error), *place))


def main() -> None:
    """Serve the parent until it closes the pipe."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    source, sink = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not mix with the messages
    try:
        profiles = Profiles(receive(source))
        seldom_collected()
        while True:
            ask = receive(source)
            send(sink, _judged(profiles, ask))
    except (EOFError, BrokenPipeError):
        return  # the parent has ended
