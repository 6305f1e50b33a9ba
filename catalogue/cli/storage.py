"""The data as a whole: `aicat backup`, `restore`, `erase`, `compact`, `audit`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from rich import progress as bars
from rich.console import Console

from catalogue.bootstrap import open_journal
from catalogue.cli.output import json_option, operator, print_json, print_list, print_table, say
from catalogue.errors import InvalidInput
from catalogue.keeping import erase as erase_everywhere
from catalogue.keeping import restore as restore_backup
from catalogue.ports import Act
from catalogue.settings import load

_folder = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))


@click.command()
@_folder
@json_option
def backup(folder: Path, as_json: bool) -> None:
    """Copy the journal into an empty or absent folder while everything runs."""
    with open_journal(load()) as journal, _bars() as progress:
        task = progress.add_task("copying", total=None)

        def watch(done: int, total: int) -> None:
            progress.update(task, total=total, completed=done)

        manifest = journal.upkeep.back_up(folder, operator(), watch)
    if as_json:
        print_json({"folder": str(folder), **asdict(manifest)})
    else:
        counts = manifest.counts
        say(
            f"backed up {counts['record']} records and {counts['change']} changes into {folder};"
            " the copy was read again and is whole"
        )


@click.command()
@_folder
@click.option(
    "--suppressions",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A file suppressed.jsonl of what was erased since; repeatable.",
)
@json_option
def restore(folder: Path, suppressions: tuple[Path, ...], as_json: bool) -> None:
    """Make an empty data folder what a backup holds."""
    with _bars() as progress:
        tasks: dict[str, bars.TaskID] = {}

        def watch(name: str, number: int) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(f"making the {name}", total=None)
            progress.update(tasks[name], completed=number)

        restored = restore_backup(load(), folder, suppressions, operator(), watch)
    if as_json:
        print_json(
            {
                **restored.counts,
                "last_seq": restored.last_seq,
                "erased": list(restored.erased),
                "manifest": asdict(restored.manifest),
            }
        )
        return
    say(f"restored from {restored.manifest.made}, equal to its manifest by counts and hashes")
    if restored.erased:
        say(f"erased again, as they were erased since: {', '.join(restored.erased)}")
    print_table(("", ""), [*restored.counts.items(), ("last_seq", restored.last_seq)])


@click.command()
@click.argument("records", metavar="RECORD...", nargs=-1, required=True)
@click.option("--reason", required=True, help="Why; it is kept in the audit log.")
@json_option
def erase(records: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Empty records for good, by page id or IRI (legal takedown). Nothing is asked."""
    if not reason.strip():
        raise InvalidInput("--reason: say why; it is what the audit log keeps of the record")
    settings = load()
    with open_journal(settings) as journal:
        done = erase_everywhere(settings, journal, records, reason, operator(), say)
    for one in done.unreached:
        say(
            f"aicat: warning: a backup could not be told: {one}. Delete it, or restore it with"
            f" --suppressions {settings.data_dir / 'suppressed.jsonl'}"
        )
    if as_json:
        print_json(asdict(done))
        return
    for names, how in ((done.erased, "erased"), (done.already, "erased already")):
        for name in names:
            say(f"{name}: {how}")


@click.command()
@json_option
def compact(as_json: bool) -> None:
    """Forget what has had its time, and give the disk back."""
    with open_journal(load()) as journal:
        freed = journal.upkeep.compact()
    if as_json:
        print_json(asdict(freed))
    else:
        say(
            f"freed {freed.bytes:,} bytes; forgot {freed.raws} documents as received and"
            f" {freed.quarantined} rows of quarantine"
        )


@click.group(invoke_without_command=True)
@click.option("--after", type=click.IntRange(0), default=0, help="Acts above this number.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=1000, show_default=True)
@json_option
@click.pass_context
def audit(context: click.Context, after: int, limit: int, as_json: bool) -> None:
    """Who did what, oldest first."""
    if context.invoked_subcommand is not None:
        return
    with open_journal(load()) as journal:
        found = journal.audit.entries(after, limit)
    if as_json:
        print_list([act_json(one) for one in found])
    else:
        columns = ("number", "at", "who", "act", "subject", "details")
        print_table(columns, [tuple(act_json(one).values()) for one in found])


@audit.command("head")
@json_option
def audit_head(as_json: bool) -> None:
    """Number and hash of the last act, to be kept elsewhere: `aicat verify --audit-head` takes them."""
    with open_journal(load()) as journal:
        seq, digest = journal.audit.head()
    if as_json:
        print_json({"seq": seq, "hash": digest})
    else:
        click.echo(f"{seq}:{digest}")


def act_json(one: Act) -> dict[str, object]:
    """An act as JSON."""
    return {
        "seq": one.seq,
        "at": one.at.isoformat(),
        "who": one.who,
        "act": one.act,
        "subject": one.subject,
        "details": dict(one.details),
    }


def _bars() -> bars.Progress:
    columns = (bars.TextColumn("{task.description}"), bars.BarColumn(), bars.MofNCompleteColumn())
    console = Console(stderr=True)
    return bars.Progress(*columns, console=console, disable=not console.is_terminal)


COMMANDS = (backup, restore, erase, compact, audit)
