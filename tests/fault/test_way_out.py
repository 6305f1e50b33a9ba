"""Hostile and broken servers: nothing is reached that must not be, nothing waits for ever, nothing is lost."""

from __future__ import annotations

import gzip
import json
import logging
import socket
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from catalogue.bootstrap import guarded_client
from catalogue.errors import FetchError, Refused
from catalogue.http import Courtesy, GuardedClient
from catalogue.http.connecting import _Guarded
from catalogue.model import Run, RunState
from catalogue.settings import Settings
from tests.fault.portal import House, datasets
from tests.unit.hostile import Hostile, Pauses, Script, answer, drip, hostile, in_turn, raw

METADATA = "http://169.254.169.254/latest/meta-data/"
CKAN = "/api/3/action/package_search?rows=1&start={}&sort=id+asc"
PAST = datetime(1994, 11, 6, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[Hostile]:
    with hostile() as one:
        yield one


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def house(tmp_path: Path, pauses: Pauses) -> Iterator[House]:
    """A house whose client sleeps at once; its limits are those of the product but for `seconds`."""
    found = House(tmp_path)
    found.client = lambda: patient(pauses)
    yield found
    found.close()


def patient(pauses: Pauses, courtesy: Courtesy | None = None, **options: float) -> GuardedClient:
    """A client to which time is what it slept; its deadline is far away."""
    given = {"seconds": 1000.0, **options}
    shared = courtesy or Courtesy(clock=pauses.clock)
    return GuardedClient(allow_private=True, sleep=pauses, courtesy=shared, **given)  # type: ignore[arg-type]


def turtle(server: Hostile, number: int, last: int, note: str = "") -> Script:
    """A page of one dataset that names the following one."""
    following = server.url(f"/{number + 1}") if number < last else None
    return page(server.url(f"/{number}"), following, datasets(f"d{number}", note=note))


def page(url: str, following: str | None, body: str) -> Script:
    if following:
        body += (
            f"\n<{url}> <http://www.w3.org/ns/hydra/core#next> <{following}> ;"
            " a <http://www.w3.org/ns/hydra/core#PartialCollectionView> ."
        )
    return answer(body.encode(), Content_Type="text/turtle")


def packages(number: int, count: int) -> bytes:
    result = {"count": count, "results": [{"id": f"p{number}", "name": f"p{number}", "title": "T"}]}
    return json.dumps({"success": True, "result": result}).encode()


def harvest(house: House, url: str, kind: str) -> Run:
    options = {"rows": "1"} if kind == "ckan" else {}
    name = f"s{len(house.journal.sources())}"
    house.add(name, url, kind, **options)
    return house.harvest(name)


# --- pages that fail ------------------------------------------------------------------------------


def test_f03_a_page_that_fails_is_tried_again_and_the_run_is_whole(
    server: Hostile, house: House, pauses: Pauses
) -> None:
    for number in range(1, 6):
        server.scripts[f"/{number}"] = turtle(server, number, 5)
    server.scripts["/3"] = in_turn(answer(b"", "500 X"), raw(b""), turtle(server, 3, 5))
    run = harvest(house, server.url("/1"), "dcat")
    assert (run.state, run.counts.created) == (RunState.DONE, 5)
    assert server.seen("/3") == 3
    assert len(pauses) == 2


def test_f03_a_page_that_keeps_failing_makes_a_partial_run_that_keeps_what_came(
    server: Hostile, house: House
) -> None:
    for number in range(1, 6):
        server.scripts[f"/{number}"] = turtle(server, number, 5)
    assert harvest(house, server.url("/1"), "dcat").counts.created == 5
    server.scripts["/1"] = turtle(server, 1, 5, note=" changed")
    server.scripts["/3"] = answer(b"", "500 X")
    before = server.seen("/3")
    run = house.harvest("s0")
    assert run.state is RunState.PARTIAL
    assert "500" in str(run.error)
    assert server.seen("/3") == before + 3
    assert (run.counts.updated, run.counts.missing, run.counts.deleted) == (1, 0, 0)
    assert len(house.records()) == 5


@pytest.mark.parametrize("kind", ["dcat", "ckan"])
@pytest.mark.parametrize("cut", ["gzip", "body", "chunks"])
def test_f06_a_truncated_answer_is_a_failed_fetch_not_the_end_of_the_list(
    server: Hostile, house: House, kind: str, cut: str
) -> None:
    if kind == "dcat":
        url, second, body = server.url("/1"), "/2", datasets("d2").encode()
        server.scripts["/1"] = turtle(server, 1, 2)
    else:
        url, second, body = server.url(""), CKAN.format(1), packages(1, 2)
        server.scripts[CKAN.format(0)] = answer(packages(0, 2))
    server.scripts[second] = answer(body, Content_Type="text/turtle")
    assert harvest(house, url, kind).counts.created == 2
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\nConnection: close\r\n"
    packed = gzip.compress(body, mtime=0)[:-12]
    server.scripts[second] = {
        "gzip": answer(packed, Content_Encoding="gzip"),
        "body": raw(head + b"Content-Length: %d\r\n\r\n" % len(body) + body[:-20]),
        "chunks": raw(head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body),
    }[cut]
    run = house.harvest("s0")
    assert run.state is RunState.PARTIAL
    assert run.error
    assert run.counts.missing == 0
    assert len(house.records()) == 2


@pytest.mark.parametrize("kind", ["dcat", "ckan"])
def test_f36_a_gzip_bomb_is_capped(server: Hostile, house: House, kind: str) -> None:
    bomb = gzip.compress(b"\0" * 400_000_000, 9)
    assert len(bomb) < 500_000
    path = "/feed" if kind == "dcat" else CKAN.format(0)
    server.scripts[path] = answer(bomb, Content_Encoding="gzip")
    run = harvest(house, server.url("/feed" if kind == "dcat" else ""), kind)
    assert run.state is RunState.FAILED
    assert "unpacks to more than 200 times" in str(run.error)
    assert server.seen(path) == 1, "what was refused is not tried again"


# --- time and patience ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
        (b"HTTP/1.1 ", b"2"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["body", "chunks", "header", "status", "continue"],
)
def test_f07_a_dripping_answer_ends_at_the_total_deadline(
    server: Hostile, head: bytes, drop: bytes
) -> None:
    server.scripts["/a"] = drip(head, drop, 0.05)
    client = GuardedClient(allow_private=True, seconds=0.4)
    with pytest.raises(FetchError, match=r"within 0\.4 s"):
        client.get(server.url("/a"))
    with pytest.raises(FetchError, match=r"within 0\.4 s"):
        client.session().get(server.url("/a"))
    with pytest.raises(FetchError, match=r"within 0\.4 s"):
        client.post(server.url("/a"), body=b"whatever")
    assert server.seen("/a") == 3, "what ran out of time is not tried again"


@pytest.mark.parametrize("kind", ["dcat", "ckan"])
def test_f07_a_body_of_one_byte_a_second_fails_its_run_and_no_other(
    server: Hostile, house: House, kind: str
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\nContent-Length: 100000\r\n\r\n"
    server.scripts["/feed" if kind == "dcat" else CKAN.format(0)] = drip(head, b"x", 1)
    server.scripts["/good"] = answer(datasets("one").encode(), Content_Type="text/turtle")
    house.client = lambda: GuardedClient(allow_private=True, seconds=1.5)
    run = harvest(house, server.url("/feed" if kind == "dcat" else ""), kind)
    assert run.state is RunState.FAILED
    assert "not done within 1.5 s" in str(run.error)
    assert harvest(house, server.url("/good"), "dcat").counts.created == 1


@pytest.mark.parametrize("status", ["429 X", "503 X"])
@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        ("7", 7, 7),
        (timedelta(seconds=30), 20, 30),
        ("0", 0, 0),
        (PAST - datetime.now(UTC), 0, 0),
        ("99999", 60, 60),
        (timedelta(days=400), 60, 60),
    ],
    ids=["seconds", "date", "none", "past", "too long", "too late"],
)
def test_f08_retry_after_is_honoured_in_both_forms_up_to_a_cap(
    server: Hostile, pauses: Pauses, status: str, asked: str | timedelta, least: int, most: int
) -> None:
    if isinstance(asked, timedelta):
        asked = format_datetime(datetime.now(UTC) + asked, usegmt=True)
    server.scripts["/a"] = in_turn(answer(b"", status, Retry_After=asked), answer(b"well"))
    assert patient(pauses).get(server.url("/a")).body == b"well"
    assert least <= sum(pauses) <= most
    assert len(pauses) == (most > 0)


def test_f08_what_one_source_was_told_holds_for_the_whole_host(
    server: Hostile, pauses: Pauses
) -> None:
    courtesy = Courtesy(clock=pauses.clock)
    server.scripts["/a"] = in_turn(answer(b"", "503 X", Retry_After="40"), answer(b"well"))
    server.scripts["/b"] = answer(b"too")
    first = patient(pauses, courtesy).session().post(server.url("/a"))
    assert first.status_code == 503, "what is not tried again tells the others none the less"
    assert patient(pauses, courtesy).get(server.url("/b")).body == b"too"
    assert pauses == [40]
    with hostile() as another:
        another.scripts["/c"] = answer(b"free")
        patient(pauses, courtesy).get(another.url("/c"))
    assert pauses == [40]


def test_f08_a_host_that_asks_for_more_than_is_left_is_not_asked(
    server: Hostile, pauses: Pauses
) -> None:
    courtesy = Courtesy(clock=pauses.clock)
    server.scripts["/a"] = answer(b"", "429 X", Retry_After="50")
    with pytest.raises(FetchError, match="50 s of patience"):
        patient(pauses, courtesy, seconds=5).get(server.url("/a"))
    with pytest.raises(FetchError, match="50 s of patience"):
        patient(pauses, courtesy, seconds=5).get(server.url("/b"))
    assert (pauses, server.seen("/b")) == ([], 0)


def test_f08_the_hold_is_shared_by_every_client_of_the_process(
    server: Hostile,
) -> None:
    settings = Settings(allow_private_networks=True, fetch_seconds=5)
    server.scripts["/a"] = answer(b"", "503 X", Retry_After="3600")
    for path in ("/a", "/b"):
        with pytest.raises(FetchError, match="60 s of patience"):
            guarded_client(settings).get(server.url(path))
    assert (server.seen("/a"), server.seen("/b")) == (1, 0)


def test_f08_a_harvest_waits_as_it_is_told_and_is_whole(
    server: Hostile, house: House, pauses: Pauses
) -> None:
    server.scripts["/1"] = turtle(server, 1, 2)
    server.scripts["/2"] = in_turn(
        answer(b"", "429 X", Retry_After="20"),
        answer(b"", "503 X", Retry_After="30"),
        turtle(server, 2, 2),
    )
    run = harvest(house, server.url("/1"), "dcat")
    assert (run.state, run.counts.created) == (RunState.DONE, 2)
    assert pauses == [20, 30]


# --- where it may not go --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        METADATA,
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://a:b@127.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
    ],
)
def test_f29_a_redirect_is_judged_like_any_address_and_told_in_the_log(
    server: Hostile, caplog: pytest.LogCaptureFixture, target: str
) -> None:
    client = GuardedClient(allow_private=True)
    server.scripts["/a"] = answer(b"", "302 Found", Location=target)
    for ask in (client.get, client.session().get):
        caplog.clear()
        with caplog.at_level(logging.WARNING), pytest.raises(Refused) as caught:
            ask(server.url("/a"))
        assert [record.getMessage() for record in caplog.records] == [f"refused: {caught.value}"]
        assert "a:b" not in caplog.text


@pytest.mark.parametrize("kind", ["dcat", "ckan"])
def test_f29_a_portal_that_leads_to_a_metadata_service_fails_its_run(
    server: Hostile, house: House, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    path = "/feed" if kind == "dcat" else CKAN.format(0)
    server.scripts[path] = answer(b"", "302 Found", Location=METADATA)
    with caplog.at_level(logging.WARNING):
        run = harvest(house, server.url("/feed" if kind == "dcat" else ""), kind)
    assert run.state is RunState.FAILED
    assert "169.254.169.254 must not be reached" in str(run.error)
    assert "169.254.169.254 (a link-local address)" in caplog.text


def test_f29_a_post_does_not_follow_a_redirect(server: Hostile) -> None:
    server.scripts["/a"] = answer(b"", "307 X", Location=METADATA)
    got = GuardedClient(allow_private=True).post(server.url("/a"), body=b"x")
    assert (got.status, got.headers["location"]) == (307, METADATA)
    assert len(server.requests) == 1


class Rebinding:
    """A resolver that says each answer once, then the last for ever."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, _host: str, _port: int) -> list[str]:
        self.asked += 1
        return [self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]]


def test_f30_the_checked_address_is_the_one_connected_to(
    server: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name's second answer, loopback, is never looked at for the connection of the first."""
    reached: list[tuple[str, int]] = []

    def connected(_self: object, address: str, port: int) -> socket.socket:
        reached.append((address, port))
        raise ConnectionRefusedError("no network but loopback in tests")

    monkeypatch.setattr(_Guarded, "_connected", connected)
    resolver = Rebinding("9.9.9.9", "127.0.0.1")
    client = GuardedClient(resolve=resolver, sleep=lambda _seconds: None)
    with pytest.raises(Refused, match=r"rebind\.example\.org must not be reached: 127"):
        client.get(server.url("/a", "rebind.example.org"))
    assert reached == [("9.9.9.9", server.port)], "the second try was judged anew"
    assert resolver.asked == 2
    assert server.requests == []


@pytest.mark.parametrize("first", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::ffff:7f00:1"])
def test_f30_a_name_that_leads_inside_is_blocked(server: Hostile, first: str) -> None:
    for ask in ("get", "session", "post"):
        client = GuardedClient(resolve=Rebinding(first, "9.9.9.9"))
        with pytest.raises(Refused, match=r"rebind\.example\.org must not be reached"):
            ASK[ask](client)(server.url("/a", "rebind.example.org"))
    assert server.requests == []


ASK: dict[str, Callable[[GuardedClient], Callable[[str], object]]] = {
    "get": lambda client: client.get,
    "session": lambda client: client.session().get,
    "post": lambda client: lambda url: client.post(url, body=iter([b"x"])),
}
HOSTS = [
    "127.0.0.1",
    "127.1",
    "0x7f000001",
    "2130706433",
    "0177.0.0.1",
    "localhost",
    "0.0.0.0",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "169.254.169.254",
]


@pytest.mark.parametrize("ask", ASK)
@pytest.mark.parametrize("host", HOSTS)
def test_f31_loopback_in_any_spelling_is_refused_and_not_asked(
    server: Hostile, host: str, ask: str
) -> None:
    with pytest.raises(Refused, match="must not be reached"):
        ASK[ask](GuardedClient())(server.url("/a", host))
    assert server.requests == []


def test_f31_a_source_in_any_spelling_of_loopback_fails_its_run(
    server: Hostile, house: House
) -> None:
    house.client = GuardedClient
    for host in HOSTS:
        for kind in ("dcat", "ckan"):
            run = harvest(house, server.url("/feed", host), kind)
            assert run.state is RunState.FAILED
            assert "must not be reached" in str(run.error)
    assert server.requests == []


@pytest.mark.parametrize("ask", ASK)
@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://example.org/",
        "ftp://example.org/",
        "javascript:alert(1)",
        "data:text/turtle,",
        "//example.org/x",
        "/etc/passwd",
        "",
        "http://",
        "http:///x",
        "http://user:secret@example.org/",
        "http://user@example.org/",
        "http://@example.org/",
        "http://example.org:99999/",
        "http://example.org:0/",
        "http://[::1/",
    ],
)
def test_f32_addresses_of_another_form_are_refused_by_every_door(
    caplog: pytest.LogCaptureFixture, url: str, ask: str
) -> None:
    resolver = Rebinding("127.0.0.1")
    client = GuardedClient(allow_private=True, resolve=resolver)
    with pytest.raises(Refused) as caught:
        ASK[ask](client)(url)
    assert "secret" not in str(caught.value) + caplog.text
    assert "refused: " in caplog.text
    assert resolver.asked == 0


@pytest.mark.parametrize(
    "target", ["file:", "gopher://p.example/", "http://user:hidden@p.example/"]
)
def test_f32_a_following_page_of_another_form_is_not_read(
    server: Hostile, house: House, tmp_path: Path, target: str
) -> None:
    secret = tmp_path / "secret.ttl"
    secret.write_text(datasets("secret"))
    given = secret.as_uri() if target == "file:" else target
    server.scripts["/1"] = page(server.url("/1"), given, datasets("d1"))
    run = harvest(house, server.url("/1"), "dcat")
    assert list(house.records()) == ["http://p.example/d1"]
    assert ("user name or password" in str(run.error)) == ("@" in target)
    assert "hidden" not in str(run.error)
