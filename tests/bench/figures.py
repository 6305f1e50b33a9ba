"""How figures are taken: time, percentiles, memory; one JSON object a line."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

EVERY = 0.25  # seconds between looks at the memory


def tell(name: str, **figures: Any) -> None:
    """One line of the table."""
    print(json.dumps({"bench": name, **figures}), flush=True)


def timed(work: Callable[[], Any]) -> float:
    """Seconds that the work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def percentiles(work: Callable[[str], Any], given: list[str]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds, after a few to warm up."""
    for one in given[:8]:
        work(one)
    taken = sorted(1000 * timed(lambda one=one: work(one)) for one in given)  # type: ignore[misc]
    p95 = taken[int(len(taken) * 0.95) - 1]
    return {"p50_ms": round(statistics.median(taken), 2), "p95_ms": round(p95, 2)}


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0))


class Watched:
    """The largest proportional memory, in megabytes, of a process with all that it started, and of the
    largest one among them, while it is watched."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._pid = process.pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.most = {"together": 0, "largest process": 0}

    def __enter__(self) -> Watched:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            found = memory(self._pid)
            for name, value in (
                ("together", sum(found)),
                ("largest process", max(found, default=0)),
            ):
                self.most[name] = max(self.most[name], round(value))
            if self._stop.wait(EVERY):
                return


def memory(pid: int) -> list[float]:
    """Proportional memory of a process and of each of its descendants, in megabytes."""
    found = []
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        try:
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            found += [int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")]
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
        except OSError:
            continue  # it has just ended
    return found
