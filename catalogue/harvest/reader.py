"""The parent's side of reading: hands pages to a child process and survives its death."""

from __future__ import annotations

import logging
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import TracebackType
from typing import IO

from catalogue.errors import ReaderDied
from catalogue.harvest.reading import Answer, At, Entries, Fault, Read, Start, receive, send
from catalogue.model import (
    SET_ASIDE,
    Entry,
    Finding,
    Outcome,
    Page,
    PageEnd,
    Passage,
    Severity,
)

SILENCE = 120.0  # seconds without a word from the child until it is ended
DEATHS = 20  # records of one page that may end a child, until the page is given up

# Not `-m`: the child's messages would be of a module `__main__` that the parent does not have.
CHILD = "from catalogue.harvest.reading import main; main()"

log = logging.getLogger(__name__)


class Reader:
    """Reads the pages of one run in a child process. Not for several threads at once."""

    def __init__(self, start: Start, *, silence: float = SILENCE) -> None:
        self._start = start
        self._silence = silence
        self._child: subprocess.Popen[bytes] | None = None
        self._given_up = False
        self._following: Callable[[], Page | None] = lambda: None
        self._begun: Page | None = None
        """The page that the child is at already, before it was asked for."""

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def begin(self, start: Start) -> None:
        """Read of another source from now on."""
        self._start = start
        if self._begun is not None:
            self.close()
        child = self._child
        if child is not None:
            assert child.stdin is not None
            try:
                send(child.stdin, start)
            except OSError:  # it has ended; the next one begins with it
                self.close()

    def read_ahead(self, following: Callable[[], Page | None]) -> None:
        """Let the child begin with the next page when it is through with one, while its records are
        being stored. `following` gives that page, or None where it has not come or need not be read."""
        self._following = following

    def close(self) -> None:
        """End the child."""
        self._begun = None
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream:
                stream.close()

    def give_up(self) -> None:
        """End a reading that another thread is at; the reader is of no more use."""
        self._given_up = True
        child = self._child
        if child is not None:
            child.kill()

    def read(self, page: Page) -> Iterator[list[Entry] | PageEnd | Fault]:
        """Batches of the page's entries in order, then its end or a fault.

        A child that dies is replaced and goes on behind the last record given, one by one; a record
        at which it dies comes as a failed entry, and a passage is set aside. Dying before either makes
        the page a fault.
        """
        given, deaths, at = 0, 0, None
        passage: Passage | None = None
        while True:
            try:
                for answer in self._ask(Read(page, given, singly=deaths > 0)):
                    if isinstance(answer, At):
                        at = answer
                    elif isinstance(answer, Passage):
                        passage = answer
                    elif isinstance(answer, Entries):
                        given, at = max(given, answer.upto), None
                        yield answer.entries
                    else:
                        yield answer
                        return
            except ReaderDied as death:
                if self._given_up:
                    return
                deaths += 1
                log.warning("%s: reading %s: %s", self._start.source, page.url, death)
                lost = at is None and passage is None
                if deaths > 1 and (lost or deaths > DEATHS):
                    yield Fault(f"the document could not be read safely: {death}", ours=False)
                    return
                if at is not None:
                    yield [_fatal(at, death)]
                    given, at = at.position + 1, None
                elif passage is not None:
                    page = _without(page, passage)
                passage = None

    def _ask(self, request: Read) -> Iterator[Answer]:
        """The child's answers to one request, up to the one that ends the page.

        Raises: ReaderDied.
        """
        if self._begun is not None and (self._begun is not request.page or request.given):
            self.close()  # it is at another page than was wanted in the end
        begun, self._begun = self._begun, None
        child = self._running()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            if begun is None:
                send(child.stdin, request)
            while True:
                if not select.select([child.stdout], [], [], self._silence)[0]:
                    raise TimeoutError(f"no word for {self._silence:.0f} s")
                answer: Answer = receive(child.stdout)
                if isinstance(answer, PageEnd):
                    self._begin_following(child.stdin)
                yield answer
                if isinstance(answer, PageEnd | Fault):
                    return
        except (EOFError, OSError) as error:
            self.close()
            raise ReaderDied(_epitaph(child.returncode, error)) from error

    def _begin_following(self, stream: IO[bytes]) -> None:
        page = self._following()
        if page is not None:
            send(stream, Read(page))
            self._begun = page

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            self._child = subprocess.Popen(  # noqa: S603 our own command
                [sys.executable, "-c", CHILD],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,  # `select` must see what has come
            )
            assert self._child.stdin is not None
            try:
                send(self._child.stdin, self._start)
            except OSError as error:
                self.close()
                raise ReaderDied(f"the reading process did not start: {error}") from error
        return self._child


def _without(page: Page, passage: Passage) -> Page:
    body = page.body[: passage.start] + SET_ASIDE + page.body[passage.end :]
    return replace(page, body=body)


def _epitaph(status: int | None, error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"the reading process was ended: {error}"
    if status is not None and status < 0:
        return f"the reading process was ended by signal {-status}"
    return f"the reading process ended ({status})"


def _fatal(at: At, death: ReaderDied) -> Entry:
    finding = Finding(
        rule="harvest.reader-died",
        severity=Severity.VIOLATION,
        message=f"The record could not be read safely: {death}",
        hint="Look for extreme nesting or size in the record at the source.",
        key=at.key,
    )
    return Entry(
        key=at.key,
        iri=at.iri,
        type=at.type,
        raw_hash=b"",
        raw=at.raw,
        findings=(finding,),
        failed=Outcome.QUARANTINED,
    )
