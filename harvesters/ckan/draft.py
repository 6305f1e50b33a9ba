"""A record being drafted: its statements as canonical N-Triples lines, and what was noticed."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address
from typing import Any
from urllib.parse import quote

import vocab
from catalogue.model import Finding, Severity
from catalogue.rdf.iris import mend
from catalogue.rdf.terms import RDF_TYPE, literal
from harvesters.ckan.values import items, moment, plain, spoken
from vocab import namespaces as ns

# What is taken for an address: a host that can be one, or a scheme that says what it is.
_ADDRESS = re.compile(
    r"(?!javascript|vbscript|data|file)[a-z][a-z0-9+.-]+://(?:[^\s@/?#\[\]]*@)?"
    r"(?:\[[0-9A-Fa-f:.]+\]|[^\s/?#<>\"{}|\\^`%()\[\],;:@]+)(?::\d{0,5})?(?:[/?#]|\Z)"
    r"|(?:urn|doi|info|ark|hdl|oai|geo|did):(?!//)\S+\Z",
    re.IGNORECASE,
)
# Beyond ASCII, RFC 3987 (2.2, ucschar) leaves out controls, private and unassigned characters.
_FOREIGN = re.compile(
    "[\x80-\x9f\ud800-\uf8ff\ufdd0-\ufdef\ufff0-\uffff\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0xF0000, 0x10000)
    )
    + "]"
)
_WEB = re.compile(r"https?://[^\s/]", re.IGNORECASE)
_MAIL = re.compile(
    r"[^\s@<>\"()\[\],;:]+@[^\s@<>\"()\[\],;:]+\.[^\s@<>\"()\[\],;:]*[^\s@<>\"()\[\],;:.]"
)
_LABEL = f"<{ns.RDFS}label>"
_MOST_FINDINGS = 200  # of one record; a hostile one must not fill the journal with them

Handler = Callable[["Draft", str, Any, str], None]
"""Adds what a field says: the draft, the subject's term, the value, the field's name."""


class Draft:
    """The graph of one record. `base` is the dataset's IRI, `site` the root of the portal's own
    IRIs ("" where it is not known)."""

    __slots__ = ("_counters", "base", "findings", "lines", "site")

    def __init__(self, base: str, site: str) -> None:
        self.base, self.site = base, site
        self.lines: list[str] = []
        self.findings: list[Finding] = []
        self._counters: dict[str, int] = {}

    def add(self, subject: str, predicate: str, value: str) -> None:
        """One statement of three terms."""
        self.lines.append(f"{subject} {predicate} {value} .")

    def local(self, subject: str, name: str) -> str:
        """The term of a new node that belongs to a subject: `<subject#name>`, `<subject#name-2>`.

        Nodes have IRIs, so that the graph is canonical once its lines are sorted.
        """
        stem = f"{subject[1:-1]}{'-' if '#' in subject else '#'}{name}"
        number = self._counters[stem] = self._counters.get(stem, 0) + 1
        return f"<{stem}>" if number == 1 else f"<{stem}-{number}>"

    def node(self, subject: str, predicate: str, kind: str, name: str, iri: Any = None) -> str:
        """The term of a described thing: its own IRI where it has one, else a local node."""
        term = self.iri(iri, name, quiet=True) if iri else None
        if term is None or vocab.is_vocabulary_term(term[1:-1]):
            term = self.local(subject, name)
        self.add(subject, predicate, term)
        self.add(term, RDF_TYPE, kind)
        return term

    def typed(self, subject: str, predicate: str, term: str, kind: str) -> None:
        """A thing that is only pointed to, and its class, which the field tells. The class is left out
        for terms of vocabularies, which nobody restates, and for the dataset itself."""
        self.add(subject, predicate, term)
        iri = term[1:-1]
        if iri != self.base and not vocab.is_vocabulary_term(iri):
            self.add(term, RDF_TYPE, kind)

    # --- values to terms ---

    def iri(self, value: Any, path: str, *, quiet: bool = False) -> str | None:
        """The value as an IRI's term, mended where that is certain; None if it is no IRI.

        With `quiet` a value that is no IRI is no finding: it may be something else.
        """
        text = value.strip() if isinstance(value, str) else plain(value)
        given = f"http://{text}" if text[:4].lower() == "www." and " " not in text else text
        mended = _iri(given)
        if mended is None:
            if not quiet and text:
                self.find(
                    "ckan.bad-url", "The address is no usable IRI; it was left out.", path, text
                )
            return None
        if mended != text and not (quiet and given != text):
            self.find(
                "rdf.iri-repaired",
                "The address has characters that no IRI may have; they were encoded.",
                path,
                text,
                mended=mended,
                severity=Severity.INFO,
            )
        return f"<{mended}>"

    def sibling(self, value: str, path: str) -> str | None:
        """The term of another dataset, named by its IRI, or by its id or name on this portal."""
        found = self.iri(value, path, quiet=True)
        if found or not value:
            return found
        if self.site and len(value) <= 200 and not any(char.isspace() for char in value):
            return f"<{self.site}/dataset/{escaped(value)}>"
        self.find("ckan.bad-url", "This names no dataset; it was left out.", path, value)
        return None

    def thing(self, value: Any, path: str) -> str | None:
        """The value as an IRI where it is one, else as a literal."""
        text = value.strip() if isinstance(value, str) else plain(value)
        return (self.iri(text, path, quiet=True) or literal(text)) if text else None

    def find(
        self,
        rule: str,
        message: str,
        path: str,
        value: str,
        *,
        mended: str | None = None,
        severity: Severity = Severity.WARNING,
        hint: str | None = None,
    ) -> None:
        """Note something; values are cut to 500 characters."""
        if len(self.findings) < _MOST_FINDINGS:
            cut = mended[:500] if mended is not None else None
            self.findings.append(
                Finding(rule, severity, message, path, value[:500], cut, hint=hint)
            )

    # --- statements of one field ---

    def texts(self, subject: str, predicate: str, value: Any) -> None:
        """A literal for each text, with its language."""
        if value is None:
            return
        if isinstance(value, str) and value[:1] != "{":  # most are
            if text := value.strip():
                self.lines.append(f"{subject} {predicate} {literal(text)} .")
            return
        for text, language in spoken(value):
            self.lines.append(f"{subject} {predicate} {literal(text, language)} .")

    def things(self, subject: str, predicate: str, value: Any, path: str) -> None:
        """An IRI or literal for each member; translations stay translations."""
        for one in items(value):
            if isinstance(one, dict) and not _has_name(one):
                self.texts(subject, predicate, one)
            elif term := self.thing(one, path):
                self.add(subject, predicate, term)

    def date(self, subject: str, predicate: str, value: Any, path: str) -> None:
        """A typed literal; what is no ISO 8601 date stays as text, with a finding."""
        for one in items(value):
            term = moment(one)
            if term is None:
                text = plain(one)
                self.find(
                    "ckan.bad-date",
                    "The date is not in the form of ISO 8601; it stays as text.",
                    path,
                    text,
                    hint="Write dates as 2024-05-31 or 2024-05-31T12:00:00Z.",
                )
                term = literal(text)
            self.add(subject, predicate, term)

    def mail(self, subject: str, predicate: str, value: Any, path: str) -> None:
        """A mailto: IRI for each address."""
        for one in items(value):
            text = plain(one)
            found = _MAIL.findall(text.removeprefix("mailto:"))
            terms = [term for one in found if (term := _iri(f"mailto:{one}"))]
            if not terms:
                self.find("ckan.bad-email", "This is no e-mail address; left out.", path, text)
            for term in terms:
                self.add(subject, predicate, f"<{term}>")

    def statement(self, subject: str, predicate: str, kind: str, value: Any, path: str) -> None:
        """An IRI for each member that is one, else a node of a class with the text as its label."""
        name = predicate.rpartition("/")[2].rpartition("#")[2].strip("<>")
        members = [value] if isinstance(value, dict) else items(value)
        for one in members:
            term = None if isinstance(one, dict) else self.iri(one, path, quiet=True)
            uri = (one.get("uri") or one.get("name")) if isinstance(one, dict) else None
            if term is None and isinstance(uri, str):
                term = self.iri(uri, path, quiet=True)
            if term:
                self.typed(subject, predicate, term, kind)
                continue
            node = self.node(subject, predicate, kind, name)
            self.texts(node, _LABEL, one)


def _has_name(value: dict[str, Any]) -> bool:
    return any(name in value for name in ("name", "uri", "value", "identifier", "resource"))


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode("utf-8", "replace"))


@lru_cache(maxsize=8192)
def _iri(text: str) -> str | None:
    if not text.isascii():
        text = _FOREIGN.sub(_percent, text)
    if not _ADDRESS.match(text) and not text.startswith("mailto:"):
        return None
    mended = mend(text)
    if mended is not None and ("[" in mended or "]" in mended or mended.count("#") > 1):
        return _without_brackets(mended)
    return mended


def _without_brackets(iri: str) -> str | None:
    """Brackets encoded that stand outside the host, and number signs within the fragment; None if
    those of the host hold no address."""
    host = re.match(r"[A-Za-z0-9]+://([^/?#]*)", iri)
    at = host.end() if host else 0
    if host and "[" in host.group(1) and not _is_ipv6(host.group(1)):
        return None
    path, hash_, fragment = iri[at:].partition("#")
    rest = f"{path}{hash_}{fragment.replace('#', '%23')}"
    return iri[:at] + rest.replace("[", "%5B").replace("]", "%5D")


def _is_ipv6(authority: str) -> bool:
    try:
        IPv6Address(authority[authority.index("[") + 1 : authority.index("]")])
    except ValueError:
        return False
    return True


def is_web(text: str) -> bool:
    """Whether a text begins as an address of the web."""
    return _WEB.match(text) is not None


def escaped(part: str) -> str:
    """A part of a path: what is not plain is percent-encoded."""
    return part if part.isascii() and part.replace("-", "").isalnum() else quote(part, safe="-._~")
