"""Putting an authority's IRI in the place of a value that names exactly one of its concepts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from catalogue.align.dates import DATES, PERIODS, dated
from catalogue.align.geometry import GEOMETRIES, geometric
from catalogue.align.periods import may_be_a_month_or_a_year, period_of
from catalogue.align.tables import PROPERTIES, Match, look_up
from catalogue.align.themes import theme_named, theme_within
from catalogue.align.typed import mended
from catalogue.model import Finding, Severity
from catalogue.rdf.terms import RDF_TYPE, split, value_of
from vocab.namespaces import AUTHORITY, DCAT, DCT, FOAF, RDF, RDFS, SKOS

_BY_PREDICATE = {f"<{path}>": (path, scheme) for path, scheme in PROPERTIES.items()}
_LABELS = frozenset(
    f"<{one}>" for one in (f"{RDFS}label", f"{RDF}value", f"{SKOS}prefLabel", f"{DCT}title")
)
_THEME, _KEYWORD, _SPATIAL = f"<{DCAT}theme>", f"<{DCAT}keyword>", f"<{DCT}spatial>"
_AGENT, _KIND = f"<{FOAF}Agent>", f"<{DCT}type>"
_AGENTS = frozenset(f"<{DCT}{one}>" for one in ("publisher", "creator", "rightsHolder"))
_EU_THEME = f"<{AUTHORITY}data-theme/"
_ADDED = (_THEME, _SPATIAL)  # several values may stand side by side: the given one is kept
_READ = frozenset((*DATES, *PERIODS, *GEOMETRIES))


def align(lines: list[str]) -> tuple[list[str], list[Finding]]:
    """The lines with aligned values, and a finding for each value that was replaced or that led to
    another beside it (themes and places that are described; ADR 0013).

    A blank node that only carries a label is a value as well; it goes when it is replaced and
    nothing else refers to it. What matches nothing, or two concepts, stays as it is.
    """
    record = _Record(lines)
    aligned, names = record.aligned, record.beside.names
    for line in lines:
        start, predicate, rest = line.split(" ", 2)
        if predicate in _BY_PREDICATE:
            record.by_table(line, start, *_BY_PREDICATE[predicate], rest[:-2])
        elif predicate == _KIND and record.is_agent(start):
            record.by_table(line, start, predicate[1:-1], "publisher-type", rest[:-2])
        elif predicate in _READ:
            aligned.extend(_read(line, len(aligned), record.findings))
        elif rest[0] == '"' and rest[-3] == ">":
            aligned.append(_well_typed(line, record.findings))
        else:
            aligned.append(line)
            if predicate == _KEYWORD:
                record.beside.keyword(start, rest[:-2])
            elif predicate in _LABELS:
                names.setdefault(start, []).append(rest[:-2])
    return record.whole(), record.findings


class _Record:
    """The lines of a record while they are aligned."""

    __slots__ = ("_agents", "_dropped", "_labels", "_lines", "aligned", "beside", "findings")

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._agents: frozenset[str] | None = None
        self._labels: dict[str, str] | None = None
        self._dropped: set[str] = set()
        self.aligned: list[str] = []
        self.findings: list[Finding] = []
        self.beside = _Beside()

    def is_agent(self, term: str) -> bool:
        """Whether the record calls a thing an agent, or has it in the place of one."""
        if self._agents is None:
            self._agents = frozenset(_agents(self._lines))
        return term in self._agents

    def by_table(self, line: str, start: str, path: str, scheme: str, term: str) -> None:
        """Takes a line whose value an authority table governs, aligned where it names a concept."""
        predicate, given = f"<{path}>", term
        if term[0] == "_":
            self._labels = _labels(self._lines) if self._labels is None else self._labels
            given = self._labels.get(term, "")
        found = _aligned(scheme, given) if given else None
        if found is None or found.iri == term:
            self.aligned.append(line)
        else:
            if term[0] == "_":
                self._dropped.add(term)
            self.aligned.append(f"{start} {predicate} {found.iri} .")
            self.findings.append(_finding(path, given, found))
        if predicate in _ADDED:
            value = found.iri if found else term
            self.beside.values.append((start, predicate, value, found is None))

    def whole(self) -> list[str]:
        """All lines, without nodes that were replaced, and with what stands beside given values."""
        lines = _without(self.aligned, self._dropped) if self._dropped else self.aligned
        if self.beside.values or self.beside.keywords:
            self.beside.add(lines, self.findings)
        return lines


def _read(line: str, place: int, findings: list[Finding]) -> list[str]:
    """The line, or the lines in its place, where its literal is a date, period or geometry that is
    written in another form than its property's; `place` makes the names of new nodes differ."""
    start, predicate, term = split(line)
    if term[0] != '"':
        return [line]
    if predicate in PERIODS and may_be_a_month_or_a_year(term):
        return [line]
    if predicate in PERIODS and (lines := period_of(start, predicate, term, place)):
        ends = {path: value_of(end) for _node, path, end in map(split, lines[2:])}
        told = "/".join(ends.get(f"<{DCAT}{one}>", "..") for one in ("startDate", "endDate"))
        findings.append(_told("align.temporal.pattern", predicate, term, told))
        return lines
    found = geometric(term) if predicate in GEOMETRIES else dated(term)
    if found is None or found.iri == term:
        return [_well_typed(line, findings)] if line[-3] == ">" else [line]
    name = "geometry" if predicate in GEOMETRIES else "date"
    findings.append(_told(f"align.{name}.{found.rule}", predicate, term, found.iri))
    return [f"{start} {predicate} {found.iri} ."]


def _told(rule: str, predicate: str, term: str, mended: str) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.INFO,
        message="The value can be read in one way only; it was written in the form of its property.",
        path=predicate[1:-1],
        value=value_of(term)[:500],
        mended=mended[:500],
    )


def _well_typed(line: str, findings: list[Finding]) -> str:
    """The line, its typed literal mended where it does not fit its datatype and that is certain."""
    start, predicate, term = split(line)
    found = mended(term)
    if found == term:
        return line
    findings.append(
        Finding(
            rule="rdf.ill-typed",
            severity=Severity.WARNING,
            message="The value is not of the form of its datatype"
            + ("; it was written in that of what it says." if found else "; it was kept as it is."),
            path=predicate[1:-1],
            value=term[:500],
            mended=found,
            hint="Write dates as 2024-05-31, times as 2024-05-31T08:00:00Z, numbers without units.",
        )
    )
    return f"{start} {predicate} {found} ." if found else line


@lru_cache(maxsize=65536)
def _aligned(scheme: str, term: str) -> Match | None:
    """The term of the authority's IRI for a given term, with the rule; None where there is none."""
    found = look_up(scheme, value_of(term))
    return Match(f"<{found.iri}>", found.rule) if found else None


def _labels(lines: Iterable[str]) -> dict[str, str]:
    """Blank nodes of which nothing is said but a type and one label: node to label."""
    said: dict[str, str | None] = {}
    for line in lines:
        if line[0] != "_":
            continue
        node, predicate, rest = line.split(" ", 2)
        if predicate == RDF_TYPE:
            continue
        said[node] = rest[:-2] if predicate in _LABELS and node not in said else None
    return {node: label for node, label in said.items() if label and label[0] == '"'}


def _agents(lines: Iterable[str]) -> Iterator[str]:
    for subject, predicate, rest in (line.split(" ", 2) for line in lines):
        if predicate in _AGENTS:
            yield rest[:-2]
        elif predicate == RDF_TYPE and rest[:-2] == _AGENT:
            yield subject


def _without(lines: list[str], nodes: set[str]) -> list[str]:
    """The lines without those of nodes that nothing refers to any more."""
    kept = {rest[:-2] for _s, _p, rest in (line.split(" ", 2) for line in lines)}
    gone = nodes - kept
    return [line for line in lines if line.split(" ", 1)[0] not in gone]


# --- values beside the given one -----------------------------------------------------------------


class _Beside:
    """What of a record may lead to a concept beside the given value: the EU theme of a national theme
    or of a keyword, the country of a described place."""

    __slots__ = ("keywords", "names", "values")

    def __init__(self) -> None:
        self.values: list[tuple[str, str, str, bool]] = []  # the last: whether it is no concept yet
        self.keywords: list[tuple[str, str, Match]] = []
        self.names: dict[str, list[str]] = {}

    def keyword(self, subject: str, term: str) -> None:
        """Hears a keyword, which tells something where it is a theme's name."""
        if found := _named(_KEYWORD, term):
            self.keywords.append((subject, term, found))

    def add(self, lines: list[str], findings: list[Finding]) -> None:
        """Adds the statements that the values lead to. Keywords speak only for a resource that has no
        EU theme otherwise, and all of them are heard."""
        present = {(subject, predicate, term) for subject, predicate, term, _open in self.values}
        fresh: list[tuple[str, str, str, str, Match]] = []
        for subject, predicate, term, unknown in self.values:
            if unknown and (found := self._found(predicate, term)):
                told = term if term[0] == '"' else next(iter(self.names.get(term, ())), term)
                fresh.append((subject, predicate, predicate, told, found))
        themed = {subject for subject, _p, term in present if term.startswith(_EU_THEME)}
        themed |= {subject for subject, predicate, *_rest in fresh if predicate == _THEME}
        for subject, term, found in self.keywords:
            if subject not in themed:
                fresh.append((subject, _THEME, _KEYWORD, term, found))
        for subject, predicate, path, told, found in fresh:
            if (subject, predicate, found.iri) not in present:
                present.add((subject, predicate, found.iri))
                lines.append(f"{subject} {predicate} {found.iri} .")
                findings.append(_finding(path[1:-1], told, found, added=True))

    def _found(self, predicate: str, term: str) -> Match | None:
        """The one concept that a term, or all of its names that tell something, stand for."""
        if term[0] == '"':
            return _named(predicate, term)
        if term[0] == "<" and (found := _mapped(predicate, term)):
            return found
        matches = [found for text in self.names.get(term, ()) if (found := _named(predicate, text))]
        return matches[0] if len({one.iri for one in matches}) == 1 else None


@lru_cache(maxsize=65536)
def _mapped(predicate: str, term: str) -> Match | None:
    found = theme_within(term[1:-1]) if predicate == _THEME else None
    return Match(f"<{found.iri}>", found.rule) if found else None


@lru_cache(maxsize=65536)
def _named(predicate: str, text: str) -> Match | None:
    if text[0] != '"':
        return None
    if predicate == _SPATIAL:
        return _aligned("country", text)
    found = theme_named(value_of(text), also_mapped=predicate == _THEME)
    if found is None:
        return None
    return Match(f"<{found.iri}>", "keyword" if predicate == _KEYWORD else found.rule)


_IN_PLACE = "The value names a concept of the EU authority table; its IRI was put in its place."
_BESIDE = "The value names a concept of the EU authority table; its IRI was put beside it."


def _finding(path: str, given: str, found: Match, *, added: bool = False) -> Finding:
    name = path.rsplit("#", 1)[-1].rsplit("/", 1)[-1]
    return Finding(
        rule=f"align.{'theme' if name == 'keyword' else name}.{found.rule}",
        severity=Severity.INFO,
        message=_BESIDE if added else _IN_PLACE,
        path=path,
        value=value_of(given)[:500],
        mended=value_of(found.iri),
    )
