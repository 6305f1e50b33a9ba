"""What nodes push, on its way into the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from catalogue.model import Intake, Part


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of a push on their way into the journal, each with its line feed, or blocks of a document.

    `first`: how many come before; `before`: their chained hash (`model.chained`), None where it is not
    known as they were not sent again. `hashes`: the SHA-256 of each, as sent.
    """

    first: int
    lines: Sequence[bytes]
    hashes: Sequence[bytes]
    before: bytes | None


class Pushes(Protocol):
    """What nodes push: stored as it comes, carried out by the run that takes it in."""

    def begin(
        self,
        source_id: str,
        *,
        media_type: str,
        key: str | None = None,
        whole: bool = False,
        asked_by: str = "command",
    ) -> Intake:
        """What was pushed to the source with that Idempotency-Key, or a new push with its run queued.
        Raises: NotFound; AnotherBody where it was of another media type."""

    def store(self, intake: Intake, piece: Piece, *, further: bool = False) -> Intake:
        """Store what of the piece has not come yet; what has must be the same. `further` lets a push
        that seemed to be at its end go on. Where its run has ended, another one takes the rest.
        Raises: AnotherBody; LinesMissing; Conflict where it was cancelled; StorageFull."""

    def close(self, intake: Intake, lines: int, digest: bytes | None) -> Intake:
        """The end has come, behind so many lines. Raises: AnotherBody where more had come before."""

    def give_up(self, intake: Intake) -> Intake:
        """Nobody can go on with it: it is carried out as far as it has come."""

    def find(self, key: str, sources: Sequence[str]) -> list[Intake]:
        """What was pushed to any of the sources with that Idempotency-Key; the newest first."""

    def of_run(self, run_id: str) -> Intake | None:
        """The push that a run takes in; None where a later run has taken its place."""

    def part(self, run_id: str, number: int | None = None) -> Part | None:
        """The part of that number, or the first that is left; None where it has not come."""

    def document(self, run_id: str) -> Part | None:
        """All parts in one, under the number of the last."""
