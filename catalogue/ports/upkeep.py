"""What is done to the journal's storage as a whole: copies, erasure, compacting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `counts`: rows by table; `digest`: SHA-256 over page id and content hash of
    every live record, by page id; `audit`: number and hash of the last act; `sha256` and `size`
    (bytes): of the database's file; `made`: ISO 8601, UTC."""

    format: int
    revision: str
    made: str
    last_seq: int
    counts: Mapping[str, int]
    digest: str
    audit: tuple[int, str] | None
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Suppression:
    """What keeps an erased record from coming back: `mark` is a hash of its source and key, or of its
    IRI (`source` is empty then)."""

    mark: str
    page_id: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Erasure:
    """Records that are being erased: `page_ids` where something is left to do, `already` the others.
    `seq`: where the log ends with their tombstones."""

    page_ids: tuple[str, ...]
    already: tuple[str, ...]
    suppressions: tuple[Suppression, ...]
    seq: int


@dataclass(frozen=True, slots=True)
class Freed:
    """What compacting removed: bytes as received, rows of quarantine, bytes of disk."""

    raws: int
    quarantined: int
    bytes: int


class Upkeep(Protocol):
    """What is done to the journal's storage as a whole."""

    def back_up(
        self, folder: Path, who: str, watch: Callable[[int, int], None] | None = None
    ) -> Manifest:
        """Copy the journal as it is now into an empty or absent folder, while others write, and prove
        the copy whole. `watch` is told how many pages or rows are copied of how many. The copy is a
        journal on SQLite, whatever this one is on.

        Raises: Conflict where the folder holds something; StorageFull.
        """

    def backups(self) -> list[Path]:
        """The folders that backups were made in."""

    def note_backup(self, folder: Path) -> None:
        """Remember that a folder holds a backup of this journal."""

    def suppressions(self) -> list[Suppression]:
        """What was erased and must not come back."""

    def begin_erasure(self, names: Sequence[str], reason: str, who: str) -> Erasure:
        """Withdraw the records of those page ids or IRIs, and see to it that they cannot come back; all
        or none. Records of one IRI are erased together. Raises: NotFound."""

    def scrub(self, erasure: Erasure) -> None:
        """Remove what its records ever said, and their bytes as received, from the journal's files;
        numbers, hashes and times stay. Raises: Unavailable where a reader is in the way."""

    def finish_erasure(self, erasure: Erasure) -> None:
        """Note that nothing is left to do."""

    def tidy(self) -> None:
        """Forget bytes as received of versions that have had their time, in small steps; bounded."""

    def compact(self) -> Freed:
        """Forget all that has had its time and give the disk back.

        Raises: Unavailable where others are at the journal for too long; StorageFull.
        """
