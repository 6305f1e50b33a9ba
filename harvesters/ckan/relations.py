"""What a package says in objects: relations, attributions, annotations, reference dates, themes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import vocab
from catalogue.rdf.terms import literal
from harvesters.ckan.agents import add_agent
from harvesters.ckan.coverage import add_period
from harvesters.ckan.draft import Draft, escaped, is_web
from harvesters.ckan.fields import OA, term
from harvesters.ckan.names import CATEGORY_PREFIX
from harvesters.ckan.values import is_empty, items, objects, plain, spoken
from vocab import namespaces as ns

_THEME, _KEYWORD = term(ns.DCAT, "theme"), term(ns.DCAT, "keyword")
_CONCEPT, _LABEL = term(ns.SKOS, "Concept"), term(ns.SKOS, "prefLabel")
_CONFORMS, _STANDARD = term(ns.DCT, "conformsTo"), term(ns.DCT, "Standard")
_LICENSES = frozenset(("license", "license_id", "license_title", "license_url"))
_ROLE = term(ns.DCAT, "hadRole")
_EPSG = "urn:ogc:def:crs:EPSG:"
_REFERENCE_DATES = {
    "publication": term(ns.DCT, "issued"),
    "creation": term(ns.DCT, "created"),
    "revision": term(ns.DCT, "modified"),
}


def add_keywords(draft: Draft, subject: str, fields: Mapping[str, Any]) -> None:
    """Tags, translated where the portal has translations, and topics within groups."""
    translated = fields.get("tags_translated")
    if not is_empty(translated):
        draft.texts(subject, _KEYWORD, translated)
    else:
        for tag in items(fields.get("tags"), commas=isinstance(fields.get("tags"), str)):
            draft.texts(subject, _KEYWORD, _word(tag))
    if "extra_keyword" in fields:
        draft.texts(subject, _KEYWORD, items(fields["extra_keyword"], commas=True))
    for name, value in fields.items():
        if name.startswith(CATEGORY_PREFIX):
            draft.texts(subject, _KEYWORD, items(value))


def _word(tag: Any) -> Any:
    if not isinstance(tag, dict):
        return tag
    return tag.get("name_translated") or tag.get("display_name") or tag.get("name")


# --- themes --------------------------------------------------------------------------------------


def add_themes(draft: Draft, subject: str, fields: Mapping[str, Any]) -> None:
    """Themes as they are given, and groups: as EU themes where they are that, else as concepts of
    the portal's own."""
    for one in items(fields.get("theme")):
        if isinstance(one, dict) and "theme" in one:
            draft.things(subject, _THEME, one["theme"], "theme")
            draft.things(subject, _THEME, one.get("subthemes"), "theme")
        else:
            draft.things(subject, _THEME, one, "theme")
    for group in items(fields.get("groups")):
        _group(draft, subject, group if isinstance(group, dict) else {"name": plain(group)})


def _group(draft: Draft, subject: str, group: Mapping[str, Any]) -> None:
    title = next(
        (
            group[name]
            for name in ("title_translated", "title", "display_name")
            if not is_empty(group.get(name))
        ),
        group.get("name"),
    )
    name = plain(group.get("name") or group.get("id"))
    codes = [name, *(text for text, _language in spoken(title))]
    known = next((iri for code in codes if (iri := _themes().get(code.casefold()))), None)
    if known:
        draft.add(subject, _THEME, f"<{known}>")
        return
    own = f"{draft.site}/group/{escaped(name)}" if draft.site and name else None
    if is_empty(title):
        return
    node = draft.node(subject, _THEME, _CONCEPT, "group", group.get("uri") or own)
    draft.texts(node, _LABEL, title)


@cache
def _themes() -> dict[str, str]:
    """The IRIs of the EU data themes by code and by label in every official language."""
    found = {}
    for one in vocab.scheme("theme"):
        for name in (one.key, one.code, *one.labels.values()):
            found[name.casefold()] = one.iri
    return found


# --- licence -------------------------------------------------------------------------------------


def license_term(draft: Draft, fields: Mapping[str, Any], path: str) -> str | None:
    """The licence as an IRI where one is given, else as a literal of its id or title."""
    if _LICENSES.isdisjoint(fields):
        return None
    ident, title = plain(fields.get("license_id")), plain(fields.get("license_title"))
    for text in (plain(fields.get("license_url")), plain(fields.get("license")), ident, title):
        if text and (found := draft.iri(text, path, quiet=True)):
            return found
    # CKAN's "notspecified" means none; its "other-..." ids say less than their titles.
    if ident.lower() in {"notspecified", "not-specified", "none", "null"}:
        return None
    text = plain(fields.get("license")) or plain(fields.get("license_url"))
    own = title if ident.startswith("other") or not ident else ident
    return literal(own or ident or text) if own or ident or text else None


# --- objects -------------------------------------------------------------------------------------


def add_relations(draft: Draft, subject: str, fields: Mapping[str, Any]) -> None:
    """Everything else that several parts make up."""
    _reference_system(draft, subject, fields.get("reference_system"))
    _reference_dates(draft, subject, fields)
    _dictionaries(draft, subject, fields.get("data_dictionary"))
    preview = plain(fields.get("graphic-preview-file"))
    if is_web(preview) and (found := draft.iri(preview, "graphic-preview-file")):
        draft.add(subject, term(ns.FOAF, "depiction"), found)
    for name in ("resource-type", "spatial-data-service-type"):
        kind = plain(fields.get(name))
        if kind and kind.lower() != "dataset":
            draft.add(subject, term(ns.DCT, "type"), literal(kind))
    for one in objects(fields.get("qualified_relation")):
        _relation(draft, subject, one)
    for one in objects(fields.get("qualified_attribution")):
        _attribution(draft, subject, one)
    for one in items(fields.get("quality_annotation")):
        _annotation(draft, subject, one)
    for one in objects(fields.get("provenance_activity")):
        _activity(draft, subject, one)
    for one in objects(fields.get("retention_period")):
        add_period(draft, subject, term(ns.HEALTH, "retentionPeriod"), "retention", one)


def _reference_system(draft: Draft, subject: str, value: Any) -> None:
    """A coordinate reference system (GeoDCAT-AP: dct:conformsTo); EPSG codes get their IRI."""
    for one in items(value):
        text = plain(one)
        code = text.rpartition(":")[2]
        if text.startswith(_EPSG) and code.isdecimal():
            draft.add(subject, _CONFORMS, f"<http://www.opengis.net/def/crs/EPSG/0/{int(code)}>")
        else:
            draft.statement(subject, _CONFORMS, _STANDARD, text, "spatial-reference-system")


def _reference_dates(draft: Draft, subject: str, fields: Mapping[str, Any]) -> None:
    """ISO 19115's dates of publication, creation and revision, where no field of CKAN says them."""
    for one in items(fields.get("dataset-reference-date")):
        kind = plain(one.get("type")) if isinstance(one, dict) else ""
        predicate = _REFERENCE_DATES.get(kind)
        if predicate is None:
            text = plain(one.get("value")) if isinstance(one, dict) else plain(one)
            draft.find(
                "ckan.bad-value",
                "A reference date of no known kind; it was left out.",
                "dataset-reference-date",
                f"{kind} {text}".strip(),
            )
        elif is_empty(fields.get(predicate.rpartition("/")[2][:-1])):
            draft.date(subject, predicate, one.get("value"), "dataset-reference-date")


def _dictionaries(draft: Draft, subject: str, value: Any) -> None:
    for one in items(value):
        page = one.get("url") if isinstance(one, dict) else one
        if not is_empty(page) and (found := draft.iri(page, "data_dictionary")):
            draft.typed(subject, term(ns.FOAF, "page"), found, term(ns.FOAF, "Document"))


def _relation(draft: Draft, subject: str, given: Mapping[str, Any]) -> None:
    related = plain(given.get("relation"))
    if not related:
        return
    predicate, kind = term(ns.DCAT, "qualifiedRelation"), term(ns.DCAT, "Relationship")
    node = draft.node(subject, predicate, kind, "relation", given.get("uri"))
    draft.things(node, term(ns.DCT, "relation"), related, "qualified_relation")
    draft.things(node, _ROLE, given.get("role"), "qualified_relation.role")


def _attribution(draft: Draft, subject: str, given: Mapping[str, Any]) -> None:
    predicate, kind = term(ns.PROV, "qualifiedAttribution"), term(ns.PROV, "Attribution")
    node = draft.node(subject, predicate, kind, "attribution", given.get("uri"))
    for agent in items(given.get("agent")):
        add_agent(draft, node, term(ns.PROV, "agent"), _agent(agent), "agent")
    draft.things(node, _ROLE, given.get("role"), "qualified_attribution.role")


def _agent(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        return {"name": plain(given)}
    return {**given, "url": given.get("url") or given.get("homepage")}


def _annotation(draft: Draft, subject: str, given: Any) -> None:
    predicate = term(ns.DQV, "hasQualityAnnotation")
    if not isinstance(given, dict):
        draft.statement(subject, predicate, term(ns.DQV, "QualityAnnotation"), given, "quality")
        return
    kind = term(ns.DQV, "QualityAnnotation")
    node = draft.node(subject, predicate, kind, "quality", given.get("uri"))
    for name, property_ in (
        ("motivated_by", "motivatedBy"),
        ("body", "hasBody"),
        ("target", "hasTarget"),
    ):
        draft.things(node, term(OA, property_), given.get(name), f"quality_annotation.{name}")


def _activity(draft: Draft, subject: str, given: Mapping[str, Any]) -> None:
    predicate, kind = term(ns.PROV, "wasGeneratedBy"), term(ns.PROV, "Activity")
    node = draft.node(subject, predicate, kind, "activity", given.get("uri"))
    path = "provenance_activity"
    draft.texts(node, term(ns.RDFS, "label"), given.get("label"))
    draft.things(node, term(ns.RDFS, "seeAlso"), given.get("seeAlso"), path)
    draft.things(node, term(ns.DCT, "type"), given.get("dct_type"), path)
    for name in ("startedAtTime", "endedAtTime"):
        draft.date(node, term(ns.PROV, name), given.get(name), path)
    for one in items(given.get("wasAssociatedWith")):
        agent = add_agent(draft, node, term(ns.PROV, "wasAssociatedWith"), _agent(one), "agent")
        for other in items(one.get("actedOnBehalfOf")) if agent and isinstance(one, dict) else []:
            add_agent(
                draft, agent or node, term(ns.PROV, "actedOnBehalfOf"), _agent(other), "agent"
            )
