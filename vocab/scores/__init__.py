"""What is said of quality, in the 24 official languages: one file each.

`dimension` and `label` are names of the assessment's dimensions and metrics, `missing` what is wrong
where a metric is not met, `mend` what to do about it, `said` what was found. `{status}` is an HTTP
status.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from vocab.languages import told_in


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language, by the names of dimensions and metrics in the assessment's vocabulary."""

    language: str
    dimension: Mapping[str, str]
    label: Mapping[str, str]
    missing: Mapping[str, str]
    mend: Mapping[str, str]
    said: Mapping[str, str]


@cache
def words(language: str | None) -> Words:
    """The texts in a language; in English where it is none of the 24."""
    code, told = told_in("vocab.scores", language)
    return Words(code, **told)
