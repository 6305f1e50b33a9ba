"""Records that are compared, and pairs of them, as rows."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import zstandard

from catalogue.adapters.sql import rows
from catalogue.adapters.sql.cluster_keys import packed
from catalogue.dedupe import Features, Score, blocks, features
from catalogue.model import Change
from catalogue.ports import ComparedPair, Decision, PairReason

_LARGEST = 1 << 24  # bytes of unpacked features
_OF_THREAD = threading.local()


@dataclass(frozen=True, slots=True)
class Compared:
    """A record as it is compared, with its keys, its row but for the cluster, and the number of the change
    that told of it."""

    features: Features
    keys: tuple[int, ...]
    content_hash: bytes
    seq: int

    @property
    def row(self) -> dict[str, Any]:
        return {
            "id": self.features.id,
            "source": self.features.source,
            "content_hash": self.content_hash,
            "keys": packed(self.keys),
            "features": _packer().compress(orjson.dumps(tuple(self.features))),
        }


def compared(change: Change) -> Compared:
    """What a live record is compared by."""
    found = features(change)
    return Compared(found, blocks(found), change.record.content_hash, change.seq)


def unpacked(stored: bytes) -> Features:
    """The features that a row holds."""
    return Features(*orjson.loads(_opener().decompress(stored, max_output_size=_LARGEST)))


def _packer() -> zstandard.ZstdCompressor:
    """This thread's own: making one costs more than packing a record."""
    if not hasattr(_OF_THREAD, "packer"):
        _OF_THREAD.packer = zstandard.ZstdCompressor(1)
    made: zstandard.ZstdCompressor = _OF_THREAD.packer
    return made


def _opener() -> zstandard.ZstdDecompressor:
    if not hasattr(_OF_THREAD, "opener"):
        _OF_THREAD.opener = zstandard.ZstdDecompressor()
    made: zstandard.ZstdDecompressor = _OF_THREAD.opener
    return made


def pair_of(a: Features, b: Features, told: Score) -> dict[str, Any]:
    """The row of a pair that nobody has decided on."""
    return {
        "a": a.id,
        "b": b.id,
        "source_a": a.source,
        "source_b": b.source,
        "points": told.points,
        "certain": told.certain,
        "reasons": orjson.dumps([tuple(one) for one in told.reasons]).decode(),
        "decision": Decision.NONE.value,
        "who": None,
        "at": None,
        "version": 0,
    }


def compared_pair(row: Any, *, together: bool) -> ComparedPair:
    """A pair from its row."""
    told: Mapping[str, Any] = row if isinstance(row, dict) else row._mapping
    return ComparedPair(
        a=told["a"],
        b=told["b"],
        points=told["points"],
        reasons=tuple(PairReason(*one) for one in orjson.loads(told["reasons"])),
        together=together,
        decision=Decision(told["decision"]),
        who=told["who"],
        at=rows.maybe_moment(told["at"]),
        version=told["version"],
    )
