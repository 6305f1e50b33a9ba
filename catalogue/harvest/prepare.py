"""From a mapped record to an entry: align, check, canonicalise, hash, assign sectors, judge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from catalogue.align import align, assign_sectors, with_languages
from catalogue.align.contacts import KEEP, silent, without_personal
from catalogue.harvest.judges import Judges
from catalogue.harvest.rules import Rules
from catalogue.model import (
    Entry,
    Finding,
    Judged,
    Mapped,
    Outcome,
    Severity,
    content_hash,
    raw_hash,
)
from catalogue.rdf.canonical import canonical, strict
from catalogue.rdf.terms import value_of

# Part of every raw hash: a new number makes the next harvest map everything again.
MAPPING = b"8\0"


def salt_of(options: Mapping[str, Any], rules: Rules) -> bytes:
    """What goes into a source's fingerprints: with other options or rules a record may come out other."""
    told = orjson.dumps(options, default=str, option=orjson.OPT_SORT_KEYS)
    return MAPPING + told + rules.mark()


def fingerprint(raw: bytes, salt: bytes) -> bytes:
    """What the next harvest compares the bytes of a record or page with (16 bytes)."""
    return raw_hash(salt + raw)


def prepare(
    mapped: Mapped,
    page_hash: bytes,
    salt: bytes = MAPPING,
    contacts: str = KEEP,
    judges: Judges | None = None,
) -> Entry:
    """The entry of one mapped record; a fault in it or in our code becomes its findings.

    `page_hash` stands for the record where it has no raw bytes of its own; `contacts` says what
    becomes of personal data; `judges` what profiles say, if any.
    """
    own = fingerprint(mapped.raw, salt) if mapped.raw is not None else page_hash
    if contacts != KEEP:
        mapped.findings = silent(mapped.findings)
    if mapped.failed or mapped.unchanged:
        return _plain(mapped, own, mapped.failed)
    try:
        return _ready(mapped, own, contacts, judges)
    except Exception as error:  # one record's fault must not end the run
        fault = Finding(
            rule="harvest.record-failed",
            severity=Severity.VIOLATION,
            message=f"The record could not be prepared: {type(error).__name__}: {error}"[:500],
            hint="Its bytes are kept. Compare them with a record of the same source that works.",
            key=mapped.key,
        )
        mapped.findings.append(fault)
        return _plain(mapped, own, Outcome.FAILED)


def set_aside(mapped: Mapped) -> None:
    """Quarantine a record that the document is broken in: an earlier version of it is whole."""
    mapped.failed = Outcome.QUARANTINED
    mapped.findings.append(
        Finding(
            rule="rdf.record-cut",
            severity=Severity.VIOLATION,
            message="The document is broken inside this record; its last whole version stays.",
            value=mapped.key[:500],
            hint="Mend the document at the place that the finding rdf.syntax names.",
            key=mapped.key,
        )
    )


def _ready(mapped: Mapped, own: bytes, contacts: str, judges: Judges | None) -> Entry:
    lines, aligned = align(mapped.graph)
    lines, dropped, gone = without_personal(mapped.subject, lines, contacts)
    findings = [*mapped.findings, *aligned]
    lines = _strictly(lines, findings)
    lines, tagged = with_languages(mapped.subject, lines)
    findings += tagged
    if contacts != KEEP:
        findings = [*silent(findings, gone), *dropped]
    graph = canonical(lines)
    sectors = assign_sectors(mapped.subject, lines)
    judged: tuple[Judged, ...] = ()
    if judges is not None:
        judged, told = judges.judge(
            mapped.subject, mapped.type, lines, sectors, mapped.conforms, mapped.key
        )
        findings = [*findings, *told]
    return Entry(
        key=mapped.key,
        iri=value_of(mapped.subject),
        type=mapped.type,
        raw_hash=own,
        graph=graph,
        content_hash=content_hash(graph),
        raw=mapped.raw,
        sectors=sectors,
        findings=_keyed(findings, mapped.key),
        judged=judged,
    )


def _strictly(lines: list[str], findings: list[Finding]) -> list[str]:
    """Only statements that a strict parser reads; each one that falls is a finding."""
    refused = dict(strict(lines))
    if not refused:
        return lines
    for index, reason in refused.items():
        findings.append(
            Finding(
                rule="rdf.statement-dropped",
                severity=Severity.VIOLATION,
                message=f"The statement is no valid RDF and was left out: {reason}"[:500],
                path=lines[index].split(" ", 2)[1].strip("<>"),
                value=lines[index][:500],
                hint="Mend the address or the language tag at the source.",
            )
        )
    return [text for index, text in enumerate(lines) if index not in refused]


def _plain(mapped: Mapped, own: bytes, failed: Outcome | None) -> Entry:
    return Entry(
        key=mapped.key,
        iri=value_of(mapped.subject) if mapped.subject else "",
        type=mapped.type,
        raw_hash=own,
        raw=None if mapped.unchanged else mapped.raw,
        findings=_keyed(mapped.findings, mapped.key),
        failed=failed,
    )


def _keyed(findings: list[Finding], key: str) -> tuple[Finding, ...]:
    return tuple(found if found.key == key else found.of(key) for found in findings)
