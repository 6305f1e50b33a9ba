"""TLS: the name of the URL is what the certificate must be for, whatever address is connected to."""

from __future__ import annotations

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalogue.errors import FetchError
from catalogue.http import GuardedClient
from tests.unit.hostile import Script, hostile

NAME = "portal.example.org"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for `NAME` and its key, made for this run."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with; install it")
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}",
         "-addext", f"subjectAltName=DNS:{NAME}", "-out", files[0], "-keyout", files[1]],
        check=True, capture_output=True,
    )  # fmt: skip
    return files


class Server:
    """Answers every request with "ok" at once, or drips for ever; `names` are those asked for."""

    def __init__(self, certificate: tuple[Path, Path]) -> None:
        self.names: list[str | None] = []
        self.drip = False
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*certificate)
        self._context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                peer, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._speak, args=(peer,), daemon=True).start()

    def _speak(self, peer: socket.socket) -> None:
        try:
            with self._context.wrap_socket(peer, server_side=True) as wrapped:
                heard = wrapped.recv(4096)
                while heard.startswith(b"POST") and not heard.endswith(b"0\r\n\r\n"):
                    heard += wrapped.recv(4096)
                wrapped.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n")
                while self.drip:
                    wrapped.sendall(b"")
                    time.sleep(0.05)
                wrapped.sendall(b"ok")
        except (OSError, ssl.SSLError):
            peer.close()


@pytest.fixture
def server(certificate: tuple[Path, Path]) -> Iterator[Server]:
    one = Server(certificate)
    yield one
    one.close()


@pytest.fixture
def client(certificate: tuple[Path, Path]) -> Iterator[GuardedClient]:
    """A client that trusts the certificate, for which every name is this machine."""
    one = GuardedClient(
        allow_private=True,
        seconds=2,
        sleep=lambda _seconds: None,
        resolve=lambda _host, _port: ["127.0.0.1"],
    )
    context = one._adapter.poolmanager.connection_pool_kw["ssl_context"]
    context.load_verify_locations(certificate[0])
    yield one
    one.close()


def test_the_name_is_kept_in_the_handshake(server: Server, client: GuardedClient) -> None:
    assert client.get(f"https://{NAME}:{server.port}/").body == b"ok"
    assert client.session().get(f"https://{NAME}:{server.port}/").content == b"ok"
    assert set(server.names) == {NAME}


def test_a_certificate_for_another_name_is_not_trusted(
    server: Server, client: GuardedClient
) -> None:
    with pytest.raises(FetchError, match="no trustworthy TLS connection"):
        client.get(f"https://other.example.org:{server.port}/")
    assert server.names == ["other.example.org"], "what is not trusted is not tried again"


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(server: Server) -> None:
    client = GuardedClient(allow_private=True, resolve=lambda _host, _port: ["127.0.0.1"])
    with pytest.raises(FetchError, match="no trustworthy TLS connection"):
        client.get(f"https://{NAME}:{server.port}/")
    with pytest.raises(FetchError, match="no trustworthy TLS connection"):
        client.session().get(f"https://{NAME}:{server.port}/", verify=False)


def test_the_total_deadline_holds_over_tls(server: Server, client: GuardedClient) -> None:
    server.drip = True
    with pytest.raises(FetchError, match="within 2 s"):
        client.get(f"https://{NAME}:{server.port}/")


def test_a_server_that_never_shakes_hands_ends_at_the_deadline(client: GuardedClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(FetchError, match="2 s"):
        client.get(f"https://{NAME}:{silent.getsockname()[1]}/")


def test_a_body_is_sent_over_tls(server: Server, client: GuardedClient) -> None:
    assert client.post(f"https://{NAME}:{server.port}/", body=iter([b"a", b"b"])).body == b"ok"


def _tunnel(port: int) -> Script:
    """A proxy's part of CONNECT: bytes to and fro, from now on."""

    def script(peer: socket.socket, _before: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as onward:
            peer.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pass_on, args=(onward, peer), daemon=True)
            back.start()
            _pass_on(peer, onward)
            back.join()

    return script


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := one.recv(65536):
            other.sendall(piece)
        other.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("trusted", [True, False])
def test_a_proxy_on_the_way_cannot_stand_in_for_the_host(
    server: Server, certificate: tuple[Path, Path], trusted: bool
) -> None:
    with hostile() as proxy:
        client = GuardedClient(
            proxy=proxy.url(""),
            seconds=5,
            resolve=lambda host, _port: ["127.0.0.1" if host == "127.0.0.1" else "9.9.9.9"],
        )
        proxy.scripts[f"{NAME}:{server.port}"] = _tunnel(server.port)
        if trusted:
            manager = client._adapter.proxy_manager_for(proxy.url(""))
            manager.connection_pool_kw["ssl_context"].load_verify_locations(certificate[0])
            assert client.get(f"https://{NAME}:{server.port}/").body == b"ok"
        else:
            with pytest.raises(FetchError, match="no trustworthy TLS connection"):
                client.get(f"https://{NAME}:{server.port}/")
        client.close()
        assert server.names == [NAME]
