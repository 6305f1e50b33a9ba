"""The pages of AI Factories and calls."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from marshmallow import EXCLUDE, Schema, ValidationError

import vocab
from api import showing
from api.context import catalogue, language
from api.ecosystem import (
    KINDS,
    CallsFilter,
    FactoriesFilter,
    call_of,
    call_told,
    calls_told,
    factories_told,
    factory_of,
    factory_told,
    sectors_of,
)
from api.pages import shell
from catalogue.calls import CallState
from catalogue.errors import InvalidParameter
from catalogue.model import SECTORS
from vocab.ecosystem import factories as known_factories

blueprint = Blueprint("ecosystem_pages", __name__)


@blueprint.get("/factories")
def factories() -> str:
    """The AI Factories and Antennas; `q`, `country`, `sector` and `kind` narrow them."""
    asked = _asked(FactoriesFilter(unknown=EXCLUDE))
    found, lang = factories_told(asked), language()
    more = {
        "asked": asked,
        "groups": {
            name: [one for one in found if one["kind"] == kind]
            for kind, name in (("ai-factory", "AI Factories"), ("antenna", "Antennas"))
        },
        "total": len(found),
        "countries": sorted(
            {(vocab.label("country", one.country, lang), one.country) for one in known_factories()}
        ),
        "sectors": [
            one for one in SECTORS if any(one in sectors_of(other) for other in known_factories())
        ],
        "kinds": KINDS,
    }
    return render_template("factories.html", **shell("factories", **more))


@blueprint.get("/factories/<factory_id>")
def factory(factory_id: str) -> str:
    """One AI Factory or Antenna."""
    told = factory_told(factory_of(factory_id), language())
    return render_template("factory.html", **shell("factories", one=told, kind=KINDS[told["kind"]]))


@blueprint.get("/calls")
def calls() -> str:
    """The calls as they stand now; `state` narrows them."""
    asked = _asked(CallsFilter(unknown=EXCLUDE))
    more = {
        "calls": sorted(calls_told(asked), key=_order),
        "states": [one.value for one in CallState],
        "asked": asked,
    }
    return render_template("calls.html", **shell("calls", **more))


@blueprint.get("/calls/<call_id>")
def call(call_id: str) -> str:
    """One call as it stands now, with its cut-offs."""
    told = call_told(call_of(call_id))
    return render_template("call.html", **shell("calls", one=told, now=catalogue().clock()))


def _order(one: dict[str, Any]) -> tuple[int, int]:
    """Open calls first, then those to come, then closed ones, of these the newest first."""
    place = [CallState.OPEN, CallState.UPCOMING, CallState.CLOSED].index(CallState(one["state"]))
    day = one["closes"].toordinal() if one["closes"] else 0
    return place, -day if one["state"] == CallState.CLOSED else day


def _asked(schema: Schema) -> dict[str, Any]:
    """What the address asks for; empty fields of a form ask for nothing. Raises: InvalidParameter."""
    single = {"q"}
    given: dict[str, Any] = {
        name: values[-1] if name in single else values
        for name in {*request.args} - {"lang"}
        if (values := [one for one in request.args.getlist(name) if one])
    }
    try:
        asked: dict[str, Any] = schema.load({**given, "lang": language()})
    except ValidationError as error:
        name, said = next(iter(error.messages_dict.items()))
        raise InvalidParameter(str(name), showing.said(said)) from error
    return asked
