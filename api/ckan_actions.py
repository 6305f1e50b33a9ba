"""CKAN's actions that read. Each function is one; its docstring is what `help_show` answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import vocab
from api.ckan_parameters import Invalid, Parameters
from api.ckan_searching import asking, found, language, packages, searched
from api.context import catalogue, readable, reader, site
from catalogue.errors import NotFound
from catalogue.model import Change, visible_to
from catalogue.project import ckan
from catalogue.search.ckan import MOST_COUNTED
from catalogue.search.query import Request
from vocab.languages import OFFICIAL

MOST_ROWS = 1_000
PAGE = 25_000  # ids that are read at once

_PAGE_ID = re.compile(r"[a-z2-7]{13}\Z")
Action = Callable[[Parameters], Any]


# --- packages ------------------------------------------------------------------------------------


def package_search(given: Parameters) -> dict[str, Any]:
    """Search packages: `q`, `fq`, `fq_list` (Solr's syntax), `sort`, `rows` (10, at most 1,000), `start`
    (any depth), `facet.field` (a JSON list), `facet.limit` (50; -1 for all), `facet.mincount` (1), `facet`,
    `fl`, `lang`. `include_private`, `include_drafts` and `include_deleted` find nothing more."""
    return searched(given)


def package_show(given: Parameters) -> dict[str, Any]:
    """The package of an `id`: its id, its name, or the IRI of what it describes."""
    change = _change(given.needed("id"))
    return packages([change], language(given))[0]


def package_list(given: Parameters) -> list[str]:
    """The names of all packages in their order; `limit` and `offset` give a part."""
    limit, offset = given.number("limit"), given.number("offset", 0) or 0
    return list(islice(_names(), offset, None if limit is None else offset + limit))


def current_package_list_with_resources(given: Parameters) -> list[dict[str, Any]]:
    """Packages, the last changed first: `limit` (at most 1,000, which is the default), `offset` or
    `page` (from 1 on)."""
    limit = min(given.number("limit", MOST_ROWS) or 0, MOST_ROWS)
    page = given.number("page")
    offset = limit * ((page or 1) - 1) if page is not None else given.number("offset", 0) or 0
    if limit == 0:
        return []
    _total, changes, _facets = found(asking("", [], "", given), offset, limit)
    return packages(changes, language(given))


def package_autocomplete(given: Parameters) -> list[dict[str, str]]:
    """Packages whose title has words that begin as `q` does; `limit` (10, at most 100)."""
    limit = min(given.number("limit", 10) or 0, 100)
    begun = re.sub(r"[^\w ]+", " ", given.needed("q")).strip()
    if not begun or limit == 0:
        return []
    request = asking("", [f"title:({begun.lower()}*)"], "", given)
    _total, changes, _facets = found(request, 0, limit)
    return [
        {
            "name": one["name"],
            "title": one["title"],
            "match_field": "title",
            "match_displayed": f"{one['title']} ({one['name']})",
        }
        for one in packages(changes, language(given))
    ]


def resource_show(given: Parameters) -> dict[str, Any]:
    """The resource of an `id`."""
    ident = given.needed("id")
    page_id, dash, _mark = ident.partition("-")
    if dash and _PAGE_ID.match(page_id):
        for one in packages([readable(page_id)], language(given))[0]["resources"]:
            if one["id"] == ident:
                resource: dict[str, Any] = one
                return resource
    raise NotFound(f"there is no resource {ident[:60]!r}")


# --- organisations and groups --------------------------------------------------------------------


def organization_list(given: Parameters) -> list[Any]:
    """The members of the federation, who own packages: names, or with `all_fields` dictionaries;
    `organizations` (a list of names) picks; `sort` by name, title or package_count; `limit`, `offset`."""
    every = _organizations()
    return _listed(every, given, "organizations")


def organization_show(given: Parameters) -> dict[str, Any]:
    """A member by its `id`; with `include_datasets` up to 1,000 of its packages."""
    return _shown(_organizations(), given, "organization")


def group_list(given: Parameters) -> list[Any]:
    """The EU data themes: names, or with `all_fields` dictionaries; `groups` (a list of names) picks;
    `sort` by name, title or package_count; `limit`, `offset`."""
    return _listed(_groups(language(given)), given, "groups")


def group_show(given: Parameters) -> dict[str, Any]:
    """A theme by its `id`; with `include_datasets` up to 1,000 of its packages."""
    return _shown(_groups(language(given)), given, "groups")


# --- tags and licences ---------------------------------------------------------------------------


def tag_list(given: Parameters) -> list[Any]:
    """The keywords (the 10,000 most frequent) in their order; `query` is a part of them; with
    `all_fields` dictionaries."""
    wanted = (given.text("query") or given.text("q")).lower()
    if given.text("vocabulary_id"):
        raise NotFound("no vocabulary: keywords are free tags; facets name what is controlled")
    every = sorted(name for name, _number in _counted("keyword") if wanted in name.lower())
    return [_tag(name) for name in every] if given.flag("all_fields") else every


def tag_show(given: Parameters) -> dict[str, Any]:
    """A keyword by its `id`, which is the word itself; with `include_datasets` up to 1,000 packages."""
    word = given.needed("id")
    total, changes, _facets = found(
        asking("", [f'tags:"{_escaped(word)}"'], "", given),
        0,
        MOST_ROWS if given.flag("include_datasets") else 1,
    )
    if not total:
        raise NotFound(f"there is no tag {word[:60]!r}")
    shown = _tag(word)
    if given.flag("include_datasets"):
        shown["packages"] = packages(changes, language(given))
    return shown


def license_list(given: Parameters) -> list[dict[str, Any]]:
    """The licences of the EU authority table."""
    lang = language(given)
    return [
        {
            "id": one.code,
            "title": one.label(lang),
            "url": one.iri,
            "status": "active",
            "is_generic": False,
        }
        for one in vocab.scheme("license")
    ]


# --- about this site -----------------------------------------------------------------------------


def status_show(_given: Parameters) -> dict[str, Any]:
    """What this site is. `ckan_version` is the CKAN whose API is answered here."""
    return {
        "ckan_version": "2.11.0",
        "site_title": catalogue().settings.catalog_title,
        "site_description": catalogue().settings.catalog_description,
        "site_url": site(),
        "error_emails_to": None,
        "locale_default": "en",
        "extensions": [],
    }


def site_read(_given: Parameters) -> bool:
    """Everybody may read this site."""
    return True


def help_show(given: Parameters) -> str:
    """What the action of a `name` does."""
    action = ACTIONS.get(given.needed("name"))
    if action is None:
        raise NotFound(f"there is no action {given.needed('name')[:60]!r}")
    return " ".join((action.__doc__ or "").split())


ACTIONS: dict[str, Action] = {
    action.__name__: action
    for action in (
        package_search,
        package_show,
        package_list,
        current_package_list_with_resources,
        package_autocomplete,
        resource_show,
        organization_list,
        organization_show,
        group_list,
        group_show,
        tag_list,
        tag_show,
        license_list,
        status_show,
        site_read,
        help_show,
    )
}


# --- parts ---------------------------------------------------------------------------------------


def _change(ident: str) -> Change:
    """The record of an id or an IRI. Raises: NotFound."""
    if _PAGE_ID.match(ident):
        return readable(ident)
    for record in catalogue().journal.record_by_iri(ident):
        if visible_to(record.visibility, reader()):
            return readable(record.page_id)
    raise NotFound(f"there is no package {ident[:60]!r}; give its id or the IRI of its dataset")


def _names() -> Iterable[str]:
    after = ""
    while True:
        page = catalogue().search.ids(after, PAGE, reader().audiences)
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1]


def _counted(field: str) -> list[tuple[str, int]]:
    """The values of a field over all that this reader may see, with their numbers."""
    every = Request(
        sort="-changed",
        limit=1,
        facets=(field,),
        facet_limit=MOST_COUNTED,
        audiences=reader().audiences,
    )
    return list(catalogue().search.page(every, 0, "").facets[field])


def _organizations() -> list[dict[str, Any]]:
    counts = dict(_counted("node"))
    return [
        {
            **ckan.organization(one),
            "display_name": one.name,
            "package_count": counts.get(one.id, 0),
            "extras": [
                {"key": name, "value": value}
                for name, value in (
                    ("country", one.country),
                    ("homepage", one.homepage),
                    ("kind", one.kind),
                )
                if value
            ],
        }
        for one in catalogue().journal.nodes()
    ]


def _groups(lang: str) -> list[dict[str, Any]]:
    counts = dict(_counted("theme"))
    return [
        {
            **ckan.group(one, lang),
            "title_translated": {tag: one.labels[tag] for tag in OFFICIAL if tag in one.labels},
            "type": "group",
            "is_organization": False,
            "state": "active",
            "package_count": counts.get(one.code, 0),
            "extras": [{"key": "uri", "value": one.iri}],
        }
        for one in vocab.scheme("theme")
    ]


def _listed(every: list[dict[str, Any]], given: Parameters, chosen: str) -> list[Any]:
    """A list of organisations or groups as it was asked for."""
    names = given.texts(chosen)
    if names:
        every = [one for one in every if one["name"] in names]
    field, _, way = (given.text("sort") or given.text("order_by") or "title asc").partition(" ")
    if field not in {"name", "title", "package_count", "packages"} or way not in {
        "",
        "asc",
        "desc",
    }:
        raise Invalid("sort", "must be name, title or package_count, and asc or desc")
    field = "package_count" if field == "packages" else field
    every = sorted(every, key=lambda one: one["name"])
    every.sort(key=lambda one: one[field], reverse=way == "desc")
    offset, limit = given.number("offset", 0) or 0, given.number("limit")
    part = every[offset : None if limit is None else offset + limit]
    return part if given.flag("all_fields") else [one["name"] for one in part]


def _shown(every: list[dict[str, Any]], given: Parameters, field: str) -> dict[str, Any]:
    ident = given.needed("id")
    shown = next((one for one in every if one["name"] == ident), None)
    if shown is None:
        what = "organization" if field == "organization" else "group"
        raise NotFound(f"there is no {what} {ident[:60]!r}; `{what}_list` names them")
    shown |= {"users": [], "groups": [], "tags": []}
    if given.flag("include_datasets"):
        request = asking("", [f'{field}:"{ident}"'], "", given)
        _total, changes, _facets = found(request, 0, MOST_ROWS)
        shown["packages"] = packages(changes, language(given))
    return shown


def _tag(word: str) -> dict[str, Any]:
    return {"id": word, "name": word, "display_name": word, "vocabulary_id": None}


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
