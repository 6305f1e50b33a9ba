"""A CKAN portal of any number of packages on loopback, in a process of its own."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import orjson

from deploy.demo.packages import package, parameters
from deploy.demo.records import members


def packages(number: int) -> list[bytes]:
    """That many packages as JSON: the demo's records again and again, each with an id of its own."""
    base = [package(one, r, n) for one in members() for n, r in enumerate(one.records)]
    made = []
    for place in range(number):
        one: dict[str, Any] = dict(base[place % len(base)])
        one["id"] = f"{place:08d}-{one['id'][9:]}"
        one["name"] = f"{one['name']}-{place}"
        one["title"] = f"{one['title']} ({place})"
        made.append(orjson.dumps(one))
    return made


class Handler(BaseHTTPRequestHandler):
    """package_search only; the answer is put together from finished pieces."""

    protocol_version = "HTTP/1.1"
    listed: tuple[bytes, ...] = ()

    def do_GET(self) -> None:
        self._answer(parameters(urlsplit(self.path).query, b"", ""))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer(parameters("", body, self.headers.get("Content-Type") or ""))

    def _answer(self, given: dict[str, Any]) -> None:
        start, rows = int(given.get("start", 0)), int(given.get("rows", 10))
        page = b",".join(self.listed[start : start + min(rows, 1000)])
        head = b'{"help":"","success":true,"result":{"count":%d,"results":[' % len(self.listed)
        body = head + page + b"]}}"
        self.send_response(200)
        self.send_header("Content-Type", "application/json;charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_parts: object) -> None:
        """Silence."""


if __name__ == "__main__":
    Handler.listed = tuple(packages(int(sys.argv[1])))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
