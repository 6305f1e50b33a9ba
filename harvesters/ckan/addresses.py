"""What an address of a source means: a portal, an action of its API, or one document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit, urlunsplit

_API = re.compile(r"/api(?:/\d+)?(?:/action(?:/([a-z_]*))?)?/?\Z")
_SEARCH_PAGE = re.compile(r"/(?:dataset|group|organization)/?\Z")
_DOCUMENT = re.compile(r"\.(?:json|jsonl|ndjson)(?:\.(?:gz|zst))?\Z", re.IGNORECASE)
_LINES = re.compile(r"\.(?:jsonl|ndjson)(?:\.(?:gz|zst))?\Z", re.IGNORECASE)
_OURS = frozenset(("rows", "start", "sort", "limit", "offset"))


@dataclass(frozen=True, slots=True)
class Address:
    """`root` is the portal's, without a slash at its end; `document` that the address is to be
    taken as it is; `query` what it asks of a search."""

    root: str
    document: bool = False
    query: tuple[tuple[str, str], ...] = ()


def read(url: str) -> Address:
    """What a URL means. Addresses of a portal's API or search page lead to its root."""
    parts = urlsplit(url)
    path = parts.path
    api = _API.search(path)
    if api and api.group(1) not in {None, "", "package_search"}:
        return Address(_root(url, path[: api.start()]), document=True)
    if _DOCUMENT.search(path):
        return Address(_root(url, path.rpartition("/")[0]), document=True)
    query = tuple((name, value) for name, value in parse_qsl(parts.query) if name not in _OURS)
    if api:
        return Address(_root(url, path[: api.start()]), query=query)
    return Address(_root(url, _SEARCH_PAGE.sub("", path)))


def site_of(url: str) -> str:
    """The root of a portal's own IRIs as its address tells it; "" for local files."""
    return read(url).root if url.startswith(("http://", "https://")) else ""


def are_lines(path: str) -> bool:
    """Whether a name promises one package a line."""
    return bool(_LINES.search(path))


def is_document(path: str) -> bool:
    """Whether a name promises a document of packages."""
    return bool(_DOCUMENT.search(path))


def _root(url: str, path: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, path.rstrip("/"), "", ""))
