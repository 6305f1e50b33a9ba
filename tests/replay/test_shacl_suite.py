"""The W3C's test suite of SHACL Core, and a clean refusal of what lies beyond it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from catalogue.errors import InvalidShapes
from catalogue.rdf.parse import parse
from catalogue.validate.compiling import load
from catalogue.validate.data import Data, NothingBeside
from catalogue.validate.names import SH
from catalogue.validate.shapes import Result
from catalogue.validate.sources import ShapesFile
from tests.conftest import real_data

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

Row = tuple[str, str, str, str, str]


def folder(name: str) -> Path:
    return real_data() / "w3c-shacl" / name


class Test:
    """One file of the suite: data, shapes and the results that must come."""

    __test__ = False

    def __init__(self, path: Path) -> None:
        self.path = path
        base = path.resolve().as_uri()
        # Through N-Triples, so that a blank node has one label wherever the file is used.
        self.text = lines_of(path)
        self.graph = ox.Dataset(ox.parse(self.text.encode(), ox.RdfFormat.N_TRIPLES))
        actions = self.objects(None, f"{MF}action")
        self.is_test = bool(actions)
        if actions:
            (action,) = actions
            self.data = self.file(action, "dataGraph", base)
            self.shapes = self.file(action, "shapesGraph", base)

    def objects(self, subject: ox.Term | None, predicate: str) -> list[ox.Term]:
        named = ox.NamedNode(predicate)
        if subject is None:
            return [quad.object for quad in self.graph.quads_for_predicate(named)]
        found = self.graph.quads_for_subject(subject)
        return [quad.object for quad in found if quad.predicate == named]

    def file(self, action: ox.Term, name: str, base: str) -> str:
        (named,) = self.objects(action, f"{SHT}{name}")
        assert isinstance(named, ox.NamedNode)
        return self.text if named.value == base else lines_of(Path(named.value.split("://", 1)[1]))

    @property
    def expected(self) -> Counter[Row] | None:
        """The results of the test; None where the shapes must be refused."""
        (result,) = self.objects(None, f"{MF}result")
        if result == ox.NamedNode(f"{SHT}Failure"):
            return None
        return Counter(self.row(one) for one in self.objects(result, f"{SH}result"))

    def row(self, result: ox.Term) -> Row:
        def one(name: str) -> str:
            found = self.objects(result, f"{SH}{name}")
            return str(found[0]) if found else ""

        paths = self.objects(result, f"{SH}resultPath")
        component = one("sourceConstraintComponent").strip("<>").removeprefix(SH)
        return (
            one("focusNode"),
            self.path_text(paths[0]) if paths else "",
            one("value"),
            component.removesuffix("ConstraintComponent"),
            one("resultSeverity"),
        )

    def path_text(self, term: ox.Term) -> str:
        if isinstance(term, ox.NamedNode):
            return str(term)
        if self.objects(term, f"{RDF}first"):
            return f"({'/'.join(self.path_text(one) for one in self.members(term))})"
        for name, sign in (("zeroOrMore", "*"), ("oneOrMore", "+"), ("zeroOrOne", "?")):
            for inner in self.objects(term, f"{SH}{name}Path"):
                return f"{self.path_text(inner)}{sign}"
        for inner in self.objects(term, f"{SH}inversePath"):
            return f"^{self.path_text(inner)}"
        (inner,) = self.objects(term, f"{SH}alternativePath")
        return f"({'|'.join(self.path_text(one) for one in self.members(inner))})"

    def members(self, term: ox.Term) -> list[ox.Term]:
        found = []
        while term != ox.NamedNode(f"{RDF}nil"):
            found += self.objects(term, f"{RDF}first")
            (term,) = self.objects(term, f"{RDF}rest")
        return found


def lines_of(path: Path) -> str:
    quads = ox.parse(path.read_bytes(), ox.RdfFormat.TURTLE, base_iri=path.resolve().as_uri())
    return (
        ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES) or b""
    ).decode()


def row_of(result: Result) -> Row:
    return (
        result.focus,
        result.path.text if result.path else "",
        result.value or "",
        result.check.component,
        result.shape.severity,
    )


def found_by(test: Test) -> Counter[Row]:
    shapes = load([ShapesFile(test.path.name, test.shapes.encode(), "application/n-triples")])
    data = Data(parse(test.data.encode(), "application/n-triples").lines, NothingBeside())
    return Counter(row_of(one) for one in shapes.results(data))


def test_every_test_of_shacl_core_gives_the_results_that_the_w3c_names() -> None:
    wrong, passed = [], 0
    for path in sorted(folder("core").rglob("*.ttl")):
        test = Test(path)
        if not test.is_test:
            continue
        try:
            found = found_by(test)
        except InvalidShapes as refusal:
            if test.expected is not None:
                wrong.append((path.name, str(refusal)))
            continue
        if test.expected is None or found != test.expected:
            wanted = test.expected or Counter()
            wrong.append((path.name, str({"missing": wanted - found, "wrong": found - wanted})))
        else:
            passed += 1
    assert not wrong
    assert passed >= 90


def test_shapes_with_sparql_are_refused_with_the_construct_and_the_place() -> None:
    seen = 0
    for path in sorted(folder("sparql").rglob("*.ttl")):
        test = Test(path)
        if not test.is_test:
            continue
        seen += 1
        with pytest.raises(InvalidShapes, match=r"sh:\w+ (is|must)") as refused:
            load([ShapesFile(path.name, test.shapes.encode(), "application/n-triples")])
        assert refused.value.construct.startswith("sh:")
    assert seen
