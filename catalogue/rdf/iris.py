"""Mending IRIs and language tags where it is certain what was meant."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from urllib.parse import urljoin

_ILLEGAL = re.compile(r"[\x00-\x20<>\"{}|\\^`\x7f]|%(?![0-9A-Fa-f]{2})")
_HEAD = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?://[^/?#]*)?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SPACE = re.compile(r"\s")
_TAG = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*\Z")
# RFC 3987 lets private-use characters stand in queries only.
_PRIVATE = re.compile("[\ue000-\uf8ff\ufdd0-\ufdef\ufff0-\uffff\ud800-\udfff]")


def is_valid(iri: str) -> bool:
    """Whether an absolute IRI has only characters that RFC 3987 allows."""
    head = _HEAD.match(iri)
    if head is None or _ILLEGAL.search(iri) or _PRIVATE.search(iri):
        return False
    tail = iri[head.end() :]
    # Brackets may stand around an IPv6 address only (RFC 3986, section 3.2.2).
    if "[" in tail or "]" in tail or tail.count("#") > 1:
        return False
    scheme, _, rest = iri.partition(":")
    return scheme.lower() not in {"http", "https"} or _has_host(rest)


@lru_cache(maxsize=4096)
def mend(iri: str, base: str = "") -> str | None:
    """The IRI with illegal characters percent-encoded and white space around it cut; None if it
    cannot be one. A relative reference is resolved where `base` is given."""
    trimmed = iri.strip()
    if not _SCHEME.match(trimmed):
        if not base or not trimmed:
            return None
        trimmed = urljoin(base, trimmed)
    if "<" in trimmed and _SPACE.search(
        trimmed
    ):  # an IRI that did not end, and what stands behind it
        return None
    mended = _PRIVATE.sub(_percent, _ILLEGAL.sub(_percent, trimmed))
    head = _HEAD.match(mended)
    assert head is not None
    tail = mended[head.end() :].replace("[", "%5B").replace("]", "%5D")
    front, mark, fragment = tail.partition("#")
    tail = front + mark + fragment.replace("#", "%23")
    mended = mended[: head.end()] + tail
    scheme, _, rest = mended.partition(":")
    if not rest or (scheme.lower() in {"http", "https"} and not _has_host(rest)):
        return None
    return mended


def _has_host(rest: str) -> bool:
    """Whether an http address names a host that a parser will read (brackets only for IPv6)."""
    if not rest.startswith("//"):
        return False
    authority = re.split(r"[/?#]", rest[2:], maxsplit=1)[0]
    host = authority.rsplit("@", 1)[-1]
    if host.startswith("["):
        match = re.match(r"\[([0-9A-Fa-f:.]+)\](?::\d*)?\Z", host)
        return match is not None and _is_ipv6(match.group(1))
    name, _, port = host.partition(":")
    odd = re.search(r"[\s%\[\]\x80-\x9f]", host)
    return bool(name) and odd is None and (port == "" or port.isdigit())


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def mend_tag(tag: str) -> str | None:
    """A language tag in BCP 47's form (underscores become hyphens); None if it cannot be one."""
    mended = tag.strip().replace("_", "-").strip("-")
    return mended.lower() if _TAG.match(mended) else None


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode("utf-8", "replace"))
