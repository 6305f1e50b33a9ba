"""Calls of webhooks over receivers on loopback that are up, down, slow, broken, or lead elsewhere."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from catalogue.access.model import Notice
from catalogue.adapters.sql import SqlJournal, migrate
from catalogue.adapters.sql.engine import engine_of
from catalogue.adapters.sql.store import SqlStore
from catalogue.desk.letters import House
from catalogue.desk.sender import FAILING_FOR, Sender
from catalogue.http import GuardedClient
from catalogue.model import Node
from catalogue.people import Grant, Identity, Role
from catalogue.ports import Channel, Journal, Post

NOW = datetime(2030, 3, 2, 9, 0, tzinfo=UTC)
OPERATOR = "operator:tests"
HOUSE = House("Catalogue (fictional)", "https://catalogue.example", "desk@catalogue.example")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def micros(self) -> int:
        return round(self.now.timestamp() * 1_000_000)


@dataclass
class Receiver:
    """What was received, and what is answered."""

    url: str = ""
    status: int = 204
    location: str = ""
    waits: threading.Event | None = None
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    box = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            box.calls.append(({k.lower(): v for k, v in self.headers.items()}, body))
            if box.waits is not None:
                box.waits.wait(30)
            with contextlib.suppress(OSError):
                self.send_response(box.status)
                if box.location:
                    self.send_header("Location", box.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_told: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    box.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield box
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as box:
        yield box


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(tmp_path: Path, clock: Clock) -> Iterator[Journal]:
    url = f"sqlite:///{tmp_path / 'journal.sqlite'}"
    migrate(url)
    opened = SqlJournal(SqlStore(engine_of(url), clock.micros))
    opened.add_node(Node("north", "Node north (fictional)", "FI"))
    yield opened
    opened.close()


def sender(journal: Journal, clock: Clock, *, private: bool = True, seconds: float = 5) -> Sender:
    def client() -> GuardedClient:
        return GuardedClient(allow_private=private, seconds=seconds, max_bytes=1000)

    return Sender(journal, HOUSE, clock, client, chance=lambda: 0.5)


def subscribed(journal: Journal, url: str) -> tuple[str, str]:
    made = journal.outbox.webhooks.add("north", url, (), OPERATOR)
    return made.subscription.id, made.secret


def happened(journal: Journal, version: int = 3) -> None:
    said = {"at": "2030-03-02T08:59:00+00:00", "state": "rejected"}
    made = Notice("webhook", "north", "rejected", "request1", "north.data", version, said)
    assert journal.outbox.put([made]) == 1


def waiting(journal: Journal) -> Any:
    (letter,), _ = journal.outbox.list([Post.WAITING])
    return letter


def test_a_call_is_signed_as_standard_webhooks_says_and_tells_ids_only(
    journal: Journal, clock: Clock, receiver: Receiver
) -> None:
    _hook, secret = subscribed(journal, receiver.url)
    happened(journal)
    assert sender(journal, clock).round().sent == 1
    ((headers, body),) = receiver.calls
    assert headers["content-type"] == "application/json"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(body) == {
        "id": headers["webhook-id"],
        "type": "access.rejected",
        "time": "2030-03-02T08:59:00+00:00",
        "holder": "north",
        "request": "request1",
        "leg": "north.data",
        "state": "rejected",
        "version": 3,
        "link": "https://catalogue.example/desk/request1/north.data",
    }


def test_a_receiver_that_fails_gets_the_same_event_again_under_the_same_id(
    journal: Journal, clock: Clock, receiver: Receiver
) -> None:
    subscribed(journal, receiver.url)
    happened(journal)
    receiver.status = 500
    assert sender(journal, clock).round().postponed == 1
    assert waiting(journal).why == "it answered 500"
    assert sender(journal, clock).round().sent == 0  # not before it is due
    receiver.status = 200
    clock.now += timedelta(seconds=31)
    assert sender(journal, clock).round().sent == 1
    (first, body), (second, again) = receiver.calls
    assert (first["webhook-id"], body) == (second["webhook-id"], again)
    assert first["webhook-timestamp"] != second["webhook-timestamp"]


def test_a_redirect_is_not_followed_wherever_it_leads(
    journal: Journal, clock: Clock, receiver: Receiver
) -> None:
    subscribed(journal, receiver.url)
    happened(journal)
    with receiving() as other:
        for target in (other.url, "http://169.254.169.254/latest/meta-data/"):
            receiver.status, receiver.location = 307, target
            assert sender(journal, clock).round().postponed == 1
            assert waiting(journal).why == "it answered 307"
            clock.now += timedelta(hours=1)
        assert other.calls == []


def test_a_private_address_is_not_called_unless_it_is_allowed(
    journal: Journal, clock: Clock, receiver: Receiver
) -> None:
    subscribed(journal, receiver.url)
    happened(journal)
    assert sender(journal, clock, private=False).round().postponed == 1
    assert receiver.calls == []
    assert "must not be reached" in waiting(journal).why


def test_a_receiver_that_is_slow_or_down_is_given_up_for_now(
    journal: Journal, clock: Clock, receiver: Receiver
) -> None:
    slow, _secret = subscribed(journal, receiver.url)
    happened(journal)
    receiver.waits = threading.Event()
    try:
        assert sender(journal, clock, seconds=0.5).round().postponed == 1
    finally:
        receiver.waits.set()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        journal.outbox.webhooks.remove(slow, OPERATOR)
        subscribed(journal, f"http://127.0.0.1:{taken.getsockname()[1]}/")
        happened(journal, 4)
        assert sender(journal, clock).round().postponed == 1


def test_a_webhook_that_fails_for_five_days_is_switched_off_and_its_handlers_are_told(
    journal: Journal, clock: Clock, receiver: Receiver
) -> None:
    hook, _secret = subscribed(journal, receiver.url)
    handler = journal.people.admit(Identity("local", "ann", "Ann (fictional)"), (), NOW)
    journal.people.grant(handler.id, Grant(Role.HANDLER, "north"), OPERATOR)
    receiver.status = 503
    version = 1
    while journal.outbox.webhooks.get(hook).off is None:
        happened(journal, version)
        sender(journal, clock).round()
        clock.now += timedelta(hours=12)
        version += 1
        assert version < 40
    assert clock.now - NOW >= FAILING_FOR
    told = [one for one in journal.outbox.list()[0] if one.channel is Channel.MAIL]
    assert [(one.to, one.kind) for one in told] == [(handler.id, "webhook-off")]
    assert journal.audit.last("webhook.off", hook) is not None
    sender(journal, clock).round()  # what waits for it is skipped
    numbers = journal.outbox.numbers()[Channel.WEBHOOK]
    assert numbers[Post.WAITING] == 0
    assert numbers[Post.SKIPPED] > 0
    calls = len(receiver.calls)
    receiver.status = 200
    journal.outbox.webhooks.ping(hook)
    assert sender(journal, clock).round().sent == 1
    assert json.loads(receiver.calls[calls][1])["type"] == "access.test"
    assert journal.outbox.webhooks.get(hook).off is None
    happened(journal, 99)
    assert sender(journal, clock).round().sent == 1


def test_a_receiver_that_is_gone_is_switched_off_at_once_and_a_removed_one_is_skipped(
    journal: Journal, clock: Clock, receiver: Receiver
) -> None:
    hook, _secret = subscribed(journal, receiver.url)
    happened(journal)
    receiver.status = 410
    assert sender(journal, clock).round().failed == 1
    assert journal.outbox.webhooks.get(hook).off is not None
    other, _secret = subscribed(journal, receiver.url)
    happened(journal, 4)
    journal.outbox.webhooks.remove(other, OPERATOR)
    assert sender(journal, clock).round().skipped == 1


def test_one_fault_of_ours_does_not_keep_other_letters_waiting(
    journal: Journal, clock: Clock, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    subscribed(journal, receiver.url)
    happened(journal, 1)
    happened(journal, 2)
    first = iter([True])
    one = sender(journal, clock)
    make = one.client

    def breaks() -> Any:
        if next(first, False):
            raise RuntimeError("a fault of ours")
        return make()

    one.client = breaks
    done = one.round()
    assert (done.sent, done.postponed) == (1, 1)
    assert "could not be sent" in caplog.text
