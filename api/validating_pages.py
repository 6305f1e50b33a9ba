"""`/validate`: a page to validate a document on, without scripts."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request

from api.context import language
from api.pages import shell
from api.problems import status_of
from api.validating import PROFILES, fetched, judged
from catalogue.errors import CatalogueError, InvalidInput
from catalogue.harvest.checking import LARGEST, Document
from catalogue.validate.documents import Validated
from catalogue.validate.profiles import DEFAULT
from catalogue.validate.telling import Told, spoken

blueprint = Blueprint("validating_pages", __name__)

SHOWN = 1000  # findings that a page holds


@blueprint.get("/validate")
def form() -> str:
    """The form."""
    return render_template("validate.html", **shell("validate", **_form([DEFAULT])))


@blueprint.post("/validate")
def answer() -> Response:
    """The form with what was found. Nothing is stored, so it takes no token."""
    request.max_content_length = LARGEST
    request.max_form_memory_size = LARGEST
    sent = request.form
    profiles = sent.getlist("profile") or [DEFAULT]
    more, status = _form(profiles), 200
    more |= {"url": sent.get("url", "")[:2048], "document": sent.get("document", "")}
    try:
        lang = language()
        more["found"] = _shown(judged(_document(), profiles, lang), profiles, lang)
    except CatalogueError as error:
        more["fault"], status = str(error), status_of(error)
    body = render_template("validate.html", **shell("validate", **more))
    return Response(body, status=status, mimetype="text/html")


def _document() -> Document:
    """What the form brings: a file, else a text, else an address."""
    file = request.files.get("file")
    if file is not None and file.filename:
        return Document(file.stream.read(LARGEST + 1), file.mimetype or "")
    text = request.form.get("document", "").strip()
    if text:
        return Document(text.encode())
    address = request.form.get("url", "").strip()
    if address:
        return fetched(address)
    raise InvalidInput("choose a file, paste a document, or write its address")


def _form(chosen: list[str]) -> dict[str, Any]:
    return {
        "profiles": current_app.extensions[PROFILES],
        "chosen": chosen,
        "url": "",
        "document": "",
        "found": None,
        "fault": None,
    }


def _shown(found: Validated, profiles: list[str], lang: str) -> dict[str, Any]:
    """Findings by profile and record, the numbers by severity, and what reading met."""
    listed = found.findings[:SHOWN]
    return {
        "records": found.records,
        "total": len(found.findings),
        "shown": len(listed),
        "verdicts": [(name, found.conforms(name)) for name in dict.fromkeys(profiles)],
        "counts": Counter(one.severity for one in found.findings),
        "groups": [(key, list(rows)) for key, rows in groupby(listed, key=_of)],
        "notices": [spoken(one, lang) for one in (*found.shapes, *found.reading)],
    }


def _of(one: Told) -> tuple[str, str]:
    return one.profile, one.record or ""
