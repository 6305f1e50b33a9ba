"""The auditor's pages: every request, the log of what was done and refused, and whether it is whole."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from api.audit import acts_below, checked
from api.context import catalogue
from api.pages import shell
from api.request_pages import following, organisation_names
from api.sessions import wanted_role
from catalogue.access.model import RequestState
from catalogue.desk.telling import Names
from catalogue.people import PERSON, Role

PAGE = 100  # acts on a page
LONGEST = 300  # characters of what is looked for

blueprint = Blueprint("audit_pages", __name__)


@blueprint.get("/audit")
def audit() -> str:
    """What was done and refused, the newest first."""
    wanted_role(Role.AUDITOR)
    return _page(None)


@blueprint.post("/audit")
def verify() -> str:
    """The same, with what the check of the log finds."""
    wanted_role(Role.AUDITOR)
    return _page(checked())


@blueprint.get("/audit/requests")
def requests() -> str:
    """Every request, the last changed first."""
    person, desk = wanted_role(Role.AUDITOR), catalogue().desk
    states = [one for one in RequestState if one.value in request.args.getlist("state")]
    page = desk.all(person, states=states, after=request.args.get("cursor"), limit=PAGE)
    more = {
        "page": page,
        "states": list(RequestState),
        "asked": states,
        "names": Names(catalogue().journal.people),
        "organisations": organisation_names(),
        "following": following(page.next),
    }
    return render_template("audit_requests.html", **shell("audit", **more))


def _page(found: dict[str, Any] | None) -> str:
    asked = {one: request.args.get(one, "").strip()[:LONGEST] for one in ("subject", "act")}
    wanted = {name: value for name, value in asked.items() if value}
    page = acts_below(request.args.get("cursor"), {**wanted, "limit": PAGE})
    last, digest = catalogue().journal.audit.head()
    names = Names(catalogue().journal.people)
    more = {
        "acts": page.acts,
        "asked": asked,
        "last": last,
        "digest": digest,
        "checked": found,
        "who": lambda text: names(text.removeprefix(PERSON)) if text.startswith(PERSON) else "",
        "following": following(str(page.below)) if page.below else None,
    }
    return render_template("audit.html", **shell("audit", **more))
