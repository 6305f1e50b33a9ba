"""What somebody is to a request: from the roles that they hold, and where."""

from __future__ import annotations

from typing import Final

from catalogue.access.model import Leg, Part, Request
from catalogue.people import HOLDER_ROLES, Person, Role

SYSTEM: Final = Person("system", "", "", "The catalogue")
"""The catalogue itself. It is this very value: no person of that id is taken for it."""


APPLICANT_SIDE = (Part.APPLICANT, Part.INVITED, Part.MEMBER, Part.REPRESENTATIVE)


def parts(request: Request, leg: Leg | None, actor: Person) -> frozenset[Part]:
    """What the actor is to the leg; to the request as a whole where it is None.

    Who a request is for is never its holder's staff, whatever roles they hold: nobody handles, or looks
    behind the curtain of, what they ask for themselves.
    """
    if actor is SYSTEM:
        return frozenset({Part.SYSTEM})
    if actor.disabled:
        return frozenset()
    found = _of_applicant(request, actor)
    if leg is not None and not found & {Part.APPLICANT, Part.INVITED}:
        held = (role for role in HOLDER_ROLES if actor.may(role, leg.holder))
        found |= {Part(role.value) for role in held}
    if actor.may(Role.AUDITOR):
        found.add(Part.AUDITOR)
    return frozenset(found)


def _of_applicant(request: Request, actor: Person) -> set[Part]:
    found: set[Part] = set()
    if actor.id == request.applicant.person:
        found.add(Part.APPLICANT)
    if actor.id in {one.person for one in request.invited}:
        found.add(Part.INVITED)
    organisation = request.applicant.organisation
    if organisation is not None:
        for part in (Part.MEMBER, Part.REPRESENTATIVE):
            if actor.may(Role(part.value), organisation):
                found.add(part)
    return found


def same_side(request: Request, actor: Person) -> bool:
    """Whether the actor is one of whom the request is for, or of an organisation of theirs."""
    organisations = {one.organisation for one in request.parties} - {None}
    return actor.id in {one.person for one in request.parties} or (
        actor.organisation in organisations
    )
