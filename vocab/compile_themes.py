"""Makes `schemes/mapped-themes.jsonl` and `theme_eurovoc.tsv`: what lies within one EU data theme.

    python -m vocab.compile_themes FOLDER

FOLDER holds Switzerland's themes, which name a data theme each; the mapping of Italy's agency for digital
affairs (AgID) from data themes to EuroVoc's micro-thesauri; and EuroVoc itself, packed with gzip. One
line of JSON a theme or micro-thesaurus: `i` IRI, `t` the data theme, `l` labels where the mapping's file
has them. One line of the table a data theme: its code, a tab, the numbers of the domains and concepts of
EuroVoc all of whose micro-thesauri lie within it. Only facts are kept.
"""

from __future__ import annotations

import gzip
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
from pyoxigraph import NamedNode

from vocab.compile import labels_of, read
from vocab.compile_sectors import thesaurus
from vocab.namespaces import AUTHORITY, SKOS

THEMES = f"{AUTHORITY}data-theme/"
EUROVOC = "http://eurovoc.europa.eu/"
WHOLE = "100141"  # EuroVoc as one scheme, beside its micro-thesauri


def main(folder: Path) -> None:
    """Writes both files beside this module."""
    here = Path(__file__).parent
    rows = list(mapped(folder))
    body = b"\n".join(orjson.dumps(row) for row in rows) + b"\n"
    (here / "schemes" / "mapped-themes.jsonl").write_bytes(body)
    text = gzip.decompress(
        (folder / "eurovoc" / "eurovoc-en-fr-2021.yaml.gz").read_bytes()
    ).decode()
    (here / "theme_eurovoc.tsv").write_text("".join(lines(text, rows)))


def mapped(folder: Path) -> Iterator[dict[str, Any]]:
    """Switzerland's themes and EuroVoc's micro-thesauri that a mapping puts within one data theme."""
    themes: dict[str, set[str]] = defaultdict(set)
    swiss = read(folder / "national" / "ch-themes.ttl")
    eurovoc = read(folder / "eurovoc" / "theme-subtheme-mapping.rdf")
    for quad in swiss.quads_for_pattern(None, NamedNode(f"{SKOS}mappingRelation"), None, None):
        if quad.object.value.startswith(THEMES):  # type: ignore[union-attr]
            themes[quad.subject.value].add(quad.object.value)  # type: ignore[union-attr]
    for match in ("narrowMatch", "exactMatch"):  # health is the one that means the same
        for quad in eurovoc.quads_for_pattern(None, NamedNode(f"{SKOS}{match}"), None, None):
            themes[quad.object.value].add(quad.subject.value)  # type: ignore[union-attr]
    for iri, found in sorted(themes.items()):
        if len(found) == 1:
            labels = dict(labels_of(swiss, NamedNode(iri), "prefLabel"))
            yield {"i": iri, "t": next(iter(found)), "l": labels}


def lines(text: str, rows: list[dict[str, Any]]) -> Iterator[str]:
    """One line a data theme, numbers in their order."""
    number, members = thesaurus(text)
    within = {row["i"].removeprefix(EUROVOC): row["t"].removeprefix(THEMES) for row in rows}
    above: dict[str, set[str]] = defaultdict(set)
    for scheme, concepts in members.items():
        for concept in concepts if scheme != WHOLE else ():
            above[concept].add(scheme)
    above.update(_domains(text, number))
    found: dict[str, set[str]] = defaultdict(set)
    for one, schemes in above.items():
        themes = {within.get(scheme, "") for scheme in schemes}
        if len(themes) == 1:
            found[themes.pop()].add(one)
    for theme in sorted(found.keys() - {""}):
        yield f"{theme}\t{' '.join(sorted(found[theme], key=int))}\n"


def _domains(text: str, number: Mapping[str, str]) -> dict[str, set[str]]:
    """Domains to their micro-thesauri, whose notations begin with the domain's."""
    domains: dict[str, set[str]] = {}
    notation = ""
    for line in text.split("\nschemes:\n", 1)[0].splitlines():
        if line.startswith("      en: '"):
            notation = line.removeprefix("      en: '")[:2]
        elif line.startswith("    eurovocId: "):
            narrower = {scheme for code, scheme in number.items() if code.startswith(notation)}
            domains[line.removeprefix("    eurovocId: ").strip()] = narrower
    return domains


if __name__ == "__main__":
    main(Path(sys.argv[1]))
