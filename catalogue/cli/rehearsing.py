"""`aicat harvest --dry-run`: what a harvest would change, statement by statement, with nothing stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalogue.bootstrap import guarded_client
from catalogue.cli.output import print_json, print_table, say, summary
from catalogue.harvest.deletion import ending_of
from catalogue.harvest.flow import read_source
from catalogue.harvest.rules import rules_in
from catalogue.harvest.sinks import Rehearsal
from catalogue.harvest.walk import Before
from catalogue.model import Entry, Outcome, Run, page_id, run_json
from catalogue.ports import Journal
from catalogue.settings import Settings
from catalogue.validate.profiles import named_files

SHOWN = 10  # statements of one record that are shown to a person


def rehearse(settings: Settings, journal: Journal, wanted: Sequence[str], *, as_json: bool) -> int:
    """Read the sources and tell what would change; exit status 0."""
    for source_id in wanted:
        run, changes = _rehearsed(settings, journal, source_id)
        if as_json:
            print_json({**run_json(run), "changes": changes})
            continue
        say(f"{source_id} (dry run): {summary(run)}")
        print_table(("outcome", "key"), [(one["outcome"], one["key"]) for one in changes])
        for one in changes:
            _show(one)
    return 0


def _rehearsed(
    settings: Settings, journal: Journal, source_id: str
) -> tuple[Run, list[dict[str, Any]]]:
    source = journal.source(source_id)
    before = Before(journal.known(source_id), journal.pages(source_id))
    rehearsal = Rehearsal(before.known)
    rules = rules_in(journal, source, named_files(settings.shapes))
    walk = read_source(source, rules, before, rehearsal, guarded_client(settings))
    ending = ending_of(walk, source, before, None)
    counts = rehearsal.counts
    counts.missing = len(ending.missing)
    run = Run(
        id="dry-run",
        source=source_id,
        state=ending.state,
        counts=counts,
        findings=len(rehearsal.found) + len(ending.findings),
        error=ending.error,
        pages=walk.progress.pages,
        declared=walk.progress.total,
    )
    changes = [_change(journal, source_id, *one) for one in rehearsal.entries]
    changes += [{"outcome": Outcome.MISSING.value, "key": key} for key in ending.missing]
    return run, changes


def _change(journal: Journal, source_id: str, outcome: Outcome, entry: Entry) -> dict[str, Any]:
    """One record's change: statements that would come and go, in canonical N-Triples."""
    after = set((entry.graph or b"").decode().splitlines())
    current = journal.current_many([page_id(source_id, entry.key)])
    before = set(current[0].lines) if current and outcome is Outcome.UPDATED else set()
    changed = outcome in {Outcome.CREATED, Outcome.UPDATED}
    return {
        "outcome": outcome.value,
        "key": entry.key,
        "iri": entry.iri,
        "added": sorted(after - before) if changed else [],
        "removed": sorted(before - after) if changed else [],
        "findings": [
            {"rule": one.rule, "severity": one.severity.value, "message": one.message}
            for one in entry.findings
        ],
    }


def _show(change: dict[str, Any]) -> None:
    """The statements of an updated record, on standard error beside the table."""
    if change["outcome"] != Outcome.UPDATED.value:
        return
    say(f"{change['key']}:")
    for sign, name in (("-", "removed"), ("+", "added")):
        for line in change[name][:SHOWN]:
            say(f"  {sign} {line[:300]}")
        if len(change[name]) > SHOWN:
            say(f"  {sign} and {len(change[name]) - SHOWN} more")
