"""Which profiles a record is judged by, and what each of them says of a good and of a bad record."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files

import pyoxigraph as ox
import pytest

from catalogue.harvest.judges import Judges
from catalogue.harvest.rules import Rules
from catalogue.model import Mapped, Page, Sector
from catalogue.ports import Feed
from catalogue.rdf.split import split_records
from catalogue.validate.choosing import Choice, profiles_of
from catalogue.validate.data import Data
from catalogue.validate.profiles import DEFAULT, OURS, Profiles
from catalogue.validate.vocabularies import vocabularies
from harvesters.dcat.map import map_page
from vocab import is_vocabulary_term

D = "<http://portal.example/d>"
PREFIXES = """
@prefix adms: <http://www.w3.org/ns/adms#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcatap: <http://data.europa.eu/r5r/> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix dpv: <https://w3id.org/dpv#> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix dqv: <http://www.w3.org/ns/dqv#> . @prefix csvw: <http://www.w3.org/ns/csvw#> .
@prefix geodcatap: <http://data.europa.eu/930/> . @prefix hd: <http://healthdataportal.eu/ns/health#> .
@prefix it6: <http://data.europa.eu/it6/> . @prefix eu: <http://publications.europa.eu/resource/authority/> .
@prefix mob: <https://w3id.org/mobilitydcat-ap#> . @prefix mv: <https://w3id.org/mobilitydcat-ap/> .
@prefix ins: <http://inspire.ec.europa.eu/metadata-codelist/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix prov: <http://www.w3.org/ns/prov#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <http://portal.example/> . @prefix bna: <http://data.europa.eu/bna/> .
@prefix locn: <http://www.w3.org/ns/locn#> .
"""
LAW = "<http://data.europa.eu/eli/reg_impl/2023/138/oj>"
EHDS = "<http://data.europa.eu/eli/reg/2025/327/oj>"


def lines(text: str) -> list[str]:
    quads = ox.parse((PREFIXES + text).encode(), ox.RdfFormat.TURTLE)
    written = ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES)
    assert written is not None
    return written.decode().splitlines()


def data(text: str) -> Data:
    return Data(lines(text), vocabularies())


# --- choosing ---------------------------------------------------------------------------------------


def chosen(text: str, type_: str = "dataset", sector: str = "", option: str = "") -> list[Choice]:
    sectors = [Sector(sector, "theme", "x")] if sector else []
    return profiles_of(D, type_, data(text), sectors, option, [*OURS, "mine"])


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("dct:conformsTo <https://healthdcat-ap.github.io/>", "health-dcat-ap"),
        ("dct:conformsTo <https://code.europa.eu/healthdataeu/healthdcat-ap>", "health-dcat-ap"),
        (
            "dct:conformsTo <https://w3id.org/mobilitydcat-ap/releases/1.0.1/>",
            "mobility-dcat-ap",
        ),
        ("dct:conformsTo <https://semiceu.github.io/MLDCAT-AP/releases/3.0.0>", "mldcat-ap"),
        ("dct:conformsTo <https://semiceu.github.io/GeoDCAT-AP/releases/3.0.0>", "geodcat-ap"),
        (
            "dct:conformsTo <https://semiceu.github.io/DCAT-AP/releases/3.0.0-hvd/>",
            "dcat-ap-hvd",
        ),
        ("dcatap:hvdCategory bna:c_164e0bf5", "dcat-ap-hvd"),
        (f"dcatap:applicableLegislation {LAW}", "dcat-ap-hvd"),
    ],
)
def test_what_a_record_states_declares_a_profile(statement: str, name: str) -> None:
    assert chosen(f":d a dcat:Dataset ; {statement} .") == [Choice(DEFAULT), Choice(name)]


@pytest.mark.parametrize(
    "text",
    [
        ":r a dcat:CatalogRecord ; foaf:primaryTopic :d ; dct:conformsTo <https://w3id.org/mobilitydcat-ap> .",
        ":d foaf:isPrimaryTopicOf :r . :r dct:conformsTo <https://w3id.org/mobilitydcat-ap/releases/1.1.0/> .",
    ],
)
def test_what_its_catalogue_record_states_declares_a_profile(text: str) -> None:
    assert chosen(":d a dcat:Dataset . " + text)[1:] == [Choice("mobility-dcat-ap")]


def test_a_harvested_record_is_known_with_what_its_catalogue_says_it_conforms_to() -> None:
    text = """:c a dcat:Catalog ; dcat:dataset :d , :e ; dcat:record :r , :q .
    :r a dcat:CatalogRecord ; foaf:primaryTopic :d ; dct:conformsTo <https://w3id.org/mobilitydcat-ap> .
    :q a dcat:CatalogRecord ; foaf:primaryTopic :e .
    :d a dcat:Dataset . :e a dcat:Dataset ; dct:title 'E' ."""
    pieces = {one.subject: one for one in split_records(lines(text), is_vocabulary_term).pieces}
    assert pieces[D].conforms == ("<https://w3id.org/mobilitydcat-ap>",)
    assert pieces["<http://portal.example/e>"].conforms == ()
    judged, _found = Judges(Rules()).judge(D, "dataset", pieces[D].lines, [], pieces[D].conforms)
    assert [(one.profile, one.declared) for one in judged][1:] == [("mobility-dcat-ap", True)]


def test_a_catalogue_that_claims_without_end_is_cut() -> None:
    many = " , ".join(f"<http://p.example/{number}>" for number in range(500))
    records = " ".join(
        f":r{one} a dcat:CatalogRecord ; foaf:primaryTopic :d , :e ; dct:conformsTo {many} ."
        for one in range(50)
    )
    text = f":d a dcat:Dataset . :e a dcat:Dataset . {records}"
    for piece in split_records(lines(text), is_vocabulary_term).pieces:
        assert len(piece.conforms) == 20


@pytest.mark.parametrize(
    "text",
    [
        ":d dct:conformsTo <https://semiceu.github.io/DCAT-AP/releases/3.0.1/> .",
        ":d dct:conformsTo <https://schemas.example/table-schema.json> .",
        ":d dct:description 'Conforms to https://w3id.org/mobilitydcat-ap and geodcat-ap' .",
        f":d dcatap:applicableLegislation {EHDS} .",
        # What another resource states is not the record's word.
        f":other dcatap:applicableLegislation {LAW} ; dct:conformsTo <https://w3id.org/mobilitydcat-ap> .",
        ":r foaf:primaryTopic :other ; dct:conformsTo <https://semiceu.github.io/GeoDCAT-AP> .",
        ":d dct:spatial eu:country\\/DEU ; dct:type eu:dataset-type\\/STATISTICAL .",
    ],
)
def test_what_states_no_profile_leaves_dcat_ap_alone(text: str) -> None:
    assert chosen(":d a dcat:Dataset . " + text) == [Choice(DEFAULT)]


@pytest.mark.parametrize(
    ("type_", "sector", "name"),
    [
        ("model", "", "mldcat-ap"),
        ("dataset", "health", "health-dcat-ap"),
        ("dataset", "mobility", "mobility-dcat-ap"),
    ],
)
def test_type_and_sector_point_to_a_profile_that_is_not_declared(
    type_: str, sector: str, name: str
) -> None:
    assert chosen(":d a dcat:Dataset .", type_, sector)[1:] == [Choice(name, declared=False)]
    assert chosen(":d a dcat:Dataset .", "dataset", "energy") == [Choice(DEFAULT)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (":d hd:numberOfRecords 5 .", "health-dcat-ap"),
        (
            ":d dcat:distribution :x . :x mob:mobilityDataStandard mv:mobility-data-standard\\/netex .",
            "mobility-dcat-ap",
        ),
        (
            ":d <http://w3id.org/mobilitydcat-ap#transportMode> mv:transport-mode\\/bus .",
            "mobility-dcat-ap",
        ),
        (":d geodcatap:custodian [ a foaf:Agent ] .", "geodcat-ap"),
        (":d dct:type ins:ResourceType\\/dataset .", "geodcat-ap"),
        (":d dct:type ins:SpatialDataServiceType\\/view .", "geodcat-ap"),
        (":d dct:conformsTo <http://data.europa.eu/eli/reg/2010/1089/oj> .", "geodcat-ap"),
        (":d dct:conformsTo <http://www.opengis.net/def/serviceType/ogc/wms> .", "geodcat-ap"),
        (
            ":d dcat:distribution :x . :x dct:conformsTo <http://www.opengis.net/spec/ogcapi-features-1/1.0> .",
            "geodcat-ap",
        ),
        (
            ":d dcat:distribution :x . :x dct:format eu:file-type\\/WMS_SRVC .",
            "geodcat-ap",
        ),
        (
            ":d dcatap:applicableLegislation <http://data.europa.eu/eli/dir/2007/2/oj> .",
            "geodcat-ap",
        ),
    ],
)
def test_the_terms_it_uses_and_what_is_geographic_point_to_a_profile(text: str, name: str) -> None:
    assert chosen(":d a dcat:Dataset . " + text)[1:] == [Choice(name, declared=False)]


def test_what_is_declared_counts_before_what_only_fits() -> None:
    text = ":d dct:conformsTo <https://healthdcat-ap.github.io/> ; hd:numberOfRecords 5 ."
    assert chosen(text, sector="health") == [Choice(DEFAULT), Choice("health-dcat-ap")]


def test_a_source_s_option_names_the_only_profiles_or_adds_to_those_that_fit() -> None:
    text = ":d a dcat:Dataset ; dcatap:hvdCategory bna:c_164e0bf5 ."
    assert chosen(text, option="mine, geodcat-ap,mine") == [Choice("mine"), Choice("geodcat-ap")]
    assert chosen(text, sector="health", option="+mine") == [
        Choice(DEFAULT),
        Choice("mine"),
        Choice("dcat-ap-hvd"),
        Choice("health-dcat-ap", declared=False),
    ]
    assert chosen(text, sector="health", option="+health-dcat-ap")[1] == Choice("health-dcat-ap")


def test_a_profile_that_is_not_there_is_not_chosen_by_what_a_record_says() -> None:
    text = ":d dct:conformsTo <https://w3id.org/mobilitydcat-ap> ."
    assert profiles_of(D, "dataset", data(text), [], "", [DEFAULT]) == [Choice(DEFAULT)]


def test_each_profile_s_findings_and_conformity_are_kept_apart() -> None:
    judges = Judges(Rules())
    text = ":d a dcat:Dataset ; dct:title 'T'@en ; dct:description 'D'@en ; dcatap:hvdCategory bna:c_164e0bf5 ."
    judged, findings = judges.judge(D, "dataset", lines(text), [Sector("health", "theme", "x")])
    assert [(one.profile, one.declared) for one in judged] == [
        (DEFAULT, True),
        ("dcat-ap-hvd", True),
        ("health-dcat-ap", False),
    ]
    assert judged[0].conforms
    assert not judged[1].conforms
    assert not judged[2].conforms
    by_profile = {
        name: {one.severity.value for one in findings if one.profile == name} for name in OURS
    }
    assert "violation" in by_profile["dcat-ap-hvd"]
    assert by_profile["health-dcat-ap"] == {"info"}  # nobody promised to follow it


# --- a good record of each profile, and what breaks it ---------------------------------------------------

GOOD = {
    "dcat-ap-hvd": f""":d a dcat:Dataset ; dcatap:applicableLegislation {LAW} ; dcatap:hvdCategory bna:c_164e0bf5 ;
  dcat:contactPoint [ a vcard:Kind ; vcard:hasEmail <mailto:desk@portal.example> ] ; dcat:distribution :x .
:x a dcat:Distribution ; dcatap:applicableLegislation {LAW} ; dct:license :free ; dcat:accessService :api .
:api a dcat:DataService ; dcatap:applicableLegislation {LAW} ; dcatap:hvdCategory bna:c_164e0bf5 ;
  dcat:contactPoint [ a vcard:Kind ; vcard:hasURL :desk ] ; foaf:page :manual ; dct:license :free .""",
    "geodcat-ap": """:d a dcat:Dataset ; geodcatap:custodian [ a foaf:Agent ] ; dct:created "2024-02-01"^^xsd:date ;
  geodcatap:topicCategory ins:TopicCategory\\/biota ; geodcatap:resourceType ins:ResourceType\\/dataset ;
  geodcatap:referenceSystem <http://www.opengis.net/def/crs/EPSG/0/4326> ; dcat:distribution :x .
:x a dcat:Distribution ; adms:representationTechnique ins:SpatialRepresentationType\\/vector .
:s a dcat:DataService ; geodcatap:serviceType ins:SpatialDataServiceType\\/view ; dct:issued "2024"^^xsd:gYear .
:a a locn:Address ; locn:postName "Muster" .""",
    "health-dcat-ap": f""":d a dcat:Dataset ; dct:accessRights eu:access-right\\/NON_PUBLIC ;
  dcatap:applicableLegislation {EHDS} ;
  dct:identifier "urn:x:1" ; dcat:theme eu:data-theme\\/HEAL ; hd:healthCategory :registry ; hd:healthTheme :t ;
  hd:hdab [ a foaf:Agent ; foaf:name "Access body" ] ; geodcatap:custodian [ a foaf:Agent ] ;
  dcat:contactPoint [ a vcard:Kind ; vcard:hasURL :desk ] ; dcat:keyword "registry"@en ; dct:type :personal ;
  dct:provenance [ a dct:ProvenanceStatement ] ; hd:hasStructuredData true ; hd:hasVariables [ a csvw:TableGroup ] ;
  hd:minTypicalAge "18"^^xsd:nonNegativeInteger ; hd:maxTypicalAge "99"^^xsd:nonNegativeInteger ;
  hd:numberOfRecords "5"^^xsd:nonNegativeInteger ; hd:numberOfUniqueIndividuals "5"^^xsd:nonNegativeInteger ;
  hd:populationCoverage "Adults"@en ; hd:retentionPeriod [ a dct:PeriodOfTime ] ; hd:hasCodingSystem :icd ;
  hd:hasCodeValues "U07.1" ; hd:analytics :x ; dpv:hasPurpose [ a dpv:Purpose ] ; dpv:hasLegalBasis :law ;
  dpv:hasPersonalData dpv:Age ; dqv:hasQualityAnnotation [ a dqv:QualityCertificate ] ; adms:sample :x ;
  dcat:distribution :x .
:x a dcat:Distribution ; dcatap:applicableLegislation {EHDS} .""",
    "mobility-dcat-ap": """:d a dcat:Dataset ; mob:mobilityTheme mv:mobility-theme\\/parking ;
  dct:spatial eu:country\\/DEU ;
  dct:accrualPeriodicity eu:frequency\\/DAILY ; dct:publisher :p ;
  mob:georeferencingMethod mv:georeferencing-method\\/geocoordinates ;
  mob:networkCoverage mv:network-coverage\\/motorways ; mob:transportMode mv:transport-mode\\/car ;
  dct:conformsTo <http://www.opengis.net/def/crs/EPSG/0/4326> ; dct:rightsHolder [ a foaf:Agent ] ;
  dcat:distribution :x ;
  dcat:contactPoint [ a vcard:Kind ; vcard:fn "Desk" ; vcard:hasURL :desk ;
    vcard:hasEmail <mailto:desk@portal.example> ] .
:x a dcat:Distribution ; mob:mobilityDataStandard mv:mobility-data-standard\\/datex-II ; dct:format eu:file-type\\/XML ;
  dct:rights [ a dct:RightsStatement ; dct:type mv:conditions-for-access-and-usage\\/licence-provided ] ;
  mob:applicationLayerProtocol mv:application-layer-protocol\\/http-https .""",
    "mldcat-ap": """:d a it6:MachineLearningModel ; dct:title "Model"@en ; dct:identifier "m1" ; it6:version "1.0" ;
  dct:created "2025-01-01"^^xsd:date ; it6:trainedOn :t ; it6:hasFile :f ; it6:intendedUse "Sorting"@en ;
  it6:totalNumberOfParameters "7000000"^^xsd:nonNegativeInteger ; it6:hasRisk :r .
:t a dcat:Dataset . :f a it6:File . :r a it6:HarmRisk ; dct:title "Bias" ; dct:description "It errs." .""",
}


def broken(name: str, text: str) -> Counter[tuple[str, str]]:
    """How often each component is broken at the last step of each path."""
    results = Profiles({}).profile(name).shapes.results(Data(lines(text), vocabularies()))
    return Counter(
        (
            one.path.text.rpartition("/")[2].rpartition("#")[2].rstrip(">)") if one.path else "",
            one.check.component,
        )
        for one in results
    )


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_record_that_has_what_its_profile_asks_for_breaks_nothing(name: str) -> None:
    assert not broken(name, GOOD[name])


def test_every_profile_of_ours_has_a_good_record_here() -> None:
    assert {*GOOD, DEFAULT} == set(OURS)


@pytest.mark.parametrize(
    ("name", "old", "new", "path", "component"),
    [
        ("dcat-ap-hvd", f"dcatap:applicableLegislation {LAW} ; dct:license",
         f"dcatap:applicableLegislation {EHDS} ; dct:license", "applicableLegislation", "HasValue"),
        ("dcat-ap-hvd", ":d a dcat:Dataset ; dcatap:applicableLegislation",
         ":d a dcat:Dataset ; dct:relation", "applicableLegislation", "HasValue"),
        ("dcat-ap-hvd", "bna:c_164e0bf5 ;\n  dcat:contactPoint [ a vcard:Kind ; vcard:hasEmail",
         "bna:c_00000000 ;\n  dcat:contactPoint [ a vcard:Kind ; vcard:hasEmail", "hvdCategory", "Node"),
        ("dcat-ap-hvd", "dct:license :free ; dcat:accessService", "dcat:accessService", "rights", "MinCount"),
        ("dcat-ap-hvd", "foaf:page :manual ; ", "", "page", "MinCount"),
        ("dcat-ap-hvd", "; dcat:accessService :api ", "", "accessService", "MinCount"),
        ("dcat-ap-hvd", "vcard:hasURL :desk", "vcard:fn 'Desk'", "hasURL", "MinCount"),
        ("geodcat-ap", "ins:TopicCategory\\/biota", "eu:data-theme\\/ENVI", "topicCategory", "Pattern"),
        ("geodcat-ap", '"2024-02-01"^^xsd:date', '"February"', "created", "Or"),
        ("geodcat-ap", "<http://www.opengis.net/def/crs/EPSG/0/4326>", "'EPSG:4326'", "referenceSystem", "Or"),
        ("geodcat-ap", "[ a foaf:Agent ]", "[ a foaf:Document ]", "custodian", "Class"),
        ("geodcat-ap", "ins:SpatialDataServiceType\\/view", "ins:ResourceType\\/service", "serviceType", "Pattern"),
        ("geodcat-ap", "ins:SpatialRepresentationType\\/vector", ":vector", "representationTechnique", "Pattern"),
        ("geodcat-ap", 'locn:postName "Muster"', 'locn:postName "Muster", "Stadt"', "postName", "MaxCount"),
        ("health-dcat-ap", "hd:hdab [ a foaf:Agent ; foaf:name \"Access body\" ] ; ", "", "hdab", "MinCount"),
        ("health-dcat-ap", "hd:healthCategory :registry ; ", "", "healthCategory", "MinCount"),
        ("health-dcat-ap", "eu:access-right\\/NON_PUBLIC", "eu:access-right\\/CONFIDENTIAL", "accessRights", "In"),
        ("health-dcat-ap", 'dcat:keyword "registry"@en ; ', "", "", "Or"),
        ("health-dcat-ap", "hd:hasVariables [ a csvw:TableGroup ] ;", "", "", "Or"),
        ("health-dcat-ap", '"18"^^xsd:nonNegativeInteger', '"-1"^^xsd:nonNegativeInteger', "minTypicalAge", "Datatype"),
        ("health-dcat-ap", "hd:hasStructuredData true ; ", "", "hasStructuredData", "MinCount"),
        ("health-dcat-ap", ":x a dcat:Distribution ; dcatap:applicableLegislation",
         ":x a dcat:Distribution ; dct:relation", "applicableLegislation", "MinCount"),
        ("health-dcat-ap", "vcard:hasURL :desk", "vcard:fn 'Desk'", "hasEmail", "MinCount"),
        ("mobility-dcat-ap", "mv:mobility-theme\\/parking", "eu:data-theme\\/TRAN", "mobilityTheme", "Pattern"),
        ("mobility-dcat-ap", "mob:mobilityTheme mv:mobility-theme\\/parking ;", "", "mobilityTheme", "MinCount"),
        ("mobility-dcat-ap", "mob:mobilityDataStandard", "dct:relation", "mobilityDataStandard", "MinCount"),
        ("mobility-dcat-ap", "dct:accrualPeriodicity eu:frequency\\/DAILY ; ", "", "accrualPeriodicity", "MinCount"),
        ("mobility-dcat-ap", 'vcard:fn "Desk" ; ', "", "fn", "MinCount"),
        ("mobility-dcat-ap", "dct:type mv:conditions-for-access-and-usage\\/licence-provided",
         "dct:description 'Free'", "type", "MinCount"),
        ("mobility-dcat-ap", "mob:networkCoverage mv:network-coverage\\/motorways ; ",
         "", "networkCoverage", "MinCount"),
        ("mldcat-ap", "it6:trainedOn :t ; ", "", "trainedOn", "MinCount"),
        ("mldcat-ap", "it6:hasFile :f ; ", "", "hasFile", "MinCount"),
        ("mldcat-ap", ':t a dcat:Dataset .', ":t a foaf:Document .", "trainedOn", "Class"),
        ("mldcat-ap", 'it6:version "1.0"', 'it6:version "1.0" , "2.0"', "version", "MaxCount"),
        ("mldcat-ap", '"7000000"^^xsd:nonNegativeInteger', '"many"', "totalNumberOfParameters", "Datatype"),
        ("mldcat-ap", 'dct:description "It errs."', "dct:relation :d", "description", "MinCount"),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_breaks_that_rule_alone(
    name: str, old: str, new: str, path: str, component: str
) -> None:
    assert GOOD[name].count(old) == 1
    assert broken(name, GOOD[name].replace(old, new)) == {(path, component): 1}


def test_both_namespaces_of_mobility_dcat_ap_are_taken() -> None:
    text = GOOD["mobility-dcat-ap"].replace("mob:", "mob1:")
    older = "@prefix mob1: <http://w3id.org/mobilitydcat-ap#> . "
    assert not broken("mobility-dcat-ap", older + text)


def test_a_public_dataset_of_health_needs_less_than_one_that_is_not() -> None:
    text = GOOD["health-dcat-ap"].replace('dcat:keyword "registry"@en ; ', "")
    for access in ("PUBLIC", "RESTRICTED"):
        assert not broken("health-dcat-ap", text.replace("NON_PUBLIC", access))


@pytest.mark.parametrize("name", [one for several in OURS.values() for one in several])
def test_a_message_of_a_profile_is_there_in_three_languages(name: str) -> None:
    text = files("vocab").joinpath("shapes", name).read_text("utf-8")
    for message in re.findall(r'sh:message ((?:"[^"]*"@\w+ ?,? ?)+)', text):
        assert re.findall(r'"@(\w+)', message) == ["en", "de", "fr"]


@pytest.mark.parametrize("name", sorted(OURS))
def test_the_files_of_a_profile_load_without_a_warning(name: str) -> None:
    assert not Profiles({}).profile(name).shapes.findings


def test_the_dcat_harvester_hands_over_what_the_catalogue_says_a_record_conforms_to() -> None:
    text = """:d a dcat:Dataset . :r a dcat:CatalogRecord ; foaf:primaryTopic :d ;
    dct:conformsTo <https://w3id.org/mobilitydcat-ap> ."""
    body = "\n".join(lines(text)).encode()
    feed = Feed(source="s", url="http://portal.example/")
    page = Page(cursor="1", url=feed.url, media_type="application/n-triples", body=body)
    (one,) = [one for one in map_page(feed, page) if isinstance(one, Mapped)]
    assert one.conforms == ("<https://w3id.org/mobilitydcat-ap>",)
