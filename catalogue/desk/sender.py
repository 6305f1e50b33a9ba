"""Sending what waits in the outbox: mails and calls of webhooks, until nothing is due."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Protocol

from catalogue.access.model import Notice, Request
from catalogue.access.viewing import Sight, view
from catalogue.desk.letters import House, call, link, mail, signed
from catalogue.desk.notices import SWITCHED_OFF
from catalogue.errors import CatalogueError, Fenced, FetchError, InvalidInput, NotFound
from catalogue.mail import Undelivered, Unreachable
from catalogue.people import HOLDER_ROLES, Person, Role, grant_of
from catalogue.ports import Answer, Channel, Journal, Letter, Subscription

LEASE = 300.0  # seconds; longer than one letter can take
FIRST, LONGEST = 30.0, 6 * 3600.0  # seconds before the first and the latest of further tries
TRIED_FOR = timedelta(days=3)  # after which a letter is given up
FAILING_FOR = timedelta(days=5)  # after which a webhook is switched off
PAUSE = 60.0  # seconds that a mail server which cannot be spoken to is left alone
TEST = "test"
MOST = 100_000  # letters in one round

log = logging.getLogger(__name__)


class Mailer(Protocol):
    """Where mail is handed in."""

    def send(self, message: EmailMessage, sender: str, receiver: str) -> None:
        """Raises: catalogue.mail.Undelivered."""


class Caller(Protocol):
    """The guarded client, as far as calls need it (`catalogue.http`)."""

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """POST, once; no redirect is followed. Raises: FetchError."""

    def close(self) -> None: ...


@dataclass(slots=True)
class Round:
    """What became of the letters of a round."""

    sent: int = 0
    postponed: int = 0
    failed: int = 0
    skipped: int = 0


@dataclass(slots=True)
class Sender:
    """Sends what is due. Several may work side by side; one is for one thread at a time.

    Without a `mailer` mails are skipped, so that nothing piles up: `aicat outbox retry` sends those of
    the last 30 days once there is one. `client` makes a guarded client; `chance` a number from 0 to 1.
    """

    journal: Journal
    house: House
    clock: Callable[[], datetime]
    client: Callable[[], Caller]
    mailer: Mailer | None = None
    name: str = "sender"
    chance: Callable[[], float] = random.random
    _closed_until: datetime | None = field(default=None, init=False)

    def round(self, most: int = MOST) -> Round:
        """Send what is due, at most so many."""
        done = Round()
        for _one in range(most):
            letter = self.journal.outbox.claim(self.name, seconds=LEASE, channels=self._channels())
            if letter is None:
                break
            try:
                self._deal_with(letter, done)
            except Fenced as word:
                log.warning("%s", word)
        return done

    def _channels(self) -> tuple[Channel, ...]:
        closed = self._closed_until is not None and self.clock() < self._closed_until
        return (Channel.WEBHOOK,) if closed else tuple(Channel)

    def _deal_with(self, letter: Letter, done: Round) -> None:
        outbox = self.journal.outbox
        try:
            if letter.channel is Channel.MAIL:
                self._mail(letter)
            else:
                self._call(letter)
        except _Nobody as why:
            outbox.skip(letter, str(why))
            done.skipped += 1
        except Unreachable as error:
            log.warning("%s", error)
            self._closed_until = self.clock() + timedelta(seconds=PAUSE)
            self._try_again(letter, str(error), done)
        except Undelivered as error:
            if error.for_good:
                outbox.fail(letter, str(error))
                done.failed += 1
            else:
                self._try_again(letter, str(error), done)
        except Exception as error:  # a fault of ours: it must not keep others waiting
            log.exception("letter %s could not be sent", letter.id)
            self._try_again(letter, f"{type(error).__name__}: {error}", done)
        else:
            outbox.sent(letter)
            done.sent += 1

    def _try_again(self, letter: Letter, why: str, done: Round) -> None:
        if self.clock() - letter.since >= TRIED_FOR:
            days = TRIED_FOR.days
            self.journal.outbox.fail(letter, f"given up after {days} days: {why}")
            done.failed += 1
        else:
            self.journal.outbox.postpone(letter, why, pause(letter.attempts, self.chance()))
            done.postponed += 1

    # --- mail -------------------------------------------------------------------------------------------

    def _mail(self, letter: Letter) -> None:
        if self.mailer is None:
            raise _Nobody("no mail server is set (AICAT_SMTP_URL)")
        person, said = self._receiver(letter)
        try:
            message = mail(letter, person, self.house, said, self.clock())
        except InvalidInput as error:
            raise Undelivered(
                f"the address of person {person.id}: {error}", for_good=True
            ) from error
        self.mailer.send(message, self.house.mailbox, person.email or "")

    def _receiver(self, letter: Letter) -> tuple[Person, Mapping[str, str]]:
        """The person as they are now, and what they may be told. Raises: _Nobody."""
        try:
            person = self.journal.people.person(letter.to)
        except NotFound:
            raise _Nobody("there is no such person") from None
        if person.disabled:
            raise _Nobody("the person is disabled")
        if not person.email:
            raise _Nobody("the person has no address")
        if letter.role is not None and grant_of(letter.role) not in person.grants:
            raise _Nobody(f"the person is not {letter.role} any more")
        if not letter.request:
            holder = self._name_of(str(letter.data.get("holder", "")))
            where = link(letter, self.house, staff=True)
            return person, {"holder": holder, "title": "", "link": where}
        request = self._request(letter)
        seen = view(request, person, self.clock())
        if seen is None:
            raise _Nobody("the person may not see the request any more")
        own = person.id in {one.person for one in request.parties}
        if own and letter.role is not None and grant_of(letter.role).role in HOLDER_ROLES:
            raise _Nobody("the request is the person's own, so they do not handle it")
        leg = request.leg(letter.leg) if letter.leg else None
        where = link(letter, self.house, staff=seen.sight is Sight.HOLDER)
        holder = self._name_of(leg.holder) if leg else ""
        return person, {"holder": holder, "title": seen.title, "link": where}

    def _request(self, letter: Letter) -> Request:
        try:
            return self.journal.requests.load(letter.request)
        except NotFound:
            raise _Nobody("there is no such request any more") from None

    def _name_of(self, holder: str) -> str:
        try:
            return self.journal.node(holder).name
        except NotFound:
            return holder

    # --- webhooks -----------------------------------------------------------------------------------------

    def _call(self, letter: Letter) -> None:
        hooks = self.journal.outbox.webhooks
        try:
            hook, secret = hooks.get(letter.to), hooks.secret(letter.to)
        except NotFound:
            raise _Nobody("the webhook was removed") from None
        if hook.off is not None and letter.kind != TEST:
            raise _Nobody("the webhook is switched off")
        body = call(letter, hook.holder, self.house)
        client = self.client()
        try:
            answer = client.post(
                hook.url, body=body, headers=signed(letter, body, secret, self.clock())
            )
        except FetchError as error:
            raise self._went_wrong(hook, str(error), letter) from error
        finally:
            client.close()
        if not 200 <= answer.status < 300:
            raise self._went_wrong(hook, f"it answered {answer.status}", letter, answer.status)
        hooks.went_well(hook.id)

    def _went_wrong(
        self, hook: Subscription, why: str, letter: Letter, status: int | None = None
    ) -> Undelivered:
        """Note it, and switch off what has failed for days or says that it is gone (410)."""
        hooks = self.journal.outbox.webhooks
        now = hooks.went_wrong(hook.id, why)
        failing = now.failing if now else None
        over = failing is not None and self.clock() - failing >= FAILING_FOR
        if (over or status == 410) and hooks.switch_off(hook.id, why):
            self.journal.outbox.put(_switched_off(hook))
        return Undelivered(why, for_good=status == 410 or letter.kind == TEST)


def _switched_off(hook: Subscription) -> list[Notice]:
    said = {"holder": hook.holder, "webhook": hook.id}
    to = f"{Role.HANDLER.value}:{hook.holder}"
    return [Notice(Channel.MAIL.value, to, SWITCHED_OFF, "", None, 0, said)]


class _Nobody(CatalogueError):
    """There is nobody to send it to."""


def pause(attempts: int, chance: float) -> float:
    """Seconds until the next try, after so many: doubled each time, up to six hours, and spread by a
    fifth to either side, so that what failed together does not come again together."""
    return min(FIRST * 2.0 ** min(attempts, 30), LONGEST) * (0.8 + 0.4 * chance)
