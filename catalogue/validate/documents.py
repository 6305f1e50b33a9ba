"""A whole document against profiles: cut into records as harvesting cuts it, each judged by itself."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from catalogue.model import Finding, Severity
from catalogue.rdf.parse import parse
from catalogue.rdf.split import split_records
from catalogue.rdf.terms import is_blank, value_of
from catalogue.validate.data import Data, Everything
from catalogue.validate.judging import SECONDS, Profile, judge
from catalogue.validate.reporting import Report
from catalogue.validate.telling import Told, of_ours, told
from catalogue.validate.vocabularies import WithDocument, types_of, vocabularies
from vocab import is_vocabulary_term
from vocab.namespaces import DCAT

MOST_ALL = 100_000  # findings of a document that are listed
SECONDS_ALL = 30.0  # that a document may take, all profiles together
_UNTOLD = frozenset({"validate.out-of-time", "validate.too-many-findings"})
_CATALOGUE = f"<{DCAT}Catalog>"


@dataclass(frozen=True, slots=True)
class Validated:
    """What was found in a document, by profile and record, in the document's order.

    `reading` are the findings of reading the document; `shapes` the warnings about the profiles' files;
    `report` the SHACL report as lines.
    """

    records: int
    findings: list[Told] = field(default_factory=list)
    report: Sequence[str] = ()
    reading: tuple[Finding, ...] = ()
    shapes: tuple[Finding, ...] = ()

    def conforms(self, profile: str) -> bool:
        """Whether nothing of the profile is broken, as far as that can be told: no violation, warning or
        information, and nothing that was not judged or is not listed."""
        return not any(
            one.profile == profile and (one.rule.startswith("sh:") or one.rule in _UNTOLD)
            for one in self.findings
        )

    @property
    def violated(self) -> bool:
        """Whether a rule is violated, or a part of the document could not be read."""
        unread = any(one.severity is Severity.VIOLATION for one in self.reading)
        return unread or any(one.severity == "violation" for one in self.findings)


def validate(
    body: bytes,
    media_type: str,
    base: str,
    profiles: Sequence[Profile],
    language: str = "en",
    charset: str | None = None,
    seconds: float = SECONDS,
) -> Validated:
    """Judge a document as it is given, before any alignment; catalogues and what hangs from no record
    are judged together, last, as the record of the one catalogue there is.

    Each record is judged with its own focus nodes, and knows what the document says of the others that
    it links to, or that link to it. A node that shapes name (sh:targetNode) is judged where it is
    described, or last. `seconds` is for each record and profile.

    Raises: ContentError for a web page, UnreadableDocument.
    """
    parsed = parse(body, media_type, base, charset)
    parts = list(_parts(parsed.lines, parsed.torn))
    beside = WithDocument(parsed.lines, vocabularies())
    work = _Work(language, Report(), time.monotonic() + SECONDS_ALL)
    for profile in profiles:
        work.judge(profile, parts, beside, seconds)
    return Validated(
        records=sum(one.whole for one in parts),
        findings=work.findings,
        report=work.report.lines(),
        reading=tuple(parsed.findings),
        shapes=tuple(one for profile in profiles for one in profile.shapes.findings),
    )


class _Part(NamedTuple):
    """One record, or with `whole` False what is of no record; it comes last, and may be nothing."""

    record: str | None
    lines: Sequence[str]
    whole: bool


def _parts(lines: Sequence[str], torn: set[str]) -> Iterator[_Part]:
    split = split_records(lines, is_vocabulary_term, torn)
    taken: set[str] = set()
    for piece in split.pieces:
        taken.update(piece.lines)
        name = piece.subject if is_blank(piece.subject) else value_of(piece.subject)
        yield _Part(name, piece.lines, whole=True)
    rest = [line for line in lines if line not in taken]
    catalogues = [one for one, kinds in types_of(rest).items() if _CATALOGUE in kinds]
    named = catalogues[0] if len(catalogues) == 1 else ""
    yield _Part(value_of(named) if named.startswith("<") else None, rest, whole=False)


@dataclass(slots=True)
class _Work:
    """What is found in one document."""

    language: str
    report: Report
    deadline: float
    findings: list[Told] = field(default_factory=list)

    def judge(
        self, profile: Profile, parts: Sequence[_Part], beside: WithDocument, seconds: float
    ) -> None:
        self.report.begin(profile.name)
        missing: Counter[str] = Counter()
        unlisted = 0
        for part in parts:
            left = self.deadline - time.monotonic()
            if left <= 0:
                self._of_ours("validate.out-of-time", None, profile)
                break
            found = judge(self._data(part, beside), profile, min(seconds, left))
            missing += found.missing
            listed = found.results[: max(0, MOST_ALL - len(self.findings))]
            unlisted += len(found.results) - len(listed)
            for result in listed:
                one = told(result, part.record, profile.name, self.language)
                self.findings.append(one)
                self.report.add(result, one)
            if found.more:
                self._of_ours("validate.too-many-findings", part.record, profile, str(found.more))
            if not found.whole:
                self._of_ours("validate.out-of-time", part.record, profile)
        if unlisted:
            self._of_ours("validate.too-many-findings", None, profile, str(unlisted))
        self.findings += [
            of_ours(
                "validate.table-not-loaded", None, profile.name, self.language, str(number), table
            )
            for table, number in sorted(missing.items())
        ]

    def _data(self, part: _Part, beside: WithDocument) -> Data:
        """A part as it is judged. What is said of a vocabulary's own term adds to what is known of it."""
        if part.whole:
            return Data(part.lines, beside, elsewhere=Everything())
        known = beside.known_of(line.split(" ", 1)[0] for line in part.lines)
        return Data([*part.lines, *known], beside, elsewhere=beside)

    def _of_ours(self, rule: str, record: str | None, profile: Profile, limit: str = "") -> None:
        one = of_ours(rule, record, profile.name, self.language, limit)
        self.findings.append(one)
        self.report.add_ours(one)
