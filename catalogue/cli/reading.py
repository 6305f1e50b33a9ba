"""Reading from the terminal: `aicat search`, `aicat show`, `aicat sparql`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click
import orjson

from catalogue.bootstrap import bootstrap, guarded_client
from catalogue.cli.output import json_option, print_json, print_table, say
from catalogue.errors import InvalidInput, NotFound
from catalogue.model import visible_to
from catalogue.project.describe import describe, detail
from catalogue.rdf.serialize import serialize
from catalogue.search.service import SearchParams
from catalogue.settings import load

FILTERS = (
    "sector",
    "country",
    "theme",
    "format",
    "license",
    "access",
    "language",
    "type",
    "node",
    "source",
    "modality",
    "task",
    "downloadable",
    "license_use",
    "year",
)
FORMATS = ("json", "turtle", "jsonld", "rdfxml", "ntriples")
_SUFFIX = {"turtle": "ttl", "jsonld": "jsonld", "rdfxml": "rdf", "ntriples": "nt"}


def _filters(function: Any) -> Any:
    for name in FILTERS:
        function = click.option(f"--{name.replace('_', '-')}", multiple=True)(function)
    return function


@click.command()
@click.argument("words", nargs=-1)
@_filters
@click.option(
    "--sort", default="", help="relevance, modified, issued, title; - before it descends."
)
@click.option("--size-min", type=click.IntRange(0), help="Bytes that the files have together.")
@click.option("--limit", default=10, show_default=True, type=click.IntRange(1, 1000))
@click.option("--lang", default="en", show_default=True)
@click.option("--server", help="Ask a catalogue's API instead of the local data.")
@json_option
def search(
    words: tuple[str, ...],
    sort: str,
    size_min: int | None,
    limit: int,
    lang: str,
    server: str | None,
    as_json: bool,
    **filters: tuple[str, ...],
) -> None:
    """Search the catalogue."""
    given = {name: values for name, values in filters.items() if values}
    asked = SearchParams(
        q=" ".join(words), filters=given, sort=sort, size_min=size_min, limit=limit, lang=lang
    )
    answer = _remote_search(server, asked) if server else _local_search(asked)
    if as_json:
        print_json(answer)
        return
    rows = [(item["id"], item["type"], item["country"], item["title"]) for item in answer["items"]]
    print_table(("id", "type", "country", "title"), rows)
    say(f"{answer['total']} found")
    if answer["did_you_mean"]:
        say(f"did you mean: {answer['did_you_mean']}")


@click.command()
@click.argument("record", metavar="ID")
@click.option("--format", "form", type=click.Choice(FORMATS), default="turtle", show_default=True)
@click.option("--server", help="Ask a catalogue's API instead of the local data.")
def show(record: str, form: str, server: str | None) -> None:
    """Show one record by its page id, in a serialisation of RDF or as JSON."""
    settings = load()
    if server:
        address = f"{server.rstrip('/')}/api/v1/datasets/{record}"
        if form != "json":
            address = f"{server.rstrip('/')}/datasets/{record}.{_SUFFIX[form]}"
        click.echo(_from_server(address))
        return
    catalogue = bootstrap(settings)
    try:
        change = catalogue.journal.current(record)
        if change.deleted:
            raise NotFound(f"the record {record} was withdrawn at {change.at:%Y-%m-%d %H:%M} UTC")
        if not visible_to(change.record.visibility):
            raise NotFound(f"no public record has the page id {record}")
        if form == "json":
            country = catalogue.journal.node(change.record.node).country
            print_json(detail(describe(change, country)))
        else:
            click.echo(serialize(change.lines, form).decode())
    finally:
        catalogue.close()


@click.command()
@click.argument("query", metavar="FILE-OR-QUERY")
@json_option
def sparql(query: str, as_json: bool) -> None:
    """Ask the graph; a file's name or the query itself."""
    catalogue = bootstrap(load())
    try:
        accept = "application/sparql-results+json, text/turtle;q=0.5"
        if not as_json:
            accept = "text/csv, text/turtle;q=0.5"
        answer = catalogue.sparql.query(_query_text(query), accept=accept)
    finally:
        catalogue.close()
    click.echo(answer.body.decode().rstrip("\n"))
    if answer.truncated:
        say("the answer was cut at the limit on results; narrow the query or use LIMIT")


def _query_text(query: str) -> str:
    if "{" in query or "\n" in query:
        return query
    path = Path(query)
    if not path.is_file():
        raise InvalidInput(f"{query}: no such file, and no SPARQL query")
    return path.read_text(encoding="utf-8")


def _local_search(asked: SearchParams) -> dict[str, Any]:
    catalogue = bootstrap(load())
    try:
        page = catalogue.search.search(asked)
    finally:
        catalogue.close()
    return {
        "total": page.total,
        "items": list(page.items),
        "next": page.next,
        "did_you_mean": page.did_you_mean,
    }


def _remote_search(server: str, asked: SearchParams) -> dict[str, Any]:
    pairs = [("q", asked.q), ("limit", str(asked.limit)), ("lang", asked.lang)]
    pairs += [("sort", asked.sort)] if asked.sort else []
    pairs += [("size_min", str(asked.size_min))] if asked.size_min is not None else []
    pairs += [(name, value) for name, values in asked.filters.items() for value in values]
    address = f"{server.rstrip('/')}/api/v1/datasets?{urlencode(pairs)}"
    answer: dict[str, Any] = orjson.loads(_from_server(address))
    return {"did_you_mean": None, **answer}


def _from_server(address: str) -> str:
    """What the catalogue that the person named says; it may be on a private network."""
    client = guarded_client(replace(load(), allow_private_networks=True))
    return client.get(address).body.decode()


COMMANDS = (search, show, sparql)
