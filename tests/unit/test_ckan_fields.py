"""Each field of a package against the statement that DCAT-AP has for it.

The expected properties are those that the documentation of ckanext-dcat tables for CKAN fields
(DCAT-AP 2 and 3, HealthDCAT-AP), and those of the JSON-LD context of DCAT-US 1.1.
"""

# ruff: noqa: E501 a table is read row by row
from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.unit.ckan_graphs import BASE, SITE, findings, graph, nt, one, says, unknown

EU = "http://publications.europa.eu/resource/authority"
POD = "https://project-open-data.cio.gov/v1.1/schema#"

# field, value, statements
FIELDS: list[tuple[str, Any, list[str]]] = [
    ("title", "Air", ['$ dct:title "Air"']),
    ("notes", "About air", ['$ dct:description "About air"']),
    ("url", "https://example.org/air", ["$ dcat:landingPage <https://example.org/air>", "<https://example.org/air> a foaf:Document"]),
    ("version", "1.0b", ['$ dcat:version "1.0b"']),
    ("dcat_version", "1.0b", ['$ dcat:version "1.0b"']),
    ("version_notes", "First", ['$ adms:versionNotes "First"']),
    ("identifier", "air-1", ['$ dct:identifier "air-1"']),
    ("guid", "g-1", ['$ dct:identifier "g-1"']),
    (
        "alternate_identifier",
        ["alt-1"],
        ["$ adms:identifier $#identifier", '$#identifier skos:notation "alt-1"'],
    ),
    ("issued", "2024-05-01", ['$ dct:issued "2024-05-01"^^xsd:date']),
    ("dcat_issued", "2012-05-10", ['$ dct:issued "2012-05-10"^^xsd:date']),
    ("modified", "2024-05-05", ['$ dct:modified "2024-05-05"^^xsd:date']),
    ("created", "2024", ['$ dct:created "2024"^^xsd:gYear']),
    (
        "metadata_created",
        "2024-05-01T01:20:33.123456",
        ['$ dct:issued "2024-05-01T01:20:33.123456"^^xsd:dateTime'],
    ),
    (
        "metadata_modified",
        "2024-05-01T01:20:33",
        ['$ dct:modified "2024-05-01T01:20:33"^^xsd:dateTime'],
    ),
    ("language", ["en", f"{EU}/language/DEU"], ['$ dct:language "en"', f"$ dct:language <{EU}/language/DEU>"]),
    ("language", "en,es,ca", [f'$ dct:language "{code}"' for code in ("en", "es", "ca")]),
    ("language", '["en","ca"]', ['$ dct:language "en"', '$ dct:language "ca"']),
    ("language", "{ITA,ENG}", ['$ dct:language "ITA"', '$ dct:language "ENG"']),
    ("frequency", "monthly", ['$ dct:accrualPeriodicity "monthly"']),
    ("frequency", f"{EU}/frequency/DAILY", [f"$ dct:accrualPeriodicity <{EU}/frequency/DAILY>"]),
    ("accrualPeriodicity", "R/P1Y", ['$ dct:accrualPeriodicity "R/P1Y"']),
    ("frequency-of-update", "asNeeded", ['$ dct:accrualPeriodicity "asNeeded"']),
    ("access_rights", "public", ['$ dct:accessRights "public"']),
    ("accessLevel", "non-public", ['$ dct:accessRights "non-public"']),
    ("theme", [f"{EU}/data-theme/ENVI", "Air"], [f"$ dcat:theme <{EU}/data-theme/ENVI>", '$ dcat:theme "Air"']),
    ("theme", '[{"theme":"ENVI","subthemes":["http://eurovoc.europa.eu/1"]}]',
     ['$ dcat:theme "ENVI"', "$ dcat:theme <http://eurovoc.europa.eu/1>"]),
    ("conforms_to", ["https://example.org/std"], ["$ dct:conformsTo <https://example.org/std>", "<https://example.org/std> a dct:Standard"]),
    ("conforms_to", ["Standard 1"],
     ["$ dct:conformsTo $#conformsTo", "$#conformsTo a dct:Standard", '$#conformsTo rdfs:label "Standard 1"']),
    ("documentation", ["https://example.org/doc"], ["$ foaf:page <https://example.org/doc>", "<https://example.org/doc> a foaf:Document"]),
    ("describedBy", "https://example.org/dict", ["$ foaf:page <https://example.org/dict>"]),
    ("provenance", "Measured",
     ["$ dct:provenance $#provenance", "$#provenance a dct:ProvenanceStatement", '$#provenance rdfs:label "Measured"']),
    ("provenance", "https://example.org/how", ["$ dct:provenance <https://example.org/how>"]),
    ("dcat_type", "test-type", ['$ dct:type "test-type"']),
    ("related_resource", ["https://example.org/r"], ["$ dct:relation <https://example.org/r>"]),
    ("has_version", ["https://example.org/v2"], ["$ dcat:hasVersion <https://example.org/v2>"]),
    ("is_version_of", ["https://example.org/v0"], ["$ dcat:isVersionOf <https://example.org/v0>"]),
    ("source", ["https://example.org/s"], ["$ dct:source <https://example.org/s>"]),
    ("sample", ["https://example.org/x"], ["$ adms:sample <https://example.org/x>"]),
    ("is_referenced_by", ["https://doi.org/10.1/x", "A paper"],
     ["$ dct:isReferencedBy <https://doi.org/10.1/x>", '$ dct:isReferencedBy "A paper"']),
    ("in_series", ["series-1", None, " "], [f"$ dcat:inSeries <{SITE}/dataset/series-1>"]),
    ("in_series", ["https://example.org/series"], ["$ dcat:inSeries <https://example.org/series>"]),
    ("applicable_legislation", ["http://data.europa.eu/eli/reg_impl/2023/138/oj"],
     ["$ dcatap:applicableLegislation <http://data.europa.eu/eli/reg_impl/2023/138/oj>"]),
    ("hvd_category", ["http://data.europa.eu/bna/c_ac64a52d"],
     ["$ dcatap:hvdCategory <http://data.europa.eu/bna/c_ac64a52d>"]),
    ("temporal_resolution", "PT15M", ['$ dcat:temporalResolution "PT15M"^^xsd:duration']),
    ("spatial_resolution_in_meters", 1.5, ['$ dcat:spatialResolutionInMeters "1.5"^^xsd:decimal']),
    ("spatial_uri", "https://sws.geonames.org/6361390/", ["$ dct:spatial <https://sws.geonames.org/6361390/>"]),
    ("rights", "Ask first", ["$ dct:rights $#rights", '$#rights rdfs:label "Ask first"']),
    ("license_id", "cc-by", ['$ dct:license "cc-by"']),
    ("license_title", "https://example.org/licence", ["$ dct:license <https://example.org/licence>"]),
    ("license", "https://creativecommons.org/licenses/by/4.0/",
     ["$ dct:license <https://creativecommons.org/licenses/by/4.0/>"]),
    ("tags", [{"name": "air"}, {"display_name": "Water", "name": "water"}],
     ['$ dcat:keyword "air"', '$ dcat:keyword "Water"']),
    ("tags", ["air"], ['$ dcat:keyword "air"']),
    ("keywords", {"de": ["Luft"], "fr": []}, ['$ dcat:keyword "Luft"@de']),
    ("references", ["https://example.org/ref"], ["$ dct:references <https://example.org/ref>"]),
    ("bureauCode", ["010:18"], [f'$ <{POD}bureauCode> "010:18"']),
    ("programCode", ["010:094"], [f'$ <{POD}programCode> "010:094"']),
    ("dataQuality", True, [f'$ <{POD}dataQuality> "true"^^xsd:boolean']),
    ("progress", "completed", ['$ adms:status "completed"']),
    ("resource-type", "series", ['$ dct:type "series"']),
    ("spatial-reference-system", "urn:ogc:def:crs:EPSG::4326",
     ["$ dct:conformsTo <http://www.opengis.net/def/crs/EPSG/0/4326>"]),
    ("dataset-reference-date", '[{"type":"publication","value":"1982"},{"type":"creation","value":"1980"}]',
     ['$ dct:issued "1982"^^xsd:gYear', '$ dct:created "1980"^^xsd:gYear']),
    ("health_theme", ["http://www.wikidata.org/entity/Q1"], ["$ healthdcatap:healthTheme <http://www.wikidata.org/entity/Q1>"]),
    ("health_category", ["https://example.org/c"], ["$ healthdcatap:healthCategory <https://example.org/c>"]),
    ("analytics", ["https://example.org/a"], ["$ healthdcatap:analytics <https://example.org/a>"]),
    ("code_values", ["https://example.org/c"], ["$ healthdcatap:hasCodeValues <https://example.org/c>"]),
    ("coding_system", ["https://example.org/c"], ["$ healthdcatap:hasCodingSystem <https://example.org/c>"]),
    ("population_coverage", ["Adults"], ['$ healthdcatap:populationCoverage "Adults"']),
    ("min_typical_age", "0", ['$ healthdcatap:minTypicalAge "0"^^xsd:nonNegativeInteger']),
    ("max_typical_age", 110, ['$ healthdcatap:maxTypicalAge "110"^^xsd:nonNegativeInteger']),
    ("number_of_records", "12", ['$ healthdcatap:numberOfRecords "12"^^xsd:nonNegativeInteger']),
    ("number_of_unique_individuals", "7", ['$ healthdcatap:numberOfUniqueIndividuals "7"^^xsd:nonNegativeInteger']),
    ("trusted_data_holder", True, ['$ healthdcatap:trustedDataHolder "true"^^xsd:boolean']),
    ("legal_basis", ["https://w3id.org/dpv#Consent"], ["$ dpv:hasLegalBasis dpv:Consent"]),
    ("purpose", ["https://w3id.org/dpv#AcademicResearch"], ["$ dpv:hasPurpose dpv:AcademicResearch"]),
    ("personal_data", ["https://w3id.org/dpv/dpv-pd#Age"], ["$ dpv:hasPersonalData <https://w3id.org/dpv/dpv-pd#Age>"]),
    ("hdab", [{"name": "Body"}], ["$ healthdcatap:hdab $#hdab", '$#hdab foaf:name "Body"']),
    ("retention_period", [{"start": "2020-03-01", "end": "2034-12-31"}],
     ["$ healthdcatap:retentionPeriod $#retention", '$#retention dcat:endDate "2034-12-31"^^xsd:date']),
    ("quality_annotation", [{"body": "https://example.org/cert"}],
     ["$ dqv:hasQualityAnnotation $#quality", "$#quality <http://www.w3.org/ns/oa#hasBody> <https://example.org/cert>"]),
    ("qualified_relation", [{"uri": "", "relation": "https://example.org/d", "role": "https://example.org/role"}],
     ["$ dcat:qualifiedRelation $#relation", "$#relation dct:relation <https://example.org/d>",
      "$#relation dcat:hadRole <https://example.org/role>"]),
    ("qualified_attribution", [{"agent": [{"name": "Lab"}], "role": "https://example.org/role"}],
     ["$ prov:qualifiedAttribution $#attribution", "$#attribution prov:agent $#attribution-agent",
      '$#attribution-agent foaf:name "Lab"']),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "statements"), FIELDS)
def test_a_field_of_the_package_becomes_its_statements(
    field: str, value: Any, statements: list[str]
) -> None:
    says({field: value}, *statements)
    assert unknown({field: value}) == {}


@pytest.mark.parametrize(
    ("field", "value", "statements"),
    [one for one in FIELDS if one[0] not in {"title", "notes", "tags", "url", "version"}],
)
def test_the_same_field_as_an_extra_says_the_same(
    field: str, value: Any, statements: list[str]
) -> None:
    if isinstance(value, list | dict):
        value = orjson.dumps(value).decode()
    package = {"extras": [{"key": field, "value": value}]}
    says(package, *statements)
    assert unknown(package) == {}


def test_a_field_and_an_extra_of_its_name_say_both() -> None:
    package = {
        "conforms_to": ["https://example.org/a"],
        "extras": [
            {"key": "conforms_to", "value": '["https://example.org/a", "https://example.org/b"]'},
            {"key": "title", "value": "Not the title"},
        ],
        "title": "The title",
    }
    says(
        package,
        "$ dct:conformsTo <https://example.org/a>",
        "$ dct:conformsTo <https://example.org/b>",
    )
    assert [line for line in graph(package) if "terms/title>" in line] == [
        nt('$ dct:title "The title"')
    ]


# --- resources -----------------------------------------------------------------------------------

RESOURCE_FIELDS: list[tuple[dict[str, Any], list[str]]] = [
    ({"name": "File"}, ['$r dct:title "File"', "$r a dcat:Distribution", "$ dcat:distribution $r"]),
    ({"description": "A file"}, ['$r dct:description "A file"']),
    ({"url": "https://example.org/f"}, ["$r dcat:accessURL <https://example.org/f>"]),
    (
        {"url": "https://example.org/f", "access_url": "https://example.org/a"},
        ["$r dcat:accessURL <https://example.org/a>"],
    ),
    (
        {"download_url": "https://example.org/d"},
        ["$r dcat:downloadURL <https://example.org/d>", "$r dcat:accessURL <https://example.org/d>"],
    ),
    (
        {"url": "https://example.org/f.csv", "url_type": "upload"},
        ["$r dcat:downloadURL <https://example.org/f.csv>"],
    ),
    ({"url": "/dataset/p1/f.csv"}, [f"$r dcat:accessURL <{SITE}/dataset/p1/f.csv>"]),
    ({"format": "CSV"}, ['$r dct:format "CSV"']),
    ({"format": f"{EU}/file-type/CSV"}, [f"$r dct:format <{EU}/file-type/CSV>"]),
    (
        {"mimetype": "text/csv; charset=utf-8"},
        ["$r dcat:mediaType <http://www.iana.org/assignments/media-types/text/csv>"],
    ),
    (
        {"mimetype": "application/zip", "mimetype_inner": "text/csv"},
        [
            "$r dcat:mediaType <http://www.iana.org/assignments/media-types/text/csv>",
            "$r dcat:packageFormat <http://www.iana.org/assignments/media-types/application/zip>",
        ],
    ),
    ({"mimetype": "xlsx"}, ['$r dct:format "xlsx"']),
    ({"size": 12323}, ['$r dcat:byteSize "12323"^^xsd:nonNegativeInteger']),
    ({"size": "12323.0"}, ['$r dcat:byteSize "12323"^^xsd:nonNegativeInteger']),
    (
        {"hash": "ab12", "hash_algorithm": "SHA-256"},
        [
            "$r spdx:checksum $r#checksum",
            '$r#checksum spdx:checksumValue "ab12"^^xsd:hexBinary',
            "$r#checksum spdx:algorithm spdx:checksumAlgorithm_sha256",
        ],
    ),
    ({"hash": "md5:ab12"}, ["$r#checksum spdx:algorithm spdx:checksumAlgorithm_md5"]),
    ({"license": "https://example.org/l"}, ["$r dct:license <https://example.org/l>"]),
    ({"rights": "Ask"}, ["$r dct:rights $r#rights", '$r#rights rdfs:label "Ask"']),
    ({"availability": f"{EU}/planned-availability/STABLE"}, [f"$r dcatap:availability <{EU}/planned-availability/STABLE>"]),
    ({"compress_format": "https://example.org/gz"}, ["$r dcat:compressFormat <https://example.org/gz>"]),
    ({"package_format": "https://example.org/tar"}, ["$r dcat:packageFormat <https://example.org/tar>"]),
    ({"status": "https://example.org/done"}, ["$r adms:status <https://example.org/done>"]),
    ({"created": "2024-05-01T01:20:33"}, ['$r dct:issued "2024-05-01T01:20:33"^^xsd:dateTime']),
    ({"created": "2020-01-01", "issued": "2021"}, ['$r dct:issued "2021"^^xsd:gYear']),
    ({"last_modified": "2024-05"}, ['$r dct:modified "2024-05"^^xsd:gYearMonth']),
    ({"documentation": ["https://example.org/d"]}, ["$r foaf:page <https://example.org/d>"]),
    ({"conforms_to": ["https://example.org/s"]}, ["$r dct:conformsTo <https://example.org/s>"]),
    ({"language": '["en"]'}, ['$r dct:language "en"']),
    ({"temporal_resolution": "P1D"}, ['$r dcat:temporalResolution "P1D"^^xsd:duration']),
    ({"spatial_resolution_in_meters": "10"}, ['$r dcat:spatialResolutionInMeters "10"^^xsd:decimal']),
    ({"applicable_legislation": ["https://example.org/law"]}, ["$r dcatap:applicableLegislation <https://example.org/law>"]),
    ({"access_services": ["https://example.org/api"]}, ["$r dcat:accessService <https://example.org/api>"]),
    (
        {"access_services": '[{"title": "API", "endpoint_url": ["https://example.org/e"], '
         '"serves_dataset": ["https://example.org/d"]}]'},
        [
            "$r dcat:accessService $r#service",
            "$r#service a dcat:DataService",
            '$r#service dct:title "API"',
            "$r#service dcat:endpointURL <https://example.org/e>",
            "$r#service dcat:servesDataset <https://example.org/d>",
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "statements"), RESOURCE_FIELDS)
def test_a_field_of_a_resource_becomes_its_statements(
    fields: dict[str, Any], statements: list[str]
) -> None:
    package = {"resources": [{"id": "r1", **fields}]}
    says(package, *statements)
    assert unknown(package) == {}


def test_resources_inherit_the_licence_of_their_package_unless_they_have_one() -> None:
    package = {
        "license_id": "cc-by",
        "license_url": "https://example.org/by",
        "resources": [{"id": "r1"}, {"id": "r2", "license": "https://example.org/own"}],
    }
    says(
        package, "$ dct:license <https://example.org/by>", "$r dct:license <https://example.org/by>"
    )
    second = f"<{BASE}/resource/r2> <http://purl.org/dc/terms/license>"
    assert [line for line in graph(package) if line.startswith(second)] == [
        f"{second} <https://example.org/own> ."
    ]


@pytest.mark.parametrize("ident", ["notspecified", "", None])
def test_no_licence_is_guessed(ident: str | None) -> None:
    package = {"license_id": ident, "license_title": "License not specified" if ident else None}
    assert not [line for line in graph(package) if "license" in line]


def test_an_unspecific_licence_says_its_title() -> None:
    says({"license_id": "other-at", "license_title": "Other (Attribution)"},
         '$ dct:license "Other (Attribution)"')  # fmt: skip


# --- people and organisations --------------------------------------------------------------------


def test_the_organisation_is_the_publisher_where_none_is_named() -> None:
    agency = f"<{SITE}/organization/o1>"
    package = {"organization": {"id": "o1", "name": "agency", "title": "The Agency"}}
    says(
        package,
        f"$ dct:publisher {agency}",
        f"{agency} a foaf:Agent",
        f"{agency} a foaf:Organization",
        f'{agency} foaf:name "The Agency"',
    )


@pytest.mark.parametrize(
    "named",
    [
        {"publisher": [{"name": "Named", "email": "a@example.org", "url": "https://example.org"}]},
        {"publisher": '{"name": "Named", "email": "a@example.org", "url": "https://example.org"}'},
        {
            "extras": [
                {"key": "publisher_name", "value": "Named"},
                {"key": "publisher_email", "value": "a@example.org"},
                {"key": "publisher_url", "value": "https://example.org"},
            ]
        },
    ],
)
def test_a_named_publisher_beats_the_organisation(named: dict[str, Any]) -> None:
    package = {**named, "organization": {"id": "o1", "title": "The Agency"}}
    says(
        package,
        "$ dct:publisher $#publisher",
        '$#publisher foaf:name "Named"',
        "$#publisher foaf:mbox <mailto:a@example.org>",
        "$#publisher foaf:homepage <https://example.org>",
    )
    assert not [line for line in graph(package) if "The Agency" in line]


def test_a_publisher_with_an_iri_keeps_it() -> None:
    says({"publisher_name": "X", "publisher_uri": "https://example.org/x"},
         "$ dct:publisher <https://example.org/x>", '<https://example.org/x> foaf:name "X"')  # fmt: skip
    says({"publisher": "https://example.org/x"}, "$ dct:publisher <https://example.org/x>")
    says({"publisher": "Plain text"}, '$#publisher foaf:name "Plain text"')


def test_a_vocabulary_term_is_pointed_to_and_never_described() -> None:
    body = f"{EU}/corporate-body/COM"
    found = graph({"publisher": [{"uri": body, "name": "Our own name for it"}]})
    assert not [line for line in found if line.startswith(f"<{body}>")]


@pytest.mark.parametrize(
    ("package", "name", "mail"),
    [
        ({"contact_name": "C", "contact_email": "c@example.org", "maintainer": "M"}, "C", "c"),
        ({"maintainer": "M", "maintainer_email": "m@example.org", "author": "A"}, "M", "m"),
        ({"author": "A", "author_email": "a@example.org"}, "A", "a"),
        ({"contact": [{"name": "C", "email": "mailto:c@example.org"}]}, "C", "c"),
        ({"extras": [{"key": "contact-email", "value": "c@example.org"}], "maintainer": "M"}, "M", "c"),
    ],
)  # fmt: skip
def test_contacts_fall_back_from_contact_to_maintainer_to_author(
    package: dict[str, Any], name: str, mail: str
) -> None:
    says(
        package,
        "$ dcat:contactPoint $#contact",
        "$#contact a vcard:Kind",
        f'$#contact vcard:fn "{name}"',
        f"$#contact vcard:hasEmail <mailto:{mail}@example.org>",
    )
    assert nt("$ dcat:contactPoint $#contact-2") not in graph(package)


def test_the_author_is_the_creator() -> None:
    says({"author": "A", "maintainer": "M"}, "$ dct:creator $#creator", '$#creator foaf:name "A"')
    says({"creator_name": "C", "author": "A"}, '$#creator foaf:name "C"')


def test_several_contacts_keep_their_order_and_their_languages() -> None:
    says(
        {"contact": [{"name": "One"}, {"name": "x", "name_translated": {"ca": "Dos", "pt-br": "Dois"}}]},
        '$#contact vcard:fn "One"',
        '$#contact-2 vcard:fn "Dos"@ca',
        '$#contact-2 vcard:fn "Dois"@pt-br',
    )  # fmt: skip


def test_an_address_that_is_none_is_left_out_with_a_finding() -> None:
    assert findings({"title": "t", "maintainer": "M", "maintainer_email": "TBD"}) == [
        ("ckan.bad-email", "contact.email")
    ]


def test_responsible_parties_keep_their_roles() -> None:
    roles = "http://inspire.ec.europa.eu/metadata-codelist/ResponsiblePartyRole/"
    says(
        {"extras": {"responsible-party": '[{"name": "Survey", "roles": ["owner"]}]'}},
        "$ prov:qualifiedAttribution $#party",
        f"$#party dcat:hadRole <{roles}owner>",
        "$#party prov:agent $#party-agent",
        '$#party-agent foaf:name "Survey"',
    )


def test_a_hierarchy_of_publishers_is_a_chain_of_organisations() -> None:
    says(
        {"publisher": "Office", "publisher_hierarchy": "Ministry > Agency > Office"},
        '$#publisher foaf:name "Office"',
        "$#publisher org:subOrganizationOf $#publisher-parent",
        '$#publisher-parent foaf:name "Agency"',
        '$#publisher-parent-parent foaf:name "Ministry"',
    )


# --- groups --------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", [{"name": "envi"}, {"name": "g1", "title": "Environment"},
                                   {"name": "umwelt", "title": "Umwelt"}])  # fmt: skip
def test_groups_that_are_eu_themes_become_them(group: dict[str, str]) -> None:
    says({"groups": [group]}, f"$ dcat:theme <{EU}/data-theme/ENVI>")


def test_other_groups_become_concepts_of_the_portal() -> None:
    own = f"<{SITE}/group/local%20gov>"
    says(
        {"groups": [{"name": "local gov", "title": {"en": "Local", "fr": "Locales"}}]},
        f"$ dcat:theme {own}",
        f"{own} a skos:Concept",
        f'{own} skos:prefLabel "Local"@en',
        f'{own} skos:prefLabel "Locales"@fr',
    )


# --- languages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "package",
    [
        {"title": "x", "title_translated": {"de": "Luft", "en": "Air"}},
        {"title": {"de": "Luft", "en": "Air", "fr": ""}},
        {"title": '{"de": "Luft", "en": "Air"}'},
    ],
)
def test_translations_carry_their_language_and_replace_the_plain_text(
    package: dict[str, Any],
) -> None:
    titles = [line for line in graph(package) if "terms/title>" in line]
    assert sorted(titles) == [nt('$ dct:title "Air"@en'), nt('$ dct:title "Luft"@de')]


def test_a_package_without_title_shows_its_name_and_says_so() -> None:
    says({"name": "the-name", "title": " "}, '$ dct:title "the-name"')
    assert findings({"name": "the-name"}) == [("ckan.no-title", "title")]


# --- identity and types --------------------------------------------------------------------------


def test_the_key_is_the_id_and_the_subject_the_portals_address() -> None:
    record = one({"name": "n", "title": "t"})
    assert (record.key, record.subject, record.type) == ("p1", f"<{BASE}>", "dataset")


@pytest.mark.parametrize("uri", [{"uri": "https://example.org/d/1"},
                                 {"extras": [{"key": "uri", "value": " https://example.org/d/1"}]}])  # fmt: skip
def test_a_uri_of_its_own_is_the_subject(uri: dict[str, Any]) -> None:
    record = one({"title": "t", **uri, "resources": [{"id": "r1"}]})
    assert record.subject == "<https://example.org/d/1>"
    assert (
        "<https://example.org/d/1> <http://www.w3.org/ns/dcat#distribution> "
        "<https://example.org/d/1/resource/r1> ." in record.graph
    )


@pytest.mark.parametrize(
    ("given", "type_", "class_"),
    [
        ("dataset", "dataset", "dcat:Dataset"),
        ("geo-dataset", "dataset", "dcat:Dataset"),
        ({"name": "dataset", "display_name": "dataset"}, "dataset", "dcat:Dataset"),
        ("Dataset", "dataset", "dcat:Dataset"),
        ("dataset_series", "series", "dcat:DatasetSeries"),
        ("dataset-series", "series", "dcat:DatasetSeries"),
        ("data-service", "service", "dcat:DataService"),
    ],
)
def test_types_of_packages_become_types_of_records(given: Any, type_: str, class_: str) -> None:
    assert one({"type": given}).type == type_
    says({"type": given}, f"$ a {class_}")


def test_what_a_vocabulary_or_the_dataset_itself_owns_is_given_no_class() -> None:
    found = graph({"conforms_to": ["http://www.opengis.net/def/crs/EPSG/0/4326"], "url": BASE})
    assert nt("$ dcat:landingPage $") in found
    assert not [line for line in found if line.startswith("<http://www.opengis.net/")]
    assert nt("$ a foaf:Document") not in found
