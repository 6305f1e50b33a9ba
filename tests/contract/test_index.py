"""What every search index promises: the right records, counted right, each met once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalogue.adapters.embedded import tantivy_search
from catalogue.errors import InvalidParameter
from catalogue.model import Change, Record, Sector, content_hash, page_id
from catalogue.ports import Index
from catalogue.search.parse import parse
from catalogue.search.query import Request, Result
from catalogue.search.service import SearchParams, SearchService
from tests.contract.engines import Engine, Make, tantivy

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DCT = "http://purl.org/dc/terms/"
THEME = "http://publications.europa.eu/resource/authority/data-theme/"
FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/"


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


def with_files(one: Change, *formats: str) -> Change:
    """The record with a distribution of each format; each is the same in every record."""
    lines = list(one.lines)
    for name in formats:
        file = f"<http://portal.example/files/{name}>"
        lines.append(f"<{one.record.iri}> <http://www.w3.org/ns/dcat#distribution> {file} .")
        lines.append(f"{file} <{DCT}format> <{FILE_TYPE}{name}> .")
    graph = "".join(f"{line}\n" for line in sorted(lines)).encode()
    return replace(one, graph=graph, record=replace(one.record, content_hash=content_hash(graph)))


def gone(change: Change) -> Change:
    """The record's withdrawal, one number later."""
    record = replace(change.record, deleted=True, seq=change.seq + 1)
    return replace(change, seq=change.seq + 1, record=record, graph=None)


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


def test_a_changed_record_is_found_by_its_new_title_only(engine: Engine) -> None:
    engine.filled(change(1, "Before"))
    service = SearchService(engine.filled(change(1, "After")))
    assert (titles(service, "before"), titles(service, "after")) == (set(), {"After"})
    index = engine.projection()
    assert index.differences(lambda: iter([change(1, "After")])) == []
    assert index.differences(lambda: iter([change(1, "Before")])) != []


def test_an_archived_record_leaves_the_index_and_comes_back(engine: Engine) -> None:
    one = change(1, "Kept to be read")
    archived = replace(one, seq=2, record=replace(one.record, archived=True))
    engine.filled(one)
    assert titles(SearchService(engine.filled(archived)), "kept") == set()
    index = engine.projection()
    assert (index.size(), index.differences(lambda: iter([]))) == (0, [])
    assert titles(SearchService(engine.filled(replace(one, seq=3))), "kept") == {"Kept to be read"}


def test_a_format_is_counted_no_more_when_its_distribution_is_gone(engine: Engine) -> None:
    before, beside = with_files(change(1, "One"), "CSV", "ZIP"), with_files(change(2, "Two"), "ZIP")
    engine.filled(before, beside)
    after = replace(with_files(change(1, "One"), "CSV"), seq=3)
    page = SearchService(engine.filled(after)).search(SearchParams(facets=("format",)))
    assert {one["value"]: one["count"] for one in page.facets["format"]} == {"CSV": 1, "ZIP": 1}


def test_a_withdrawn_record_leaves_the_index(engine: Engine) -> None:
    engine.filled(change(1, "One"), change(2, "Two"))
    service = SearchService(engine.filled(gone(change(1, "One"))))
    assert titles(service, "") == {"Two"}
    assert engine.projection().size() == 1


def test_what_is_applied_again_changes_nothing(engine: Engine) -> None:
    changes = [change(1, "One"), change(2, "Two"), gone(change(3, "Three"))]
    engine.filled(*changes)
    service = SearchService(engine.filled(*changes))
    assert titles(service, "") == {"One", "Two"}
    assert engine.projection().differences(lambda: iter(changes[:2])) == []


def test_another_process_goes_on_where_the_index_was_settled(engine: Engine) -> None:
    engine.filled(change(1, "One"), change(2, "Two"))
    index = engine.projection()
    assert index.needs_rebuild(2) is None
    assert index.cursor() == 2


def test_an_index_ahead_of_the_journal_is_made_anew(engine: Engine) -> None:
    engine.filled(change(1, "One"), change(2, "Two"))
    assert engine.projection().needs_rebuild(1) == "it is ahead of the journal"


def test_an_index_made_anew_holds_the_live_records_and_no_others(engine: Engine) -> None:
    before = SearchService(engine.filled(change(1, "One"), change(2, "Two")))
    assert before.search(SearchParams()).total == 2
    index = engine.projection()
    index.rebuild(lambda: iter([change(2, "Two"), change(3, "Three")]), 7)
    assert index.cursor() == 7
    assert index.needs_rebuild(7) is None
    assert titles(SearchService(engine.reader()), "") == {"Two", "Three"}


def test_every_commit_is_another_generation(engine: Engine) -> None:
    first = engine.filled(change(1, "One")).generation()
    engine.filled(change(2, "Two"))
    assert engine.reader().generation() != first


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


def test_a_typo_finds_what_came_after_it_was_first_typed(engine: Engine) -> None:
    service = SearchService(engine.filled(change(1, "Satellite imagery")))
    asked = SearchParams(q="satelite", facets=("country",))
    assert service.search(asked).total == 1
    engine.filled(change(2, "Satellite orbits"))
    found = service.search(asked)
    assert found.total == 2
    assert [one["count"] for one in found.facets["country"]] == [2]
    engine.filled(replace(change(1, "Windmills"), seq=3))
    assert [one["title"] for one in service.search(asked).items] == ["Satellite orbits"]


def test_records_with_a_typo_score_the_same_listed_or_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = [change(n, f"Satellite imagery {'of the Danube ' * (n % 4)}") for n in range(1, 9)]
    asked = SearchParams(q="satelite danube", facets=("country",), limit=20)
    with tantivy(tmp_path / "index") as engine:
        reader = engine.filled(*changes)
        listed = [(one.id, one.score) for one in _typed(reader).hits]
        page = SearchService(reader).search(asked)
        monkeypatch.setattr(tantivy_search, "NEAR", 0)
        assert [(one.id, one.score) for one in _typed(engine.reader()).hits] == listed
        assert SearchService(engine.reader()).search(asked) == page
    assert {score for _id, score in listed} == {1.2}  # a typo's 0.3 in a title's 4
    assert page.total == 6


def _typed(reader: Index) -> Result:
    found: Result = reader.search(Request(query=parse("satelite", ("en",), ("satelite",))))
    return found


def test_a_keyword_with_our_separator_in_it_breaks_no_suggestion(make: Make) -> None:
    graph = b'<http://portal.example/1> <http://www.w3.org/ns/dcat#keyword> "wi\\u001Fnd"@en .\n'
    service = make(replace(change(1, "One"), graph=graph))
    assert "wi nd" in [one["value"] for one in service.suggest("wi") if one["kind"] == "keyword"]
