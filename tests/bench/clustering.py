"""Clustering alone: synthetic records, every tenth of them in two portals, compared as the journal tells
of them. Seconds are of the processor; what it takes to make the records is not counted.

`python -m tests.bench.clustering 1000000 FOLDER` runs it alone.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from catalogue.adapters.sql import SqlJournal, migrate
from catalogue.adapters.sql.cluster_rows import compared
from catalogue.model import Change, Record, content_hash, page_id
from catalogue.synth import graphs
from catalogue.synth.records import record
from tests.bench.figures import tell

STEP = 500
TWICE = 10  # every so many records is in a second portal, too
WHEN = datetime(2026, 1, 1, tzinfo=UTC)


def changes(number: int, seed: int = 1) -> Iterator[Change]:
    """So many records as changes of the journal; those of the second portal are among them."""
    made = 0
    for at in range(number):
        node = graphs.dataset(record(seed, at))
        text = graphs.ntriples(node, str(at))
        iri = text.split(">", 1)[0].lstrip("<")
        yield change(made, "first", iri, text)
        made += 1
        if at % TWICE == 0 and made < number:
            other = f"http://second.example/{at}"
            yield change(made, "second", other, text.replace(f"<{iri}>", f"<{other}>"))
            made += 1
        if made >= number:
            return


def change(seq: int, source: str, iri: str, text: str) -> Change:
    graph = "".join(sorted(text.splitlines(keepends=True))).encode()
    told = Record(
        page_id=page_id(source, iri), source=source, node="n", key=iri, iri=iri, type="dataset",
        visibility="public", deleted=False, seq=seq, content_hash=content_hash(graph),
        first_seen=WHEN, changed=WHEN,
    )  # fmt: skip
    return Change(seq, told, "run", WHEN, graph)


def clustering(number: int, folder: Path) -> None:
    """Tell how long it takes to cluster so many records, and the memory of the process."""
    url = f"sqlite:///{folder / 'clusters.sqlite'}"
    migrate(url)
    journal = SqlJournal.open(url)
    given = changes(number)
    seconds, done = 0.0, 0
    while some := list(islice(given, STEP)):
        began = time.process_time()
        fresh = [compared(one) for one in some]
        with journal._store.writing() as connection:
            journal.clusters.take(connection, fresh)
        seconds += time.process_time() - began
        done += len(some)
        if done % 50_000 == 0:
            print(done, round(seconds), file=sys.stderr, flush=True)
    tell(
        "clustering",
        records=done,
        seconds=round(seconds, 1),
        per_second=round(done / seconds),
        clusters=journal.clusters.number(),
        megabytes=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        disk_megabytes=(folder / "clusters.sqlite").stat().st_size >> 20,
    )
    journal.close()


if __name__ == "__main__":
    clustering(int(sys.argv[1]), Path(sys.argv[2]))
