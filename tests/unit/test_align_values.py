"""What a value is aligned to, by which rule; and what is left alone. The concepts wanted are those
of the published tables: the EU authority tables, the licences of the Metadata Quality Assessment,
ISO 639, ISO 3166, ISO 8601, ISO 19115 and INSPIRE's code lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vocab
from catalogue.align import align
from catalogue.align.tables import PROPERTIES
from catalogue.rdf.terms import literal
from vocab.mqa import is_known_licence
from vocab.namespaces import DCATAP

S = "<http://portal.example/d>"
AUTHORITY = "http://publications.europa.eu/resource/authority/"
KNOWN = "http://europeandataportal.eu/ontologies/od-licenses#"
DCT, DCAT = "http://purl.org/dc/terms/", "http://www.w3.org/ns/dcat#"
XSD = "http://www.w3.org/2001/XMLSchema#"
OGL = "http://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
LIMITS = "http://inspire.ec.europa.eu/metadata-codelist/LimitationsOnPublicAccess/"
ISO = "http://iso.example/codelists.xml#MD_MaintenanceFrequencyCode"
ITALY = "https://w3id.org/italia/controlled-vocabulary/licences/"
ETALAB = "https://www.etalab.gouv.fr/wp-content/uploads/2017/04/ETALAB-"
GERMANY = "http://dcat-ap.de/def/licenses/"
COAR = "https://vocabularies.coar-repositories.org/access_rights/"
IANA = "https://www.iana.org/assignments/media-types/"
SWISS = "http://dcat-ap.ch/vocabulary/licenses/"
PATHS = {
    "language": f"{DCT}language",
    "license": f"{DCT}license",
    "format": f"{DCT}format",
    "media": f"{DCAT}mediaType",
    "frequency": f"{DCT}accrualPeriodicity",
    "access": f"{DCT}accessRights",
    "theme": f"{DCAT}theme",
    "keyword": f"{DCAT}keyword",
    "spatial": f"{DCT}spatial",
    "availability": f"{DCATAP}availability",
}


def term(value: str) -> str:
    return f"<{value}>" if "://" in value or value.startswith("info:") else literal(value)


@pytest.mark.parametrize(
    ("name", "value", "wanted", "rule"),
    [
        ("language", "be", "language/BEL", "code"),  # ISO 639-1: Belarusian, not Belgium
        ("language", "IS", "language/ISL", "code"),
        ("language", "ro", "language/RON", "alias"),  # also the code of Moldavian in the table
        ("language", "zh", "language/ZHO", "alias"),
        ("language", "ro_RO", "language/RON", "pattern"),
        ("language", "Deutsch", "language/DEU", "label"),
        ("language", "eng; GBR", "language/ENG", "pattern"),
        ("language", "http://id.loc.gov/vocabulary/iso639-2/ger", "language/DEU", "pattern"),
        ("language", f"{AUTHORITY}language/DEU".replace("resource/", "mdr/"), "language/DEU", "iri"),
        ("license", "Creative Commons Attribution 4.0 International", "licence/CC_BY_4_0", "label"),
        ("license", "Creative Commons Namensnennung 4.0 International", "licence/CC_BY_4_0", "label"),
        ("license", "Attribution 4.0 International (CC BY 4.0)", "licence/CC_BY_4_0", "pattern"),
        ("license", "CC0 1.0 Universal", "licence/CC0", "alias"),
        ("license", "CC BY-NC-ND 4.0 International", "licence/CC_BYNCND_4_0", "pattern"),
        ("license", "Creative Commons Attribution-NonCommercial 4.0 International", "licence/CC_BYNC_4_0", "pattern"),
        ("license", "Datenlizenz Deutschland - Zero - Version 2.0", f"{GERMANY}dl-zero-de/2.0", "pattern"),
        ("license", "Open Government License v3.0", f"{KNOWN}OGL3.0", "pattern"),
        ("license", "NLOD 2.0", "licence/NLOD_2_0", "pattern"),
        ("format", "WFS 2.0.0", "file-type/WFS_SRVC", "pattern"),
        ("format", "OGC:WMS-1.3.0-http-get-map", "file-type/WMS_SRVC", "pattern"),
        ("format", "Web Map Service (WMS)", "file-type/WMS_SRVC", "pattern"),
        ("format", "Excel (.xlsx)", "file-type/XLSX", "pattern"),
        ("format", "tgz", "file-type/TAR_GZ", "alias"),
        ("frequency", "mensuelle", "frequency/MONTHLY", "alias"),
        ("access", f"{COAR}c_16ec/", "access-right/RESTRICTED", "alias"),
        ("spatial", "Czech Republic", "country/CZE", "alias"),
        ("language", "українська", "language/UKR", "alias"),
        ("license", "https://creativecommons.org/licenses/by-sa/4.0/?ref=chooser-v1", "licence/CC_BYSA_4_0", "pattern"),
        ("license", "https://creativecommons.org/publicdomain/zero/1.0/#x", "licence/CC0", "pattern"),
        ("license", "http://www.creativecommons.org/licenses/by/4.0/deed.de", "licence/CC_BY_4_0", "pattern"),
        ("availability", "http://data.europa.eu/r5r/availability/stable", "planned-availability/STABLE", "alias"),
        ("availability", "http://dcat-ap.de/def/plannedAvailability/stable", "planned-availability/STABLE", "alias"),
        ("license", "http://www.opendefinition.org/licenses/cc-by", "licence/CC_BY", "exact"),
        ("license", "http://opendefinition.org/licenses/odc-odbl/", "licence/ODC_BL", "pattern"),
        ("license", "https://creativecommons.org/publicdomain/zero/1.0/deed.fi", "licence/CC0", "pattern"),
        ("license", "http://dcat-ap.de/def/licenses/cc-by/4.0", "licence/CC_BY_4_0", "exact"),
        ("license", "https://www.govdata.de/dl-de/by-2-0", "http://dcat-ap.de/def/licenses/dl-by-de/2.0", "exact"),
        ("license", "http://www.dati.gov.it/iodl/2.0/", f"{KNOWN}IODLv2.0", "exact"),
        ("license", "http://data.norge.no/nlod/en/1.0", f"{KNOWN}NLOD", "exact"),
        ("license", OGL, f"{KNOWN}OGL3.0", "exact"),
        ("license", "uk-ogl", f"{KNOWN}OGL3.0", "alias"),
        ("license", "https://spdx.org/licenses/CC-BY-SA-4.0.html", "licence/CC_BYSA_4_0", "pattern"),
        ("license", "http://spdx.org/licenses/GPL-3.0-only", f"{KNOWN}GPL-3.0", "pattern"),
        ("license", "https://creativecommons.org/publicdomain/mark/1.0/deed.nl", f"{KNOWN}CC-PDM1.0", "pattern"),
        ("license", "https://opendatacommons.org/licenses/odbl/1-0/", "licence/ODC_BL", "pattern"),
        ("license", "http://www.vvlibri.org/fr/licence/odbl/10/fr/legalcode", "licence/ODC_BL", "alias"),
        ("license", "http://rdflicense.appspot.com/rdflicense/cc-by-nc-nd3.0", "licence/CC_BYNCND_3_0", "pattern"),
        ("license", "http://purl.org/NET/rdflicense/cc-by-sa3.0de", f"{KNOWN}CC_BYSA_3_0DE", "pattern"),
        ("license", f"{ITALY}A21_CCBY40", "licence/CC_BY_4_0", "pattern"),
        ("license", f"{ITALY}A29:IODL20", f"{KNOWN}IODLv2.0", "pattern"),
        ("license", f"{ETALAB}Licence-Ouverte-v2.0.pdf", "licence/ETALAB_2_0", "exact"),
        ("license", "lov2", "licence/ETALAB_2_0", "code"),
        ("license", "https://data.norge.no/nlod/no/2.0", "licence/NLOD_2_0", "exact"),
        ("license", f"{AUTHORITY}licence/OGL_3_0".replace("http:", "https:"), "licence/OGL_3_0", "iri"),
        ("license", "https://www.usa.gov/publicdomain/label/1.0", "http://www.usa.gov/publicdomain/label/1.0/", "iri"),
        ("license", "https://opendata.swiss/terms-of-use#terms_by_ask", f"{SWISS}terms_by_ask", "exact"),
        ("license", "https://creativecommons.org/licenses/by/3.0/de/", f"{KNOWN}CC-BY-3.0DE", "exact"),
        ("format", "Tagged Image File Format (TIFF)", "file-type/TIFF", "pattern"),
        ("format", "Enhanced Compressed Wavelet (ECW)", "file-type/ECW", "pattern"),
        ("format", "http://www.iana.org/assignments/media-types/text/csv", "file-type/CSV", "pattern"),
        ("format", "text/csv; charset=utf-8", "file-type/CSV", "pattern"),
        ("media", "TEXT/CSV; charset=utf-8", f"{IANA}text/csv", "pattern"),
        ("media", "image/jpg", f"{IANA}image/jpeg", "mapped"),
        ("media", "application/x-zip-compressed", f"{IANA}application/zip", "mapped"),
        ("media", "text/xml", f"{IANA}text/xml", "code"),
        ("media", "JSON", f"{IANA}application/json", "mapped"),
        ("media", "gzip", f"{IANA}application/gzip", "mapped"),
        ("media", "application/x-rar", f"{IANA}application/x-rar", "code"),
        ("media", "ZIP", f"{IANA}application/zip", "mapped"),
        ("frequency", "asNeeded", "frequency/AS_NEEDED", "alias"),
        ("frequency", "R/P1Y", "frequency/ANNUAL", "pattern"),
        ("frequency", "R/P3M", "frequency/QUARTERLY", "pattern"),
        ("frequency", "R/PT1H", "frequency/HOURLY", "pattern"),
        ("frequency", "täglich", "frequency/DAILY", "label"),
        ("frequency", "http://purl.org/linked-data/sdmx/2009/code#freq-M", "frequency/MONTHLY", "exact"),
        ("frequency", f"{ISO}_biannually", "frequency/ANNUAL_2", "code"),
        ("frequency", f"{AUTHORITY}frequency/ANNUAL".replace("http:", "https:"), "frequency/ANNUAL", "iri"),
        ("access", "restricted public", "access-right/RESTRICTED", "alias"),
        ("access", "info:eu-repo/semantics/openAccess", "access-right/PUBLIC", "alias"),
        ("access", f"{LIMITS}noLimitations", "access-right/PUBLIC", "alias"),
        ("spatial", "Deutschland", "country/DEU", "label"),
        ("spatial", "Ελλάδα", "country/GRC", "label"),
        ("spatial", "FRA", "country/FRA", "code"),
        ("spatial", "http://data.europa.eu/nuts/code/EL", "country/GRC", "code"),
        ("spatial", "https://sws.geonames.org/2921044/", "country/DEU", "exact"),
        ("spatial", "http://www.geonames.org/3017382/republic-of-france.html", "country/FRA", "exact"),
        ("spatial", "http://lexvo.org/id/iso3166/BE", "country/BEL", "code"),
        ("spatial", "http://rdfdata.eionet.europa.eu/ramon/nuts2008/UK", "country/GBR", "code"),
        ("spatial", "http://datos.gob.es/recurso/sector-publico/territorio/Pais/España", "country/ESP", "alias"),
        ("spatial", "https://nuts.geovocab.org/id/DE30", "http://data.europa.eu/nuts/code/DE30", "iri"),
        ("theme", "Gesundheit", "data-theme/HEAL", "label"),
    ],
)  # fmt: skip
def test_a_value_becomes_the_concept_of_the_table_and_the_finding_says_by_which_rule(
    name: str, value: str, wanted: str, rule: str
) -> None:
    line = f"{S} <{PATHS[name]}> {term(value)} ."
    lines, findings = align([line])
    iri = wanted if "://" in wanted else AUTHORITY + wanted
    assert lines[-1] == f"{S} <{PATHS[name]}> <{iri}> ."
    assert [(one.value, one.mended) for one in findings] == [(value, iri)]
    assert findings[0].rule == f"align.{PATHS[name].replace('#', '/').rsplit('/', 1)[-1]}.{rule}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "us-EN"),
        ("language", "cz"),  # no code of ISO 639
        ("license", "cc"),
        ("license", "Attribution 3.0 Somewhere (CC BY 3.0)"),  # of a country, or of none?
        ("license", "cc-nc"),  # which of the four, of which version?
        ("license", "Fair"),
        ("license", "not CC BY 4.0"),
        ("license", "CC BY 4.0 / dl-de-by-2.0"),
        ("license", "Open Government Licence - Canada 3.0"),
        ("license", "NLOD"),  # which version?
        ("license", "public licence 2.0"),
        ("format", "WMS, WFS"),
        ("format", "WMTS 1.0.0"),  # no concept of the table
        ("format", "CSV (.zip, .csv)"),
        ("license", "https://creativecommons.org/licenses/by/3.0/pl/"),  # no table says which
        ("license", "http://www.nationalarchives.gov.uk/doc/open-government-licence/"),  # which version?
        ("license", "https://data.norge.no/nlod/no"),
        ("license", f"{ITALY}A23_CCBY30IT"),  # no table has it
        ("license", f"{AUTHORITY}licence/OGL_3_0"),  # the EU's table of today: not written otherwise
        ("license", "Non-Commercial Government Licence"),  # two concepts have this label
        ("format", "data"),
        ("format", "Excel"),  # XLS or XLSX
        ("format", "CSV (ZIP)"),
        ("format", "CSV JSON XML"),
        ("frequency", "biannually"),  # twice a year, or every two years
        ("frequency", "continual"),
        ("frequency", "R/P5M"),
        ("frequency", "20090413"),
        ("access", f"{LIMITS}INSPIRE_Directive_Article13_1e"),
        ("spatial", "Georgia"),
        ("spatial", "Luxembourg"),
        ("spatial", "NO"),
        ("spatial", "IS"),
        ("spatial", "BE"),
        ("spatial", "AND"),
        ("spatial", "Colorado, Utah"),
        ("spatial", "http://data.europa.eu/nuts/code/XX1"),
        ("spatial", "https://sws.geonames.org/6361390/"),  # a place, not a country
        ("keyword", "climate"),
        ("theme", "Plan"),
    ],
)  # fmt: skip
def test_a_value_that_is_not_certain_stays_as_it_is(name: str, value: str) -> None:
    line = f"{S} <{PATHS[name]}> {term(value)} ."
    assert align([line]) == ([line], [])


@pytest.mark.parametrize(
    ("iri", "code"),
    [
        ("http://inspire.ec.europa.eu/theme/tn", "TRAN"),
        ("http://inspire.ec.europa.eu/metadata-codelist/TopicCategory/farming", "AGRI"),
        ("http://dcat-ap.ch/vocabulary/themes/work", "ECON"),
        ("http://eurovoc.europa.eu/100284", "REGI"),
        ("http://inspire.ec.europa.eu/theme/am", "ENVI"),
        ("http://inspire.ec.europa.eu/metadata-codelist/TopicCategory/oceans", "ENVI"),
        ("http://datos.gob.es/kos/sector-publico/sector/hacienda", "GOVE"),
        ("http://datos.gob.es/kos/sector-publico/sector/vivienda", "REGI"),
        ("http://opendata.swiss/themes/mobility", "TRAN"),
        ("http://vocab.belgif.be/auth/datatheme/TRAN", "TRAN"),
        ("http://eurovoc.europa.eu/100215", "HEAL"),  # the micro-thesaurus that means the same
        ("http://eurovoc.europa.eu/100154", "TRAN"),  # the domain transport
        ("http://eurovoc.europa.eu/4509", "TRAN"),  # a concept of one of its micro-thesauri
    ],
)
def test_the_eu_theme_stands_beside_the_national_one(iri: str, code: str) -> None:
    line = f"{S} <{DCAT}theme> <{iri}> ."
    lines, findings = align([line])
    assert lines == [line, f"{S} <{DCAT}theme> <{AUTHORITY}data-theme/{code}> ."]
    assert [one.rule for one in findings] == ["align.theme.mapped"]
    assert align(lines) == (lines, [])


@pytest.mark.parametrize(
    "iri",
    [
        "http://inspire.ec.europa.eu/theme/el",  # technology by one table, regions by the other
        "http://inspire.ec.europa.eu/metadata-codelist/TopicCategory/elevation",
        "http://eurovoc.europa.eu/100212",  # social affairs: the mapping puts it within two themes
        "http://vocab.belgif.be/auth/datatheme/CULT",  # the EU has no such theme
    ],
)
def test_a_theme_on_which_tables_disagree_leads_to_none(iri: str) -> None:
    line = f"{S} <{DCAT}theme> <{iri}> ."
    assert align([line]) == ([line], [])


def test_a_licence_of_the_eu_table_of_today_counts_as_the_one_known_before() -> None:
    today = f"{AUTHORITY}licence/DLDE_BY_2_0"
    assert vocab.code_of(today) == vocab.code_of("http://dcat-ap.de/def/licenses/dl-by-de/2.0")
    assert vocab.label("license", today) == vocab.label("license", "DLDE_BY_2_0")
    assert is_known_licence(today)
    assert not is_known_licence(f"{AUTHORITY}licence/DLDE_BY_9_0")


def test_a_licence_outside_the_eu_table_has_its_address_as_code_and_names_in_its_languages() -> (
    None
):
    terms = f"{SWISS}terms_by"
    assert vocab.code_of(terms) == terms
    assert vocab.label("license", terms, "de").startswith("Opendata BY: Freie Nutzung")
    assert not any(line.startswith(f"<{terms}>") and "inScheme" in line for line in vocab.triples())


def test_a_group_is_a_theme_by_its_name_and_stays_beside_it() -> None:
    given = [
        f"{S} <{DCAT}theme> <http://portal.example/group/7> .",
        '<http://portal.example/group/7> <http://www.w3.org/2000/01/rdf-schema#label> "Energie"@de .',
    ]
    lines, findings = align(given)
    assert lines == [*given, f"{S} <{DCAT}theme> <{AUTHORITY}data-theme/ENER> ."]
    assert [one.value for one in findings] == ["Energie"]


def test_names_of_a_group_that_disagree_name_no_theme() -> None:
    given = [
        f"{S} <{DCAT}theme> <http://portal.example/group/7> .",
        '<http://portal.example/group/7> <http://www.w3.org/2000/01/rdf-schema#label> "Energie"@de .',
        '<http://portal.example/group/7> <http://www.w3.org/2000/01/rdf-schema#label> "Health"@en .',
    ]
    assert align(given) == (given, [])


def test_keywords_speak_only_where_no_eu_theme_is_stated() -> None:
    keyword = f'{S} <{DCAT}keyword> "Environment" .'
    theme = f"{S} <{DCAT}theme> <{AUTHORITY}data-theme/HEAL> ."
    assert align([keyword, theme]) == ([keyword, theme], [])
    lines, findings = align([keyword])
    assert lines == [keyword, f"{S} <{DCAT}theme> <{AUTHORITY}data-theme/ENVI> ."]
    assert [one.rule for one in findings] == ["align.theme.keyword"]


def test_a_described_place_that_is_a_country_stays_beside_the_country() -> None:
    given = [
        f"{S} <{DCT}spatial> <http://portal.example/place> .",
        '<http://portal.example/place> <http://www.w3.org/2004/02/skos/core#prefLabel> "Austria"@en .',
    ]
    lines, _findings = align(given)
    assert lines == [*given, f"{S} <{DCT}spatial> <{AUTHORITY}country/AUT> ."]


def every_spelling() -> st.SearchStrategy[str]:
    """Codes and labels of all tables, and other texts."""
    known = {
        text
        for name in vocab.SCHEMES
        for one in vocab.scheme(name)
        for text in (one.iri, one.key, one.code, *one.labels.values(), *one.notations, *one.exact)
    }
    return st.one_of(st.sampled_from(sorted(known)), st.text(max_size=20))


@given(st.sampled_from(sorted(PROPERTIES)), every_spelling())
def test_what_is_put_is_a_concept_and_nothing_is_lost_without_a_finding(
    path: str, value: str
) -> None:
    line = f"{S} <{path}> {literal(value)} ."
    lines, findings = align([line])
    assert align(lines) == (lines, [])
    if lines == [line]:
        assert findings == []
        return
    assert len(findings) == 1
    found = findings[0].mended or ""
    assert vocab.scheme_of(found) or found.startswith("https://www.iana.org/assignments/")
    assert findings[0].value == value


def test_every_label_of_every_table_names_its_own_concept_or_none() -> None:
    for path, name in PROPERTIES.items():
        if name in {"media-type", "country"}:
            continue
        for concept in vocab.scheme(name):
            for label in concept.labels.values():
                lines, _findings = align([f"{S} <{path}> {literal(label)} ."])
                found = lines[0].split(" ", 2)[2][:-2]
                if found.startswith("<"):
                    other = vocab.scheme(name).concept(found[1:-1])
                    assert other is not None
                    same = {
                        one.strip().lower() for one in (*other.labels.values(), *other.notations)
                    }
                    known = label.strip().lower()
                    assert known in same or known == other.key.lower() or other == concept, label
