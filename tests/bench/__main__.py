"""`make bench`: one JSON object a line. `--size` records (10,000 unless told)."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import ckanapi
import rdflib

from tests.command import Aicat, read, read_json

SEARCH = (
    "/api/v1/datasets?q={}&facets=sector,country,theme,format,license,access,language,publisher"
)
WORDS = ("wind", "soil+moisture", "chest+x-ray", "trafic", "robot", "satellite", "energia", "data")


def tell(name: str, **figures: Any) -> None:
    """One line of the table."""
    print(json.dumps({"bench": name, **figures}), flush=True)


def timed(work: Callable[[], Any]) -> float:
    """Seconds that the work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def percentiles(work: Callable[[str], Any], given: list[str]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds, after one round to warm up."""
    for one in given[:8]:
        work(one)
    taken = sorted(1000 * timed(lambda one=one: work(one)) for one in given)  # type: ignore[misc]
    p95 = taken[int(len(taken) * 0.95) - 1]
    return {"p50_ms": round(statistics.median(taken), 2), "p95_ms": round(p95, 2)}


def plain_loop(base: str, size: int) -> None:
    """What a user would write: ckanapi, and a few statements into an rdflib graph."""
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
                    graph.add((node, rdflib.DCAT.accessURL, rdflib.URIRef(file["url"])))
                    graph.add((node, rdflib.DCTERMS["format"], rdflib.Literal(file["format"])))


def harvests(aicat: Aicat, base: str, size: int) -> None:
    """Fresh, and unchanged with every page read again; until searchable and queryable."""
    aicat("node", "add", "bench", "--name", "Bench (fictional)", "--country", "EU")
    words = ("--node", "bench", "--kind", "ckan", "--url", base, "--option", "rows=1000")
    aicat("source", "add", "bench", *words)
    for name, more in (("ckan fresh", ()), ("ckan unchanged", ("--full",))):
        seconds = timed(lambda more=more: aicat("harvest", "bench", *more))  # type: ignore[misc]
        tell(name, records=size, seconds=round(seconds, 1), per_second=round(size / seconds))
    seconds = timed(lambda: plain_loop(base, size))
    tell(
        "plain ckanapi and rdflib loop (9 to 25 triples a record, nothing stored)",
        records=size,
        seconds=round(seconds, 1),
        per_second=round(size / seconds),
    )


def serving(aicat: Aicat) -> None:
    """Answers over HTTP, one after another."""
    with aicat.up() as (process, base):
        asked = [SEARCH.format(word) for word in WORDS] * 12
        tell("search with eight facets", **percentiles(lambda a: read(base + a), asked))
        items = read_json(f"{base}/api/v1/datasets?limit=100")["items"]
        pages = [f"{base}/datasets/{one['id']}" for one in items]
        tell("dataset page", **percentiles(lambda a: read(a, "text/html"), pages))
        heads = [f"{base}/api/v1/suggest?q={head}" for head in ("wi", "ro", "da", "ene", "soi")]
        tell("suggest", **percentiles(read, heads * 12))
        query = "SELECT ?p ?o { <%s> ?p ?o }"
        looks = [f"{base}/sparql?query={quote(query % one['iri'])}" for one in items]
        tell("SPARQL lookup of one subject", **percentiles(read, looks))
        tell("memory of the service", megabytes=round(_memory(process.pid)))


def _memory(pid: int) -> float:
    """Proportional memory of a process and its descendants, in megabytes."""
    total = 0
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
        for task in Path(f"/proc/{one}/task").iterdir():
            waiting += [int(child) for child in (task / "children").read_text().split()]
    return total / 1024


def main() -> None:
    """The whole table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--size", type=int, default=10_000)
    size = asked.parse_args().size
    tell(
        "machine", python=platform.python_version(), cores=os.cpu_count(), system=platform.system()
    )
    portal = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.portal", str(size)], stdout=subprocess.PIPE, text=True
    )
    assert portal.stdout is not None
    base = f"http://127.0.0.1:{portal.stdout.readline().strip()}"
    try:
        with tempfile.TemporaryDirectory() as folder:
            aicat = Aicat(Path(folder))
            harvests(aicat, base, size)
            serving(aicat)
    finally:
        portal.kill()
        portal.wait()


if __name__ == "__main__":
    main()
