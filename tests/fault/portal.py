"""A portal that serves what a test puts there, and a catalogue of its own that harvests it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from catalogue.bootstrap import guarded_client, migrate_journal, open_journal
from catalogue.harvest.identity import worker_name
from catalogue.harvest.worker import carry_out
from catalogue.model import Change, Finding, Node, Run, Source
from catalogue.ports import Client, Journal
from catalogue.settings import Settings

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
RDFXML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    ' xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:dct="http://purl.org/dc/terms/">'
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as a program of a portal sees it."""

    path: str
    query: dict[str, str]
    headers: Mapping[str, str]


Given = tuple[int, dict[str, str], bytes]
Program = Callable[[Asked], Given]


class Portal:
    """Answers by path; `asked` lists the paths that were asked for."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.answers: dict[str, tuple[str, bytes, dict[str, str]]] = {}
        self.programs: dict[str, Program] = {}
        self.asked: list[str] = []

    def program(self, path: str, program: Program) -> str:
        """From now on the function answers at the path. Returns the address."""
        self.programs[path] = program
        return self.base + path

    def serve(
        self, path: str, body: bytes | str, media_type: str = "text/turtle", **headers: str
    ) -> str:
        """From now on the path gives this; `headers` are sent as they are. Returns the address."""
        given = body.encode() if isinstance(body, str) else body
        self.answers[path] = (media_type, given, headers)
        return self.base + path


@contextlib.contextmanager
def serving() -> Iterator[Portal]:
    """A portal on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            portal.asked.append(path)
            if path in portal.programs:
                self._run(portal.programs[path])
                return
            if path not in portal.answers:
                self.send_error(404)
                return
            media_type, body, headers = portal.answers[path]
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", headers.get("Content-Length", str(len(body))))
            for name, value in headers.items():
                if name != "Content-Length":
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def _run(self, program: Program) -> None:
            parts = urlsplit(self.path)
            asked = Asked(parts.path, dict(parse_qsl(parts.query)), self.headers)
            status, headers, body = program(asked)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_parts: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    portal = Portal(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield portal
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class House:
    """A journal in a folder of its own, with harvests run to their end by a client of `client`."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data_dir=folder / "var", allow_private_networks=True)
        migrate_journal(self.settings)
        self._open = contextlib.ExitStack()
        self.journal: Journal = self._open.enter_context(open_journal(self.settings))
        self.client: Callable[[], Client] = partial(guarded_client, self.settings)
        for node in ("a", "b"):
            self.journal.add_node(Node(node, f"Node {node} (fictional)", "DE"))

    def add(self, name: str, url: str, kind: str = "dcat", node: str = "a", **options: str) -> None:
        self.journal.add_source(Source(name, node, kind, url, options))

    def harvest(self, name: str, *, full: bool = True) -> Run:
        run = self.journal.runs.queue(name, full=full)
        ended = carry_out(run.id, self.journal, self.client(), worker_name())
        assert ended is not None
        return ended

    def findings(self, run: Run) -> dict[str, Finding]:
        """The run's findings by rule, those of profiles left out."""
        found = self.journal.runs.findings(run.id)
        return {one.rule: one for one in found if one.profile is None}

    def records(self) -> dict[str, Change]:
        """Live records by key."""
        return {one.record.key: one for one in self.journal.live()}

    def text(self) -> str:
        """Every live record's graph."""
        return "".join((one.graph or b"").decode() for one in self.journal.live())

    def close(self) -> None:
        self._open.close()


def datasets(*names: str, note: str = "") -> str:
    """A Turtle document with a dataset for each name."""
    return PREFIXES + "\n".join(
        f'<http://p.example/{name}> a dcat:Dataset ; dct:title "Title {name}{note}"@en .'
        for name in names
    )
