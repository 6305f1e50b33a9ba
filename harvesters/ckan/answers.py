"""Reading CKAN's answers: which packages are in a page, whatever form it has.

Forms: `package_search` ({"count", "results"}), `package_show` (one package; DKAN gives a list of
one), `current_package_list_with_resources` (a list; DKAN gives a list of lists), each with or
without the envelope {"success", "result"}; a bare package; a list of packages; lines of packages.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from catalogue.errors import ContentError, UnreadableDocument
from catalogue.model import Finding, Severity
from catalogue.rdf.decode import decode

LINES = "application/x-ndjson"
_HELP = re.compile(r"(https?://[^\s?#]+?)(?:/[a-z]{2}(?:_[A-Za-z]{2,4})?)?/api/(?:\d+/)?action/")


@dataclass(slots=True)
class Listing:
    """The members of a page, which may be anything yet. `total` is the portal's own count; `site`
    the portal's root as its answer states it."""

    members: list[Any]
    total: int | None = None
    site: str = ""
    findings: list[Finding] = field(default_factory=list)


def listing(body: bytes, charset: str | None, url: str) -> Listing:
    """The members of a page that is one JSON document.

    Raises: ContentError for anything but packages, or with the portal's own message where it
    reports an error; UnreadableDocument for damaged JSON.
    """
    if not body.strip():
        raise ContentError("the answer is empty")
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        raise ContentError("the answer is a web page or XML, not JSON; check the address and kind")
    found = Listing([])
    document = _document(body, charset, found)
    if isinstance(document, dict):
        found.site = _site(document.get("help"))
    found.members, found.total = _members(_result(document, url))
    return found


def unwrapped(member: Any) -> Any:
    """The package in a member that is an answer of `package_show`; anything else as it is."""
    if isinstance(member, dict) and "success" in member and "result" in member:
        result = member["result"]
        return result[0] if isinstance(result, list) and len(result) == 1 else result
    return member


def lines(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines of a page that say something, with their position."""
    start = 0
    while start < len(body):
        end = body.find(b"\n", start)
        end = len(body) if end < 0 else end
        line = body[start:end].strip(b" \t\r\xef\xbb\xbf")
        if line:
            yield start, line
        start = end + 1


def parsed(body: bytes, charset: str | None = None) -> tuple[Any, list[Finding]]:
    """A JSON value, read leniently where strict reading fails; and what was repaired.

    Raises: UnreadableDocument.
    """
    found = Listing([])
    return _document(body, charset, found), found.findings


# --- from bytes to a document --------------------------------------------------------------------


def _document(body: bytes, charset: str | None, found: Listing) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if "depth" in str(error) or "ecursion" in str(error):
            raise UnreadableDocument(f"the JSON is nested too deeply: {error}") from error
    return _leniently(body, charset, found)


def _leniently(body: bytes, charset: str | None, found: Listing) -> Any:
    """Reads other encodings, NaN and halves of characters, which portals do send."""
    text, repaired = decode(body, charset)
    found.findings.extend(repaired)
    try:
        loose = json.loads(text, parse_constant=lambda _name: None, parse_float=_finite)
        whole = json.dumps(loose, ensure_ascii=False).encode("utf-8", "replace")
        document = orjson.loads(whole)
    except json.JSONDecodeError as error:
        raise UnreadableDocument(f"no JSON: {error.msg}", error.lineno, error.colno) from error
    except (RecursionError, ValueError) as error:
        raise UnreadableDocument(f"no usable JSON: {error}") from error
    if not repaired:
        found.findings.append(
            Finding(
                rule="ckan.json-repaired",
                severity=Severity.WARNING,
                message="The JSON holds what none may (NaN, halves of characters, a byte order "
                "mark); it was read without them.",
                hint="Let the portal write JSON by RFC 8259.",
            )
        )
    return document


def _finite(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


# --- from a document to its members --------------------------------------------------------------


def _result(document: Any, url: str) -> Any:
    if not isinstance(document, dict) or "success" not in document:
        return document
    if document.get("success") is not True and str(document.get("success")).lower() != "true":
        raise ContentError(f"the portal answers with an error: {_message(document)} ({url})")
    return document.get("result")


def _message(document: dict[str, Any]) -> str:
    error = document.get("error")
    if isinstance(error, dict):
        texts = [f"{key}: {value}" for key, value in error.items() if not key.startswith("__")]
        kind = error.get("__type")
        return f"{kind or 'Error'}: {'; '.join(texts)}"[:500]
    return str(error or document.get("message") or "no message")[:500]


def _members(result: Any) -> tuple[list[Any], int | None]:
    if isinstance(result, dict):
        if isinstance(result.get("results"), list):
            count = result.get("count")
            total = count if isinstance(count, int) and not isinstance(count, bool) else None
            return result["results"], total
        if is_package(result):
            return [result], 1
        raise ContentError(f"this JSON holds no package of CKAN{_guess(result)}")
    if isinstance(result, list):
        if len(result) == 1 and isinstance(result[0], list):
            result = result[0]
        if any(isinstance(one, dict) for one in result) or not result:
            return result, None
    raise ContentError("this JSON holds no package of CKAN; check the address and kind")


def is_package(value: dict[str, Any]) -> bool:
    """Whether an object has what every package has: an id or a name, and something said."""
    named = isinstance(value.get("id"), str) or isinstance(value.get("name"), str)
    return named and any(
        name in value
        for name in ("resources", "title", "notes", "extras", "tags", "metadata_created")
    )


def _guess(result: dict[str, Any]) -> str:
    if "dataset" in result:
        return "; it looks like a data.json catalogue: use the kind data-json"
    if "@context" in result or "@graph" in result:
        return "; it looks like JSON-LD: use the kind dcat"
    return "; check the address and kind"


def _site(value: Any) -> str:
    """The portal's root, from the address of the help that CKAN puts into its answers."""
    match = _HELP.match(value) if isinstance(value, str) and len(value) < 2000 else None
    return match.group(1) if match else ""
