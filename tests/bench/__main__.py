"""`make bench`: one JSON object a line, for 10,000 and 100,000 records and 10,000 requests for access
unless `--sizes` and `--requests` say other; `--validated` records are validated beside other validators,
and `--clustered` records are searched for duplicates."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import tempfile
from pathlib import Path

from tests.bench import access, asking, clustering, harvesting, plain, searching, validating
from tests.bench.figures import Watched, cores, percentiles, tell, timed
from tests.bench.portal import make
from tests.bench.portal import serving as portals
from tests.command import Aicat, free_port, read, read_json

SEARCH = (
    "/api/v1/datasets?q={}&facets=sector,country,theme,format,license,access,language,publisher"
)
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"


def harvests(aicat: Aicat, kind: str, url: str, size: int) -> None:
    """Fresh, and unchanged with every page read again; until searchable and queryable."""
    aicat("node", "add", "bench", "--name", "Bench (fictional)", "--country", "EU")
    options = ("--option", "rows=1000") if kind == "ckan" else ()
    aicat("source", "add", "bench", "--node", "bench", "--kind", kind, "--url", url, *options)
    for name, more in (("fresh", ()), ("unchanged, every page read again", ("--full",))):
        with (
            aicat.running("harvest", "bench", "--json", *more) as process,
            Watched(process) as seen,
        ):
            seconds = timed(process.wait)
        assert process.returncode == 0
        tell(
            f"{'CKAN' if kind == 'ckan' else 'RDF/XML'} {name}",
            records=size,
            seconds=round(seconds, 1),
            per_second=round(size / seconds),
            megabytes=seen.most,
        )


def triples(aicat: Aicat) -> int:
    """What the graph holds, vocabularies left out."""
    counted = json.loads(aicat("sparql", COUNT, "--json"))["results"]["bindings"][0]["n"]["value"]
    in_vocabularies = (
        "SELECT (COUNT(*) AS ?n) { ?s <http://www.w3.org/2004/02/skos/core#inScheme> ?c ; ?p ?o }"
    )
    known = json.loads(aicat("sparql", in_vocabularies, "--json"))["results"]["bindings"][0]["n"]
    return int(counted) - int(known["value"])


def words_of(folder: Path) -> tuple[list[str], list[str]]:
    """A word of a title for each search, as the records have them: none that was picked; and two words
    of one title for each."""
    found: list[str] = []
    pairs: list[str] = []
    with (folder / "packages.jsonl").open(encoding="utf-8") as file:
        for line in file:
            words = str(json.loads(line)["title"]).split()
            found.append(words[len(found) % len(words)])
            if len(words) > 1:
                first = len(pairs) % (len(words) - 1)
                pairs.append(" ".join(words[first : first + 2]))
            if len(found) == 200:
                break
    return found, pairs


def serving(aicat: Aicat, folder: Path, size: int, port: int) -> None:
    """Answers over HTTP, one after another."""
    from urllib.parse import quote

    with aicat.up(port=port) as (process, base), Watched(process) as seen:
        words, pairs = words_of(folder)
        asked = [SEARCH.format(quote(word)) for word in words]
        tell(
            "search, one word, eight facets",
            records=size,
            **percentiles(lambda a: read(base + a), asked),
        )
        two = [SEARCH.format(quote(f"{a} {b}")) for a, b in itertools.pairwise(words)]
        tell(
            "search, two words, eight facets",
            records=size,
            **percentiles(lambda a: read(base + a), two),
        )
        near = [SEARCH.format(quote(both)) for both in pairs]
        tell(
            "search, two words of one title, eight facets",
            records=size,
            **percentiles(lambda a: read(base + a), near),
        )
        every = [SEARCH.format("")] * 40
        tell(
            "everything, eight facets", records=size, **percentiles(lambda a: read(base + a), every)
        )
        items = read_json(f"{base}/api/v1/datasets?limit=200")["items"]
        pages = [f"{base}/datasets/{one['id']}" for one in items]
        tell("dataset page", records=size, **percentiles(lambda a: read(a, "text/html"), pages))
        heads = [f"{base}/api/v1/suggest?q={quote(word[:3])}" for word in words]
        tell("suggest", records=size, **percentiles(read, heads))
        query = "SELECT ?p ?o { <%s> ?p ?o }"
        looks = [f"{base}/sparql?query={quote(query % one['iri'])}" for one in items]
        tell("SPARQL, one subject", records=size, **percentiles(read, looks))
        themes = (
            "SELECT ?t (COUNT(*) AS ?n) { ?d <http://www.w3.org/ns/dcat#theme> ?t } GROUP BY ?t"
        )
        counts = [f"{base}/sparql?query={quote(themes)}"] * 5
        tell("SPARQL, count by theme", records=size, **percentiles(read, counts))
    tell("the service", records=size, megabytes=seen.most)


def one_size(folder: Path, size: int) -> None:
    """All figures for a catalogue of that size."""
    seconds = timed(lambda: make(folder, size))
    tell("making the records in both forms", records=size, seconds=round(seconds, 1))
    with portals(folder) as base:
        for kind, url in (("dcat", f"{base}/pages/0.rdf"), ("ckan", base)):
            home = folder / kind
            home.mkdir()
            port = free_port()
            aicat = Aicat(home, AICAT_BASE_URL=f"http://127.0.0.1:{port}")
            harvests(aicat, kind, url, size)
            tell(
                f"{kind}: triples a record",
                records=size,
                triples=round(triples(aicat) / size, 1),
            )
        serving(aicat, folder, size, port)
        harvesting.unchanged(folder, base, size)
        harvesting.judged_and_bare(folder / "judged", base, size)
        harvesting.pushing(folder / "push", folder / "packages.jsonl", size)
        if size <= plain.MOST:
            plain.figures(folder, base, size)


def main() -> None:
    """The whole table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000])
    asked.add_argument("--index-sizes", type=int, nargs="*", default=[100_000])
    asked.add_argument("--requests", type=int, nargs="*", default=[10_000])
    asked.add_argument("--validated", type=int, nargs="*", default=[1000])
    asked.add_argument("--clustered", type=int, nargs="*", default=[100_000])
    given = asked.parse_args()
    Aicat.shares_lemmas = (
        False  # they are made once for a data folder, which is part of what is measured
    )
    sizes = given.sizes
    tell("machine", python=platform.python_version(), cores=cores(), system=platform.system())
    if sizes:
        with (
            tempfile.TemporaryDirectory() as folder,
            harvesting.small_portals(Path(folder) / "portal") as bases,
        ):
            harvesting.side_by_side(Path(folder), *bases)
    for number in given.validated:
        validating.figures(Path(os.environ.get("AICAT_REAL_DATA", "../shared/data")), number)
    for number in given.clustered:
        clustering.figures(number)
    for number in given.requests:
        with tempfile.TemporaryDirectory() as folder:
            asking.measure(Path(folder), number)
    for size in given.requests:
        with tempfile.TemporaryDirectory() as folder:
            access.figures(Path(folder), size)
    for size in given.index_sizes:
        with tempfile.TemporaryDirectory() as folder:
            searching.figures(Path(folder), size)
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            one_size(Path(folder), size)


if __name__ == "__main__":
    main()
