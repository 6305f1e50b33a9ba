"""Where and when: spatial and temporal coverage."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson

from catalogue.rdf.terms import literal
from harvesters.ckan.draft import Draft
from harvesters.ckan.fields import term
from harvesters.ckan.values import is_empty, items, moment, objects, plain, unfolded
from vocab import namespaces as ns

_SPATIAL, _LOCATION = term(ns.DCT, "spatial"), term(ns.DCT, "Location")
_GEOMETRY, _GEOMETRY_CLASS = term(ns.LOCN, "geometry"), term(ns.LOCN, "Geometry")
_AS_WKT, _AS_GEOJSON = term(ns.GSP, "asWKT"), term(ns.GSP, "asGeoJSON")
_LABEL = term(ns.SKOS, "prefLabel")
_TEMPORAL, _PERIOD = term(ns.DCT, "temporal"), term(ns.DCT, "PeriodOfTime")
_START, _END = term(ns.DCAT, "startDate"), term(ns.DCAT, "endDate")
_WKT, _GEOJSON = f"{ns.GSP}wktLiteral", f"{ns.GSP}geoJSONLiteral"

_WKT_TEXT = re.compile(
    r"(?:<[^>\s]+>\s*)?(?:SRID=\d+;\s*)?(?:MULTI)?(?:POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)"
    r"\s*Z?\s*\(.*\)\Z",
    re.IGNORECASE | re.DOTALL,
)
_RING_TEXT = re.compile(r"POLYGON\s*\(\s*\(([-\d.,\s]+)\)\s*\)\Z", re.IGNORECASE)
_POINT_TEXT = re.compile(r"POINT\s*\(", re.IGNORECASE)
_BOX_TEXT = re.compile(r"-?\d+(?:\.\d+)?(?:(?:\s*,\s*|\s+)-?\d+(?:\.\d+)?){3}\Z", re.ASCII)
_ENVELOPE = re.compile(r"ENVELOPE\s*\(([^()]*)\)\Z", re.IGNORECASE)
_INTERVAL = re.compile(r"(R\d*/)?([^/]*)/([^/]*)\Z")
_LONGEST = 200_000  # characters of a geometry
# What a place is said to have: its centre and its box are literals, any other shape is a thing.
_PARTS = {"bbox": term(ns.DCAT, "bbox"), "centroid": term(ns.DCAT, "centroid"), "geom": _GEOMETRY}

_SIDES = (
    ("west", "bbox-west-long"),
    ("south", "bbox-south-lat"),
    ("east", "bbox-east-long"),
    ("north", "bbox-north-lat"),
)


# --- where ---------------------------------------------------------------------------------------


def add_spatial(draft: Draft, subject: str, fields: Mapping[str, Any]) -> None:
    """Every place that a package names."""
    for one in items(fields.get("spatial_coverage")):
        _place(draft, subject, one if isinstance(one, dict) else {"geom": one})
    flat = {
        "uri": fields.get("spatial_uri"),
        "text": fields.get("spatial_text"),
        "geom": fields.get("spatial"),
        "bbox": fields.get("spatial_bbox"),
        "centroid": fields.get("spatial_centroid"),
    }
    if is_empty(flat["geom"]) and is_empty(flat["bbox"]):
        flat["bbox"] = _sides({side: fields.get(name) for side, name in _SIDES})
    if not is_empty(flat):
        _place(draft, subject, flat)
    for one in objects(fields.get("bbox")):
        _place(draft, subject, {"bbox": _sides(one) or one})


def _place(draft: Draft, subject: str, place: Mapping[str, Any]) -> None:
    """One place: its IRIs, and a dct:Location for what else is said of it."""
    uris = [found for one in items(place.get("uri")) if (found := draft.iri(one, "spatial_uri"))]
    for uri in uris:
        draft.add(subject, _SPATIAL, uri)
    said = {part: value for part in _PARTS if not is_empty(value := place.get(part))}
    text = place.get("text")
    if not said and is_empty(text):
        return
    if list(said) == ["geom"] and is_empty(text):
        found = draft.iri(said["geom"], "spatial", quiet=True)
        if found:  # an address in the field for geometries
            draft.add(subject, _SPATIAL, found)
            return
    node = draft.node(subject, _SPATIAL, _LOCATION, "spatial", uris[0][1:-1] if uris else None)
    shapes: dict[str, _Shape] = {}
    for part, value in said.items():
        _geometry(draft, node, part, value, shapes)
    draft.texts(node, _LABEL, text)


class _Shape(NamedTuple):
    """A geometry as a literal, the property that takes it, and which part of a place it can be."""

    literal: str
    path: str
    part: str


def _geometry(draft: Draft, node: str, part: str, value: Any, shapes: dict[str, _Shape]) -> None:
    """A geometry in whatever form; `shapes` are those that the place has so far, by part."""
    text = plain(value) if isinstance(value, str) else ""
    if isinstance(value, list) and len(value) == 4:
        text = " ".join(map(plain, value))
    if len(text) > _LONGEST:
        draft.find("ckan.bad-geometry", "The geometry is too long; left out.", "spatial", text)
    elif shape := _shape(text, unfolded(value)):
        _add(draft, node, part, shape, shapes)
    elif text and text[0] not in "{[":
        draft.texts(node, _LABEL, text)
    else:
        draft.find(
            "ckan.bad-geometry",
            "This is neither GeoJSON nor well-known text; it was left out.",
            "spatial",
            text or str(value)[:500],
        )


def _add(draft: Draft, node: str, part: str, shape: _Shape, shapes: dict[str, _Shape]) -> None:
    """A rectangle is the place's box and a point its centre, unless the place states another one.
    Any other shape is a locn:Geometry (DCAT-AP 3.0.1, Location). What is said twice is said once."""
    if part == "geom":
        if shape in shapes.values():
            return
        part = part if shape.part in shapes else shape.part
    shapes[part] = shape
    if part == "geom":
        geometry = draft.node(node, _GEOMETRY, _GEOMETRY_CLASS, "geometry")
        draft.add(geometry, shape.path, shape.literal)
    else:
        draft.add(node, _PARTS[part], shape.literal)


def _shape(text: str, found: Any) -> _Shape | None:
    """A geometry given as text or as GeoJSON; None where it is neither."""
    if box := _box_text(text):
        return _Shape(literal(box, "", _WKT), _AS_WKT, "bbox")
    if _WKT_TEXT.match(text):
        ring = _RING_TEXT.match(text)
        if box := ring and _rectangle(_corners(ring.group(1))):
            return _Shape(literal(box, "", _WKT), _AS_WKT, "bbox")
        part = "centroid" if _POINT_TEXT.match(text) else "geom"
        return _Shape(literal(text, "", _WKT), _AS_WKT, part)
    return _geojson(found) if isinstance(found, dict) and "type" in found else None


def _geojson(found: Mapping[str, Any]) -> _Shape | None:
    if found.get("type") == "Feature" and isinstance(found.get("geometry"), dict):
        found = found["geometry"]
    if wkt := _wkt(found):
        rings: list[Any] = found["coordinates"] if found["type"] == "Polygon" else []
        if len(rings) == 1 and (box := _rectangle(rings[0])):
            return _Shape(literal(box, "", _WKT), _AS_WKT, "bbox")
        part = "centroid" if found["type"] == "Point" else "geom"
        return _Shape(literal(wkt, "", _WKT), _AS_WKT, part)
    try:
        text = orjson.dumps(found).decode()
    except orjson.JSONEncodeError:
        return None
    if "coordinates" not in found or len(text) > _LONGEST:
        return None
    return _Shape(literal(text, "", _GEOJSON), _AS_GEOJSON, "geom")


def _wkt(shape: Mapping[str, Any]) -> str | None:
    """A GeoJSON geometry as well-known text; None for shapes other than these."""
    kind, coordinates = shape.get("type"), shape.get("coordinates")
    try:
        if kind == "Point":
            return f"POINT({_point(coordinates)})"
        if kind == "Polygon":
            return f"POLYGON({_rings(coordinates)})"
        if kind == "MultiPolygon" and coordinates:
            return f"MULTIPOLYGON({','.join(f'({_rings(one)})' for one in coordinates)})"
    except (TypeError, ValueError, LookupError):
        return None
    return None


def _point(pair: Any) -> str:
    return f"{_number(pair[0])} {_number(pair[1])}"


def _rings(rings: Any) -> str:
    if not rings or any(len(ring) < 4 for ring in rings):
        raise ValueError("a ring has at least four points")
    return ",".join(f"({','.join(map(_point, ring))})" for ring in rings)


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("a coordinate is a number")
    return str(int(value)) if value == int(value) else repr(value)


def _corners(ring: str) -> list[tuple[float, float]]:
    """The points of a ring in well-known text; none if one of them is no pair of numbers."""
    try:
        return [(float(x), float(y)) for x, y, *_height in map(str.split, ring.split(","))]
    except ValueError:
        return []


def _rectangle(ring: Iterable[Iterable[float]]) -> str | None:
    """The box that a ring with four right corners is, as well-known text."""
    corners = {(x, y) for x, y, *_height in ring}
    xs, ys = {x for x, _y in corners}, {y for _x, y in corners}
    if len(corners) != 4 or len(xs) != 2 or len(ys) != 2:
        return None
    return _box(min(xs), min(ys), max(xs), max(ys))


def _box(west: float, south: float, east: float, north: float) -> str | None:
    """A box in degrees as a polygon, counter-clockwise; None if it lies outside the world."""
    if not (-90 <= south <= north <= 90 and -180 <= west <= 360 and -180 <= east <= 360):
        return None
    w, s, e, n = map(_number, (west, south, east, north))
    return f"POLYGON(({w} {s},{e} {s},{e} {n},{w} {n},{w} {s}))"


def _sides(sides: Mapping[str, Any]) -> str | None:
    """A box given by its four sides, as "west south east north"."""
    parts = [plain(sides.get(side)) for side, _name in _SIDES]
    return " ".join(parts) if all(parts) else None


def _box_text(text: str) -> str | None:
    """A box written as "west south east north" or ENVELOPE(west, east, north, south)."""
    envelope = _ENVELOPE.match(text)
    inner = envelope.group(1).strip() if envelope else text
    if not _BOX_TEXT.match(inner):
        return None
    first, second, third, fourth = (float(part) for part in inner.replace(",", " ").split())
    if envelope:
        return _box(first, fourth, second, third)
    return _box(first, second, third, fourth)


# --- when ----------------------------------------------------------------------------------------


def add_temporal(draft: Draft, subject: str, fields: Mapping[str, Any]) -> None:
    """Every period that a package names."""
    for one in items(fields.get("temporal_coverage")):
        if isinstance(one, dict):
            add_period(draft, subject, _TEMPORAL, "temporal", one)
        else:
            _interval(draft, subject, plain(one))
    starts, ends = items(fields.get("temporal_start")), items(fields.get("temporal_end"))
    for position in range(max(len(starts), len(ends))):
        start = starts[position] if position < len(starts) else None
        end = ends[position] if position < len(ends) else None
        add_period(draft, subject, _TEMPORAL, "temporal", {"start": start, "end": end})


def add_period(
    draft: Draft, subject: str, predicate: str, name: str, given: Mapping[str, Any]
) -> str | None:
    """A dct:PeriodOfTime with a start, an end, or both; None if it has neither."""
    start = _first(given, "start", "start_date", "temporal_start", "startDate", "from")
    end = _first(given, "end", "end_date", "temporal_end", "endDate", "to")
    if start is None and end is None:
        return None
    node = draft.node(subject, predicate, _PERIOD, name)
    for value, side in ((start, _START), (end, _END)):
        if value is not None:
            draft.date(node, side, value, name)
    return node


def _first(given: Mapping[str, Any], *names: str) -> Any:
    return next((given[name] for name in names if not is_empty(given.get(name))), None)


def _interval(draft: Draft, subject: str, text: str) -> None:
    """An ISO 8601 interval "start/end" (".." and nothing for an open end, "R/" for repeated)."""
    match = _INTERVAL.match(text)
    if match is None and moment(text):
        add_period(draft, subject, _TEMPORAL, "temporal", {"start": text, "end": text})
        return
    start, end = match.group(2, 3) if match else ("", "")
    lasts = end.strip().startswith("P")  # a duration in place of an end
    sides = {"start": _side(start), "end": None if lasts else _side(end)}
    node = add_period(draft, subject, _TEMPORAL, "temporal", sides)
    if node is None or lasts or (match and match.group(1)):
        # What start and end do not say (a duration, a repetition, plain words) stays as text.
        node = node or draft.node(subject, _TEMPORAL, _PERIOD, "temporal")
        draft.texts(node, term(ns.RDFS, "label"), text)


def _side(text: str) -> str | None:
    text = text.strip()
    return None if text in {"", "..", "present", "ongoing"} else text
