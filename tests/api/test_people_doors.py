"""Accounts, sessions, tokens and administration over HTTP, and what keeps others out of them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api import create_app
from api.sessions import SESSION
from catalogue.bootstrap import Catalogue, bootstrap, check_doors
from catalogue.errors import SettingsError
from catalogue.model import Node
from catalogue.people import Grant, Role, organisation_of
from catalogue.settings import Settings
from tests.api import library
from tests.api.conftest import whole_answers
from tests.api.signing import TESTS, csrf_of, person, sign_in

HTTPS = {"base_url": "https://localhost"}
ELSEWHERE = {"issuer": "https://identity.example"}
PAGE = {"Accept": "text/html"}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Catalogue]:
    opened = bootstrap(Settings(data_dir=tmp_path / "var", base_url="https://localhost"))
    for node in ("north", "south"):
        opened.journal.add_node(Node(node, f"Node {node} (fictional)", "FI"))
    for one in ("acme", "bolt"):
        made = organisation_of(one, f"{one.title()} (fictional)", "FI", "start-up")
        opened.journal.people.add_organisation(made, TESTS)
    yield opened
    opened.close()


@pytest.fixture
def app(here: Catalogue) -> Flask:
    return create_app(here)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return whole_answers(app)


def entered(here: Catalogue, client: FlaskClient, subject: str, *grants: Grant) -> str:
    """Sign a person in, in this client; returns their id."""
    made = person(here.journal, subject, *grants, **ELSEWHERE)
    sign_in(client, here.journal, made.id)
    return made.id


def acts(here: Catalogue, *names: str) -> list[Any]:
    return [one for one in here.journal.audit.entries(limit=1000) if one.act in names]


# --- pages, for those who are signed in and those who are not ---


def test_a_page_for_people_leads_to_the_sign_in_and_json_says_401(client: FlaskClient) -> None:
    for path in ("/account", "/people", "/organisations"):
        told = client.get(path, headers=PAGE, **HTTPS)
        assert (told.status_code, told.headers["Location"]) == (303, f"/sign-in?next={path}")
    assert client.get("/api/v1/me", **HTTPS).status_code == 401
    for path in ("/api/v1/people", "/api/v1/organisations", "/api/v1/me/tokens"):
        told = client.get(path, **HTTPS)
        assert (told.status_code, told.mimetype) == (401, "application/problem+json")


@pytest.mark.parametrize("role", [one for one in Role if one is not Role.ADMINISTRATOR])
def test_only_an_administrator_sees_everybody(
    role: Role, here: Catalogue, client: FlaskClient
) -> None:
    scope = "acme" if role in {Role.MEMBER, Role.REPRESENTATIVE} else "north"
    held = [Grant(role, None if role in {Role.STEWARD, Role.AUDITOR} else scope)]
    if role is Role.APPLICANT:
        held = []
    eve = entered(here, client, "eve", *held)
    csrf = csrf_of(client)
    assert client.get("/people", headers=PAGE, **HTTPS).status_code == 403
    assert client.get("/api/v1/people", **HTTPS).status_code == 403
    mine = f"/api/v1/people/{eve}/grants/administrator"
    assert client.put(mine, headers={"X-CSRF-Token": csrf}, **HTTPS).status_code == 403
    form = {"csrf": csrf, "role": "administrator"}
    assert client.post(f"/people/{eve}/grant", data=form, **HTTPS).status_code == 403
    refused = acts(here, "access.refused")
    assert len(refused) == 4
    assert {one.who for one in refused} == {f"person:{eve}"}
    assert not here.journal.people.person(eve).may(Role.ADMINISTRATOR)


def test_an_administrator_gives_and_takes_roles_on_the_page_and_in_json(
    here: Catalogue, client: FlaskClient
) -> None:
    ada = entered(here, client, "ada", Grant(Role.ADMINISTRATOR))
    bob = person(here.journal, "bob", **ELSEWHERE)
    csrf = csrf_of(client)
    form = {"csrf": csrf, "role": "handler", "scope": "north"}
    assert client.post(f"/people/{bob.id}/grant", data=form, **HTTPS).status_code == 303
    page = client.get(f"/people/{bob.id}", **HTTPS).text
    assert "Node north (fictional)" in page
    assert "person.grant" in page
    headers = {"X-CSRF-Token": csrf}
    address = f"/api/v1/people/{bob.id}/grants"
    told = client.put(f"{address}/member:acme", headers=headers, **HTTPS).get_json()
    assert told["organisation"] == "acme"
    (origin,) = {one["origin"] for one in told["grants"]}
    assert origin == "person"
    gone = client.delete(f"{address}/handler:north", headers=headers, **HTTPS)
    assert [one["grant"] for one in gone.get_json()["grants"]] == ["member:acme"]
    assert client.delete(f"{address}/handler:north", headers=headers, **HTTPS).status_code == 404
    for wrong, status in (("king", 400), ("handler", 400), ("handler:nowhere", 404)):
        assert client.put(f"{address}/{wrong}", headers=headers, **HTTPS).status_code == status
    own = f"/api/v1/people/{ada}/grants/administrator"
    assert client.delete(own, headers=headers, **HTTPS).status_code == 409
    off = {"json": {"disabled": True}, "headers": headers}
    assert client.patch(f"/api/v1/people/{ada}", **off, **HTTPS).status_code == 409
    assert client.patch(f"/api/v1/people/{bob.id}", **off, **HTTPS).get_json()["disabled"]


def test_everybody_is_listed_page_by_page(here: Catalogue, client: FlaskClient) -> None:
    entered(here, client, "ada", Grant(Role.ADMINISTRATOR))
    for subject in ("bob", "cem", "dan"):
        person(here.journal, subject, **ELSEWHERE)
    names, address = [], "/api/v1/people?limit=3"
    while address:
        told = client.get(address, **HTTPS).get_json()
        assert told["total"] == 4
        names += [one["name"] for one in told["items"]]
        address = f"/api/v1/people?limit=3&cursor={told['next']}" if told["next"] else ""
    assert names == [f"{one} (fictional)" for one in ("Ada", "Bob", "Cem", "Dan")]
    assert client.get("/api/v1/people?q=CEM", **HTTPS).get_json()["total"] == 1
    assert "Dan (fictional)" in client.get("/people?q=dan", **HTTPS).text


# --- sessions ---


def test_one_sees_and_ends_ones_sessions(here: Catalogue, client: FlaskClient, app: Flask) -> None:
    ada = entered(here, client, "ada")
    other = whole_answers(app)
    sign_in(other, here.journal, ada, agent="Other browser")
    csrf = csrf_of(client)
    listed = client.get("/api/v1/me/sessions", **HTTPS).get_json()["items"]
    (theirs,) = [one for one in listed if not one["current"]]
    assert theirs["agent"] == "Other browser"
    assert "Other browser" in client.get("/account", **HTTPS).text
    ended = client.post(f"/account/sessions/{theirs['id']}/end", data={"csrf": csrf}, **HTTPS)
    assert ended.status_code == 303
    assert other.get("/api/v1/me", **HTTPS).status_code == 401
    sign_in(other, here.journal, ada)
    everywhere = client.post("/account/sessions/end", data={"csrf": csrf}, **HTTPS)
    assert everywhere.status_code == 303
    for browser in (client, other):
        assert browser.get("/api/v1/me", **HTTPS).status_code == 401


def test_nobody_ends_a_session_of_somebody_else(
    here: Catalogue, client: FlaskClient, app: Flask
) -> None:
    ada = person(here.journal, "ada", **ELSEWHERE)
    browser = whole_answers(app)
    token = sign_in(browser, here.journal, ada.id)
    entered(here, client, "eve")
    address = f"/api/v1/me/sessions/{token.partition('_')[0]}"
    gone = client.delete(address, headers={"X-CSRF-Token": csrf_of(client)}, **HTTPS)
    assert gone.status_code == 404
    assert browser.get("/api/v1/me", **HTTPS).status_code == 200


def test_a_language_once_chosen_is_that_of_the_pages(here: Catalogue, client: FlaskClient) -> None:
    entered(here, client, "ada")
    csrf = csrf_of(client)
    client.post("/account/language", data={"csrf": csrf, "language": "de"}, **HTTPS)
    assert client.get("/api/v1/me", **HTTPS).get_json()["language"] == "de"
    assert "Finnland" in client.get("/nodes", **HTTPS).text
    wrong = client.post("/account/language", data={"csrf": csrf, "language": "tlh"}, **HTTPS)
    assert wrong.status_code == 400
    headers = {"X-CSRF-Token": csrf}
    assert (
        client.patch("/api/v1/me", json={"language": None}, headers=headers, **HTTPS).get_json()[
            "language"
        ]
        is None
    )


# --- F46 ---


CHANGES = (
    ("POST", "/account/language"),
    ("POST", "/account/tokens"),
    ("POST", "/account/sessions/end"),
    ("POST", "/sign-out"),
    ("POST", "/organisations"),
    ("POST", "/people/x/grant"),
    ("POST", "/people/x/disable"),
    ("PUT", "/api/v1/people/x/grants/steward"),
    ("DELETE", "/api/v1/me/sessions"),
    ("PATCH", "/api/v1/me"),
    ("POST", "/api/v1/me/tokens"),
)


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_f46_what_a_session_changes_takes_its_token_and_comes_from_here(
    method: str, path: str, here: Catalogue, client: FlaskClient, app: Flask
) -> None:
    entered(here, client, "ada", Grant(Role.ADMINISTRATOR))
    csrf = csrf_of(client)
    other = whole_answers(app)
    entered(here, other, "eve")
    attempts: list[dict[str, str]] = [
        {},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": csrf[:-1]},
        {"X-CSRF-Token": csrf_of(other)},
        {"X-CSRF-Token": "é"},
        {"X-CSRF-Token": csrf, "Origin": "https://evil.example"},
        {"X-CSRF-Token": csrf, "Origin": "null"},
        {"X-CSRF-Token": csrf, "Origin": "http://localhost"},
        {"X-CSRF-Token": csrf, "Sec-Fetch-Site": "cross-site"},
        {"X-CSRF-Token": csrf, "Sec-Fetch-Site": "same-site"},
    ]
    for headers in attempts:
        refused = client.open(path, method=method, headers=headers, **HTTPS)
        assert refused.status_code == 403, headers
    assert len(acts(here, "csrf.refused")) == len(attempts)
    good = {"X-CSRF-Token": csrf, "Origin": "https://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.open(path, method=method, headers=good, **HTTPS).status_code != 403


def test_f46_every_form_of_ours_that_changes_something_has_its_token(
    here: Catalogue, client: FlaskClient
) -> None:
    ada = entered(here, client, "ada", Grant(Role.ADMINISTRATOR), Grant(Role.HANDLER, "north"))
    made = here.journal.people.create_token
    made(ada, f"person:{ada}", here.clock(), name="one", days=1)
    csrf, seen = csrf_of(client), 0
    pages = ("/account", "/people", f"/people/{ada}", "/organisations", "/organisations/acme", "/")
    for path in pages:
        for form in re.findall(
            r"<form[^>]*method=\"post\".*?</form>", client.get(path, **HTTPS).text, re.DOTALL
        ):
            assert f'name="csrf" value="{csrf}"' in form
            seen += 1
    assert seen > 15


def test_a_key_of_a_node_needs_no_such_token(here: Catalogue, client: FlaskClient) -> None:
    key = here.journal.keys.create("north", TESTS).token
    told = client.post(
        "/api/v1/sources/nowhere/runs", headers={"Authorization": f"Bearer {key}"}, **HTTPS
    )
    assert told.status_code == 404  # let in, and there is no such source


# --- tokens ---


def test_a_program_acts_as_its_person_by_a_token_within_its_roles(
    here: Catalogue, client: FlaskClient, app: Flask
) -> None:
    entered(here, client, "ada", Grant(Role.ADMINISTRATOR), Grant(Role.HANDLER, "north"))
    headers = {"X-CSRF-Token": csrf_of(client)}
    asked = {"name": "script", "days": 7, "roles": ["handler"]}
    made = client.post("/api/v1/me/tokens", json=asked, headers=headers, **HTTPS)
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    token = made.get_json()["token"]
    program = whole_answers(app)
    bearer = {"Authorization": f"Bearer {token}"}
    told = program.get("/api/v1/me", headers=bearer, **HTTPS)
    assert told.get_json()["roles"] == ["applicant", "handler"]
    assert (told.get_json()["csrf"], told.get_json()["token"]) == (None, made.get_json()["id"])
    assert told.headers["Cache-Control"] == "private, no-cache"
    assert program.get("/api/v1/people", headers=bearer, **HTTPS).status_code == 403
    changed = program.patch("/api/v1/me", json={"language": "sv"}, headers=bearer, **HTTPS)
    assert changed.get_json()["language"] == "sv"
    more = program.post("/api/v1/me/tokens", json=asked, headers=bearer, **HTTPS)
    assert more.status_code == 403  # a token makes no other
    gone = f"/api/v1/me/tokens/{made.get_json()['id']}"
    assert client.delete(gone, headers=headers, **HTTPS).status_code == 200
    assert program.get("/api/v1/me", headers=bearer, **HTTPS).status_code == 401
    assert program.get("/", headers={**bearer, **PAGE}, **HTTPS).status_code == 401
    refused = acts(here, "token.refused")
    assert {one.subject for one in refused} == {made.get_json()["id"]}
    assert token.split("_", 2)[2] not in str(here.journal.audit.entries(limit=1000))


def test_a_token_is_made_on_the_page_and_shown_once(here: Catalogue, client: FlaskClient) -> None:
    entered(here, client, "ada")
    form = {"csrf": csrf_of(client), "name": "script", "days": "30", "all": "1"}
    made = client.post("/account/tokens", data=form, **HTTPS)
    assert made.status_code == 201
    (token,) = re.findall(r"aicatp_\w{12}_[\w-]{43}", made.text)
    assert token not in client.get("/account", **HTTPS).text
    told = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}, **HTTPS)
    assert told.get_json()["name"] == "Ada (fictional)"


def test_what_begins_like_a_token_and_is_none_is_refused_everywhere(
    here: Catalogue, client: FlaskClient
) -> None:
    for wrong in ("aicatp_", "aicatp_x_y", "aicatp_" + "a" * 5000):
        told = client.get("/api/v1/datasets", headers={"Authorization": f"Bearer {wrong}"}, **HTTPS)
        assert told.status_code == 401
    assert len(acts(here, "token.refused")) == 3


# --- organisations ---


def test_a_representative_keeps_the_members_of_their_organisation_and_no_other(
    here: Catalogue, client: FlaskClient
) -> None:
    entered(here, client, "rosa", Grant(Role.REPRESENTATIVE, "acme"))
    bob = person(here.journal, "bob", **ELSEWHERE)
    headers = {"X-CSRF-Token": csrf_of(client)}
    added = client.put(f"/api/v1/organisations/acme/members/{bob.id}", headers=headers, **HTTPS)
    assert {one["name"] for one in added.get_json()["members"]} == {
        "Rosa (fictional)",
        "Bob (fictional)",
    }
    assert client.get("/organisations/acme", **HTTPS).text.count("Bob (fictional)") == 1
    for method, path in (
        ("PUT", f"/api/v1/organisations/bolt/members/{bob.id}"),
        ("PUT", "/api/v1/organisations/bolt"),
        ("PUT", "/api/v1/organisations/fresh"),
        ("GET", "/api/v1/organisations/bolt"),
    ):
        body = {"name": "B", "country": "FI", "kind": "sme"} if "members" not in path else None
        told = client.open(path, method=method, headers=headers, json=body, **HTTPS)
        assert told.status_code == 403, path
    assert [
        one["id"] for one in client.get("/api/v1/organisations", **HTTPS).get_json()["items"]
    ] == ["acme"]
    gone = client.delete(f"/api/v1/organisations/acme/members/{bob.id}", headers=headers, **HTTPS)
    assert [one["name"] for one in gone.get_json()["members"]] == ["Rosa (fictional)"]


def test_an_organisation_is_put_by_a_steward(here: Catalogue, client: FlaskClient) -> None:
    entered(here, client, "stefan", Grant(Role.STEWARD))
    headers = {"X-CSRF-Token": csrf_of(client)}
    told = {"name": "Core (fictional)", "country": "EE", "kind": "research"}
    address = "/api/v1/organisations/core"
    assert client.put(address, json=told, headers=headers, **HTTPS).status_code == 201
    assert client.put(address, json=told, headers=headers, **HTTPS).status_code == 200
    assert "members" not in client.get(address, **HTTPS).get_json()
    for wrong in ({**told, "kind": "club"}, {**told, "country": "Estonia"}, {**told, "more": 1}):
        assert client.put(address, json=wrong, headers=headers, **HTTPS).status_code == 400


# --- local accounts ---


@pytest.mark.parametrize(
    ("more", "good"),
    [
        ({}, True),
        ({"host": "::1"}, True),
        ({"base_url": "http://localhost:8000"}, True),
        ({"host": "0.0.0.0"}, False),
        ({"host": "192.0.2.1"}, False),
        ({"base_url": "https://catalogue.example"}, False),
        ({"host": "0.0.0.0", "base_url": "http://127.0.0.1:8000"}, False),
    ],
)
def test_local_accounts_are_for_loopback_only(more: dict[str, str], good: bool) -> None:
    settings = Settings(dev_login=True, **more)  # type: ignore[arg-type]
    if good:
        check_doors(settings)
    else:
        with pytest.raises(SettingsError, match="AICAT_DEV_LOGIN"):
            check_doors(settings)


@pytest.fixture
def local(tmp_path: Path) -> Iterator[tuple[Catalogue, FlaskClient]]:
    opened = bootstrap(Settings(data_dir=tmp_path / "local", dev_login=True))
    opened.journal.add_node(Node("north", "Node north (fictional)", "FI"))
    yield opened, whole_answers(create_app(opened))
    opened.close()


HTTP = {"base_url": "http://127.0.0.1:8000"}


def form_token(client: FlaskClient) -> str:
    page = client.get("/sign-in", **HTTP)
    assert page.headers["Cache-Control"] == "no-store"
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)
    assert found
    return found[1]


def test_a_local_account_is_chosen_from_the_page(local: tuple[Catalogue, FlaskClient]) -> None:
    here, client = local
    given = {"csrf": form_token(client), "account": "decider.north", "next": "/search"}
    done = client.post("/sign-in/local", data=given, **HTTP)
    assert (done.status_code, done.headers["Location"]) == (303, "/search")
    told = client.get("/api/v1/me", **HTTP).get_json()
    assert {one["grant"] for one in told["grants"]} == {"decider:north", "allocator:north"}
    assert "(fictional)" in told["name"]
    assert len(acts(here, "person.sign-in")) == 1


def test_another_local_account_is_made_with_chosen_roles(
    local: tuple[Catalogue, FlaskClient],
) -> None:
    _here, client = local
    given = {
        "csrf": form_token(client),
        "name": "Tove Trial (fictional)",
        "role": ["handler", "auditor"],
        "node": ["north"],
    }
    assert client.post("/sign-in/local", data=given, **HTTP).status_code == 303
    told = client.get("/api/v1/me", **HTTP).get_json()
    assert {one["grant"] for one in told["grants"]} == {"handler:north", "auditor"}
    assert "Tove Trial (fictional)" in client.get("/sign-in", **HTTP).text
    again = {"csrf": told["csrf"], "name": "No Holder (fictional)", "role": ["handler"]}
    assert client.post("/sign-in/local", data=again, **HTTP).status_code == 400


def test_f46_a_local_sign_in_takes_the_token_of_its_form(
    local: tuple[Catalogue, FlaskClient],
) -> None:
    here, client = local
    assert client.post("/sign-in/local", data={"account": "anna"}, **HTTP).status_code == 403
    given = {"csrf": form_token(client), "account": "anna"}
    evil = {"Origin": "http://evil.example"}
    assert client.post("/sign-in/local", data=given, headers=evil, **HTTP).status_code == 403
    own = {"Origin": "http://localhost:8000"}
    assert client.post("/sign-in/local", data=given, headers=own, **HTTP).status_code == 303
    assert len(acts(here, "csrf.refused")) == 2


def test_local_accounts_are_shut_once_they_are_off(
    local: tuple[Catalogue, FlaskClient],
) -> None:
    here, client = local
    client.post("/sign-in/local", data={"csrf": form_token(client), "account": "anna"}, **HTTP)
    cookie = client.get_cookie(SESSION, domain="127.0.0.1")
    assert cookie is not None
    person_id = client.get("/api/v1/me", **HTTP).get_json()["id"]
    token = here.journal.people.create_token(
        person_id, TESTS, here.clock(), name="one", days=1
    ).token
    shut = dataclasses.replace(here, settings=dataclasses.replace(here.settings, dev_login=False))
    later = whole_answers(create_app(shut))
    later.set_cookie(SESSION, cookie.value, domain="127.0.0.1")
    assert later.get("/api/v1/me", **HTTP).status_code == 401
    bearer = {"Authorization": f"Bearer {token}"}
    assert later.get("/api/v1/me", headers=bearer, **HTTP).status_code == 401
    assert "Local accounts" not in later.get("/sign-in", **HTTP).text
    assert later.post("/sign-in/local", data={"account": "anna"}, **HTTP).status_code in {403, 404}


# --- what a signed-in person reads, and caches ---


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    opened = bootstrap(library.build(tmp_path_factory.mktemp("read")))
    yield opened
    opened.close()


WARD = "Confidential"  # of its title; the word that is searched for is marked


@pytest.mark.parametrize(
    ("grants", "sees"),
    [
        ([], False),
        ([Grant(Role.HANDLER, "at")], True),
        ([Grant(Role.REVIEWER_ETHICS, "de")], True),
        ([Grant(Role.STEWARD)], True),
        ([Grant(Role.ADMINISTRATOR)], True),
    ],
)
def test_f51_who_works_for_a_member_reads_what_is_for_members(
    grants: list[Grant], sees: bool, read: Catalogue
) -> None:
    client = whole_answers(create_app(read))
    subject = "-".join(map(str, grants)) or "nobody"
    made = person(read.journal, subject, *grants, **ELSEWHERE)
    site = {"base_url": read.settings.site}
    assert WARD not in client.get("/search?q=ward", **site).text
    token = read.journal.people.open_session(made.id, read.clock()).token
    client.set_cookie(f"__Host-{SESSION}", token, domain="catalogue.example", secure=True)
    page = client.get("/search?q=ward", **site)
    assert (WARD in page.text) is sees
    assert page.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in page.headers["Vary"]
    told = client.get("/api/v1/datasets?q=ward", **site)
    assert (told.get_json()["total"] == 1) is sees
    assert told.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in told.headers["Vary"]


def test_a_page_for_everybody_stays_with_caches_and_tells_what_it_depends_on(
    here: Catalogue, client: FlaskClient
) -> None:
    open_page = client.get("/", **HTTPS)
    assert open_page.headers["Cache-Control"] == "no-cache"
    assert "Cookie" in open_page.headers["Vary"]
    assert "Set-Cookie" not in open_page.headers
    assert "Sign in" in open_page.text
    entered(here, client, "ada")
    own = client.get("/", **HTTPS)
    assert "Ada (fictional)" in own.text
    assert own.headers["Cache-Control"] == "private, no-cache"
    assert own.headers["ETag"] != open_page.headers["ETag"]
    assert "Vary" not in client.get("/static/style.css", **HTTPS).headers


def test_a_name_that_is_markup_stays_text(here: Catalogue, client: FlaskClient) -> None:
    made = person(here.journal, "<script>alert(1)</script>", Grant(Role.ADMINISTRATOR), **ELSEWHERE)
    sign_in(client, here.journal, made.id, agent="<img src=x onerror=alert(2)>")
    for path in ("/", "/account", "/people", f"/people/{made.id}"):
        text = client.get(path, **HTTPS).text
        assert "<script>alert" not in text.lower()
        assert "<img src=x" not in text
