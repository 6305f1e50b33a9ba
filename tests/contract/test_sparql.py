"""The contract of the SPARQL port: answers, refusals, deadline, cap; for the pool of children."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest

from catalogue.adapters.embedded.sparql_pool import SparqlPool
from catalogue.errors import InvalidQuery, QueryTimeout, Unavailable

NUMBER = 5000
TEXTS = ['a "quoted", b', "tab\there", "line\nbreak", "<&>", "\u0001 control", "ünï"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("graph")
    store = ox.Store(str(made / "store"))
    value = ox.NamedNode("http://x.example/value")
    for place, text in enumerate(TEXTS):
        store.add(ox.Quad(ox.NamedNode(f"http://x.example/t{place}"), value, ox.Literal(text)))
    other = ox.NamedNode("http://x.example/other")
    store.extend(
        ox.Quad(ox.NamedNode(f"http://x.example/{n}"), other, ox.Literal(n)) for n in range(NUMBER)
    )
    checkpoint(made, store, "1")
    return made


def checkpoint(folder: Path, store: ox.Store, name: str) -> None:
    (folder / "checkpoints").mkdir(exist_ok=True)
    store.flush()
    store.backup(str(folder / "checkpoints" / name))
    (folder / "checkpoints" / "current").write_text(name)


@pytest.fixture(scope="module")
def sparql(folder: Path) -> Iterator[SparqlPool]:
    pool = SparqlPool(folder, children=1, seconds=20, results=1000)
    yield pool
    pool.close()


ROWS = "SELECT ?s ?o ?none { ?s <http://x.example/value> ?o } ORDER BY ?s"


def test_rows_come_whole_in_every_form(sparql: SparqlPool) -> None:
    as_json = json.loads(sparql.query(ROWS).body)
    assert as_json["head"]["vars"] == ["s", "o", "none"]
    assert [row["o"]["value"] for row in as_json["results"]["bindings"]] == TEXTS
    assert "none" not in as_json["results"]["bindings"][0]
    as_csv = sparql.query(ROWS, accept="text/csv").body.decode()
    assert [row[1] for row in csv.reader(io.StringIO(as_csv, newline=""))][1:] == TEXTS
    as_tsv = sparql.query(ROWS, accept="text/tab-separated-values").body.decode()
    cells = [line.split("\t")[1] for line in as_tsv.rstrip("\n").split("\n")[1:]]
    assert [
        ox.parse(f"<a:a> <a:a> {c} .".encode(), ox.RdfFormat.TURTLE).__next__().object.value
        for c in cells
    ] == TEXTS
    as_xml = sparql.query(ROWS, accept="application/sparql-results+xml").body
    found = [
        one.text
        for one in ET.fromstring(as_xml).iter("{http://www.w3.org/2005/sparql-results#}literal")
    ]
    assert found == [text.replace("\u0001", "\ufffd") for text in TEXTS]


def test_an_answer_is_cut_at_the_limit_and_says_so(sparql: SparqlPool) -> None:
    query = "SELECT * { ?s <http://x.example/other> ?o }"
    whole = sparql.query(f"{query} LIMIT 1000")
    assert (len(json.loads(whole.body)["results"]["bindings"]), whole.truncated) == (1000, False)
    cut = sparql.query(query)
    assert (len(json.loads(cut.body)["results"]["bindings"]), cut.truncated) == (1000, True)
    triples = sparql.query("CONSTRUCT WHERE { ?s <http://x.example/other> ?o }")
    assert triples.truncated
    assert len(list(ox.parse(triples.body, ox.RdfFormat.TURTLE))) == 1000


def test_a_query_is_ended_at_its_deadline_and_the_next_is_answered(sparql: SparqlPool) -> None:
    endless = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    with pytest.raises(QueryTimeout):
        sparql.query(endless, seconds=0.3)
    assert json.loads(sparql.query("ASK { ?s ?p 7 }").body)["boolean"] is True


def test_a_query_that_ends_its_process_harms_nobody(sparql: SparqlPool) -> None:
    with pytest.raises(InvalidQuery, match="ended the process"):
        sparql.query("SELECT (" + "!" * 19_000 + "true AS ?x) {}")
    assert json.loads(sparql.query("ASK { ?s ?p 7 }").body)["boolean"] is True


def test_a_child_that_was_killed_while_idle_is_replaced(sparql: SparqlPool) -> None:
    sparql.query("ASK {}")
    (child,) = sparql._idle.queue
    child._process.kill()
    child._process.wait()
    assert json.loads(sparql.query("ASK {}").body)["boolean"] is True


def test_syntax_errors_name_their_place(sparql: SparqlPool) -> None:
    with pytest.raises(InvalidQuery) as caught:
        sparql.query("SELECT *\n{ ?s ?p }")
    assert caught.value.line == 2


def test_a_new_checkpoint_is_taken_up(tmp_path: Path) -> None:
    store = ox.Store(str(tmp_path / "store"))
    checkpoint(tmp_path, store, "1")
    pool = SparqlPool(tmp_path, children=1, seconds=20, results=10)
    try:
        assert json.loads(pool.query("ASK { ?s ?p ?o }").body)["boolean"] is False
        node = ox.NamedNode("http://x.example/")
        store.add(ox.Quad(node, node, node))
        checkpoint(tmp_path, store, "2")
        assert json.loads(pool.query("ASK { ?s ?p ?o }").body)["boolean"] is True
    finally:
        pool.close()


def test_before_there_is_a_graph_it_says_so(tmp_path: Path) -> None:
    pool = SparqlPool(tmp_path, children=1, seconds=5, results=10)
    with pytest.raises(Unavailable):
        pool.query("ASK {}")
    pool.close()
