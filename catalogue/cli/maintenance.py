"""Keeping the house: `aicat rebuild`, `status`, `verify`, `settings`, `migrate`, `vocab`."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import click

from catalogue.bootstrap import migrate_journal, open_journal, positions
from catalogue.cli.output import json_option, print_json, print_list, print_table, say
from catalogue.home import Keeper, differences
from catalogue.settings import HELP, PREFIX, Settings, load


@click.command()
@click.argument("what", type=click.Choice(["graph", "index", "all"]))
def rebuild(what: str) -> None:
    """Make a projection anew beside the old one and swap."""
    settings = load()
    with open_journal(settings) as journal, Keeper(settings, journal) as keeper:
        for projection in keeper.projections:
            if what in {"all", projection.name}:
                number = keeper.rebuild(projection)
                say(f"{projection.name}: rebuilt with {number} records")


@click.command()
@json_option
def status(as_json: bool) -> None:
    """What the journal holds, and how far the projections are."""
    settings = load()
    with open_journal(settings) as journal:
        last = journal.last_seq()
        table: dict[str, object] = {**journal.counts(), "last_seq": last}
        for name, position in positions(settings).read().items():
            table[f"{name}_cursor"] = position.cursor
            table[f"{name}_lag"] = last - position.visible
        active = [run.source for run in journal.runs.active()]
        table["active_runs"] = active
    if as_json:
        print_json(table)
    else:
        print_table(("", ""), list(table.items()))


@click.command()
@json_option
def verify(as_json: bool) -> int:
    """Prove by counting and hashing that the journal is sound and the projections equal it."""
    settings = load()
    with open_journal(settings) as journal:
        faults = {"journal": journal.check(), **differences(settings, journal)}
    sound = not any(faults.values())
    if as_json:
        print_json({"sound": sound, "faults": faults})
        return 0 if sound else 1
    for part, found in faults.items():
        say(f"{part}: {'sound' if not found else ''}")
        for fault in found:
            say(f"  {fault}")
    return 0 if sound else 1


@click.command("settings")
@json_option
def settings_command(as_json: bool) -> None:
    """Every setting, its value, and what it is for."""
    settings = load()
    rows = [(f"{PREFIX}{name.upper()}", value, HELP[name]) for name, value in _values(settings)]
    if as_json:
        print_list([{"name": n, "value": v, "help": text} for n, v, text in rows])
    else:
        print_table(("setting", "value", "meaning"), rows)


@click.command()
def migrate() -> None:
    """Bring the journal's schema to this version; safe to run at any time."""
    settings = load()
    done = migrate_journal(settings)
    say("\n".join(done) if done else "the journal is up to date")


@click.group("vocab")
def vocab_command() -> None:
    """Concept schemes."""


@vocab_command.command("list")
@json_option
def vocab_list(as_json: bool) -> None:
    """What is loaded."""
    import vocab

    rows = [
        {"id": name, "iri": vocab.scheme(name).iri, "concepts": len(vocab.scheme(name))}
        for name in vocab.SCHEMES
    ]
    if as_json:
        print_list(rows)
    else:
        print_table(("id", "concepts", "iri"), [(r["id"], r["concepts"], r["iri"]) for r in rows])


def _values(settings: Settings) -> list[tuple[str, object]]:
    values = [(field.name, getattr(settings, field.name)) for field in fields(settings)]
    return [(name, str(value) if isinstance(value, Path) else value) for name, value in values]


COMMANDS = (rebuild, status, verify, settings_command, migrate, vocab_command)
