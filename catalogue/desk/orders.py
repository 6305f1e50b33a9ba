"""A command from plain values, as every door is given them: JSON, a form, words of a command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from catalogue.access import commands as c
from catalogue.access.model import Audience, Party
from catalogue.access.viewing import View
from catalogue.desk.desk import COPY, Desk
from catalogue.errors import InvalidParameter, NotFound
from catalogue.people import Person

ANSWERS_MOST = 1000  # names in one part's answers
TEXT_MOST = 20_000  # characters of a text that is looked at at all


@dataclass(frozen=True, slots=True)
class Word:
    """One value that a command takes: what it must be, and whether it must be given."""

    kind: str  # text, whole, moment or answers
    needed: bool = True


_TEXT, _MAYBE = Word("text"), Word("text", needed=False)
_LEG = {"leg": _TEXT}
_LASTING = {"days": Word("whole", needed=False), "until": Word("moment", needed=False)}

ORDERS: Mapping[str, Mapping[str, Word]] = {
    "add-resource": {"page_id": _TEXT},
    "remove-resource": {"page_id": _TEXT},
    "save-answers": {"answers": Word("answers"), "leg": _MAYBE, "title": _MAYBE},
    "detach": {"attachment": _TEXT},
    "invite": {"person": _TEXT},
    "submit": {"leg": _MAYBE},
    "withdraw": {"leg": _MAYBE, "reason": _MAYBE},
    "accept-terms": {**_LEG, "terms": _TEXT},
    "close": {**_LEG, "reason": _MAYBE},
    "copy": {},
    "take-up": _LEG,
    "pass-step": {**_LEG, "note": _MAYBE},
    "fail-step": {**_LEG, "reason": _TEXT},
    "return": {**_LEG, "comment": _TEXT},
    "approve": {**_LEG, "reason": _MAYBE, **_LASTING},
    "approve-with-conditions": {
        **_LEG,
        "conditions": _TEXT,
        "reason": _MAYBE,
        **_LASTING,
    },
    "reject": {**_LEG, "reason": _TEXT},
    "activate": _LEG,
    "revoke": {**_LEG, "reason": _TEXT},
    "assign": {**_LEG, "person": _MAYBE},
    "comment": {**_LEG, "text": _TEXT, "audience": _MAYBE},
}
"""What each command takes; files go by `Desk.attach`, new requests by `Desk.start`."""


def perform(
    desk: Desk,
    person: Person,
    request_id: str,
    name: str,
    values: Mapping[str, Any],
    *,
    expected: int | None = None,
    command_id: str | None = None,
) -> View:
    """Do what is said in plain values; return what the person sees then (of a copy: the new request).

    Raises: InvalidParameter that names what is missing, unknown or of another type; as `Desk.act`.
    """
    given = checked(name, values)
    if name == COPY:
        return desk.copy(person, request_id, command_id=command_id)
    if name == c.AddResource.name:
        page_id = given["page_id"]
        return desk.add(person, request_id, page_id, expected=expected, command_id=command_id)
    command = _command(desk, name, given)
    return desk.act(person, request_id, command, expected=expected, command_id=command_id)


def checked(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values, if the command takes them; one that is None counts as not given.

    Raises: InvalidParameter.
    """
    takes = ORDERS.get(name)
    if takes is None:
        raise InvalidParameter("command", f"there is no {name[:40]!r}; use {', '.join(ORDERS)}")
    given = {one: value for one, value in values.items() if value is not None}
    for unknown in sorted(set(given) - set(takes)):
        words = ", ".join(takes) or "nothing"
        raise InvalidParameter(unknown[:40], f"{name} does not take it; it takes {words}")
    for one, word in takes.items():
        if one in given:
            _CHECKS[word.kind](one, given[one])
        elif word.needed:
            raise InvalidParameter(one, f"{name} needs it")
    return given


def _command(desk: Desk, name: str, given: dict[str, Any]) -> c.Command:
    if name == c.Invite.name:
        guest = _known(desk, given["person"])
        return c.Invite(Party(guest.id, guest.organisation))
    if name == c.Assign.name:
        return c.Assign(given["leg"], _colleague(desk, given["leg"], given.get("person")))
    if "until" in given:
        given["until"] = _moment("until", given["until"])
    if name == c.AddComment.name and "audience" in given:
        given["audience"] = _audience(given["audience"])
    return _CLASSES[name](**given)


_CLASSES: Mapping[str, Callable[..., c.Command]] = {
    one.name: one
    for one in (
        c.RemoveResource,
        c.SaveAnswers,
        c.Detach,
        c.Submit,
        c.Withdraw,
        c.AcceptTerms,
        c.Close,
        c.TakeUp,
        c.PassStep,
        c.FailStep,
        c.Return,
        c.Approve,
        c.ApproveWithConditions,
        c.Reject,
        c.Activate,
        c.Revoke,
        c.AddComment,
    )
}


def _known(desk: Desk, person_id: str) -> Person:
    try:
        return desk.journal.people.person(person_id)
    except NotFound:
        raise InvalidParameter("person", f"there is no person {person_id[:40]!r}") from None


def _colleague(desk: Desk, leg: str, person_id: str | None) -> str | None:
    """Somebody who works for the leg's holder; None for nobody."""
    if person_id is None:
        return None
    holder = leg.rpartition(".")[0]
    if holder not in _known(desk, person_id).nodes:
        raise InvalidParameter("person", f"{person_id[:40]} does not work for {holder[:70]}")
    return person_id


def _audience(text: str) -> Audience:
    try:
        return Audience(text)
    except ValueError:
        known = " or ".join(Audience)
        raise InvalidParameter("audience", f"it is {known}, not {text[:40]!r}") from None


def _text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise InvalidParameter(name, "it must be text")
    if len(value) > TEXT_MOST:
        raise InvalidParameter(name, f"at most {TEXT_MOST} characters, not {len(value)}")
    if "\0" in value or any("\ud800" <= one <= "\udfff" for one in value):
        raise InvalidParameter(name, "it holds characters that are no text")


def _whole(name: str, value: Any) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidParameter(name, "it must be a whole number")


def _moment(name: str, value: Any) -> datetime:
    """The moment, in UTC. Raises: InvalidParameter."""
    try:
        found = datetime.fromisoformat(value)
        if "T" in value and found.tzinfo is not None:
            return found.astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        pass
    raise InvalidParameter(
        name, "it must be a date, a time and its offset, such as 2030-01-31T16:00:00Z"
    )


def _answers(name: str, value: Any) -> None:
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for one in value):
        raise InvalidParameter(name, "it must be an object, by the names of the fields")
    if len(value) > ANSWERS_MOST:
        raise InvalidParameter(name, f"at most {ANSWERS_MOST} fields, not {len(value)}")


_CHECKS: Mapping[str, Callable[[str, Any], object]] = {
    "text": _text,
    "whole": _whole,
    "moment": _moment,
    "answers": _answers,
}
