"""The search index alone: Tantivy, Elasticsearch and SQLite FTS5 on the same records in one run.

Records come from `aicat synth` in the 24 languages; their documents (description, analysis) are made
once, before. Tantivy and Elasticsearch are asked over HTTP through the web process, SQLite in process:
it is what a user would write without this project.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from urllib.parse import quote

import pytest

from catalogue.adapters.embedded.tantivy import TantivyIndex
from catalogue.adapters.embedded.tantivy_documents import tantivy_document
from catalogue.adapters.scaleout.elasticsearch import ElasticsearchIndex
from catalogue.adapters.scaleout.elasticsearch_bulk import Write
from catalogue.adapters.scaleout.elasticsearch_documents import elasticsearch_document
from catalogue.adapters.scaleout.elasticsearch_server import server
from catalogue.model import Change, Record, content_hash, page_id
from catalogue.project.describe import describe
from catalogue.search.documents import Document, document
from catalogue.synth import graphs
from catalogue.synth.records import record
from tests.bench.figures import Watched, percentiles, tell, timed
from tests.command import Aicat, free_port, read, read_json, wait_for
from tests.elasticsearch_node import nodes

SEED, PART = 3, 2000
NOW = datetime(2026, 1, 1, tzinfo=UTC)
FACETS = "sector,country,theme,format,license,access,language,publisher"
ASKED = 150  # searches of each kind
DEEP, PAGE = 1000, 20  # the page that is compared with the first, and hits on a page


# --- documents ---------------------------------------------------------------------------------------


def change_of(number: int) -> Change:
    """The synthetic record of a number as the journal would tell it."""
    made = graphs.dataset(record(SEED, number))
    text = graphs.ntriples(made, str(number))
    iri = str(made.iri)
    stored = Record(
        page_id=page_id("bench", str(number)),
        source="bench",
        node="bench",
        key=str(number),
        iri=iri,
        type="dataset",
        visibility="public",
        deleted=False,
        seq=number + 1,
        content_hash=content_hash(text.encode()),
        first_seen=NOW,
        changed=NOW,
    )
    return Change(number + 1, stored, "bench", NOW, text.encode())


def _made(start: int, end: int, folder: Path) -> float:
    """Documents of a part into a file; returns the seconds that making them took, synthesis aside."""
    changes = [change_of(number) for number in range(start, end)]
    found: list[Document] = []
    seconds = timed(lambda: found.extend(document(one, describe(one, "EU")) for one in changes))
    (folder / f"{start:09}.pickle").write_bytes(pickle.dumps(found))
    return seconds


def documents(folder: Path) -> Iterator[Document]:
    for path in sorted(folder.glob("*.pickle")):
        yield from pickle.loads(path.read_bytes())


# --- engines -----------------------------------------------------------------------------------------


def fill_tantivy(folder: Path, made: Path, size: int) -> None:
    index = TantivyIndex(folder, countries=lambda _node: "EU")
    for one in documents(made):
        index._writer.add_document(tantivy_document(one))
    index._commit(size)
    index.close()


def fill_elasticsearch(index: ElasticsearchIndex, made: Path, size: int) -> None:
    index.rebuild(lambda: iter(()), 0)
    writes = (
        Write(one.id, number, elasticsearch_document(one))
        for number, one in enumerate(documents(made), 1)
    )
    index._bulk.write(index._here.prefix, writes, alias=True)
    index._at, index._pending = size, size
    index.settle()


def fill_sqlite(path: Path, made: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA journal_mode = OFF")
        base.execute("PRAGMA synchronous = OFF")
        base.execute("CREATE VIRTUAL TABLE words USING fts5(title, description, keywords)")
        base.execute("CREATE TABLE facet (record INTEGER, name TEXT, value TEXT)")
        for number, one in enumerate(documents(made), 1):
            texts = [" ".join(one.texts[name]) for name in ("title", "description", "keywords")]
            insert = "INSERT INTO words (rowid, title, description, keywords) VALUES (?, ?, ?, ?)"
            base.execute(insert, (number, *texts))
            names = FACETS.split(",")
            rows = [(number, name, v) for name in names for v in one.keywords.get(name, ())]
            base.executemany("INSERT INTO facet VALUES (?, ?, ?)", rows)
        base.execute("CREATE INDEX facet_of ON facet (record, name)")
        base.commit()


# --- asking ------------------------------------------------------------------------------------------


def words(made: Path) -> tuple[list[str], list[str]]:
    """A word of a title for each search, as the records have them: none that was picked; and two words
    of one title for each."""
    found: list[str] = []
    pairs: list[str] = []
    for one in itertools.islice(documents(made), 0, None, 7):
        title = [token for token in one.texts["title"] if token.isalpha()]
        if title:
            found.append(title[len(found) % len(title)])
        if len(title) > 1:
            first = len(pairs) % (len(title) - 1)
            pairs.append(" ".join(title[first : first + 2]))
        if len(found) > ASKED:
            break
    return found, pairs


@contextlib.contextmanager
def web(folder: Path, **settings: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The web process alone: it reads the index."""
    port = free_port()
    aicat = Aicat(folder, AICAT_PORT=str(port), **settings)
    aicat("migrate")
    command = [sys.executable, "-m", "catalogue.cli.web", str(os.getpid())]
    with subprocess.Popen(command, env=aicat.environ, cwd=folder) as process:
        base = f"http://127.0.0.1:{port}"
        try:
            wait_for(lambda: read(f"{base}/livez"), process)
            yield base, process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def ask(
    engine: str,
    size: int,
    base: str,
    process: subprocess.Popen[bytes],
    said: list[str],
    pairs: list[str],
) -> None:
    """The figures of an engine over HTTP."""
    api = f"{base}/api/v1"
    with Watched(process) as seen:
        two = [
            f"{api}/datasets?q={quote(f'{a} {b}')}&facets={FACETS}"
            for a, b in itertools.pairwise(said)
        ]
        tell(f"{engine}: two words, eight facets", records=size, **percentiles(read, two))
        near = [f"{api}/datasets?q={quote(both)}&facets={FACETS}" for both in pairs]
        tell(
            f"{engine}: two words of one title, eight facets",
            records=size,
            **percentiles(read, near),
        )
        one = [f"{api}/datasets?q={quote(a)}&facets={FACETS}" for a in said]
        tell(f"{engine}: one word, eight facets", records=size, **percentiles(read, one))
        every = [f"{api}/datasets?facets={FACETS}"] * 40
        tell(f"{engine}: everything, eight facets", records=size, **percentiles(read, every))
        heads = [f"{api}/suggest?q={quote(a[:3])}" for a in said]
        tell(f"{engine}: suggest", records=size, **percentiles(read, heads))
        first, deep = walk(f"{api}/datasets?limit={PAGE}")
        tell(f"{engine}: page 1 and page {DEEP}", records=size, p50_ms=first, deep_p50_ms=deep)
    tell(f"{engine}: the web process", records=size, megabytes=seen.most)


def walk(address: str) -> tuple[float, float]:
    """Milliseconds of the first pages and of those about page 1,000, medians of ten."""
    taken: list[float] = []
    following: str | None = ""
    while following is not None and len(taken) < DEEP + 5:
        at = address if not following else f"{address}&cursor={quote(following)}"
        began = time.perf_counter()
        page = read_json(at)
        taken.append(1000 * (time.perf_counter() - began))
        following = page["next"]
    return _median(taken[:10]), _median(taken[-10:])


def _median(values: list[float]) -> float:
    return round(sorted(values)[len(values) // 2], 2)


def searchable(engine: str, size: int, base: str, apply: Callable[[Change], None]) -> None:
    """Seconds until a change that is applied and settled is found over HTTP."""
    one = change_of(0)
    text = (one.graph or b"").decode().replace('"@', ' changedword"@', 1)
    changed = replace(
        one, seq=size + 1, graph=text.encode(), record=replace(one.record, seq=size + 1)
    )
    address = f"{base}/api/v1/datasets?q=changedword"
    assert read_json(address)["total"] == 0
    began = time.perf_counter()
    apply(changed)
    wait_for(lambda: read_json(address)["total"])
    tell(
        f"{engine}: a change is found after",
        records=size,
        seconds=round(time.perf_counter() - began, 2),
    )


def ask_sqlite(size: int, path: Path, said: list[str], pairs: list[str]) -> None:
    with contextlib.closing(sqlite3.connect(path)) as base:

        def search(given: str) -> None:
            found = "SELECT rowid FROM words WHERE words MATCH ?"
            base.execute(f"{found} ORDER BY rank LIMIT 20", (given,)).fetchall()
            for name in FACETS.split(","):
                counted = (
                    f"SELECT value, COUNT(*) FROM facet WHERE name = ? AND record IN ({found})"
                    " GROUP BY value ORDER BY 2 DESC LIMIT 100"
                )
                base.execute(counted, (name, given)).fetchall()

        two = [f'"{a}" AND "{b}"' for a, b in itertools.pairwise(said)]
        tell(
            "SQLite FTS5, no HTTP: two words, eight facets",
            records=size,
            **percentiles(search, two),
        )
        near = [" AND ".join(f'"{word}"' for word in both.split()) for both in pairs]
        tell(
            "SQLite FTS5, no HTTP: two words of one title, eight facets",
            records=size,
            **percentiles(search, near),
        )
        one = [f'"{a}"' for a in said]
        tell(
            "SQLite FTS5, no HTTP: one word, eight facets", records=size, **percentiles(search, one)
        )


# --- the table ---------------------------------------------------------------------------------------


def figures(folder: Path, size: int) -> None:
    """All figures of an index of that many records."""
    made = folder / "documents"
    made.mkdir()
    starts = range(0, size, PART)
    ends = [min(start + PART, size) for start in starts]
    with ProcessPoolExecutor() as pool:
        seconds = sum(pool.map(_made, starts, ends, repeat(made)))
    tell(
        "search documents, one core (describing, analysis)",
        records=size,
        per_second=round(size / seconds),
    )
    said, pairs = words(made)
    _tantivy(folder, made, size, said, pairs)
    _elasticsearch(folder, made, size, said, pairs)
    path = folder / "fts5.sqlite"
    seconds = timed(lambda: fill_sqlite(path, made))
    _rate("SQLite FTS5", size, seconds, path.stat().st_size)
    ask_sqlite(size, path, said, pairs)


def _tantivy(folder: Path, made: Path, size: int, said: list[str], pairs: list[str]) -> None:
    home = folder / "tantivy"
    index = home / "var" / "index"
    index.parent.mkdir(parents=True)
    seconds = timed(lambda: fill_tantivy(index, made, size))
    _rate("Tantivy", size, seconds, sum(one.stat().st_size for one in index.iterdir()))
    with web(home) as (base, process):
        ask("Tantivy", size, base, process, said, pairs)

        def apply(change: Change) -> None:
            writer = TantivyIndex(index, countries=lambda _node: "EU")
            writer.apply([change], size + 1)
            writer.settle()
            writer.close()

        searchable("Tantivy", size, base, apply)


def _elasticsearch(folder: Path, made: Path, size: int, said: list[str], pairs: list[str]) -> None:
    home = folder / "elasticsearch"
    home.mkdir()
    try:
        with nodes(folder / "node", 1) as (node,):
            address = f"elasticsearch+http://127.0.0.1:{node.port}/bench"
            index = ElasticsearchIndex(
                server(address), countries=lambda _node: "EU", journal=lambda: "bench"
            )
            seconds = timed(lambda: fill_elasticsearch(index, made, size))
            told = node.ask("GET", "/bench/_stats/store")
            _rate("Elasticsearch", size, seconds, told["_all"]["total"]["store"]["size_in_bytes"])
            with web(home, AICAT_SEARCH_URL=address) as (base, process):
                ask("Elasticsearch", size, base, process, said, pairs)

                def apply(change: Change) -> None:
                    index.apply([change], size + 1)
                    index.settle()

                searchable("Elasticsearch", size, base, apply)
            index.close()
    except pytest.skip.Exception as reason:
        tell("Elasticsearch: not measured", records=size, why=str(reason))


def _rate(engine: str, size: int, seconds: float, stored: int) -> None:
    tell(
        f"{engine}: documents indexed",
        records=size,
        seconds=round(seconds, 1),
        per_second=round(size / seconds),
        index_megabytes=round(stored / 1_000_000),
    )
