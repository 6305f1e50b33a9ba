"""`/api/v1/audit`: what was done and refused, and whether the log of it is whole; for auditors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response

from api.access import SECURED
from api.access_schemas import ActsAnswer, AuditQuery, CheckAnswer
from api.context import catalogue, json_answer
from api.datasets import next_link
from api.schemas import StrictBlueprint
from api.sessions import wanted_role
from catalogue.errors import InvalidParameter
from catalogue.people import Role
from catalogue.ports import Act

WINDOW, WINDOWS = 1000, 20  # acts that are read at once, and how often for one page

blueprint = StrictBlueprint(
    "audit", __name__, url_prefix="/api/v1", description="The log of what was done and refused"
)


@dataclass(frozen=True, slots=True)
class Found:
    """Acts, the newest first, and the number that older ones are below (None: there are none)."""

    acts: list[Act]
    below: int | None


@blueprint.route("/audit")
@blueprint.arguments(AuditQuery, location="query")
@blueprint.response(200, ActsAnswer)
@blueprint.doc(security=SECURED)
def acts(given: dict[str, Any]) -> Response:
    """What was done and refused, the newest first; a page may hold less than `limit` and still have a
    next one. `total` is of the whole log."""
    wanted_role(Role.AUDITOR)
    found = acts_below(given.get("cursor"), given)
    last, _digest = catalogue().journal.audit.head()
    following = None if found.below is None else str(found.below)
    value = {"total": last, "items": [act_json(one) for one in found.acts], "next": following}
    return json_answer(value, link=next_link(following))


@blueprint.route("/audit/check")
@blueprint.response(200, CheckAnswer)
@blueprint.doc(security=SECURED)
def check() -> Response:
    """Whether the log is whole: no act was changed, taken out or cut off, and requests and entitlements
    are what their events say. `hash` and `acts` of the end are to be kept elsewhere."""
    wanted_role(Role.AUDITOR)
    return json_answer(checked())


def checked() -> dict[str, Any]:
    """What the check finds."""
    journal = catalogue().journal
    faults = [*journal.audit.check(), *journal.requests.check()]
    last, digest = journal.audit.head()
    return {"sound": not faults, "faults": faults, "acts": last, "hash": digest}


def acts_below(cursor: str | None, given: dict[str, Any]) -> Found:
    """Acts with a number below the cursor's that the filters let through.

    The log is read backwards by windows; of a rare act only so many are read, and the rest by the
    next page. Raises: InvalidParameter for a cursor that is none.
    """
    audit, limit = catalogue().journal.audit, given["limit"]
    last, _digest = audit.head()
    below, found = _below(cursor, last + 1), list[Act]()
    for _window in range(WINDOWS):
        if below <= 1 or len(found) >= limit:
            break
        start = max(0, below - 1 - WINDOW)
        rows = audit.entries(after=start, limit=WINDOW, subject=given.get("subject"))
        fitting = [one for one in rows if start < one.seq < below and _fits(one, given.get("act"))]
        taken = fitting[::-1][: limit - len(found)]
        found += taken
        below = taken[-1].seq if len(taken) < len(fitting) else start + 1
    return Found(found, below if below > 1 else None)


def _below(cursor: str | None, end: int) -> int:
    if cursor is None:
        return end
    if not cursor.isascii() or not cursor.isdecimal() or len(cursor) > 18:
        raise InvalidParameter("cursor", "this is no cursor; take `next` of the page before")
    return min(int(cursor), end)


def _fits(one: Act, act: str | None) -> bool:
    if not act:
        return True
    return one.act.startswith(act) if act.endswith(".") else one.act == act


def act_json(one: Act) -> dict[str, Any]:
    """An act as JSON."""
    return {
        "id": str(one.seq),
        "number": one.seq,
        "at": one.at,
        "who": one.who,
        "act": one.act,
        "subject": one.subject,
        "details": one.details,
    }
