"""The command line harvests a folder of RDF, in processes of its own, as a person would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e

DATASET = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<http://portal.example/{name}> a dcat:Dataset ; dct:title "{title}"@en ; dct:language "de" .
"""


class Aicat:
    """The command in a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {**os.environ, "AICAT_DATA_DIR": str(folder / "var")}

    def __call__(self, *words: str, status: int = 0) -> str:
        command = [sys.executable, "-c", "from catalogue.cli import main; main()", *words]
        done = subprocess.run(
            command, env=self.environ, capture_output=True, text=True, check=False
        )
        assert done.returncode == status, done.stderr
        return done.stdout

    def harvest(self, source: str, status: int = 0) -> dict[str, Any]:
        run: dict[str, Any] = json.loads(self("harvest", source, "--json", status=status))
        return run


@pytest.fixture
def aicat(tmp_path: Path) -> Aicat:
    feed = tmp_path / "feed"
    feed.mkdir()
    for name in ("a", "b"):
        (feed / f"{name}.ttl").write_text(DATASET.format(name=name, title="One"))
    command = Aicat(tmp_path)
    command("node", "add", "n", "--name", "Node N (fictional)", "--country", "DE")
    command("source", "add", "s", "--node", "n", "--kind", "dcat", "--url", feed.as_uri())
    return command


def test_a_second_harvest_changes_nothing_and_a_new_title_one_record(aicat: Aicat) -> None:
    assert aicat.harvest("s")["counts"]["created"] == 2
    assert aicat.harvest("s")["counts"]["unchanged"] == 2
    (aicat.folder / "feed" / "b.ttl").write_text(DATASET.format(name="b", title="Two"))
    counts = aicat.harvest("s")["counts"]
    assert (counts["updated"], counts["unchanged"]) == (1, 1)
    aicat("verify")


def test_what_a_source_stops_listing_is_counted_as_missing_and_stays(aicat: Aicat) -> None:
    aicat.harvest("s")
    (aicat.folder / "feed" / "b.ttl").unlink()
    assert aicat.harvest("s")["counts"]["missing"] == 1
    assert json.loads(aicat("status", "--json"))["records"] == 2


def test_an_unreadable_file_makes_the_run_partial_and_keeps_the_rest(aicat: Aicat) -> None:
    (aicat.folder / "feed" / "b.ttl").write_text("<html><body>Log in</body></html>")
    run = aicat.harvest("s", status=4)
    assert (run["state"], run["counts"]["created"]) == ("partial", 1)
    assert "web page" in run["error"]


def test_errors_are_one_line_that_says_what_to_do(aicat: Aicat) -> None:
    command = [sys.executable, "-c", "from catalogue.cli import main; main()", "harvest", "nothing"]
    done = subprocess.run(command, env=aicat.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "aicat: there is no source 'nothing'; `aicat source list` shows all"
    ]


def test_a_dry_run_says_what_would_change_and_stores_nothing(aicat: Aicat) -> None:
    run = json.loads(aicat("harvest", "s", "--dry-run", "--json"))
    assert [one["outcome"] for one in run["changes"]] == ["created", "created"]
    assert json.loads(aicat("status", "--json"))["records"] == 0
