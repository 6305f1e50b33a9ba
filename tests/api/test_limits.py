"""How much may be asked: by the key where it is good, else by the address; and whose address that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api import create_app
from api.limits import Limiter, Limits, TooMany, bucket_of
from api.push import READERS
from catalogue.adapters.sql.keys import SqlKeys
from catalogue.bootstrap import bootstrap, migrate_journal
from catalogue.errors import SettingsError
from catalogue.model import Node
from catalogue.settings import Settings, load
from tests.api.conftest import whole_answers

RATE = 3
BAD = "aicat_000000000000_" + "x" * 43
PROXY, OTHER = "192.0.2.1", "192.0.2.2"


class House:
    """A catalogue of two nodes with a limit, asked from any address."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data_dir=folder / "var", rate_per_minute=RATE)
        migrate_journal(self.settings)
        self.opened = bootstrap(self.settings)
        self.keys = self.opened.journal.keys
        for node in ("a", "b"):
            self.opened.journal.add_node(Node(node, f"Node {node} (fictional)", "DE"))
        self.a, self.b = (self.keys.create(node, "tester") for node in ("a", "b"))
        self.app = create_app(self.opened)
        self.client: FlaskClient = whole_answers(self.app)

    def ask(
        self, key: str | None = None, address: str = PROXY, path: str = "/api/v1/nodes", **more: str
    ) -> TestResponse:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        headers |= {name.replace("_", "-"): value for name, value in more.items()}
        environ = {"REMOTE_ADDR": address}
        return self.client.get(path, headers=headers, environ_overrides=environ)

    def statuses(self, *asked: Any, **more: Any) -> list[int]:
        """Of one request more than the limit allows."""
        return [self.ask(*asked, **more).status_code for _ in range(RATE + 1)]

    def behind(self, proxies: int) -> None:
        """Serve with so many proxies in front."""
        settings = replace(self.settings, trusted_proxies=proxies)
        self.app.extensions[READERS].close()
        self.app = create_app(replace(self.opened, settings=settings))
        self.client = whole_answers(self.app)

    def close(self) -> None:
        self.app.extensions[READERS].close()
        self.opened.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    found = House(tmp_path)
    yield found
    found.close()


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the database was asked for."""
    asked: list[str] = []
    check: Callable[[SqlKeys, str], Any] = SqlKeys.check

    def noted(self: SqlKeys, token: str) -> Any:
        asked.append(token)
        return check(self, token)

    monkeypatch.setattr(SqlKeys, "check", noted)
    return asked


GOOD = [200] * RATE + [429]


def test_the_limit_of_requests_is_told_with_the_time_to_wait() -> None:
    limiter = Limiter(60)
    assert [limiter.take("a", 0.0) for _ in range(60)] == [0] * 60
    assert limiter.take("a", 0.0) == 2
    assert limiter.take("b", 0.0) == 0
    assert limiter.take("a", 2.0) == 0


def test_a_limit_of_zero_is_none() -> None:
    assert [Limiter(0).take("a", 0.0) for _ in range(1000)] == [0] * 1000


# --- keys ------------------------------------------------------------------------------------------


def test_nodes_behind_one_address_have_a_limit_each(house: House) -> None:
    assert house.statuses(house.a.token) == GOOD
    assert house.statuses(house.b.token) == GOOD


def test_a_key_has_one_limit_from_wherever_it_comes(house: House) -> None:
    statuses = [house.ask(house.a.token, f"198.51.100.{n}").status_code for n in range(1, RATE + 2)]
    assert statuses == GOOD


def test_who_comes_without_a_key_takes_nothing_from_a_node_at_the_same_address(
    house: House,
) -> None:
    assert house.statuses() == GOOD
    assert house.statuses(house.a.token) == GOOD
    assert house.ask(address=OTHER).status_code == 200


def test_too_many_requests_are_told_with_whose_and_when_to_come_again(house: House) -> None:
    house.statuses(house.a.token)
    answer = house.ask(house.a.token)
    assert answer.mimetype == "application/problem+json"
    assert int(answer.headers["Retry-After"]) > 0
    assert house.a.key.id in answer.get_json()["detail"]
    house.statuses()
    assert "this address" in house.ask().get_json()["detail"]


def test_guesses_of_keys_are_limited_by_address_with_what_comes_without_a_key(
    house: House,
) -> None:
    assert house.statuses(BAD) == [401] * RATE + [429]
    assert house.ask().status_code == 429
    assert house.ask(BAD, OTHER).status_code == 401


def test_other_ways_to_say_who_one_is_are_limited_by_address(house: House) -> None:
    told = [house.ask(None, Authorization="Digest x").status_code for _ in range(RATE + 1)]
    assert told == [401] * RATE + [429]
    told = [house.ask(None, OTHER, Authorization="Basic eA==").status_code for _ in range(RATE + 1)]
    assert told == GOOD


def test_a_flood_of_bad_keys_is_stopped_before_the_database(
    house: House, looked_up: list[str]
) -> None:
    for number in range(50):
        house.ask(f"{BAD}{number}")
    assert len(looked_up) == RATE


def test_a_node_in_use_goes_on_while_keys_are_guessed_at_its_address(house: House) -> None:
    assert house.ask(house.a.token).status_code == 200
    for _ in range(20):
        house.ask(BAD)
    assert house.ask(house.a.token).status_code == 200


def test_a_key_beyond_its_limit_costs_no_look_into_the_database(
    house: House, looked_up: list[str]
) -> None:
    for _ in range(20):
        house.ask(house.a.token)
    assert len(looked_up) == RATE


def test_a_key_that_is_revoked_counts_as_its_address_from_then_on(house: House) -> None:
    assert house.ask(house.a.token).status_code == 200
    house.keys.revoke(house.a.key.id, "tester")
    assert house.statuses(house.a.token) == [401] * RATE + [429]
    assert house.ask(address=OTHER).status_code == 200


def test_good_keys_use_up_no_look_ups_of_their_address() -> None:
    limits = Limits(RATE)
    keys = {f"token-{n}": f"key{n}" for n in range(RATE * 3)}

    class Found:
        def __init__(self, token: str) -> None:
            self.id = keys[token]

    for token, key_id in keys.items():
        assert limits.key(token, PROXY, Found).id == key_id  # type: ignore[arg-type]
    for _ in range(RATE):
        limits.let_in(PROXY)
    with pytest.raises(TooMany):
        limits.let_in(PROXY)


def test_what_watches_the_service_has_no_limit_and_no_key(
    house: House, looked_up: list[str]
) -> None:
    assert house.statuses(path="/livez") == [200] * (RATE + 1)
    assert house.statuses(BAD, path="/livez") == [200] * (RATE + 1)
    assert looked_up == []


# --- addresses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("remote", "bucket"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:4711", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("[2001:db8:0:1:ffff::2]:443", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::1", "2001:db8:0:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unix:", "unix:"),
        ("[", "["),
        ("", "unknown"),
        (None, "unknown"),
        ("x" * 1000, "x" * 64),
    ],
)
def test_what_counts_as_one_address(remote: str | None, bucket: str) -> None:
    assert bucket_of(remote) == bucket


def test_all_of_an_ipv6_network_has_one_limit(house: House) -> None:
    statuses = [house.ask(address=f"2001:db8:0:1::{n}").status_code for n in range(1, RATE + 2)]
    assert statuses == GOOD
    assert house.ask(address="2001:db8:0:2::1").status_code == 200


def test_without_trusted_proxies_nobody_claims_another_address(house: House) -> None:
    statuses = [
        house.ask(X_Forwarded_For=f"198.51.100.{n}").status_code for n in range(1, RATE + 2)
    ]
    assert statuses == GOOD


def test_behind_a_trusted_proxy_the_address_is_the_one_that_it_saw(house: House) -> None:
    house.behind(1)
    for place in (1, 2):
        forged = [f"203.0.113.{n}, 198.51.100.{place}" for n in range(RATE + 1)]
        assert [house.ask(X_Forwarded_For=one).status_code for one in forged] == GOOD


def test_behind_two_proxies_the_address_is_the_one_that_the_first_saw(house: House) -> None:
    house.behind(2)
    statuses = [
        house.ask(X_Forwarded_For=f"203.0.113.{n}, 198.51.100.1, 10.0.0.{n}").status_code
        for n in range(RATE + 1)
    ]
    assert statuses == GOOD


def test_host_and_scheme_are_never_taken_from_a_proxy(house: House) -> None:
    house.behind(1)
    house.app.add_url_rule("/seen", "seen", lambda: f"{request.url} {request.remote_addr}")
    forged = {
        "X_Forwarded_Host": "attacker.example",
        "X_Forwarded_Port": "4711",
        "X_Forwarded_Proto": "gopher",
        "X_Forwarded_Prefix": "/attacker",
    }
    seen = house.ask(path="/seen", X_Forwarded_For=OTHER, **forged)
    assert seen.get_data(as_text=True) == f"http://localhost/seen {OTHER}"


@pytest.mark.parametrize("value", ["-1", "11", "one"])
def test_a_wrong_number_of_proxies_stops_the_start(value: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="AICAT_TRUSTED_PROXIES"):
        load({"AICAT_TRUSTED_PROXIES": value}, tmp_path)


@pytest.mark.parametrize(
    ("given", "rate"),
    [
        ({}, 0),
        ({"host": "::1"}, 0),
        ({"host": "0.0.0.0"}, 600),
        ({"host": "0.0.0.0", "rate_per_minute": 0}, 0),
        ({"rate_per_minute": 5}, 5),
    ],
)
def test_the_limit_is_off_on_loopback_unless_it_is_set(given: dict[str, Any], rate: int) -> None:
    assert Settings(**given).rate == rate
