"""What the desk shows, as plain JSON values: the same for the web API and the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from catalogue.access.folding import forms_data
from catalogue.access.model import Attachment, Comment, Entitlement, Party, Resource
from catalogue.access.terms import Terms
from catalogue.access.viewing import LegView, Told, View
from catalogue.access.workflow import External
from catalogue.errors import NotFound
from catalogue.ports import LegRow, People, RequestRow, Subscription

Possible = Mapping[str, Sequence[str]]


class Names:
    """The names of persons, each looked up once; empty for nobody, and for who is not known. Those of
    `ids` are looked up together."""

    def __init__(self, people: People, ids: Iterable[str | None] = ()) -> None:
        self._people = people
        wanted = {one for one in ids if one}
        found = people.names(wanted) if wanted else {}
        self._known: dict[str, str] = {"": "", **dict.fromkeys(wanted, ""), **found}

    def __call__(self, person_id: str | None) -> str:
        wanted = person_id or ""
        if wanted not in self._known:
            try:
                self._known[wanted] = self._people.person(wanted).name
            except NotFound:
                self._known[wanted] = ""
        return self._known[wanted]


def view_json(
    view: View, possible: Possible, names: Names, terms: Mapping[str, Terms]
) -> dict[str, Any]:
    """A request as its reader may see it, with the commands that they may give, and the text that is to
    be accepted, by leg."""
    return {
        "id": view.id,
        "version": view.version,
        "state": view.state,
        "sight": view.sight,
        "title": view.title,
        "applicant": party_json(view.applicant, names),
        "invited": [party_json(one, names) for one in view.invited],
        "created": view.created,
        "changed": view.changed,
        "answers": view.answers,
        "attachments": [attachment_json(one) for one in view.attachments],
        "legs": [
            leg_json(one, possible.get(one.id, ()), names, terms.get(one.id)) for one in view.legs
        ],
        "copied_from": view.copied_from,
    }


def leg_json(
    leg: LegView, possible: Sequence[str], names: Names, terms: Terms | None
) -> dict[str, Any]:
    """A leg as its reader may see it. `left` is in seconds, below zero when the step is overdue."""
    return {
        "id": leg.id,
        "holder": leg.holder,
        "workflow": leg.workflow,
        "workflow_version": leg.workflow_version,
        "version": leg.version,
        "state": leg.state,
        "since": leg.since,
        "resources": [resource_json(one) for one in leg.resources],
        "gone": [resource_json(one) for one in leg.gone],
        "steps": leg.steps,
        "passed": leg.passed,
        "failed": leg.failed,
        "due": leg.due,
        "left": None if leg.left is None else int(leg.left.total_seconds()),
        "overdue": leg.overdue,
        "external": external_json(leg.external),
        "reason": leg.reason,
        "conditions": leg.conditions,
        "terms": leg.terms,
        "terms_accepted": leg.terms_accepted,
        "terms_document": terms_json(terms),
        "submitted": leg.submitted,
        "decided": leg.decided,
        "days": leg.days,
        "until": leg.until,
        "starts": leg.starts,
        "ends": leg.ends,
        "assigned": leg.assigned,
        "entitled": [party_json(one, names) for one in leg.entitled],
        "shared": leg.shared,
        "answers": leg.answers,
        "attachments": [one.id for one in leg.attachments],
        "forms": forms_data(leg.forms),
        "comments": [comment_json(one, names) for one in leg.comments],
        "parts": leg.parts,
        "commands": list(possible),
    }


def party_json(party: Party, names: Names) -> dict[str, Any]:
    """Somebody that a request is for."""
    return {
        "person": party.person,
        "name": names(party.person),
        "organisation": party.organisation,
    }


def resource_json(one: Resource) -> dict[str, Any]:
    """Something that is asked for."""
    return {
        "page_id": one.page_id,
        "iri": one.iri,
        "title": one.title,
        "type": one.type,
        "sectors": one.sectors,
        "service": one.service,
    }


def external_json(external: External | None) -> dict[str, Any] | None:
    """A holder's own procedure, elsewhere."""
    if external is None:
        return None
    return {"url": external.url, "email": external.email, "link": external.link}


def terms_json(terms: Terms | None) -> dict[str, Any] | None:
    """A text to accept; `sha256` is of the text in UTF-8."""
    if terms is None:
        return None
    return {
        "id": terms.id,
        "version": terms.version,
        "title": terms.title,
        "text": terms.text,
        "sha256": terms.sha256,
    }


def attachment_json(one: Attachment) -> dict[str, Any]:
    """A file without its bytes. `size` in bytes."""
    return {
        "id": one.id,
        "leg": one.leg,
        "field": one.field,
        "name": one.name,
        "media_type": one.media_type,
        "size": one.size,
        "sha256": one.sha256,
        "at": one.at,
    }


def comment_json(one: Comment, names: Names) -> dict[str, Any]:
    """What somebody wrote; `who` and `name` are empty where the reader may not know the person."""
    return {
        "at": one.at,
        "part": one.part,
        "who": one.who,
        "name": names(one.who),
        "audience": one.audience,
        "text": one.text,
    }


def told_json(one: Told, names: Names) -> dict[str, Any]:
    """One line of a request's history."""
    return {
        "id": str(one.version),
        "version": one.version,
        "at": one.at,
        "kind": one.kind,
        "part": one.part,
        "who": one.who,
        "name": names(one.who),
        "leg": one.leg,
        "data": one.data,
    }


def request_row_json(row: RequestRow, names: Names) -> dict[str, Any]:
    """A request in a list."""
    return {
        "id": row.id,
        "version": row.version,
        "state": row.state,
        "title": row.title,
        "applicant": party_json(Party(row.applicant, row.organisation), names),
        "created": row.created,
        "changed": row.changed,
        "legs": row.legs,
        "resources": row.resources,
    }


def leg_row_json(row: LegRow, names: Names) -> dict[str, Any]:
    """A leg in a list of its holder's."""
    return {
        "request": row.request,
        "leg": row.leg,
        "holder": row.holder,
        "workflow": row.workflow,
        "state": row.state,
        "version": row.version,
        "title": row.title,
        "applicant": party_json(Party(row.applicant, row.organisation), names),
        "submitted": row.submitted,
        "changed": row.changed,
        "since": row.since,
        "due": row.due,
        "ends": row.ends,
        "assigned": row.assigned,
        "sectors": row.sectors,
        "resources": row.resources,
    }


def entitlement_json(one: Entitlement, names: Names) -> dict[str, Any]:
    """That somebody may use a resource, from `starts` until before `ends`."""
    return {
        "id": one.id,
        "request": one.request,
        "leg": one.leg,
        "holder": one.holder,
        "person": one.person,
        "name": names(one.person),
        "organisation": one.organisation,
        "page_id": one.page_id,
        "iri": one.iri,
        "title": one.title,
        "starts": one.starts,
        "ends": one.ends,
        "conditions": one.conditions,
        "state": one.state,
        "ended": one.ended,
        "reason": one.reason,
    }


def persons_in(rows: Iterable[Any]) -> list[str | None]:
    """The ids of the persons that rows of a list name."""
    named = ("applicant", "assigned", "person")
    return [getattr(row, name, None) for row in rows for name in named]


def webhook_json(one: Subscription) -> dict[str, Any]:
    """A subscription as JSON, without its secret."""
    return {
        "id": one.id,
        "holder": one.holder,
        "url": one.url,
        "events": list(one.kinds),
        "created": one.created,
        "failing": one.failing,
        "off": one.off,
        "why": one.why,
    }
