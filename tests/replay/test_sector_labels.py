"""Sectors against the labels of real records: the test half, on which nothing was tuned."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from catalogue.align import assign_sectors
from catalogue.model import SECTORS
from tests.conftest import real_data
from tests.labels.reading import read

LABELS = Path(__file__).parents[1] / "labels" / "sectors.csv"

# Floors a little below what docs/reference/sectors.md tells: precision, recall.
FLOORS = {
    "health": (0.66, 0.66),
    "energy": (0.63, 0.85),
    "mobility": (0.78, 0.88),
    "defence": (0.87, 0.82),
    "manufacturing": (0.65, 0.60),
    "cleantech": (0.85, 0.77),
    "agritech": (0.60, 0.90),
}
ALL = (0.77, 0.83)


def in_test_half(key: str) -> bool:
    return hashlib.sha256(key.encode()).digest()[-1] % 2 == 0


def labels() -> list[dict[str, str]]:
    with LABELS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def counts() -> tuple[Counter[tuple[str, str]], int]:
    """How often each sector was rightly, wrongly and not assigned; and the number of records."""
    folder = real_data() / "catalogues"
    rows = [row for row in labels() if in_test_half(row["id"])]
    wanted = {(row["path"], row["id"]): set(row["sectors"].split()) for row in rows}
    found: Counter[tuple[str, str]] = Counter()
    seen = set()
    for path in sorted({row["path"] for row in rows}):
        for record in read(folder, path):
            if (key := (path, record.id)) not in wanted or key in seen:
                continue
            seen.add(key)
            got = {one.sector for one in assign_sectors(record.subject, record.lines)}
            for sector in got | wanted[key]:
                hit = ("missed", "wrong", "right")[
                    (sector in got) + (got & wanted[key] >= {sector})
                ]
                found[sector, hit] += 1
    return found, len(seen)


def figures(sectors: tuple[str, ...]) -> tuple[float, float]:
    """Precision and recall over some sectors."""
    found, _records = counts()
    right, wrong, missed = (
        sum(found[one, hit] for one in sectors) for hit in ("right", "wrong", "missed")
    )
    return right / (right + wrong), right / (right + missed)


def test_the_labels_name_records_and_sectors_only() -> None:
    rows = labels()
    assert len(rows) == 614
    assert set(rows[0]) == {"path", "id", "sectors", "sample"}
    assert len({row["id"] for row in rows}) == 614
    assert {one for row in rows for one in row["sectors"].split()} == set(SECTORS)
    assert Counter(row["sample"] for row in rows) == {"random": 424, "enriched": 190}


@pytest.mark.slow
def test_every_labelled_record_of_the_test_half_is_still_read() -> None:
    assert counts()[1] == 324


@pytest.mark.slow
def test_precision_and_recall_of_all_sectors_together_hold() -> None:
    precision, recall = figures(SECTORS)
    assert precision >= ALL[0]
    assert recall >= ALL[1]


@pytest.mark.slow
@pytest.mark.parametrize("sector", SECTORS)
def test_precision_and_recall_of_each_sector_hold(sector: str) -> None:
    precision, recall = figures((sector,))
    assert precision >= FLOORS[sector][0]
    assert recall >= FLOORS[sector][1]
