"""Distributions as resources."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import orjson

import vocab
from catalogue.project.ckan import fields
from catalogue.project.ckan.said import Said, listed, single, spoken, translated
from catalogue.rdf.terms import is_iri, is_literal, value_of
from vocab.namespaces import DCAT, DCT, SPDX

_DISTRIBUTION, _LICENSE = f"<{DCAT}distribution>", f"<{DCT}license>"
_TITLE, _DESCRIPTION = f"<{DCT}title>", f"<{DCT}description>"
_ACCESS, _DOWNLOAD = f"<{DCAT}accessURL>", f"<{DCAT}downloadURL>"
_FORMAT, _MEDIA, _SIZE = f"<{DCT}format>", f"<{DCAT}mediaType>", f"<{DCAT}byteSize>"
_ISSUED, _MODIFIED = f"<{DCT}issued>", f"<{DCT}modified>"
_SERVICE, _ENDPOINT = f"<{DCAT}accessService>", f"<{DCAT}endpointURL>"
_CHECKSUM, _VALUE = f"<{SPDX}checksum>", f"<{SPDX}checksumValue>"
_ALGORITHM, _ALGORITHMS = f"<{SPDX}algorithm>", f"{SPDX}checksumAlgorithm_"


def resources(said: Said, subject: str, package_id: str) -> list[dict[str, Any]]:
    """The distributions in the graph's order. A resource's id is the package's, a dash and what
    its distribution is known by, so that it lasts and leads to its package."""
    made: dict[str, dict[str, Any]] = {}
    for position, term in enumerate(said.terms(subject, _DISTRIBUTION)):
        ident = f"{package_id}-{_mark(said, term)}"
        while ident in made:  # told twice without an IRI of its own
            ident += "x"
        made[ident] = _resource(said, term, ident, package_id, position)
    return list(made.values())


def _mark(said: Said, term: str) -> str:
    parts = [value_of(term)] if is_iri(term) else []
    if not parts:
        parts = [one for path in (_ACCESS, _DOWNLOAD, _TITLE) for one in said.values(term, path)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def _resource(said: Said, term: str, ident: str, package_id: str, position: int) -> dict[str, Any]:
    access, download = said.one(term, _ACCESS), said.one(term, _DOWNLOAD)
    titles, texts = said.texts(term, _TITLE), said.texts(term, _DESCRIPTION)
    issued, modified = said.one(term, _ISSUED), said.one(term, _MODIFIED)
    made: dict[str, Any] = {
        "id": ident,
        "package_id": package_id,
        "position": position,
        "state": "active",
        "url": download or access or "",
        "url_type": None,
        "access_url": access,
        "download_url": download,
        "name": spoken(titles, said.language) or None,
        "name_translated": translated(titles),
        "description": spoken(texts, said.language),
        "description_translated": translated(texts),
        "format": said.first(term, _FORMAT) and code(said, said.first(term, _FORMAT), "format"),
        "mimetype": _media_type(said.one(term, _MEDIA)),
        "mimetype_inner": None,
        "size": _whole(said.one(term, _SIZE)),
        "license": said.one(term, _LICENSE),
        "created": issued,
        "issued": issued,
        "last_modified": modified,
        "modified": modified,
        "cache_url": None,
        "datastore_active": False,
        **_checksum(said, term),
    }
    if is_iri(term):
        made["uri"] = value_of(term)
    for name, path in fields.RESOURCE.items():
        if value := single(said.values(term, path)):
            made[name] = value
    for name, path in fields.RESOURCE_LISTS.items():
        if values := said.values(term, path):
            made[name] = listed(values)
    if services := said.terms(term, _SERVICE):
        made["access_services"] = orjson.dumps(_services(said, services)).decode()
    return made


def _services(said: Said, terms: Sequence[str]) -> list[dict[str, Any]]:
    """The data services that give access: by IRI, title and endpoints."""
    found = []
    for term in terms:
        service: dict[str, Any] = {"uri": value_of(term)} if is_iri(term) else {}
        if title := said.name(term):
            service["title"] = title
        if endpoints := said.values(term, _ENDPOINT):
            service["endpoint_url"] = endpoints
        found.append(service)
    return [one for one in found if one]


def _checksum(said: Said, term: str) -> dict[str, str]:
    """CKAN's `hash`, and the algorithm as ckanext-dcat names it."""
    node = said.first(term, _CHECKSUM)
    value = said.one(node, _VALUE) if node and not is_literal(node) else None
    if node is None or value is None:
        return {"hash": ""}
    algorithm = said.one(node, _ALGORITHM)
    found = {"hash": value}
    if algorithm:
        found["hash_algorithm"] = algorithm.removeprefix(_ALGORITHMS)
    return found


def code(said: Said, term: str | None, scheme: str) -> str | None:
    """The EU authority's code of a value, else its IRI or text: what the index holds of it."""
    if term is None:
        return None
    iri = value_of(term) if is_iri(term) else ""
    known = vocab.code_of(iri) if iri and vocab.scheme_of(iri) == scheme else None
    return known or said.value(term) or None


def _media_type(value: str | None) -> str | None:
    return value.rpartition("/media-types/")[2] if value else None


def _whole(text: str | None) -> int | None:
    try:
        number = int(float(text or ""))
    except (ValueError, OverflowError):
        return None
    return number if 0 <= number < 2**63 else None
