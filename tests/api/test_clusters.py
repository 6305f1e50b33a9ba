"""Duplicates over HTTP: what everybody is told, and what stewards decide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api import create_app
from catalogue.bootstrap import Catalogue, bootstrap
from catalogue.model import Entry, RunState, Source, content_hash, page_id, raw_hash
from catalogue.people import Grant, Role
from catalogue.ports import Ending, Journal
from tests.api import library
from tests.api.signing import csrf_of, person, sign_in

API = "/api/v1/clusters"
BASE = "https://localhost"
EVIL = "<script>alert(1)</script> bicycles counted in the region by the hour"
TEXT = "Counts of bicycles by the hour at forty places of the region, by direction and by weather"
DCT, DCAT = "http://purl.org/dc/terms/", "http://www.w3.org/ns/dcat#"
A, B = page_id("north", "a"), page_id("south", "b")


def entry(source: str, key: str) -> Entry:
    iri = f"http://{source}.example/{key}"
    lines = (
        f'<{iri}> <{DCT}description> "{TEXT}" .',
        f'<{iri}> <{DCT}title> "{EVIL}" .',
        f"<{iri}> <{DCAT}landingPage> <http://origin.example/bicycles/7> .",
    )
    graph = "".join(f"{line}\n" for line in lines).encode()
    return Entry(key, iri, "dataset", raw_hash(graph), graph, content_hash(graph), graph)


def harvested(journal: Journal, source: str, one: Entry) -> None:
    node = journal.nodes()[0].id
    journal.add_source(Source(source, node, "dcat", f"http://{source}.example/"))
    lease = journal.runs.claim("t", seconds=60, run_id=journal.runs.queue(source).id)
    assert lease is not None
    journal.append(lease, [one])
    journal.runs.end(lease, Ending(RunState.DONE))


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    opened = bootstrap(replace(library.build_registry(tmp_path), base_url=BASE))
    for source, key in (("north", "a"), ("south", "b")):
        harvested(opened.journal, source, entry(source, key))
    while opened.journal.clusters.follow(1000):
        pass
    yield opened
    opened.close()


@pytest.fixture
def app(catalogue: Catalogue) -> Flask:
    return create_app(catalogue)


@pytest.fixture
def steward(client: FlaskClient, catalogue: Catalogue) -> FlaskClient:
    who = person(catalogue.journal, "stella", Grant(Role.STEWARD), issuer="https://idp.example")
    sign_in(client, catalogue.journal, who.id)
    return client


def decide(client: FlaskClient, decision: str, csrf: str = "") -> int:
    told = {"records": [A, B], "decision": decision}
    headers = {"X-CSRF-Token": csrf} if csrf else {}
    return client.post(f"{API}/decisions", json=told, headers=headers, base_url=BASE).status_code


def test_everybody_is_told_what_is_one_thing_and_why(client: FlaskClient) -> None:
    (one,) = client.get(API).get_json()["items"]
    assert one["members"] == sorted((A, B))
    whole = client.get(f"{API}/{one['id']}").get_json()
    assert {member["source"] for member in whole["members"]} == {"north", "south"}
    (pair,) = whole["pairs"]
    assert pair["score"] >= 0.85
    assert "same-page" in {reason["rule"] for reason in pair["reasons"]}


def test_a_record_tells_where_else_it_is(client: FlaskClient) -> None:
    told = client.get(f"/api/v1/datasets/{A}").get_json()
    assert told["cluster"] == client.get(API).get_json()["items"][0]["id"]
    (other,) = told["also_at"]
    assert (other["id"], other["source"]) == (B, "south")
    assert other["score"] >= 0.85
    page = client.get(f"/datasets/{A}", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert "Also at" in page
    assert f"/datasets/{B}" in page
    assert "<script>alert" not in page


def test_only_stewards_decide(client: FlaskClient) -> None:
    assert decide(client, "split") in {401, 403}
    assert client.get(f"{API}/review").status_code in {401, 403}
    assert client.get("/clusters", headers={"Accept": "text/html"}).status_code in {302, 303, 401}
    assert client.get(API).get_json()["total"] == 1


def test_a_steward_splits_and_takes_it_back(steward: FlaskClient, catalogue: Catalogue) -> None:
    csrf = csrf_of(steward)
    assert decide(steward, "split") == 403, "a change without the session's mark"
    assert decide(steward, "split", csrf) == 200
    assert catalogue.journal.clusters.number() == 0
    assert decide(steward, "undo", csrf) == 200
    assert catalogue.journal.clusters.number() == 1
    assert decide(steward, "burn", csrf) in {400, 422}


def test_the_page_of_stewards_leads_to_clusters(steward: FlaskClient, catalogue: Catalogue) -> None:
    (one,) = catalogue.journal.clusters.clusters()
    page = steward.get("/clusters", base_url=BASE).get_data(as_text=True)
    assert f'href="/clusters/{one.id}"' in page
    assert f'href="/datasets/{A}"' in page
    assert f'href="/datasets/{B}"' in page
    assert "<script>alert" not in page


def test_pages_decide_without_a_script(steward: FlaskClient, catalogue: Catalogue) -> None:
    (one,) = catalogue.journal.clusters.clusters()
    page = steward.get(f"/clusters/{one.id}", base_url=BASE).get_data(as_text=True)
    assert "same-page" in page
    assert 'name="csrf"' in page
    assert "<script>alert" not in page
    form = {"a": A, "b": B, "decision": "split", "from": "cluster", "csrf": csrf_of(steward)}
    answer = steward.post("/clusters/decisions", data=form, base_url=BASE)
    assert (answer.status_code, answer.location) == (303, "/clusters")
    assert catalogue.journal.clusters.number() == 0
    assert steward.get("/clusters", base_url=BASE).status_code == 200


def test_a_cluster_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert client.get(f"{API}/aaaaaaaaaaaaa").status_code == 404
    assert client.get("/clusters/aaaaaaaaaaaaa").status_code == 404


def test_of_two_stewards_the_second_does_not_overwrite_the_first(steward: FlaskClient) -> None:
    headers = {"X-CSRF-Token": csrf_of(steward)}
    told = {"records": [A, B], "decision": "split", "expected": 0}
    first = steward.post(f"{API}/decisions", json=told, headers=headers, base_url=BASE)
    assert first.status_code == 200
    late = steward.post(f"{API}/decisions", json=told, headers=headers, base_url=BASE)
    assert (late.status_code, late.get_json()["version"]) == (409, first.get_json()["version"])
    undo = {"records": [A, B], "decision": "undo"}
    for tag, status in (('"0"', 412), (f"W/{first.headers['ETag']}", 400)):
        mine = {**headers, "If-Match": tag}
        answer = steward.post(f"{API}/decisions", json=undo, headers=mine, base_url=BASE)
        assert answer.status_code == status
    mine = {**headers, "If-Match": first.headers["ETag"]}
    answer = steward.post(f"{API}/decisions", json=undo, headers=mine, base_url=BASE)
    assert answer.status_code == 200


def test_a_record_is_taken_out_and_brought_back_over_http_and_by_the_page(
    steward: FlaskClient, catalogue: Catalogue
) -> None:
    headers = {"X-CSRF-Token": csrf_of(steward)}
    out = {"record": A, "place": "out"}
    answer = steward.post(f"{API}/places", json=out, headers=headers, base_url=BASE)
    assert answer.status_code == 200
    assert answer.get_json()["cluster"] is None
    assert [one["decision"] for one in answer.get_json()["pairs"]] == ["split"]
    assert steward.get(f"{API}/review", base_url=BASE).get_json()["total"] == 0
    form = {"record": A, "place": "back", "csrf": csrf_of(steward)}
    answer = steward.post("/clusters/places", data=form, base_url=BASE)
    (one,) = catalogue.journal.clusters.clusters()
    assert (answer.status_code, answer.location) == (303, f"/clusters/{one.id}")
    page = steward.get(f"/clusters/{one.id}", base_url=BASE).get_data(as_text=True)
    assert "Take out" in page


@pytest.mark.parametrize("cursor", ["x", "0.5", "nan_a_b", "0.5_a", "9_a_b"])
def test_a_cursor_that_was_not_given_out_is_refused(steward: FlaskClient, cursor: str) -> None:
    answer = steward.get(f"{API}/review?cursor={cursor}", base_url=BASE)
    assert answer.status_code == 400


def test_only_stewards_take_records_out(client: FlaskClient) -> None:
    out = {"record": A, "place": "out"}
    assert client.post(f"{API}/places", json=out, base_url=BASE).status_code in {401, 403}
