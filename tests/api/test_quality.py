"""The doors of quality: points, what to mend, who may see which numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from markupsafe import escape

from api import create_app
from catalogue.bootstrap import Catalogue, bootstrap
from catalogue.model import (
    Entry,
    Judged,
    Node,
    RunState,
    Sector,
    Source,
    content_hash,
    page_id,
    raw_hash,
)
from catalogue.ports import Ending, Journal, LinkState
from catalogue.quality.keeping import follow
from catalogue.settings import Settings
from tests.api.conftest import whole_answers
from vocab.languages import OFFICIAL
from vocab.scores import words

DCAT, DCT = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"
OPEN, HIDDEN = page_id("open", "a"), page_id("hidden", "a")
FILE = "http://files.example/{}.csv"


def entry(source: str, key: str) -> Entry:
    subject = f"<http://{source}.example/{key}>"
    lines = sorted(
        [
            f'{subject} <{DCT}title> "=1+1 of {source}" .',
            f"{subject} <{DCAT}distribution> <http://{source}.example/{key}/d> .",
            f"<http://{source}.example/{key}/d> <{DCAT}accessURL> <{FILE.format(source)}> .",
        ]
    )
    graph = "".join(f"{line}\n" for line in lines).encode()
    return Entry(
        key=key,
        iri=subject[1:-1],
        type="dataset",
        raw_hash=raw_hash(graph),
        graph=graph,
        content_hash=content_hash(graph),
        raw=graph,
        sectors=(Sector("energy", "theme", "ENER"),),
        judged=(Judged("dcat-ap-3"),),
    )


def filled(journal: Journal) -> None:
    """A public source and a hidden one of one node, a record each, whose links are gone."""
    journal.add_node(Node("n", "Node N (fictional)", "DE"))
    for name, visibility in (("open", "public"), ("hidden", "members")):
        journal.add_source(Source(name, "n", "dcat", "http://x.example/", visibility=visibility))
        lease = journal.runs.claim("t", seconds=60, run_id=journal.runs.queue(name).id)
        assert lease is not None
        journal.append(lease, [entry(name, "a")])
        journal.runs.end(lease, Ending(RunState.DONE))
    follow(journal, batches=5)
    now = datetime.now(UTC)
    for visit in journal.links.visit(seconds=60, most=9, hosts=9):
        gone = LinkState(404, now, due=now + timedelta(days=9), reason="answered 404")
        journal.links.settle(visit, {url: gone for url, _state in visit.links}, pause=0)
    follow(journal, batches=5)


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    opened = bootstrap(Settings(data_dir=tmp_path_factory.mktemp("scored")))
    filled(opened.journal)
    yield opened
    opened.close()


@pytest.fixture
def client(scored: Catalogue) -> FlaskClient:
    return whole_answers(create_app(replace(scored)))


def test_a_record_tells_its_points_and_what_gains_most_first(client: FlaskClient) -> None:
    told = client.get(f"/api/v1/datasets/{OPEN}").get_json()
    assert told["quality"] == 30, "it breaks no rule, and has nothing else"
    found = told["assessment"]
    assert (found["points"], found["most"], found["band"]) == (30, 405, "bad")
    gains = [one["gain"] for one in found["mend"]]
    assert gains == sorted(gains, reverse=True)
    assert sum(gains) == found["gain"] == 405 - 30
    first = found["mend"][0]
    assert (first["id"], first["gain"]) == ("accessUrlStatusCode", 50)
    assert first["values"][0].startswith(f"{FILE.format('open')}: answered 404 (")


def test_the_page_of_a_record_says_what_to_mend(client: FlaskClient) -> None:
    page = client.get(f"/datasets/{OPEN}", headers={"Accept": "text/html"}).get_data(as_text=True)
    assert "30 of 405 points" in page
    assert "Add at least one dcat:keyword" in page


@pytest.mark.parametrize("path", ["", "/nodes/n", "/sectors/energy", "/sources/open"])
def test_every_scope_has_figures_a_page_and_csv(client: FlaskClient, path: str) -> None:
    told = client.get(f"/api/v1/quality{path}").get_json()
    assert (told["records"], told["points"], told["bands"]["bad"]) == (1, 30.0, 1)
    assert told["links_answering"] == 0.0
    assert told["mend"][0]["gain"] * told["mend"][0]["records"] == 50
    assert told["days"][-1]["points"] == 30.0
    assert "30.0" in client.get(f"/quality{path}").get_data(as_text=True)
    answer = client.get(f"/api/v1/quality{path}?format=csv")
    assert answer.content_type.startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True))))
    assert rows[0] == ["figure", "name", "value", "of"]
    assert ["points_mean", "", "30.0", "405"] in rows
    days = client.get(f"/api/v1/quality{path}?format=csv&rows=days").get_data(as_text=True)
    assert days.splitlines()[0].startswith("day,records,points_mean,findability")


def test_no_number_tells_of_a_source_that_is_hidden(client: FlaskClient) -> None:
    for path in ("", "/nodes", "/sources", "/sectors", "/nodes/n", "/nodes/n/links"):
        text = client.get(f"/api/v1/quality{path}").get_data(as_text=True)
        assert HIDDEN not in text, path
        assert "hidden" not in text, path
    assert client.get("/api/v1/quality/sources").get_json()["total"] == 1
    for path in ("/quality", "/quality/nodes/n", "/quality/sectors/energy", "/nodes/n"):
        text = client.get(path).get_data(as_text=True)
        assert HIDDEN not in text, path
        assert FILE.format("hidden") not in text, path


@pytest.mark.parametrize(
    "path",
    [
        "/quality/sources/hidden",
        "/quality/sources/hidden/links",
        "/quality/sources/none",
        "/quality/nodes/none",
        "/quality/sectors/none",
        "/quality/planets",
        "/quality/planets/x",
        "/quality/sectors/energy/links",
    ],
)
def test_what_is_hidden_or_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(f"/api/v1{path}").status_code == 404
    if path.count("/") == 3:
        assert client.get(path).status_code == 404


def test_broken_addresses_are_listed_with_a_record(client: FlaskClient) -> None:
    for path in ("/nodes/n", "/sources/open"):
        told = client.get(f"/api/v1/quality{path}/links").get_json()
        assert told["total"] == 1
        (one,) = told["items"]
        assert (one["url"], one["status"], one["example"]) == (FILE.format("open"), 404, OPEN)
        assert FILE.format("open") in client.get(f"/quality{path}").get_data(as_text=True)


@pytest.mark.parametrize("language", OFFICIAL)
def test_scores_are_told_in_the_readers_language(client: FlaskClient, language: str) -> None:
    said = words(language)
    told = client.get(f"/api/v1/datasets/{OPEN}?lang={language}").get_json()["assessment"]
    assert [one["label"] for one in told["dimensions"]] == list(said.dimension.values())
    assert [one["label"] for one in told["metrics"]] == list(said.label.values())
    first = told["mend"][0]
    assert first["how"] == said.mend["accessUrlStatusCode"]
    assert first["why"] == said.missing["accessUrlStatusCode"]
    assert said.said["answered"].format(status=404) in first["values"][0]
    of_node = client.get(f"/api/v1/quality/nodes/n?lang={language.upper()}").get_json()
    assert of_node["mend"][0]["how"] == said.mend["accessUrlStatusCode"]
    assert of_node["dimensions"][0]["label"] == said.dimension["findability"]
    for path in ("/quality", "/quality/nodes/n", "/nodes/n", f"/datasets/{OPEN}"):
        answer = client.get(path, headers={"Accept-Language": f"{language};q=0.9, xx"})
        page = answer.get_data(as_text=True)
        told_there = f'lang="{language}">{escape(said.mend["accessUrlStatusCode"])}<'
        assert told_there in page, path


def test_csv_has_its_headings_in_every_language(client: FlaskClient) -> None:
    path = "/api/v1/quality/nodes/n?format=csv"
    english = client.get(path).get_data(as_text=True)
    assert client.get(f"{path}&lang=el").get_data(as_text=True) == english


def test_the_node_page_says_what_to_mend_first(client: FlaskClient) -> None:
    page = client.get("/nodes/n").get_data(as_text=True)
    assert "Put an address in dcat:accessURL" in page
    assert "/quality/nodes/n" in page


def test_without_scores_the_pages_say_so(id_of: Callable[[str], str], tmp_path: Path) -> None:
    opened = bootstrap(Settings(data_dir=tmp_path))
    try:
        empty = whole_answers(create_app(opened))
        assert "No record is scored yet" in empty.get("/quality").get_data(as_text=True)
        told = empty.get("/api/v1/quality").get_json()
        assert (told["records"], told["points"], told["conforming"]) == (0, None, None)
    finally:
        opened.close()
