"""Requests for access: what they are, who may do what with them, and what follows. Pure; no clock, no I/O.

`decide` turns a command into events or a refusal, `evolve` and `fold` events into a request, `view` a
request into what somebody may see, `entitlements` into who may use what.
"""

from __future__ import annotations

from catalogue.access import commands
from catalogue.access.book import Book
from catalogue.access.clocks import left, overdue
from catalogue.access.deciding import copied, decide
from catalogue.access.entitling import entitlements
from catalogue.access.folding import evolve, fold
from catalogue.access.model import (
    Attachment,
    Audience,
    Comment,
    Entitlement,
    EntitlementState,
    Event,
    Fault,
    Filled,
    Kind,
    Leg,
    LegState,
    Notice,
    Part,
    Party,
    Request,
    RequestState,
    Resource,
    Submission,
)
from catalogue.access.parts import SYSTEM, parts
from catalogue.access.viewing import LegView, Sight, Told, View, attachment_seen, sees_leg, view
from catalogue.access.workflow import External, Step, Workflow

__all__ = [
    "SYSTEM",
    "Attachment",
    "Audience",
    "Book",
    "Comment",
    "Entitlement",
    "EntitlementState",
    "Event",
    "External",
    "Fault",
    "Filled",
    "Kind",
    "Leg",
    "LegState",
    "LegView",
    "Notice",
    "Part",
    "Party",
    "Request",
    "RequestState",
    "Resource",
    "Sight",
    "Step",
    "Submission",
    "Told",
    "View",
    "Workflow",
    "attachment_seen",
    "commands",
    "copied",
    "decide",
    "entitlements",
    "evolve",
    "fold",
    "left",
    "overdue",
    "parts",
    "sees_leg",
    "view",
]
