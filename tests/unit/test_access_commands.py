"""`aicat access`: the operator acts for a person, whose roles decide."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from click.testing import CliRunner, Result

from catalogue.access import commands as c
from catalogue.bootstrap import desk_of, open_journal
from catalogue.cli import aicat
from catalogue.desk import Desk, StoredForms, sweep
from catalogue.desk.filling import legs_forms
from catalogue.errors import CatalogueError, Forbidden
from catalogue.harvest.worker import Worker
from catalogue.people import HOLDER_ROLES, Grant, Identity, Person
from catalogue.ports import Journal
from catalogue.settings import load
from tests.api.asking import HOSPITAL, SCANS, TESTS, build, filled, page_of

ISSUER = "https://identity.example"


def admitted(journal: Journal, name: str, *grants: Grant) -> Person:
    made = journal.people.admit(
        Identity(ISSUER, name, f"{name} (fictional)"), (), datetime.now(UTC)
    )
    for one in grants:
        made = journal.people.grant(made.id, one, TESTS)
    return made


def handed_in(desk: Desk, person: Person) -> str:
    view = desk.start(person, [page_of(SCANS)], title="Reading scans")
    forms = legs_forms(view.legs[0], desk.journal.forms.current()).shared
    desk.act(person, view.id, c.SaveAnswers(filled(forms)))
    desk.act(person, view.id, c.Submit())
    return view.id


@pytest.fixture(autouse=True)
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str, str]:
    """A request that was handed in, who asks, and who handles it."""
    build(tmp_path, registry=False)
    monkeypatch.setenv("AICAT_DATA_DIR", str(tmp_path / "var"))
    with open_journal(load()) as journal:
        ada = admitted(journal, "ada")
        staff = admitted(journal, "han", *(Grant(one, HOSPITAL) for one in HOLDER_ROLES))
        return handed_in(desk_of(journal), ada), ada.id, staff.id


def run(*words: str) -> Result:
    return CliRunner().invoke(aicat, list(words))


def told(*words: str) -> Any:
    done = run(*words, "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


def test_a_request_is_listed_shown_and_decided_on(people: tuple[str, str, str]) -> None:
    request_id, ada, staff = people
    (row,) = told("access", "list", "--as", staff)["items"]
    assert (row["request"], row["state"]) == (request_id, "submitted")
    assert request_id in run("access", "list", "--as", staff).stdout
    assert told("access", "list", "--as", staff, "--state", "decision")["items"] == []
    assert told("access", "list", "--as", staff, "--overdue")["items"] == []
    shown = run("access", "show", request_id, "--as", staff)
    assert "take-up" in shown.stderr
    told("access", "act", request_id, "take-up", "--as", staff)
    while told("access", "show", request_id, "--as", staff)["legs"][0]["state"] != "decision":
        told("access", "act", request_id, "pass-step", "--as", staff)
    words = ("--set", "conditions=Inside only", "--set", "days=30", "--leg", f"{HOSPITAL}.data")
    done = told("access", "act", request_id, "approve-with-conditions", "--as", staff, *words)
    assert done["legs"][0]["conditions"] == "Inside only"
    assert told("access", "show", request_id, "--as", ada)["sight"] == "applicant"


def test_the_persons_roles_decide_and_the_log_names_the_operator_too(
    people: tuple[str, str, str],
) -> None:
    request_id, ada, staff = people
    refused = run("access", "act", request_id, "take-up", "--as", ada)
    assert isinstance(refused.exception, Forbidden)
    assert isinstance(run("access", "list", "--as", ada).exception, Forbidden)
    assert isinstance(run("access", "show", request_id, "--as", "nobody").exception, CatalogueError)
    told("access", "act", request_id, "take-up", "--as", staff)
    with open_journal(load()) as journal:
        acts = journal.audit.entries(limit=1000)
    noted = [(one.act, one.subject) for one in acts if one.who.startswith("operator:")]
    assert ("access.act-as", staff) in noted
    assert ("access.act-as", ada) in noted
    by_person = [one.act for one in acts if one.who == f"person:{staff}"]
    assert by_person == ["access.take-up"]


@pytest.mark.parametrize(
    "words",
    [
        ("take-up", "--set", "colour=red"),
        ("take-up", "--set", "leg"),
        ("approve", "--set", "days=many"),
        ("save-answers", "--set", "answers={}"),
        ("destroy",),
    ],
)
def test_words_that_cannot_be_used_are_told(
    words: tuple[str, ...], people: tuple[str, ...]
) -> None:
    done = run("access", "act", people[0], *words, "--as", people[2])
    assert done.exit_code == 2
    assert "Error" in done.stderr


def test_sweep_notes_what_is_overdue_once(people: tuple[str, str, str]) -> None:
    with open_journal(load()) as journal:
        late = Desk(
            journal,
            lambda: datetime.now(UTC) + timedelta(days=6),
            forms=StoredForms(journal.forms),
        )
        assert sweep(late).overdue == 1
        assert sweep(late).overdue == 0
    assert told("access", "sweep") == {"expired": 0, "overdue": 0, "withdrawn": 0, "orphaned": 0}


def test_a_worker_does_what_it_is_given_beside(tmp_path: Path) -> None:
    seen = Event()
    with open_journal(load()) as journal:
        hands = Worker(journal, lambda: None, "tests:1:1", also=seen.set)  # type: ignore[arg-type,return-value]
        thread = Thread(target=hands.run)
        thread.start()
        assert seen.wait(60)
        hands.stop()
        thread.join(60)
