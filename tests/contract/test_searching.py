"""What the search service makes of every engine: suggestions, spellings, likeness, explanations."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.model import Change
from catalogue.project.describe import describe
from catalogue.search.query import LONGEST_VALUE
from catalogue.search.service import SearchParams
from tests.contract.engines import Make
from tests.contract.test_index import DCT, change, titles

DCAT = "http://www.w3.org/ns/dcat#"
TYPE = "http://publications.europa.eu/resource/authority/file-type/"
LICENCE = "http://publications.europa.eu/resource/authority/licence/"


def with_lines(one: Change, *lines: str) -> Change:
    """The record with further statements of its own."""
    assert one.graph is not None
    subject = f"<{one.record.iri}>"
    graph = sorted([*one.lines, *(line.replace("@@", subject) for line in lines)])
    return replace(one, graph="".join(f"{line}\n" for line in graph).encode())


def with_file(one: Change, form: str, size: int, licence: str) -> Change:
    return with_lines(
        one,
        f"@@ <{DCAT}distribution> <{one.record.iri}/file> .",
        f"<{one.record.iri}/file> <{DCT}format> <{TYPE}{form}> .",
        f'<{one.record.iri}/file> <{DCAT}byteSize> "{size}" .',
        f"<{one.record.iri}/file> <{DCAT}downloadURL> <{one.record.iri}/file.dat> .",
        f"<{one.record.iri}/file> <{DCT}license> <{LICENCE}{licence}> .",
    )


def test_what_people_who_train_models_ask_for_filters_and_counts(make: Make) -> None:
    service = make(
        with_file(change(1, "Photographs"), "JPEG", 5_000, "CC_BY_4_0"),
        with_file(change(2, "Tables"), "CSV", 10, "CC_BYNC_4_0"),
        change(3, "Nothing said"),
    )
    assert titles(service, "", filters={"modality": ["image"]}) == {"Photographs"}
    assert titles(service, "", size_min=100) == {"Photographs"}
    assert titles(service, "", filters={"license_use": ["commercial"]}) == {"Photographs"}
    assert titles(service, "", filters={"downloadable": ["true"]}) == {"Photographs", "Tables"}
    page = service.search(
        SearchParams(facets=["modality", "license_use", "downloadable", "year", "month"], lang="de")
    )
    counted = {name: [(v["value"], v["count"]) for v in of] for name, of in page.facets.items()}
    assert counted == {
        "modality": [("image", 1), ("tabular", 1)],
        "license_use": [("derivatives", 2), ("commercial", 1)],
        "downloadable": [("true", 2)],
        "year": [("2025", 3)],
        "month": [("2025-01", 3)],
    }
    items = {item["title"]: item for item in page.items}
    assert items["Tables"]["modality"] == ["tabular"]
    assert (items["Tables"]["size"], items["Tables"]["license_use"]) == (10, ["derivatives"])
    unknown = items["Nothing said"]
    for name in ("modality", "task", "size", "downloadable", "license_use", "quality"):
        assert unknown[name] is None


def test_a_likelier_spelling_is_asked_about_where_little_is_found(make: Make) -> None:
    service = make(*(change(n, f"Satellite imagery {n}") for n in range(1, 13)), change(99, "Map"))
    page = service.search(SearchParams(q="satelite imagery"))
    assert page.did_you_mean == "satellite imagery"
    assert page.total == 12
    assert service.search(SearchParams(q="satellite imagery")).did_you_mean is None
    assert service.search(SearchParams(q="map")).did_you_mean is None
    by_date = service.search(SearchParams(q="satelite", sort="-modified", limit=1))
    assert by_date.did_you_mean == "satellite"


def test_suggestions_are_concepts_keywords_and_records_that_the_reader_may_see(make: Make) -> None:
    words = with_lines(change(1, "Windpark data"), f'@@ <{DCAT}keyword> "wind power"@en .')
    secret = with_lines(
        change(2, "Windpark secrets", visibility="members"), f'@@ <{DCAT}keyword> "windfall"@en .'
    )
    service = make(words, secret)
    found = {(one["kind"], one["label"]) for one in service.suggest("wind")}
    assert found == {("keyword", "wind power"), ("record", "Windpark data")}
    assert ("sector", "Energy") in {(one["kind"], one["label"]) for one in service.suggest("ener")}
    record = next(one for one in service.suggest("windpark da") if one["kind"] == "record")
    assert record["value"] == words.record.page_id
    members = service.suggest("windpark se", audiences=("public", "members"))
    assert [one["label"] for one in members] == ["Windpark secrets"]
    assert service.suggest("  ") == []


def test_similar_records_have_words_in_common_and_are_not_the_record_itself(make: Make) -> None:
    one = change(1, "Soil moisture measurements in vineyards")
    service = make(
        one,
        change(2, "Measured soil moisture of fields"),
        change(3, "Vineyards"),
        change(4, "Chest x-ray images"),
        change(5, "Soil moisture of secret vineyards", visibility="members"),
    )
    found = [item["title"] for item in service.similar(describe(one, "DE"))]
    assert found == ["Measured soil moisture of fields", "Vineyards"]


@pytest.mark.parametrize(
    "text", ["soil", "soil moisture", "soils -sand", '"soil moisture" OR x-ray']
)
def test_an_explanation_adds_up_to_the_score_that_ranks(make: Make, text: str) -> None:
    service = make(
        change(1, "Soil moisture of the soil"),
        change(2, "Moisture in soils"),
        change(3, "X-ray of soil"),
        change(4, "Sand"),
    )
    items = service.search(SearchParams(q=text, explain=True)).items
    scores = [item["explain"]["score"] for item in items]
    assert len(items) > 1
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)
    plain = service.search(SearchParams(q=text)).items
    assert [item["id"] for item in plain] == [item["id"] for item in items]
    told = items[0]["explain"]
    while "parts" in told:
        assert told["score"] >= max(part["score"] for part in told["parts"]) - 0.01 or told[
            "rule"
        ].startswith("times")
        told = told["parts"][0]
    assert told["field"] == "title"


def test_an_explained_score_is_the_engine_s(make: Make) -> None:
    from catalogue.search.explain import explained
    from catalogue.search.parse import parse
    from catalogue.search.query import Request, Terms

    service = make(*(change(n, f"Soil moisture {'sample ' * (n % 4)}") for n in range(1, 9)))
    index = service._index
    query = parse("soil sampel x-ray OR moisture", ("en", "de"), ("sampel",))
    result = index.search(Request(query))

    def ask(part: object) -> dict[str, float]:
        ids = tuple(hit.id for hit in result.hits)
        found = index.search(Request(part, must=(Terms("id", ids),), limit=100))  # type: ignore[arg-type]
        return {hit.id: hit.score for hit in found.hits}

    told = explained(query, [hit.id for hit in result.hits], ask)
    assert result.hits
    for hit in result.hits:
        assert told[hit.id]["score"] == pytest.approx(hit.score, abs=0.02)


@pytest.mark.parametrize("text", ["", "-sand", "type:dataset", "!?"])
def test_where_no_word_is_looked_for_the_last_modified_comes_first(make: Make, text: str) -> None:
    service = make(*(change(n, f"Record {n}") for n in range(1, 20)))
    dates = [item["modified"] for item in service.search(SearchParams(q=text)).items]
    assert len(dates) == 19
    assert dates == sorted(dates, reverse=True)


def test_any_text_is_answered(make: Make) -> None:
    service = make(change(1, "Soil moisture"), change(2, "C++ code of l'eau"))
    noise = st.text('soil "-*:()OR\u202e\x00\ud800', max_size=40)

    @settings(max_examples=60, deadline=None, database=None)
    @given(st.text(st.characters(), max_size=80) | noise, st.sampled_from(["", "title"]))
    def answered(text: str, sort: str) -> None:
        page = service.search(SearchParams(q=text, sort=sort, facets=["theme"], explain=True))
        assert 0 <= page.total <= 2
        assert len(page.items) == page.total
        assert isinstance(service.suggest(text), list)

    answered()


@pytest.mark.parametrize("letter", ["a", "\u0915", "\U0001f30d"])
def test_values_of_any_length_are_compared_by_their_beginning(make: Make, letter: str) -> None:
    """Engines have bounds of their own, in bytes of different encodings: none is met."""
    long = letter * (LONGEST_VALUE + 1_000)

    def keyword(one: Change, value: str) -> Change:
        return with_lines(one, f'@@ <{DCAT}keyword> "{value}"@en .')

    service = make(
        keyword(change(1, "One"), long),
        keyword(change(2, "Two"), long + "x"),
        keyword(change(3, "Three"), long[: LONGEST_VALUE - 1]),
    )
    counted = service.search(SearchParams(facets=["keyword"])).facets["keyword"]
    assert [(one["value"], one["count"]) for one in counted] == [
        (long[:LONGEST_VALUE], 2),
        (long[: LONGEST_VALUE - 1], 1),
    ]
    for value in (long, long + "y", long[:LONGEST_VALUE]):
        assert titles(service, "", filters={"keyword": [value]}) == {"One", "Two"}
    assert titles(service, "", filters={"keyword": [long[: LONGEST_VALUE - 1]]}) == {"Three"}


def test_long_beginnings_are_completed_alike(make: Make) -> None:
    word = "abcdefghij" * 30
    service = make(
        with_lines(change(1, "One"), f'@@ <{DCAT}keyword> "{word}"@en .'),
        with_lines(change(2, "Two"), f'@@ <{DCAT}keyword> "{"long " * 2_000}"@en .'),
    )
    for typed in (word[:4], word[:99], word[:250]):
        found = [one for one in service.suggest(typed) if one["kind"] == "keyword"]
        assert [one["value"] for one in found] == [word]
    assert [one for one in service.suggest("long ") if one["kind"] == "keyword"] == []
