"""Bringing the pages of a CKAN portal, as bytes; nothing is decoded here but lists of names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import orjson
import requests
from ckanapi import RemoteCKAN
from ckanapi.common import prepare_action

from catalogue.errors import ContentError, FetchError, SourceError
from catalogue.model import Page
from catalogue.ports import Client, Feed
from harvesters.ckan import files
from harvesters.ckan.addresses import Address, are_lines, read
from harvesters.ckan.answers import LINES
from harvesters.ckan.places import LIST, SEARCH, Place

SHOW, DOCUMENT = "show:", "document"
SHOWN = 50  # packages a page where each is asked for by name
NOTHING: Mapping[str, str] = MappingProxyType({})
_GONE = frozenset({403, 404, 410})
_ABSENT = frozenset({400, 403, 404, 405, 410, 501})


class Portal(RemoteCKAN):  # type: ignore[misc]
    """ckanapi's portal, whose answers are left undecoded."""

    def answer(
        self, action: str, parameters: Mapping[str, Any], validators: Mapping[str, str] = NOTHING
    ) -> requests.Response:
        """What the portal answers to an action that reads; by POST where it takes no GET."""
        given = dict(parameters)
        path, body, headers = prepare_action(action, given, self.apikey, base_url="api/3/action/")
        headers["User-Agent"] = self.user_agent
        url = f"{self.address.rstrip('/')}/{path}"
        query = {name: value for name, value in given.items() if value != ""}
        reading = {name: value for name, value in headers.items() if name != "Content-Type"}
        reading.update(validators)
        answer: requests.Response = self.session.get(url, params=query, headers=reading)
        if answer.status_code == 405:
            answer = self.session.post(url, data=body, headers=headers, allow_redirects=False)
        return answer


def fetch_page(feed: Feed, client: Client, cursor: str | None) -> Page:
    """The page that a cursor names: `search:<start>`, the same with a moment before it
    (`search:<ISO 8601>|<start>`: only what changed since) or with rows behind it
    (`search:<start>|<rows>`), `list:<offset>`, `show:<position>`, `document`, or a place in files.

    Raises: SourceError."""
    if feed.url.startswith("file:"):
        return files.page(feed.url, cursor)
    address = read(feed.url)
    if cursor is None:
        return _document(feed, client) if address.document else _first(feed, client, address)
    portal = _portal(feed, client, address)
    if cursor.startswith(SEARCH):
        return _search(feed, portal, address, Place.read(cursor))
    number = int(cursor.partition(":")[2] or 0)
    if cursor.startswith(LIST):
        return _list(feed, portal, number)
    if cursor.startswith(SHOW):
        return _show(portal, number)
    return _document(feed, client)


def since(feed: Feed, moment: datetime | None, *, probe: bool = False) -> str | None:
    """The cursor of what changed since a moment; with `probe` of its number alone. None where the
    address is a document or files, which cannot be asked."""
    if feed.url.startswith("file:") or read(feed.url).document:
        return None
    told = "" if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    return str(Place(0, told, 0 if probe else None))


def _portal(feed: Feed, client: Client, address: Address) -> Portal:
    session = client.session()
    agent = str(session.headers.get("User-Agent") or "")
    key = str(feed.options.get("api_key") or "") or None
    return Portal(address.root, apikey=key, user_agent=agent, get_only=True, session=session)


def _first(feed: Feed, client: Client, address: Address) -> Page:
    """The first page, by the best action that the portal has; else the address as a document.

    What is told where all fail is the fault of the first, the one that every CKAN has.
    """
    portal = _portal(feed, client, address)
    try:
        return _search(feed, portal, address, Place())
    except SourceError as error:
        if isinstance(error, FetchError) and error.status not in _ABSENT:
            raise
        fault = error
    attempts: tuple[Callable[[], Page], ...] = (
        lambda: _list(feed, portal, 0),
        lambda: _show(portal, 0),
        lambda: _document(feed, client),
    )
    for attempt in attempts:
        try:
            return attempt()
        except SourceError:
            continue
    raise fault


# --- the ways ------------------------------------------------------------------------------------


def _search(feed: Feed, portal: Portal, address: Address, place: Place) -> Page:
    rows = int(feed.options.get("rows") or 250) if place.rows is None else place.rows
    wanted = {name: value for name in ("q", "fq") if (value := str(feed.options.get(name) or ""))}
    if place.since:
        wanted["fq"] = f"{wanted.get('fq', '')} +metadata_modified:[{place.since} TO *]".strip()
    parameters = {
        **dict(address.query),
        **wanted,
        "rows": rows,
        "start": place.start,
        "sort": "id asc",  # any lasting order; by relevance pages would overlap
    }
    cursor = str(place)
    answer = _checked(portal.answer("package_search", parameters, feed.validators(cursor)))
    return _page(cursor, answer, str(replace(place, start=place.start + rows)))


def _list(feed: Feed, portal: Portal, offset: int) -> Page:
    rows = int(feed.options.get("rows") or 250)
    parameters = {"limit": rows, "offset": offset}
    answer = _checked(portal.answer("current_package_list_with_resources", parameters))
    return _page(f"{LIST}{offset}", answer, f"{LIST}{offset + rows}")


def _show(portal: Portal, position: int) -> Page:
    """A page of packages that are asked for one by one: a line each."""
    listed = _checked(portal.answer("package_list", {}))
    names = _names(listed)
    shown = [_shown(portal, name) for name in names[position : position + SHOWN]]
    behind = position + SHOWN
    following = f"{SHOW}{behind}" if behind < len(names) else None
    return Page(
        f"{SHOW}{position}", listed.url, LINES, b"\n".join(shown) + b"\n", following=following
    )


def _shown(portal: Portal, name: str) -> bytes:
    answer = portal.answer("package_show", {"id": name})
    if answer.status_code in _GONE:  # withdrawn since the list was made, or not for everybody
        return orjson.dumps({"success": False, "id": name, "status": answer.status_code})
    # JSON has line feeds between its tokens only, so a space in their place changes nothing.
    return _checked(answer).content.replace(b"\r", b" ").replace(b"\n", b" ")


def _names(answer: requests.Response) -> list[str]:
    try:
        result = orjson.loads(answer.content)["result"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise ContentError(f"{answer.url}: no list of names came") from error
    if not isinstance(result, list) or not all(isinstance(one, str) for one in result):
        raise ContentError(f"{answer.url}: no list of names came")
    return sorted(set(result))


def _document(feed: Feed, client: Client) -> Page:
    key = str(feed.options.get("api_key") or "")
    headers = {"Accept": "application/json, */*;q=0.1", **feed.validators(DOCUMENT)}
    if key:
        headers |= {"Authorization": key, "X-CKAN-API-Key": key}
    answer = client.get(feed.url, headers=headers)
    body, path = files.unpacked(answer.body, feed.url), feed.url.partition("?")[0]
    if body.lstrip()[:1] == b"<":
        raise ContentError(f"{answer.url}: a web page or XML came, not JSON")
    ndjson = are_lines(path) or answer.media_type in {LINES, "application/jsonl"}
    return Page(
        DOCUMENT,
        answer.url,
        LINES if ndjson else "application/json",
        body,
        _charset(answer.headers),
        etag=answer.headers.get("etag"),
        last_modified=answer.headers.get("last-modified"),
        not_modified=answer.status == 304,
    )


# --- answers -------------------------------------------------------------------------------------


def _checked(answer: requests.Response) -> requests.Response:
    """An answer that may hold what was asked for. Raises: FetchError, ContentError."""
    if answer.status_code == 304:
        return answer
    if answer.status_code != 200:
        raise FetchError(
            f"{answer.url} answered {answer.status_code}{_told(answer)}", answer.status_code
        )
    if answer.content.lstrip()[:1] == b"<":
        raise ContentError(f"{answer.url}: a web page came, not JSON; is this a CKAN portal?")
    return answer


def _told(answer: requests.Response) -> str:
    """What the portal's own error says, where it is short and in CKAN's form."""
    if len(answer.content) > 65536:
        return ""
    try:
        error = orjson.loads(answer.content)["error"]
    except (orjson.JSONDecodeError, KeyError, TypeError, IndexError):
        return ""
    message = error.get("message") if isinstance(error, dict) else error
    return f": {str(message or error)[:300]}"


def _page(cursor: str, answer: requests.Response, following: str) -> Page:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Page(
        cursor,
        answer.url,
        "application/json",
        answer.content,
        _charset(headers),
        following,
        etag=headers.get("etag"),
        last_modified=headers.get("last-modified"),
        not_modified=answer.status_code == 304,
    )


def _charset(headers: Mapping[str, str]) -> str | None:
    for part in headers.get("content-type", "").split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset" and value.strip():
            return value.strip(" \"'")
    return None
