"""What a record's graph says, as the values that CKAN's fields hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import orjson

import vocab
from catalogue.rdf.terms import is_blank, is_literal, parts_of, value_of
from vocab.namespaces import AUTHORITY, DCT, FOAF, RDFS, SCHEMA, SKOS, VCARD

Translations = dict[str, str]
"""Text by language tag; "" for text without one."""

# The tags that CKAN's extensions for languages know as keys: "de", "pt-br".
_KEY = re.compile(r"[a-z]{2}(?:-[a-z0-9]{2,8}){0,3}\Z")
_LANGUAGE = f"{AUTHORITY}language/"
_NAMES = tuple(
    f"<{one}>"
    for one in (
        f"{FOAF}name",
        f"{VCARD}fn",
        f"{SKOS}prefLabel",
        f"{RDFS}label",
        f"{DCT}title",
        f"{VCARD}organization-name",
        f"{SCHEMA}name",
    )
)


class Said:
    """The lines of a graph by subject and predicate. `language` is the reader's."""

    def __init__(self, lines: Iterable[str], language: str) -> None:
        self._said: dict[str, dict[str, list[str]]] = {}
        self.language = language
        for line in lines:
            subject, predicate, rest = line.split(" ", 2)
            self._said.setdefault(subject, {}).setdefault(predicate, []).append(rest[:-2])

    def terms(self, subject: str, path: str) -> Sequence[str]:
        """The objects of a subject's statements, in the graph's order."""
        return self._said.get(subject, {}).get(path, ())

    def first(self, subject: str, path: str) -> str | None:
        return next(iter(self.terms(subject, path)), None)

    def is_described(self, term: str) -> bool:
        return term in self._said

    def value(self, term: str) -> str:
        """An IRI or a literal's text; of a blank node its name."""
        return self.name(term) if is_blank(term) else value_of(term).strip()

    def values(self, subject: str, path: str) -> list[str]:
        """The values that say something, each once."""
        found = (self.value(term) for term in self.terms(subject, path))
        return list(dict.fromkeys(one for one in found if one))

    def one(self, subject: str, path: str) -> str | None:
        return next(iter(self.values(subject, path)), None)

    def texts(self, subject: str, path: str) -> Translations:
        """The first text of each language."""
        found: Translations = {}
        for term in self.terms(subject, path):
            if is_literal(term):
                text, tag, _datatype = parts_of(term)
                if text.strip():
                    found.setdefault(tag, text.strip())
        return found

    def words(self, subject: str, path: str) -> dict[str, list[str]]:
        """Every text by language."""
        found: dict[str, list[str]] = {}
        for term in self.terms(subject, path):
            if is_literal(term):
                text, tag, _datatype = parts_of(term)
                if text.strip():
                    found.setdefault(tag, []).append(text.strip())
        return found

    def name(self, term: str) -> str:
        """What a person calls the thing; "" where the graph has no name for it."""
        for path in _NAMES:
            if texts := self.texts(term, path):
                return spoken(texts, self.language)
        return ""


def spoken(texts: Translations, language: str) -> str:
    """One text: in the language, else in a region's form of it, else English, untagged, any."""
    regional = next((tag for tag in sorted(texts) if tag.startswith(f"{language}-")), language)
    for wanted in (language, regional, "en", ""):
        if wanted in texts:
            return texts[wanted]
    return next((texts[tag] for tag in sorted(texts)), "")


def translated(texts: Translations) -> Translations:
    """The texts whose language can be a key of a translated field, by that key."""
    found: Translations = {}
    for tag, text in sorted(texts.items()):
        if key := key_of(tag):
            found.setdefault(key, text)
    return found


def key_of(tag: str) -> str | None:
    """A language tag as the key of a translated field: three letters become two. None for no tag, and
    for a language that has no two letters."""
    if _KEY.match(tag):
        return tag
    known = vocab.scheme("language").concept(f"{_LANGUAGE}{tag.upper()}")
    return known.code if known and _KEY.match(known.code) else None


def listed(values: Sequence[str]) -> str:
    """A list as extras hold one: JSON text."""
    return orjson.dumps(list(values)).decode()


def single(values: Sequence[str]) -> str | None:
    """The value, or a list of several as JSON text; None if there is none."""
    if len(values) > 1:
        return listed(values)
    return values[0] if values else None
