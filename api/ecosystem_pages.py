"""The pages of AI Factories, offers and calls, and of a fact sheet that is edited."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, redirect, render_template, request
from marshmallow import EXCLUDE, Schema, ValidationError
from werkzeug.wrappers import Response as AnyResponse

import vocab
from api import showing, stewards
from api.context import catalogue, language
from api.ecosystem import (
    KINDS,
    OFFERS,
    USERS,
    CallsFilter,
    FactoriesFilter,
    OffersFilter,
    call_of,
    call_told,
    calls_told,
    ecosystem,
    factories_told,
    factory_of,
    factory_told,
    offer_of,
    offer_told,
    offers_told,
    record_of,
    registry,
)
from api.pages import shell
from api.registering import CutOffBody, announced, kept_of
from api.sessions import takes
from catalogue.calls import CallState
from catalogue.ecosystem.registry import Kept
from catalogue.ecosystem.sheets import LARGEST, body
from catalogue.errors import Conflict, InvalidParameter, InvalidSheet
from catalogue.model import SECTORS, Finding
from vocab.offers import EUROHPC, OFFER_KINDS

blueprint = Blueprint("ecosystem_pages", __name__)


@blueprint.get("/factories")
def factories() -> str:
    """The AI Factories and Antennas; `q`, `country`, `sector` and `kind` narrow them."""
    asked = _asked(FactoriesFilter(unknown=EXCLUDE))
    found, every = factories_told(asked), ecosystem().factories
    more = {
        "asked": asked,
        "groups": {
            name: [one for one in found if one["kind"] == kind]
            for kind, name in (("ai-factory", "AI Factories"), ("antenna", "Antennas"))
        },
        "total": len(found),
        "empty": not every,
        "countries": _countries(one.country for one in every),
        "sectors": [one for one in SECTORS if any(one in other.sectors for other in every)],
        "kinds": KINDS,
        "initiatives": ecosystem().initiatives,
        "record_of": lambda one: record_of(ecosystem().kept("initiative", one.id)),
    }
    return render_template("factories.html", **shell("factories", **more))


@blueprint.get("/factories/<factory_id>")
def factory(factory_id: str) -> str:
    """One AI Factory or Antenna, with what it offers."""
    told = factory_told(factory_of(factory_id), language())
    more = {
        "one": told,
        "kind": KINDS[told["kind"]],
        "offers": offers_told({"factory": [factory_id], "lang": language()}),
        "kinds": OFFERS,
        "users": USERS,
        "steward": stewards.is_steward(),
    }
    return render_template("factory.html", **shell("factories", **more))


@blueprint.get("/offers")
def offers() -> str:
    """What there is to be given access to; the filters of `/api/v1/offers` narrow it."""
    asked = _asked(OffersFilter(unknown=EXCLUDE))
    found, known = offers_told(asked), ecosystem()
    given = {other.id for one in known.offers for other in known.givers(one)}
    more = {
        "asked": asked,
        "offers": found,
        "empty": not known.offers,
        "kinds": OFFERS,
        "users": USERS,
        "groups": [(kind, [one for one in found if one["kind"] == kind]) for kind in OFFER_KINDS],
        "countries": _countries(one.country for one in known.offers),
        "sectors": [one for one in SECTORS if any(one in other.sectors for other in known.offers)],
        "factories": [(one.id, one.name) for one in known.factories if one.id in given]
        + [(EUROHPC, "EuroHPC Joint Undertaking")],
        "machines": [
            (one.id, one.name)
            for one in known.supercomputers
            if any(other.supercomputer == one.id for other in known.offers)
        ],
    }
    return render_template("offers.html", **shell("offers", **more))


@blueprint.get("/offers/<offer_id>")
def offer(offer_id: str) -> AnyResponse:
    """An offer's page is its record's."""
    told = offer_told(offer_of(offer_id), ecosystem(), language())
    return redirect(told["page"], 303)


@blueprint.get("/calls")
def calls() -> str:
    """The calls as they stand now; `state` narrows them."""
    asked = _asked(CallsFilter(unknown=EXCLUDE))
    more = {
        "calls": sorted(calls_told(asked), key=_order),
        "states": [one.value for one in CallState],
        "empty": not ecosystem().calls,
        "asked": asked,
    }
    return render_template("calls.html", **shell("calls", **more))


@blueprint.get("/calls/<call_id>")
def call(call_id: str) -> str:
    """One call as it stands now, with its cut-offs."""
    return _call_page(call_id)


@blueprint.post("/calls/<call_id>/cut-offs")
def announce(call_id: str) -> AnyResponse | tuple[str, int]:
    """Announce a cut-off, from the call's page; for a steward."""
    who = stewards.steward()
    given = {name: value for name, value in request.form.items() if value}
    try:
        announced(
            call_id, CutOffBody(unknown=EXCLUDE).load({**given, "sure": "sure" in given}), who
        )
    except ValidationError as error:
        name, said = next(iter(error.messages_dict.items()))
        return _call_page(call_id, f"{name}: {showing.said(said)}"), 422
    except InvalidSheet as error:
        return _call_page(call_id, str(error)), 422
    return redirect(f"/calls/{call_of(call_id).id}", 303)


@blueprint.route("/registry/<kind>/<sheet_id>/edit", methods=["GET", "POST"])
@takes(3 * LARGEST)  # forms write some characters as three
def edit(kind: str, sheet_id: str) -> AnyResponse | str | tuple[str, int]:
    """A fact sheet to edit, as its document; for a steward. What is refused comes back with its faults."""
    who, kept = stewards.steward(), kept_of(kind, sheet_id)
    if request.method == "GET":
        return _edit_page(kind, kept, body(kept.sheet, kept.origin).decode(), kept.version)
    text, seen = request.form.get("document", ""), request.form.get("seen", "")
    try:
        stored = registry().put(kind, sheet_id, text.encode("utf-8", "replace"), who, seen=seen)
    except InvalidSheet as error:
        return _edit_page(kind, kept, text, seen, error.findings), 422
    except Conflict as error:
        return _edit_page(kind, kept, text, kept.version, fault=str(error)), 409
    return redirect(f"/datasets/{stored.page_id}", 303)


def _edit_page(
    kind: str,
    kept: Kept,
    text: str,
    seen: str,
    findings: tuple[Finding, ...] = (),
    fault: str | None = None,
) -> str:
    name = getattr(kept.sheet, "name", None) or getattr(kept.sheet, "title", kept.sheet.id)
    more = {"kind": kind, "name": name, "kept": kept, "text": text, "seen": seen}
    return render_template(
        "sheet.html", **shell("factories", **more, findings=findings, fault=fault)
    )


def _call_page(call_id: str, fault: str | None = None) -> str:
    more = {"one": call_told(call_of(call_id)), "now": catalogue().clock(), "fault": fault}
    return render_template("call.html", **shell("calls", **more, steward=stewards.is_steward()))


def _countries(codes: Iterable[str]) -> list[tuple[str, str]]:
    """Labels and codes, in the order of the labels."""
    lang = language()
    return sorted({(vocab.label("country", code, lang), code) for code in codes})


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
