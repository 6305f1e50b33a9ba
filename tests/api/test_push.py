"""What a node's key can do over HTTP, and what it cannot."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api import create_app
from api.keys import Refusals
from api.push import READERS
from catalogue.bootstrap import bootstrap, guarded_client, migrate_journal
from catalogue.harvest import single
from catalogue.harvest.identity import worker_name
from catalogue.harvest.worker import carry_out
from catalogue.model import Change, Node, Run, RunState, Source, page_id
from catalogue.ports import Journal
from catalogue.project.follower import live_changes
from catalogue.settings import Settings
from tests.fault.portal import PREFIXES, datasets

LINES, TURTLE = "application/x-ndjson", "text/turtle"
TITLE = "http://purl.org/dc/terms/title"


class Catalogue:
    """A catalogue of two nodes, `a` and `b`, as their programs see it."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data_dir=folder / "var", base_url="https://catalogue.example")
        migrate_journal(self.settings)
        self._opened = bootstrap(self.settings)
        self.journal: Journal = self._opened.journal
        self.keys = {}
        for node in ("a", "b"):
            self.journal.add_node(Node(node, f"Node {node} (fictional)", "DE"))
            self.journal.add_source(Source(f"{node}-feed", node, "push", None))
            self.keys[node] = self.journal.keys.create(node, "tester").token
        self.journal.add_source(Source("a-seen", "a", "push", None, {"review": "1"}))
        self.journal.add_source(Source("a-portal", "a", "dcat", "https://a.example/feed.ttl"))
        self.app = create_app(self._opened)
        self.client: FlaskClient = self.app.test_client()

    def ask(self, method: str, path: str, key: str | None = "a", **more: Any) -> TestResponse:
        headers = dict(more.pop("headers", {}))
        if key is not None:
            headers["Authorization"] = f"Bearer {self.keys.get(key, key)}"
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **more)

    def put(
        self, name: str, body: bytes | str, media_type: str = TURTLE, **more: Any
    ) -> TestResponse:
        source = more.pop("source", "a-feed")
        path = f"/sources/{source}/records/{quote(name, safe='')}"
        return self.ask("PUT", path, data=body, content_type=media_type, **more)

    def push(
        self, body: bytes, name: str | None = None, query: str = "", **more: Any
    ) -> TestResponse:
        headers = {"Idempotency-Key": name} if name is not None else {}
        path = f"/sources/{more.pop('source', 'a-feed')}/records{query}"
        more.setdefault("content_type", LINES)
        return self.ask("POST", path, data=body, headers=headers, **more)

    def chunked(self, body: bytes, name: str, query: str = "") -> TestResponse:
        """A push whose length is not told."""
        headers = {"Idempotency-Key": name, "Transfer-Encoding": "chunked"}
        return self.ask(
            "POST",
            f"/sources/a-feed/records{query}",
            input_stream=io.BytesIO(body),
            content_type=LINES,
            headers=headers,
            environ_overrides={"wsgi.input_terminated": True},
        )

    def carry_out(self, run_id: str) -> Run:
        ended = carry_out(run_id, self.journal, guarded_client(self.settings), worker_name())
        assert ended is not None
        return ended

    def records(self) -> dict[str, Change]:
        """Live records by key."""
        return {one.record.key: one for one in live_changes(self.journal)}

    def refused(self) -> list[tuple[str, str, dict[str, Any]]]:
        return [
            (one.who, one.subject, dict(one.details))
            for one in self.journal.audit.entries(limit=1000)
            if one.act == "key.refused"
        ]

    def close(self) -> None:
        readers: single.Readers = self.app.extensions[READERS]
        readers.close()
        self._opened.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Catalogue]:
    found = Catalogue(tmp_path)
    yield found
    found.close()


def line(number: int, title: str = "Title") -> bytes:
    value = {
        "@id": f"http://p.example/{number}",
        "@type": "http://www.w3.org/ns/dcat#Dataset",
        TITLE: f"{title} {number}",
    }
    return json.dumps(value).encode() + b"\n"


def lines(number: int, first: int = 0) -> bytes:
    return b"".join(line(one) for one in range(first, first + number))


# --- one record --------------------------------------------------------------------------------------


def test_one_record_is_created_then_unchanged_then_updated_then_gone(house: Catalogue) -> None:
    answers = [house.put("x", datasets("x", note=note)) for note in ("", "", " more")]
    assert [one.status_code for one in answers] == [201, 200, 200]
    told = [one.get_json() for one in answers]
    assert [one["outcome"] for one in told] == ["created", "unchanged", "updated"]
    assert {one["id"] for one in told} == {page_id("a-feed", "x")}
    assert answers[0].headers["Location"] == f"/datasets/{page_id('a-feed', 'x')}"
    assert b"more" in (house.records()["x"].graph or b"")
    assert house.ask("DELETE", "/sources/a-feed/records/x").status_code == 204
    assert house.records() == {}
    assert house.ask("DELETE", "/sources/a-feed/records/x").status_code == 404


def test_a_pushed_record_is_held_to_what_its_node_says_unless_its_source_does(
    house: Catalogue,
) -> None:
    def profiles(key: str) -> list[str]:
        return [one.profile for one in house.records()[key].judged]

    told = replace(house.journal.node("a"), options={"profiles": "dcat-ap-hvd"})
    house.journal.edit_node(told, "tester")
    own = {"profiles": "geodcat-ap"}
    house.journal.add_source(Source("a-own", "a", "push", None, own))
    sent = house.put("x", datasets("x")).get_json()
    assert {one["profile"] for one in sent["findings"]} == {"dcat-ap-hvd"}
    house.put("y", datasets("y"), source="a-own")
    house.put("z", datasets("z"), source="b-feed", key="b")
    house.carry_out(house.push(line(1)).get_json()["id"])
    many = "http://p.example/1"
    assert [profiles(one) for one in ("x", "y", "z", many)] == [
        ["dcat-ap-hvd"],
        ["geodcat-ap"],
        ["dcat-ap-3"],
        ["dcat-ap-hvd"],
    ]
    house.journal.edit_node(replace(told, options={}), "tester")
    assert house.put("x", datasets("x")).get_json()["outcome"] == "unchanged"
    assert profiles("x") == ["dcat-ap-3"]
    assert profiles(many) == ["dcat-ap-hvd"]


def test_what_an_operator_sets_for_a_node_is_not_told_to_everybody(house: Catalogue) -> None:
    house.journal.edit_node(
        replace(house.journal.node("a"), options={"contacts": "drop"}), "tester"
    )
    for path in ("/nodes", "/nodes/a"):
        answer = house.ask("GET", path, None)
        assert answer.status_code == 200
        assert "options" not in answer.text


@pytest.mark.parametrize(
    "key", ["https://p.example/a/b?c#d", "Meßreihe/7", "数据 集", "a%2Fb", "x/.y"]
)
def test_a_key_may_be_any_text_with_slashes(house: Catalogue, key: str) -> None:
    assert house.put(key, datasets("x")).get_json()["key"] == key
    assert set(house.records()) == {key}


@pytest.mark.parametrize("end", ["", "/"])
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_address_without_the_key_of_a_record_is_told_what_is_missing(
    house: Catalogue, method: str, end: str
) -> None:
    path = f"/sources/a-feed/records{end}"
    answer = house.ask(method, path, data=datasets("x"), content_type=TURTLE)
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert f"{method} /api/v1/sources/a-feed/records/" in answer.get_json()["detail"]
    assert house.ask(method, path, key=None).status_code == 401
    assert house.ask(method, path, key="b").status_code == 403
    told = house.ask("GET", "/openapi.json").get_json()["paths"]
    assert set(told["/api/v1/sources/{source_id}/records"]) & {"put", "delete"} == set()
    assert house.records() == {}


def test_a_surrounding_catalogue_is_ignored_and_two_records_are_refused(house: Catalogue) -> None:
    around = (
        '\n<http://p.example/> a dcat:Catalog ; dct:title "All"@en ;'
        " dcat:dataset <http://p.example/x> ."
    )
    assert house.put("x", datasets("x") + around).status_code == 201
    assert b"All" not in (house.records()["x"].graph or b"")
    two = house.put("y", datasets("y", "z"))
    assert two.status_code == 422
    assert "2 records" in two.get_json()["detail"]
    assert house.put("y", PREFIXES + '<http://p.example/y> dct:title "Y" .').status_code == 422
    assert set(house.records()) == {"x"}


def test_a_package_of_ckan_is_a_record_too(house: Catalogue) -> None:
    package = json.dumps({"id": "p1", "title": "Soil moisture", "resources": []})
    answer = house.put("p1", package, "application/json")
    assert answer.status_code == 201
    assert b"Soil moisture" in (house.records()["p1"].graph or b"")


def test_a_record_without_an_iri_keeps_its_own_while_it_changes(house: Catalogue) -> None:
    def graph(title: str) -> str:
        return f'{PREFIXES} [] a dcat:Dataset ; dct:title "{title}" .'

    assert house.put("k", graph("one")).status_code == 201
    first = house.records()["k"].record.iri
    assert house.put("k", graph("two")).get_json()["outcome"] == "updated"
    assert house.records()["k"].record.iri == first
    assert f"<{first}>".encode() in (house.records()["k"].graph or b"")


def test_a_body_that_cannot_be_read_is_422_and_the_record_stays(house: Catalogue) -> None:
    house.put("x", datasets("x"))
    before = house.records()["x"].seq
    for body, media_type in (
        ("<http://p.example/x> a", TURTLE),
        ("{" * 100_000, "application/ld+json"),
        ("[" * 100_000, "application/json"),
        ("", TURTLE),
        ("<html></html>", TURTLE),
    ):
        answer = house.put("x", body, media_type)
        assert answer.status_code == 422, (body[:30], answer.get_json())
        assert answer.mimetype == "application/problem+json"
    assert house.put("x", "x", "image/png").status_code == 415
    assert house.records()["x"].seq == before


def test_a_body_that_kills_its_reader_is_422_and_the_next_one_lands(
    house: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    from catalogue.harvest import reader

    suicide = "import os, catalogue.harvest.registry as r; f = r.harvester\n"
    suicide += "class D:\n def map(self, feed, page): os.kill(os.getpid(), 9)\n"
    suicide += "r.harvester = lambda kind: D()\n"
    with monkeypatch.context() as killing:
        killing.setattr(reader, "CHILD", suicide + reader.CHILD)
        answer = house.put("x", datasets("x"))
        assert answer.status_code == 422
        assert "signal 9" in answer.get_json()["detail"]
    assert house.put("x", datasets("x")).status_code == 201


def test_a_subject_that_is_known_under_another_key_is_a_conflict(house: Catalogue) -> None:
    house.put("x", datasets("x"))
    answer = house.put("y", datasets("x"))
    assert answer.status_code == 409
    assert "'x'" in answer.get_json()["detail"]


def test_records_are_pushed_to_sources_of_kind_push_only(house: Catalogue) -> None:
    assert house.put("x", datasets("x"), source="a-portal").status_code == 409
    assert house.push(line(1), source="a-portal").status_code == 409
    assert house.put("x", datasets("x"), source="nothing").status_code == 404


def test_too_large_a_record_is_413(house: Catalogue) -> None:
    body = PREFIXES.encode() + b"#" * (16 * 1024 * 1024)
    assert house.put("x", body).status_code == 413


# --- many records ------------------------------------------------------------------------------------


def test_many_records_are_acknowledged_then_carried_out(house: Catalogue) -> None:
    answer = house.push(lines(2500))
    run = answer.get_json()
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/v1/runs/{run['id']}"
    assert (run["state"], run["kind"], run["accepted_lines"]) == ("queued", "push", 2500)
    ended = house.carry_out(run["id"])
    assert (ended.state, ended.counts.created) == (RunState.DONE, 2500)
    assert len(house.records()) == 2500
    again = house.carry_out(house.push(lines(2500)).get_json()["id"])
    assert (again.counts.unchanged, again.counts.created) == (2500, 0)
    assert house.journal.last_seq() == 2500


def test_each_bad_line_is_told_with_its_place_and_the_others_land(house: Catalogue) -> None:
    bad = {
        2: b"{no json\n",
        4: b'{"@id": "http://p.example/nothing"}\n',
        6: b"[" * 100_000 + b"\n",
        8: b'{"@context": "https://x.example/c", "@id": "http://p.example/r"}\n',
        9: b'{"name": 5}\n',
    }
    body = b"".join(bad.get(number, line(number)) for number in range(1, 11))
    body += b"\n" + json.dumps({"id": "ckan", "title": "T", "resources": []}).encode()
    run = house.carry_out(house.push(body).get_json()["id"])
    assert run.state is RunState.DONE
    assert (run.counts.created, run.counts.quarantined) == (6, 5)
    told = house.ask("GET", f"/runs/{run.id}/records?outcome=quarantined&limit=3").get_json()
    more = house.ask("GET", f"/runs/{run.id}/records?outcome=quarantined&cursor={told['next']}")
    items = [*told["items"], *more.get_json()["items"]]
    assert (told["total"], more.get_json()["next"]) == (5, None)
    places = [finding["place"] for one in items for finding in one["findings"][:1]]
    assert places == [f"line {number}" for number in bad]
    good = house.ask("GET", f"/runs/{run.id}/records?outcome=created").get_json()
    assert [one["key"] for one in good["items"]][-1] == "ckan"
    assert good["items"][0]["id"] == page_id("a-feed", "http://p.example/1")


def test_a_line_that_is_too_long_or_kills_its_reader_is_set_aside(
    house: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    from catalogue.harvest import reader

    suicide = "import os, catalogue.harvest.pushed as p; f = p._line\n"
    suicide += "def line(feed, raw, place):\n if b'KILL' in raw: os.kill(os.getpid(), 9)\n"
    suicide += " return f(feed, raw, place)\np._line = line\n"
    monkeypatch.setattr(reader, "CHILD", suicide + reader.CHILD)
    long = b'{"x": "' + b"y" * (16 * 1024 * 1024) + b'"}\n'
    run = house.push(line(1) + long + line(2) + line(3, "KILL") + line(4)).get_json()
    assert run["accepted_lines"] == 5
    ended = house.carry_out(run["id"])
    assert (ended.state, ended.counts.created, ended.counts.quarantined) == (RunState.DONE, 3, 2)
    found = house.journal.runs.findings(ended.id)
    rules = {one.rule: one.place for one in found if one.profile is None}
    assert rules == {"push.line-too-long": "line 2", "harvest.reader-died": "line 4"}


def test_a_catalogue_line_is_ignored_and_a_double_counts_once(house: Catalogue) -> None:
    catalogue = b'{"@id": "http://p.example/", "@type": "http://www.w3.org/ns/dcat#Catalog"}\n'
    run = house.carry_out(house.push(catalogue + line(1) + line(1)).get_json()["id"])
    assert (run.counts.created, run.counts.ignored, run.counts.listed) == (1, 2, 3)
    assert "feed.duplicate-key" in {one.rule for one in house.journal.runs.findings(run.id)}


def test_an_rdf_document_is_pushed_as_one(house: Catalogue) -> None:
    names = [f"r{number}" for number in range(20_000)]
    answer = house.push(datasets(*names).encode(), content_type=TURTLE)
    assert answer.get_json()["accepted_lines"] is None
    run = house.carry_out(answer.get_json()["id"])
    assert (run.state, run.counts.created) == (RunState.DONE, 20_000)
    broken = house.carry_out(house.push(b"@prefix", content_type=TURTLE).get_json()["id"])
    assert broken.state is RunState.FAILED


def test_a_whole_feed_withdraws_what_it_does_not_list_under_the_same_guards(
    house: Catalogue,
) -> None:
    source = house.journal.source("a-feed")
    house.journal.edit_source(Source(source.id, source.node, source.kind, None, {"grace": "0"}))
    house.carry_out(house.push(lines(50)).get_json()["id"])
    part = house.carry_out(house.push(lines(10)).get_json()["id"])
    assert (part.counts.missing, part.counts.deleted) == (0, 0)
    whole = house.carry_out(house.push(lines(48), query="?complete=true").get_json()["id"])
    assert (whole.state, whole.counts.deleted) == (RunState.DONE, 2)
    few = house.carry_out(house.push(lines(5), query="?complete=true").get_json()["id"])
    assert (few.state, few.proposed) == (RunState.HELD, 43)
    none = house.carry_out(house.push(b"", query="?complete=true").get_json()["id"])
    assert (none.state, none.proposed) == (RunState.HELD, 48)
    assert len(house.records()) == 48


def test_a_whole_feed_with_a_line_that_cannot_be_read_withdraws_nothing(house: Catalogue) -> None:
    house.carry_out(house.push(lines(5)).get_json()["id"])
    body = lines(4) + line(4)[:30] + b"\n"
    run = house.carry_out(house.push(body, query="?complete=true").get_json()["id"])
    assert (run.state, run.counts.missing) == (RunState.PARTIAL, 0)
    assert "could not be read" in str(run.error)


def test_a_whole_feed_must_say_how_long_it_is(house: Catalogue) -> None:
    answer = house.chunked(lines(3), "k", "?complete=true")
    assert answer.status_code == 411
    assert "lines=" in answer.get_json()["detail"]
    assert house.chunked(lines(3), "k", "?complete=true&lines=3").status_code == 202
    short = house.chunked(lines(3), "k2", "?complete=true&lines=4")
    assert (short.status_code, short.get_json()["accepted_lines"]) == (400, 3)


# --- again, and after a cut --------------------------------------------------------------------------


def test_f26_the_same_push_again_is_one_push_and_one_answer(house: Catalogue) -> None:
    answers = [house.push(lines(1500), "k") for _one in range(2)]
    run = house.carry_out(answers[0].get_json()["id"])
    answers.append(house.push(lines(1500), "k"))
    assert [one.headers.get("Idempotent-Replayed") for one in answers] == [None, "true", "true"]
    assert {one.status_code for one in answers} == {202}
    assert {one.headers["Location"] for one in answers} == {f"/api/v1/runs/{run.id}"}
    assert house.journal.runs.count() == 1
    assert len(house.records()) == 1500


def test_f26_three_at_once_are_one_push(house: Catalogue) -> None:
    answers: list[TestResponse] = []

    def push() -> None:
        client = house.app.test_client()
        headers = {"Authorization": f"Bearer {house.keys['a']}", "Idempotency-Key": "k"}
        path = "/api/v1/sources/a-feed/records"
        answers.append(client.post(path, data=lines(4500), headers=headers, content_type=LINES))

    threads = [threading.Thread(target=push) for _one in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [one.status_code for one in answers] == [202] * 3
    assert len({one.headers["Location"] for one in answers}) == 1
    run = house.carry_out(answers[0].get_json()["id"])
    assert (run.counts.created, run.counts.ignored, run.accepted) == (4500, 0, 4500)


@pytest.mark.parametrize("other", [lines(3), lines(1), lines(1) + line(7), b""])
def test_f27_another_body_under_the_same_key_is_422(house: Catalogue, other: bytes) -> None:
    first = house.push(lines(2), "k").get_json()
    answer = house.push(other, "k")
    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert house.carry_out(first["id"]).counts.created == 2
    assert house.push(other, "k", source="a-seen").status_code == 202, "keys are of one source"


def test_f27_a_document_is_compared_too(house: Catalogue) -> None:
    body = datasets("x", "y").encode()
    first = house.push(body, "k", content_type=TURTLE)
    assert house.push(body, "k", content_type=TURTLE).get_json()["id"] == first.get_json()["id"]
    assert house.push(body + b"\n", "k", content_type=TURTLE).status_code == 422


def test_f28_after_a_cut_it_goes_on_where_it_was(house: Catalogue) -> None:
    whole = lines(3000)
    told = {"CONTENT_LENGTH": str(len(whole))}
    cut = house.push(whole[: len(whole) // 2], "k", environ_overrides=told)
    problem = cut.get_json()
    assert cut.status_code == 400
    accepted = problem["accepted_lines"]
    assert 1000 < accepted < 1700
    runs = house.ask("GET", "/runs?idempotency_key=k").get_json()
    assert [(one["id"], one["accepted_lines"]) for one in runs["items"]] == [
        (problem["run"], accepted)
    ]
    assert house.carry_out(problem["run"]).state is RunState.QUEUED
    assert len(house.records()) == accepted
    gap = house.push(lines(1, accepted + 1), "k", f"?from_line={accepted + 1}")
    assert (gap.status_code, gap.get_json()["accepted_lines"]) == (409, accepted)
    overlap = accepted - 10
    rest = house.push(lines(3000 - overlap, overlap), "k", f"?from_line={overlap}")
    assert (rest.status_code, rest.get_json()["id"]) == (202, problem["run"])
    run = house.carry_out(problem["run"])
    assert (run.state, run.counts.created, run.accepted) == (RunState.DONE, 3000, 3000)


def test_f28_after_a_cut_the_whole_may_be_sent_again(house: Catalogue) -> None:
    whole = lines(3000)
    told = {"CONTENT_LENGTH": str(len(whole))}
    house.push(whole[: len(whole) // 2], "k", environ_overrides=told)
    answer = house.push(whole, "k")
    assert answer.status_code == 202
    assert "Idempotent-Replayed" not in answer.headers
    run = house.carry_out(answer.get_json()["id"])
    assert (run.counts.created, run.counts.ignored, run.accepted) == (3000, 0, 3000)


def test_f28_a_cut_inside_a_line_of_a_chunked_body_is_seen(house: Catalogue) -> None:
    cut = house.chunked(lines(3) + line(3)[:20], "k")
    assert (cut.status_code, cut.get_json()["accepted_lines"]) == (400, 3)
    whole = house.chunked(lines(3) + line(3).rstrip(b"\n"), "k")
    assert (whole.status_code, whole.get_json()["accepted_lines"]) == (202, 4)


def test_f28_a_cut_that_nobody_saw_can_be_gone_on_with_too(house: Catalogue) -> None:
    first = house.chunked(lines(3), "k")
    assert house.carry_out(first.get_json()["id"]).state is RunState.DONE
    rest = house.chunked(lines(2, 3), "k", "?from_line=3")
    assert rest.status_code == 202
    assert rest.headers["Location"] != first.headers["Location"], "the first run has ended"
    assert house.carry_out(rest.get_json()["id"]).counts.created == 2
    assert len(house.records()) == 5


def test_a_push_without_a_name_that_is_cut_is_carried_out_as_far_as_it_came(
    house: Catalogue,
) -> None:
    told = {"CONTENT_LENGTH": str(len(lines(3)))}
    cut = house.push(lines(3)[:-20], environ_overrides=told)
    run = house.carry_out(cut.get_json()["run"])
    assert (run.state, run.counts.created) == (RunState.PARTIAL, 2)
    assert "line 2 is the last" in str(run.error)


@pytest.mark.parametrize(
    ("name", "query", "status"),
    [
        ("", "", 400),
        ("x" * 201, "", 400),
        ("k", "?from_line=-1", 400),
        (None, "?from_line=0", 400),
        ("k", "?nothing=1", 400),
        ("k", "?lines=1", 400),
        ("x" * 200, "", 202),
    ],
)
def test_what_a_push_says_of_itself_is_checked(
    house: Catalogue, name: str | None, query: str, status: int
) -> None:
    assert house.push(lines(2), name, query).status_code == status


def test_only_lines_and_rdf_are_taken_and_as_they_are(house: Catalogue) -> None:
    assert house.push(b"a,b", content_type="text/csv").status_code == 415
    headers = {"Content-Encoding": "gzip"}
    answer = house.ask(
        "POST", "/sources/a-feed/records", data=b"x", content_type=LINES, headers=headers
    )
    assert answer.status_code == 415
    assert house.journal.runs.count() == 0


# --- harvest now -------------------------------------------------------------------------------------


def test_a_node_has_its_portal_harvested_now_and_one_run_at_a_time(house: Catalogue) -> None:
    answer = house.ask("POST", "/sources/a-portal/runs")
    run = answer.get_json()
    assert (answer.status_code, run["state"], run["kind"]) == (202, "queued", "harvest")
    assert answer.headers["Location"] == f"/api/v1/runs/{run['id']}"
    again = house.ask("POST", "/sources/a-portal/runs")
    assert (again.status_code, again.get_json()["run"]) == (409, run["id"])
    assert house.ask("POST", "/sources/a-feed/runs").status_code == 400


# --- keys --------------------------------------------------------------------------------------------

WRITES = [
    ("PUT", "/sources/{}/records/x", TURTLE),
    ("DELETE", "/sources/{}/records/x", None),
    ("POST", "/sources/{}/records", LINES),
    ("POST", "/sources/{}/runs", None),
    ("GET", "/sources/{}/waiting", None),
]


@pytest.mark.parametrize(("method", "path", "media_type"), WRITES)
def test_f48_no_route_lets_a_node_touch_another_s_records(
    house: Catalogue, method: str, path: str, media_type: str | None
) -> None:
    house.put("x", datasets("x"))
    before = house.journal.last_seq(), house.journal.runs.count()
    answer = house.ask(
        method, path.format("a-feed"), "b", data=datasets("x", note="!"), content_type=media_type
    )
    assert answer.status_code == 403
    assert (house.journal.last_seq(), house.journal.runs.count()) == before
    key = house.keys["b"].split("_")[1]
    ((who, subject, details),) = house.refused()
    assert (who, subject, details["method"]) == (f"key:{key}", key, method)


@pytest.mark.parametrize(("method", "path", "media_type"), WRITES)
def test_f48_a_bad_or_missing_key_is_401_and_a_bad_one_audited(
    house: Catalogue, method: str, path: str, media_type: str | None
) -> None:
    path = path.format("a-feed")
    missing = house.ask(method, path, None, data=b"x", content_type=media_type)
    assert missing.status_code == 401
    assert missing.headers["WWW-Authenticate"].startswith("Bearer")
    assert house.refused() == []
    revoked = house.journal.keys.create("b", "tester")
    house.journal.keys.revoke(revoked.key.id, "tester")
    for token in (revoked.token, "aicat_nothing_nothing", "nonsense"):
        answer = house.ask(method, path, token, data=b"x", content_type=media_type)
        assert answer.status_code == 401
        assert answer.mimetype == "application/problem+json"
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert [subject for _who, subject, _details in house.refused()] == [
        revoked.key.id,
        "unknown",
        "unknown",
    ]
    secret = revoked.token.split("_", 2)[2]  # it may hold further ones
    assert secret not in repr(house.refused())


def test_f48_a_key_of_some_sources_reaches_no_other_of_its_node(house: Catalogue) -> None:
    token = house.journal.keys.create("a", "tester", sources=["a-seen"]).token
    assert house.put("x", datasets("x"), key=token).status_code == 403
    assert house.put("x", datasets("x"), key=token, source="a-seen").status_code == 202


def test_what_was_pushed_with_a_name_is_told_to_its_own_node_only(house: Catalogue) -> None:
    house.push(lines(2), "k")
    assert house.ask("GET", "/runs?idempotency_key=k").get_json()["total"] == 1
    assert house.ask("GET", "/runs?idempotency_key=k", "b").get_json()["total"] == 0
    assert house.ask("GET", "/runs?idempotency_key=k", None).status_code == 401


def test_a_key_reads_as_its_node_and_no_cache_mixes_the_answers(house: Catalogue) -> None:
    house.journal.add_source(
        Source("a-inner", "a", "push", None, {"visibility": "nodes:a"}, visibility="nodes:a")
    )
    house.put("x", datasets("x"), source="a-inner")
    path = f"/datasets/{page_id('a-inner', 'x')}"
    mine = house.ask("GET", path)
    assert mine.status_code == 200
    assert "Authorization" in mine.headers["Vary"]
    assert "private" in mine.headers["Cache-Control"]
    assert [house.ask("GET", path, key).status_code for key in ("b", None)] == [404, 404]
    assert house.put("x", datasets("x"), key="b", source="a-inner").status_code == 404
    assert "private" not in house.ask("GET", "/nodes", None).headers["Cache-Control"]


def test_a_flood_of_refusals_is_counted_and_does_not_fill_the_audit_log() -> None:
    refusals = Refusals(most=2)
    assert [refusals.take(0.0) for _one in range(5)] == [0, 0, None, None, None]
    assert [refusals.take(60.0), refusals.take(61.0)] == [3, 0]


# --- review ------------------------------------------------------------------------------------------


def test_records_under_review_are_seen_by_their_own_node_only(house: Catalogue) -> None:
    answer = house.put("x", datasets("x"), source="a-seen")
    assert (answer.status_code, answer.get_json()["waiting"]) == (202, True)
    run = answer.get_json()["run"]
    assert house.records() == {}
    told = house.ask("GET", "/sources/a-seen/waiting").get_json()["items"]
    assert [(one["key"], one["title"], one["new"]) for one in told] == [("x", "Title x", True)]
    assert house.ask("GET", f"/runs/{run}/records", "b").status_code == 403
    assert house.ask("GET", f"/runs/{run}/records").get_json()["items"][0]["key"] == "x"
    assert house.ask("GET", f"/datasets/{page_id('a-seen', 'x')}", None).status_code == 404
    house.journal.release("a-seen", None, "steward")
    assert set(house.records()) == {"x"}


# --- hostile names and claims ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    ["../../etc/passwd", "a/../b", "\x00", "a\nb", "x" * 10_240, "\u202eexe", "a\u200fb", "\u2028"],
)
def test_f44_a_hostile_key_is_refused_and_no_file_is_touched(house: Catalogue, key: str) -> None:
    folder = house.settings.data_dir.parent

    def files() -> set[str]:
        return {str(one) for one in folder.rglob("*") if "journal.sqlite" not in one.name}

    before = files()
    assert house.put(key, datasets("x")).status_code in {404, 422}
    assert house.ask("DELETE", f"/sources/a-feed/records/{quote(key, safe='')}").status_code in {
        404,
        422,
    }
    assert house.ask("GET", f"/runs/{quote(key, safe='')}/records").status_code == 404
    assert house.push(line(1), source=quote(key, safe="")).status_code in {404, 405, 422}
    assert files() == before
    assert house.journal.last_seq() == 0


def test_f44_keys_inside_pushed_lines_are_held_to_the_same(house: Catalogue) -> None:
    bad = [{"id": key, "title": "T", "resources": []} for key in ("a\u202eb", "../x", "y" * 5000)]
    body = b"".join(json.dumps(one).encode() + b"\n" for one in bad) + line(1)
    run = house.carry_out(house.push(body).get_json()["id"])
    assert (run.counts.created, run.counts.quarantined) == (1, 3)


def test_f54_what_a_node_says_of_others_and_of_vocabularies_is_dropped_with_a_finding(
    house: Catalogue,
) -> None:
    theme = "http://publications.europa.eu/resource/authority/data-theme/HEAL"
    house.put("x", datasets("x"))
    claims = (
        datasets("y")
        + f'\n<{theme}> skos:prefLabel "Wrong"@en . <http://p.example/y> dcat:theme <{theme}> ;'
        + "\n dct:relation <http://p.example/x> ."
        + '\n<http://p.example/x> dct:title "Stolen"@en ; dct:license <http://p.example/mine> .'
    )
    answer = house.put("y", claims, key="b", source="b-feed")
    assert answer.status_code == 201
    rules = {one["rule"] for one in answer.get_json()["findings"]}
    assert rules >= {"rdf.foreign-statement", "rdf.unattached"}
    run = house.push(claims.encode(), key="b", source="b-feed", content_type=TURTLE).get_json()
    house.carry_out(run["id"])
    text = b"".join(one.graph or b"" for one in house.journal.live())
    assert b"Wrong" not in text
    assert b"Stolen" not in text
    assert b"Title x" in text
