"""Another spelling of a query, from the titles that are there."""

from __future__ import annotations

import pytest

from catalogue.search.spelling import distance, respelt


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("satelite", "satellite", 1),
        ("recieve", "receive", 1),
        ("kitten", "sitting", 3),
        ("", "ab", 2),
        ("same", "same", 0),
        ("ca", "abc", 3),
    ],
)
def test_edits_are_counted_swaps_as_one(one: str, other: str, edits: int) -> None:
    assert distance(one, other, 5) == distance(other, one, 5) == edits
    assert distance(one, other, 1) == min(edits, 2)


def titles(*texts: str) -> list[dict[str, dict[str, str]]]:
    return [{"title": {"en": text}} for text in texts]


def test_the_nearest_word_that_more_titles_have_replaces_one() -> None:
    found = titles("Satellite imagery", "Satellite maps", "Satelite")
    assert respelt("satelite imagery", found) == "satellite imagery"
    assert respelt('satelite "satelite" -satelite title:satelite', found) == (
        'satellite "satelite" -satelite title:satelite'
    )


@pytest.mark.parametrize("text", ["satellite", "sat", "s4telite2", "", "satel*", "OR"])
def test_a_word_that_needs_no_help_or_gets_none_stays(text: str) -> None:
    assert respelt(text, titles("Satellite imagery", "Satellite maps")) is None


def test_accents_that_are_left_out_are_no_typo() -> None:
    assert respelt("qualite", titles("Qualité de l'air", "Qualité de l'eau")) is None
