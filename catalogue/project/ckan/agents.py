"""Who stands behind a record, as extras: the first of a role flat, several as a list of objects."""

from __future__ import annotations

import orjson

from catalogue.project.ckan.said import Said
from catalogue.rdf.terms import is_iri, is_literal, value_of
from vocab.namespaces import DCAT, DCT, FOAF, VCARD

Agent = dict[str, str]

_AGENT = {
    "email": f"<{FOAF}mbox>",
    "url": f"<{FOAF}homepage>",
    "type": f"<{DCT}type>",
    "identifier": f"<{DCT}identifier>",
}
_CARD = {
    "email": f"<{VCARD}hasEmail>",
    "url": f"<{VCARD}hasURL>",
    "identifier": f"<{VCARD}hasUID>",
    "phone": f"<{VCARD}hasTelephone>",
}
ROLES = {
    "publisher": (f"<{DCT}publisher>", _AGENT),
    "contact": (f"<{DCAT}contactPoint>", _CARD),
    "creator": (f"<{DCT}creator>", _AGENT),
    "contributor": (f"<{DCT}contributor>", _AGENT),
    "rightsholder": (f"<{DCT}rightsHolder>", _AGENT),
}


def agents(said: Said, subject: str, role: str) -> list[Agent]:
    """Everybody in a role: name, uri, email, url, type, identifier, phone, as far as told."""
    path, parts = ROLES[role]
    found = (_agent(said, term, parts) for term in said.terms(subject, path))
    return [one for one in found if one]


def _agent(said: Said, term: str, parts: dict[str, str]) -> Agent:
    if is_literal(term):
        return {"name": value_of(term).strip()}
    agent = {"name": said.name(term)}
    if is_iri(term):
        agent["uri"] = value_of(term)
    for part, path in parts.items():
        value = said.one(term, path) or ""
        agent[part] = value.removeprefix("mailto:").removeprefix("tel:")
    return {part: text for part, text in agent.items() if text}


def extras(role: str, found: list[Agent]) -> dict[str, str]:
    """Extras of a role, as ckanext-dcat names them."""
    flat = {f"{role}_{part}": text for part, text in found[0].items()} if found else {}
    if len(found) > 1:
        flat[role] = orjson.dumps(found).decode()
    return flat
