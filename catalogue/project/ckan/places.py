"""Where and when, as extras: GeoJSON for what a map shows, IRIs, names, periods."""

from __future__ import annotations

import re
from typing import Any

import orjson

from catalogue.project.boxes import WRITTEN, geometries
from catalogue.project.ckan.said import Said, spoken
from catalogue.rdf.terms import is_iri, is_literal, value_of
from vocab.namespaces import DCAT, DCT, LOCN, RDFS, SCHEMA, SKOS

_SPATIAL, _TEMPORAL = f"<{DCT}spatial>", f"<{DCT}temporal>"
_GEOMETRIES = (
    ("geom", (f"<{LOCN}geometry>", *WRITTEN)),
    ("bbox", (f"<{DCAT}bbox>",)),
    ("centroid", (f"<{DCAT}centroid>",)),
)
_LABELS = (f"<{SKOS}prefLabel>", f"<{RDFS}label>")
_STARTS = (f"<{DCAT}startDate>", f"<{SCHEMA}startDate>")
_ENDS = (f"<{DCAT}endDate>", f"<{SCHEMA}endDate>")
# The name of an extra for each part of the first place.
_FLAT = {
    "uri": "spatial_uri",
    "text": "spatial_text",
    "geom": "spatial",
    "bbox": "spatial_bbox",
    "centroid": "spatial_centroid",
}
_SHAPE = re.compile(r"(POINT|POLYGON|MULTIPOLYGON)\s*\(", re.IGNORECASE)
_NUMBER = r"-?\d{1,4}(?:\.\d{1,20})?"
_PAIR = re.compile(rf"({_NUMBER})\s+({_NUMBER})\s*(?=[,)])")
_LONGEST = 100_000  # characters of a geometry that is given


def places(said: Said, subject: str) -> dict[str, str]:
    """Extras for every place: the first flat, further ones as a list of objects in JSON."""
    found = [_place(said, term) for term in said.terms(subject, _SPATIAL)]
    found = [one for one in found if one]
    found.sort(key=lambda one: len(one) == 1)  # what has a geometry first: maps read that
    extras = {_FLAT[part]: text for part, text in found[0].items()} if found else {}
    if found[1:]:
        extras["spatial_coverage"] = orjson.dumps(found[1:]).decode()
    return extras


def _place(said: Said, term: str) -> dict[str, str]:
    if is_literal(term):
        return {"text": value_of(term).strip()}
    place = {"uri": value_of(term)} if is_iri(term) else {}
    for part, paths in _GEOMETRIES:
        terms = [one for path in paths for one in geometries(said.terms, term, path)]
        values = [text for one in terms if len(text := value_of(one)) <= _LONGEST]
        if values:
            place[part] = next(
                (shape for one in values if (shape := _geojson(one))), values[0].strip()
            )
    if shape := place.get("bbox", place.get("centroid")):
        place.setdefault("geom", shape)  # what maps read
    texts = next((texts for path in _LABELS if (texts := said.texts(term, path))), None)
    if texts:
        place["text"] = spoken(texts, said.language)
    return place


def _geojson(text: str) -> str | None:
    """A geometry as GeoJSON; None for what cannot be turned into it without doubt."""
    text = text.strip()
    if text.startswith("{"):
        return text
    shape = _SHAPE.match(text)
    if shape is None:
        return None  # with a reference system of its own, three dimensions, another shape
    bare = text[shape.end() - 1 :]
    listed = _PAIR.sub(r"[\1,\2]", bare).replace("(", "[").replace(")", "]")
    try:
        coordinates: Any = orjson.loads(listed)
    except orjson.JSONDecodeError:
        return None
    kind = {"point": "Point", "polygon": "Polygon"}.get(shape.group(1).lower(), "MultiPolygon")
    if kind == "Point":
        coordinates = coordinates[0] if len(coordinates) == 1 else None
    return (
        orjson.dumps({"type": kind, "coordinates": coordinates}).decode() if coordinates else None
    )


def periods(said: Said, subject: str) -> dict[str, str]:
    """Extras for every period: the first flat, further ones as a list of objects in JSON."""
    found = []
    for term in said.terms(subject, _TEMPORAL):
        sides = (("start", _STARTS), ("end", _ENDS))
        period = {
            side: value_of(told)
            for side, paths in sides
            if (told := next((t for p in paths if (t := said.first(term, p))), None))
        }
        if period:
            found.append(period)
    extras = {f"temporal_{side}": text for side, text in found[0].items()} if found else {}
    if found[1:]:
        extras["temporal_coverage"] = orjson.dumps(found[1:]).decode()
    return extras
