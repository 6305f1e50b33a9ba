"""`/sparql`: the SPARQL 1.1 Protocol, reading only, and a page to write queries on."""

from __future__ import annotations

from flask import Blueprint, Response, request

from api import pages
from api.context import catalogue, site
from catalogue.errors import InvalidParameter, InvalidQuery
from catalogue.ports import SparqlAnswer
from catalogue.rdf.negotiation import accepted
from catalogue.rdf.serialize import MEDIA_TYPES, serialize
from catalogue.sparql.description import service_description
from catalogue.sparql.formats import ROWS, TRIPLES

blueprint = Blueprint("sparql", __name__)

# The page's own choice of a form, for readers who cannot set an Accept header.
SHORT = {
    "json": "application/sparql-results+json, application/ld+json",
    "xml": "application/sparql-results+xml, application/rdf+xml",
    "csv": "text/csv, text/turtle",
    "tsv": "text/tab-separated-values, text/turtle",
    "turtle": "text/turtle, application/sparql-results+json",
}


@blueprint.get("/sparql")
def by_get() -> Response:
    """`query` is answered; a bare GET is the service description, or the page for a browser."""
    _check_names()
    text = request.args.get("query")
    if text is None:
        return _about()
    return _answer(text)


@blueprint.post("/sparql")
def by_post() -> Response:
    """A form's `query`, or the body where it is application/sparql-query."""
    _check_names()
    if request.mimetype == "application/sparql-query":
        try:
            return _answer(request.get_data().decode())
        except UnicodeDecodeError as error:
            raise InvalidQuery("the query is not UTF-8") from error
    if request.mimetype == "application/x-www-form-urlencoded":
        if "update" in request.form:
            raise InvalidQuery("updates are not allowed here; this door reads")
        if "query" in request.form:
            return _answer(request.form["query"])
        raise InvalidParameter("query", "is missing in the form")
    if request.mimetype == "application/sparql-update":
        raise InvalidQuery("updates are not allowed here; this door reads")
    raise InvalidParameter("Content-Type", "send application/sparql-query or a form with `query`")


def _check_names() -> None:
    """Each parameter at most once, and no other data set (SPARQL 1.1 Protocol, section 2.1)."""
    for name in ("default-graph-uri", "named-graph-uri"):
        if name in request.args or name in request.form:
            raise InvalidParameter(
                name, "there is one graph here, of all public records; leave out"
            )
    if len([*request.args.getlist("query"), *request.form.getlist("query")]) > 1:
        raise InvalidParameter("query", "is given more than once")


def _answer(text: str) -> Response:
    accept = request.headers.get("Accept", "")
    shown = request.values.get("format", "")
    if shown == "page" or (not shown and _is_browser(accept)):
        return pages.sparql(text)
    if shown:
        if shown not in SHORT:
            raise InvalidParameter("format", f"must be one of {', '.join([*SHORT, 'page'])}")
        accept = SHORT[shown]
    return as_response(catalogue().sparql.query(text, accept=accept))


def as_response(found: SparqlAnswer) -> Response:
    """A SPARQL answer over HTTP; one cut at the limit says so."""
    answer = Response(found.body, mimetype=found.media_type)
    answer.vary.add("Accept")
    if found.truncated:
        limit = catalogue().settings.sparql_results
        answer.headers["X-Truncated"] = f"results={limit}"
    return answer


def _is_browser(accept: str) -> bool:
    return accepted(accept, (*ROWS, *TRIPLES, "text/html")) == "text/html"


def _about() -> Response:
    accept = request.headers.get("Accept", "")
    offered = (*MEDIA_TYPES.values(), "text/html")
    media_type = accepted(accept, offered)
    if media_type is None:
        raise InvalidParameter("accept", f"the description comes as {', '.join(offered)}")
    if media_type == "text/html":
        return pages.sparql("")
    form = next(name for name, one in MEDIA_TYPES.items() if one == media_type)
    lines = list(service_description(f"{site()}/sparql"))
    answer = Response(serialize(lines, form), mimetype=media_type)
    answer.vary.add("Accept")
    return answer
