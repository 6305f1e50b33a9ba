"""A record as a package of CKAN 2.10 with ckanext-dcat, ckanext-spatial and ckanext-fluent."""

from __future__ import annotations

from typing import Any

import orjson

from catalogue.synth import measured as m
from catalogue.synth.records import File, Record, identifier
from vocab.namespaces import AUTHORITY


def package(record: Record) -> dict[str, Any]:
    """The package as `package_search` gives it."""
    owner = identifier(0, record.publisher.id)
    made: dict[str, Any] = {
        "license_title": record.license or None,
        "maintainer": "",
        "relationships_as_object": [],
        "private": False,
        "maintainer_email": "",
        "num_tags": len(record.keywords),
        "id": record.id,
        "metadata_created": f"{record.year}-06-01T08:00:00.123456",
        "metadata_modified": f"2025-{1 + record.number % 12:02d}-01T12:{record.number % 60:02d}:00.654321",
        "author": "",
        "author_email": "",
        "state": "active",
        "version": "",
        "creator_user_id": identifier(0, "creator"),
        "type": "dataset",
        "resources": [_resource(record, file, n) for n, file in enumerate(record.files)],
        "num_resources": len(record.files),
        "tags": [_tag(word, record.number, n) for n, word in enumerate(record.keywords)],
        "tracking_summary": {"total": record.number % 211, "recent": record.number % 7},
        "groups": [
            {"id": t.lower(), "name": t.lower(), "title": t, "display_name": t}
            for t in record.themes
        ],
        "license_id": record.license or None,
        "relationships_as_subject": [],
        "organization": {
            "description": "",
            "created": "2013-04-16T20:09:07.908919",
            "title": record.publisher.name,
            "name": record.publisher.id,
            "is_organization": True,
            "state": "active",
            "image_url": "",
            "revision_id": identifier(0, "org", record.publisher.id),
            "type": "organization",
            "id": owner,
            "approval_status": "approved",
        },
        "name": f"record-{record.number}-{record.id[:8]}",
        "isopen": record.license.startswith(("cc-", "odc-", "dl-")),
        "url": f"https://data-{record.publisher.id}.example/dataset/{record.id}",
        "notes": record.description,
        "owner_org": owner,
        "extras": [{"key": key, "value": value} for key, value in _extras(record).items()],
        "title": record.title,
        "revision_id": identifier(0, "revision", record.id),
    }
    if record.english:
        made["title_translated"] = {record.language: record.title, "en": record.english[0]}
        made["notes_translated"] = {record.language: record.description, "en": record.english[1]}
    return made


def harvest_source(seed: int, number: int) -> dict[str, Any]:
    """What portals list beside datasets: where they harvest themselves."""
    return {
        "id": identifier(seed, number),
        "name": f"harvest-{number}",
        "type": "harvest",
        "state": "active",
        "private": False,
        "title": f"Harvest {number}",
        "notes": "",
        "url": f"https://source-{number}.example/",
        "source_type": "csw",
        "frequency": "WEEKLY",
        "resources": [],
        "tags": [],
        "groups": [],
        "extras": [],
        "organization": None,
    }


def _resource(record: Record, file: File, place: int) -> dict[str, Any]:
    made: dict[str, Any] = {
        "cache_last_updated": None,
        "package_id": record.id,
        "webstore_last_updated": None,
        "id": file.id,
        "size": file.size,
        "state": "active",
        "hash": "",
        "description": file.description,
        "format": file.format,
        "tracking_summary": {"total": 0, "recent": 0},
        "mimetype_inner": None,
        "url_type": None,
        "mimetype": file.media_type or None,
        "cache_url": None,
        "name": file.name,
        "created": f"{record.year}-06-01T08:00:00.123456",
        "url": file.url,
        "webstore_url": None,
        "last_modified": None,
        "position": place,
        "revision_id": identifier(0, "revision", record.id),
        "resource_type": None,
    }
    if record.publisher.iso:
        made["resource_locator_function"] = "download" if place % 2 else ""
        made["resource_locator_protocol"] = "WWW:LINK-1.0-http--link"
    return made


def _tag(word: str, number: int, place: int) -> dict[str, Any]:
    return {
        "vocabulary_id": None,
        "state": "active",
        "display_name": word,
        "id": identifier(number, place),
        "name": word,
    }


def _extras(record: Record) -> dict[str, str]:
    made = _iso(record) if record.publisher.iso else _dcat(record)
    if record.box:
        made["spatial"] = _spatial(record)
    made["harvest_object_id"] = identifier(1, record.id)
    made["harvest_source_id"] = identifier(1, record.publisher.id)
    made["harvest_source_title"] = record.publisher.name
    return made


def _iso(record: Record) -> dict[str, str]:
    """The fields of ckanext-spatial."""
    dates = [
        {"type": "publication", "value": record.issued},
        {"type": "revision", "value": record.modified},
    ]
    party = [{"name": record.publisher.name, "roles": ["pointOfContact", "publisher"]}]
    made = {
        "guid": f"urn:uuid:{record.id}",
        "metadata_type": "geospatial",
        "resource-type": "dataset",
        "spatial-reference-system": "EPSG:4258",
        "dataset-reference-date": orjson.dumps(dates).decode(),
        "metadata-language": record.tag or record.language,
        "metadata-date": record.modified,
        "coupled-resource": "[]",
        "contact-email": "redacted@example.org",
        "frequency-of-update": {"ANNUAL": "annually", "MONTHLY": "monthly", "DAILY": "daily"}.get(
            record.frequency, ""
        ),
        "spatial-data-service-type": "",
        "progress": "completed",
        "licence": orjson.dumps([record.license or "no conditions apply"]).decode(),
        "access_constraints": "[]",
        "responsible-party": orjson.dumps(party).decode(),
        "spatial_harvester": "true",
        "temporal-extent-begin": f"{record.year}-01-01",
        "temporal-extent-end": f"{record.year}-12-31",
    }
    if record.box:
        names = ("bbox-west-long", "bbox-south-lat", "bbox-east-long", "bbox-north-lat")
        made |= {name: str(value) for name, value in zip(names, record.box, strict=True)}
    return made


def _dcat(record: Record) -> dict[str, str]:
    """The fields of ckanext-dcat."""
    home = f"https://data-{record.publisher.id}.example"
    themes = [f"{AUTHORITY}data-theme/{code}" for code in record.themes]
    made = {
        "identifier": f"{home}/id/{record.id}",
        "guid": f"{home}/id/{record.id}",
        "uri": f"{home}/id/{record.id}",
        "issued": record.issued,
        "modified": record.modified,
        "language": orjson.dumps([record.tag or record.language]).decode(),
        "theme": orjson.dumps(themes).decode(),
        "publisher_name": record.publisher.name,
        "publisher_uri": f"{home}/org",
        "publisher_type": "NationalAuthority",
        "contact_name": f"{record.publisher.name}: desk",
        "contact_email": "redacted@example.org",
        "access_rights": f"{AUTHORITY}access-right/{record.access}" if record.access else "",
        "frequency": f"{AUTHORITY}frequency/{record.frequency}" if record.frequency else "",
        "temporal_start": f"{record.year}-01-01",
        "temporal_end": f"{record.year}-12-31",
        "conforms_to": '["http://data.europa.eu/eli/reg_impl/2023/138/oj"]',
        "source_datajson_identifier": "true",
        "source_hash": record.id.replace("-", ""),
        "dcat_modified": record.modified,
        "catalogue_homepage": home,
    }
    return {key: value for key, value in made.items() if value}


def _spatial(record: Record) -> str:
    assert record.box is not None
    west, south, east, north = record.box
    if record.spatial == "box":
        return f"{west}, {south}, {east}, {north}"
    if record.spatial == "text":
        return record.publisher.country
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return orjson.dumps({"type": "Polygon", "coordinates": [ring]}).decode()


def is_harvest_source(number: int) -> bool:
    """Whether the place of record `number` is taken by something that is none."""
    return number % round(1 / m.NO_RECORD) == 17
