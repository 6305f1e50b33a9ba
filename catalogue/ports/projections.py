"""What is derived from the journal, and how it is read: the graph, the index."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from catalogue.model import Change


class Projection(Protocol):
    """Something derived from the journal that follows it. At-least-once, idempotent by record."""

    name: str

    def cursor(self) -> int:
        """The sequence number up to which the journal is projected; 0 when empty."""

    def apply(self, changes: Sequence[Change], cursor: int) -> None:
        """Project the changes (the last of each record counts) and move the cursor; durable once
        settled, so that a crash repeats a part."""

    def settle(self) -> None:
        """After a burst: make what was applied visible to every reader, and optimise."""

    def needs_rebuild(self, last_seq: int) -> str | None:
        """Why it must be made anew (absent, damaged, of another version, ahead of the journal)."""

    def rebuild(self, live: Callable[[], Iterator[Change]], cursor: int) -> None:
        """Make it anew from the live records, beside the old one, then swap; safe to repeat."""

    def size(self) -> int:
        """How many records are projected."""

    def differences(self, live: Callable[[], Iterator[Change]]) -> list[str]:
        """What differs from the journal's live records, by count and hash. Empty when equal."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class SparqlAnswer:
    """A whole answer. `truncated` says that the cap on results was reached."""

    media_type: str
    body: bytes
    truncated: bool = False


class Sparql(Protocol):
    """Reads of the public graph. Queries are untrusted."""

    def query(self, text: str, *, accept: str = "", seconds: float | None = None) -> SparqlAnswer:
        """Answer one SPARQL 1.1 query in the best format that `accept` (an Accept header) names.

        Raises: InvalidQuery (syntax, SERVICE, update, nesting), QueryTimeout, Unavailable;
        InvalidParameter("accept") when no offered format is accepted.
        """

    def close(self) -> None: ...


class Index(Protocol):
    """The reading side of the search index; `catalogue.search` builds the requests.

    Every method raises Unavailable where the engine cannot answer just now.
    """

    def search(self, request: Any) -> Any:
        """A `search.query.Request` in, a `search.query.Result` out."""

    def skip(self, request: Any, number: int) -> str | None:
        """The position (`Request.after`) behind the next `number` records of a request; None where no
        more than that are left. Cheaper than bringing them."""

    def ids(self, after: str, limit: int, audiences: tuple[str, ...]) -> list[str]:
        """Ids of records that the audiences may see, in their order, from the one behind `after`."""

    def complete(self, prefix: str, limit: int) -> list[tuple[str, str, str]]:
        """(kind, value, label) of what begins so: titles, keywords, publishers."""

    def generation(self) -> int:
        """Changes with every commit that became visible, a second later at most: the key for caches."""

    def differences(self, live: Callable[[], Iterator[Change]]) -> list[str]:
        """What readers see otherwise than the journal's live records say. Empty when equal."""

    def close(self) -> None: ...
