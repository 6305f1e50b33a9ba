"""Requests for access over HTTP: who sees and does what, and what is refused."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from api import create_app
from catalogue.access.attachments import MOST_BYTES
from catalogue.access.workflow import default_workflows, to_json
from catalogue.bootstrap import Catalogue, bootstrap
from catalogue.people import Grant, Role
from tests.api.asking import (
    API,
    BASE,
    FLEET,
    HOSPITAL,
    HOURS,
    OPEN,
    SCANS,
    TRACES,
    Cast,
    Signed,
    all_answers,
    build,
    fresh,
    page_of,
)
from tests.api.conftest import whole_answers

HTML = {"Accept": "text/html"}
EVIL = "</textarea><script>alert(1)</script>"


class Clock:
    """The real time, moved."""

    moved = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.moved


CLOCK = Clock()


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    opened = bootstrap(build(tmp_path_factory.mktemp("asking")))
    yield replace(opened, clock=CLOCK)
    opened.close()


@pytest.fixture(scope="module")
def asked(here: Catalogue) -> Flask:
    return create_app(here)


@pytest.fixture
def cast(here: Catalogue, asked: Flask) -> Iterator[Cast]:
    yield Cast(here, lambda: whole_answers(asked))
    CLOCK.moved = timedelta()


def draft(ada: Signed, *iris: str, title: str = "A request") -> dict[str, Any]:
    pages = [page_of(one) for one in iris or (SCANS,)]
    made = ada.send(API, {"resources": pages, "title": title})
    assert made.status_code == 201, made.get_json()
    told: dict[str, Any] = made.get_json()
    return told


def submitted(here: Catalogue, ada: Signed, *iris: str, title: str = "A request") -> dict[str, Any]:
    made = draft(ada, *iris, title=title)
    answers = all_answers(here, made)
    ada.send(f"{API}/{made['id']}/answers", {"answers": answers}, method="PUT")
    done = ada.send(f"{API}/{made['id']}/submit")
    assert done.status_code == 200, done.get_json()
    told: dict[str, Any] = done.get_json()
    return told


def at_decision(here: Catalogue, cast: Cast, ada: Signed) -> tuple[str, str, int]:
    """A request to the hospital that waits for its decision: its id, its leg, the leg's version."""
    made, staff = submitted(here, ada), cast.staff(HOSPITAL)
    leg = made["legs"][0]["id"]
    told = staff.must(made["id"], "take-up", leg=leg)
    while told["legs"][0]["state"] != "decision":
        told = staff.must(made["id"], "pass-step", leg=leg)
    return made["id"], leg, told["legs"][0]["version"]


# --- who sees what ----------------------------------------------------------------------------------


def test_each_sees_what_their_role_allows_and_others_see_nothing(
    here: Catalogue, cast: Cast, asked: Flask
) -> None:
    ada = cast.applicant()
    made = submitted(here, ada, SCANS, TRACES)
    address = f"{API}/{made['id']}"
    assert ada.told(address)["sight"] == "applicant"
    assert cast.applicant("bob").told(address)["sight"] == "applicant"
    for holder in (HOSPITAL, FLEET):
        told = cast.staff(holder).told(address)
        assert (told["sight"], [one["holder"] for one in told["legs"]]) == ("holder", [holder])
        events = cast.staff(holder).told(f"{address}/events")["items"]
        assert {one["leg"] for one in events} == {f"{holder}.data"}
    auditor = cast.person("aud", Grant(Role.AUDITOR))
    assert (auditor.told(address)["sight"], len(auditor.told(address)["legs"])) == ("auditor", 2)
    hidden = (
        cast.person("sam", Grant(Role.MEMBER, "other")),
        cast.staff("lumi-aif"),
        cast.person("sue", Grant(Role.STEWARD)),
        cast.person("adi", Grant(Role.ADMINISTRATOR)),
    )
    for one in hidden:
        for path in ("", "/events", "/commands", "/attachments"):
            assert one.get(f"{address}{path}").status_code == 404
        assert one.get(f"/requests/{made['id']}", headers=HTML).status_code == 404
        assert one.get(f"/desk/{made['id']}/{HOSPITAL}.data", headers=HTML).status_code == 404
        assert one.told(API)["items"] == []
    assert whole_answers(asked).get(address, **BASE).status_code == 401


def test_a_draft_is_nobodys_business_but_the_applicants(cast: Cast) -> None:
    made = draft(cast.applicant())
    assert cast.staff(HOSPITAL).get(f"{API}/{made['id']}").status_code == 404
    listed = cast.staff(HOSPITAL).told(f"{API}/legs?limit=1000")["items"]
    assert made["id"] not in {one["request"] for one in listed}


def test_entitlements_of_others_are_not_listed(cast: Cast) -> None:
    ada, fleet = cast.applicant(), cast.staff(FLEET)
    assert fleet.told(f"/api/v1/entitlements?holder={HOSPITAL}")["total"] == 0
    assert ada.told("/api/v1/entitlements?organisation=other")["total"] == 0
    assert ada.get(f"/api/v1/entitlements?person={fleet.person.id}").status_code == 403


def test_lists_of_others_are_refused_and_the_refusal_is_one_of_the_problem_kind(
    cast: Cast,
) -> None:
    ada, fleet = cast.applicant(), cast.staff(FLEET)
    for one, address in (
        (ada, f"{API}/legs"),
        (ada, f"{API}?all=true"),
        (ada, f"{API}/numbers"),
        (ada, "/api/v1/audit"),
        (ada, "/api/v1/audit/check"),
        (fleet, f"{API}/legs?holder={HOSPITAL}"),
    ):
        answer = one.get(address)
        assert answer.status_code == 403, address
        assert answer.mimetype == "application/problem+json"


def test_no_route_of_requests_answers_who_is_not_signed_in(asked: Flask) -> None:
    client, seen = whole_answers(asked), 0
    for rule in asked.url_map.iter_rules():
        if not rule.endpoint.startswith(("access.", "audit.", "workflows.")):
            continue
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            address = rule.rule
            for name in rule.arguments:
                address = address.replace(f"<{name}>", "x")
            answer = client.open(address, method=method, json=_BODIES.get(rule.endpoint), **BASE)
            assert answer.status_code == 401, (method, address, answer.get_data(as_text=True))
            seen += 1
    assert seen >= 20


_BODIES: dict[str, Any] = {
    "access.start": {},
    "access.command": {"command": "copy"},
    "access.submit": {},
    "access.withdraw": {},
    "access.answers": {"answers": {}},
    "access.add_resource": {"page_id": "x"},
    "workflows.put_workflow": {"kinds": ["data"], "steps": []},
}


def test_reviewers_do_not_read_private_answers_and_deciders_do(here: Catalogue, cast: Cast) -> None:
    private = {
        one.id for form in here.journal.forms.current() for one in form.fields if one.private
    }
    assert private, "some built-in form keeps an answer from reviewers"
    made = submitted(here, cast.applicant(), SCANS)
    given = set(made["answers"]) & private
    assert given
    reviewer = cast.staff(HOSPITAL, Role.REVIEWER_TECHNICAL).told(f"{API}/{made['id']}")
    assert not given & {*reviewer["answers"], *reviewer["legs"][0]["shared"]}
    assert set(reviewer["answers"]) == set(made["answers"]) - private
    decider = cast.staff(HOSPITAL, Role.DECIDER).told(f"{API}/{made['id']}")
    assert given <= {*decider["answers"]} & {*decider["legs"][0]["shared"]}


# --- what is refused --------------------------------------------------------------------------------


def test_a_form_without_the_sessions_token_or_from_elsewhere_changes_nothing(cast: Cast) -> None:
    ada = cast.applicant()
    made = draft(ada)
    address, page = f"{API}/{made['id']}/withdraw", f"/requests/{made['id']}/act"
    form = {"command": "withdraw"}
    assert ada.client.post(address, json={}, **BASE).status_code == 403
    assert ada.client.post(page, data=form, **BASE).status_code == 403
    assert ada.client.post(page, data={**form, "csrf": "0" * 64}, **BASE).status_code == 403
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        sent = {**headers, "X-CSRF-Token": ada.csrf}
        assert ada.client.post(address, json={}, headers=sent, **BASE).status_code == 403
    assert ada.told(f"{API}/{made['id']}")["version"] == made["version"]


def test_who_is_not_signed_in_comes_back_to_the_page_and_nowhere_else(asked: Flask) -> None:
    client = whole_answers(asked)
    for asked_for in ("/requests/new?resource=x", "/desk", "/audit", "/entitlements"):
        answer = client.get(asked_for, headers=HTML, **BASE)
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/sign-in?next=/")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"resources": ["x"] * 10_000}, 400),
        ({"resources": "x"}, 400),
        ({"resources": [None]}, 400),
        ({"resources": ["x\x00"]}, 400),
        ({"resources": ["\ud800"]}, 400),
        ({"resources": ["../../etc/passwd"]}, 404),
        ({"resources": ["'or'1'='1"]}, 404),
        ({"title": "x" * 301}, 400),
        ({"title": "a\x00b"}, 400),
        ({"title": ["x"]}, 400),
        ({"answers": []}, 400),
        ({"answers": {"x": "y" * 300_000}}, 400),
        ({"answers": {"x": "\ud800"}}, 400),
        ({"colour": "red"}, 400),
    ],
)
def test_a_start_that_cannot_be_used_is_a_problem(cast: Cast, body: Any, status: int) -> None:
    answer = cast.applicant().send(API, body)
    assert answer.status_code == status, answer.get_json()
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"command": "destroy"}, "command"),
        ({"command": ["submit"]}, "command"),
        ({}, "command"),
        ({"command": "submit", "colour": "red"}, "colour"),
        ({"command": "approve"}, "leg"),
        ({"command": "approve", "leg": 5}, "leg"),
        ({"command": "approve", "leg": "x", "days": "many"}, "days"),
        ({"command": "approve", "leg": "x", "days": True}, "days"),
        ({"command": "submit", "expected": "two"}, "expected"),
        ({"command": "submit", "reason": "x"}, "reason"),
        ({"command": "reject", "leg": "x"}, "reason"),
        ({"command": "reject", "leg": "x", "reason": "y" * 20_001}, "reason"),
        ({"command": "reject", "leg": "x", "reason": "a\x00b"}, "reason"),
        ({"command": "save-answers", "answers": []}, "answers"),
        ({"command": "save-answers", "answers": {str(one): 1 for one in range(1001)}}, "answers"),
        ({"command": "comment", "leg": "x", "text": "y", "audience": "everybody"}, "audience"),
        ({"command": "invite", "person": "nobody"}, "person"),
        ({"command": "assign", "leg": f"{HOSPITAL}.data", "person": "nobody"}, "person"),
    ],
)
def test_a_command_that_cannot_be_used_is_a_problem_that_names_what_is_wrong(
    cast: Cast, body: dict[str, Any], name: str
) -> None:
    ada = cast.applicant()
    made = draft(ada)
    answer = ada.send(f"{API}/{made['id']}/commands", body)
    assert (answer.status_code, answer.get_json()["parameter"]) == (400, name), answer.get_json()
    assert ada.told(f"{API}/{made['id']}")["version"] == made["version"]


def test_what_a_role_may_not_do_is_403_and_what_the_state_does_not_allow_409(
    here: Catalogue, cast: Cast
) -> None:
    ada, staff = cast.applicant(), cast.staff(HOSPITAL)
    made = submitted(here, ada)
    leg = made["legs"][0]["id"]
    assert ada.command(made["id"], "approve", leg=leg).status_code == 403
    assert staff.command(made["id"], "approve", leg=leg).status_code == 409
    assert staff.command(made["id"], "withdraw").status_code == 403
    stranger = cast.person("sam", Grant(Role.MEMBER, "other"))
    assert stranger.command(made["id"], "withdraw").status_code == 403
    assert ada.command("x" * 26, "submit").status_code == 404
    noted = here.journal.audit.entries(limit=1000, subject=made["id"])
    assert [one.act for one in noted].count("access.refused") == 4


# --- versions and repetition --------------------------------------------------------------------------


def test_of_two_deciders_at_once_one_decides_and_the_other_is_told_the_version_now(
    here: Catalogue, cast: Cast
) -> None:
    request_id, leg, version = at_decision(here, cast, cast.applicant())
    first = cast.person("dora", Grant(Role.DECIDER, HOSPITAL))
    second = cast.person("dan", Grant(Role.DECIDER, HOSPITAL))
    barrier = Barrier(2)

    def decide(who: Signed, name: str, **values: Any) -> Any:
        barrier.wait(30)
        return who.command(request_id, name, leg=leg, expected=version, **values)

    with ThreadPoolExecutor(2) as pool:
        answers = [
            pool.submit(decide, first, "approve"),
            pool.submit(decide, second, "reject", reason="No."),
        ]
        done = [one.result() for one in answers]
    assert sorted(one.status_code for one in done) == [200, 409]
    (lost,) = [one for one in done if one.status_code == 409]
    assert lost.get_json().get("version", version + 1) == version + 1
    kinds = [one["kind"] for one in first.told(f"{API}/{request_id}/events")["items"]]
    assert len({"approved", "rejected"} & set(kinds)) == 1


def test_an_approval_that_is_replayed_is_one_approval_with_the_same_answer(
    here: Catalogue, cast: Cast
) -> None:
    request_id, leg, _version = at_decision(here, cast, cast.applicant())
    decider, key = cast.staff(HOSPITAL), {"Idempotency-Key": fresh("approval-")}
    body = {"command": "approve", "leg": leg}
    answers = [
        decider.send(f"{API}/{request_id}/commands", body, headers=key) for _time in range(3)
    ]
    assert [one.status_code for one in answers] == [200, 200, 200]
    assert len({one.get_json()["version"] for one in answers}) == 1
    events = decider.told(f"{API}/{request_id}/events")["items"]
    assert [one["kind"] for one in events].count("approved") == 1
    other = decider.send(f"{API}/{request_id}/commands", {**body, "reason": "another"}, headers=key)
    assert other.status_code == 422
    bad = decider.send(f"{API}/{request_id}/commands", body, headers={"Idempotency-Key": "x" * 201})
    assert (bad.status_code, bad.get_json()["parameter"]) == (400, "Idempotency-Key")


def test_a_start_that_is_repeated_makes_one_request(cast: Cast) -> None:
    ada, key = cast.person(fresh("eve")), {"Idempotency-Key": fresh("start-")}
    body = {"resources": [page_of(SCANS)]}
    made = [ada.send(API, body, headers=key).get_json()["id"] for _time in range(2)]
    assert len(set(made)) == 1 == ada.told(API)["total"]


def test_if_match_names_the_version_that_was_seen(cast: Cast) -> None:
    ada = cast.applicant()
    made = draft(ada)
    address = f"{API}/{made['id']}/answers"
    seen = ada.get(f"{API}/{made['id']}").headers["ETag"]
    first = ada.send(address, {"answers": {"a": "1"}}, method="PUT", headers={"If-Match": seen})
    assert first.status_code == 200
    late = ada.send(address, {"answers": {"a": "2"}}, method="PUT", headers={"If-Match": seen})
    assert (late.status_code, late.get_json()["version"]) == (412, first.get_json()["version"])
    late = ada.send(address, {"answers": {}, "expected": made["version"]}, method="PUT")
    assert (late.status_code, late.get_json()["version"]) == (409, first.get_json()["version"])
    new = {"If-Match": first.headers["ETag"]}
    assert ada.send(address, {"answers": {}}, method="PUT", headers=new).status_code == 200
    for wrong in ('"x"', '"1", "2"', 'W/"1"', f'"{"9" * 5000}"'):
        answer = ada.send(address, {"answers": {}}, method="PUT", headers={"If-Match": wrong})
        assert answer.status_code == 400
    unchanged = ada.get(f"{API}/{made['id']}")
    same = ada.get(f"{API}/{made['id']}", headers={"If-None-Match": unchanged.headers["ETag"]})
    assert same.status_code == 304


# --- the basket ---------------------------------------------------------------------------------------


def test_things_come_into_a_draft_and_leave_it(cast: Cast) -> None:
    ada = cast.applicant()
    made = draft(ada, SCANS)
    address = f"{API}/{made['id']}/resources"
    added = ada.send(address, {"page_id": page_of(HOURS)}).get_json()
    assert [one["id"] for one in added["legs"]] == [f"{HOSPITAL}.data", "lumi-aif.compute"]
    assert ada.send(address, {"page_id": page_of(HOURS)}).status_code == 409
    gone = ada.send(f"{address}/{page_of(SCANS)}", method="DELETE").get_json()
    assert [one["page_id"] for leg in gone["legs"] for one in leg["resources"]] == [page_of(HOURS)]
    factory = next(
        one for one in cast._here.journal.live(limit=1000) if one.record.type == "factory"
    )
    assert ada.send(address, {"page_id": factory.record.page_id}).status_code == 400


def test_a_copy_is_a_new_request(here: Catalogue, cast: Cast) -> None:
    ada = cast.applicant()
    made = submitted(here, ada)
    copied = ada.command(made["id"], "copy")
    assert copied.status_code == 201
    assert copied.get_json()["copied_from"] == made["id"]
    assert copied.headers["Location"].endswith(copied.get_json()["id"])
    assert copied.get_json()["answers"] == made["answers"]


# --- files --------------------------------------------------------------------------------------------


def upload(ada: Signed, request_id: str, name: str, body: bytes) -> Any:
    sent = {"file": (io.BytesIO(body), name), "field": "safeguards-file", "csrf": ada.csrf}
    return ada.client.post(f"{API}/{request_id}/attachments", data=sent, **BASE)


def test_a_file_is_given_back_to_be_saved_to_who_may_read_it(here: Catalogue, cast: Cast) -> None:
    ada = cast.applicant()
    made = draft(ada)
    stored = upload(ada, made["id"], "plan.txt", b"Our measures.")
    assert stored.status_code == 201, stored.get_json()
    (file,) = stored.get_json()["attachments"]
    address = f"{API}/{made['id']}/attachments/{file['id']}"
    back = ada.get(address)
    assert back.get_data() == b"Our measures."
    assert back.headers["Content-Disposition"].startswith("attachment")
    assert back.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in back.headers["Content-Security-Policy"]
    assert "no-store" in back.headers["Cache-Control"]
    assert cast.staff(HOSPITAL).get(address).status_code == 404
    answers = all_answers(here, made)
    ada.send(f"{API}/{made['id']}/answers", {"answers": answers}, method="PUT")
    assert ada.send(f"{API}/{made['id']}/submit").status_code == 200
    assert cast.staff(HOSPITAL).get(address).get_data() == b"Our measures."
    assert cast.staff(FLEET).get(address).status_code == 404
    assert cast.person("aud", Grant(Role.AUDITOR)).get(address).status_code == 404
    assert ada.get(f"{API}/{made['id']}/attachments/{'x' * 26}").status_code == 404
    assert (
        ada.get(f"/requests/{made['id']}/attachments/{file['id']}").get_data() == b"Our measures."
    )


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("page.html", b"<script>alert(1)</script>"),
        ("scan.pdf", b"MZ this is a program"),
        ("photo.png", b"<svg onload=alert(1)>"),
        ("empty.txt", b""),
    ],
)
def test_a_file_that_lies_about_what_it_is_is_refused(cast: Cast, name: str, body: bytes) -> None:
    ada = cast.applicant()
    made = draft(ada)
    assert upload(ada, made["id"], name, body).status_code == 400
    assert ada.told(f"{API}/{made['id']}")["attachments"] == []


def test_a_file_that_is_too_large_is_refused_before_it_is_stored(cast: Cast) -> None:
    ada = cast.applicant()
    made = draft(ada)
    answer = upload(ada, made["id"], "plan.txt", b"x" * (MOST_BYTES + 100_000))
    assert answer.status_code == 413
    assert ada.told(f"{API}/{made['id']}")["attachments"] == []


# --- the holder's desk --------------------------------------------------------------------------------


def test_the_queue_tells_what_is_due_and_whose_it_is(here: Catalogue, cast: Cast) -> None:
    ada, staff = cast.applicant(), cast.staff(FLEET)
    made = submitted(here, ada, TRACES, title="In the queue")
    leg = made["legs"][0]["id"]

    def ids(query: str) -> set[str]:
        return {one["request"] for one in staff.told(f"{API}/legs?limit=1000&{query}")["items"]}

    assert made["id"] in ids("") & ids("state=submitted") & ids(f"holder={FLEET}")
    assert made["id"] not in ids("state=decision") | ids("overdue=true") | ids("assigned=me")
    staff.must(made["id"], "assign", leg=leg, person=staff.person.id)
    assert made["id"] in ids("assigned=me")
    numbers = staff.told(f"{API}/numbers")["holders"]
    assert set(numbers) == {FLEET}
    assert numbers[FLEET]["submitted"] >= 1
    token = here.journal.people.create_token(
        staff.person.id, staff.person.who, datetime.now(UTC), name="later", days=30
    ).token
    staff = replace(staff, client=staff.client.application.test_client())
    later = {"Authorization": f"Bearer {token}"}
    CLOCK.moved = timedelta(days=6)
    for query in ("overdue=true", "overdue=true&state=submitted"):
        listed = staff.told(f"{API}/legs?limit=1000&{query}", headers=later)["items"]
        assert made["id"] in {one["request"] for one in listed}
    page = staff.get("/desk?overdue=1", headers={**HTML, **later}).get_data(as_text=True)
    assert "In the queue" in page
    assert "overdue" in page
    wrong = staff.get("/desk?due=yesterday", headers={**HTML, **later})
    assert wrong.status_code == 400


def test_the_page_of_a_leg_offers_what_can_be_done_and_does_it(here: Catalogue, cast: Cast) -> None:
    ada, staff = cast.applicant(), cast.staff(HOSPITAL)
    made = submitted(here, ada, title=EVIL)
    leg = made["legs"][0]["id"]
    address = f"/desk/{made['id']}/{leg}"
    page = staff.get(address, headers=HTML).get_data(as_text=True)
    assert 'value="take-up"' in page
    assert 'value="approve"' not in page
    assert "<script>alert" not in page
    assert staff.post(f"{address}/act", command="take-up").status_code == 303
    late = staff.post(f"{address}/act", command="pass-step", expected="1")
    assert late.status_code == 409
    assert "has changed since" in late.get_data(as_text=True)
    for _step in ("eligibility", "technical", "ethics"):
        assert staff.post(f"{address}/act", command="pass-step").status_code == 303
    empty = staff.post(f"{address}/act", command="reject", reason=" ")
    assert empty.status_code == 400
    kept = staff.post(
        f"{address}/act", command="approve-with-conditions", conditions="", reason=EVIL
    )
    assert kept.status_code == 400
    assert "<script>alert" not in kept.get_data(as_text=True)
    done = staff.post(
        f"{address}/act", command="approve-with-conditions", conditions="Inside only.", days="30"
    )
    assert done.status_code == 303
    seen = ada.get(f"/requests/{made['id']}", headers=HTML).get_data(as_text=True)
    assert "Inside only." in seen
    assert "Hospital-" not in seen, "the applicant is not told who decided"
    terms = ada.told(f"{API}/{made['id']}")["legs"][0]["terms"]
    accept = {"command": "accept-terms", "leg": leg, "terms": terms}
    assert ada.post(f"/requests/{made['id']}/act", **accept).status_code == 303
    entitled = ada.get(f"/entitlements?request={made['id']}", headers=HTML)
    assert "in force" in entitled.get_data(as_text=True)
    assert "Chest scans" in cast.staff(HOSPITAL).get(
        f"/entitlements?holder={HOSPITAL}", headers=HTML
    ).get_data(as_text=True)


def test_no_page_of_requests_runs_or_styles_anything_inline(here: Catalogue, cast: Cast) -> None:
    ada, staff = cast.applicant(), cast.staff(HOSPITAL)
    auditor = cast.person("aud", Grant(Role.AUDITOR))
    made = submitted(here, ada, title=EVIL)
    leg = made["legs"][0]["id"]
    for who, address in (
        (ada, "/requests"),
        (ada, f"/requests/new?resource={page_of(SCANS)}"),
        (ada, f"/requests/{draft(ada, title=EVIL)['id']}"),
        (ada, f"/requests/{made['id']}"),
        (ada, "/entitlements"),
        (staff, "/desk"),
        (staff, f"/desk/{made['id']}/{leg}"),
        (staff, "/desk/workflows"),
        (staff, f"/desk/workflows/{HOSPITAL}/data"),
        (auditor, "/audit"),
        (auditor, "/audit/requests"),
        (auditor, f"/requests/{made['id']}"),
        (auditor, f"/desk/{made['id']}/{leg}"),
        (auditor, "/desk"),
    ):
        answer = who.get(address, headers=HTML)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 200, address
        assert "style=" not in text, address
        assert "<script>" not in text, address
        assert " onclick" not in text, address
        assert "Cookie" in answer.headers["Vary"]
        assert {"no-store", "private", "no-cache"} & set(
            answer.headers["Cache-Control"].replace(",", " ").split()
        )


# --- pages of the applicant -----------------------------------------------------------------------------


def test_from_a_records_page_one_click_leads_to_the_request(cast: Cast, asked: Flask) -> None:
    anybody = whole_answers(asked)
    page = anybody.get(f"/datasets/{page_of(SCANS)}", headers=HTML, **BASE).get_data(as_text=True)
    link = f"/requests/new?resource={page_of(SCANS)}"
    assert f'href="{link}"' in page
    open_page = anybody.get(f"/datasets/{page_of(OPEN)}", headers=HTML, **BASE)
    assert "Request access" not in open_page.get_data(as_text=True)
    ada = cast.applicant()
    chosen = ada.get(link, headers=HTML).get_data(as_text=True)
    assert "Chest scans" in chosen
    made = ada.post("/requests/new", resource=page_of(SCANS), title="By hand")
    assert made.status_code == 303
    mine = ada.get(made.headers["Location"], headers=HTML).get_data(as_text=True)
    assert "Save draft" in mine
    into = made.headers["Location"].rpartition("/")[2]
    added = ada.post("/requests/new", resource=page_of(TRACES), into=into)
    assert added.headers["Location"] == made.headers["Location"]
    assert len(ada.told(f"{API}/{into}")["legs"]) == 2


def test_a_form_is_saved_as_a_draft_and_handed_in_when_it_is_whole(
    here: Catalogue, cast: Cast
) -> None:
    ada = cast.applicant()
    made = draft(ada)
    address = f"/requests/{made['id']}/answers"
    first = {"a.project-title": "Reading scans", "title": "New title", "then": "save"}
    assert ada.post(address, **first).status_code == 303
    told = ada.told(f"{API}/{made['id']}")
    assert (told["title"], told["answers"]["project-title"]) == ("New title", "Reading scans")
    missing = ada.post(address, **{**first, "then": "submit"})
    text = missing.get_data(as_text=True)
    assert missing.status_code == 422
    assert "need your attention" in text
    assert 'href="#a.project-summary"' in text
    assert 'value="Reading scans"' in text
    answers = all_answers(here, made)
    ada.send(f"{API}/{made['id']}/answers", {"answers": answers}, method="PUT")
    done = ada.post(address, title="New title", then="submit")
    assert done.status_code == 303, done.get_data(as_text=True)
    told = ada.told(f"{API}/{made['id']}")
    assert (told["state"], told["answers"]) == ("in-review", answers)


def test_a_file_comes_with_the_form_and_leaves_by_it(cast: Cast) -> None:
    ada = cast.applicant()
    made = draft(ada)
    address = f"/requests/{made['id']}/answers"
    file = (io.BytesIO(b"Our measures."), "plan.txt")
    assert ada.post(address, **{"a.safeguards-file": file, "then": "save"}).status_code == 303
    (kept,) = ada.told(f"{API}/{made['id']}")["attachments"]
    assert (kept["name"], kept["field"]) == ("plan.txt", "safeguards-file")
    page = ada.get(f"/requests/{made['id']}", headers=HTML).get_data(as_text=True)
    assert "plan.txt" in page
    ada.post(address, **{"a.safeguards-file.kept": kept["id"], "then": "save"})
    assert len(ada.told(f"{API}/{made['id']}")["attachments"]) == 1
    ada.post(address, **{"a.safeguards-file.kept": "", "then": "save"})
    assert ada.told(f"{API}/{made['id']}")["attachments"] == []


def test_a_button_pressed_twice_does_it_once(cast: Cast) -> None:
    ada = cast.person(fresh("twice"))
    form = {"resource": page_of(SCANS), "title": "Twice", "once": "p" + "0" * 30}
    places = {ada.post("/requests/new", **form).headers["Location"] for _time in range(2)}
    assert len(places) == 1


# --- how holders decide -----------------------------------------------------------------------------------


def test_a_holder_with_its_own_procedure_is_said_so_before_one_starts_and_after(
    here: Catalogue, cast: Cast, asked: Flask
) -> None:
    ada, steward = cast.applicant(), cast.person("sue", Grant(Role.STEWARD))
    body = {"kinds": ["data"], "kind": "external", "url": "https://fleet.example/ask"}
    address = f"/api/v1/workflows/{FLEET}/data"
    assert steward.send(address, body, method="PUT").status_code == 200
    try:
        page = whole_answers(asked).get(f"/datasets/{page_of(TRACES)}", headers=HTML, **BASE)
        assert 'href="https://fleet.example/ask"' in page.get_data(as_text=True)
        made = draft(ada, TRACES)
        assert made["legs"][0]["external"]["link"] == "https://fleet.example/ask"
        told = ada.send(f"{API}/{made['id']}/submit").get_json()
        assert (told["state"], told["legs"][0]["state"]) == ("referred", "referred")
        page = ada.get(f"/requests/{made['id']}", headers=HTML)
        assert 'href="https://fleet.example/ask"' in page.get_data(as_text=True)
        mail = {"kinds": ["data"], "kind": "external", "email": "desk@fleet.example"}
        assert steward.send(address, mail, method="PUT").status_code == 200
        page = whole_answers(asked).get(f"/datasets/{page_of(TRACES)}", headers=HTML, **BASE)
        assert 'href="mailto:desk@fleet.example"' in page.get_data(as_text=True)
    finally:
        back = {**to_json(default_workflows(FLEET)[0])}
        for name in ("id", "holder", "version"):
            del back[name]
        assert steward.send(address, back, method="PUT").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"kinds": ["gold"], "steps": []},
        {"kinds": ["data"], "steps": []},
        {"kinds": ["data"], "steps": [{"name": "decision", "days": 10**9}]},
        {"kinds": ["data"], "steps": [{"name": "magic", "days": 1}]},
        {"kinds": ["data"], "kind": "external"},
        {"kinds": ["data"], "kind": "external", "url": "javascript:alert(1)"},
        {"kinds": ["data"], "kind": "external", "email": "x@y\r\nBcc: z@y"},
        {"kinds": ["data"], "steps": [{"name": "decision", "days": 1}], "colour": 1},
    ],
)
def test_a_workflow_that_cannot_be_followed_is_refused(cast: Cast, body: dict[str, Any]) -> None:
    steward = cast.person("sue", Grant(Role.STEWARD))
    answer = steward.send(f"/api/v1/workflows/{HOSPITAL}/data", body, method="PUT")
    assert answer.status_code == 400, answer.get_json()


def test_a_workflow_is_set_by_the_holders_decider_or_a_steward_and_by_nobody_else(
    cast: Cast,
) -> None:
    address = "/api/v1/workflows/lumi-aif/service"
    body = {"kinds": ["service"], "steps": [{"name": "decision", "days": 7}]}
    for one in (
        cast.applicant(),
        cast.staff("lumi-aif", Role.HANDLER),
        cast.staff(HOSPITAL),
        cast.person("aud", Grant(Role.AUDITOR)),
        cast.person("adi", Grant(Role.ADMINISTRATOR)),
    ):
        assert one.send(address, body, method="PUT").status_code == 403
    decider = cast.staff("lumi-aif", Role.DECIDER)
    version = decider.told(address)["version"]
    first = decider.send(address, {**body, "version": version}, method="PUT")
    assert (first.status_code, first.get_json()["version"]) == (200, version + 1)
    late = decider.send(address, {**body, "version": version}, method="PUT")
    assert (late.status_code, late.get_json()["version"]) == (409, version + 1)
    form = {
        "version": str(version + 1),
        "kinds": "service",
        "kind": "here",
        "step": "decision",
        "decision.part": "decider",
        "decision.days": "9",
        "decision.when": "always",
        "take_up": "4",
        "duration": "100",
        "terms": "general-terms",
        "terms_version": "2",
        "at_once": "1",
    }
    page = "/desk/workflows/lumi-aif/service"
    assert decider.post(page, **form).status_code == 303
    told = decider.told(address)
    assert (told["steps"][0]["days"], told["take_up"], told["terms_version"]) == (9, 4, 2)
    assert decider.post(page, **form).status_code == 409
    wrong = decider.post(page, **{**form, "version": "", "decision.days": "0"})
    assert wrong.status_code == 400
    assert "1 to" in wrong.get_data(as_text=True)
    listed = decider.told("/api/v1/workflows?holder=lumi-aif")["items"]
    assert {one["id"] for one in listed} >= {"lumi-aif.service", "lumi-aif.data"}
