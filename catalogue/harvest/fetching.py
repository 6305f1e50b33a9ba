"""Fetching page after page of a source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from contextlib import suppress

from catalogue.errors import FetchError, SourceError
from catalogue.harvest.walk import Walk
from catalogue.model import Page
from catalogue.ports import Client, Feed, Harvester

PAGES = 1_000_000  # a source that never ends is stopped here
LOOK = 0.2  # seconds between looks at whether the run goes on
EXPIRED = frozenset({400, 404, 410})  # what portals answer to a cursor that they have forgotten


class Fetcher:
    """Fetches in a thread of its own: the next page, where it can be guessed, while the last is read.

    `check` is called while a page is waited for; what it raises ends the wait at once.
    """

    def __init__(
        self, found: Harvester, feed: Feed, client: Client, check: Callable[[], None]
    ) -> None:
        self._found, self._feed, self._client, self._check = found, feed, client, check
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="fetch")
        self._ahead: tuple[str, Future[Page]] | None = None
        self.next: str | None = None

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_details: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def pages(self, walk: Walk, first: str | None) -> Iterator[Page]:
        """Every page from `first` on (None: the source's own first), by the cursor that `next` is
        set to after reading the one before.

        A list whose cursor has expired is begun again, once.
        Raises: SourceError for the first page; a later one ends the walk with its error.
        """
        cursor = first
        while True:
            try:
                page = self.page(cursor)
            except SourceError as error:
                if _has_expired(error) and cursor is not None and not walk.again:
                    walk.again = True
                    walk.round_again()
                    cursor = None
                    continue
                if not walk.progress.listed and not walk.again:
                    raise
                walk.error = " ".join(str(error).split())[:1000]
                return
            if walk.progress.listed < (walk.progress.total or 0) and page.following:
                self._fetch_ahead(page.following)
            self.next = None
            yield page
            cursor = self.next
            if cursor is None:
                return
            if cursor in walk.cursors or len(walk.cursors) > PAGES:
                walk.error = f"the source leads back to a page that was read already: {cursor}"
                return
            walk.cursors.add(cursor)

    def page(self, cursor: str | None) -> Page:
        """One page. Raises: SourceError."""
        ahead, self._ahead = self._ahead, None
        task = ahead[1] if ahead is not None and ahead[0] == cursor else self._submit(cursor)
        while True:
            with suppress(StillWaiting):
                return task.result(LOOK)
            self._check()

    def ready(self) -> Page | None:
        """The page that was fetched ahead, if it has come."""
        if self._ahead is None or not self._ahead[1].done() or self._ahead[1].exception():
            return None
        return self._ahead[1].result()

    def _fetch_ahead(self, cursor: str) -> None:
        self._ahead = (cursor, self._submit(cursor))

    def _submit(self, cursor: str | None) -> Future[Page]:
        return self._pool.submit(self._found.fetch, self._feed, self._client, cursor)


def _has_expired(error: SourceError) -> bool:
    return isinstance(error, FetchError) and error.status in EXPIRED
