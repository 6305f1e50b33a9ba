"""Reading one record that is sent alone, in child processes that are kept for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from queue import Empty, LifoQueue

from catalogue.errors import CatalogueError, Unavailable
from catalogue.harvest.pushed import RECORD
from catalogue.harvest.reader import Reader
from catalogue.harvest.reading import Fault, Start, start_of
from catalogue.harvest.registry import PUSH, feed_of, harvester
from catalogue.harvest.rules import NO_FILES, Files, rules_of
from catalogue.model import Entry, Finding, Page, PageEnd, Source

READERS = 2
SILENCE = 20.0  # seconds that one record may take
PATIENCE = 30.0  # seconds that a record waits for its turn


@dataclass(frozen=True, slots=True)
class Single:
    """The one record of a body, or why there is none: `fault` and `findings`."""

    entry: Entry | None
    fault: str = ""
    findings: tuple[Finding, ...] = ()


class Readers:
    """Some reading processes, each for one body at a time; started when first needed. Safe between
    threads. `files` are the operator's profiles."""

    def __init__(self, number: int = READERS, files: Files = NO_FILES) -> None:
        self._files = files
        self._free: LifoQueue[Reader | None] = LifoQueue()
        for _one in range(number):
            self._free.put(None)
        self._number = number
        self._closing = threading.Lock()

    def read(self, source: Source, of_node: Mapping[str, str], page: Page) -> Single:
        """The record of a body (`page_of`) that a node with those options sends under a key of its choice.

        Raises: Unavailable where every process is at work for long.
        """
        feed = feed_of(source, harvester(PUSH))
        rules = rules_of(source.options, self._files, of_node=of_node)
        start = start_of(PUSH, feed, {}, rules)
        entries: list[Entry] = []
        with self._one(start) as reader:
            for answer in reader.read(page):
                if isinstance(answer, Fault):
                    if answer.ours:
                        raise CatalogueError(f"our reader failed: {answer.message}")
                    return Single(None, f"The body cannot be read: {answer.message}")
                if isinstance(answer, PageEnd):
                    return _judged(entries, answer)
                entries += answer
        raise CatalogueError("reading ended without a word")

    def close(self) -> None:
        """End the processes."""
        with self._closing:
            for _one in range(self._number):
                reader = self._free.get(timeout=PATIENCE)
                if reader is not None:
                    reader.close()
            self._number = 0

    @contextmanager
    def _one(self, start: Start) -> Iterator[Reader]:
        try:
            reader = self._free.get(timeout=PATIENCE)
        except Empty:
            raise Unavailable("too many records come at once; send it again", 5) from None
        if reader is None:
            reader = Reader(start, silence=SILENCE)
        else:
            reader.begin(start)
        try:
            yield reader
        except BaseException:
            reader.close()  # what it still has to say is of another record
            raise
        finally:
            self._free.put(reader)


def page_of(key: str, body: bytes, media_type: str, charset: str | None) -> Page:
    """The page that the body of one record is."""
    return Page(f"{RECORD}{key}", "the body", media_type, body, charset)


def _judged(entries: list[Entry], end: PageEnd) -> Single:
    findings = (*(found for one in entries for found in one.findings), *end.findings)
    if len(entries) != 1:
        number = "no record" if not entries else f"{len(entries)} records"
        return Single(None, f"The body holds {number}; send exactly one.", findings)
    (entry,) = entries
    if entry.failed:
        return Single(None, "The record cannot be used.", findings)
    if end.partial:
        return Single(None, "The body is broken, so the record may not be whole.", findings)
    told = tuple(replace(one, key=entry.key) for one in findings)
    return Single(replace(entry, findings=told), "", told)
