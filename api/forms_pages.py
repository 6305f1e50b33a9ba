"""`/forms`: a look at what requests for access are asked."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from api.answering import condition_words, shown
from api.context import catalogue, language
from api.forms import version_of
from api.pages import shell
from catalogue.access.fields import in_language
from catalogue.access.forms import place
from catalogue.errors import InvalidParameter

LANGUAGES = ("en", "de", "fr", "es", "it", "pl")  # in which the built-in forms speak

blueprint = Blueprint("forms_pages", __name__)


@blueprint.get("/forms")
def forms() -> str:
    """Every form, with the version in use, in the order in which they are asked."""
    found = sorted(catalogue().journal.forms.listed(), key=lambda one: place(one.form))
    return render_template("forms.html", **shell("forms", found=found, in_language=in_language))


@blueprint.get("/forms/<form_id>")
def form(form_id: str) -> str:
    """One version of a form, with every question that it can ask."""
    one = version_of(form_id, _version())
    lang = language()
    more = {
        "one": one,
        "versions": catalogue().journal.forms.versions(form_id),
        "shown": shown((one.form,), {}, lang=lang, every=True),
        "flags": [(flag.id, condition_words(one.form, flag.when, lang)) for flag in one.form.flags],
        "languages": LANGUAGES,
        "pinned": "version" in request.args,
        "in_language": in_language,
    }
    return render_template("form.html", **shell("forms", **more))


def _version() -> int | None:
    asked = request.args.get("version", "")
    if not asked:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10):
        raise InvalidParameter("version", "write a number, as 2")
    return int(asked)
