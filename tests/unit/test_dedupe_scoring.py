"""What speaks for two records being one thing, and what rules it out whatever speaks for it."""

from __future__ import annotations

import pytest

from catalogue.dedupe import ACCEPT, Score, score
from catalogue.dedupe.features import Features, read

DCT, DCAT = "http://purl.org/dc/terms/", "http://www.w3.org/ns/dcat#"


def record(
    source: str,
    title: str,
    *,
    iri: str = "",
    identifier: str = "",
    page: str = "http://o.example/p",
) -> Features:
    iri = iri or f"http://{source}.example/d"
    lines = [
        *([f'<{iri}> <{DCT}identifier> "{identifier}" .'] if identifier else []),
        f"<{iri}> <{DCT}publisher> _:p .",
        f"<{iri}> <{DCT}title> {title} .",
        *([f"<{iri}> <{DCAT}landingPage> <{page}> ."] if page else []),
        '_:p <http://xmlns.com/foaf/0.1/name> "Statistics of the canton" .',
    ]
    return read(f"{source}-id", source, "dataset", iri, lines)


def told(found: Score) -> set[str]:
    return {reason.rule for reason in found.reasons}


@pytest.mark.parametrize(
    ("one", "other"), [("part I", "part II"), ("part II", "part III"), ("part II", "part 3")]
)
def test_parts_with_roman_numerals_stay_apart(one: str, other: str) -> None:
    found = score(
        record("a", f'"Results of the election, {one}"@en'),
        record("b", f'"Results of the election, {other}"@en'),
    )
    assert (found.points, told(found)) in [
        (0.0, {"other-number"}),
        (0.0, {"number-left-out"}),
    ]


@pytest.mark.parametrize(
    "filling",
    ["00000000-0000-0000-0000-000000000000", "999999999999", "xxxx-0000-xxxx-0000"],
)
def test_an_identifier_that_only_fills_its_place_is_none(filling: str) -> None:
    found = score(
        record("a", '"Quality of the air"', identifier=filling, page=""),
        record("b", '"Haushalt der Stadt"@de', identifier=filling, page=""),
    )
    assert found.points < ACCEPT
    assert "same-identifier" not in told(found)


IRI = "http://data.example/dataset/1"


def test_one_iri_that_a_template_gave_to_two_things_does_not_join_them() -> None:
    found = score(
        record("a", '"Population by age"@en', iri=IRI, page=""),
        record("b", '"Noise of roads"@en', iri=IRI, page=""),
    )
    assert found.points == 0
    assert "other-words" in told(found)


@pytest.mark.parametrize(
    ("title", "page"),
    [
        ('"Bevölkerung nach Alter"@de', ""),  # a translation
        ('"Inhabitants by age and sex"@en', ""),  # renamed
        ('"Noise of roads"@en', "http://o.example/p"),  # its page says that it is the same
        ('"Noise of roads"', ""),  # in which language?
    ],
)
def test_one_iri_is_one_thing_where_nothing_says_otherwise(title: str, page: str) -> None:
    found = score(
        record("a", '"Population by age"@en', iri=IRI, page=page),
        record("b", title, iri=IRI, page=page),
    )
    assert found.points >= ACCEPT
