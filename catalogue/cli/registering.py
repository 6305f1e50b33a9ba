"""The registry of the ecosystem from the terminal: `aicat registry`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
import orjson

from catalogue.bootstrap import open_journal
from catalogue.cli.output import json_option, operator, print_json, print_list, print_table, say
from catalogue.ecosystem.registry import Kept, Registry, Stored
from catalogue.ecosystem.sheets import KINDS, LARGEST, body, document, kind_of
from catalogue.errors import InvalidInput, InvalidSheet, NotFound
from catalogue.home import Home
from catalogue.ports import Journal
from catalogue.settings import Settings, load

WORDS = ("added", "changed", "unchanged", "edited", "withdrawn")
_kinds = click.option(
    "--kind", "kinds", multiple=True, type=click.Choice([*KINDS]), help="Only these; repeatable."
)


@click.group()
def registry() -> None:
    """Fact sheets of AI Factories, supercomputers, initiatives, calls and offers."""


@registry.command("load")
@click.option("--no-wait", is_flag=True, help="Return when everything is in the journal.")
@json_option
def registry_load(no_wait: bool, as_json: bool) -> None:
    """Begin the registry with the fact sheets that are built in, or bring those up to date.

    Adds the members and sources that hold them. What a steward or a node has edited stays, and what
    was withdrawn stays so; done again it changes nothing."""
    settings = load()
    with open_journal(settings) as journal:
        before = journal.last_seq()
        counts = Registry(journal).load()
        if journal.last_seq() != before and not no_wait:
            _visible(settings, journal)
    if as_json:
        print_json({word: counts[word] for word in WORDS})
        return
    told = ", ".join(f"{counts[word]} {word}" for word in WORDS if counts[word])
    say(f"registry: {told}")


@registry.command("list")
@_kinds
@json_option
def registry_list(kinds: tuple[str, ...], as_json: bool) -> None:
    """List the fact sheets."""
    with open_journal(load()) as journal:
        rows = [_row(one) for one in Registry(journal).known() if _wanted(one, kinds)]
    if as_json:
        print_list(rows)
    else:
        columns = ("id", "name", "node", "origin", "record")
        print_table(columns, [[row[name] for name in columns] for row in rows])


@registry.command("show")
@click.argument("name", metavar="KIND/ID")
def registry_show(name: str) -> None:
    """Print one fact sheet, as a document that `edit` takes."""
    kind, sheet_id = _split(name)
    with open_journal(load()) as journal:
        kept = Registry(journal).known().kept(kind, sheet_id)
    if kept is None:
        raise NotFound(f"there is no {kind} {sheet_id!r}; `aicat registry list` names them")
    click.echo(body(kept.sheet, kept.origin).decode(), nl=False)


@registry.command("edit")
@click.argument("file", metavar="FILE")
@json_option
def registry_edit(file: str, as_json: bool) -> int:
    """Store the fact sheet of a JSON file, or - for standard input: a new one, or a new version."""
    given = _read(file)
    kind, sheet_id = str(given.get("sheet", "")), str(given.get("id", ""))
    if kind not in KINDS:
        raise InvalidInput(f"{file}: `sheet` says which kind it is: {', '.join(KINDS)}")
    settings = load()
    with open_journal(settings) as journal:
        try:
            stored = Registry(journal).put(kind, sheet_id, given, operator(), asked_by="command")
        except InvalidSheet as error:
            lines = [f"{file}: {one.message}" for one in error.findings]
            raise InvalidInput("\n".join(lines)) from error
        if stored.changed:
            _visible(settings, journal)
    _told(stored, as_json)
    return 0


@registry.command("export")
@_kinds
def registry_export(kinds: tuple[str, ...]) -> None:
    """Print every fact sheet, one JSON document a line."""
    with open_journal(load()) as journal:
        for one in Registry(journal).known():
            if _wanted(one, kinds):
                click.echo(orjson.dumps(document(one.sheet, one.origin)).decode())


def _visible(settings: Settings, journal: Journal) -> None:
    """Return when what was stored can be searched and queried."""
    with Home(settings) as home:
        home.wait_visible(journal.last_seq())


def _read(file: str) -> dict[str, Any]:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file}: {error.strerror}") from error
    if len(raw) > LARGEST:
        raise InvalidInput(f"{file} has {len(raw)} bytes; at most {LARGEST} are read")
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"{file} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise InvalidInput(f"{file} holds no JSON object")
    return found


def _split(name: str) -> tuple[str, str]:
    kind, slash, sheet_id = name.partition("/")
    if not slash or kind not in KINDS:
        raise InvalidInput(
            f"{name!r}: write KIND/ID, such as factory/lumi-aif; kinds: {', '.join(KINDS)}"
        )
    return kind, sheet_id


def _wanted(one: Kept, kinds: tuple[str, ...]) -> bool:
    return not kinds or kind_of(one.sheet) in kinds


def _row(one: Kept) -> dict[str, Any]:
    kind = kind_of(one.sheet)
    return {
        "id": f"{kind}/{one.sheet.id}",
        "kind": kind,
        "name": getattr(one.sheet, "name", None) or getattr(one.sheet, "title", None),
        "node": one.node,
        "origin": one.origin,
        "record": one.page_id,
    }


def _told(stored: Stored, as_json: bool) -> None:
    told = "waits for a steward" if stored.waiting else "stored" if stored.changed else "unchanged"
    if as_json:
        value = {
            "kind": stored.kind,
            "id": stored.id,
            "record": stored.page_id,
            "created": stored.created,
            "changed": stored.changed,
            "waiting": stored.waiting,
            "run": stored.run,
        }
        print_json(value)
    else:
        say(f"{stored.kind}/{stored.id}: {told}; record {stored.page_id}")
        for one in stored.notes:
            say(f"  {one.message} {one.value or ''}".rstrip())


COMMANDS = (registry,)
