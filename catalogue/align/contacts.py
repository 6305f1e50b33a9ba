"""Personal data in contact points: kept, reduced to roles, or dropped, as a source's option says.

Who is meant: what dcat:contactPoint points to, and every person (vcard:Individual, foaf:Person,
schema:Person) that hangs from the record, with the addresses, numbers and names below them. Elsewhere in
the record only mailboxes and telephone numbers of persons are taken out: names of publishers and
creators stay, as licences ask for them. Texts such as descriptions are not searched.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from urllib.parse import unquote

from catalogue.errors import InvalidInput
from catalogue.model import Finding, Severity
from catalogue.rdf.terms import RDF_TYPE, is_literal, split, value_of
from vocab.languages import OFFICIAL
from vocab.mailboxes import FUNCTIONAL
from vocab.namespaces import DCAT, DCT, FOAF, ORG, RDFS, SCHEMA, SKOS, VCARD

KEEP, ROLES, DROP = "keep", "roles-only", "drop"
CHOICES = (KEEP, ROLES, DROP)


def _terms(namespace: str, names: str) -> frozenset[str]:
    bases = (SCHEMA, "https://schema.org/") if namespace == SCHEMA else (namespace,)
    return frozenset(f"<{base}{name}>" for base in bases for name in names.split())


_CONTACT = f"<{DCAT}contactPoint>"
_PUBLISHER = f"<{DCT}publisher>"
_PERSONS = _terms(VCARD, "Individual") | _terms(FOAF, "Person") | _terms(SCHEMA, "Person")
_ORGANISATIONS = (
    _terms(VCARD, "Organization Group")
    | _terms(FOAF, "Organization Group")
    | _terms(ORG, "Organization FormalOrganization OrganizationalUnit")
    | _terms(SCHEMA, "Organization GovernmentOrganization")
)
_NAMES = (
    _terms(VCARD, "fn hasFN")
    | _terms(FOAF, "name")
    | _terms(RDFS, "label")
    | _terms(SKOS, "prefLabel")
    | _terms(DCT, "title")
    | _terms(SCHEMA, "name")
)
_MAIL = (
    _terms(VCARD, "hasEmail email") | _terms(FOAF, "mbox mbox_sha1sum") | _terms(SCHEMA, "email")
)
_PHONE = (
    _terms(VCARD, "hasTelephone tel fax")
    | _terms(FOAF, "phone")
    | _terms(SCHEMA, "telephone faxNumber")
)
_WEB = _terms(VCARD, "hasURL url") | _terms(FOAF, "homepage page") | _terms(SCHEMA, "url")
_VALUE = _terms(VCARD, "value hasValue")
# What is said of an office and not of a person.
_OF_OFFICE = (
    _terms(
        VCARD, "organization-name hasOrganizationName organization-unit hasOrganizationUnit role"
    )
    | _terms(
        VCARD, "hasRole title hasTitle country-name hasCountryName locality hasLocality region"
    )
    | _terms(VCARD, "hasRegion language hasLanguage category hasCategory")
    | _terms(DCT, "type language")
    | _terms(FOAF, "workplaceHomepage")
    | _terms(SCHEMA, "jobTitle contactType addressCountry addressLocality addressRegion")
)
# What leads to a part of the contact: the part is judged by itself.
_PARTS = (
    _terms(
        VCARD, "hasAddress adr hasName n hasEmail email hasTelephone tel hasOrganizationName org"
    )
    | _terms(VCARD, "hasGeo geo agent hasRelated")
    | _terms(SCHEMA, "address contactPoint")
    | _terms(ORG, "siteAddress")
)

_ADDRESS = re.compile(r"[^\s<>\"'(),;:@]+@[^\s<>\"'(),;:@]+\.[^\s<>\"'(),;:@]+")
_IDENTIFIES = re.compile(r"(?i)(?:https?://(?:www\.)?(?:orcid\.org|isni\.org)/|tel:)")
_FIELD = re.compile(
    r"(?i)contact|kontakt|author|maintainer|creator|person|e-?mail|phone|telephone|vcard|mbox"
)


def choice(options: Mapping[str, str]) -> str:
    """What a source's options say of contacts. Raises: InvalidInput."""
    given = options.get("contacts", KEEP)
    if given not in CHOICES:
        raise InvalidInput(f"option contacts: {given!r} is none of {', '.join(CHOICES)}")
    return given


def without_personal(
    subject: str, lines: Sequence[str], how: str
) -> tuple[list[str], list[Finding], set[str]]:
    """The lines without personal data, a finding for each property that lost some (never its value),
    and the texts that went."""
    if how == KEEP:
        return list(lines), [], set()
    record = _Contacts(subject, [split(one) for one in lines])
    kept = record.kept(how)
    gone = [one for one in record.lines if one not in kept]
    findings = [_finding(path) for path in sorted({predicate[1:-1] for _s, predicate, _o in gone})]
    texts = {text for _s, _p, value in gone for text in _texts(value)}
    return [f"{s} {p} {o} ." for s, p, o in record.lines if (s, p, o) in kept], findings, texts


def silent(findings: Iterable[Finding], gone: Iterable[str] = ()) -> list[Finding]:
    """The findings without what they tell of persons: texts that were dropped, mailboxes of persons,
    and values of fields that are about them."""
    return [_silent(one, frozenset(gone)) for one in findings]


def is_functional(address: str) -> bool:
    """Whether a mailbox stands for an office and not for a person (`vocab.mailboxes`)."""
    return _is_functional(address)


Line = tuple[str, str, str]


class _Contacts:
    """Who is who in one record's graph."""

    def __init__(self, subject: str, lines: list[Line]) -> None:
        self.lines, self._subject = lines, subject
        types: dict[str, set[str]] = {}
        for node, predicate, value in lines:
            if predicate == RDF_TYPE:
                types.setdefault(node, set()).add(value)
        self._persons = {node for node, found in types.items() if found & _PERSONS}
        self._organisations = {node for node, found in types.items() if found & _ORGANISATIONS}
        self._organisations |= {o for _s, p, o in lines if p == _PUBLISHER}
        self._organisations -= self._persons
        self._contacts = {o for _s, p, o in lines if p == _CONTACT and not is_literal(o)}
        self._contacts = (self._contacts | self._persons) - {subject}
        self._parts = self._reach()
        self._names = {
            value_of(o).casefold()
            for s, p, o in lines
            if s in self._organisations and p in _NAMES and is_literal(o)
        }

    def _reach(self) -> set[str]:
        """Nodes below the contacts: addresses, numbers, names."""
        described = {s for s, _p, _o in self.lines}
        found: set[str] = set()
        while True:
            above = self._contacts | found
            more = {o for s, p, o in self.lines if s in above and p in _PARTS and o in described}
            if more <= above | {self._subject}:
                return found
            found |= more - self._contacts - {self._subject}

    def kept(self, how: str) -> set[Line]:
        kept = {one for one in self.lines if self._keeps(one, how)}
        own = self._contacts | self._parts
        while True:  # who is only said to be a contact is none
            told = {s for s, p, _o in kept if p != RDF_TYPE}
            empty = {one for one in own if one not in told and one in self._described()}
            left = {(s, p, o) for s, p, o in kept if s not in empty and o not in empty}
            if left == kept:
                return kept
            kept = left

    def _described(self) -> set[str]:
        return {s for s, _p, _o in self.lines}

    def _keeps(self, line: Line, how: str) -> bool:
        node, predicate, value = line
        if predicate == _CONTACT:
            return how == ROLES and (value in self._described() or _harmless(value))
        if value in self._persons and how == DROP:
            return False
        if node in self._parts or node in self._contacts:
            dropped = how == DROP and not self._is_other_too(node)
            return not dropped and self._is_of_office(node, predicate, value)
        if predicate in _MAIL or predicate in _PHONE:
            return predicate in _MAIL and (_harmless(value) if _told(value) else True)
        return True

    def _is_other_too(self, node: str) -> bool:
        """A contact that the record names in another role as well, such as its publisher."""
        own = self._contacts | self._parts
        return node not in self._persons and any(
            o == node and p != _CONTACT and s not in own for s, p, o in self.lines
        )

    def _is_of_office(self, node: str, predicate: str, value: str) -> bool:
        if predicate == RDF_TYPE:
            return True
        if predicate in _NAMES:
            named = is_literal(value) and value_of(value).casefold() in self._names
            return node not in self._persons and (node in self._organisations or named)
        if predicate in _MAIL or predicate in _VALUE:
            return value in self._parts or (_told(value) and _harmless(value) and "@" in value)
        if predicate in _WEB:
            return node not in self._persons and _harmless(value)
        if predicate in _OF_OFFICE:
            return _harmless(value)
        return value in self._parts


def _told(value: str) -> bool:
    """Whether a term says something by itself, and does not only lead to a node."""
    return is_literal(value) or value[:1] == "<"


def _harmless(value: str) -> bool:
    """Whether a term names no person: no mailbox but functional ones, no number, no identifier."""
    text = unquote(value_of(value))
    if _IDENTIFIES.match(text):
        return False
    return all(_is_functional(one) for one in _ADDRESS.findall(_without_scheme(text)))


def _without_scheme(text: str) -> str:
    return re.sub(r"(?i)^mailto:(?://)?", "", text)


@lru_cache(maxsize=65_536)
def _is_functional(address: str) -> bool:
    local = _without_scheme(unquote(address)).partition("@")[0]
    folded = unicodedata.normalize("NFKD", local.casefold())
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    words = [one for one in re.split(r"[.\-_+]+", plain) if one]
    bare = [re.sub(r"\d+$", "", one) for one in words]
    known = [one in FUNCTIONAL for one in bare]
    beside = [not one or one in OFFICIAL or one in _COUNTRIES for one in bare]
    return any(known) and all(a or b for a, b in zip(known, beside, strict=True))


_CODES = "at be bg cy cz de dk ee es eu fi fr gr hr hu ie it lt lu lv mt nl pl pt ro se si sk"
_COUNTRIES = frozenset(_CODES.split())


def _texts(value: str) -> Iterable[str]:
    """What a dropped term may be found by in other texts."""
    if value.startswith("_:"):
        return
    text = value_of(value)
    for one in (text, unquote(_without_scheme(text))):
        if len(one) >= 3 and not one.startswith(("http:", "https:")):
            yield one


def _silent(one: Finding, gone: frozenset[str]) -> Finding:
    if one.rule == RULE:
        return one
    told = " ".join(text for text in (one.value, one.mended) if text)
    about = _FIELD.search(one.path or "") is not None
    if told and (about or any(text in told for text in gone) or not _harmless_text(told)):
        one = replace(one, value=None, mended=None)
    message = _ADDRESS.sub(lambda found: found[0] if _is_functional(found[0]) else "…", one.message)
    for text in sorted(gone, key=len, reverse=True):
        message = message.replace(text, "…")
    return one if message == one.message else replace(one, message=message)


def _harmless_text(text: str) -> bool:
    return all(_is_functional(one) for one in _ADDRESS.findall(text.replace("mailto:", " ")))


RULE = "privacy.contact-dropped"


def _finding(path: str) -> Finding:
    return Finding(
        rule=RULE,
        severity=Severity.INFO,
        message="Personal data of a contact was left out, as the source's option contacts says.",
        path=path,
        hint="Name an office and a mailbox that stands for it, such as opendata@.",
    )
