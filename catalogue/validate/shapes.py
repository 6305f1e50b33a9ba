"""Compiled shapes: what they check, on which nodes, and what they found (SHACL, sections 2 to 4).

A shape is a list of checks over values. Of a node shape's properties only those run whose path the
node has at all, beside the few that a missing value breaks: most of a profile's properties are
absent from any one record. The shapes that look at one node are gathered to a plan; and values are
looked at one by one only where they do not pass together, as nearly all do.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from catalogue.model import Finding
from catalogue.rdf.terms import RDF_TYPE
from catalogue.validate.data import NOTHING, Data
from catalogue.validate.paths import Path, Predicate

Test = Callable[[Data, str], bool]
Search = Callable[[Data, str, Sequence[str]], Iterable[str | None]]

ANY_KIND = '<_"'  # how terms begin
_MANY = 32  # values that count as work of their own
_MOST_PLANS = 1024  # that are kept: records may mix classes at will


class Check(NamedTuple):
    """One constraint. `component` is the local name of SHACL's constraint component; `limit` what was
    asked for, as the messages show it; `test` or `search` tells what is wrong; `absence`, whether a node
    without any value may break it.

    The rest says what certainly is right: all of a constraint that is only about the kind of terms or
    the number of values, and of one whose `test` counts something a test without that effect.
    """

    component: str
    limit: str
    test: Test | None = None  # of each value
    search: Search | None = None  # over all values: those that are wrong, None for the whole
    absence: bool = False
    kinds: str = ""
    least: int = 0
    most: float = inf
    quick: Test | None = None


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
        "_kinds",
        "_least",
        "_most",
        "_quick",
        "_searches",
        "_tests",
        "_together",
        "id",
        "messages",
        "path",
        "properties",
        "severity",
    )

    def __init__(
        self, term: str, path: Path | None, severity: str, messages: Sequence[str]
    ) -> None:
        self.id, self.path, self.severity, self.messages = term, path, severity, messages
        self.properties: list[Shape] = []
        self._together = Properties(())
        self._tests: list[Check] = []
        self._searches: list[Check] = []
        self._kinds, self._least, self._most = ANY_KIND, 0, inf
        self._quick: list[Test] = []

    def take(self, checks: Iterable[Check], properties: Iterable[Shape]) -> None:
        """The shape's constraints; asked once, when everything below it is compiled."""
        for check in checks:
            (self._tests if check.test is not None else self._searches).append(check)
            self._quicken(check)
        self.properties = list(properties)
        self._together = Properties(self.properties)

    def _quicken(self, check: Check) -> None:
        if check.kinds:
            self._kinds = "".join(one for one in self._kinds if one in check.kinds)
        elif check.least or check.most < inf:
            self._least, self._most = max(self._least, check.least), min(self._most, check.most)
        elif test := check.quick or check.test:
            self._quick.append(test)
        else:
            self._most = -1  # has to be looked at

    @property
    def constrains(self) -> bool:
        """Whether it has constraints of its own, beside those of its properties."""
        return bool(self._tests or self._searches)

    @property
    def minds_absence(self) -> bool:
        """Whether the shape can be broken by a node without any value."""
        return any(check.absence for check in self._searches)

    def report(self, data: Data, focus: str, found: list[Result]) -> None:
        """Add a result for each constraint that the focus node breaks. Raises: OutOfTime."""
        values = (focus,) if self.path is None else self.path.values(data, focus)
        self.look(data, focus, values, found)

    def look(self, data: Data, focus: str, values: Sequence[str], found: list[Result]) -> None:
        """As `report`, where the values are known that the path leads to."""
        self.own(data, focus, values, found)
        if self.properties:
            for value in values:
                self._together.report(data, value, found)

    def own(self, data: Data, focus: str, values: Sequence[str], found: list[Result]) -> None:
        """As `look`, without what the properties of the values say."""
        if not self._passes(data, values):
            self._judge(data, focus, values, found)

    def conforms(self, data: Data, focus: str) -> bool:
        """Whether the node breaks nothing. Raises: OutOfTime."""
        data.tick(1)  # shapes within shapes may be asked again and again
        found: list[Result] = []
        self.report(data, focus, found)
        return not found

    def _passes(self, data: Data, values: Sequence[str]) -> bool:
        """Whether the values are certainly right, all of them."""
        number = len(values)
        if not self._least <= number <= self._most:
            return False
        if number > _MANY:
            data.tick(number)
        kinds, quick = self._kinds, self._quick
        for value in values:
            if value[0] not in kinds:
                return False
            for test in quick:
                if not test(data, value):
                    return False
        return True

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


class Properties:
    """Property shapes of one node, by what makes them look."""

    __slots__ = ("_always", "_by_predicate", "_required")

    def __init__(self, shapes: Iterable[Shape]) -> None:
        self._always: list[Shape] = []
        self._required: list[tuple[str, Shape]] = []
        self._by_predicate: dict[str, list[Shape]] = {}
        for one in shapes:
            if not isinstance(one.path, Predicate):
                self._always.append(one)
            elif one.minds_absence:
                self._required.append((one.path.term, one))
            else:
                self._by_predicate.setdefault(one.path.term, []).append(one)

    def report(self, data: Data, focus: str, found: list[Result]) -> None:
        """Add a result for each constraint that the node breaks. Raises: OutOfTime."""
        for one in self._always:
            one.report(data, focus, found)
        said = data.said_of(focus)
        data.tick(len(said))
        for term, one in self._required:
            one.look(data, focus, said.get(term, NOTHING), found)
        by_predicate = self._by_predicate
        for predicate, values in said.items():
            if predicate in by_predicate:
                for one in by_predicate[predicate]:
                    one.look(data, focus, values, found)


class _Plan:
    """All that looks at a node, each shape once."""

    __slots__ = ("_own", "_paths", "_properties", "shapes")

    def __init__(self, shapes: Iterable[Shape]) -> None:
        self.shapes = tuple({one.id: one for one in shapes}.values())
        self._paths = [one for one in self.shapes if one.path is not None]
        of_node = [one for one in self.shapes if one.path is None]
        self._own = [one for one in of_node if one.constrains]
        self._properties = Properties(below for one in of_node for below in one.properties)

    def report(self, data: Data, focus: str, found: list[Result]) -> None:
        """Add a result for each constraint that the node breaks. Raises: OutOfTime."""
        for one in self._paths:
            one.report(data, focus, found)
        for one in self._own:
            one.own(data, focus, (focus,), found)
        self._properties.report(data, focus, found)


@dataclass(slots=True)
class Targets:
    """Which shapes look at which nodes."""

    by_class: dict[str, list[Shape]] = field(default_factory=dict)
    by_node: dict[str, list[Shape]] = field(default_factory=dict)
    subjects: dict[str, list[Shape]] = field(default_factory=dict)
    objects: dict[str, list[Shape]] = field(default_factory=dict)

    def named(self, data: Data) -> dict[str, list[Shape]]:
        """Nodes that shapes look at for another reason than their class: mostly none."""
        found: dict[str, list[Shape]] = {
            node: [*shapes]
            for node, shapes in self.by_node.items()
            if node in data.out or node not in data.elsewhere
        }
        for predicate, shapes in self.subjects.items():
            for subject in data.subjects_of(predicate):
                found.setdefault(subject, []).extend(shapes)
        for predicate, shapes in self.objects.items():
            for subject in data.subjects_of(predicate):
                for value in data.out[subject][predicate]:
                    found.setdefault(value, []).extend(shapes)
        return found


@dataclass(frozen=True, slots=True)
class Shapes:
    """A file, or several, of shapes, ready to be used for any number of records, by any threads.

    `findings` are warnings about the files themselves.
    """

    targets: Targets
    findings: tuple[Finding, ...] = ()
    _plans: dict[tuple[Hashable, tuple[str, ...]], _Plan] = field(
        default_factory=dict, compare=False
    )

    def results(self, data: Data) -> list[Result]:
        """Everything that a record breaks, each shape and focus node once.

        Raises: OutOfTime when the data's deadline passes; what was found before it is lost.
        """
        found: list[Result] = []
        self.report(data, found)
        return found

    def report(self, data: Data, found: list[Result]) -> None:
        """As `results`, into a list that keeps what was found until the time was over."""
        named = self.targets.named(data)
        for node, said in data.out.items():
            types = said.get(RDF_TYPE, NOTHING)
            if node in named:
                shapes = named.pop(node)
                _Plan([*self._of_classes(data, types), *shapes]).report(data, node, found)
            elif types:
                self._plan(data, types).report(data, node, found)
        for node, shapes in named.items():
            _Plan(shapes).report(data, node, found)

    def _plan(self, data: Data, types: Sequence[str]) -> _Plan:
        """What looks at nodes of these classes."""
        hierarchy = data.beside.hierarchy()
        if data.has_subclasses or hierarchy is None:
            return _Plan(self._of_classes(data, types))
        key = hierarchy, tuple(types)
        plan = self._plans.get(key)
        if plan is None:
            if len(self._plans) >= _MOST_PLANS:
                self._plans.clear()
            plan = self._plans[key] = _Plan(self._of_classes(data, types))
        return plan

    def _of_classes(self, data: Data, types: Iterable[str]) -> Iterator[Shape]:
        for one in types:
            for above in (one, *data.above(one)):
                yield from self.targets.by_class.get(above, ())
