"""Webhooks and reports over HTTP; and all that follows from a decision, in the same story."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from api import create_app
from catalogue.access import Party
from catalogue.access import commands as c
from catalogue.bootstrap import Catalogue, bootstrap
from catalogue.desk import Desk
from catalogue.desk.letters import House
from catalogue.desk.notices import Tidings
from catalogue.desk.sender import Sender
from catalogue.http import GuardedClient
from catalogue.mail import Server, SmtpMailer
from catalogue.model import Node
from catalogue.people import Grant, Identity, Role
from catalogue.settings import Settings
from tests.access import HEALTH, HOLDER, OTHER, Play
from tests.api.asking import BASE, Cast
from tests.api.conftest import whole_answers
from tests.fault.test_webhooks import Receiver, receiving
from tests.smtp_server import mail_server

HOOKS, REPORT = "/api/v1/webhooks", "/api/v1/reports/access"
LEG = f"{HOLDER}.data"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Catalogue]:
    opened = bootstrap(Settings(data_dir=tmp_path / "var", base_url="https://localhost"))
    for one in (HOLDER, OTHER):
        opened.journal.add_node(Node(one, f"Node {one} (fictional)", "FI"))
    yield opened
    opened.close()


@pytest.fixture
def app(here: Catalogue) -> Flask:
    return create_app(here)


@pytest.fixture
def cast(here: Catalogue, app: Flask) -> Cast:
    return Cast(here, lambda: whole_answers(app))


def asked(here: Catalogue, title: str = "A study") -> None:
    play = Play()
    play.do("applicant", c.Create("request1", title, (HEALTH,)))
    play.do("applicant", c.Submit())
    here.journal.requests.append(play.events)


def test_a_handler_keeps_the_webhooks_of_the_holder_and_of_no_other(cast: Cast) -> None:
    handler = cast.staff(HOLDER, Role.HANDLER)
    body = {"holder": HOLDER, "url": "https://one.example/hook", "events": ["approved"]}
    made = handler.send(HOOKS, body)
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    told = made.get_json()
    assert told.pop("secret").startswith("whsec_")
    assert handler.told(f"{HOOKS}?holder={HOLDER}")["items"] == [told]
    assert handler.told(f"{HOOKS}/{told['id']}") == told
    assert handler.send(f"{HOOKS}/{told['id']}/test").status_code == 202

    other = cast.staff(OTHER, Role.HANDLER)
    assert other.send(HOOKS, body).status_code == 403
    assert other.get(f"{HOOKS}?holder={HOLDER}").status_code == 403
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/test")):
        answer = other.send(f"{HOOKS}/{told['id']}{path}", method=method)
        assert answer.status_code == 404
    for role in (Role.DECIDER, Role.REVIEWER_LEGAL):
        assert cast.staff(HOLDER, role).get(f"{HOOKS}?holder={HOLDER}").status_code == 403

    administrator = cast.person("adi", Grant(Role.ADMINISTRATOR))
    assert administrator.told(f"{HOOKS}?holder={HOLDER}")["total"] == 1
    assert handler.send(f"{HOOKS}/{told['id']}", method="DELETE").status_code == 204
    assert handler.get(f"{HOOKS}/{told['id']}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"holder": HOLDER, "url": "file:///etc/passwd"},
        {"holder": HOLDER, "url": "https://u:p@one.example/"},
        {"holder": HOLDER, "url": "https://one.example/", "events": ["exploded"]},
        {"holder": HOLDER, "url": "https://one.example/", "secret": "mine"},
        {"holder": HOLDER},
    ],
)
def test_a_webhook_that_cannot_be_is_refused(cast: Cast, body: dict[str, object]) -> None:
    answer = cast.staff(HOLDER, Role.HANDLER).send(HOOKS, body)
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"


def test_webhooks_and_reports_are_for_who_is_signed_in_and_changes_need_the_token(
    app: Flask, cast: Cast
) -> None:
    stranger = whole_answers(app)
    assert stranger.get(f"{HOOKS}?holder={HOLDER}", **BASE).status_code == 401
    assert stranger.get(f"{REPORT}?holder={HOLDER}", **BASE).status_code == 401
    page = stranger.get("/desk/reports", headers={"Accept": "text/html"}, **BASE)
    assert (page.status_code, page.headers["Location"][:9]) == (303, "/sign-in?")
    handler = cast.staff(HOLDER, Role.HANDLER)
    handler.csrf = "forged"
    body = {"holder": HOLDER, "url": "https://one.example/"}
    assert handler.send(HOOKS, body).status_code == 403


def test_a_report_is_json_csv_and_a_page_for_whom_it_is(here: Catalogue, cast: Cast) -> None:
    asked(here, '=HYPERLINK("http://evil.example")')
    handler = cast.staff(HOLDER, Role.HANDLER)
    query = f"{REPORT}?holder={HOLDER}&from=2030-01-01&to=2030-12-31"
    told = handler.told(query)
    assert (told["total"], told["states"]) == (1, {"submitted": 1})
    assert (told["from"], told["to"]) == ("2030-01-01", "2030-12-31")
    answer = handler.get(f"{query}&format=csv")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    lines = list(csv.reader(io.StringIO(answer.get_data(as_text=True), newline="")))
    assert ["state", "submitted", "", "", "1"] in lines
    legs = handler.get(f"{query}&format=csv&rows=legs")
    (leg,) = csv.DictReader(io.StringIO(legs.get_data(as_text=True), newline=""))
    assert leg["title"] == '\'=HYPERLINK("http://evil.example")'

    page = handler.get(f"/desk/reports?holder={HOLDER}&from=2030-01-01&to=2030-12-31")
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert f"Node {HOLDER} (fictional)" in text
    assert "<script" not in text.split("<main")[1]

    steward, auditor = (
        cast.person("sue", Grant(Role.STEWARD)),
        cast.person("aud", Grant(Role.AUDITOR)),
    )
    assert steward.told(query)["total"] == auditor.told(query)["total"] == 1
    assert steward.get(f"{query}&format=csv&rows=legs").status_code == 403
    assert auditor.get(f"{query}&format=csv&rows=legs").status_code == 200
    assert auditor.get("/desk/reports").status_code == 200
    for other in (
        cast.applicant(),
        cast.staff(OTHER),
        cast.person("adi", Grant(Role.ADMINISTRATOR)),
    ):
        assert other.get(query).status_code == 403
    assert cast.applicant("bob").get("/desk/reports").status_code == 403


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ("&from=yesterday", "from"),
        ("&to=2030-13-01", "to"),
        ("&from=2031-01-01&to=2030-01-01", "from"),
        ("&format=xml", "format"),
        ("&colour=red", "colour"),
    ],
)
def test_a_parameter_that_is_wrong_is_named(cast: Cast, more: str, name: str) -> None:
    answer = cast.staff(HOLDER, Role.HANDLER).get(f"{REPORT}?holder={HOLDER}{more}")
    assert answer.status_code == 400
    assert answer.get_json()["parameter"] == name


def test_a_decision_reaches_mail_webhook_report_and_metrics(
    here: Catalogue, app: Flask, cast: Cast
) -> None:
    people = here.journal.people
    known = Identity("https://idp.example", "ann", "Ann (fictional)", "ann@one.example", "de")
    ann = people.admit(known, (), here.clock())
    handler = cast.staff(HOLDER)
    with receiving() as box, mail_server() as mailbox:
        here.journal.outbox.webhooks.add(HOLDER, box.url, (), "operator:tests")
        play = Play()
        play.at = here.clock()
        play.do(ann, c.Create("request1", "A study\r\nBcc: x@evil.example", (HEALTH,)))
        here.journal.requests.append(play.events)
        desk = Desk(here.journal, here.clock, notices=Tidings(here.journal.requests.workflows))
        desk.act(ann, "request1", c.Submit())
        desk.act(handler.person, "request1", c.TakeUp(LEG))
        desk.act(handler.person, "request1", c.Return(LEG, "A secret reason"))
        sent = sending(here, mailbox.port).round()
        assert (sent.failed, sent.postponed) == (0, 0)
        kinds = [json.loads(body)["type"] for _headers, body in box.calls]
        assert kinds == ["access.submitted", "access.taken-up", "access.returned"]
        subjects = [str(one["Subject"]) for one in mailbox.messages]
        assert subjects[-1].startswith("Ihr Antrag wurde an Sie zurückgegeben: A study")
        for one in mailbox.messages:
            assert "secret" not in one.get_content()
            assert one["Bcc"] is None
        assert "https://localhost/requests/request1" in mailbox.messages[-1].get_content()
        assert no_secrets(box)
    metrics = whole_answers(app).get("/metrics", **BASE).get_data(as_text=True)
    assert 'aicat_outbox{channel="mail",state="waiting"} 0.0' in metrics
    assert handler.told(f"{REPORT}?holder={HOLDER}")["states"] == {"returned": 1}


def sending(here: Catalogue, port: int) -> Sender:
    def client() -> GuardedClient:
        return GuardedClient(allow_private=True, seconds=5, max_bytes=1000)

    house = House("Catalogue (fictional)", "https://localhost", "desk@catalogue.example")
    mailer = SmtpMailer(Server("smtp", "127.0.0.1", port))
    return Sender(here.journal, house, here.clock, client, mailer)


def no_secrets(box: Receiver) -> bool:
    return not any(
        word in body for _head, body in box.calls for word in (b"secret", b"study", b"ann@")
    )


def test_who_asks_gets_no_mail_as_staff_of_the_holder_about_it(here: Catalogue, cast: Cast) -> None:
    known = Identity("https://idp.example", "ivy", "Ivy (fictional)", "ivy@one.example")
    people = here.journal.people
    ivy = people.admit(known, (Grant(Role.HANDLER, HOLDER),), here.clock())
    ada = cast.applicant().person
    play = Play()
    play.at = here.clock()
    play.do(ada, c.Create("request1", "A study", (HEALTH,)))
    play.do(ada, c.Invite(Party(ivy.id)))
    here.journal.requests.append(play.events)
    desk = Desk(here.journal, here.clock, notices=Tidings(here.journal.requests.workflows))
    desk.act(ada, "request1", c.Submit())
    with mail_server() as mailbox:
        assert sending(here, mailbox.port).round().skipped == 1
    assert mailbox.messages == []
