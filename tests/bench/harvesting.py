"""Harvests that change nothing, harvests side by side, with and without what is said of records, and
pushes."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.figures import tell, timed
from tests.bench.portal import make, serving
from tests.command import Aicat, wait_for

BARE = Path(__file__).parent / "bare"  # what makes processes harvest without judging
ROUNDS = 2  # of both, in turn
SLOW_PAGES = 30  # of a slow source; each brings its own records
SMALL = 50  # records on each of them


def unchanged(folder: Path, base: str, size: int) -> None:
    """A source of which nothing changed, harvested again: by ETag, by date, and with neither."""
    ways = (
        ("by ETag (RDF/XML)", "dcat", f"{base}/pages/0.rdf"),
        ("by date (CKAN)", "ckan", base),
        ("with neither (RDF/XML)", "dcat", f"{base}/plain/0.rdf"),
    )
    for number, (way, kind, url) in enumerate(ways):
        aicat = _catalogue(folder / f"unchanged{number}", {"s": (kind, url)})
        aicat("harvest", "s")
        runs: list[dict[str, object]] = []
        seconds = timed(lambda a=aicat, r=runs: r.append(a.harvest("s")))  # type: ignore[misc]
        tell(
            f"conditional harvest, unchanged, {way}",
            records=size,
            seconds=round(seconds, 2),
            state=runs[0]["state"],
            listed=runs[0]["listed"],
            incremental=runs[0]["incremental"],
        )


def judged_and_bare(folder: Path, base: str, size: int) -> None:
    """A fresh CKAN harvest until it can be searched, aligned, judged, scored and compared for duplicates,
    and the same with none of it: the processor time of all processes, the best of each. The dictionaries
    of languages are there already, but for the first time."""
    folder.mkdir()
    lemmas = folder / "lemmas"
    spent: dict[str, list[float]] = {"": [], str(BARE): []}
    for number in range(ROUNDS):
        for more, seconds in spent.items():
            aicat = _catalogue(folder / f"{number}{bool(more)}", {"s": ("ckan", base)})
            aicat.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (more, str(Path.cwd()))))
            kept = aicat.folder / "var" / "lemmas"
            if lemmas.exists():
                shutil.copytree(lemmas, kept, dirs_exist_ok=True)
            began = _of_children()
            aicat("harvest", "s")
            if not more:
                aicat("cluster", "run")
            seconds.append(_of_children() - began)
            shutil.copytree(kept, lemmas, dirs_exist_ok=True)
            shutil.rmtree(aicat.folder)
    whole, bare = (min(seconds) for seconds in spent.values())
    tell(
        "CKAN fresh, judged and compared, and bare",
        records=size,
        cpu_ms_a_record=round(1000 * whole / size, 2),
        bare_cpu_ms_a_record=round(1000 * bare / size, 2),
        share=round(bare / whole, 2),
    )


def _of_children() -> float:
    """Seconds of processor time of all processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def side_by_side(folder: Path, base: str, elsewhere: str) -> None:
    """Two slow sources one after another and together; and beside a source of another host that hangs."""
    urls = {name: ("dcat", f"{base}/slow/0.rdf?{name}") for name in ("a", "b")}
    alone = _catalogue(folder / "alone", urls)
    after = timed(lambda: alone("harvest", "a", "--no-wait"))
    after += timed(lambda: alone("harvest", "b", "--no-wait"))
    together = _catalogue(folder / "together", urls)
    both = timed(lambda: together("harvest", "a", "b", "--no-wait"))
    tell(
        "two sources with 100 ms of latency a page",
        one_after_another=round(after, 1),
        side_by_side=round(both, 1),
        share=round(both / after, 2),
    )
    hung = {**urls, "hung": ("dcat", f"{elsewhere}/hung/0.rdf")}
    for name, sources in (("", urls), (" beside a source that hangs", hung)):
        aicat = _catalogue(folder / f"with{name}", sources)
        with contextlib.ExitStack() as others:
            if "hung" in sources:
                waiting = others.enter_context(aicat.running("harvest", "hung", "--no-wait"))
                wait_for(lambda a=aicat: _is_running(a, "hung"), waiting)  # type: ignore[misc]
            seconds = timed(lambda a=aicat: a("harvest", "a", "b", "--no-wait"))  # type: ignore[misc]
        rate = 2 * SLOW_PAGES * SMALL / seconds
        tell(f"two slow sources{name}", seconds=round(seconds, 1), per_second=round(rate))


def pushing(folder: Path, packages: Path, size: int) -> None:
    """NDJSON pushed by a node's client: until all is acknowledged, which means stored."""
    folder.mkdir()
    aicat = Aicat(folder)
    aicat("node", "add", "bench", "--name", "Bench (fictional)", "--country", "EU")
    aicat("source", "add", "s", "--node", "bench", "--kind", "push")
    key = aicat("node", "key", "bench").splitlines()[-1]
    words = ("push", "s", str(packages), "--no-wait", "--key", key)
    with aicat.up() as (_process, base):
        seconds = timed(lambda: aicat(*words, "--server", base))
    tell(
        "NDJSON pushed, acknowledged",
        records=size,
        seconds=round(seconds, 1),
        per_second=round(size / seconds),
    )


def _is_running(aicat: Aicat, source: str) -> bool:
    items = json.loads(aicat("runs", source, "--json"))["items"]
    return bool(items) and items[0]["state"] == "running"


def _catalogue(folder: Path, sources: dict[str, tuple[str, str]]) -> Aicat:
    folder.mkdir()
    aicat = Aicat(folder)
    aicat("node", "add", "bench", "--name", "Bench (fictional)", "--country", "EU")
    for name, (kind, url) in sources.items():
        options = ("--option", "rows=1000") if kind == "ckan" else ()
        aicat("source", "add", name, "--node", "bench", "--kind", kind, "--url", url, *options)
    return aicat


@contextmanager
def small_portals(folder: Path) -> Iterator[tuple[str, str]]:
    """Two portals of the same small pages, each a process of its own."""
    folder.mkdir()
    make(folder, SLOW_PAGES * SMALL, SMALL)
    with serving(folder) as base, serving(folder) as elsewhere:
        yield base, elsewhere
