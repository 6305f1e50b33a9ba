"""Geometries in the form that GeoSPARQL 1.1 gives their literals (8.5.1 WKT, 8.7.1 GeoJSON)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import orjson

from catalogue.align.dates import Read
from catalogue.rdf.terms import literal, parts_of
from vocab.namespaces import DCAT, GSP, LOCN

GEOMETRIES = frozenset(
    f"<{one}>"
    for one in (
        f"{DCAT}bbox", f"{DCAT}centroid", f"{LOCN}geometry", f"{GSP}asWKT", f"{GSP}asGeoJSON",
    )
)  # fmt: skip
WKT, GEOJSON = f"{GSP}wktLiteral", f"{GSP}geoJSONLiteral"
_GEOJSON_TYPES = {GEOJSON, "https://www.iana.org/assignments/media-types/application/vnd.geo+json"}
_SLIPS = {f"{GSP}:{one}": f"{GSP}{one}" for one in ("wktLiteral", "geoJSONLiteral", "gmlLiteral")}
_ORDINATE = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?"
_POSITION = re.compile(rf"({_ORDINATE})(\s+)({_ORDINATE})((?:\s+{_ORDINATE}){{0,2}})", re.ASCII)
_PLACES = rf"[\s(]*{_POSITION.pattern}[\s)]*(?:,[\s(]*{_POSITION.pattern}[\s)]*)*"
_WKT = re.compile(
    r"(?:<[^>\s]+>\s*)?(?:MULTI(?:POINT|LINESTRING|POLYGON)|LINESTRING|POLYGON|(POINT))"
    rf"\s*(?:Z|M|ZM)?\s*\({_PLACES}\)\Z",
    re.IGNORECASE | re.ASCII,
)
_DEGREES = r"CRS84\b|\b4326\b"
_SRID = re.compile(r"SRID=(\d+);\s*(.+)\Z", re.IGNORECASE | re.DOTALL)
_NUMBER = r"(-?\d{1,3}(?:\.\d+)?)"
_BOX = re.compile(rf"{_NUMBER}\s*[, ]\s*{_NUMBER}\s*[, ]\s*{_NUMBER}\s*[, ]\s*{_NUMBER}\Z")
_NAMES = {
    one.lower(): one
    for one in ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
}
_LONGEST = 200_000  # characters


@lru_cache(maxsize=4096)
def geometric(term: str) -> Read | None:
    """The literal with the datatype of what it is; None where it is no certain geometry.

    Well-known text without a reference system is in longitude and latitude (CRS84), and so is that of
    PostGIS with SRID=4326, whose order of axes is that and not EPSG's.
    """
    text, _language, datatype = parts_of(term)
    text = text.strip()
    if datatype in _SLIPS:
        return Read(literal(text, "", _SLIPS[datatype]), "datatype")
    other = datatype and datatype != WKT and datatype not in _GEOJSON_TYPES
    if other or len(text) > _LONGEST:
        return None
    return _geojson(text, datatype) if text[:1] == "{" else _well_known(text, datatype)


def _well_known(text: str, datatype: str) -> Read | None:
    if match := _SRID.match(text):
        return _geometry(match.group(2), "pattern") if match.group(1) == "4326" else None
    if match := _BOX.match(text):
        return None if datatype else _box(*match.groups())
    return _geometry(text, "typed") if datatype != GEOJSON else None


def _geometry(text: str, rule: str) -> Read | None:
    """Well-known text, its axes swapped where no other reading is left: a latitude above 90 degrees
    beside a longitude that would be one. What are no degrees is of a system that is not named."""
    match = _WKT.match(text)
    if match is None or text.count("(") != text.count(")") or (match[1] and "," in text):
        return None
    if text[0] == "<":
        return Read(literal(text, "", WKT), rule)
    pairs = [(float(one[1]), float(one[3])) for one in _POSITION.finditer(text)]
    if all(_on_earth(x, y) for x, y in pairs):
        return Read(literal(text, "", WKT), rule)
    if all(_on_earth(y, x) for x, y in pairs):
        return Read(literal(_POSITION.sub(r"\3\2\1\4", text), "", WKT), "swapped")
    return None


def _on_earth(longitude: float, latitude: float) -> bool:
    return abs(longitude) <= 180 and abs(latitude) <= 90


def _box(first: str, second: str, third: str, fourth: str) -> Read | None:
    """minx, miny, maxx, maxy in degrees, where the numbers allow no other order."""
    west, south, east, north = map(float, (first, second, third, fourth))
    ordered = west <= east and south <= north and abs(south) <= 90 >= abs(north)
    if not ordered or max(abs(west), abs(east)) > 180:
        return None
    if abs(west) <= 90 >= abs(east) and not _only_order(west, south, east, north):
        return None
    ring = ((first, second), (third, second), (third, fourth), (first, fourth), (first, second))
    text = f"POLYGON(({','.join(f'{x} {y}' for x, y in ring)}))"
    return Read(literal(text, "", WKT), "pattern")


def _only_order(west: float, south: float, east: float, north: float) -> bool:
    """Whether the numbers cannot be south, west, north, east of a place in Europe as well: there
    latitudes are 34 to 72, and longitudes -32 to 33 (the Azores, Cyprus excepted)."""
    return -32 <= west <= east < 34 <= south <= north <= 72


def _geojson(text: str, datatype: str) -> Read | None:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    kind = found.get("type") if isinstance(found, dict) else None
    name = _NAMES.get(kind.lower()) if isinstance(kind, str) else None
    if name is None or not _is_in_degrees(found):
        return None
    if kind == name:
        return Read(literal(text, "", datatype or GEOJSON), "typed")
    found["type"] = name  # RFC 7946, 1.4: names of types are case-sensitive
    return Read(literal(orjson.dumps(found).decode(), "", datatype or GEOJSON), "pattern")


def _is_in_degrees(found: dict[str, Any]) -> bool:
    """Whether all positions are of longitude and latitude, as RFC 7946 has them (3.1.1, 4)."""
    crs = orjson.dumps(found.get("crs")).decode()
    pending = [found.get("coordinates")]
    if not isinstance(pending[0], list) or (crs != "null" and not re.search(_DEGREES, crs)):
        return False
    while pending:
        one = pending.pop()
        if not isinstance(one, list):
            return False
        if one and not isinstance(one[0], list):
            numbers = all(type(x) in {int, float} for x in one)
            if len(one) < 2 or not numbers or not _on_earth(one[0], one[1]):
                return False
        else:
            pending += one
    return True
