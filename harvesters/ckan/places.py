"""Places in a portal's list of packages, as the text of a cursor."""

from __future__ import annotations

from dataclasses import dataclass

SEARCH, LIST = "search:", "list:"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the answers of `package_search`: behind `start` packages; of those that changed
    `since` a moment (ISO 8601), where one is given; with other `rows` than the source's own."""

    start: int = 0
    since: str = ""
    rows: int | None = None

    def __str__(self) -> str:
        rows = "" if self.rows is None else f"|{self.rows}"
        return f"{SEARCH}{self.since}{'|' if self.since else ''}{self.start}{rows}"

    @classmethod
    def read(cls, cursor: str) -> Place:
        """The place of a cursor that was made by `str`."""
        parts = cursor.removeprefix(SEARCH).split("|")
        since = parts.pop(0) if "T" in parts[0] else ""
        return cls(int(parts[0] or 0), since, int(parts[1]) if len(parts) > 1 else None)
