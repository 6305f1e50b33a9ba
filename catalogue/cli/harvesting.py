"""`aicat harvest` and `aicat runs`."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from catalogue.bootstrap import guarded_client, open_journal, source_lock
from catalogue.cli.output import json_option, plain, print_json, print_list, print_table, say
from catalogue.errors import Conflict, InvalidInput, Unavailable
from catalogue.harvest import flow
from catalogue.harvest.worker import carry_out
from catalogue.home import Home
from catalogue.model import ACTIVE, Run, RunState, run_json
from catalogue.ports import Journal
from catalogue.settings import Settings, load

SIDE_BY_SIDE = 4
LOOK = 0.2  # seconds between looks at a run that another process carries out
EXIT = {RunState.DONE: 0, RunState.HELD: 3, RunState.PARTIAL: 4}


@click.command()
@click.argument("sources", nargs=-1, metavar="[ID]...")
@click.option("--all", "every", is_flag=True, help="Every source that is harvested.")
@click.option("--full", is_flag=True, help="Read every page; ignore validators and date filters.")
@click.option("--dry-run", is_flag=True, help="Say what would change; store nothing.")
@click.option("--no-wait", is_flag=True, help="Return when journalled, not when searchable.")
@json_option
def harvest(
    sources: tuple[str, ...], every: bool, full: bool, dry_run: bool, no_wait: bool, as_json: bool
) -> int:
    """Harvest sources now, side by side; return when every run is searchable."""
    settings = load()
    with open_journal(settings) as journal:
        wanted = _wanted(journal, sources, every)
        if dry_run:
            return _rehearse(settings, journal, wanted, as_json)
        runs = _queue(journal, wanted, full)
        with contextlib.nullcontext() if no_wait else Home(settings) as home:
            ended = _carry_out(settings, journal, home, runs, as_json)
    return _exit_status(ended)


@click.command()
@click.argument("source", required=False, metavar="[ID]")
@click.option("--limit", default=20, show_default=True)
@json_option
def runs(source: str | None, limit: int, as_json: bool) -> None:
    """What happened: the runs, newest first; a run's id shows its findings."""
    with open_journal(load()) as journal:
        if source is not None and not any(one.id == source for one in journal.sources()):
            _show_run(journal, source, as_json)
            return
        found = journal.runs(source, limit=limit)
    if as_json:
        print_list([run_json(run) for run in found])
        return
    columns = ("id", "source", "state", "created", "updated", "unchanged", "failed", "findings")
    print_table(columns, [_row(run) for run in found])


def _show_run(journal: Journal, run_id: str, as_json: bool) -> None:
    run = journal.run(run_id)
    findings = journal.run_findings(run_id)
    if as_json:
        rows = [
            {
                "rule": one.rule,
                "severity": one.severity.value,
                "path": one.path,
                "count": one.count,
                "message": one.message,
                "key": one.key,
                "value": one.value,
                "place": one.place,
                "hint": one.hint,
            }
            for one in findings
        ]
        print_json({**run_json(run), "grouped_findings": rows})
        return
    print_table(("", ""), list(run_json(run).items()))
    columns = ("count", "severity", "rule", "path", "message", "example")
    print_table(
        columns,
        [(one.count, one.severity, one.rule, one.path, one.message, one.value) for one in findings],
    )


def _wanted(journal: Journal, sources: Sequence[str], every: bool) -> list[str]:
    if every == bool(sources):
        raise InvalidInput("name the sources to harvest, or say --all")
    if every:
        return [one.id for one in journal.sources() if one.url is not None]
    return [journal.source(one).id for one in dict.fromkeys(sources)]


def _queue(journal: Journal, wanted: Sequence[str], full: bool) -> list[Run]:
    """A run for each source; one that a crash interrupted is taken up again."""
    return [_queued(journal, source_id, full) for source_id in wanted]


def _queued(journal: Journal, source_id: str, full: bool) -> Run:
    try:
        return journal.queue_run(source_id, full=full)
    except Conflict:
        active = [run for run in journal.runs(source_id, limit=5) if run.state in ACTIVE]
        if not active:
            return journal.queue_run(source_id, full=full)
        return active[0]


def _carry_out(
    settings: Settings, journal: Journal, home: Home | None, queued: Sequence[Run], as_json: bool
) -> list[Run]:
    quiet = not sys.stderr.isatty()
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with (
        Progress(*columns, console=console, disable=quiet) as progress,
        ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="harvest") as pool,
    ):
        tasks = [
            pool.submit(_one, settings, journal, home, run, progress, as_json) for run in queued
        ]
        return [task.result() for task in tasks]


def _one(
    settings: Settings,
    journal: Journal,
    home: Home | None,
    run: Run,
    progress: Progress,
    as_json: bool,
) -> Run:
    task = progress.add_task(run.source, total=None, note="")

    def watch(state: flow.Progress) -> None:
        note = f"page {state.pages}"
        progress.update(task, total=state.total, completed=state.listed, note=note)

    ended = _to_its_end(settings, journal, run, watch)
    if home is not None:
        progress.update(task, note="making it searchable")
        try:
            home.wait_visible(journal.last_seq())
        except Unavailable as error:
            # What was harvested is stored; the projection follows once it can.
            told = plain(f"{ended.source}: stored, not searchable yet: {error}")
            progress.console.print(told, markup=False, soft_wrap=True)
    progress.update(task, note=_summary(ended))
    if as_json:
        print_json(run_json(ended))
    elif progress.disable:
        say(f"{ended.source}: {_summary(ended)}")
    return ended


def _to_its_end(settings: Settings, journal: Journal, run: Run, watch: flow.Watch) -> Run:
    """Carry the run out, or see it through where another process does: it may die."""
    lock, client = source_lock(settings), guarded_client(settings)
    while (ended := carry_out(run, journal, client, lock, watch)) is None:
        time.sleep(LOOK)
        now = journal.run(run.id)
        if now.state not in ACTIVE:
            return now
        watch(flow.Progress(pages=now.pages, listed=now.counts.listed, total=now.declared))
    return ended


def _rehearse(settings: Settings, journal: Journal, wanted: Sequence[str], as_json: bool) -> int:
    for source_id in wanted:
        source = journal.source(source_id)
        before = flow.Before(journal.known(source_id), journal.pages(source_id))
        rehearsal = flow.Rehearsal(before.known)
        state, error, rest = flow.read_source(
            source, before, rehearsal, guarded_client(settings), lambda _progress: None
        )
        counts = rehearsal.counts
        counts.ignored, counts.missing = rest.ignored, rest.missing
        rehearsed = Run(
            id="dry-run",
            source=source_id,
            state=state,
            counts=counts,
            findings=len(rehearsal.found),
            error=error,
        )
        changes = [
            {"outcome": outcome.value, "key": entry.key, "iri": entry.iri}
            for outcome, entry in rehearsal.entries
        ]
        if as_json:
            print_json({**run_json(rehearsed), "changes": changes})
        else:
            say(f"{source_id} (dry run): {_summary(rehearsed)}")
            print_table(("outcome", "key"), [(one["outcome"], one["key"]) for one in changes])
    return 0


def _summary(run: Run) -> str:
    counts = run.counts
    parts = [
        f"{getattr(counts, name)} {name}"
        for name in ("created", "updated", "unchanged", "quarantined", "failed", "missing")
        if getattr(counts, name)
    ]
    text = f"{run.state.value}: {', '.join(parts) or 'no records'}"
    if run.findings:
        text += f"; {run.findings} finding{'' if run.findings == 1 else 's'}"
    return f"{text}; {run.error}" if run.error else text


def _row(run: Run) -> tuple[object, ...]:
    counts = run.counts
    failed = counts.quarantined + counts.failed
    return (
        run.id,
        run.source,
        run.state.value,
        counts.created,
        counts.updated,
        counts.unchanged,
        failed,
        run.findings,
    )


def _exit_status(ended: Sequence[Run]) -> int:
    """Of several the first of 1, 4, 3, 0."""
    statuses = {EXIT.get(run.state, 1) for run in ended}
    return next((status for status in (1, 4, 3) if status in statuses), 0)


COMMANDS = (harvest, runs)
