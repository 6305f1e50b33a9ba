"""Findings of a run, grouped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.inserting import insert_into
from catalogue.model import Finding


def add_findings(connection: Connection, run_id: str, findings: Sequence[Finding]) -> None:
    """Add findings to a run's groups; the first of each group stays as its example."""
    groups: dict[tuple[str, str, str, str], tuple[Finding, int]] = {}
    for one in findings:
        name = (one.rule, one.path or "", one.severity.value, one.profile or "")
        first, count = groups.get(name, (one, 0))
        groups[name] = (first, count + one.count)
    statement = insert_into(connection)(t.finding)
    statement = statement.on_conflict_do_update(
        index_elements=["run", "rule", "path", "severity", "profile"],
        set_={"count": t.finding.c.count + statement.excluded.count},
    )
    values = [_group_row(run_id, first, count) for first, count in groups.values()]
    connection.execute(statement, values)
    total = sum(count for _first, count in groups.values())
    where = t.run.c.id == run_id
    connection.execute(t.run.update().where(where).values(findings=t.run.c.findings + total))


def _group_row(run_id: str, first: Finding, count: int) -> dict[str, Any]:
    return {
        "run": run_id,
        "rule": first.rule,
        "path": first.path or "",
        "severity": first.severity.value,
        "count": count,
        "message": first.message,
        "record_key": first.key,
        "value": first.value,
        "mended": first.mended,
        "place": first.place,
        "hint": first.hint,
        "profile": first.profile or "",
        "focus": first.focus,
    }
