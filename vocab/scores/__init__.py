"""What is said of quality, in the 24 official languages: one file each.

`dimension` and `label` are names of the assessment's dimensions and metrics, `missing` what is wrong
where a metric is not met, `mend` what to do about it, `said` what was found. `{status}` is an HTTP
status.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from vocab.languages import OFFICIAL

FALLBACK = "en"


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
    code = language if language in OFFICIAL else FALLBACK
    told = tomllib.loads(files("vocab.scores").joinpath(f"{code}.toml").read_text("utf-8"))
    return Words(str(code), **told)
