"""Fact sheets as graphs: pure, the same sheet in the same surroundings gives the same lines.

Everything that is described here is a dcat:Resource, the class that DCAT 3 (section 6.4) leaves open
for catalogues of other things than data; its own class says what it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Protocol

import vocab
from catalogue.calls import cut_offs
from catalogue.ecosystem.sheets import EDITED, Sheet, body
from catalogue.model import Sector
from catalogue.rdf.terms import iri, line, literal
from vocab.calls import Call
from vocab.ecosystem import Factory, Supercomputer, machine_of
from vocab.namespaces import AICAT, DCAT, DCT, ECOSYSTEM, FOAF, RDF, XSD
from vocab.offers import EUROHPC, Initiative, Offer, modes

JOINT_UNDERTAKING = "EuroHPC Joint Undertaking"
KIND_NAMES = {
    "compute": "computing time",
    "data": "access to data",
    "storage": "storage",
    "support": "algorithmic support",
    "training": "training",
}
ELIGIBLE_NAMES = {
    "start-up": "start-ups",
    "sme": "SMEs",
    "industry": "industry",
    "research": "research",
    "public": "the public sector",
}


class Surroundings(Protocol):
    """What a sheet's graph takes from other sheets: names, and IRIs of what it points to."""

    def factory(self, factory_id: str) -> Factory | None: ...
    def supercomputer(self, machine_id: str) -> Supercomputer | None: ...
    def call(self, call_id: str) -> Call | None: ...
    @property
    def supercomputers(self) -> tuple[Supercomputer, ...]: ...


def graph(sheet: Sheet, known: Surroundings) -> list[str]:
    """The lines of a sheet's graph."""
    subject = iri(sheet.iri)
    told = [
        (f"{RDF}type", iri(f"{DCAT}Resource")),
        (f"{DCT}identifier", literal(sheet.id)),
        # Whatever of the document changes, the graph does: the journal tells versions by it.
        (f"{AICAT}sheet", literal(hashlib.sha256(body(sheet, EDITED)).hexdigest())),
    ]
    lines: list[str] = []
    match sheet:
        case Factory():
            told += _factory(sheet, known)
        case Supercomputer():
            told += _supercomputer(sheet)
        case Initiative():
            told += _initiative(sheet, known)
        case Call():
            told += _call(sheet)
        case Offer():
            told += _offer(sheet, known)
            lines += _publisher(sheet, known)
    lines += [line(subject, iri(path), value) for path, value in told]
    return lines


def sectors(sheet: Sheet) -> tuple[Sector, ...]:
    """The sectors of a sheet, each with its reason; in the order of their names, as alignment has them."""
    if isinstance(sheet, Factory):
        found = {
            sector: Sector(sector, "focus", f"{one.words}: {one.reason}")
            for one in reversed(sheet.focuses)
            for sector in one.sectors
        }
    elif isinstance(sheet, Offer):
        reason = sheet.evidence.get("sectors")
        said = reason.source if reason else "the fact sheet"
        found = {sector: Sector(sector, "offer", said) for sector in sheet.sectors}
    else:
        found = {}
    return tuple(found[sector] for sector in sorted(found))


def provider_name(offer: Offer, known: Surroundings) -> str:
    """Who decides on an offer, as people call it."""
    factory = known.factory(offer.provider)
    if factory is not None:
        return factory.name
    return JOINT_UNDERTAKING if offer.provider == EUROHPC else offer.provider


# --- each kind ---------------------------------------------------------------------------------------

_Told = Iterator[tuple[str, str]]


def _factory(one: Factory, known: Surroundings) -> _Told:
    antenna = one.kind == "antenna"
    yield f"{RDF}type", iri(f"{AICAT}{'AIFactoryAntenna' if antenna else 'AIFactory'}")
    yield from _named(one.name, one.country)
    yield f"{DCT}description", literal(_about_factory(one, known), "en")
    for word in (one.acronym, "AI Factory Antenna" if antenna else "AI Factory"):
        if word:
            yield f"{DCAT}keyword", literal(word, "en")
    if one.city:
        yield f"{AICAT}city", literal(one.city)
    if one.host:
        yield f"{AICAT}hostingEntity", literal(one.host)
    if one.selected:
        yield f"{DCT}issued", literal(one.selected, "", f"{XSD}date")
    for words in one.focus:
        yield f"{AICAT}focus", literal(words)
    for sector in one.sectors:
        yield f"{DCAT}theme", iri(vocab.sector_iri(sector))
    for name in one.systems:
        machine = machine_of(name, known.supercomputers)
        yield f"{AICAT}supercomputer", iri(machine.iri) if machine else literal(name)
        yield f"{DCAT}keyword", literal(name, "en")
    linked = known.factory(one.linked) if one.linked else None
    if linked:
        yield f"{AICAT}linkedTo", iri(linked.iri)
    if one.website:
        yield f"{FOAF}homepage", iri(one.website)
        yield f"{DCAT}landingPage", iri(one.website)
    yield from _sourced(one.source, one.confidence, one.unsure)


def _about_factory(one: Factory, known: Surroundings) -> str:
    country = vocab.label("country", one.country)
    if one.kind == "antenna":
        linked = known.factory(one.linked) if one.linked else None
        to = f", linked to {linked.name}" if linked else ""
        return f"An AI Factory Antenna of {country}{to}: it brings the services of AI Factories to its own country."
    parts = [f"An AI Factory in {', '.join(filter(None, (one.city, country)))}"]
    if one.host:
        parts.append(f"hosted by {one.host}")
    if one.systems:
        parts.append(f"around {', '.join(one.systems)}")
    focus = f" Its focus: {', '.join(one.focus)}." if one.focus else ""
    return f"{', '.join(parts)}.{focus}"


def _supercomputer(one: Supercomputer) -> _Told:
    yield f"{RDF}type", iri(f"{AICAT}Supercomputer")
    yield from _named(one.name, one.country)
    where = ", ".join(filter(None, (one.site, vocab.label("country", one.country))))
    gpus = f", with {one.accelerator} GPUs" if one.accelerator else ""
    about = (
        f"A EuroHPC supercomputer ({one.category}) of {one.host} in {where}{gpus}; {one.status}."
    )
    yield f"{DCT}description", literal(about, "en")
    words = ["supercomputer", one.category]
    words += ["GPU", one.accelerator] if one.accelerator else []
    for word in words:
        yield f"{DCAT}keyword", literal(word, "en")
    facts = {
        "site": one.site,
        "hostingEntity": one.host,
        "vendor": one.vendor,
        "accelerator": one.accelerator,
        "category": one.category,
        "sustainedPflops": one.hpl,
        "peakPflops": one.peak,
        "status": one.status,
    }
    for name, value in facts.items():
        if value:
            yield f"{AICAT}{name}", literal(value)
    yield from _sourced(one.source, one.confidence, one.unsure)


def _initiative(one: Initiative, known: Surroundings) -> _Told:
    yield f"{RDF}type", iri(f"{AICAT}Initiative")
    yield from _named(one.name, one.country)
    yield f"{DCT}description", literal(one.description, "en")
    yield f"{AICAT}kind", literal(one.kind)
    yield f"{DCAT}keyword", literal(f"national AI {one.kind}", "en")
    if one.website:
        yield f"{FOAF}homepage", iri(one.website)
        yield f"{DCAT}landingPage", iri(one.website)
    for factory_id in one.factories:
        factory = known.factory(factory_id)
        if factory:
            yield f"{AICAT}factory", iri(factory.iri)
    yield from _evident(one.evidence)


def _call(one: Call) -> _Told:
    yield f"{RDF}type", iri(f"{AICAT}Call")
    yield f"{DCT}title", literal(one.title, "en")
    about = [one.purpose, one.eligible and f"Who may apply: {one.eligible}"]
    yield f"{DCT}description", literal(". ".join(filter(None, about)) or one.title, "en")
    yield f"{DCAT}keyword", literal("call", "en")
    for reference in one.references:
        yield f"{DCT}identifier", literal(reference)
    yield from _money(one)
    yield from _days(one)
    for link in one.links:
        yield f"{FOAF}page", iri(link.url)
    if one.links:
        yield f"{DCAT}landingPage", iri(one.links[0].url)
    yield from _evident(one.evidence)


def _money(one: Call) -> _Told:
    texts = {"purpose": one.purpose, "budget": one.budget, "eligibility": one.eligible}
    for name, text in texts.items():
        if text:
            yield f"{AICAT}{name}", literal(text, "en")
    if one.amount is not None:
        yield f"{AICAT}amount", literal(str(one.amount), "", f"{XSD}integer")
        yield f"{AICAT}currency", literal(one.currency or "")
    for name, several in (("programme", one.programmes), ("fund", one.funds)):
        for text in several:
            yield f"{AICAT}{name}", literal(text, "en")


def _days(one: Call) -> _Told:
    for name, day in (("opens", one.opens), ("closes", one.closes)):
        if day:
            yield f"{AICAT}{name}", literal(day.isoformat(), "", f"{XSD}date")
    for cut in cut_offs(one):
        yield f"{AICAT}cutOff", literal(cut.day.isoformat(), "", f"{XSD}date")
    yield f"{AICAT}revised", literal(one.revised.isoformat(), "", f"{XSD}date")


def _offer(one: Offer, known: Surroundings) -> _Told:
    yield f"{RDF}type", iri(f"{AICAT}Offer")
    yield f"{DCT}title", literal(one.title, "en")
    yield f"{DCT}description", literal(_about_offer(one, known), "en")
    yield f"{AICAT}kind", literal(one.kind)
    yield from _at_home(one.country)
    yield f"{DCT}publisher", iri(_provider(one, known))
    yield f"{AICAT}provider", iri(_provider(one, known))
    yield f"{DCT}accessRights", iri(_access(one.access))
    for sector in one.sectors:
        yield f"{DCAT}theme", iri(vocab.sector_iri(sector))
    for who in one.eligible:
        yield f"{AICAT}eligible", literal(who)
    words = [KIND_NAMES[one.kind]]
    if one.mode:
        yield f"{AICAT}accessMode", literal(one.mode)
        words.append(modes()[one.mode])
    machine = known.supercomputer(one.supercomputer) if one.supercomputer else None
    if machine:
        yield f"{AICAT}supercomputer", iri(machine.iri)
        words += ["supercomputer", machine.name]
        words += ["GPU", machine.accelerator] if machine.accelerator else []
    for word in words:
        yield f"{DCAT}keyword", literal(word, "en")
    if one.conditions:
        yield f"{AICAT}conditions", literal(one.conditions, "en")
    if one.contact:
        yield f"{DCAT}landingPage", iri(one.contact)
    call = known.call(one.call) if one.call else None
    if call:
        yield f"{AICAT}call", iri(call.iri)
    yield from _evident(one.evidence)


def _about_offer(one: Offer, known: Surroundings) -> str:
    given = f" Given by {provider_name(one, known)}."
    who = [ELIGIBLE_NAMES[name] for name in one.eligible]
    may = f" For {' and '.join(filter(None, [', '.join(who[:-1]), who[-1]]))}." if who else ""
    return f"{one.description}{given}{may}"


def _publisher(one: Offer, known: Surroundings) -> Iterator[str]:
    agent = iri(_provider(one, known))
    yield line(agent, iri(f"{RDF}type"), iri(f"{FOAF}Agent"))
    yield line(agent, iri(f"{FOAF}name"), literal(provider_name(one, known)))


def _provider(one: Offer, known: Surroundings) -> str:
    factory = known.factory(one.provider)
    return factory.iri if factory else f"{ECOSYSTEM}provider/{one.provider}"


# --- what they have in common ------------------------------------------------------------------------


def _named(name: str, country: str) -> _Told:
    yield f"{DCT}title", literal(name, "en")
    yield f"{FOAF}name", literal(name)
    yield from _at_home(country)


def _at_home(country: str) -> _Told:
    yield f"{AICAT}country", literal(country)
    concept = vocab.scheme("country").concept(country)
    if concept:  # the Union as a whole is in no list of countries
        yield f"{DCT}spatial", iri(concept.iri)


def _sourced(source: str, confidence: str, unsure: tuple[str, ...]) -> _Told:
    yield f"{DCT}source", literal(source)
    yield f"{AICAT}confidence", literal(confidence)
    for name in unsure:
        yield f"{AICAT}unsure", literal(name)


def _evident(evidence: dict[str, Any]) -> _Told:
    for name, said in evidence.items():
        yield f"{DCT}source", literal(said.source)
        yield f"{AICAT}confidence", literal(f"{name}: {said.confidence}")
        if not said.sure:
            yield f"{AICAT}unsure", literal(name)


def _access(code: str) -> str:
    concept = vocab.scheme("access").concept(code)
    assert concept is not None  # the schema of documents lets no other in
    return concept.iri
