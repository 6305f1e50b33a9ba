"""What is done to a data folder as a whole: erasing records everywhere, restoring a backup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalogue.bootstrap import forget_projections, restoring, suppress_elsewhere
from catalogue.home import Home, Keeper
from catalogue.ports import Journal, Manifest
from catalogue.settings import Settings


@dataclass(frozen=True, slots=True)
class Erased:
    """How an erasure ended. `already`: what was erased before. `unreached`: backups that could not be
    told, a line each."""

    erased: tuple[str, ...]
    already: tuple[str, ...]
    unreached: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored. `erased`: records that the backup held and that were erased again."""

    manifest: Manifest
    counts: dict[str, int]
    last_seq: int
    erased: tuple[str, ...]


def erase(
    settings: Settings,
    journal: Journal,
    names: Sequence[str],
    reason: str,
    who: str,
    say: Callable[[str], None],
) -> Erased:
    """Erase records, by page id or IRI, from the journal, graph, index and later restores (ADR 0007).

    Safe to repeat: an erasure that was cut off is gone on with. Others may read and write meanwhile.

    Raises: NotFound, and nothing is erased then; Unavailable where a part cannot be done now, and then
    the same command goes on.
    """
    erasure = journal.upkeep.begin_erasure(names, reason, who)
    unreached = suppress_elsewhere(settings, journal.upkeep.backups(), erasure.suppressions)
    if erasure.page_ids:
        with Home(settings) as home:
            say("withdrawing from graph and index")
            # The graph takes statements away by what the log says of the record: that goes after.
            home.wait_visible(erasure.seq)
            say("removing from the journal")
            journal.upkeep.scrub(erasure)
            say("making graph and index anew, so that nothing is left in their files")
            home.make_anew()
        journal.upkeep.finish_erasure(erasure)
    return Erased(erasure.page_ids, erasure.already, tuple(unreached))


def restore(
    settings: Settings,
    folder: Path,
    suppressions: Sequence[Path],
    who: str,
    watch: Callable[[str, int], None],
) -> Restored:
    """Make the data folder what a backup holds, without what was erased since.

    The journal takes its place as the last step, so that an interrupted call can be repeated.

    Raises: Conflict where there is a journal, or others work here; InvalidInput; StorageFull.
    """
    with restoring(settings, folder, suppressions, who) as (aside, journal, manifest, erased):
        forget_projections(settings)
        with Keeper(aside, journal, watch):
            pass
        return Restored(manifest, journal.counts(), journal.last_seq(), tuple(erased))
