"""Signing in by OpenID Connect, against a provider on loopback that can be told to misbehave."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api import create_app
from api.sessions import SESSION, SIGN_IN
from api.signing_in import ATTEMPTS
from catalogue.bootstrap import Catalogue, bootstrap, identity_provider, utc_now
from catalogue.model import Node
from catalogue.people import Grant, Role, organisation_of
from catalogue.settings import Settings
from tests.api.conftest import whole_answers
from tests.oidc_provider import CLIENT, SECRET, IdentityProvider, provider

SITE = "https://catalogue.example"
HTTPS = {"base_url": SITE}


@pytest.fixture
def idp() -> Iterator[IdentityProvider]:
    with provider() as started:
        started.people["ada"] = {
            "name": "Ada Example (fictional)",
            "email": "ada@one.example",
            "locale": "fi-FI",
            "realm": {"roles": ["stewards", "north-staff", "of another program"]},
            "org": "acme",
        }
        yield started


class Clock:
    """The real time, moved."""

    moved = timedelta()
    stopped: datetime | None = None

    def __call__(self) -> datetime:
        return self.stopped or utc_now() + self.moved


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def here(idp: IdentityProvider, tmp_path: Path, clock: Clock) -> Iterator[Catalogue]:
    settings = Settings(
        data_dir=tmp_path / "var",
        base_url=SITE,
        oidc_issuer=idp.issuer,
        oidc_client_id=CLIENT,
        oidc_client_secret=SECRET,
        oidc_roles_claim="realm.roles",
        oidc_roles="stewards=steward,north-staff=handler:north,north-staff=decider:north",
        oidc_organisation_claim="org",
    )
    opened = bootstrap(settings)
    opened.journal.add_node(Node("north", "Node north (fictional)", "FI"))
    acme = organisation_of("acme", "Acme (fictional)", "FI", "start-up")
    opened.journal.people.add_organisation(acme, "operator:tests")
    yield dataclasses.replace(opened, clock=clock, identity=identity_provider(settings, clock))
    opened.close()


@pytest.fixture
def app(here: Catalogue) -> Flask:
    return create_app(here)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return whole_answers(app)


def start(client: FlaskClient, following: str = "/account") -> TestResponse:
    return client.get("/sign-in/start", query_string={"next": following}, **HTTPS)


def finish(client: FlaskClient, idp: IdentityProvider, begun: TestResponse) -> TestResponse:
    back = urlsplit(idp.sign_in(begun.headers["Location"]))
    assert f"{back.scheme}://{back.netloc}" == SITE
    return client.get(f"{back.path}?{back.query}", **HTTPS)


def acts(here: Catalogue, act: str) -> list[Any]:
    return [one for one in here.journal.audit.entries(limit=1000) if one.act == act]


def me(client: FlaskClient) -> Any:
    return client.get("/api/v1/me", **HTTPS).get_json()


def test_a_person_comes_in_with_the_roles_that_the_claims_give(
    client: FlaskClient, idp: IdentityProvider, here: Catalogue
) -> None:
    begun = start(client, "/search?q=x")
    assert begun.status_code == 303
    asked = parse_qs(urlsplit(begun.headers["Location"]).query)
    assert asked["scope"] == ["openid profile email"]
    assert asked["redirect_uri"] == [f"{SITE}/sign-in/callback"]
    done = finish(client, idp, begun)
    assert (done.status_code, done.headers["Location"]) == (303, "/search?q=x")
    assert done.headers["Cache-Control"] == "no-store"
    told = me(client)
    assert (told["name"], told["email"], told["language"]) == (
        "Ada Example (fictional)",
        "ada@one.example",
        "fi",
    )
    assert told["organisation"] == "acme"
    assert {one["grant"] for one in told["grants"]} == {
        "steward",
        "handler:north",
        "decider:north",
        "member:acme",
    }
    (noted,) = acts(here, "person.sign-in")
    assert noted.who == f"person:{told['id']}"


def test_the_cookie_is_for_this_host_and_not_for_scripts(
    client: FlaskClient, idp: IdentityProvider
) -> None:
    done = finish(client, idp, start(client))
    (cookie,) = [one for one in done.headers.getlist("Set-Cookie") if f"__Host-{SESSION}=" in one]
    words = {one.strip() for one in cookie.split(";")}
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= words
    assert not any(one.startswith("Domain") for one in words)


def test_roles_follow_the_provider_at_the_next_sign_in(
    client: FlaskClient, idp: IdentityProvider, here: Catalogue
) -> None:
    finish(client, idp, start(client))
    person_id = me(client)["id"]
    here.journal.people.grant(person_id, Grant(Role.AUDITOR), "operator:tests")
    idp.people["ada"]["realm"] = {"roles": []}
    finish(client, idp, start(client))
    assert {one["grant"] for one in me(client)["grants"]} == {"auditor", "member:acme"}


def test_signing_in_again_takes_the_place_of_the_session_before(
    client: FlaskClient, idp: IdentityProvider, app: Flask
) -> None:
    finish(client, idp, start(client))
    first = client.get_cookie(f"__Host-{SESSION}", domain="catalogue.example")
    finish(client, idp, start(client))
    second = client.get_cookie(f"__Host-{SESSION}", domain="catalogue.example")
    assert first is not None
    assert second is not None
    assert first.value != second.value
    thief = whole_answers(app)
    thief.set_cookie(f"__Host-{SESSION}", first.value, domain="catalogue.example", secure=True)
    assert thief.get("/api/v1/me", **HTTPS).status_code == 401


FORGED = {
    "wrong issuer": "InvalidClaim|invalid_claim",
    "wrong audience": "",
    "another's audience": "",
    "two audiences and no party": "",
    "expired": "expired",
    "of the future": "",
    "wrong nonce": "",
    "no nonce": "",
    "no exp": "",
    "no aud": "",
    "no sub": "",
    "alg none": "not accepted",
    "HS256 with the public key": "not accepted",
    "a stranger's signature": "not signed",
    "a key that is not published": "does not publish",
    "its own key inside": "not signed",
    "an unknown extension": "not known here",
    "changed behind its signature": "not signed",
    "no token at all": "not signed",
}


@pytest.mark.parametrize("trouble", FORGED)
def test_a_forged_token_lets_nobody_in_and_is_audited(
    trouble: str, client: FlaskClient, idp: IdentityProvider, here: Catalogue
) -> None:
    begun = start(client)
    idp.trouble = trouble
    done = finish(client, idp, begun)
    assert done.status_code == 401, done.text
    assert here.journal.people.count() == 0
    assert client.get("/api/v1/me", **HTTPS).status_code == 401
    (noted,) = acts(here, "sign-in.refused")
    assert noted.subject == idp.issuer
    if FORGED[trouble]:
        assert any(part in noted.details["why"] for part in FORGED[trouble].split("|"))
    assert "eyJ" not in str(noted)  # how a token begins


def test_a_subject_that_is_nobody_is_refused(
    client: FlaskClient, idp: IdentityProvider, here: Catalogue
) -> None:
    begun = start(client)
    idp.trouble = "nobody"
    assert finish(client, idp, begun).status_code in {400, 401}
    assert here.journal.people.count() == 0


def test_keys_that_changed_are_asked_for_once(client: FlaskClient, idp: IdentityProvider) -> None:
    finish(client, idp, start(client))
    assert idp.asked.count("/realm/keys") == 1
    idp.kid, idp.published = "second", ["first", "second"]
    assert finish(client, idp, start(client)).status_code == 303
    assert idp.asked.count("/realm/keys") == 2
    begun = start(client)
    idp.trouble = "a key that is not published"
    assert finish(client, idp, begun).status_code == 401
    assert idp.asked.count("/realm/keys") == 3


def test_an_answer_counts_once_and_in_the_browser_that_asked(
    client: FlaskClient, idp: IdentityProvider, app: Flask, here: Catalogue
) -> None:
    begun = start(client)
    back = urlsplit(idp.sign_in(begun.headers["Location"]))
    address = f"{back.path}?{back.query}"
    victim = whole_answers(app)
    assert victim.get(address, **HTTPS).status_code == 401  # it asked for nothing
    start(victim)
    assert victim.get(address, **HTTPS).status_code == 400  # it asked for something else
    assert client.get(address, **HTTPS).status_code == 303
    assert client.get(address, **HTTPS).status_code == 401
    assert len(acts(here, "sign-in.refused")) == 3


def test_a_sign_in_that_took_too_long_is_begun_again(
    client: FlaskClient, idp: IdentityProvider, clock: Clock
) -> None:
    begun = start(client)
    clock.moved = timedelta(minutes=11)
    client.set_cookie(  # a browser that keeps it too long
        f"__Host-{SIGN_IN}",
        client.get_cookie(f"__Host-{SIGN_IN}", domain="catalogue.example").value,  # type: ignore[union-attr]
        domain="catalogue.example",
        secure=True,
    )
    assert finish(client, idp, begun).status_code == 401


@pytest.mark.parametrize(
    ("trouble", "said"), [("access denied", "access_denied"), ("mixed up", "")]
)
def test_a_refusal_of_the_provider_is_told(
    trouble: str, said: str, client: FlaskClient, idp: IdentityProvider
) -> None:
    begun = start(client)
    idp.trouble = trouble
    done = finish(client, idp, begun)
    assert done.status_code == 400
    assert said in done.text


def test_a_parameter_given_twice_is_refused(client: FlaskClient, idp: IdentityProvider) -> None:
    begun = start(client)
    back = urlsplit(idp.sign_in(begun.headers["Location"]))
    assert client.get(f"{back.path}?{back.query}&code=x", **HTTPS).status_code == 400


@pytest.mark.parametrize(
    "trouble",
    ["another issuer's document", "keys over the open net", "huge", "a page instead"],
)
def test_a_provider_whose_documents_cannot_be_trusted_is_not_used(
    trouble: str, client: FlaskClient, idp: IdentityProvider, here: Catalogue
) -> None:
    idp.trouble = trouble
    refused = start(client)
    assert refused.status_code == 503
    assert "Retry-After" in refused.headers
    assert len(acts(here, "sign-in.refused")) == 1
    idp.trouble = ""
    assert start(client).status_code == 303


def test_a_provider_that_breaks_in_the_middle_lets_nobody_in(
    client: FlaskClient, idp: IdentityProvider
) -> None:
    begun = start(client)
    idp.trouble = "broken"
    assert finish(client, idp, begun).status_code == 503
    assert client.get("/api/v1/me", **HTTPS).status_code == 401


def test_a_slow_provider_is_given_up(
    client: FlaskClient, idp: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalogue.bootstrap.IDENTITY_SECONDS", 0.5)
    idp.trouble = "slow"
    assert start(client).status_code == 503


def test_while_the_provider_is_away_who_is_in_stays_in(
    tmp_path: Path, here: Catalogue, client: FlaskClient, idp: IdentityProvider
) -> None:
    finish(client, idp, start(client))
    idp.trouble = "a page instead"
    assert me(client)["name"] == "Ada Example (fictional)"
    assert client.get("/", **HTTPS).status_code == 200


def test_what_the_id_token_leaves_out_is_asked_for_of_the_same_person(
    client: FlaskClient, idp: IdentityProvider
) -> None:
    claims = idp.people.pop("ada")
    idp.userinfo = {"sub": "ada", **claims}
    finish(client, idp, start(client))
    assert me(client)["organisation"] == "acme"
    idp.userinfo = {"sub": "eve", **claims}
    assert finish(client, idp, start(client)).status_code == 401


def test_a_disabled_person_does_not_come_in(
    client: FlaskClient, idp: IdentityProvider, here: Catalogue
) -> None:
    finish(client, idp, start(client))
    here.journal.people.disable(me(client)["id"], "operator:tests")
    assert client.get("/api/v1/me", **HTTPS).status_code == 401
    assert finish(client, idp, start(client)).status_code == 403
    assert len(acts(here, "sign-in.refused")) == 1


def test_sign_out_ends_the_session_and_leads_to_the_provider(
    client: FlaskClient, idp: IdentityProvider
) -> None:
    finish(client, idp, start(client))
    told = client.post("/sign-out", data={"csrf": me(client)["csrf"]}, **HTTPS)
    assert told.status_code == 200
    assert f"{idp.issuer}/end?client_id={CLIENT}" in told.text
    assert "id_token_hint=" in told.text
    assert client.get("/api/v1/me", **HTTPS).status_code == 401


def test_attempts_are_counted_by_address(client: FlaskClient, clock: Clock) -> None:
    clock.stopped = utc_now()
    given = [
        client.get("/sign-in/callback?state=x&code=y", **HTTPS).status_code
        for _attempt in range(ATTEMPTS + 1)
    ]
    assert given[-1] == 429
    assert set(given[:-1]) == {401}


@pytest.mark.parametrize(
    "following",
    [
        "//evil.example", "\\\\evil.example", "/\\evil.example", "https://evil.example", "/%2F/evil.example",
        "/%5Cevil.example", "/%255Cevil.example", "/a\r\nSet-Cookie: x=y", "/\tx", "/%0d%0aLocation:%20x",
        "javascript:alert(1)", "evil", "/ x", "/\u202eevil", "", "/" + "a" * 3000,
    ],
)  # fmt: skip
def test_f45_only_addresses_of_ours_are_gone_on_to(
    following: str, client: FlaskClient, idp: IdentityProvider
) -> None:
    assert finish(client, idp, start(client, following)).headers["Location"] == "/account"


@pytest.mark.parametrize("following", ["/", "/search?q=a%20b&sector=health", "/datasets/x#y"])
def test_f45_addresses_of_ours_are(
    following: str, client: FlaskClient, idp: IdentityProvider
) -> None:
    assert finish(client, idp, start(client, following)).headers["Location"] == following
