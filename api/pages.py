"""The pages of records and searches: server-rendered, whole without JavaScript, safe with any harvested text."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, g, render_template, request
from marshmallow import EXCLUDE, ValidationError

import vocab
from api import showing, stewards
from api.access_asking import asking
from api.also import also_at
from api.context import catalogue, language, reader, site
from api.datasets import counted, country_of, notice
from api.ecosystem import OFFERS, USERS, sheet_told
from api.federation import held_number, node_list, numbers, public_address
from api.schemas import FILTERS, SearchQuery
from api.scoring import record_told
from catalogue.errors import CatalogueError, InvalidParameter, Unavailable
from catalogue.model import SECTORS, Change, Sector
from catalogue.project.describe import describe
from catalogue.search.service import SearchPage, SearchParams
from vocab.facet_labels import facet_label

FACETS = (
    "sector",
    "type",
    "access",
    "theme",
    "format",
    "license",
    "country",
    "language",
    "modality",
    "task",
    "downloadable",
    "license_use",
    "quality_band",
    "year",
    "publisher",
    "node",
)
NAMES = {
    "sector": "Sector",
    "type": "Kind",
    "access": "Access",
    "theme": "Theme",
    "format": "Format",
    "license": "Licence",
    "country": "Country",
    "language": "Language",
    "publisher": "Publisher",
    "node": "Member",
    "keyword": "Keyword",
    "hvd": "High-value category",
    "profile": "Profile",
    "source": "Source",
    "modality": "Kind of data",
    "task": "Task",
    "downloadable": "Download",
    "license_use": "Licence allows",
    "quality_band": "Quality",
    "year": "Year",
    "month": "Month",
}
MEMBERS = 12  # of the federation, on the front page
SHEETS = ("offer", "training", "factory", "supercomputer", "initiative", "call")
SORTS = (
    ("relevance", "Best match"),
    ("-modified", "Last changed"),
    ("-issued", "Newest"),
    ("title", "Title"),
    ("-quality", "Best described"),
)
EXAMPLES = (
    (
        "Datasets of each member",
        "PREFIX dcat: <http://www.w3.org/ns/dcat#>\nPREFIX dct: <http://purl.org/dc/terms/>\n"
        "PREFIX foaf: <http://xmlns.com/foaf/0.1/>\n\n"
        "SELECT ?member (COUNT(DISTINCT ?dataset) AS ?datasets)\nWHERE {\n"
        "  ?node dcat:record / foaf:primaryTopic ?dataset ; dct:title ?member .\n"
        "  ?dataset a dcat:Dataset .\n}\nGROUP BY ?member\nORDER BY DESC(?datasets)",
    ),
    (
        "Formats, most frequent first",
        "PREFIX dct: <http://purl.org/dc/terms/>\n\nSELECT ?format (COUNT(*) AS ?distributions)\n"
        "WHERE { ?distribution dct:format ?format }\nGROUP BY ?format\n"
        "ORDER BY DESC(?distributions)\nLIMIT 20",
    ),
    (
        "Restricted data in health",
        "PREFIX dcat: <http://www.w3.org/ns/dcat#>\nPREFIX dct: <http://purl.org/dc/terms/>\n"
        "PREFIX foaf: <http://xmlns.com/foaf/0.1/>\nPREFIX aicat: <https://w3id.org/aicat/terms#>\n\n"
        "SELECT ?dataset ?title\nWHERE {\n"
        "  ?record foaf:primaryTopic ?dataset ;\n"
        "          aicat:sector <https://w3id.org/aicat/sector/health> .\n"
        "  ?dataset dct:title ?title ;\n    dct:accessRights\n"
        "      <http://publications.europa.eu/resource/authority/access-right/RESTRICTED> .\n}\n"
        "LIMIT 50",
    ),
    (
        "Who offers GPU hours to start-ups",
        "PREFIX aicat: <https://w3id.org/aicat/terms#>\nPREFIX dct: <http://purl.org/dc/terms/>\n"
        "PREFIX foaf: <http://xmlns.com/foaf/0.1/>\n\n"
        "SELECT ?title ?by ?computer ?gpu\nWHERE {\n"
        '  ?offer a aicat:Offer ; aicat:eligible "start-up" ; dct:title ?title ;\n'
        "         aicat:provider / foaf:name ?by ; aicat:supercomputer ?machine .\n"
        "  ?machine foaf:name ?computer ; aicat:accelerator ?gpu .\n}\nORDER BY ?computer ?title",
    ),
    (
        "AI Factories and their supercomputers",
        "PREFIX aicat: <https://w3id.org/aicat/terms#>\n"
        "PREFIX foaf: <http://xmlns.com/foaf/0.1/>\n\n"
        "SELECT ?name ?country ?computer\nWHERE {\n"
        "  ?factory a aicat:AIFactory ; foaf:name ?name ; aicat:country ?country .\n"
        "  OPTIONAL { ?factory aicat:supercomputer / foaf:name ?computer }\n}\n"
        "ORDER BY ?country",
    ),
)

blueprint = Blueprint("pages", __name__)


@blueprint.app_template_global("icon_of")
def icon_of(sector: str) -> str:
    """The path data of a sector's icon."""
    return showing.ICONS.get(sector, "")


@blueprint.app_template_global("reasons_of")
def reasons_of(sector: Sector) -> list[tuple[str, str]]:
    """The reasons of an assignment in words, strongest first; of an address its last part."""
    given = ((sector.rule, sector.value), *sector.more)
    return [
        (showing.RULES.get(rule, rule), value.rsplit("/", 1)[-1] if "://" in value else value)
        for rule, value in given
    ]


def shell(active: str = "", **more: Any) -> dict[str, Any]:
    """What every page's frame needs. `held`: how many runs wait for a decision, where it is told. `away`:
    whether the index could not be asked for what the page tells."""
    settings = catalogue().settings
    return {
        "site_title": settings.catalog_title,
        "active": active,
        "site": site(),
        "lang": language(),
        "show": showing,
        "label": vocab.label,
        "away": g.get("away", False),
        **({} if "held" in more else {"held": held_number()}),
        "label_of": facet_label,
        **more,
    }


@blueprint.get("/")
def home() -> str:
    """The front page."""
    here = catalogue()
    try:
        front = _front(id(here), here.search.generation(), language(), here.journal.last_seq())
    except Unavailable:
        front = _told(language())
    return render_template("home.html", **shell("home", **front))


@blueprint.get("/search")
def search() -> Response:
    """Results with facets; a parameter that cannot be used is said on the page."""
    params, fault = _asked()
    try:
        page = catalogue().search.search(params)
    except InvalidParameter as error:
        fault = str(error)
        params = SearchParams(
            lang=params.lang, facets=FACETS, audiences=reader().audiences, collapse=params.collapse
        )
        page = catalogue().search.search(params)
    body = render_template("search.html", **shell("search", **_results(params, page, fault)))
    return Response(body, status=400 if fault else 200, mimetype="text/html")


def dataset(change: Change) -> Response:
    """The page of one record."""
    one = describe(change, country_of(change.record.node))
    lang = language()
    node = catalogue().journal.node(change.record.node)
    source = catalogue().journal.source(change.record.source)
    more = {
        "one": one,
        "change": change,
        "noticed": showing.noticed(change, lang),
        "profiles": showing.by_profile(change, lang),
        "record": change.record,
        "notice": notice(change.record),
        "node": node,
        "source": source,
        "address": public_address(source.url),
        "languages": sorted({*one.title, *one.description} - {""}),
        "schema_org": showing.schema_org(one, lang, f"{site()}/datasets/{one.id}"),
        "similar": _beside(one.publisher, one.id),
        "asking": asking(change, one.access),
        "told": sheet_told(one.id, lang) if one.type in SHEETS else None,
        "kinds_of_offers": OFFERS,
        "users": USERS,
        "steward": stewards.is_steward(),
        "scored": record_told(change, lang),
        "also_at": also_at(change),
    }
    return Response(
        render_template("dataset.html", **shell("search", **more)), mimetype="text/html"
    )


def sparql(text: str) -> Response:
    """The page to write queries on, with the answer to the one given."""
    more: dict[str, Any] = {"query": text, "examples": EXAMPLES, "answer": None, "fault": None}
    status = 200
    if text.strip():
        try:
            found = catalogue().sparql.query(
                text, accept="application/sparql-results+json, text/turtle"
            )
            more["answer"] = showing.sparql_answer(found)
        except CatalogueError as error:
            more["fault"], status = str(error), 400
    body = render_template("sparql.html", **shell("sparql", **more))
    return Response(body, status=status, mimetype="text/html")


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Browsers ask for it whatever a page says."""
    from flask import current_app

    return current_app.send_static_file("icon.svg")


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Records may be read by anybody; endless searches need not be."""
    text = f"User-agent: *\nDisallow: /search\nDisallow: /sparql\n\n# everything: {site()}/catalog.ttl\n"
    return Response(text, mimetype="text/plain")


@lru_cache(maxsize=64)
def _front(_here: int, _generation: int, lang: str, _seq: int) -> dict[str, Any]:
    """What the front page tells; the same until something changes. Public records only.

    Raises: Unavailable while the index cannot be asked, so that nothing incomplete is kept.
    """
    front = _told(lang)
    if g.get("away"):
        raise Unavailable("the index cannot be asked")
    return front


def _told(lang: str) -> dict[str, Any]:
    """What the front page tells, as far as it is known."""
    by_sector = counted("sector")
    latest: tuple[dict[str, Any], ...] = ()
    try:
        asked = SearchParams(limit=6, sort="-modified", lang=lang)
        latest = catalogue().search.search(asked).items
    except Unavailable:
        g.away = True
    return {
        "numbers": numbers(),
        "sectors": [
            (
                one,
                vocab.label("sector", one, lang),
                None if by_sector is None else by_sector.get(one, 0),
            )
            for one in SECTORS
        ],
        "latest": latest,
        "nodes": sorted(node_list(), key=lambda one: -int(one["records"]))[:MEMBERS],
    }


def _asked() -> tuple[SearchParams, str | None]:
    """What the address asks for; of what cannot be used, the rest and a word about it."""
    given: dict[str, Any] = {}
    for name in {*request.args}:
        values = [value for value in request.args.getlist(name) if value]
        if values:
            given[name] = values if name in FILTERS or name == "facets" else values[-1]
    given["lang"] = language()
    given.setdefault("collapse", "cluster")
    fault = None
    try:
        params: SearchParams = SearchQuery(unknown=EXCLUDE).load(given)
    except ValidationError as error:
        messages = dict(error.messages_dict)
        fault = "; ".join(f"{name}: {showing.said(text)}" for name, text in messages.items())
        good = {name: value for name, value in given.items() if name not in messages}
        params = SearchQuery(unknown=EXCLUDE).load(good)
    return replace(params, facets=FACETS, facet_limit=60, audiences=reader().audiences), fault


def _results(params: SearchParams, page: SearchPage, fault: str | None) -> dict[str, Any]:
    """What the search page shows."""
    pairs = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if value and name != "cursor"
    ]

    def address(*changed: tuple[str, str], without: tuple[str, str] | None = None) -> str:
        names = {name for name, _value in changed if name not in FILTERS}
        kept = [pair for pair in pairs if pair != without and pair[0] not in names]
        return f"/search?{urlencode([*kept, *changed])}"

    chosen = [(name, value) for name in FILTERS for value in params.filters.get(name, ())]
    return {
        "params": params,
        "page": page,
        "fault": fault,
        "pairs": pairs,
        "address": address,
        "chosen": chosen,
        "facets": [(name, NAMES[name], page.facets.get(name, [])) for name in FACETS],
        "names": NAMES,
        "sorts": SORTS,
        "sort": params.sort or ("relevance" if params.q else "-modified"),
        "first": address() if params.cursor else None,
        "feed": f"/api/v1/datasets.atom?{urlencode([p for p in pairs if p[0] != 'sort'])}",
        "meant": address(("q", page.did_you_mean)) if page.did_you_mean else None,
        "following": address(("cursor", page.next)) if page.next else None,
        "FILTERS": FILTERS,
    }


def _beside(publisher: str | None, page_id: str) -> list[dict[str, Any]]:
    """Other records of the publisher; none while searching is not possible."""
    if not publisher:
        return []
    asked = SearchParams(
        filters={"publisher": (publisher,)},
        limit=5,
        lang=language(),
        audiences=reader().audiences,
    )
    try:
        found = catalogue().search.search(asked)
    except Unavailable:
        return []
    return [one for one in found.items if one["id"] != page_id][:4]
