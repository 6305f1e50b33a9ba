"""Remembering what pages gave, so that a page that comes again as it was need not be mapped again.

Only for pages whose records have no bytes of their own: records that bring theirs are compared one by
one in any case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from catalogue.harvest.prepare import fingerprint
from catalogue.model import Entry, Page, PageEnd, SeenPage
from catalogue.ports import Known


class PageMemory:
    """The pages of a source as they were, and its records by the fingerprint they came with."""

    def __init__(
        self, known: Mapping[str, Known], seen: Mapping[str, SeenPage], salt: bytes = b""
    ) -> None:
        self._seen, self._salt = seen, salt
        self._keys: dict[bytes, list[str]] = {one.fingerprint: [] for one in seen.values()}
        for key, one in known.items() if seen else ():
            if not one.deleted and one.raw_hash in self._keys:
                self._keys[one.raw_hash].append(key)

    def recall(self, page: Page) -> tuple[list[Entry], PageEnd] | None:
        """The page's records, all unchanged, and its end; None where it must be read."""
        seen = self._seen.get(page.url)
        if seen is None or seen.fingerprint != fingerprint(page.body, self._salt):
            return None
        keys = self._keys[seen.fingerprint]
        if len(keys) != seen.number:  # some were deleted, or have come with another page since
            return None
        entries = [Entry(key, "", "", seen.fingerprint) for key in keys]
        following = page.following if seen.follows else seen.end.next
        return entries, replace(seen.end, next=following, findings=list(seen.end.findings))


class PageNotes:
    """What is learned of one page while it is read."""

    def __init__(self) -> None:
        self._prints: set[bytes] = set()
        self._number = 0
        self._good = True

    def take(self, entries: list[Entry], fresh: list[Entry]) -> None:
        """Note some of the page's entries, and those among them that were not listed before."""
        self._number += len(entries)
        self._prints.update(entry.raw_hash for entry in entries)
        same = len(fresh) == len(entries)
        self._good &= same and not any(one.failed or one.raw is not None for one in entries)

    def seen(self, page: Page, end: PageEnd) -> SeenPage | None:
        """What is worth remembering of the page."""
        if not self._good or end.partial or len(self._prints) != 1:
            return None
        follows = end.next == page.following
        return SeenPage(page.url, next(iter(self._prints)), self._number, end, follows)
