"""Who did what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what to what, at a moment in UTC; `details` are plain JSON values."""

    seq: int
    at: datetime
    who: str
    act: str
    subject: str
    details: Mapping[str, Any]


class Audit(Protocol):
    """The log of acts: append-only, hash-chained."""

    def record(
        self, who: str, act: str, subject: str, details: Mapping[str, Any] | None = None
    ) -> None:
        """Append one act. What else was done in the same transaction notes itself."""

    def entries(self, after: int = 0, limit: int = 100, subject: str | None = None) -> list[Act]:
        """Acts above a number, in order; only those on the subject, where one is given."""

    def head(self) -> tuple[int, str]:
        """The number and hash of the last act: what to keep elsewhere."""

    def last(self, act: str, subject: str) -> Act | None:
        """The last act of that name on that subject."""

    def check(self, heads: Sequence[tuple[int, str]] = ()) -> list[str]:
        """Faults: rows changed, taken out, or cut off behind a head (number, hash) that was exported or
        is given here."""
