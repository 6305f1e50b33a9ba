"""Mapping packages in tests, and writing the expected statements shortly."""

from __future__ import annotations

from typing import Any

import orjson

from catalogue.model import Finding, Mapped, Page, PageEnd
from catalogue.ports import Feed
from harvesters.ckan import harvester
from vocab.namespaces import WELL_KNOWN

SITE = "https://portal.example.org"
BASE = f"{SITE}/dataset/p1"
RESOURCE = f"{BASE}/resource/r1"


def feed(url: str = SITE, **options: Any) -> Feed:
    return Feed("source", url, harvester.options().load(options))


def mapping(packages: list[Any], **options: Any) -> tuple[list[Mapped], PageEnd]:
    """What a page of `package_search` with these packages maps to."""
    result = {"count": len(packages), "results": packages}
    body = orjson.dumps({"success": True, "result": result})
    page = Page("search:0", f"{SITE}/api/3/action/package_search", "application/json", body)
    found = list(harvester.map(feed(**options), page))
    end = found.pop()
    assert isinstance(end, PageEnd)
    return [one for one in found if isinstance(one, Mapped)], end


def one(package: dict[str, Any]) -> Mapped:
    """The record of one package, whose id is p1."""
    records, _end = mapping([{"id": "p1", **package}])
    assert len(records) == 1
    return records[0]


def graph(package: dict[str, Any]) -> set[str]:
    return set(one(package).graph)


def findings(package: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(found.rule, found.path) for found in one(package).findings]


def unknown(package: dict[str, Any]) -> dict[str | None, Finding]:
    _records, end = mapping([{"id": "p1", **package}])
    return {found.path: found for found in end.findings if found.rule == "ckan.unknown-field"}


def nt(statement: str) -> str:
    """A line of N-Triples from a short form.

    `$` is the dataset, `$r` its resource r1, `$#x` and `$r#x` local nodes; `a` is rdf:type;
    prefixes are those of the product.
    """
    head, predicate, value = statement.split(" ", 2)
    terms = [_term(head), _term("rdf:type" if predicate == "a" else predicate), _term(value)]
    return " ".join(terms) + " ."


def _term(text: str) -> str:
    if text.startswith("$r"):
        return f"<{RESOURCE}{text[2:]}>"
    if text.startswith("$"):
        return f"<{BASE}{text[1:]}>"
    if text.startswith('"'):
        literal, caret, datatype = text.rpartition("^^")
        return f"{literal}^^{_term(datatype)}" if caret else text
    if text.startswith("<"):
        return text
    prefix, _, name = text.partition(":")
    return f"<{WELL_KNOWN[prefix]}{name}>"


def says(package: dict[str, Any], *statements: str) -> None:
    """Assert that the graph of a package holds all these statements."""
    found = graph(package)
    missing = [text for text in statements if nt(text) not in found]
    assert not missing, f"missing {missing} in\n" + "\n".join(sorted(found))
