"""A member's records as CKAN packages, and the part of CKAN's action API that clients use."""

from __future__ import annotations

import re
import uuid
from typing import Any
from urllib.parse import parse_qsl

import orjson

from deploy.demo.graphs import address_of, landing_page
from deploy.demo.records import Member, Record
from vocab import scheme
from vocab.namespaces import AUTHORITY

MOST = 1000  # rows that one search gives, as CKAN's own limit
SORTED_BY = ("id", "name", "title", "metadata_created", "metadata_modified")
_PLAIN = {"type": "type", "dataset_type": "type", "state": "state", "name": "name", "id": "id"}
_FILTER = re.compile(r'([+-]?)(\w+):(?:"([^"]*)"|(\S+))')
_SPACE = uuid.UUID("b0a3a7b4-54a7-4b0e-9d0c-5c1f4c1d2e77")


class UnknownAction(Exception):
    """CKAN's answer to an action that it does not have."""


class NotHere(Exception):
    """CKAN's "Not found"."""


class ActionApi:
    """CKAN's action API, version 3, over packages."""

    def __init__(self, owner: Member, packages: list[dict[str, Any]]) -> None:
        self._owner, self._packages = owner, packages

    def call(self, action: str, given: dict[str, Any]) -> Any:
        """The result of an action. Raises: UnknownAction, NotHere, ValueError."""
        handler = getattr(self, f"do_{action}", None)
        if handler is None:
            raise UnknownAction(action)
        return handler(given)

    def do_status_show(self, _given: dict[str, Any]) -> Any:
        return {"ckan_version": "2.10.4", "site_title": self._owner.name, "extensions": []}

    def do_site_read(self, _given: dict[str, Any]) -> Any:
        return True

    def do_package_list(self, given: dict[str, Any]) -> Any:
        names = sorted(one["name"] for one in self._packages)
        start = int(given.get("offset") or 0)
        return names[start : start + int(given["limit"])] if given.get("limit") else names[start:]

    def do_package_show(self, given: dict[str, Any]) -> Any:
        wanted = given.get("id")
        for one in self._packages:
            if wanted in {one["id"], one["name"]}:
                return one
        raise NotHere("Package")

    def do_package_search(self, given: dict[str, Any]) -> Any:
        rows = int(given.get("rows", 10))
        start = int(given.get("start", 0))
        if rows < 0 or start < 0:
            raise ValueError("rows and start must not be negative")
        found = [one for one in self._packages if _fits(one, given)]
        _sort(found, str(given.get("sort") or "id asc"))
        page = found[start : start + min(rows, MOST)]
        return {"count": len(found), "results": page, "sort": given.get("sort", "id asc")}

    def do_organization_list(self, given: dict[str, Any]) -> Any:
        known = {one["organization"]["name"]: one["organization"] for one in self._packages}
        full = str(given.get("all_fields", "")).lower() == "true"
        return [known[name] if full else name for name in sorted(known)]

    def do_organization_show(self, given: dict[str, Any]) -> Any:
        for one in self._packages:
            if given.get("id") in {one["organization"]["name"], one["organization"]["id"]}:
                return one["organization"]
        raise NotHere("Group")

    def do_group_list(self, _given: dict[str, Any]) -> Any:
        return sorted({group["name"] for one in self._packages for group in one["groups"]})

    def do_tag_list(self, _given: dict[str, Any]) -> Any:
        return sorted({tag["name"] for one in self._packages for tag in one["tags"]})


def parameters(query: str, body: bytes, media_type: str) -> dict[str, Any]:
    """What a request gives to an action: of its query, and of a JSON or form body.

    Raises: ValueError for a body that is no JSON object.
    """
    given: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    if body and "json" in media_type:
        sent = orjson.loads(body)
        if not isinstance(sent, dict):
            raise ValueError("the request's data must be a JSON object")
        given.update(sent)
    elif body:
        given.update(parse_qsl(body.decode(), keep_blank_values=True))
    return given


def package(owner: Member, record: Record, place: int) -> dict[str, Any]:
    """A record as CKAN gives it. Fields in several languages are ckanext-fluent's."""
    own = owner.languages[0]
    found: dict[str, Any] = {
        "id": str(uuid.uuid5(_SPACE, f"{owner.id}/{record.id}")),
        "name": record.id,
        "type": "dataset",
        "state": "active",
        "private": False,
        "title": record.title.get(own) or next(iter(record.title.values())),
        "notes": record.description.get(own) or next(iter(record.description.values())),
        "url": landing_page(owner, record),
        "metadata_created": f"{record.issued}T08:00:00.000000",
        "metadata_modified": f"{record.modified}T12:{place % 60:02d}:00.000000",
        "organization": _organization(owner, record),
        "maintainer": f"{owner.name}: data desk",
        "maintainer_email": owner.contact,
        "tags": [{"name": word, "display_name": word} for word in record.keywords.get(own, [])],
        "groups": [_group(code) for code in record.themes],
        "extras": [{"key": key, "value": value} for key, value in _extras(owner, record).items()],
        "resources": [_resource(owner, record, number) for number in range(len(record.files))],
    }
    if len(record.title) > 1:
        found["title_translated"] = record.title
        found["notes_translated"] = record.description
    if record.license:
        concept = scheme("license").concept(record.license)
        found["license_id"] = record.license.lower().replace("_", "-")
        found["license_title"] = concept.label("en") if concept else record.license
        found["license_url"] = f"{AUTHORITY}licence/{record.license}"
    found["num_resources"] = len(found["resources"])
    found["num_tags"] = len(found["tags"])
    return found


def _extras(owner: Member, record: Record) -> dict[str, str]:
    country = scheme("country").concept(record.country or owner.country)
    extras = {
        "identifier": record.id,
        "issued": record.issued,
        "modified": record.modified,
        "language": ",".join(record.title),
        "theme": orjson.dumps([f"{AUTHORITY}data-theme/{code}" for code in record.themes]).decode(),
        "publisher_name": record.publisher,
        "publisher_uri": f"{owner.homepage}org/{owner.publishers.index(record.publisher)}",
        "temporal_start": f"{record.year}-01-01",
        "temporal_end": f"{record.year}-12-31",
    }
    if country:
        extras["spatial_uri"] = country.iri
    if record.doi:
        extras["alternate_identifier"] = f"https://doi.org/{record.doi}"
    if record.access:
        code = record.access.upper().replace("-", "_")
        extras["access_rights"] = f"{AUTHORITY}access-right/{code}"
    if record.frequency:
        extras["frequency"] = f"{AUTHORITY}frequency/{record.frequency}"
    if record.hvd:
        extras["hvd_category"] = f"http://data.europa.eu/bna/{record.hvd}"
    if record.bbox:
        west, south, east, north = record.bbox
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        extras["spatial"] = orjson.dumps({"type": "Polygon", "coordinates": [ring]}).decode()
    return extras


def _resource(owner: Member, record: Record, number: int) -> dict[str, Any]:
    file = record.files[number]
    return {
        "id": str(uuid.uuid5(_SPACE, f"{owner.id}/{record.id}/{number}")),
        "name": f"{record.title.get(owner.languages[0], record.id)} ({file.format})",
        "url": address_of(owner, record, number, file),
        "format": file.format,
        "mimetype": file.media_type,
        "size": file.size,
        "position": number,
        "state": "active",
        "created": f"{record.issued}T08:00:00.000000",
        "last_modified": f"{record.modified}T12:00:00.000000",
    }


def _organization(owner: Member, record: Record) -> dict[str, Any]:
    number = owner.publishers.index(record.publisher)
    return {
        "id": str(uuid.uuid5(_SPACE, f"{owner.id}/org/{number}")),
        "name": f"{owner.id}-org-{number}",
        "title": record.publisher,
        "type": "organization",
        "state": "active",
        "is_organization": True,
    }


def _group(code: str) -> dict[str, Any]:
    concept = scheme("theme").concept(code)
    title = concept.label("en") if concept else code
    return {"id": code.lower(), "name": code.lower(), "title": title, "display_name": title}


def _sort(found: list[dict[str, Any]], order: str) -> None:
    """Sort by "name asc, metadata_modified desc"; what is equal then stands by id.

    Raises: ValueError for a field that packages are not sorted by.
    """
    found.sort(key=lambda one: str(one["id"]))
    for part in reversed(order.split(",")):
        name, _, direction = part.strip().partition(" ")
        name = {"title_string": "title", "score": "id"}.get(name, name)
        if name not in SORTED_BY or direction not in {"", "asc", "desc"}:
            raise ValueError(f'Invalid "sort" parameter: {part.strip()}')
        found.sort(key=lambda one: str(one.get(name) or ""), reverse=direction == "desc")


def _named(one: dict[str, Any]) -> dict[str, set[str]]:
    """What `fq` can ask of a package: the values of each field."""
    return {
        "organization": {one["organization"]["name"]},
        "groups": {group["name"] for group in one["groups"]},
        "tags": {tag["name"] for tag in one["tags"]},
        "res_format": {str(file["format"]) for file in one["resources"] if isinstance(file, dict)},
        "license_id": {str(one.get("license_id"))},
        **{field: {str(one[name])} for field, name in _PLAIN.items()},
    }


def _fits(one: dict[str, Any], given: dict[str, Any]) -> bool:
    """Whether a package has every word of `q`, and what `fq` names (field:value, joined by spaces)."""
    text = f"{one['title']} {one.get('notes', '')} {one['name']}".lower()
    words = [word for word in str(given.get("q") or "").lower().split() if word not in {"*:*", "*"}]
    if not all(word.strip('"') in text for word in words):
        return False
    known = _named(one)
    for sign, name, quoted, plain in _FILTER.findall(str(given.get("fq") or "")):
        value = quoted or plain
        if (value == "*" or value in known.get(name, set())) == (sign == "-"):
            return False
    return True
