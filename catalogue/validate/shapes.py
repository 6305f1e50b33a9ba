"""Compiled shapes: what they check, on which nodes, and what they found (SHACL, sections 2 to 4).

A shape is a list of checks over values. Of a node shape's properties only those run whose path the
node has at all, beside the few that a missing value breaks: most of a profile's properties are
absent from any one record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from catalogue.model import Finding
from catalogue.validate.data import NOTHING, Data
from catalogue.validate.paths import Path, Predicate

_NOTHING_SAID: Mapping[str, Sequence[str]] = {}
Test = Callable[[Data, str], bool]
Search = Callable[[Data, str, Sequence[str]], Iterable[str | None]]


class Check(NamedTuple):
    """One constraint. `component` is the local name of SHACL's constraint component; `limit` what was
    asked for, as the messages show it."""

    component: str
    limit: str
    test: Test | None = None  # of each value
    search: Search | None = None  # over all values: those that are wrong, None for the whole


class Result(NamedTuple):
    """One validation result. Terms are N-Triples; `path` is None for a node shape."""

    focus: str
    path: Path | None
    value: str | None
    check: Check
    shape: Shape


class Shape:
    """A node shape, or with a path a property shape."""

    __slots__ = (
        "_always",
        "_by_predicate",
        "_properties",
        "_required",
        "_searches",
        "_tests",
        "id",
        "messages",
        "path",
        "severity",
    )

    def __init__(
        self, term: str, path: Path | None, severity: str, messages: Sequence[str]
    ) -> None:
        self.id, self.path, self.severity, self.messages = term, path, severity, messages
        self._tests: list[Check] = []
        self._searches: list[Check] = []
        self._properties: list[Shape] = []
        self._always: list[Shape] = []
        self._required: list[tuple[str, Shape]] = []
        self._by_predicate: dict[str, list[Shape]] = {}

    def take(self, checks: Iterable[Check], properties: Iterable[Shape]) -> None:
        """The shape's constraints; asked once, when everything below it is compiled."""
        for check in checks:
            (self._tests if check.test is not None else self._searches).append(check)
        for one in properties:
            self._properties.append(one)
            if isinstance(one.path, Predicate) and not one.minds_absence:
                self._by_predicate.setdefault(one.path.term, []).append(one)
            elif isinstance(one.path, Predicate):
                self._required.append((one.path.term, one))
            else:
                self._always.append(one)

    @property
    def minds_absence(self) -> bool:
        """Whether the shape can be broken by a node without any value."""
        return bool(self._searches)

    def report(self, data: Data, focus: str, found: list[Result]) -> None:
        """Add a result for each constraint that the focus node breaks. Raises: OutOfTime."""
        if self.path is None:
            self._judge(data, focus, (focus,), found)
            if self._properties:
                self._of_node(data, focus, found)
            return
        values = self.path.values(data, focus)
        self._judge(data, focus, values, found)
        for value in values if self._properties else ():
            self._of_node(data, value, found)

    def conforms(self, data: Data, focus: str) -> bool:
        """Whether the node breaks nothing. Raises: OutOfTime."""
        found: list[Result] = []
        self.report(data, focus, found)
        return not found

    def _of_node(self, data: Data, focus: str, found: list[Result]) -> None:
        for one in self._always:
            one.report(data, focus, found)
        said = data.said_of(focus) if self._by_predicate or self._required else _NOTHING_SAID
        for term, one in self._required:
            values = said.get(term, NOTHING)
            one._judge(data, focus, values, found)
            for value in values if one._properties else ():
                one._of_node(data, value, found)
        if not self._by_predicate:
            return
        for predicate, values in said.items():
            for one in self._by_predicate.get(predicate, ()):
                one._judge(data, focus, values, found)
                for value in values if one._properties else ():
                    one._of_node(data, value, found)

    def _judge(self, data: Data, focus: str, values: Sequence[str], found: list[Result]) -> None:
        data.tick(len(values))
        path = self.path
        for check in self._tests if values else ():
            test = check.test
            assert test is not None
            found += [
                Result(focus, path, value, check, self) for value in values if not test(data, value)
            ]
        for check in self._searches:
            assert check.search is not None
            for value in check.search(data, focus, values):
                if check.component == "Closed" and value is not None:
                    predicate, _space, other = value.partition(" ")
                    found.append(Result(focus, Predicate(predicate), other, check, self))
                else:
                    found.append(Result(focus, path, value, check, self))


@dataclass(slots=True)
class Targets:
    """Which shapes look at which nodes."""

    by_class: dict[str, list[Shape]] = field(default_factory=dict)
    by_node: dict[str, list[Shape]] = field(default_factory=dict)
    subjects: dict[str, list[Shape]] = field(default_factory=dict)
    objects: dict[str, list[Shape]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shapes:
    """A file, or several, of shapes, ready to be used for any number of records, by any threads.

    `findings` are warnings about the files themselves; `above` the classes above each class that the
    files tell of.
    """

    targets: Targets
    findings: tuple[Finding, ...] = ()
    above: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def results(self, data: Data) -> list[Result]:
        """Everything that a record breaks, each shape and focus node once.

        Raises: OutOfTime when the data's deadline passes; what was found before it is lost.
        """
        found: list[Result] = []
        self.report(data, found)
        return found

    def report(self, data: Data, found: list[Result]) -> None:
        """As `results`, into a list that keeps what was found until the time was over."""
        done: set[tuple[str, str]] = set()
        for shape, focus in self._focus(data):
            key = (shape.id, focus)
            if key not in done:
                done.add(key)
                shape.report(data, focus, found)

    def _focus(self, data: Data) -> Iterator[tuple[Shape, str]]:
        targets = self.targets
        for class_term, nodes in data.by_class.items():
            above = {class_term, *data.above(class_term), *self.above.get(class_term, ())}
            shapes = [shape for one in above for shape in targets.by_class.get(one, ())]
            yield from _pairs(shapes, nodes)
        for node, shapes in targets.by_node.items():
            yield from _pairs(shapes, (node,))
        for predicate, shapes in targets.subjects.items():
            yield from _pairs(shapes, data.subjects_of(predicate))
        for predicate, shapes in targets.objects.items():
            for subject in data.subjects_of(predicate):
                yield from _pairs(shapes, data.out[subject][predicate])


def _pairs(shapes: Sequence[Shape], nodes: Sequence[str]) -> Iterator[tuple[Shape, str]]:
    return ((shape, node) for shape in shapes for node in nodes)
