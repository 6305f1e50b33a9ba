"""Which statement becomes which field: the names that ckanext-dcat gives to extras and resources."""

from __future__ import annotations

from vocab.namespaces import (
    ADMS,
    CNT,
    DCAT,
    DCATAP,
    DCT,
    DPV,
    FOAF,
    HEALTH,
    OWL,
    SKOS,
)


def _terms(table: dict[str, str]) -> dict[str, str]:
    return {name: f"<{path}>" for name, path in table.items()}


# A value; several are a list in JSON.
EXTRAS = _terms(
    {
        "access_rights": f"{DCT}accessRights",
        "analytics": f"{HEALTH}analytics",
        "bibliographic_citation": f"{DCT}bibliographicCitation",
        "code_values": f"{HEALTH}hasCodeValues",
        "coding_system": f"{HEALTH}hasCodingSystem",
        "created": f"{DCT}created",
        "dcat_type": f"{DCT}type",
        "endpoint_description": f"{DCAT}endpointDescription",
        "endpoint_url": f"{DCAT}endpointURL",
        "frequency": f"{DCT}accrualPeriodicity",
        "health_category": f"{HEALTH}healthCategory",
        "health_theme": f"{HEALTH}healthTheme",
        "identifier": f"{DCT}identifier",
        "image_url": f"{FOAF}depiction",
        "legal_basis": f"{DPV}hasLegalBasis",
        "max_typical_age": f"{HEALTH}maxTypicalAge",
        "min_typical_age": f"{HEALTH}minTypicalAge",
        "number_of_records": f"{HEALTH}numberOfRecords",
        "number_of_unique_individuals": f"{HEALTH}numberOfUniqueIndividuals",
        "personal_data": f"{DPV}hasPersonalData",
        "population_coverage": f"{HEALTH}populationCoverage",
        "provenance": f"{DCT}provenance",
        "purpose": f"{DPV}hasPurpose",
        "rights": f"{DCT}rights",
        "spatial_resolution_in_meters": f"{DCAT}spatialResolutionInMeters",
        "status": f"{ADMS}status",
        "temporal_resolution": f"{DCAT}temporalResolution",
        "usage": f"{SKOS}scopeNote",
        "version_notes": f"{ADMS}versionNotes",
    }
)
# Always a list in JSON, as ckanext-dcat writes and reads them.
LISTS = _terms(
    {
        "applicable_legislation": f"{DCATAP}applicableLegislation",
        "conforms_to": f"{DCT}conformsTo",
        "documentation": f"{FOAF}page",
        "has_part": f"{DCT}hasPart",
        "has_version": f"{DCAT}hasVersion",
        "hvd_category": f"{DCATAP}hvdCategory",
        "in_series": f"{DCAT}inSeries",
        "is_part_of": f"{DCT}isPartOf",
        "is_referenced_by": f"{DCT}isReferencedBy",
        "is_version_of": f"{DCAT}isVersionOf",
        "language": f"{DCT}language",
        "references": f"{DCT}references",
        "related_resource": f"{DCT}relation",
        "same_as": f"{OWL}sameAs",
        "sample": f"{ADMS}sample",
        "serves_dataset": f"{DCAT}servesDataset",
        "source": f"{DCT}source",
        "theme": f"{DCAT}theme",
    }
)
# Dates stand once.
DATES = _terms({"issued": f"{DCT}issued", "modified": f"{DCT}modified"})

RESOURCE = _terms(
    {
        "access_rights": f"{DCT}accessRights",
        "availability": f"{DCATAP}availability",
        "character_encoding": f"{CNT}characterEncoding",
        "compress_format": f"{DCAT}compressFormat",
        "package_format": f"{DCAT}packageFormat",
        "resource_type": f"{DCT}type",
        "rights": f"{DCT}rights",
        "spatial_resolution_in_meters": f"{DCAT}spatialResolutionInMeters",
        "status": f"{ADMS}status",
        "temporal_resolution": f"{DCAT}temporalResolution",
    }
)
RESOURCE_LISTS = _terms(
    {
        "applicable_legislation": f"{DCATAP}applicableLegislation",
        "conforms_to": f"{DCT}conformsTo",
        "documentation": f"{FOAF}page",
        "hvd_category": f"{DCATAP}hvdCategory",
        "language": f"{DCT}language",
    }
)
