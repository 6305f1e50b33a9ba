"""Why a record has its points, and what mending it gains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from catalogue.model import Link
from catalogue.quality.assess import (
    ACCESS_RIGHTS,
    ACCESS_URL,
    DOWNLOAD_URL,
    FORMAT,
    LICENSE,
    MEDIA_TYPE,
    Assessment,
)
from catalogue.quality.metrics import METRICS, MOST, Metric, band
from catalogue.rdf.subjects import Said, Subjects
from catalogue.rdf.terms import value_of
from vocab.scores import words

MOST_VALUES = 3  # values that an explanation shows

_SHOWN = {
    "formatMediaTypeVocabularyAlignment": (FORMAT, MEDIA_TYPE),
    "formatMediaTypeNonProprietary": (FORMAT, MEDIA_TYPE),
    "formatMediaTypeMachineInterpretable": (FORMAT, MEDIA_TYPE),
    "knownLicence": (LICENSE,),
    "accessRightsVocabularyAlignment": (ACCESS_RIGHTS,),
    "accessUrlStatusCode": (ACCESS_URL,),
    "downloadUrlStatusCode": (DOWNLOAD_URL,),
}
_LINKED = frozenset({"accessUrlStatusCode", "downloadUrlStatusCode"})
# What is said of a metric that is not met as there is nothing that could meet it.
_WITHOUT = {
    "accessUrlStatusCode": "no-access-url",
    "downloadUrlStatusCode": "no-download-url",
    "knownLicence": "no-licence",
    "accessRightsVocabularyAlignment": "no-access-rights",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One metric of a record. `met` is None where it is not known; `why` says what was found, `values`
    the values that it was found of."""

    metric: Metric
    met: bool | None
    why: str
    values: tuple[str, ...] = ()

    @property
    def points(self) -> int:
        return self.metric.points if self.met else 0


@dataclass(frozen=True, slots=True)
class Told:
    """An assessment for people, in their language. `mend`: what is not as it should be, what gains most
    first."""

    points: int
    dimensions: Mapping[str, int]
    measured: tuple[Measured, ...]
    language: str

    @property
    def band(self) -> str:
        return band(self.points) or ""

    @property
    def mend(self) -> tuple[Measured, ...]:
        wanting = [one for one in self.measured if one.met is False]
        return tuple(sorted(wanting, key=lambda one: -one.metric.points))

    @property
    def unknown(self) -> tuple[Measured, ...]:
        """What gives no points as it is not known yet."""
        return tuple(one for one in self.measured if one.met is None)

    @property
    def gain(self) -> int:
        """The points that mending all would gain."""
        return sum(one.metric.points for one in self.mend)

    @property
    def most(self) -> int:
        return MOST


def told(
    found: Assessment,
    subjects: Subjects,
    subject: str,
    links: Iterable[Link] = (),
    language: str = "en",
) -> Told:
    """The assessment of a resource, with what it was found of in its graph and links, in a language."""
    said, spoken = subjects.get(subject, {}), words(language)
    known = {one.url: one for one in links}
    measured = []
    for metric, met in zip(METRICS, found.met, strict=True):
        of = subjects.get(found.best.get(metric.dimension, ""), {})
        values = _values(metric, of if metric.path != ACCESS_RIGHTS[1:-1] else said)
        why, shown = _measured(metric, met, values, known, spoken.said)
        measured.append(Measured(metric, met, why or spoken.missing[metric.name], shown))
    return Told(found.points, found.dimensions, tuple(measured), spoken.language)


def _values(metric: Metric, said: Said) -> list[str]:
    paths = _SHOWN.get(metric.name, ())
    values = (value_of(term).strip() for path in paths for term in said.get(path, ()))
    return [value for value in values if value]


def _measured(
    metric: Metric,
    met: bool | None,
    values: Sequence[str],
    links: Mapping[str, Link],
    said: Mapping[str, str],
) -> tuple[str, tuple[str, ...]]:
    """What is said of a metric, and the values that it is said of."""
    linked = metric.name in _LINKED
    first = values[:MOST_VALUES]
    shown = tuple(_link(url, links.get(url), said) for url in first) if linked else tuple(first)
    if met:
        return said["met"], shown
    if met is not None:
        return ("" if values else said.get(_WITHOUT.get(metric.name, ""), "")), shown
    if not linked:
        return said["unfinished"], ()
    barred = any(one in links and links[one].barred for one in values)
    return said["barred" if barred else "unchecked"], ()


def _link(url: str, link: Link | None, said: Mapping[str, str]) -> str:
    """An address with what is known of it, and the day since when."""
    if link is None or link.status is None:
        return f"{url}: {said['barred' if link and link.barred else 'unchecked']}"
    word = said["silent"] if link.status == 0 else said["answered"].format(status=link.status)
    return f"{url}: {word}" + (f" ({link.checked:%Y-%m-%d})" if link.checked else "")
