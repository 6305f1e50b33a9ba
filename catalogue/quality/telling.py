"""Scores as plain JSON values: of one record, and of many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from catalogue.ports import Broken, Figures, Gap
from catalogue.quality.explain import Measured, Told
from catalogue.quality.metrics import BANDS, DIMENSIONS, METRICS, MOST, band
from vocab.scores import Words, words


def told_json(told: Told) -> dict[str, Any]:
    """The assessment of one record; `mend` is what gains most first."""
    said = words(told.language)
    return {
        "points": told.points,
        "most": MOST,
        "band": told.band,
        "dimensions": [
            {
                "id": name,
                "label": said.dimension[name],
                "points": told.dimensions[name],
                "most": most,
            }
            for name, most in DIMENSIONS.items()
        ],
        "metrics": [_metric_json(one, said) for one in told.measured],
        "mend": [_mend_json(one, said) for one in told.mend],
        "gain": told.gain,
        "not_known": [one.metric.name for one in told.unknown],
    }


def _metric_json(one: Measured, said: Words) -> dict[str, Any]:
    return {
        "id": one.metric.name,
        "iri": one.metric.iri,
        "dimension": one.metric.dimension,
        "label": said.label[one.metric.name],
        "path": one.metric.path,
        "points": one.points,
        "most": one.metric.points,
        "met": one.met,
        "why": one.why,
        "values": list(one.values),
    }


def _mend_json(one: Measured, said: Words) -> dict[str, Any]:
    return {
        "id": one.metric.name,
        "label": said.label[one.metric.name],
        "gain": one.metric.points,
        "why": one.why,
        "how": said.mend[one.metric.name],
        "values": list(one.values),
    }


def figures_json(one: Figures, name: str | None = None, lang: str = "en") -> dict[str, Any]:
    """The figures of a scope; shares are from 0 to 1, and None where there is nothing to share."""
    mean, said = one.mean, words(lang).dimension
    return {
        "id": one.id,
        "name": name or one.id,
        **({"day": one.day.isoformat()} if one.day else {}),
        "records": one.records,
        "points": None if mean is None else round(mean, 1),
        "most": MOST,
        "band": None if mean is None else band(round(mean)),
        "dimensions": [
            {
                "id": dimension,
                "label": said[dimension],
                "points": round(points / one.records, 1) if one.records else None,
                "most": most,
            }
            for (dimension, most), points in zip(DIMENSIONS.items(), one.dimensions, strict=True)
        ],
        "bands": dict(zip(BANDS, one.bands, strict=True)),
        "conforming": _share(one.conforming, one.records),
        "links_answering": _share(one.answering, one.links),
    }


def gaps_json(gaps: Sequence[Gap], records: int, lang: str = "en") -> list[dict[str, Any]]:
    """What records of a scope want, what costs most points in all first. `gain`: points of each record
    that is mended; `gain_mean`: what the mean of the scope gains once all are. Words are in a language."""
    said, found = words(lang), []
    for gap in gaps:
        metric = METRICS[gap.metric]
        lost = gap.records * metric.points
        found.append(
            {
                "id": metric.name,
                "dimension": metric.dimension,
                "label": said.label[metric.name],
                "records": gap.records,
                "gain": metric.points,
                "gain_mean": round(lost / records, 1) if records else None,
                "why": said.missing[metric.name],
                "how": said.mend[metric.name],
                "example": gap.example,
            }
        )
    return sorted(found, key=lambda one: (-one["records"] * one["gain"], one["id"]))


def broken_json(one: Broken) -> dict[str, Any]:
    """An address that does not answer, with a record that gives it."""
    return {
        "id": one.url,
        "url": one.url,
        "status": one.status or None,
        "reason": one.reason,
        "checked": one.checked,
        "records": one.records,
        "example": one.page_id,
        "source": one.source,
    }


def figure_rows(figures: Figures, gaps: Sequence[Gap]) -> Iterator[tuple[Any, ...]]:
    """The figures of a scope as rows: figure, name, value, of how many."""
    told = figures_json(figures)
    yield "records", "", told["records"], ""
    yield "points_mean", "", told["points"], MOST
    for one in told["dimensions"]:
        yield "dimension_mean", one["id"], one["points"], one["most"]
    for name, number in told["bands"].items():
        yield "band", name, number, figures.records
    yield "conforming", "", figures.conforming, figures.records
    yield "links_answering", "", figures.answering, figures.links
    for gap in gaps_json(gaps, figures.records):
        yield "wanting", gap["id"], gap["records"], figures.records


def day_rows(days: Sequence[Figures]) -> Iterator[tuple[Any, ...]]:
    """The figures of each day as rows, one a day."""
    yield ("day", "records", "points_mean", *DIMENSIONS, *BANDS, "conforming", "links", "answering")
    for one in days:
        mean = figures_json(one)
        yield (
            one.day.isoformat() if one.day else "",
            one.records,
            mean["points"],
            *(each["points"] for each in mean["dimensions"]),
            *one.bands,
            one.conforming,
            one.links,
            one.answering,
        )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
