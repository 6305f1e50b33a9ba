"""A graph's lines by subject and predicate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

Said: TypeAlias = Mapping[str, list[str]]
"""What is said of one subject: terms by predicate, in their order."""
Subjects: TypeAlias = Mapping[str, Said]


def by_subject(lines: Iterable[str]) -> dict[str, dict[str, list[str]]]:
    """The terms of canonical lines by subject and predicate; quickest where they are sorted."""
    found: dict[str, dict[str, list[str]]] = {}
    said: dict[str, list[str]] = {}
    last = ""
    for line in lines:  # sorted, so those of one subject stand together
        subject, predicate, rest = line.split(" ", 2)
        if subject != last:
            said, last = found.setdefault(subject, {}), subject
        if predicate in said:
            said[predicate].append(rest[:-2])
        else:
            said[predicate] = [rest[:-2]]
    return found
