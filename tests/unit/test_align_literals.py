"""Dates, periods and geometries that are written in other shapes than their properties want.

Expected values were written by hand from ISO 8601-1:2019, RFC 5322, RFC 7946 and GeoSPARQL 1.1.
"""

from __future__ import annotations

import pytest

from catalogue.align import align
from catalogue.rdf.terms import literal

S = "<http://portal.example/d>"
DCT, DCAT = "http://purl.org/dc/terms/", "http://www.w3.org/ns/dcat#"
GSP = "http://www.opengis.net/ont/geosparql#"
GEOMETRY = "http://www.w3.org/ns/locn#geometry"
XSD = "http://www.w3.org/2001/XMLSchema#"


def aligned(path: str, term: str) -> tuple[str, list[str]]:
    lines, findings = align([f"{S} <{path}> {term} ."])
    assert align(lines)[0] == lines
    return lines[0].split(" ", 2)[2][:-2], [one.rule for one in findings]


@pytest.mark.parametrize(
    ("text", "wanted", "kind", "rule"),
    [
        ("2020", "2020", "gYear", "typed"),
        ("2020-05", "2020-05", "gYearMonth", "typed"),
        ("2020-05-01", "2020-05-01", "date", "typed"),
        ("05/2020", "2020-05", "gYearMonth", "pattern"),
        ("2020-5-1", "2020-05-01", "date", "pattern"),
        ("1.5.2020", "2020-05-01", "date", "pattern"),
        ("May 2020", "2020-05", "gYearMonth", "pattern"),
        ("mai 2020", "2020-05", "gYearMonth", "pattern"),
        ("5. Mai 2020", "2020-05-05", "date", "pattern"),
        ("5 de mayo de 2020", "2020-05-05", "date", "pattern"),
        ("May 5th, 2020", "2020-05-05", "date", "pattern"),
        ("12 maggio 2020", "2020-05-12", "date", "pattern"),
        ("1er janvier 2020", "2020-01-01", "date", "pattern"),
        ("3 Μαΐου 2020", "2020-05-03", "date", "pattern"),
        ("2020-W05-3", "2020-01-29", "date", "pattern"),
        (
            "２０２０-05-12",
            "2020-05-12",
            "date",
            "pattern",
        ),  # XML Schema knows digits of ASCII alone
        ("\u0661\u0662/\u0663\u0661/2020", "2020-12-31", "date", "pattern"),
        ("2020\u201105\u201112", "2020-05-12", "date", "pattern"),
        ("1588579200000", "2020-05-04T08:00:00Z", "dateTime", "pattern"),
        ("2020-05-01 10:00 UTC", "2020-05-01T10:00:00Z", "dateTime", "pattern"),
        ("2020-05-01T10:00:00+0200", "2020-05-01T10:00:00+02:00", "dateTime", "pattern"),
        ("31.12.2020 10:00", "2020-12-31T10:00:00", "dateTime", "pattern"),
        ("2020. május 5.", "2020-05-05", "date", "pattern"),
        ("2020 m. gegužės 5 d.", "2020-05-05", "date", "pattern"),
        ("2020. gada 5. maijs", "2020-05-05", "date", "pattern"),
        ("3 maja 2020 r.", "2020-05-03", "date", "pattern"),
        ("2024/05", "2024-05", "gYearMonth", "pattern"),
        ("Tue, 05 May 2020 10:00:00 GMT", "2020-05-05T10:00:00Z", "dateTime", "pattern"),
    ],
)
def test_a_date_is_read_where_it_can_be_read_in_one_way(
    text: str, wanted: str, kind: str, rule: str
) -> None:
    found = aligned(f"{DCT}issued", literal(text))
    assert found == (literal(wanted, "", XSD + kind), [f"align.date.{rule}"])


@pytest.mark.parametrize(
    "text",
    ["03/04/2020", "5/6/20", "12-05-20", "listopad 2020", "2020-02-30", "2019-2021", "Q1 2020",
     "2011/12", "03/04/2020 10:00", "31.12.2020 25:00", "2020. Hügel 5.",
     "13/2020", "2020-W54-1", "2017042812", "soon", "As updated", "31 Februar 2020", "R/P1Y"],
)  # fmt: skip
def test_a_date_with_two_readings_or_none_stays_as_it_is(text: str) -> None:
    assert aligned(f"{DCT}issued", literal(text)) == (literal(text), [])


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2019-2021", ("2019", "gYear"), ("2021", "gYear")),
        ("2019-01-01/2021-12-31", ("2019-01-01", "date"), ("2021-12-31", "date")),
        ("Q1 2020", ("2020-01", "gYearMonth"), ("2020-03", "gYearMonth")),
        ("01.01.2019 - 31.12.2021", ("2019-01-01", "date"), ("2021-12-31", "date")),
        ("01.01.2019-31.12.2021", ("2019-01-01", "date"), ("2021-12-31", "date")),
        ("Mai 2020 – Juni 2021", ("2020-05", "gYearMonth"), ("2021-06", "gYearMonth")),
        ("2019", ("2019", "gYear"), ("2019", "gYear")),
        ("31/12/2019", ("2019-12-31", "date"), ("2019-12-31", "date")),
        ("2020-W05", ("2020-01-27", "date"), ("2020-02-02", "date")),
        ("start=2010-01; end=2011-12;", ("2010-01", "gYearMonth"), ("2011-12", "gYearMonth")),
    ],
)
def test_a_period_in_one_text_becomes_its_two_ends(
    text: str, start: tuple[str, str], end: tuple[str, str]
) -> None:
    lines, findings = align([f"{S} <{DCT}temporal> {literal(text)} ."])
    assert [line.split(" ", 2)[2][:-2] for line in lines[2:]] == [
        literal(start[0], "", XSD + start[1]),
        literal(end[0], "", XSD + end[1]),
    ]
    assert [(one.rule, one.value) for one in findings] == [("align.temporal.pattern", text)]
    assert align(lines) == (lines, [])


@pytest.mark.parametrize(
    "text",
    [
        "2021-2019",
        "2019-20",
        "since 2010",
        "2020-05-01/soon",
        "2010-11",  # a month, or the year from one autumn to the next?
        "2004/05",
        "2010-11 - 2011-12",
        "01/02/2019 - 05/12/2019",
        "../..",
    ],
)
def test_what_is_no_certain_period_stays_as_it_is(text: str) -> None:
    assert aligned(f"{DCT}temporal", literal(text)) == (literal(text), [])


@pytest.mark.parametrize(
    ("given", "wanted", "rule"),
    [
        (
            literal("POINT(4.35 50.85)"),
            literal("POINT(4.35 50.85)", "", f"{GSP}wktLiteral"),
            "typed",
        ),
        (
            literal("SRID=4326;POINT(4.35 50.85)"),
            literal("POINT(4.35 50.85)", "", f"{GSP}wktLiteral"),
            "pattern",
        ),
        (
            literal("100.5,10,120,20.5"),
            literal(
                "POLYGON((100.5 10,120 10,120 20.5,100.5 20.5,100.5 10))", "", f"{GSP}wktLiteral"
            ),
            "pattern",
        ),
        (
            literal("POINT(50.85 104.35)", "", f"{GSP}wktLiteral"),
            literal("POINT(104.35 50.85)", "", f"{GSP}wktLiteral"),
            "swapped",
        ),
        (
            literal("POLYGON Z ((50 100 5, 51 1.01e2 5, 50 100 5))"),
            literal("POLYGON Z ((100 50 5, 1.01e2 51 5, 100 50 5))", "", f"{GSP}wktLiteral"),
            "swapped",
        ),
        (
            literal('{"type":"Point","coordinates":[4.35,50.85]}'),
            literal('{"type":"Point","coordinates":[4.35,50.85]}', "", f"{GSP}geoJSONLiteral"),
            "typed",
        ),
        (
            literal("POINT(4.35 50.85)", "", f"{GSP}:wktLiteral"),
            literal("POINT(4.35 50.85)", "", f"{GSP}wktLiteral"),
            "datatype",
        ),
    ],
)
def test_a_geometry_gets_the_form_and_datatype_of_what_it_is(
    given: str, wanted: str, rule: str
) -> None:
    assert aligned(GEOMETRY, given) == (wanted, [f"align.geometry.{rule}"])


@pytest.mark.parametrize(
    "given",
    [
        literal("SRID=31467;POINT(3450000 5500000)"),  # northing first by its definition
        literal("POINT(500000 5500000)"),  # no degrees: of a system that is not named
        literal("POINT(4,35 50,85)"),
        literal("POINT(4.35 50.85"),
        literal("POINT(48.2 181)"),
        literal('{"type":"Point","coordinates":[500000,5500000]}'),
        literal('{"type":"Point","crs":{"properties":{"name":"EPSG:25832"}},"coordinates":[50,5]}'),
        literal('{"type":"Point","coordinates":[50.85,"4.35"]}'),
        literal("10,20,30,40"),  # two orders are possible
        literal("48,16,49,17"),
        literal("Brussels"),
        literal('{"type":"Place"}'),
        literal("{broken"),
        literal("POINT(50.85 4.35)", "", f"{GSP}wktLiteral"),
        literal(
            "<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(50.85 104.35)",
            "",
            f"{GSP}wktLiteral",
        ),
    ],
)
def test_a_geometry_that_may_be_something_else_stays_as_it_is(given: str) -> None:
    assert aligned(GEOMETRY, given) == (given, [])


@pytest.mark.parametrize(
    ("text", "end"),
    [("2019-05-01/..", "startDate"), ("2019-05-01/", "startDate"), ("../2019-05-01", "endDate")],
)
def test_an_open_period_has_the_end_that_is_known(text: str, end: str) -> None:
    lines, findings = align([f"{S} <{DCT}temporal> {literal(text)} ."])
    node = lines[0].split(" ")[2]
    assert lines[2:] == [f"{node} <{DCAT}{end}> {literal('2019-05-01', '', XSD + 'date')} ."]
    told = "2019-05-01/.." if end == "startDate" else "../2019-05-01"
    assert [(one.rule, one.mended) for one in findings] == [("align.temporal.pattern", told)]


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [("TRUE", "boolean", "true"), ("1024.0", "nonNegativeInteger", "1024")],
)
def test_what_a_program_wrote_in_its_own_way_is_mended(text: str, kind: str, wanted: str) -> None:
    found = aligned(f"{DCAT}byteSize", literal(text, "", XSD + kind))
    assert found == (literal(wanted, "", XSD + kind), ["rdf.ill-typed"])


@pytest.mark.parametrize("text", ["202405", "45443"])
def test_a_number_in_the_place_of_a_day_is_no_year_of_the_far_future(text: str) -> None:
    term = literal(text, "", f"{XSD}date")
    assert aligned(f"{DCT}issued", term) == (term, ["rdf.ill-typed"])


def test_a_date_that_is_typed_has_digits_of_xml_schema() -> None:
    given, wanted = (literal(one, "", f"{XSD}date") for one in ("２０２０-05-12", "2020-05-12"))
    assert aligned(f"{DCT}issued", given) == (wanted, ["rdf.ill-typed"])


def test_a_datatype_whose_prefix_was_never_expanded_is_that_of_xml_schema() -> None:
    given = literal("2020-05-01T10:00:00Z", "", "xs:dateTime")
    wanted = literal("2020-05-01T10:00:00Z", "", f"{XSD}dateTime")
    assert aligned(f"{DCT}issued", given) == (wanted, ["rdf.ill-typed"])
