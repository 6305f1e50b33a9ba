"""Remembering what pages gave, so that a page that comes again as it was, or that its server says is
as it was, need not be mapped again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from catalogue.harvest.prepare import fingerprint
from catalogue.model import MARK_BYTES, Entry, Page, PageEnd, SeenPage, key_mark
from catalogue.ports import Known


class PageMemory:
    """The pages of a source as they were, and its records by the marks of their keys.

    With `ask` false no validators are given: every page is to be sent again.
    """

    def __init__(
        self,
        known: Mapping[str, Known],
        seen: Mapping[str, SeenPage],
        salt: bytes = b"",
        *,
        ask: bool = True,
    ) -> None:
        self._known, self._seen, self._salt, self._ask = known, seen, salt, ask
        self._options = hashlib.sha256(salt).digest()
        self.spoiled: set[str] = set()
        """Cursors of pages that were read and are not worth remembering: what they were is past."""
        self._ready: tuple[str, list[Entry]] = ("", [])
        """The page that was asked for last, and its records: they are looked up once."""

    def validators(self, cursor: str) -> Mapping[str, str]:
        """The headers that ask a server for a page only where it has changed."""
        seen = self._seen.get(cursor) if self._ask else None
        if seen is None or (entries := self._entries(seen)) is None:
            return {}
        self._ready = (cursor, entries)
        headers = {"If-None-Match": seen.etag, "If-Modified-Since": seen.last_modified}
        return {name: value for name, value in headers.items() if value}

    @property
    def conditional(self) -> bool:
        """Whether the source's server has validators, so that asking for every page costs little."""
        return any(one.etag or one.last_modified for one in self._seen.values())

    @property
    def outdated(self) -> bool:
        """Whether any of it was read under other options or rules, or by another version of ours."""
        return any(one.options != self._options for one in self._seen.values())

    def is_new(self, page: Page) -> bool:
        """Whether nothing is remembered of the page, so that it must be read."""
        return page.cursor not in self._seen

    def recall(self, page: Page) -> tuple[list[Entry], PageEnd] | None:
        """The page's records, all unchanged, and its end; None where it must be read."""
        seen = self._seen.get(page.cursor)
        if seen is None:
            return None
        if not page.not_modified and seen.fingerprint != fingerprint(page.body, self._salt):
            return None
        ready, self._ready = self._ready, ("", [])
        entries = ready[1] if ready[0] == page.cursor else self._entries(seen)
        if entries is None:
            return None
        # A page that was not sent cannot tell what comes next; then it is as it was.
        follows = seen.follows and not page.not_modified
        following = page.following if follows else seen.end.next
        return entries, replace(seen.end, next=following, findings=list(seen.end.findings))

    def seen(self, page: Page, notes: PageNotes, end: PageEnd) -> SeenPage | None:
        """What is worth remembering of a page that was read."""
        if not notes.good or end.partial:
            self.spoiled.add(page.cursor)
            return None
        return SeenPage(
            cursor=page.cursor,
            url=page.url,
            options=self._options,
            fingerprint=fingerprint(page.body, self._salt),
            keys=notes.keys,
            state=notes.state,
            end=end,
            follows=end.next == page.following,
            etag=page.etag,
            last_modified=page.last_modified,
        )

    def _entries(self, seen: SeenPage) -> list[Entry] | None:
        """The page's records, if each is still what it was when the page was read."""
        if seen.options != self._options:
            return None
        marks = [seen.keys[at : at + MARK_BYTES] for at in range(0, len(seen.keys), MARK_BYTES)]
        keys = [self._by_mark.get(mark) for mark in marks]
        entries = [Entry(key, "", "", self._known[key].raw_hash) for key in keys if key is not None]
        if len(entries) != len(keys) or state_of(one.raw_hash for one in entries) != seen.state:
            return None
        return entries

    @cached_property
    def _by_mark(self) -> dict[bytes, str]:
        return {key_mark(key): key for key, one in self._known.items() if one.live}


class PageNotes:
    """What is learned of one page while it is read."""

    def __init__(self) -> None:
        self._marks: list[bytes] = []
        self._hashes: list[bytes] = []
        self.good = True

    def take(self, entries: list[Entry], fresh: list[Entry]) -> None:
        """Note some of the page's entries, and those among them that were not listed before."""
        self._marks += [key_mark(entry.key) for entry in entries]
        self._hashes += [entry.raw_hash for entry in entries]
        self.good &= len(fresh) == len(entries) and not any(one.failed for one in entries)

    @property
    def keys(self) -> bytes:
        return b"".join(self._marks)

    @property
    def state(self) -> bytes:
        return state_of(self._hashes)


def state_of(hashes: Iterable[bytes]) -> bytes:
    """What a page's records were: the hash of their raw hashes, in the page's order."""
    return hashlib.sha256(b"".join(hashes)).digest()
