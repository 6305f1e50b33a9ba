"""What hosts forbid to programs is not asked, and no robots.txt does harm."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Iterator

import pytest

from catalogue.errors import NoConnection
from catalogue.http import GuardedClient
from catalogue.ports import Journal
from catalogue.quality.checking import Checker
from catalogue.quality.robots import (
    FRESH,
    KEPT_CHARACTERS,
    LONGEST_DELAY,
    MOST_BYTES,
    Barred,
    Robots,
    Unheard,
    for_us,
)
from tests.fault.test_links import Watch, known
from tests.unit.hostile import Hostile, answer, hostile, raw

ROBOTS = "/robots.txt"


@pytest.fixture
def server() -> Iterator[Hostile]:
    with hostile() as one:
        one.scripts["/a"] = answer(b"x")
        yield one


def client(seconds: float = 5.0) -> GuardedClient:
    return GuardedClient(allow_private=True, seconds=seconds)


def checker(journal: Journal, robots: Robots | None = None) -> Checker:
    robots = robots or Robots("aicat/1.0 (+https://catalogue.example)")
    return Checker(journal, client, Watch(), pause=0.0, robots=robots)


def allowed(server: Hostile, path: str, agent: str = "aicat/1.0") -> bool:
    try:
        Robots(agent).ask(client(), server.url(path))
    except Barred:
        return False
    return True


# --- the rules --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "path", "may"),
    [
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /b", "/a", True),
        ("User-agent: *\nDisallow: /api/\nAllow: /api/files/", "/api/files/x", True),
        ("User-agent: *\nAllow: /api/files/\nDisallow: /api/", "/api/x", False),
        ("User-agent: *\nDisallow: /*.csv$", "/x/y.csv", False),
        ("User-agent: *\nDisallow: /*.csv$", "/x/y.csv?z", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: AICAT\nDisallow: /private", "/a", True),
        ("User-agent: aicat/2.3 (x)\nDisallow: /a\nUser-agent: *\nDisallow:", "/a", False),
        ("User-agent: other\nUser-agent: aicat\nDisallow: /a", "/a", False),
        ("User-agent: other\nDisallow: /", "/a", True),
        ("User-agent: aicatalogue\nDisallow: /", "/a", True),
        ("\ufeffUser-agent: *\r\nDisallow: /a\r\n", "/a", False),
        ("User-agent: *\rDisallow: /a # not this\r", "/a", False),
        ("Sitemap: https://x.example/s.xml\nUser-agent: *\nDisallow: /a", "/a", False),
        ("User-agent: *\nDisallow: /%C3%BC", "/ü", False),
        ("<!doctype html><title>Not found</title>", "/a", True),
        ("", "/a", True),
    ],
)
def test_the_longest_rule_of_our_group_or_everybodys_holds(
    server: Hostile, rules: str, path: str, may: bool
) -> None:
    server.scripts[ROBOTS] = answer(rules.encode())
    assert allowed(server, path) is may


@pytest.mark.parametrize("status", ["404 X", "403 X", "401 X", "410 X", "204 X"])
def test_where_there_are_no_rules_everything_may_be_asked(server: Hostile, status: str) -> None:
    server.scripts[ROBOTS] = answer(b"User-agent: *\nDisallow: /", status)
    assert allowed(server, "/a")


@pytest.mark.parametrize("status", ["500 X", "503 X", "429 X", "599 X"])
def test_a_host_that_cannot_say_its_rules_is_let_be(server: Hostile, status: str) -> None:
    server.scripts[ROBOTS] = answer(b"", status)
    robots = Robots("aicat")
    for _time in range(2):
        with pytest.raises(Unheard, match=status[:3]):
            robots.ask(client(), server.url("/a"))
    assert server.seen(ROBOTS) == 1, "it is not asked for at every address"


def test_a_host_that_breaks_off_is_let_be(server: Hostile) -> None:
    server.scripts[ROBOTS] = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nUser-agent: *\n")
    with pytest.raises(Unheard):
        Robots("aicat").ask(client(), server.url("/a"))


def test_where_nobody_is_there_that_is_said(server: Hostile) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(NoConnection):
        Robots("aicat").ask(client(), f"http://127.0.0.1:{port}/a")


def test_rules_are_asked_for_once_a_day_and_for_each_origin(server: Hostile) -> None:
    now = [0.0]
    robots = Robots("aicat", clock=lambda: now[0])
    server.scripts[ROBOTS] = answer(b"User-agent: *\nDisallow: /b")
    for path in ("/a", "/c", "/a?x"):
        robots.ask(client(), server.url(path))
    assert server.seen(ROBOTS) == 1
    robots.ask(client(), server.url("/a", host="localhost"))
    assert server.seen(ROBOTS) == 2
    now[0] = FRESH + 1
    robots.ask(client(), server.url("/a"))
    assert server.seen(ROBOTS) == 3


def test_five_redirects_are_followed_and_the_rules_hold_for_who_was_asked(server: Hostile) -> None:
    for hop in range(5):
        path = ROBOTS if not hop else f"/r{hop}"
        server.scripts[path] = answer(b"", "302 X", Location=f"/r{hop + 1}")
    server.scripts["/r5"] = answer(b"User-agent: *\nDisallow: /a")
    assert not allowed(server, "/a")


def test_redirects_without_end_are_no_rules(server: Hostile) -> None:
    server.scripts[ROBOTS] = answer(b"", "302 X", Location=ROBOTS)
    assert allowed(server, "/a")
    assert server.seen(ROBOTS) == 6


def test_a_host_that_the_operator_trusts_is_not_asked_for_its_rules(server: Hostile) -> None:
    server.scripts[ROBOTS] = answer(b"User-agent: *\nDisallow: /")
    assert Robots("aicat", trusting=["127.0.0.1"]).ask(client(), server.url("/a")) == 0
    assert server.requests == []


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("10", 10.0), ("0.5", 0.5), ("86400", LONGEST_DELAY), ("-1", 0.0), ("nan", 0.0), ("x", 0.0)],
)
def test_a_crawl_delay_is_heeded_within_reason(server: Hostile, told: str, seconds: float) -> None:
    server.scripts[ROBOTS] = answer(f"User-agent: *\nCrawl-delay: {told}".encode())
    assert Robots("aicat").ask(client(), server.url("/a")) == seconds


# --- hostile ones -----------------------------------------------------------------------------------


def test_of_an_endless_robots_txt_the_beginning_counts(server: Hostile) -> None:
    sent: list[int] = []

    def endless(peer: socket.socket, _before: int) -> None:
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        peer.sendall(b"User-agent: *\nDisallow: /a\n")
        sent.extend(peer.send(b"Disallow: /bbbbbb\n" * 4096) for _piece in range(1400))

    server.scripts[ROBOTS] = endless
    assert not allowed(server, "/a")
    assert sum(sent) < 32 * 1024 * 1024, "the connection is closed, not drained"


def test_a_rule_that_the_limit_cuts_forbids_nothing() -> None:
    head = b"User-agent: *\n#"
    body = head + b"x" * (MOST_BYTES - len(head) - 12) + b"\nDisallow: /private"
    assert "Disallow" not in for_us(body[:MOST_BYTES], "aicat")
    assert "Disallow: /private" in for_us(body[:20] + body[-19:], "aicat")


def test_a_gzip_bomb_is_unpacked_to_the_limit(server: Hostile) -> None:
    bomb = gzip.compress(b"User-agent: *\nDisallow: /a\n" + b"#" * 200_000_000, 1)
    server.scripts[ROBOTS] = answer(bomb, Content_Encoding="gzip")
    assert not allowed(server, "/a")
    found = client().start(server.url(ROBOTS), MOST_BYTES)
    assert len(found.body) == MOST_BYTES


def test_bytes_that_are_no_text_forbid_nothing(server: Hostile) -> None:
    server.scripts[ROBOTS] = answer(bytes(range(256)) * 1000)
    assert allowed(server, "/a")


def test_names_without_end_cost_their_length_and_no_more(server: Hostile) -> None:
    names = "".join(f"User-agent: a{number}\u2028\x0b\n" for number in range(12_000))
    body = f"{names}{'Disallow: /' + chr(10)}" + "Disallow: /x\n" * 18_000
    kept = for_us(body.encode(), "aicat")
    assert kept == "", "none of it concerns us"
    with_us = for_us((f"User-agent: *\x85User-agent: b\n{body}").encode(), "aicat")
    assert with_us.lower().count("user-agent") <= 2


def test_stars_without_end_are_judged(server: Hostile) -> None:
    rules = "User-agent: *\n" + f"Disallow: /{'*a' * 100}b$\n" * 2000 + "Disallow: /a\n"
    server.scripts[ROBOTS] = answer(rules.encode())
    assert not allowed(server, "/a" * 900)
    assert allowed(server, "/c" * 900)


def test_what_is_kept_of_many_hosts_is_bounded() -> None:
    class Client(GuardedClient):
        def start(self, url: str, most: int):  # type: ignore[no-untyped-def]
            from catalogue.ports import Answer

            return Answer(200, url, {}, b"User-agent: *\n" + b"Disallow: /x\n" * 39_000)

    robots, busy = Robots("aicat"), Client()
    for number in range(40):
        robots.ask(busy, f"http://h{number}.example/a")
    assert robots._size <= KEPT_CHARACTERS
    assert robots._size == sum(len(one.rules) for one in robots._kept.values())
    assert 0 < len(robots._kept) < 40


# --- the checker ------------------------------------------------------------------------------------


def test_what_is_forbidden_is_not_asked_and_said_to_be_so(
    server: Hostile, journal: Journal
) -> None:
    server.scripts[ROBOTS] = answer(b"User-agent: *\nDisallow: /b")
    server.scripts["/b"] = answer(b"x")
    journal.links.sync({"a": [server.url("/a"), server.url("/b")]})
    checker(journal).round(10)
    assert server.seen("/b") == 0
    assert server.seen(ROBOTS) == 1
    assert known(journal) == {"a": 200, "b": None}
    barred = {one.url: one.barred for one in journal.links.of(["a"])["a"]}
    assert barred == {server.url("/a"): False, server.url("/b"): True}
    numbers = journal.links.numbers()
    assert (numbers.answering, numbers.broken, numbers.unknown, numbers.due) == (1, 0, 1, 0)
    assert checker(journal).round(10).asked == 0, "it is not due at once"


def test_an_address_is_not_followed_to_where_it_may_not_go(
    server: Hostile, journal: Journal
) -> None:
    server.scripts[ROBOTS] = answer(b"User-agent: *\nDisallow: /b")
    server.scripts["/a"] = answer(b"", "302 Found", Location="/b")
    journal.links.sync({"a": [server.url("/a")]})
    checker(journal).round(10)
    assert server.seen("/b") == 0
    assert known(journal) == {"a": None}


def test_a_host_whose_rules_are_not_to_be_had_is_let_be_and_nothing_is_broken(
    server: Hostile, journal: Journal
) -> None:
    server.scripts[ROBOTS] = answer(b"", "503 X")
    journal.links.sync({"a": [server.url("/a"), server.url("/b")]})
    assert checker(journal).round(10).asked == 1
    assert [one.split(" ")[1] for one in server.requests] == [ROBOTS]
    assert known(journal) == {}
    assert journal.links.visit(seconds=1, most=5, hosts=5) == [], "the host is left alone"


def test_an_address_of_nobody_fails_without_being_asked(journal: Journal) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    journal.links.sync({"a": [f"http://127.0.0.1:{port}/a"]})
    checker(journal).round(10)
    assert known(journal) == {}, "once is not yet broken"
    assert journal.links.numbers().due == 0


def test_a_host_that_wants_a_delay_is_asked_one_address_at_a_time(
    server: Hostile, journal: Journal
) -> None:
    server.scripts[ROBOTS] = answer(b"User-agent: *\nCrawl-delay: 20")
    journal.links.sync({"a": [server.url(f"/a?{number}") for number in range(3)]})
    assert checker(journal).round(10).asked == 1
    assert checker(journal).round(10).asked == 0, "the host rests"
