"""What profiles say of one record: their numbers, and the findings that are kept with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

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
    groups: dict[tuple[str, str, str, str], Finding] = {}
    for one in found.results:
        severity = SEVERITIES.get(one.shape.severity, "violation")
        numbers[severity] += 1
        path = plain_path(one) or ""
        key = (one.check.component, path, severity, one.shape.id if one.shape.messages else "")
        known = groups.get(key)
        if known is not None:
            groups[key] = replace(known, count=known.count + 1)
        elif len(groups) < MOST:
            groups[key] = _finding(one, path, severity if declared else "info", profile.name)
    findings = list(groups.values())
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


def _finding(result: Result, path: str, severity: str, profile: str) -> Finding:
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
        focus=plain(result.focus),
        profile=profile,
        limit=None if own else limit,
    )


def _out_of_time(profile: str) -> Finding:
    message, hint = words(OUT_OF_TIME, "", "", "en")
    return Finding(OUT_OF_TIME, Severity.WARNING, message, hint=hint, profile=profile, limit="")
