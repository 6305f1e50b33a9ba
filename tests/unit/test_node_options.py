"""Members as they are added and edited at the command line, with what their records are held to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from catalogue.cli import aicat
from catalogue.errors import CatalogueError, InvalidInput, InvalidShapes, NotFound
from catalogue.validate.profiles import OURS

SHAPES = (
    "@prefix sh: <http://www.w3.org/ns/shacl#> .\n<urn:s> a sh:NodeShape ;"
    " sh:targetClass <http://www.w3.org/ns/dcat#Dataset> ."
)


@pytest.fixture(autouse=True)
def shapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue without members, and the operator's profile `mine`."""
    file = tmp_path / "mine.ttl"
    file.write_text(SHAPES)
    monkeypatch.setenv("AICAT_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("AICAT_SHAPES", f"mine={file}")
    return file


def run(*words: str) -> Result:
    return CliRunner().invoke(aicat, list(words))


def add(*words: str, name: str = "one") -> Result:
    return run("node", "add", name, "--name", "One (fictional)", "--country", "fi", *words)


def edit(*words: str, name: str = "one") -> Result:
    return run("node", "edit", name, *words)


def told(done: Result) -> Any:
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


def listed() -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = told(run("node", "list", "--json"))["items"]
    return items


def test_a_node_is_added_with_options_and_shows_them() -> None:
    words = ("--option", "profiles=mine,dcat-ap-3", "--option", "contacts=drop", "--json")
    made = told(add(*words))
    assert made["options"] == {"profiles": "mine,dcat-ap-3", "contacts": "drop"}
    assert listed() == [made]


def test_each_thing_that_is_said_of_a_node_can_be_changed_alone() -> None:
    before = told(add("--option", "contacts=drop", "--option", "profiles=mine", "--json"))
    for words, changed in (
        (("--name", "Two (fictional)"), {"name": "Two (fictional)"}),
        (("--country", "eu"), {"country": "EU"}),
        (("--kind", "hub"), {"kind": "hub"}),
        (("--homepage", "https://one.example/"), {"homepage": "https://one.example/"}),
        (("--homepage", ""), {"homepage": None}),
        (("--option", "profiles=+mine"), {"options": {"contacts": "drop", "profiles": "+mine"}}),
        (("--option", "contacts="), {"options": {"profiles": "+mine"}}),
    ):
        before = {**before, **changed}
        assert told(edit(*words, "--json")) == before
        assert listed() == [before]


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("visibility=members", ("visibility", "contacts, profiles")),
        ("rows=", ("rows", "contacts, profiles")),
        ("contacts=some", ("option contacts",)),
        ("profiles=a b", ("option profiles",)),
        ("profiles=nope", ("nope", *OURS, "mine", "AICAT_SHAPES")),
        ("profiles", ("NAME=VALUE",)),
    ],
)
def test_an_option_that_is_none_is_refused_with_those_there_are(
    option: str, words: tuple[str, ...]
) -> None:
    told(add("--option", "contacts=drop", "--json"))
    for done in (add("--option", option, name="two"), edit("--option", option)):
        assert isinstance(done.exception, InvalidInput), done.output
        assert all(word in str(done.exception) for word in words)
    (one,) = listed()
    assert one["options"] == {"contacts": "drop"}


def test_a_file_that_is_no_shapes_is_refused_before_the_node_is_changed(shapes: Path) -> None:
    told(add("--json"))
    shapes.write_text("@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:s> sh:sparql [] .")
    for done in (edit("--option", "profiles=mine"), add("--option", "profiles=mine", name="two")):
        assert isinstance(done.exception, InvalidShapes)
    shapes.unlink()
    assert "mine.ttl" in str(edit("--option", "profiles=mine").exception)
    assert [one["options"] for one in listed()] == [{}]


def test_who_is_no_node_and_where_is_no_country_is_told() -> None:
    assert isinstance(edit("--name", "X (fictional)").exception, NotFound)
    told(add("--json"))
    refused = edit("--country", "Finland").exception
    assert isinstance(refused, CatalogueError)
    assert "ISO 3166" in str(refused)


def test_a_source_shows_what_it_is_held_to() -> None:
    told(add("--option", "profiles=mine", "--option", "contacts=drop", "--json"))
    where = ("--node", "one", "--kind", "push", "--option", "contacts=keep", "--json")
    told(run("source", "add", "feed", *where))
    shown = told(run("source", "show", "feed", "--json"))
    assert shown["held_to"] == {"contacts": "keep", "profiles": "mine"}
    assert shown["options"] == {"contacts": "keep"}
