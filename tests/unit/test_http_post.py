"""Sending: every answer is told, nothing is sent twice, and only silence ends it."""

from __future__ import annotations

import contextlib
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from catalogue.errors import FetchError, Refused
from catalogue.http import GuardedClient
from catalogue.http.connecting import _Guarded
from tests.unit.hostile import Hostile, Script, answer, hostile, raw

ENOUGH = b"HTTP/1.1 202 Accepted\r\nLocation: /runs/1\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture
def server() -> Iterator[Hostile]:
    with hostile() as one:
        yield one


@pytest.fixture
def client() -> Iterator[GuardedClient]:
    one = GuardedClient(allow_private=True, seconds=10, max_bytes=1_000_000, sleep=_never)
    yield one
    one.close()


def _never(_seconds: float) -> None:
    raise AssertionError("nothing that is sent is tried again")


@dataclass
class Taker:
    """Reads a body to its end, after `wait` seconds before each read, and then answers."""

    then: bytes = ENOUGH
    wait: float = 0.0
    body: bytes = field(default=b"", init=False)

    def script(self, server: Hostile) -> Script:
        def take(peer: socket.socket, _before: int) -> None:
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
            head = server.requests[-1].lower()
            length = re.search(r"content-length: (\d+)", head)
            self.body = head.partition("\r\n\r\n")[2].encode("latin-1")
            while not self._complete(int(length[1]) if length else None):
                time.sleep(self.wait)
                piece = peer.recv(65536)
                if not piece:
                    return
                self.body += piece
            peer.sendall(self.then)

        return take

    def _complete(self, length: int | None) -> bool:
        return self.body.endswith(b"0\r\n\r\n") if length is None else len(self.body) >= length


def unchunked(body: bytes) -> list[bytes]:
    """The chunks of a chunked body (RFC 9112, 7.1)."""
    chunks = []
    while body:
        size, _, body = body.partition(b"\r\n")
        chunk, body = body[: int(size, 16)], body[int(size, 16) + 2 :]
        chunks.append(chunk)
    assert chunks.pop() == b""
    return chunks


def test_bytes_go_with_their_length_and_headers(server: Hostile, client: GuardedClient) -> None:
    taker = Taker()
    server.scripts["/a"] = taker.script(server)
    headers = {"Content-Type": "text/turtle", "Content-Length": "1", "Idempotency-Key": "k"}
    body = bytes(range(97, 117)) * 20_000
    got = client.post(server.url("/a"), body=body, headers=headers)
    assert (got.status, got.headers["location"], got.body) == (202, "/runs/1", b"ok")
    assert taker.body == body
    head = server.requests[0]
    assert f"Content-Length: {len(body)}\r\n" in head
    assert head.count("Content-Length") == 1
    assert "Transfer-Encoding" not in head
    assert "Idempotency-Key: k\r\n" in head


def test_an_iterator_goes_in_chunks_as_it_comes(server: Hostile, client: GuardedClient) -> None:
    taker = Taker()
    server.scripts["/a"] = taker.script(server)
    given = [b"one\n", b"", b"x" * 200_000, b"last"]
    assert client.post(server.url("/a"), body=iter(given)).status == 202
    chunks = unchunked(taker.body)
    assert b"".join(chunks) == b"".join(given)
    assert chunks[0] == b"one\n"
    assert max(map(len, chunks)) <= 65536
    assert "Content-Length" not in server.requests[0]


@pytest.mark.parametrize("body", [b"", iter(())])
def test_an_empty_body_is_a_body(server: Hostile, client: GuardedClient, body: object) -> None:
    server.scripts["/a"] = raw(ENOUGH)
    assert client.post(server.url("/a"), body=body).status == 202  # type: ignore[arg-type]


@pytest.mark.parametrize("status", [200, 201, 204, 301, 400, 401, 409, 422, 429, 500, 503])
def test_an_answer_of_any_status_is_returned_and_nothing_is_sent_again(
    server: Hostile, client: GuardedClient, status: int
) -> None:
    server.scripts["/a"] = answer(b"" if status == 204 else b"why", f"{status} X", Retry_After="0")
    got = client.post(server.url("/a"), body=iter([b"x"]))
    assert got.status == status
    assert got.body == (b"" if status in {204, 301} else b"why")
    assert server.seen("/a") == 1


@pytest.mark.parametrize("answered", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"])
def test_an_answer_that_is_not_whole_is_a_fault_and_nothing_is_sent_again(
    server: Hostile, client: GuardedClient, answered: bytes
) -> None:
    server.scripts["/a"] = raw(answered)
    with pytest.raises(FetchError):
        client.post(server.url("/a"), body=b"x")
    assert server.seen("/a") == 1


def test_the_body_of_an_answer_is_capped(server: Hostile, client: GuardedClient) -> None:
    server.scripts["/a"] = answer(b"x" * 1_000_001, "422 X")
    with pytest.raises(Refused, match="1000001 bytes"):
        client.post(server.url("/a"), body=b"x")


def _slow_to_make(pieces: int, seconds: float) -> Iterator[bytes]:
    for number in range(pieces):
        time.sleep(seconds)
        yield b"%d\n" % number


def test_the_time_that_making_the_body_takes_is_not_counted(server: Hostile) -> None:
    taker = Taker()
    server.scripts["/a"] = taker.script(server)
    client = GuardedClient(allow_private=True, seconds=0.5)
    assert client.post(server.url("/a"), body=_slow_to_make(3, 0.7)).status == 202
    assert unchunked(taker.body) == [b"0\n", b"1\n", b"2\n"]


def test_a_server_that_takes_slowly_may_take_longer_than_the_limit(
    server: Hostile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A body that the system's buffers, made small, do not hold, taken at 64 KiB in 0.04 s at best."""
    connected = _Guarded._connected

    def narrow(self: _Guarded, address: str, port: int) -> socket.socket:
        opened = connected(self, address, port)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32768)
        return opened

    monkeypatch.setattr(_Guarded, "_connected", narrow)
    taker = Taker(wait=0.04)
    server.scripts["/a"] = taker.script(server)
    client = GuardedClient(allow_private=True, seconds=1)
    began = time.monotonic()
    assert client.post(server.url("/a"), body=b"x" * 2_000_000).status == 202
    assert len(taker.body) == 2_000_000
    assert time.monotonic() - began > 1, "the test was too fast to show anything"


def test_a_server_that_takes_nothing_any_more_ends_it(server: Hostile) -> None:
    server.scripts["/a"] = lambda _peer, _before: time.sleep(3)
    client = GuardedClient(allow_private=True, seconds=0.5)
    with pytest.raises(FetchError, match=r"within 0\.5 s"):
        client.post(server.url("/a"), body=iter([b"x" * 65536] * 500))
    assert server.seen("/a") == 1


def test_a_server_that_took_all_and_says_nothing_ends_it(server: Hostile) -> None:
    server.scripts["/a"] = lambda _peer, _before: time.sleep(3)
    with pytest.raises(FetchError, match=r"within 0\.5 s"):
        GuardedClient(allow_private=True, seconds=0.5).post(server.url("/a"), body=iter([b"x"]))


def _breaks_off(status: bytes) -> Script:
    def script(peer: socket.socket, _before: int) -> None:
        peer.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 3\r\n\r\nwhy")
        peer.shutdown(socket.SHUT_RDWR)

    return script


def test_a_refusal_before_all_was_sent_is_told(server: Hostile, client: GuardedClient) -> None:
    server.scripts["/a"] = _breaks_off(b"401 Unauthorized")
    got = client.post(server.url("/a"), body=iter([b"x" * 65536] * 500))
    assert (got.status, got.body) == (401, b"why")


def test_a_good_answer_before_all_was_sent_is_not_believed(
    server: Hostile, client: GuardedClient
) -> None:
    server.scripts["/a"] = _breaks_off(b"202 Accepted")
    with pytest.raises(FetchError, match="before all was sent"):
        client.post(server.url("/a"), body=iter([b"x" * 65536] * 500))


@pytest.mark.parametrize("error", [OSError("disk"), BrokenPipeError("pipe"), ValueError("line 7")])
def test_a_fault_of_the_body_itself_is_raised_as_it_is(
    server: Hostile, client: GuardedClient, error: Exception
) -> None:
    def body() -> Iterator[bytes]:
        yield b"x"
        raise error

    server.scripts["/a"] = Taker().script(server)
    with pytest.raises(type(error), match=str(error)) as caught:
        client.post(server.url("/a"), body=body())
    assert caught.value is error


def test_after_a_broken_push_the_client_is_as_before(
    server: Hostile, client: GuardedClient
) -> None:
    def body() -> Iterator[bytes]:
        yield b"x"
        raise ValueError

    server.scripts["/a"] = Taker().script(server)
    server.scripts["/b"] = answer(b"well")
    with contextlib.suppress(ValueError):
        client.post(server.url("/a"), body=body())
    assert client.get(server.url("/b")).body == b"well"
