"""Looking at a SPARQL query before an engine does: its form, and what is refused.

Oxigraph parses recursively and can be ended by deep nesting, and it follows SERVICE; so nesting is
bounded here and SERVICE, FROM and every update are refused, each with its place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from catalogue.errors import InvalidQuery

LONGEST = 1_000_000  # characters
DEEPEST = 128  # brackets within one another
CHAIN = 20_000  # tokens in one query; chains of operators recurse too

UPDATES = frozenset(
    ["insert", "delete", "load", "clear", "drop", "create", "add", "move", "copy", "with"]
)

# SPARQL 1.1, section 19.8: what may hide a keyword is stepped over whole.
_TOKEN = re.compile(
    r"""
      (?P<skip>\s+ | \#[^\n\r]*)
    | (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
               | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<open>[{(\[]) | (?P<close>[})\]])
    | (?P<variable>[?$]\w+)
    | (?P<name>(?:[^\W\d_](?:[\w.·-]*[\w·-])?)?:(?:[\w:%-]|\\.|\.(?=[\w:%\\-]))*)
    | (?P<tag>@[a-zA-Z]+(?:-[a-zA-Z0-9]+)*)
    | (?P<word>[^\W\d_]\w*)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Form(StrEnum):
    SELECT = "select"
    ASK = "ask"
    CONSTRUCT = "construct"
    DESCRIBE = "describe"

    @property
    def gives_triples(self) -> bool:
        return self in {Form.CONSTRUCT, Form.DESCRIBE}


@dataclass(slots=True)
class _Scan:
    form: Form | None = None
    depth: int = 0
    tokens: int = 0


def screen(text: str) -> Form:
    """The form of a query that may run.

    Raises: InvalidQuery, with line and column from 1, for updates, SERVICE, FROM, and queries that
    are too long or too deeply nested. What remains may still be no SPARQL: the engine says so.
    """
    if len(text) > LONGEST:
        raise InvalidQuery(f"the query is longer than {LONGEST:,} characters")
    scan = _Scan()
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "skip":
            continue
        scan.tokens += 1
        if scan.tokens > CHAIN:
            raise _refusal(text, match.start(), f"the query has more than {CHAIN:,} tokens")
        if kind == "open":
            scan.depth += 1
            if scan.depth > DEEPEST:
                raise _refusal(text, match.start(), f"brackets are nested over {DEEPEST} deep")
        elif kind == "close":
            scan.depth = max(scan.depth - 1, 0)
        elif kind == "word":
            _word(scan, match, text)
    if scan.form is None:
        raise InvalidQuery("this is no SPARQL query: SELECT, ASK, CONSTRUCT or DESCRIBE is missing")
    return scan.form


def _word(scan: _Scan, match: re.Match[str], text: str) -> None:
    word = match.group().lower()
    if word == "service":
        raise _refusal(
            text, match.start(), "SERVICE is not allowed here; ask the other endpoint directly"
        )
    if scan.form is None:
        if word in Form.__members__.values():
            scan.form = Form(word)
        elif word in UPDATES:
            raise _refusal(text, match.start(), "updates are not allowed here; this door reads")
    elif word == "from" and scan.depth == 0:
        raise _refusal(
            text, match.start(), "FROM is not allowed: all public records are in the one graph"
        )


def _refusal(text: str, at: int, message: str) -> InvalidQuery:
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    return InvalidQuery(f"line {line}, column {column}: {message}", line, column)
