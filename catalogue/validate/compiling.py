"""From files of shapes to `Shapes`. Doubt is loud: what is not understood refuses the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from catalogue.errors import InvalidShapes
from catalogue.model import Finding, Severity
from catalogue.rdf.terms import RDF_TYPE, XSD, parts_of, value_of
from catalogue.validate import constraints, literals, ordering, paths
from catalogue.validate.names import (
    BEYOND,
    CLASS,
    FIRST,
    IMPORTS,
    NIL,
    OWL_CLASS,
    PARAMETERS,
    REST,
    SH,
    SHAPE_TYPES,
    SUBCLASS,
    UNDERSTOOD,
    VOID,
    sh,
)
from catalogue.validate.shapes import Check, Shape, Shapes, Targets
from catalogue.validate.sources import ShapesFile, Source, read

TRUE = f'"true"^^<{XSD}boolean>'
MOST_SHAPES = 50_000
MOST_COUNTED = 10**15  # values or characters
MOST_STEPS = 500_000  # of all paths, each counted wherever it is used
MOST_LISTED = 5_000_000  # members of lists, each counted wherever its list is used
DEEPEST = 40  # shapes within shapes

_LISTED = {"and": "And", "or": "Or", "xone": "Xone"}
_PATH_KINDS = {"zeroOrMorePath": "*", "oneOrMorePath": "+", "zeroOrOnePath": "?"}
_INTEGERS = (
    "minCount",
    "maxCount",
    "minLength",
    "maxLength",
    "qualifiedMinCount",
    "qualifiedMaxCount",
)


def load(files: Sequence[ShapesFile]) -> Shapes:
    """Compile the shapes of one profile from its files, in Turtle, RDF/XML, JSON-LD or N-Triples.

    A reference to a property shape that no file describes is a warning, as are names in SHACL's
    namespace that SHACL does not define and published profiles use. `owl:imports` is not followed.

    Raises: InvalidShapes for a file that cannot be read, that holds a construct outside of SHACL Core,
    an ill-formed or a recursive shape, or that is too large; with the shape, the construct and the line.
    """
    return _Compiler(read(files)).compiled()


class _Compiler:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._owners = self._owned()
        self._shapes: dict[str, Shape] = {}
        self._open: list[str] = []
        self._depths: dict[str, int] = {}
        self._findings: list[Finding] = []
        self._listed = self._steps = 0

    def compiled(self) -> Shapes:
        self._survey()
        targets = Targets()
        roots = list(self._roots())
        for node in roots:
            self._aim(node, targets)
        if not roots:
            self._none()
        return Shapes(targets, tuple(self._findings))

    # What the files hold at all

    def _survey(self) -> None:
        """Refuse every term of SHACL that is not understood, used or not; note what is void."""
        void: dict[str, list[str]] = {}
        imported: list[str] = []
        for node, said in self._source.said.items():
            for predicate, values in said.items():
                if predicate == IMPORTS:
                    imported += values
                if not predicate.startswith(f"<{SH}") or predicate in UNDERSTOOD:
                    continue
                name = predicate[len(SH) + 1 : -1]
                if name.lower() not in VOID:
                    raise self._refusal(node, predicate, _beyond(name))
                void.setdefault(predicate, []).append(node)
        for predicate, nodes in void.items():
            self._warn(
                "shapes.void-term",
                f"SHACL does not define {_short(predicate)}: it constrains nothing.",
                nodes[0],
                predicate,
                len(nodes),
            )
        if imported:
            self._warn(
                "shapes.import-not-followed",
                "owl:imports is not followed; name what is needed among the profile's files.",
                imported[0],
                IMPORTS,
                len(imported),
                Severity.INFO,
            )

    def _none(self) -> None:
        names = ", ".join(name for name, _text in self._source.texts)
        self._findings.append(
            Finding(
                rule="shapes.none",
                severity=Severity.WARNING,
                message="There is no shape in what was named: everything conforms to it.",
                value=names,
                hint="Name a file with shapes of SHACL.",
            )
        )

    def _owned(self) -> dict[str, str]:
        """For a blank node one that refers to it, to tell its place."""
        return {
            value: node
            for node, said in self._source.said.items()
            for values in said.values()
            for value in values
            if value.startswith("_:")
        }

    def _roots(self) -> Iterator[str]:
        """Every node that is a shape by itself (section 2.1)."""
        marks = {sh(one) for one in (*PARAMETERS, "targetClass", "targetNode", "path")}
        marks |= {sh("targetSubjectsOf"), sh("targetObjectsOf")}
        for node, said in self._source.said.items():
            if marks & said.keys() or any(t in SHAPE_TYPES for t in said.get(RDF_TYPE, ())):
                yield node

    def _aim(self, node: str, targets: Targets) -> None:
        said = self._source.said[node]
        shape = self._shape(node)
        if shape is None:
            return
        types = said.get(RDF_TYPE, ())
        is_class = node.startswith("<") and any(self._is_of_classes(one) for one in types)
        implicit = [node] if is_class else []
        for name, table, more in (
            ("targetClass", targets.by_class, implicit),
            ("targetNode", targets.by_node, []),
            ("targetSubjectsOf", targets.subjects, []),
            ("targetObjectsOf", targets.objects, []),
        ):
            for term in dict.fromkeys([*said.get(sh(name), ()), *more]):
                if name != "targetNode" and not term.startswith("<"):
                    raise self._refusal(node, sh(name), "names no IRI")
                table.setdefault(term, []).append(shape)

    def _is_of_classes(self, kind: str) -> bool:
        """Whether what is of a kind is a class: rdfs:Class, owl:Class, or what the files put below."""
        found, pending = {kind}, [kind]
        while pending:
            for higher in self._source.get(pending.pop(), SUBCLASS):
                if higher not in found:
                    found.add(higher)
                    pending.append(higher)
        return CLASS in found or OWL_CLASS in found

    # Shapes

    def _shape(self, node: str) -> Shape | None:
        """The shape of a node, compiled once; None where it is switched off."""
        if node in self._open:
            raise self._refusal(
                node, sh("node"), "leads back to itself; recursive shapes are refused"
            )
        if self._flag(node, "deactivated"):
            return None
        if node not in self._shapes:
            self._shapes[node] = self._compile(node)
        if self._open:  # shapes are judged within shapes, so depth counts wherever compiling began
            outer = self._open[-1]
            self._depths[outer] = max(self._depths[outer], self._depths[node] + 1)
            if self._depths[outer] > DEEPEST:
                raise self._refusal(outer, sh("node"), f"lies more than {DEEPEST} shapes deep")
        return self._shapes[node]

    def _compile(self, node: str) -> Shape:
        if len(self._shapes) >= MOST_SHAPES:
            raise InvalidShapes(f"there are more than {MOST_SHAPES} shapes")
        if len(self._open) >= DEEPEST:
            raise self._refusal(node, sh("node"), f"lies more than {DEEPEST} shapes deep")
        self._open.append(node)
        self._depths[node] = 1
        path = self._path_of(node)
        shape = Shape(node, path, self._severity(node), self._source.get(node, sh("message")))
        shape.take(list(self._checks(node, path)), list(self._properties(node)))
        self._open.pop()
        return shape

    def _severity(self, node: str) -> str:
        terms = self._source.get(node, sh("severity"))
        if len(terms) > 1 or any(not one.startswith("<") for one in terms):
            raise self._refusal(node, sh("severity"), "must be one IRI")
        return terms[0] if terms else sh("Violation")

    def _properties(self, node: str) -> Iterator[Shape]:
        for term in self._source.get(node, sh("property")):
            if term.startswith('"'):
                raise self._refusal(node, sh("property"), "must be a shape and is a literal")
            if term not in self._source.said:
                self._warn(
                    "shapes.dangling-property",
                    "sh:property names a shape that no file describes; it constrains nothing.",
                    node,
                    sh("property"),
                    value=term,
                )
                continue
            if not self._source.get(term, sh("path")):
                raise self._refusal(term, sh("property"), "names a shape without sh:path")
            shape = self._shape(term)
            if shape is not None:
                yield shape

    def _checks(self, node: str, path: paths.Path | None) -> Iterator[Check]:
        said = self._source.said.get(node, {})
        for name, build in constraints.ONE_TERM.items():
            for term in said.get(sh(name), ()):
                self._fitting(node, name, term, path)
                try:
                    yield build(term)
                except ValueError as error:
                    raise self._refusal(node, sh(name), str(error)) from error
        number = {name: self._integer(node, name) for name in _INTEGERS}
        if path is None and (number["minCount"] is not None or number["maxCount"] is not None):
            raise self._refusal(
                node, sh("minCount"), "counts the values of a path, and there is none"
            )
        yield from constraints.count(number["minCount"], number["maxCount"])
        yield from constraints.length(number["minLength"], number["maxLength"])
        yield from self._texts(node, path)
        yield from self._logic(node)
        yield from self._qualified(
            node, path, number["qualifiedMinCount"], number["qualifiedMaxCount"]
        )
        if self._flag(node, "closed"):
            yield constraints.closed(self._allowed(node))
        for term in said.get(sh("in"), ()):
            yield constraints.among(self._list(node, "in", term))

    def _fitting(self, node: str, name: str, term: str, path: paths.Path | None) -> None:
        """A parameter's value is of the kind that SHACL wants (section 4)."""
        if name in {"class", "datatype", "nodeKind", "equals", "disjoint"} or "less" in name:
            if not term.startswith("<"):
                raise self._refusal(node, sh(name), f"must be an IRI and is {term[:80]}")
        elif name != "hasValue" and not term.startswith('"'):
            raise self._refusal(node, sh(name), f"must be a literal and is {term[:80]}")
        if "less" in name and path is None:
            raise self._refusal(node, sh(name), "compares the values of a path, and there is none")

    def _texts(self, node: str, path: paths.Path | None) -> Iterator[Check]:
        flags = "".join(sorted({parts_of(f)[0] for f in self._source.get(node, sh("flags"))}))
        for term in self._source.get(node, sh("pattern")):
            if not term.startswith('"'):
                raise self._refusal(node, sh("pattern"), "must be a text")
            try:
                yield constraints.pattern(parts_of(term)[0], flags)
            except ValueError as error:
                raise self._refusal(node, sh("pattern"), str(error)) from error
        for term in self._source.get(node, sh("languageIn")):
            tags = self._list(node, "languageIn", term)
            if any(not one.startswith('"') for one in tags):
                raise self._refusal(node, sh("languageIn"), "must be a list of language tags")
            yield constraints.language_in([parts_of(one)[0] for one in tags])
        if self._flag(node, "uniqueLang"):
            if path is None:
                raise self._refusal(node, sh("uniqueLang"), "needs a path, and there is none")
            yield constraints.unique_lang()

    def _logic(self, node: str) -> Iterator[Check]:
        for name, component in _LISTED.items():
            for term in self._source.get(node, sh(name)):
                members = self._list(node, name, term)
                shapes = [self._referred(node, name, one) for one in members]
                yield constraints.combined(component, [one for one in shapes if one is not None])
        for term in self._source.get(node, sh("not")):
            shape = self._referred(node, "not", term)
            if term in self._source.said:
                yield constraints.negated(shape or _anything(term))
        for term in self._source.get(node, sh("node")):
            shape = self._referred(node, "node", term)
            if shape is not None:
                yield constraints.node(shape)

    def _referred(self, node: str, name: str, term: str) -> Shape | None:
        """A shape that another refers to; one that is switched off lets everything through."""
        if term.startswith('"'):
            raise self._refusal(node, sh(name), "must be a shape and is a literal")
        if term not in self._source.said:
            self._warn(
                "shapes.dangling-shape",
                f"{_short(sh(name))} names a shape that no file describes; it lets everything through.",
                node,
                sh(name),
                value=term,
            )
            return _anything(term)
        return self._shape(term) or (_anything(term) if name in _LISTED else None)

    def _qualified(
        self, node: str, path: paths.Path | None, least: int | None, most: int | None
    ) -> Iterator[Check]:
        terms = self._source.get(node, sh("qualifiedValueShape"))
        if not terms:
            return
        if path is None or (least is None and most is None):
            raise self._refusal(
                node, sh("qualifiedValueShape"), "needs a path and a qualified count beside it"
            )
        for term in terms:
            shape = self._referred(node, "qualifiedValueShape", term) or _anything(term)
            siblings = []
            if self._flag(node, "qualifiedValueShapesDisjoint"):
                siblings = list(self._siblings(node, term))
            yield from constraints.qualified(shape, siblings, least, most)

    def _siblings(self, node: str, own: str) -> Iterator[Shape]:
        """The other qualified shapes of the shapes that this property is of (4.7.3)."""
        said = self._source.said
        parents = [one for one, of in said.items() if node in of.get(sh("property"), ())]
        terms = {
            term
            for parent in parents
            for other in said[parent][sh("property")]
            for term in self._source.get(other, sh("qualifiedValueShape"))
        }
        for term in sorted(terms - {own}):
            shape = self._referred(node, "qualifiedValueShape", term)
            if shape is not None:
                yield shape

    def _allowed(self, node: str) -> frozenset[str]:
        allowed: set[str] = set()
        for term in self._source.get(node, sh("property")):
            allowed |= {one for one in self._source.get(term, sh("path")) if one.startswith("<")}
        for term in self._source.get(node, sh("ignoredProperties")):
            allowed.update(self._list(node, "ignoredProperties", term))
        return frozenset(allowed)

    # Parameters

    def _flag(self, node: str, name: str) -> bool:
        terms = self._source.get(node, sh(name))
        if len(terms) > 1 or not all(literals.is_of(one, f"{XSD}boolean") for one in terms):
            raise self._refusal(node, sh(name), "must be true or false")
        return terms[:1] == [TRUE]  # not "1": SHACL compares the term, not its value

    def _integer(self, node: str, name: str) -> int | None:
        terms = self._source.get(node, sh(name))
        if not terms:
            return None
        if len(terms) > 1:
            raise self._refusal(node, sh(name), "is given more than once")
        kind, number = ordering.comparable(terms[0]) or ("", 0)
        if kind != "number" or not 0 <= number <= MOST_COUNTED or number != int(number):
            raise self._refusal(
                node, sh(name), f"must be a whole number, 0 to {MOST_COUNTED:,} at most"
            )
        return int(number)

    def _list(self, node: str, name: str, term: str) -> list[str]:
        """The members of an RDF list."""
        members: list[str] = []
        seen: set[str] = set()
        while term != NIL:
            first, rest = self._source.get(term, FIRST), self._source.get(term, REST)
            if len(first) != 1 or len(rest) != 1 or term in seen:
                raise self._refusal(
                    node, sh(name), "must be a list that ends (rdf:first, rdf:rest)"
                )
            self._listed += 1
            if self._listed > MOST_LISTED:
                raise self._refusal(node, sh(name), f"is beyond {MOST_LISTED:,} members of lists")
            seen.add(term)
            members.append(first[0])
            term = rest[0]
        return members

    # Paths

    def _path_of(self, node: str) -> paths.Path | None:
        terms = self._source.get(node, sh("path"))
        if not terms:
            return None
        if len(terms) > 1:
            raise self._refusal(node, sh("path"), "is given more than once")
        return self._path(node, terms[0], 0)

    def _path(self, node: str, term: str, depth: int) -> paths.Path:
        self._steps += 1
        if depth > paths.DEEPEST:
            raise self._refusal(node, sh("path"), f"lies more than {paths.DEEPEST} paths deep")
        if self._steps > MOST_STEPS:
            raise self._refusal(node, sh("path"), f"is beyond {MOST_STEPS:,} steps of paths")
        if term.startswith("<") and term != NIL:
            return paths.Predicate(term)
        said = self._source.said.get(term, {})
        if FIRST in said:
            members = self._list(node, "path", term)
            if len(members) < 2:
                raise self._refusal(node, sh("path"), "is a list of fewer than two steps")
            return paths.Sequential([self._path(node, one, depth + 1) for one in members])
        kinds = [one for one in said if one.startswith(f"<{SH}")]
        if len(kinds) != 1 or len(said[kinds[0]]) != 1:
            raise self._refusal(node, sh("path"), "is no path of SHACL")
        name, inner = kinds[0][len(SH) + 1 : -1], said[kinds[0]][0]
        if name == "inversePath":
            return paths.Inverse(self._path(node, inner, depth + 1))
        if name == "alternativePath":
            members = self._list(node, "alternativePath", inner)
            if len(members) < 2:
                raise self._refusal(node, sh("path"), "is a choice of fewer than two paths")
            return paths.Alternative([self._path(node, one, depth + 1) for one in members])
        if name in _PATH_KINDS:
            return paths.Repeated(self._path(node, inner, depth + 1), _PATH_KINDS[name])
        raise self._refusal(node, sh("path"), f"is no path of SHACL ({name})")

    # Saying so

    def _named(self, node: str) -> str:
        """The IRI of the shape that a node is, or is a part of."""
        for _step in range(DEEPEST):
            if node.startswith("<") or node not in self._owners:
                break
            node = self._owners[node]
        return node

    def _refusal(self, node: str, construct: str, reason: str) -> InvalidShapes:
        shape = self._named(node)
        place = self._source.place(shape)
        where = f"{place[0]}, line {place[1]}: " if place else ""
        return InvalidShapes(
            f"{where}shape {shape}: {_short(construct)} {reason}",
            shape=value_of(shape) if shape.startswith("<") else None,
            construct=_short(construct),
            line=place[1] if place else None,
        )

    def _warn(
        self,
        rule: str,
        message: str,
        node: str,
        construct: str,
        count: int = 1,
        severity: Severity = Severity.WARNING,
        value: str | None = None,
    ) -> None:
        shape = self._named(node)
        place = self._source.place(shape)
        told = value_of(value if value and value.startswith("<") else shape)
        self._findings.append(
            Finding(
                rule=rule,
                severity=severity,
                message=message,
                path=value_of(construct),
                value=told,
                place=f"{place[0]}, line {place[1]}" if place else None,
                hint="Ask the publisher of the shapes to mend the file.",
                count=count,
            )
        )


def _beyond(name: str) -> str:
    if name in BEYOND:
        return "is of SHACL's SPARQL or rules, and only SHACL Core is carried out; take it out"
    return "is no construct of SHACL Core; take it out of the file or correct its name"


def _anything(term: str) -> Shape:
    """A shape without constraints: everything conforms to it."""
    return Shape(term, None, sh("Violation"), ())


def _short(term: str) -> str:
    return f"sh:{term[len(SH) + 1 : -1]}" if term.startswith(f"<{SH}") else term
