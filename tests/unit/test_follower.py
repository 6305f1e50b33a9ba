"""How a follower lets changes come together before it applies them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from catalogue.model import RunState
from catalogue.project.follower import Follower, Positions


class Growing:
    """A journal whose last number is the next of some at each look, and then stays; a run is at work
    until the last of them is there."""

    def __init__(self, numbers: Iterable[int], state: RunState = RunState.RUNNING) -> None:
        self._numbers = list(numbers)
        self._state, self._end = state, self._numbers[-1]
        self.last = 0
        self.runs = self

    def last_seq(self) -> int:
        self.last = self._numbers.pop(0) if self._numbers else self.last
        return self.last

    def active(self) -> list[Any]:
        return [SimpleNamespace(state=self._state)] if self.last < self._end else []


@pytest.fixture
def gathered(tmp_path: Path) -> Any:
    def gather(journal: Any) -> int:
        seconds = itertools.count(0.0, 1.0)  # each look finds that a second has gone by
        follower = Follower(journal, [], Positions(tmp_path), clock=lambda: next(seconds))
        follower._gather(0)
        last: int = journal.last
        return last

    return gather


def test_a_part_of_a_harvest_waits_for_the_next_while_its_run_is_at_work(gathered: Any) -> None:
    assert gathered(Growing([250, 250, 250, 500])) == 500


def test_a_few_changes_do_not_wait_for_more(gathered: Any) -> None:
    assert gathered(Growing([10, 10, 500])) == 10


def test_changes_do_not_wait_for_a_run_that_has_not_begun(gathered: Any) -> None:
    assert gathered(Growing([250, 250, 500], RunState.QUEUED)) == 250


def test_changes_wait_for_a_run_that_appends_nothing_only_for_a_while(gathered: Any) -> None:
    assert gathered(Growing([250] * 9 + [500])) == 250
