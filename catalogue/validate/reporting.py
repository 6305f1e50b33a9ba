"""Results as RDF: `sh:ValidationReport` (SHACL, section 3.6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from catalogue.rdf.terms import RDF_TYPE, XSD, iri, is_blank, literal
from catalogue.validate.names import sh
from catalogue.validate.shapes import Result
from catalogue.validate.telling import Told
from vocab.namespaces import AICAT, DCT

SEVERITY = {"violation": sh("Violation"), "warning": sh("Warning"), "info": sh("Info")}


class Report:
    """Collects the lines of one report a profile, with `dct:title` the profile's name."""

    def __init__(self) -> None:
        self._fresh: Iterator[str] = (f"_:report{number}" for number in count())
        self._reports: dict[str, str] = {}
        self._broken: set[str] = set()
        self._lines: list[str] = []

    def begin(self, profile: str) -> None:
        """A profile's report, which may stay without results."""
        if profile not in self._reports:
            node = self._reports[profile] = next(self._fresh)
            self._lines += [
                f"{node} {RDF_TYPE} {sh('ValidationReport')} .",
                f"{node} <{DCT}title> {literal(profile)} .",
            ]

    def add(self, result: Result, told: Told) -> None:
        """A validation result."""
        node = self._result(told)
        lines = self._lines
        lines.append(f"{node} {sh('focusNode')} {result.focus} .")
        component = sh(f"{result.check.component}ConstraintComponent")
        lines.append(f"{node} {sh('sourceConstraintComponent')} {component} .")
        lines.append(f"{node} {sh('resultSeverity')} {result.shape.severity} .")
        if result.path is not None:
            path = result.path.written(self._fresh, lines)
            lines.append(f"{node} {sh('resultPath')} {path} .")
        if result.value is not None:
            lines.append(f"{node} {sh('value')} {result.value} .")
        if not is_blank(result.shape.id):  # a blank node of the shapes' graph names nothing here
            lines.append(f"{node} {sh('sourceShape')} {result.shape.id} .")

    def add_ours(self, told: Told) -> None:
        """A finding about the validation itself: no conformance can be told."""
        node = self._result(told)
        kind = iri(f"{AICAT}{told.rule.rpartition('.')[2]}")
        self._lines.append(f"{node} {sh('sourceConstraintComponent')} {kind} .")
        self._lines.append(f"{node} {sh('resultSeverity')} {SEVERITY[told.severity]} .")

    def _result(self, told: Told) -> str:
        self.begin(told.profile)
        report, node = self._reports[told.profile], next(self._fresh)
        self._broken.add(told.profile)
        self._lines += [
            f"{report} {sh('result')} {node} .",
            f"{node} {RDF_TYPE} {sh('ValidationResult')} .",
            f"{node} {sh('resultMessage')} {literal(told.message)} .",
        ]
        return node

    def lines(self) -> Sequence[str]:
        """The whole as canonical N-Triples lines."""
        ends = [
            f"{node} {sh('conforms')} "
            + literal("false" if profile in self._broken else "true", "", f"{XSD}boolean")
            + " ."
            for profile, node in self._reports.items()
        ]
        return [*self._lines, *ends]
