"""The points of one record. Pure: of its graph, of how it was judged, and of which links answer."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import vocab
from catalogue.align.tables import look_up
from catalogue.model import Change, Judged, Link
from catalogue.quality.metrics import DIMENSIONS, METRICS, PROFILE
from catalogue.rdf.subjects import Said, Subjects, by_subject
from catalogue.rdf.terms import is_iri, value_of
from vocab import mqa
from vocab.namespaces import DCAT, DCT

ASSESSED = frozenset(
    {"dataset", "model"}
)  # the methodology speaks of datasets; models are described as such

ACCESS_URL, DOWNLOAD_URL = f"<{DCAT}accessURL>", f"<{DCAT}downloadURL>"
DISTRIBUTION, FORMAT, MEDIA_TYPE = f"<{DCAT}distribution>", f"<{DCT}format>", f"<{DCAT}mediaType>"
LICENSE, ACCESS_RIGHTS = f"<{DCT}license>", f"<{DCT}accessRights>"
_DATASET = tuple(
    f"<{one}>" for one in (f"{DCAT}keyword", f"{DCAT}theme", f"{DCT}spatial", f"{DCT}temporal")
)
_CONTACT, _PUBLISHER = f"<{DCAT}contactPoint>", f"<{DCT}publisher>"
_RIGHTS, _SIZE = f"<{DCT}rights>", f"<{DCAT}byteSize>"
_ISSUED, _MODIFIED = f"<{DCT}issued>", f"<{DCT}modified>"

Met: TypeAlias = bool | None
"""Whether something is as it should be; None where that is not known."""
Links: TypeAlias = Mapping[str, Link]
_NOTHING: Said = {}
_WORTH = {
    name: tuple(one.points for one in METRICS if one.dimension == name) for name in DIMENSIONS
}
_POINTS = tuple(one.points for one in METRICS)


@dataclass(frozen=True, slots=True)
class Assessment:
    """`met` and `got` go by `metrics.METRICS`: whether each is met (None where that is not known, which
    gives no points) and its points. `best` names the distribution that counts in a dimension."""

    met: tuple[Met, ...]
    best: Mapping[str, str]

    @property
    def got(self) -> tuple[int, ...]:
        return tuple(worth if met else 0 for worth, met in zip(_POINTS, self.met, strict=True))

    @property
    def points(self) -> int:
        return sum(worth for worth, met in zip(_POINTS, self.met, strict=True) if met)

    @property
    def dimensions(self) -> dict[str, int]:
        """The points by dimension, in the order of the methodology."""
        found = dict.fromkeys(DIMENSIONS, 0)
        for metric, met in zip(METRICS, self.met, strict=True):
            if met:
                found[metric.dimension] += metric.points
        return found

    @property
    def conforms(self) -> bool:
        """Whether no rule of DCAT-AP is broken, as far as that is known."""
        return bool(self.met[_COMPLIANCE])


class _Recent:
    """The last assessments: index and graph want the same ones, soon after one another."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._kept: dict[Hashable, Assessment] = {}

    def get(self, key: Hashable) -> Assessment | None:
        return self._kept.get(key)

    def keep(self, key: Hashable, found: Assessment) -> None:
        with self._lock:
            self._kept[key] = found
            if len(self._kept) > self._most:
                del self._kept[next(iter(self._kept))]


_RECENT = _Recent(4_000)  # more than what a follower applies at once; some megabytes
_COMPLIANCE = next(at for at, one in enumerate(METRICS) if one.name == "dcatApCompliance")


def assessment(change: Change, subjects: Subjects | None = None) -> Assessment | None:
    """The assessment of a record as it stands; None for what is not assessed, and before it was judged.
    `subjects` are its graph's lines, where the caller has them by subject."""
    if change.deleted or change.record.type not in ASSESSED:
        return None
    judged = next((one for one in change.judged if one.profile == PROFILE), None)
    if judged is None:
        return None
    key = (change.record.content_hash, change.record.iri, judged, change.links)
    found = _RECENT.get(key)
    if found is None:
        said = by_subject(change.lines) if subjects is None else subjects
        links = {one.url: one for one in change.links}
        found = assess(said, f"<{change.record.iri}>", judged, links)
        _RECENT.keep(key, found)
    return found


def assess(subjects: Subjects, subject: str, judged: Judged | None, links: Links) -> Assessment:
    """The assessment of the resource `subject` in a graph.

    Of several distributions the one with the most points counts, in each dimension by itself: the
    methodology takes them for the same content in several forms. Ties go by the order of the graph.
    """
    said = subjects.get(subject, _NOTHING)
    distributions = said.get(DISTRIBUTION, ())
    found: dict[str, tuple[Met, ...]] = {}
    best: dict[str, str] = {}
    for name, met_by in (
        ("accessibility", lambda one: _accessible(one, links)),
        ("interoperability", _interoperable),
        ("reusability", _licensed),
        ("contextuality", lambda one: _contextual(one, said)),
    ):
        top = -1
        for term in distributions:
            met = met_by(subjects.get(term, _NOTHING))
            points = sum(worth for worth, one in zip(_WORTH[name], met, strict=False) if one)
            if points > top:
                top, found[name], best[name] = points, met, term
        if top < 0:
            found[name] = met_by(_NOTHING)
    return Assessment(
        (
            *(_states(said, path) for path in _DATASET),
            *found["accessibility"],
            *found["interoperability"],
            _complies(judged),
            *found["reusability"],
            *_stated(said),
            *found["contextuality"],
        ),
        best,
    )


def _states(said: Said, path: str) -> bool:
    """Whether a property says anything: an empty text, as of an empty element of XML, does not."""
    return any(map(_says, said.get(path, ())))


def _says(term: str) -> bool:
    return term[0] != '"' or term[1] not in '" \\' or bool(value_of(term).strip())


def _complies(judged: Judged | None) -> Met:
    if judged is None or not (judged.whole or judged.violations):
        return None
    return judged.violations == 0


def _accessible(said: Said, links: Links) -> tuple[Met, ...]:
    downloads = said.get(DOWNLOAD_URL, ())
    there = _states(said, DOWNLOAD_URL)
    return _answer(said.get(ACCESS_URL, ()), links), there, _answer(downloads, links)


def _answer(terms: Sequence[str], links: Links) -> Met:
    """Whether any address answers; not known while none does and one has not been asked."""
    known: Met = False
    for term in filter(_says, terms):
        link = links.get(value_of(term).strip())
        answers = link.answers if link else None
        if answers:
            return True
        known = None if answers is None else known
    return known


def _interoperable(said: Said) -> tuple[Met, ...]:
    formats, types = said.get(FORMAT, ()), said.get(MEDIA_TYPE, ())
    codes = file_types(formats, types)
    return (
        _states(said, FORMAT),
        _states(said, MEDIA_TYPE),
        _of_tables(formats, types),
        any(mqa.is_non_proprietary(one) for one in codes),
        any(mqa.is_machine_readable(one) for one in codes),
    )


def file_types(formats: Sequence[str], types: Sequence[str]) -> list[str]:
    """The codes of EU file types that formats and media types of a distribution name."""
    found = [_file_type(term) for term in formats] + [_type_of_media(term) for term in types]
    return [one for one in found if one]


def _of_tables(formats: Sequence[str], types: Sequence[str]) -> bool:
    return any(map(_file_type, formats)) and any(map(_media_type, types))


@lru_cache(maxsize=4096)
def _file_type(term: str) -> str | None:
    return mqa.file_type(value_of(term)) if is_iri(term) else None


@lru_cache(maxsize=4096)
def _media_type(term: str) -> str | None:
    return mqa.media_type(value_of(term)) if is_iri(term) else None


@lru_cache(maxsize=4096)
def _type_of_media(term: str) -> str | None:
    """The code of the EU file type that a media type of the register is."""
    name = _media_type(term)
    found = look_up("format", name) if name else None
    return vocab.code_of(found.iri) if found else None


def _licensed(said: Said) -> tuple[Met, ...]:
    return _states(said, LICENSE), any(map(_known, said.get(LICENSE, ())))


@lru_cache(maxsize=4096)
def _known(term: str) -> bool:
    return is_iri(term) and mqa.is_known_licence(value_of(term))


def _stated(said: Said) -> tuple[Met, ...]:
    """What of reusability a dataset says itself."""
    rights = said.get(ACCESS_RIGHTS, ())
    of_table = any(vocab.scheme_of(value_of(one)) == "access" for one in rights if is_iri(one))
    there = (_states(said, path) for path in (_CONTACT, _PUBLISHER))
    return (_states(said, ACCESS_RIGHTS), of_table, *there)


def _contextual(said: Said, dataset: Said) -> tuple[Met, ...]:
    """Dates may be the dataset's or the distribution's: the methodology names both."""
    dates = (_states(said, path) or _states(dataset, path) for path in (_ISSUED, _MODIFIED))
    return (_states(said, _RIGHTS), _states(said, _SIZE), *dates)
