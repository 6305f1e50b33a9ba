"""Findings of validation in the reader's language: what is wrong, with which value, and how to mend it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from catalogue.model import Finding
from catalogue.rdf.terms import is_literal, parts_of, value_of
from catalogue.validate.names import SEVERITIES
from catalogue.validate.shapes import Result
from vocab.namespaces import PREFIXES

LANGUAGES = ("en", "de", "fr")
SHACL, COMPONENT = "sh:", "ConstraintComponent"  # around the name of a rule
LONGEST = 500  # characters of a value
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
    """A finding with its words in the reader's language (English where we do not speak it), if they can
    be made anew."""
    if finding.limit is None:
        return finding
    message, hint = words(finding.rule, finding.path or "", finding.limit, language)
    return replace(finding, message=message, hint=hint)


@lru_cache(maxsize=8192)
def words(rule: str, path: str, limit: str, language: str) -> tuple[str, str]:
    """Message and hint: of the same check of a profile they are always the same."""
    fill = {"path": _short(path) or "rdf:type", "limit": _short(limit) or "…", "value": ""}
    return _texts(rule.removeprefix(SHACL).removesuffix(COMPONENT), fill, language)


def of_ours(
    rule: str, record: str | None, profile: str, language: str, limit: str = "", value: str = ""
) -> Told:
    """A finding about the validation itself, a warning."""
    message, hint = _texts(rule, {"path": "", "limit": limit, "value": value}, language)
    return Told(record, None, None, value or None, "warning", rule, profile, message, hint)


def _texts(rule: str, fill: Mapping[str, str], language: str) -> tuple[str, str]:
    texts, common = _messages().get(rule, {}), _messages()["any"]
    message = texts.get(language) or texts.get("en") or common.get(language) or common["en"]
    hints, plain = texts.get("hint", {}), common["hint"]
    hint = hints.get(language) or hints.get("en") or plain.get(language) or plain["en"]
    return _filled(message, fill), _filled(hint, fill)


def _filled(template: str, fill: Mapping[str, str]) -> str:
    """The template with its places filled at once: what comes from outside is not a template."""
    return re.sub(r"\{(path|limit|value)\}", lambda match: fill[match.group(1)], template)


@cache
def _messages() -> Mapping[str, Any]:
    return tomllib.loads(files("vocab").joinpath("shapes", "messages.toml").read_text("utf-8"))


def own_message(messages: Sequence[str], language: str) -> str:
    """The shape's own message in the language, in English, without one, or the first there is."""
    texts: dict[str, str] = {}
    for term in messages:
        if is_literal(term):
            text, tag, _datatype = parts_of(term)
            texts.setdefault(tag.partition("-")[0], text)
    wanted = (language, "en", "", *sorted(texts))
    return next((texts[one] for one in wanted if one in texts), "")[:LONGEST]


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
