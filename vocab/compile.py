"""Makes the compact files in `vocab/schemes` from published vocabularies.

    python -m vocab.compile FOLDER

FOLDER holds the EU authority tables in RDF. One line of JSON a concept: `c` code, `i` IRI, `l`
labels by language, `b` broader codes, `x` IRIs that mean the same, `a` IRIs that are as good as its own,
`n` other notations (ISO codes, media types, extensions). Only facts are kept; run it again when the tables change.
`mqa.json` holds what the Metadata Quality Assessment of data.europa.eu calls machine-readable,
non-proprietary and a known licence.
`licences-beside` and `formats-beside`, what the tables at hand lack, are kept by hand, each with where it is
published (`f`). The schemes `access`, `frequency` and `sector` are kept by hand: the published tables lack labels
in most languages. `vocab.compile_themes` makes those of themes that lie within EU themes.
"""

from __future__ import annotations

import gzip
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from babel import Locale
from babel.core import get_global
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, RdfFormat, Store

from vocab.languages import OFFICIAL
from vocab.licences import eu_address
from vocab.namespaces import AUTHORITY, RDF, RDFS, SKOS

AT = "http://publications.europa.eu/ontology/authority/"
DC = "http://purl.org/dc/elements/1.1/"
HVD = "http://data.europa.eu/bna/"

# scheme -> (namespace of its concepts, files in the order of trust)
SCHEMES = {
    "theme": (f"{AUTHORITY}data-theme/", ["data-theme-skos-ap-act.rdf", "datatheme.rdf"]),
    "format": (
        f"{AUTHORITY}file-type/",
        ["filetypes-skos.rdf", "filetypes-skos-ap-act.ttl", "file-type.rdf"],
    ),
    "license": (
        f"{AUTHORITY}licence/",
        ["licences-skos.rdf", "piveau-licences-skos.rdf", "../mqa/edp-licences-skos.rdf"],
    ),
    "language": (f"{AUTHORITY}language/", ["languages-filtered.rdf", "language.rdf"]),
    "country": (f"{AUTHORITY}country/", ["countries-skos.rdf"]),
    "hvd": (HVD, ["high-value-dataset-category.rdf"]),
    "status": (f"{AUTHORITY}distribution-status/", ["distribution-status.rdf"]),
    "publisher-type": ("http://purl.org/adms/publishertype/", ["publisher-type.rdf"]),
}
# ISO 3166-3: codes of countries that are no more, which CLDR takes for those after them.
_FORMER = "ANT BUR BYS CSK DDR FXX NTZ ROM SCG SUN TMP VDR YMD YUG ZAR"
FORMER = frozenset(_FORMER.split())
# Licences that the EU's table lacks and the list of the Metadata Quality Assessment knows.
KNOWN_LICENCES = ("mqa/edp-licences-skos.rdf", "national/licenses-dcat-ap-de.ttl")


def main(folder: Path) -> None:
    out = Path(__file__).parent / "schemes"
    out.mkdir(exist_ok=True)
    for name, (namespace, files) in SCHEMES.items():
        concepts: dict[str, dict[str, Any]] = {}
        for file in files:
            _merge(concepts, read(folder / "eu-authority" / file), namespace)
        _complete(name, concepts)
        if name == "license":
            _known_licences(concepts, *(read(folder / file) for file in KNOWN_LICENCES))
            for code, found in concepts.items():
                if not found["i"].startswith(namespace) and (address := eu_address(code)):
                    found["a"] = [address]
        _write(out, name, [concepts[code] for code in sorted(concepts)])
    _write(out, "months", _months())
    _write(out, "place-names", _place_names(folder, out))
    facts = orjson.dumps(_assessed(folder), option=orjson.OPT_INDENT_2)
    (Path(__file__).parent / "mqa.json").write_bytes(facts + b"\n")


def _write(out: Path, name: str, rows: list[dict[str, Any]]) -> None:
    (out / f"{name}.jsonl").write_bytes(b"\n".join(orjson.dumps(row) for row in rows) + b"\n")
    sys.stdout.write(f"{name}: {len(rows)}\n")


def _assessed(folder: Path) -> dict[str, list[str]]:
    """Codes of the EU file types that count, and licences as they may be written, without scheme."""
    spoken = {"machine_readable": "machine-readable", "non_proprietary": "non-proprietary"}
    found = {
        name: sorted(_marked(read(folder / "mqa" / f"edp-{said}-format.rdf")))
        for name, said in spoken.items()
    }
    licences: set[str] = set()
    for file in SCHEMES["license"][1]:
        store = read(folder / "eu-authority" / file)
        for quad in store.quads_for_pattern(
            None, NamedNode(f"{SKOS}inScheme"), NamedNode(f"{AUTHORITY}licence"), None
        ):
            if isinstance(quad.subject, NamedNode):
                licences |= {quad.subject.value, *_iris(store, quad.subject, "exactMatch")}
    bare = {one.split("://", 1)[-1].rstrip("/").lower() for one in licences}
    return {**found, "licences": sorted(bare)}


def _marked(store: Store) -> Iterator[str]:
    """The codes of file types that a statement says true of."""
    for quad in store.quads_for_pattern(None, None, None, None):
        said = isinstance(quad.object, Literal) and quad.object.value == "true"
        if said and isinstance(quad.subject, NamedNode):
            yield quad.subject.value.removeprefix(f"{AUTHORITY}file-type/")


def read(path: Path) -> Store:
    body = path.read_bytes()
    if path.suffix == ".gz":
        body = gzip.decompress(body)
    kind = RdfFormat.TURTLE if ".ttl" in path.name else RdfFormat.RDF_XML
    store = Store()
    store.bulk_load(body, kind, base_iri="urn:base:")
    return store


def _merge(concepts: dict[str, dict[str, Any]], store: Store, namespace: str) -> None:
    kind = NamedNode(f"{RDF}type")
    for quad in store.quads_for_pattern(None, kind, NamedNode(f"{SKOS}Concept"), DefaultGraph()):
        subject = quad.subject
        if not isinstance(subject, NamedNode) or not subject.value.startswith(namespace):
            continue
        code = subject.value.removeprefix(namespace)
        if not code or "/" in code:
            continue
        found = concepts.setdefault(code, {"c": code, "i": subject.value, "l": {}})
        for language, label in labels_of(store, subject, "prefLabel"):
            found["l"].setdefault(language, label)
        _extend(found, "b", _broader(store, subject, namespace))
        _extend(found, "x", _iris(store, subject, "exactMatch"))
        _extend(found, "n", sorted({*_codes(store, subject, code), *_alternatives(store, subject)}))


def _known_licences(concepts: dict[str, dict[str, Any]], known: Store, german: Store) -> None:
    """Adds the list's licences beyond the EU's table, its further IRIs of those in the table, and the
    IRIs that DCAT-AP.de gives to licences which it defines by an address of one of them."""
    kind = NamedNode(f"{RDF}type")
    namespace = SCHEMES["license"][0]
    for quad in known.quads_for_pattern(None, kind, NamedNode(f"{SKOS}Concept"), None):
        subject = quad.subject
        if isinstance(subject, NamedNode) and not subject.value.startswith(namespace):
            codes = known.quads_for_pattern(subject, NamedNode(f"{DC}identifier"), None, None)
            code = next((q.object.value for q in codes if isinstance(q.object, Literal)), "")
            found = concepts.setdefault(code, {"c": code, "i": subject.value, "l": {}})
            if code and found["i"] == subject.value:
                for language, label in labels_of(known, subject, "prefLabel"):
                    found["l"].setdefault(language, label)
                _extend(found, "n", sorted(_alternatives(known, subject)))
    for found in concepts.values():
        _extend(found, "x", _iris(known, NamedNode(found["i"]), "exactMatch"))
    by_address = {
        _bare(iri): found
        for found in concepts.values()
        for iri in (found["i"], *found.get("x", ()))
    }
    for quad in german.quads_for_pattern(None, NamedNode(f"{RDFS}isDefinedBy"), None, None):
        licence = by_address.get(_bare(quad.object.value))  # type: ignore[union-attr]
        if licence and isinstance(quad.subject, NamedNode):
            iri = quad.subject.value
            _extend(licence, "x", sorted({iri, iri.replace("_", ".")} - {licence["i"]}))


def _bare(iri: str) -> str:
    return iri.split("://", 1)[-1].rstrip("/").lower()


def _months() -> list[dict[str, Any]]:
    """Names of months in the official languages and their numbers; names that stand for two months
    (listopad is October in Croatian, November in Czech and Polish) are left out."""
    names: dict[str, set[int]] = defaultdict(set)
    for language in OFFICIAL:
        for forms in Locale(language).months.values():
            for width in ("wide", "abbreviated"):
                for number, name in forms[width].items():
                    names[str(name).lower().rstrip(".")].add(number)
    return [
        {"n": name, "m": next(iter(found))}
        for name, found in sorted(names.items())
        if len(found) == 1 and not name.isdigit()
    ]


def _place_names(folder: Path, out: Path) -> list[dict[str, Any]]:
    """Names of countries, in lower case, that a place of the EU's table has too."""
    store = read(folder / "eu-authority" / "places-skos.rdf.gz")
    label = NamedNode(f"{SKOS}prefLabel")
    places = {
        quad.object.value.lower()
        for quad in store.quads_for_pattern(None, label, None, None)
        if isinstance(quad.subject, NamedNode) and "/place/" in quad.subject.value
        if isinstance(quad.object, Literal)
    }
    countries = [orjson.loads(line) for line in (out / "country.jsonl").read_bytes().splitlines()]
    names = {label.lower() for country in countries for label in country["l"].values()}
    return [{"n": name} for name in sorted(names & places)]


def _extend(found: dict[str, Any], name: str, values: list[str]) -> None:
    fresh = [value for value in values if value not in found.get(name, [])]
    if fresh:
        found[name] = [*found.get(name, []), *fresh]


def labels_of(store: Store, subject: NamedNode, name: str) -> Iterator[tuple[str, str]]:
    for quad in store.quads_for_pattern(subject, NamedNode(f"{SKOS}{name}"), None, None):
        value = quad.object
        if isinstance(value, Literal) and (value.language or "en") in OFFICIAL and value.value:
            yield value.language or "en", value.value


def _alternatives(store: Store, subject: NamedNode) -> set[str]:
    return {label for _language, label in labels_of(store, subject, "altLabel") if len(label) < 40}


def _iris(store: Store, subject: NamedNode, name: str) -> list[str]:
    quads = store.quads_for_pattern(subject, NamedNode(f"{SKOS}{name}"), None, None)
    return sorted(q.object.value.strip() for q in quads if isinstance(q.object, NamedNode))


def _broader(store: Store, subject: NamedNode, namespace: str) -> list[str]:
    return [
        iri.removeprefix(namespace)
        for iri in _iris(store, subject, "broader")
        if iri.startswith(namespace)
    ]


def _codes(store: Store, subject: NamedNode, own: str) -> set[str]:
    codes = set()
    for quad in store.quads_for_pattern(subject, NamedNode(f"{AT}op-mapped-code"), None, None):
        if isinstance(quad.object, BlankNode):
            for part in store.quads_for_pattern(quad.object, None, None, None):
                if part.predicate.value == f"{AT}legacy-code" and isinstance(part.object, Literal):
                    codes.add(part.object.value.strip())
    noise = {"true", "false", own}
    return {code for code in codes if code and code not in noise and not code.isdigit()}


def _complete(name: str, concepts: dict[str, dict[str, Any]]) -> None:
    """What the tables lack and Unicode's CLDR knows: short codes and labels."""
    if name == "language":
        aliases = get_global("language_aliases")
        for code, found in concepts.items():
            short = aliases.get(code.lower(), "")
            if len(short) == 2:
                found["s"] = short
                found["l"] = _cldr("languages", short, found["l"])
    if name == "country":
        aliases = get_global("territory_aliases")
        for code, found in concepts.items():
            short = "" if code in FORMER else (aliases.get(code) or [""])[0]
            if len(short) == 2:
                found["s"] = short
                found["l"] = _cldr("territories", short, found["l"])
            found.pop("n", None)
        for code, number in _geonames():
            _extend(concepts[code], "x", [f"http://sws.geonames.org/{number}/"])
    if name in {"license", "theme", "hvd"}:
        for found in concepts.values():
            found.pop("n", None) if name != "license" else None


def _geonames() -> Iterator[list[str]]:
    """The keys of countries with their numbers in GeoNames, from its country information."""
    for line in (Path(__file__).parent / "geonames.tsv").read_text().splitlines():
        yield line.split("\t")


def _cldr(table: str, code: str, labels: dict[str, str]) -> dict[str, str]:
    known = {
        language: str(getattr(Locale(language), table)[code])
        for language in OFFICIAL
        if code in getattr(Locale(language), table)
    }
    return {**labels, **known}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
