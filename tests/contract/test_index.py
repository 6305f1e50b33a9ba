"""What every search index promises: the right records, counted right, each met once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalogue.adapters.embedded.tantivy import TantivyIndex
from catalogue.adapters.embedded.tantivy_search import TantivySearch
from catalogue.errors import InvalidParameter
from catalogue.model import Change, Record, Sector, content_hash, page_id
from catalogue.search.service import SearchParams, SearchService

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DCT = "http://purl.org/dc/terms/"
THEME = "http://publications.europa.eu/resource/authority/data-theme/"

Make = Callable[..., SearchService]


def change(
    number: int,
    title: str,
    language: str = "en",
    *,
    visibility: str = "public",
    theme: str = "HEAL",
) -> Change:
    iri = f"http://portal.example/{number}"
    graph = (
        f'<{iri}> <{DCT}modified> "2025-01-{number % 28 + 1:02}" .\n'
        f'<{iri}> <{DCT}title> "{title}"@{language} .\n'
        f"<{iri}> <http://www.w3.org/ns/dcat#theme> <{THEME}{theme}> .\n"
    ).encode()
    record = Record(
        page_id=page_id("s", str(number)),
        source="s",
        node="n",
        key=str(number),
        iri=iri,
        type="dataset",
        visibility=visibility,
        deleted=False,
        seq=number,
        content_hash=content_hash(graph),
        first_seen=NOW,
        changed=NOW,
    )
    return Change(number, record, "r", NOW, graph, (Sector("health", "theme", theme),))


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def service(*changes: Change) -> SearchService:
        index = TantivyIndex(tmp_path / "index", countries=lambda _node: "DE")
        index.apply(changes, changes[-1].seq)
        index.settle()
        return SearchService(TantivySearch(tmp_path / "index"))

    return service


def titles(service: SearchService, text: str, **more: object) -> set[str]:
    page = service.search(SearchParams(q=text, **more))  # type: ignore[arg-type]
    return {str(item["title"]) for item in page.items}


@pytest.mark.parametrize(
    ("title", "language", "text"),
    [
        ("Chest x-ray images", "en", "image x-ray"),
        ("Messungen von PM2.5", "de", "messung pm2.5"),
        ("Qualité de l'eau", "fr", "eau qualite"),
        ("Ποιότητα του αέρα", "el", "ποιοτητα"),
        ("Качество на въздуха", "bg", "КАЧЕСТВО"),
        ("Łąki i pastwiska", "pl", "laki"),
        ("Windkraftanlagen", "de", "windkraftanlage"),
        ("Satellite imagery", "en", "satelite"),
    ],
)
def test_a_record_is_found_in_other_forms_of_its_words(
    make: Make, title: str, language: str, text: str
) -> None:
    service = make(change(1, title, language), change(2, "Something else entirely"))
    assert titles(service, text) == {title}


def test_every_word_must_match_and_a_minus_takes_away(make: Make) -> None:
    service = make(change(1, "Red wine"), change(2, "Red car"), change(3, "Blue car"))
    assert titles(service, "red car") == {"Red car"}
    assert titles(service, "car -blue") == {"Red car"}
    assert titles(service, "wine OR blue") == {"Red wine", "Blue car"}
    assert titles(service, '"red car"') == {"Red car"}


def test_a_facet_counts_without_its_own_filter(make: Make) -> None:
    service = make(change(1, "a"), change(2, "b", theme="ENER"), change(3, "c", theme="ENER"))
    page = service.search(
        SearchParams(filters={"theme": ["HEAL"]}, facets=["theme", "country"], lang="de")
    )
    assert page.total == 1
    assert page.facets["theme"] == [
        {"value": "ENER", "label": "Energie", "count": 2},
        {"value": "HEAL", "label": "Gesundheit", "count": 1},
    ]
    assert page.facets["country"] == [{"value": "DE", "label": "Deutschland", "count": 1}]


@pytest.mark.parametrize(
    ("text", "sort"), [("", ""), ("", "title"), ("record", ""), ("record", "-modified")]
)
def test_a_walk_meets_every_record_once(make: Make, text: str, sort: str) -> None:
    service = make(*(change(n, f"Record {n}") for n in range(1, 101)))
    met: list[str] = []
    cursor = None
    while True:
        page = service.search(SearchParams(q=text, sort=sort, limit=7, cursor=cursor))
        met += [str(item["id"]) for item in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert len(met) == page.total == 100
    assert len(set(met)) == 100


def test_what_is_not_public_is_found_by_its_readers_only(make: Make) -> None:
    service = make(change(1, "Open record"), change(2, "Secret record", visibility="nodes:x"))
    assert titles(service, "record") == {"Open record"}
    assert titles(service, "record", audiences=("public", "members", "node:x")) == {
        "Open record",
        "Secret record",
    }
    assert service.search(SearchParams(facets=["theme"])).facets["theme"][0]["count"] == 1


def test_a_changed_record_is_found_by_its_new_title_only(tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path / "index", countries=lambda _node: "DE")
    index.apply([change(1, "Before")], 1)
    index.apply([change(1, "After")], 2)
    index.settle()
    service = SearchService(TantivySearch(tmp_path / "index"))
    assert (titles(service, "before"), titles(service, "after")) == (set(), {"After"})
    assert index.differences(lambda: iter([change(1, "After")])) == []
    assert index.differences(lambda: iter([change(1, "Before")])) != []


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "-",
        "((((",
        "a" * 10_000,
        "\u202e\x00",
        "field:",
        "OR OR",
        "*",
        "-(((",
        "title:",
        "sector:",
    ],
)
def test_any_text_is_answered(make: Make, text: str) -> None:
    make(change(1, "a")).search(SearchParams(q=text))


@pytest.mark.parametrize("cursor", ["x", "AAAA", "!!!!", "b" * 5000])
def test_a_forged_cursor_is_refused_by_name(make: Make, cursor: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        make(change(1, "a")).search(SearchParams(cursor=cursor))
    assert caught.value.name == "cursor"


def test_words_with_typos_are_looked_for_only_where_few_match(make: Make) -> None:
    many = [change(number, f"Satellite imagery {number}") for number in range(1, 13)]
    service = make(*many, change(99, "Satelite"))
    assert service.search(SearchParams(q="satellite")).total == 12
    assert titles(service, "satelite", limit=20) >= {"Satelite", "Satellite imagery 1"}


def test_a_keyword_with_our_separator_in_it_breaks_no_suggestion(make: Make) -> None:
    graph = b'<http://portal.example/1> <http://www.w3.org/ns/dcat#keyword> "wi\\u001Fnd"@en .\n'
    service = make(replace(change(1, "One"), graph=graph))
    assert "wi nd" in [one["value"] for one in service.suggest("wi") if one["kind"] == "keyword"]
