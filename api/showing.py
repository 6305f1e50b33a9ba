"""How values look on pages. Everything returned is text that the template escapes, or marked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
from markdown_it import MarkdownIt
from markupsafe import Markup

from catalogue.model import Change, Finding, Severity
from catalogue.ports import SparqlAnswer
from catalogue.project.describe import Description, Texts, in_language
from catalogue.validate import telling
from catalogue.validate.telling import spoken

KINDS = {
    "dataset": "Dataset",
    "series": "Dataset series",
    "service": "Data service",
    "model": "Model",
    "offer": "Offer",
    "training": "Training",
    "factory": "AI Factory",
    "supercomputer": "Supercomputer",
    "initiative": "Initiative",
    "call": "Call",
}
ACCESS = {"public": "Open", "restricted": "On request", "non-public": "Not public"}
STATES = {
    "done": "good",
    "partial": "fair",
    "held": "fair",
    "running": "busy",
    "queued": "busy",
    "failed": "bad",
    "cancelled": "bad",
}
GRAVITY = {Severity.VIOLATION: 0, Severity.WARNING: 1, Severity.INFO: 2}
# Outcomes from the ground up in a drawing of runs, and its measures.
STACK = (
    "unchanged",
    "created",
    "updated",
    "ignored",
    "quarantined",
    "failed",
    "missing",
    "deleted",
)
STEP, TALL, LEAST = 24, 120, 3
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_PREFIX_RTL = ("ar", "he", "fa", "ur")

_MARKDOWN = MarkdownIt("zero", {"html": False, "breaks": True}).enable(
    ["list", "emphasis", "link", "autolink", "backticks", "newline", "escape", "hr"]
)

# Rules of sectors as a person says them (catalogue/align/sectors.py)
RULES = {
    "sector": "sector given",
    "theme": "EU theme",
    "eurovoc": "EuroVoc concept",
    "category": "high-value category",
    "profile": "profile",
    "title": "word of the title",
    "keyword": "keyword",
    "description": "word of the description",
    "publisher": "word of the publisher's name",
}
# 24 x 24 outlines, drawn for this project.
ICONS = {
    "health": "M12 20s-7-4.6-7-10a4 4 0 0 1 7-2.6A4 4 0 0 1 19 10c0 5.4-7 10-7 10zM9 11.5h2V9.5h2v2h2v2h-2v2h-2v-2H9z",
    "energy": "M13 3 5 14h6l-1 7 8-11h-6z",
    "mobility": "M4 16v-4l2-5h12l2 5v4M4 12h16M6 16v2M18 16v2M7 14.5h2M15 14.5h2M4 16h16",
    "defence": "M12 3l7 3v5c0 4.6-2.8 8-7 10-4.200-2-7-5.400-7-10V6zM12 8v7M9 11h6",
    "manufacturing": "M4 20V10l5 3v-3l5 3V6l6 3v11zM8 16h2M13 16h2",
    "cleantech": "M12 20c0-7 2-11 8-13 0 7-2 11-8 11M12 18c0-4-2-7-8-8 0 5 2 8 8 8",
    "agritech": "M12 21V9M12 9c0-3 2-5 5-5 0 3-2 5-5 5zM12 13c0-3-2-5-5-5 0 3 2 5 5 5zM12 17c0-3 2-5 5-5 0 3-2 5-5 5z",
}


def safe_link(url: str | None) -> str | None:
    """The address if it may stand in a link: http, https or ftp, without control characters."""
    if not url or _CONTROL.search(url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme.lower() in {"http", "https", "ftp"} and parts.netloc else None


def marked(html: str | None) -> Markup | None:
    """A highlight of the search service, which is escaped already but for its marks."""
    return Markup(html) if html else None  # noqa: S704 escaped by the search service


def plain(text: str | None) -> str:
    """Text for reading: markup of the source's taken out, direction controls too."""
    return re.sub(r"[ \t]+", " ", _TAG.sub(" ", _CONTROL_BUT_LINES.sub(" ", text or ""))).strip()


def prose(text: str | None) -> Markup:
    """The text as HTML: paragraphs, lists, emphasis and outward links as in Markdown, which many
    portals write in; anything else of the source's stays text."""
    tokens = _MARKDOWN.parse(plain(text))
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                href = safe_link(str(child.attrGet("href") or ""))
                child.attrs = {"href": href, "rel": "nofollow noopener ugc"} if href else {}
    return Markup(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))  # noqa: S704 no raw HTML passes


def tail(value: str) -> str:
    """The last part of an address that stands where a name should; any other text as it is."""
    return value.rstrip("/#").rsplit("/", 1)[-1].rsplit("#", 1)[-1] if "://" in value else value


def pick(texts: Texts, lang: str) -> tuple[str, str]:
    """The text for a reader of a language, and the language it is in ("" when not known)."""
    text = in_language(texts, lang)
    code = next((one for one, value in texts.items() if value == text), "")
    return plain(text), code


def direction(lang: str) -> str:
    return "rtl" if lang in _PREFIX_RTL else "auto"


def size(number: int | None) -> str:
    """Bytes for people (powers of 1000)."""
    if number is None:
        return ""
    amount = float(number)
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if amount < 1000:
            return (
                f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"
            )
        amount /= 1000
    return f"{amount:,.0f} PB"


def duration(seconds: float | None) -> str:
    """A length of time for people."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 90:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"


def day(text: Any) -> str:
    """The day of an ISO date or time."""
    return str(text or "")[:10]


def moment(text: Any) -> str:
    """A time for people, UTC; of a moment or its ISO text."""
    return f"{str(text)[:16].replace('T', ' ')} UTC" if text else ""


def address(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    """A path with parameters."""
    query = urlencode(list(pairs))
    return f"{path}?{query}" if query else path


def asked_by(who: str) -> str:
    """Who wanted a run, for people."""
    if who.startswith("key:"):
        return "its node, by key"
    return {"schedule": "its schedule"}.get(who, "an operator")


def tongue(finding: Finding, language: str) -> Markup:
    """The attribute that says in which language a finding's message is, where that is known (WCAG 2.2,
    3.1.2)."""
    known = telling.tongue(finding, language)
    return Markup(' lang="{}"').format(known) if known else Markup("")


def by_rule(findings: Iterable[Finding]) -> list[tuple[str, list[Finding]]]:
    """Findings of a run by rule, the gravest first, then the most frequent."""
    groups: dict[str, list[Finding]] = {}
    for one in findings:
        groups.setdefault(one.rule, []).append(one)

    def weight(group: list[Finding]) -> tuple[int, int]:
        return min(GRAVITY[one.severity] for one in group), -sum(one.count for one in group)

    return sorted(groups.items(), key=lambda pair: (*weight(pair[1]), pair[0]))


def bars(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Records by outcome of the runs, the newest last, as stacks of rectangles in a drawing of
    `width` by `height`. Nothing that there is of is too low to be seen."""
    sums = [sum(one["counts"][name] for name in STACK) for one in runs]
    most = max(sums, default=0)
    stacks = []
    for place, run in enumerate(reversed(runs)):
        top, boxes = float(TALL), []
        for name in STACK:
            number = run["counts"][name]
            if number:
                high = max(LEAST, number / most * (TALL - LEAST * len(STACK)))
                top -= high
                boxes.append({"name": name, "y": round(top, 1), "height": round(high, 1)})
        told = ", ".join(f"{run['counts'][name]:,} {name}" for name in STACK if run["counts"][name])
        stacks.append({"run": run, "x": place * STEP, "boxes": boxes, "told": told or "no records"})
    named = [name for name in STACK if any(one["counts"][name] for one in runs)]
    return {"stacks": stacks, "width": 30 * STEP, "height": TALL, "names": named, "most": most}


def said(messages: Any) -> str:
    """Messages of a schema as one text."""
    if isinstance(messages, dict):
        return "; ".join(said(one) for one in messages.values())
    if isinstance(messages, list):
        return "; ".join(said(one) for one in messages)
    return str(messages)


def schema_org(one: Description, lang: str, page: str) -> Markup:
    """The record as schema.org JSON-LD that is safe inside a script element."""
    value: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "DataCatalog" if one.type == "service" else "Dataset",
        "@id": one.iri,
        "name": in_language(one.title, lang) or one.iri,
        "description": in_language(one.description, lang),
        "url": page,
        "identifier": one.identifiers or None,
        "keywords": sorted({w for words in one.keywords.values() for w in words}) or None,
        "license": one.licenses or None,
        "dateModified": one.modified,
        "datePublished": one.issued,
        "inLanguage": one.languages or None,
        "isAccessibleForFree": True if one.access == "public" else None,
        "publisher": {"@type": "Organization", "name": one.publisher} if one.publisher else None,
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": safe_link(d.download_url) or safe_link(d.access_url),
                "encodingFormat": d.media_type or d.format,
            }
            for d in one.distributions
        ]
        or None,
    }
    text = orjson.dumps({name: part for name, part in value.items() if part is not None}).decode()
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)  # noqa: S704 no character that ends the element is left


def sparql_answer(found: SparqlAnswer) -> dict[str, Any]:
    """A SPARQL answer as a table of cells, a yes or no, or a text."""
    if found.media_type == "text/turtle":
        return {"text": found.body.decode(), "truncated": found.truncated}
    value = orjson.loads(found.body)
    if "boolean" in value:
        return {"boolean": value["boolean"]}
    names = value["head"]["vars"]
    rows = [[_cell(row.get(name)) for name in names] for row in value["results"]["bindings"][:1000]]
    number = len(value["results"]["bindings"])
    return {"names": names, "rows": rows, "number": number, "truncated": found.truncated}


def _cell(term: dict[str, Any] | None) -> dict[str, Any]:
    if term is None:
        return {"text": "", "href": None, "lang": None}
    text = str(term.get("value"))
    href = safe_link(text) if term["type"] == "uri" else None
    return {"text": text, "href": href, "lang": term.get("xml:lang")}


def noticed(change: Change, language: str) -> list[Finding]:
    """What was noticed of a record beside the profiles, in the reader's language where it can be."""
    return [spoken(one, language) for one in change.findings if one.profile is None]


def by_profile(change: Change, language: str) -> list[dict[str, Any]]:
    """What each profile says of a record, in the reader's language; the gravest first within each."""
    return [
        {
            "judged": one,
            "findings": sorted(
                (spoken(f, language) for f in change.findings if f.profile == one.profile),
                key=lambda f: (GRAVITY[f.severity], f.path or ""),
            ),
        }
        for one in change.judged
    ]
