"""Fetching DCAT: a page by HTTP, or a file of a folder."""

from __future__ import annotations

import zlib
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from catalogue.errors import FetchError
from catalogue.model import Page
from catalogue.ports import Client, Feed
from catalogue.rdf.formats import BY_SUFFIX

ACCEPT = (
    "text/turtle, application/n-triples;q=0.9, application/rdf+xml;q=0.9, application/trig;q=0.8,"
    " application/n-quads;q=0.8, application/ld+json;q=0.8, application/json;q=0.5,"
    " application/xml;q=0.5, text/xml;q=0.5, */*;q=0.1"
)
MODIFIED_SINCE = "modified_since"
LARGEST = 512 * 1024 * 1024  # bytes of a file, unpacked


def fetch(feed: Feed, client: Client, cursor: str | None) -> Page:
    """The page at an address, or the file that the cursor names. Raises: SourceError."""
    if feed.url.startswith("file:"):
        return _from_disk(feed, cursor)
    address = cursor or feed.url
    answer = client.get(address, headers={"Accept": ACCEPT, **feed.validators(address)})
    return Page(
        cursor=address,
        url=answer.url,
        media_type=str(feed.options.get("media_type") or answer.media_type),
        body=_unpacked(answer.body, answer.url),
        charset=answer.charset,
        etag=answer.headers.get("etag"),
        last_modified=answer.headers.get("last-modified"),
        not_modified=answer.status == 304,
    )


def since(feed: Feed, moment: datetime | None) -> str | None:
    """The address of what changed since a moment, as Hydra-paged catalogues of CKAN portals take it;
    the source's own where it is None. None for files."""
    if feed.url.startswith("file:") or moment is None:
        return None if feed.url.startswith("file:") else feed.url
    parts = urlsplit(feed.url)
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] != MODIFIED_SINCE]
    query = urlencode([*kept, (MODIFIED_SINCE, f"{moment:%Y-%m-%dT%H:%M:%SZ}")])
    return urlunsplit(parts._replace(query=query))


def _from_disk(feed: Feed, cursor: str | None) -> Page:
    root = Path(unquote(urlsplit(feed.url).path))
    files = _files(root)
    if not files:
        raise FetchError(f"{root}: there is no file of RDF")
    names = [str(path.relative_to(root)) if root.is_dir() else path.name for path in files]
    at = 0
    if cursor is not None:
        if cursor not in names:
            raise FetchError(f"{root}: the file {cursor!r} is gone")
        at = names.index(cursor)
    path = files[at]
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise FetchError(f"{path}: {size} bytes, at most {LARGEST}; cut it into several files")
        body = _unpacked(path.read_bytes(), path.name)
    except OSError as error:
        raise FetchError(f"{path}: {error.strerror}") from error
    return Page(
        cursor=names[at],
        url=path.resolve().as_uri(),
        media_type=str(feed.options.get("media_type") or ""),
        body=body,
        following=names[at + 1] if at + 1 < len(names) else None,
    )


def _files(root: Path) -> list[Path]:
    """The file itself, or a folder's files of RDF in order; links out of the folder are left."""
    if root.is_file():
        return [root]
    inside = root.resolve()
    return sorted(
        path
        for path in root.rglob("*")
        if path.is_file()
        and path.resolve().is_relative_to(inside)
        and Path(path.name.removesuffix(".gz")).suffix.lower() in BY_SUFFIX
    )


def _unpacked(body: bytes, name: str) -> bytes:
    """A gzip file's content (a page that names one need not say so); any other body as it is."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        unpacker = zlib.decompressobj(wbits=31)
        plain = unpacker.decompress(body, LARGEST + 1)
    except zlib.error as error:
        raise FetchError(f"{name}: the gzip file is damaged: {error}") from error
    if len(plain) > LARGEST:
        raise FetchError(f"{name}: more than {LARGEST} bytes when unpacked")
    if not unpacker.eof:
        raise FetchError(f"{name}: the gzip file is cut off")
    return plain
