"""Between rows of the journal and values of the model."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import orjson

from catalogue.adapters.sql.packing import CURRENT, Packer
from catalogue.model import (
    Change,
    Counts,
    Entry,
    Finding,
    Judged,
    Link,
    Node,
    PageEnd,
    Quarantined,
    Record,
    Run,
    RunKind,
    RunState,
    Sector,
    SeenPage,
    Severity,
    Source,
    SourceState,
)

# What a finding may have; where its words are made anew, without the hint, which is one of them.
_MAYBE_WORDLESS = ("path", "value", "mended", "place", "key", "focus", "profile", "limit")
_MAYBE = ("hint", *_MAYBE_WORDLESS)
COUNTS = tuple(field.name for field in dataclasses.fields(Counts))
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"


def now() -> int:
    """Microseconds since 1970, UTC."""
    return time.time_ns() // 1000


def moment(value: int) -> datetime:
    return datetime.fromtimestamp(value / 1_000_000, UTC)


def maybe_moment(value: int | None) -> datetime | None:
    return None if value is None else moment(value)


def micros(value: datetime | None) -> int | None:
    """Microseconds since 1970 of a moment."""
    return None if value is None else round(value.timestamp() * 1_000_000)


class RunIds:
    """Ids that sort by time: 48 bits of milliseconds, 16 of sequence, 36 at random, in base 32."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._last = 0

    def next(self) -> str:
        with self._guard:
            self._last = max(self._last + 1, (time.time_ns() // 1_000_000) << 16)
            head = self._last
        number = (head << 36) | (int.from_bytes(os.urandom(5), "big") >> 4)
        return "".join(_BASE32[(number >> shift) & 31] for shift in range(95, -1, -5))


def node_of(row: Any) -> Node:
    return Node(row.id, row.name, row.country, row.kind, row.homepage, dict(row.options))


def source_of(row: Any) -> Source:
    return Source(
        row.id, row.node, row.kind, row.url, dict(row.options), row.schedule, row.visibility
    )


def source_state_of(row: Any) -> SourceState:
    return SourceState(
        next_at=maybe_moment(row.next_at),
        slot_at=maybe_moment(row.slot_at),
        since=maybe_moment(row.since_at),
        full_at=maybe_moment(row.full_at),
        distrusted_at=maybe_moment(row.distrusted_at),
        declared=row.declared,
    )


def new_run(
    run_id: str, source: Any, kind: RunKind, asked_by: str, at: int, *, full: bool = False
) -> dict[str, Any]:
    """The row of a queued run of a source's row."""
    return {
        "id": run_id,
        "source": source.id,
        "state": RunState.QUEUED,
        "kind": kind,
        "asked_by": asked_by,
        "full": full,
        "host": urlsplit(source.url).netloc.lower() or None if source.url else None,
        "queued_at": at,
    }


def run_of(row: Any) -> Run:
    return Run(
        id=row.id,
        source=row.source,
        state=RunState(row.state),
        counts=Counts(**{name: getattr(row, name) for name in COUNTS}),
        findings=row.findings,
        error=row.error,
        stage=row.stage,
        pages=row.pages,
        declared=row.declared,
        full=row.full,
        created=moment(row.queued_at),
        started=maybe_moment(row.started_at),
        ended=maybe_moment(row.ended_at),
        kind=RunKind(row.kind),
        asked_by=row.asked_by,
        fence=row.fence,
        worker=row.worker,
        cancel_by=row.cancel_by,
        cursor=row.cursor,
        incremental=row.incremental,
        partial=row.partial,
        rate=row.rate,
        proposed=row.proposed,
        accepted=row.accepted,
    )


def finding_of(row: Any) -> Finding:
    return Finding(
        rule=row.rule,
        severity=Severity(row.severity),
        message=row.message,
        path=row.path or None,
        value=row.value,
        mended=row.mended,
        place=row.place,
        hint=row.hint,
        key=row.record_key,
        count=row.count,
        focus=row.focus,
        profile=row.profile or None,
    )


def record_of(row: Any) -> Record:
    return Record(
        page_id=row.page_id,
        source=row.source,
        node=row.node,
        key=row.key,
        iri=row.iri,
        type=row.type,
        visibility=row.visibility,
        deleted=row.deleted,
        seq=row.seq,
        content_hash=row.content_hash,
        first_seen=moment(row.first_seen),
        changed=moment(row.changed),
        archived=row.archived,
        missing_since=maybe_moment(row.missing_since),
    )


def change_of(
    row: Any, packer: Packer, links: tuple[Link, ...] = (), *, findings: bool = True
) -> Change:
    """A change from a row of the log joined with its record's lasting columns.

    What may differ between versions (IRI, type, visibility) is the change's own.
    """
    graph = None if row.graph is None else packer.unpack(row.graph, row.dictionary)
    at = moment(row.at)
    record = Record(
        page_id=row.page_id,
        source=row.source,
        node=row.node,
        key=row.key,
        iri=row.iri,
        type=row.type,
        visibility=row.visibility,
        deleted=graph is None,
        seq=row.seq,
        content_hash=row.content_hash,
        first_seen=moment(row.first_seen),
        changed=at,
        archived=row.archived,
        missing_since=maybe_moment(row.missing_since),
    )
    return Change(
        seq=row.seq,
        record=record,
        run=row.run,
        at=at,
        graph=graph,
        sectors=sectors_of(row.sectors),
        findings=findings_of(row.findings, row.dictionary, packer) if findings else (),
        judged=judged_of(row.judged),
        links=links,
        cluster=row.cluster,
    )


def quarantined_of(row: Any, packer: Packer) -> Quarantined:
    findings = findings_of(row.findings, CURRENT, packer)
    return Quarantined(row.key, row.run, moment(row.at), findings, row.page_id)


def sectors_text(sectors: Iterable[Sector]) -> str:
    told = [[one.sector, one.rule, one.value, one.confidence, one.more] for one in sectors]
    return orjson.dumps(told).decode()


def sectors_of(text: str) -> tuple[Sector, ...]:
    """Assignments as they were stored; those from before confidences were kept count as certain."""
    return tuple(_sector(*parts) for parts in orjson.loads(text))


def _sector(
    sector: str, rule: str, value: str, confidence: float = 1.0, more: Iterable[list[str]] = ()
) -> Sector:
    return Sector(sector, rule, value, confidence, tuple((rule, value) for rule, value in more))


def judged_text(judged: Iterable[Judged]) -> str:
    told = [
        (one.profile, one.violations, one.warnings, one.infos, one.whole, one.declared)
        for one in judged
    ]
    return orjson.dumps(told).decode()


def judged_of(text: str) -> tuple[Judged, ...]:
    return tuple(Judged(*parts) for parts in orjson.loads(text)) if text != "[]" else ()


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a version beside its graph, as it is stored; `hash`: 16 bytes of all of it."""

    sectors: str
    judged: str
    findings: bytes | None
    hash: bytes


def said_of(entry: Entry, packer: Packer) -> Said:
    """It is packed here, as it is the same wherever it is written."""
    sectors, judged = sectors_text(entry.sectors), judged_text(entry.judged)
    findings = _findings_text(entry.findings) if entry.findings else b""
    digest = hashlib.sha256(f"{sectors}{judged}".encode() + findings).digest()[:16]
    return Said(sectors, judged, packer.pack(findings) if findings else None, digest)


def findings_blob(findings: Sequence[Finding], packer: Packer) -> bytes | None:
    return packer.pack(_findings_text(findings)) if findings else None


def _findings_text(findings: Iterable[Finding]) -> bytes:
    return orjson.dumps([_plain(one) for one in findings])


def findings_of(blob: bytes | None, dictionary: int, packer: Packer) -> tuple[Finding, ...]:
    if blob is None:
        return ()
    return tuple(
        Finding(**{**table, "severity": Severity(table["severity"])})
        for table in orjson.loads(packer.unpack(blob, dictionary))
    )


def _plain(finding: Finding) -> Mapping[str, Any]:
    """As it is stored: of a profile's finding whose words can be made anew, without them."""
    told: dict[str, Any] = {"rule": finding.rule, "severity": finding.severity.value}
    told["message"] = "" if finding.limit is not None else finding.message
    for name in _MAYBE if finding.limit is None else _MAYBE_WORDLESS:
        value = getattr(finding, name)
        if value is not None:
            told[name] = value
    if finding.count > 1:
        told["count"] = finding.count
    return told


def end_blob(page: SeenPage, packer: Packer) -> bytes:
    """What a page said of its list."""
    end = page.end
    findings = [{**_plain(one), "count": one.count} for one in end.findings]
    told = {"next": end.next, "total": end.total, "ignored": end.ignored, "findings": findings}
    told["follows"] = page.follows
    return packer.pack(orjson.dumps(told))


def page_of(row: Any, packer: Packer) -> SeenPage:
    told = orjson.loads(packer.unpack(row.end, row.dictionary))
    findings = [Finding(**{**f, "severity": Severity(f["severity"])}) for f in told.pop("findings")]
    follows = told.pop("follows")
    return SeenPage(
        cursor=row.cursor,
        url=row.url,
        options=row.options,
        fingerprint=row.fingerprint,
        keys=row.keys,
        state=row.state,
        end=PageEnd(**told, findings=findings),
        follows=follows,
        etag=row.etag,
        last_modified=row.last_modified,
    )


def page_row(source_id: str, page: SeenPage, packer: Packer) -> dict[str, Any]:
    return {
        "source": source_id,
        "cursor": page.cursor,
        "url": page.url,
        "options": page.options,
        "fingerprint": page.fingerprint,
        "keys": page.keys,
        "state": page.state,
        "end": end_blob(page, packer),
        "dictionary": CURRENT,
        "etag": page.etag,
        "last_modified": page.last_modified,
    }
