"""pySHACL on one record, told what our validator knows, and both's results in one form to compare."""

from __future__ import annotations

import logging
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyshacl
import rdflib
from rdflib import BNode, Literal, URIRef

from catalogue.rdf.parse import parse
from catalogue.rdf.split import Piece, split_records
from catalogue.rdf.terms import RDF_TYPE, literal
from catalogue.validate.compiling import load
from catalogue.validate.data import Data
from catalogue.validate.shapes import Result, Shapes
from catalogue.validate.sources import ShapesFile
from catalogue.validate.vocabularies import known_lines, vocabularies
from vocab import is_vocabulary_term
from vocab.namespaces import SKOS

SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")

# Focus node, path, value, component, severity; blank nodes are alike, as are paths of several steps.
Row = tuple[str, str, str, str, str]


class Oracle:
    """pySHACL with the shapes of some files; a dangling sh:property is taken out, on which it stops."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._shapes = rdflib.Graph()
        for file in files:
            self._shapes.parse(file, format="turtle")
        for shape, _path, one in list(self._shapes.triples((None, SH.property, None))):
            if (one, None, None) not in self._shapes:
                self._shapes.remove((shape, SH.property, one))
        self._classes = {
            one for one in self._shapes.objects(None, SH["class"]) if isinstance(one, URIRef)
        }
        self._known = known_lines()

    def results(self, lines: Sequence[str]) -> Counter[Row]:
        """What pySHACL finds in a record, of the nodes that the record itself names."""
        named = {term for line in lines for term in terms_of(line)}
        unjudged, beside = unjudged_in(lines), beside_of(lines)
        facts = [one for one in self._known if self._concerns(one, named)]
        facts += [f"{term} {RDF_TYPE} {one.n3()} ." for term in unjudged for one in self._classes]
        graph = rdflib.Graph().parse(data="\n".join([*lines, *facts]), format="nt")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _conforms, report, _text = pyshacl.validate(
                graph, shacl_graph=self._shapes, inference="none", advanced=False
            )
        assert isinstance(report, rdflib.Graph)
        rows: Counter[Row] = Counter()
        for result in report.objects(None, SH.result):
            focus = report.value(result, SH.focusNode)
            if term(focus) in named - beside:
                rows[row_of(report, result)] += 1
        return rows

    def _concerns(self, line: str, named: set[str]) -> bool:
        subject, predicate, rest = line.split(" ", 2)
        above = predicate.endswith("subClassOf>") or rest == f"<{SKOS}ConceptScheme> ."
        return above or subject in named


def terms_of(line: str) -> tuple[str, str]:
    subject, _predicate, rest = line.split(" ", 2)
    return ("_" if subject[0] == "_" else subject), ("_" if rest[0] == "_" else rest[:-2])


def unjudged_in(lines: Iterable[str]) -> set[str]:
    """The terms of tables that are not loaded: our validator counts them as of every class."""
    known = vocabularies()
    said = {line.split(" ", 1)[0] for line in lines}
    named = {line.split(" ", 2)[2][:-2] for line in lines}
    return {one for one in named - said if one[0] == "<" and known.unknown_table(one)}


def beside_of(lines: Sequence[str]) -> set[str]:
    """The terms that others describe. pySHACL has their statements in the data, and so judges them too;
    a record answers for its own nodes only."""
    said = {line.split(" ", 1)[0] for line in lines}
    known = vocabularies()
    named = {line.split(" ", 2)[2][:-2] for line in lines} - said
    return unjudged_in(lines) | {one for one in named if known.describe(one)}


def row_of(report: rdflib.Graph, result: rdflib.term.Node) -> Row:
    path = report.value(result, SH.resultPath)
    component = str(report.value(result, SH.sourceConstraintComponent)).removeprefix(str(SH))
    return (
        term(report.value(result, SH.focusNode)),
        "several" if isinstance(path, BNode) else term(path),
        term(report.value(result, SH.value)),
        component.removesuffix("ConstraintComponent"),
        term(report.value(result, SH.resultSeverity)),
    )


def term(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, BNode):
        return "_"
    if isinstance(value, Literal):
        return literal(str(value), value.language or "", str(value.datatype or ""))
    return f"<{value}>"


def ours(shapes: Shapes, lines: Sequence[str]) -> Counter[Row]:
    """What we find, in the same form."""
    beside = beside_of(lines)
    rows = Counter(row_of_ours(one) for one in shapes.results(Data(lines, vocabularies())))
    return Counter({row: number for row, number in rows.items() if row[0] not in beside})


def row_of_ours(result: Result) -> Row:
    path = result.path.text if result.path else ""
    focus, value = result.focus, result.value or ""
    return (
        "_" if focus[0] == "_" else focus,
        path
        if path[:1] in {"", "<"} and path[1:].find("<") < 0 and path[-1:] in {"", ">"}
        else "several",
        "_" if value[:1] == "_" else value,
        result.check.component,
        result.shape.severity,
    )


def shapes_of(files: Sequence[Path]) -> Shapes:
    return load([ShapesFile(file.name, file.read_bytes(), "text/turtle") for file in files])


def records_of(path: Path) -> list[Piece]:
    """The records of a catalogue, as harvesting cuts it."""
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)  # it tells of every odd date
    parsed = parse(path.read_bytes(), "", "http://portal.example/")
    return split_records(parsed.lines, is_vocabulary_term, parsed.torn).pieces


def catalogues(folder: Path) -> list[Path]:
    """Every real catalogue in a serialisation of RDF that can be read without the network."""
    kinds = ("dcat-turtle", "dcat-rdfxml", "dcat-jsonld", "fdp", "ldes")
    found = [one for kind in kinds for one in sorted((folder / "catalogues" / kind).rglob("*.*"))]
    # Its context is remote, and nothing is fetched.
    return [one for one in found if one.name != "evian.json" and one.is_file()]
