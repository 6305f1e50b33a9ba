"""The metrics of data.europa.eu's Metadata Quality Assessment: what each asks for, and what it is worth.

Names and dimensions are those of its DQV vocabulary, so that measurements can be compared with its own.
The words are ours, in every language (`vocab.scores`): what is missing, and what whoever keeps the record
does about it.
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
    """One thing that is asked for; `path` is the property."""

    name: str
    dimension: str
    points: int
    path: str

    @property
    def iri(self) -> str:
        return f"{VOCABULARY}{self.name}"


def dimension_iri(name: str) -> str:
    """The IRI of a dimension in the vocabulary of the assessment."""
    return f"{VOCABULARY}{name}"


_F, _A, _I, _R, _C = DIMENSIONS
METRICS = (
    Metric("keywordAvailability", _F, 30, f"{DCAT}keyword"),
    Metric("categoryAvailability", _F, 30, f"{DCAT}theme"),
    Metric("spatialAvailability", _F, 20, f"{DCT}spatial"),
    Metric("temporalAvailability", _F, 20, f"{DCT}temporal"),
    Metric("accessUrlStatusCode", _A, 50, f"{DCAT}accessURL"),
    Metric("downloadUrlAvailability", _A, 20, f"{DCAT}downloadURL"),
    Metric("downloadUrlStatusCode", _A, 30, f"{DCAT}downloadURL"),
    Metric("formatAvailability", _I, 20, f"{DCT}format"),
    Metric("mediaTypeAvailability", _I, 10, f"{DCAT}mediaType"),
    Metric("formatMediaTypeVocabularyAlignment", _I, 10, f"{DCT}format"),
    Metric("formatMediaTypeNonProprietary", _I, 20, f"{DCT}format"),
    Metric("formatMediaTypeMachineInterpretable", _I, 20, f"{DCT}format"),
    Metric("dcatApCompliance", _I, 30, f"{DCT}conformsTo"),
    Metric("licenceAvailability", _R, 20, f"{DCT}license"),
    Metric("knownLicence", _R, 10, f"{DCT}license"),
    Metric("accessRightsAvailability", _R, 10, f"{DCT}accessRights"),
    Metric("accessRightsVocabularyAlignment", _R, 5, f"{DCT}accessRights"),
    Metric("contactPointAvailability", _R, 20, f"{DCAT}contactPoint"),
    Metric("publisherAvailability", _R, 10, f"{DCT}publisher"),
    Metric("rightsAvailability", _C, 5, f"{DCT}rights"),
    Metric("byteSizeAvailability", _C, 5, f"{DCAT}byteSize"),
    Metric("dateIssuedAvailability", _C, 5, f"{DCT}issued"),
    Metric("dateModifiedAvailability", _C, 5, f"{DCT}modified"),
)


def band(points: int | None) -> str | None:
    """The band of MQA points, as data.europa.eu names them; None where nothing was scored."""
    if points is None:
        return None
    return next(name for name, least in BANDS.items() if points >= least)
