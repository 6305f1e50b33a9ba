"""On the path of a bench's processes: they harvest without aligning, judging and, as nothing is judged,
without scores. Sectors stay: they are no part of what is compared."""

from __future__ import annotations

from typing import Any

from catalogue.harvest import prepare
from catalogue.harvest.judges import Judges


def _as_it_is(lines: list[str]) -> tuple[list[str], list[Any]]:
    return lines, []


def _untold(_subject: str, lines: list[str]) -> tuple[list[str], list[Any]]:
    return lines, []


def _unjudged(*_record: Any) -> tuple[tuple[Any, ...], list[Any]]:
    return (), []


prepare.align = _as_it_is  # type: ignore[attr-defined]
prepare.with_languages = _untold  # type: ignore[attr-defined]
Judges.judge = _unjudged  # type: ignore[method-assign]
