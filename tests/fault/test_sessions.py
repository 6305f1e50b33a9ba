"""Sessions under attack: F45 redirects, F46 forged requests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api import create_app
from catalogue.bootstrap import bootstrap
from catalogue.settings import Settings
from tests.api.conftest import whole_answers

HERE = {"base_url": "http://127.0.0.1:8000"}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    opened = bootstrap(Settings(data_dir=tmp_path / "var", dev_login=True))
    yield whole_answers(create_app(opened))
    opened.close()


def enter(client: FlaskClient, following: str) -> str:
    """Sign in as the administrator; where one is led to."""
    page = client.get("/sign-in", query_string={"next": following}, **HERE).text
    token = re.search(r'name="csrf" value="(\w+)"', page)
    assert token
    given = {"csrf": token[1], "account": "administrator", "next": following}
    done = client.post("/sign-in/local", data=given, **HERE)
    assert done.status_code == 303
    return str(done.headers["Location"])


@pytest.mark.parametrize(
    "following",
    ["//evil.example", "\\\\evil.example", "/\\evil.example", "https://evil.example/", "/%2f%2fevil.example"],
)  # fmt: skip
def test_f45_a_sign_in_leads_nowhere_else(client: FlaskClient, following: str) -> None:
    assert enter(client, following) == "/account"
    assert enter(client, "/runs") == "/runs"


def test_f46_a_form_without_its_token_or_of_another_site_changes_nothing(
    client: FlaskClient,
) -> None:
    enter(client, "/")
    told = client.get("/api/v1/me", **HERE).get_json()
    good, language = {"csrf": told["csrf"], "language": "fi"}, "/account/language"
    evil = {"Origin": "https://evil.example"}
    assert client.post(language, data={"language": "fi"}, **HERE).status_code == 403
    assert client.post(language, data=good, headers=evil, **HERE).status_code == 403
    assert client.get("/api/v1/me", **HERE).get_json()["language"] is None
    assert client.post(language, data=good, **HERE).status_code == 303
    assert client.get("/api/v1/me", **HERE).get_json()["language"] == "fi"
