"""The plug-in door: harvesters are entry points in the group `aicat.harvesters`."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

from marshmallow import ValidationError

from catalogue.errors import InvalidInput, NotFound
from catalogue.model import Source
from catalogue.ports import Feed, Harvester

GROUP = "aicat.harvesters"

# Options that belong to every source, whatever its protocol; the core reads them.
COMMON_OPTIONS = frozenset(
    {"visibility", "grace", "country", "deletion", "review", "contacts", "raw_versions"}
)


def kinds() -> list[str]:
    """The kinds of source that can be harvested here, sorted."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def harvester(kind: str) -> Harvester:
    """The harvester of a kind.

    Raises: NotFound if no installed package offers it.
    """
    for point in entry_points(group=GROUP, name=kind):
        found: Harvester = point.load()
        return found
    raise NotFound(f"no harvester of kind {kind!r} is installed; there are: {', '.join(kinds())}")


def feed_of(source: Source, found: Harvester) -> Feed:
    """What the harvester is told about the source.

    Raises: InvalidInput if an option is unknown or wrong, or an address is missing.
    """
    if source.url is None:
        raise InvalidInput(f"source {source.id} has no address to harvest; it is pushed")
    return Feed(source.id, source.url, load_options(found, source.options))


def load_options(found: Harvester, given: Mapping[str, str]) -> dict[str, Any]:
    """The harvester's options, read by its own schema; the common ones are left out.

    Raises: InvalidInput naming every option that is unknown or wrong.
    """
    own = {name: value for name, value in given.items() if name not in COMMON_OPTIONS}
    try:
        loaded: dict[str, Any] = found.options().load(own)
    except ValidationError as error:
        faults = "; ".join(
            f"option {name}: {' '.join(map(str, texts))}" for name, texts in _flat(error)
        )
        raise InvalidInput(faults) from error
    return loaded


def _flat(error: ValidationError) -> list[tuple[str, list[Any]]]:
    messages: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
    return [
        (str(name), texts if isinstance(texts, list) else [texts])
        for name, texts in messages.items()
    ]
