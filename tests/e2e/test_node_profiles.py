"""A node names files of shapes for all of its sources, as a person does it by commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command import Aicat

pytestmark = pytest.mark.e2e

SHAPE = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dct: <http://purl.org/dc/terms/> .
<urn:{name}> a sh:NodeShape ; sh:targetClass <http://www.w3.org/ns/dcat#Dataset> ;
  sh:property [ sh:path dct:rights ; sh:minCount 1 ; sh:message "{name} asks for rights"@en ] .
"""
DATASET = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<http://{name}.example/a> a dcat:Dataset ; dct:title "Wells (fictional)"@en ; dct:description "d"@en .
"""


@pytest.fixture
def aicat(tmp_path: Path) -> Aicat:
    """A node held to the operator's file `own`, and two sources: `left` leaves it at that, `right` names
    `other` of its own."""
    shapes = []
    for name in ("own", "other"):
        (tmp_path / f"{name}.ttl").write_text(SHAPE.format(name=name))
        shapes.append(f"{name}={tmp_path / name}.ttl")
    command = Aicat(tmp_path, AICAT_SHAPES=",".join(shapes))
    add = ("node", "add", "n", "--name", "Node N (fictional)", "--country", "DE")
    command(*add, "--option", "profiles=own")
    for name, options in (("left", ()), ("right", ("--option", "profiles=other"))):
        feed = tmp_path / f"{name}.ttl"
        feed.write_text(DATASET.format(name=name))
        where = ("--node", "n", "--kind", "dcat", "--url", feed.as_uri(), *options)
        command("source", "add", name, *where)
    return command


def judged(aicat: Aicat, source: str) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Harvest; how the records ended, and whose findings the run has, with their words: none of records
    that were not judged anew."""
    run = aicat.harvest(source)
    found = json.loads(aicat("runs", run["id"], "--json"))["grouped_findings"]
    said = sorted((one["profile"], one["message"]) for one in found if one["profile"])
    return {name: number for name, number in run["counts"].items() if number}, said


def test_a_nodes_profile_holds_for_its_sources_but_those_that_name_their_own(
    aicat: Aicat,
) -> None:
    assert judged(aicat, "left") == ({"created": 1}, [("own", "own asks for rights")])
    assert judged(aicat, "right") == ({"created": 1}, [("other", "other asks for rights")])
    assert judged(aicat, "left") == ({"unchanged": 1}, [])
    aicat("node", "edit", "n", "--option", "profiles=dcat-ap-hvd,other")
    counts, said = judged(aicat, "left")
    assert counts == {"unchanged": 1}
    assert {profile for profile, _words in said} == {"dcat-ap-hvd", "other"}
    assert judged(aicat, "right") == ({"unchanged": 1}, [])
    aicat("source", "edit", "right", "--option", "profiles=")
    assert {profile for profile, _words in judged(aicat, "right")[1]} == {"dcat-ap-hvd", "other"}
    aicat("node", "edit", "n", "--option", "profiles=")
    counts, said = judged(aicat, "left")
    assert counts == {"unchanged": 1}
    assert {profile for profile, _words in said} == {"dcat-ap-3"}
    assert judged(aicat, "left") == ({"unchanged": 1}, [])
    aicat("verify")


def test_looking_at_a_source_holds_it_to_its_nodes_profile_too(aicat: Aicat) -> None:
    shown = json.loads(aicat("source", "preview", "left", "--json"))["items"]
    assert "own asks for rights" in {one["message"] for one in shown[0]["findings"]}
    (change,) = json.loads(aicat("harvest", "left", "--dry-run", "--json"))["changes"]
    assert "own asks for rights" in {one["message"] for one in change["findings"]}


def test_records_follow_their_node_to_another_country(aicat: Aicat) -> None:
    aicat.harvest("left")
    assert json.loads(aicat("search", "--country", "DE", "--json"))["total"] == 1
    aicat("node", "edit", "n", "--country", "FR")
    aicat.harvest("right")  # which brings the index forward
    assert json.loads(aicat("search", "--country", "FR", "--json"))["total"] == 2
    assert json.loads(aicat("search", "--country", "DE", "--json"))["total"] == 0
    aicat("verify")
