"""The box of a place: what a search by area compares."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from catalogue.rdf.subjects import Subjects
from catalogue.rdf.terms import is_literal, value_of
from vocab.namespaces import DCAT, GSP, LOCN

Terms = Callable[[str, str], Iterable[str]]
"""The objects of what a graph says of a subject with a predicate."""
Box = tuple[float, float, float, float]
"""West, south, east and north in degrees of longitude and latitude (WGS 84)."""

WRITTEN = (f"<{GSP}asWKT>", f"<{GSP}asGeoJSON>")  # how a geometry that is a thing is written
_OF_PLACE = (f"<{DCAT}bbox>", f"<{LOCN}geometry>", f"<{DCAT}centroid>", *WRITTEN)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_PAIR = re.compile(r"(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)")
_JSON_PAIR = re.compile(r"\[\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)")
_READ = 20_000  # characters of a geometry


def box_of(subjects: Subjects, places: Iterable[str]) -> Box | None:
    """The box around the first geometry of the first place that has one."""

    def stated(node: str, path: str) -> Iterable[str]:
        return subjects.get(node, {}).get(path, ())

    written = (
        value_of(one)
        for place in places
        for path in _OF_PLACE
        for one in geometries(stated, place, path)
    )
    return next((box for one in written if (box := _around(one))), None)


def geometries(terms: Terms, place: str, path: str) -> Iterator[str]:
    """A place's geometries by a property, as literals: its own, or those of the thing that it points to."""
    for term in terms(place, path):
        if is_literal(term):
            yield term
        else:
            yield from (one for way in WRITTEN for one in terms(term, way))


def _around(text: str) -> Box | None:
    head = text[:_READ]
    if head.lstrip().upper().startswith("ENVELOPE"):
        numbers = [float(one) for one in _NUMBER.findall(head)][:4]
        if len(numbers) == 4:
            west, east, north, south = numbers
            return _checked(west, south, east, north)
        return None
    if "crs/EPSG" in head and "4326" in head:  # latitude first (OGC 05-010)
        pairs = [(float(x), float(y)) for y, x in _PAIR.findall(head)]
    elif head.lstrip().startswith("{"):
        pairs = [(float(x), float(y)) for x, y in _JSON_PAIR.findall(head)]
    else:
        pairs = [(float(x), float(y)) for x, y in _PAIR.findall(head)]
    if not pairs:
        return None
    xs, ys = [x for x, _y in pairs], [y for _x, y in pairs]
    return _checked(min(xs), min(ys), max(xs), max(ys))


def _checked(west: float, south: float, east: float, north: float) -> Box | None:
    inside = -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90
    return (west, south, east, north) if inside else None
