"""The guarded client against a hostile server on loopback."""

from __future__ import annotations

import gzip
import socket
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalogue.errors import FetchError, Refused
from catalogue.http import GuardedClient
from tests.unit.hostile import Hostile, Pauses, answer, hostile, in_turn, raw


@pytest.fixture
def server() -> Iterator[Hostile]:
    with hostile() as one:
        yield one


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def client(pauses: Pauses) -> Iterator[GuardedClient]:
    one = GuardedClient(allow_private=True, user_agent="test/1", sleep=pauses, max_bytes=1_000_000)
    yield one
    one.close()


def test_an_answer_has_status_final_address_lower_case_headers_and_body(
    server: Hostile, client: GuardedClient
) -> None:
    server.scripts["/a"] = answer(b"hello", Content_Type="text/Turtle; charset=utf-8", X_Y="z")
    got = client.get(server.url("/a"), headers={"Accept": "text/turtle"})
    assert (got.status, got.url, got.body) == (200, server.url("/a"), b"hello")
    assert got.headers["x-y"] == "z"
    assert got.media_type == "text/turtle"
    head = server.requests[0]
    assert "User-Agent: test/1\r\n" in head
    assert "Accept: text/turtle\r\n" in head
    assert "Accept-Encoding: gzip, deflate\r\n" in head


VALIDATORS = {"If-None-Match": '"x"', "If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT"}


@pytest.mark.parametrize("name", VALIDATORS)
@pytest.mark.parametrize(
    "more",
    [
        b"",
        b"Content-Length: 4711\r\n",  # of the body that a 200 would have had (RFC 9110, 8.6)
        b"Content-Length: 99000000\r\n",
        b"Content-Encoding: gzip\r\n",
        b"Transfer-Encoding: chunked\r\n",
    ],
)
def test_not_modified_is_a_whole_answer_with_its_validators(
    server: Hostile, client: GuardedClient, more: bytes, name: str
) -> None:
    head = b'HTTP/1.1 304 X\r\nETag: "x"\r\nLast-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n'
    server.scripts["/a"] = raw(head + more + b"\r\n")
    got = client.get(server.url("/a"), headers={name: VALIDATORS[name]})
    assert (got.status, got.body) == (304, b"")
    assert got.headers["etag"] == '"x"'
    assert got.headers["last-modified"] == VALIDATORS["If-Modified-Since"]
    same = client.session().get(server.url("/a"), headers={name: VALIDATORS[name]})
    assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", '"x"')
    assert server.seen("/a") == 2
    assert all(f"{name}: {VALIDATORS[name]}\r\n" in head for head in server.requests)


def test_the_condition_and_its_answer_pass_a_redirect_to_another_host(server: Hostile) -> None:
    client = GuardedClient(allow_private=True, resolve=lambda _host, _port: ["127.0.0.1"])
    there = server.url("/b", "elsewhere.example.org")
    server.scripts["/a"] = answer(b"", "301 X", Location=there)
    server.scripts["/b"] = raw(b"HTTP/1.1 304 X\r\n\r\n")
    assert client.get(server.url("/a"), headers={"if-none-match": '"x"'}).status == 304
    assert 'if-none-match: "x"\r\n' in server.requests[1]


def test_not_modified_without_a_condition_is_a_fault(
    server: Hostile, client: GuardedClient
) -> None:
    server.scripts["/a"] = raw(b"HTTP/1.1 304 X\r\n\r\n")
    with pytest.raises(FetchError) as caught:
        client.get(server.url("/a"))
    assert caught.value.status == 304


@pytest.mark.parametrize("status", ["401 X", "403 X", "404 X", "410 X", "418 X", "204 X", "206 X"])
def test_any_other_status_is_a_fault_with_its_number(
    server: Hostile, client: GuardedClient, status: str
) -> None:
    server.scripts["/a"] = answer(b"", status)
    with pytest.raises(FetchError) as caught:
        client.get(server.url("/a"))
    assert caught.value.status == int(status.split(maxsplit=1)[0])
    assert server.url("/a") in str(caught.value)
    assert server.seen("/a") == 1


# --- the way ---------------------------------------------------------------------------------


def test_host_header_keeps_the_name_and_forbidden_addresses_are_passed_over(
    server: Hostile,
) -> None:
    server.scripts["/a"] = answer(b"ok")
    client = GuardedClient(
        allow_private=True, resolve=lambda _host, _port: ["169.254.169.254", "127.0.0.1"]
    )
    assert client.get(server.url("/a", "portal.example.org")).body == b"ok"
    assert f"Host: portal.example.org:{server.port}\r\n" in server.requests[0]


def test_the_environment_is_not_asked_for_a_proxy(
    server: Hostile, client: GuardedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.scripts["/a"] = answer(b"ok")
    assert client.get(server.url("/a")).body == b"ok"
    assert client.session().get(server.url("/a")).content == b"ok"
    proxies = {"http": "http://127.0.0.1:1"}
    assert client.session().get(server.url("/a"), proxies=proxies).content == b"ok"


def test_the_environment_is_not_asked_for_passwords(
    server: Hostile, client: GuardedClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password something\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.scripts["/a"] = answer(b"ok")
    client.get(server.url("/a"))
    client.session().get(server.url("/a"))
    assert not [head for head in server.requests if "authorization" in head.lower()]


def test_a_name_that_does_not_resolve_is_a_fetch_error() -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    client = GuardedClient(resolve=resolve, sleep=lambda _seconds: None)
    with pytest.raises(FetchError, match="does not resolve") as caught:
        client.get("http://nowhere.example.org/")
    assert not isinstance(caught.value, Refused)


# --- redirects -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_and_the_last_address_is_told(
    server: Hostile, client: GuardedClient, status: int
) -> None:
    server.scripts["/a"] = answer(b"", f"{status} Moved", Location="b?x=1#part")
    server.scripts["/b?x=1"] = answer(b"there")
    got = client.get(server.url("/a"))
    assert (got.url, got.body) == (server.url("/b?x=1"), b"there")


def test_five_redirects_are_followed_and_a_sixth_is_refused(
    server: Hostile, client: GuardedClient
) -> None:
    for number in range(7):
        server.scripts[f"/{number}"] = answer(b"", "302 Found", Location=f"/{number + 1}")
    server.scripts["/7"] = answer(b"end")
    assert client.get(server.url("/2")).body == b"end"
    assert client.session().get(server.url("/2")).content == b"end"
    with pytest.raises(Refused, match="5 redirects"):
        client.get(server.url("/1"))
    with pytest.raises(Refused, match="5 redirects"):
        client.session().get(server.url("/1"))


def test_keys_do_not_follow_to_another_origin(server: Hostile) -> None:
    client = GuardedClient(allow_private=True, resolve=lambda _host, _port: ["127.0.0.1"])
    secrets = {"Authorization": "k", "X-CKAN-API-Key": "k", "Accept": "text/turtle"}
    server.scripts["/a"] = answer(b"", "302 Found", Location="/same")
    server.scripts["/same"] = answer(
        b"", "302 Found", Location=server.url("/other", "elsewhere.example.org")
    )
    server.scripts["/other"] = answer(b"ok")
    client.get(server.url("/a", "portal.example.org"), headers=secrets)
    client.session().get(server.url("/a", "portal.example.org"), headers=secrets)
    for first, same, other in (server.requests[:3], server.requests[3:]):
        assert "X-CKAN-API-Key: k" in first
        assert "X-CKAN-API-Key: k" in same
        assert "Authorization: k" in same
        assert "API-Key" not in other
        assert "Authorization" not in other
        assert "Accept: text/turtle" in other


# --- bodies --------------------------------------------------------------------------------------


def _deflate_raw(body: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(body) + engine.flush()


BODY = bytes(range(256)) * 300


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(BODY, mtime=0)),
        ("x-gzip", gzip.compress(BODY, mtime=0)),
        ("GZIP", gzip.compress(BODY[:1000], mtime=0) + gzip.compress(BODY[1000:])),
        ("gzip", gzip.compress(BODY, mtime=0) + b"\0" * 100),
        ("deflate", zlib.compress(BODY)),
        ("deflate", _deflate_raw(BODY)),
        ("identity", BODY),
    ],
)
def test_encodings_are_undone(
    server: Hostile, client: GuardedClient, encoding: str, packed: bytes
) -> None:
    server.scripts["/a"] = answer(packed, Content_Encoding=encoding)
    assert client.get(server.url("/a")).body == BODY
    assert client.session().get(server.url("/a")).content == BODY


def test_an_empty_packed_body_is_empty(server: Hostile, client: GuardedClient) -> None:
    server.scripts["/a"] = answer(b"", Content_Encoding="gzip")
    assert client.get(server.url("/a")).body == b""


_HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
_CUT = gzip.compress(BODY, mtime=0)[:-9]


@pytest.mark.parametrize(
    "bytes_",
    [
        _HEAD + b"Content-Length: 10\r\n\r\nshort",
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\nhello",
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
        _HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(_CUT) + _CUT,
        _HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"x", mtime=0)[:1],
        _HEAD + b"Content-Encoding: gzip\r\n\r\nthis is no gzip",
        _HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"x", mtime=0) + b"behind",
        _HEAD + b"Content-Encoding: br\r\n\r\nwhatever",
        _HEAD + b"Content-Encoding: gzip, gzip\r\n\r\nwhatever",
        _HEAD[:30],
        b"not http at all\r\n\r\n",
        b"",
    ],
)
def test_a_body_that_is_not_whole_is_a_fault_after_three_tries(
    server: Hostile, client: GuardedClient, bytes_: bytes, pauses: Pauses
) -> None:
    server.scripts["/a"] = raw(bytes_)
    with pytest.raises(FetchError) as caught:
        client.get(server.url("/a"))
    assert server.url("/a") in str(caught.value)
    assert not isinstance(caught.value, Refused)
    assert "0x" not in str(caught.value), "the message shows an object's address"
    assert server.seen("/a") == 3
    assert len(pauses) == 2
    with pytest.raises(FetchError):
        client.session().get(server.url("/a"))


def test_a_body_above_the_limit_is_refused_by_its_declared_length(
    server: Hostile, client: GuardedClient
) -> None:
    server.scripts["/a"] = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000001\r\n\r\n")
    with pytest.raises(Refused, match="1000001 bytes"):
        client.get(server.url("/a"))
    assert server.seen("/a") == 1


def test_a_body_of_the_limit_passes_and_one_byte_more_is_refused(
    server: Hostile, client: GuardedClient
) -> None:
    server.scripts["/a"] = raw(_HEAD + b"\r\n" + b"x" * 1_000_000)
    server.scripts["/b"] = raw(_HEAD + b"\r\n" + b"x" * 1_000_001)
    assert len(client.get(server.url("/a")).body) == 1_000_000
    with pytest.raises(Refused, match="larger than 1000000 bytes"):
        client.get(server.url("/b"))


def test_a_packed_body_counts_by_its_unpacked_size(server: Hostile, client: GuardedClient) -> None:
    server.scripts["/a"] = answer(gzip.compress(b"x" * 1_000_001, mtime=0), Content_Encoding="gzip")
    with pytest.raises(Refused, match="larger than 1000000 bytes"):
        client.get(server.url("/a"))


def test_a_bomb_is_refused_by_its_ratio(server: Hostile) -> None:
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    server.scripts["/a"] = answer(bomb, Content_Encoding="gzip")
    with pytest.raises(Refused, match="200 times"):
        GuardedClient(allow_private=True).get(server.url("/a"))


def test_the_limits_hold_for_the_session_too(server: Hostile, client: GuardedClient) -> None:
    server.scripts["/a"] = answer(b"x" * 1_000_001)
    with pytest.raises(Refused):
        client.session().get(server.url("/a"), stream=True)


# --- time and patience ---------------------------------------------------------------------------


def test_a_silent_server_ends_at_the_total_deadline(server: Hostile) -> None:
    server.scripts["/a"] = lambda _peer, _before: time.sleep(2)
    with pytest.raises(FetchError, match=r"within 0\.3 s"):
        GuardedClient(allow_private=True, seconds=0.3).get(server.url("/a"))


@pytest.mark.parametrize("status", ["429 X", "500 X", "502 X", "503 X", "504 X"])
def test_a_passing_fault_is_tried_again(
    server: Hostile, client: GuardedClient, pauses: Pauses, status: str
) -> None:
    server.scripts["/a"] = in_turn(answer(b"", status), raw(b""), answer(b"well"))
    assert client.get(server.url("/a")).body == b"well"
    assert len(pauses) == 2
    assert all(0 < pause <= 2 for pause in pauses)


def test_a_lasting_fault_is_told_after_three_tries(
    server: Hostile, client: GuardedClient, pauses: Pauses
) -> None:
    server.scripts["/a"] = answer(b"", "503 X")
    with pytest.raises(FetchError) as caught:
        client.get(server.url("/a"))
    assert caught.value.status == 503
    assert server.seen("/a") == 3
    assert len(pauses) == 2


def test_patience_beyond_the_deadline_is_not_begun(server: Hostile, pauses: Pauses) -> None:
    client = GuardedClient(allow_private=True, sleep=pauses, seconds=5)
    server.scripts["/a"] = answer(b"", "503 X", Retry_After="50")
    with pytest.raises(FetchError, match="patience") as caught:
        client.get(server.url("/a"))
    assert caught.value.status == 503
    assert pauses == []


def test_what_changes_something_is_not_sent_twice(server: Hostile, client: GuardedClient) -> None:
    server.scripts["/a"] = answer(b"", "503 X")
    assert client.session().post(server.url("/a")).status_code == 503
    assert server.seen("/a") == 1
