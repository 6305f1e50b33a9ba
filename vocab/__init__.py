"""Vocabularies: namespaces, concept schemes with labels, sectors, the ecosystem.

Everything is loaded when first asked for, and kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import orjson

from vocab import namespaces as ns
from vocab.languages import OFFICIAL

SCHEMES = (
    "sector",
    "theme",
    "access",
    "frequency",
    "format",
    "license",
    "language",
    "country",
    "hvd",
    "availability",
    "status",
    "publisher-type",
)
_IRIS = {
    "sector": "https://w3id.org/aicat/sector",
    "theme": f"{ns.AUTHORITY}data-theme",
    "access": f"{ns.AUTHORITY}access-right",
    "frequency": f"{ns.AUTHORITY}frequency",
    "format": f"{ns.AUTHORITY}file-type",
    "license": f"{ns.AUTHORITY}licence",
    "language": f"{ns.AUTHORITY}language",
    "country": f"{ns.AUTHORITY}country",
    "hvd": "http://data.europa.eu/bna/asd487ae75",
    "availability": f"{ns.AUTHORITY}planned-availability",
    "status": f"{ns.AUTHORITY}distribution-status",
    "publisher-type": "http://purl.org/adms/publishertype/1.0",
}

# Namespaces whose terms have one owner; no source may restate them.
_OWNED = (
    "http://publications.europa.eu/resource/authority/",
    "http://publications.europa.eu/resource/dataset/",
    "http://publications.europa.eu/ontology/",
    "http://eurovoc.europa.eu/",
    "http://data.europa.eu/bna/",
    "http://data.europa.eu/eli/",
    "http://data.europa.eu/r5r",
    "http://data.europa.eu/it6",
    "http://inspire.ec.europa.eu/",
    "https://inspire.ec.europa.eu/",
    "http://www.iana.org/assignments/",
    "https://www.iana.org/assignments/",
    "http://www.w3.org/",
    "https://www.w3.org/",
    "http://purl.org/dc/",
    "http://purl.org/adms/",
    "http://purl.org/cld/freq/",
    "http://xmlns.com/foaf/0.1/",
    "http://schema.org/",
    "https://schema.org/",
    "http://spdx.org/",
    "https://spdx.org/",
    "http://creativecommons.org/",
    "https://creativecommons.org/",
    "http://opendatacommons.org/",
    "https://opendatacommons.org/",
    "http://sws.geonames.org/",
    "https://sws.geonames.org/",
    "http://www.geonames.org/",
    "http://lexvo.org/",
    "http://id.loc.gov/",
    "http://www.opengis.net/",
    "http://dcat-ap.de/def/",
    "http://dcat-ap.ch/vocabulary/",
    "http://europeandataportal.eu/ontologies/od-licenses#",
    "https://w3id.org/dpv",
    "https://w3id.org/mobilitydcat-ap",
    "https://w3id.org/aicat/",
    "http://dbpedia.org/",
    "http://www.wikidata.org/",
)


@dataclass(frozen=True, slots=True)
class Concept:
    """One concept. `code` is what facets show; `key` is the authority's own code in the IRI, and the whole
    IRI where a concept has no code in the scheme's table. `also` are further IRIs of it that are as good as
    its own, `exact` those that mean the same elsewhere."""

    iri: str
    code: str
    key: str
    labels: dict[str, str]
    broader: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    notations: tuple[str, ...] = ()
    definition: str = ""
    also: tuple[str, ...] = ()

    @property
    def of_table(self) -> bool:
        """Whether the concept is one of the scheme's own table, not one that only completes it."""
        return self.key != self.iri

    @property
    def iris(self) -> tuple[str, ...]:
        """All IRIs that name the concept, its own first."""
        return (self.iri, *self.also)

    def label(self, language: str = "en") -> str:
        """The label in a language, else in English, else in any (by code), else the code."""
        labels = self.labels
        return (
            labels.get(language)
            or labels.get("en")
            or next((labels[one] for one in sorted(labels)), self.code)
        )


class Scheme:
    """A concept scheme, by code and by IRI."""

    def __init__(self, name: str, concepts: list[Concept]) -> None:
        self.name = name
        self.iri = _IRIS[name]
        self._concepts = tuple({one.iri: one for one in concepts}.values())
        self._by_code = {one.code: one for one in concepts}
        self._by_iri = {iri: one for one in concepts for iri in one.iris}

    def __len__(self) -> int:
        return len(self._concepts)

    def __iter__(self) -> Iterator[Concept]:
        return iter(self._concepts)

    def concept(self, code_or_iri: str) -> Concept | None:
        return self._by_code.get(code_or_iri) or self._by_iri.get(code_or_iri)


@cache
def scheme(name: str) -> Scheme:
    """A concept scheme by its name in `SCHEMES`. Raises: KeyError for any other."""
    if name not in _IRIS:
        raise KeyError(name)
    return Scheme(
        name, [_concept(name, row) for file in _FILES.get(name, (name,)) for row in rows(file)]
    )


_FILES = {
    "license": ("license", "licences-beside"),
    "format": ("format", "formats-beside"),
}


def label(name: str, code: str, language: str = "en") -> str:
    """What a person reads for a code of a scheme; the code itself where it is not known."""
    found = scheme(name).concept(code)
    return found.label(language) if found else code


def code_of(iri: str) -> str | None:
    """The code that facets show for an EU authority IRI (HEAL, CC_BY_4_0, de, DE, non-public)."""
    return _codes().get(iri)


def scheme_of(iri: str) -> str | None:
    """The name of the scheme that an IRI's concept is of."""
    return _schemes().get(iri)


def sector_iri(sector: str) -> str:
    return f"{ns.SECTOR}{sector}"


def is_vocabulary_term(iri: str) -> bool:
    """Whether an IRI names a term that belongs to a vocabulary's owner, whoever mentions it."""
    return iri.startswith(_OWNED)


def triples() -> Iterator[str]:
    """Every scheme as canonical N-Triples lines, for the graph store."""
    for name in SCHEMES:
        yield from _scheme_lines(scheme(name))
    yield from _metric_lines()


def _metric_lines() -> Iterator[str]:
    """What the points of a dimension are of: the assessment of quality has no metric for them."""
    for one in ("findability", "accessibility", "interoperability", "reusability", "contextuality"):
        points = f"<{ns.AICAT}{one}Points>"
        yield f"{points} <{ns.RDF}type> <{ns.RDF}Property> ."
        yield f"{points} <{ns.DQV}inDimension> <https://piveau.eu/ns/voc#{one}> ."


@cache
def _codes() -> dict[str, str]:
    return {iri: one.code for name in SCHEMES for one in scheme(name) for iri in one.iris}


@cache
def _schemes() -> dict[str, str]:
    return {iri: name for name in SCHEMES for one in scheme(name) for iri in one.iris}


def rows(name: str) -> list[dict[str, object]]:
    """The lines of one of our compact files."""
    body = files("vocab").joinpath("schemes", f"{name}.jsonl").read_bytes()
    return [orjson.loads(line) for line in body.splitlines() if line]


def _concept(name: str, row: dict[str, object]) -> Concept:
    key = str(row.get("c") or row["i"])
    code = str(row.get("s") or key)
    if name == "access":
        code = key.lower().replace("_", "-")
    return Concept(
        iri=str(row["i"]),
        code=code,
        key=key,
        labels=dict(row["l"]),  # type: ignore[call-overload]
        broader=tuple(row.get("b", ())),  # type: ignore[arg-type]
        exact=tuple(row.get("x", ())),  # type: ignore[arg-type]
        notations=tuple(row.get("n", ())),  # type: ignore[arg-type]
        definition=str(row.get("d", "")),
        also=tuple(row.get("a", ())),  # type: ignore[arg-type]
    )


def _scheme_lines(found: Scheme) -> Iterator[str]:
    type_ = f"<{ns.RDF}type>"
    yield f"<{found.iri}> {type_} <{ns.SKOS}ConceptScheme> ."
    for one in found:
        for iri in one.iris:
            yield from _concept_lines(found, one, iri)


def _concept_lines(found: Scheme, one: Concept, iri: str) -> Iterator[str]:
    """What the graph is told of a concept under one of its IRIs; a scheme's own concepts are in it."""
    subject = f"<{iri}>"
    yield f"{subject} <{ns.RDF}type> <{ns.SKOS}Concept> ."
    if one.of_table:
        yield f"{subject} <{ns.SKOS}inScheme> <{found.iri}> ."
        yield f"{subject} <{ns.SKOS}notation> {quoted(one.key)} ."
    for language in OFFICIAL:
        if language in one.labels:
            text = quoted(one.labels[language])
            yield f"{subject} <{ns.SKOS}prefLabel> {text}@{language} ."
    for key in one.broader:
        broader = one.iri.removesuffix(one.key) + key
        yield f"{subject} <{ns.SKOS}broader> <{broader}> ."


def quoted(text: str) -> str:
    """A literal's text in N-Triples, without language or datatype."""
    for char, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.replace(char, escape)
    return f'"{text}"'
