"""How we introduce ourselves to portals (RFC 9110, 10.1.5)."""

from __future__ import annotations

import pytest

from catalogue.bootstrap import guarded_client
from catalogue.errors import SettingsError
from catalogue.settings import Settings, load
from tests.unit.hostile import answer, hostile

BASE, CONTACT = "https://catalogue.example.eu", "data-desk@example.eu"


@pytest.mark.parametrize(
    ("given", "agent"),
    [
        ({}, "aicat/0.1"),
        ({"base_url": BASE + "/", "contact": CONTACT}, f"aicat/0.1 (+{BASE}; {CONTACT})"),
        ({"contact": CONTACT}, f"aicat/0.1 ({CONTACT})"),
        ({"base_url": BASE}, f"aicat/0.1 (+{BASE})"),
        ({"user_agent": "Fictional/2", "contact": CONTACT}, f"Fictional/2 ({CONTACT})"),
        ({"contact": "us (24 h) \\o/"}, "aicat/0.1 (us \\(24 h\\) \\\\o/)"),
    ],
)
def test_it_is_made_of_product_address_and_contact(given: dict[str, str], agent: str) -> None:
    environ = {f"AICAT_{name.upper()}": value for name, value in given.items()}
    assert load(environ).agent == agent


def test_every_request_carries_it() -> None:
    settings = Settings(base_url=BASE, contact=CONTACT, allow_private_networks=True)
    client = guarded_client(settings)
    with hostile() as server:
        server.scripts["/a"] = answer(b"ok")
        client.get(server.url("/a"))
        client.session().get(server.url("/a"))
        client.post(server.url("/a"), body=b"x")
        assert len(server.requests) == 3
        for head in server.requests:
            assert f"User-Agent: aicat/0.1 (+{BASE}; {CONTACT})\r\n" in head


@pytest.mark.parametrize("name", ["AICAT_CONTACT", "AICAT_USER_AGENT", "AICAT_BASE_URL"])
@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\x00", "büro"])
def test_what_cannot_stand_in_a_header_stops_the_start(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}: .*printable ASCII"):
        load({name: value})


def test_an_empty_product_stops_the_start() -> None:
    with pytest.raises(SettingsError, match="AICAT_USER_AGENT"):
        load({"AICAT_USER_AGENT": " "})
