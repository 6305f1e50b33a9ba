"""`/api/v1/factories`, `/api/v1/calls` and `/calls.ics`: what there is to apply for, and at whom."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from typing import Any

from flask import Blueprint, Response
from marshmallow import ValidationError, fields, validate

import vocab
from api import icalendar
from api.context import catalogue, json_answer, site
from api.datasets import listed
from api.schemas import Anything, LanguageQuery, Listed, ListQuery, PagingQuery, StrictBlueprint
from catalogue.calls import CallState, CutOff, cut_offs, day_of, last_day, next_cut_off, state
from catalogue.errors import InvalidParameter, NotFound
from catalogue.model import SECTORS
from vocab.calls import Call, calls
from vocab.ecosystem import Factory, Focus, factories, focuses, machine_of

KINDS = {"ai-factory": "AI Factory", "antenna": "Antenna"}

blueprint = StrictBlueprint(
    "ecosystem", __name__, url_prefix="/api/v1", description="AI Factories and calls"
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
    return json_answer(factory_told(factory_of(factory_id), given["lang"][:2]))


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
    """Every cut-off of every call as an iCalendar feed."""
    title = f"{catalogue().settings.catalog_title}: calls"
    body = icalendar.calendar(
        title,
        "Cut-off dates of the calls of the AI Factories initiative.",
        f"{site()}/calls.ics",
        [_event(one, place, cut) for one in calls() for place, cut in enumerate(cut_offs(one), 1)],
    )
    return Response(body, content_type=f"{icalendar.MEDIA_TYPE}; charset=utf-8")


# --- factories -------------------------------------------------------------------------------------


def factory_of(factory_id: str) -> Factory:
    """Raises: NotFound."""
    found = next((one for one in factories() if one.id == factory_id), None)
    if found is None:
        raise NotFound(f"there is no AI Factory {factory_id[:40]!r}; /factories lists them")
    return found


def factories_told(given: dict[str, Any]) -> list[dict[str, Any]]:
    """The factories that fit the filters, as JSON."""
    return [factory_told(one, given["lang"][:2]) for one in factories() if _fits(one, given)]


def factory_told(one: Factory, lang: str) -> dict[str, Any]:
    """A factory as JSON; labels in a language. `unsure` names the members that need a second source."""
    linked = factory_of(one.linked) if one.linked else None
    return {
        "id": one.id,
        "iri": one.iri,
        "kind": one.kind,
        "name": one.name,
        "acronym": one.acronym or None,
        "country": one.country,
        "city": one.city or None,
        "hosting_entity": one.host or None,
        "supercomputers": [_system_told(name) for name in one.systems],
        "sectors": sectors_of(one),
        "sector_reasons": [
            {
                "sector": sector,
                "label": vocab.label("sector", sector, lang),
                "words": focus.words,
                "reason": focus.reason,
            }
            for focus in _focus_of(one)
            for sector in focus.sectors
        ],
        "focus": list(one.focus),
        "website": f"https://{one.website}" if one.website else None,
        "linked_to": _named(linked) if linked else None,
        "antennas": [_named(other) for other in factories() if other.linked == one.id],
        "node": _member(one.id),
        "selected": one.selected,
        "calls": [_call_named(other) for other in calls() if _chose(other, one)],
        "source": one.source,
        "confidence": one.confidence,
        "unsure": list(one.unsure),
        "page": f"{site()}/factories/{one.id}",
    }


def sectors_of(one: Factory) -> list[str]:
    """Those of our sectors that the words about its focus name, in the sectors' own order."""
    named = {sector for focus in _focus_of(one) for sector in focus.sectors}
    return [sector for sector in SECTORS if sector in named]


def _focus_of(one: Factory) -> list[Focus]:
    return [focuses()[words] for words in one.focus]


def _fits(one: Factory, given: dict[str, Any]) -> bool:
    text = " ".join((one.name, one.acronym, one.city, one.host, *one.systems)).casefold()
    return (
        all(word in text for word in given.get("q", "").casefold().split())
        and one.country in (given.get("country") or [one.country])
        and one.kind in (given.get("kind") or [one.kind])
        and (not given.get("sector") or bool({*given["sector"]} & {*sectors_of(one)}))
    )


def _system_told(system: str) -> dict[str, Any]:
    """A system of a factory: as it is named there and, where it is one that is known, its figures."""
    machine = machine_of(system)
    if machine is None:
        return {"name": system, "id": None}
    return {
        "name": system,
        "id": machine.id,
        "iri": machine.iri,
        "supercomputer": machine.name,
        "site": machine.site or None,
        "hosting_entity": machine.host,
        "vendor": machine.vendor,
        "category": machine.category,
        "sustained_pflops": machine.hpl,
        "peak_pflops": machine.peak,
        "status": machine.status,
        "source": machine.source,
        "confidence": machine.confidence,
        "unsure": list(machine.unsure),
    }


def _named(one: Factory) -> dict[str, str]:
    return {"id": one.id, "name": one.name, "country": one.country}


def _member(factory_id: str) -> dict[str, str] | None:
    """The member of the federation that is this factory: the one of the same id."""
    try:
        node = catalogue().journal.node(factory_id)
    except NotFound:
        return None
    return {"id": node.id, "name": node.name, "page": f"{site()}/nodes/{node.id}"}


# --- calls -----------------------------------------------------------------------------------------


def call_of(call_id: str) -> Call:
    """Raises: NotFound."""
    found = next((one for one in calls() if one.id == call_id), None)
    if found is None:
        raise NotFound(f"there is no call {call_id[:40]!r}; /calls lists them")
    return found


def calls_told(given: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls that fit the filters, as JSON, as they stand now."""
    told = [call_told(one) for one in calls()]
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
        for other in factories()
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


def _listed(items: list[dict[str, Any]], given: dict[str, Any]) -> Response:
    """A page of a list. Raises: InvalidParameter for a cursor that no page gave."""
    cursor = given.get("cursor")
    if cursor is not None and cursor not in [one["id"] for one in items]:
        raise InvalidParameter("cursor", "this is no cursor; take `next` of the page before")
    return listed(items, given)
