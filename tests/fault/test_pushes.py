"""Pushes over real sockets: replayed, cut, killed, forged; what was acknowledged is there."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from tests.command import Aicat, free_port, wait_for

pytestmark = pytest.mark.e2e

LINES = "application/x-ndjson"
RECORDS = "/api/v1/sources/feed/records"


def lines(number: int, first: int = 0) -> bytes:
    values = (
        {
            "@id": f"http://p.example/{one}",
            "@type": "http://www.w3.org/ns/dcat#Dataset",
            "http://purl.org/dc/terms/title": f"Title {one} {'x' * 500}",
        }
        for one in range(first, first + number)
    )
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


@dataclass
class Server:
    """A catalogue that runs, and a node's key to it."""

    base: str
    key: str

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.base)
        assert parts.hostname
        assert parts.port
        return parts.hostname, parts.port

    def ask(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON, and headers by lower-case name; a body that is an iterator goes in chunks."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        with contextlib.closing(http.client.HTTPConnection(*self.address, timeout=60)) as wire:
            wire.request(
                method,
                path,
                body=body,
                headers={"Authorization": f"Bearer {self.key}", **named},
                encode_chunked=not isinstance(body, bytes | None),
            )
            answer = wire.getresponse()
            said = answer.read()
            told = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, json.loads(said) if said else None, told

    def push(self, body: Any, name: str, **query: Any) -> tuple[int, Any, dict[str, str]]:
        path = f"{RECORDS}?{urlencode(query)}" if query else RECORDS
        return self.ask("POST", path, body, Content_Type=LINES, Idempotency_Key=name)

    def begin(self, told: int, name: str, **query: Any) -> socket.socket:
        """A push whose head is sent; the body is the caller's to send, and to cut."""
        wire = socket.create_connection(self.address, timeout=60)
        head = (
            f"POST {RECORDS}?{urlencode(query)} HTTP/1.1\r\nHost: catalogue\r\n"
            f"Authorization: Bearer {self.key}\r\nIdempotency-Key: {name}\r\n"
            f"Content-Type: {LINES}\r\nContent-Length: {told}\r\n\r\n"
        )
        wire.sendall(head.encode())
        return wire

    def accepted(self, name: str) -> int:
        _status, told, _headers = self.ask("GET", f"/api/v1/runs?idempotency_key={name}")
        return max((one["accepted_lines"] for one in told["items"]), default=0)

    def ended(self, run_id: str) -> dict[str, Any]:
        """The run when it has ended."""
        found: dict[str, Any] = {}

        def over() -> bool:
            found.update(self.ask("GET", f"/api/v1/runs/{run_id}")[1])
            return bool(found["ended"])

        wait_for(over)
        return found


@pytest.fixture
def aicat(tmp_path: Path) -> Aicat:
    command = Aicat(tmp_path)
    for node in ("n", "m"):
        command("node", "add", node, "--name", f"Node {node} (fictional)", "--country", "DE")
    command("source", "add", "feed", "--node", "n", "--kind", "push")
    return command


@pytest.fixture
def server(aicat: Aicat) -> Iterator[Server]:
    key = aicat("node", "key", "n").splitlines()[-1]
    with aicat.up() as (_process, base):
        yield Server(base, key)


def keys(aicat: Aicat, run_id: str, server: Server) -> list[str]:
    """The keys that a run has listed."""
    found: list[str] = []
    query = "limit=1000"
    while True:
        _status, page, _headers = server.ask("GET", f"/api/v1/runs/{run_id}/records?{query}")
        found += [one["key"] for one in page["items"]]
        if page["next"] is None:
            return found
        query = f"limit=1000&cursor={page['next']}"


def test_f26_a_push_three_times_at_once_and_later_has_one_effect(
    server: Server, aicat: Aicat
) -> None:
    body = lines(2000)
    answers: list[tuple[int, Any, dict[str, str]]] = []
    threads = [
        threading.Thread(target=lambda: answers.append(server.push(body, "k"))) for _one in "abc"
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    answers.append(server.push(iter([body[:777_777], body[777_777:]]), "k"))
    assert [status for status, _told, _headers in answers] == [202] * 4
    (place,) = {headers["location"] for _status, _told, headers in answers}
    run = server.ended(place.rpartition("/")[2])
    assert (run["state"], run["counts"]["created"], run["counts"]["ignored"]) == ("done", 2000, 0)
    assert json.loads(aicat("runs", "--json"))["total"] == 1


def test_f27_the_same_key_with_another_body_is_refused(server: Server) -> None:
    first = server.push(lines(10), "k")
    for other in (lines(11), lines(9), lines(9) + lines(1, 77)):
        status, problem, headers = server.push(other, "k")
        assert (status, headers["content-type"]) == (422, "application/problem+json")
        assert "Idempotency-Key" in problem["detail"]
    assert server.ended(first[1]["id"])["counts"]["created"] == 10


def test_f28_a_push_that_is_cut_twice_goes_on_and_every_line_is_there_once(
    server: Server, aicat: Aicat
) -> None:
    whole = lines(6000)
    with server.begin(len(whole), "k") as wire:
        wire.sendall(whole[: len(whole) // 3])
    first = 0

    def settled() -> bool:
        nonlocal first
        before, first = first, server.accepted("k")
        return first == before > 0

    wait_for(settled)
    rest = lines(6000 - first, first)
    with server.begin(len(rest), "k", from_line=first) as wire:
        wire.sendall(rest[: len(rest) // 2])
        wire.shutdown(socket.SHUT_WR)
        said = b""
        while piece := wire.recv(65_536):
            said += piece
    assert b" 400 " in said.splitlines()[0]
    second = json.loads(said.partition(b"\r\n\r\n")[2])["accepted_lines"]
    assert first < second < 6000
    assert second == server.accepted("k")
    status, told, _headers = server.push(lines(6000 - second, second), "k", from_line=second)
    assert status == 202
    run = server.ended(told["id"])
    assert (run["state"], run["counts"]["created"], run["accepted_lines"]) == ("done", 6000, 6000)
    listed = keys(aicat, run["id"], server)
    assert len(listed) == len(set(listed)) == 6000


def test_f28_a_server_killed_in_the_middle_has_every_line_that_it_acknowledged(
    aicat: Aicat,
) -> None:
    key = aicat("node", "key", "n").splitlines()[-1]
    port = free_port()
    whole = lines(8000)
    with aicat.up(port=port) as (process, base):
        server = Server(base, key)
        with server.begin(len(whole), "k") as wire:
            wire.sendall(whole[: len(whole) // 2])
            wait_for(lambda: server.accepted("k") >= 2000)
            told = server.accepted("k")
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert json.loads(aicat("verify", "--json"))["faults"]["journal"] == []
    with aicat.up(port=port) as (_process, base):
        server = Server(base, key)
        accepted = server.accepted("k")
        assert told <= accepted < 8000
        status, answer, _headers = server.push(
            lines(8000 - accepted, accepted), "k", from_line=accepted
        )
        assert status == 202
        run = server.ended(answer["id"])
        assert (run["state"], run["counts"]["created"]) == ("done", 8000)
        listed = keys(aicat, run["id"], server)
        assert len(listed) == len(set(listed)) == 8000
    assert json.loads(aicat("verify", "--json"))["faults"]["journal"] == []


def test_f28_the_client_goes_on_by_itself_and_tells_the_lines_that_failed(
    server: Server, aicat: Aicat, tmp_path: Path
) -> None:
    """Between the two stands one that cuts the first connection in the middle."""
    (tmp_path / "feed.ndjson").write_bytes(lines(3000) + b"{no json\n")
    with cutting(server.address, after=900_000) as (base, passed):
        done = aicat.run(
            "push", "feed", "feed.ndjson", "--server", base, "--key", server.key, "--json"
        )
    assert len(passed) > 1, "the first connection was cut"
    assert done.returncode == 0, done.stderr
    run = json.loads(done.stdout)
    counts = run["counts"]
    assert (run["state"], counts["created"], counts["quarantined"]) == ("done", 3000, 1)
    assert "line 3001" in done.stderr
    assert server.key not in done.stderr + done.stdout
    again = aicat.run("push", "feed", "feed.ndjson", "--server", server.base, "--key", server.key)
    assert again.returncode == 0
    assert run["id"] in again.stderr
    assert json.loads(aicat("runs", "--json"))["total"] == 1


@contextlib.contextmanager
def cutting(address: tuple[str, int], after: int) -> Iterator[tuple[str, list[int]]]:
    """A way to the address that breaks off its first connection after so many bytes."""
    passed: list[int] = []

    def flow(source: socket.socket, sink: socket.socket, place: int) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65_536):
                sink.sendall(piece)
                if place >= 0:
                    passed[place] += len(piece)
                    if place == 0 and passed[0] > after:
                        break
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def serve(listener: socket.socket) -> None:
        while True:
            try:
                near, _who = listener.accept()
            except OSError:
                return
            far = socket.create_connection(address)
            passed.append(0)
            place = len(passed) - 1
            threading.Thread(target=flow, args=(near, far, place), daemon=True).start()
            threading.Thread(target=flow, args=(far, near, -1), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", passed
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..%2F..%2Fetc%2Fpasswd",
        "%00",
        "a%00b",
        "%FF",
        "%E2%80%AEexe",
        "%2e%2e",
        "x" * 10_240,
    ],
)
def test_f44_hostile_names_are_404_or_422_and_no_file_is_touched(
    server: Server, tmp_path: Path, name: str
) -> None:
    body = b"<http://p.example/x> a <http://www.w3.org/ns/dcat#Dataset> ."
    for path in (f"{RECORDS}/{name}", f"/api/v1/sources/{name}/records/x"):
        status, _told, _headers = server.ask("PUT", path, body, Content_Type="text/turtle")
        assert status in {404, 405, 414, 422} if "sources/.." in path else status in {404, 414, 422}
    folders = {one.name for one in tmp_path.iterdir()} | {
        one.name for one in (tmp_path / "var").iterdir()
    }
    assert not folders & {"etc", "passwd", "x", "..", "exe"}
    assert server.ask("GET", "/api/v1/stats")[1]["last_seq"] == 0


def test_f48_a_foreign_key_is_403_a_revoked_one_401_and_both_are_audited(
    server: Server, aicat: Aicat
) -> None:
    foreign = aicat("node", "key", "m").splitlines()[-1]
    stranger = Server(server.base, foreign)
    assert stranger.push(lines(1), "k")[0] == 403
    assert stranger.ask("DELETE", f"{RECORDS}/x")[0] == 403
    key_id = server.key.split("_")[1]
    assert server.push(lines(1), "k")[0] == 202
    aicat("node", "revoke", key_id)
    status, problem, headers = server.push(lines(1), "k2")
    assert status == 401
    assert "revoked" in problem["detail"]
    assert headers["www-authenticate"].startswith("Bearer")
    listed = json.loads(aicat("node", "keys", "n", "--json"))["items"]
    assert [one["id"] for one in listed if one["revoked"]] == [key_id]
    assert server.key.split("_", 2)[2] not in json.dumps(listed)
    from catalogue.bootstrap import open_journal
    from catalogue.settings import Settings

    with open_journal(Settings(data_dir=aicat.folder / "var")) as journal:
        acts = [(one.act, one.subject) for one in journal.audit.entries(limit=1000)]
        assert journal.check() == []
    assert acts.count(("key.refused", foreign.split("_")[1])) == 2
    assert ("key.refused", key_id) in acts
    assert ("key.revoke", key_id) in acts


def test_f54_a_node_s_claims_about_another_s_dataset_reach_no_door(
    server: Server, aicat: Aicat
) -> None:
    aicat("source", "add", "other", "--node", "m", "--kind", "push")
    stranger = Server(server.base, aicat("node", "key", "m").splitlines()[-1])
    title = "http://purl.org/dc/terms/title"
    true = f'<http://p.example/x> a <http://www.w3.org/ns/dcat#Dataset> ; <{title}> "True" .'
    false = true.replace("/x>", "/y>").replace("True", "Mine") + (
        f' <http://p.example/x> <{title}> "Stolen" .'
        " <http://publications.europa.eu/resource/authority/data-theme/HEAL>"
        ' <http://www.w3.org/2004/02/skos/core#prefLabel> "Stolen" .'
    )
    turtle = {"Content_Type": "text/turtle"}
    told = server.ask("PUT", f"{RECORDS}/x", true.encode(), **turtle)[1]
    path = "/api/v1/sources/other/records/y"
    status, answer, _headers = stranger.ask("PUT", path, false.encode(), **turtle)
    assert status == 201
    assert {"rdf.unattached"} <= {one["rule"] for one in answer["findings"]}
    assert stranger.ask("PUT", f"{RECORDS}/x", false.encode(), **turtle)[0] == 403
    wait_for(lambda: server.ask("GET", "/api/v1/stats")[1]["lag"] == {"graph": 0, "index": 0})
    assert server.ask("GET", f"/api/v1/datasets/{told['id']}")[1]["title"] == "True"
    assert server.ask("GET", "/api/v1/datasets?q=Stolen")[1]["total"] == 0
    query = urlencode({"query": 'ASK { ?s ?p "Stolen" }'})
    _status, found, _headers = server.ask("GET", f"/sparql?{query}", Accept="application/json")
    assert found["boolean"] is False
