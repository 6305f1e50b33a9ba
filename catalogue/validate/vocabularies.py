"""What the loaded vocabularies say of the terms that records use: classes, schemes, labels."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache

import vocab
from catalogue.rdf.terms import RDF_TYPE
from catalogue.validate.data import NOTHING, Beside, Data, NothingBeside
from catalogue.validate.names import SUBCLASS
from vocab.namespaces import AUTHORITY, DCT, FOAF, SKOS, VCARD

# The class that a table's concepts have as values: DCAT-AP 3.0.1 gives the property this range and this
# table (section 10, "controlled vocabularies to be used").
_RANGES = {
    "access": "RightsStatement",
    "frequency": "Frequency",
    "format": "MediaTypeOrExtent",
    "license": "LicenseDocument",
    "language": "LinguisticSystem",
    "country": "Location",
}
# Classes below the ranges that DCAT-AP names: FOAF 0.99 and the vCard ontology say so themselves.
_BELOW = {
    f"{FOAF}Agent": tuple(f"{FOAF}{one}" for one in ("Person", "Organization", "Group")),
    f"{VCARD}Kind": tuple(
        f"{VCARD}{one}" for one in ("Individual", "Organization", "Group", "Location")
    ),
}
# Tables that records take terms from, by how their IRIs begin.
_TABLES = (
    "http://eurovoc.europa.eu/",
    "http://data.europa.eu/bna/",
    "http://data.europa.eu/eli/",
    "http://data.europa.eu/uxp/",
    "http://inspire.ec.europa.eu/",
    "https://inspire.ec.europa.eu/",
    "http://www.iana.org/assignments/media-types/",
    "https://www.iana.org/assignments/media-types/",
    "http://purl.org/adms/",
    "http://sws.geonames.org/",
    "https://sws.geonames.org/",
    "http://lexvo.org/id/",
    "http://id.loc.gov/vocabulary/",
    "http://spdx.org/rdf/terms#checksumAlgorithm_",
    "https://w3id.org/mobilitydcat-ap/",
)


class Vocabulary:
    """`Beside` made of statements; the tables in `loaded` (starts of IRIs) count as known."""

    def __init__(self, lines: Iterable[str], loaded: Iterable[str] = ()) -> None:
        self._said: dict[str, dict[str, list[str]]] = {}
        self._above: dict[str, frozenset[str]] = {}
        self._loaded = tuple(loaded)
        for line in lines:
            subject, predicate, rest = line.split(" ", 2)
            self._said.setdefault(subject, {}).setdefault(predicate, []).append(rest[:-2])
        for term in [one for one, said in self._said.items() if SUBCLASS in said]:
            self._above[term] = self._all_above(term)

    def _all_above(self, term: str) -> frozenset[str]:
        found: set[str] = set()
        pending = [term]
        while pending:
            for above in self._said.get(pending.pop(), {}).get(SUBCLASS, ()):
                if above not in found:
                    found.add(above)
                    pending.append(above)
        return frozenset(found)

    def describe(self, term: str) -> Mapping[str, Sequence[str]]:
        return self._said.get(term, _NO_STATEMENTS)

    def classes(self, term: str) -> Sequence[str]:
        said = self._said.get(term)
        return said.get(RDF_TYPE, NOTHING) if said else NOTHING

    def above(self, class_term: str) -> frozenset[str]:
        return self._above.get(class_term, _NONE)

    def before(self, term: str, predicate: str) -> Sequence[str]:  # noqa: ARG002 port
        return NOTHING

    def hierarchy(self) -> Hashable | None:
        return self

    def unknown_table(self, term: str) -> str | None:
        iri = term[1:-1]
        if iri.startswith(self._loaded):
            return None
        if iri.startswith(AUTHORITY):
            table, slash, _code = iri.removeprefix(AUTHORITY).partition("/")
            return f"{AUTHORITY}{table}" if slash else None
        return next((one for one in _TABLES if iri.startswith(one)), None)


_NO_STATEMENTS: Mapping[str, Sequence[str]] = {}
_NONE: frozenset[str] = frozenset()


class WithDocument:
    """`Beside` that also knows all that a document states: what a shape asks of the records that one
    of them links to, or that link to it, is answered from there."""

    def __init__(self, lines: Iterable[str], rest: Beside) -> None:
        self._rest, self._document = rest, Data(lines, NothingBeside())

    def describe(self, term: str) -> Mapping[str, Sequence[str]]:
        own, known = self._document.out.get(term), self._rest.describe(term)
        if own is None or not known:
            return known if own is None else own
        return {
            one: list(dict.fromkeys([*own.get(one, NOTHING), *known.get(one, NOTHING)]))
            for one in {**own, **known}
        }

    def classes(self, term: str) -> Sequence[str]:
        own = self._document.out.get(term, _NO_STATEMENTS).get(RDF_TYPE, NOTHING)
        return [*own, *self._rest.classes(term)] if own else self._rest.classes(term)

    def above(self, class_term: str) -> frozenset[str]:
        return self._rest.above(class_term)  # what the document says of classes is walked by `Data`

    def before(self, term: str, predicate: str) -> Sequence[str]:
        return self._document.before(term, predicate)

    def unknown_table(self, term: str) -> str | None:
        return self._rest.unknown_table(term)

    def __contains__(self, term: object) -> bool:
        """Whether the document describes a term."""
        return term in self._document.out

    def known_of(self, terms: Iterable[str]) -> Iterator[str]:
        """What is known of terms beside the document, as lines."""
        for term in dict.fromkeys(terms):
            for predicate, values in self._rest.describe(term).items():
                yield from (f"{term} {predicate} {value} ." for value in values)

    def hierarchy(self) -> Hashable | None:
        return None if self._document.has_subclasses else self._rest.hierarchy()


def types_of(lines: Iterable[str]) -> dict[str, list[str]]:
    """The classes that a document's lines state of each IRI or blank node."""
    types: dict[str, list[str]] = {}
    for line in lines:
        subject, predicate, rest = line.split(" ", 2)
        if predicate == RDF_TYPE:
            types.setdefault(subject, []).append(rest[:-2])
    return types


def known_lines() -> list[str]:
    """All that is held to be known of vocabulary terms, as statements: it may be given to any other
    validator, which then judges by the same knowledge."""
    lines = []
    kind, scheme_of = f"{RDF_TYPE}", f"<{SKOS}inScheme>"
    for name in vocab.SCHEMES:
        scheme = vocab.scheme(name)
        lines.append(f"<{scheme.iri}> {kind} <{SKOS}ConceptScheme> .")
        for concept in scheme:
            for term in (f"<{iri}>" for iri in concept.iris):
                lines.append(f"{term} {kind} <{SKOS}Concept> .")
                if concept.of_table:
                    lines.append(f"{term} {scheme_of} <{scheme.iri}> .")
                lines.append(f"{term} <{SKOS}prefLabel> {vocab.quoted(concept.label())}@en .")
                if name in _RANGES:
                    lines.append(f"{term} {kind} <{DCT}{_RANGES[name]}> .")
    for above, below in _BELOW.items():
        lines += [f"<{one}> {SUBCLASS} <{above}> ." for one in below]
    return lines


@cache
def vocabularies() -> Vocabulary:
    """The vocabularies of this installation; loaded when first asked for."""
    loaded = {
        concept.iri.removesuffix(concept.key)
        for name in vocab.SCHEMES
        for concept in vocab.scheme(name)
        if concept.of_table
    }
    return Vocabulary(known_lines(), loaded)
