"""Makes `sector_eurovoc.tsv` from EuroVoc: which of its concepts point to a sector.

    python -m vocab.compile_sectors FILE

FILE is the thesaurus as a YAML tree of schemes and concepts, packed with gzip. One line a sector:
its name, a tab, and the numbers of the micro-thesauri below and of all their concepts. Only facts are kept.
"""

from __future__ import annotations

import gzip
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

# Micro-thesauri by their notation. Those that mix sectors (air and space, coal and mining) are left
# out: a concept in them says too little.
SECTORS = {
    "health": ("2841",),
    "energy": ("6606", "6616", "6621", "6626"),
    "mobility": ("4806", "4811", "4816", "4821"),
    "defence": ("0821",),
    "manufacturing": ("6816", "6821", "6841"),
    "cleantech": ("5216", "6626"),
    "agritech": ("5606", "5611", "5616", "5621", "5626", "5631", "5636", "5641"),
}


def lines(text: str) -> Iterator[str]:
    """One line a sector, concepts in the order of their numbers."""
    number, members = thesaurus(text)
    for sector, notations in SECTORS.items():
        found = {number[one] for one in notations}
        found |= {concept for one in notations for concept in members[number[one]]}
        yield f"{sector}\t{' '.join(sorted(found, key=int))}\n"


def thesaurus(text: str) -> tuple[dict[str, str], Mapping[str, set[str]]]:
    """EuroVoc's micro-thesauri: the number of each by its notation, and the numbers of the concepts in it."""
    schemes, concepts = text.split("\nconcepts:\n", 1)
    named = re.compile(r"^  (\d+):\n(?:    .*\n)*?      en: '(\d{4}) ", re.MULTILINE)
    number = {notation: scheme for scheme, notation in named.findall(schemes)}
    members: defaultdict[str, set[str]] = defaultdict(set)
    for concept, body in re.findall(r"^  (\d+):\n((?:    .*\n?)+)", concepts, re.MULTILINE):
        among = re.search(r"inScheme:\n((?:      - \d+\n)+)", body)
        for scheme in re.findall(r"\d+", among[1]) if among else ():
            members[scheme].add(concept)
    return number, members


def main() -> None:
    """Write the file beside this module."""
    text = gzip.decompress(Path(sys.argv[1]).read_bytes()).decode()
    (Path(__file__).parent / "sector_eurovoc.tsv").write_text("".join(lines(text)))


if __name__ == "__main__":
    main()
