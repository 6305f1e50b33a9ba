"""The points of the assessment are those that data.europa.eu publishes."""

from __future__ import annotations

from collections import Counter

from catalogue.quality.metrics import BANDS, DIMENSIONS, METRICS, MOST, band

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
