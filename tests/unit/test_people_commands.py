"""`aicat person` and `aicat organisation`, and a start that would let anybody in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from catalogue.bootstrap import open_journal
from catalogue.cli import aicat
from catalogue.errors import CatalogueError
from catalogue.people import Identity
from catalogue.settings import Settings, load

ISSUER = "https://identity.example"


@pytest.fixture(autouse=True)
def person_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Somebody who has signed in, in a catalogue of their own."""
    monkeypatch.setenv("AICAT_DATA_DIR", str(tmp_path / "var"))
    with open_journal(load()) as journal:
        known = Identity(ISSUER, "ada", "Ada (fictional)", "ada@one.example")
        return journal.people.admit(known, (), datetime.now(UTC)).id


def run(*words: str) -> Result:
    return CliRunner().invoke(aicat, list(words))


def told(*words: str) -> Any:
    done = run(*words, "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


def test_the_first_administrator_is_made_at_the_command_line(person_id: str) -> None:
    made = told("person", "grant", "ADA@one.example", "administrator")
    assert (made["id"], made["roles"]) == (person_id, ["applicant", "administrator"])
    (grant,) = told("person", "show", person_id)["grants"]
    assert grant["origin"] == "person"
    assert grant["by"].startswith("operator")
    last = run("person", "revoke", person_id, "administrator")
    assert isinstance(last.exception, CatalogueError)
    assert "last administrator" in str(last.exception)
    shut = run("person", "disable", person_id)
    assert "last administrator" in str(shut.exception)


def test_people_and_organisations_are_listed_and_changed(person_id: str) -> None:
    words = ("--name", "Acme (fictional)", "--country", "FI", "--kind", "sme")
    assert told("organisation", "add", "acme", *words)["kind"] == "sme"
    assert [one["id"] for one in told("organisation", "list")["items"]] == ["acme"]
    assert told("person", "grant", person_id, "member:acme")["organisation"] == "acme"
    assert told("person", "revoke", person_id, "member:acme")["organisation"] is None
    assert told("person", "disable", person_id)["disabled"] is True
    assert told("person", "enable", person_id)["disabled"] is False
    assert [one["name"] for one in told("person", "list", "ada")["items"]] == ["Ada (fictional)"]
    assert told("person", "list", "nobody")["total"] == 0
    assert person_id in run("person", "list").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("person", "show", "nobody"), "no person"),
        (("person", "show", "nobody@one.example"), "nobody has the address"),
        (("person", "grant", "x", "king"), "no role"),
        (("organisation", "add", "A", "--name", "A", "--country", "FI", "--kind", "sme"), "no id"),
    ],
)
def test_what_cannot_be_done_is_said(words: tuple[str, ...], said: str) -> None:
    done = run(*words)
    assert isinstance(done.exception, CatalogueError)
    assert said in str(done.exception)


@pytest.mark.parametrize("command", ["serve", "up"])
def test_a_start_with_local_accounts_on_another_address_stops(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AICAT_DEV_LOGIN", "1")
    done = run(command, "--host", "0.0.0.0")
    assert isinstance(done.exception, CatalogueError)
    assert "AICAT_DEV_LOGIN" in str(done.exception)
    assert "\n" not in str(done.exception)
    assert Settings(dev_login=True).on_loopback
