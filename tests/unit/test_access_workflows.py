"""Workflows as data: read back as written, refused where they cannot be followed, found by kind."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogue.access import Book, External, Step, Workflow
from catalogue.access.workflow import (
    ALWAYS,
    DECISION,
    KINDS,
    REVIEW_STEPS,
    STEP_PARTS,
    TRAITS,
    checked,
    default_workflows,
    from_json,
    kind_of,
    to_json,
)
from catalogue.errors import InvalidInput, NotFound
from catalogue.model import RECORD_TYPES

DAYS = st.integers(1, 3660)
WORDS = st.sampled_from([ALWAYS, *TRAITS, "critical-infrastructure"])


@st.composite
def steps(draw: st.DrawFn) -> tuple[Step, ...]:
    chosen = draw(st.lists(st.sampled_from(REVIEW_STEPS), unique=True))
    found = [
        Step(
            name,
            draw(st.sampled_from(STEP_PARTS[name])),
            draw(DAYS),
            tuple(draw(st.lists(WORDS, min_size=1, unique=True))),
            draw(st.sampled_from(["reject", "decide"])),
        )
        for name in chosen
    ]
    last = Step(DECISION, draw(st.sampled_from(STEP_PARTS[DECISION])), draw(DAYS))
    return (*found, last)


IDS = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
WORKFLOWS = st.builds(
    Workflow,
    holder=IDS,
    id=IDS,
    version=st.integers(0, 1000),
    kinds=st.lists(st.sampled_from(KINDS), min_size=1, unique=True).map(tuple),
    steps=steps(),
    take_up=DAYS,
    terms=IDS,
    terms_version=st.integers(1, 100),
    duration=DAYS,
    at_once=st.booleans(),
) | st.builds(
    Workflow,
    holder=IDS,
    id=IDS,
    version=st.integers(0, 1000),
    kinds=st.just(("data",)),
    external=st.sampled_from(
        [External(url="https://north.example/apply?x=1"), External(email="desk@north.example")]
    ),
)


@given(WORKFLOWS)
def test_a_workflow_is_read_back_as_it_was_written(workflow: Workflow) -> None:
    assert from_json(json.loads(json.dumps(to_json(workflow)))) == workflow


@given(WORKFLOWS, st.sets(WORDS))
def test_steps_come_in_the_workflows_order_and_end_with_the_decision(
    workflow: Workflow, words: set[str]
) -> None:
    needed = workflow.needed(words)
    names = [one.name for one in workflow.steps]
    assert list(needed) == [name for name in names if name in needed]
    assert needed[-1:] == ((DECISION,) if names else ())
    assert set(workflow.needed(())) <= set(needed)
    assert set(workflow.needed(WORDS_OF_ALL)) == set(names)


WORDS_OF_ALL = {*TRAITS, "critical-infrastructure"}

STEP = {"name": "decision", "days": 5}
GOOD: dict[str, Any] = {"holder": "north", "id": "data", "kinds": ["data"], "steps": [STEP]}


def test_what_is_left_out_is_as_usual() -> None:
    made = from_json(GOOD)
    assert made == Workflow("north", "data", 0, ("data",), (Step(DECISION, "decider", 5),))


@pytest.mark.parametrize(
    "wrong",
    [
        {"holder": None},
        {"id": "With Space"},
        {"id": "../etc"},
        {"kinds": []},
        {"kinds": "data"},
        {"kinds": ["data", 5]},
        {"kind": "by-post"},
        {"kind": ["external"]},
        {"steps": 5},
        {"steps": ["decision"]},
        {"steps": []},
        {"steps": [{"name": "eligibility", "days": 5}]},
        {"steps": [STEP, STEP]},
        {"steps": [{"name": "decision", "days": 0}]},
        {"steps": [{"name": "decision", "days": "5"}]},
        {"steps": [{"name": "decision", "days": True}]},
        {"steps": [{"name": "decision", "days": 5, "part": "steward"}]},
        {"steps": [{"name": "decision", "days": 5, "when": ["health"]}]},
        {"steps": [{"name": "prayer", "days": 5}, STEP]},
        {"steps": [{"name": "ethics", "days": 5, "when": []}, STEP]},
        {"steps": [{"name": "ethics", "days": 5, "when": ["A B"]}, STEP]},
        {"steps": [{"name": "ethics", "days": 5, "on_fail": "shrug"}, STEP]},
        {"take_up": 0},
        {"duration": 1e9},
        {"terms_version": 0},
        {"at_once": "yes"},
        {"colour": "red"},
        {"kind": "external"},
        {"kind": "external", "steps": [], "url": "javascript:alert(1)"},
        {"kind": "external", "steps": [], "url": "https://user:word@north.example"},
        {"kind": "external", "steps": [], "url": "https://north.example/\n"},
        {"kind": "external", "steps": [], "url": "https://[north"},
        {"kind": "external", "steps": [], "url": 5},
        {"kind": "external", "steps": [], "email": "desk"},
        {"kind": "external", "steps": [], "email": "a@b.example?subject=x"},
        {"kind": "external", "steps": []},
        {"kind": "external", "steps": [], "url": "https://a.example", "email": "a@b.example"},
    ],
    ids=str,
)
def test_a_workflow_that_cannot_be_followed_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        from_json({**GOOD, **wrong})


def test_the_default_workflows_can_be_followed_and_cover_every_kind_once() -> None:
    found = default_workflows("north")
    assert [checked(one) for one in found] == list(found)
    assert sorted(kind for one in found for kind in one.kinds) == sorted(KINDS)


@pytest.mark.parametrize("type_", RECORD_TYPES)
def test_everything_that_can_be_asked_for_is_of_a_kind(type_: str) -> None:
    expected = {"offer": "service"}.get(type_, "data")
    assert kind_of(type_, None) == expected
    assert kind_of(type_, "compute") == ("compute" if type_ == "offer" else "data")


def test_a_holder_may_cover_all_kinds_with_one_workflow() -> None:
    one = replace(default_workflows("north")[0], id="all", version=3, kinds=KINDS)
    book = Book((one, replace(one, version=2, duration=1), replace(one, holder="south", version=9)))
    assert {book.current("north", kind).id for kind in KINDS} == {"all"}
    assert book.current("north", "data").version == 3
    assert book.at("north", "all", 2).duration == 1
    assert book.at("north", "data", 0) == default_workflows("north")[0]
    for missing in (("north", "all", 9), ("north", "none", 0)):
        with pytest.raises(NotFound):
            book.at(*missing)
    with pytest.raises(NotFound):
        book.last("north", "none")


def test_a_kind_that_a_holder_gave_up_comes_under_the_default_again() -> None:
    one = replace(default_workflows("north")[0], id="all", version=1, kinds=KINDS)
    less = replace(one, version=2, kinds=("data",))
    book = Book((one, less))
    assert book.current("north", "data").id == "all"
    assert book.current("north", "compute") == default_workflows("north")[1]
