"""A door before an Elasticsearch node, as a cluster with security has it: TLS, and an API key that is
asked of each request. The published jars have no such part."""

from __future__ import annotations

import contextlib
import http.client
import json
import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

PASSED = ("Content-Type", "Accept")
REFUSED = {
    "type": "security_exception",
    "reason": "unable to authenticate with provided credentials",
}


class Authority:
    """Signs certificates for 127.0.0.1; `file` is its own certificate (PEM)."""

    def __init__(self, folder: Path) -> None:
        found = shutil.which("openssl")
        if found is None:
            pytest.skip("no openssl to make certificates with; install it")
        self._openssl, self._folder, self.file = found, folder, folder / "ca.pem"
        folder.mkdir(parents=True)
        self._run(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-out", "ca.pem",
            "-keyout", "ca.key", "-subj", f"/CN=Test authority {folder.name}",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=keyCertSign",
        )  # fmt: skip

    def signed(self) -> tuple[Path, Path]:
        """A certificate and its key."""
        (self._folder / "for").write_text(
            "subjectAltName=IP:127.0.0.1\nauthorityKeyIdentifier=keyid\nbasicConstraints=CA:FALSE\n"
        )
        self._run(
            "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=node", "-out", "node.csr",
            "-keyout", "node.key",
        )  # fmt: skip
        self._run(
            "x509", "-req", "-in", "node.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-days", "2",
            "-CAcreateserial", "-extfile", "for", "-out", "node.pem",
        )  # fmt: skip
        return self._folder / "node.pem", self._folder / "node.key"

    def _run(self, *words: str) -> None:
        subprocess.run([self._openssl, *words], cwd=self._folder, check=True, capture_output=True)


class Door(ThreadingHTTPServer):
    """Passes requests that bring the key to a node; `refused` and `passed` are counted."""

    daemon_threads = True

    def __init__(self, node: int, key: str, files: tuple[Path, Path]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.node, self.key = node, key
        self.passed = self.refused = 0
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*files)
        # Each connection agrees on its keys in a thread of its own, with its first byte read.
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )

    def handle_error(self, request: object, client_address: object) -> None:
        """A peer that does not trust the certificate goes; nothing is printed of it."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Door

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Authorization") != f"ApiKey {self.server.key}":
            self.server.refused += 1
            self._send(401, json.dumps({"error": REFUSED, "status": 401}).encode(), {})
            return
        self.server.passed += 1
        to = http.client.HTTPConnection("127.0.0.1", self.server.node, timeout=60)
        with contextlib.closing(to):
            given = {name: self.headers[name] for name in PASSED if name in self.headers}
            to.request(self.command, self.path, body, given)
            answer = to.getresponse()
            found = {"Content-Type": answer.headers.get("Content-Type", "application/json")}
            self._send(answer.status, answer.read(), found)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer  # noqa: N815 as the server calls them

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {
            "Content-Type": "application/json",
            "X-Elastic-Product": "Elasticsearch",
            **headers,
            "Content-Length": str(len(body)),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_told: object) -> None:
        pass


@contextlib.contextmanager
def door(node: int, key: str, authority: Authority) -> Iterator[Door]:
    """A door on a free port before the node at a port."""
    made = Door(node, key, authority.signed())
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.shutdown()
        made.server_close()
        thread.join(10)
