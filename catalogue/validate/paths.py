"""Property paths (SHACL, section 2.3.1): from a focus node to its values, each once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from catalogue.validate.data import NOTHING, Data
from catalogue.validate.names import FIRST, NIL, REST, sh

DEEPEST = 30  # paths within paths


class Path(Protocol):
    """`text` is the path as SPARQL writes it."""

    text: str

    def values(self, data: Data, node: str) -> Sequence[str]: ...

    def back(self, data: Data, node: str) -> Sequence[str]:
        """The nodes from which the path leads to this one."""

    def written(self, fresh: Iterator[str], lines: list[str]) -> str:
        """The term of the path in RDF; the statements that it needs are added to `lines`."""


class Predicate:
    def __init__(self, term: str) -> None:
        self.term = self.text = term

    def values(self, data: Data, node: str) -> Sequence[str]:
        return data.said_of(node).get(self.term, NOTHING)

    def back(self, data: Data, node: str) -> Sequence[str]:
        return data.before(node, self.term)

    def written(self, fresh: Iterator[str], lines: list[str]) -> str:  # noqa: ARG002 port
        return self.term


class Inverse:
    def __init__(self, inner: Path) -> None:
        self._inner = inner
        self.text = f"^{inner.text}"

    def values(self, data: Data, node: str) -> Sequence[str]:
        return self._inner.back(data, node)

    def back(self, data: Data, node: str) -> Sequence[str]:
        return self._inner.values(data, node)

    def written(self, fresh: Iterator[str], lines: list[str]) -> str:
        return _described("inversePath", self._inner.written(fresh, lines), fresh, lines)


class Sequential:
    def __init__(self, steps: Sequence[Path]) -> None:
        self._steps = steps
        self.text = f"({'/'.join(one.text for one in steps)})"

    def values(self, data: Data, node: str) -> Sequence[str]:
        found: dict[str, None] = {node: None}
        for step in self._steps:
            found = _each(data, found, step.values)
        return list(found)

    def back(self, data: Data, node: str) -> Sequence[str]:
        found: dict[str, None] = {node: None}
        for step in reversed(self._steps):
            found = _each(data, found, step.back)
        return list(found)

    def written(self, fresh: Iterator[str], lines: list[str]) -> str:
        return _list([one.written(fresh, lines) for one in self._steps], fresh, lines)


class Alternative:
    def __init__(self, choices: Sequence[Path]) -> None:
        self._choices = choices
        self.text = f"({'|'.join(one.text for one in choices)})"

    def values(self, data: Data, node: str) -> Sequence[str]:
        return list(dict.fromkeys(v for one in self._choices for v in one.values(data, node)))

    def back(self, data: Data, node: str) -> Sequence[str]:
        return list(dict.fromkeys(v for one in self._choices for v in one.back(data, node)))

    def written(self, fresh: Iterator[str], lines: list[str]) -> str:
        choices = _list([one.written(fresh, lines) for one in self._choices], fresh, lines)
        return _described("alternativePath", choices, fresh, lines)


_REPEATED = {"*": "zeroOrMorePath", "+": "oneOrMorePath", "?": "zeroOrOnePath"}


class Repeated:
    """`*`, `+` and `?`."""

    def __init__(self, inner: Path, sign: str) -> None:
        self._inner, self._sign = inner, sign
        self.text = f"{inner.text}{sign}"

    def values(self, data: Data, node: str) -> Sequence[str]:
        return self._reached(data, node, self._inner.values)

    def back(self, data: Data, node: str) -> Sequence[str]:
        return self._reached(data, node, self._inner.back)

    def _reached(self, data: Data, node: str, step: _Step) -> Sequence[str]:
        first = dict.fromkeys(step(data, node))
        if self._sign == "?":
            return list({node: None, **first})
        found: dict[str, None] = {} if self._sign == "+" else {node: None}
        pending = list(first)
        while pending:
            one = pending.pop()
            if one in found:
                continue
            data.tick(1)
            found[one] = None
            pending.extend(step(data, one))
        return list(found)

    def written(self, fresh: Iterator[str], lines: list[str]) -> str:
        return _described(_REPEATED[self._sign], self._inner.written(fresh, lines), fresh, lines)


class _Step(Protocol):
    def __call__(self, data: Data, node: str, /) -> Sequence[str]: ...


def _each(data: Data, nodes: dict[str, None], step: _Step) -> dict[str, None]:
    found: dict[str, None] = {}
    for node in nodes:
        values = step(data, node)
        data.tick(len(values))
        found.update(dict.fromkeys(values))
    return found


def _described(name: str, inner: str, fresh: Iterator[str], lines: list[str]) -> str:
    node = next(fresh)
    lines.append(f"{node} {sh(name)} {inner} .")
    return node


def _list(members: Sequence[str], fresh: Iterator[str], lines: list[str]) -> str:
    rest = NIL
    for member in reversed(members):
        node = next(fresh)
        lines += [f"{node} {FIRST} {member} .", f"{node} {REST} {rest} ."]
        rest = node
    return rest
