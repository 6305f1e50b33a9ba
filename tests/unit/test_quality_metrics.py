"""The points of the assessment are those that data.europa.eu publishes."""

from __future__ import annotations

from collections import Counter

import pytest

from catalogue.quality import assess
from catalogue.quality.metrics import BANDS, DIMENSIONS, METRICS, MOST, band
from catalogue.rdf.subjects import by_subject

S, D = "<http://portal.example/d>", "<http://portal.example/d/file>"
DCT, DCAT = "http://purl.org/dc/terms/", "http://www.w3.org/ns/dcat#"

# Indicator by indicator as the methodology lists them.
PUBLISHED = {
    "findability": [30, 30, 20, 20],
    "accessibility": [50, 20, 30],
    "interoperability": [20, 10, 10, 20, 20, 30],
    "reusability": [20, 10, 10, 5, 20, 10],
    "contextuality": [5, 5, 5, 5],
}


def test_every_metric_is_worth_what_the_methodology_says() -> None:
    found = {name: [one.points for one in METRICS if one.dimension == name] for name in DIMENSIONS}
    assert found == PUBLISHED


def test_the_points_of_the_dimensions_are_405() -> None:
    sums: Counter[str] = Counter()
    for one in METRICS:
        sums[one.dimension] += one.points
    assert dict(sums) == DIMENSIONS
    assert sum(sums.values()) == MOST == 405


def test_bands_begin_where_the_methodology_says() -> None:
    bounds = {0: "bad", 120: "bad", 121: "sufficient", 220: "sufficient", 221: "good"}
    bounds |= {350: "good", 351: "excellent", 405: "excellent"}
    assert {points: band(points) for points in bounds} == bounds
    assert band(None) is None
    assert list(BANDS) == ["excellent", "good", "sufficient", "bad"]


def points(value: str) -> int:
    """The points of a record that states everything, each with the same value."""
    of_dataset = (
        f"{DCAT}keyword", f"{DCAT}theme", f"{DCT}spatial", f"{DCT}temporal", f"{DCT}accessRights",
        f"{DCAT}contactPoint", f"{DCT}publisher", f"{DCT}issued", f"{DCT}modified",
    )  # fmt: skip
    of_file = (
        f"{DCAT}accessURL", f"{DCAT}downloadURL", f"{DCT}format", f"{DCAT}mediaType",
        f"{DCT}license", f"{DCT}rights", f"{DCAT}byteSize", f"{DCT}issued", f"{DCT}modified",
    )  # fmt: skip
    lines = [
        *(f"{S} <{path}> {value} ." for path in of_dataset),
        f"{S} <{DCAT}distribution> {D} .",
        *(f"{D} <{path}> {value} ." for path in of_file),
    ]
    return assess(by_subject(lines), S, None, {}).points


@pytest.mark.parametrize("value", ['""', '"  "@en', f'"\\n"^^<{DCT}x>'])
def test_what_is_empty_states_nothing(value: str) -> None:
    assert points(value) == 0


@pytest.mark.parametrize("value", ['"x"', '"\\"x\\""@en', "<http://x.example/>", "_:b0"])
def test_what_says_anything_is_stated(value: str) -> None:
    # All that is to be there, without vocabularies, answers and DCAT-AP: 100 + 20 + 30 + 60 + 20.
    assert points(value) == 230
