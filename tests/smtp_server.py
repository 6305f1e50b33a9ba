"""A real SMTP server on loopback that can be told to misbehave, and one that speaks raw."""

from __future__ import annotations

import contextlib
import email
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass
class Mailbox:
    """What came, and what the server answers to receivers and messages."""

    messages: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    answer: str = "250 taken"
    port: int = 0
    users: list[bytes] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 as the library calls it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.answer.startswith("2"):
            content = envelope.content
            assert isinstance(content, bytes)
            self.raw.append(content)
            self.messages.append(email.message_from_bytes(content, policy=default))  # type: ignore[arg-type]
            self.receivers += envelope.rcpt_tos
        return self.answer


@contextlib.contextmanager
def mail_server(**options: Any) -> Iterator[Mailbox]:
    """A server that takes mail, and what it took. `options` are those of aiosmtpd."""
    box = Mailbox()

    def known(_server: Any, _session: Any, _envelope: Any, _how: str, told: Any) -> AuthResult:
        box.users.append(told.login)
        return AuthResult(success=told.password == b"a p@ss:word", handled=False)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, "127.0.0.1", port, authenticator=known, **options)
    controller.start()
    box.port = port
    try:
        yield box
    finally:
        controller.stop()


@contextlib.contextmanager
def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that says what `talk` says to each who connects; yields its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def serve() -> None:
        while not stopped.is_set():
            try:
                peer, _address = listener.accept()
            except OSError:
                return
            with peer, contextlib.suppress(OSError):
                talk(peer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stopped.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)
