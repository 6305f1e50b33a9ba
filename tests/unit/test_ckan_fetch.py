"""Bringing pages from portals of several kinds, and from files."""

# ruff: noqa: E501 a table is read row by row
from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import zstandard
from marshmallow import ValidationError

from catalogue.errors import ContentError, FetchError, SourceError
from catalogue.http import GuardedClient
from catalogue.model import Mapped, Page, PageEnd
from catalogue.ports import Feed
from harvesters.ckan import files, harvester
from harvesters.ckan.addresses import Address, read

PACKAGES = [{"id": f"p{number:03}", "title": f"Package {number}"} for number in range(7)]

Answer = tuple[int, str, bytes]
Action = Callable[[dict[str, str]], Answer]


class Portal:
    """A portal whose actions a test chooses; `asked` lists (method, path, parameters, headers)."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.actions: dict[str, Action] = {}
        self.documents: dict[str, Answer] = {}
        self.methods = {"GET"}
        self.asked: list[tuple[str, str, dict[str, str], dict[str, str]]] = []

    def answer(self, method: str, path: str, given: dict[str, str], headers: Any) -> Answer:
        parts = urlsplit(path)
        given = given or {key: value[0] for key, value in parse_qs(parts.query).items()}
        self.asked.append((method, parts.path, given, dict(headers)))
        if parts.path in self.documents:
            return self.documents[parts.path]
        if method not in self.methods:
            return 405, "text/plain", b"no"
        action = self.actions.get(parts.path.removeprefix("/api/3/action/"))
        return action(given) if action else (404, "text/html", b"<h1>Not found</h1>")


@pytest.fixture
def portal() -> Iterator[Portal]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer({key: str(value) for key, value in json.loads(body).items()})

        def _answer(self, given: dict[str, str]) -> None:
            status, kind, body = made.answer(self.command, self.path, given, self.headers)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_details: Any) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = Portal(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def client() -> Iterator[GuardedClient]:
    one = GuardedClient(allow_private=True, user_agent="test/1", sleep=lambda _seconds: None)
    yield one
    one.close()


def ok(result: Any) -> Answer:
    return (
        200,
        "application/json;charset=utf-8",
        json.dumps({"success": True, "result": result}).encode(),
    )


def search(given: dict[str, str], *, most: int = 1000) -> Answer:
    start, rows = int(given["start"]), min(int(given["rows"]), most)
    return ok({"count": len(PACKAGES), "results": PACKAGES[start : start + rows]})


def walk(
    url: str, client: GuardedClient | None, **options: Any
) -> tuple[list[Page], list[Mapped], list[PageEnd]]:
    """Harvest as the core does: fetch, map, follow `next`."""
    feed = Feed("s", url, harvester.options().load(options))
    cursor: str | None = None
    pages, records, ends = [], [], []
    while True:
        page = harvester.fetch(feed, client or GuardedClient(), cursor)
        pages.append(page)
        for item in harvester.map(feed, page):
            if isinstance(item, Mapped):
                records.append(item)
            else:
                ends.append(item)
        cursor = ends[-1].next
        if cursor is None:
            return pages, records, ends
        assert len(pages) < 50, "the walk does not end"


def keys(url: str, client: GuardedClient | None, **options: Any) -> list[str]:
    return [record.key for record in walk(url, client, **options)[1]]


ALL = [package["id"] for package in PACKAGES]


# --- package_search ------------------------------------------------------------------------------


def test_a_portal_is_read_page_by_page_in_a_lasting_order(
    portal: Portal, client: GuardedClient
) -> None:
    portal.actions["package_search"] = search
    pages, records, ends = walk(portal.url, client, rows="3", fq="tags:air", q="water")
    assert [record.key for record in records] == ALL
    assert [page.cursor for page in pages] == ["search:0", "search:3", "search:6"]
    assert pages[0].following == "search:3"
    assert pages[0].charset == "utf-8"
    assert ends[-1].total == 7
    method, path, given, headers = portal.asked[1]
    assert (method, path) == ("GET", "/api/3/action/package_search")
    assert given == {"rows": "3", "start": "3", "sort": "id asc", "fq": "tags:air", "q": "water"}
    assert headers["User-Agent"] == "test/1"
    assert "Authorization" not in headers


def test_the_body_is_the_portals_bytes(portal: Portal, client: GuardedClient) -> None:
    body = b' {"success" : true, "result": {"count": 1, "results": [{"id":"x" , "title":"\\u00e4"}]}}\n'
    portal.actions["package_search"] = lambda _given: (200, "application/json", body)
    page = harvester.fetch(Feed("s", portal.url), client, None)
    assert page.body == body


def test_a_portal_that_gives_fewer_rows_than_asked_is_read_whole(
    portal: Portal, client: GuardedClient
) -> None:
    portal.actions["package_search"] = lambda given: search(given, most=2)
    assert keys(portal.url, client, rows="5") == ALL


def test_a_walk_resumes_at_its_cursor(portal: Portal, client: GuardedClient) -> None:
    portal.actions["package_search"] = search
    feed = Feed("s", portal.url, harvester.options().load({"rows": 3}))
    page = harvester.fetch(feed, client, "search:3")
    found = [item.key for item in harvester.map(feed, page) if isinstance(item, Mapped)]
    assert found == ALL[3:6]


def test_a_portal_that_takes_no_get_is_asked_by_post(portal: Portal, client: GuardedClient) -> None:
    portal.actions["package_search"] = search
    portal.methods = {"POST"}
    assert keys(portal.url, client, rows="4") == ALL


def test_the_key_goes_to_the_portal(portal: Portal, client: GuardedClient) -> None:
    portal.actions["package_search"] = search
    walk(portal.url, client, api_key="k-1")
    assert portal.asked[0][3]["Authorization"] == "k-1"


@pytest.mark.parametrize("path", ["", "/", "/api", "/api/3/", "/api/3/action", "/dataset", "/dataset/",
                                  "/api/3/action/package_search?fq=a:b&rows=1&start=5"])  # fmt: skip
def test_addresses_that_people_paste_lead_to_the_portal(
    portal: Portal, client: GuardedClient, path: str
) -> None:
    portal.actions["package_search"] = search
    assert keys(portal.url + path, client) == ALL
    assert portal.asked[0][2].get("fq") == ("a:b" if "fq" in path else None)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://example.org/en/data/", Address("https://example.org/en/data")),
        ("https://example.org/data/api/3/action/", Address("https://example.org/data")),
        ("https://example.org/dump.jsonl.gz", Address("https://example.org", document=True)),
        ("https://example.org/api/3/action/package_show?id=x", Address("https://example.org", document=True)),
        ("https://example.org/api/action/package_search?q=a&sort=x", Address("https://example.org", query=(("q", "a"),))),
    ],
)  # fmt: skip
def test_what_an_address_means(url: str, address: Address) -> None:
    assert read(url) == address


# --- without package_search ----------------------------------------------------------------------


def test_dkan_lists_its_packages_with_their_resources(
    portal: Portal, client: GuardedClient
) -> None:
    def listed(given: dict[str, str]) -> Answer:
        start, rows = int(given["offset"]), int(given["limit"])
        return ok([PACKAGES[start : start + rows]])

    portal.actions["current_package_list_with_resources"] = listed
    pages, records, _ends = walk(portal.url, client, rows="3")
    assert [record.key for record in records] == ALL
    assert [page.cursor for page in pages] == ["list:0", "list:3", "list:6"]


def test_a_list_that_knows_no_paging_is_read_once(portal: Portal, client: GuardedClient) -> None:
    portal.actions["current_package_list_with_resources"] = lambda _given: ok(PACKAGES)
    assert keys(portal.url, client, rows="3") == ALL


def test_packages_are_asked_for_one_by_one_where_nothing_else_is_there(
    portal: Portal, client: GuardedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harvesters.ckan.fetch.SHOWN", 3)
    by_id = {package["id"]: package for package in PACKAGES}

    def show(given: dict[str, str]) -> Answer:
        if given["id"] == "p003":
            return 404, "application/json", b'{"success": false}'
        pretty = json.dumps({"success": True, "result": [by_id[given["id"]]]}, indent=1)
        return 200, "application/json", pretty.encode()

    portal.actions["package_list"] = lambda _given: ok([*reversed(ALL), "p000"])
    portal.actions["package_show"] = show
    pages, records, ends = walk(portal.url, client)
    assert [record.key for record in records] == [one for one in ALL if one != "p003"]
    assert [page.cursor for page in pages] == ["show:0", "show:3", "show:6"]
    assert sum(end.ignored for end in ends) == 1


# --- documents -----------------------------------------------------------------------------------


def test_an_address_of_a_document_is_taken_as_it_is(portal: Portal, client: GuardedClient) -> None:
    one = json.dumps({"success": True, "result": PACKAGES[0]}).encode()
    lines = b"\n".join(json.dumps(package).encode() for package in PACKAGES)
    portal.documents = {
        "/one.json": (200, "text/plain", one),
        "/all.jsonl.gz": (200, "application/gzip", gzip.compress(lines)),
        "/all.ndjson.zst": (200, "application/octet-stream", zstandard.compress(lines)),
        "/some/answer": (200, "application/json", one),
    }
    assert keys(f"{portal.url}/one.json", client) == ["p000"]
    assert keys(f"{portal.url}/all.jsonl.gz", client) == ALL
    assert keys(f"{portal.url}/all.ndjson.zst", client) == ALL
    assert [asked[1] for asked in portal.asked] == ["/one.json", "/all.jsonl.gz", "/all.ndjson.zst"]
    assert keys(f"{portal.url}/some/answer", client) == ["p000"]


# --- faults --------------------------------------------------------------------------------------


def test_an_error_of_the_portal_is_told_in_its_words(portal: Portal, client: GuardedClient) -> None:
    error = b'{"success": false, "error": {"__type": "Search Error", "message": "bad fq"}}'
    portal.actions["package_search"] = lambda _given: (409, "application/json", error)
    with pytest.raises(FetchError, match=r"409.*bad fq") as caught:
        walk(portal.url, client)
    assert caught.value.status == 409


def test_an_address_without_a_portal_says_what_was_asked_for(
    portal: Portal, client: GuardedClient
) -> None:
    with pytest.raises(FetchError, match=r"package_search.* answered 404"):
        walk(portal.url, client)


def test_a_web_page_for_every_address_is_a_content_error(
    portal: Portal, client: GuardedClient
) -> None:
    page = (200, "text/html", b"\n<!doctype html><title>Log in</title>")
    for action in ("package_search", "current_package_list_with_resources", "package_list"):
        portal.actions[action] = lambda _given: page
    portal.documents["/"] = page
    portal.documents[""] = page
    with pytest.raises(ContentError, match="web page"):
        walk(portal.url, client)


def test_a_broken_server_is_not_taken_for_another_kind_of_portal(
    portal: Portal, client: GuardedClient
) -> None:
    portal.actions["package_search"] = lambda _given: (500, "text/plain", b"down")
    portal.actions["package_list"] = lambda _given: ok(ALL)
    with pytest.raises(FetchError) as caught:
        walk(portal.url, client)
    assert caught.value.status == 500


def test_a_page_that_fails_later_is_a_fetch_error(portal: Portal, client: GuardedClient) -> None:
    feed = Feed("s", portal.url, harvester.options().load({}))
    portal.actions["package_search"] = lambda _given: (404, "text/plain", b"gone")
    with pytest.raises(FetchError):
        harvester.fetch(feed, client, "search:250")


# --- files ---------------------------------------------------------------------------------------


def write_lines(path: Path, packages: list[Any]) -> bytes:
    body = b"".join(json.dumps(package).encode() + b"\n" for package in packages)
    packed = {".gz": gzip.compress(body), ".zst": zstandard.compress(body)}.get(path.suffix, body)
    path.write_bytes(packed)
    return body


@pytest.mark.parametrize("name", ["all.jsonl", "all.ndjson.gz", "all.jsonl.zst"])
@pytest.mark.parametrize("piece", [1, 40, 100, 10_000])
def test_files_of_lines_are_read_in_pieces_of_whole_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, piece: int
) -> None:
    monkeypatch.setattr(files, "PIECE", piece)
    body = write_lines(tmp_path / name, PACKAGES)
    pages, records, _ends = walk((tmp_path / name).as_uri(), None)
    assert [record.key for record in records] == ALL
    assert b"".join(page.body for page in pages) == body
    assert len(pages) == {1: 7, 40: 4, 100: 3, 10_000: 1}[piece]


def test_a_folder_is_all_its_documents_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a one.json").write_text(json.dumps({"success": True, "result": PACKAGES[0]}))
    (tmp_path / "b" / "two.json").write_text(json.dumps(PACKAGES[1:3]))
    write_lines(tmp_path / "c.jsonl.zst", PACKAGES[3:])
    (tmp_path / "notes.txt").write_text("not read")
    assert keys(tmp_path.as_uri(), None) == ALL
    assert keys((tmp_path / "a one.json").as_uri(), None) == ["p000"]


def test_files_that_cannot_be_read_say_so(tmp_path: Path) -> None:
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(b"x" * 1000)[:-20])
    (tmp_path / "cut.json").write_bytes(zstandard.compress(b"x" * 100_000)[:-3])
    (tmp_path / "empty").mkdir()
    for url, error in (
        ((tmp_path / "cut.jsonl.gz").as_uri(), FetchError),
        ((tmp_path / "cut.json").as_uri(), SourceError),
        ((tmp_path / "none.json").as_uri(), FetchError),
        ((tmp_path / "empty").as_uri(), ContentError),
        ("file://elsewhere.example.org/x.json", FetchError),
    ):
        with pytest.raises(error):
            walk(url, None)


def test_a_document_above_the_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 100)
    (tmp_path / "big.json").write_bytes(gzip.compress(b" " * 10_000 + b"[]"))
    with pytest.raises(FetchError, match="more than 100 bytes"):
        walk((tmp_path / "big.json").as_uri(), None)


# --- options -------------------------------------------------------------------------------------


def test_options_have_defaults_and_limits() -> None:
    load = harvester.options().load
    assert load({}) == {"rows": 250, "q": "", "fq": "", "api_key": "", "site": ""}
    assert load({"rows": "1000"})["rows"] == 1000
    for wrong in (
        {"rows": "0"},
        {"rows": "1001"},
        {"rows": "x"},
        {"site": "file:///x"},
        {"typo": "1"},
    ):
        with pytest.raises(ValidationError):
            load(wrong)
