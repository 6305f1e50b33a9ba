"""`/api/v1/factories`, `/supercomputers`, `/initiatives`, `/offers`, `/calls` and `/calls.ics`: what
there is to apply for, and at whom. All of it is read from the registry's records."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar, cast

from flask import Blueprint, Response, current_app, g
from marshmallow import ValidationError, fields, validate

import vocab
from api import icalendar
from api.context import catalogue, json_answer, reader, site
from api.datasets import listed
from api.schemas import Anything, LanguageQuery, Listed, ListQuery, PagingQuery, StrictBlueprint
from catalogue.calls import CallState, CutOff, cut_offs, day_of, last_day, next_cut_off, state
from catalogue.ecosystem.graphs import provider_name
from catalogue.ecosystem.registry import Ecosystem, Kept, Registry
from catalogue.errors import InvalidParameter, NotFound
from catalogue.model import SECTORS, Node, visible_to
from vocab.calls import Call
from vocab.ecosystem import Factory, Supercomputer, machine_of
from vocab.offers import ELIGIBLE, OFFER_KINDS, Initiative, Offer, modes

EXTENSION = "aicat-registry"
KINDS = {"ai-factory": "AI Factory", "antenna": "Antenna"}
OFFERS = {
    "compute": "Computing time",
    "data": "Data access",
    "storage": "Storage",
    "support": "Algorithmic support",
    "training": "Training",
}
USERS = {
    "start-up": "Start-ups",
    "sme": "SMEs",
    "industry": "Industry",
    "research": "Research",
    "public": "Public sector",
}

Placed = TypeVar("Placed", Supercomputer, Initiative)

blueprint = StrictBlueprint(
    "ecosystem", __name__, url_prefix="/api/v1", description="AI Factories, offers and calls"
)
feed = Blueprint("calendar", __name__)


def _any_of(what: str, known: Callable[[str], object]) -> fields.List[str]:
    """A filter that is repeatable, with what judges its values."""
    return fields.List(
        fields.String(validate=known),
        metadata={"description": f"only those of this {what}; repeatable, any of them fits"},
    )


def _one_of(values: Sequence[str]) -> validate.OneOf:
    return validate.OneOf(values, error=f"there are: {', '.join(values)}")


def _country(code: str) -> None:
    """Raises: ValidationError."""
    if len(code) != 2 or vocab.scheme("country").concept(code) is None:
        raise ValidationError("write a country as ISO 3166 does, in capitals: FI")


class FactoriesFilter(LanguageQuery):
    """What narrows the factories."""

    q = fields.String(
        validate=validate.Length(max=200),
        metadata={
            "description": "words of name, city, hosting entity, supercomputers; all must be"
        },
    )
    country = _any_of("country", _country)
    sector = _any_of("sector", _one_of(SECTORS))
    kind = _any_of("kind", _one_of([*KINDS]))


class FactoriesQuery(FactoriesFilter, ListQuery):
    pass


class OffersFilter(LanguageQuery):
    """What narrows the offers."""

    q = fields.String(
        validate=validate.Length(max=200),
        metadata={"description": "words of title, description, provider, supercomputer, GPUs"},
    )
    kind = _any_of("kind", _one_of(OFFER_KINDS))
    factory = _any_of("factory, by its id, or `eurohpc`", validate.Length(1, 120))
    country = _any_of("country", _country)
    sector = _any_of("sector", _one_of(SECTORS))
    eligible = _any_of("kind of user", _one_of(ELIGIBLE))
    supercomputer = _any_of("supercomputer, by its id", validate.Length(1, 120))


class OffersQuery(OffersFilter, ListQuery):
    pass


class CountryQuery(ListQuery):
    country = _any_of("country", _country)


class CallsFilter(LanguageQuery):
    """What narrows the calls."""

    state = _any_of("state", _one_of([str(one) for one in CallState]))


class CallsQuery(CallsFilter, PagingQuery):
    pass


@blueprint.route("/factories")
@blueprint.arguments(FactoriesQuery, location="query")
@blueprint.response(200, Listed)
def factory_list(given: dict[str, Any]) -> Response:
    """The AI Factories, then their Antennas."""
    return _listed(factories_told(given), given)


@blueprint.route("/factories/<factory_id>")
@blueprint.arguments(LanguageQuery, location="query")
@blueprint.response(200, Anything)
def factory(given: dict[str, Any], factory_id: str) -> Response:
    """One AI Factory or Antenna."""
    return json_answer(factory_told(factory_of(factory_id), given["lang"]))


@blueprint.route("/supercomputers")
@blueprint.arguments(CountryQuery, location="query")
@blueprint.response(200, Listed)
def supercomputer_list(given: dict[str, Any]) -> Response:
    """The supercomputers: those that run, then those to come."""
    known = ecosystem()
    fits = _of_countries(known.supercomputers, given)
    return _listed([machine_told(one, known) for one in fits], given)


@blueprint.route("/initiatives")
@blueprint.arguments(CountryQuery, location="query")
@blueprint.response(200, Listed)
def initiative_list(given: dict[str, Any]) -> Response:
    """Member states' initiatives in AI, by country."""
    known = ecosystem()
    fits = _of_countries(known.initiatives, given)
    return _listed([initiative_told(one, known) for one in fits], given)


@blueprint.route("/offers")
@blueprint.arguments(OffersQuery, location="query")
@blueprint.response(200, Listed)
def offer_list(given: dict[str, Any]) -> Response:
    """What AI Factories and the EuroHPC Joint Undertaking give access to: compute first."""
    return _listed(offers_told(given), given)


@blueprint.route("/offers/<offer_id>")
@blueprint.arguments(LanguageQuery, location="query")
@blueprint.response(200, Anything)
def offer(given: dict[str, Any], offer_id: str) -> Response:
    """One offer."""
    return json_answer(offer_told(offer_of(offer_id), ecosystem(), given["lang"]))


@blueprint.route("/calls")
@blueprint.arguments(CallsQuery, location="query")
@blueprint.response(200, Listed)
def call_list(given: dict[str, Any]) -> Response:
    """The calls as they stand now, the oldest first."""
    return _listed(calls_told(given), given)


@blueprint.route("/calls/<call_id>")
@blueprint.arguments(LanguageQuery, location="query")
@blueprint.response(200, Anything)
def call(_given: dict[str, Any], call_id: str) -> Response:
    """One call as it stands now, with all its cut-offs."""
    return json_answer(call_told(call_of(call_id)))


@feed.get("/calls.ics")
def calendar() -> Response:
    """Every cut-off of every call as an iCalendar feed. 404 while none is known: a calendar without an
    event is none (RFC 5545, section 3.6)."""
    events = [
        _event(one, place, cut)
        for one in ecosystem().calls
        for place, cut in enumerate(cut_offs(one), 1)
    ]
    if not events:
        raise NotFound("no cut-off of a call is known here yet; `aicat registry load` begins them")
    body = icalendar.calendar(
        f"{catalogue().settings.catalog_title}: calls",
        "Cut-off dates of the calls of the AI Factories initiative.",
        f"{site()}/calls.ics",
        events,
    )
    return Response(body, content_type=f"{icalendar.MEDIA_TYPE}; charset=utf-8")


# --- the registry ----------------------------------------------------------------------------------


def registry() -> Registry:
    """The registry of this application."""
    return cast(Registry, current_app.extensions[EXTENSION])


def ecosystem() -> Ecosystem:
    """Every fact sheet that this reader may see, the same throughout a request."""
    if "ecosystem" not in g:
        who = reader()
        g.ecosystem = registry().known().only(lambda one: visible_to(one.visibility, who))
    return cast(Ecosystem, g.ecosystem)


def record_of(kept: Kept | None) -> dict[str, str] | None:
    """The record that a sheet is, with its page."""
    if kept is None:
        return None
    return {"id": kept.page_id, "page": f"{site()}/datasets/{kept.page_id}"}


def _page_of(kind: str, sheet_id: str) -> str | None:
    record = record_of(ecosystem().kept(kind, sheet_id))
    return record["page"] if record else None


def sheet_told(page_id: str, lang: str) -> dict[str, Any] | None:
    """What the fact sheet of a record tells, with its `sheet` kind; None for other records."""
    known = ecosystem()
    kept = known.of_page(page_id)
    match kept and kept.sheet:
        case Offer() as one:
            return {"sheet": "offer", **offer_told(one, known, lang)}
        case Factory() as one:
            return {"sheet": "factory", **factory_told(one, lang)}
        case Supercomputer() as one:
            return {"sheet": "supercomputer", **machine_told(one, known)}
        case Initiative() as one:
            return {"sheet": "initiative", **initiative_told(one, known)}
        case Call() as one:
            return {"sheet": "call", **call_told(one)}
    return None


def _members() -> dict[str, Node]:
    if "members" not in g:
        g.members = {one.id: one for one in catalogue().journal.nodes()}
    return cast(dict[str, Node], g.members)


# --- factories -------------------------------------------------------------------------------------


def factory_of(factory_id: str) -> Factory:
    """Raises: NotFound."""
    found = ecosystem().factory(factory_id)
    if found is None:
        raise NotFound(f"there is no AI Factory {factory_id[:40]!r}; /factories lists them")
    return found


def factories_told(given: dict[str, Any]) -> list[dict[str, Any]]:
    """The factories that fit the filters, as JSON."""
    found = (one for one in ecosystem().factories if _fits(one, given))
    return [factory_told(one, given["lang"]) for one in found]


def factory_told(one: Factory, lang: str) -> dict[str, Any]:
    """A factory as JSON; labels in a language. `unsure` names the members that need a second source."""
    known = ecosystem()
    linked = known.factory(one.linked) if one.linked else None
    return {
        "id": one.id,
        "iri": one.iri,
        "kind": one.kind,
        "name": one.name,
        "acronym": one.acronym or None,
        "country": one.country,
        "city": one.city or None,
        "hosting_entity": one.host or None,
        "supercomputers": [_system_told(name, known) for name in one.systems],
        "sectors": list(one.sectors),
        "sector_reasons": [
            {
                "sector": sector,
                "label": vocab.label("sector", sector, lang),
                "words": focus.words,
                "reason": focus.reason,
            }
            for focus in one.focuses
            for sector in focus.sectors
        ],
        "focus": list(one.focus),
        "website": one.website,
        "linked_to": _named(linked) if linked else None,
        "antennas": [_named(other) for other in known.factories if other.linked == one.id],
        "initiatives": [
            {"id": other.id, "name": other.name, "page": _page_of("initiative", other.id)}
            for other in known.initiatives
            if one.id in other.factories
        ],
        "offers": len(known.given_by(one.id)),
        "node": _member(one.id),
        "selected": one.selected,
        "calls": [_call_named(other) for other in known.calls if _chose(other, one)],
        "source": one.source,
        "confidence": one.confidence,
        "unsure": list(one.unsure),
        "record": record_of(known.kept("factory", one.id)),
        "page": f"{site()}/factories/{one.id}",
    }


def _fits(one: Factory, given: dict[str, Any]) -> bool:
    return (
        _has_words((one.name, one.acronym, one.city, one.host, *one.systems), given)
        and one.country in (given.get("country") or [one.country])
        and one.kind in (given.get("kind") or [one.kind])
        and (not given.get("sector") or bool({*given["sector"]} & {*one.sectors}))
    )


def _has_words(texts: Sequence[str], given: dict[str, Any]) -> bool:
    text = " ".join(texts).casefold()
    return all(word in text for word in given.get("q", "").casefold().split())


def _system_told(system: str, known: Ecosystem) -> dict[str, Any]:
    """A system of a factory: as it is named there and, where it is one that is known, its figures."""
    machine = machine_of(system, known.supercomputers)
    if machine is None:
        return {"name": system, "id": None}
    return {"name": system, "id": machine.id, "supercomputer": machine.name, **_figures(machine)}


def _figures(machine: Supercomputer) -> dict[str, Any]:
    return {
        "iri": machine.iri,
        "site": machine.site or None,
        "hosting_entity": machine.host,
        "vendor": machine.vendor,
        "accelerator": machine.accelerator,
        "category": machine.category,
        "sustained_pflops": machine.hpl,
        "peak_pflops": machine.peak,
        "status": machine.status,
        "source": machine.source,
        "confidence": machine.confidence,
        "unsure": list(machine.unsure),
    }


def machine_told(one: Supercomputer, known: Ecosystem) -> dict[str, Any]:
    """A supercomputer as JSON, with the factories that name it."""
    return {
        "id": one.id,
        "name": one.name,
        "country": one.country,
        **_figures(one),
        "factories": [_named(other) for other in known.hosts(one.id)],
        "offers": sum(1 for other in known.offers if other.supercomputer == one.id),
        "record": record_of(known.kept("supercomputer", one.id)),
    }


def initiative_told(one: Initiative, known: Ecosystem) -> dict[str, Any]:
    """An initiative as JSON, with its factories."""
    linked = [known.factory(factory_id) for factory_id in one.factories]
    return {
        "id": one.id,
        "iri": one.iri,
        "name": one.name,
        "country": one.country,
        "kind": one.kind,
        "description": one.description,
        "website": one.website,
        "factories": [_named(factory) for factory in linked if factory],
        "evidence": {name: asdict(said) for name, said in one.evidence.items()},
        "unsure": [name for name, said in one.evidence.items() if not said.sure],
        "record": record_of(known.kept("initiative", one.id)),
    }


def _named(one: Factory) -> dict[str, str]:
    return {"id": one.id, "name": one.name, "country": one.country}


def _member(node_id: str) -> dict[str, str] | None:
    """The member of the federation that is this factory: the one of the same id."""
    node = _members().get(node_id)
    if node is None:
        return None
    return {"id": node.id, "name": node.name, "page": f"{site()}/nodes/{node.id}"}


# --- offers ----------------------------------------------------------------------------------------


def offer_of(offer_id: str) -> Offer:
    """Raises: NotFound."""
    kept = ecosystem().kept("offer", offer_id)
    if kept is None or not isinstance(kept.sheet, Offer):
        raise NotFound(f"there is no offer {offer_id[:40]!r}; /offers lists them")
    return kept.sheet


def offers_told(given: dict[str, Any]) -> list[dict[str, Any]]:
    """The offers that fit the filters, as JSON."""
    known = ecosystem()
    found = (one for one in known.offers if _offer_fits(one, given, known))
    return [offer_told(one, known, given["lang"]) for one in found]


def offer_told(one: Offer, known: Ecosystem, lang: str) -> dict[str, Any]:
    """An offer as JSON; labels in a language. `request` is where access to it is asked for."""
    kept = known.kept("offer", one.id)
    record = record_of(kept)
    machine = known.supercomputer(one.supercomputer) if one.supercomputer else None
    call = _offer_call(one, known)
    return {
        "id": one.id,
        "iri": one.iri,
        "title": one.title,
        "description": one.description,
        "kind": one.kind,
        "provider": {
            "id": one.provider,
            "name": provider_name(one, known),
            "node": _member(kept.node) if kept else None,
        },
        "factories": [_named(other) for other in known.givers(one)],
        "country": one.country,
        "supercomputer": {
            "id": machine.id,
            "name": machine.name,
            "accelerator": machine.accelerator,
            "status": machine.status,
        }
        if machine
        else None,
        "access_mode": {"id": one.mode, "name": modes()[one.mode]} if one.mode else None,
        "eligible": list(one.eligible),
        "sectors": list(one.sectors),
        "sector_labels": [vocab.label("sector", sector, lang) for sector in one.sectors],
        "access": one.access,
        "conditions": one.conditions,
        "contact": one.contact,
        "call": call,
        "next_cut_off": call["next_cut_off"] if call else None,
        "evidence": {name: asdict(said) for name, said in one.evidence.items()},
        "unsure": [name for name, said in one.evidence.items() if not said.sure],
        "record": record,
        "page": record["page"] if record else None,
        "request": f"{site()}/requests/new?resource={record['id']}" if record else None,
    }


def _offer_call(one: Offer, known: Ecosystem) -> dict[str, Any] | None:
    """The call that an offer is given under, as it stands now."""
    call = known.call(one.call) if one.call else None
    if call is None:
        return None
    told = call_told(call)
    return {name: told[name] for name in ("id", "title", "state", "next_cut_off", "page")}


def _offer_fits(one: Offer, given: dict[str, Any], known: Ecosystem) -> bool:
    machine = known.supercomputer(one.supercomputer) if one.supercomputer else None
    texts = [one.title, one.description, provider_name(one, known), OFFERS[one.kind]]
    texts += [modes()[one.mode]] if one.mode else []
    texts += (
        [machine.name, "GPU" if machine.accelerator else "", machine.accelerator or ""]
        if machine
        else []
    )
    factories = {one.provider, *(other.id for other in known.givers(one))}
    return (
        _has_words(texts, given)
        and one.kind in (given.get("kind") or [one.kind])
        and one.country in (given.get("country") or [one.country])
        and one.supercomputer in (given.get("supercomputer") or [one.supercomputer])
        and (not given.get("factory") or bool(factories & {*given["factory"]}))
        and (not given.get("sector") or bool({*given["sector"]} & {*one.sectors}))
        and (not given.get("eligible") or bool({*given["eligible"]} & {*one.eligible}))
    )


# --- calls -----------------------------------------------------------------------------------------


def call_of(call_id: str) -> Call:
    """Raises: NotFound."""
    found = ecosystem().call(call_id)
    if found is None:
        raise NotFound(f"there is no call {call_id[:40]!r}; /calls lists them")
    return found


def calls_told(given: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls that fit the filters, as JSON, as they stand now."""
    told = [call_told(one) for one in ecosystem().calls]
    return [one for one in told if one["state"] in (given.get("state") or [one["state"]])]


def call_told(one: Call) -> dict[str, Any]:
    """A call as JSON, as it stands now; days are ISO 8601 and UTC's."""
    today = day_of(catalogue().clock())
    stands, following = state(one, today), next_cut_off(one, today)
    if stands is CallState.CLOSED:
        following = None
    return {
        "id": one.id,
        "iri": one.iri,
        "title": one.title,
        "references": list(one.references),
        "state": stands.value,
        "opens": one.opens,
        "closes": last_day(one),
        "next_cut_off": following.day if following else None,
        "cut_offs": [_cut_told(cut, today) for cut in cut_offs(one)],
        "rule": _rule_told(one),
        "time": one.time,
        "programmes": list(one.programmes),
        "funds": list(one.funds),
        "budget": {"amount": one.amount, "currency": one.currency, "text": one.budget},
        "eligible": one.eligible,
        "purpose": one.purpose,
        "results": [_result_told(one, place) for place in range(len(one.results))],
        "links": [asdict(link) for link in one.links],
        "evidence": {name: asdict(said) for name, said in one.evidence.items()},
        "unsure": [name for name, said in one.evidence.items() if not said.sure],
        "revised": one.revised,
        "record": record_of(ecosystem().kept("call", one.id)),
        "page": f"{site()}/calls/{one.id}",
        "calendar": f"{site()}/calls.ics",
    }


def _cut_told(cut: CutOff, today: date) -> dict[str, Any]:
    return {
        "id": cut.id,
        "date": cut.day,
        "over": cut.day < today,
        "announced": not cut.by_rule,
        "instead_of": cut.rule_day if not cut.by_rule else None,
        **asdict(cut.evidence),
    }


def _rule_told(one: Call) -> dict[str, Any] | None:
    if one.first is None or one.months is None:
        return None
    return {"first": one.first, "months": one.months, "last": one.closes}


def _result_told(one: Call, place: int) -> dict[str, Any]:
    """A decision, with the factories that are known to be chosen by it."""
    result = one.results[place]
    chosen = [
        _named(other)
        for other in ecosystem().factories
        if (other.kind, other.selected) == (result.kind, result.day.isoformat())
    ]
    return {
        "date": result.day,
        "kind": result.kind,
        "selected": result.selected,
        "text": result.text,
        "source": result.source,
        "factories": chosen,
    }


def _chose(one: Call, factory: Factory) -> bool:
    return any(
        (result.kind, result.day.isoformat()) == (factory.kind, factory.selected)
        for result in one.results
    )


def _call_named(one: Call) -> dict[str, str]:
    return {"id": one.id, "title": one.title}


def _event(one: Call, place: int, cut: CutOff) -> icalendar.Event:
    """A cut-off in a calendar; its UID lasts when another day is announced, and whoever serves it."""
    lines = [f"Cut-off {place} of {len(cut_offs(one))}. {', '.join(one.references)}"]
    if one.time:
        lines.append(f"Until {one.time}, if that still holds.")
    if cut.rule_day and not cut.by_rule:
        lines.append(f"Announced instead of {cut.rule_day}.")
    said = "sure" if cut.evidence.sure else f"unsure: {cut.evidence.confidence}"
    lines.append(f"Source: {cut.evidence.source} ({said})")
    return icalendar.Event(
        uid=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{one.iri}/{cut.id}")),
        day=cut.day,
        revised=datetime.combine(one.revised, time(), UTC),
        summary=f"{one.title}: cut-off",
        description="\n".join(lines),
        url=f"{site()}/calls/{one.id}",
        category="AI Factories call",
        sure=cut.evidence.sure,
    )


def _of_countries(items: Sequence[Placed], given: dict[str, Any]) -> list[Placed]:
    """Those of the countries that are asked for; all where none is."""
    wanted = given.get("country")
    return [one for one in items if not wanted or one.country in wanted]


def _listed(items: list[dict[str, Any]], given: dict[str, Any]) -> Response:
    """A page of a list. Raises: InvalidParameter for a cursor that no page gave."""
    cursor = given.get("cursor")
    if cursor is not None and cursor not in [one["id"] for one in items]:
        raise InvalidParameter("cursor", "this is no cursor; take `next` of the page before")
    return listed(items, given)
