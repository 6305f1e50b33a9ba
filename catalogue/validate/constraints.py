"""The constraint components of SHACL Core (section 4), each as a check over values.

Terms are N-Triples text, so that equal terms are equal strings; the shapes are read by the same parser
as the data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from catalogue.rdf.terms import RDF_TYPE, parts_of, value_of
from catalogue.validate import literals, ordering, patterns
from catalogue.validate.data import NOTHING, Data
from catalogue.validate.names import NODE_KINDS
from catalogue.validate.shapes import Check, Shape, Test
from vocab.namespaces import RDFS

# Not a datatype, but the class of all literals (RDF Schema 1.1, 2.3); MLDCAT-AP and others write it so.
EVERY_LITERAL = f"{RDFS}Literal"


def of_class(term: str) -> Check:
    """4.1.1. A term of a table that is not loaded cannot be judged: it counts as right, and is told."""

    def test(data: Data, value: str) -> bool:
        if data.is_a(value, term):
            return True
        if value[0] == "<" and value not in data.out:
            table = data.beside.unknown_table(value)
            if table is not None:
                data.missing[table] += 1
                return True
        return False

    def quick(data: Data, value: str) -> bool:
        said = data.out.get(value)
        return (said is not None and term in said.get(RDF_TYPE, NOTHING)) or data.is_a(value, term)

    return Check("Class", value_of(term), test, quick=quick)


def datatype(term: str) -> Check:
    """4.1.2"""
    wanted = value_of(term)

    def test(_data: Data, value: str) -> bool:
        return value[0] == '"' and (wanted == EVERY_LITERAL or literals.is_of(value, wanted))

    return Check("Datatype", wanted, test)


def node_kind(term: str) -> Check:
    """4.1.3. Raises: ValueError."""
    starts = NODE_KINDS.get(term)
    if starts is None:
        raise ValueError(f"{term} is no kind of node")

    def test(_data: Data, value: str) -> bool:
        return value[0] in starts

    return Check("NodeKind", term.rpartition("#")[2].rstrip(">"), test, kinds=starts)


def count(least: int | None, most: int | None) -> Iterable[Check]:
    """4.2"""
    if least:

        def too_few(_data: Data, _focus: str, values: Sequence[str]) -> Iterable[None]:
            return (None,) if len(values) < least else ()

        yield Check("MinCount", str(least), search=too_few, least=least, absence=True)
    if most is not None:

        def too_many(_data: Data, _focus: str, values: Sequence[str]) -> Iterable[None]:
            return (None,) if len(values) > most else ()

        yield Check("MaxCount", str(most), search=too_many, most=most)


def bound(component: str, term: str) -> Check:
    """4.3; `component` is MinExclusive, MinInclusive, MaxExclusive or MaxInclusive."""
    inclusive, upwards = component.endswith("Inclusive"), component.startswith("Max")

    def test(_data: Data, value: str) -> bool:
        left, right = (value, term) if upwards else (term, value)
        return ordering.is_less(left, right, inclusive) is True

    return Check(component, value_of(term), test)


def length(least: int | None, most: int | None) -> Iterable[Check]:
    """4.4.1, 4.4.2; in characters, of a blank node none is right."""
    if least is not None:

        def long_enough(_data: Data, value: str) -> bool:
            return value[0] != "_" and len(value_of(value)) >= least

        yield Check("MinLength", str(least), long_enough)
    if most is not None:

        def short_enough(_data: Data, value: str) -> bool:
            return value[0] != "_" and len(value_of(value)) <= most

        yield Check("MaxLength", str(most), short_enough)


def pattern(text: str, flags: str) -> Check:
    """4.4.3. Raises: ValueError."""
    matches = patterns.compiled(text, flags)

    def test(_data: Data, value: str) -> bool:
        return value[0] != "_" and matches(value_of(value))

    return Check("Pattern", text, test)


def language_in(tags: Sequence[str]) -> Check:
    """4.4.4; a range also names what is below it (`en` takes `en-GB`), `*` every language (RFC 4647, 3.3.1)."""
    wanted = tuple(tag.lower() for tag in tags)

    def test(_data: Data, value: str) -> bool:
        if value[0] != '"':
            return False
        own = parts_of(value)[1]
        return bool(own) and any(one in {own, "*"} or own.startswith(f"{one}-") for one in wanted)

    return Check("LanguageIn", ", ".join(tags), test)


def unique_lang() -> Check:
    """4.4.5: one result a language that is used twice."""

    def search(_data: Data, _focus: str, values: Sequence[str]) -> Iterable[None]:
        seen: set[str] = set()
        twice: set[str] = set()
        for value in values:
            own = parts_of(value)[1] if value[0] == '"' else ""
            if own:
                (twice if own in seen else seen).add(own)
        return [None] * len(twice)

    return Check("UniqueLang", "", search=search)


def equals(term: str) -> Check:
    """4.5.1"""

    def search(data: Data, focus: str, values: Sequence[str]) -> Iterable[str]:
        others = data.said_of(focus).get(term, NOTHING)
        return [*_without(values, others), *_without(others, values)]

    return Check("Equals", value_of(term), search=search, absence=True)


def _without(values: Sequence[str], others: Sequence[str]) -> list[str]:
    known = set(others)
    return [one for one in values if one not in known]


def disjoint(term: str) -> Check:
    """4.5.2"""

    def search(data: Data, focus: str, values: Sequence[str]) -> Iterable[str]:
        others = set(data.said_of(focus).get(term, NOTHING))
        return [one for one in values if one in others]

    return Check("Disjoint", value_of(term), search=search)


def less_than(term: str, or_equal: bool) -> Check:
    """4.5.3, 4.5.4: one result a pair that is not in order; what cannot be compared is not."""

    def search(data: Data, focus: str, values: Sequence[str]) -> Iterable[str]:
        others = data.said_of(focus).get(term, NOTHING)
        for value in values:
            data.tick(len(others))
            for other in others:
                if ordering.is_less(value, other, or_equal) is not True:
                    yield value

    return Check("LessThanOrEquals" if or_equal else "LessThan", value_of(term), search=search)


def negated(shape: Shape) -> Check:
    """4.6.1"""

    def test(data: Data, value: str) -> bool:
        return not shape.conforms(data, value)

    return Check("Not", _named(shape), test)


def combined(component: str, shapes: Sequence[Shape]) -> Check:
    """4.6.2 to 4.6.4; `component` is And, Or or Xone."""
    tests: dict[str, Test] = {
        "And": lambda data, value: all(one.conforms(data, value) for one in shapes),
        "Or": lambda data, value: any(one.conforms(data, value) for one in shapes),
        "Xone": lambda data, value: sum(one.conforms(data, value) for one in shapes) == 1,
    }
    return Check(component, ", ".join(_named(one) for one in shapes), tests[component])


def node(shape: Shape) -> Check:
    """4.7.1"""

    def test(data: Data, value: str) -> bool:
        return shape.conforms(data, value)

    return Check("Node", _named(shape), test)


def qualified(
    shape: Shape, siblings: Sequence[Shape], least: int | None, most: int | None
) -> Iterable[Check]:
    """4.7.3; `siblings` are given where the shapes are to be disjoint."""

    def number(data: Data, values: Sequence[str]) -> int:
        return sum(
            shape.conforms(data, value) and not any(one.conforms(data, value) for one in siblings)
            for value in values
        )

    if least:

        def too_few(data: Data, _focus: str, values: Sequence[str]) -> Iterable[None]:
            return (None,) if number(data, values) < least else ()

        yield Check("QualifiedMinCount", str(least), search=too_few, absence=True)
    if most is not None:

        def too_many(data: Data, _focus: str, values: Sequence[str]) -> Iterable[None]:
            return (None,) if number(data, values) > most else ()

        yield Check("QualifiedMaxCount", str(most), search=too_many)


def closed(allowed: frozenset[str]) -> Check:
    """4.8.1; a result names predicate and value, with a space between."""

    def search(data: Data, _focus: str, values: Sequence[str]) -> Iterable[str]:
        for value in values:
            for predicate, others in data.said_of(value).items():
                if predicate not in allowed:
                    yield from (f"{predicate} {other}" for other in others)

    return Check("Closed", "", search=search)


def has_value(term: str) -> Check:
    """4.8.2"""

    def search(_data: Data, _focus: str, values: Sequence[str]) -> Iterable[None]:
        return () if term in values else (None,)

    return Check("HasValue", value_of(term), search=search, absence=True)


def among(terms: Sequence[str]) -> Check:
    """4.8.3"""
    allowed = frozenset(terms)

    def test(_data: Data, value: str) -> bool:
        return value in allowed

    return Check("In", ", ".join(value_of(one) for one in terms[:10]), test)


def _named(shape: Shape) -> str:
    return value_of(shape.id) if shape.id.startswith("<") else ""


ONE_TERM: dict[str, Callable[[str], Check]] = {
    "class": of_class,
    "datatype": datatype,
    "nodeKind": node_kind,
    "equals": equals,
    "disjoint": disjoint,
    "lessThan": lambda term: less_than(term, or_equal=False),
    "lessThanOrEquals": lambda term: less_than(term, or_equal=True),
    "hasValue": has_value,
    "minExclusive": lambda term: bound("MinExclusive", term),
    "minInclusive": lambda term: bound("MinInclusive", term),
    "maxExclusive": lambda term: bound("MaxExclusive", term),
    "maxInclusive": lambda term: bound("MaxInclusive", term),
}
