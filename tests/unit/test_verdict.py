"""What profiles say of a record is kept with it: exact numbers, few findings, words in any language."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalogue.errors import InvalidInput
from catalogue.harvest.judges import Judges
from catalogue.harvest.options import common_options
from catalogue.harvest.prepare import prepare, salt_of
from catalogue.harvest.rules import PLAIN, rules_of
from catalogue.model import Judged, Mapped, Sector, Severity
from catalogue.validate.choosing import Choice, chosen, profiles_of
from catalogue.validate.data import Data
from catalogue.validate.profiles import DEFAULT, Profiles
from catalogue.validate.telling import spoken
from catalogue.validate.verdict import MOST, OUT_OF_TIME, verdict
from catalogue.validate.vocabularies import vocabularies
from vocab.namespaces import DCAT, DCATAP, DCT

SUBJECT = "<https://portal.example/d>"
A = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
DATASET = f"{SUBJECT} {A} <{DCAT}Dataset> ."
TITLE = f'{SUBJECT} <{DCT}title> "Wells (fictional)"@en .'
TEXT = f'{SUBJECT} <{DCT}description> "Levels of wells."@en .'
HVD_LAW = "http://data.europa.eu/eli/reg_impl/2023/138/oj"


def distributions(number: int) -> list[str]:
    """Distributions without the access address that DCAT-AP 3.0.1 makes mandatory."""
    lines = []
    for place in range(number):
        term = f"<https://portal.example/d/{place}>"
        lines += [f"{SUBJECT} <{DCAT}distribution> {term} .", f"{term} {A} <{DCAT}Distribution> ."]
    return lines


def judged(lines: list[str], *, declared: bool = True, seconds: float = 60.0):  # type: ignore[no-untyped-def]
    profile = Profiles({}).profile(DEFAULT)
    return verdict(Data(lines, vocabularies()), profile, declared=declared, seconds=seconds)


def test_a_record_with_what_is_mandatory_conforms() -> None:
    numbers, findings = judged([DATASET, TITLE, TEXT])
    assert numbers.conforms
    assert numbers.violations == 0
    assert not [one for one in findings if one.severity is Severity.VIOLATION]


def test_alike_results_are_one_finding_with_their_number_and_the_numbers_are_exact() -> None:
    numbers, findings = judged([DATASET, TEXT, *distributions(7)])
    (address,) = [one for one in findings if one.path == f"{DCAT}accessURL"]
    assert (address.count, address.severity) == (7, Severity.VIOLATION)
    assert address.focus is not None
    assert address.focus.startswith("https://portal.example/d/")
    (title,) = [one for one in findings if one.path == f"{DCT}title" and one.count == 1]
    assert title.rule == "sh:MinCountConstraintComponent"
    assert numbers.violations == 8
    assert not numbers.conforms
    by_severity = {
        severity: sum(one.count for one in findings if one.severity is severity)
        for severity in Severity
    }
    assert (numbers.violations, numbers.warnings) == (
        by_severity[Severity.VIOLATION],
        by_severity[Severity.WARNING],
    )


def test_what_nobody_declared_breaks_nothing_for_the_record_but_is_counted() -> None:
    numbers, findings = judged([DATASET, TEXT], declared=False)
    assert numbers.violations == 1
    assert not numbers.declared
    assert {one.severity for one in findings} == {Severity.INFO}


def test_findings_speak_the_readers_language() -> None:
    _numbers, findings = judged([DATASET, TEXT])
    english = next(one for one in findings if one.path == f"{DCT}title")
    german = spoken(english, "de")
    assert german.message != english.message
    assert "dct:title" in german.message
    assert spoken(german, "en") == english


def test_a_record_that_takes_too_long_says_so_and_does_not_conform() -> None:
    lines = [DATASET, TITLE, TEXT]
    lines += [f'{SUBJECT} <{DCAT}keyword> "word {number}"@en .' for number in range(100_000)]
    numbers, findings = judged(lines, seconds=0.0)
    assert not numbers.whole
    assert not numbers.conforms
    assert OUT_OF_TIME in {one.rule for one in findings}
    numbers, _findings = judged(lines)
    assert numbers.whole


def test_a_hostile_record_fills_nothing_with_findings(tmp_path: Path) -> None:
    shapes = "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
    for number in range(MOST + 20):
        shapes += f"""<urn:s{number}> a sh:NodeShape ; sh:targetClass <{DCAT}Dataset> ;
          sh:property [ sh:path <urn:p{number}> ; sh:minCount 1 ] .\n"""
    (tmp_path / "many.ttl").write_text(shapes)
    profile = Profiles({"many": [tmp_path / "many.ttl"]}).profile("many")
    numbers, findings = verdict(Data([DATASET], vocabularies()), profile, seconds=60.0)
    assert numbers.violations == MOST + 20
    assert len(findings) == MOST


# --- which profiles ---------------------------------------------------------------------------------

KNOWN = (DEFAULT, "dcat-ap-hvd", "health-dcat-ap", "mobility-dcat-ap", "mldcat-ap", "geodcat-ap")


def names(*lines: str, type_: str = "dataset", option: str = "", sectors: str = "") -> list[Choice]:
    found = [Sector(one, "theme", "x") for one in sectors.split()]
    return profiles_of(
        SUBJECT, type_, Data([DATASET, *lines], vocabularies()), found, option, KNOWN
    )


def test_every_record_is_judged_by_dcat_ap_and_by_what_it_declares() -> None:
    assert names() == [Choice(DEFAULT)]
    standard = f"{SUBJECT} <{DCT}conformsTo> <https://w3id.org/mobilitydcat-ap/releases/1.0.1> ."
    assert names(standard) == [Choice(DEFAULT), Choice("mobility-dcat-ap")]
    law = f"{SUBJECT} <{DCATAP}applicableLegislation> <{HVD_LAW}> ."
    assert Choice("dcat-ap-hvd") in names(law)
    other = (
        f"{SUBJECT} <{DCATAP}applicableLegislation> <http://data.europa.eu/eli/reg/2022/868/oj> ."
    )
    assert names(other) == [Choice(DEFAULT)]


def test_what_type_and_sector_point_to_is_recommended_only() -> None:
    assert Choice("health-dcat-ap", declared=False) in names(sectors="health agritech")
    assert Choice("mldcat-ap", declared=False) in names(type_="model")
    declared = (
        f"{SUBJECT} <{DCT}conformsTo> <https://healthdataeu.pages.code.europa.eu/healthdcat-ap/> ."
    )
    assert Choice("health-dcat-ap") in names(declared, sectors="health")


def test_others_statements_and_other_standards_declare_nothing() -> None:
    lines = [
        f"<https://portal.example/d/0> <{DCT}conformsTo> <https://w3id.org/mobilitydcat-ap> .",
        f"{SUBJECT} <{DCT}conformsTo> <https://portal.example/standard> .",
    ]
    assert names(*lines) == [Choice(DEFAULT)]


def test_a_sources_option_takes_the_place_of_the_choice_or_adds_to_it() -> None:
    assert chosen(" de, +hvd ,") == [Choice("de"), Choice("hvd")]
    assert names(sectors="health", option="geodcat-ap") == [Choice("geodcat-ap")]
    assert names(option="+geodcat-ap") == [Choice(DEFAULT), Choice("geodcat-ap")]


@pytest.mark.parametrize("wrong", ["a b", "a/b", "+", "a,,b c", "../x"])
def test_an_option_that_names_no_profile_is_refused(wrong: str) -> None:
    with pytest.raises(InvalidInput, match="profiles"):
        common_options({"profiles": wrong})


# --- with the record --------------------------------------------------------------------------------


def test_an_entry_carries_what_its_profiles_say(tmp_path: Path) -> None:
    shapes = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dct: <http://purl.org/dc/terms/> .
    <urn:s> a sh:NodeShape ; sh:targetClass <http://www.w3.org/ns/dcat#Dataset> ; sh:property
      [ sh:path dct:rights ; sh:minCount 1 ; sh:message "Say who may use it."@en ] ."""
    (tmp_path / "own.ttl").write_text(shapes)
    rules = rules_of({"profiles": "+own"}, {"own": [tmp_path / "own.ttl"], "other": []})
    assert set(rules.files) == {"own"}
    mapped = Mapped("d", SUBJECT, "dataset", [DATASET, TITLE, TEXT])
    entry = prepare(mapped, b"x" * 16, judges=Judges(rules))
    assert [one.profile for one in entry.judged] == [DEFAULT, "own"]
    assert entry.judged[1] == Judged("own", violations=1)
    (own,) = [one for one in entry.findings if one.profile == "own"]
    assert (own.message, own.limit, own.key) == ("Say who may use it.", None, "d")
    german = spoken(own, "de")
    assert (german.message, german.hint) == (own.message, "dct:rights ergänzen.")


def test_a_node_that_shapes_name_is_judged_with_the_record_that_describes_it_alone(
    tmp_path: Path,
) -> None:
    (tmp_path / "own.ttl").write_text(
        """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dct: <http://purl.org/dc/terms/> .
        <urn:s> a sh:NodeShape ; sh:targetNode <https://portal.example/d>, <https://portal.example/all> ;
          sh:property [ sh:path dct:rights ; sh:minCount 1 ] ."""
    )
    judges = Judges(rules_of({"profiles": "own"}, {"own": [tmp_path / "own.ttl"]}))
    _judged, found = judges.judge(SUBJECT, "dataset", [DATASET], ())
    assert [one.focus for one in found] == ["https://portal.example/d"]
    assert not judges.judge("<https://portal.example/e>", "dataset", [f"<u:e> {A} <u:C> ."], ())[1]


def test_other_shapes_make_the_next_harvest_judge_everything(tmp_path: Path) -> None:
    file = tmp_path / "own.ttl"
    file.write_text("# nothing\n")
    files = {"own": [file]}
    before = salt_of({}, rules_of({"profiles": "+own"}, files))
    assert salt_of({}, rules_of({"profiles": "+own"}, files)) == before
    file.write_text("# something else\n")
    assert salt_of({}, rules_of({"profiles": "+own"}, files)) != before
    assert salt_of({}, rules_of({}, files)) == salt_of({}, PLAIN)
