"""What profiles say of one record: their numbers, and the findings that are kept with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice

from catalogue.model import Finding, Judged, Severity
from catalogue.validate.data import Beside
from catalogue.validate.judging import Profile, judge
from catalogue.validate.names import SEVERITIES
from catalogue.validate.shapes import Result
from catalogue.validate.telling import own_message, plain, plain_path, words

SECONDS = 2.0  # that one record may take under one profile while it is harvested
MOST = 60  # findings of one record and profile that are kept; the numbers count all
OUT_OF_TIME = "validate.out-of-time"


def verdict(
    lines: Iterable[str],
    profile: Profile,
    beside: Beside,
    *,
    declared: bool = True,
    seconds: float = SECONDS,
) -> tuple[Judged, list[Finding]]:
    """What a profile says of a record, given as canonical N-Triples lines. Never raises for what the
    record holds.

    Results that break the same rule on the same path are one finding with their number, and the first
    focus node and value as its example. Of a profile that is not `declared` the findings are
    information only: nobody promised to follow it.
    """
    found = judge(lines, profile, beside, seconds)
    numbers: Counter[str] = Counter()
    groups: dict[tuple[str, str, str, str], tuple[Result, int]] = {}
    for one, count in _alike(found.results):
        severity = SEVERITIES.get(one.shape.severity, "violation")
        numbers[severity] += count
        path = plain_path(one) or ""
        key = (one.check.component, path, severity, one.shape.id if one.shape.messages else "")
        first, before = groups.get(key, (one, 0))
        groups[key] = first, before + count
    findings = [
        _finding(one, path, severity if declared else "info", profile.name, count)
        for (_rule, path, severity, _own), (one, count) in islice(groups.items(), MOST)
    ]
    if not found.whole:
        findings.append(_out_of_time(profile.name))
    judged = Judged(
        profile.name,
        numbers["violation"],
        numbers["warning"],
        numbers["info"] + found.more,
        found.whole,
        declared,
    )
    return judged, findings


def _alike(results: Iterable[Result]) -> Iterable[tuple[Result, int]]:
    """The first result of each constraint of each shape, with how many there are."""
    found: dict[tuple[int, int], tuple[Result, int]] = {}
    for one in results:
        key = (id(one.shape), id(one.check))
        first, before = found.get(key, (one, 0))
        found[key] = first, before + 1
    return found.values()


def _finding(result: Result, path: str, severity: str, profile: str, count: int) -> Finding:
    rule = f"sh:{result.check.component}ConstraintComponent"
    limit = result.check.limit
    message, hint = words(rule, path, limit, "en")
    own = own_message(result.shape.messages, "en")
    return Finding(
        rule=rule,
        severity=Severity(severity),
        message=own or message,
        path=path or None,
        value=plain(result.value),
        hint=hint,
        count=count,
        focus=plain(result.focus),
        profile=profile,
        limit=None if own else limit,
    )


def _out_of_time(profile: str) -> Finding:
    message, hint = words(OUT_OF_TIME, "", "", "en")
    return Finding(OUT_OF_TIME, Severity.WARNING, message, hint=hint, profile=profile, limit="")
