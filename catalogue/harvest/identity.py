"""What a process that carries out runs calls itself, and whether the one of a name has ended."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def worker_name() -> str:
    """The name of this process where it holds a lease: machine, process, and when that began."""
    return f"{platform.node()}/{os.getpid()}/{_began(os.getpid())}"


def is_gone(worker: str | None) -> bool:
    """Whether the process of that name was on this machine and has ended; of another machine's
    nothing is known."""
    host, _, rest = (worker or "").partition("/")
    process, _, began = rest.partition("/")
    if host != platform.node() or not process.isdigit():
        return False
    return _began(int(process)) != began


def _began(process: int) -> str:
    """When a process of this machine began, as its kernel counts; "" where there is none, or one
    that has died and was not waited for; always the same where the system does not tell."""
    try:
        text = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return "" if Path("/proc/self/stat").exists() else "unknown"
    fields = text.rpartition(")")[2].split()
    return "" if fields[0] in {"Z", "X"} else fields[19]
