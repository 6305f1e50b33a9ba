"""Who may use what: what follows from a request's legs."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Iterator
from datetime import datetime

from catalogue.access.model import Entitlement, EntitlementState, Leg, LegState, Request

GONE = "the resource was withdrawn from the catalogue"


def entitlements(request: Request) -> tuple[Entitlement, ...]:
    """Every entitlement that the request ever gave, by leg, person and resource."""
    return tuple(one for leg in request.legs for one in _of_leg(request, leg))


def entitlement_id(request: str, leg: str, person: str, page_id: str) -> str:
    """The lasting id of an entitlement: 26 characters of a-z and 2-7."""
    told = "\0".join((request, leg, person, page_id)).encode()
    return b32encode(hashlib.sha256(told).digest()[:16]).decode().rstrip("=").lower()


def _of_leg(request: Request, leg: Leg) -> Iterator[Entitlement]:
    if leg.starts is None or leg.ends is None:
        return
    gone = {one.resource.page_id: one.at for one in leg.gone if one.at >= leg.starts}
    resources = [*leg.resources, *(one.resource for one in leg.gone if one.at >= leg.starts)]
    for party in leg.entitled:
        for resource in resources:
            state, ended, reason = _state(leg, gone.get(resource.page_id))
            yield Entitlement(
                id=entitlement_id(request.id, leg.id, party.person, resource.page_id),
                request=request.id,
                leg=leg.id,
                holder=leg.holder,
                person=party.person,
                organisation=party.organisation,
                page_id=resource.page_id,
                iri=resource.iri,
                title=resource.title,
                starts=leg.starts,
                ends=leg.ends,
                conditions=leg.conditions,
                state=state,
                ended=ended,
                reason=reason,
            )


def _state(leg: Leg, gone: datetime | None) -> tuple[EntitlementState, datetime | None, str]:
    if gone is not None:
        return EntitlementState.REVOKED, gone, GONE
    if leg.state is LegState.ACTIVE:
        return EntitlementState.ACTIVE, None, ""
    if leg.state is LegState.EXPIRED:
        return EntitlementState.EXPIRED, leg.since, ""
    return EntitlementState.REVOKED, leg.since, leg.reason
