"""Findings of validation in the reader's language: what is wrong, with which value, and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import Any

from catalogue.model import Finding
from catalogue.rdf.terms import is_literal, parts_of, value_of
from catalogue.validate.names import SEVERITIES
from catalogue.validate.shapes import Result
from vocab import findings as texts
from vocab.languages import FALLBACK
from vocab.namespaces import PREFIXES

SHACL, COMPONENT = "sh:", "ConstraintComponent"  # around the name of a rule
LONGEST = 500  # characters of a value
_ANY_LIMIT = "\0"
_SCHEMES = re.compile(r"<([^<>]*)>")


@dataclass(frozen=True, slots=True)
class Told:
    """One finding. `record` is the IRI or blank node of the record, None for what is of the document;
    `path` the property's IRI, or a path as SPARQL writes it; `value` an IRI, a blank node or the text of
    a literal; `severity` is violation, warning or info; `rule` the constraint component of SHACL."""

    record: str | None
    focus: str | None
    path: str | None
    value: str | None
    severity: str
    rule: str
    profile: str
    message: str
    hint: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def told(result: Result, record: str | None, profile: str, language: str) -> Told:
    """A result as a person reads it. A message of the shape's own comes before ours."""
    path = plain_path(result)
    rule = f"{SHACL}{result.check.component}{COMPONENT}"
    message, hint = words(rule, path or "", result.check.limit, language)
    return Told(
        record=record,
        focus=plain(result.focus),
        path=path,
        value=plain(result.value),
        severity=SEVERITIES.get(result.shape.severity, "violation"),
        rule=rule,
        profile=profile,
        message=own_message(result.shape.messages, language) or message,
        hint=hint,
    )


def spoken(finding: Finding, language: str) -> Finding:
    """A finding with its words in the reader's language: made anew from the rule and what was asked for,
    or, of harvesting's, the sentence that stands for the same. What else there is (a message of a shape's
    own, words with values in them) stays as it was kept; English where the language is none of the 24."""
    limit = _limit(finding)
    if limit is not None:
        message, hint = words(finding.rule, finding.path or "", limit, language)
        return replace(finding, message=message, hint=hint, limit=limit)
    told = texts.translated(finding.message, language) or finding.message
    mend = _hint(finding, language)
    if (told, mend) == (finding.message, finding.hint):
        return finding
    return replace(finding, message=told, hint=mend)


def tongue(finding: Finding, language: str) -> str | None:
    """The language that the message of a finding is in once it is `spoken`; None where that is not known."""
    if finding.limit is not None or texts.is_said(finding.message, language):
        return language
    return None if finding.profile else FALLBACK


def _hint(finding: Finding, language: str) -> str | None:
    """The hint of a finding with a message of its own: that of its rule where it needs no more than the
    path, else the sentence that stands for the same, else as it was kept."""
    if finding.hint is None:
        return None
    rule, path = finding.rule, finding.path or ""
    if finding.profile is not None and words(rule, path, "", FALLBACK)[1] == finding.hint:
        return words(rule, path, "", language)[1]
    return texts.translated(finding.hint, language) or finding.hint


def _limit(finding: Finding) -> str | None:
    """What was asked for; read from the English words where a run's finding was kept without it. None
    where the words are not ours."""
    if finding.limit is not None or finding.profile is None:
        return finding.limit
    met = _english(finding.rule, finding.path or "").fullmatch(finding.message)
    return met["limit"] if met else None


@lru_cache(maxsize=1024)
def _english(rule: str, path: str) -> re.Pattern[str]:
    """What our English message of a rule at a path looks like, whatever was asked for."""
    message, _hint = words(rule, path, _ANY_LIMIT, FALLBACK)
    return re.compile(
        "(?P<limit>.*)".join(map(re.escape, message.split(_ANY_LIMIT)))
        if _ANY_LIMIT in message
        else re.escape(message) + "(?P<limit>)",
        re.DOTALL,
    )


@lru_cache(maxsize=8192)
def words(rule: str, path: str, limit: str, language: str) -> tuple[str, str]:
    """Message and hint: of the same check of a profile they are always the same."""
    component = rule.removeprefix(SHACL).removesuffix(COMPONENT)
    itself = "rdf:type" if component == "Class" else texts.words(language).path["itself"]
    fill = {"path": _short(path) or itself, "limit": _short(limit) or "…", "value": ""}
    return _texts(component, fill, language)


def of_ours(
    rule: str, record: str | None, profile: str, language: str, limit: str = "", value: str = ""
) -> Told:
    """A finding about the validation itself, a warning."""
    message, hint = _texts(rule, {"path": "", "limit": limit, "value": value}, language)
    return Told(record, None, None, value or None, "warning", rule, profile, message, hint)


def _texts(rule: str, fill: Mapping[str, str], language: str) -> tuple[str, str]:
    """What is said of a rule, its places filled."""
    said = texts.words(language)
    message = said.message.get(rule) or said.message[texts.ANY]
    hint = said.hint.get(rule) or said.hint[texts.ANY]
    return _filled(message, fill), _filled(hint, fill)


def _filled(template: str, fill: Mapping[str, str]) -> str:
    """The template with its places filled at once: what comes from outside is not a template."""
    return re.sub(r"\{(path|limit|value)\}", lambda match: fill[match.group(1)], template)


def own_message(messages: Sequence[str], language: str) -> str:
    """The shape's own message in the language, in English, without one, or the first there is."""
    found: dict[str, str] = {}
    for term in messages:
        if is_literal(term):
            text, tag, _datatype = parts_of(term)
            found.setdefault(tag.partition("-")[0], text)
    if language not in found and "en" in found:
        told = texts.translated(found["en"], language)  # where the shapes are ours
        if told is not None:
            return told
    wanted = (language, "en", "", *sorted(found))
    return next((found[one] for one in wanted if one in found), "")[:LONGEST]


def plain(term: str | None) -> str | None:
    """A term as people write it: an IRI or text without its marks, cut; a blank node as it is."""
    if term is None or term.startswith("_:"):
        return term
    return value_of(term)[:LONGEST]


def plain_path(result: Result) -> str | None:
    """The property's IRI, or a path as SPARQL writes it."""
    if result.path is None:
        return None
    text = result.path.text
    return text[1:-1] if _SCHEMES.fullmatch(text) else text


def _short(text: str | None) -> str:
    """IRIs of well-known vocabularies with their prefixes."""
    if not text:
        return ""
    for name, start in PREFIXES.items():
        text = re.sub(rf"<?{re.escape(start)}([\w.-]+)>?", rf"{name}:\1", text)
    return text.replace("http://www.w3.org/2001/XMLSchema#", "xsd:")[:LONGEST]
