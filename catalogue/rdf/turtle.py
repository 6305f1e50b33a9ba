"""Turtle and TriG: strictly, else with prefixes bound and around the places that cannot be read."""

from __future__ import annotations

import re

import pyoxigraph as ox

from catalogue.errors import UnreadableDocument
from catalogue.model import Finding, Severity
from catalogue.rdf.lines_of import Mender, Parsed, strictly, syntax_finding, with_tags
from vocab.namespaces import WELL_KNOWN

MOST_FAULTS = 50  # places that are passed over before the rest of a document is given up

_USED = re.compile(r"(?<![\w:<\"'/.-])([A-Za-z][\w-]*):(?=[A-Za-z_])")
_QUOTED = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\''
    r'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|<[^<>\s]*>|#[^\n]*',
    re.DOTALL,
)
# Declarations, wherever they stand; texts, comments and other IRIs are passed over.
_DECLARED = re.compile(
    r"(?<![\w:])@?(?i:(?P<prefix>prefix)|base)\b\s*(?(prefix)(?P<name>[^\s:<>]*):\s*)<(?P<iri>[^<>\s]*)>"
    rf"|{_QUOTED.pattern}",
    re.DOTALL,
)
_BOUNDARY = re.compile(r"\.\s*(?:#.*)?$")


def read(text: str, base: str) -> Parsed:
    return _read(text, base, ox.RdfFormat.TURTLE)


def read_trig(text: str, base: str) -> Parsed:
    return _read(text, base, ox.RdfFormat.TRIG)


def _read(text: str, base: str, kind: ox.RdfFormat) -> Parsed:
    try:
        return Parsed(strictly(text, kind, base))
    except SyntaxError:
        pass
    text, findings = _with_prefixes(text)
    text, tagged = with_tags(text)
    mender = Mender(text, base)
    torn: set[str] = set()
    faults = _around_faults(text, base, kind, mender, torn)
    if not mender.lines:
        raise UnreadableDocument(f"no statement can be read: {faults[0].message}" if faults else "")
    told = [*findings, *tagged, *mender.findings, *faults]
    return Parsed(mender.lines, told, not faults and not mender.lost, torn)


def _with_prefixes(text: str) -> tuple[str, list[Finding]]:
    """The text with well-known prefixes bound that it uses without declaring them.

    They are put on the first line, so that line numbers hold.
    """
    declared = {match["name"] for match in _DECLARED.finditer(text) if match["prefix"]}
    bare = _QUOTED.sub(" ", text)
    missing: dict[str, int] = {}
    for match in _USED.finditer(bare):
        if match.group(1) not in declared:
            missing.setdefault(match.group(1), text.find(f"{match.group(1)}:"))
    findings = []
    head = []
    for prefix, at in missing.items():
        namespace = WELL_KNOWN.get(prefix.lower())
        if namespace is None:
            continue
        head.append(f"@prefix {prefix}: <{namespace}> . ")
        findings.append(
            Finding(
                rule="rdf.prefix-bound",
                severity=Severity.WARNING,
                message=f"The prefix {prefix}: is not declared; its usual meaning was taken.",
                value=prefix,
                mended=namespace,
                place=f"line {text.count(chr(10), 0, at) + 1}",
                hint="Declare every prefix that the document uses.",
            )
        )
    return "".join(head) + text, findings


def _around_faults(
    text: str, base: str, kind: ox.RdfFormat, mender: Mender, torn: set[str]
) -> list[Finding]:
    """Read all statements that can be read: after a fault go on behind the next full stop.

    The subject spoken of before each fault is added to `torn`.
    """
    rows = text.split("\n")
    faults: list[Finding] = []
    start = 0
    head: list[str] = []
    while start < len(rows):
        part = "\n".join([" ".join(head), *rows[start:]]) if start else text
        try:
            mender.take(ox.parse(part, kind, base_iri=base or None, lenient=True))
        except SyntaxError as error:
            shift = start - 1 if start else 0
            at = min((error.lineno or 1) - 1 + shift, len(rows) - 1)
            at = max(at, start)
            reason = str(error.msg).rsplit(": ", maxsplit=1)[-1]
            torn.update(line.split(" ", 1)[0] for line in mender.lines[-1:])
            faults.append(syntax_finding(reason, f"line {at + 1}", rows[at].strip()))
            start, before = _after_boundary(rows, at), start
            head += _declarations("\n".join(rows[before:start]))
            if len(faults) >= MOST_FAULTS:
                break
            continue
        break
    return faults


def _declarations(text: str) -> list[str]:
    """The prefix and base declarations of a text, in order: what comes later may be relative to them."""
    return [
        f"@prefix {match['name']}: <{match['iri']}> ."
        if match["prefix"]
        else f"@base <{match['iri']}> ."
        for match in _DECLARED.finditer(text)
        if match["iri"] is not None
    ]


def _after_boundary(rows: list[str], at: int) -> int:
    for number in range(at, len(rows)):
        if _BOUNDARY.search(rows[number]):
            return number + 1
    return len(rows)
