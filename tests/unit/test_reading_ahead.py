"""The reading process begins with the next page while the records of one are stored."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from catalogue.harvest.reader import Reader
from catalogue.harvest.reading import Start
from catalogue.model import Entry, Page, PageEnd

TITLE = "<http://purl.org/dc/terms/title>"


@pytest.fixture
def reader() -> Iterator[Reader]:
    with Reader(Start("dcat", "s", "http://portal.example/", {}, {}, "keep")) as opened:
        yield opened


def page(name: str, body: str | None = None) -> Page:
    iri = f"<http://portal.example/{name}>"
    body = body or f'{iri} a <http://www.w3.org/ns/dcat#Dataset> ; {TITLE} "{name}"@en .'
    return Page(name, f"http://portal.example/{name}", "text/turtle", body.encode())


def keys(reader: Reader, page: Page) -> list[str]:
    answers = list(reader.read(page))
    assert isinstance(answers[-1], PageEnd)
    entries = [one for batch in answers[:-1] if isinstance(batch, list) for one in batch]
    assert all(isinstance(one, Entry) for one in entries)
    return [one.key.rpartition("/")[2] for one in entries]


def test_a_page_that_was_begun_ahead_gives_its_records_once(reader: Reader) -> None:
    pages = [page("a"), page("b"), page("c")]
    following = iter([*pages[1:], None])
    reader.read_ahead(lambda: next(following))
    assert [keys(reader, one) for one in pages] == [["a"], ["b"], ["c"]]
    assert next(following, "all were asked for") == "all were asked for"


def test_a_page_that_was_begun_and_is_not_wanted_gives_no_records(reader: Reader) -> None:
    following = iter([page("guessed")])
    reader.read_ahead(lambda: next(following, None))
    assert keys(reader, page("a")) == ["a"]
    assert keys(reader, page("b")) == ["b"]


def test_another_source_is_not_told_of_a_page_that_was_begun(reader: Reader) -> None:
    following = iter([page("of the first")])
    reader.read_ahead(lambda: next(following, None))
    assert keys(reader, page("a")) == ["a"]
    reader.begin(Start("dcat", "other", "http://portal.example/", {}, {}, "keep"))
    assert keys(reader, page("b")) == ["b"]


def test_a_page_that_ends_the_reader_is_told_when_its_turn_comes(reader: Reader) -> None:
    deep = page("deep", "<http://portal.example/deep> <http://portal.example/p> " + "[" * 200_000)
    following = iter([deep])
    reader.read_ahead(lambda: next(following, None))
    assert keys(reader, page("a")) == ["a"]
    told = list(reader.read(deep))
    assert told
    assert keys(reader, page("b")) == ["b"]
