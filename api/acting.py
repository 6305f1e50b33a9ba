"""What a form of a page asks to be done to a request."""

from __future__ import annotations

import re
import secrets
from typing import Any

from flask import request

from api.context import catalogue
from catalogue.access.viewing import View
from catalogue.desk import ORDERS, perform
from catalogue.errors import InvalidParameter
from catalogue.people import Person

MOST_DIGITS = 9
_NO_OFFSET = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+")


def act(person: Person, request_id: str, leg: str | None = None) -> View:
    """Do what the posted form says: `command`, what it takes, `expected` and `once`.

    Raises: as `perform`.
    """
    sent = request.form
    name = sent.get("command", "")
    values = values_of(name)
    if leg is not None and "leg" in ORDERS.get(name, {}):
        values["leg"] = leg
    return perform(
        catalogue().desk,
        person,
        request_id,
        name,
        values,
        expected=whole("expected"),
        command_id=once(),
    )


def values_of(name: str) -> dict[str, Any]:
    """What the form gives of what the command takes; an empty input gives nothing. A moment is UTC's, as
    inputs of browsers name no offset."""
    sent = request.form
    values: dict[str, Any] = {
        one: sent[one].replace("\r\n", "\n")
        for one in ORDERS.get(name, {})
        if sent.get(one, "").strip() and one != "days"
    }
    if _NO_OFFSET.fullmatch(values.get("until", "")):
        values["until"] += "Z"
    days = whole("days") if "days" in ORDERS.get(name, {}) else None
    return values if days is None else {**values, "days": days}


def whole(name: str) -> int | None:
    """The whole number of an input, None where it is empty. Raises: InvalidParameter."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > MOST_DIGITS:
        raise InvalidParameter(name, "write a whole number")
    return int(text)


def once() -> str | None:
    """The mark of the form, so that pressing its button twice does it once."""
    mark = request.form.get("once", "")
    return mark if 8 <= len(mark) <= 64 and mark.isascii() and mark.isalnum() else None


def fresh_mark() -> str:
    """A mark for a form."""
    return f"p{secrets.token_hex(15)}"
