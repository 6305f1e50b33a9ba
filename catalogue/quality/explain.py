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
    """An assessment for people. `mend`: what is not as it should be, what gains most first."""

    points: int
    dimensions: Mapping[str, int]
    measured: tuple[Measured, ...]

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


def told(found: Assessment, subjects: Subjects, subject: str, links: Iterable[Link] = ()) -> Told:
    """The assessment of a resource, with what it was found of in its graph and links."""
    said = subjects.get(subject, {})
    known = {one.url: one for one in links}
    measured = []
    for metric, met in zip(METRICS, found.met, strict=True):
        of = subjects.get(found.best.get(metric.dimension, ""), {})
        values = _values(metric, of if metric.path != ACCESS_RIGHTS[1:-1] else said)
        measured.append(_measured(metric, met, values, known))
    return Told(found.points, found.dimensions, tuple(measured))


def _values(metric: Metric, said: Said) -> list[str]:
    paths = _SHOWN.get(metric.name, ())
    return [value_of(term).strip() for path in paths for term in said.get(path, ())]


def _measured(
    metric: Metric, met: bool | None, values: Sequence[str], links: Mapping[str, Link]
) -> Measured:
    if metric.name in _LINKED and values:
        shown = tuple(_link(url, links.get(url)) for url in values[:MOST_VALUES])
    else:
        shown = tuple(values[:MOST_VALUES])
    if met:
        return Measured(metric, met, "as it should be", shown)
    return Measured(metric, met, _why(metric, met, bool(values)), () if met is None else shown)


def _why(metric: Metric, met: bool | None, valued: bool) -> str:
    if met is None:
        linked = metric.name in _LINKED
        return "not checked yet" if linked else "validation ran out of time, so it is not known"
    if metric.name == "accessUrlStatusCode" and not valued:
        return "No distribution gives an access address."
    if metric.name == "downloadUrlStatusCode" and not valued:
        return "There is no download address that could answer."
    if metric.name == "knownLicence" and not valued:
        return "There is no licence that could be known."
    if metric.name == "accessRightsVocabularyAlignment" and not valued:
        return "There are no access rights that could be of the table."
    return metric.missing


def _link(url: str, link: Link | None) -> str:
    """An address with what is known of it."""
    if link is None or link.status is None:
        return f"{url}: not checked yet"
    said = "no answer" if link.status == 0 else f"answered {link.status}"
    return f"{url}: {said}" + (f" on {link.checked:%Y-%m-%d}" if link.checked else "")
