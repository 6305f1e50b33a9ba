"""Looking at the first records of a source without storing anything."""

from __future__ import annotations

from typing import Any

from catalogue.errors import ContentError
from catalogue.harvest.flow import read_page
from catalogue.harvest.pages import PageMemory
from catalogue.harvest.reader import Reader
from catalogue.harvest.reading import start_of
from catalogue.harvest.registry import feed_of, harvester
from catalogue.harvest.rules import Rules
from catalogue.harvest.sinks import Rehearsal
from catalogue.harvest.walk import Walk
from catalogue.model import Entry, Outcome, Source
from catalogue.ports import Client
from catalogue.rdf.terms import parts_of, split

TITLE = "<http://purl.org/dc/terms/title>"


def preview(source: Source, rules: Rules, client: Client, limit: int) -> list[dict[str, Any]]:
    """The first `limit` records, held to those rules, as key, iri, type, title, outcome, findings and graph.

    Raises: SourceError where nothing can be read.
    """
    found = harvester(source.kind)
    feed = feed_of(source, found)
    rehearsal, walk = Rehearsal({}), Walk(PageMemory({}, {}))
    cursor: str | None = None
    start = start_of(source.kind, feed, {}, rules)
    with Reader(start) as reader:
        while len(rehearsal.entries) < limit:
            turn = read_page(reader, found.fetch(feed, client, cursor), rehearsal, walk)
            cursor = turn.cursor
            if cursor is None or cursor in walk.cursors:
                break
            walk.cursors.add(cursor)
    if walk.error and not rehearsal.entries:
        raise ContentError(walk.error)
    return [_row(outcome, entry) for outcome, entry in rehearsal.entries[:limit]]


def _row(outcome: Outcome, entry: Entry) -> dict[str, Any]:
    graph = (entry.graph or b"").decode()
    return {
        "key": entry.key,
        "iri": entry.iri,
        "type": entry.type,
        "title": title_of(graph, entry.iri),
        "outcome": outcome.value,
        "sectors": [one.sector for one in entry.sectors],
        "findings": [
            {"rule": found.rule, "severity": found.severity.value, "message": found.message}
            for found in entry.findings
        ],
        "graph": graph,
    }


def title_of(graph: str, iri: str) -> str | None:
    """The first title of a record in its graph, in whatever language."""
    for statement in filter(None, graph.split("\n")):
        subject, predicate, value = split(statement)
        if predicate == TITLE and subject == f"<{iri}>" and value.startswith('"'):
            return parts_of(value)[0]
    return None
