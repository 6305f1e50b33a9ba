"""Shapes and graphs made at random give the results of pySHACL: whatever stands within whatever."""

from __future__ import annotations

import random
import warnings
from collections import Counter
from collections.abc import Callable, Sequence

import pyshacl
import pytest
import rdflib

from catalogue.rdf.parse import parse
from catalogue.validate.compiling import load
from catalogue.validate.data import Data, NothingBeside
from catalogue.validate.sources import ShapesFile
from tests.shacl_oracle import SH, Row, row_of, row_of_ours

HEAD = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix : <http://ex.example/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
DEEPEST = 2
LITERALS = (
    *('"x"', '"x"@en', '"y"@de', '"z"@EN', "1", "2", "3.5", "true", '"abc"', "_:b1", "_:b2"),
    *('"2020-01-01"^^xsd:date', '"2021-01-01"^^xsd:date'),
)
TARGETS = (
    "sh:targetClass :C",
    "sh:targetNode :a , :b",
    "sh:targetSubjectsOf :p",
    "sh:targetObjectsOf :q",
)


class Maker:
    """Makes Turtle. Left out is what pySHACL does otherwise than the recommendation: sh:minLength 0 of blank
    nodes, sh:lessThan of IRIs, and the order of steps in the inverse of a sequence."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def _one(self, *of: str) -> str:
        return self._random.choice(of)

    def _iri(self) -> str:
        return f":{self._one(*'abcdefg')}"

    def _property(self) -> str:
        return f":{self._one(*'pqr')}"

    def _node(self) -> str:
        return self._iri() if self._random.random() < 2 / 3 else self._one(*LITERALS)

    def _path(self, depth: int = 0) -> str:
        kind = self._random.randrange(8) if depth < DEEPEST else 0
        if kind < 4:
            return self._property()
        if kind == 4:
            return f"[ sh:inversePath {self._property()} ]"
        if kind == 5:
            return f"( {self._path(depth + 1)} {self._path(depth + 1)} )"
        if kind == 6:
            return f"[ sh:alternativePath ( {self._path(depth + 1)} {self._path(depth + 1)} ) ]"
        name = self._one("zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath")
        return f"[ sh:{name} {self._path(depth + 1)} ]"

    def _shape(self, depth: int) -> str:
        return f"[ a sh:NodeShape ; {self._constraints(depth, of_path=False)} ]"

    def _property_shape(self, depth: int) -> str:
        more = self._one("", "", "", " ; sh:severity sh:Warning", " ; sh:deactivated true")
        constraints = self._constraints(depth, of_path=True)
        return f"[ a sh:PropertyShape ; sh:path {self._path()} ; {constraints}{more} ]"

    def _constraints(self, depth: int, *, of_path: bool) -> str:
        makers = self._simple(of_path=of_path)
        makers += self._nested(depth, of_path=of_path) if depth < DEEPEST else []
        made: dict[str, str] = {}
        for make in self._random.sample(makers, self._random.choice((1, 1, 2, 3))):
            text = make()
            made.setdefault(text.split(" ", 1)[0], text)
        return " ; ".join(made.values())

    def _simple(self, *, of_path: bool) -> list[Callable[[], str]]:
        one, number = self._one, self._random.randrange
        makers: list[Callable[[], str]] = [
            lambda: f"sh:class {one(':C', ':D')}",
            lambda: f"sh:datatype {one('xsd:string', 'xsd:integer', 'xsd:date', 'rdf:langString')}",
            lambda: (
                f"sh:nodeKind sh:{one('IRI', 'Literal', 'BlankNode', 'BlankNodeOrIRI', 'IRIOrLiteral')}"
            ),
            lambda: f"sh:in ( {self._node()} {self._node()} {self._iri()} )",
            lambda: f"sh:minLength {number(1, 4)}",
            lambda: f"sh:maxLength {number(1, 4)}",
            lambda: f'sh:pattern "{one("x", "^h", "b$", "ex")}"',
            lambda: f"sh:hasValue {self._iri()}",
            lambda: f"sh:equals {self._property()}",
            lambda: f"sh:disjoint {self._property()}",
            lambda: 'sh:languageIn ( "en" "de" )',
        ]
        if of_path:
            makers += [
                lambda: f"sh:minCount {number(3)}",
                lambda: f"sh:maxCount {number(3)}",
                lambda: "sh:uniqueLang true",
            ]
        return makers

    def _nested(self, depth: int, *, of_path: bool) -> list[Callable[[], str]]:
        def shapes(number: int) -> str:
            return " ".join(self._shape(depth + 1) for _one in range(number))

        makers: list[Callable[[], str]] = [
            lambda: f"sh:node {shapes(1)}",
            lambda: f"sh:not {shapes(1)}",
            lambda: f"sh:or ( {shapes(2)} )",
            lambda: f"sh:and ( {shapes(2)} )",
            lambda: f"sh:xone ( {shapes(3)} )",
            lambda: f"sh:property {self._property_shape(depth + 1)}",
        ]
        if of_path:
            makers.append(
                lambda: (
                    f"sh:qualifiedValueShape {shapes(1)} ; sh:qualified{self._one('Min', 'Max')}Count"
                    f" {self._random.randrange(1, 3)}{self._one('', ' ; sh:qualifiedValueShapesDisjoint true')}"
                )
            )
        return makers

    def shapes(self) -> str:
        """Two node shapes with targets."""
        return HEAD + "".join(
            f":S{number} a sh:NodeShape ; {self._one(*TARGETS)} ; sh:property {self._siblings()} ;"
            f" {self._constraints(0, of_path=False)} .\n"
            for number in range(2)
        )

    def _siblings(self) -> str:
        """A property shape, or two that may count different values of one property."""
        if self._random.random() < 2 / 3:
            return self._property_shape(0)
        path, most = self._property(), self._one("Min", "Max")
        return " , ".join(
            f"[ sh:path {path} ; sh:qualifiedValueShape {self._shape(DEEPEST)} ; sh:qualified{most}Count 1 ;"
            " sh:qualifiedValueShapesDisjoint true ]"
            for _one in range(2)
        )

    def graph(self) -> str:
        """A graph of a few resources."""
        said = (f"{self._iri()} {self._property()} {self._node()} .\n" for _one in range(14))
        below = self._one(":D rdfs:subClassOf :C .", "")
        return f"{HEAD}{''.join(said)}:a a :C . :b a :D . _:b1 :p :a . {below} {self._iri()} a :C ."


def ours(shapes: str, lines: Sequence[str]) -> Counter[Row]:
    compiled = load([ShapesFile("s.ttl", shapes.encode(), "text/turtle")])
    return Counter(row_of_ours(one) for one in compiled.results(Data(lines, NothingBeside())))


def theirs(shapes: str, graph: str) -> Counter[Row]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _conforms, report, _text = pyshacl.validate(
            rdflib.Graph().parse(data=graph, format="turtle"),
            shacl_graph=rdflib.Graph().parse(data=shapes, format="turtle"),
            inference="none",
            advanced=False,
        )
    assert isinstance(report, rdflib.Graph)
    return Counter(row_of(report, one) for one in report.objects(None, SH.result))


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_random_shapes_and_graphs_give_the_results_of_pyshacl(start: int) -> None:
    found = 0
    for seed in range(start, start + 100):
        maker = Maker(seed)
        shapes, graph = maker.shapes(), maker.graph()
        lines = parse(graph.encode(), "text/turtle", "http://portal.example/").lines
        mine = ours(shapes, lines)
        assert mine == theirs(shapes, graph), f"{shapes}\n{graph}"
        found += mine.total()
    assert found > 200
