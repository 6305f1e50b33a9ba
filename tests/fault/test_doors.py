"""Hostile readers: the server lives, others' answers stay, nothing leaks, nothing is fetched or written."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from tests.command import Aicat, read, read_json
from tests.fault.portal import PREFIXES

pytestmark = pytest.mark.e2e

PAYLOAD = "<svg onload=alert(1)><script>alert(2)</script>"
OPEN = "".join(
    f'<http://p.example/{n}> a dcat:Dataset ; dct:title "Open {n}"@en ; dcat:keyword "wind"@en .\n'
    for n in range(300)
)
EVIL = (
    f'<http://p.example/evil> a dcat:Dataset ; dct:title "{PAYLOAD}"@en ;'
    " dcat:landingPage <javascript:alert(3)> .\n"
)
SECRET = (
    '<http://p.example/secret> a dcat:Dataset ; dct:title "Zyxwvut register"@en ;'
    ' dcat:keyword "zyxwvut"@en ; dct:publisher <http://p.example/zyxwvut> .\n'
)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running catalogue with public records and one that is for members."""
    folder = tmp_path_factory.mktemp("doors")
    aicat = Aicat(folder, AICAT_SPARQL_SECONDS="3")
    aicat("node", "add", "n", "--name", "Node N (fictional)", "--country", "DE")
    for name, text, visibility in (("open", OPEN + EVIL, "public"), ("hidden", SECRET, "members")):
        feed = folder / f"{name}.ttl"
        feed.write_text(PREFIXES + text)
        words = ("--node", "n", "--kind", "dcat", "--url", feed.as_uri())
        aicat("source", "add", name, *words, "--option", f"visibility={visibility}")
        aicat.harvest(name)
    with aicat.up() as (_process, address):
        yield address


def status(address: str, data: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(address, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def ask(base: str, query: str) -> tuple[int, bytes]:
    return status(f"{base}/sparql", query.encode(), **{"Content-Type": "application/sparql-query"})


def lives(base: str) -> bool:
    counted = "SELECT (COUNT(*) AS ?n) { ?d a <http://www.w3.org/ns/dcat#Dataset> }"
    code, body = ask(base, counted)
    return code == 200 and json.loads(body)["results"]["bindings"][0]["n"]["value"] == "301"


MANY = 50_000


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p ?o FILTER(" + "(" * MANY + "1" + ")" * MANY + ") }",
        "SELECT * " + "{" * MANY + "}" * MANY,
        "SELECT * { ?s ?p ?o FILTER(" + "!" * MANY + "true) }",
        "SELECT * { ?s ?p ?o FILTER(true" + "&&true" * MANY + ") }",
        "SELECT * { {}" + " UNION {}" * MANY + " }",
        "SELECT * { ?s <p:p>" + "/<p:p>" * MANY + " ?o }",
        "SELECT * { ?s " + "(" * MANY + "<http://p.example/p>" + ")" * MANY + " ?o }",
        "SELECT * { ?s ?p " + "[ ?q " * MANY + "1" + "]" * MANY + " }",
    ],
    ids=["parentheses", "braces", "not", "and", "union", "path", "path brackets", "nodes"],
)
def test_f38_a_query_that_would_end_the_engine_is_a_400_and_the_server_lives(
    base: str, query: str
) -> None:
    code, body = ask(base, query)
    assert code == 400
    assert json.loads(body)["status"] == 400
    assert lives(base)


def test_f39_a_cross_product_ends_at_its_deadline_while_others_are_answered(base: str) -> None:
    heavy = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    codes: list[int] = []
    threads = [threading.Thread(target=lambda: codes.append(ask(base, heavy)[0])) for _ in range(4)]
    for thread in threads:
        thread.start()
    others = 0
    while any(thread.is_alive() for thread in threads):
        assert read(f"{base}/api/v1/datasets?q=open") is not None
        others += 1
        time.sleep(0.01)
    assert set(codes) == {503}
    assert others > 20
    assert lives(base)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <%s> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT <%s> { ?s ?p ?o } }",
        "SELECT * { sErViCe\n#comment\n<%s> { ?s ?p ?o } }",
        "SELECT * { SERVICE/**/<%s> { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o . { SELECT * { SERVICE SILENT <%s> { ?a ?b ?c } } } }",
        "SELECT * { BIND(<%s> AS ?x) SERVICE ?x { ?s ?p ?o } }",
    ],
)
def test_f40_no_form_of_service_asks_anybody(
    base: str, listener: tuple[str, list[bytes]], query: str
) -> None:
    address, heard = listener
    assert ask(base, query % address)[0] == 400
    assert heard == []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM <%s> { ?s ?p ?o }",
        "SELECT * FROM NAMED <%s> { GRAPH ?g { ?s ?p ?o } }",
        "LOAD <%s>",
        "INSERT DATA { <http://p.example/new> a <%s> }",
        "DELETE WHERE { ?s ?p ?o }",
        "DROP ALL",
        "CLEAR DEFAULT",
        "CREATE GRAPH <%s>",
    ],
)
def test_f41_the_public_endpoint_fetches_and_writes_nothing(
    base: str, listener: tuple[str, list[bytes]], query: str
) -> None:
    address, heard = listener
    text = query % address if "%s" in query else query
    form = urlencode({"update": text}).encode()
    assert ask(base, text)[0] in {200, 400}
    assert status(f"{base}/sparql", form)[0] in {400, 405, 415}
    update = {"Content-Type": "application/sparql-update"}
    assert status(f"{base}/sparql", text.encode(), **update)[0] in {400, 405, 415}
    assert heard == []
    assert lives(base)


def test_f42_markup_in_a_title_is_inert_at_every_door(base: str) -> None:
    (item,) = read_json(f"{base}/api/v1/datasets?q=svg")["items"]
    for path in ("/?q=svg", "/datasets?q=svg", f"/datasets/{item['id']}"):
        request = urllib.request.Request(base + path, headers={"Accept": "text/html"})
        try:
            with urllib.request.urlopen(request) as answer:
                policy, page = answer.headers["Content-Security-Policy"], answer.read().decode()
        except urllib.error.HTTPError:
            continue
        assert "unsafe-inline" not in policy
        assert "<svg onload" not in page
        assert "<script>alert" not in page
        assert 'href="javascript:' not in page


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%00", "x" * 10_000, "%E2%80%AEevil", "%"],
)
@pytest.mark.parametrize("door", ["/datasets/", "/api/v1/datasets/", "/api/v1/runs/", "/static/"])
def test_f44_ids_of_any_kind_are_not_found(base: str, door: str, name: str) -> None:
    host, port = base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as peer:
        head = f"GET {door}{name} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        peer.sendall(head.encode())
        answer = b"".join(iter(lambda: peer.recv(65_536), b""))
    assert answer.split(b" ", 2)[1] in {b"400", b"404", b"414", b"422"}
    assert b"root:" not in answer
    assert lives(base)


def test_f47_html_and_turtle_of_one_address_are_never_mixed_by_a_cache(base: str) -> None:
    identifier = read_json(f"{base}/api/v1/datasets?q=open")["items"][0]["id"]
    address = f"{base}/datasets/{identifier}"
    tags = set()
    for accept in ("text/html", "text/turtle", "application/ld+json", "application/rdf+xml"):
        request = urllib.request.Request(address, headers={"Accept": accept})
        with urllib.request.urlopen(request) as answer:
            assert answer.headers["Content-Type"].startswith(accept)
            assert "Accept" in {part.strip() for part in answer.headers["Vary"].split(",")}
            tag = answer.headers["ETag"]
        tags.add(tag)
        again = {"Accept": "text/turtle", "If-None-Match": tag}
        code = status(address, **again)[0]
        assert code == (304 if accept == "text/turtle" else 200)
    assert len(tags) == 4


def test_f51_a_record_for_members_is_seen_through_no_public_door(base: str, tmp_path: Path) -> None:
    doors = [
        "/api/v1/datasets?q=zyxwvut&facets=publisher,keyword,source",
        "/api/v1/datasets?limit=1000&facets=publisher,keyword,source",
        "/api/v1/suggest?q=zyx",
        "/api/v1/facets?facets=keyword",
        "/catalog.ttl",
        "/catalog.nt?q=register",
        "/?q=register",
        "/search?q=register",
        "/sparql?query=" + quote('SELECT * { ?s ?p ?o FILTER(CONTAINS(STR(?o), "yxwvut")) }'),
        "/sparql?query=" + quote("SELECT * { <http://p.example/secret> ?p ?o }"),
        "/sparql?query="
        + quote("ASK { ?s <http://xmlns.com/foaf/0.1/primaryTopic> <http://p.example/secret> }"),
    ]
    for door in doors:
        body = (read(base + door) or b"").replace(b"yxwvut\\", b"").lower()
        body = body.replace(b'"q":"zyxwvut"', b"").replace(b"q=zyxwvut", b"")
        assert b"yxwvut register" not in body, door
        assert b"p.example/zyxwvut" not in body, door
        assert b"p.example/secret>" not in body, door
        assert not re.search(rb'"boolean":\s*true', body), door
    assert read_json(f"{base}/api/v1/datasets?q=zyxwvut")["total"] == 0
    assert read_json(f"{base}/api/v1/stats")["records"] == 301
    following, seen = "/api/v1/datasets?limit=100&q=", 0
    while following:
        page = read_json(base + following)
        seen += len(page["items"])
        following = f"/api/v1/datasets?limit=100&cursor={page['next']}" if page["next"] else ""
    assert seen == 301
