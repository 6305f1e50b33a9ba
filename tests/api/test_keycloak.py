"""A real provider: Keycloak signs a person in, whose roles become ours; and signs them out."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask.testing import FlaskClient

from api import create_app
from catalogue.bootstrap import Catalogue, bootstrap
from catalogue.model import Node
from catalogue.settings import Settings
from tests.api.conftest import whole_answers
from tests.keycloak_node import PASSWORD, SECRET, keycloak

pytestmark = [pytest.mark.scaleout, pytest.mark.timeout(600)]

SITE = "http://127.0.0.1:8000"  # as in realm.json; nothing listens there
HERE = {"base_url": SITE}


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with keycloak(tmp_path_factory.mktemp("keycloak")) as started:
        yield started


@pytest.fixture
def here(issuer: str, tmp_path: Path) -> Iterator[Catalogue]:
    opened = bootstrap(
        Settings(
            data_dir=tmp_path / "var",
            oidc_issuer=issuer,
            oidc_client_id="catalogue",
            oidc_client_secret=SECRET,
            oidc_roles_claim="realm_access.roles",
            oidc_roles="catalogue-stewards=steward,north-handlers=handler:north",
        )
    )
    opened.journal.add_node(Node("north", "Node north (fictional)", "FI"))
    yield opened
    opened.close()


@pytest.fixture
def client(here: Catalogue) -> FlaskClient:
    return whole_answers(create_app(here))


class Browser(requests.Session):
    """As browsers do, it takes loopback for as safe as https, so that secure cookies go there."""

    def request(self, *words: Any, **more: Any) -> requests.Response:
        answer = super().request(*words, **more)
        for cookie in self.cookies:
            cookie.secure = False
        return answer


def sign_in(browser: requests.Session, address: str, name: str, password: str) -> requests.Response:
    """Fill Keycloak's own form in, as a person does."""
    page = browser.get(address, timeout=60)
    assert page.status_code == 200, page.text
    found = re.search(r'<form[^>]*id="kc-form-login"[^>]*action="([^"]+)"', page.text)
    assert found, page.text
    return browser.post(
        html.unescape(found[1]),
        data={"username": name, "password": password, "credentialId": ""},
        allow_redirects=False,
        timeout=60,
    )


def come_in(client: FlaskClient, browser: requests.Session, name: str) -> int:
    """The whole way, from our page to theirs and back."""
    begun = client.get("/sign-in/start?next=/search", **HERE)
    sent = sign_in(browser, begun.headers["Location"], name, PASSWORD)
    assert sent.status_code == 302, sent.text
    back = urlsplit(sent.headers["Location"])
    assert back.path == "/sign-in/callback"
    done = client.get(f"{back.path}?{back.query}", **HERE)
    assert done.status_code == 303, done.text
    assert done.headers["Location"] == "/search"
    return done.status_code


def test_a_person_of_keycloak_is_signed_in_with_the_roles_of_the_realm(
    client: FlaskClient, here: Catalogue
) -> None:
    with Browser() as browser:
        come_in(client, browser, "saga")
    told = client.get("/api/v1/me", **HERE).get_json()
    assert told["name"] == "Saga Fictional Steward"
    assert told["email"] == "saga@north.example"
    assert {one["grant"] for one in told["grants"]} == {"steward", "handler:north"}
    assert "Saga Fictional Steward" in client.get("/account", **HERE).text
    acts = [one.act for one in here.journal.audit.entries(limit=100)]
    assert acts.count("person.sign-in") == 1
    assert acts.count("person.grant") == 2


def test_a_person_without_roles_is_an_applicant(client: FlaskClient) -> None:
    with Browser() as browser:
        come_in(client, browser, "otso")
    assert client.get("/api/v1/me", **HERE).get_json()["roles"] == ["applicant"]
    assert client.get("/people", **HERE).status_code == 403


def test_a_wrong_password_never_comes_back_to_us(client: FlaskClient) -> None:
    begun = client.get("/sign-in/start", **HERE)
    with Browser() as browser:
        sent = sign_in(browser, begun.headers["Location"], "saga", "another")
    assert "Location" not in sent.headers
    assert client.get("/api/v1/me", **HERE).status_code == 401


def test_signing_out_at_keycloak_ends_its_session_too(client: FlaskClient) -> None:
    with Browser() as browser:
        come_in(client, browser, "saga")
        begun = client.get("/sign-in/start", **HERE)
        known = browser.get(begun.headers["Location"], allow_redirects=False, timeout=60)
        assert known.status_code == 302  # it knows the person still, and asks for no password
        csrf = client.get("/api/v1/me", **HERE).get_json()["csrf"]
        page = client.post("/sign-out", data={"csrf": csrf}, **HERE).text
        found = re.search(r'href="([^"]+/logout\?[^"]+)"', page)
        assert found, page
        ended = browser.get(html.unescape(found[1]), allow_redirects=False, timeout=60)
        assert ended.status_code == 302, ended.text
        assert ended.headers["Location"].startswith(f"{SITE}/")
        begun = client.get("/sign-in/start", **HERE)
        asked = browser.get(begun.headers["Location"], allow_redirects=False, timeout=60)
        assert asked.status_code == 200  # and now it asks again
