"""The box of a place, in each of the ways that DCAT-AP, GeoDCAT-AP and portals state one."""

from __future__ import annotations

import pytest

from catalogue.project.boxes import box_of
from catalogue.rdf.subjects import by_subject
from catalogue.rdf.terms import literal
from vocab.namespaces import DCAT, GSP, LOCN

PLACE, SHAPE = "<https://example.org/place>", "_:shape"
RING = "POLYGON((4 50,6 50,6 52,4 52,4 50))"
GEOJSON = '{"type":"Polygon","coordinates":[[[4,50],[6,50],[6,52],[4,52],[4,50]]]}'
BOX = (4.0, 50.0, 6.0, 52.0)


def box(*lines: str) -> tuple[float, float, float, float] | None:
    return box_of(by_subject(list(lines)), [PLACE])


def says(subject: str, path: str, text: str) -> str:
    return f"{subject} <{path}> {literal(text)} ."


@pytest.mark.parametrize("path", [f"{DCAT}bbox", f"{LOCN}geometry", f"{GSP}asWKT"])
@pytest.mark.parametrize("text", [RING, GEOJSON, "ENVELOPE(4, 6, 52, 50)"])
def test_a_literal_of_the_place_tells(path: str, text: str) -> None:
    assert box(says(PLACE, path, text)) == BOX


@pytest.mark.parametrize(("way", "text"), [("asWKT", RING), ("asGeoJSON", GEOJSON)])
def test_a_geometry_that_the_place_points_to_tells(way: str, text: str) -> None:
    points = f"{PLACE} <{LOCN}geometry> {SHAPE} ."
    assert box(points, says(SHAPE, f"{GSP}{way}", text)) == BOX
    assert box(points) is None


def test_a_stated_box_goes_before_a_geometry_and_a_centre_comes_last() -> None:
    shape = says(PLACE, f"{LOCN}geometry", "POLYGON((0 0,1 0,1 1,0 0))")
    centre = says(PLACE, f"{DCAT}centroid", "POINT(5 51)")
    assert box(shape, says(PLACE, f"{DCAT}bbox", RING)) == BOX
    assert box(centre, shape) == (0.0, 0.0, 1.0, 1.0)
    assert box(centre) == (5.0, 51.0, 5.0, 51.0)


def test_latitude_comes_first_in_the_system_of_epsg() -> None:
    text = "<http://www.opengis.net/def/crs/EPSG/0/4326> POLYGON((50 4,50 6,52 6,52 4,50 4))"
    assert box(says(PLACE, f"{GSP}asWKT", text)) == BOX


@pytest.mark.parametrize("text", ["", "somewhere", "POINT(500 51)", "POINT(5 -91)"])
def test_what_lies_nowhere_is_no_box(text: str) -> None:
    assert box(says(PLACE, f"{DCAT}bbox", text)) is None
