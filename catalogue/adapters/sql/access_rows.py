"""Between requests and their rows: what is derived from events, and events themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Table, select

from catalogue.access.entitling import entitlements
from catalogue.access.model import (
    WITH_HOLDER,
    Entitlement,
    EntitlementState,
    Event,
    Kind,
    Leg,
    LegState,
    Part,
    Request,
    RequestState,
)
from catalogue.access.timing import outcome, step_times
from catalogue.adapters.sql import rows
from catalogue.adapters.sql import tables_access as t
from catalogue.adapters.sql import tables_outbox as o
from catalogue.ports import LegRow, RequestRow

MICROSECOND = timedelta(microseconds=1)
NEVER = 2**62  # the place of a leg whose step has no clock: behind all others
PERSON, ORGANISATION = "person:", "organisation:"
DERIVED: tuple[tuple[Table, str], ...] = (
    (t.access_request, "id"),
    (t.access_reader, "request"),
    (t.access_leg, "request"),
    (t.access_asked, "request"),
    (t.entitlement, "request"),
    (o.access_step, "request"),
    (o.access_outcome, "request"),
)
"""The derived tables, and which of their columns names the request."""


def derived(request: Request) -> dict[Table, list[dict[str, Any]]]:
    """Every row that follows from a request."""
    return {
        t.access_request: [_request_row(request)],
        t.access_reader: list(_readers(request)),
        t.access_leg: [_leg_row(request, leg) for leg in request.legs],
        t.access_asked: [
            {"page_id": one.page_id, "request": request.id, "leg": leg.id}
            for leg in request.legs
            if not leg.ended
            for one in leg.resources
        ],
        t.entitlement: [_entitlement_row(one) for one in entitlements(request)],
        **for_reports(request),
    }


def for_reports(request: Request) -> dict[Table, list[dict[str, Any]]]:
    """The rows that reports are made from: of legs that their holder was given."""
    given = [leg for leg in request.legs if leg.given is not None]
    return {
        o.access_step: [one for leg in given for one in _step_rows(request, leg)],
        o.access_outcome: [_outcome_row(request, leg) for leg in given],
    }


def store(connection: Connection, request: Request, *, fresh: bool) -> None:
    """Put the rows of a request in the place of those that were there; `fresh`: there were none."""
    wanted = derived(request)
    for table, column in DERIVED:
        if not fresh:
            connection.execute(table.delete().where(table.c[column] == request.id))
        if wanted[table]:
            connection.execute(table.insert(), wanted[table])


def stored(connection: Connection, request_id: str) -> dict[Table, list[dict[str, Any]]]:
    """The rows of a request as they are."""
    return {
        table: [
            dict(row._mapping)
            for row in connection.execute(select(table).where(table.c[column] == request_id))
        ]
        for table, column in DERIVED
    }


def _request_row(request: Request) -> dict[str, Any]:
    return {
        "id": request.id,
        "version": request.version,
        "applicant": request.applicant.person,
        "organisation": request.applicant.organisation,
        "title": request.title,
        "state": request.state.value,
        "created": rows.micros(request.created),
        "changed": rows.micros(request.changed),
        "legs": len(request.legs),
        "resources": len(request.resources),
    }


def _readers(request: Request) -> Iterator[dict[str, Any]]:
    readers = [f"{PERSON}{one.person}" for one in request.parties]
    if request.applicant.organisation is not None:
        readers.append(f"{ORGANISATION}{request.applicant.organisation}")
    for one in readers:
        yield {"request": request.id, "reader": one, "changed": rows.micros(request.changed)}


def _leg_row(request: Request, leg: Leg) -> dict[str, Any]:
    """A leg in its holder's list, with nothing in it that its holder may not know."""
    running = leg.due if leg.state in WITH_HOLDER else None
    changed = max(one.at for one in request.events if one.version == leg.version)
    return {
        "request": request.id,
        "leg": leg.id,
        "holder": leg.holder,
        "workflow": leg.workflow,
        "state": leg.state.value,
        "version": leg.version,
        "applicant": request.applicant.person,
        "organisation": request.applicant.organisation,
        "title": leg.given.title if leg.given else "",
        "submitted": rows.micros(leg.submitted),
        "changed": rows.micros(changed),
        "since": rows.micros(leg.since),
        "due": rows.micros(running),
        "ends": rows.micros(leg.ends),
        "assigned": leg.assigned,
        "sectors": ",".join(sorted({name for one in leg.resources for name in one.sectors})),
        "resources": len(leg.resources),
        "place": rows.micros(running) or NEVER,
        "listed": leg.given is not None,
        "open": not leg.ended,
        "clock": rows.micros(_clock(leg)),
    }


def _step_rows(request: Request, leg: Leg) -> Iterator[dict[str, Any]]:
    for one in step_times(request, leg):
        yield {
            "request": request.id,
            "leg": leg.id,
            "step": one.step.value,
            "holder": leg.holder,
            "submitted": rows.micros(leg.submitted),
            "entered": rows.micros(one.entered),
            "left_at": rows.micros(one.left),
            "clock": one.clock // MICROSECOND,
            "elapsed": one.elapsed // MICROSECOND,
        }


def _outcome_row(request: Request, leg: Leg) -> dict[str, Any]:
    decided = outcome(request, leg)
    return {
        "request": request.id,
        "leg": leg.id,
        "holder": leg.holder,
        "submitted": rows.micros(leg.submitted),
        "state": leg.state.value,
        "due": rows.micros(leg.due if leg.state in WITH_HOLDER else None),
        "organisation": request.applicant.organisation,
        "sectors": _sectors(leg),
        "decision": decided.decision,
        "decided": rows.micros(decided.at),
    }


def _sectors(leg: Leg) -> str:
    """The sectors of all that was asked for, also of what was withdrawn meanwhile."""
    asked = (*leg.resources, *(one.resource for one in leg.gone))
    return ",".join(sorted({name for one in asked for name in one.sectors}))


def _clock(leg: Leg) -> Any:
    if leg.state is LegState.ACTIVE:
        return leg.ends
    return leg.due if leg.state in WITH_HOLDER and not leg.overdue_told else None


def _entitlement_row(one: Entitlement) -> dict[str, Any]:
    return {
        "id": one.id,
        "request": one.request,
        "leg": one.leg,
        "holder": one.holder,
        "person": one.person,
        "organisation": one.organisation,
        "page_id": one.page_id,
        "iri": one.iri,
        "title": one.title,
        "starts": rows.micros(one.starts),
        "ends": rows.micros(one.ends),
        "conditions": one.conditions,
        "state": one.state.value,
        "ended": rows.micros(one.ended),
        "reason": one.reason,
    }


def forget_resource(connection: Connection, page_id: str) -> None:
    """Remove what a record that is erased was called, from events and what is derived from them; that
    it was asked for stays, by its page id."""
    event = t.access_event
    iri = f"urn:aicat:erased:{page_id}"
    added = (event.c.kind == Kind.RESOURCE_ADDED.value, event.c.data.contains(page_id))
    for row in connection.execute(select(event.c.seq, event.c.data).where(*added)).all():
        data = orjson.loads(row.data)
        if data["resource"]["page_id"] != page_id:
            continue
        data["resource"] |= {"title": "", "iri": iri}
        fresh = {"data": orjson.dumps(data).decode()}
        connection.execute(event.update().where(event.c.seq == row.seq).values(**fresh))
    given = t.entitlement
    nothing = {"title": "", "iri": iri}
    connection.execute(given.update().where(given.c.page_id == page_id).values(**nothing))


# --- events ---------------------------------------------------------------------------------------------


def event_row(event: Event, seq: int) -> dict[str, Any]:
    return {
        "seq": seq,
        "request": event.request,
        "version": event.version,
        "at": rows.micros(event.at),
        "who": event.who,
        "part": event.part.value,
        "kind": event.kind.value,
        "leg": event.leg,
        "data": orjson.dumps(dict(event.data)).decode(),
    }


def event_of(row: Any) -> Event:
    return Event(
        request=row.request,
        version=row.version,
        at=rows.moment(row.at),
        who=row.who,
        part=Part(row.part),
        kind=Kind(row.kind),
        leg=row.leg,
        data=orjson.loads(row.data),
        seq=row.seq,
    )


# --- from rows to what lists show -------------------------------------------------------------------------


def request_row_of(row: Any) -> RequestRow:
    return RequestRow(
        id=row.id,
        version=row.version,
        applicant=row.applicant,
        organisation=row.organisation,
        title=row.title,
        state=RequestState(row.state),
        created=rows.moment(row.created),
        changed=rows.moment(row.changed),
        legs=row.legs,
        resources=row.resources,
    )


def leg_row_of(row: Any) -> LegRow:
    return LegRow(
        request=row.request,
        leg=row.leg,
        holder=row.holder,
        workflow=row.workflow,
        state=LegState(row.state),
        version=row.version,
        applicant=row.applicant,
        organisation=row.organisation,
        title=row.title,
        submitted=rows.maybe_moment(row.submitted),
        changed=rows.moment(row.changed),
        since=rows.moment(row.since),
        due=rows.maybe_moment(row.due),
        ends=rows.maybe_moment(row.ends),
        assigned=row.assigned,
        sectors=tuple(filter(None, row.sectors.split(","))),
        resources=row.resources,
    )


def entitlement_of(row: Any) -> Entitlement:
    return Entitlement(
        id=row.id,
        request=row.request,
        leg=row.leg,
        holder=row.holder,
        person=row.person,
        organisation=row.organisation,
        page_id=row.page_id,
        iri=row.iri,
        title=row.title,
        starts=rows.moment(row.starts),
        ends=rows.moment(row.ends),
        conditions=row.conditions,
        state=EntitlementState(row.state),
        ended=rows.maybe_moment(row.ended),
        reason=row.reason,
    )


def differences(
    wanted: Mapping[Table, Sequence[Mapping[str, Any]]],
    found: Mapping[Table, Sequence[Mapping[str, Any]]],
) -> list[str]:
    """The names of the tables whose rows are not what they should be."""
    return [table.name for table in wanted if _set(wanted[table]) != _set(found[table])]


def _set(rows_: Sequence[Mapping[str, Any]]) -> list[tuple[tuple[str, Any], ...]]:
    return sorted((tuple(sorted(one.items())) for one in rows_), key=repr)
