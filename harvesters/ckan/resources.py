"""Resources: distributions, their checksums, and the data services that give access to them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from catalogue.rdf.terms import XSD, literal
from harvesters.ckan.coverage import add_period
from harvesters.ckan.draft import Draft, escaped
from harvesters.ckan.fields import RESOURCE, SERVICE, term
from harvesters.ckan.names import RESOURCE_ALIASES, RESOURCE_KNOWN
from harvesters.ckan.relations import license_term
from harvesters.ckan.values import is_empty, items, plain
from vocab import namespaces as ns

_TYPE = term(ns.RDF, "type")
_DISTRIBUTION, _HAS = term(ns.DCAT, "Distribution"), term(ns.DCAT, "distribution")
_ACCESS, _DOWNLOAD = term(ns.DCAT, "accessURL"), term(ns.DCAT, "downloadURL")
_TITLE, _DESCRIPTION = term(ns.DCT, "title"), term(ns.DCT, "description")
_LICENSE, _FORMAT = term(ns.DCT, "license"), term(ns.DCT, "format")
_MEDIA, _PACKAGE = term(ns.DCAT, "mediaType"), term(ns.DCAT, "packageFormat")
_ISSUED, _MODIFIED = term(ns.DCT, "issued"), term(ns.DCT, "modified")
_SERVICE, _DATA_SERVICE = term(ns.DCAT, "accessService"), term(ns.DCAT, "DataService")
_CHECKSUM = term(ns.SPDX, "Checksum")
_IANA = "http://www.iana.org/assignments/media-types/"

_MEDIA_TYPE = re.compile(
    r"(application|audio|example|font|image|message|model|multipart|text|video)"
    r"/([A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126})\s*(?:;.*)?\Z",
    re.IGNORECASE,
)
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+\Z")
_ALGORITHMS = ("md2", "md4", "md5", "md6", "sha1", "sha224", "sha256", "sha384", "sha512")

Unknown = dict[str, str]
"""Fields that nothing here understands: the path, and the first value found."""


def add_resource(
    draft: Draft, subject: str, resource: Mapping[str, Any], inherited: str | None, unknown: Unknown
) -> None:
    """One distribution. `inherited` is the term of the package's licence: CKAN states the licence
    of all resources there, DCAT-AP wants it on each distribution."""
    fields = _fields(resource, unknown)
    node = _node(draft, fields)
    draft.add(subject, _HAS, node)
    draft.add(node, _TYPE, _DISTRIBUTION)
    translated = fields.get("name_translated")
    draft.texts(node, _TITLE, fields.get("name") if is_empty(translated) else translated)
    if not is_empty(fields.get("description_translated")):
        fields["description"] = fields["description_translated"]
    _addresses(draft, node, fields)
    _formats(draft, node, fields)
    _dates(draft, node, fields)
    own = license_term(draft, fields, "resources.license")
    if own or inherited:
        draft.add(node, _LICENSE, own or inherited or "")
    if fields.get("hash"):
        _checksum(draft, node, fields)
    for one in items(fields.get("access_services")):
        _service(draft, node, one)
    for one in items(fields.get("retention_period")):
        if isinstance(one, dict):
            add_period(draft, node, term(ns.HEALTH, "retentionPeriod"), "retention", one)
    for name, value in fields.items():
        if handler := RESOURCE.get(name):
            handler(draft, node, value, f"resources.{name}")


def _fields(resource: Mapping[str, Any], unknown: Unknown) -> dict[str, Any]:
    """The resource's fields that say something, under one name each."""
    fields: dict[str, Any] = {}
    for name, value in resource.items():
        if value is None or is_empty(value):
            continue
        if name in RESOURCE_ALIASES:
            fields.setdefault(RESOURCE_ALIASES[name], value)
        else:
            fields[name] = value
            if name not in RESOURCE_KNOWN:
                unknown.setdefault(f"resources.{name}", plain(value))
    return fields


def _node(draft: Draft, fields: Mapping[str, Any]) -> str:
    """The distribution's IRI: its own, else one under the dataset's by its id or its content."""
    uri = fields.get("uri")
    found = draft.iri(uri, "resources.uri", quiet=True) if uri else None
    if found and found != f"<{draft.base}>":
        return found
    ident = plain(fields.get("id"))
    if not ident:
        told = "\0".join(plain(fields.get(name)) for name in ("url", "access_url", "name"))
        ident = hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:16]
    stem = draft.base if draft.base.startswith("http") and "#" not in draft.base else None
    if stem:
        return f"<{stem}/resource/{escaped(ident)}>"
    return draft.local(f"<{draft.base}>", f"resource-{escaped(ident)}")


def _addresses(draft: Draft, node: str, fields: Mapping[str, Any]) -> None:
    """access_url, else url, is where to get at it; a file is where its bytes are, too."""
    url = _address(draft, fields.get("url"), "resources.url")
    access = _address(draft, fields.get("access_url"), "resources.access_url") or url
    download = _address(draft, fields.get("download_url"), "resources.download_url")
    if download is None and url is not None and _is_file(fields):
        download = url
    if access or download:
        draft.add(node, _ACCESS, access or download or "")
    if download:
        draft.add(node, _DOWNLOAD, download)


def _address(draft: Draft, value: Any, path: str) -> str | None:
    if is_empty(value):
        return None
    text = plain(value)
    if text.startswith("/") and draft.site:
        text = urljoin(f"{draft.site}/", text)
    return draft.iri(text, path)


def _is_file(fields: Mapping[str, Any]) -> bool:
    """Whether the portal says that the address is the file's: uploaded to it, or for download."""
    return (
        fields.get("url_type") == "upload" or fields.get("resource_locator_function") == "download"
    )


def _formats(draft: Draft, node: str, fields: Mapping[str, Any]) -> None:
    """mimetype is the media type; with an inner one, that of the package around it."""
    outer, inner = plain(fields.get("mimetype")), plain(fields.get("mimetype_inner"))
    if inner and _media(draft, inner):
        draft.add(node, _MEDIA, _media(draft, inner) or "")
        if found := _media(draft, outer):
            draft.add(node, _PACKAGE, found)
    elif found := _media(draft, outer):
        draft.add(node, _MEDIA, found)
    elif outer and not fields.get("format"):
        draft.add(node, _FORMAT, literal(outer))
    elif not outer and "/media-types/" in (
        found := _media(draft, plain(fields.get("format"))) or ""
    ):
        draft.add(node, _MEDIA, found)
    protocol = plain(fields.get("resource_locator_protocol"))
    if protocol.upper().startswith("OGC:"):
        draft.statement(
            node, term(ns.DCT, "conformsTo"), term(ns.DCT, "Standard"), protocol, "resources"
        )


def _media(draft: Draft, text: str) -> str | None:
    """A media type as the IRI that IANA's registry gives it."""
    match = _MEDIA_TYPE.match(text)
    if match:
        return f"<{_IANA}{match.group(1).lower()}/{match.group(2).lower().replace('^', '%5E')}>"
    return draft.iri(text, "resources.mimetype", quiet=True) if text else None


def _dates(draft: Draft, node: str, fields: Mapping[str, Any]) -> None:
    issued = fields.get("issued") or fields.get("created")
    modified = (
        fields.get("modified") or fields.get("last_modified") or fields.get("metadata_modified")
    )
    if issued:
        draft.date(node, _ISSUED, issued, "resources.issued")
    if modified:
        draft.date(node, _MODIFIED, modified, "resources.modified")


def _checksum(draft: Draft, node: str, fields: Mapping[str, Any]) -> None:
    """spdx:Checksum; the algorithm as stated, or as a prefix of the value ("sha256:...")."""
    text = plain(fields["hash"])
    stated = plain(fields.get("hash_algorithm"))
    prefix, colon, rest = text.partition(":")
    if colon and not stated and _algorithm(prefix):
        stated, text = prefix, rest
    found = draft.node(node, term(ns.SPDX, "checksum"), _CHECKSUM, "checksum")
    value = literal(text, "", f"{XSD}hexBinary") if _HEX.match(text) else literal(text)
    draft.add(found, term(ns.SPDX, "checksumValue"), value)
    if stated:
        known = _algorithm(stated)
        algorithm = f"{ns.SPDX}checksumAlgorithm_{known}" if known else stated
        draft.things(found, term(ns.SPDX, "algorithm"), algorithm, "resources.hash_algorithm")


def _algorithm(text: str) -> str | None:
    name = text.lower().replace("-", "").replace("_", "")
    return name if name in _ALGORITHMS else None


def _service(draft: Draft, node: str, given: Any) -> None:
    """A data service, described or only named by its IRI."""
    if not isinstance(given, dict):
        if found := draft.iri(given, "resources.access_services"):
            draft.add(node, _SERVICE, found)
        return
    if is_empty(given):
        return
    service = draft.node(node, _SERVICE, _DATA_SERVICE, "service", given.get("uri"))
    fields = {name: value for name, value in given.items() if not is_empty(value)}
    for name in ("title", "description"):
        if f"{name}_translated" in fields:
            fields[name] = fields[f"{name}_translated"]
    for name, value in fields.items():
        if handler := SERVICE.get(name):
            handler(draft, service, value, f"resources.access_services.{name}")
