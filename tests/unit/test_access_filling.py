"""What the built-in forms make of answers: words for workflows, and what each holder is given."""

from __future__ import annotations

from typing import Any, cast

from catalogue.access import Book, Kind, decide
from catalogue.access import commands as c
from catalogue.access.builtin import builtin_forms
from catalogue.desk.filling import StoredForms
from catalogue.ports import FormStore
from tests.access import CAST, GRID, HEALTH, HOLDER, HOURS, LATER, OTHER, Play


class Store:
    """The built-in forms, as a journal that holds no others gives them."""

    def current(self) -> tuple[Any, ...]:
        return builtin_forms()


FORMS = StoredForms(cast(FormStore, Store()))


def test_dual_use_of_computing_time_sends_its_leg_to_legal_review_and_no_other() -> None:
    play = Play(Book()).begin(HOURS, GRID)
    play.do("applicant", c.SaveAnswers({"dual-use": "unsure"}))
    request = play.now()
    filled = {leg.id: FORMS.filled(request, leg) for leg in request.legs}
    assert "dual-use" in filled[f"{HOLDER}.compute"].flags
    said = decide(request, c.Submit(), CAST["applicant"], LATER, Book(), filled)
    steps = {one.leg: one.data["steps"] for one in said if one.kind is Kind.SUBMITTED}
    assert "legal" in steps[f"{HOLDER}.compute"]
    assert "legal" not in steps[f"{OTHER}.data"]


def test_the_holder_of_grid_data_is_not_given_what_the_health_form_asks() -> None:
    play = Play(Book()).begin(HEALTH, GRID)
    request = play.now()
    asked = {leg.id: FORMS.filled(request, leg).asked or frozenset() for leg in request.legs}
    health = next(one for one in builtin_forms() if one.id == "health")
    grid, scans = asked[f"{OTHER}.data"], asked[f"{HOLDER}.data"]
    names = {one.id for one in health.fields if one.asks}
    assert names <= scans
    assert names - grid
    assert scans & grid
