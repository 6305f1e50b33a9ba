"""`aicat validate` as a person runs it."""

from __future__ import annotations

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
