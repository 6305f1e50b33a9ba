"""Addresses of records are asked whatever is behind them, and none of it does harm."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from catalogue.errors import FetchError, Refused
from catalogue.http import Courtesy, GuardedClient
from catalogue.ports import Journal
from catalogue.quality.checking import Checker
from catalogue.quality.robots import Robots
from tests.unit.hostile import Hostile, Pauses, Script, answer, drip, hostile, raw

HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


@pytest.fixture
def server() -> Iterator[Hostile]:
    with hostile() as one:
        yield one


def client(seconds: float = 20.0, **options: object) -> GuardedClient:
    return GuardedClient(allow_private=True, seconds=seconds, **options)  # type: ignore[arg-type]


def by_method(server: Hostile, head: Script, get: Script) -> Script:
    """One answer to HEAD, another to GET."""

    def script(peer: socket.socket, before: int) -> None:
        asked = server.requests[-1].split(" ", 1)[0]
        (head if asked == "HEAD" else get)(peer, before)

    return script


def methods(server: Hostile) -> list[str]:
    return [one.split(" ", 1)[0] for one in server.requests]


def test_a_good_answer_to_head_is_enough(server: Hostile) -> None:
    server.scripts["/a"] = raw(HEAD + b"Content-Length: 1000000\r\n\r\n")
    assert client().glance(server.url("/a")).status == 200
    assert methods(server) == ["HEAD"]


@pytest.mark.parametrize("status", ["405 X", "403 X", "501 X", "404 X", "400 X", "500 X"])
def test_where_head_is_refused_one_byte_is_asked_for(server: Hostile, status: str) -> None:
    server.scripts["/a"] = by_method(
        server, answer(b"", status), answer(b"x", "206 Partial Content")
    )
    assert client().glance(server.url("/a")).status == 206
    assert methods(server) == ["HEAD", "GET"]
    assert "range: bytes=0-0" in server.requests[-1].lower()


def test_an_empty_file_that_has_no_first_byte_answers(server: Hostile) -> None:
    def get(peer: socket.socket, before: int) -> None:
        ranged = "range:" in server.requests[-1].lower()
        answer(b"", "416 Range Not Satisfiable" if ranged else "200 OK")(peer, before)

    server.scripts["/a"] = by_method(server, answer(b"", "405 X"), get)
    assert client().glance(server.url("/a")).status == 200
    assert methods(server) == ["HEAD", "GET", "GET"]


def test_where_head_breaks_off_one_byte_is_asked_for(server: Hostile) -> None:
    server.scripts["/a"] = by_method(server, raw(b""), answer(b"x", "206 Partial Content"))
    assert client().glance(server.url("/a")).status == 206


def test_what_is_gone_is_said_to_be_gone(server: Hostile) -> None:
    server.scripts["/a"] = answer(b"", "410 Gone")
    assert client().glance(server.url("/a")).status == 410


def test_no_body_is_read_whatever_the_server_sends(server: Hostile) -> None:
    sent: list[int] = []

    def endless(peer: socket.socket, _before: int) -> None:
        peer.sendall(HEAD + b"Content-Length: 10000000000\r\n\r\n")
        sent.extend(peer.send(b"x" * 65536) for _piece in range(2000))

    server.scripts["/a"] = by_method(server, answer(b"", "405 X"), endless)
    assert client().glance(server.url("/a")).status == 200
    assert sum(sent) < 64 * 1024 * 1024, "the connection is closed, not drained"


def test_a_server_that_hangs_costs_its_time_and_no_more(server: Hostile) -> None:
    server.scripts["/a"] = lambda _peer, _before: time.sleep(10)
    with pytest.raises(FetchError, match="not done within"):
        client(0.5).glance(server.url("/a"))


def test_a_head_that_drips_costs_its_time_and_no_more(server: Hostile) -> None:
    server.scripts["/a"] = drip(b"HTTP/1.1 200 OK\r\nX: ", b"x", 0.05)
    with pytest.raises(FetchError):
        client(0.5).glance(server.url("/a"))


def test_redirects_are_followed_to_what_answers(server: Hostile) -> None:
    server.scripts["/a"] = answer(b"", "302 Found", Location="/b")
    server.scripts["/b"] = answer(b"x")
    found = client().glance(server.url("/a"))
    assert (found.status, found.url) == (200, server.url("/b"))


def test_a_ring_of_redirects_is_no_answer(server: Hostile) -> None:
    server.scripts["/a"] = answer(b"", "302 Found", Location="/b")
    server.scripts["/b"] = answer(b"", "302 Found", Location="/a")
    with pytest.raises(FetchError, match="redirects") as found:
        client().glance(server.url("/a"))
    assert not isinstance(found.value, Refused), "the address is broken, not forbidden"


def test_a_redirect_out_of_the_web_is_not_followed(server: Hostile) -> None:
    server.scripts["/a"] = answer(b"", "302 Found", Location="file:///etc/passwd")
    with pytest.raises(Refused):
        client().glance(server.url("/a"))


def test_private_addresses_are_not_asked(server: Hostile) -> None:
    public = GuardedClient(seconds=5)
    for url in (
        server.url("/a"),
        "http://169.254.169.254/latest/",
        "http://[::1]/",
        "http://127.1/",
    ):
        with pytest.raises(Refused):
            public.glance(url)
    assert server.requests == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://x/", "http://u:p@host/", "http:///x"]
)
def test_what_is_no_web_address_is_never_asked(url: str) -> None:
    with pytest.raises(Refused):
        client().glance(url)


def test_what_speaks_no_tls_is_no_answer(server: Hostile) -> None:
    server.scripts["/a"] = answer(b"plain")
    with pytest.raises(FetchError) as found:
        client().glance(server.url("/a").replace("http:", "https:"))
    assert (found.value.status, isinstance(found.value, Refused)) == (None, False)


def test_a_busy_host_is_asked_once_and_says_for_how_long(server: Hostile) -> None:
    pauses = Pauses()
    server.scripts["/a"] = answer(b"", "503 X", Retry_After="40")
    patient = client(sleep=pauses, courtesy=Courtesy(clock=pauses.clock))
    found = patient.glance(server.url("/a"))
    assert (found.status, found.later) == (503, 40.0)
    assert methods(server) == ["HEAD"]
    with pytest.raises(FetchError) as busy:
        patient.glance(server.url("/a"))
    assert busy.value.status == 429, "what it asked for holds for the next one, too"
    assert methods(server) == ["HEAD"]


# --- the checker ------------------------------------------------------------------------------------


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


def checker(journal: Journal, watch: Watch, **options: object) -> Checker:
    robots = Robots("aicat/1")
    return Checker(journal, lambda: client(2.0, **options), watch, pause=0.0, robots=robots)


def known(journal: Journal, page_id: str = "a") -> dict[str, int | None]:
    found = journal.links.of([page_id]).get(page_id, ())
    return {one.url.rpartition("/")[2]: one.status for one in found}


def test_links_are_asked_once_each_and_what_they_say_is_kept(
    server: Hostile, journal: Journal
) -> None:
    server.scripts["/good"] = answer(b"x")
    server.scripts["/gone"] = answer(b"", "410 Gone")
    server.scripts["/ill"] = answer(b"", "500 X")
    urls = [server.url(f"/{name}") for name in ("good", "gone", "ill")]
    journal.links.sync({"a": [*urls, "http://[::1/broken"]})
    done = checker(journal, Watch()).round(10)
    assert (done.asked, known(journal)) == (4, {"good": 200, "gone": 410})
    assert server.seen("/good") == 1
    assert checker(journal, Watch()).round(10).asked == 0, "nothing is due"


def test_what_the_guard_refuses_is_not_checked_and_not_broken(journal: Journal) -> None:
    journal.links.sync({"a": ["http://169.254.169.254/latest/", "http://127.0.0.1:9/x"]})
    robots = Robots("aicat/1")
    public = Checker(journal, lambda: GuardedClient(seconds=2), Watch(), pause=0.0, robots=robots)
    assert public.round(10).asked >= 1
    assert known(journal) == {}
    assert journal.links.numbers().broken == 0


def test_a_host_that_is_busy_is_let_be(server: Hostile, journal: Journal) -> None:
    for name in "abc":
        server.scripts[f"/{name}"] = answer(b"", "429 X", Retry_After="30")
    journal.links.sync({"a": [server.url(f"/{name}") for name in "abc"]})
    done = checker(journal, Watch()).round(10)
    assert done.asked == 1, "the others of the host wait with it"
    assert len(server.requests) == 2, "one after robots.txt"
    assert journal.links.numbers().broken == 0
    assert journal.links.visit(seconds=1, most=5, hosts=5) == []


def test_a_429_that_names_no_time_says_nothing_about_the_address(
    server: Hostile, journal: Journal
) -> None:
    for name in "abc":
        server.scripts[f"/{name}"] = answer(b"", "429 X")
    journal.links.sync({"a": [server.url(f"/{name}") for name in "abc"]})
    at = Watch()
    assert checker(journal, at).round(10).asked == 1, "the others of the host wait with it"
    visits = journal.links.visit(seconds=1, most=5, hosts=5)
    assert visits == [], "an hour at least"
    assert methods(server) == ["GET", "HEAD"], "robots.txt, and nothing after the 429"
    assert journal.links.numbers().broken == 0
    assert known(journal) == {}


def test_two_checkers_ask_no_address_twice(server: Hostile, journal: Journal) -> None:
    names = [f"/{number}" for number in range(12)]
    for name in names:
        server.scripts[name] = answer(b"x")
    journal.links.sync({"a": [server.url(name) for name in names]})
    pair = [checker(journal, Watch()), checker(journal, Watch())]
    while sum(one.round(5).asked for one in pair):
        pass
    assert sorted(server.seen(name) for name in names) == [1] * 12
