"""The metrics of data.europa.eu's Metadata Quality Assessment: what each asks for, and what it is worth.

Names and dimensions are those of its DQV vocabulary, so that measurements can be compared with its own.
The words are ours: what is missing, and what whoever keeps the record does about it.
"""

from __future__ import annotations

from dataclasses import dataclass

from vocab.mqa import VOCABULARY
from vocab.namespaces import DCAT, DCT

DIMENSIONS = {
    "findability": 100,
    "accessibility": 100,
    "interoperability": 110,
    "reusability": 75,
    "contextuality": 20,
}
MOST = 405
BANDS = {"excellent": 351, "good": 221, "sufficient": 121, "bad": 0}  # points from which on
PROFILE = "dcat-ap-3"  # whose violations cost the points for compliance


@dataclass(frozen=True, slots=True)
class Metric:
    """`missing` says what is wrong where it is not met, `mend` what to do; `path` is the property."""

    name: str
    dimension: str
    points: int
    path: str
    label: str
    missing: str
    mend: str

    @property
    def iri(self) -> str:
        return f"{VOCABULARY}{self.name}"


def dimension_iri(name: str) -> str:
    """The IRI of a dimension in the vocabulary of the assessment."""
    return f"{VOCABULARY}{name}"


_F, _A, _I, _R, _C = DIMENSIONS
METRICS = (
    Metric(
        "keywordAvailability",
        _F,
        30,
        f"{DCAT}keyword",
        "Keywords",
        "The dataset has no keyword.",
        "Add at least one dcat:keyword: a word that people would search for.",
    ),
    Metric(
        "categoryAvailability",
        _F,
        30,
        f"{DCAT}theme",
        "Themes",
        "The dataset has no theme.",
        "Add a dcat:theme, best one of the EU's data themes (HEAL, TRAN, ENER …).",
    ),
    Metric(
        "spatialAvailability",
        _F,
        20,
        f"{DCT}spatial",
        "Place",
        "The dataset does not say which place it is about.",
        "Add dct:spatial: a country or place of the EU tables, or a box of coordinates.",
    ),
    Metric(
        "temporalAvailability",
        _F,
        20,
        f"{DCT}temporal",
        "Period",
        "The dataset does not say which period it is about.",
        "Add dct:temporal with dcat:startDate and, where it has an end, dcat:endDate.",
    ),
    Metric(
        "accessUrlStatusCode",
        _A,
        50,
        f"{DCAT}accessURL",
        "Access address answers",
        "No access address answers.",
        "Put an address in dcat:accessURL that opens without an error.",
    ),
    Metric(
        "downloadUrlAvailability",
        _A,
        20,
        f"{DCAT}downloadURL",
        "Download address",
        "No distribution says where its file can be downloaded.",
        "Add dcat:downloadURL: the address of the file itself, beside the page about it.",
    ),
    Metric(
        "downloadUrlStatusCode",
        _A,
        30,
        f"{DCAT}downloadURL",
        "Download address answers",
        "No download address answers.",
        "Put an address in dcat:downloadURL that brings the file.",
    ),
    Metric(
        "formatAvailability",
        _I,
        20,
        f"{DCT}format",
        "Format",
        "No distribution states its format.",
        "Add dct:format with the file type of the EU table (CSV, JSON, XML …).",
    ),
    Metric(
        "mediaTypeAvailability",
        _I,
        10,
        f"{DCAT}mediaType",
        "Media type",
        "No distribution states its media type.",
        "Add dcat:mediaType with the type as registered with IANA (text/csv …).",
    ),
    Metric(
        "formatMediaTypeVocabularyAlignment",
        _I,
        10,
        f"{DCT}format",
        "Format and media type of the tables",
        "Format and media type are not both values of their tables.",
        "State both: dct:format from the EU's file types, dcat:mediaType from IANA's media types.",
    ),
    Metric(
        "formatMediaTypeNonProprietary",
        _I,
        20,
        f"{DCT}format",
        "Open format",
        "No format is one that belongs to nobody.",
        "Offer the data in an open format as well (CSV beside XLSX, GeoJSON beside SHP).",
    ),
    Metric(
        "formatMediaTypeMachineInterpretable",
        _I,
        20,
        f"{DCT}format",
        "Machine-readable format",
        "No format is one that machines can read.",
        "Offer the data in a machine-readable format as well (CSV or JSON beside PDF).",
    ),
    Metric(
        "dcatApCompliance",
        _I,
        30,
        f"{DCT}conformsTo",
        "DCAT-AP",
        "The description breaks rules of DCAT-AP.",
        "Mend the violations of DCAT-AP that are listed with the record.",
    ),
    Metric(
        "licenceAvailability",
        _R,
        20,
        f"{DCT}license",
        "Licence",
        "No distribution states a licence.",
        "Add dct:license to the distributions.",
    ),
    Metric(
        "knownLicence",
        _R,
        10,
        f"{DCT}license",
        "Known licence",
        "The licence is not one of the EU's list.",
        "Name the licence by its IRI in the EU table of licences (CC_BY_4_0 …).",
    ),
    Metric(
        "accessRightsAvailability",
        _R,
        10,
        f"{DCT}accessRights",
        "Access rights",
        "The dataset does not say who may have access.",
        "Add dct:accessRights: PUBLIC, RESTRICTED or NON_PUBLIC of the EU table.",
    ),
    Metric(
        "accessRightsVocabularyAlignment",
        _R,
        5,
        f"{DCT}accessRights",
        "Access rights of the table",
        "The access rights are not a value of the EU table.",
        "Use PUBLIC, RESTRICTED or NON_PUBLIC of the EU table for dct:accessRights.",
    ),
    Metric(
        "contactPointAvailability",
        _R,
        20,
        f"{DCAT}contactPoint",
        "Contact",
        "The dataset names no contact.",
        "Add dcat:contactPoint with a name and an address of the office that answers.",
    ),
    Metric(
        "publisherAvailability",
        _R,
        10,
        f"{DCT}publisher",
        "Publisher",
        "The dataset names no publisher.",
        "Add dct:publisher with its name.",
    ),
    Metric(
        "rightsAvailability",
        _C,
        5,
        f"{DCT}rights",
        "Rights",
        "No distribution says which rights there are in it.",
        "Add dct:rights to the distributions.",
    ),
    Metric(
        "byteSizeAvailability",
        _C,
        5,
        f"{DCAT}byteSize",
        "Size",
        "No distribution states its size.",
        "Add dcat:byteSize, in bytes.",
    ),
    Metric(
        "dateIssuedAvailability",
        _C,
        5,
        f"{DCT}issued",
        "Date of issue",
        "There is no date of issue.",
        "Add dct:issued.",
    ),
    Metric(
        "dateModifiedAvailability",
        _C,
        5,
        f"{DCT}modified",
        "Date of change",
        "There is no date of the last change.",
        "Add dct:modified.",
    ),
)
BY_NAME = {one.name: one for one in METRICS}


def band(points: int | None) -> str | None:
    """The band of MQA points, as data.europa.eu names them; None where nothing was scored."""
    if points is None:
        return None
    return next(name for name, least in BANDS.items() if points >= least)
