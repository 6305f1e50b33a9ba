"""How a run ends, and what becomes of records that its source no longer lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select, update

from catalogue.adapters.sql import pushing, rows
from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.grouping import add_findings
from catalogue.adapters.sql.store import parts
from catalogue.model import Lease, RunState, Withdrawal
from catalogue.ports import Ending

NO_HASH = b""
_SAY_OF_RECORD = (
    update(t.record)
    .where(t.record.c.id == bindparam("of_id"))
    .values(
        {name: bindparam(name) for name in ("seq", "changed", "visibility", "archived", "deleted")}
    )
)


def close(connection: Connection, lease: Lease, ending: Ending, now: int) -> None:
    """Set the run's final state, and do with its missing records what the ending says; a push that
    waits for more goes back to the queue."""
    run = connection.execute(select(t.run).where(t.run.c.id == lease.run)).one()
    if pushing.goes_on(connection, run, ending, now):
        back = {"state": RunState.QUEUED, "worker": None, "lease_until": None, "cursor": None}
        connection.execute(update(t.run).where(t.run.c.id == lease.run).values(**back))
        return
    deleted = 0
    missing = [row.id for row in _records(connection, lease.source, ending.missing)]
    if missing:
        _mark_missing(connection, missing, now)
        if ending.held:
            rows_ = [{"run": lease.run, "record": one} for one in missing]
            connection.execute(insert(t.proposal), rows_)
        else:
            over = _over_grace(connection, missing, ending.grace)
            deleted = withdraw(connection, over, ending.how, lease.run, now)
    if ending.complete:
        _replace_held(connection, lease)
    if ending.findings:
        add_findings(connection, lease.run, ending.findings)
    values = ended(ending.state, now, ending.error)
    values |= {
        "missing": t.run.c.missing + len(missing) - deleted,
        "deleted": t.run.c.deleted + deleted,
        "unchanged": t.run.c.unchanged + ending.unchanged,
        "ignored": t.run.c.ignored + ending.ignored,
    }
    if ending.declared is not None:
        values["declared"] = ending.declared
    connection.execute(update(t.run).where(t.run.c.id == lease.run).values(**values))
    learnt: dict[str, Any] = {}
    if ending.since is not None:
        learnt |= {"since_at": rows.micros(ending.since), "declared": ending.declared}
    if ending.complete:
        learnt["full_at"] = now
    if learnt:
        learn(connection, lease.source, learnt)


def ended(state: RunState, now: int, error: str | None) -> dict[str, Any]:
    """The columns of a run that has ended."""
    return {
        "state": state,
        "error": error,
        "stage": None,
        "rate": None,
        "ended_at": now,
        "lease_until": None,
    }


def learn(connection: Connection, source_id: str, values: Mapping[str, Any]) -> None:
    """Keep what was learned of a source."""
    where = t.source_state.c.source == source_id
    done = connection.execute(update(t.source_state).where(where).values(**values))
    if done.rowcount == 0:
        connection.execute(insert(t.source_state).values(source=source_id, **values))


# --- withdrawing -------------------------------------------------------------------------------------


def withdraw(
    connection: Connection,
    record_ids: Sequence[int],
    how: Withdrawal,
    run_id: str,
    now: int,
) -> int:
    """Do with the records what the source's policy says; return how many were withdrawn."""
    if how is Withdrawal.FLAG:
        return 0
    differing: dict[str, Any] = {"run": run_id}
    if how is Withdrawal.DELETE:
        differing |= {"graph": None, "findings": None, "archived": False}
    else:
        differing |= {"archived": True}
    return repeat(connection, record_ids, differing, now)


def repeat(
    connection: Connection,
    record_ids: Iterable[int],
    differing: Mapping[str, Any],
    now: int | None,
) -> int:
    """Append the last change of each record that is not deleted once more, with some columns other;
    without `now` as of the time that it was."""
    seq = connection.execute(select(func.max(t.change.c.seq))).scalar() or 0
    number = 0
    for part in parts(list(record_ids)):
        query = (
            select(t.change)
            .select_from(t.record.join(t.change, t.change.c.seq == t.record.c.seq))
            .where(t.record.c.id.in_(part), t.record.c.deleted.is_(False))
            .order_by(t.record.c.id)
        )
        changes, states = [], []
        for row in connection.execute(query).all():
            seq, number = seq + 1, number + 1
            at = row.at if now is None else now
            values = {**row._mapping, **differing, "at": at, "seq": seq}
            changes.append(values)
            states.append(
                {
                    "of_id": row.record,
                    "seq": seq,
                    "changed": at,
                    "visibility": values["visibility"],
                    "archived": values["archived"],
                    "deleted": values["graph"] is None,
                }
            )
        if changes:
            connection.execute(insert(t.change), changes)
            connection.execute(_SAY_OF_RECORD, states)
    return number


def proposed(run_id: Any) -> Any:
    """The records that a run proposed to withdraw and that were not listed since."""
    return (
        select(t.record)
        .select_from(t.record.join(t.proposal, t.proposal.c.record == t.record.c.id))
        .where(
            t.proposal.c.run == run_id,
            t.record.c.missing > 0,
            t.record.c.deleted.is_(False),
            t.record.c.archived.is_(False),
        )
    )


def withdraw_proposed(connection: Connection, run: Any, now: int) -> int:
    """Withdraw what a held run proposed; the run is done. Returns how many records."""
    ids = [row.id for row in connection.execute(proposed(run.id))]
    options = connection.execute(
        select(t.source.c.options).where(t.source.c.id == run.source)
    ).scalar()
    how = Withdrawal((options or {}).get("deletion", Withdrawal.DELETE))
    number = withdraw(connection, ids, how, run.id, now)
    _decided(connection, run.id, "approved", number)
    return number


def keep_proposed(connection: Connection, run: Any) -> int:
    """Keep what a held run proposed to withdraw; the run is done. Returns how many records."""
    ids = [row.id for row in connection.execute(proposed(run.id))]
    for part in parts(ids):
        where = t.record.c.id.in_(part)
        connection.execute(update(t.record).where(where).values(missing=0, missing_since=None))
    _decided(connection, run.id, "rejected", 0)
    return len(ids)


def found_again(connection: Connection, source_id: str, keys: Sequence[str]) -> None:
    """Records that were missing are listed again."""
    for part in parts(keys):
        where = and_(t.record.c.source == source_id, t.record.c.key.in_(part))
        connection.execute(update(t.record).where(where).values(missing=0, missing_since=None))


def _decided(connection: Connection, run_id: str, how: str, number: int) -> None:
    values = {
        "state": RunState.DONE,
        "error": f"the proposed deletions were {how}",
        "deleted": t.run.c.deleted + number,
        "missing": t.run.c.missing - number,
    }
    connection.execute(update(t.run).where(t.run.c.id == run_id).values(**values))
    connection.execute(delete(t.proposal).where(t.proposal.c.run == run_id))


def _records(connection: Connection, source_id: str, keys: Sequence[str]) -> list[Any]:
    found: list[Any] = []
    for part in parts(keys):
        where = (
            t.record.c.source == source_id,
            t.record.c.key.in_(part),
            t.record.c.deleted.is_(False),
            t.record.c.archived.is_(False),
        )
        found += connection.execute(select(t.record.c.id).where(*where)).all()
    return found


def _mark_missing(connection: Connection, record_ids: Sequence[int], now: int) -> None:
    for part in parts(record_ids):
        values = {
            "missing": t.record.c.missing + 1,
            "missing_since": func.coalesce(t.record.c.missing_since, now),
        }
        connection.execute(update(t.record).where(t.record.c.id.in_(part)).values(**values))


def _over_grace(connection: Connection, record_ids: Sequence[int], grace: int) -> list[int]:
    found: list[int] = []
    for part in parts(record_ids):
        where = (t.record.c.id.in_(part), t.record.c.missing > grace)
        found += connection.execute(select(t.record.c.id).where(*where)).scalars()
    return found


def _replace_held(connection: Connection, lease: Lease) -> None:
    """Older held runs of the source: this one has seen more."""
    where = and_(
        t.run.c.source == lease.source, t.run.c.state == RunState.HELD, t.run.c.id != lease.run
    )
    old = connection.execute(select(t.run.c.id).where(where)).scalars().all()
    if old:
        note = f"its proposed deletions were replaced by those of run {lease.run}"
        values = {"state": RunState.DONE, "error": note}
        connection.execute(update(t.run).where(t.run.c.id.in_(old)).values(**values))
        connection.execute(delete(t.proposal).where(t.proposal.c.run.in_(old)))
