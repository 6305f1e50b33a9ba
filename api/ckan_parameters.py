"""The parameters of CKAN's actions: text from an address or a form, any JSON value from a body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from catalogue.errors import InvalidInput

_TRUE, _FALSE = {"true", "1", "yes", "on", "t", "y"}, {"false", "0", "no", "off", "f", "n", ""}
_LARGEST = 10**12


class Invalid(InvalidInput):
    """A parameter that CKAN's own schema would refuse; `told` says why."""

    def __init__(self, name: str, told: str) -> None:
        super().__init__(f"{name}: {told}")
        self.name, self.told = name, told


class Parameters:
    """What an action was given. Every reader raises Invalid for a value of another kind."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given

    def names(self) -> list[str]:
        return list(self._given)

    def text(self, name: str, default: str = "") -> str:
        value = self._given.get(name)
        if value is None:
            return default
        if isinstance(value, bool | int | float):
            return str(value).lower() if isinstance(value, bool) else str(value)
        if not isinstance(value, str):
            raise Invalid(name, "must be one text")
        return value

    def needed(self, name: str) -> str:
        """A text that must be there."""
        value = self.text(name).strip()
        if not value:
            raise Invalid(name, "Missing value")
        return value

    def number(self, name: str, default: int | None = None) -> int | None:
        """A whole number from 0 on."""
        value = self.whole(name, default)
        if value is not None and value < 0:
            raise Invalid(name, "Must be a natural number")
        return value

    def whole(self, name: str, default: int | None = None) -> int | None:
        """A whole number, negative or not."""
        text = self.text(name).strip()
        if not text:
            return default
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 12):
            raise Invalid(name, "Invalid integer")
        return max(min(int(text), _LARGEST), -_LARGEST)

    def flag(self, name: str, *, default: bool = False) -> bool:
        if name not in self._given:
            return default
        text = self.text(name).strip().lower()
        if text not in _TRUE | _FALSE:
            raise Invalid(name, "must be true or false")
        return text in _TRUE

    def texts(self, name: str) -> list[str]:
        """A list: a JSON list, a repeated parameter, or one value."""
        value = self._given.get(name)
        if isinstance(value, str) and value.lstrip()[:1] == "[" and value.rstrip()[-1:] == "]":
            value = _list(name, value)
        if value is None or value == "":
            return []
        values = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) for one in values):
            raise Invalid(name, "must be a list of texts")
        return [one for one in values if one]


def _list(name: str, text: str) -> Any:
    """A JSON list; a range in brackets is no JSON and stays as it is."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        if " TO " in text:
            return text
        raise Invalid(name, "Could not parse as valid JSON") from None
