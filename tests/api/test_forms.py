"""Forms: JSON, pages, who may change them, and answers that come back from a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from api import create_app
from api.answering import answers_of, more_of, shown
from catalogue.access.builtin import builtin_forms
from catalogue.access.forms import check, form_of
from catalogue.bootstrap import Catalogue, bootstrap
from catalogue.model import Node
from catalogue.people import Grant, Role
from catalogue.settings import Settings
from tests.api.conftest import whole_answers
from tests.api.signing import csrf_of, person, sign_in

FORMS = "/api/v1/forms"
BASE = {"base_url": "https://localhost"}
DOCUMENT: dict[str, Any] = {
    "id": "north-own",
    "part": "purpose",
    "title": "North's own <b>questions</b>",
    "applies": {"holder": "north"},
    "fields": [{"id": "north-why", "type": "texta", "title": "Why us?<script>"}],
}


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Catalogue]:
    made = bootstrap(Settings(data_dir=tmp_path, base_url="https://localhost"))
    for one in ("north", "south"):
        made.journal.add_node(Node(one, f"Node {one} (fictional)", "FI"))
    yield made
    made.close()


@pytest.fixture
def own_app(opened: Catalogue) -> Flask:
    return create_app(opened)


def as_(app: Flask, opened: Catalogue, subject: str, *grants: Grant) -> tuple[FlaskClient, Any]:
    client = whole_answers(app)
    who = person(opened.journal, subject, *grants, issuer="https://identity.example")
    sign_in(client, opened.journal, who.id)
    return client, {"headers": {"X-CSRF-Token": csrf_of(client)}, **BASE}


def test_forms_are_listed_and_read(own_app: Flask) -> None:
    client = whole_answers(own_app)
    listed = client.get(f"{FORMS}?lang=de&limit=5").get_json()
    assert (listed["total"], len(listed["items"])) == (len(builtin_forms()), 5)
    one = client.get(f"{FORMS}/health").get_json()
    assert form_of(one["form"]) == next(at for at in builtin_forms() if at.id == "health")
    assert (one["current"], one["built_in"], one["version"]) == (True, True, 1)
    assert client.get(f"{FORMS}/health?version=1").status_code == 200
    for address in ("gone", "health?version=9", "..%2f..%2fetc", "%00", "x" * 10_000):
        answer = client.get(f"{FORMS}/{address}")
        assert answer.status_code == 404, address
        assert answer.mimetype == "application/problem+json"
    assert client.get(f"{FORMS}/health?version=0").status_code == 400


@pytest.mark.parametrize(
    ("grants", "status"),
    [
        ((), 403),
        ((Grant(Role.AUDITOR),), 403),
        ((Grant(Role.HANDLER, "south"),), 403),
        ((Grant(Role.DECIDER, "north"),), 403),
        ((Grant(Role.HANDLER, "north"),), 201),
        ((Grant(Role.STEWARD),), 201),
        ((Grant(Role.ADMINISTRATOR),), 201),
    ],
)
def test_only_who_may_changes_a_form(
    own_app: Flask, opened: Catalogue, grants: tuple[Grant, ...], status: int
) -> None:
    client, more = as_(own_app, opened, "ada", *grants)
    assert client.post(FORMS, json=DOCUMENT, **more).status_code == status
    found = [one.id for one in opened.journal.forms.current()]
    assert ("north-own" in found) == (status == 201)
    acts = [one.act for one in opened.journal.audit.entries(limit=1000)]
    assert ("access.refused" in acts) == (status == 403)


def test_nobody_changes_a_form_without_signing_in(own_app: Flask) -> None:
    client = whole_answers(own_app)
    assert client.post(FORMS, json=DOCUMENT).status_code == 401
    assert client.post(f"{FORMS}/terms/retire").status_code == 401


def test_a_handler_retires_the_own_holders_form_and_no_other(
    own_app: Flask, opened: Catalogue
) -> None:
    client, more = as_(own_app, opened, "ada", Grant(Role.HANDLER, "north"))
    made = client.post(FORMS, json=DOCUMENT, **more)
    assert made.headers["Location"].endswith("/api/v1/forms/north-own")
    assert client.post(f"{FORMS}/terms/retire", **more).status_code == 403
    answer = client.post(f"{FORMS}/north-own/retire", **more)
    assert (answer.status_code, answer.get_json()["current"]) == (200, None)
    assert client.post(f"{FORMS}/north-own/retire", **more).status_code == 409


def test_a_document_that_cannot_be_used_is_a_problem_that_says_why(
    own_app: Flask, opened: Catalogue
) -> None:
    client, more = as_(own_app, opened, "ada", Grant(Role.STEWARD))
    answer = client.post(FORMS, json={**DOCUMENT, "part": "x"}, **more)
    assert answer.status_code == 400
    assert "form.part: one of compute" in answer.get_json()["detail"]
    for body in (b"", b"[", b"[]", b"\xff", b'{"id":' * 5000):
        assert client.post(FORMS, data=body, **more).status_code == 400
    taken = client.post(FORMS, json={**DOCUMENT, "version": 7}, **more)
    assert taken.status_code == 409


# --- pages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form_id", [one.id for one in builtin_forms()])
def test_a_page_shows_every_question_with_its_label(client: FlaskClient, form_id: str) -> None:
    page = client.get(f"/forms/{form_id}?lang=de", headers={"Accept": "text/html"})
    text = page.get_data(as_text=True)
    form = next(one for one in builtin_forms() if one.id == form_id)
    assert page.status_code == 200
    for one in form.fields:
        assert f'id="a.{one.id}"' in text, one.id
        assert str(one.title["de"]).split("&")[0][:20] in text.replace("&#39;", "'"), one.id
    named = {*re.findall(r'(?<=[\s"])id="([^"]+)"', text)}
    described = re.findall(r'aria-describedby="([^"]+)"', text)
    assert all(one in named for each in described for one in each.split())
    assert all(one in named for one in re.findall(r'<label for="([^"]+)"', text))
    assert len(re.findall(r'\bid="', text)) == len({*re.findall(r'\bid="([^"]+)"', text)})
    assert "<script>" not in text
    assert "style=" not in text.replace("color-scheme", "")


def test_titles_of_an_operators_form_are_inert(own_app: Flask, opened: Catalogue) -> None:
    opened.journal.forms.add(DOCUMENT, "operator")
    client = whole_answers(own_app)
    for address in ("/forms", "/forms/north-own"):
        text = client.get(address, headers={"Accept": "text/html"}).get_data(as_text=True)
        assert "<b>questions" not in text
        assert "Why us?<script>" not in text
    gone = client.get("/forms/gone", headers={"Accept": "text/html"})
    assert gone.status_code == 404


# --- answers from a page ---------------------------------------------------------------------------

OPTIONS = [{"id": "no", "title": "No"}, {"id": "yes", "title": "Yes"}]
FORM = form_of(
    {
        "id": "made",
        "part": "purpose",
        "title": "Made",
        "fields": [
            {"id": "line", "type": "text", "title": "Line", "required": True},
            {"id": "hours", "type": "number", "title": "Hours"},
            {"id": "one", "type": "option", "title": "One", "options": OPTIONS},
            {"id": "many", "type": "multi-option", "title": "Many", "options": OPTIONS},
            {"id": "files", "type": "attachment", "title": "Files"},
            {
                "id": "team",
                "type": "table",
                "title": "Team",
                "columns": [
                    {"id": "name", "type": "text", "title": "Name"},
                    {"id": "hours", "type": "number", "title": "Hours"},
                ],
            },
            {
                "id": "why",
                "type": "texta",
                "title": "Why",
                "visible_when": {"field": "one", "is": "yes"},
            },
        ],
    }
)


def test_a_posted_page_becomes_answers_that_check_takes() -> None:
    sent = MultiDict(
        [
            *(("a.line", " A line "), ("a.hours", "2,5"), ("a.one", "yes"), ("a.many", "")),
            *(("a.many", "no"), ("a.many", "yes"), ("a.files.kept", ""), ("a.files.kept", "f1")),
            *(("a.team.rows", "3"), ("a.team.0.name", "Ada"), ("a.team.0.hours", "4")),
            *(("a.team.1.name", " "), ("a.team.2.hours", "many"), ("a.why", "x\r\ny")),
            *(("csrf", "1"), ("a.strange", "x"), ("more", "team")),
        ]
    )
    answers = answers_of((FORM,), sent)
    assert answers == {
        "line": "A line",
        "hours": 2.5,
        "one": "yes",
        "many": ["no", "yes"],
        "files": ["f1"],
        "team": [{"name": "Ada", "hours": 4}, {"hours": "many"}],
        "why": "x\ny",
    }
    found = check((FORM,), answers, {"f1": "files"}, final=True)
    assert [one.path for one in found] == ["/team/1/hours"]
    assert more_of(sent) == ["team"]


def test_what_was_cleared_on_a_page_is_cleared_and_what_it_did_not_show_is_left_out() -> None:
    sent = MultiDict([("a.line", ""), ("a.many", ""), ("a.files.kept", ""), ("a.team.rows", "2")])
    cleared = {"line": "", "many": [], "files": [], "team": []}
    assert answers_of((FORM,), sent) == cleared
    assert answers_of((FORM,), MultiDict([("a.team.rows", "9" * 5000)])) == {}


def test_a_page_shows_answers_faults_and_only_what_is_asked_now(own_app: Flask) -> None:
    answers = {"one": "no", "many": ["yes"], "team": [{"name": '"><i>'}], "why": "hidden"}
    faults = check((FORM,), answers, {}, final=True)
    with own_app.test_request_context():
        view = shown((FORM,), answers, faults, more=["team"])
        macros = own_app.jinja_env.get_template("form_parts.html").module
        html = macros.summary(view) + macros.fields(view)  # type: ignore[attr-defined]
    assert '<a href="#a.line"><bdi>Line</bdi></a>' in html
    assert 'aria-describedby="a.line-fault" aria-invalid="true" aria-required="true"' in html
    assert 'name="a.why"' not in html
    assert 'name="show" value="one"' in html
    assert '<input type="checkbox" name="a.many" value="yes" checked' in html
    assert html.count('name="a.team.') == 8 * 2 + 1
    assert '"><i>' not in html
    assert 'name="a.why"' in macros.fields(shown((FORM,), {"one": "yes"}))  # type: ignore[attr-defined]
