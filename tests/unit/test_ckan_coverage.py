"""Where and when, in the spellings that portals have."""

from __future__ import annotations

from typing import Any

import pytest

from catalogue.rdf.terms import literal
from tests.unit.ckan_graphs import findings, graph, nt, says

EU = "http://publications.europa.eu/resource/authority"
BOX = "POLYGON((25 -22,33 -22,33 -15,25 -15,25 -22))"
RING = '{"type":"Polygon","coordinates":[[[33.0,-22.0],[33.0,-15.0],[25.0,-15.0],[25.0,-22.0],[33.0,-22.0]]]}'


@pytest.mark.parametrize(
    "fields",
    [
        {"spatial": "25.0 -22 33 -15"},
        {"spatial": "25,-22,33,-15.0"},
        {"spatial": "ENVELOPE(25, 33, -15, -22)"},
        {"spatial": RING},
        {"spatial": "POLYGON((25 -22, 33.0 -22, 33 -15, 25 -15, 25 -22))"},
        {"spatial_bbox": RING.replace(".0", "")},
        {"bbox": [{"west": 25, "south": -22, "east": 33, "north": -15}]},
        {
            "bbox-west-long": "25.0000",
            "bbox-south-lat": "-22.0000",
            "bbox-east-long": "33.0000",
            "bbox-north-lat": "-15",
        },
    ],
)
def test_boxes_in_every_spelling_are_boxes(fields: dict[str, Any]) -> None:
    boxes = [line for line in graph(fields) if "#bbox>" in line]
    corners = {
        tuple(map(float, pair.split()))
        for line in boxes
        for pair in line.split("((")[1].split("))")[0].split(",")
    }
    assert len(boxes) == 1
    assert corners == {(25, -22), (33, -22), (33, -15), (25, -15)}


def test_a_geometry_is_a_thing_that_is_written_as_well_known_text() -> None:
    says(
        {"spatial": "POLYGON ((0 0, 1 0, 1 1, 0 0))"},
        "$ dct:spatial $#spatial",
        "$#spatial a dct:Location",
        "$#spatial locn:geometry $#spatial-geometry",
        "$#spatial-geometry a locn:Geometry",
        '$#spatial-geometry gsp:asWKT "POLYGON ((0 0, 1 0, 1 1, 0 0))"^^gsp:wktLiteral',
    )
    line = '{"type":"LineString","coordinates":[[0,1],[2,3]]}'
    says(
        {"spatial": line},
        "$#spatial-geometry a locn:Geometry",
        f"$#spatial-geometry gsp:asGeoJSON {literal(line)}^^gsp:geoJSONLiteral",
    )


@pytest.mark.parametrize("point", ['{"type":"Point","coordinates":[1.5,41]}', "POINT(1.5 41)"])
def test_a_point_is_the_centre_of_its_place(point: str) -> None:
    says({"spatial": point}, '$#spatial dcat:centroid "POINT(1.5 41)"^^gsp:wktLiteral')
    other = {"spatial": point, "spatial_centroid": "POINT(2 42)"}
    says(
        other,
        '$#spatial dcat:centroid "POINT(2 42)"^^gsp:wktLiteral',
        '$#spatial-geometry gsp:asWKT "POINT(1.5 41)"^^gsp:wktLiteral',
    )


def test_what_a_place_says_twice_is_said_once() -> None:
    found = graph({"spatial": RING, "spatial_bbox": "25 -22 33 -15"})
    assert len([line for line in found if "wktLiteral" in line]) == 1
    assert not [line for line in found if "locn#geometry" in line]


def test_a_triangle_is_no_box() -> None:
    found = graph({"spatial": '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}'})
    assert not [line for line in found if "#bbox>" in line]


def test_a_stated_box_stands_alone_beside_a_rectangle() -> None:
    place = {"geom": RING, "bbox": RING.replace("33.0", "34.0"), "text": "Somewhere"}
    found = graph({"spatial_coverage": [place]})
    boxes = [line for line in found if "#bbox>" in line]
    assert len(boxes) == 1
    assert "34 -22" in boxes[0]
    assert [line for line in found if "#asWKT>" in line and "33 -22" in line]
    assert nt('$#spatial skos:prefLabel "Somewhere"') in found


def test_a_place_of_an_authority_is_pointed_to_and_described_beside() -> None:
    uri = f"<{EU}/country/BEL>"
    found = graph({"spatial_uri": uri[1:-1], "spatial_text": "Belgium", "spatial": RING})
    assert {nt(f"$ dct:spatial {uri}"), nt("$ dct:spatial $#spatial")} <= found
    assert nt('$#spatial skos:prefLabel "Belgium"') in found
    assert not [line for line in found if line.startswith(uri)]


def test_words_and_addresses_in_the_field_for_geometries() -> None:
    says({"spatial": "Foggia"}, '$#spatial skos:prefLabel "Foggia"')
    says({"spatial": f"{EU}/country/ITA"}, f"$ dct:spatial <{EU}/country/ITA>")


@pytest.mark.parametrize(
    "value", ['{"type":"Polygon","coordinates":"x"', '{"no": "geometry"}', "[1, 2, 3]"]
)
def test_what_is_no_geometry_is_left_out_with_a_finding(value: str) -> None:
    assert ("ckan.bad-geometry", "spatial") in findings({"spatial": value})


@pytest.mark.parametrize(
    "shape",
    [
        '{"type":"Polygon","coordinates":[[["a","b"],[1,0],[1,1],[0,0]]]}',
        '{"type":"Polygon","coordinates":[[{"x":1},[1,0],[1,1],[0,0]]]}',
        '{"type":"Polygon","coordinates":[]}',
        '{"type":"MultiPolygon","coordinates":[[[[0]]]]}',
        '{"type":"Point","coordinates":null}',
        '{"type":"Point","coordinates":[true,false]}',
    ],
)
def test_damaged_shapes_never_become_well_known_text(shape: str) -> None:
    assert not [line for line in graph({"spatial": shape}) if "wktLiteral" in line]


@pytest.mark.parametrize(
    ("fields", "start", "end"),
    [
        ({"temporal_start": "1905-03-01", "temporal_end": "2013-01-05"},
         '"1905-03-01"^^xsd:date', '"2013-01-05"^^xsd:date'),
        ({"temporal_coverage": [{"start": "2020", "end": ""}]}, '"2020"^^xsd:gYear', None),
        ({"temporal_coverage": '[{"temporal_start": "2020", "temporal_end": "2021"}]'},
         '"2020"^^xsd:gYear', '"2021"^^xsd:gYear'),
        ({"temporals": [{"start_date": "2020-01", "end_date": "2021-02"}]},
         '"2020-01"^^xsd:gYearMonth', '"2021-02"^^xsd:gYearMonth'),
        ({"temporal": "2001-11-01T00:00:00Z/2002-05-01T00:00:00Z"},
         '"2001-11-01T00:00:00Z"^^xsd:dateTime', '"2002-05-01T00:00:00Z"^^xsd:dateTime'),
        ({"temporal": "2001/.."}, '"2001"^^xsd:gYear', None),
        ({"temporal": "2001"}, '"2001"^^xsd:gYear', '"2001"^^xsd:gYear'),
        ({"temporal-extent-begin": "1960-01-01T00:00:00Z"}, '"1960-01-01T00:00:00Z"^^xsd:dateTime', None),
        ({"temporal_coverage-from": '["1982"]', "temporal_coverage-to": '["1986"]'},
         '"1982"^^xsd:gYear', '"1986"^^xsd:gYear'),
    ],
)  # fmt: skip
def test_periods_in_every_spelling(fields: dict[str, Any], start: str, end: str | None) -> None:
    found = graph(fields)
    assert nt("$ dct:temporal $#temporal") in found
    assert nt("$#temporal a dct:PeriodOfTime") in found
    assert nt(f"$#temporal dcat:startDate {start}") in found
    ends = [line for line in found if "#endDate>" in line]
    assert ends == ([nt(f"$#temporal dcat:endDate {end}")] if end else [])


def test_a_repetition_is_not_lost() -> None:
    says(
        {"temporal": "R/2000-02-24T00:00:00Z/P1Y"},
        '$#temporal dcat:startDate "2000-02-24T00:00:00Z"^^xsd:dateTime',
        '$#temporal rdfs:label "R/2000-02-24T00:00:00Z/P1Y"',
    )


def test_several_periods_are_several_nodes() -> None:
    says(
        {"temporal_coverage": [{"start": "2001"}, {"start": "2002"}]},
        '$#temporal dcat:startDate "2001"^^xsd:gYear',
        '$#temporal-2 dcat:startDate "2002"^^xsd:gYear',
    )
