"""The commands around pushes, as a person runs them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from catalogue.bootstrap import open_journal
from catalogue.model import Page
from catalogue.settings import Settings
from tests.command import Aicat
from tests.contract.test_journal import entry

pytestmark = pytest.mark.e2e


@pytest.fixture
def aicat(tmp_path: Path) -> Aicat:
    command = Aicat(tmp_path)
    command("node", "add", "n", "--name", "Node N (fictional)", "--country", "DE")
    return command


def test_a_key_is_printed_once_alone_on_the_last_line_and_a_third_revokes_the_first(
    aicat: Aicat,
) -> None:
    printed = [aicat.run("node", "key", "n") for _one in range(3)]
    tokens = [one.stdout.splitlines()[-1] for one in printed]
    assert all(re.fullmatch(r"aicat_[a-z0-9]{12}_[\w-]{43}", one) for one in tokens)
    first = tokens[0].split("_")[1]
    assert f"key {first} was revoked" in printed[2].stderr
    listed = json.loads(aicat("node", "keys", "n", "--json"))["items"]
    assert [one["id"] for one in listed if one["revoked"]] == [first]
    assert not any(token.split("_", 2)[2] in json.dumps(listed) for token in tokens)


def test_a_pushed_source_takes_no_address_no_schedule_and_no_harvest(aicat: Aicat) -> None:
    add = ("source", "add", "s", "--node", "n", "--kind", "push")
    assert "takes no --url" in aicat.run(*add, "--url", "https://x.example/").stderr
    assert "takes no --schedule" in aicat.run(*add, "--schedule", "0 3 * * *").stderr
    assert "option review" in aicat.run(*add, "--option", "review=maybe").stderr
    aicat(*add, "--option", "review=yes")
    assert json.loads(aicat("source", "show", "s", "--json"))["options"] == {"review": "1"}
    assert "pushed by its node" in aicat.run("harvest", "s").stderr


def test_a_steward_shows_approves_and_rejects(aicat: Aicat) -> None:
    aicat("source", "add", "s", "--node", "n", "--kind", "push", "--option", "review=1")
    with open_journal(Settings(data_dir=aicat.folder / "var")) as journal:
        for key in ("a", "b", "c"):
            journal.put("s", entry(key), "key:k", Page("record:x", "the body", "text/turtle", b""))
    waiting = json.loads(aicat("review", "s", "--json"))["items"]
    assert [one["key"] for one in waiting] == ["a", "b", "c"]
    assert aicat.run("review", "s", "--approve").returncode == 1
    assert aicat.run("review", "s", "a").returncode == 1
    assert json.loads(aicat("review", "s", "--approve", "a", "--json"))["approved"] == 1
    assert json.loads(aicat("status", "--json"))["records"] == 1
    assert json.loads(aicat("review", "s", "--reject", "b", "--json")) == {"rejected": 1}
    assert json.loads(aicat("review", "s", "--approve", "--all", "--json"))["approved"] == 1
    assert json.loads(aicat("review", "s", "--json"))["total"] == 0
    assert json.loads(aicat("status", "--json"))["records"] == 2
