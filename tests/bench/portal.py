"""Portals on loopback, in a process of their own, that answer from finished bytes.

A folder holds `packages.jsonl`, served as CKAN's `package_search` with its filter by date, and `pages/N.rdf`,
served with an ETag under `/pages/`, without one under `/plain/`, a tenth of a second late under `/slow/`, and
never under `/hung/`.
Making the records must not take time from what is measured, so it is done before.
"""

from __future__ import annotations

import mmap
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import orjson

from catalogue.synth import document
from catalogue.synth.graphs import view
from catalogue.synth.packages import is_harvest_source
from deploy.demo.packages import parameters

SEED = 1
LATENCY = 0.1  # seconds
LONG_AGO = "2000-01-01T00:00:00"  # when what does not tell was changed
PART = 1000  # records that are made, and listed on a page of RDF, at once
PORT_MARK = b"127.0.0.1:00000"  # in finished pages, in the place of the address


def make(folder: Path, size: int, part: int = PART) -> None:
    """Write both portals' records, `part` on a page, with as many processes as there are cores."""
    (folder / "pages").mkdir()
    starts = range(0, size, part)
    same = repeat(size), repeat(part)
    with ProcessPoolExecutor() as pool, (folder / "packages.jsonl").open("wb") as out:
        for written in pool.map(_packages, starts, *same):
            out.write(written)
        datasets = sum(not is_harvest_source(number) for number in range(size))
        list(pool.map(_page, starts, *same, repeat(datasets), repeat(folder)))


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The portals of a folder in a process of their own; their address."""
    command = [sys.executable, "-m", "tests.bench.portal", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as portal:
        assert portal.stdout is not None
        try:
            yield f"http://127.0.0.1:{portal.stdout.readline().strip()}"
        finally:
            portal.kill()


def _packages(start: int, size: int, part: int) -> bytes:
    return b"".join(document("ckan", SEED, range(start, min(start + part, size))))


def _page(start: int, size: int, part: int, total: int, folder: Path) -> None:
    here = f"http://{PORT_MARK.decode()}/pages/"
    end = min(start + part, size)
    following = f"{here}{end // part}.rdf" if end < size else None
    page = view(f"{here}{start // part}.rdf", following, total)
    path = folder / "pages" / f"{start // part}.rdf"
    path.write_bytes(b"".join(document("rdfxml", SEED, range(start, end), page)))


class Handler(BaseHTTPRequestHandler):
    """`package_search` only, and finished pages."""

    changed: ClassVar[list[str]]  # when each package changed

    protocol_version = "HTTP/1.1"
    folder: ClassVar[Path]
    packages: ClassVar[Any]
    ends: ClassVar[list[int]]  # where each package's line ends

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        way = parts.path.split("/")[1]
        if way in {"pages", "plain", "slow", "hung"}:
            self._page(way, Path(parts.path).name)
        else:
            self._search(parameters(parts.query, b"", ""))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._search(parameters("", body, self.headers.get("Content-Type") or ""))

    def _page(self, way: str, name: str) -> None:
        if way == "hung":
            time.sleep(3600)
        if way == "slow":
            time.sleep(LATENCY)
        tag = f'"{name}"' if way == "pages" else None
        if tag and self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.end_headers()
            return
        port = f"127.0.0.1:{self.server.server_address[1]}/{way}/".encode()
        body = (self.folder / "pages" / name).read_bytes()
        body = body.replace(PORT_MARK + b"/pages/", port)
        self._send(body, "application/rdf+xml", tag)

    def _search(self, given: dict[str, Any]) -> None:
        start, rows = int(given.get("start", 0)), min(int(given.get("rows", 10)), 1000)
        _, _, since = str(given.get("fq", "")).partition("metadata_modified:[")
        if since:  # what a list of changes holds does not matter here, only how many there are
            self._send_result(sum(one >= since[:19] for one in self.changed), b"")
            return
        count = len(self.ends) - 1
        end = min(start + rows, count)
        page = self.packages[self.ends[start] : self.ends[end] - 1] if start < end else b""
        self._send_result(count, page.replace(b"\n", b","))

    def _send_result(self, count: int, page: bytes) -> None:
        head = b'{"help":"","success":true,"result":{"count":%d,"results":[' % count
        self._send(head + page + b"]}}", "application/json;charset=utf-8")

    def _send(self, body: bytes, media_type: str, tag: str | None = None) -> None:
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        if tag:
            self.send_header("ETag", tag)
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
        Handler.ends, Handler.changed = [0], []
        for line in file:
            Handler.ends.append(Handler.ends[-1] + len(line))
            Handler.changed.append(orjson.loads(line).get("metadata_modified", LONG_AGO)[:19])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(orjson.dumps(server.server_address[1]).decode(), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
