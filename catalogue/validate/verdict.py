"""What profiles say of one record: their numbers, and the findings that are kept with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from catalogue.model import Finding, Judged, Severity
from catalogue.validate.data import Data
from catalogue.validate.judging import Profile, judge
from catalogue.validate.names import SEVERITIES
from catalogue.validate.shapes import Check, Result, Shape
from catalogue.validate.telling import COMPONENT, SHACL, own_message, plain, plain_path, words

SECONDS = 2.0  # that one record may take under one profile while it is harvested
MOST = 60  # findings of one record and profile that are kept; the numbers count all
OUT_OF_TIME = "validate.out-of-time"


def verdict(
    data: Data,
    profile: Profile,
    *,
    declared: bool = True,
    seconds: float = SECONDS,
    key: str | None = None,
) -> tuple[Judged, list[Finding]]:
    """What a profile says of a record. Never raises for what the record holds.

    Results that break the same rule on the same path are one finding with their number, and the first
    focus node and value as its example. Of a profile that is not `declared` the findings are
    information only: nobody promised to follow it. `key` is the record's.
    """
    found = judge(data, profile, seconds)
    numbers: Counter[str] = Counter()
    groups: dict[tuple[str, str, str, str], tuple[_Said, Result, int]] = {}
    for one, count in _alike(found.results):
        said = _said(one.shape, one.check, plain_path(one) or "")
        numbers[said.severity] += count
        first, example, before = groups.get(said.group, (said, one, 0))
        groups[said.group] = first, example, before + count
    findings = [
        _finding(said, one, profile.name, count, key, declared=declared)
        for said, one, count in islice(groups.values(), MOST)
    ]
    if not found.whole:
        findings.append(_out_of_time(profile.name, key))
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


class _Said(NamedTuple):
    """What is the same of all results of one constraint on one path; `group` tells results apart that
    are findings of their own."""

    group: tuple[str, str, str, str]
    severity: str
    rule: str
    message: str
    path: str
    hint: str
    limit: str | None


@lru_cache(maxsize=8192)
def _said(shape: Shape, check: Check, path: str) -> _Said:
    severity = SEVERITIES.get(shape.severity, "violation")
    rule = f"{SHACL}{check.component}{COMPONENT}"
    message, hint = words(rule, path, check.limit, "en")
    own = own_message(shape.messages, "en")
    return _Said(
        (check.component, path, severity, shape.id if shape.messages else ""),
        severity,
        rule,
        own or message,
        path,
        hint,
        None if own else check.limit,
    )


def _finding(
    said: _Said, result: Result, profile: str, count: int, key: str | None, *, declared: bool
) -> Finding:
    return Finding(
        rule=said.rule,
        severity=Severity(said.severity if declared else "info"),
        message=said.message,
        path=said.path or None,
        value=plain(result.value),
        hint=said.hint,
        key=key,
        count=count,
        focus=plain(result.focus),
        profile=profile,
        limit=said.limit,
    )


def _out_of_time(profile: str, key: str | None) -> Finding:
    message, hint = words(OUT_OF_TIME, "", "", "en")
    return Finding(
        OUT_OF_TIME, Severity.WARNING, message, hint=hint, key=key, profile=profile, limit=""
    )
