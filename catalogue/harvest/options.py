"""Options that every source may have, whatever its protocol."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from catalogue.errors import InvalidInput
from catalogue.model import PUBLIC, Withdrawal, audiences

CONTACTS = ("keep", "roles-only", "drop")
_PROFILES = re.compile(r"(?:\s*\+?[A-Za-z0-9][A-Za-z0-9.-]*\s*(?:,|\Z))*\Z")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")


def _visible(value: str) -> None:
    try:
        audiences(value)
    except ValueError as error:
        raise ValidationError(str(error)) from error


class CommonOptions(Schema):
    """`visibility`: who may see the records. `deletion`: what becomes of one that the source no longer
    lists, after `grace` complete runs. `review`: records wait for a steward. `country`: where they are
    at home, if not where the node is. `contacts`: what is kept of people in contact points.
    `raw_versions`: how many versions of the bytes as received are kept of a record. `profiles`: what
    records are judged by (`validate.choosing.chosen`), if not by what each of them is."""

    visibility = fields.String(load_default=PUBLIC, validate=_visible)
    deletion = fields.Enum(Withdrawal, by_value=True, load_default=Withdrawal.DELETE)
    grace = fields.Integer(load_default=2, validate=validate.Range(0, 1000))
    review = fields.Boolean(load_default=False)
    country = fields.String(
        load_default="",
        validate=validate.Regexp(_COUNTRY, error="write ISO 3166 alpha-2, or EU"),
    )
    contacts = fields.String(load_default="keep", validate=validate.OneOf(CONTACTS))
    raw_versions = fields.Integer(load_default=3, validate=validate.Range(0, 1000))
    profiles = fields.String(
        load_default="",
        validate=validate.Regexp(
            _PROFILES,
            error="write names of profiles with commas between, those to be added after +",
        ),
    )


COMMON = frozenset(CommonOptions().fields)


def own_options(given: Mapping[str, str]) -> dict[str, str]:
    """Those of a source's options that belong to its protocol."""
    return {name: value for name, value in given.items() if name not in COMMON}


def common_options(given: Mapping[str, str]) -> dict[str, Any]:
    """The common options of a source, with their defaults.

    Raises: InvalidInput naming every one that is wrong.
    """
    return loaded(CommonOptions(), {one: given[one] for one in given if one in COMMON})


def normalised(given: Mapping[str, str]) -> dict[str, str]:
    """The options as they are kept: of several spellings of the same one.

    Raises: InvalidInput naming every common option that is wrong.
    """
    common = common_options(given)
    kept = dict(given)
    for name in COMMON & set(given):
        value = common[name]
        kept[name] = str(int(value)) if isinstance(value, bool) else str(value)
    return kept


def loaded(schema: Schema, given: Mapping[str, str]) -> dict[str, Any]:
    """Options read by a schema. Raises: InvalidInput naming every option that is unknown or wrong."""
    try:
        values: dict[str, Any] = schema.load(given)
    except ValidationError as error:
        faults = "; ".join(
            f"option {name}: {' '.join(map(str, texts))}" for name, texts in _flat(error)
        )
        raise InvalidInput(faults) from error
    return values


def _flat(error: ValidationError) -> list[tuple[str, list[Any]]]:
    messages: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
    return [
        (str(name), texts if isinstance(texts, list) else [texts])
        for name, texts in messages.items()
    ]
