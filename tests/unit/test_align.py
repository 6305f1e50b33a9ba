"""Alignment to the EU authority tables, and sectors."""

from __future__ import annotations

import pytest

from catalogue.align import align, assign_sectors
from catalogue.rdf.terms import RDF_TYPE, literal
from vocab.namespaces import DCAT, DCT, FOAF

S = "<http://portal.example/d>"
AUTHORITY = "http://publications.europa.eu/resource/authority/"


@pytest.mark.parametrize(
    ("path", "given", "code"),
    [
        (f"{DCT}language", '"de"', "language/DEU"),
        (f"{DCT}language", '"fre"', "language/FRA"),
        (f"{DCT}language", '"en_US"', "language/ENG"),
        (f"{DCT}language", '"en or de"', None),
        (f"{DCT}language", "<http://lexvo.org/id/iso639-3/deu>", "language/DEU"),
        (
            f"{DCT}license",
            "<https://creativecommons.org/licenses/by/4.0/deed.de>",
            "licence/CC_BY_4_0",
        ),
        (f"{DCT}license", '"CC-BY-4.0"', "licence/CC_BY_4_0"),
        (f"{DCT}license", '"odc-odbl"', "licence/ODC_BL"),
        (f"{DCT}license", '"our own terms"', None),
        (f"{DCT}format", '"CSV"', "file-type/CSV"),
        (f"{DCT}format", '".csv"', "file-type/CSV"),
        (f"{DCT}accrualPeriodicity", "<http://purl.org/cld/freq/annual>", "frequency/ANNUAL"),
        (f"{DCT}accessRights", '"public"', "access-right/PUBLIC"),
        (
            "http://www.w3.org/ns/dcat#theme",
            f"<{AUTHORITY.replace('http:', 'https:')}data-theme/HEAL>",
            "data-theme/HEAL",
        ),
    ],
)
def test_a_value_is_aligned_exactly_or_not_at_all(path: str, given: str, code: str | None) -> None:
    lines, findings = align([f"{S} <{path}> {given} ."])
    wanted = f"<{AUTHORITY}{code}>" if code else given
    assert lines == [f"{S} <{path}> {wanted} ."]
    assert len(findings) == (1 if code else 0)


def test_a_blank_format_with_a_label_is_a_value_too() -> None:
    lines, findings = align(
        [
            f"{S} <{DCT}format> _:f .",
            "_:f <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://purl.org/dc/terms/MediaTypeOrExtent> .",
            '_:f <http://www.w3.org/2000/01/rdf-schema#label> "CSV" .',
        ]
    )
    assert lines == [f"{S} <{DCT}format> <{AUTHORITY}file-type/CSV> ."]
    assert [(one.rule, one.value) for one in findings] == [("align.format.alias", "CSV")]


def test_aligning_twice_changes_nothing_more() -> None:
    once, _findings = align([f'{S} <{DCT}language> "de" .'])
    assert align(once) == (once, [])


@pytest.mark.parametrize(
    ("line", "sectors"),
    [
        (f"<http://www.w3.org/ns/dcat#theme> <{AUTHORITY}data-theme/HEAL>", ["health"]),
        (f"<http://www.w3.org/ns/dcat#theme> <{AUTHORITY}data-theme/ENVI>", []),
        (f'<{DCT}title> "Windpark Nordsee"@de', ["cleantech", "energy"]),
        (f'<{DCT}title> "Window cleaning companies"', []),
        ('<http://www.w3.org/ns/dcat#keyword> "spacecraft"', ["defence"]),
    ],
)
def test_a_sector_needs_a_reason(line: str, sectors: list[str]) -> None:
    assert [one.sector for one in assign_sectors(S, [f"{S} {line} ."])] == sectors


XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    ("text", "kind", "wanted"),
    [
        ("2024-05-31", "date", ("2024-05-31", "date")),
        ("2024-05-31T08:00:00Z", "date", ("2024-05-31T08:00:00Z", "dateTime")),
        ("2024-05-31", "dateTime", ("2024-05-31", "date")),
        ("2024", "date", ("2024", "gYear")),
        ("2024-05", "dateTime", ("2024-05", "gYearMonth")),
        (" 2013-11-05 ", "date", ("2013-11-05", "date")),
        ("2000-01-01T", "date", ("2000-01-01", "date")),
        ("19940501", "date", ("1994-05-01", "date")),
        ("31.12.2020", "date", ("2020-12-31", "date")),
        ("02/21/2012", "date", ("2012-02-21", "date")),
        ("21/02/2012", "date", ("2012-02-21", "date")),
        ("2024-05-31 08:15", "dateTime", ("2024-05-31T08:15:00", "dateTime")),
        ('"2012"', "date", ("2012", "gYear")),
        ("02/03/2012", "date", None),
        ("2024-02-30", "date", None),
        ("unknown", "date", None),
        ("R/P1Y", "dateTime", None),
        (" 12 ", "integer", ("12", "integer")),
        ("12 MB", "decimal", None),
        ("P1Y", "duration", ("P1Y", "duration")),
    ],
)
def test_a_literal_that_does_not_fit_its_type_is_mended_where_that_is_certain(
    text: str, kind: str, wanted: tuple[str, str] | None
) -> None:
    given = literal(text, "", XSD + kind)
    line = f"<http://p.example/x> <http://purl.org/dc/terms/issued> {given} ."
    lines, findings = align([line])
    term = literal(wanted[0], "", XSD + wanted[1]) if wanted else given
    assert lines == [f"<http://p.example/x> <http://purl.org/dc/terms/issued> {term} ."]
    assert [one.rule for one in findings] == ([] if term == given and wanted else ["rdf.ill-typed"])


@pytest.mark.parametrize("said", ["NationalAuthority", "National authority", "Nationaal orgaan"])
def test_the_type_of_an_agent_is_one_of_the_publisher_types(said: str) -> None:
    agent = "<https://example.org/body>"
    kind = f"{agent} <{DCT}type> {literal(said)} ."
    wanted = f"{agent} <{DCT}type> <http://purl.org/adms/publishertype/NationalAuthority> ."
    for context in (f"{S} <{DCT}publisher> {agent} .", f"{agent} {RDF_TYPE} <{FOAF}Agent> ."):
        lines, findings = align([context, kind])
        assert lines == [context, wanted]
        assert [one.rule.rpartition(".")[0] for one in findings] == ["align.type"]


def test_the_type_of_a_dataset_is_no_publisher_type() -> None:
    line = f"{S} <{DCT}type> {literal('Company')} ."
    assert align([line, f"{S} <{DCT}publisher> <https://example.org/body> ."])[0][0] == line


@pytest.mark.parametrize("path", ["compressFormat", "packageFormat"])
def test_how_files_are_packed_is_a_media_type(path: str) -> None:
    for said in ("application/zip", "ZIP"):
        lines, _findings = align([f"{S} <{DCAT}{path}> {literal(said)} ."])
        assert lines == [
            f"{S} <{DCAT}{path}> <https://www.iana.org/assignments/media-types/application/zip> ."
        ]
