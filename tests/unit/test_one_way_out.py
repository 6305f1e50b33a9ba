"""Nothing but the guarded client reaches the network: no module can, and no harvest does."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalogue.cli import WHERE
from tests.command import Aicat
from tests.fault.portal import datasets, serving

ROOT = Path(__file__).resolve().parents[2]
HOUSES = ("catalogue", "harvesters", "vocab", "api")

# What opens connections, or listens for them.
NETWORK = frozenset(
    {
        "socket", "ssl", "socketserver", "asyncio", "selectors", "http.client", "http.server", "urllib.request",
        "ftplib", "smtplib", "poplib", "imaplib", "nntplib", "telnetlib", "xmlrpc", "webbrowser",
        "multiprocessing.connection", "multiprocessing.managers", "logging.handlers", "_socket", "_ssl",
        "urllib3", "requests", "httpx", "httpcore", "aiohttp", "pycurl", "websocket", "websockets", "anyio",
        "trio", "paramiko", "dns", "grpc", "ckanapi", "sickle", "SPARQLWrapper", "pystac_client", "granian",
        "authlib.integrations",
    }
)  # fmt: skip

# Where one of them may be imported, and why.
ALLOWED: dict[str, tuple[set[str], str]] = {
    "catalogue/http/adapter.py": ({"requests", "socket", "ssl", "urllib3"}, "the guarded client"),
    "catalogue/http/client.py": ({"requests"}, "the guarded client"),
    "catalogue/http/connecting.py": ({"socket", "ssl", "urllib3"}, "the guarded client"),
    "catalogue/mail.py": (
        {"smtplib", "socket", "ssl"},
        "mail to the one server that the operator names; no address in it comes from anybody else",
    ),
    "catalogue/cli/running.py": ({"socket"}, "looks whether the port to listen on is free"),
    "catalogue/cli/web.py": ({"granian"}, "listens, and answers who asks"),
    "harvesters/ckan/fetch.py": (
        {"ckanapi", "requests"},
        "ckanapi runs on a session of the guarded client; of requests only the type is named",
    ),
}

# Ways to a module or an address that no import statement shows.
HIDDEN = frozenset({"__import__", "import_module", "urlopen", "urlretrieve", "create_connection"})


def modules() -> Iterator[tuple[str, ast.Module]]:
    for house in HOUSES:
        for path in sorted((ROOT / house).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_bytes())


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module that is imported anywhere in it; of `from a import b` also `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def network(name: str) -> str | None:
    """The part of a module's name that says that it reaches the network."""
    parts = name.split(".")
    heads = (".".join(parts[:length]) for length in range(1, len(parts) + 1))
    return next((head for head in heads if head in NETWORK), None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import socket", {"socket"}),
        ("def f():\n  from urllib import request", {"urllib.request"}),
        ("from urllib.request import urlopen as x", {"urllib.request"}),
        ("import requests.adapters as a", {"requests"}),
        ("import http\nfrom http import HTTPStatus\nfrom urllib.parse import urljoin", set()),
        ("from .socket import x", set()),
    ],
)
def test_an_import_in_any_form_is_seen(text: str, found: set[str]) -> None:
    assert {network(name) for name in imported(ast.parse(text))} - {None} == found


def test_only_the_guarded_client_imports_what_opens_connections() -> None:
    seen = {name: {network(one) for one in imported(tree)} - {None} for name, tree in modules()}
    assert len(seen) > 100
    reaching = {name: found for name, found in seen.items() if found}
    assert reaching == {name: found for name, (found, _why) in ALLOWED.items()}


def test_no_module_is_imported_by_a_name_that_is_made_up_at_run_time() -> None:
    """But the commands, from a table of our own package's modules."""
    for name, tree in modules():
        if name == "catalogue/cli/__init__.py":
            assert {f"catalogue.cli.{module}" for module in WHERE.values()} <= {
                other.removesuffix(".py").replace("/", ".") for other, _tree in modules()
            }
            continue
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        used |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not used & HIDDEN, name


def test_of_requests_a_harvester_names_the_type_only() -> None:
    tree = ast.parse((ROOT / "harvesters/ckan/fetch.py").read_bytes())
    named = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "requests"
    }
    assert named == {"Response"}


# Runs in every Python process of the harvest before anything else does.
WATCH = """
import json, os, sys

_log = os.open(os.environ["WATCH_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
_WATCHED = {"socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.sendmsg",
            "socket.gethostbyname"}

def _note(**said):
    os.write(_log, (json.dumps({"pid": os.getpid(), **said}) + "\\n").encode())

def _hook(event, _args):
    if event in _WATCHED:
        frame, files = sys._getframe(1), []
        while frame:
            files.append(frame.f_code.co_filename)
            frame = frame.f_back
        _note(event=event, files=files)

_note(event="start", files=sys.orig_argv)
sys.addaudithook(_hook)
"""


@pytest.mark.e2e
def test_of_all_that_a_harvest_does_only_the_guarded_client_opens_connections(
    tmp_path: Path,
) -> None:
    """Every Python process is watched from its start, whatever the library; see PEP 578."""
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch" / "sitecustomize.py").write_text(WATCH)
    log = tmp_path / "log"
    aicat = Aicat(
        tmp_path,
        PYTHONPATH=os.pathsep.join([str(tmp_path / "watch"), str(ROOT)]),
        WATCH_LOG=str(log),
    )
    packages = [{"id": "p", "name": "p", "title": "T", "resources": []}]
    found = json.dumps({"success": True, "result": {"count": 1, "results": packages}})
    aicat("node", "add", "n", "--name", "Node N (fictional)", "--country", "DE")
    with serving() as portal:
        feed = portal.serve("/feed", datasets("one", "two"))
        portal.serve("/api/3/action/package_search", found, "application/json")
        for kind, url in (("dcat", feed), ("ckan", portal.base)):
            aicat("source", "add", kind, "--node", "n", "--kind", kind, "--url", url)
        log.unlink()
        ended = [json.loads(one) for one in aicat("harvest", "--all", "--json").splitlines()]
    assert sorted(run["counts"]["created"] for run in ended) == [1, 2]

    noted = [json.loads(line) for line in log.read_text().splitlines()]
    argv = {one["pid"]: " ".join(one["files"]) for one in noted if one["event"] == "start"}
    readers = {pid for pid, words in argv.items() if "catalogue.harvest.reading" in words}
    assert len(readers) >= 2, "the processes that read foreign bytes were not watched"
    reached = [one for one in noted if one["event"] != "start"]
    assert [one["event"] for one in reached].count("socket.connect") >= 2
    connecting = str(Path("catalogue", "http", "connecting.py"))
    for one in reached:
        assert any(file.endswith(connecting) for file in one["files"]), one
        assert one["pid"] not in readers
