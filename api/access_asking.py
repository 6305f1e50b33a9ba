"""Whether and how a record can be asked for: what its page says."""

from __future__ import annotations

from dataclasses import dataclass

from api.context import catalogue
from catalogue.access.terms import Terms
from catalogue.access.workflow import Workflow, kind_of
from catalogue.desk.resources import ASKED_FOR, service_of
from catalogue.errors import NotFound
from catalogue.model import Change

OPEN = "public"  # of access rights: nobody needs to ask


@dataclass(frozen=True, slots=True)
class Asking:
    """How to get access: here, or by the holder's own procedure (`link`)."""

    holder: str
    holder_name: str
    link: str | None


def asking(change: Change, access: str | None) -> Asking | None:
    """How to ask for a record; None where its data is open, or of a type that nobody asks for."""
    record = change.record
    if record.type not in ASKED_FOR or access == OPEN:
        return None
    workflows = catalogue().journal.requests.workflows
    holder = workflows.holder_of(record.node)
    found = workflows.book([holder]).current(holder, kind_of(record.type, service_of(change)))
    try:
        name = catalogue().journal.node(holder).name
    except NotFound:
        return None
    return Asking(holder, name, found.external.link if found.external else None)


def elsewhere(holder: str, type_: str, service: str | None) -> str | None:
    """Where a holder's own procedure for such a record is; None where it decides here."""
    found = _workflow(holder, type_, service)
    return found.external.link if found.external else None


def to_accept(holder: str, type_: str, service: str | None) -> Terms | None:
    """The text that a holder has accepted for such a record; None where it decides elsewhere."""
    found = _workflow(holder, type_, service)
    return None if found.external else found.to_accept


def _workflow(holder: str, type_: str, service: str | None) -> Workflow:
    book = catalogue().journal.requests.workflows.book([holder])
    return book.current(holder, kind_of(type_, service))
