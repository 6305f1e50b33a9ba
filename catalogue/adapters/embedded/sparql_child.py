"""The process that answers SPARQL: one query after another on a read-only checkpoint.

It may be killed at any moment, and it may die of a query; nothing is lost with it. Frames both ways
are a length (4 bytes), a JSON head, a length and a body.
"""

from __future__ import annotations

import ctypes
import resource
import signal
import sys
from contextlib import suppress
from typing import IO, Any

import orjson
import pyoxigraph as ox

from catalogue.adapters.embedded.sparql_answers import (
    Answer,
    write_boolean,
    write_rows,
    write_triples,
)

MEMORY = 2 * 1024**3  # bytes of private memory at most
CLONE_NEWUSER, CLONE_NEWNET, PR_SET_PDEATHSIG = 0x10000000, 0x40000000, 1


def main() -> None:
    """Answer what comes on standard input until it is closed."""
    _withdraw()
    store, opened = None, ""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    while frame := receive(source):
        head, body = frame
        try:
            if store is None or head["store"] != opened:
                store, opened = ox.Store.read_only(head["store"]), head["store"]
            answer = _answer(store, body.decode(), head)
            send(sink, {"status": "ok", "truncated": answer.truncated}, answer.body)
        except SyntaxError as error:
            send(sink, {"status": "syntax", "message": str(error)}, b"")
        except OSError as error:
            store = None
            send(sink, {"status": "store", "message": str(error)}, b"")
        except (RuntimeError, ValueError) as error:
            send(sink, {"status": "failed", "message": str(error)}, b"")


def _answer(store: Any, text: str, head: dict[str, Any]) -> Answer:
    result = store.query(text)
    limit = int(head["results"])
    if isinstance(result, ox.QueryBoolean):
        return write_boolean(bool(result), head["form"])
    if isinstance(result, ox.QuerySolutions):
        names = [variable.value for variable in result.variables]
        return write_rows(names, result, head["form"], limit)
    return write_triples(result, head["form"], limit)


def send(stream: IO[bytes], head: dict[str, Any], body: bytes) -> None:
    """Write one frame. Raises: OSError when the other side is gone."""
    text = orjson.dumps(head)
    stream.write(len(text).to_bytes(4, "big") + text + len(body).to_bytes(4, "big") + body)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """Read one frame; None at the end of the stream."""
    parts = []
    for _part in range(2):
        length = stream.read(4)
        if len(length) < 4:
            return None
        parts.append(stream.read(int.from_bytes(length, "big")))
    head: dict[str, Any] = orjson.loads(parts[0])
    return head, parts[1]


def _withdraw() -> None:
    """Die with the parent, take no more than our memory, and leave the network where we may."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
