"""What a user would write without this project, on the same records and in the same run."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import ckanapi
import orjson
import pyoxigraph as ox
import rdflib

from tests.bench.figures import percentiles, tell, timed

MOST = 10_000  # records; rdflib takes minutes for more
PARSED = 1000  # records that rdflib parses
TITLE = "http://purl.org/dc/terms/title"
THEMES = "SELECT ?t (COUNT(*) AS ?n) { ?d <http://www.w3.org/ns/dcat#theme> ?t } GROUP BY ?t"


def figures(folder: Path, base: str, size: int) -> None:
    """Every plain alternative."""
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)  # it tells of every odd date
    rate(
        "plain: ckanapi and rdflib, a dozen triples a record, nothing stored",
        size,
        lambda: loop(base, size),
    )
    page = folder / "pages" / "0.rdf"
    rate("plain: rdflib parses the RDF/XML", PARSED, lambda: _graph(page))
    rate("plain: Oxigraph parses the RDF/XML into a store", PARSED, lambda: _load(ox.Store(), page))
    with_store(folder, size)


def rate(name: str, size: int, work: Any) -> None:
    seconds = timed(work)
    tell(name, records=size, seconds=round(seconds, 1), per_second=round(size / seconds))


def loop(base: str, size: int) -> None:
    """ckanapi, and a few statements into an rdflib graph."""
    graph = rdflib.Graph()
    with ckanapi.RemoteCKAN(base) as portal:
        for start in range(0, size, 1000):
            for one in portal.action.package_search(rows=1000, start=start)["results"]:
                subject = rdflib.URIRef(f"{base}/dataset/{one['id']}")
                graph.add((subject, rdflib.RDF.type, rdflib.DCAT.Dataset))
                graph.add((subject, rdflib.DCTERMS.title, rdflib.Literal(one["title"])))
                graph.add((subject, rdflib.DCTERMS.description, rdflib.Literal(one["notes"])))
                for tag in one["tags"]:
                    graph.add((subject, rdflib.DCAT.keyword, rdflib.Literal(tag["name"])))
                for file in one["resources"]:
                    node = rdflib.URIRef(f"{base}/resource/{file['id']}")
                    graph.add((subject, rdflib.DCAT.distribution, node))
                    graph.add((node, rdflib.DCTERMS["format"], rdflib.Literal(file["format"])))


def with_store(folder: Path, size: int) -> None:
    """A word searched by SPARQL, one subject, a count: by Oxigraph in the process, and by rdflib."""
    store = ox.Store()
    for page in sorted((folder / "pages").glob("*.rdf")):
        _load(store, page)
    titles = [
        str(quad.object.value) for quad in store.quads_for_pattern(None, ox.NamedNode(TITLE), None)
    ]
    words = [max(title.split() or ["x"], key=len) for title in titles[:: max(1, len(titles) // 20)]]
    query = "SELECT ?d ?t {{ ?d <{}> ?t FILTER(CONTAINS(LCASE(?t), {})) }} LIMIT 10"
    asked = [query.format(TITLE, orjson.dumps(word.lower()).decode()) for word in words]
    tell("plain: a word of a title by Oxigraph's SPARQL, no facets, no HTTP", records=size,
         **percentiles(lambda q: list(store.query(q)), asked))  # fmt: skip
    tell("plain: count by theme by Oxigraph's SPARQL, no HTTP", records=size,
         **percentiles(lambda q: list(store.query(q)), [THEMES] * 5))  # fmt: skip
    graph = _graph(folder / "pages" / "0.rdf")
    tell("plain: a word of a title by rdflib's SPARQL, no facets, no HTTP", records=PARSED,
         **percentiles(lambda q: list(graph.query(q)), asked[:5]))  # fmt: skip
    tell("plain: count by theme by rdflib's SPARQL, no HTTP", records=PARSED,
         **percentiles(lambda q: list(graph.query(q)), [THEMES] * 3))  # fmt: skip


def _load(store: ox.Store, page: Path) -> None:
    store.bulk_load(page.read_bytes(), ox.RdfFormat.RDF_XML, lenient=True)


def _graph(page: Path) -> rdflib.Graph:
    """rdflib stops at a language tag like en_US, so the tags are mended for it."""
    text = re.sub(r'xml:lang="(\w\w)_', r'xml:lang="\1-', page.read_text(encoding="utf-8"))
    return rdflib.Graph().parse(data=text, format="xml")
