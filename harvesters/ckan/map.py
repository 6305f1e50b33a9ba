"""From a page to its records: pure, and run in a child process that may die."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson

from catalogue.errors import UnreadableDocument
from catalogue.model import Finding, Mapped, Outcome, Page, PageEnd, Severity
from catalogue.ports import Feed
from harvesters.ckan.addresses import site_of
from harvesters.ckan.answers import LINES, lines, listing, parsed, unwrapped
from harvesters.ckan.packages import ignored, iri_of, key_of, mapped, type_of, unusable
from harvesters.ckan.places import LIST, SEARCH, Place

_MOST_PATHS = 1000  # different unknown fields that one page may report


class Reading:
    """What has been seen of one page."""

    def __init__(self, feed: Feed, site: str) -> None:
        self.feed, self.site = feed, site
        self.members = 0
        self.ignored: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self.examples: dict[str, tuple[str, str]] = {}
        self.findings: list[Finding] = []
        self.partial = False

    def member(self, item: Any, raw: bytes | None = None) -> Iterator[Mapped]:
        """The record of one member of the list; nothing where it is to be ignored."""
        self.members += 1
        item = unwrapped(item)
        if not isinstance(item, dict):
            yield unusable(item, self.feed.source, raw or _bytes(item), "This is no object.")
            return
        reason = ignored(item)
        if reason:
            self.ignored[reason] += 1
            return
        raw = _bytes(item)
        key = key_of(item)
        if not key:
            text = "The package has neither an id nor a name."
            yield unusable(item, self.feed.source, raw, text)
            return
        iri = iri_of(item, key, self.site, self.feed.source)
        if self.feed.seen(key, raw):
            yield Mapped(key, f"<{iri}>", type_of(item), [], raw, unchanged=True)
            return
        unknown: dict[str, str] = {}
        yield self._mapped(item, key, iri, raw, unknown)
        for path, value in unknown.items():
            self.note(path, key, value)

    def _mapped(self, item: Any, key: str, iri: str, raw: bytes, unknown: dict[str, str]) -> Mapped:
        """The record of a package; a fault of ours in mapping it must not cost the others."""
        try:
            return mapped(item, key, iri, self.site, raw, unknown)
        except Exception as error:
            finding = Finding(
                rule="ckan.record-failed",
                severity=Severity.VIOLATION,
                message=f"The package could not be mapped: {type(error).__name__}: {error}"[:500],
                hint="Its bytes are kept; they show the field that the mapping stumbles over.",
                key=key,
            )
            kind = type_of(item)
            return Mapped(key, f"<{iri}>", kind, [], raw, [finding], failed=Outcome.FAILED)

    def note(self, path: str, key: str, value: str) -> None:
        """Count an unknown field."""
        path = path[:200]
        if path not in self.unknown and len(self.unknown) >= _MOST_PATHS:
            path = "(further fields)"
        self.unknown[path] += 1
        self.examples.setdefault(path, (key, value[:500]))

    def end(self, next_: str | None, total: int | None) -> PageEnd:
        findings = [*self.findings, *self._unknown(), *self._ignored()]
        return PageEnd(next_, total, sum(self.ignored.values()), self.partial, findings)

    def _unknown(self) -> Iterator[Finding]:
        for path, count in self.unknown.most_common():
            key, value = self.examples[path]
            yield Finding(
                rule="ckan.unknown-field",
                severity=Severity.INFO,
                message="A field that has no mapping to DCAT-AP; its value stays in the raw record "
                "only.",
                path=path,
                value=value,
                key=key,
                count=count,
            )

    def _ignored(self) -> Iterator[Finding]:
        for reason, count in self.ignored.most_common():
            yield Finding(
                rule="ckan.ignored",
                severity=Severity.INFO,
                message=f"Listed, but nothing to publish as a dataset ({reason}).",
                path=reason,
                count=count,
            )


def map_page(feed: Feed, page: Page) -> Iterator[Mapped | PageEnd]:
    """The page's records in its order, then its end.

    Raises: ContentError, UnreadableDocument where nothing of the page can be read.
    """
    if page.media_type == LINES:
        yield from _map_lines(feed, page)
        return
    found = listing(page.body, page.charset, page.url)
    reading = Reading(feed, _site(feed, page, found.site))
    reading.findings.extend(found.findings)
    for item in found.members:
        yield from reading.member(item)
    next_ = _following(page, reading.members, found.total)
    yield reading.end(next_, found.total if page.cursor.startswith(SEARCH) else None)


def _map_lines(feed: Feed, page: Page) -> Iterator[Mapped | PageEnd]:
    reading = Reading(feed, _site(feed, page, ""))
    for position, line in lines(page.body):
        try:
            item, findings = parsed(line)
        except UnreadableDocument as error:
            reading.members += 1
            fault = f"The line at byte {position} of the page cannot be read: {error}"
            yield unusable(None, feed.source, line, fault)
            continue
        reading.findings.extend(findings)
        if isinstance(item, dict) and item.get("success") is False:
            reading.ignored["listed, but not shown"] += 1
            continue
        yield from reading.member(item, line)
    yield reading.end(page.following, None)


def _site(feed: Feed, page: Page, stated: str) -> str:
    """The root of the portal's IRIs: as set, as the answer of a document says, as addressed."""
    chosen = str(feed.options.get("site") or "").rstrip("/")
    live = page.cursor.startswith((SEARCH, LIST))
    return chosen or (site_of(feed.url) if live else stated or site_of(feed.url))


def _following(page: Page, members: int, total: int | None) -> str | None:
    """The cursor of the next page.

    Portals may give fewer rows than were asked for, so the next page starts behind what came.
    """
    if page.cursor.startswith(SEARCH):
        place = Place.read(page.cursor)
        behind = replace(place, start=place.start + members)
        return str(behind) if members and behind.start < (total or 0) else None
    if page.cursor.startswith(LIST):
        start = page.cursor.removeprefix(LIST)
        # A portal that gives more than it was asked for knows no paging: that was all.
        asked = int(page.following.partition(":")[2]) - int(start) if page.following else 0
        return page.following if members == asked else None
    return page.following


def _bytes(item: Any) -> bytes:
    """The record's bytes; the same for the same content in the same order."""
    try:
        return orjson.dumps(item)
    except orjson.JSONEncodeError:  # nested more deeply than it writes
        return json.dumps(item, ensure_ascii=False).encode("utf-8", "replace")
