"""SPARQL on the newest checkpoint of the graph, in child processes that are ended at the deadline.

No query of the engine can be stopped from within, and one may end its process; so each runs in a
child, and a child that is late is killed and replaced.
"""

from __future__ import annotations

import queue
import re
import select
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from catalogue.adapters.embedded.sparql_child import receive, send
from catalogue.errors import InvalidQuery, QueryTimeout, Unavailable
from catalogue.ports import SparqlAnswer
from catalogue.sparql.formats import choose
from catalogue.sparql.guard import screen

CHILD = "from catalogue.adapters.embedded.sparql_child import main; main()"
RETRY = 5  # seconds that a reader is asked to wait
_PLACE = re.compile(r"\bat (?:line )?(\d+)(?::|, column )(\d+)")


class SparqlPool:
    """`ports.Sparql` over the checkpoints in a graph's folder. Safe to share between threads."""

    def __init__(self, folder: Path, *, children: int, seconds: float, results: int) -> None:
        self._folder, self._seconds, self._results = folder, seconds, results
        self._idle: queue.LifoQueue[_Child] = queue.LifoQueue()
        for _number in range(max(children, 1)):
            self._idle.put(_Child())

    def query(self, text: str, *, accept: str = "", seconds: float | None = None) -> SparqlAnswer:
        form = screen(text)
        media_type, name = choose(form, accept)
        allowed = self._seconds if seconds is None else min(seconds, self._seconds)
        until = time.monotonic() + allowed
        child = self._free(allowed)
        try:
            # A checkpoint may be gone between reading its name and opening it: once more, then.
            for _attempt in range(3):
                head = {"store": self._newest(), "form": name, "results": self._results}
                answer, body = child.ask(head, text.encode("utf-8", "replace"), until, allowed)
                if answer["status"] != "store":
                    break
        finally:
            self._idle.put(child)
        if answer["status"] != "ok":
            raise _failure(answer)
        return SparqlAnswer(media_type, body, bool(answer["truncated"]))

    def close(self) -> None:
        """End the children."""
        with suppress(queue.Empty):
            while True:
                self._idle.get_nowait().end()

    def _free(self, allowed: float) -> _Child:
        try:
            return self._idle.get(timeout=allowed)
        except queue.Empty:
            raise Unavailable(
                "every SPARQL process is busy with another query; try again soon", RETRY
            ) from None

    def _newest(self) -> str:
        folder = self._folder / "checkpoints"
        try:
            return str(folder / (folder / "current").read_text())
        except FileNotFoundError:
            raise Unavailable("the graph is still being made; try again soon", RETRY) from None


class _Child:
    """One answering process, started when it is first needed."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def ask(
        self, head: dict[str, Any], body: bytes, until: float, allowed: float
    ) -> tuple[dict[str, Any], bytes]:
        """The child's answer. Raises: QueryTimeout, InvalidQuery when the query ends the child."""
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            send(process.stdin, head, body)
            left = max(until - time.monotonic(), 0.0)
            if not select.select([process.stdout], [], [], left)[0]:
                self.end()
                raise QueryTimeout(
                    f"the query took longer than {allowed:g} s and was ended; narrow it down", RETRY
                )
            answer = receive(process.stdout)
        except OSError:
            answer = None
        if answer is None:
            self.end()
            raise InvalidQuery(
                "the query ended the process that answered it: it nests too deeply or takes more"
                " memory than one query may have"
            )
        return answer

    def end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                with suppress(OSError):
                    stream.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.end()  # it died while idle; that was nobody's query
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 our own command
                [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        return self._process


def _failure(answer: dict[str, Any]) -> Exception:
    message = str(answer["message"])
    if answer["status"] == "store":
        return Unavailable("the graph is being replaced; try again soon", RETRY)
    if answer["status"] == "syntax":
        place = _PLACE.search(message)
        line, column = (int(place[1]), int(place[2])) if place else (None, None)
        return InvalidQuery(f"syntax {message}", line, column)
    return InvalidQuery(f"the query could not be answered: {message}")
