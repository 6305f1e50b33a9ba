"""What the desk asks others: what follows from an event, and whether a form is filled in well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from catalogue.access.model import Event, Fault, Filled, Leg, Notice, Request


class Notices(Protocol):
    """Whom an event is news for."""

    def of(self, event: Event, request: Request) -> Sequence[Notice]:
        """The notices that follow from an event; the request is as the event left it. They are stored
        in the event's transaction, so this reads and changes nothing."""


class Forms(Protocol):
    """What may be handed in."""

    def faults(self, request: Request, leg: Leg) -> Sequence[Fault]:
        """What is wrong with the answers of the shared part and of the leg, as they are now; empty
        where it can be handed in."""

    def filled(self, request: Request, leg: Leg) -> Filled:
        """What follows from those answers for the leg's workflow, and which shared answers its holder is
        given: those that its forms ask for, and nothing that another holder asks."""

    def media_type(self, name: str, body: bytes) -> str:
        """What a file is by its content. Raises: InvalidInput where it is not what it says it is, or of
        a type that is not taken."""


class NoNotices:
    """Nobody is told anything."""

    def of(self, event: Event, request: Request) -> Sequence[Notice]:  # noqa: ARG002
        return ()


class NoForms:
    """There are no forms: anything may be handed in, and a file is only bytes."""

    def faults(self, request: Request, leg: Leg) -> Sequence[Fault]:  # noqa: ARG002
        return ()

    def filled(self, request: Request, leg: Leg) -> Filled:  # noqa: ARG002
        return Filled()

    def media_type(self, name: str, body: bytes) -> str:  # noqa: ARG002
        return "application/octet-stream"
