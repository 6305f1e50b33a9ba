"""Profiles that a source's option or a command names: unknown ones and hostile files are refused at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from catalogue.cli import aicat
from catalogue.errors import CatalogueError, InvalidInput, InvalidShapes
from catalogue.validate.profiles import OURS

HEAD = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n"
    "@prefix dcat: <http://www.w3.org/ns/dcat#> .\n@prefix : <http://shapes.example/> .\n"
)
GOOD = ":S sh:targetClass dcat:Dataset ; sh:property [ sh:path dct:title ; sh:minCount 1 ] ."
DATASET = "@prefix dcat: <http://www.w3.org/ns/dcat#> . <http://portal.example/d> a dcat:Dataset ."
PATH = "[ sh:zeroOrMorePath " * 40 + "dct:title" + " ]" * 40
HOSTILE = {
    "broken": (":S sh:targetClass dcat:Dataset ;\n sh:property [ sh:path }", "line 6"),
    "recursive": (":S sh:property [ sh:path dct:relation ; sh:node :S ] .", "leads back to itself"),
    "deep path": (f":S sh:property [ sh:path {PATH} ; sh:minCount 1 ] .", "deep"),
    "huge pattern": (
        ":S sh:property [ sh:path dct:title ; sh:pattern '((a{500}){500}){500}' ] .",
        "sh:pattern",
    ),
    "beyond the core": (":S sh:sparql [ sh:select 'SELECT' ] .", "sh:sparql"),
}


@pytest.fixture(autouse=True)
def shapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue with one member and the operator's profile `mine`."""
    file = tmp_path / "mine.ttl"
    file.write_text(HEAD + GOOD)
    monkeypatch.setenv("AICAT_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("AICAT_SHAPES", f"mine={file}")
    assert run("node", "add", "one", "--name", "One (fictional)", "--country", "FI").exit_code == 0
    return file


def run(*words: str) -> Result:
    return CliRunner().invoke(aicat, list(words))


def add(option: str, name: str = "feed") -> Result:
    where = ("--node", "one", "--kind", "dcat", "--url", "https://portal.example/")
    return run("source", "add", name, *where, "--option", f"profiles={option}", "--json")


@pytest.mark.parametrize("option", ["mine", "+mine", "dcat-ap-3,mine", "+geodcat-ap, +mine"])
def test_profiles_of_ours_and_of_the_operator_may_be_named(option: str) -> None:
    done = add(option)
    assert done.exit_code == 0, (done.output, done.exception)
    assert json.loads(done.stdout)["options"] == {"profiles": option}


@pytest.mark.parametrize("option", ["dcat-ap-9", "mine,nope", "+nope"])
def test_a_profile_that_is_none_is_refused_at_once_with_those_there_are(option: str) -> None:
    assert add("mine").exit_code == 0
    for done in (
        add(option, "other"),
        run("source", "edit", "feed", "--option", f"profiles={option}"),
    ):
        assert isinstance(done.exception, InvalidInput)
        for name in (*OURS, "mine", "AICAT_SHAPES"):
            assert name in str(done.exception)
    assert json.loads(run("source", "show", "feed", "--json").stdout)["options"] == {
        "profiles": "mine"
    }
    assert json.loads(run("source", "list", "--json").stdout)["total"] == 1


def test_an_option_may_be_taken_away_when_its_profile_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert add("mine").exit_code == 0
    monkeypatch.setenv("AICAT_SHAPES", "")
    assert isinstance(
        run("source", "edit", "feed", "--schedule", "0 4 * * *").exception, InvalidInput
    )
    assert run("source", "edit", "feed", "--option", "profiles=").exit_code == 0


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_a_hostile_file_of_shapes_is_refused_with_its_place_at_every_door(
    kind: str, shapes: Path, tmp_path: Path
) -> None:
    text, told = HOSTILE[kind]
    shapes.write_text(HEAD + text)
    document = tmp_path / "d.ttl"
    document.write_text(DATASET)
    for done in (add("+mine"), run("validate", str(document), "--profile", f"other={shapes}")):
        assert isinstance(done.exception, CatalogueError), (done.output, done.exception)
        assert told in str(done.exception)
        assert "mine.ttl" in str(done.exception)
    assert isinstance(add("mine").exception, InvalidShapes)


def test_a_file_that_is_not_there_is_named_before_the_source_is_added(shapes: Path) -> None:
    shapes.unlink()
    assert "mine.ttl" in str(add("mine").exception)
    assert json.loads(run("source", "list", "--json").stdout)["total"] == 0


def test_a_pattern_that_tracks_back_elsewhere_is_bounded(shapes: Path, tmp_path: Path) -> None:
    shapes.write_text(
        HEAD + ":S sh:targetClass dcat:Dataset ; sh:property"
        " [ sh:path dct:title ; sh:pattern '^(a+)+$' ] ."
    )
    document = tmp_path / "d.ttl"
    document.write_text(f"{DATASET[:-2]} ; <http://purl.org/dc/terms/title> '{'a' * 100_000}b' .")
    done = run("validate", str(document), "--profile", "mine", "--json")
    (found,) = json.loads(done.stdout)
    assert found["rule"] == "sh:PatternConstraintComponent"


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_profile_of_ours_may_be_asked_for_at_the_command_line(
    name: str, tmp_path: Path
) -> None:
    document = tmp_path / "d.ttl"
    document.write_text(
        DATASET + " <http://portal.example/m> a <http://data.europa.eu/it6/MachineLearningModel> ."
    )
    done = run("validate", str(document), "--profile", name, "--json")
    found = json.loads(done.stdout)
    assert done.exception is None
    assert {one["profile"] for one in found} == ({name} if name != "geodcat-ap" else set())
