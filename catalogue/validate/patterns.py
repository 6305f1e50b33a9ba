"""`sh:pattern` in time that grows with the text alone, by RE2.

The language is that of XPath and SPARQL (SPARQL 1.1, 17.4.3.14) as far as RE2 has it: no
references back and no looking around, which XPath's has not either.
"""

from __future__ import annotations

from collections.abc import Callable

import re2

MEMORY = 8 * 1024 * 1024  # bytes that one compiled pattern may take
LONGEST = 4096  # characters of a pattern
_FLAGS = {"i": "i", "s": "s", "m": "m"}


def compiled(pattern: str, flags: str = "") -> Callable[[str], bool]:
    """A test whether a text holds a match.

    Raises: ValueError for a pattern or a flag that is not understood, or that is too large.
    """
    if len(pattern) > LONGEST:
        raise ValueError(f"the pattern is longer than {LONGEST} characters")
    options = re2.Options()
    options.max_mem = MEMORY
    options.log_errors = False
    for flag in flags:
        if flag == "x":
            pattern = "".join(pattern.split())
        elif flag == "q":
            options.literal = True
        elif flag not in _FLAGS:
            raise ValueError(f"the flag {flag!r} is none of XPath's")
    chosen = "".join(dict.fromkeys(one for one in flags if one in _FLAGS))
    if options.literal:
        options.case_sensitive = "i" not in chosen
        chosen = ""
    try:
        found = re2.compile(f"(?{chosen}){pattern}" if chosen else pattern, options)
    except re2.error as error:
        told = error.args[0] if error.args else error
        text = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
        raise ValueError(f"the pattern is not understood: {text}") from error

    def matches(text: str) -> bool:
        return found.search(text) is not None

    return matches
