"""What harvesters are told and what they give. Third parties add one as an entry point in the group
`aicat.harvesters`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from catalogue.model import Mapped, Page, PageEnd, Passage
from catalogue.ports.fetching import Client


def _never_seen(_key: str, _raw: bytes) -> bool:
    return False


def _no_validators(_cursor: str) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Feed:
    """What a harvester is told about a source. `options` were loaded by its own schema.

    `seen(key, raw)` says whether the journal holds these very bytes of the record; `map` may then
    yield it as `unchanged` without looking further. `validators(cursor)` are the headers of a
    conditional request (RFC 9110, section 13) for a page that is known; `fetch` sends them, and
    answers 304 with a page that is `not_modified`.
    """

    source: str
    url: str
    options: Mapping[str, Any] = field(default_factory=dict)
    seen: Callable[[str, bytes], bool] = _never_seen
    validators: Callable[[str], Mapping[str, str]] = _no_validators


class Harvester(Protocol):
    """One protocol. `fetch` talks to the portal; `map` is pure and runs in a child process."""

    kind: str
    options: type[Any]
    """A marshmallow Schema for the source's own options, all optional and with defaults."""

    def fetch(self, feed: Feed, client: Client, cursor: str | None) -> Page:
        """Bring the page that `cursor` names; None is the first.

        Raises: SourceError.
        """

    def map(self, feed: Feed, page: Page) -> Iterator[Mapped | PageEnd | Passage]:
        """Yield the page's records in its order, then one PageEnd.

        A Passage before the records of some bytes lets the others land where those end the process.
        Pure: no network, no clock, no files. A fault of one record is a finding on it; only a page
        of which nothing can be read raises ContentError or UnreadableDocument.
        """


@runtime_checkable
class DatedHarvester(Harvester, Protocol):
    """A protocol that can list what changed since a moment."""

    def since(self, feed: Feed, moment: datetime | None, *, probe: bool = False) -> str | None:
        """The cursor of the first page of what changed since the moment (UTC); of everything where
        it is None. With `probe` only the total matters: the page may list no record. None where this
        source cannot be asked so.
        """
