"""From a letter to what is sent: a mail in the person's language, or a signed call of a webhook.

Neither says anything of answers, reasons or comments: who may read those opens the request and sees.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import quote, urlsplit

from catalogue.errors import InvalidInput
from catalogue.people import Person, one_line
from catalogue.ports import Letter
from vocab.notices import words

LONGEST_TITLE = 150  # characters of a title in a mail
TYPE = "access."  # how types of events begin that webhooks are told
POLICY = SMTP.clone(utf8=False, cte_type="7bit", refold_source="all")


@dataclass(frozen=True, slots=True)
class House:
    """Who writes: the catalogue's name, the base of its addresses, and the sender's mailbox, which may be
    written with a name before it."""

    name: str
    site: str
    sender: str = ""

    @property
    def mailbox(self) -> str:
        """The bare address of the sender."""
        return parseaddr(self.sender)[1]


def mail(
    letter: Letter, person: Person, house: House, said: Mapping[str, str], now: datetime
) -> EmailMessage:
    """The mail that a letter is: plain text in the person's language, else in English.

    `said`: `holder`, its name, `title`, the request's, and `link`, where to go on. Names and titles are
    cut to one line, so that nothing that somebody wrote becomes a header (RFC 5322, 2.2). Message-ID
    follows from the letter alone.
    """
    known = words(person.language)
    subject, body = known.text[letter.kind]
    values = {"holder": one_line(said["holder"]), "until": str(letter.data.get("until", ""))}
    title = one_line(said["title"])[:LONGEST_TITLE]
    about = f"{known.request}: {title} ({letter.request})" if title else ""
    if letter.request and not title:
        about = f"{known.request}: {letter.request}"
    lines = [body.format(**values), "", about, said["link"], "", "-- "]
    lines.append(known.footer.format(catalogue=one_line(house.name)))
    made = EmailMessage(policy=POLICY)
    made["From"] = _address(parseaddr(house.sender)[0] or house.name, house.mailbox)
    made["To"] = _address(person.name, person.email or "")
    made["Subject"] = f"{subject.format(**values)}: {title}" if title else subject.format(**values)
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{letter.id}@{urlsplit(house.site).hostname or 'localhost'}>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834, 5
    made.set_content("\n".join(lines), charset="utf-8", cte="quoted-printable")
    made["Content-Language"] = known.language
    return made


def link(letter: Letter, house: House, *, staff: bool) -> str:
    """Where to go on: the request's page, for a holder's staff the leg on their desk; of what is of no
    request, the desk."""
    if staff and letter.request and letter.leg:
        return f"{house.site}/desk/{quote(letter.request)}/{quote(letter.leg)}"
    return (
        f"{house.site}/requests/{quote(letter.request)}" if letter.request else f"{house.site}/desk"
    )


def _address(name: str, bare: str) -> Address:
    """Raises: InvalidInput where it is no address that a mail can be sent to."""
    if not _MAILBOX.fullmatch(bare):
        raise InvalidInput("it is no address that mail can be sent to")
    user, _, domain = bare.rpartition("@")
    try:
        return Address(display_name=one_line(name), username=user, domain=domain)
    except (ValueError, IndexError) as error:
        raise InvalidInput("it is no address that mail can be sent to") from error


_MAILBOX = re.compile(
    r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]{1,190}"
)

# --- webhooks -----------------------------------------------------------------------------------------------


def call(letter: Letter, holder: str, house: House) -> bytes:
    """The body of a webhook's call: JSON, the same however often it is sent; ids and states only."""
    told = {
        "id": letter.id,
        "type": f"{TYPE}{letter.kind}",
        "time": letter.data.get("at") or letter.created.isoformat(),
        "holder": holder,
        "request": letter.request or None,
        "leg": letter.leg,
        "state": letter.data.get("state"),
        "version": letter.version or None,
        "link": link(letter, house, staff=True),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def signed(letter: Letter, body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """The headers of a call, as Standard Webhooks 1.0 signs it: HMAC-SHA256 over id, time and body."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    at = str(int(now.timestamp()))
    content = b".".join([letter.id.encode(), at.encode(), body])
    digest = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        "Content-Type": "application/json",
        "webhook-id": letter.id,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{digest}",
    }
