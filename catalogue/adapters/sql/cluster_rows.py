"""Records that are compared, and pairs of them, as rows."""

from __future__ import annotations

import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import zstandard

from catalogue.adapters.sql import rows
from catalogue.dedupe import Features, Score, blocks, features
from catalogue.model import Change
from catalogue.ports import ComparedPair, Decision, PairReason

_LARGEST = 1 << 24  # bytes of unpacked features


@dataclass(frozen=True, slots=True)
class Compared:
    """A record as it is compared, with its keys, and its row but for the cluster."""

    features: Features
    keys: tuple[int, ...]
    content_hash: bytes

    @property
    def row(self) -> dict[str, Any]:
        return {
            "id": self.features.id,
            "source": self.features.source,
            "content_hash": self.content_hash,
            "keys": array.array("q", self.keys).tobytes(),
            "features": zstandard.compress(orjson.dumps(tuple(self.features)), 1),
        }


def compared(change: Change) -> Compared:
    """What a live record is compared by."""
    found = features(change)
    return Compared(found, blocks(found), change.record.content_hash)


def keys_of(stored: bytes) -> list[int]:
    """The keys that a row holds."""
    return array.array("q", stored).tolist()


def unpacked(stored: bytes) -> Features:
    """The features that a row holds."""
    return Features(*orjson.loads(zstandard.decompress(stored, max_output_size=_LARGEST)))


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
    )
