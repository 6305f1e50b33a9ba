"""Lines from a parser, strictly and in one go, or term by term with mended IRIs and tags."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyoxigraph as ox

from catalogue.errors import UnreadableDocument
from catalogue.model import Finding, Severity
from catalogue.rdf import terms
from catalogue.rdf.iris import is_valid, mend, mend_tag

_GRAPH = re.compile(
    r'(?:<[^>]*>|_:\S+|"(?:[^"\\]|\\.)*"(?:@[A-Za-z0-9-]+|\^\^<[^>]*>)?) (<[^>]*>|_:\S+) \.\Z'
)
PART = 200  # statements that are checked at once

# Behind a quotation mark that is not itself escaped inside of a text.
_BAD_TAG = re.compile(r"(?<=[^\\][\"'])@([A-Za-z]{1,8})_([A-Za-z0-9_]+)")


@dataclass(slots=True)
class Parsed:
    """Canonical lines (blank nodes as `_:label`), in the document's order as far as it has one.

    `complete` is False where a part of the document could not be read. `torn` are the subjects beside
    such a part: not all that the document says of them may be here.
    """

    lines: list[str]
    findings: list[Finding] = field(default_factory=list)
    complete: bool = True
    torn: set[str] = field(default_factory=set)


class Mender:
    """Builds lines from a lenient parser's quads; collects what it mended or had to drop."""

    def __init__(self, text: str, base: str) -> None:
        self._text, self._base = text, base
        self.lines: list[str] = []
        self.findings: list[Finding] = []
        self.lost = False  # statements whose subject is no IRI at all
        self._said: set[tuple[str, str]] = set()

    def take(self, quads: Iterable[ox.Quad]) -> None:
        """Add every quad as a line; what came before a parser's SyntaxError stays."""
        part: list[ox.Quad] = []
        try:
            for quad in quads:
                part.append(quad)
                if len(part) == PART:
                    self._add(part)
                    part = []
        finally:
            self._add(part)

    def _add(self, quads: list[ox.Quad]) -> None:
        """As the strict parser would give them, else one by one: few parts have a fault."""
        try:
            text = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
            assert text is not None
            self.lines += strictly(text.decode(), ox.RdfFormat.N_TRIPLES, "")
        except SyntaxError:
            for quad in quads:
                self._add_one(quad)

    def _add_one(self, quad: ox.Quad) -> None:
        subject = self._resource(quad.subject)
        predicate = self._predicate(quad.predicate)
        value = self._value(quad.object, quad.predicate.value)
        self.lost |= subject is None and isinstance(quad.subject, ox.NamedNode)
        if subject and predicate and value:
            self.lines.append(terms.line(subject, predicate, value))

    def _predicate(self, term: ox.NamedNode) -> str | None:
        """A predicate is never guessed: a relative one names nothing."""
        if is_valid(term.value):
            return f"<{term.value}>"
        self._say("rdf.iri-dropped", Severity.WARNING, term.value, None)
        return None

    def _resource(self, term: ox.NamedNode | ox.BlankNode | ox.Triple) -> str | None:
        if isinstance(term, ox.BlankNode):
            return f"_:{term.value}"
        if isinstance(term, ox.Triple):  # RDF 1.2's triple terms have no place in DCAT
            return None
        if is_valid(term.value):
            return f"<{term.value}>"
        mended = mend(term.value, self._base)
        if mended is None:
            self._say("rdf.iri-dropped", Severity.VIOLATION, term.value, None)
            return None
        self._say("rdf.iri-repaired", Severity.WARNING, term.value, mended)
        return f"<{mended}>"

    def _value(
        self, term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple, path: str
    ) -> str | None:
        if not isinstance(term, ox.Literal):
            return self._resource(term)
        if term.language:
            tag = mend_tag(term.language)
            if tag != term.language.lower():
                self._say("rdf.language-tag-repaired", Severity.WARNING, term.language, tag, path)
            return terms.literal(term.value, tag or "")
        datatype = term.datatype.value
        if not is_valid(datatype):
            self._say("rdf.datatype-dropped", Severity.WARNING, datatype, None, path)
            datatype = ""
        return terms.literal(term.value, "", datatype)

    def _say(
        self, rule: str, severity: Severity, value: str, mended: str | None, path: str | None = None
    ) -> None:
        if (rule, value) in self._said:
            return
        self._said.add((rule, value))
        message, hint = _MESSAGES[rule]
        place = self._text.find(value)
        if place < 0 and len(tail := value.rsplit("/", 1)[-1]) > 2:  # it was relative
            place = self._text.find(tail)
        self.findings.append(
            Finding(
                rule=rule,
                severity=severity,
                message=message,
                path=path,
                value=value[:500],
                mended=mended,
                place=f"line {self._text.count(chr(10), 0, place) + 1}" if place >= 0 else None,
                hint=hint,
            )
        )


_MESSAGES = {
    "rdf.iri-repaired": (
        "The IRI has characters that are not allowed; they were percent-encoded.",
        "Encode spaces and other such characters at the source.",
    ),
    "rdf.iri-dropped": (
        "This is no absolute IRI; statements with it were left out.",
        "Write a whole address, beginning with https:// for example.",
    ),
    "rdf.language-tag-repaired": (
        "The language tag is not of BCP 47's form and was mended.",
        "Write en-GB, not en_GB.",
    ),
    "rdf.datatype-dropped": (
        "The datatype is no IRI; the value was kept as plain text.",
        "Name the datatype by its whole IRI.",
    ),
}


def strictly(text: str, kind: ox.RdfFormat, base: str) -> list[str]:
    """All lines of a document without any fault. Raises: SyntaxError."""
    quads = ox.parse(text, kind, base_iri=base or None)
    written = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
    assert written is not None
    lines = written.decode().split("\n")
    lines.pop()
    if kind in (ox.RdfFormat.TRIG, ox.RdfFormat.N_QUADS, ox.RdfFormat.JSON_LD):
        return [_without_graph(line) for line in lines]
    return lines


def _without_graph(line: str) -> str:
    subject, predicate, rest = line.split(" ", 2)
    match = _GRAPH.match(rest)
    if match is None:
        return line
    return f"{subject} {predicate} {rest[: match.start(1)]}."


def read_ntriples(text: str, base: str) -> Parsed:
    return _line_by_line(text, ox.RdfFormat.N_TRIPLES, base)


def read_nquads(text: str, base: str) -> Parsed:
    return _line_by_line(text, ox.RdfFormat.N_QUADS, base)


def _line_by_line(text: str, kind: ox.RdfFormat, base: str) -> Parsed:
    try:
        return Parsed(strictly(text, kind, ""))
    except SyntaxError:
        pass
    text, tagged = with_tags(text)
    mender = Mender(text, base)
    faults: Counter[str] = Counter()
    places: dict[str, tuple[int, str]] = {}
    torn: set[str] = set()
    for number, line in enumerate(text.split("\n"), 1):
        try:
            mender.take(ox.parse(line, kind, lenient=True))
        except SyntaxError as error:
            faults[_reason(error)] += 1
            torn.add(line.split(" ", 1)[0])
            places.setdefault(_reason(error), (number, line))
    findings = [
        syntax_finding(reason, f"line {places[reason][0]}", places[reason][1], count)
        for reason, count in faults.items()
    ]
    if not mender.lines:
        raise UnreadableDocument("no statement can be read", 1)
    return Parsed(mender.lines, [*tagged, *mender.findings, *findings], not faults, torn)


def with_tags(text: str) -> tuple[str, list[Finding]]:
    """Language tags with underscores, which no parser reads, written with hyphens."""
    findings: dict[str, Finding] = {}

    def mend(match: re.Match[str]) -> str:
        given = match.group()[1:]
        mended = given.replace("_", "-")
        if given not in findings:
            findings[given] = Finding(
                rule="rdf.language-tag-repaired",
                severity=Severity.WARNING,
                message="The language tag is not of BCP 47's form and was mended.",
                value=given,
                mended=mended.lower(),
                place=f"line {text.count(chr(10), 0, match.start()) + 1}",
                hint="Write en-GB, not en_GB.",
            )
        return f"@{mended}"

    return _BAD_TAG.sub(mend, text), list(findings.values())


def syntax_finding(reason: str, place: str, value: str, count: int = 1) -> Finding:
    return Finding(
        rule="rdf.syntax",
        severity=Severity.VIOLATION,
        message=f"A part of the document could not be read: {reason}",
        value=value[:500],
        place=place,
        hint="Write the document with an RDF library, or check it with a validator.",
        count=count,
    )


def _reason(error: SyntaxError) -> str:
    return str(error.msg).rsplit(": ", maxsplit=1)[-1][:200]
