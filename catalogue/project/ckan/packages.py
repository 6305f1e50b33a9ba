"""A record as a package of CKAN 2.11, with the extras that ckanext-dcat's profiles read."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import vocab
from catalogue.model import Change, Node
from catalogue.project.ckan import fields
from catalogue.project.ckan.agents import ROLES, Agent, agents, extras
from catalogue.project.ckan.places import periods, places
from catalogue.project.ckan.resources import code, resources
from catalogue.project.ckan.said import (
    Said,
    Translations,
    key_of,
    listed,
    single,
    spoken,
    translated,
)
from catalogue.rdf.terms import is_iri, value_of
from vocab.namespaces import ADMS, DCAT, DCT, SKOS

# The package's type; series and services as CKAN's extensions for DCAT call them.
TYPES = {
    "dataset": "dataset",
    "series": "dataset_series",
    "service": "data_service",
    "model": "machine_learning_model",
    "offer": "offer",
    "training": "training",
    "factory": "ai_factory",
    "supercomputer": "supercomputer",
    "initiative": "initiative",
    "call": "call",
}

_TITLE, _DESCRIPTION = f"<{DCT}title>", f"<{DCT}description>"
_KEYWORD, _THEME = f"<{DCAT}keyword>", f"<{DCAT}theme>"
_LANDING, _VERSION = f"<{DCAT}landingPage>", f"<{DCAT}version>"
_LICENSE, _DISTRIBUTION = f"<{DCT}license>", f"<{DCAT}distribution>"
_OTHER_IDENTIFIER, _NOTATION = f"<{ADMS}identifier>", f"<{SKOS}notation>"
# Licences that the Open Definition names, by the codes of the EU authority table.
_OPEN = re.compile(r"CC0\Z|CC_BY(?:SA)?(?:_\d_\d\w*)?\Z|ODC_(?:BY|BL|PDDL)\Z|EUPL\w*\Z")


def package(change: Change, node: Node, language: str) -> dict[str, Any]:
    """The package of a record that is not deleted, its texts in the reader's language.

    Pure: the same change gives the same package. `node` owns the record's source.
    """
    record, subject = change.record, f"<{change.record.iri}>"
    said = Said(change.lines, language)
    titles, notes = said.texts(subject, _TITLE), said.texts(subject, _DESCRIPTION)
    tags, tags_translated = _tags(said, subject)
    everybody = {role: agents(said, subject, role) for role in ROLES}
    files = resources(said, subject, record.page_id)
    return {
        "id": record.page_id,
        "name": record.page_id,
        "title": spoken(titles, language) or record.page_id,
        "notes": spoken(notes, language),
        "title_translated": translated(titles),
        "notes_translated": translated(notes),
        "type": TYPES.get(record.type, record.type),
        "state": "active",
        "private": False,
        "url": said.one(subject, _LANDING),
        "version": said.one(subject, _VERSION),
        **_persons(everybody),
        **_license(said, subject),
        "creator_user_id": None,
        "metadata_created": stamp(record.first_seen),
        "metadata_modified": stamp(record.changed),
        "owner_org": node.id,
        "organization": organization(node),
        "groups": [group(one, language) for one in _themes(said, subject)],
        "tags": tags,
        "tags_translated": tags_translated,
        "num_tags": len(tags),
        "resources": files,
        "num_resources": len(files),
        "extras": _extras(said, subject, change, everybody),
        "relationships_as_subject": [],
        "relationships_as_object": [],
    }


def organization(node: Node) -> dict[str, Any]:
    """A member of the federation as the organisation that owns packages."""
    return {
        "id": node.id,
        "name": node.id,
        "title": node.name,
        "type": "organization",
        "description": "",
        "image_url": "",
        "is_organization": True,
        "approval_status": "approved",
        "state": "active",
    }


def group(theme: vocab.Concept, language: str) -> dict[str, Any]:
    """An EU data theme as a group; its name is the theme's code in small letters."""
    name = theme.code.lower()
    return {
        "id": name,
        "name": name,
        "title": theme.label(language),
        "display_name": theme.label(language),
        "description": theme.definition,
        "image_display_url": "",
    }


def stamp(moment: datetime) -> str:
    """A time as CKAN writes it: UTC without a zone. Whole seconds, as far as searching goes."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000000"


# --- parts ---------------------------------------------------------------------------------------


def _persons(everybody: dict[str, list[Agent]]) -> dict[str, str | None]:
    """CKAN's maintainer and author. Only beside a contact with a name: readers of CKAN take either
    for the contact where none is told, and that would be somebody who never was it."""
    contact = next((one for one in everybody["contact"] if "name" in one), {})
    creator = next(iter(everybody["creator"]), {}) if contact else {}
    return {
        "maintainer": contact.get("name"),
        "maintainer_email": contact.get("email"),
        "author": creator.get("name"),
        "author_email": creator.get("email"),
    }


def _license(said: Said, subject: str) -> dict[str, Any]:
    """The licence of the dataset, else the one that all its distributions are under.

    Where they differ the package has none: readers would take it for that of every resource.
    """
    terms = list(said.terms(subject, _LICENSE))
    if not terms:
        each = [said.first(one, _LICENSE) for one in said.terms(subject, _DISTRIBUTION)]
        terms = [one for one in set(each) if one] if len(set(each)) == 1 else []
    term = terms[0] if terms else None
    ident = code(said, term, "license")
    return {
        "license_id": ident,
        "license_title": vocab.label("license", ident, said.language) if ident else None,
        "license_url": value_of(term) if term and is_iri(term) else None,
        "isopen": bool(ident and _OPEN.match(ident)),
    }


def _themes(said: Said, subject: str) -> list[vocab.Concept]:
    scheme = vocab.scheme("theme")
    found = (scheme.concept(value_of(one)) for one in said.terms(subject, _THEME) if is_iri(one))
    return [one for one in found if one]


def _tags(said: Said, subject: str) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    """The keywords as tags, and by language where each has one. Where some have none, each tag tells
    its own languages."""
    words = said.words(subject, _KEYWORD)
    spelled: dict[str, Translations] = {}
    by_language: dict[str, list[str]] = {}
    for tag, listed_words in words.items():
        key = key_of(tag)
        for word in listed_words:
            spelled.setdefault(word, {})
            if key:
                spelled[word][key] = word
                by_language.setdefault(key, []).append(word)
    whole = all(key_of(tag) for tag in words)
    tags = [
        {"id": word, "name": word, "display_name": word, "state": "active", "vocabulary_id": None}
        | ({"name_translated": by} if by and not whole else {})
        for word, by in spelled.items()
    ]
    return tags, by_language if whole else {}


def _extras(
    said: Said, subject: str, change: Change, everybody: dict[str, list[Agent]]
) -> list[dict[str, str]]:
    """Names and texts, by name."""
    found: dict[str, str | None] = {"uri": change.record.iri}
    for name, path in fields.EXTRAS.items():
        found[name] = single(said.values(subject, path))
    for name, path in fields.LISTS.items():
        values = said.values(subject, path)
        found[name] = listed(values) if values else None
    for name, path in fields.DATES.items():
        found[name] = said.one(subject, path)
    others = [
        text
        for term in said.terms(subject, _OTHER_IDENTIFIER)
        if (text := said.one(term, _NOTATION))
    ]
    found["alternate_identifier"] = listed(others) if others else None
    for role, told in everybody.items():
        found |= extras(role, told)
    found |= places(said, subject)
    found |= periods(said, subject)
    if change.sectors:
        found["sector"] = listed([one.sector for one in change.sectors])
    return [{"key": name, "value": text} for name, text in sorted(found.items()) if text]
