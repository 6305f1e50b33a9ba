"""Draw the records to label: `python -m tests.labels.draw FOLDER` prints path, id and sample.

Two samples, both seeded. `random` is stratified over the files. `enriched` seeks rare sectors by a
plain search for topics, or by an EU theme that the source itself gives; its figures say nothing
about how often a sector occurs, so they are told apart.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.labels.reading import BULK, REGISTRY, Record, paths, read

SEED = 8
SHARES = {
    BULK: 170,
    REGISTRY: 50,
    "dcat-rdfxml/be-fps-finance-geonetwork.rdf": 14,
    "data-json/uk-glasgow-arcgis.json": 14,
    "data-json/uk-north-lanarkshire-arcgis.json": 8,
}
OTHERS = 7  # records of any other file
SOUGHT = {
    "health": r"\b(health|hospital|disease|medical|patient|nursing|cancer)",
    "energy": r"\b(energy|electric|solar|wind farm|petroleum|natural gas|fuel)",
    "mobility": r"\b(traffic|transit|railroad|highway|vehicle|airport|bicycle|parking)",
    "defence": r"\b(military|defense|army|navy|air force|aerospace|spacecraft|weapon)",
    "manufacturing": r"\b(manufactur|factory|factories|robot|industrial product|machinery)",
    "cleantech": r"\b(recycl|emission|hazardous waste|superfund|air quality|pollut|wastewater)",
    "agritech": r"\b(agricultur|farm|crop|livestock|fisher|forest|irrigation)",
}
THEMES = {"HEAL": 9, "ENER": 9, "TRAN": 9, "AGRI": 9}
BULK_SOUGHT, REGISTRY_SOUGHT = 15, 7


def drawn(folder: Path) -> Iterator[tuple[str, Record]]:
    """The sample and the record of each one drawn; no id twice."""
    chance = random.Random(SEED)
    taken: set[str] = set()
    kept: dict[str, list[Record]] = {}
    for path in paths(folder):
        found = list({one.id: one for one in read(folder, path)}.values())
        if path in (BULK, REGISTRY):
            kept[path] = found
        free = [one for one in found if one.id not in taken]
        for one in chance.sample(free, min(len(free), SHARES.get(path, OTHERS))):
            taken.add(one.id)
            yield "random", one
    for path, number in ((BULK, BULK_SOUGHT), (REGISTRY, REGISTRY_SOUGHT)):
        for pattern in SOUGHT.values():
            free = [one for one in kept[path] if re.search(pattern, _text(one).lower())]
            yield from _more(free, number, chance, taken)
    for theme, number in THEMES.items():
        free = [one for one in kept[REGISTRY] if _among_few(one, theme)]
        yield from _more(free, number, chance, taken)


def _more(
    found: list[Record], number: int, chance: random.Random, taken: set[str]
) -> Iterator[tuple[str, Record]]:
    free = [one for one in found if one.id not in taken]
    for one in chance.sample(free, min(len(free), number)):
        taken.add(one.id)
        yield "enriched", one


def _text(record: Record) -> str:
    kept = ("/title> ", "/description> ", "#keyword> ")
    return " ".join(one for one in record.lines if any(name in one for name in kept))


def _among_few(record: Record, theme: str) -> bool:
    themes = [one for one in record.lines if "#theme> " in one]
    return len(themes) <= 3 and any(f"/{theme}>" in one for one in themes)


def main() -> None:
    """Print what was drawn, one a line, with tabs between."""
    for sample, record in drawn(Path(sys.argv[1])):
        sys.stdout.write(f"{record.path}\t{record.id}\t{sample}\n")


if __name__ == "__main__":
    main()
