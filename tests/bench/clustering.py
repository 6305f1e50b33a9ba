"""Clustering alone: synthetic records, every tenth of them in two portals, are put into a journal, and then
compared as the journal tells of them. Seconds are of the wall; filling the journal is not counted.

`python -m tests.bench.clustering 1000000 FOLDER` runs it alone.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from catalogue.adapters.sql import SqlJournal, migrate
from catalogue.dedupe.following import STEP
from catalogue.model import Entry, Lease, Node, RunState, Source, content_hash, raw_hash
from catalogue.ports import Ending, Journal
from catalogue.synth import graphs
from catalogue.synth.records import record
from tests.bench.figures import tell

FILLED = 500  # records that the journal is given at once
TWICE = 10  # every so many records is in a second portal, too
A_DAY = 86_400


def entries(number: int, seed: int = 1) -> Iterator[tuple[str, Entry]]:
    """So many records with their source; those of the second portal are among them."""
    made = 0
    for at in range(number):
        node = graphs.dataset(record(seed, at))
        text = graphs.ntriples(node, str(at))
        iri = text.split(">", 1)[0].lstrip("<")
        yield "first", entry(iri, text)
        made += 1
        if at % TWICE == 0 and made < number:
            other = f"http://second.example/{at}"
            yield "second", entry(other, text.replace(f"<{iri}>", f"<{other}>"))
            made += 1
        if made >= number:
            return


def entry(iri: str, text: str) -> Entry:
    graph = "".join(sorted(text.splitlines(keepends=True))).encode()
    return Entry(iri, iri, "dataset", raw_hash(graph), graph, content_hash(graph), graph)


def fill(journal: Journal, number: int) -> None:
    """Put so many records into an empty journal, of one run for each of the two portals."""
    journal.add_node(Node("bench", "Bench (fictional)", "EU"))
    leases: dict[str, Lease] = {}
    for name in ("first", "second"):
        journal.add_source(Source(name, "bench", "dcat", f"http://{name}.example/"))
        queued = journal.runs.queue(name)
        lease = journal.runs.claim("bench", seconds=A_DAY, run_id=queued.id)
        assert lease is not None
        leases[name] = lease
    given = entries(number)
    while some := list(islice(given, FILLED)):
        for name, lease in leases.items():
            journal.append(lease, [one for source, one in some if source == name])
    for lease in leases.values():
        journal.runs.end(lease, Ending(RunState.DONE))


def clustering(number: int, folder: Path) -> None:
    """Tell how long it takes to cluster so many records, and the most memory of this process."""
    file = folder / "journal.sqlite"
    migrate(f"sqlite:///{file}")
    journal = SqlJournal.open(f"sqlite:///{file}")
    fill(journal, number)
    before = _disk(folder)
    began, done = time.perf_counter(), 0
    while some := journal.clusters.follow(STEP):
        done += some
    seconds = time.perf_counter() - began
    tell(
        "clustering",
        records=number,
        changes=done,
        seconds=round(seconds, 1),
        per_second=round(number / seconds),
        clusters=journal.clusters.number(),
        megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        disk_megabytes=(_disk(folder) - before) >> 20,
    )
    journal.close()


def _disk(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.iterdir())


def figures(number: int) -> None:
    """The same in a process of its own, so that the memory is of nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.bench.clustering", str(number), folder]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    clustering(int(sys.argv[1]), Path(sys.argv[2]))
