"""The query tree: what every search engine's adapter compiles, and nothing else reaches it.

Text in Term, Phrase, Prefix and Fuzzy is already analysed (`catalogue.search.analysis`), so two
engines that index the same tokens give the same answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

# Full-text fields hold analysed tokens, keyword fields exact values (named as in the contract).
TEXT_FIELDS = ("title", "description", "keywords", "distributions", "names")
KEYWORD_FIELDS = (
    "sector",
    "country",
    "theme",
    "keyword",
    "publisher",
    "format",
    "license",
    "access",
    "language",
    "hvd",
    "profile",
    "type",
    "node",
    "source",
    "year",
    "month",
    "quality_band",
    "modality",
    "task",
    "downloadable",
    "license_use",
)
INNER_FIELDS = ("text_language",)  # keyword fields that no door names
# Seconds since 1970 UTC for the first four (`changed` and `first_seen`: here, not at the source), points
# of 405, bytes.
NUMBER_FIELDS = ("modified", "issued", "changed", "first_seen", "quality", "size")
LONGEST_VALUE = (
    8_191  # characters of a keyword value that are compared: of four bytes each they fit any engine
)
SORTED_BY = ("modified", "issued", "changed", "first_seen", "title", "quality", "id")
SORT_KEYS = tuple(f"{name}_{way}" for name in SORTED_BY for way in ("up", "down"))


@dataclass(frozen=True, slots=True)
class All:
    """Every record; adds nothing to the score."""


@dataclass(frozen=True, slots=True)
class Term:
    field: str
    token: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that stand one after another; at least two."""

    field: str
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prefix:
    """A token, or the value of a keyword field, begins so."""

    field: str
    token: str


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """Tokens within `distance` (1 or 2) edits, transpositions counting one."""

    field: str
    token: str
    distance: int = 1


@dataclass(frozen=True, slots=True)
class Terms:
    """A field of `KEYWORD_FIELDS` or `INNER_FIELDS`, "id" or "audience" has at least one of the values;
    adds nothing to the score. Values are compared by their first `LONGEST_VALUE` characters."""

    field: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        cut = tuple(value[:LONGEST_VALUE] for value in self.values)
        object.__setattr__(self, "values", cut)


@dataclass(frozen=True, slots=True)
class Known:
    """A keyword or number field has a value; adds nothing to the score."""

    field: str


@dataclass(frozen=True, slots=True)
class Range:
    """A number field lies within the bounds, both inclusive; adds nothing to the score."""

    field: str
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A record's spatial extent meets the box (degrees, WGS 84): west, south, east, north."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class And:
    """All of the parts; the score is the sum of theirs."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of the parts; the score is the sum of theirs that match."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Every record but those; adds nothing to the score."""

    part: Query


@dataclass(frozen=True, slots=True)
class DisMax:
    """The best part's score, plus `tie` times the others'."""

    parts: tuple[Query, ...]
    tie: float = 0.1


@dataclass(frozen=True, slots=True)
class Boost:
    part: Query
    factor: float


Query: TypeAlias = (
    All
    | Term
    | Phrase
    | Prefix
    | Fuzzy
    | Terms
    | Known
    | Range
    | Box
    | And
    | Or
    | Not
    | DisMax
    | Boost
)


def scores(query: Query) -> bool:
    """Whether a query tells its hits apart: whether it looks for a word."""
    match query:
        case Term() | Phrase() | Prefix() | Fuzzy():
            return True
        case And(parts) | Or(parts) | DisMax(parts, _):
            return any(map(scores, parts))
        case Boost(part, _):
            return scores(part)
        case _:
            return False


@dataclass(frozen=True, slots=True)
class Request:
    """One search. `filters` hold between fields by AND, within one by OR (they are `Terms`).

    `sort` is "relevance" or one of `SORTED_BY`, with "-" for descending;
    records without the value come last both ways; ties go by id. `after` is the position that an
    earlier Result gave: what stands behind it by (rounded score descending, id), or by
    (`sort_key`, id), comes next, whether or not the record that stood there is still found. A
    facet's counts leave out the filter on its own field. `audiences` are the reader's
    (`catalogue.model.Reader.audiences`): a record is found when one of its own is among them.
    """

    query: Query = All()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    must: tuple[Query, ...] = ()  # ranges and boxes: they narrow facets too
    sort: str = "relevance"
    limit: int = 20
    after: str | None = None
    facets: tuple[str, ...] = ()
    facet_limit: int = 100
    audiences: tuple[str, ...] = ("public",)

    @property
    def sort_key(self) -> str | None:
        """The field of `SORT_KEYS` that is ascended by, with the id; None by relevance."""
        if self.sort == "relevance":
            return None
        name = self.sort.removeprefix("-")
        return f"{name}_down" if self.sort.startswith("-") else f"{name}_up"


@dataclass(frozen=True, slots=True)
class Hit:
    """`item` is the document's stored part: `catalogue.project.describe.item` of the record."""

    id: str
    score: float
    item: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """`facets` by name: (value, count), by count descending, then value. `next` or None."""

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    next: str | None
    generation: int
