"""Our shapes of the sectors' profiles say what the profiles' own files say of real records, save what is
listed here with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from importlib.resources import files
from pathlib import Path

import pytest

from catalogue.errors import InvalidShapes
from catalogue.rdf.terms import RDF_TYPE
from catalogue.validate.compiling import load
from catalogue.validate.profiles import OURS
from catalogue.validate.sources import ShapesFile
from tests.conftest import real_data
from tests.shacl_oracle import Row, catalogues, ours, records_of, shapes_of
from vocab.namespaces import (
    ADMS,
    AUTHORITY,
    DCAT,
    DCATAP,
    DCT,
    DPV,
    DQV,
    FOAF,
    GEODCATAP,
    HEALTH,
    MLDCAT,
    RDFS,
    SKOS,
    VCARD,
)

Keys = Collection[tuple[str, str]]
MOBILITY = "http://w3id.org/mobilitydcat-ap#"  # the namespace of the files at hand
NODE, SEVERAL = "", "several"  # paths of a result of a node shape, and of several steps

OFFICIAL = {
    "dcat-ap-hvd": "dcat-ap-hvd-3.0.0/split/hvd-SHACL-full.ttl",
    "geodcat-ap": "geodcat-ap-2.0.0/geodcat-ap.shacl.ttl",
    "health-dcat-ap": "healthdcat-ap/hdap-validator-sensitivity-shape.ttl",
    "mobility-dcat-ap": "mobilitydcat-ap-1.0.0/mobilitydcat-ap_shacl_shapes.ttl",
}

# What only the profile's file asks for, by path and component.
LEFT_OUT: dict[str, Keys] = {
    "dcat-ap-hvd": {
        # Every resource is of the class rdfs:Resource (RDF Schema 1.1, 2.1), and nobody states it.
        (f"<{VCARD}hasEmail>", "Class"),
        (f"<{VCARD}hasURL>", "Class"),
        (f"<{DCAT}accessURL>", "Class"),
        (f"<{DCAT}endpointURL>", "Class"),
        (f"<{DCAT}endpointDescription>", "Class"),
        # A law that is missing is one finding, not two.
        (f"<{DCATAP}applicableLegislation>", "MinCount"),
        # Choices on the node are paths with alternatives here, so that a finding has a path; the link of a
        # licence to others is the aligner's.
        (NODE, "Or"),
        # The API is a warning here: a service may stand in a record of its own.
        (SEVERAL, "MinCount"),
        (SEVERAL, "NodeKind"),
    },
    "geodcat-ap": set(),
    "health-dcat-ap": {
        # No longer mandatory in the profile's later releases.
        (f"<{HEALTH}healthTheme>", "MinCount"),
        (f"<{DPV}hasPurpose>", "MinCount"),
        (f"<{ADMS}sample>", "MinCount"),
        (f"<{DCT}spatial>", "MinCount"),
        (f"<{DCT}publisher>", "MinCount"),
        (f"<{DCT}publisher>", "Node"),
        (f"<{VCARD}hasEmail>", "MinCount"),
        (f"<{VCARD}hasURL>", "MinCount"),
        (f"<{DCT}identifier>", "Datatype"),
        # Asked for of datasets alone that are not public: choices on the node.
        (f"<{DCT}provenance>", "MinCount"),
        (f"<{DCT}type>", "MinCount"),
        (f"<{DCT}type>", "MaxCount"),
        # Told at the distribution itself; later releases ask for its law only.
        (f"<{DCAT}distribution>", "Node"),
        (f"<{ADMS}sample>", "Node"),
        # A term of DCAT-AP 2, which DCAT-AP 3 has as dcat:hasVersion.
        (f"<{DCT}hasVersion>", "NodeKind"),
        # A series' members stand in records of their own.
        (SEVERAL, "MinCount"),
    },
    "mobility-dcat-ap": {
        # Classes that are never stated of a value: owl:Thing, rdfs:Resource, and rdfs:Literal of literals.
        (f"<{VCARD}hasEmail>", "Class"),
        (f"<{VCARD}hasTelephone>", "Class"),
        (f"<{VCARD}hasURL>", "Class"),
        (f"<{VCARD}organization-name>", "Class"),
        (f"<{FOAF}mbox>", "Class"),
        (f"<{FOAF}phone>", "Class"),
        (f"<{FOAF}firstName>", "Class"),
        (f"<{FOAF}surname>", "Class"),
        (f"<{FOAF}workplaceHomepage>", "Class"),
        # A warning here: a dataset may conform to standards that are no reference systems.
        (f"<{DCT}conformsTo>", "Pattern"),
        # Release 1.1.0 lets these stand several times, for languages and for conditions.
        (f"<{DCT}type>", "MaxCount"),
        (f"<{RDFS}label>", "MaxCount"),
        (f"<{MOBILITY}schema>", "MaxCount"),
    },
}

# What only ours ask for: what the profile's text says beyond its file.
BESIDE: dict[str, Keys] = {
    "dcat-ap-hvd": {(SEVERAL, "MinCount")},
    # The shape of dates is not in the profile's file, which refers to it.
    "geodcat-ap": {(f"<{DCT}{one}>", "Or") for one in ("created", "issued", "modified")},
    "health-dcat-ap": {
        (NODE, "Or"),
        (f"<{DCT}accessRights>", "In"),
        (f"<{DCATAP}applicableLegislation>", "MinCount"),
        (f"<{VCARD}hasURL>", "MaxCount"),
        (f"<{VCARD}hasEmail>", "MaxCount"),
        (f"<{DCAT}theme>", "NodeKind"),
        (f"<{GEODCATAP}custodian>", "MinCount"),
        (f"<{DQV}hasQualityAnnotation>", "MinCount"),
        (f"<{DPV}hasLegalBasis>", "MinCount"),
        (f"<{DPV}hasPersonalData>", "MinCount"),
        *(
            (f"<{HEALTH}{one}>", "MinCount")
            for one in (
                "analytics",
                "hasCodeValues",
                "hasCodingSystem",
                "hasStructuredData",
                "maxTypicalAge",
                "minTypicalAge",
                "numberOfRecords",
                "numberOfUniqueIndividuals",
                "populationCoverage",
                "retentionPeriod",
            )
        ),
    },
    "mobility-dcat-ap": {
        *(
            (f"<{DCT}{one}>", "MinCount")
            for one in (
                "accrualPeriodicity",
                "conformsTo",
                "format",
                "identifier",
                "publisher",
                "rights",
                "rightsHolder",
                "spatial",
            )
        ),
        (f"<{DCAT}distribution>", "MinCount"),
        (f"<{SKOS}inScheme>", "MinCount"),
        (f"<{VCARD}hasURL>", "MinCount"),
        # Release 1.1.0 asks for one of these at most.
        (f"<{DCT}identifier>", "MaxCount"),
        (f"<{DCT}rights>", "MaxCount"),
        (f"<{DCAT}accessURL>", "MaxCount"),
        (f"<{DCAT}downloadURL>", "MaxCount"),
        # Texts and nodes, which the file does not tell apart.
        (f"<{RDFS}label>", "NodeKind"),
        # Recommended terms of its own; its two mandatory ones are compared one by one below.
        (SEVERAL, "MinCount"),
    },
}


def own(name: str) -> list[Path]:
    folder = files("vocab").joinpath("shapes")
    return [Path(str(folder.joinpath(one))) for one in OURS[name]]


def records() -> list[Path]:
    """Real catalogues, and the examples that stand beside the profile of high-value datasets."""
    examples = (real_data() / "shacl" / "dcat-ap-hvd-3.0.0" / "split").glob("example*.ttl")
    return [*catalogues(real_data()), *sorted(examples)]


def without(rows: Counter[Row], base: Counter[Row], keys: Keys) -> Counter[Row]:
    """Without what DCAT-AP is judged to say of the same node, and without some paths and components."""
    told = {row[:4] for row in base}
    return Counter(
        {
            row: number
            for row, number in rows.items()
            if row[:4] not in told and (row[1], row[3]) not in keys
        }
    )


MANDATORY = ("mobilityTheme", "mobilityDataStandard")


@pytest.mark.parametrize("name", sorted(OFFICIAL))
def test_our_profiles_say_what_the_published_ones_say(name: str) -> None:
    mine, dcat_ap = shapes_of(own(name)), shapes_of(own("dcat-ap-3"))
    theirs = shapes_of([real_data() / "shacl" / OFFICIAL[name]])
    both = {*LEFT_OUT[name], *BESIDE[name]}
    if name == "mobility-dcat-ap":
        both |= {(f"<http://w3id.org/mobilitydcat-ap#{one}>", "MinCount") for one in MANDATORY}
    seen = 0
    for path in records():
        for piece in records_of(path):
            base = ours(dcat_ap, piece.lines)
            found = without(ours(mine, piece.lines), base, both)
            wanted = without(ours(theirs, piece.lines), base, both)
            assert found == wanted, f"{path.name} {piece.subject}"
            seen += wanted.total()
    assert seen > 400


def test_every_published_file_loads_unchanged_but_those_with_sparql() -> None:
    refused = {}
    for path in sorted((real_data() / "shacl").rglob("*.ttl")):
        if path.name.startswith("example"):
            continue
        try:
            shapes_of([path])
        except InvalidShapes as error:
            refused[path.name] = error.construct
    spain = ("catalog_shape", "common_shapes", "dataset_shape", "distribution_shape")
    assert refused == {f"shacl_{one}.ttl": "sh:sparql" for one in spain}


def test_what_mobility_dcat_ap_adds_as_mandatory_is_missed_wherever_its_file_misses_it() -> None:
    """Under both of its namespaces: its file knows one of them."""
    mine = shapes_of(own("mobility-dcat-ap"))
    theirs = shapes_of([real_data() / "shacl" / OFFICIAL["mobility-dcat-ap"]])
    seen = 0
    for path in records():
        for piece in records_of(path):
            rows = ours(theirs, piece.lines)
            wanted = {row[0] for row in rows if row[3] == "MinCount" and local(row[1]) in MANDATORY}
            found = {
                row[0]
                for row in ours(mine, piece.lines)
                if row[1] == SEVERAL and row[3] == "MinCount" and row[4].endswith("Violation>")
            }
            assert found == wanted, f"{path.name} {piece.subject}"
            seen += len(wanted)
    assert seen > 400


def local(path: str) -> str:
    return path.rpartition("#")[2].rstrip(">")


def test_a_bare_model_misses_what_the_first_release_asks_for_and_what_the_third_does() -> None:
    """The file at hand is of release 1, whose terms are OpenML's; the profile has its own since."""
    text = (real_data() / "shacl/mldcat-ap/mldcat-ap-SHACL.ttl").read_text()
    body = text.replace("http://openml.org/openml#", MLDCAT).encode()
    theirs = load([ShapesFile("mldcat-ap-SHACL.ttl", body, "text/turtle")])
    line = f"<http://m.example/1> {RDF_TYPE} <{MLDCAT}MachineLearningModel> ."
    missed = {
        name: {local(row[1]).rpartition("/")[2] for row in ours(shapes, [line])}
        for name, shapes in (("old", theirs), ("new", shapes_of(own("mldcat-ap"))))
    }
    assert missed["old"] == {"title", "version", "trainedOn", "hasOutputFilePrediction"}
    # Release 3 has files for predictions, and asks for an identifier and a date of creation. The version
    # may be written in two ways.
    assert missed["new"] == {"title", SEVERAL, "trainedOn", "hasFile", "identifier", "created"}


def test_a_model_says_its_version_in_the_way_of_either_release() -> None:
    mine = shapes_of(own("mldcat-ap"))
    model = "<http://m.example/1>"
    line = f"{model} {RDF_TYPE} <{MLDCAT}MachineLearningModel> ."
    for path in (f"{MLDCAT}version", f"{DCAT}version"):
        rows = ours(mine, [line, f'{model} <{path}> "1.2" .'])
        assert SEVERAL not in {row[1] for row in rows}


# A made-up feed of bus stops that has all that the profile asks for, and one statement a mandatory property.
STOPS, FILE, RIGHTS = (
    "<http://m.example/stops>",
    "<http://m.example/file>",
    "<http://m.example/rights>",
)
TERMS = "https://w3id.org/mobilitydcat-ap/"
FEED = {
    f"{DCAT}distribution": f"{STOPS} <{DCAT}distribution> {FILE} .",
    f"{DCT}accrualPeriodicity": f"{STOPS} <{DCT}accrualPeriodicity> <{AUTHORITY}frequency/DAILY> .",
    f"{DCT}spatial": f"{STOPS} <{DCT}spatial> <{AUTHORITY}country/BEL> .",
    f"{DCT}publisher": f"{STOPS} <{DCT}publisher> <http://m.example/agency> .",
    f"{MOBILITY}mobilityTheme": f"{STOPS} <{MOBILITY}mobilityTheme> <{TERMS}mobility-theme/stops> .",
    f"{DCT}format": f"{FILE} <{DCT}format> <{AUTHORITY}file-type/CSV> .",
    f"{DCT}rights": f"{FILE} <{DCT}rights> {RIGHTS} .",
    f"{DCT}type": f"{RIGHTS} <{DCT}type> <{TERMS}conditions-for-access-and-usage/free-of-charge> .",
    f"{MOBILITY}mobilityDataStandard": f"{FILE} <{MOBILITY}mobilityDataStandard>"
    f" <{TERMS}mobility-data-standard/gtfs> .",
}
KINDS = [
    f"{STOPS} {RDF_TYPE} <{DCAT}Dataset> .",
    f"{FILE} {RDF_TYPE} <{DCAT}Distribution> .",
    f"{RIGHTS} {RDF_TYPE} <{DCT}RightsStatement> .",
    f"<http://m.example/agency> {RDF_TYPE} <{FOAF}Agent> .",
]


def violated(lines: list[str]) -> set[tuple[str, str]]:
    rows = ours(shapes_of(own("mobility-dcat-ap")), lines)
    return {(row[1], row[3]) for row in rows if row[4].endswith("Violation>")}


@pytest.mark.parametrize("missing", sorted(FEED))
def test_each_mandatory_property_of_mobility_dcat_ap_is_missed_alone(missing: str) -> None:
    assert violated([*KINDS, *FEED.values()]) == set()
    lines = [*KINDS, *(line for path, line in FEED.items() if path != missing)]
    own_term = missing.startswith(MOBILITY)  # asked for under either namespace
    assert violated(lines) == {(SEVERAL if own_term else f"<{missing}>", "MinCount")}


def test_conditions_of_use_may_be_several_and_the_address_of_a_file_may_not() -> None:
    second = f"{RIGHTS} <{DCT}type> <{TERMS}conditions-for-access-and-usage/licence-provided> ."
    assert violated([*KINDS, *FEED.values(), second]) == set()
    urls = [f"{FILE} <{DCAT}accessURL> <http://m.example/{one}> ." for one in "ab"]
    assert violated([*KINDS, *FEED.values(), *urls]) == {(f"<{DCAT}accessURL>", "MaxCount")}
