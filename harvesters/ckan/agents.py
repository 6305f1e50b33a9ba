"""Who stands behind a dataset: publisher, creators, contacts and others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harvesters.ckan.draft import Draft, escaped, is_web
from harvesters.ckan.fields import term
from harvesters.ckan.values import is_empty, items, objects, plain
from vocab import namespaces as ns

_AGENT, _ORGANIZATION = term(ns.FOAF, "Agent"), term(ns.FOAF, "Organization")
_OF_PROVENANCE = tuple(
    term(ns.PROV, name) for name in ("agent", "wasAssociatedWith", "actedOnBehalfOf")
)
_NAME, _MBOX, _HOMEPAGE = term(ns.FOAF, "name"), term(ns.FOAF, "mbox"), term(ns.FOAF, "homepage")
_TYPE, _IDENTIFIER = term(ns.DCT, "type"), term(ns.DCT, "identifier")
_KIND, _FN = term(ns.VCARD, "Kind"), term(ns.VCARD, "fn")
_HAS_EMAIL, _HAS_URL = term(ns.VCARD, "hasEmail"), term(ns.VCARD, "hasURL")
_HAS_UID, _HAS_TELEPHONE = term(ns.VCARD, "hasUID"), term(ns.VCARD, "hasTelephone")
_RDF_TYPE = term(ns.RDF, "type")
_PUBLISHER, _CREATOR = term(ns.DCT, "publisher"), term(ns.DCT, "creator")
_CONTACT = term(ns.DCAT, "contactPoint")
_VCARD_KINDS = {
    "group": term(ns.VCARD, "Group"),
    "individual": term(ns.VCARD, "Individual"),
    "organisation": term(ns.VCARD, "Organization"),
    "organization": term(ns.VCARD, "Organization"),
    "person": term(ns.VCARD, "Individual"),
}
_PART_OF = term(ns.ORG, "subOrganizationOf")
_ROLES = "http://inspire.ec.europa.eu/metadata-codelist/ResponsiblePartyRole/"

_PARTS = ("name", "email", "uri", "url", "identifier", "type", "phone", "note")
# How each part is spelled within objects.
_SPELLINGS = {
    "name": ("name_translated", "name", "fn", "label", "title"),
    "email": ("email", "mbox", "mail", "hasEmail"),
    "url": ("url", "homepage", "hasURL"),
    "uri": ("uri", "resource"),
    "identifier": ("identifier", "id"),
    "type": ("type",),
    "phone": ("phone", "telephone"),
    "note": ("note",),
}

Parts = dict[str, Any]


def add_agents(draft: Draft, subject: str, fields: Mapping[str, Any]) -> None:
    """Everything that a package says of people and organisations."""
    _publisher(draft, subject, fields)
    _creators(draft, subject, fields)
    _contacts(draft, subject, fields)
    for name, predicate in (
        ("contributor", term(ns.DCT, "contributor")),
        ("hdab", term(ns.HEALTH, "hdab")),
        ("rightsholder", term(ns.DCT, "rightsHolder")),
    ):
        for parts in _listed(fields, name):
            add_agent(draft, subject, predicate, parts, name)
    _responsible(draft, subject, fields)


def add_agent(draft: Draft, subject: str, predicate: str, parts: Parts, name: str) -> str | None:
    """A foaf:Agent of its parts, and a prov:Agent where PROV's properties point to it; the term of it,
    None if they say nothing."""
    if is_empty(parts):
        return None
    node = draft.node(subject, predicate, _AGENT, name, parts.get("uri"))
    if predicate in _OF_PROVENANCE:
        draft.add(node, _RDF_TYPE, term(ns.PROV, "Agent"))
    draft.texts(node, _NAME, parts.get("name"))
    if not is_empty(parts.get("email")):
        draft.mail(node, _MBOX, parts["email"], f"{name}.email")
    if not is_empty(parts.get("url")) and (page := draft.iri(parts["url"], f"{name}.url")):
        draft.add(node, _HOMEPAGE, page)
    draft.things(node, _TYPE, parts.get("type"), f"{name}.type")
    draft.texts(node, _IDENTIFIER, plain(parts.get("identifier")))
    draft.texts(node, term(ns.HEALTH, "publisherNote"), parts.get("note"))
    _phone(draft, node, term(ns.FOAF, "phone"), parts.get("phone"))
    return node


def _listed(fields: Mapping[str, Any], name: str) -> Iterator[Parts]:
    """Each agent of a role, whether given as objects, texts or fields of their own."""
    found = False
    for one in items(fields.get(name)):
        found = True
        yield _parts(one, name) if isinstance(one, dict) else _lone(one)
    if not found:
        flat = {part: fields.get(f"{name}_{part}") for part in _PARTS}
        if not is_empty(flat):
            yield flat


def _lone(value: Any) -> Parts:
    text = plain(value)
    return {"uri": text} if is_web(text) and " " not in text else {"name": text}


def _parts(value: Mapping[str, Any], role: str) -> Parts:
    """The parts of an agent given as an object (also with the role before each name)."""
    if not set(value).isdisjoint(("name", "email", "uri", "url", "identifier")):
        names: Mapping[str, tuple[str, ...]] = _SPELLINGS
    else:
        names = {part: (f"{role}_{part}", *spelled) for part, spelled in _SPELLINGS.items()}
    return {
        part: next((value[one] for one in spelled if not is_empty(value.get(one))), None)
        for part, spelled in names.items()
    }


def _publisher(draft: Draft, subject: str, fields: Mapping[str, Any]) -> None:
    """The publisher; where none is named, the organisation that the package belongs to."""
    found = False
    for parts in _listed(fields, "publisher"):
        if is_empty(parts.get("type")):
            parts["type"] = fields.get("publisher_type")
        if is_empty(parts.get("note")):
            parts["note"] = fields.get("publisher_note")
        if is_empty({**parts, "type": None, "note": None}):
            continue  # a type or note alone describes the organisation
        node = add_agent(draft, subject, _PUBLISHER, parts, "publisher")
        if node:
            found = True
            _parents(draft, node, fields.get("publisher_hierarchy"))
    organization = fields.get("organization") or fields.get("extra_organization")
    if not found and isinstance(organization, dict):
        _organization(draft, subject, organization, fields)
    elif not found:
        told = {part: fields.get(f"publisher_{part}") for part in ("type", "note")}
        add_agent(draft, subject, _PUBLISHER, told, "publisher")


def _parents(draft: Draft, node: str, value: Any) -> None:
    """The organisations above a publisher, given as "Ministry > Agency > Office"."""
    if not isinstance(value, str):
        return
    for name in [part.strip() for part in value.split(">") if part.strip()][-2::-1]:
        node = draft.node(node, _PART_OF, _AGENT, "parent")
        draft.texts(node, _NAME, name)


def _organization(
    draft: Draft, subject: str, organization: Mapping[str, Any], fields: Mapping[str, Any]
) -> None:
    name = organization.get("title_translated") or organization.get("title")
    ident = plain(organization.get("id") or organization.get("name"))
    iri = f"{draft.site}/organization/{escaped(ident)}" if draft.site and ident else None
    parts = {
        "uri": organization.get("uri") or iri,
        "name": organization.get("name") if is_empty(name) else name,
        "email": organization.get("email"),
        "url": organization.get("url") or organization.get("homepage"),
        "type": organization.get("dcat_type") or fields.get("publisher_type"),
        "note": fields.get("publisher_note"),
    }
    node = add_agent(draft, subject, _PUBLISHER, parts, "publisher")
    if node:
        draft.add(node, _RDF_TYPE, _ORGANIZATION)


def _creators(draft: Draft, subject: str, fields: Mapping[str, Any]) -> None:
    found = False
    for parts in _listed(fields, "creator"):
        found = add_agent(draft, subject, _CREATOR, parts, "creator") is not None or found
    if not found and not is_empty(fields.get("author")):
        for parts in _persons(fields, "author"):
            add_agent(draft, subject, _CREATOR, parts, "creator")


def _persons(fields: Mapping[str, Any], role: str) -> Iterator[Parts]:
    """CKAN's author and maintainer: a name, and what fields beside it say."""
    listed = [_parts(one, role) for one in objects(fields.get(role))]
    if listed:
        yield from listed
        return
    parts = {part: fields.get(f"{role}_{part}") for part in _PARTS}
    if not is_empty(fields.get(role)):
        parts["name"] = fields[role]
    if not is_empty(parts):
        yield parts


def _contacts(draft: Draft, subject: str, fields: Mapping[str, Any]) -> None:
    """The contact points; where none is named the maintainer, then the author."""
    listed = [parts for parts in _listed(fields, "contact") if not is_empty(parts)]
    for role in ("maintainer", "author"):
        if listed and any(not is_empty(parts.get("name")) for parts in listed):
            break
        found = list(_persons(fields, role))
        if listed and found:  # an address without a name belongs to the person who is named
            listed[0] = {**found[0], **{k: v for k, v in listed[0].items() if not is_empty(v)}}
        else:
            listed = listed or found
    for parts in listed:
        _contact(draft, subject, parts)


def _contact(draft: Draft, subject: str, parts: Parts) -> None:
    node = draft.node(subject, _CONTACT, _KIND, "contact", parts.get("uri"))
    draft.texts(node, _FN, parts.get("name"))
    for one in items(parts.get("email")):
        if is_web(plain(one)):  # a form to write to
            if page := draft.iri(one, "contact.email"):
                draft.add(node, _HAS_URL, page)
        else:
            draft.mail(node, _HAS_EMAIL, one, "contact.email")
    if not is_empty(parts.get("url")) and (page := draft.iri(parts["url"], "contact.url")):
        draft.add(node, _HAS_URL, page)
    draft.texts(node, _HAS_UID, plain(parts.get("identifier")))
    _phone(draft, node, _HAS_TELEPHONE, parts.get("phone"))
    draft.texts(node, term(ns.VCARD, "note"), parts.get("note"))
    kind = plain(parts.get("type"))
    if kind.lower() in _VCARD_KINDS:
        draft.add(node, _RDF_TYPE, _VCARD_KINDS[kind.lower()])
    else:
        draft.things(node, _TYPE, kind, "contact.type")


def _phone(draft: Draft, node: str, predicate: str, value: Any) -> None:
    """Telephone numbers as tel: IRIs (RFC 3966), without the signs between digits."""
    for one in items(value):
        text = plain(one)
        digits = "".join(char for char in text if char in "0123456789")
        if len(digits) >= 3:
            draft.add(node, predicate, f"<tel:{'+' if text.startswith('+') else ''}{digits}>")
        else:
            draft.find("ckan.bad-value", "This is no telephone number.", "phone", text)


def _responsible(draft: Draft, subject: str, fields: Mapping[str, Any]) -> None:
    """ISO 19115's responsible parties: the party as a contact, others with their role."""
    value = fields.get("responsible-party")
    if is_empty(value):
        return
    listed = objects(value)
    if not listed:
        node = draft.node(subject, term(ns.PROV, "qualifiedAttribution"), _ATTRIBUTION, "party")
        add_agent(draft, node, _BY, {"name": plain(value)}, "agent")
    for party in listed:
        roles = [role for one in items(party.get("roles")) if (role := plain(one)).isalpha()]
        node = draft.node(subject, term(ns.PROV, "qualifiedAttribution"), _ATTRIBUTION, "party")
        add_agent(draft, node, _BY, {"name": party.get("name")}, "agent")
        for role in roles:
            draft.add(node, term(ns.DCAT, "hadRole"), f"<{_ROLES}{role}>")


_ATTRIBUTION, _BY = term(ns.PROV, "Attribution"), term(ns.PROV, "agent")
