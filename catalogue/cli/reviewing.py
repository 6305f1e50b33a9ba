"""Records that wait for a steward: `aicat review`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from catalogue.bootstrap import open_journal
from catalogue.cli.output import json_option, operator, print_json, print_list, print_table, say
from catalogue.errors import InvalidInput
from catalogue.harvest.preview import title_of
from catalogue.home import Home
from catalogue.model import Outcome, Waiting
from catalogue.ports import Journal
from catalogue.settings import load


@click.command()
@click.argument("source", metavar="SOURCE")
@click.argument("keys", nargs=-1, metavar="[KEY]...")
@click.option("--approve", is_flag=True, help="Make these records public.")
@click.option("--reject", is_flag=True, help="Throw these versions away.")
@click.option("--all", "every", is_flag=True, help="Every record that waits.")
@json_option
def review(
    source: str, keys: tuple[str, ...], approve: bool, reject: bool, every: bool, as_json: bool
) -> int:
    """What waits for a steward in a source; --approve or --reject some of it, or --all."""
    if approve and reject:
        raise InvalidInput("say --approve or --reject")
    if (approve or reject) and every == bool(keys):
        raise InvalidInput("name the keys of the records, or say --all")
    if not (approve or reject):
        if keys or every:
            raise InvalidInput("say --approve or --reject")
        _show(source, as_json)
        return 0
    wanted = None if every else list(keys)
    settings = load()
    with open_journal(settings) as journal:
        if reject:
            number = journal.turn_down(source, wanted, operator())
            _told(as_json, {"rejected": number}, f"{number} versions thrown away")
            return 0
        with Home(settings) as home:
            outcomes = journal.release(source, wanted, operator())
            home.wait_visible(journal.last_seq())
    refused = [key for key, outcome in outcomes.items() if outcome is Outcome.FAILED]
    for key in refused:
        say(f"{key}: its subject has another key in this source; it still waits")
    number = len(outcomes) - len(refused)
    told = {"approved": number, "refused": refused}
    _told(as_json, told, f"{number} records approved and searchable")
    return 1 if refused else 0


def _show(source: str, as_json: bool) -> None:
    with open_journal(load()) as journal:
        rows = [waiting_json(one) for one in _every(journal, source)]
    if as_json:
        print_list(rows)
        return
    columns = ("key", "new", "type", "title", "findings")
    print_table(
        columns, [[*(row[name] for name in columns[:-1]), len(row["findings"])] for row in rows]
    )


def _every(journal: Journal, source: str) -> Iterator[Waiting]:
    after = ""
    while some := journal.waiting(source, after, 500):
        yield from some
        after = some[-1].key


def waiting_json(one: Waiting) -> dict[str, Any]:
    """A version that waits, as JSON."""
    return {
        "key": one.key,
        "id": one.page_id,
        "iri": one.iri,
        "type": one.type,
        "title": title_of(one.graph.decode(), one.iri),
        "new": one.new,
        "run": one.run,
        "at": one.at,
        "findings": [
            {"rule": found.rule, "severity": found.severity.value, "message": found.message}
            for found in one.findings
        ],
    }


def _told(as_json: bool, value: dict[str, Any], text: str) -> None:
    if as_json:
        print_json(value)
    else:
        say(text)


COMMANDS = (review,)
