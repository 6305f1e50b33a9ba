"""The proxy that a setting names, and no other."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from catalogue.bootstrap import guarded_client
from catalogue.errors import FetchError, Refused, SettingsError
from catalogue.http import GuardedClient
from catalogue.settings import Settings, load
from tests.unit.hostile import Hostile, answer, hostile

FAR = "http://portal.example.org/feed"


@pytest.fixture
def proxy() -> Iterator[Hostile]:
    with hostile() as one:
        yield one


def client_by(proxy: Hostile, *addresses: str, allow_private: bool = False) -> GuardedClient:
    return GuardedClient(
        proxy=proxy.url(""),
        allow_private=allow_private,
        sleep=lambda _seconds: None,
        resolve=lambda host, _port: ["127.0.0.1"] if host == "127.0.0.1" else list(addresses),
    )


def test_every_request_goes_through_the_proxy(proxy: Hostile) -> None:
    client = client_by(proxy, "9.9.9.9")
    proxy.scripts[FAR] = answer(b"by proxy")
    assert client.get(FAR).body == b"by proxy"
    assert client.session().get(FAR).content == b"by proxy"
    assert client.post(FAR, body=iter([b"x"])).body == b"by proxy"
    assert [head.split(" HTTP")[0] for head in proxy.requests] == [
        f"GET {FAR}", f"GET {FAR}", f"POST {FAR}"
    ]  # fmt: skip
    assert all("Host: portal.example.org\r\n" in head for head in proxy.requests)


def test_https_goes_through_the_proxy_by_connect(proxy: Hostile) -> None:
    proxy.scripts["portal.example.org:443"] = answer(b"no", "403 Forbidden")
    with pytest.raises(FetchError, match=r"AICAT_PROXY.*403"):
        client_by(proxy, "9.9.9.9").get("https://portal.example.org/feed")
    assert proxy.requests[0].startswith("CONNECT portal.example.org:443 HTTP/1")


@pytest.mark.parametrize("url", [FAR, "https://portal.example.org/feed"])
@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "2002:7f00:1::"])
def test_a_host_that_must_not_be_reached_is_not_asked_for(
    proxy: Hostile, url: str, address: str
) -> None:
    client = client_by(proxy, address)
    for ask in (client.get, client.session().get):
        with pytest.raises(Refused, match=r"portal\.example\.org must not be reached"):
            ask(url)
    assert proxy.requests == []


def test_a_redirect_through_the_proxy_is_judged_too(proxy: Hostile) -> None:
    proxy.scripts[FAR] = answer(b"", "302 X", Location="http://127.0.0.1/inside")
    with pytest.raises(Refused, match=r"127\.0\.0\.1 must not be reached"):
        client_by(proxy, "9.9.9.9").get(FAR)
    assert len(proxy.requests) == 1


def test_a_host_that_does_not_resolve_here_is_not_asked_for(proxy: Hostile) -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    client = GuardedClient(proxy=proxy.url(""), resolve=resolve, sleep=lambda _seconds: None)
    with pytest.raises(FetchError, match="does not resolve"):
        client.get(FAR)
    assert proxy.requests == []


def test_a_proxy_that_is_not_there_is_named_as_the_fault() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    client = GuardedClient(
        proxy=f"http://127.0.0.1:{port}",
        sleep=lambda _seconds: None,
        resolve=lambda host, _port: ["127.0.0.1" if host == "127.0.0.1" else "9.9.9.9"],
    )
    for url in (FAR, "https://portal.example.org/"):
        with pytest.raises(FetchError, match="AICAT_PROXY names gives no connection"):
            client.get(url)


def test_the_setting_is_the_clients_proxy(proxy: Hostile) -> None:
    """Loopback too goes through it, where it may be reached at all."""
    settings = load({"AICAT_PROXY": proxy.url(""), "AICAT_ALLOW_PRIVATE_NETWORKS": "1"})
    proxy.scripts["http://127.0.0.1:9/feed"] = answer(b"by proxy")
    assert guarded_client(settings).get("http://127.0.0.1:9/feed").body == b"by proxy"
    assert Settings().proxy == ""


@pytest.mark.parametrize(
    "value",
    ["proxy:3128", "https://proxy.example:3128", "socks5://p.example:1", "http://p.example",
     "http://user:secret@p.example:3128", "http://:3128", "http://p.example:x", "http://p:1/path"],
)  # fmt: skip
def test_what_is_no_http_proxy_stops_the_start(value: str) -> None:
    with pytest.raises(SettingsError, match="AICAT_PROXY: ") as caught:
        load({"AICAT_PROXY": value})
    assert "secret" not in str(caught.value)
