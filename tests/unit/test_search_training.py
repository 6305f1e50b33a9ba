"""Modality, task, size, download and use: told by a rule that is named, or not at all."""

from __future__ import annotations

import pytest

import vocab
from catalogue.project.describe import Distribution
from catalogue.project.training import Training, allows, training

BOTH, NONE = ("commercial", "derivatives"), ()


def a_file(**told: object) -> Distribution:
    given = dict.fromkeys(
        ("iri", "access_url", "download_url", "format", "media_type", "license", "size")
    )
    return Distribution(**{**given, "title": {}, "description": {}, **told})  # type: ignore[arg-type]


def of(
    *files: Distribution,
    keywords: tuple[str, ...] = (),
    licenses: tuple[str, ...] = (),
    access: str | None = None,
) -> Training:
    return training(files, {"en": list(keywords)}, list(licenses), access)


def test_nothing_said_is_nothing_known() -> None:
    told = of(a_file(format="ZIP", access_url="https://portal.example/page"))
    assert (told.modality, told.task, told.size) == ((), (), None)
    assert (told.downloadable, told.uses) == (None, None)


@pytest.mark.parametrize(
    ("told", "modality"),
    [
        ({"format": "CSV"}, ("tabular", "format: CSV")),
        ({"format": "GEOJSON"}, ("geospatial", "format: GEOJSON")),
        ({"format": "RDF_TURTLE"}, ("graph", "format: RDF_TURTLE")),
        ({"format": "GeoPackage"}, ("geospatial", "format: GeoPackage")),
        ({"media_type": "audio/flac"}, ("audio", "media type: audio/flac")),
        ({"media_type": "Image/PNG"}, ("image", "media type: image/png")),
    ],
)
def test_a_file_tells_the_kind_of_data(told: dict[str, str], modality: tuple[str, str]) -> None:
    assert of(a_file(**told)).modality == (modality,)


@pytest.mark.parametrize(
    "told", [{"format": "PDF"}, {"format": "HTML"}, {"media_type": "image/svg+xml"}]
)
def test_documents_and_drawings_tell_no_kind(told: dict[str, str]) -> None:
    assert of(a_file(**told)).modality == ()


@pytest.mark.parametrize(
    ("keyword", "modality", "task"),
    [
        ("Time-Series", "time-series", None),
        ("Séries temporelles", "time-series", None),
        ("Χρονοσειρές", "time-series", None),
        ("point cloud", "3d", None),
        ("Object detection", None, "object-detection"),
        ("task_categories:image-classification", None, "image-classification"),
        ("spracherkennung", None, "speech-recognition"),
        ("the detection of objects", None, None),
    ],
)
def test_a_whole_keyword_tells_kind_or_task(
    keyword: str, modality: str | None, task: str | None
) -> None:
    told = of(keywords=(keyword,))
    assert [value for value, _rule in told.modality] == ([modality] if modality else [])
    assert [value for value, _rule in told.task] == ([task] if task else [])
    assert all(rule == f"keyword: {keyword}" for _value, rule in (*told.modality, *told.task))


def test_the_size_is_the_sum_of_what_is_stated() -> None:
    assert of(a_file(size=3), a_file(), a_file(size=4)).size == 7
    assert of(a_file(size=0)).size == 0
    assert of(a_file(size=2**63 - 1), a_file(size=1)).size == 2**63 - 1


@pytest.mark.parametrize(
    ("told", "access", "downloadable", "rule"),
    [
        ({"download_url": "https://portal.example/x"}, None, True, "download URL"),
        ({"access_url": "https://portal.example/a.CSV?x=1"}, None, True, "access URL ends in .csv"),
        ({"access_url": "https://portal.example/a.html"}, None, None, None),
        ({"access_url": "https://csv"}, None, None, None),
        ({"access_url": "http://[broken/a.csv"}, None, None, None),
        (
            {"download_url": "https://portal.example/x"},
            "non-public",
            False,
            "access rights: non-public",
        ),
        (
            {"access_url": "https://portal.example/a.csv"},
            "restricted",
            True,
            "access URL ends in .csv",
        ),
    ],
)
def test_what_can_be_downloaded(
    told: dict[str, str], access: str | None, downloadable: bool | None, rule: str | None
) -> None:
    found = of(a_file(**told), access=access)
    assert (found.downloadable, found.downloadable_rule) == (downloadable, rule)


@pytest.mark.parametrize(
    ("license_", "uses"),
    [
        ("CC0", BOTH),
        ("CC_BY_4_0", BOTH),
        ("CC_BYSA_3_0", BOTH),
        ("CC_BYNC_4_0", ("derivatives",)),
        ("CC_BYND", ("commercial",)),
        ("CC_BYNCND_4_0", NONE),
        ("https://creativecommons.org/licenses/by-nc-sa/4.0/deed.de", ("derivatives",)),
        ("CC BY-NC 4.0", ("derivatives",)),
        ("cc-by-nd-4.0", ("commercial",)),
        ("MIT", BOTH),
        ("https://www.govdata.de/dl-de/by-2-0", BOTH),
        ("DLDE_BY_2_0", BOTH),
        ("DLDE_BYNC_1_0", ("derivatives",)),
        ("OGL_3_0", BOTH),
        ("OGL_NC", None),
        ("OP_DATPRO", None),
        ("see our terms", None),
        ("https://portal.example/cc-by", None),
    ],
)
def test_what_a_licence_allows(license_: str, uses: tuple[str, ...] | None) -> None:
    assert allows(license_) == uses


def test_every_creative_commons_licence_of_the_authority_is_known() -> None:
    for concept in vocab.scheme("license"):
        if concept.code.startswith("CC_BY"):
            uses = allows(concept.code)
            assert uses is not None
            assert ("commercial" in uses) == ("NC" not in concept.code)
            assert ("derivatives" in uses) == ("ND" not in concept.code)


def test_only_what_every_licence_allows_is_allowed() -> None:
    mixed = of(a_file(license="CC_BY_4_0"), a_file(license="CC_BYNC_4_0"))
    assert mixed.uses == ("derivatives",)
    assert mixed.uses_rule == "licence: CC_BY_4_0, CC_BYNC_4_0"
    assert of(a_file(license="CC_BY_4_0"), a_file()).uses is None
    assert of(a_file(license="CC_BY_4_0"), a_file(license="ours")).uses is None
    assert of(a_file(license="ours"), licenses=("CC0",)).uses == BOTH
