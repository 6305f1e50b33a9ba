"""What waits to be sent, and webhooks: what the port promises, on every database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catalogue.access.model import Notice
from catalogue.adapters.sql import SqlJournal
from catalogue.adapters.sql.engine import engine_of
from catalogue.adapters.sql.store import SqlStore
from catalogue.errors import Conflict, Fenced, InvalidInput, NotFound
from catalogue.model import Node
from catalogue.people import Grant, Identity, Person, Role
from catalogue.ports import Channel, Journal, Post

NOW = datetime(2030, 3, 2, 9, 0, tzinfo=UTC)
OPERATOR = "operator:tests"
DAY = 24 * 3600.0


class Clock:
    """A clock of the database that tests move; in microseconds."""

    def __init__(self) -> None:
        self.seconds = NOW.timestamp()

    def __call__(self) -> int:
        return round(self.seconds * 1_000_000)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def journal(database: str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    """A journal of which each kind of database takes the moment from the clock."""
    SqlJournal.open(database).close()
    monkeypatch.setattr(SqlStore, "now", lambda _self, _connection: clock())
    opened = SqlJournal(SqlStore(engine_of(database)))
    opened.add_node(Node("north", "Node north (fictional)", "FI"))
    yield opened
    opened.close()


def person(journal: Journal, name: str, *grants: Grant) -> Person:
    identity = Identity("local", name, f"{name.title()} (fictional)", f"{name}@one.example")
    made = journal.people.admit(identity, (), NOW)
    for one in grants:
        made = journal.people.grant(made.id, one, OPERATOR)
    return made


def mail(to: str, version: int = 1, **data: Any) -> Notice:
    return Notice("mail", to, "submitted", "request1", "north.data", version, data)


def call(kind: str = "submitted", holder: str = "north", version: int = 1) -> Notice:
    return Notice("webhook", holder, kind, "request1", "north.data", version, {"state": kind})


def take(journal: Journal, sender: str = "one") -> Any:
    return journal.outbox.claim(sender, seconds=60)


HANDLER = Grant(Role.HANDLER, "north")


def test_a_notice_to_a_role_goes_to_all_who_hold_it_but_not_to_who_did_it(journal: Journal) -> None:
    ann, ben = person(journal, "ann", HANDLER), person(journal, "ben", HANDLER)
    gone = person(journal, "cy", HANDLER)
    person(journal, "dee", Grant(Role.DECIDER, "north"))
    journal.people.disable(gone.id, OPERATOR)
    assert journal.outbox.put([mail("handler:north", by=ben.id)]) == 1
    (letter,), _ = journal.outbox.list()
    assert (letter.to, letter.role, letter.state) == (ann.id, "handler:north", Post.WAITING)
    assert journal.outbox.put([mail("handler:north", 2)]) == 2


def test_nobody_gets_two_letters_about_one_event(journal: Journal) -> None:
    ann = person(journal, "ann", HANDLER, Grant(Role.DECIDER, "north"))
    both = [mail("decider:north"), mail("handler:north"), mail(ann.id)]
    assert journal.outbox.put(both) == 1


def test_a_webhook_is_called_for_the_kinds_that_it_wants_while_it_is_on(journal: Journal) -> None:
    hooks = journal.outbox.webhooks
    every = hooks.add("north", "https://one.example/hook", (), OPERATOR).subscription
    some = hooks.add("north", "https://two.example/hook", ["rejected"], OPERATOR).subscription
    assert journal.outbox.put([call("submitted")]) == 1
    assert journal.outbox.put([call("rejected")]) == 2
    assert journal.outbox.put([call("rejected", "south")]) == 0
    assert hooks.switch_off(every.id, "it is gone") is True
    assert hooks.switch_off(every.id, "it is gone") is False
    assert journal.outbox.put([call("rejected")]) == 1
    assert {one.to for one in journal.outbox.list()[0]} == {every.id, some.id}


def test_a_letter_is_one_sender_s_until_its_lease_is_over(journal: Journal, clock: Clock) -> None:
    journal.outbox.put([mail("ann")])
    first = take(journal)
    assert take(journal, "two") is None
    clock.seconds += 61
    second = take(journal, "two")
    assert (second.id, second.fence) == (first.id, first.fence + 1)
    for late in (
        lambda: journal.outbox.sent(first),
        lambda: journal.outbox.postpone(first, "why", 1),
        lambda: journal.outbox.fail(first, "why"),
        lambda: journal.outbox.skip(first, "why"),
    ):
        with pytest.raises(Fenced):
            late()
    journal.outbox.sent(second)
    assert take(journal) is None
    with pytest.raises(Fenced):  # it is behind
        journal.outbox.sent(second)


def test_two_senders_at_once_never_have_the_same_letter(journal: Journal) -> None:
    journal.outbox.put([mail("ann", version) for version in range(40)])
    taken: list[str] = []

    def work() -> None:
        while (letter := take(journal)) is not None:
            taken.append(letter.id)
            journal.outbox.sent(letter)

    threads = [threading.Thread(target=work) for _one in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert len(taken) == len(set(taken)) == 40


def test_a_postponed_letter_comes_when_it_is_due_and_those_that_wait_come_first(
    journal: Journal, clock: Clock
) -> None:
    journal.outbox.put([mail("ann", 1), mail("ann", 2)])
    first = take(journal)
    journal.outbox.postpone(first, "the server is away", 600)
    second = take(journal)
    assert second.version == 2
    journal.outbox.sent(second)
    assert take(journal) is None
    clock.seconds += 601
    again = take(journal)
    assert (again.id, again.attempts, again.why) == (first.id, 1, "the server is away")
    assert again.since == first.since


def test_what_a_wrong_clock_put_far_off_is_sent_all_the_same(
    journal: Journal, clock: Clock
) -> None:
    clock.seconds += 30 * DAY
    journal.outbox.put([mail("ann", 1), mail("ann", 2)])
    assert take(journal) is not None  # and this sender dies
    clock.seconds -= 30 * DAY
    assert take(journal) is not None
    assert take(journal) is not None


def test_letters_are_counted_listed_page_by_page_and_tried_again(journal: Journal) -> None:
    journal.outbox.put([mail("ann", version) for version in range(5)])
    for work in ("sent", "fail", "skip"):
        letter = take(journal)
        getattr(journal.outbox, work)(*([letter] if work == "sent" else [letter, "a reason"]))
    numbers = journal.outbox.numbers()[Channel.MAIL]
    assert numbers == {Post.WAITING: 2, Post.SENT: 1, Post.FAILED: 1, Post.SKIPPED: 1}
    seen, after = [], None
    while True:
        found, after = journal.outbox.list(after=after, limit=2)
        seen += [one.version for one in found]
        if after is None:
            break
    assert sorted(seen) == [0, 1, 2, 3, 4]
    assert [one.why for one in journal.outbox.list([Post.FAILED])[0]] == ["a reason"]
    assert journal.outbox.retry(None, OPERATOR) == 1
    (skipped,), _ = journal.outbox.list([Post.SKIPPED])
    assert journal.outbox.retry([skipped.id], OPERATOR) == 1
    assert journal.outbox.numbers()[Channel.MAIL][Post.WAITING] == 4
    with pytest.raises(NotFound):
        journal.outbox.retry(["no-such-letter"], OPERATOR)
    assert journal.audit.last("outbox.retry", "outbox") is not None


def test_nothing_is_kept_for_ever(journal: Journal, clock: Clock) -> None:
    journal.outbox.put([mail("ann", 1), mail("ann", 2), mail("ann", 3)])
    journal.outbox.sent(take(journal))
    journal.outbox.fail(take(journal), "why")
    clock.seconds += 31 * DAY
    assert journal.outbox.forget() == 1
    clock.seconds += 60 * DAY
    assert journal.outbox.forget() == 2
    assert journal.outbox.list()[0] == []


def test_a_secret_is_shown_once_and_changes_are_audited(journal: Journal) -> None:
    hooks = journal.outbox.webhooks
    made = hooks.add("north", "https://one.example/hook?x=1", (), OPERATOR)
    hook = made.subscription
    assert made.secret.startswith("whsec_")
    assert hooks.secret(hook.id) == made.secret
    assert made.secret not in repr(hooks.of("north"))
    hooks.remove(hook.id, OPERATOR)
    assert hooks.of() == []
    acts = journal.audit.entries(subject=hook.id)
    assert [one.act for one in acts] == ["webhook.add", "webhook.remove"]
    assert made.secret not in repr(acts)
    for gone in (hooks.get, hooks.secret, hooks.ping):
        with pytest.raises(NotFound):
            gone(hook.id)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://one.example/",
        "file:///etc/passwd",
        "https://user:word@one.example/",
        "https:///nowhere",
        "https://one.example:0/",
        "https://one.example:x/",
        "https://one.example/ x",
        "https://one.example/\r\nHost: two",
        "https://one.example/#part",
        "https://one.example/" + "x" * 2001,
        "",
    ],
)
def test_an_address_that_cannot_be_called_is_refused(journal: Journal, url: str) -> None:
    with pytest.raises(InvalidInput):
        journal.outbox.webhooks.add("north", url, (), OPERATOR)


def test_a_holder_has_few_webhooks_of_known_kinds(journal: Journal) -> None:
    hooks = journal.outbox.webhooks
    with pytest.raises(NotFound):
        hooks.add("nowhere", "https://one.example/", (), OPERATOR)
    with pytest.raises(InvalidInput, match="no kind of event"):
        hooks.add("north", "https://one.example/", ["exploded"], OPERATOR)
    for number in range(10):
        hooks.add("north", f"https://one.example/{number}", (), OPERATOR)
    with pytest.raises(Conflict):
        hooks.add("north", "https://one.example/more", (), OPERATOR)


def test_it_is_told_since_when_a_webhook_fails_and_a_test_reaches_one_that_is_off(
    journal: Journal, clock: Clock
) -> None:
    hooks = journal.outbox.webhooks
    hook = hooks.add("north", "https://one.example/", ["rejected"], OPERATOR).subscription
    hooks.went_wrong(hook.id, "it answered 500")
    clock.seconds += DAY
    failing = hooks.went_wrong(hook.id, "it answered 502")
    assert failing is not None
    assert (failing.failing, failing.why) == (NOW, "it answered 502")
    hooks.switch_off(hook.id, "it answered 502")
    letter = hooks.ping(hook.id)
    claimed = take(journal)
    assert (claimed.id, claimed.to, claimed.kind) == (letter, hook.id, "test")
    hooks.went_well(hook.id)
    assert hooks.get(hook.id).off is None
    assert hooks.get(hook.id).failing is None
    assert journal.audit.last("webhook.on", hook.id) is not None
    assert hooks.went_wrong("removed-meanwhile", "why") is None


def test_a_letter_tells_when_it_was_written(journal: Journal) -> None:
    journal.outbox.put([mail("ann")])
    letter = take(journal)
    assert letter.created == letter.since == NOW
    assert letter.created - NOW == timedelta(0)
