"""What every door needs: the catalogue, who reads, in which language, and how to answer JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import orjson
from flask import Response, current_app, g, has_request_context, request

from catalogue.bootstrap import Catalogue
from catalogue.errors import NotFound, Overtaken
from catalogue.model import ANYBODY, Change, Reader, visible_to
from vocab.languages import OFFICIAL

EXTENSION = "aicat"


class Gone(NotFound):
    """The record was here and has been withdrawn."""


class Stale(Overtaken):
    """What `If-Match` names is not how the thing is now (RFC 9110, 13.1.1)."""


def catalogue() -> Catalogue:
    """The catalogue that this application serves."""
    return cast(Catalogue, current_app.extensions[EXTENSION])


def reader() -> Reader:
    """Who asks: the node whose key the request brings, a person who is signed in, else anybody."""
    from api.sessions import signed_in  # which stands on this module

    key = g.get("key") if has_request_context() else None
    if key is not None:
        return Reader(nodes=(key.node,))
    person = signed_in()
    return ANYBODY if person is None else person.reader


def readable_by(visibility: str) -> bool:
    """Whether who asks may see what has this visibility."""
    return visible_to(visibility, reader())


def site() -> str:
    """The base of our addresses; never taken from the request."""
    return catalogue().settings.site


def readable(page_id: str) -> Change:
    """The record's current state, if this reader may see it.

    Raises: NotFound, Gone. A record that is hidden from the reader is not found, deleted or not.
    """
    try:
        change = catalogue().journal.current(page_id)
    except NotFound:
        raise NotFound(f"there is no record {page_id[:40]!r}; search for it by its title") from None
    if not visible_to(change.record.visibility, reader()):
        raise NotFound(f"there is no record {page_id[:40]!r}; search for it by its title")
    if change.deleted:
        raise Gone(f"the record {page_id} was withdrawn by its source on {change.at:%Y-%m-%d}")
    return change


def language() -> str:
    """The reader's language: `lang` of the address, else what the person who is signed in has chosen,
    else the best of Accept-Language, else en."""
    from api.sessions import whoever  # which stands on this module

    asked = request.args.get("lang", "")[:2].lower()
    if asked in OFFICIAL:
        return asked
    person = whoever()
    if person is not None and person.language:
        return person.language
    return (
        request.accept_languages.best_match(sorted(OFFICIAL, key=lambda one: one != "en")) or "en"
    )


def csv_answer(lines: Iterable[str], name: str) -> Response:
    """CSV as it is made, as a file to save."""
    answer = Response(lines, mimetype="text/csv")
    answer.headers["Content-Type"] = "text/csv; charset=utf-8; header=present"  # RFC 4180, 3
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def json_answer(value: Any, *, link: str | None = None) -> Response:
    """JSON as it stands, with the address of the next page where there is one."""
    answer = Response(orjson.dumps(value), mimetype="application/json")
    if link:
        answer.headers["Link"] = f'<{link}>; rel="next"'
    return answer
