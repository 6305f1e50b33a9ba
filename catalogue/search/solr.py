"""The query syntax of Solr, as far as CKAN's clients use it, to our query tree.

Words, "phrases", beginnings (`wat*`), `*`, `field:value`, groups in parentheses with or without a field
before them, ranges `[a TO b]` and `{a TO b}`, `+`, `-`, `!`, NOT, AND, OR, `&&`, `||`, a weight `^2`, and
`\\` before any sign that is to be taken as it is. What stands side by side must all match, as CKAN sets
it. Nothing is ignored: what cannot be read is an error that shows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from catalogue.errors import InvalidInput
from catalogue.search.query import And, Boost, Not, Or, Query, Terms

LONGEST = 10_000  # characters of a query
MOST = 1_000  # values of a query
DEEPEST = 25  # parentheses within each other

_OPERATORS = {"AND": "AND", "&&": "AND", "OR": "OR", "||": "OR", "NOT": "NOT", "!": "NOT"}
_SPACE = re.compile(r"[\s\u3000]*")
_FIELD = re.compile(r"(\*|[A-Za-z_][\w.\-]*):")
_WORD = re.compile(r'(?:\\.|[^\\\s()\[\]{}":^~])+')
_PHRASE = re.compile(r'"((?:\\.|[^"\\])*)"', re.DOTALL)
_SPAN = re.compile(
    r"""([\[{])\s*("(?:\\.|[^"\\])*"|[^\s"\[\]{}]+)\s+TO\s+("(?:\\.|[^"\\])*"|[^\s"\[\]{}]+)\s*([\]}])"""
)
_WEIGHT = re.compile(r"\^(\d{1,6}(?:\.\d{1,6})?)")
_UNUSED = re.compile(r"~")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_OPERATOR = re.compile(r"(?:AND|OR|NOT)(?=[\s()]|\Z)|&&|\|\||!")


class UnusableQuery(InvalidInput):
    """A query that is refused; the message shows the place."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word, or its beginning."""

    text: str
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    text: str


@dataclass(frozen=True, slots=True)
class Anything:
    """`*`: any value, if there is one."""


@dataclass(frozen=True, slots=True)
class Span:
    """A range; None for an open side."""

    low: str | None
    high: str | None
    with_low: bool = True
    with_high: bool = True


Value = Word | Phrase | Anything | Span
Leaf = Callable[[str | None, Value], Query]
"""What a value of a field is in our query tree; the field is None where none is named.

Raises: UnusableQuery for a field that it does not know and for a value that the field cannot have.
"""


def parse(text: str, leaf: Leaf) -> Query | None:
    """The query that a text is; None where it says nothing. Raises: UnusableQuery."""
    if len(text) > LONGEST:
        raise UnusableQuery(f"the query is longer than {LONGEST} characters")
    if text.lstrip().startswith("{!"):
        raise UnusableQuery("local parameters ({!...}) are not supported")
    return _Reader(text, leaf).whole()


class _Reader:
    """Reads a text from left to right, once."""

    def __init__(self, text: str, leaf: Leaf) -> None:
        self._text, self._leaf = text, leaf
        self._at = self._values = self._depth = 0

    def whole(self) -> Query | None:
        found = self._either(None)
        if self._at < len(self._text):
            raise self._refused("a sign that opens nothing or stands where none can")
        return found

    # --- from the loosest to the closest bond ---

    def _either(self, field: str | None) -> Query | None:
        """Alternatives."""
        parts = [self._together(field)]
        while self._operator() == "OR":
            self._take_operator()
            parts.append(self._together(field))
        if len(parts) > 1 and None in parts:
            raise self._refused("OR stands between two conditions")
        found = [one for one in parts if one is not None]
        return _any(found) if found else None

    def _together(self, field: str | None) -> Query | None:
        """Conditions side by side, or with AND between."""
        parts: list[Query] = []
        bound = False
        while True:
            operator = self._operator()
            if operator == "AND":
                if not parts or bound:
                    raise self._refused("AND stands between two conditions")
                self._take_operator()
                bound = True
                continue
            part = None if operator == "OR" or self._is_over() else self._signed(field)
            if part is None:
                break
            parts.append(part)
            bound = False
        if bound:
            raise self._refused("AND stands between two conditions")
        return None if not parts else parts[0] if len(parts) == 1 else And(tuple(parts))

    def _signed(self, field: str | None) -> Query:
        """A condition with what stands before it: + (which changes nothing), -, !, NOT."""
        taken = False
        while True:
            self._skip()
            if self._text[self._at : self._at + 1] in {"+", "-"}:
                taken ^= self._text[self._at] == "-"
                self._at += 1
            elif self._operator() == "NOT":
                taken = not taken
                self._take_operator()
            else:
                break
        found = self._one(field)
        return Not(found) if taken else found

    def _one(self, field: str | None) -> Query:
        """A value or a group, with its field and its weight."""
        if self._is_over() or self._operator():
            raise self._refused("something must follow here")
        named = _FIELD.match(self._text, self._at)
        if named:
            field = named.group(1)
            self._at = named.end()
        found = self._group(field) if self._next("(") else self._value(field)
        weight = _WEIGHT.match(self._text, self._at)
        if weight:
            self._at = weight.end()
            return Boost(found, float(weight.group(1)))
        return found

    def _group(self, field: str | None) -> Query:
        self._depth += 1
        if self._depth > DEEPEST:
            raise UnusableQuery(f"more than {DEEPEST} parentheses stand within each other")
        self._at += 1
        found = self._either(field)
        if found is None:
            raise self._refused("the parentheses hold nothing")
        if not self._next(")"):
            raise self._refused("a parenthesis is not closed")
        self._at += 1
        self._depth -= 1
        return found

    def _value(self, field: str | None) -> Query:
        self._values += 1
        if self._values > MOST:
            raise UnusableQuery(f"the query has more than {MOST} values")
        for pattern, made in ((_PHRASE, self._phrase), (_SPAN, self._span), (_WORD, self._word)):
            match = pattern.match(self._text, self._at)
            if match:
                value = made(match)
                self._at = match.end()
                if _UNUSED.match(self._text, self._at):
                    raise self._refused("nearness (~) is not supported")
                return self._leaf(field, value)
        raise self._refused("this is no value; put it into quotes, or a \\ before its signs")

    # --- values ---

    @staticmethod
    def _phrase(match: re.Match[str]) -> Value:
        return Phrase(_ESCAPE.sub(r"\1", match.group(1)))

    @staticmethod
    def _span(match: re.Match[str]) -> Value:
        opened, low, high, closed = match.groups()
        return Span(_side(low), _side(high), opened == "[", closed == "]")

    def _word(self, match: re.Match[str]) -> Value:
        text = match.group()
        if text == "*":
            return Anything()
        begins = text.endswith("*") and not text.endswith("\\*")
        stem = text[:-1] if begins else text
        if re.search(r"(?<!\\)(?:\\\\)*[*?]", stem):
            raise self._refused("* can stand at the end of a word only, and ? nowhere")
        return Word(_ESCAPE.sub(r"\1", stem), begins)

    # --- reading on ---

    def _skip(self) -> None:
        match = _SPACE.match(self._text, self._at)
        self._at = match.end() if match else self._at

    def _next(self, sign: str) -> bool:
        """Whether the sign comes next."""
        self._skip()
        return self._text.startswith(sign, self._at)

    def _is_over(self) -> bool:
        self._skip()
        return self._at >= len(self._text) or self._text[self._at] == ")"

    def _operator(self) -> str | None:
        self._skip()
        match = _OPERATOR.match(self._text, self._at)
        return _OPERATORS[match.group()] if match else None

    def _take_operator(self) -> None:
        match = _OPERATOR.match(self._text, self._at)
        self._at = match.end() if match else self._at

    def _refused(self, reason: str) -> UnusableQuery:
        rest = self._text[self._at : self._at + 30]
        place = f"at character {self._at + 1} ({rest!r})" if rest else "at the end"
        return UnusableQuery(f"{place}: {reason}")


def _side(text: str) -> str | None:
    if text == "*":
        return None
    bare = text[1:-1] if text.startswith('"') else text
    return _ESCAPE.sub(r"\1", bare)


def _any(parts: list[Query]) -> Query:
    """One of the parts; values of one field become one condition, however many they are."""
    first = parts[0]
    if len(parts) > 1 and isinstance(first, Terms):
        alike = [one for one in parts if isinstance(one, Terms) and one.field == first.field]
        if len(alike) == len(parts):
            return Terms(first.field, tuple(value for one in alike for value in one.values))
    return first if len(parts) == 1 else Or(tuple(parts))
