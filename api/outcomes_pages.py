"""`/desk/reports`: how a holder does with the requests that it was given."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from api import access_showing as words
from api.context import catalogue
from api.outcomes import wanted_reader
from api.pages import shell
from api.sessions import refused, wanted_person
from catalogue.desk.reports import figures_json, figures_of, holders_of, period

blueprint = Blueprint("outcomes_pages", __name__)


@blueprint.get("/desk/reports")
def reports() -> str:
    """The figures of one holder and period, with the same as CSV."""
    person, here = wanted_person(), catalogue()
    own = holders_of(person)
    names = {one.id: one.name for one in here.journal.nodes()}
    choice = sorted(names) if own is None else [one for one in own if one in names]
    holder = request.args.get("holder") or (choice[0] if choice else "")
    if not holder:
        raise refused("report", "reports are for staff of a holder, stewards and auditors")
    wanted_reader(holder)
    now = here.clock()
    span = period(request.args.get("from"), request.args.get("to"), now)
    figures = figures_of(here.journal.reports, holder, span, now)
    more = {
        "holder": holder,
        "choice": choice,
        "names": names,
        "figures": figures_json(holder, span, figures),
        "words": words,
        "lists": own is None or holder in person.nodes,
    }
    return render_template("desk_reports.html", **shell("desk", **more))
