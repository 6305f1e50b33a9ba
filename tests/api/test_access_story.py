"""One request through HTTP alone, from three holders' records to what each of them has decided."""

from __future__ import annotations

import base64
import csv
import hashlib
import hmac
import io
import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar

from api import create_app
from catalogue.bootstrap import Catalogue, bootstrap
from catalogue.people import Grant, Role
from tests.api.asking import (
    API,
    BASE,
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
from tests.api.test_outcomes import sending
from tests.command import Aicat
from tests.fault.test_webhooks import receiving
from tests.smtp_server import mail_server
from vocab.notices import words

UNSEEN = ("resource-added",)  # of a leg, before it was handed in
NEWS = ("taken-up", "returned", "approved", "approved-with-conditions", "rejected")


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


def follows(who: Signed) -> str:
    """Where the person's calendar is read, by whoever has the link."""
    made = who.send("/api/v1/me/calendar")
    assert made.status_code == 201
    return str(made.get_json()["url"]).removeprefix("https://localhost")


def dates(app: Flask, link: str) -> list[Any]:
    """The events of a calendar, as a calendar program reads it: without any cookie."""
    answer = whole_answers(app).get(link, **BASE)
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    return list(Calendar.from_ical(answer.get_data()).walk("VEVENT"))


def is_signed(headers: dict[str, str], body: bytes, secret: str) -> bool:
    """Whether a call is signed with the secret, as Standard Webhooks 1.0 has it."""
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return headers["webhook-signature"] == f"v1,{digest}"


def figures(staff: Signed, holder: str) -> tuple[dict[str, int], dict[str, int]]:
    """How many legs are in each state, and of which decision, as a holder's report says: its JSON and its
    CSV say the same."""
    address = f"/api/v1/reports/access?holder={holder}"
    told = staff.told(address)
    lines = staff.get(f"{address}&format=csv").get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(lines, newline="")))
    states = {one["name"]: int(one["value"]) for one in rows if one["figure"] == "state"}
    decided = {one["name"]: int(one["value"]) for one in rows if one["figure"] == "decided"}
    by_sector = {
        (one["sector"], one["organisation"], one["name"], int(one["value"]))
        for one in rows
        if one["figure"] == "decision"
    }
    assert (states, decided) == (told["states"], told["decisions"])
    assert by_sector == {
        (one["sector"], one["organisation"], one["decision"], one["number"])
        for one in told["by_sector"]
    }
    assert {one[2] for one in by_sector} == {name for name, number in decided.items() if number}
    assert told["total"] == sum(states.values())
    return states, {name: number for name, number in decided.items() if number}


def test_a_start_up_asks_three_holders_and_everything_agrees_on_what_each_decided(
    here: Catalogue, app: Flask, tmp_path: Path
) -> None:
    cast = Cast(here, lambda: whole_answers(app), reached=True)
    ada = cast.applicant()
    assert ada.send("/api/v1/me", {"language": "fi"}, method="PATCH").status_code == 200
    staff = {one: cast.staff(one) for one in (HOSPITAL, FLEET, FACTORY)}
    hospital, fleet, factory = staff.values()
    auditor = cast.person("aud", Grant(Role.AUDITOR))

    with receiving() as box, mail_server() as mailbox:
        secrets = {}
        for holder, one in staff.items():
            made = one.send("/api/v1/webhooks", {"holder": holder, "url": box.url})
            secrets[holder] = made.get_json()["secret"]
        calendars = {holder: follows(one) for holder, one in staff.items()}
        mine = follows(ada)
        assert dates(app, mine) == []

        # the basket
        basket = [page_of(SCANS), page_of(TRACES), page_of(HOURS)]
        made = ada.send(API, {"resources": basket, "title": "Triage on the road"})
        assert made.status_code == 201
        request_id = made.get_json()["id"]
        assert made.headers["Location"].endswith(f"{API}/{request_id}")
        legs = {one["holder"]: one["id"] for one in made.get_json()["legs"]}
        assert set(legs) == set(staff)
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

        # what is due is in the calendar of each holder's staff
        for holder, one in staff.items():
            (leg,) = one.told(f"{API}/{request_id}")["legs"]
            (due,) = dates(app, calendars[holder])
            assert due.decoded("DTSTART") == datetime.fromisoformat(leg["due"]).replace(
                microsecond=0
            )
            assert str(due["URL"]).endswith(f"/desk/{request_id}/{legs[holder]}")

        # the hospital approves with conditions
        through(hospital, request_id, legs[HOSPITAL])
        conditions = "Only inside our secure environment."
        said = {"leg": legs[HOSPITAL], "conditions": conditions}
        told = hospital.must(request_id, "approve-with-conditions", **said, days=90)
        assert [one["id"] for one in told["legs"]] == [legs[HOSPITAL]]

        # the fleet wants more, then approves, until a moment
        fleet.must(request_id, "take-up", leg=legs[FLEET])
        fleet.must(request_id, "return", leg=legs[FLEET], comment="Which streets?")
        seen = ada.told(f"{API}/{request_id}")
        assert seen["state"] == "returned"
        back = next(one for one in seen["legs"] if one["holder"] == FLEET)
        assert (back["left"] is not None, back["due"]) == (True, None)
        assert dates(app, calendars[FLEET]) == []  # the clock stands still
        ada.send(
            f"{API}/{request_id}/answers",
            {"answers": {**answers, "data-needed": "Streets of one city"}},
            method="PUT",
        )
        assert ada.send(f"{API}/{request_id}/submit").status_code == 200
        while (leg := fleet.told(f"{API}/{request_id}")["legs"][0])["state"] != "decision":
            fleet.must(request_id, "pass-step", leg=leg["id"])
        until = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=36)
        wrong = fleet.command(request_id, "approve", leg=legs[FLEET], until="tomorrow")
        assert (wrong.status_code, wrong.get_json()["parameter"]) == (400, "until")
        fleet.must(request_id, "approve", leg=legs[FLEET], until=until.isoformat())

        # the factory rejects
        through(factory, request_id, legs[FACTORY])
        factory.must(request_id, "reject", leg=legs[FACTORY], reason="The machine is full.")
        assert all(dates(app, one) == [] for one in calendars.values())  # nothing is due any more

        # terms first, then access
        assert ada.told("/api/v1/entitlements")["total"] == 0
        for one in ada.told(f"{API}/{request_id}")["legs"]:
            if "accept-terms" in one["commands"]:
                ada.must(request_id, "accept-terms", leg=one["id"], terms=one["terms"])
        end = {one["holder"]: one for one in ada.told(f"{API}/{request_id}")["legs"]}
        decided = {
            HOSPITAL: "approved-with-conditions",
            FLEET: "approved",
            FACTORY: "rejected",
        }
        states = {HOSPITAL: "active", FLEET: "active", FACTORY: "rejected"}
        assert {name: one["state"] for name, one in end.items()} == states
        assert (end[HOSPITAL]["conditions"], end[FACTORY]["reason"]) == (
            conditions,
            "The machine is full.",
        )
        sent = sending(here, mailbox.port).round()
        assert (sent.failed, sent.postponed) == (0, 0)

    # entitlements, as the applicant, each holder and the auditor see them
    given = ada.told("/api/v1/entitlements")["items"]
    assert {(one["page_id"], one["conditions"]) for one in given} == {
        (page_of(SCANS), conditions),
        (page_of(TRACES), ""),
    }
    assert all(one["in_force"] for one in given)
    for holder, number in ((HOSPITAL, 1), (FLEET, 1), (FACTORY, 0)):
        listed = staff[holder].told(f"/api/v1/entitlements?holder={holder}")
        assert listed["total"] == number
        assert [one for one in given if one["holder"] == holder] == listed["items"]
    assert auditor.told("/api/v1/entitlements")["total"] == len(given) == 2

    # the calendar has their ends, and so has the request
    ends = {one["id"]: datetime.fromisoformat(one["ends"]) for one in given}
    assert {one["holder"]: ends[one["id"]] for one in given} == {
        holder: datetime.fromisoformat(end[holder]["ends"]) for holder in (HOSPITAL, FLEET)
    }
    assert until in ends.values()
    shown = {str(one["UID"]): one for one in dates(app, mine)}
    assert {uid: one.decoded("DTSTART") for uid, one in shown.items()} == {
        uid: moment.replace(microsecond=0) for uid, moment in ends.items()
    }
    assert {str(one["STATUS"]) for one in shown.values()} == {"CONFIRMED"}
    cut_offs = [
        cut for one in ada.told("/api/v1/calls?limit=100")["items"] for cut in one["cut_offs"]
    ]
    assert len(dates(app, "/calls.ics")) == len(cut_offs) > 0

    # every call of a webhook is signed, and says of its holder's leg what the events say
    events = auditor.told(f"{API}/{request_id}/events?limit=200")["items"]
    for holder, leg in legs.items():
        calls = [
            (json.loads(body), is_signed(headers, body, secrets[holder]))
            for headers, body in box.calls
            if json.loads(body)["holder"] == holder
        ]
        assert all(signed and said["leg"] == leg for said, signed in calls)
        happened = [one for one in events if one["leg"] == leg and one["kind"] not in UNSEEN]
        assert [(said["type"], said["version"]) for said, _signed in calls] == [
            (f"access.{one['kind']}", one["version"]) for one in happened
        ]
        assert [said["state"] for said, _signed in calls][-1] == states[holder]
        assert f"access.{decided[holder]}" in {said["type"] for said, _signed in calls}

    # the applicant's mails are in her language, one for each thing that was news to her
    hers = [one for one in mailbox.messages if "ada@people.example" in str(one["To"])]
    news = [one["kind"] for one in events if one["kind"] in NEWS]
    finnish = words("fi").text
    assert [str(one["Subject"]) for one in hers] == [
        f"{finnish[kind][0]}: Triage on the road" for kind in news
    ]
    assert sorted(news) == sorted([*["taken-up"] * 3, "returned", *decided.values()])
    assert {str(one["Content-Language"]) for one in hers} == {"fi"}
    for one in mailbox.messages:
        assert request_id in one.get_content()
        assert "The machine is full." not in one.get_content()
    told_staff = {
        holder for holder in staff for one in mailbox.messages if holder in str(one["To"])
    }
    assert told_staff == set(staff)

    # the reports of the holders count these decisions and no others
    for holder, one in staff.items():
        assert figures(one, holder) == ({states[holder]: 1}, {decided[holder]: 1})

    # the log agrees with the events, and is whole until somebody edits it
    acts = auditor.told(f"/api/v1/audit?subject={request_id}&limit=1000")["items"]
    names = Counter(one["act"] for one in acts)
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
        assert names[act] == number, act
    for kind, act in (("taken-up", "take-up"), ("passed", "pass-step")):
        assert names[f"access.{act}"] == sum(one["kind"] == kind for one in events)
    assert auditor.told("/api/v1/audit/check") == {
        "sound": True,
        "faults": [],
        "acts": auditor.told("/api/v1/audit")["total"],
        "hash": here.journal.audit.head()[1],
    }
    aicat = Aicat(tmp_path)
    sound = aicat.run("verify")
    assert sound.returncode == 0, sound.stdout + sound.stderr
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
    edited_now = aicat.run("verify")
    assert edited_now.returncode == 1
    assert f"audit row {edited['number']} was changed" in edited_now.stderr


def test_a_link_to_a_calendar_shows_dates_and_opens_nothing_else(
    here: Catalogue, app: Flask
) -> None:
    ada = Cast(here, lambda: whole_answers(app)).applicant()
    first = follows(ada)
    second = follows(ada)
    assert dates(app, second) == []
    stranger = whole_answers(app)
    secret = second.removeprefix("/calendar/").removesuffix(".ics")
    for gone in (first, second.replace("aicatc_", "aicatp_"), "/calendar/aicatc_x_y.ics"):
        assert stranger.get(gone, **BASE).status_code == 404
    for sent in (secret, secret.replace("aicatc_", "aicatp_")):
        header = {"Authorization": f"Bearer {sent}"}
        assert stranger.get("/api/v1/me", headers=header, **BASE).status_code == 401
    assert not any(secret in str(one) for one in here.journal.audit.entries(limit=1000))
    (kept,) = [one for one in ada.told("/api/v1/me/tokens")["items"] if not one["revoked"]]
    assert kept["calendar"]
    assert ada.send(f"/api/v1/me/tokens/{kept['id']}", method="DELETE").status_code == 200
    assert stranger.get(second, **BASE).status_code == 404


def test_an_edited_event_is_found_as_well(here: Catalogue, app: Flask, tmp_path: Path) -> None:
    cast = Cast(here, lambda: whole_answers(app))
    ada, auditor = cast.applicant(), cast.person("aud", Grant(Role.AUDITOR))
    made = ada.send(API, {"resources": [page_of(SCANS)], "title": "Before"}).get_json()
    assert auditor.told("/api/v1/audit/check")["sound"]
    with sqlite3.connect(tmp_path / "var" / "journal.sqlite") as database:
        database.execute("update access_request set title = 'After' where id = ?", (made["id"],))
    assert not auditor.told("/api/v1/audit/check")["sound"]
