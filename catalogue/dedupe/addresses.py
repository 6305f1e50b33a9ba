"""Identifiers and addresses in the one form in which they are compared."""

from __future__ import annotations

import re
from urllib.parse import unquote

_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>?#]+")
_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_NOISE = re.compile(r"(?:^|&)(?:utm_[a-z]+|lang|locale|sessionid|jsessionid)=[^&]*")
_INDEX = re.compile(r"/(?:index\.(?:html?|php|aspx?))?$")
_DIGIT = re.compile(r"\d")
# Host, path and query of an http address; what stands before the host and the port are left out.
_HTTP = re.compile(
    r"https?://(?:[^/?#@]*@)?(?:www\.)?(\[[^\]/?#]*\]|[^/?#:]+)(?::\d*)?(/[^?#]*)?(?:\?([^#]*))?",
    re.IGNORECASE,
)
LONG = 12  # characters from which on an identifier is hardly given twice

# Words that say nothing about which file it is.
_COMMON = frozenset(
    ("download", "export", "wms", "wfs", "data", "query", "index", "getcapabilities")
)


def doi_of(text: str) -> str:
    """The DOI in an identifier or an address, in lower case; empty where there is none."""
    match = _DOI.search(unquote(text).lower())
    return match.group().rstrip(".,;)") if match else ""


def identifier(text: str) -> str:
    """An identifier without what portals add to it: scheme, "www.", a last slash; UUIDs bare."""
    clean = " ".join(text.lower().split())
    match = _UUID.search(clean)
    return match.group() if match else address(clean) or clean


def is_global(one: str) -> bool:
    """Whether an identifier is of a kind that nobody else gives: long, with digits in it, and no filling
    (0000-0000)."""
    several = len(set(filter(str.isalnum, one))) >= 4
    return several and len(one) >= LONG and len(_DIGIT.findall(one)) >= 3


def address(url: str) -> str:
    """An http address as it is compared: without scheme, "www.", port, fragment, tracking and a last
    slash; empty where it names a whole site or is none."""
    match = _HTTP.match(url.strip())
    if match is None:
        return ""
    host, path, query = match.groups(default="")
    if "%" in path:
        path = unquote(path)
    path = _INDEX.sub("", path.rstrip("/")) if path else ""
    query = _NOISE.sub("", query).lstrip("&") if query else ""
    if not path and not query:
        return ""
    return f"{host.lower()}{path}?{query}" if query else f"{host.lower()}{path}"


def file_name(one: str) -> str:
    """The last part of an address where it may tell the file from others, in lower case."""
    path, _, query = one.partition("?")
    name = path.rsplit("/", 1)[-1].lower()
    stem = name.rsplit(".", 1)[0]
    if query or len(name) < 8 or stem in _COMMON or "/" not in path:
        return ""
    return name
