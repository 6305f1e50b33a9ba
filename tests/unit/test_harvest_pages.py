"""Pages that come again as they were are not mapped again; any doubt maps them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalogue.harvest.pages import PageMemory, PageNotes
from catalogue.harvest.prepare import fingerprint, salt_of
from catalogue.harvest.rules import PLAIN
from catalogue.model import Entry, Outcome, Page, PageEnd, SeenPage
from catalogue.ports import Known

SALT = salt_of({"a": 1}, PLAIN)
PAGE = Page("one", "http://p.example/1", "text/turtle", b"<a> <b> <c> .")
PRINT = fingerprint(PAGE.body, SALT)


def entry(key: str, **more: object) -> Entry:
    return replace(Entry(key, f"http://p.example/{key}", "dataset", PRINT), **more)  # type: ignore[arg-type]


def seen(*entries: Entry, fresh: int | None = None, end: PageEnd | None = None) -> SeenPage | None:
    notes = PageNotes()
    listed = list(entries)
    notes.take(listed, listed[: len(listed) if fresh is None else fresh])
    return PageMemory({}, {}, SALT).seen(PAGE, notes, end or PageEnd(next="two", total=9))


def memory(*keys: str, of: SeenPage | None = None, salt: bytes = SALT) -> PageMemory:
    known = {key: Known(PRINT, b"", False) for key in keys}
    page = of or seen(entry("a"), entry("b"))
    assert page is not None
    return PageMemory(known, {PAGE.cursor: page}, salt)


def test_a_page_as_it_was_gives_its_records_as_unchanged_and_its_end() -> None:
    recalled = memory("a", "b").recall(PAGE)
    assert recalled is not None
    entries, end = recalled
    assert [(one.key, one.graph) for one in entries] == [("a", None), ("b", None)]
    assert (end.next, end.total) == ("two", 9)


def test_other_bytes_another_address_other_options_and_other_records_are_read_again() -> None:
    assert memory("a", "b").recall(replace(PAGE, body=b"other")) is None
    assert memory("a", "b").recall(replace(PAGE, cursor="another")) is None
    assert memory("a", "b", salt=salt_of({"a": 2}, PLAIN)).recall(PAGE) is None
    assert memory("a").recall(PAGE) is None
    changed = {"a": Known(PRINT, b"", False), "b": Known(b"other", b"", False)}
    assert PageMemory(changed, {"one": whole()}, SALT).recall(PAGE) is None
    withdrawn = {"a": Known(PRINT, b"", False), "b": Known(PRINT, b"", True)}
    assert PageMemory(withdrawn, {"one": whole()}, SALT).recall(PAGE) is None


def whole(**more: str) -> SeenPage:
    page = seen(entry("a"), entry("b"))
    assert page is not None
    return replace(page, **more)  # type: ignore[arg-type]


def test_a_page_that_its_server_says_is_as_it_was_needs_no_bytes() -> None:
    known = memory("a", "b", of=whole(etag='"e"', last_modified="Tue, 24 Nov 2026 08:00:00 GMT"))
    assert known.validators("one") == {
        "If-None-Match": '"e"',
        "If-Modified-Since": "Tue, 24 Nov 2026 08:00:00 GMT",
    }
    recalled = known.recall(replace(PAGE, body=b"", not_modified=True))
    assert recalled is not None
    assert [one.key for one in recalled[0]] == ["a", "b"]


def test_no_validators_are_sent_for_a_page_whose_records_are_not_what_they_were() -> None:
    assert memory("a", of=whole(etag='"e"')).validators("one") == {}
    assert (
        memory("a", "b", of=whole(etag='"e"'), salt=salt_of({"a": 2}, PLAIN)).validators("one")
        == {}
    )
    assert memory("a", "b", of=whole(etag='"e"')).validators("another") == {}


def test_what_the_fetching_said_comes_next_is_asked_again() -> None:
    page = seen(entry("a"), end=PageEnd(next=None))
    recalled = memory("a", of=page).recall(replace(PAGE, following="new-file.ttl"))
    assert recalled is not None
    assert recalled[1].next == "new-file.ttl"


@pytest.mark.parametrize(
    "page",
    [
        seen(entry("a"), entry("b", failed=Outcome.QUARANTINED)),
        seen(entry("a"), entry("a"), fresh=1),
        seen(entry("a"), end=PageEnd(partial=True)),
    ],
    ids=["quarantined", "double", "partial"],
)
def test_a_page_with_any_fault_is_not_remembered(page: SeenPage | None) -> None:
    assert page is None
