"""Putting an authority's IRI in the place of a value that names exactly one of its concepts."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from catalogue.align.tables import PROPERTIES, look_up
from catalogue.align.typed import mended
from catalogue.model import Finding, Severity
from catalogue.rdf.terms import RDF_TYPE, split, value_of
from vocab.namespaces import DCT, RDF, RDFS, SKOS

_BY_PREDICATE = {f"<{path}>": (path, scheme) for path, scheme in PROPERTIES.items()}
_LABELS = tuple(
    f"<{one}>" for one in (f"{RDFS}label", f"{RDF}value", f"{SKOS}prefLabel", f"{DCT}title")
)


def align(lines: list[str]) -> tuple[list[str], list[Finding]]:
    """The lines with aligned values, and a finding for each value that was replaced.

    A blank node that only carries a label is a value as well; it goes when it is replaced and
    nothing else refers to it. What matches nothing stays as it is.
    """
    findings: list[Finding] = []
    aligned: list[str] = []
    dropped: set[str] = set()
    labels: dict[str, str] | None = None
    for line in lines:
        start, predicate, rest = line.split(" ", 2)
        rule = _BY_PREDICATE.get(predicate)
        if rule is None:
            typed = rest[0] == '"' and rest[-3] == ">"
            aligned.append(_well_typed(line, findings) if typed else line)
            continue
        path, scheme = rule
        term = rest[:-2]
        given = term
        if term[0] == "_":
            labels = _labels(lines) if labels is None else labels
            given = labels.get(term, "")
        found = _aligned(scheme, given) if given else None
        if found is None or found == term:
            aligned.append(line)
            continue
        if term[0] == "_":
            dropped.add(term)
        aligned.append(f"{start} {predicate} {found} .")
        findings.append(_finding(path, given, found))
    if dropped:
        aligned = _without(aligned, dropped)
    return aligned, findings


def _well_typed(line: str, findings: list[Finding]) -> str:
    """The line, its typed literal mended where it does not fit its datatype and that is certain."""
    start, predicate, term = split(line)
    found = mended(term)
    if found == term:
        return line
    findings.append(
        Finding(
            rule="rdf.ill-typed",
            severity=Severity.WARNING,
            message="The value is not of the form of its datatype"
            + ("; it was written in that of what it says." if found else "; it was kept as it is."),
            path=predicate[1:-1],
            value=term[:500],
            mended=found,
            hint="Write dates as 2024-05-31, times as 2024-05-31T08:00:00Z, numbers without units.",
        )
    )
    return f"{start} {predicate} {found} ." if found else line


@lru_cache(maxsize=65536)
def _aligned(scheme: str, term: str) -> str | None:
    """The term of the authority's IRI for a given term; None where there is none."""
    found = look_up(scheme, value_of(term))
    return f"<{found}>" if found else None


def _labels(lines: Iterable[str]) -> dict[str, str]:
    """Blank nodes of which nothing is said but a type and one label: node to label."""
    said: dict[str, str | None] = {}
    for line in lines:
        if line[0] != "_":
            continue
        node, predicate, rest = line.split(" ", 2)
        if predicate == RDF_TYPE:
            continue
        said[node] = rest[:-2] if predicate in _LABELS and node not in said else None
    return {node: label for node, label in said.items() if label and label[0] == '"'}


def _without(lines: list[str], nodes: set[str]) -> list[str]:
    """The lines without those of nodes that nothing refers to any more."""
    kept = {rest[:-2] for _s, _p, rest in (line.split(" ", 2) for line in lines)}
    gone = nodes - kept
    return [line for line in lines if line.split(" ", 1)[0] not in gone]


def _finding(path: str, given: str, found: str) -> Finding:
    name = path.rsplit("#", 1)[-1].rsplit("/", 1)[-1]
    return Finding(
        rule=f"align.{name}",
        severity=Severity.INFO,
        message="The value names a concept of the EU authority table; its IRI was put in its place.",
        path=path,
        value=value_of(given)[:500],
        mended=value_of(found),
    )
