"""What nodes push: parts stored as they come, and the run that takes them in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from catalogue.adapters.sql import packing, rows
from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.packing import Packer
from catalogue.adapters.sql.store import SqlStore
from catalogue.errors import AnotherBody, Conflict, LinesMissing, NotFound
from catalogue.model import ACTIVE, UNBEGUN, Intake, Part, RunKind, RunState, chained
from catalogue.ports import Ending, Piece

SECOND = 1_000_000  # microseconds
IDLE = 3600 * SECOND  # after which a push that was cut off is carried out as far as it came
IN_THE_WAY = 60 * SECOND  # the same, where another push of its source waits behind it
LINES = "application/x-ndjson"


class SqlPushes:
    """`catalogue.ports.Pushes`. Safe to share between threads."""

    def __init__(self, store: SqlStore, packer: Packer, ids: rows.RunIds) -> None:
        self._store, self._packer, self._ids = store, packer, ids

    def begin(
        self,
        source_id: str,
        *,
        media_type: str,
        key: str | None = None,
        whole: bool = False,
        asked_by: str = "command",
    ) -> Intake:
        with self._store.writing() as connection:
            now = self._store.now(connection)
            row = _by_key(connection, source_id, key)
            if row is None:
                run_id = self._queue(connection, source_id, asked_by, now)
                values = {
                    "source": source_id,
                    "idempotency_key": key,
                    "run": run_id,
                    "media_type": media_type,
                    "lines": 0,
                    "digest": UNBEGUN,
                    "whole": whole,
                    "open": True,
                    "began": now,
                    "touched": now,
                }
                done = connection.execute(insert(t.intake).values(values))
                assert done.inserted_primary_key is not None
                return _intake_of(connection, _row(connection, done.inserted_primary_key[0]), now)
            if row.media_type != media_type:
                raise AnotherBody(
                    f"this Idempotency-Key was used for a body of {row.media_type}; use another one"
                )
            if row.open:
                self._go_on(connection, row, asked_by, now)
            return _intake_of(connection, _row(connection, row.id), now)

    def _go_on(self, connection: Connection, row: Any, asked_by: str, now: int) -> None:
        """Somebody is at it again. Of a document whose beginning was carried out, all must come."""
        values: dict[str, Any] = {"touched": now}
        if row.media_type != LINES and not _is_active(connection, row.run):
            run_id = self._queue(connection, row.source, asked_by, now)
            values |= {"run": run_id, "lines": 0, "digest": UNBEGUN, "whole": False}
        connection.execute(update(t.intake).where(t.intake.c.id == row.id).values(**values))

    def store(self, intake: Intake, piece: Piece, *, further: bool = False) -> Intake:
        packed = self._packer.pack(b"".join(piece.lines))
        with self._store.writing() as connection:
            now = self._store.now(connection)
            row = _row(connection, intake.id)
            known = row.lines - piece.first
            if known < 0:
                raise LinesMissing(_behind(row.lines, piece.first), row.lines)
            if known > len(piece.hashes):
                return _intake_of(connection, row, now)
            digest = bytes(row.digest)
            if piece.before is not None and chained(piece.before, piece.hashes[:known]) != digest:
                raise AnotherBody(_DIFFERS)
            values: dict[str, Any] = {"touched": now}
            if known < len(piece.hashes):
                if not row.open and (row.whole or not further):
                    raise AnotherBody(_LONGER.format(row.lines))
                if known:
                    packed = self._packer.pack(b"".join(piece.lines[known:]))
                run_id, followed = self._taking(connection, row, now)
                values |= {
                    "run": run_id,
                    "lines": piece.first + len(piece.hashes),
                    "digest": chained(digest, piece.hashes[known:]),
                    "open": True,
                    "whole": row.whole and not followed,
                }
                part = {
                    "run": run_id,
                    "number": row.lines,
                    "first_line": row.lines,
                    "lines": len(piece.hashes) - known,
                    "body": packed,
                    "dictionary": packing.CURRENT,
                }
                connection.execute(insert(t.part).values(part))
            connection.execute(update(t.intake).where(t.intake.c.id == row.id).values(**values))
            return _intake_of(connection, _row(connection, row.id), now)

    def close(self, intake: Intake, lines: int, digest: bytes | None) -> Intake:
        with self._store.writing() as connection:
            now = self._store.now(connection)
            row = _row(connection, intake.id)
            if row.lines != lines:
                raise AnotherBody(_SHORTER.format(row.lines, lines))
            if digest is not None and digest != bytes(row.digest):
                raise AnotherBody(_DIFFERS)
            values = {"open": False, "touched": now}
            connection.execute(update(t.intake).where(t.intake.c.id == row.id).values(**values))
            return _intake_of(connection, _row(connection, row.id), now)

    def give_up(self, intake: Intake) -> Intake:
        with self._store.writing() as connection:
            where = (t.intake.c.id == intake.id, t.intake.c.open.is_(True))
            connection.execute(update(t.intake).where(*where).values(touched=0))
            now = self._store.now(connection)
            return _intake_of(connection, _row(connection, intake.id), now)

    def find(self, key: str, sources: Sequence[str]) -> list[Intake]:
        query = select(t.intake).where(
            t.intake.c.idempotency_key == key, t.intake.c.source.in_(sources)
        )
        with self._store.reading() as connection:
            now = self._store.now(connection)
            found = connection.execute(query.order_by(t.intake.c.run.desc())).all()
            return [_intake_of(connection, row, now) for row in found]

    def of_run(self, run_id: str) -> Intake | None:
        with self._store.reading() as connection:
            row = _of_run(connection, run_id)
            return row and _intake_of(connection, row, self._store.now(connection))

    def part(self, run_id: str, number: int | None = None) -> Part | None:
        query = select(t.part).where(t.part.c.run == run_id).order_by(t.part.c.number).limit(1)
        if number is not None:
            query = query.where(t.part.c.number == number)
        with self._store.reading() as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            following: int | None = row.number + row.lines
            body = self._packer.unpack(row.body, row.dictionary)
            intake = _of_run(connection, run_id)
            now = self._store.now(connection)
            if intake is None or (intake.lines == following and is_over(connection, intake, now)):
                following = None if intake else following
            return Part(row.number, body, following)

    def document(self, run_id: str) -> Part | None:
        query = select(t.part).where(t.part.c.run == run_id).order_by(t.part.c.number)
        with self._store.reading() as connection:
            found = connection.execute(query).all()
        if not found:
            return None
        body = b"".join(self._packer.unpack(row.body, row.dictionary) for row in found)
        return Part(found[-1].number, body)

    def _taking(self, connection: Connection, row: Any, now: int) -> tuple[str, bool]:
        """The run that takes further parts in, and whether it follows one that has ended."""
        run = connection.execute(select(t.run).where(t.run.c.id == row.run)).first()
        if run is not None and (run.state == RunState.CANCELLED or run.cancel_by is not None):
            raise Conflict(f"the run {run.id} of this push was cancelled; nothing more is taken")
        if run is not None and run.state in ACTIVE:
            return run.id, False
        asked_by = "command" if run is None else run.asked_by
        return self._queue(connection, row.source, asked_by, now), True

    def _queue(self, connection: Connection, source_id: str, asked_by: str, now: int) -> str:
        source = connection.execute(select(t.source).where(t.source.c.id == source_id)).first()
        if source is None:
            raise NotFound(f"there is no source {source_id!r}")
        run_id = self._ids.next()
        values = rows.new_run(run_id, source, RunKind.PUSH, asked_by, now)
        connection.execute(insert(t.run).values(values))
        return run_id


_DIFFERS = (
    "this Idempotency-Key was used before with a body that begins otherwise; use another one for"
    " another body"
)
_LONGER = (
    "this Idempotency-Key was used before with a body of {} lines, and this one is longer; use another"
    " one for another body, or from_line to go on with that"
)
_SHORTER = (
    "this Idempotency-Key was used before with a body of {} lines, and this one ends after {}; use"
    " another one for another body"
)


def _behind(lines: int, first: int) -> str:
    return f"{lines} lines of this push are stored, so it cannot go on with from_line={first}"


# --- whether a push is at its end --------------------------------------------------------------------


def is_over(connection: Connection, intake: Any, now: int) -> bool:
    """Whether the end of a push has come, or nobody has gone on with it for long."""
    if not intake.open:
        return True
    behind = select(t.run.c.id).where(
        t.run.c.source == intake.source,
        t.run.c.kind == RunKind.PUSH,
        t.run.c.state.in_(ACTIVE),
        t.run.c.id > intake.run,
    )
    another = connection.execute(behind.limit(1)).first() is not None
    return bool(intake.touched < now - (IN_THE_WAY if another else IDLE))


def may_be_taken(connection: Connection, run_id: str, now: int) -> bool:
    """Whether a push has something to carry out, or is at its end. A document is read whole."""
    intake = _of_run(connection, run_id)
    if intake is None or is_over(connection, intake, now):
        return True
    return intake.media_type == LINES and _has_parts(connection, run_id)


def goes_on(connection: Connection, run: Any, ending: Ending, now: int) -> bool:
    """Whether a push that was carried out as far as it had come waits for more."""
    if run.kind != RunKind.PUSH or ending.state in {RunState.FAILED, RunState.CANCELLED}:
        return False
    if ending.open or _has_parts(connection, run.id):
        return True
    intake = _of_run(connection, run.id)
    return intake is not None and not is_over(connection, intake, now)


def carried_out(connection: Connection, run_id: str, cursor: str) -> None:
    """Forget the part of a push that a page was."""
    if cursor.isdigit():
        where = (t.part.c.run == run_id, t.part.c.number <= int(cursor))
        connection.execute(t.part.delete().where(*where))


def _has_parts(connection: Connection, run_id: str) -> bool:
    query = select(t.part.c.number).where(t.part.c.run == run_id).limit(1)
    return connection.execute(query).first() is not None


def _is_active(connection: Connection, run_id: str) -> bool:
    state = connection.execute(select(t.run.c.state).where(t.run.c.id == run_id)).scalar()
    return state in ACTIVE


# --- rows --------------------------------------------------------------------------------------------


def _row(connection: Connection, intake_id: int) -> Any:
    row = connection.execute(select(t.intake).where(t.intake.c.id == intake_id)).first()
    if row is None:
        raise Conflict("the source of this push was removed")
    return row


def _by_key(connection: Connection, source_id: str, key: str | None) -> Any:
    if key is None:
        return None
    where = (t.intake.c.source == source_id, t.intake.c.idempotency_key == key)
    return connection.execute(select(t.intake).where(*where)).first()


def _of_run(connection: Connection, run_id: str) -> Any:
    return connection.execute(select(t.intake).where(t.intake.c.run == run_id)).first()


def _intake_of(connection: Connection, row: Any, now: int) -> Intake:
    return Intake(
        id=row.id,
        source=row.source,
        run=row.run,
        media_type=row.media_type,
        lines=row.lines,
        digest=bytes(row.digest),
        whole=row.whole,
        open=row.open,
        over=is_over(connection, row, now),
    )


def accepted() -> Any:
    """How many lines of the push that a run takes in are stored, as a column of a query of runs."""
    query = select(func.max(t.intake.c.lines)).where(
        t.intake.c.run == t.run.c.id, t.intake.c.media_type == LINES
    )
    return query.scalar_subquery().label("accepted")
