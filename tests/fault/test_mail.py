"""Mail over servers on loopback that work, are down, refuse, hang, drip, or close in the middle."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from catalogue.access.model import Notice
from catalogue.adapters.sql import SqlJournal, migrate
from catalogue.adapters.sql.engine import engine_of
from catalogue.adapters.sql.store import SqlStore
from catalogue.desk.letters import House
from catalogue.desk.sender import PAUSE, Sender, pause
from catalogue.errors import SettingsError
from catalogue.mail import Server, SmtpMailer, Undelivered, Unreachable, server_of
from catalogue.model import Node
from catalogue.people import Grant, Identity, Person, Role
from catalogue.ports import Channel, Journal, Post
from catalogue.settings import load, shown
from tests.smtp_server import Mailbox, mail_server, raw_server
from tests.tls_door import Authority

NOW = datetime(2030, 3, 2, 9, 0, tzinfo=UTC)
OPERATOR = "operator:tests"
HOUSE = House("Catalogue (fictional)", "https://catalogue.example", "Desk <desk@catalogue.example>")
HANDLER = Grant(Role.HANDLER, "north")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def micros(self) -> int:
        return round(self.now.timestamp() * 1_000_000)


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


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as started:
        yield started


def person(journal: Journal, name: str, language: str | None = None, *grants: Grant) -> Person:
    identity = Identity("local", name, f"{name.title()} (fictional)", f"{name}@one.example")
    made = journal.people.admit(identity, (), NOW)
    for one in grants:
        made = journal.people.grant(made.id, one, OPERATOR)
    return journal.people.speak(made.id, language, OPERATOR) if language else made


def mailer(port: int, **more: Any) -> SmtpMailer:
    return SmtpMailer(Server("smtp", "127.0.0.1", port), **{"seconds": 5, "together": 10, **more})


def sender(journal: Journal, clock: Clock, port: int | None, **more: Any) -> Sender:
    made = mailer(port, **more) if port is not None else None
    return Sender(journal, HOUSE, clock, lambda: None, made, chance=lambda: 0.5)  # type: ignore[arg-type, return-value]


def switched_off(to: str) -> Notice:
    """News that is of no request."""
    return Notice("mail", to, "webhook-off", "", None, 0, {"holder": "north"})


def states(journal: Journal) -> dict[Post, int]:
    found = journal.outbox.numbers()[Channel.MAIL]
    return {state: number for state, number in found.items() if number}


def message(text: str = "Hello") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "a@one.example", "b@two.example", text
    made.set_content(text)
    return made


def test_a_mail_is_in_the_person_s_language_with_every_header_that_it_needs(
    journal: Journal, clock: Clock, box: Mailbox
) -> None:
    ann = person(journal, "ann", "fi", HANDLER)
    journal.outbox.put([switched_off("handler:north")])
    assert sender(journal, clock, box.port).round().sent == 1
    (got,) = box.messages
    assert got["To"].addresses[0].addr_spec == ann.email
    assert got["From"].addresses[0].addr_spec == "desk@catalogue.example"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Content-Language"] == "fi"
    assert got.get_content_type() == "text/plain"
    assert got.get_content_charset() == "utf-8"
    assert got["Subject"] == "Webhook on kytketty pois"
    text = got.get_content()
    assert "Node north (fictional)" in text
    assert "https://catalogue.example/desk" in text
    (letter,), _ = journal.outbox.list()
    assert got["Message-ID"] == f"<{letter.id}@catalogue.example>"
    assert max(map(len, box.raw[0].split(b"\r\n"))) <= 998


def test_a_disabled_person_one_without_an_address_and_one_who_left_get_nothing(
    journal: Journal, clock: Clock, box: Mailbox
) -> None:
    ann, ben = person(journal, "ann", None, HANDLER), person(journal, "ben", None, HANDLER)
    bare = journal.people.admit(Identity("local", "cy", "Cy (fictional)"), (), NOW)
    journal.outbox.put([switched_off("handler:north"), switched_off(bare.id)])
    journal.people.disable(ann.id, OPERATOR)
    journal.people.revoke(ben.id, HANDLER, OPERATOR)
    assert sender(journal, clock, box.port).round().skipped == 3
    assert box.messages == []
    whys = {one.why for one in journal.outbox.list()[0]}
    assert whys == {
        "the person is disabled",
        "the person is not handler:north any more",
        "the person has no address",
    }


def test_without_a_mail_server_nothing_piles_up_and_nothing_is_lost_at_once(
    journal: Journal, clock: Clock, box: Mailbox
) -> None:
    ann = person(journal, "ann")
    journal.outbox.put([switched_off(ann.id)])
    assert sender(journal, clock, None).round().skipped == 1
    (letter,), _ = journal.outbox.list()
    assert "AICAT_SMTP_URL" in letter.why
    journal.outbox.retry([letter.id], OPERATOR)
    assert sender(journal, clock, box.port).round().sent == 1


def test_a_server_that_is_down_is_left_alone_for_a_while_and_then_gets_all(
    journal: Journal, clock: Clock, box: Mailbox
) -> None:
    ann = person(journal, "ann")
    journal.outbox.put([replace(switched_off(ann.id), version=one) for one in range(3)])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        down = sender(journal, clock, taken.getsockname()[1])
        done = down.round()
    assert (done.sent, done.postponed) == (0, 1)  # the others were not tried in vain
    assert states(journal) == {Post.WAITING: 3}
    clock.now += timedelta(seconds=PAUSE + 1)
    assert sender(journal, clock, box.port).round().sent == 3


def test_what_cannot_be_sent_for_three_days_has_failed_and_says_why(
    journal: Journal, clock: Clock
) -> None:
    ann = person(journal, "ann")
    journal.outbox.put([switched_off(ann.id)])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        down = sender(journal, clock, taken.getsockname()[1])
        tries = 0
        while states(journal) == {Post.WAITING: 1}:
            (letter,), _ = journal.outbox.list()
            clock.now = max(letter.due, clock.now) + timedelta(seconds=PAUSE + 1)
            down.round()
            tries += 1
            assert tries < 50
    (letter,), _ = journal.outbox.list()
    assert letter.state is Post.FAILED
    assert "given up after 3 days" in letter.why
    assert timedelta(days=3) <= clock.now - NOW < timedelta(days=3, hours=13)
    assert letter.attempts < 30


def test_a_receiver_refused_for_now_is_tried_again_and_one_refused_for_good_is_not(
    journal: Journal, clock: Clock, box: Mailbox
) -> None:
    for name in ("ann", "ben", "cy"):
        journal.outbox.put([switched_off(person(journal, name).id)])
    box.refused = {"ann@one.example": "451 try later", "ben@one.example": "550 nobody here"}
    done = sender(journal, clock, box.port).round()
    assert (done.sent, done.postponed, done.failed) == (1, 1, 1)
    assert box.receivers == ["cy@one.example"]
    assert [one.why for one in journal.outbox.list([Post.FAILED])[0]] == [
        "the receiver was refused: 550 nobody here"
    ]
    box.refused = {}
    clock.now += timedelta(seconds=60)
    assert sender(journal, clock, box.port).round().sent == 1
    assert box.receivers == ["cy@one.example", "ann@one.example"]


def test_a_message_that_the_server_cannot_take_now_is_tried_again(
    journal: Journal, clock: Clock, box: Mailbox
) -> None:
    journal.outbox.put([switched_off(person(journal, "ann").id)])
    box.answer = "452 no room"
    assert sender(journal, clock, box.port).round().postponed == 1
    box.answer = "554 no"
    clock.now += timedelta(seconds=60)
    assert sender(journal, clock, box.port).round().failed == 1


def _hangs(peer: socket.socket) -> None:
    peer.recv(1)


def _drips(peer: socket.socket) -> None:
    for _one in range(1000):
        peer.sendall(b"2")
        if _STOP.wait(0.05):
            return


def _closes(peer: socket.socket) -> None:
    peer.sendall(b"220 here\r\n")
    peer.recv(1000)


def _closes_in_data(peer: socket.socket) -> None:
    peer.sendall(b"220 here\r\n")
    for answer in (b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n"):
        peer.recv(4000)
        peer.sendall(answer)
    peer.recv(10)


def _babbles(peer: socket.socket) -> None:
    peer.sendall(b"\xff\x00 no SMTP at all\r\n" * 20)


def _closed_for_now(peer: socket.socket) -> None:
    peer.sendall(b"421 closed\r\n")


_STOP = threading.Event()


@pytest.mark.parametrize(
    ("talk", "error"),
    [
        (_hangs, Unreachable),
        (_drips, Unreachable),
        (_closes, Unreachable),
        (_babbles, Unreachable),
        (_closed_for_now, Unreachable),
        (_closes_in_data, Undelivered),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_a_server_that_hangs_drips_or_breaks_off_ends_the_try_and_no_more(
    talk: Any, error: type[Exception]
) -> None:
    with raw_server(talk) as port:
        tried = mailer(port, seconds=0.5, together=1.5)
        with pytest.raises(error) as caught:
            tried.send(message(), "a@one.example", "b@two.example")
    assert isinstance(caught.value, Undelivered)
    assert not caught.value.for_good


def test_two_servers_speak_by_tls_and_know_the_password(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority")
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(*authority.signed())
    trusted = ssl.create_default_context(cafile=str(authority.file))
    with mail_server(ssl_context=served, auth_require_tls=False) as box:
        server = server_of(f"smtps://ann:a%20p%40ss%3Aword@127.0.0.1:{box.port}")
        SmtpMailer(server, tls=trusted).send(message(), "a@one.example", "b@two.example")
        with pytest.raises(Unreachable):  # nobody vouches for its certificate
            SmtpMailer(server).send(message(), "a@one.example", "b@two.example")
        wrong = replace(server, password="wrong")
        with pytest.raises(Unreachable, match="535"):
            SmtpMailer(wrong, tls=trusted).send(message(), "a@one.example", "b@two.example")
    assert len(box.messages) == 1
    with mail_server(tls_context=served, require_starttls=True) as box:
        server = server_of(f"smtp+starttls://127.0.0.1:{box.port}")
        SmtpMailer(server, tls=trusted).send(message(), "a@one.example", "b@two.example")
        with pytest.raises(Unreachable):
            SmtpMailer(server).send(message(), "a@one.example", "b@two.example")
    assert len(box.messages) == 1
    with mail_server() as box, pytest.raises(Unreachable):  # offers no STARTTLS: never in the clear
        server = server_of(f"smtp+starttls://127.0.0.1:{box.port}")
        SmtpMailer(server, tls=trusted).send(message(), "a@one.example", "b@two.example")


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:x",
        "smtp://mail.example:0",
        "smtp://mail.example/path",
        "smtp://user:word@mail.example",
        "smtps://user@mail.example",
        "mail.example:25",
    ],
)
def test_an_address_that_is_no_mail_server_s_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match=r"mail server|password") as caught:
        server_of(url)
    assert "word" not in str(caught.value).replace("password", "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AICAT_SMTP_URL", "smtps://user:pass/word@mail.example"),
        ("AICAT_SMTP_URL", "smtps://user:12/word@mail.example"),
        ("AICAT_SMTP_URL", "smtps://mail.example:port"),
        ("AICAT_SMTP_URL", "mail.example"),
        ("AICAT_MAIL_FROM", "nobody"),
        ("AICAT_MAIL_FROM", "a@b.example\r\nBcc: c@d.example"),
    ],
)
def test_a_wrong_setting_is_told_without_what_may_be_a_password(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        load({name: value})
    assert "word@" not in str(caught.value).replace("password@", "")


def test_a_password_is_masked_wherever_settings_are_shown() -> None:
    settings = load({"AICAT_SMTP_URL": "smtp+starttls://user:a%2Fopen-sesame@mail.example:587"})
    assert "sesame" not in str(shown("smtp_url", settings.smtp_url))
    assert "sesame" not in repr(settings)
    assert "sesame" not in repr(settings.told())


def test_a_sender_that_dies_between_yes_and_its_note_leaves_the_same_message_id(
    journal: Journal, clock: Clock, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.outbox.put([switched_off(person(journal, "ann").id)])

    def dies(_letter: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(journal.outbox, "sent", dies)
        sender(journal, clock, box.port).round()
    assert sender(journal, clock, box.port).round().sent == 0  # the lease holds
    clock.now += timedelta(seconds=301)
    assert sender(journal, clock, box.port).round().sent == 1
    first, second = (one["Message-ID"] for one in box.messages)
    assert first == second


def test_pauses_double_up_to_six_hours_and_are_spread() -> None:
    middle = [pause(attempt, 0.5) for attempt in range(40)]
    assert middle[:3] == [30, 60, 120]
    assert max(middle) == middle[-1] == 6 * 3600
    assert pause(3, 0.0) < pause(3, 1.0)
