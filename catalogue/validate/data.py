"""One record's statements, indexed for the shapes; what others say of the terms it uses; and time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Container, Hashable, Iterable, Mapping, Sequence
from math import inf
from typing import Protocol

from catalogue.rdf.terms import RDF_TYPE
from catalogue.validate.names import SUBCLASS

NOTHING: Sequence[str] = ()
_NO_STATEMENTS: Mapping[str, Sequence[str]] = {}
_NO_CLASSES: frozenset[str] = frozenset()
_FEW = 8  # classes of one resource
_PACE = 2000  # steps between looks at the clock


class OutOfTime(Exception):
    """The time for one record is over."""


class Beside(Protocol):
    """What is known of terms that a record refers to and does not describe. Terms are N-Triples."""

    def describe(self, term: str) -> Mapping[str, Sequence[str]]:
        """The term's statements: predicate to objects; empty where nothing is known."""

    def classes(self, term: str) -> Sequence[str]:
        """The classes of a term."""

    def above(self, class_term: str) -> frozenset[str]:
        """Every class that the class is a subclass of, itself left out."""

    def before(self, term: str, predicate: str) -> Sequence[str]:
        """The subjects elsewhere that state a predicate with the term as value."""

    def unknown_table(self, term: str) -> str | None:
        """The authority table that a term is of, where that table is not loaded."""

    def hierarchy(self) -> Hashable | None:
        """What `above` answers from, to keep what follows from it; None where that is not for long."""


class Everything:
    """Holds whatever is asked for: all that a record does not describe is described elsewhere."""

    def __contains__(self, term: object) -> bool:
        return True


class NothingBeside:
    """`Beside` that knows nothing."""

    def describe(self, term: str) -> Mapping[str, Sequence[str]]:  # noqa: ARG002 port
        return _NO_STATEMENTS

    def classes(self, term: str) -> Sequence[str]:  # noqa: ARG002 port
        return NOTHING

    def above(self, class_term: str) -> frozenset[str]:  # noqa: ARG002 port
        return _NO_CLASSES

    def before(self, term: str, predicate: str) -> Sequence[str]:  # noqa: ARG002 port
        return NOTHING

    def unknown_table(self, term: str) -> str | None:  # noqa: ARG002 port
        return None

    def hierarchy(self) -> Hashable | None:
        return NothingBeside


class Data:
    """A record's graph by subject, for any number of profiles.

    `has_subclasses` tells that it, or the document that it is of, speaks of classes itself. What is
    `elsewhere` is described in another graph, if at all, and judged there: shapes that name it
    (sh:targetNode) look at it here only where this graph describes it too.
    """

    __slots__ = (
        "_back",
        "_deadline",
        "_left",
        "beside",
        "elsewhere",
        "has_subclasses",
        "missing",
        "out",
    )

    def __init__(
        self, lines: Iterable[str], beside: Beside, elsewhere: Container[str] = NOTHING
    ) -> None:
        self.beside, self.elsewhere = beside, elsewhere
        self.begin()
        self._back: dict[str, dict[str, list[str]]] | None = None
        out: dict[str, dict[str, list[str]]] = {}
        for line in dict.fromkeys(lines):
            subject, predicate, rest = line.split(" ", 2)
            value = rest[:-2]
            if subject not in out:
                out[subject] = {predicate: [value]}
            else:
                said = out[subject]
                if predicate in said:
                    said[predicate].append(value)
                else:
                    said[predicate] = [value]
        self.out = out
        own = any(SUBCLASS in said for said in out.values())
        self.has_subclasses = own or beside.hierarchy() is None

    def begin(self, deadline: float = inf) -> None:
        """Begin to judge by a profile; `deadline` is of `time.monotonic`."""
        self.missing: Counter[str] = Counter()
        """Tables that are not loaded, with how often a class could not be judged for want of them."""
        self._deadline, self._left = deadline, _PACE

    def tick(self, steps: int) -> None:
        """Count work. Raises: OutOfTime when the deadline has passed."""
        self._left -= steps + 1
        if self._left < 0:
            self._left = _PACE
            if time.monotonic() > self._deadline:
                raise OutOfTime

    def said_of(self, term: str) -> Mapping[str, Sequence[str]]:
        """The statements about a term: the record's own, or what is known beside it."""
        said = self.out.get(term)
        return self.beside.describe(term) if said is None else said

    def before(self, term: str, predicate: str) -> Sequence[str]:
        """The subjects that state a predicate with the term as value: the record's, then others."""
        if self._back is None:
            self._back = {}
            for subject, said in self.out.items():
                for path, values in said.items():
                    back = self._back.setdefault(path, {})
                    for value in values:
                        back.setdefault(value, []).append(subject)
        own = self._back.get(predicate, {}).get(term, NOTHING)
        others = self.beside.before(term, predicate)
        return list(dict.fromkeys([*own, *others])) if others else own

    def subjects_of(self, predicate: str) -> list[str]:
        """The subjects that have a predicate."""
        return [subject for subject, said in self.out.items() if predicate in said]

    def above(self, class_term: str) -> frozenset[str]:
        """Every class above a class, by the record itself and what is beside it. Raises: OutOfTime."""
        known = self.beside.above(class_term)
        if not self.has_subclasses:
            return known
        found: set[str] = set()
        pending = [class_term]
        while pending:
            one = pending.pop()
            self.tick(1)
            own = self.out.get(one, _NO_STATEMENTS).get(SUBCLASS, NOTHING)
            beside = self.beside.describe(one).get(SUBCLASS, NOTHING)
            for above in (*own, *beside, *self.beside.above(one)):
                if above not in found:
                    found.add(above)
                    pending.append(above)
        return frozenset(found)

    def is_a(self, term: str, class_term: str) -> bool:
        """Whether a term is an instance of a class or of one below it (SHACL, section 3.2)."""
        said = self.out.get(term)
        if said is not None:
            types = said.get(RDF_TYPE, NOTHING)
            if len(types) > _FEW:
                self.tick(len(types))
            for own in types:
                if own == class_term or class_term in self.above(own):
                    return True
        if term[0] == '"':
            return False
        types = self.beside.classes(term)
        if len(types) > _FEW:
            self.tick(len(types))
        return any(own == class_term or class_term in self.above(own) for own in types)
