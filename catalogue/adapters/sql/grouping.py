"""Findings of a run, grouped; rows that may exist already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

from catalogue.adapters.sql import tables as t
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


def insert_into(connection: Connection) -> Callable[..., Any]:
    """The database's own INSERT, which says what happens where a row exists."""
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert


def put_new(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows, but for those that exist already. Their values go to the driver as they are: to look
    each of them over costs more than a small row itself."""
    statement = insert_into(connection)(table).on_conflict_do_nothing()
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(names))
    if compiled.positional:
        connection.exec_driver_sql(str(compiled), list(rows))
    else:
        connection.exec_driver_sql(
            str(compiled), [dict(zip(names, row, strict=True)) for row in rows]
        )


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
