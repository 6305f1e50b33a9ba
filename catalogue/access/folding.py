"""From events to what they say: the state of a request. Nothing else is ever asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from catalogue.access.model import (
    REVIEWS,
    Attachment,
    Audience,
    Comment,
    Event,
    Filled,
    FormsAsked,
    Gone,
    Kind,
    Leg,
    LegState,
    Party,
    Request,
    Resource,
    Submission,
)
from catalogue.access.workflow import External


def fold(events: Iterable[Event]) -> Request:
    """The request that its events, in their order and from the first, make. Raises: ValueError."""
    request: Request | None = None
    for event in events:
        request = evolve(request, event)
    if request is None:
        raise ValueError("a request has at least the event of its creation")
    return request


def evolve(request: Request | None, event: Event) -> Request:
    """The request after one more event. Raises: ValueError where the event does not follow."""
    if event.version != (request.version + 1 if request else 1):
        raise ValueError(f"request {event.request}: event {event.version} does not follow")
    if request is None:
        if event.kind is not Kind.CREATED:
            raise ValueError(f"request {event.request} begins with {event.kind.value}")
        return _created(event)
    changed = replace(
        request,
        version=event.version,
        changed=event.at,
        events=(*request.events, event),
    )
    if event.kind in _OF_REQUEST:
        return _OF_REQUEST[event.kind](changed, event)
    leg = changed.leg(event.leg or "")
    if leg is None:
        raise ValueError(f"request {event.request}: event {event.version} is of no leg")
    evolved = _OF_LEG[event.kind](replace(leg, version=event.version), event)
    return _with(changed, evolved)


def _with(request: Request, leg: Leg) -> Request:
    """The request with the leg in its place; without it where nothing was ever asked of it."""
    if leg.state is LegState.DRAFT and not leg.resources:
        return replace(request, legs=tuple(one for one in request.legs if one.id != leg.id))
    return replace(request, legs=tuple(leg if one.id == leg.id else one for one in request.legs))


# --- the request as a whole ---------------------------------------------------------------------------


def _created(event: Event) -> Request:
    return Request(
        id=event.request,
        version=1,
        applicant=Party(event.who, event.data.get("organisation")),
        title=event.data.get("title", ""),
        created=event.at,
        changed=event.at,
        answers=event.data.get("answers", {}),
        copied_from=event.data.get("copied_from"),
        events=(event,),
    )


def _resource_added(request: Request, event: Event) -> Request:
    resource = resource_of(event.data["resource"])
    leg_id = event.leg or ""
    leg = request.leg(leg_id)
    if leg is None:
        external = event.data.get("external")
        fresh = Leg(
            id=leg_id,
            holder=resource.holder,
            workflow=event.data["workflow"],
            version=event.version,
            since=event.at,
            resources=(resource,),
            external=None if external is None else External(**external),
        )
        return replace(request, legs=(*request.legs, fresh))
    return _with(request, replace(leg, version=event.version, resources=(*leg.resources, resource)))


def _answered(request: Request, event: Event) -> Request:
    title = event.data.get("title", request.title)
    leg = request.leg(event.leg) if event.leg else None
    if leg is None:
        return replace(request, title=title, answers=event.data["answers"])
    answered = replace(leg, answers=event.data["answers"])
    return replace(_with(request, answered), title=title)


def _attached(request: Request, event: Event) -> Request:
    data = event.data["attachment"]
    attachment = Attachment(**{**data, "at": moment(data["at"])})
    return replace(request, attachments=(*request.attachments, attachment))


def _detached(request: Request, event: Event) -> Request:
    kept = tuple(one for one in request.attachments if one.id != event.data["attachment"])
    return replace(request, attachments=kept)


def _invited(request: Request, event: Event) -> Request:
    return replace(request, invited=(*request.invited, Party(**event.data)))


def _submitted(request: Request, event: Event) -> Request:
    """What the leg's holder is given is what the request says at this moment."""
    leg = request.leg(event.leg or "")
    if leg is None:
        raise ValueError(f"request {event.request}: event {event.version} is of no leg")
    given = _given(request, leg, event)
    submitted = replace(
        _moved(leg, event),
        version=event.version,
        given=given,
        submitted=leg.submitted or event.at,
        workflow_version=event.data["workflow_version"],
        terms=event.data["terms"],
        steps=tuple(LegState(one) for one in event.data["steps"]),
        back_to=None,
        left=None,
        reason="",
    )
    return _with(request, submitted)


def _given(request: Request, leg: Leg, event: Event) -> Submission:
    asked = event.data.get("asked")
    filled = Filled(asked=None if asked is None else frozenset(asked))
    files = tuple(
        one
        for one in request.attachments
        if one.leg == leg.id
        or (one.leg is None and (filled.asked is None or one.field in filled.asked))
    )
    shared = filled.shared(request.answers)
    forms = forms_of(event.data.get("forms"))
    return Submission(event.at, request.title, shared, leg.answers, files, forms)


_OF_REQUEST: Mapping[Kind, Callable[[Request, Event], Request]] = {
    Kind.RESOURCE_ADDED: _resource_added,
    Kind.ANSWERED: _answered,
    Kind.ATTACHED: _attached,
    Kind.DETACHED: _detached,
    Kind.INVITED: _invited,
    Kind.SUBMITTED: _submitted,
    Kind.RESUBMITTED: _submitted,
}

# --- one leg ------------------------------------------------------------------------------------------


def _moved(leg: Leg, event: Event) -> Leg:
    """The leg in the state that the event brings it into, with that state's clock."""
    due = event.data.get("due")
    return replace(
        leg,
        state=LegState(event.data["state"]),
        since=event.at,
        due=None if due is None else moment(due),
        overdue_told=False,
    )


def _resource_removed(leg: Leg, event: Event) -> Leg:
    gone = event.data["page_id"]
    return replace(leg, resources=tuple(one for one in leg.resources if one.page_id != gone))


def _resource_withdrawn(leg: Leg, event: Event) -> Leg:
    lost = [one for one in leg.resources if one.page_id == event.data["page_id"]]
    gone = (*leg.gone, *(Gone(one, event.at) for one in lost))
    return replace(_resource_removed(leg, event), gone=gone)


def _referred(leg: Leg, event: Event) -> Leg:
    return replace(_moved(leg, event), external=External(**event.data["external"]))


def _passed(leg: Leg, event: Event) -> Leg:
    moved = _moved(leg, event)
    return replace(moved, passed=(*leg.passed, leg.state), failed=_without(leg.failed, leg.state))


def _failed(leg: Leg, event: Event) -> Leg:
    moved = _moved(leg, event)
    ends = moved.state is LegState.REJECTED
    return replace(
        moved,
        failed=(*_without(leg.failed, leg.state), leg.state),
        reason=event.data["reason"] if ends else leg.reason,
        decided=event.at if ends else leg.decided,
    )


def _without(states: tuple[LegState, ...], state: LegState) -> tuple[LegState, ...]:
    return tuple(one for one in states if one is not state)


def _returned(leg: Leg, event: Event) -> Leg:
    rest = event.data.get("left")
    return replace(
        _moved(leg, event),
        back_to=leg.state,
        left=None if rest is None else timedelta(seconds=rest),
        reason=event.data["comment"],
    )


def _decided(leg: Leg, event: Event) -> Leg:
    return replace(
        _moved(leg, event),
        decided=event.at,
        reason=event.data.get("reason", ""),
        conditions=event.data.get("conditions", ""),
        days=event.data.get("days", 0),
        until=moment(event.data["until"]) if "until" in event.data else None,
    )


def _terms_accepted(leg: Leg, event: Event) -> Leg:
    return replace(leg, terms_accepted=event.data["terms"])


def _activated(leg: Leg, event: Event) -> Leg:
    return replace(
        _moved(leg, event),
        starts=event.at,
        ends=moment(event.data["ends"]),
        entitled=tuple(Party(**one) for one in event.data["entitled"]),
    )


def _ended(leg: Leg, event: Event) -> Leg:
    return replace(_moved(leg, event), reason=event.data.get("reason", ""))


def _assigned(leg: Leg, event: Event) -> Leg:
    return replace(leg, assigned=event.data["person"])


def _commented(leg: Leg, event: Event) -> Leg:
    audience = Audience(event.data["audience"])
    fresh = Comment(event.at, event.who, event.part, audience, event.data["text"])
    return replace(leg, comments=(*leg.comments, fresh))


def _overdue(leg: Leg, _event: Event) -> Leg:
    return replace(leg, overdue_told=True)


_OF_LEG: Mapping[Kind, Callable[[Leg, Event], Leg]] = {
    Kind.RESOURCE_REMOVED: _resource_removed,
    Kind.RESOURCE_WITHDRAWN: _resource_withdrawn,
    Kind.REFERRED: _referred,
    Kind.TAKEN_UP: _moved,
    Kind.PASSED: _passed,
    Kind.FAILED: _failed,
    Kind.RETURNED: _returned,
    Kind.APPROVED: _decided,
    Kind.APPROVED_WITH_CONDITIONS: _decided,
    Kind.REJECTED: _decided,
    Kind.TERMS_ACCEPTED: _terms_accepted,
    Kind.ACTIVATED: _activated,
    Kind.EXPIRED: _ended,
    Kind.REVOKED: _ended,
    Kind.WITHDRAWN: _ended,
    Kind.CLOSED: _ended,
    Kind.ASSIGNED: _assigned,
    Kind.COMMENTED: _commented,
    Kind.OVERDUE: _overdue,
}

# --- between values and the plain JSON of events --------------------------------------------------------


def moment(text: str) -> datetime:
    """The moment that `told` wrote."""
    return datetime.fromisoformat(text)


def told(at: datetime | None) -> str | None:
    """A moment as events hold it: ISO 8601, UTC."""
    return None if at is None else at.isoformat()


def forms_of(data: Iterable[Mapping[str, Any]] | None) -> FormsAsked | None:
    """The forms that `forms_data` wrote."""
    return None if data is None else tuple((one["id"], one["version"]) for one in data)


def forms_data(forms: FormsAsked | None) -> list[dict[str, Any]] | None:
    """Forms that were asked, as events hold them."""
    return None if forms is None else [{"id": id, "version": version} for id, version in forms]


def resource_of(data: Mapping[str, Any]) -> Resource:
    """The resource that `resource_data` wrote."""
    return Resource(**{**data, "sectors": tuple(data.get("sectors", ()))})


def resource_data(resource: Resource) -> dict[str, Any]:
    """A resource as events hold it."""
    return {
        "page_id": resource.page_id,
        "iri": resource.iri,
        "title": resource.title,
        "type": resource.type,
        "holder": resource.holder,
        "sectors": list(resource.sectors),
        "service": resource.service,
    }


def next_step(steps: Iterable[LegState], done: Iterable[LegState]) -> LegState:
    """The first step that is not behind; the decision is the last one."""
    behind = set(done) & set(REVIEWS)
    return next((one for one in steps if one not in behind), LegState.DECISION)
