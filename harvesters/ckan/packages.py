"""One package of CKAN to one record: the graph, its type, its key."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from catalogue.model import Finding, Mapped, Outcome, Severity, skolem
from catalogue.rdf.terms import RDF_TYPE
from harvesters.ckan.agents import add_agents
from harvesters.ckan.coverage import add_spatial, add_temporal
from harvesters.ckan.draft import Draft, escaped, is_web
from harvesters.ckan.fields import PACKAGE, term
from harvesters.ckan.names import ALIASES, CATEGORY_PREFIX, KNOWN
from harvesters.ckan.relations import add_keywords, add_relations, add_themes, license_term
from harvesters.ckan.resources import Unknown, add_resource
from harvesters.ckan.values import is_empty, items, plain
from vocab import namespaces as ns

_TITLE, _DESCRIPTION = term(ns.DCT, "title"), term(ns.DCT, "description")
_IDENTIFIER, _LICENSE = term(ns.DCT, "identifier"), term(ns.DCT, "license")
_ADMS_IDENTIFIER = term(ns.ADMS, "identifier")

_CLASSES = {
    "dataset": term(ns.DCAT, "Dataset"),
    "series": term(ns.DCAT, "DatasetSeries"),
    "service": term(ns.DCAT, "DataService"),
    "model": term(ns.MLDCAT, "MachineLearningModel"),
}
_TYPES = {
    "dataset_series": "series",
    "datasetseries": "series",
    "dcat_dataset_series": "series",
    "series": "series",
    "data_service": "service",
    "dataservice": "service",
    "service": "service",
    "ai_model": "model",
    "machine_learning_model": "model",
    "ml_model": "model",
    "model": "model",
}
# What portals list among their packages that describes no data.
_BESIDE = frozenset(
    ("harvest", "harvest_source", "showcase", "application", "app", "idea", "page", "blog", "news")
)
_STRUCTURES = frozenset(("extras", "resources", "tags", "groups", "organization"))


def ignored(package: Mapping[str, Any]) -> str | None:
    """Why a package is no record to publish: its type, or a state other than active; else None."""
    kind = _kind(package)
    if kind in _BESIDE:
        return f"type {kind}"
    state = plain(package.get("state"))
    if state.lower() in {"deleted", "draft"} or state.lower().startswith("draft"):
        return f"state {state.lower()}"
    # DKAN calls its public datasets private, and its states "Active" (CKAN: "active").
    if state != "Active" and plain(package.get("private")).lower() == "true":
        return "private"
    return None


def key_of(package: Mapping[str, Any]) -> str:
    """The id, else the name, which is unique on a portal as well; "" if there is neither."""
    return next(
        (
            text
            for name in ("id", "name")
            if isinstance(value := package.get(name), str | int) and (text := str(value).strip())
        ),
        "",
    )


def iri_of(package: Mapping[str, Any], key: str, site: str, source: str) -> str:
    """The dataset's IRI: its `uri` where that is an address, else one of the portal's, else (where
    the portal is not known) one that is made from source and key."""
    for value in _uris(package):
        if isinstance(value, str) and is_web(value.strip()):
            found = Draft("", "").iri(value, "uri", quiet=True)
            if found:
                return found[1:-1]
    return f"{site}/dataset/{escaped(key)}" if site else skolem(source, key)


def _uris(package: Mapping[str, Any]) -> Iterator[Any]:
    yield package.get("uri")
    extras = package.get("extras")
    if isinstance(extras, list):
        for one in extras:
            if isinstance(one, dict) and one.get("key") == "uri":
                yield one.get("value")
    elif isinstance(extras, dict):
        yield extras.get("uri")


def type_of(package: Mapping[str, Any]) -> str:
    return _TYPES.get(_kind(package), "dataset")


def _kind(package: Mapping[str, Any]) -> str:
    return plain(package.get("type")).lower().replace("-", "_").replace(" ", "_")


def mapped(
    package: Mapping[str, Any], key: str, iri: str, site: str, raw: bytes, unknown: Unknown
) -> Mapped:
    """The record of a package. Fields that nobody understands are added to `unknown`."""
    draft = Draft(iri, site)
    subject, kind = f"<{iri}>", type_of(package)
    fields = flattened(package, unknown)
    draft.add(subject, RDF_TYPE, _CLASSES[kind])
    for value in _uris(package):
        if not is_empty(value):
            draft.iri(value, "uri")  # notes what was wrong with it
    _names(draft, subject, fields, key)
    for name, value in fields.items():
        if handler := PACKAGE.get(name):
            handler(draft, subject, value, name)
    _dates(draft, subject, fields)
    add_keywords(draft, subject, fields)
    add_themes(draft, subject, fields)
    add_agents(draft, subject, fields)
    add_spatial(draft, subject, fields)
    add_temporal(draft, subject, fields)
    add_relations(draft, subject, fields)
    _resources(draft, subject, fields, unknown)
    lines = list(dict.fromkeys(draft.lines))
    return Mapped(key, subject, kind, lines, raw, draft.findings)


def unusable(item: object, source: str, raw: bytes, reason: str) -> Mapped:
    """The record of something that is no package; its key is made from its content."""
    key = f"sha256-{hashlib.sha256(raw).hexdigest()[:32]}"
    finding = Finding(
        rule="ckan.no-package",
        severity=Severity.VIOLATION,
        message=reason,
        value=raw[:500].decode("utf-8", "replace"),
        hint="A package of CKAN is an object with an id or a name.",
        key=key,
    )
    kind = type_of(item) if isinstance(item, dict) else "dataset"
    subject = f"<{skolem(source, key)}>"
    return Mapped(key, subject, kind, [], raw, [finding], failed=Outcome.QUARANTINED)


def flattened(package: Mapping[str, Any], unknown: Unknown) -> dict[str, Any]:
    """The package's fields and extras that say something, under one name each.

    Values of a field and of an extra of the same name are joined. An extra named like one of CKAN's
    own structures becomes "extra_" and its name.
    """
    fields: dict[str, Any] = {}
    aliases: dict[str, Any] = {}
    for name, value in package.items():
        if is_empty(value):
            continue
        if name in ALIASES:
            aliases.setdefault(ALIASES[name], value)
        else:
            fields[name] = value
            if name not in KNOWN:
                unknown.setdefault(name, plain(value))
    for name, value in _extras(package.get("extras")):
        if is_empty(value):
            continue
        own = f"extra_{name}" if name in _STRUCTURES else name
        if own in ALIASES:
            aliases.setdefault(ALIASES[own], value)
        else:
            _join(fields, own, value)
            if own not in KNOWN and not own.startswith(CATEGORY_PREFIX):
                unknown.setdefault(f"extras.{name}", plain(value))
    for name, value in aliases.items():
        fields.setdefault(name, value)
    return fields


def _join(fields: dict[str, Any], name: str, value: Any) -> None:
    """Set a field; a second value that says something else is added where several can stand."""
    first = fields.setdefault(name, value)
    if first is not value and first != value and name in PACKAGE:
        said = items(first)
        fields[name] = [*said, *(one for one in items(value) if one not in said)]


def _extras(extras: Any) -> Iterator[tuple[str, Any]]:
    """Names and values, of both forms that CKAN has had for extras."""
    if isinstance(extras, dict):
        yield from extras.items()
    elif isinstance(extras, list):
        for one in extras:
            if isinstance(one, dict) and isinstance(name := one.get("key"), str):
                yield name, one.get("value")


def _names(draft: Draft, subject: str, fields: Mapping[str, Any], key: str) -> None:
    """Title, description, identifiers."""
    title = _translated(fields, "title")
    if title is None:
        title = fields.get("name") or key
        draft.find(
            "ckan.no-title",
            "The package has no title; its name stands for it.",
            "title",
            plain(title),
        )
    draft.texts(subject, _TITLE, title)
    draft.texts(subject, _DESCRIPTION, _translated(fields, "notes"))
    guid = plain(fields.get("guid"))
    stated = [plain(one) for one in items(fields.get("identifier"))] or [guid or key]
    for one in stated:
        draft.texts(subject, _IDENTIFIER, one)
    if guid and guid not in stated:
        PACKAGE["alternate_identifier"](draft, subject, guid, "guid")


def _translated(fields: Mapping[str, Any], name: str) -> Any:
    """The translations of a field where there are any, else the field."""
    translated = fields.get(f"{name}_translated")
    return fields.get(name) if is_empty(translated) else translated


def _dates(draft: Draft, subject: str, fields: Mapping[str, Any]) -> None:
    """The record's own dates stand in for those of the data where these are not stated."""
    reference = plain(fields.get("dataset-reference-date"))
    for name, fallback, kind in (
        ("issued", "metadata_created", "publication"),
        ("modified", "metadata_modified", "revision"),
    ):
        if name not in fields and fallback in fields and kind not in reference:
            PACKAGE[name](draft, subject, fields[fallback], fallback)


def _resources(draft: Draft, subject: str, fields: Mapping[str, Any], unknown: Unknown) -> None:
    """The distributions, each with the package's licence where it has none of its own."""
    license_ = license_term(draft, fields, "license_url")
    if license_:
        draft.add(subject, _LICENSE, license_)
    for one in items(fields.get("availability")):
        draft.things(subject, term(ns.DCATAP, "availability"), one, "availability")
    resources = items(fields.get("resources"))
    for resource in [*resources, *_lone_distributions(fields, resources)]:
        if isinstance(resource, dict):
            add_resource(draft, subject, resource, license_, unknown)
        else:
            draft.find("ckan.bad-value", "This is no resource.", "resources", plain(resource))


def _lone_distributions(fields: Mapping[str, Any], resources: list[Any]) -> list[dict[str, Any]]:
    """Distributions that DCAT-US 1.0 states by fields of the dataset, if no resource has them."""
    urls = {plain(one.get("url")) for one in resources if isinstance(one, dict)}
    return [
        {"url": url, "format": plain(fields.get("format"))}
        for one in items(fields.get("access_url"))
        if (url := plain(one)) not in urls
    ]
