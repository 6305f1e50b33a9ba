"""Files of shapes as statements, and where in a file something stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from catalogue.errors import CatalogueError, InvalidShapes
from catalogue.model import Finding
from catalogue.rdf.parse import parse
from catalogue.rdf.terms import value_of

LARGEST = 32 * 1024 * 1024  # bytes of one file


@dataclass(frozen=True, slots=True)
class ShapesFile:
    """One file as it came. `name` is what people know it by."""

    name: str
    body: bytes
    media_type: str = ""


@dataclass(slots=True)
class Source:
    """The statements of the files, by subject, and the files' texts for places."""

    said: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    texts: list[tuple[str, str]] = field(default_factory=list)

    def get(self, node: str, predicate: str) -> Sequence[str]:
        return self.said.get(node, {}).get(predicate, ())

    def place(self, term: str) -> tuple[str, int] | None:
        """The file and line where an IRI is described, else first written, whole or by its last part."""
        if not term.startswith("<"):
            return None
        iri = value_of(term)
        local = iri.rpartition("#")[2] if "#" in iri else iri.rpartition("/")[2]
        whole, short = re.escape(f"<{iri}>"), rf":{re.escape(local)}(?![\w-])"
        forms = [
            rf"^[ \t]*(?:{whole}|[\w.-]*{short})",
            whole,
            short,
            rf"#{re.escape(local)}(?![\w-])",
        ]
        for form in forms if local else forms[1:2]:
            for name, text in self.texts:
                if found := re.search(form, text, re.MULTILINE):
                    return name, text.count("\n", 0, found.end()) + 1
        return None


def read(files: Sequence[ShapesFile]) -> Source:
    """The statements of all files. Raises: InvalidShapes for one that is too large or cannot be read."""
    source = Source()
    said: dict[str, dict[str, dict[str, None]]] = {}
    for number, file in enumerate(files):
        if len(file.body) > LARGEST:
            raise InvalidShapes(f"{file.name}: larger than {LARGEST // 1024**2} MiB of shapes")
        try:
            parsed = parse(file.body, file.media_type, f"file:///{number}")
        except CatalogueError as error:
            line = getattr(error, "line", None)
            raise InvalidShapes(f"{file.name}: {error}", line=line) from error
        broken = next((one for one in parsed.findings if one.rule == "rdf.syntax"), None)
        if broken is not None or not parsed.complete:
            told = f"{broken.place}: {broken.message}" if broken else "it is not whole"
            raise InvalidShapes(f"{file.name}: {told}", line=_line_of(broken))
        source.texts.append((file.name, file.body.decode(errors="replace")))
        for line in parsed.lines:
            subject, predicate, rest = line.split(" ", 2)
            subject, value = _apart(subject, number), _apart(rest[:-2], number)
            said.setdefault(subject, {}).setdefault(predicate, {})[value] = None
    source.said = {one: {p: list(v) for p, v in of.items()} for one, of in said.items()}
    return source


def _apart(term: str, number: int) -> str:
    """Blank nodes of two files are never the same."""
    return f"{term}f{number}" if term.startswith("_:") else term


def _line_of(finding: Finding | None) -> int | None:
    words = (finding.place or "").split() if finding else []
    return next((int(one) for one in words if one.isdigit()), None)
