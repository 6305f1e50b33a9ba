"""What points to a sector: concepts of other schemes, and what each kind of evidence is worth.

Weights are log-odds: their sum, less what a record starts with, is the confidence
(`catalogue/align/sectors.py`). Words are in `vocab/sector_words.py`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from vocab.namespaces import AUTHORITY

_HVD = "http://data.europa.eu/bna/"
EUROVOC = "http://eurovoc.europa.eu/"

THEMES = {
    f"{AUTHORITY}data-theme/HEAL": "health",
    f"{AUTHORITY}data-theme/ENER": "energy",
    f"{AUTHORITY}data-theme/TRAN": "mobility",
    f"{AUTHORITY}data-theme/AGRI": "agritech",
}

# High-value dataset categories (Commission Implementing Regulation (EU) 2023/138) and their parts
CATEGORIES = {
    f"{_HVD}c_b79e35eb": "mobility",  # Mobility
    f"{_HVD}c_4b74ea13": "mobility",  # Transport networks
    f"{_HVD}c_b151a0ba": "mobility",  # Inland waterways datasets
    f"{_HVD}c_b7de66cd": "energy",  # Energy resources
    f"{_HVD}c_424bb0b4": "health",  # Current healthcare expenditure
    f"{_HVD}c_34abf8c1": "manufacturing",  # Industrial production
    f"{_HVD}c_38933a65": "cleantech",  # Waste
    f"{_HVD}c_4ba9548e": "cleantech",  # Emissions
    f"{_HVD}c_63b37dd4": "cleantech",  # Air
    f"{_HVD}c_642643e6": "agritech",  # Agricultural parcels
}

# Parts of an address by which a record says its profile, in predicates or in dct:conformsTo
PROFILES = {
    "healthdataportal.eu/ns/health": "health",
    "healthdcat": "health",
    "mobilitydcat": "mobility",
}

START = -2.6  # log-odds of a sector before anything was seen
CERTAIN = 12.0
WEIGHTS = {
    "sector": CERTAIN,
    "theme": 2.8,
    "eurovoc": 2.7,
    "category": 3.5,
    "profile": 3.5,
    "title": 3.3,
    "keyword": 2.7,
    "description": 1.6,
    "publisher": 1.9,
}
HINT = 0.4  # what a hint is worth of a word of its kind
FADING = 0.6  # what each further piece of evidence is worth of the one before
FEW_THEMES = 1  # beyond that many EU themes each says less: a record about everything is of none
FEW_KEYWORDS = 10  # likewise of keywords
FEW_SECTORS = 3  # a record that points to more sectors than that is about everything
CROWD = 1.0  # log-odds that each sector beyond that takes away


@cache
def eurovoc() -> dict[str, tuple[str, ...]]:
    """Concepts of EuroVoc by IRI, each with the sectors that it points to."""
    found: dict[str, tuple[str, ...]] = {}
    text = (Path(__file__).parent / "sector_eurovoc.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        sector, *concepts = line.split()
        for one in concepts:
            found[EUROVOC + one] = (*found.get(EUROVOC + one, ()), sector)
    return found
