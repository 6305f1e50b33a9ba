"""Every value that our rules give has a label in every official language."""

from __future__ import annotations

from catalogue.project.training import MODALITIES, USES
from catalogue.quality.metrics import BANDS, band
from vocab.facet_labels import LABELS, facet_label
from vocab.languages import OFFICIAL


def test_every_value_has_its_labels() -> None:
    values = {f"modality:{one}" for one in MODALITIES}
    values |= {f"license_use:{one}" for one in USES} | {f"quality_band:{one}" for one in BANDS}
    assert set(LABELS) == values | {"downloadable:true", "downloadable:false"}
    for labels in LABELS.values():
        assert set(labels) == set(OFFICIAL)
        assert all(label == label.strip() != "" for label in labels.values())


def test_an_unknown_value_or_language_has_a_label_still() -> None:
    assert facet_label("modality", "image", "is") == "images"
    assert facet_label("task", "object-detection", "de") == "object-detection"


def test_quality_has_the_bands_of_the_european_portal() -> None:
    bounds = {0: "bad", 120: "bad", 121: "sufficient", 220: "sufficient", 221: "good", 350: "good"}
    assert {points: band(points) for points in bounds} == bounds
    assert (band(351), band(405), band(None)) == (
        "excellent",
        "excellent",
        None,
    )
