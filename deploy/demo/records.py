"""What the invented members hold: read from `content/`, one file a member.

A card stands for the records of one kind that a member has: one for each place (`where`, a name and
perhaps a box "west,south,east,north") and year (`when`). Two members list one dataset where their cards have
one `doi` or one landing `page`, with `{number}` in it; `country` is where such data are from, if not of the member.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).parent / "content"
MEDIA_TYPES = {
    "CSV": "text/csv",
    "JSON": "application/json",
    "GEOJSON": "application/geo+json",
    "PARQUET": "application/vnd.apache.parquet",
    "NETCDF": "application/netcdf",
    "HDF5": "application/x-hdf5",
    "TIFF": "image/tiff",
    "ZIP": "application/zip",
    "XLSX": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "WAV": "audio/wav",
    "GPKG": "application/geopackage+sqlite3",
    "GTFS": "application/zip",
    "DICOM": "application/dicom",
}


@dataclass(frozen=True, slots=True)
class File:
    """One way to a record's data. `size` in bytes; a `page` leads to where access is asked for."""

    format: str
    media_type: str | None
    size: int | None
    page: bool


@dataclass(frozen=True, slots=True)
class Record:
    """One record; texts by language. `place` is None where the card names none."""

    id: str
    type: str
    title: dict[str, str]
    description: dict[str, str]
    keywords: dict[str, list[str]]
    themes: list[str]
    sector: str
    publisher: str
    license: str | None
    access: str | None
    frequency: str | None
    issued: str
    modified: str
    year: int
    place: str | None
    bbox: tuple[float, float, float, float] | None
    hvd: str | None
    serves: list[str]
    endpoint_url: str | None
    files: list[File]
    doi: str | None = None
    page: str | None = None
    """Its landing page, where another's."""
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """One member of the federation with its records."""

    id: str
    name: str
    country: str
    kind: str
    homepage: str
    contact: str
    languages: list[str]
    publishers: list[str]
    records: list[Record] = field(default_factory=list)
    files: str = ""
    """Where its files answer while its portal is open; its homepage is an address that nobody has."""


def members(folder: Path = CONTENT) -> list[Member]:
    """Every member that the folder describes, by id; none where there is no folder."""
    if not folder.is_dir():
        return []
    return [member(path) for path in sorted(folder.glob("*.toml"))]


def member(path: Path) -> Member:
    """One file's member. Raises: ValueError naming the file where it says something unusable."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        names = ("id", "name", "country", "kind", "homepage", "contact", "languages", "publishers")
        found = Member(**{name: table[name] for name in names})
        for card in table["card"]:
            found.records.extend(_records(card, found))
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name}: {error!r}") from error
    return found


def _records(card: dict[str, Any], owner: Member) -> Iterator[Record]:
    number = 0
    for where in card["where"]:
        place, _, box = where.rpartition(" ") if where[-1].isdigit() else (where, "", "")
        for year in card["when"]:
            yield _record(card, owner, number, place, box, year)
            number += 1


def _record(
    card: dict[str, Any], owner: Member, number: int, place: str, box: str, year: int
) -> Record:
    named = {"place": place, "year": year}
    spread = sum(card["id"].encode()) + 7 * number  # dates differ, and are the same every time
    issued = f"{min(year + 1, 2025)}-{1 + spread % 9:02d}-{1 + spread % 28:02d}"
    return Record(
        id=f"{card['id']}-{number}",
        type=card.get("type", "dataset"),
        title={lang: text.format(**named) for lang, text in card["title"].items()},
        description={lang: text.format(**named) for lang, text in card["description"].items()},
        keywords=card["keywords"],
        themes=card["themes"],
        sector=card["sector"],
        publisher=owner.publishers[card["publisher"]],
        license=card.get("license"),
        access=card.get("access"),
        frequency=card.get("frequency"),
        issued=issued,
        modified=max(issued, f"{min(year + 2, 2025)}-{1 + spread % 9:02d}-{1 + spread % 27:02d}"),
        year=year,
        place=None if place == "–" else place,
        bbox=_box(box),
        hvd=card.get("hvd"),
        serves=card.get("serves", []),
        endpoint_url=card.get("endpoint_url"),
        files=[_file(text) for text in card["files"]],
        doi=card["doi"].format(number=number) if "doi" in card else None,
        page=card["page"].format(number=number) if "page" in card else None,
        country=card.get("country"),
    )


def _box(text: str) -> tuple[float, float, float, float] | None:
    if not text:
        return None
    west, south, east, north = (float(part) for part in text.split(","))
    return west, south, east, north


def _file(text: str) -> File:
    parts = text.split()
    sizes = [int(part) for part in parts[1:] if part.isdigit()]
    return File(
        format=parts[0],
        media_type=MEDIA_TYPES.get(parts[0]),
        size=sizes[0] if sizes else None,
        page="page" in parts,
    )
