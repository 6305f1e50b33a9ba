"""`sh:pattern` in time that grows with the text alone, by RE2.

The language is that of XPath and SPARQL (SPARQL 1.1, 17.4.3.14; XPath Functions 3.1, 5.6) as far as RE2
has it: no references back and no looking around, which XPath's has not either. What RE2 writes
otherwise is rewritten; what it would read otherwise is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import re2

MEMORY = 32 * 1024 * 1024  # bytes that one compiled pattern may take
LONGEST = 4096  # characters of a pattern
MOST_TIMES = 10_000  # that something is repeated
LARGEST = 100_000  # characters of a pattern as it is rewritten
_RE2_MOST = 1000  # times that RE2 repeats something
_FLAGS = {"i": "i", "s": "s", "m": "m"}

# What escapes stand for, inside of a class. Letters of words are those of Unicode, and the underscore:
# XML Schema's own reading (all but punctuation, separators and controls) takes symbols for letters and
# no underscore, which no processor of SPARQL does.
_NAME_START = (
    r":A-Z_a-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}\x{200C}-\x{200D}"
    r"\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}"
    r"\x{10000}-\x{EFFFF}"
)
_CLASSES = {
    "d": r"\p{Nd}",
    "w": r"\p{L}_\p{M}\p{N}",
    "i": _NAME_START,
    "c": rf"{_NAME_START}\-.0-9\x{{B7}}\x{{300}}-\x{{36F}}\x{{203F}}-\x{{2040}}",
}
_OPPOSITES = {
    "D": r"\P{Nd}",
    "W": r"\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}\x{203F}\x{2040}\x{2054}\x{FE33}\x{FE34}\x{FE4D}-\x{FE4F}\x{FF3F}"
    r"\p{S}\p{Z}\p{C}",
}
_ESCAPE = re.compile(r"\\(?:[pP]\{[^}]*\}|x\{[^}]*\}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_TIMES = re.compile(r"\{(\d+)(,(\d*))?\}")


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
        if flag not in _FLAGS and flag not in "xq":
            raise ValueError(f"the flag {flag!r} is none of XPath's")
    options.literal = "q" in flags
    chosen = "".join(dict.fromkeys(one for one in flags if one in _FLAGS))
    if options.literal:
        options.case_sensitive = "i" not in chosen
        chosen = ""
    else:
        pattern = _Rewriting(pattern, spaced="x" in flags).done()
    try:
        found = re2.compile(f"(?{chosen}){pattern}" if chosen else pattern, options)
    except re2.error as error:
        told = error.args[0] if error.args else error
        text = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
        raise ValueError(f"the pattern is not understood: {text}") from error

    def matches(text: str) -> bool:
        return found.search(text) is not None

    return matches


class _Rewriting:
    """A pattern of XPath as RE2 writes it. `spaced` patterns lose their white space outside of classes
    (the flag x)."""

    def __init__(self, pattern: str, *, spaced: bool) -> None:
        self._pattern, self._spaced = pattern, spaced
        self._at = 0
        self._out: list[str] = []
        self._groups: list[int] = []  # where those that are open begin
        self._atom = 0  # where the last that may be repeated begins

    def done(self) -> str:
        """Raises: ValueError."""
        while self._at < len(self._pattern):
            self._step(self._pattern[self._at])
        return "".join(self._out)

    def _step(self, sign: str) -> None:
        times = _TIMES.match(self._pattern, self._at)
        if times is not None:
            self._repeat(times)
        elif sign == "\\":
            self._begin(self._escape())
        elif sign == "[":
            self._begin(self._class())
        elif not (self._spaced and sign.isspace()):
            if sign == "(":
                self._groups.append(len(self._out))
            atom = self._groups.pop() if sign == ")" and self._groups else len(self._out)
            if sign not in "*+?":
                self._atom = atom
            self._out.append(sign)
            self._at += 1
        else:
            self._at += 1

    def _begin(self, atom: str) -> None:
        self._atom = len(self._out)
        self._out.append(atom)

    def _escape(self) -> str:
        text = self._escaped()
        if text[1:] in _CLASSES:
            return f"[{_CLASSES[text[1:]]}]"
        if text[1:].lower() in _CLASSES:
            return f"[^{_CLASSES[text[1:].lower()]}]"
        return text

    def _escaped(self) -> str:
        match = _ESCAPE.match(self._pattern, self._at)
        if match is None:
            raise ValueError("the pattern ends within an escape")
        self._at = match.end()
        return match[0]

    def _class(self) -> str:
        """A class of characters, with what its escapes stand for."""
        out = ["["]
        self._at += 1
        if self._pattern.startswith("^", self._at):
            out.append("^")
            self._at += 1
        while self._at < len(self._pattern):
            sign = self._pattern[self._at]
            if sign == "\\":
                out.append(
                    self._of_class(ends_range=out[-1] == "-" and out[1:-1] not in ([], ["^"]))
                )
                continue
            if sign == "[" and out[-1] == "-":
                raise ValueError(
                    "the pattern takes characters out of a class; list those that stay"
                )
            out.append(sign)
            self._at += 1
            if sign == "[" and self._pattern.startswith(":", self._at):
                self._named(out)
            elif sign == "]" and out[1:-1] not in ([], ["^"]):
                return "".join(out)
        raise ValueError("the pattern ends within a class of characters")

    def _named(self, out: list[str]) -> None:
        """A class with a name, such as `[:alpha:]`, is copied as it is."""
        end = self._pattern.find(":]", self._at)
        if end >= 0:
            out.append(self._pattern[self._at : end + 2])
            self._at = end + 2

    def _of_class(self, *, ends_range: bool) -> str:
        text = self._escaped()
        meant = _CLASSES.get(text[1:], _OPPOSITES.get(text[1:]))
        if text[1:] in {"I", "C"} or (meant is not None and ends_range):
            raise ValueError(f"{text} is not carried out there in a class of characters")
        return meant or text

    def _repeat(self, times: re.Match[str]) -> None:
        """A number of times, in steps that RE2 takes."""
        self._at = times.end()
        least, comma, most = int(times[1]), times[2], int(times[3] or 0)
        if max(least, most) > MOST_TIMES:
            raise ValueError(f"the pattern repeats something more than {MOST_TIMES} times")
        if max(least, most) <= _RE2_MOST:
            self._out.append(times[0])
            return
        atom = "".join(self._out[self._atom :])
        del self._out[self._atom :]
        counts = [f"{{{one}}}" for one in _steps(least)]
        counts += [f"{{0,{one}}}" for one in _steps(most - least)] if times[3] else []
        counts += ["*"] if comma and not times[3] else []
        whole = "".join(atom + one for one in counts)
        if len(whole) > LARGEST:
            raise ValueError("the pattern repeats what repeats, and grows too large")
        self._out.append(f"(?:{whole})")
        if self._pattern.startswith("?", self._at):
            self._at += 1  # as few as can be: whether there is a match is the same


def _steps(number: int) -> list[int]:
    whole, rest = divmod(number, _RE2_MOST)
    return [_RE2_MOST] * whole + ([rest] if rest else [])
