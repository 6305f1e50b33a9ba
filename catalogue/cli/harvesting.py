"""Runs: `aicat harvest`, `runs`, `approve`, `reject`, `cancel`."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import click
from rich import progress as bars
from rich.console import Console

from catalogue.bootstrap import guarded_client, open_journal
from catalogue.cli.output import (
    json_option,
    minute,
    operator,
    plain,
    print_json,
    print_list,
    print_table,
    say,
    summary,
)
from catalogue.cli.rehearsing import rehearse
from catalogue.errors import Conflict, InvalidInput, Unavailable
from catalogue.harvest.identity import worker_name
from catalogue.harvest.registry import PUSH
from catalogue.harvest.walk import Progress, Watch
from catalogue.harvest.worker import carry_out
from catalogue.home import Home
from catalogue.model import Run, RunState, run_json
from catalogue.ports import Journal
from catalogue.settings import Settings, load
from catalogue.validate.profiles import named_files

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
            return rehearse(settings, journal, wanted, as_json=as_json)
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
        found = journal.runs.recent(source, limit=limit)
    if as_json:
        print_list([run_json(run) for run in found])
        return
    columns = [
        "id",
        "source",
        "state",
        "created",
        "updated",
        "unchanged",
        "failed",
        "findings",
        "missing",
        "proposed",
    ]
    print_table(columns, [_row(run) for run in found])


@click.command()
@click.argument("run_id", metavar="RUN")
@json_option
def approve(run_id: str, as_json: bool) -> None:
    """Withdraw what a held run proposes and its source still does not list."""
    settings = load()
    with open_journal(settings) as journal, Home(settings) as home:
        ended = journal.runs.approve(run_id, operator())
        home.wait_visible(journal.last_seq())
    _decided(ended, as_json)


@click.command()
@click.argument("run_id", metavar="RUN")
@json_option
def reject(run_id: str, as_json: bool) -> None:
    """Keep what a held run proposes to withdraw."""
    with open_journal(load()) as journal:
        ended = journal.runs.reject(run_id, operator())
    _decided(ended, as_json)


@click.command()
@click.argument("run_id", metavar="RUN")
@json_option
def cancel(run_id: str, as_json: bool) -> None:
    """Ask a run to end; what it has stored stays."""
    with open_journal(load()) as journal:
        asked = journal.runs.cancel(run_id, operator())
    _decided(asked, as_json)


def _decided(run: Run, as_json: bool) -> None:
    if as_json:
        print_json(run_json(run))
    else:
        say(f"{run.source}: {summary(run)}")


def _show_run(journal: Journal, run_id: str, as_json: bool) -> None:
    run = journal.runs.run(run_id)
    findings = journal.runs.findings(run_id)
    proposals = journal.runs.proposals(run_id)
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
                "profile": one.profile,
            }
            for one in findings
        ]
        waiting = [
            {"id": one.page_id, "key": one.key, "missing_since": one.missing_since}
            for one in proposals
        ]
        print_json({**run_json(run), "grouped_findings": rows, "proposals": waiting})
        return
    print_table(("", ""), list(run_json(run).items()))
    columns = ("count", "severity", "rule", "path", "message", "example")
    print_table(
        columns,
        [(one.count, one.severity, one.rule, one.path, one.message, one.value) for one in findings],
    )
    if run.state is RunState.HELD:
        say(
            f"held: `aicat approve {run_id}` withdraws these records, `aicat reject {run_id}` keeps them"
        )
        listed = [(one.page_id, one.key, minute(one.missing_since)) for one in proposals]
        print_table(("record", "key", "missing since"), listed)


def _wanted(journal: Journal, sources: Sequence[str], every: bool) -> list[str]:
    if every == bool(sources):
        raise InvalidInput("name the sources to harvest, or say --all")
    if every:
        return [one.id for one in journal.sources() if one.url is not None]
    found = [journal.source(one) for one in dict.fromkeys(sources)]
    for one in found:
        if one.kind == PUSH:
            raise InvalidInput(
                f"source {one.id} is pushed by its node; there is nothing to harvest"
            )
    return [one.id for one in found]


def _queue(journal: Journal, wanted: Sequence[str], full: bool) -> list[Run]:
    """A run for each source; one that a crash interrupted is taken up again."""
    return [_queued(journal, source_id, full) for source_id in wanted]


def _queued(journal: Journal, source_id: str, full: bool) -> Run:
    try:
        return journal.runs.queue(source_id, full=full, asked_by=operator())
    except Conflict:
        active = [run for run in journal.runs.recent(source_id, limit=5) if run.active]
        return active[0] if active else journal.runs.queue(source_id, full=full)


def _carry_out(
    settings: Settings, journal: Journal, home: Home | None, queued: Sequence[Run], as_json: bool
) -> list[Run]:
    quiet = not sys.stderr.isatty()
    console = Console(stderr=True)
    columns = (
        bars.SpinnerColumn(),
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TextColumn("{task.fields[note]}"),
    )
    with (
        bars.Progress(*columns, console=console, disable=quiet) as progress,
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
    progress: bars.Progress,
    as_json: bool,
) -> Run:
    task = progress.add_task(run.source, total=None, note="")

    def watch(state: Progress) -> None:
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
    progress.update(task, note=summary(ended))
    if as_json:
        print_json(run_json(ended))
    elif progress.disable:
        say(f"{ended.source}: {summary(ended)}")
    return ended


def _to_its_end(settings: Settings, journal: Journal, run: Run, watch: Watch) -> Run:
    """Carry the run out, or see it through where another process does: it may be lost."""
    client, worker = guarded_client(settings), worker_name()
    files = named_files(settings.shapes)
    while (ended := carry_out(run.id, journal, client, worker, watch, files)) is None:
        now = journal.runs.run(run.id)
        if not now.active:
            return now
        watch(Progress(pages=now.pages, listed=now.counts.listed, total=now.declared))
        time.sleep(LOOK)
    return ended


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
        counts.missing,
        run.proposed,
    )


def _exit_status(ended: Sequence[Run]) -> int:
    """Of several the first of 1, 4, 3, 0."""
    statuses = {EXIT.get(run.state, 1) for run in ended}
    return next((status for status in (1, 4, 3) if status in statuses), 0)


COMMANDS = (harvest, runs, approve, reject, cancel)
