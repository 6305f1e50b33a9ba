"""`/calendar/<secret>.ics`: a person's dates for a calendar program, which cannot sign in."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from urllib.parse import quote

from flask import Blueprint, Response

from api import icalendar
from api.access_showing import STATE_NAMES
from api.context import catalogue, site
from api.sessions import by_secret
from catalogue.access.model import WITH_HOLDER, Entitlement, EntitlementState
from catalogue.errors import NotFound, Unauthenticated
from catalogue.people import Person
from catalogue.ports import EntitlementsWanted, LegRow, LegsWanted

PAGE = 200  # of what is read at once
MOST = 1000  # events of each kind in a calendar

blueprint = Blueprint("own_calendar", __name__)


@blueprint.get("/calendar/<secret>.ics")
def dates(secret: str) -> Response:
    """When the person's access ends, and what is due at the holders that they work for, the next first.
    404 for a link that opens nothing: at a 401 calendar programs would ask for a password."""
    person = _follower(secret)
    nodes = {one.id: one.name for one in catalogue().journal.nodes()}
    events = [
        *(_end(one, nodes) for one in _entitlements(person)),
        *(_due(one, nodes) for one in _legs(person)),
    ]
    body = icalendar.calendar(
        f"{catalogue().settings.catalog_title}: your dates",
        "When access ends, and what is due.",
        "",  # the link itself would spread with what is copied
        events,
    )
    answer = Response(body, content_type=f"{icalendar.MEDIA_TYPE}; charset=utf-8")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _follower(secret: str) -> Person:
    """Raises: NotFound, which is audited."""
    try:
        return by_secret(catalogue().journal.people.calendar, secret, "/calendar")[1]
    except Unauthenticated:
        raise NotFound("this link shows no calendar; make another on your account's page") from None


def _entitlements(person: Person) -> Iterator[Entitlement]:
    wanted, after = EntitlementsWanted(person=person.id), None
    for _page in range(MOST // PAGE):
        page = catalogue().desk.entitlements(person, wanted, after=after, limit=PAGE)
        yield from page.items
        after = page.next
        if after is None:
            return


def _legs(person: Person) -> Iterator[LegRow]:
    """Those at the person's holders whose clock runs, but not what a colleague sees to."""
    if not person.nodes:
        return
    wanted, after = LegsWanted(person.nodes, tuple(WITH_HOLDER)), None
    for _page in range(MOST // PAGE):
        page = catalogue().desk.legs(person, wanted, after=after, limit=PAGE)
        yield from (one for one in page.items if one.assigned in {None, person.id})
        after = page.next
        if after is None:
            return


def _end(one: Entitlement, nodes: dict[str, str]) -> icalendar.Event:
    """The end of an entitlement; cancelled where it was revoked before."""
    lines = [f"Given by {nodes.get(one.holder, one.holder)}."]
    if one.conditions:
        lines.append(f"Conditions: {one.conditions}")
    if one.reason:
        lines.append(f"Revoked: {one.reason}")
    return icalendar.Event(
        uid=one.id,
        day=one.ends,
        revised=one.ended or one.starts,
        summary=f"Access ends: {one.title}",
        description="\n".join(lines),
        url=f"{site()}/requests/{quote(one.request)}",
        category="Access",
        sure=True,
        cancelled=one.state is EntitlementState.REVOKED,
    )


def _due(one: LegRow, nodes: dict[str, str]) -> icalendar.Event:
    """When a step is due; it keeps its UID when the next step begins."""
    step = STATE_NAMES[one.state.value]
    return icalendar.Event(
        uid=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{one.request}/{one.leg}")),
        day=one.due or one.since,
        revised=one.changed,
        summary=f"{step} due: {one.title or 'untitled request'}",
        description=f"At {nodes.get(one.holder, one.holder)}.",
        url=f"{site()}/desk/{quote(one.request)}/{quote(one.leg)}",
        category="Desk",
        sure=True,
    )
