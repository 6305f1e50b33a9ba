"""One request through HTTP alone, from three holders' records to what each of them has decided."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from api import create_app
from catalogue.bootstrap import Catalogue, bootstrap
from catalogue.people import Grant, Role
from tests.api.asking import (
    API,
    FACTORY,
    FLEET,
    HOSPITAL,
    HOURS,
    SCANS,
    TRACES,
    Cast,
    Signed,
    all_answers,
    build,
    page_of,
)
from tests.api.conftest import whole_answers


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Catalogue]:
    opened = bootstrap(build(tmp_path))
    yield opened
    opened.close()


@pytest.fixture
def app(here: Catalogue) -> Flask:
    return create_app(here)


def through(staff: Signed, request_id: str, leg: str) -> None:
    """Take a leg through its reviews, up to the decision."""
    staff.must(request_id, "take-up", leg=leg)
    while (told := staff.told(f"{API}/{request_id}")["legs"][0])["state"] != "decision":
        staff.must(request_id, "pass-step", leg=leg, expected=told["version"])


def test_a_start_up_asks_three_holders_and_each_decides_as_it_will(
    here: Catalogue, app: Flask, tmp_path: Path
) -> None:
    cast = Cast(here, lambda: whole_answers(app))
    ada = cast.applicant()
    hospital, fleet, factory = (cast.staff(one) for one in (HOSPITAL, FLEET, FACTORY))
    auditor = cast.person("aud", Grant(Role.AUDITOR))

    # the basket
    basket = [page_of(SCANS), page_of(TRACES), page_of(HOURS)]
    made = ada.send(API, {"resources": basket, "title": "Triage on the road"})
    assert made.status_code == 201
    request_id = made.get_json()["id"]
    assert made.headers["Location"].endswith(f"{API}/{request_id}")
    legs = {one["holder"]: one["id"] for one in made.get_json()["legs"]}
    assert set(legs) == {HOSPITAL, FLEET, FACTORY}
    assert legs[FACTORY] == f"{FACTORY}.compute"

    # nothing may be handed in that is not filled in
    refused = ada.send(f"{API}/{request_id}/submit")
    assert refused.status_code == 422
    assert {"project-title", "gpu-hours", "health-purposes"} <= {
        one["field"] for one in refused.get_json()["errors"]
    }
    answers = all_answers(here, made.get_json())
    kept = ada.send(f"{API}/{request_id}/answers", {"answers": answers}, method="PUT")
    assert kept.status_code == 200
    submitted = ada.send(f"{API}/{request_id}/submit")
    assert submitted.status_code == 200, submitted.get_json()
    assert {one["state"] for one in submitted.get_json()["legs"]} == {"submitted"}

    # the hospital approves with conditions
    through(hospital, request_id, legs[HOSPITAL])
    conditions = "Only inside our secure environment."
    told = hospital.must(
        request_id, "approve-with-conditions", leg=legs[HOSPITAL], conditions=conditions, days=90
    )
    assert [one["id"] for one in told["legs"]] == [legs[HOSPITAL]]

    # the fleet wants more, then approves
    fleet.must(request_id, "take-up", leg=legs[FLEET])
    fleet.must(request_id, "return", leg=legs[FLEET], comment="Which streets?")
    seen = ada.told(f"{API}/{request_id}")
    assert seen["state"] == "returned"
    back = next(one for one in seen["legs"] if one["holder"] == FLEET)
    assert (back["left"] is not None, back["due"]) == (True, None)
    ada.send(
        f"{API}/{request_id}/answers",
        {"answers": {**answers, "data-needed": "Streets of one city"}},
        method="PUT",
    )
    assert ada.send(f"{API}/{request_id}/submit").status_code == 200
    while (leg := fleet.told(f"{API}/{request_id}")["legs"][0])["state"] != "decision":
        fleet.must(request_id, "pass-step", leg=leg["id"])
    fleet.must(request_id, "approve", leg=legs[FLEET])

    # the factory rejects
    through(factory, request_id, legs[FACTORY])
    factory.must(request_id, "reject", leg=legs[FACTORY], reason="The machine is full.")

    # terms first, then access
    assert ada.told("/api/v1/entitlements")["total"] == 0
    for one in ada.told(f"{API}/{request_id}")["legs"]:
        if "accept-terms" in one["commands"]:
            ada.must(request_id, "accept-terms", leg=one["id"], terms=one["terms"])
    end = {one["holder"]: one for one in ada.told(f"{API}/{request_id}")["legs"]}
    assert {name: one["state"] for name, one in end.items()} == {
        HOSPITAL: "active",
        FLEET: "active",
        FACTORY: "rejected",
    }
    assert (end[HOSPITAL]["conditions"], end[FACTORY]["reason"]) == (
        conditions,
        "The machine is full.",
    )

    # entitlements, as the applicant, each holder and the auditor see them
    mine = ada.told("/api/v1/entitlements")["items"]
    assert {(one["page_id"], one["conditions"]) for one in mine} == {
        (page_of(SCANS), conditions),
        (page_of(TRACES), ""),
    }
    assert all(one["in_force"] for one in mine)
    for holder, staff, number in (
        (HOSPITAL, hospital, 1),
        (FLEET, fleet, 1),
        (FACTORY, factory, 0),
    ):
        assert staff.told(f"/api/v1/entitlements?holder={holder}")["total"] == number
    assert auditor.told("/api/v1/entitlements")["total"] == 2

    # the log agrees with the events, and is whole until somebody edits it
    acts = auditor.told(f"/api/v1/audit?subject={request_id}&limit=1000")["items"]
    names = [one["act"] for one in acts]
    for act, number in (
        ("access.create", 1),
        ("access.submit", 2),
        ("access.refused", 1),
        ("access.approve-with-conditions", 1),
        ("access.return", 1),
        ("access.approve", 1),
        ("access.reject", 1),
        ("access.accept-terms", 2),
    ):
        assert names.count(act) == number, act
    assert auditor.told("/api/v1/audit/check") == {
        "sound": True,
        "faults": [],
        "acts": auditor.told("/api/v1/audit")["total"],
        "hash": here.journal.audit.head()[1],
    }
    edited = next(one for one in acts if one["act"] == "access.reject")
    with sqlite3.connect(tmp_path / "var" / "journal.sqlite") as database:
        database.execute(
            "update audit set act = 'access.approve' where seq = ?", (edited["number"],)
        )
    found = auditor.told("/api/v1/audit/check")
    assert not found["sound"]
    assert str(edited["number"]) in found["faults"][0]
    page = auditor.post("/audit").get_data(as_text=True)
    assert "The log is not whole" in page


def test_an_edited_event_is_found_as_well(here: Catalogue, app: Flask, tmp_path: Path) -> None:
    cast = Cast(here, lambda: whole_answers(app))
    ada, auditor = cast.applicant(), cast.person("aud", Grant(Role.AUDITOR))
    made = ada.send(API, {"resources": [page_of(SCANS)], "title": "Before"}).get_json()
    assert auditor.told("/api/v1/audit/check")["sound"]
    with sqlite3.connect(tmp_path / "var" / "journal.sqlite") as database:
        database.execute("update access_request set title = 'After' where id = ?", (made["id"],))
    assert not auditor.told("/api/v1/audit/check")["sound"]
