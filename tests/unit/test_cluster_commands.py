"""`aicat cluster`: what was found, and what an operator says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from catalogue.bootstrap import open_journal
from catalogue.cli import aicat
from catalogue.errors import NotFound
from catalogue.model import Node
from catalogue.settings import load
from tests.api.test_clusters import A as NORTH
from tests.api.test_clusters import B as SOUTH
from tests.api.test_clusters import entry, harvested


@pytest.fixture(autouse=True)
def portals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two portals that list one dataset."""
    monkeypatch.setenv("AICAT_DATA_DIR", str(tmp_path / "var"))
    with open_journal(load()) as journal:
        journal.add_node(Node("made-up", "Made-up portals (fictional)", "EU"))
        for source, key in (("north", "a"), ("south", "b")):
            harvested(journal, source, entry(source, key))


def run(*words: str) -> Result:
    return CliRunner().invoke(aicat, ["cluster", *words])


def told(*words: str) -> Any:
    done = run(*words, "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


def clusters() -> list[set[str]]:
    return [set(one["members"]) for one in told("list")["items"]]


def test_a_record_is_taken_out_of_its_cluster_and_put_back_and_both_are_audited() -> None:
    assert told("run")["clusters"] == 1
    assert clusters() == [{NORTH, SOUTH}]
    (pair,) = told("take-out", NORTH)["items"]
    assert (pair["decision"], set(pair["records"])) == ("split", {NORTH, SOUTH})
    assert clusters() == []
    assert told("run", "--anew")["clusters"] == 0
    assert SOUTH in run("put-back", NORTH).stdout
    assert clusters() == [{NORTH, SOUTH}]
    with open_journal(load()) as journal:
        acts = [one.act for one in journal.audit.entries() if one.act.startswith("cluster.")]
    assert sorted(acts) == ["cluster.put-back", "cluster.take-out"]


def test_what_is_in_no_cluster_cannot_be_taken_out_nor_put_back() -> None:
    for word in ("take-out", "put-back"):
        assert isinstance(run(word, NORTH).exception, NotFound)


def test_two_records_are_confirmed_split_and_let_be() -> None:
    told("run")
    assert told("split", NORTH, SOUTH)["decision"] == "split"
    assert clusters() == []
    assert told("confirm", SOUTH, NORTH)["decision"] == "confirmed"
    assert "together" in run("undo", NORTH, SOUTH).stderr
    assert clusters() == [{NORTH, SOUTH}]
