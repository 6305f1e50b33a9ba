"""`aicat validate` as a person runs it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.command import Aicat

pytestmark = pytest.mark.e2e

DATASET = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<http://portal.example/d> a dcat:Dataset ; dct:title "One"@en ; dct:description "Two"@en .
"""


def test_a_file_without_violations_exits_0_and_one_with_exits_1(tmp_path: Path) -> None:
    aicat, file = Aicat(tmp_path), tmp_path / "d.ttl"
    file.write_text(DATASET)
    found = json.loads(aicat("validate", str(file), "--json"))
    assert {one["severity"] for one in found} == {"warning"}
    file.write_text(DATASET.replace('"One"@en', "<http://t.example/>"))
    found = json.loads(aicat("validate", file.as_uri(), "--json", status=1))
    (one,) = [one for one in found if one["severity"] == "violation"]
    assert list(one) == [
        "record",
        "focus",
        "path",
        "value",
        "severity",
        "rule",
        "profile",
        "message",
        "hint",
    ]
    assert one["value"] == "http://t.example/"
    report = aicat("validate", str(file), "--report", "turtle", status=1)
    assert any("ValidationReport" in str(quad) for quad in ox.parse(report, ox.RdfFormat.TURTLE))


def test_a_profile_may_be_a_file_and_what_is_wrong_is_one_line(tmp_path: Path) -> None:
    aicat, file, shapes = Aicat(tmp_path), tmp_path / "d.ttl", tmp_path / "s.ttl"
    file.write_text(DATASET)
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> ."
        "<http://s.example/S> sh:targetClass <http://www.w3.org/ns/dcat#Dataset> ; sh:closed true ."
    )
    told = aicat("validate", str(file), "--profile", f"closed={shapes}", "--json", status=1)
    assert {one["profile"] for one in json.loads(told)} == {"closed"}
    shapes.write_text("<http://s.example/S> <http://www.w3.org/ns/shacl#js> 1 .")
    for words in (
        ("validate", str(tmp_path / "gone.ttl")),
        ("validate", str(file), "--profile", "nope"),
        ("validate", str(file), "--profile", f"mine={shapes}"),
    ):
        done = aicat.run(*words)
        assert done.returncode == 1
        assert done.stderr.startswith("aicat: ")
        assert "Traceback" not in done.stderr


def test_what_cannot_be_read_is_told_beside_any_form_and_exits_1(tmp_path: Path) -> None:
    aicat, file = Aicat(tmp_path), tmp_path / "d.ttl"
    file.write_text(DATASET + "<http://portal.example/e> a dcat:Dataset ; dct:title ")
    for form in (("--json",), ("--report", "turtle"), ()):
        done = aicat.run("validate", str(file), *form)
        assert done.returncode == 1
        assert "rdf.syntax" in done.stderr
        assert "2 records, " in done.stderr
    file.write_text(" ")
    assert aicat.run("validate", str(file), "--json").stderr == "aicat: the document is empty\n"


def test_a_packed_file_and_the_standard_input_are_read_and_shapes_may_have_any_path(
    tmp_path: Path,
) -> None:
    aicat, file, shapes = Aicat(tmp_path), tmp_path / "d.ttl.gz", tmp_path / "s,1.ttl"
    file.write_bytes(gzip.compress(DATASET.encode()))
    shapes.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> ."
        "<http://s.example/S> sh:targetClass <http://www.w3.org/ns/dcat#Dataset> ; sh:closed true ."
    )
    wanted = json.loads(
        aicat("validate", str(file), "--profile", f"one={shapes}", "--json", status=1)
    )
    assert len(wanted) == 3
    words = ("validate", "-", "--profile", f"one={shapes}", "--profile", f"one={shapes}", "--json")
    done = aicat.run(*words, given=file.read_bytes())
    assert json.loads(done.stdout) == wanted
    assert (
        f"write NAME={shapes}" in aicat.run("validate", str(file), "--profile", str(shapes)).stderr
    )
    file.write_bytes(gzip.compress(DATASET.encode())[:-9])
    assert "cut off" in aicat.run("validate", str(file)).stderr
    file.write_bytes(gzip.compress(b" " * 20_000_000))
    assert "larger than 16 MiB" in aicat.run("validate", str(file)).stderr


def test_a_service_with_shapes_that_are_none_does_not_start_and_says_why_in_a_line(
    tmp_path: Path,
) -> None:
    shapes = tmp_path / "s.ttl"
    shapes.write_text("<http://s.example/S> <http://www.w3.org/ns/shacl#js> 1 .")
    for command in ("serve", "worker"):
        done = Aicat(tmp_path, AICAT_SHAPES=f"mine={shapes}").run(command)
        assert done.returncode == 1
        assert done.stderr.startswith(f"aicat: {shapes}, line 1: shape")
        assert done.stderr.count("\n") == 1
