"""The box of a place: what a search by area compares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from catalogue.rdf.subjects import Subjects
from catalogue.rdf.terms import is_literal, value_of
from vocab.namespaces import DCAT, GSP, LOCN

Box = tuple[float, float, float, float]
"""West, south, east and north in degrees of longitude and latitude (WGS 84)."""

_GEOMETRY = f"<{LOCN}geometry>"
_WRITTEN = (f"<{GSP}asWKT>", f"<{GSP}asGeoJSON>")
_OF_PLACE = (f"<{DCAT}bbox>", _GEOMETRY, f"<{DCAT}centroid>", *_WRITTEN)
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_PAIR = re.compile(r"(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)")
_JSON_PAIR = re.compile(r"\[\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)")
_READ = 20_000  # characters of a geometry


def box_of(subjects: Subjects, places: Iterable[str]) -> Box | None:
    """The box around the first geometry of the first place that has one."""
    boxes = (_around(one) for place in places for one in _geometries(subjects, place))
    return next((box for box in boxes if box), None)


def _geometries(subjects: Subjects, place: str) -> Iterator[str]:
    """What a place's geometries are written as: literals of its own, or of a locn:Geometry."""
    for path in _OF_PLACE:
        for term in subjects.get(place, {}).get(path, ()):
            if is_literal(term):
                yield value_of(term)
            elif path == _GEOMETRY:
                shape = subjects.get(term, {})
                yield from (value_of(one) for way in _WRITTEN for one in shape.get(way, ()))


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
