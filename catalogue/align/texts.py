"""Language tags for titles, descriptions and keywords that have none, where the language is certain
(ADR 0017)."""

from __future__ import annotations

from functools import cache, lru_cache

from catalogue.align.language import LONGEST, language_of, says_otherwise, spoken_for, words_in
from catalogue.align.tables import look_up
from catalogue.model import Finding, Severity
from catalogue.rdf.terms import value_of
from vocab.languages import OFFICIAL
from vocab.namespaces import DCAT, DCT

DECLARED = 2.0  # words that are enough where the record names this language itself
MOST = 200  # texts of one record that are looked at
_TITLE, _DESCRIPTION, _KEYWORD = f"<{DCT}title>", f"<{DCT}description>", f"<{DCAT}keyword>"
_TEXTS = frozenset((_TITLE, _DESCRIPTION, _KEYWORD))
_LANGUAGE, _DISTRIBUTION = f"<{DCT}language>", f"<{DCAT}distribution>"

Place = tuple[str, str]  # subject and predicate


def with_languages(subject: str, lines: list[str]) -> tuple[list[str], list[Finding]]:
    """The lines, with a tag on the untagged texts of the record and of its distributions whose language
    is one of the EU's and certain, and a finding for each property of a resource that was tagged.

    The record's own title and description decide together. A property that has a text in that language
    already, or several titles or descriptions without a tag, stays as it is: of each language there is one
    at most. So what was changed can be undone by taking the finding's tag off its property.
    """
    record = _Texts(subject, lines)
    language, rule = record.language() if record.places else (None, "")
    if language is None:
        return lines, []
    tagged = list(lines)
    findings = []
    for place, at in record.places.items():
        if language in record.present.get(place, ()) or (place[1] != _KEYWORD and len(at) > 1):
            continue
        fit = [one for one in at if record.fits(place, _term(lines[one]), language)]
        for one in fit:
            tagged[one] = f"{lines[one][:-2]}@{language} ."
        if fit:
            findings.append(
                _finding(place, value_of(_term(lines[fit[0]])), language, rule, len(fit))
            )
    return tagged, findings


class _Texts:
    """The texts of a record by the place where they stand."""

    __slots__ = ("_declared", "_own", "_parts", "_said", "_subject", "_words", "places", "present")

    def __init__(self, subject: str, lines: list[str]) -> None:
        self._subject = subject
        self._declared: set[str] = set()
        self.places: dict[Place, list[int]] = {}
        self.present: dict[Place, set[str]] = {}
        told: dict[Place, list[int]] = {}
        self._own = (f"{subject} {_DISTRIBUTION} ", f"{subject} {_LANGUAGE} ")
        self._parts: set[str] = set()
        for at, line in enumerate(lines):
            if line[-3] == '"':  # a literal without a tag or datatype
                start, predicate, _rest = line.split(" ", 2)
                if predicate in _TEXTS:
                    told.setdefault((start, predicate), []).append(at)
            elif line[-3] != ">" or line.startswith(self._own):  # a tag, a blank node
                self._hear(line)
        parts = {subject, *self._parts}
        self.places = {place: at[:MOST] for place, at in told.items() if place[0] in parts}
        self._said = {
            one: frozenset[str]().union(
                *(_words(_term(lines[at])) for at in self.places.get((subject, one), ())[:4])
            )
            for one in (_TITLE, _DESCRIPTION)
        }
        self._words = self._said[_TITLE] | self._said[_DESCRIPTION]

    def _hear(self, line: str) -> None:
        """Takes a tagged text, a distribution or a declared language."""
        start, predicate, rest = line.split(" ", 2)
        if predicate in _TEXTS and rest[0] == '"':
            tag = rest[rest.rfind('"') + 2 : -2].lower()
            self.present.setdefault((start, predicate), set()).add(tag.split("-", 1)[0])
        elif start == self._subject and predicate == _DISTRIBUTION:
            self._parts.add(rest[:-2])
        elif start == self._subject and predicate == _LANGUAGE:
            self._declared.add(rest[1:-3])

    def language(self) -> tuple[str | None, str]:
        """The language of the record's own title and description, and what told it."""
        if found := language_of(self._words):
            return found, "detected"
        if len(self._declared) == 1:
            declared = _two_letters().get(next(iter(self._declared)))
            if declared and language_of(self._words, DECLARED) == declared:
                return declared, "declared"
        return None, ""

    def fits(self, place: Place, term: str, language: str) -> bool:
        """Whether a text may be tagged: the record's own where it has a word that speaks for the
        language, or one of the other own text, and no more words for another language; a keyword where
        the record's texts have all its words; what a distribution says where it tells itself."""
        words = _words(term)
        if place[1] == _KEYWORD:
            return bool(words) and words <= self._words
        if place[0] == self._subject:
            found = spoken_for(words)
            shared = language in found or not words.isdisjoint(self._other(place))
            return shared and not says_otherwise(found, language)
        return _alone(term) == language

    def _other(self, place: Place) -> frozenset[str]:
        """The words of the description beside the title, and the other way round."""
        return self._said[_DESCRIPTION if place[1] == _TITLE else _TITLE]


def _term(line: str) -> str:
    """As much of a line's literal as is looked at, not cut within an escape."""
    term = line.split(" ", 2)[2][:-3]
    if len(term) <= LONGEST:
        return f'{term}"'
    term = term[:LONGEST]
    return f'{term[: term.rindex(chr(92))] if chr(92) in term[-10:] else term}"'


@lru_cache(maxsize=4096)
def _words(term: str) -> frozenset[str]:
    """The words of a literal: keywords and names of files come again, a record's own texts at once."""
    return words_in(value_of(term))


@lru_cache(maxsize=4096)
def _alone(term: str) -> str | None:
    """The language that a literal tells by itself."""
    words = _words(term)
    return language_of(words, DECLARED) if len(words) > 1 else None


@cache
def _two_letters() -> dict[str, str]:
    """The official languages by the IRI of the EU's table."""
    found = {one: look_up("language", one) for one in OFFICIAL}
    return {match.iri: one for one, match in found.items() if match}


def _finding(place: Place, value: str, language: str, rule: str, count: int) -> Finding:
    return Finding(
        rule=f"align.text.{rule}",
        severity=Severity.INFO,
        message="The text had no language tag; it is certain which language it is in.",
        path=place[1][1:-1],
        value=value[:500],
        mended=f"@{language}",
        count=count,
        focus=place[0].strip("<>"),
        hint="Give texts a language tag at the source.",
    )
