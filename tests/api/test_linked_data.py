"""Serialisations, the whole catalogue, SPARQL: read with rdflib and SPARQLWrapper."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import rdflib
from flask import Flask
from flask.testing import FlaskClient
from rdflib import DCAT, DCTERMS, FOAF, RDF, Graph, URIRef
from rdflib.compare import isomorphic
from SPARQLWrapper import JSON, POST, SPARQLWrapper
from werkzeug.serving import make_server

from tests.api import library
from tests.api.library import WIND, XRAY

Ids = Callable[[str], str]
HYDRA = rdflib.Namespace("http://www.w3.org/ns/hydra/core#")
FORMS = {
    "ttl": ("text/turtle", "turtle"),
    "jsonld": ("application/ld+json", "json-ld"),
    "rdf": ("application/rdf+xml", "xml"),
    "nt": ("application/n-triples", "nt"),
}


@pytest.mark.parametrize("suffix", FORMS)
def test_every_serialisation_says_what_the_source_said(
    client: FlaskClient, id_of: Ids, suffix: str
) -> None:
    media_type, parser = FORMS[suffix]
    said = Graph().parse(data=library.HEALTH, format="turtle")
    for iri in (XRAY,):
        by_address = client.get(f"/datasets/{id_of(iri)}.{suffix}")
        by_accept = client.get(f"/datasets/{id_of(iri)}", headers={"Accept": media_type})
        assert by_address.mimetype == by_accept.mimetype == media_type
        assert "Accept" in by_accept.headers["Vary"]
        for answer in (by_address, by_accept):
            served = Graph().parse(data=answer.data, format=parser)
            assert isomorphic(served, said)


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "text/html"),
        ("*/*", "text/html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/turtle;q=0.5, application/rdf+xml", "application/rdf+xml"),
        ("text/turtle, text/html;q=0.9", "text/turtle"),
        ("application/n-triples;q=0, text/turtle;q=0.1", "text/turtle"),
        ("application/json", "application/ld+json"),
    ],
)
def test_the_reader_s_preference_decides(
    client: FlaskClient, id_of: Ids, accept: str, media_type: str
) -> None:
    answer = client.get(f"/datasets/{id_of(XRAY)}", headers={"Accept": accept})
    assert answer.mimetype == media_type


def test_what_we_cannot_write_is_406(client: FlaskClient, id_of: Ids) -> None:
    answer = client.get(f"/datasets/{id_of(XRAY)}", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert client.get(f"/datasets/{id_of(XRAY)}.xyz").status_code == 404


def walk(client: FlaskClient, address: str) -> Iterator[Graph]:
    while address:
        page = Graph().parse(data=client.get(address).data, format="turtle")
        yield page
        following = next(page.objects(None, HYDRA.next), None)
        address = str(following).removeprefix("https://catalogue.example") if following else ""


def test_the_catalogue_s_pages_hold_every_public_record_once(client: FlaskClient) -> None:
    seen = []
    for page in walk(client, "/catalog.ttl?limit=1"):
        root = URIRef("https://catalogue.example/catalog")
        assert (root, RDF.type, DCAT.Catalog) in page
        assert {str(one) for one in page.objects(root, DCTERMS.hasPart)} == {
            "https://catalogue.example/nodes/at",
            "https://catalogue.example/nodes/de",
        }
        for path in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCTERMS.license):
            assert page.value(root, path) is not None
        assert int(page.value(root, HYDRA.totalItems)) == 3
        for _node, dataset in page.subject_objects(DCAT.dataset):
            (entry,) = [
                one
                for one in page.subjects(FOAF.primaryTopic, dataset)
                if page.value(predicate=DCAT.record, object=one) is not None
            ]
            assert page.value(entry, DCTERMS.modified) is not None
            assert page.value(entry, DCTERMS.source) is not None
            seen.append(str(dataset))
    assert sorted(seen) == sorted([XRAY, WIND, library.EVIL])


@pytest.mark.parametrize("suffix", FORMS)
def test_the_catalogue_is_the_same_in_every_serialisation(client: FlaskClient, suffix: str) -> None:
    media_type, parser = FORMS[suffix]
    served = client.get(f"/catalog.{suffix}?limit=1000")
    assert served.mimetype == media_type
    lines = client.get("/catalog.nt?limit=1000").get_data(as_text=True)
    # Only the addresses of the pages differ.
    expected = Graph().parse(data=lines.replace("/catalog.nt", f"/catalog.{suffix}"), format="nt")
    assert isomorphic(Graph().parse(data=served.data, format=parser), expected)


def test_the_catalogue_takes_the_filters_of_a_search(client: FlaskClient) -> None:
    (page,) = walk(client, "/catalog.ttl?sector=health")
    assert [str(one) for one in page.objects(None, DCAT.dataset)] == [XRAY]
    assert client.get("/catalog.ttl?colour=red").status_code == 400


def test_our_own_harvester_reads_the_catalogue_whole(client: FlaskClient, tmp_path: Path) -> None:
    from catalogue.bootstrap import guarded_client
    from catalogue.harvest.preview import preview
    from catalogue.harvest.rules import PLAIN
    from catalogue.model import Source
    from catalogue.settings import Settings

    feed = tmp_path / "catalog.ttl"
    feed.write_bytes(client.get("/catalog.ttl?limit=1000").data)
    rows = preview(
        Source("again", "n", "dcat", feed.as_uri()), PLAIN, guarded_client(Settings()), 100
    )
    assert sorted(row["iri"] for row in rows) == sorted([XRAY, WIND, library.EVIL])


@pytest.fixture(scope="module")
def endpoint(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/sparql"
    server.shutdown()
    thread.join()
    server.server_close()


TITLES = """PREFIX dct: <http://purl.org/dc/terms/>
SELECT ?title WHERE { <%s> dct:title ?title FILTER(lang(?title) = "en") }"""


@pytest.mark.parametrize("method", ["GET", POST])
def test_sparqlwrapper_finds_a_record(endpoint: str, method: str) -> None:
    asking = SPARQLWrapper(endpoint)
    asking.setMethod(method)
    asking.setReturnFormat(JSON)
    asking.setQuery(TITLES % XRAY)
    rows = asking.queryAndConvert()["results"]["bindings"]
    assert [row["title"]["value"] for row in rows] == ["Chest x-ray images"]


def test_rdflib_s_own_client_reads_the_endpoint(endpoint: str) -> None:
    from rdflib.plugins.stores.sparqlstore import SPARQLStore

    graph = Graph(store=SPARQLStore(endpoint))
    rows = list(graph.query(TITLES % XRAY))
    assert [str(row[0]) for row in rows] == ["Chest x-ray images"]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv"),
        ("text/tab-separated-values", "text/tab-separated-values"),
        ("application/xml;q=0.9,text/csv;q=0.2", "application/xml"),
    ],
)
def test_rows_come_in_every_form(client: FlaskClient, accept: str, media_type: str) -> None:
    answer = client.get(
        "/sparql", query_string={"query": TITLES % XRAY}, headers={"Accept": accept}
    )
    assert (answer.status_code, answer.mimetype) == (200, media_type)
    assert "Chest x-ray images" in answer.get_data(as_text=True)


def test_a_construct_gives_the_record_s_statements(client: FlaskClient) -> None:
    query = f"CONSTRUCT {{ <{XRAY}> ?p ?o }} WHERE {{ <{XRAY}> ?p ?o }}"
    for media_type, parser in FORMS.values():
        answer = client.post(
            "/sparql",
            data=query.encode(),
            content_type="application/sparql-query",
            headers={"Accept": media_type},
        )
        assert answer.mimetype == media_type
        graph = Graph().parse(data=answer.data, format=parser)
        assert (URIRef(XRAY), RDF.type, DCAT.Dataset) in graph


def test_a_bare_get_describes_the_service_and_a_browser_gets_a_page(client: FlaskClient) -> None:
    described = Graph().parse(data=client.get("/sparql").data, format="turtle")
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    service = URIRef("https://catalogue.example/sparql")
    assert (service, RDF.type, sd.Service) in described
    page = client.get("/sparql", headers={"Accept": "text/html"})
    assert page.mimetype == "text/html"
    shown = client.get("/sparql", query_string={"query": TITLES % XRAY, "format": "page"})
    assert "Chest x-ray images" in shown.get_data(as_text=True)


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [
        ("SELECT *\nWHERE { ?s ?p }", 2, 15),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 1, 12),
        ("INSERT DATA { <a:b> <a:b> <a:b> }", 1, 1),
        ("SELECT * FROM <http://x.example/> { ?s ?p ?o }", 1, 10),
    ],
)
def test_a_refused_query_is_a_400_with_its_place(
    client: FlaskClient, query: str, line: int, column: int
) -> None:
    answer = client.get("/sparql", query_string={"query": query})
    problem = answer.get_json()
    assert answer.status_code == 400
    assert problem["line"] == line
    assert abs(problem["column"] - column) <= 1  # the engine points behind what it did not expect


def test_updates_and_other_data_sets_are_refused(client: FlaskClient) -> None:
    assert client.post("/sparql", data={"update": "CLEAR ALL"}).status_code == 400
    bad = {"query": "ASK {}", "default-graph-uri": "http://x.example/"}
    assert client.get("/sparql", query_string=bad).get_json()["parameter"] == "default-graph-uri"
    assert client.post("/sparql", data=b"x", content_type="text/plain").status_code == 400


def test_every_description_of_nodes_and_sources_is_in_the_graph(client: FlaskClient) -> None:
    query = """PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX dct: <http://purl.org/dc/terms/>
    SELECT ?title (COUNT(?r) AS ?n) { ?node dcat:record ?r ; dct:title ?title } GROUP BY ?title"""
    rows = client.get("/sparql", query_string={"query": query}).get_json()["results"]["bindings"]
    counts = {row["title"]["value"]: int(row["n"]["value"]) for row in rows}
    assert counts == {"Austrian Node (fictional)": 1, "German Node (fictional)": 2}
