"""The portals: one HTTP server on loopback for each invented member.

`python -m deploy.demo.portals [--content FOLDER] [--base-port 8801]`. A content file that is edited
is read again, so that a title changed here is found changed by the next harvest.
"""

from __future__ import annotations

import argparse
import ctypes
import gzip
import hashlib
import signal
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from email.utils import formatdate, mktime_tz, parsedate_tz
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from catalogue.rdf.negotiation import accepted
from deploy.demo import defects, graphs
from deploy.demo.federation import BASE_PORT, Portal, portal
from deploy.demo.packages import ActionApi, NotHere, UnknownAction, package, parameters
from deploy.demo.records import CONTENT, Member, member

MEDIA_TYPES = {
    "turtle": "text/turtle",
    "rdfxml": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "trig": "application/trig",
    "ntriples": "application/n-triples",
    "nquads": "application/n-quads",
}


class Site:
    """One member's portal: what it answers to a path, from its content file as it is now."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read: tuple[int, Member] | None = None
        self._guard = threading.Lock()
        self.base = ""

    @property
    def member(self) -> Member:
        """The member as its file says now."""
        with self._guard:
            changed = self._path.stat().st_mtime_ns
            if self._read is None or self._read[0] != changed:
                found = member(self._path)
                files = f"{self.base}/" if self.base else ""
                self._read = (changed, replace(found, files=files))
            return self._read[1]

    @property
    def changed(self) -> float:
        """When the content changed, seconds since 1970."""
        return self._path.stat().st_mtime

    def catalog(self, number: int, form: str | None) -> tuple[bytes, str] | None:
        """A page of the catalogue (from 1) and its media type; None where there is none."""
        owner = self.member
        how = portal(owner)
        wanted = form or how.form
        size = how.page or len(owner.records)
        page = owner.records[(number - 1) * size : number * size]
        if number < 1 or not page:
            return None
        triples = graphs.catalog(owner, page)
        if how.page:
            here = f"{self.base}/catalog" + (f"?page={number}" if number > 1 else "")
            more = number * size < len(owner.records)
            following = f"{self.base}/catalog?page={number + 1}" if more else None
            total = len(owner.records)
            triples += graphs.view(here, total, following, older=how.older)
        body = graphs.write(triples, wanted)
        if wanted == how.form and number == 1:
            body = _with_defects(body, how)
        return body, MEDIA_TYPES[wanted]

    def action(self, name: str, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """CKAN's answer to an action: status and JSON."""
        owner = self.member
        packages = [package(owner, one, place) for place, one in enumerate(owner.records)]
        for defect in portal(owner).defects:
            packages = defects.PACKAGES[defect](packages)
        told = {"help": f"{self.base}/api/3/action/help_show?name={name}"}
        try:
            result = ActionApi(owner, packages).call(name, given)
        except UnknownAction:
            return 400, {
                **told,
                "success": False,
                "error": {"__type": "Bad Request", "message": name},
            }
        except NotHere as error:
            missing = {"__type": "Not Found Error", "message": f"Not found: {error}"}
            return 404, {**told, "success": False, "error": missing}
        except ValueError as error:
            wrong = {"__type": "Validation Error", "message": str(error)}
            return 409, {**told, "success": False, "error": wrong}
        return 200, {**told, "success": True, "result": result}


def _lost(path: str) -> bool:
    """Whether a file is one of those that a portal names and has lost: one of nine, always the same."""
    return hashlib.sha256(path.encode()).digest()[0] % 9 == 0


def _with_defects(body: bytes, how: Portal) -> bytes:
    for name in how.defects:
        body = defects.DOCUMENTS[name](body)
    return body


class Handler(BaseHTTPRequestHandler):
    """HTTP for one site."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self._serve(b"")

    def do_HEAD(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _serve(self, body: bytes) -> None:
        try:
            self._answer(body)
        except (OSError, ValueError) as error:  # a content file in the middle of an edit
            if not isinstance(error, ConnectionError):
                self._send(503, f"{error}\n".encode(), "text/plain; charset=utf-8")

    def _answer(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        site = self.server.site
        how = portal(site.member)
        if how.kind == "ckan" and "/action/" in parts.path:
            try:
                given = parameters(parts.query, body, self.headers.get("Content-Type") or "")
            except ValueError as error:
                text = f"Bad request - JSON Error: {error}"  # what CKAN says, as a JSON string
                self._send(400, orjson.dumps(text), "application/json;charset=utf-8")
                return
            status, value = site.action(parts.path.rsplit("/", 1)[1], given)
            self._send(status, orjson.dumps(value), "application/json;charset=utf-8")
        elif how.kind == "dcat" and parts.path == "/catalog":
            self._send_catalog(parts.query, how)
        elif parts.path == "/":
            text = f"{site.member.name}: a portal of the demo federation\n"
            self._send(200, text.encode(), "text/plain; charset=utf-8")
        elif parts.path.startswith(("/files/", "/access/")) and not _lost(parts.path):
            self._send(200, b"a made-up file of the demo\n", "text/plain; charset=utf-8")
        else:
            self._send(404, b"not found\n", "text/plain; charset=utf-8")

    def _send_catalog(self, query: str, how: Portal) -> None:
        own = MEDIA_TYPES[how.form]
        offered = [own, *(one for one in MEDIA_TYPES.values() if one != own)]
        accept = self.headers.get("Accept") or ""
        media_type = own if accepted(accept, [own]) else accepted(accept, offered) or own
        form = next(name for name, one in MEDIA_TYPES.items() if one == media_type)
        number = parse_qs(query).get("page", ["1"])[0]
        found = self.server.site.catalog(int(number) if number.isdigit() else 0, form)
        if found is None:
            self._send(404, b"no such page\n", "text/plain; charset=utf-8")
        else:
            self._send(200, *found, packed=how.packed)

    def _send(self, status: int, body: bytes, media_type: str, *, packed: bool = False) -> None:
        # Weak: the packed body has other bytes and the same meaning.
        tag = f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'
        if status == 200 and self.command != "POST" and self._unchanged(tag):
            status, body = 304, b""
        packed = bool(body) and (packed or _takes_gzip(self.headers.get("Accept-Encoding") or ""))
        if packed:
            body = gzip.compress(body, 6, mtime=0)
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("ETag", tag)
        self.send_header("Vary", "Accept, Accept-Encoding")
        if status in {200, 304}:
            self.send_header("Last-Modified", formatdate(self.server.site.changed, usegmt=True))
        if packed:
            self.send_header("Content-Encoding", "gzip")
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _unchanged(self, tag: str) -> bool:
        """RFC 9110, section 13.2.2: If-None-Match counts, If-Modified-Since only where it is absent."""
        asked = self.headers.get("If-None-Match")
        if asked is not None:
            known = {one.strip().removeprefix("W/") for one in asked.split(",")}
            return "*" in known or tag.removeprefix("W/") in known
        since = parsedate_tz(self.headers.get("If-Modified-Since") or "")
        return since is not None and int(self.server.site.changed) <= mktime_tz(since)

    def log_message(self, *_parts: object) -> None:
        """The demo's terminal belongs to the catalogue."""


def _takes_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header takes gzip: named, and not with q=0."""
    for part in header.lower().split(","):
        name, _, quality = part.replace(" ", "").partition(";q=")
        if name == "gzip":
            return quality.strip("0.") != "" or quality == ""
    return False


class Server(ThreadingHTTPServer):
    """A site on a port of loopback (0: any that is free)."""

    daemon_threads = True

    def __init__(self, path: Path, port: int) -> None:
        self.site = Site(path)
        super().__init__(("127.0.0.1", port), Handler)
        self.site.base = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asks whether a file is there may hang up before its body: that is no fault."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def open_portals(folder: Path, base_port: int) -> list[Server]:
    """A server for each member, on ports from `base_port` on in the order of ids (0: any).

    Raises: OSError naming the port that is taken.
    """
    opened: list[Server] = []
    for place, path in enumerate(sorted(folder.glob("*.toml"))):
        port = base_port + place if base_port else 0
        try:
            opened.append(Server(path, port))
        except OSError as error:
            for one in opened:
                one.server_close()
            raise OSError(f"port {port} of 127.0.0.1 is taken ({error.strerror})") from error
    return opened


def main() -> None:
    """Serve until a signal, or until the process that started this one ends."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--content", type=Path, default=CONTENT)
    asked.add_argument("--base-port", type=int, default=BASE_PORT)
    given = asked.parse_args()
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
    try:
        servers = open_portals(given.content, given.base_port)
    except OSError as error:
        sys.exit(f"demo: {error}; choose other ports with --portals-port")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_all: stop.set())
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(f"{server.site.base}  {server.site.member.name}", flush=True)
    stop.wait()


if __name__ == "__main__":
    main()
