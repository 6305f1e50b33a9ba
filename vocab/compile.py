"""Makes the compact files in `vocab/schemes` from published vocabularies.

    python -m vocab.compile FOLDER

FOLDER holds the EU authority tables in RDF. One line of JSON a concept: `c` code, `i` IRI, `l`
labels by language, `b` broader codes, `x` IRIs that mean the same, `n` other notations (ISO codes, media
types, extensions). Only facts are kept; run it again when the tables change.
`mqa.json` holds what the Metadata Quality Assessment of data.europa.eu calls machine-readable,
non-proprietary and a known licence.
The schemes `access`, `frequency` and `sector` are kept by hand: the published tables lack labels
in most languages.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from babel import Locale
from babel.core import get_global
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, RdfFormat, Store

from vocab.languages import OFFICIAL
from vocab.namespaces import AUTHORITY, RDF, SKOS

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


def main(folder: Path) -> None:
    out = Path(__file__).parent / "schemes"
    out.mkdir(exist_ok=True)
    for name, (namespace, files) in SCHEMES.items():
        concepts: dict[str, dict[str, Any]] = {}
        for file in files:
            _merge(concepts, _read(folder / "eu-authority" / file), namespace)
        _complete(name, concepts)
        lines = [orjson.dumps(concepts[code]) for code in sorted(concepts)]
        (out / f"{name}.jsonl").write_bytes(b"\n".join(lines) + b"\n")
        sys.stdout.write(f"{name}: {len(lines)} concepts\n")
    facts = orjson.dumps(_assessed(folder), option=orjson.OPT_INDENT_2)
    (Path(__file__).parent / "mqa.json").write_bytes(facts + b"\n")


def _assessed(folder: Path) -> dict[str, list[str]]:
    """Codes of the EU file types that count, and licences as they may be written, without scheme."""
    spoken = {"machine_readable": "machine-readable", "non_proprietary": "non-proprietary"}
    found = {
        name: sorted(_marked(_read(folder / "mqa" / f"edp-{said}-format.rdf")))
        for name, said in spoken.items()
    }
    licences: set[str] = set()
    for file in SCHEMES["license"][1]:
        store = _read(folder / "eu-authority" / file)
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


def _read(path: Path) -> Store:
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
        for language, label in _labels(store, subject, "prefLabel"):
            found["l"].setdefault(language, label)
        _extend(found, "b", _broader(store, subject, namespace))
        _extend(found, "x", _iris(store, subject, "exactMatch"))
        _extend(found, "n", sorted({*_codes(store, subject, code), *_alternatives(store, subject)}))


def _extend(found: dict[str, Any], name: str, values: list[str]) -> None:
    fresh = [value for value in values if value not in found.get(name, [])]
    if fresh:
        found[name] = [*found.get(name, []), *fresh]


def _labels(store: Store, subject: NamedNode, name: str) -> Iterator[tuple[str, str]]:
    for quad in store.quads_for_pattern(subject, NamedNode(f"{SKOS}{name}"), None, None):
        value = quad.object
        if isinstance(value, Literal) and (value.language or "en") in OFFICIAL and value.value:
            yield value.language or "en", value.value


def _alternatives(store: Store, subject: NamedNode) -> set[str]:
    return {label for _language, label in _labels(store, subject, "altLabel") if len(label) < 40}


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
            short = (aliases.get(code) or [""])[0]
            if len(short) == 2:
                found["s"] = short
                found["l"] = _cldr("territories", short, found["l"])
            found.pop("n", None)
    if name in {"license", "theme", "hvd"}:
        for found in concepts.values():
            found.pop("n", None) if name != "license" else None


def _cldr(table: str, code: str, labels: dict[str, str]) -> dict[str, str]:
    known = {
        language: str(getattr(Locale(language), table)[code])
        for language in OFFICIAL
        if code in getattr(Locale(language), table)
    }
    return {**labels, **known}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
