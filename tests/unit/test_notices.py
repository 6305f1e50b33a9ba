"""Whom events are news for, and what mails say, in every language."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from catalogue.access import Audience, Kind, LegState
from catalogue.access import commands as c
from catalogue.access.model import Notice
from catalogue.desk.letters import House, call, mail
from catalogue.desk.notices import _MAILS, KINDS, Tidings, notices
from catalogue.errors import InvalidInput
from catalogue.people import Person, one_line
from catalogue.ports import Channel, Letter, Post
from tests.access import CAST, HEALTH, HOLDER, HOURS, Play, elsewhere, played
from vocab.languages import OFFICIAL
from vocab.notices import words

NOW = datetime(2030, 3, 2, 9, 0, tzinfo=UTC)
HOUSE = House("Catalogue (fictional)", "https://catalogue.example", "desk@catalogue.example")
LEG = f"{HOLDER}.data"
PARTIES = {CAST["applicant"].id, CAST["invited"].id}
SPOKESMEN = "representative:acme-diagnostics"


class Workflows:
    """Those of a play."""

    def __init__(self, play: Play) -> None:
        self._play = play

    def book(self, _holders: Any) -> Any:
        return self._play.book


def told(play: Play, who: str, command: Any) -> list[Notice]:
    """The notices of what follows when somebody does something."""
    teller = Tidings(Workflows(play))  # type: ignore[arg-type]
    found: list[Notice] = []
    before = play.request
    from catalogue.access import evolve

    for event in play.do(who, command):
        before = evolve(before, event)
        found += teller.of(event, before)
    return found


def mails(found: list[Notice]) -> set[tuple[str, str]]:
    return {(one.to, one.kind) for one in found if one.channel == "mail"}


def calls(found: list[Notice]) -> list[tuple[str, str]]:
    return [(one.to, one.kind) for one in found if one.channel == "webhook"]


def test_every_kind_of_event_has_its_answer() -> None:
    assert set(_MAILS) == set(Kind)


@pytest.mark.parametrize(
    ("state", "who", "command", "expected"),
    [
        (LegState.DRAFT, "applicant", c.Submit(LEG), {("handler", "submitted"), (SPOKESMEN, "submitted-for-you")}),
        (LegState.SUBMITTED, "handler", c.TakeUp(LEG), {("parties", "taken-up")}),
        (LegState.ELIGIBILITY, "handler", c.PassStep(LEG), {("reviewer-technical", "turn")}),
        (LegState.TECHNICAL, "reviewer-technical", c.PassStep(LEG), {("reviewer-ethics", "turn")}),
        (LegState.LEGAL, "reviewer-legal", c.PassStep(LEG), {("decider", "turn")}),
        (LegState.DECISION, "decider", c.Return(LEG, "More, please"), {("parties", "returned")}),
        (LegState.DECISION, "decider", c.Approve(LEG), {("parties", "approved"), (SPOKESMEN, "approved")}),
        (LegState.DECISION, "decider", c.Reject(LEG, "No"), {("parties", "rejected"), (SPOKESMEN, "rejected")}),
        (LegState.ACTIVE, "decider", c.Revoke(LEG, "No"), {("parties", "revoked"), (SPOKESMEN, "revoked")}),
        (LegState.DECISION, "applicant", c.Withdraw(LEG), {("ivo", "withdrawn"), ("handler", "withdrawn")}),
        (LegState.RETURNED, "applicant", c.Submit(LEG), {("reviewer-technical", "resubmitted")}),
        (LegState.ACTIVE, "handler", c.Close(LEG, "Done"), {("parties", "closed")}),
    ],
    ids=lambda one: "" if isinstance(one, set) else getattr(one, "name", None) or str(one),
)  # fmt: skip
def test_news_go_to_whom_they_concern(
    state: LegState, who: str, command: Any, expected: set[tuple[str, str]]
) -> None:
    wanted = set()
    for to, kind in expected:
        if to == "parties":
            wanted |= {(one, kind) for one in PARTIES}
        else:
            plain = to == "ivo" or ":" in to
            wanted.add((to if plain else f"{to}:{HOLDER}", kind))
    found = mails(told(played(state), who, command))
    if who == "handler":  # who did it is left out where the role is looked up
        found -= {one for one in found if one[0] == f"handler:{HOLDER}"}
    assert found == wanted


def test_computing_time_waits_for_who_gives_it_out() -> None:
    leg = f"{HOLDER}.compute"
    play = Play().begin(HOURS)
    for who, command in (("applicant", c.Submit(leg)), ("handler", c.TakeUp(leg))):
        play.do(who, command)
    play.do("handler", c.PassStep(leg))
    assert (f"allocator:{HOLDER}", "turn") in mails(
        told(play, "reviewer-technical", c.PassStep(leg))
    )


def test_internal_words_stay_with_the_holder_and_no_words_are_in_any_notice() -> None:
    play = played(LegState.DECISION)
    inside = told(play, "decider", c.AddComment(LEG, "secret words", Audience.INTERNAL))
    assert mails(inside) == {(f"handler:{HOLDER}", "commented")}
    outside = told(play, "decider", c.AddComment(LEG, "open words", Audience.APPLICANT))
    assert {to for to, _kind in mails(outside)} == PARTIES
    returned = told(play, "decider", c.Return(LEG, "secret reason"))
    for one in (*inside, *outside, *returned):
        assert set(one.data) <= {"by", "at", "state", "until"}
        assert "words" not in repr(one)
        assert "reason" not in repr(one.data)


def test_a_holder_hears_nothing_of_drafts_nor_of_what_is_decided_elsewhere() -> None:
    play = Play()
    found = told(play, "applicant", c.Create("request1", "A study", (HEALTH,)))
    found += told(play, "applicant", c.SaveAnswers({"purpose": "research"}))
    found += told(play, "applicant", c.Withdraw(LEG))
    assert calls(found) == []
    assert not any(HOLDER in to for to, _kind in mails(found))
    other = Play(elsewhere()).begin(HEALTH)
    referred = told(other, "applicant", c.Submit())
    assert calls(referred) == []
    assert mails(referred) == {(one, "referred") for one in PARTIES}


def test_webhooks_hear_of_every_step_of_a_leg_with_its_state() -> None:
    play = played(LegState.DRAFT)
    found = told(play, "applicant", c.Submit(LEG)) + told(play, "handler", c.TakeUp(LEG))
    assert calls(found) == [(HOLDER, "submitted"), (HOLDER, "taken-up")]
    states = [one.data["state"] for one in found if one.channel == "webhook"]
    assert states == ["submitted", "eligibility"]


def test_who_is_invited_or_assigned_is_told_and_nobody_else() -> None:
    play = Play()
    play.do("applicant", c.Create("request1", "A study", (HEALTH,)))
    from catalogue.access import Party

    assert mails(told(play, "applicant", c.Invite(Party("ivo")))) == {("ivo", "invited")}
    later = played(LegState.DECISION)
    decider = CAST["decider"].id
    assert mails(told(later, "handler", c.Assign(LEG, decider))) == {(decider, "assigned")}
    assert mails(told(later, "handler", c.Assign(LEG, None))) == set()


def test_every_event_of_every_play_is_answered_by_texts_that_there_are() -> None:
    for state in LegState:
        play = played(state)
        from catalogue.access import evolve

        request = None
        for event in play.events:
            request = evolve(request, event)
            for one in notices(event, request, None):
                assert one.channel == "webhook" or one.kind in KINDS


# --- texts --------------------------------------------------------------------------------------------------


def holes(text: str) -> list[str]:
    return sorted(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", OFFICIAL)
def test_every_language_has_every_text_with_the_same_placeholders(language: str) -> None:
    known, english = words(language), words("en")
    assert known.language == language
    assert set(known.text) == set(KINDS)
    assert holes(known.footer) == ["catalogue"]
    for kind, (subject, body) in known.text.items():
        assert holes(subject) == holes(english.text[kind][0]), kind
        assert holes(body) == holes(english.text[kind][1]), kind
        assert 0 < len(subject) <= 70, kind
        assert "{" not in re.sub(r"\{\w+\}", "", body)
        assert one_line(body) == body
        if language != "en":
            assert body != english.text[kind][1]
            assert subject != english.text[kind][0]


def test_an_unknown_language_is_english() -> None:
    assert words(None).language == words("xx").language == "en"


# --- mails --------------------------------------------------------------------------------------------------


def letter(kind: str = "activated", **data: Any) -> Letter:
    return Letter(
        "01abc", Channel.MAIL, "ann", None, kind, "request1", LEG, 3, data, Post.WAITING, NOW, NOW, NOW
    )  # fmt: skip


def person(name: str = "Ann (fictional)", email: str = "ann@one.example") -> Person:
    return Person("ann", "local", "ann", name, email, "el")


SAID = {"holder": "Node north", "title": "A study", "link": "https://catalogue.example/requests/x"}


def sent(one: Any) -> Any:
    return message_from_bytes(one.as_bytes(), policy=default)


def test_nothing_that_somebody_wrote_becomes_a_header() -> None:
    evil = "Study\r\nBcc: all@one.example\r\n\r\n<script>\u202e\u2028x"
    name = "Ann\r\nBcc: all@one.example"
    said = {**SAID, "title": evil, "holder": evil}
    got = sent(mail(letter(until="2031-01-01"), person(name), HOUSE, said, NOW))
    assert got["Bcc"] is None
    assert len(got["To"].addresses) == 1
    assert got["To"].addresses[0].addr_spec == "ann@one.example"
    assert "\u202e" not in got["Subject"]
    assert "Bcc" not in got
    assert not any(line.startswith("Bcc") for line in got.get_content().splitlines())


def test_a_mail_says_what_happened_to_which_request_and_what_to_do() -> None:
    got = sent(mail(letter(until="2031-01-01"), person(), HOUSE, SAID, NOW))
    subject, body = words("el").text["activated"]
    assert got["Subject"] == f"{subject}: A study"
    text = got.get_content()
    assert body.format(holder="Node north", until="2031-01-01") in text
    assert "A study (request1)" in text
    assert SAID["link"] in text
    assert got["Date"].datetime == NOW


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b@c", "a b@c.example", "ann@one.example, b@two.example", "a@b.example\r\nBcc: x@y"],
)  # fmt: skip
def test_an_address_that_is_none_is_not_written_to(address: str) -> None:
    with pytest.raises(InvalidInput):
        mail(letter(), person(email=address), HOUSE, SAID, NOW)


def test_a_call_holds_nothing_that_somebody_wrote() -> None:
    one = replace(letter("rejected", at="2030-03-02T09:00:00+00:00", state="rejected"))
    body = call(one, HOLDER, HOUSE).decode()
    assert "A study" not in body
    assert call(one, HOLDER, HOUSE) == call(one, HOLDER, HOUSE)
