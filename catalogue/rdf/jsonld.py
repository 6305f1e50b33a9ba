"""JSON-LD: never a remote context, never too deep, and no statement lost in silence."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import orjson
import pyoxigraph as ox

from catalogue.errors import UnreadableDocument
from catalogue.model import Finding, Severity
from catalogue.rdf.iris import is_valid, mend, mend_tag
from catalogue.rdf.lines_of import Mender, Parsed

DEEPEST = 200  # levels; the parser itself would end the process at some thousands


def read(text: str, base: str) -> Parsed:
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise UnreadableDocument(
            f"the JSON cannot be read: {error.msg}", error.lineno, error.colno
        ) from error
    if not isinstance(document, dict | list):
        raise UnreadableDocument("the JSON is neither an object nor a list, as JSON-LD is")
    _check_depth(document)
    document = _with_contexts(document)
    menders = _Values(base, _coerced(document))
    document = menders.mend(document)
    mender = Mender(text, base)
    try:
        quads = ox.parse(
            orjson.dumps(document), ox.RdfFormat.JSON_LD, base_iri=base or None, lenient=True
        )
        mender.take(quads)
    except SyntaxError as error:
        raise UnreadableDocument(f"the JSON-LD cannot be read: {error.msg}") from error
    return Parsed(mender.lines, [*menders.findings, *mender.findings])


def _check_depth(document: Any) -> None:
    level = [document]
    depth = 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise UnreadableDocument(f"the JSON is nested deeper than {DEEPEST} levels")
        level = [
            child for one in level for child in _children(one) if isinstance(child, dict | list)
        ]


def _children(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _with_contexts(value: Any) -> Any:
    """The document with contexts that we know put in the place of their addresses.

    Raises: UnreadableDocument for a context that would have to be fetched.
    """
    if isinstance(value, list):
        return [_with_contexts(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _context(part) if key == "@context" else _with_contexts(part)
        for key, part in value.items()
    }


def _context(value: Any) -> Any:
    if isinstance(value, str):
        return _known_context(value)
    if isinstance(value, list):
        return [_context(one) for one in value]
    if isinstance(value, dict):
        if "@import" in value:
            raise UnreadableDocument(f"the context imports {value['@import']!r}; it is not fetched")
        return {
            name: {**one, "@context": _context(one["@context"])}
            if isinstance(one, dict) and "@context" in one
            else one
            for name, one in value.items()
        }
    return value


def _known_context(address: str) -> Any:
    wanted = address.split("://", 1)[-1].rstrip("/#").lower()
    for known in _contexts():
        if any(wanted == one or wanted.endswith(one) for one in known["addresses"]):
            return known["context"]
    raise UnreadableDocument(
        f"the context {address!r} is remote and none that is built in; put its terms into the document"
    )


@cache
def _contexts() -> list[dict[str, Any]]:
    body = files("vocab").joinpath("contexts.json").read_bytes()
    found: list[dict[str, Any]] = orjson.loads(body)
    return found


def _coerced(document: Any) -> frozenset[str]:
    """Terms whose plain strings are IRIs, by any context of the document."""
    terms: set[str] = set()
    pending = [document]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            context = one.get("@context")
            for part in context if isinstance(context, list) else [context]:
                if isinstance(part, dict):
                    terms.update(
                        name
                        for name, rule in part.items()
                        if isinstance(rule, dict) and rule.get("@type") == "@id"
                    )
            pending.extend(one.values())
        elif isinstance(one, list):
            pending.extend(one)
    return frozenset(terms)


class _Values:
    """Mends what the parser would drop without a word: bad IRIs and bad language tags."""

    def __init__(self, base: str, coerced: frozenset[str]) -> None:
        self._base, self._coerced = base, coerced
        self.findings: list[Finding] = []

    def mend(self, value: Any, key: str = "") -> Any:
        if isinstance(value, list):
            return [self.mend(one, key) for one in value]
        if isinstance(value, str) and (key == "@id" or key in self._coerced):
            return self._iri(value)
        if not isinstance(value, dict):
            return value
        return {name: self._member(name, part) for name, part in value.items()}

    def _member(self, name: str, part: Any) -> Any:
        if name == "@context":
            return part
        if name == "@language" and isinstance(part, str):
            return self._tag(part)
        if name == "@type" and isinstance(part, str) and "://" in part:
            return self._iri(part)
        return self.mend(part, name)

    def _iri(self, value: str) -> str:
        if "://" not in value or is_valid(value):
            return value
        mended = mend(value)
        self._say("rdf.iri-repaired", value, mended)
        return mended or value

    def _tag(self, value: str) -> str:
        mended = mend_tag(value)
        if mended is None or mended == value.lower():
            return mended or value
        self._say("rdf.language-tag-repaired", value, mended)
        return mended

    def _say(self, rule: str, value: str, mended: str | None) -> None:
        self.findings.append(
            Finding(
                rule=rule,
                severity=Severity.WARNING,
                message="The value is not of the form that the standard asks for and was mended.",
                value=value[:500],
                mended=mended,
                hint="Mend it at the source.",
            )
        )
