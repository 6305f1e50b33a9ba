"""One record against one profile, within its time."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

from catalogue.validate.data import Data, OutOfTime
from catalogue.validate.shapes import Result, Shapes

SECONDS = 5.0  # that one record may take under one profile
MOST = 10_000  # findings of one record and profile that are listed


@dataclass(frozen=True, slots=True)
class Profile:
    """A named set of shapes."""

    name: str
    shapes: Shapes


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a profile says of a record. `whole` is False where the time ran out: there may be more.
    `more` results are left out; `missing` counts, by table that is not loaded, the values that could
    not be judged."""

    results: list[Result]
    whole: bool
    more: int
    missing: Counter[str]


def judge(data: Data, profile: Profile, seconds: float = SECONDS) -> Judgement:
    """Validate one record. Never raises for what the record holds.

    It ends within about `seconds`, whatever the record; results come in the order of focus node, path,
    component and value.
    """
    found: list[Result] = []
    data.begin(time.monotonic() + seconds)
    whole = True
    try:
        profile.shapes.report(data, found)
    except OutOfTime:
        whole = False
    except RecursionError:  # paths and shapes are bounded; this is what is left
        whole = False
    found.sort(key=_order)
    return Judgement(found[:MOST], whole, max(0, len(found) - MOST), data.missing)


def _order(result: Result) -> tuple[str, str, str, str]:
    path = result.path.text if result.path else ""
    return result.focus, path, result.check.component, result.value or ""
