"""Which field of a package or resource becomes which statement.

The names are CKAN's own, those of ckanext-dcat (as extras, and as fields of its schemas for
DCAT-AP 2 and 3, HealthDCAT-AP and DCAT-US), and those that ISO 19115 and data.json harvesters
leave in extras. Fields that several make up together (agents, places, periods, licences) are in
modules of their own and listed in `COMPOSED`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harvesters.ckan.draft import Draft, Handler
from harvesters.ckan.values import decimal, duration, items, plain, truth, unfolded, whole
from vocab import namespaces as ns

POD = "https://project-open-data.cio.gov/v1.1/schema#"  # the terms of DCAT-US 1.1
OA = "http://www.w3.org/ns/oa#"


def term(namespace: str, name: str) -> str:
    return f"<{namespace}{name}>"


# --- kinds of field ------------------------------------------------------------------------------


def prose(predicate: str) -> Handler:
    """A text as it stands, or its translations."""
    return lambda draft, subject, value, _path: draft.texts(subject, predicate, value)


def texts(predicate: str) -> Handler:
    """A text for each member of a list in any spelling."""
    return lambda draft, subject, value, _path: draft.texts(subject, predicate, unfolded(value))


def things(predicate: str, *, commas: bool = False) -> Handler:
    def handler(draft: Draft, subject: str, value: Any, path: str) -> None:
        cut = items(value, commas=True) if commas and isinstance(value, str) else value
        draft.things(subject, predicate, cut, path)

    return handler


def dates(predicate: str) -> Handler:
    return lambda draft, subject, value, path: draft.date(subject, predicate, value, path)


def statements(predicate: str, kind: str) -> Handler:
    return lambda draft, subject, value, path: draft.statement(
        subject, predicate, kind, value, path
    )


def links(predicate: str, kind: str | None = None) -> Handler:
    """An IRI for each member, of a class if one is named; what is none is left out with a finding."""

    def handler(draft: Draft, subject: str, value: Any, path: str) -> None:
        for one in items(value):
            found = draft.iri(one, path)
            if found and kind:
                draft.typed(subject, predicate, found, kind)
            elif found:
                draft.add(subject, predicate, found)

    return handler


def typed(predicate: str, read: Callable[[Any], str | None], otherwise: str) -> Handler:
    """A typed literal for each member; what cannot be read as one is left out with a finding, which says
    that."""

    def handler(draft: Draft, subject: str, value: Any, path: str) -> None:
        for one in items(value):
            found = read(one)
            if found is None:
                draft.find("ckan.bad-value", otherwise, path, plain(one))
            else:
                draft.add(subject, predicate, found)

    return handler


def members(predicate: str) -> Handler:
    """IRIs of other datasets of the portal, given as IRIs, ids or names."""

    def handler(draft: Draft, subject: str, value: Any, path: str) -> None:
        for one in items(value):
            if found := draft.sibling(plain(one), path):
                draft.add(subject, predicate, found)

    return handler


def notations(predicate: str) -> Handler:
    """An adms:Identifier for each member."""

    def handler(draft: Draft, subject: str, value: Any, _path: str) -> None:
        for one in items(value):
            node = draft.local(subject, "identifier")
            draft.add(subject, predicate, node)
            draft.add(node, _TYPE, term(ns.ADMS, "Identifier"))
            name = one.get("identifier") if isinstance(one, dict) else one
            draft.texts(node, term(ns.SKOS, "notation"), plain(name))

    return handler


def keywords(predicate: str) -> Handler:
    """Words as a list, cut at commas, or by language."""

    def handler(draft: Draft, subject: str, value: Any, _path: str) -> None:
        value = unfolded(value)
        words = value if isinstance(value, dict) else items(value, commas=isinstance(value, str))
        draft.texts(subject, predicate, words)

    return handler


_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_whole = "This is no whole number; it was left out."
_decimal = "This is no number; it was left out."
_duration = "This is no duration in the form of ISO 8601 (P1D, PT15M); it was left out."
_truth = "This is no truth value; it was left out."

# --- of packages ---------------------------------------------------------------------------------

_DOCUMENT = term(ns.FOAF, "Document")
_STANDARD = term(ns.DCT, "Standard")
_PROVENANCE = term(ns.DCT, "ProvenanceStatement")
_RIGHTS = term(ns.DCT, "RightsStatement")

# What packages, resources and data services share.
SHARED: dict[str, Handler] = {
    "access_rights": things(term(ns.DCT, "accessRights")),
    "applicable_legislation": links(term(ns.DCATAP, "applicableLegislation")),
    "conforms_to": statements(term(ns.DCT, "conformsTo"), _STANDARD),
    "documentation": links(term(ns.FOAF, "page"), _DOCUMENT),
    "hvd_category": things(term(ns.DCATAP, "hvdCategory")),
    "language": things(term(ns.DCT, "language"), commas=True),
    "rights": statements(term(ns.DCT, "rights"), _RIGHTS),
    "spatial_resolution_in_meters": typed(
        term(ns.DCAT, "spatialResolutionInMeters"), decimal, _decimal
    ),
    "temporal_resolution": typed(term(ns.DCAT, "temporalResolution"), duration, _duration),
}

PACKAGE: dict[str, Handler] = {
    **SHARED,
    "access_constraints": statements(term(ns.DCT, "rights"), _RIGHTS),
    "alternate_identifier": notations(term(ns.ADMS, "identifier")),
    "bibliographic_citation": texts(term(ns.DCT, "bibliographicCitation")),
    "created": dates(term(ns.DCT, "created")),
    "dcat_type": things(term(ns.DCT, "type")),
    "endpoint_description": things(term(ns.DCAT, "endpointDescription")),
    "endpoint_url": links(term(ns.DCAT, "endpointURL")),
    "frequency": things(term(ns.DCT, "accrualPeriodicity")),
    "has_part": members(term(ns.DCT, "hasPart")),
    "has_version": members(term(ns.DCAT, "hasVersion")),
    "image_url": links(term(ns.FOAF, "depiction")),
    "in_series": members(term(ns.DCAT, "inSeries")),
    "is_part_of": members(term(ns.DCT, "isPartOf")),
    "is_referenced_by": things(term(ns.DCT, "isReferencedBy")),
    "is_version_of": members(term(ns.DCAT, "isVersionOf")),
    "issued": dates(term(ns.DCT, "issued")),
    "keyword": keywords(term(ns.DCAT, "keyword")),
    "liability": statements(term(ns.DCT, "rights"), _RIGHTS),
    "licence": statements(term(ns.DCT, "rights"), _RIGHTS),
    "modified": dates(term(ns.DCT, "modified")),
    "provenance": statements(term(ns.DCT, "provenance"), _PROVENANCE),
    "references": things(term(ns.DCT, "references")),
    "related_resource": things(term(ns.DCT, "relation")),
    "same_as": links(term(ns.OWL, "sameAs")),
    "sample": links(term(ns.ADMS, "sample")),
    "serves_dataset": members(term(ns.DCAT, "servesDataset")),
    "source": members(term(ns.DCT, "source")),
    "status": things(term(ns.ADMS, "status")),
    "url": links(term(ns.DCAT, "landingPage"), _DOCUMENT),
    "usage": texts(term(ns.SKOS, "scopeNote")),
    "version": texts(term(ns.DCAT, "version")),
    "version_notes": texts(term(ns.ADMS, "versionNotes")),
    # HealthDCAT-AP
    "analytics": things(term(ns.HEALTH, "analytics")),
    "code_values": things(term(ns.HEALTH, "hasCodeValues")),
    "coding_system": things(term(ns.HEALTH, "hasCodingSystem")),
    "health_category": things(term(ns.HEALTH, "healthCategory")),
    "health_theme": things(term(ns.HEALTH, "healthTheme")),
    "legal_basis": things(term(ns.DPV, "hasLegalBasis")),
    "max_typical_age": typed(term(ns.HEALTH, "maxTypicalAge"), whole, _whole),
    "min_typical_age": typed(term(ns.HEALTH, "minTypicalAge"), whole, _whole),
    "number_of_records": typed(term(ns.HEALTH, "numberOfRecords"), whole, _whole),
    "number_of_unique_individuals": typed(
        term(ns.HEALTH, "numberOfUniqueIndividuals"), whole, _whole
    ),
    "personal_data": things(term(ns.DPV, "hasPersonalData")),
    "population_coverage": texts(term(ns.HEALTH, "populationCoverage")),
    "purpose": things(term(ns.DPV, "hasPurpose")),
    "trusted_data_holder": typed(term(ns.HEALTH, "trustedDataHolder"), truth, _truth),
    # DCAT-US
    "bureauCode": texts(term(POD, "bureauCode")),
    "dataQuality": typed(term(POD, "dataQuality"), truth, _truth),
    "primaryITInvestmentUII": texts(term(POD, "primaryITInvestmentUII")),
    "programCode": texts(term(POD, "programCode")),
    "systemOfRecords": things(term(POD, "systemOfRecords")),
    # Croissant
    "cite_as": texts(term(ns.DCT, "bibliographicCitation")),
    "is_live_dataset": typed("<http://mlcommons.org/croissant/isLiveDataset>", truth, _truth),
}

RESOURCE: dict[str, Handler] = {
    **SHARED,
    "availability": things(term(ns.DCATAP, "availability")),
    "character_encoding": texts(term(ns.CNT, "characterEncoding")),
    "compress_format": things(term(ns.DCAT, "compressFormat")),
    "description": prose(term(ns.DCT, "description")),
    "format": things(term(ns.DCT, "format")),
    "package_format": things(term(ns.DCAT, "packageFormat")),
    "resource_type": things(term(ns.DCT, "type")),
    "size": typed(term(ns.DCAT, "byteSize"), whole, _whole),
    "status": things(term(ns.ADMS, "status")),
}

SERVICE: dict[str, Handler] = {
    **SHARED,
    "availability": things(term(ns.DCATAP, "availability")),
    "description": prose(term(ns.DCT, "description")),
    "endpoint_description": things(term(ns.DCAT, "endpointDescription")),
    "endpoint_url": links(term(ns.DCAT, "endpointURL")),
    "format": things(term(ns.DCT, "format")),
    "identifier": texts(term(ns.DCT, "identifier")),
    "issued": dates(term(ns.DCT, "issued")),
    "keyword": keywords(term(ns.DCAT, "keyword")),
    "landing_page": links(term(ns.DCAT, "landingPage"), _DOCUMENT),
    "license": things(term(ns.DCT, "license")),
    "modified": dates(term(ns.DCT, "modified")),
    "serves_dataset": members(term(ns.DCAT, "servesDataset")),
    "theme": things(term(ns.DCAT, "theme")),
    "title": prose(term(ns.DCT, "title")),
    "url": links(term(ns.FOAF, "page"), _DOCUMENT),
}
