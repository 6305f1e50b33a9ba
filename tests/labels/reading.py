"""Every record of the real catalogues as statements, whatever kind of source it lies in.

Kinds that have a harvester go through it and the alignment. The others are read plainly: title,
description, keywords, publisher and themes, which is what the assignment of sectors looks at.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson
import zstandard

from catalogue.align import align
from catalogue.errors import CatalogueError
from catalogue.http import GuardedClient
from catalogue.model import Mapped, Page, PageEnd
from catalogue.ports import Feed
from catalogue.rdf.terms import line, literal
from harvesters.ckan import harvester as ckan
from harvesters.dcat import harvester as dcat
from vocab.namespaces import AUTHORITY, DCAT, DCT, FOAF, RDF

SITE = "https://portal.example.org"
BULK = "ckan-bulk/us-data-gov-2017-10k.jsonl.zst"
REGISTRY = "registry/dataportals-catalogs.jsonl.zst"


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the file in the folder of catalogues, its id there, and its statements."""

    path: str
    id: str
    subject: str
    lines: list[str]


def read(folder: Path, path: str) -> Iterator[Record]:
    """The records of one file in the order of the file; a file without any gives none."""
    file = folder / path
    kind = path.split("/", 1)[0]
    if path == BULK:
        mapped = _bulk(file)
    elif kind == "ckan":
        mapped = _ckan(file)
    elif kind in ("dcat-jsonld", "dcat-rdfxml", "dcat-turtle", "data-json", "fdp", "ldes"):
        mapped = _dcat(file.read_bytes())
    elif "geodcatap" in path:
        mapped = _wrapped(file.read_bytes())
    else:
        yield from _plainly(path, PLAIN[kind](file))
        return
    for one in mapped:
        yield Record(path, one.key, one.subject, align(one.graph)[0])


def paths(folder: Path) -> list[str]:
    """Every file that may hold records, sorted."""
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())


def _kept(found: Iterator[Any]) -> list[Mapped]:
    return [one for one in found if isinstance(one, Mapped) and one.failed is None]


def _bulk(file: Path) -> Iterator[Mapped]:
    feed = Feed("s", file.as_uri(), ckan.options().load({"site": SITE}))
    cursor: str | None = None
    while True:
        *found, end = ckan.map(feed, ckan.fetch(feed, GuardedClient(), cursor))
        yield from _kept(iter(found))
        assert isinstance(end, PageEnd)
        if (cursor := end.next) is None:
            return


def _ckan(file: Path) -> list[Mapped]:
    body = orjson.loads(file.read_bytes())
    if isinstance(body, dict) and "response" in body:  # an answer wrapped for a mock server
        body = body["response"]["jsonBody"]
    page = Page("document", f"{SITE}/answer.json", "application/json", orjson.dumps(body))
    try:
        return _kept(ckan.map(Feed("s", page.url), page))
    except CatalogueError:
        return []


def _dcat(body: bytes) -> list[Mapped]:
    page = Page("", "http://portal.example/feed", "", body)
    try:
        return _kept(dcat.map(Feed("s", page.url), page))
    except CatalogueError:
        return []


def _wrapped(body: bytes) -> Iterator[Mapped]:
    """RDF/XML inside answers of a CSW."""
    for part in re.findall(rb"<rdf:RDF.*?</rdf:RDF>", body, re.DOTALL):
        yield from _dcat(part)


# --- kinds that have no harvester -----------------------------------------------------------------

Told = dict[str, list[tuple[str, str]]]  # what is told under a name, each with its language


def _plainly(path: str, found: Iterator[tuple[str, Told]]) -> Iterator[Record]:
    for key, told in found:
        subject, agent = "<urn:x-record>", "_:agent"
        lines = [line(subject, f"<{RDF}type>", f"<{DCAT}Dataset>")]
        for name, predicate in _PREDICATES.items():
            for text, language in told.get(name, ()):
                lines.append(line(subject, f"<{predicate}>", literal(text, language)))
        for theme, _ in told.get("theme", ()):
            lines.append(line(subject, f"<{DCAT}theme>", f"<{AUTHORITY}data-theme/{theme}>"))
        for text, language in told.get("publisher", ()):
            lines.append(line(subject, f"<{DCT}publisher>", agent))
            lines.append(line(agent, f"<{FOAF}name>", literal(text, language)))
        yield Record(path, key, subject, lines)


_PREDICATES = {
    "title": f"{DCT}title",
    "description": f"{DCT}description",
    "keyword": f"{DCAT}keyword",
}


def _words(*values: Any, language: str = "") -> list[tuple[str, str]]:
    flat: list[Any] = []
    for value in values:
        flat.extend(value if isinstance(value, list) else [value])
    kept = [one.strip() for one in flat if isinstance(one, str) and one.strip()]
    return [(one, language) for one in dict.fromkeys(kept)]


def _registry(file: Path) -> Iterator[tuple[str, Told]]:
    if file.suffix != ".zst":
        return
    with file.open("rb") as packed:
        stream = zstandard.ZstdDecompressor().stream_reader(packed)
        for text in io.TextIOWrapper(stream, encoding="utf-8"):
            one = orjson.loads(text)
            themes = [t["id"] for t in one.get("topics") or () if t["type"] == "eudatatheme"]
            yield (
                one["id"],
                {
                    "title": _words(one.get("name")),
                    "description": _words(one.get("description")),
                    "keyword": _words(one.get("tags") or []),
                    "publisher": _words((one.get("owner") or {}).get("name")),
                    "theme": _words([t for t in themes if re.fullmatch("[A-Z]{4}", t)]),
                },
            )


def _aiod(file: Path) -> Iterator[tuple[str, Told]]:
    for at, one in enumerate(orjson.loads(file.read_bytes())):
        told = one.get("description")
        yield (
            str(one.get("id") or f"{at}"),
            {
                "title": _words(one.get("name") or one.get("id")),
                "description": _words(told["plain"] if isinstance(told, dict) else told),
                "keyword": _words(one.get("keyword"), one.get("tags"), one.get("application_area")),
            },
        )


def _croissant(file: Path) -> Iterator[tuple[str, Told]]:
    one = orjson.loads(file.read_bytes())
    if not isinstance(one, dict):
        return
    agents = one.get("publisher") or one.get("creator") or []
    agents = agents if isinstance(agents, list) else [agents]
    yield (
        one.get("url") or "-",
        {
            "title": _words(one.get("name")),
            "description": _words(one.get("description")),
            "keyword": _words(one.get("keywords")),
            "publisher": _words([a.get("name") for a in agents if isinstance(a, dict)]),
        },
    )


def _stac(file: Path) -> Iterator[tuple[str, Told]]:
    one = orjson.loads(file.read_bytes())
    own = one.get("properties") or {}
    yield (
        one["id"],
        {
            "title": _words(one.get("title") or own.get("title") or one["id"]),
            "description": _words(one.get("description") or own.get("description")),
            "keyword": _words(one.get("keywords")),
            "publisher": _words([p.get("name") for p in one.get("providers") or ()]),
        },
    )


_GMD = "{http://www.isotc211.org/2005/gmd}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_OAI = "{http://www.openarchives.org/OAI/2.0/}"


def _csw(file: Path) -> Iterator[tuple[str, Told]]:
    try:
        tree = ElementTree.parse(file)
    except ElementTree.ParseError:
        return
    for one in tree.iter(f"{_GMD}MD_Metadata"):
        key = _inside(one, f"{_GMD}fileIdentifier")
        about = one.find(f"{_GMD}identificationInfo")
        if not key or about is None:
            continue
        yield (
            key[0][0],
            {
                "title": _inside(about, f"{_GMD}title")[:1],
                "description": _inside(about, f"{_GMD}abstract")[:1],
                "keyword": _inside(about, f"{_GMD}keyword"),
                "publisher": _inside(about, f"{_GMD}organisationName"),
            },
        )


def _inside(node: ElementTree.Element, name: str) -> list[tuple[str, str]]:
    return _words(["".join(one.itertext()).strip() for one in node.iter(name)])


def _oai(file: Path) -> Iterator[tuple[str, Told]]:
    try:
        tree = ElementTree.parse(file)
    except ElementTree.ParseError:
        return
    for one in tree.iter(f"{_OAI}record"):
        key = one.findtext(f".//{_OAI}identifier")
        told = {
            "title": _inside(one, f"{_DC}title"),
            "description": _inside(one, f"{_DC}description"),
            "keyword": _inside(one, f"{_DC}subject"),
            "publisher": _inside(one, f"{_DC}publisher"),
        }
        if key and told["title"]:
            yield key, told


PLAIN: dict[str, Callable[[Path], Iterator[tuple[str, Told]]]] = {
    "aiod": _aiod,
    "croissant": _croissant,
    "csw": _csw,
    "oai": _oai,
    "registry": _registry,
    "stac": _stac,
}
