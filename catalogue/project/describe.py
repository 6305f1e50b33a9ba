"""What a record says, read off its graph once for every door: index, lists, pages, JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import vocab
from catalogue.model import Change, Sector
from catalogue.project.boxes import box_of
from catalogue.project.training import Training, training
from catalogue.quality import assessment
from catalogue.rdf.subjects import Subjects, by_subject
from catalogue.rdf.terms import is_iri, is_literal, parts_of, value_of
from vocab.namespaces import DCAT, DCATAP, DCT, FOAF, RDFS, SCHEMA, SKOS, VCARD

SHORT = 400  # characters of a description that lists keep

_ISO = re.compile(
    r"-?\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?)?)?\Z"
)

# Predicates as terms.
_DCAT_ACCESS_URL = f"<{DCAT}accessURL>"
_DCAT_BYTE_SIZE = f"<{DCAT}byteSize>"
_DCAT_CONTACT_POINT = f"<{DCAT}contactPoint>"
_DCAT_DISTRIBUTION = f"<{DCAT}distribution>"
_DCAT_DOWNLOAD_URL = f"<{DCAT}downloadURL>"
_DCAT_END_DATE = f"<{DCAT}endDate>"
_DCAT_ENDPOINT_URL = f"<{DCAT}endpointURL>"
_DCAT_IN_SERIES = f"<{DCAT}inSeries>"
_DCAT_KEYWORD = f"<{DCAT}keyword>"
_DCAT_LANDING_PAGE = f"<{DCAT}landingPage>"
_DCAT_MEDIA_TYPE = f"<{DCAT}mediaType>"
_DCAT_SERVES_DATASET = f"<{DCAT}servesDataset>"
_DCAT_START_DATE = f"<{DCAT}startDate>"
_DCAT_THEME = f"<{DCAT}theme>"
_DCATAP_HVD_CATEGORY = f"<{DCATAP}hvdCategory>"
_DCT_ACCESS_RIGHTS = f"<{DCT}accessRights>"
_DCT_ACCRUAL_PERIODICITY = f"<{DCT}accrualPeriodicity>"
_DCT_CONFORMS_TO = f"<{DCT}conformsTo>"
_DCT_CREATOR = f"<{DCT}creator>"
_DCT_DESCRIPTION = f"<{DCT}description>"
_DCT_FORMAT = f"<{DCT}format>"
_DCT_IDENTIFIER = f"<{DCT}identifier>"
_DCT_ISSUED = f"<{DCT}issued>"
_DCT_LANGUAGE = f"<{DCT}language>"
_DCT_LICENSE = f"<{DCT}license>"
_DCT_MODIFIED = f"<{DCT}modified>"
_DCT_PUBLISHER = f"<{DCT}publisher>"
_DCT_SPATIAL = f"<{DCT}spatial>"
_DCT_TEMPORAL = f"<{DCT}temporal>"
_DCT_TITLE = f"<{DCT}title>"
_FOAF_NAME = f"<{FOAF}name>"
_RDFS_LABEL = f"<{RDFS}label>"
_SCHEMA_END_DATE = f"<{SCHEMA}endDate>"
_SCHEMA_NAME = f"<{SCHEMA}name>"
_SCHEMA_START_DATE = f"<{SCHEMA}startDate>"
_SKOS_PREF_LABEL = f"<{SKOS}prefLabel>"
_VCARD_FN = f"<{VCARD}fn>"
_VCARD_HAS_EMAIL = f"<{VCARD}hasEmail>"
_VCARD_HAS_URL = f"<{VCARD}hasURL>"
_VCARD_ORGANIZATION_NAME = f"<{VCARD}organization-name>"

_NONE: list[str] = []

Texts = dict[str, str]
"""Text by language (two letters where the language has them); "" for untagged text."""


@dataclass(slots=True)
class Distribution:
    """`format`, `license`: the EU authority code, else what was given. `size` in bytes."""

    iri: str | None
    title: Texts
    description: Texts
    access_url: str | None
    download_url: str | None
    format: str | None
    media_type: str | None
    license: str | None
    size: int | None


@dataclass(slots=True)
class Description:
    """A record for people. Codes as in Distribution; dates are ISO 8601 UTC texts or None.

    `access` is public, restricted, non-public or None when not stated. `license` is the first of
    the record's own and its distributions'; `licenses` all. `bbox` is west, south, east, north.
    `country` is the one country that dct:spatial names, else the node's. `quality` is MQA points, 0 to
    405; None for what is not assessed, and before the record was judged.
    """

    id: str
    iri: str
    type: str
    title: Texts
    description: Texts
    keywords: dict[str, list[str]]
    publisher: str | None
    publisher_iri: str | None
    creators: list[str]
    contacts: list[dict[str, str]]
    themes: list[str]
    formats: list[str]
    licenses: list[str]
    access: str | None
    languages: list[str]
    hvd: list[str]
    profiles: list[str]
    country: str | None
    spatial: list[str]
    bbox: tuple[float, float, float, float] | None
    temporal: list[tuple[str | None, str | None]]
    issued: str | None
    modified: str | None
    frequency: str | None
    landing_page: str | None
    identifiers: list[str]
    in_series: list[str]
    serves: list[str]
    endpoint_url: str | None
    distributions: list[Distribution]
    sectors: list[Sector]
    training: Training
    node: str
    source: str
    quality: int | None = None


def describe(change: Change, node_country: str) -> Description:
    """Read a record's description off its graph. `node_country` is where its node is at home."""
    graph = _Graph(change.lines)
    record = change.record
    node = graph.of(f"<{record.iri}>")
    distributions = [_distribution(graph, term) for term in node.terms(_DCAT_DISTRIBUTION)]
    publisher = node.first(_DCT_PUBLISHER)
    creators = [graph.name(term) for term in node.terms(_DCT_CREATOR)]
    spatial = node.terms(_DCT_SPATIAL)
    countries = {code for term in spatial if (code := _code(term, "country"))}
    own = [_code_or_text(t, "license", graph) for t in node.terms(_DCT_LICENSE)]
    licenses = own + [one.license for one in distributions if one.license]
    keywords = node.all_texts(_DCAT_KEYWORD)
    access = _access(node.first(_DCT_ACCESS_RIGHTS))
    return Description(
        id=record.page_id,
        iri=record.iri,
        type=record.type,
        title=node.texts(_DCT_TITLE),
        description=node.texts(_DCT_DESCRIPTION),
        keywords=keywords,
        publisher=graph.name(publisher) if publisher else next(iter(creators), None),
        publisher_iri=value_of(publisher) if publisher and is_iri(publisher) else None,
        creators=creators,
        contacts=[_contact(graph, term) for term in node.terms(_DCAT_CONTACT_POINT)],
        themes=_unique(
            _code_or_text(t, "theme", graph)
            for t in node.terms(_DCAT_THEME)
            if vocab.scheme_of(value_of(t)) != "sector"  # `sectors` tells those
        ),
        formats=_unique(one.format for one in distributions if one.format),
        licenses=_unique(licenses),
        access=access,
        languages=_unique(
            code for t in node.terms(_DCT_LANGUAGE) if (code := _code(t, "language"))
        ),
        hvd=_unique(_code_or_text(t, "hvd", graph) for t in node.terms(_DCATAP_HVD_CATEGORY)),
        profiles=_unique(value_of(t) for t in node.terms(_DCT_CONFORMS_TO) if is_iri(t)),
        country=countries.pop() if len(countries) == 1 else (node_country or None),
        spatial=_unique(graph.name(term) for term in spatial),
        bbox=box_of(graph.subjects, spatial),
        temporal=[_period(graph, term) for term in node.terms(_DCT_TEMPORAL)],
        issued=_date(node.first(_DCT_ISSUED)),
        modified=_date(node.first(_DCT_MODIFIED)),
        frequency=_frequency(node, graph),
        landing_page=_address(node.first(_DCAT_LANDING_PAGE)),
        identifiers=_unique(value_of(t) for t in node.terms(_DCT_IDENTIFIER)),
        in_series=_unique(value_of(t) for t in node.terms(_DCAT_IN_SERIES)),
        serves=_unique(value_of(t) for t in node.terms(_DCAT_SERVES_DATASET)),
        endpoint_url=_address(node.first(_DCAT_ENDPOINT_URL)),
        distributions=distributions,
        sectors=list(change.sectors),
        training=training(distributions, keywords, own, access),
        node=record.node,
        source=record.source,
        quality=found.points if (found := assessment(change, graph.subjects)) else None,
    )


def item(one: Description) -> dict[str, Any]:
    """What lists show of a record, in every language, as plain JSON values."""
    return {
        "id": one.id,
        "iri": one.iri,
        "title": one.title,
        "description": {lang: text[:SHORT] for lang, text in one.description.items()},
        "type": one.type,
        "sectors": [sector.sector for sector in one.sectors],
        "country": one.country,
        "publisher": one.publisher,
        "themes": one.themes,
        "formats": one.formats,
        "license": next(iter(one.licenses), None),
        "access": one.access,
        "modified": one.modified,
        "issued": one.issued,
        "quality": one.quality,
        "modality": [value for value, _rule in one.training.modality] or None,
        "task": [value for value, _rule in one.training.task] or None,
        "size": one.training.size,
        "downloadable": one.training.downloadable,
        "license_use": list(one.training.uses) if one.training.uses is not None else None,
        "node": one.node,
        "source": one.source,
    }


def render_item(stored: Mapping[str, Any], language: str) -> dict[str, Any]:
    """A list's item for a reader of a language."""
    told = dict(stored)
    if sources := stored.get("sources"):
        told["sources"] = [{**one, "title": in_language(one["title"], language)} for one in sources]
    return {
        **told,
        "title": in_language(stored["title"], language),
        "description": in_language(stored["description"], language),
        "highlight": None,
    }


def detail(one: Description, language: str = "en") -> dict[str, Any]:
    """The whole record: the fields of a list's item, every language, and its distributions."""
    return {
        **render_item(item(one), language),
        "description": in_language(one.description, language),
        "titles": one.title,
        "descriptions": one.description,
        "keywords": one.keywords,
        "languages": one.languages,
        "licenses": one.licenses,
        "hvd": one.hvd,
        "profiles": one.profiles,
        "publisher_iri": one.publisher_iri,
        "creators": one.creators,
        "contacts": one.contacts,
        "spatial": one.spatial,
        "bbox": one.bbox,
        "temporal": [{"start": start, "end": end} for start, end in one.temporal],
        "frequency": one.frequency,
        "landing_page": one.landing_page,
        "identifiers": one.identifiers,
        "in_series": one.in_series,
        "serves": one.serves,
        "endpoint_url": one.endpoint_url,
        "sector_reasons": [
            {
                "sector": s.sector,
                "rule": s.rule,
                "value": s.value,
                "confidence": s.confidence,
                "more": [{"rule": rule, "value": value} for rule, value in s.more],
            }
            for s in one.sectors
        ],
        "training_reasons": _reasons(one.training),
        "distributions": [
            {
                "iri": d.iri,
                "title": in_language(d.title, language),
                "description": in_language(d.description, language),
                "access_url": d.access_url,
                "download_url": d.download_url,
                "format": d.format,
                "media_type": d.media_type,
                "license": d.license,
                "size": d.size,
            }
            for d in one.distributions
        ],
    }


def _reasons(found: Training) -> list[dict[str, Any]]:
    """The rule behind each of a record's answers for people who train models."""
    told = [("modality", *reason) for reason in found.modality]
    told += [("task", *reason) for reason in found.task]
    if found.downloadable_rule:
        told.append(("downloadable", str(found.downloadable).lower(), found.downloadable_rule))
    if found.uses is not None and found.uses_rule:
        told.append(("license_use", " ".join(found.uses) or "none", found.uses_rule))
    return [{"field": field, "value": value, "rule": rule} for field, value, rule in told]


def in_language(texts: Texts, language: str) -> str | None:
    """One text: in the language, else English, else untagged, else the first by language code."""
    for wanted in (language, "en", ""):
        if texts.get(wanted):
            return texts[wanted]
    return next((texts[one] for one in sorted(texts)), None)


class _Node:
    """What a graph says of one subject."""

    def __init__(self, said: Mapping[str, list[str]]) -> None:
        self._said = said

    def terms(self, path: str) -> list[str]:
        return self._said.get(path, _NONE)

    def first(self, path: str) -> str | None:
        found = self._said.get(path)
        return found[0] if found else None

    def texts(self, path: str) -> Texts:
        """The first text of each language."""
        found: Texts = {}
        for term in self._said.get(path, _NONE):
            if term[0] == '"':
                text, language, _datatype = parts_of(term)
                if text := text.strip():
                    found.setdefault(language.split("-", 1)[0], text)
        return found

    def all_texts(self, path: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for term in self.terms(path):
            if is_literal(term):
                text, language, _datatype = parts_of(term)
                if text.strip():
                    found.setdefault(language.split("-", 1)[0], []).append(text.strip())
        return found


class _Graph:
    """A record's lines by subject and predicate."""

    _NAMES = (
        _FOAF_NAME,
        _VCARD_FN,
        _SKOS_PREF_LABEL,
        _RDFS_LABEL,
        _DCT_TITLE,
        _VCARD_ORGANIZATION_NAME,
        _SCHEMA_NAME,
    )

    def __init__(self, lines: list[str]) -> None:
        self.subjects: Subjects = by_subject(lines)

    def of(self, subject: str) -> _Node:
        return _Node(self.subjects.get(subject, {}))

    def name(self, term: str) -> str:
        """What a person calls the thing: a name that the graph gives it, else what it is."""
        if is_literal(term):
            return value_of(term)
        node = self.of(term)
        for path in self._NAMES:
            texts = node.texts(path)
            if texts:
                return in_language(texts, "en") or ""
        return "" if term.startswith("_:") else value_of(term)


def _distribution(graph: _Graph, term: str) -> Distribution:
    node = graph.of(term)
    form = node.first(_DCT_FORMAT) or node.first(_DCAT_MEDIA_TYPE)
    media_type = node.first(_DCAT_MEDIA_TYPE)
    license_ = node.first(_DCT_LICENSE)
    size = node.first(_DCAT_BYTE_SIZE)
    return Distribution(
        iri=value_of(term) if is_iri(term) else None,
        title=node.texts(_DCT_TITLE),
        description=node.texts(_DCT_DESCRIPTION),
        access_url=_address(node.first(_DCAT_ACCESS_URL)),
        download_url=_address(node.first(_DCAT_DOWNLOAD_URL)),
        format=_code_or_text(form, "format", graph) if form else None,
        media_type=_media_type(media_type, graph) if media_type else None,
        license=_code_or_text(license_, "license", graph) if license_ else None,
        size=_whole(value_of(size)) if size else None,
    )


def _code(term: str, scheme: str) -> str | None:
    iri = value_of(term)
    return vocab.code_of(iri) if vocab.scheme_of(iri) == scheme else None


def _code_or_text(term: str, scheme: str, graph: _Graph) -> str:
    """The authority's code, else the IRI or text as given."""
    if is_literal(term):
        return value_of(term)
    return _code(term, scheme) or (graph.name(term) if term.startswith("_:") else value_of(term))


def _media_type(term: str, graph: _Graph) -> str:
    text = _code_or_text(term, "media-type", graph)
    return text.rsplit("/media-types/", 1)[-1]


def _access(term: str | None) -> str | None:
    code = _code(term, "access") if term else None
    return code if code in {"public", "restricted", "non-public"} else None


def _frequency(node: _Node, graph: _Graph) -> str | None:
    term = node.first(_DCT_ACCRUAL_PERIODICITY)
    return _code_or_text(term, "frequency", graph) if term else None


def _contact(graph: _Graph, term: str) -> dict[str, str]:
    node = graph.of(term)
    found = {"name": graph.name(term)}
    for name, path in (("email", _VCARD_HAS_EMAIL), ("url", _VCARD_HAS_URL)):
        value = node.first(path)
        if value:
            found[name] = value_of(value).removeprefix("mailto:")
    return {name: value for name, value in found.items() if value}


def _period(graph: _Graph, term: str) -> tuple[str | None, str | None]:
    node = graph.of(term)
    starts = (_DCAT_START_DATE, _SCHEMA_START_DATE)
    ends = (_DCAT_END_DATE, _SCHEMA_END_DATE)
    return (
        next((value_of(t) for path in starts if (t := node.first(path))), None),
        next((value_of(t) for path in ends if (t := node.first(path))), None),
    )


def _date(term: str | None) -> str | None:
    """A date or time in ISO 8601 as given; None for anything else."""
    text = value_of(term).strip() if term else ""
    return text if _ISO.match(text) else None


def epoch(text: str | None) -> int | None:
    """Seconds since 1970 (UTC) of an ISO date or time; a missing part is its first."""
    if not text:
        return None
    padded = text if len(text) > 7 else f"{text}-01-01"[:10] if len(text) == 4 else f"{text}-01"
    try:
        moment = datetime.fromisoformat(padded)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp())


def _address(term: str | None) -> str | None:
    return value_of(term).strip() if term and not term.startswith("_:") else None


def _whole(text: str) -> int | None:
    try:
        number = int(float(text))
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < 2**63 else None


def _unique(values: Iterable[str]) -> list[str]:
    return [value for value in dict.fromkeys(values) if value]
