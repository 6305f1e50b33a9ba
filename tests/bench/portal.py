"""Portals on loopback, in a process of their own, that answer from finished bytes.

A folder holds `packages.jsonl`, served as CKAN's `package_search`, and `pages/N.rdf`, served as they are.
Making the records must not take time from what is measured, so it is done before.
"""

from __future__ import annotations

import mmap
import sys
from concurrent.futures import ProcessPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import orjson

from catalogue.synth import document
from catalogue.synth.graphs import view
from deploy.demo.packages import parameters

SEED = 1
PART = 1000  # records that are made, and listed on a page of RDF, at once
PORT_MARK = b"127.0.0.1:00000"  # in finished pages, in the place of the address


def make(folder: Path, size: int) -> None:
    """Write both portals' records, with as many processes as there are cores."""
    (folder / "pages").mkdir()
    starts = range(0, size, PART)
    with ProcessPoolExecutor() as pool, (folder / "packages.jsonl").open("wb") as out:
        for part in pool.map(_packages, starts, [size] * len(starts)):
            out.write(part)
        list(pool.map(_page, starts, [size] * len(starts), [folder] * len(starts)))


def _packages(start: int, size: int) -> bytes:
    return b"".join(document("ckan", SEED, range(start, min(start + PART, size))))


def _page(start: int, size: int, folder: Path) -> None:
    here = f"http://{PORT_MARK.decode()}/pages/"
    end = min(start + PART, size)
    following = f"{here}{end // PART}.rdf" if end < size else None
    page = view(f"{here}{start // PART}.rdf", following, size)
    path = folder / "pages" / f"{start // PART}.rdf"
    path.write_bytes(b"".join(document("rdfxml", SEED, range(start, end), page)))


class Handler(BaseHTTPRequestHandler):
    """`package_search` only, and finished pages."""

    protocol_version = "HTTP/1.1"
    folder: ClassVar[Path]
    packages: ClassVar[Any]
    ends: ClassVar[list[int]]  # where each package's line ends

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/pages/"):
            port = f"127.0.0.1:{self.server.server_address[1]}".encode()
            body = (self.folder / "pages" / Path(parts.path).name).read_bytes()
            self._send(body.replace(PORT_MARK, port), "application/rdf+xml")
        else:
            self._search(parameters(parts.query, b"", ""))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._search(parameters("", body, self.headers.get("Content-Type") or ""))

    def _search(self, given: dict[str, Any]) -> None:
        start, rows = int(given.get("start", 0)), min(int(given.get("rows", 10)), 1000)
        count = len(self.ends) - 1
        end = min(start + rows, count)
        page = self.packages[self.ends[start] : self.ends[end] - 1] if start < end else b""
        head = b'{"help":"","success":true,"result":{"count":%d,"results":[' % count
        self._send(head + page.replace(b"\n", b",") + b"]}}", "application/json;charset=utf-8")

    def _send(self, body: bytes, media_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_parts: object) -> None:
        """Silence."""


def main() -> None:
    """Serve the folder that is named; the port is the first line printed."""
    Handler.folder = Path(sys.argv[1])
    path = Handler.folder / "packages.jsonl"
    with path.open("rb") as file:
        Handler.packages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        Handler.ends = [0]
        for line in file:
            Handler.ends.append(Handler.ends[-1] + len(line))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(orjson.dumps(server.server_address[1]).decode(), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
