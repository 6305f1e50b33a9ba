"""What every journal promises about scores and their sums."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from catalogue.adapters.sql import SqlJournal
from catalogue.ports import Figures, Fold, Gap, Journal, Score


@pytest.fixture
def journal(database: str) -> Iterator[Journal]:
    opened = SqlJournal.open(database)
    yield opened
    opened.close()


def score(name: str, points: int = 130, **more: object) -> Score:
    values: dict[str, object] = {
        "page_id": name,
        "source": "s",
        "node": "n",
        "public": True,
        "sectors": ("health",),
        "points": points,
        "dimensions": (points, 0, 0, 0, 0),
        "conforms": False,
        "wanting": 0b101,
        "links": 2,
        "answering": 1,
        **more,
    }
    return Score(**values)  # type: ignore[arg-type]


def fold(journal: Journal, *scores: Score, gone: tuple[str, ...] = ()) -> None:
    after = journal.quality.position()
    found: dict[str, Score | None] = {one.page_id: one for one in scores} | dict.fromkeys(gone)
    assert journal.quality.fold(Fold(after, after + 1, found))


def sums(journal: Journal, kind: str, id: str = "") -> Figures | None:
    return next(iter(journal.quality.figures(kind, [id])), None)


def test_scores_are_summed_by_source_node_and_sector(journal: Journal) -> None:
    fold(journal, score("a", 130), score("b", 300, sectors=("health", "energy"), conforms=True))
    both = Figures("node", "n", 2, 430, (430, 0, 0, 0, 0), (0, 1, 1, 0), 1, 4, 2)
    assert sums(journal, "node", "n") == both
    assert sums(journal, "all") == replace(both, kind="all", id="")
    assert sums(journal, "source", "s") == replace(both, kind="source", id="s")
    assert [(one.id, one.records) for one in journal.quality.figures("sector")] == [
        ("energy", 1),
        ("health", 2),
    ]
    assert both.mean == 215


def test_a_score_that_changes_takes_the_place_of_the_one_before(journal: Journal) -> None:
    fold(journal, score("a", 130), score("b", 300))
    fold(journal, score("a", 360, wanting=0b1))
    found = sums(journal, "all")
    assert found is not None
    assert (found.records, found.points, found.bands) == (2, 660, (1, 1, 0, 0))
    assert journal.quality.gaps("all", "") == [Gap(0, 2, "a"), Gap(2, 1, "b")]


def test_a_record_that_goes_takes_its_points_with_it(journal: Journal) -> None:
    fold(journal, score("a"))
    fold(journal, gone=("a", "never was"))
    assert sums(journal, "all") is None
    assert journal.quality.gaps("all", "") == []
    assert journal.quality.score("a") is None


def test_numbers_of_hidden_sources_are_in_those_of_the_source_alone(journal: Journal) -> None:
    fold(journal, score("a", public=False, source="hidden"), score("b"))
    for kind, id in (("all", ""), ("node", "n"), ("sector", "health")):
        found = sums(journal, kind, id)
        assert found is not None
        assert (found.records, found.points) == (1, 130), kind
        assert {one.example for one in journal.quality.gaps(kind, id)} == {"b"}
    assert [one.records for one in journal.quality.figures("source", ["hidden"])] == [1]


def test_a_record_that_becomes_hidden_leaves_the_sums(journal: Journal) -> None:
    fold(journal, score("a"), score("b"))
    fold(journal, score("a", public=False))
    found = sums(journal, "node", "n")
    assert found is not None
    assert found.records == 1
    assert {one.example for one in journal.quality.gaps("node", "n")} == {"b"}


def test_an_example_that_is_mended_gives_way_to_another(journal: Journal) -> None:
    fold(journal, score("a"), score("b"))
    shown = journal.quality.gaps("sector", "health")[0].example
    assert shown is not None
    fold(journal, score(shown, wanting=0))
    (other,) = {"a", "b"} - {shown}
    for kind, id in (("all", ""), ("node", "n"), ("sector", "health"), ("source", "s")):
        assert journal.quality.gaps(kind, id) == [Gap(0, 1, other), Gap(2, 1, other)], kind


def test_who_folds_late_folds_nothing(journal: Journal) -> None:
    assert journal.quality.fold(Fold(0, 5, {"a": score("a")}))
    assert not journal.quality.fold(Fold(0, 5, {"a": score("a")}))
    assert journal.quality.position() == 5
    found = sums(journal, "all")
    assert found is not None
    assert found.records == 1


def test_each_day_keeps_its_last_figures(journal: Journal) -> None:
    fold(journal, score("a", 130))
    fold(journal, score("b", 300))
    (day,) = journal.quality.days("node", "n")
    assert (day.records, day.points, day.day) == (2, 430, datetime.now(UTC).date())
    assert journal.quality.close_day() == 4
    assert journal.quality.close_day() == 0, "once a day is enough"


def test_sums_are_those_of_counting_anew_whatever_came_and_went(journal: Journal) -> None:
    chance = random.Random(7)
    kept: dict[str, Score] = {}
    for _round in range(30):
        batch: dict[str, Score | None] = {}
        for name in chance.sample("abcdefghijklmnop", 4):
            gone = chance.random() < 0.3
            batch[name] = (
                None
                if gone
                else score(
                    name,
                    chance.randrange(406),
                    source=chance.choice("st"),
                    node=chance.choice("mn"),
                    public=chance.random() < 0.7,
                    sectors=tuple(
                        chance.sample(["health", "energy", "mobility"], chance.randrange(3))
                    ),
                    wanting=chance.randrange(1 << 23),
                )
            )
        after = journal.quality.position()
        assert journal.quality.fold(Fold(after, after + 1, batch))
        kept = {name: one for name, one in {**kept, **batch}.items() if one}
    public = [one for one in kept.values() if one.public]
    scopes = {("all", ""): public}
    scopes |= {("source", id): [one for one in kept.values() if one.source == id] for id in "st"}
    scopes |= {("node", id): [one for one in public if one.node == id] for id in "mn"}
    scopes |= {
        ("sector", id): [one for one in public if id in one.sectors] for id in ("health", "energy")
    }
    for (kind, id), wanted in scopes.items():
        found = sums(journal, kind, id)
        assert found is not None
        assert (found.records, found.points) == (len(wanted), sum(one.points for one in wanted))
        gaps = Counter(m for one in wanted for m in range(23) if one.wanting >> m & 1)
        told = journal.quality.gaps(kind, id)
        assert {one.metric: one.records for one in told} == dict(gaps)
        for gap in told:
            assert gap.example in {one.page_id for one in wanted if one.wanting >> gap.metric & 1}
