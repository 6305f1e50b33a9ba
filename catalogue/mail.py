"""Mail by SMTP: one message, to one receiver, within a deadline. Satisfies `catalogue.desk.sender.Mailer`."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

SECONDS = 20.0  # that connecting, and each answer, may take
TOGETHER = 90.0  # seconds for one message, whatever the server does
PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class Undelivered(Exception):
    """A message was not taken. `for_good`: sending it again will not help."""

    def __init__(self, message: str, *, for_good: bool = False) -> None:
        super().__init__(message)
        self.for_good = for_good


class Unreachable(Undelivered):
    """The server cannot be spoken to at all: it is not this message's fault."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed in. `way`: smtp (in the clear), smtps, or smtp+starttls."""

    way: str
    host: str
    port: int
    user: str = ""
    password: str = ""

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def server_of(url: str) -> Server:
    """The server of `smtp://host:port`, `smtps://…`, `smtp+starttls://user:password@host:port`, user and
    password percent-encoded. Raises: ValueError, which repeats nothing of the address."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError("no usable address of a mail server") from None
    plain = parts.path in {"", "/"} and not parts.query and not parts.fragment
    if parts.scheme not in PORTS or not host or port == 0 or not plain:
        raise ValueError(
            "no address of a mail server; write smtp://host:port, smtps://host:port or"
            " smtp+starttls://user:password@host:port"
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError("give a mail server's user and password, or neither")
    if user and parts.scheme == "smtp":
        raise ValueError("a password is not sent in the clear; use smtps:// or smtp+starttls://")
    return Server(parts.scheme, host, port or PORTS[parts.scheme], user, password)


class SmtpMailer:
    """Hands messages in, each over a connection of its own. Certificates are checked. `seconds` and
    `together`: as the constants say."""

    def __init__(
        self,
        server: Server,
        *,
        seconds: float = SECONDS,
        together: float = TOGETHER,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._server, self._seconds, self._together = server, seconds, together
        self._tls = tls

    def send(self, message: EmailMessage, sender: str, receiver: str) -> None:
        """Return once the server has taken the message for the receiver.

        Raises: Unreachable; Undelivered, for good where the server said so (RFC 5321, 4.2.1: 5yz).
        """
        with self._connected() as client:
            try:
                client.send_message(message, sender, [receiver])
            except smtplib.SMTPRecipientsRefused as error:
                code, said = next(iter(error.recipients.values()))
                raise _undelivered(code, said, "the receiver") from error
            except smtplib.SMTPSenderRefused as error:
                raise _undelivered(error.smtp_code, error.smtp_error, "the sender") from error
            except smtplib.SMTPNotSupportedError as error:
                raise Undelivered(f"{self._server}: {error}", for_good=True) from error
            except smtplib.SMTPResponseException as error:
                raise _undelivered(error.smtp_code, error.smtp_error, "the message") from error
            except (smtplib.SMTPException, OSError) as error:
                raise Undelivered(f"{self._server} broke off: {_told(error)}") from error

    @contextlib.contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        client = _Client(timeout=self._seconds)
        watch = threading.Timer(self._together, client.cut)
        watch.daemon = True
        watch.start()
        try:
            try:
                self._greet(client)
            except (smtplib.SMTPException, OSError) as error:
                raise Unreachable(
                    f"the mail server {self._server} cannot be used: {_told(error)}"
                ) from error
            yield client
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.quit()
        finally:
            watch.cancel()
            client.close()

    def _greet(self, client: _Client) -> None:
        server = self._server
        if server.way == "smtps":
            client.tls = self._context()
        code, said = client.connect(server.host, server.port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        client.ehlo_or_helo_if_needed()
        if server.way == "smtp+starttls":
            client.starttls(context=self._context())
            client.ehlo()
        if server.user:
            client.login(server.user, server.password)

    def _context(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context()


class _Client(smtplib.SMTP):
    """A client whose connection can be cut from another thread; with `tls`, encrypted from its start."""

    tls: ssl.SSLContext | None = None
    _open: socket.socket | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        self._open = made
        if self.tls is not None:
            self._open = made = self.tls.wrap_socket(made, server_hostname=host)
        self._host = host  # the name that a certificate after STARTTLS must be for
        return made

    def cut(self) -> None:
        """End the connection, in whatever it is."""
        if self._open is not None:
            with contextlib.suppress(OSError):
                self._open.shutdown(socket.SHUT_RDWR)


def _undelivered(code: int, said: bytes | str, what: str) -> Undelivered:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    line = " ".join(text.split())[:200]
    return Undelivered(f"{what} was refused: {code} {line}", for_good=500 <= code < 600)


def _told(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
