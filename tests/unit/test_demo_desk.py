"""The story of the demo's desk holds together, and says in one line where it cannot be told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from catalogue.access.forms import form_of
from catalogue.access.model import LegState
from catalogue.access.workflow import from_json
from catalogue.model import SECTORS
from catalogue.people import OrganisationKind
from deploy.demo import desk, run
from deploy.demo.portals import Server, open_portals
from deploy.demo.records import CONTENT, Record, members

STORY = desk.story()
RECORDS = {f"{one.id}/{record.id}": record for one in members() for record in one.records}
REQUESTS = [*STORY["request"], *desk.studies(STORY)]


def asked() -> Iterator[tuple[str, Record]]:
    """Each record that the story asks for, by its name."""
    for one in REQUESTS:
        for name in one["resources"]:
            if not name.startswith(desk.OFFER):
                yield name, RECORDS[name]


def test_every_sector_has_a_dataset_that_is_not_open() -> None:
    closed = {record.sector for record in RECORDS.values() if record.access != "public"}
    assert closed == set(SECTORS)


def test_the_story_ends_in_every_state_and_asks_every_sector() -> None:
    ends = {state for one in STORY["request"] for state in one["ends"].values()}
    assert ends == set(LegState)
    assert {record.sector for _name, record in asked()} == set(SECTORS)
    assert all(record.access in {"restricted", "non-public"} for _name, record in asked())


def test_every_sector_is_asked_for_in_every_state() -> None:
    grid = {
        (RECORDS[name].sector, state)
        for one in desk.studies(STORY)
        for name in one["resources"]
        for state in one["ends"].values()
    }
    assert grid == {(sector, state.value) for sector in SECTORS for state in LegState}


def test_a_study_stands_at_a_step_that_its_holder_has() -> None:
    flows = {one["holder"]: one for one in STORY["workflow"]}
    for one in desk.studies(STORY):
        ((holder, state),) = one["ends"].items()
        assert (flows[holder].get("kind") == "external") is (state == "referred")
        steps = {step["name"] for step in flows[holder].get("steps", ())}
        reached = {act[2] for act in one["acts"] if act[1] == "reach"}
        assert reached <= steps
        assert state not in {"eligibility", "technical", "ethics", "legal", "decision"} - steps


def test_everybody_is_made_up_and_has_a_part() -> None:
    kinds = {one["kind"] for one in STORY["organisation"]}
    assert kinds == {kind.value for kind in OrganisationKind}
    staff = [one[part] for one in STORY["staff"] for part in desk.ROLES]
    named = [one["name"] for one in (*STORY["organisation"], *STORY["person"])]
    assert all(name.endswith("(fictional)") for name in (*staff, *named))
    assert len(set(staff)) == len(staff)
    holders = {one["holder"] for one in STORY["staff"]} | {"dk-sund"}  # which decides elsewhere
    assert {holder for one in STORY["request"] for holder in one["ends"]} == holders


@pytest.mark.parametrize("one", REQUESTS, ids=[one["key"] for one in REQUESTS])
def test_a_request_names_only_what_there_is(one: desk.Told) -> None:
    people = {person["key"] for person in STORY["person"]}
    people |= {f"{each['holder']} {part}" for each in STORY["staff"] for part in desk.ROLES}
    assert one["by"] in people
    assert set(one["asked"]) <= set(STORY["answers"])
    for who, name, *_more in one["acts"]:
        assert who in (one["ends"] if name == "reach" else people)
    keys = [each["key"] for each in REQUESTS]
    titles = [each["title"] for each in REQUESTS]
    assert keys.count(one["key"]) == titles.count(one["title"]) == 1


def test_workflows_and_forms_are_ones_that_the_catalogue_takes() -> None:
    kinds = [from_json(one).external is not None for one in STORY["workflow"]]
    assert set(kinds) == {True, False}
    assert [form_of(one).applies.holder for one in STORY["form"]] == ["fi-revontuli"]


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The address of a server that is no catalogue."""
    server: Server = open_portals(CONTENT, 0)[0]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.site.base
    server.shutdown()
    server.server_close()
    thread.join()


def test_where_the_desk_cannot_be_filled_one_line_says_why_and_the_demo_goes_on(
    elsewhere: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on = [{"name": "AICAT_DEV_LOGIN", "value": True}]
    monkeypatch.setattr(run, "_listed", lambda *words: on if words == ("settings",) else [])
    run._fill_desk(elsewhere, members())
    said = capsys.readouterr()
    assert said.err == "demo: the desk is not filled: GET /sign-in: 404\n"
    assert said.out == ""


class Answers(BaseHTTPRequestHandler):
    """Gives the answers of a list, one after the other: status, headers, body."""

    given: ClassVar[list[tuple[int, dict[str, str], str]]] = []

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, headers, body = self.given.pop(0)
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def do_POST(self) -> None:
        self.do_GET()

    def do_PUT(self) -> None:
        self.do_GET()

    def log_message(self, *_parts: object) -> None:
        """Nothing is told."""


@pytest.fixture
def browser() -> Iterator[desk.Browser]:
    """A browser that has signed in at a server which gives `Answers`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    Answers.given = [
        (200, {}, 'name="csrf" value="0a"'),
        (204, {}, ""),
        (200, {}, '{"csrf": "0b"}'),
    ]
    base = f"http://127.0.0.1:{server.server_address[1]}"
    yield desk.Browser(base, {"account": "anna"}, time.monotonic() + 60)
    server.shutdown()
    server.server_close()
    thread.join()


def test_where_too_many_sign_in_at_once_the_desk_asks_again(browser: desk.Browser) -> None:
    Answers.given = [(429, {"Retry-After": "0"}, "{}"), (200, {}, '{"id": "r1"}')]
    assert browser.send("POST", "/api/v1/access-requests", {}, "key") == {"id": "r1"}
    assert Answers.given == []


def test_what_is_wrong_with_a_form_is_told_in_one_line(browser: desk.Browser) -> None:
    problem = {
        "detail": "the forms are not\ncomplete",
        "errors": [{"field": "team", "message": "x"}],
    }
    Answers.given = [(422, {}, json.dumps(problem))]
    with pytest.raises(desk.Unfilled) as told:
        browser.send("PUT", "/answers", {})
    assert str(told.value) == "PUT /answers: 422 the forms are not complete team: x"


def test_after_its_time_the_desk_asks_nothing_more(browser: desk.Browser) -> None:
    browser._until = time.monotonic()
    with pytest.raises(desk.Unfilled, match="the next start goes on with it"):
        browser.get("/api/v1/me")


@pytest.mark.parametrize(
    ("host", "said", "file", "switched_on"),
    [
        ("127.0.0.1", {}, "", True),
        ("::1", {}, "", True),
        ("0.0.0.0", {}, "", False),
        ("192.0.2.1", {}, "", False),
        ("127.0.0.1", {"AICAT_DEV_LOGIN": "0"}, "", False),
        ("127.0.0.1", {"AICAT_BASE_URL": "https://catalogue.example"}, "", False),
        ("127.0.0.1", {}, "dev_login = false", False),
        ("127.0.0.1", {}, 'AICAT_BASE_URL = "https://catalogue.example"', False),
    ],
)
def test_local_accounts_are_switched_on_for_this_machine_alone_and_over_nobody_s_word(
    host: str,
    said: dict[str, str],
    file: str,
    switched_on: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("AICAT_DEV_LOGIN", "AICAT_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    run.SETTINGS.write_text(file)
    environ = dict(said)
    monkeypatch.setattr(run.os, "environ", environ)
    run._let_sign_in(host)
    assert (environ.get("AICAT_DEV_LOGIN") == "1") is switched_on
    assert ("/sign-in" in capsys.readouterr().out) is switched_on
