"""The plug-in door: harvesters are entry points in the group `aicat.harvesters`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

from catalogue.errors import InvalidInput, NotFound
from catalogue.harvest.options import loaded, own_options
from catalogue.model import Source
from catalogue.ports import Feed, Harvester

GROUP = "aicat.harvesters"
PUSH = "push"  # the kind of sources that nobody harvests


def kinds() -> list[str]:
    """The kinds of source that can be harvested here, sorted."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def harvester(kind: str) -> Harvester:
    """The harvester of a kind; of what is pushed, one that can map and not fetch.

    Raises: NotFound if no installed package offers it.
    """
    if kind == PUSH:
        from catalogue.harvest.pushed import Pushed

        return Pushed()
    for point in entry_points(group=GROUP, name=kind):
        found: Harvester = point.load()
        return found
    raise NotFound(f"no harvester of kind {kind!r} is installed; there are: {', '.join(kinds())}")


def feed_of(source: Source, found: Harvester) -> Feed:
    """What the harvester is told about the source.

    Raises: InvalidInput if an option is unknown or wrong, or an address is missing.
    """
    if source.url is None and source.kind != PUSH:
        raise InvalidInput(f"source {source.id} has no address to harvest")
    return Feed(source.id, source.url or "", load_options(found, source.options))


def load_options(found: Harvester, given: Mapping[str, str]) -> dict[str, Any]:
    """The harvester's options, read by its own schema; the common ones are left out.

    Raises: InvalidInput naming every option that is unknown or wrong.
    """
    return loaded(found.options(), own_options(given))
