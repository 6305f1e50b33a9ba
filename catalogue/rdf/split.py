"""Cutting a document into records: each dataset, service, series or model with what hangs from it.

A record's graph is the closure of its subject over the document, but never into another record, a
catalogue, or a term that a vocabulary owns: no source can speak for somebody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from catalogue.model import Finding, Severity
from catalogue.rdf.terms import RDF_TYPE
from vocab.namespaces import DCAT, DCT, FOAF, HYDRA, MLDCAT, PROV, RDF

# Classes of records, by local name (national profiles have their own beside DCAT's).
_TYPES = {
    "Dataset": "dataset",
    "DatasetSeries": "series",
    "DataService": "service",
    "MachineLearningModel": "model",
}
_OWNERS = (DCAT, MLDCAT, "http://dati.gov.it/onto/dcatapit#", "http://schema.org/")
_MAIN = {
    f"<{DCAT}Dataset>": "dataset",
    f"<{DCAT}DatasetSeries>": "series",
    f"<{DCAT}DataService>": "service",
    f"<{MLDCAT}MachineLearningModel>": "model",
}
_ENTRY = f"<{DCAT}CatalogRecord>"
_CATALOGUE = {f"<{DCAT}Catalog>", _ENTRY}
_CONFORMS, _TOPIC = f"<{DCT}conformsTo>", f"<{FOAF}primaryTopic>"
_PAGING = {f"<{HYDRA}PagedCollection>", f"<{HYDRA}PartialCollectionView>", f"<{HYDRA}Collection>"}
_MEMBERS = {
    f"<{DCAT}dataset>": "dataset",
    f"<{DCAT}service>": "service",
}
# Properties whose values are resources of their own: they stay as links.
_LINKS = {
    f"<{one}>"
    for one in (
        f"{DCT}relation",
        f"{DCT}isVersionOf",
        f"{DCT}hasVersion",
        f"{DCT}source",
        f"{DCT}references",
        f"{DCT}isReferencedBy",
        f"{DCT}isPartOf",
        f"{DCT}hasPart",
        f"{DCT}replaces",
        f"{DCT}isReplacedBy",
        f"{DCT}requires",
        f"{DCAT}inSeries",
        f"{DCAT}seriesMember",
        f"{DCAT}first",
        f"{DCAT}last",
        f"{DCAT}prev",
        f"{DCAT}next",
        f"{DCAT}servesDataset",
        f"{DCAT}dataset",
        f"{DCAT}service",
        f"{DCAT}catalog",
        f"{DCAT}record",
        f"{DCAT}hasVersion",
        f"{DCAT}isVersionOf",
        f"{DCAT}previousVersion",
        f"{DCAT}hasCurrentVersion",
        f"{FOAF}isPrimaryTopicOf",
        f"{PROV}wasDerivedFrom",
    )
}
_KNOWN_TERMS = 400
_CLAIMS = 20  # of a resource's conformity that are kept: a document may state any number


@dataclass(slots=True)
class Piece:
    """One record: its subject's term, its type, and its lines. `conforms` are the profiles that the
    record of it in its catalogue says it conforms to, as terms."""

    subject: str
    type: str
    lines: list[str]
    findings: list[Finding] = field(default_factory=list)
    torn: bool = False  # the document is broken in it
    conforms: tuple[str, ...] = ()


@dataclass(slots=True)
class Split:
    """A document's records in its order, what was left out of them, and the rest.

    `rest` are the lines of no record: catalogues, their records, paging.
    """

    pieces: list[Piece]
    findings: list[Finding]
    rest: list[str]


def split_records(
    lines: Iterable[str], is_term: Callable[[str], bool], torn: Collection[str] = ()
) -> Split:
    """Cut a document's lines into records. `is_term(iri)` tells a vocabulary's own terms; `torn` are
    the subjects that the document is broken in."""
    graph = _Graph(lines)
    records = graph.records()
    barred = set(records) | graph.barred
    taken: set[str] = set()
    pieces = []
    foreign: Counter[str] = Counter()
    entries = graph.entries()
    for subject, kind in records.items():
        found = _closure(graph, subject, barred, is_term, foreign, taken)
        cut = bool(torn) and any(line.split(" ", 1)[0] in torn for line in found)
        conforms = entries.get(subject, ())
        pieces.append(Piece(subject, kind, found, graph.notes.get(subject, []), cut, conforms))
    loose = [s for s in graph.by_subject if s not in taken and s not in barred]
    rest = [line for s in graph.barred for line in graph.by_subject.get(s, ())]
    return Split(pieces, [*_foreign(graph, foreign, is_term, taken), *_loose(loose, is_term)], rest)


class _Graph:
    """Lines by subject, and what kinds of resources there are."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.by_subject: dict[str, list[str]] = {}
        self.types: dict[str, set[str]] = {}
        self.members: dict[str, str] = {}
        self.barred: set[str] = set()
        self.notes: dict[str, list[Finding]] = {}
        by_subject = self.by_subject
        for line in dict.fromkeys(lines):
            subject, predicate, value = line.split(" ", 2)
            try:
                by_subject[subject].append(line)
            except KeyError:
                by_subject[subject] = [line]
            if predicate == RDF_TYPE:
                self.types.setdefault(subject, set()).add(value[:-2])
            elif predicate in _MEMBERS:
                self.members.setdefault(value[:-2], _MEMBERS[predicate])
        for subject, found in self.types.items():
            if found & _CATALOGUE or found & _PAGING:
                self.barred.add(subject)

    def records(self) -> dict[str, str]:
        """Each record's subject with its type, in the document's order."""
        records = {}
        for subject in self.by_subject:
            if subject in self.barred:
                continue
            kind = self._kind(subject)
            if kind:
                records[subject] = kind
        return records

    def entries(self) -> dict[str, tuple[str, ...]]:
        """What each resource conforms to, by the records of the catalogue about it; the first few."""
        found: dict[str, tuple[str, ...]] = {}
        for one in self.barred:
            if _ENTRY not in self.types[one]:
                continue
            said = [line.split(" ", 2)[1:] for line in self.by_subject[one]]
            conforms = [value[:-2] for predicate, value in said if predicate == _CONFORMS]
            for predicate, value in said if conforms else ():
                if predicate == _TOPIC:
                    known = found.get(value[:-2], ())
                    found[value[:-2]] = (*known, *conforms[: _CLAIMS - len(known)])
        return found

    def _kind(self, subject: str) -> str | None:
        found = self.types.get(subject, set())
        for name, kind in _MAIN.items():
            if name in found and kind != "dataset":
                return kind
        if f"<{DCAT}Dataset>" in found:
            return "dataset"
        for one in found:
            named = _by_local_name(one)
            if named:
                return named
        if subject in self.members and f"<{DCAT}Distribution>" not in found:
            self._untyped(subject)
            return self.members[subject]
        return None

    def _untyped(self, subject: str) -> None:
        finding = Finding(
            rule="dcat.type-missing",
            severity=Severity.WARNING,
            message="A catalogue lists the resource, which has no class of DCAT.",
            path=f"{RDF}type",
            value=subject.strip("<>"),
            hint="State rdf:type dcat:Dataset or dcat:DataService.",
        )
        self.notes.setdefault(subject, []).append(finding)


def _by_local_name(type_term: str) -> str | None:
    iri = type_term[1:-1]
    for owner in _OWNERS:
        if iri.startswith(owner):
            return _TYPES.get(iri.removeprefix(owner))
    return None


def _closure(
    graph: _Graph,
    subject: str,
    barred: set[str],
    is_term: Callable[[str], bool],
    foreign: Counter[str],
    taken: set[str],
) -> list[str]:
    found: list[str] = []
    seen = {subject}
    pending = [subject]
    by_subject = graph.by_subject
    while pending:
        one = pending.pop()
        taken.add(one)
        for line in by_subject[one]:
            found.append(line)
            _subject, predicate, value = line.split(" ", 2)
            value = value[:-2]
            if value[0] == '"' or value in seen or value not in by_subject or value in barred:
                continue
            if value[0] == "<":
                if predicate in _LINKS or predicate == RDF_TYPE:
                    continue
                if is_term(value[1:-1]):
                    foreign[value] += 1
                    continue
            seen.add(value)
            pending.append(value)
    return found


def _foreign(
    graph: _Graph, foreign: Counter[str], is_term: Callable[[str], bool], taken: set[str]
) -> list[Finding]:
    """Statements about other people's terms, which are left out whoever makes them."""
    named = set(foreign) | {
        one for one in graph.by_subject if one[0] == "<" and one not in taken and is_term(one[1:-1])
    }
    return [
        Finding(
            rule="rdf.foreign-statement",
            severity=Severity.INFO,
            message="Statements about a vocabulary's own term were left out; its owner's hold.",
            value=term.strip("<>"),
            count=len(graph.by_subject[term]),
        )
        for term in sorted(named)[:_KNOWN_TERMS]
    ]


def _loose(subjects: list[str], is_term: Callable[[str], bool]) -> list[Finding]:
    loose = [one for one in subjects if one[0] != "<" or not is_term(one[1:-1])]
    if not loose:
        return []
    return [
        Finding(
            rule="rdf.unattached",
            severity=Severity.INFO,
            message="Resources that no dataset, service or catalogue refers to were left out.",
            value=loose[0].strip("<>"),
            count=len(loose),
            hint="Refer to them from a record, or leave them out of the feed.",
        )
    ]
