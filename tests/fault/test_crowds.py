"""Crowds at the door: slow connections keep nobody out, and a stop is a stop."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.gate import Gate
from tests.command import Aicat, read, read_json

pytestmark = pytest.mark.e2e

CROWD = 500
HEAD = b"GET /api/v1/datasets HTTP/1.1\r\nHost: x\r\nX-Slow: "
BODY = (
    b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    b"Content-Length: 100000\r\n\r\nSELECT"
)


@contextlib.contextmanager
def crowd(base: str, said: bytes) -> Iterator[list[socket.socket]]:
    """So many connections that say this much and no more."""
    port = int(base.rsplit(":", 1)[1])
    with contextlib.ExitStack() as held:
        found = []
        for _one in range(CROWD):
            peer = held.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            peer.sendall(said)
            found.append(peer)
        yield found


@pytest.fixture
def aicat(tmp_path: Path) -> Aicat:
    command = Aicat(tmp_path)
    command("node", "add", "n", "--name", "Node N (fictional)", "--country", "DE")
    return command


@pytest.mark.parametrize("said", [HEAD, BODY], ids=["heads", "bodies"])
def test_f50_five_hundred_slow_connections_keep_nobody_out_and_end_with_the_server(
    aicat: Aicat, said: bytes
) -> None:
    with aicat.up() as (process, base), crowd(base, said) as peers:
        assert read_json(f"{base}/api/v1/datasets")["total"] == 0
        assert read(f"{base}/livez") == b"alive\n"
        if said is BODY:
            refused = [peer for peer in peers if _answered(peer)]
            assert len(refused) >= CROWD - 64  # those beyond the limit; the others are waited for
            status, problem = _read(refused[0])
            assert status == 503
            assert "try again" in problem["detail"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_f50_work_in_flight_is_finished_when_the_server_is_stopped(aicat: Aicat) -> None:
    rows = " ".join(f"({n})" for n in range(1000))
    values = " ".join(f"VALUES (?{name}) {{ {rows} }}" for name in "ab")
    query = f"SELECT (COUNT(*) AS ?n) {{ {values} FILTER(STR(?a + ?b) != 'x') }}"
    found: list[int] = []
    with aicat.up() as (process, base):

        def ask() -> None:
            request = urllib.request.Request(
                f"{base}/sparql",
                data=query.encode(),
                headers={"Content-Type": "application/sparql-query", "Accept": "text/csv"},
            )
            with urllib.request.urlopen(request, timeout=30) as answer:
                found.append(answer.status)

        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(0.3)  # it is on its way
        process.send_signal(signal.SIGTERM)
        asking.join(30)
        assert process.wait(30) == 0
    assert found == [200]


def test_a_turn_is_given_back_when_the_answer_is_closed() -> None:
    def application(_environ: object, start: object) -> list[bytes]:
        return [b"one", b"two"]

    gate = Gate(application, 2)
    told: list[str] = []
    post = {"PATH_INFO": "/", "CONTENT_LENGTH": "5"}
    first = gate(dict(post), lambda status, _headers: told.append(status))
    assert b"503" not in b"".join(gate({"PATH_INFO": "/"}, lambda *_all: None))
    refused = gate(dict(post), lambda status, _headers: told.append(status))
    assert told == ["503 Service Unavailable"]
    assert json.loads(b"".join(refused))["status"] == 503
    first.close()  # type: ignore[attr-defined]
    assert b"".join(gate(dict(post), lambda *_all: None)) == b"onetwo"


def _answered(peer: socket.socket) -> bool:
    peer.settimeout(0.05)
    try:
        return bool(peer.recv(1, socket.MSG_PEEK))
    except OSError:
        return False


def _read(peer: socket.socket) -> tuple[int, dict[str, str]]:
    peer.settimeout(10)
    head, _, body = peer.recv(65536).partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), json.loads(body or peer.recv(65536))
