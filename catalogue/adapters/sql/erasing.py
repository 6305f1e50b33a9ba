"""Erasing records: payload and bytes as received leave the journal; number, hash and time stay (ADR 0007)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, and_, or_, select

from catalogue.adapters.sql import access_rows, auditing, closing, packing, rows
from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.appending import drop_raws, suppression_of
from catalogue.adapters.sql.cluster_pairs import leave
from catalogue.adapters.sql.links import forget_links
from catalogue.adapters.sql.packing import Packer
from catalogue.adapters.sql.store import parts
from catalogue.errors import NotFound
from catalogue.harvest.pushed import LINES
from catalogue.model import ERASED, RunState, Withdrawal
from catalogue.ports import Suppression

GONE = "It went with its record, which was erased."


def find(connection: Connection, name: str) -> list[Any]:
    """The records of a page id or IRI, with all others of the same IRI. Raises: NotFound."""
    found = connection.execute(select(t.record).where(t.record.c.page_id == name)).all()
    iris = {row.iri for row in found} or {name}
    of_iri = select(t.record).where(t.record.c.iri.in_(iris)).order_by(t.record.c.id)
    found = connection.execute(of_iri).all()
    if not found:  # erased before, so that only its mark is left
        marks = select(t.suppressed.c.page_id).where(
            t.suppressed.c.mark == suppression_of("", name)
        )
        erased = select(t.record).where(t.record.c.page_id.in_(marks)).order_by(t.record.c.id)
        found = connection.execute(erased).all()
    if not found:
        raise NotFound(
            f"there is no record {name!r}; `aicat search` finds one, or give the IRI of its subject"
        )
    return list(found)


def begin(connection: Connection, found: Sequence[Any], who: str, reason: str, now: int) -> None:
    """Withdraw the records and mark them; nothing where that is done already."""
    for row in found:
        if row.key.startswith(ERASED) and _marks_of(connection, row.page_id):
            continue
        if not row.deleted:
            closing.withdraw(
                connection, [row.id], Withdrawal.DELETE, _last_run(connection, row), now
            )
        fresh = _mark(connection, row, now)
        if fresh:
            details = {"source": row.source, "reason": reason}
            auditing.note(connection, now, who, "record.erase", row.page_id, details)


def _last_run(connection: Connection, row: Any) -> str:
    """The run of the record's last change: an erasure has none of its own."""
    query = select(t.change.c.run).where(t.change.c.seq == row.seq)
    return connection.execute(query).scalar() or ""


def _mark(connection: Connection, row: Any, now: int) -> bool:
    """Keep the record from coming back; false where that is so already."""
    known = {bytes(one.mark) for one in _marks_of(connection, row.page_id)}
    wanted = {
        suppression_of(row.source, row.key): row.source,
        suppression_of("", row.iri): "",
    }
    taken = select(t.suppressed.c.mark).where(t.suppressed.c.mark.in_(list(wanted)))
    known.update(bytes(one) for one in connection.execute(taken).scalars())
    new = [
        {"mark": mark, "page_id": row.page_id, "source": source, "at": now}
        for mark, source in wanted.items()
        if mark not in known
    ]
    if new:
        connection.execute(t.suppressed.insert(), new)
    return bool(new)


def _marks_of(connection: Connection, page_id: str) -> list[Any]:
    query = select(t.suppressed).where(t.suppressed.c.page_id == page_id)
    return list(connection.execute(query).all())


def suppressions(connection: Connection, page_ids: Sequence[str]) -> list[Any]:
    """The marks of records, as rows."""
    return [row for one in page_ids for row in _marks_of(connection, one)]


def suppression_from(row: Any) -> Suppression:
    return Suppression(bytes(row.mark).hex(), row.page_id, row.source, rows.moment(row.at))


# --- scrubbing ---------------------------------------------------------------------------------------


def scrub(connection: Connection, packer: Packer, found: Iterable[Any]) -> None:
    """Remove what the records ever said, and everything that repeats it."""
    for row in found:
        own = t.change.c.record == row.id
        used = select(t.change.c.raw).where(own, t.change.c.raw.is_not(None))
        raws = connection.execute(used.distinct()).scalars().all()
        drop_raws(connection, t.raw.c.id.in_(raws))
        # Pages as received hold several records, each page another version of them.
        drop_raws(connection, t.raw.c.source == row.source, t.raw.c.page.is_(True))
        of_key = (row.source, row.key)
        for table in (t.quarantine, t.pending):
            where = and_(table.c.source == of_key[0], table.c.key == of_key[1])
            ids = connection.execute(select(table.c.raw).where(where)).scalars().all()
            drop_raws(connection, t.raw.c.id.in_([one for one in ids if one is not None]))
            connection.execute(table.delete().where(where))
        _without_user(connection, row.source)
        connection.execute(t.page.delete().where(t.page.c.source == row.source))
        connection.execute(t.proposal.delete().where(t.proposal.c.record == row.id))
        if not row.key.startswith(ERASED):
            _findings(connection, row)
            _listed(connection, packer, row)
            _parts(connection, packer, row)
        access_rows.forget_resource(connection, row.page_id)
        forget_links(connection, row.page_id)
        leave(connection, row.page_id)
        _payload(connection, row)


def _payload(connection: Connection, row: Any) -> None:
    """The versions themselves; what named the record is replaced by its page id."""
    iri = f"urn:aicat:erased:{row.page_id}"
    nothing = {
        "graph": None,
        "findings": None,
        "sectors": "[]",
        "judged": "[]",
        "raw": None,
        "erased": True,
    }
    where = t.change.c.record == row.id
    connection.execute(t.change.update().where(where).values(**nothing, iri=iri))
    state = {"key": f"{ERASED}{row.page_id}", "iri": iri, "raw": None, "raw_hash": b""}
    connection.execute(t.record.update().where(t.record.c.id == row.id).values(**state))


def _without_user(connection: Connection, source: str) -> None:
    """Bytes as received of the source that no version names: of before versions named theirs."""
    users = [
        select(column).where(column.is_not(None))
        for column in (t.change.c.raw, t.quarantine.c.raw, t.pending.c.raw)
    ]
    unused = and_(t.raw.c.source == source, *(t.raw.c.id.not_in(one) for one in users))
    connection.execute(t.raw.delete().where(unused))


def _findings(connection: Connection, row: Any) -> None:
    """Findings of runs that have the record for their example."""
    runs = select(t.run.c.id).where(t.run.c.source == row.source)
    names = [row.key, row.iri]
    where = and_(
        t.finding.c.run.in_(runs),
        or_(t.finding.c.record_key == row.key, t.finding.c.value.in_(names)),
    )
    nothing = dict.fromkeys(("record_key", "value", "mended", "place", "focus")) | {"message": GONE}
    connection.execute(t.finding.update().where(where).values(**nothing))


def _listed(connection: Connection, packer: Packer, row: Any) -> None:
    """The key in what runs have listed; its place in the list stays."""
    runs = select(t.run.c.id).where(t.run.c.source == row.source)
    query = select(t.listed).where(t.listed.c.run.in_(runs))
    for one in connection.execute(query).all():
        told = orjson.loads(packer.unpack(one.body, one.dictionary))
        if not any(key == row.key for key, _outcome in told):
            continue
        told = [[ERASED + row.page_id if key == row.key else key, how] for key, how in told]
        where = and_(t.listed.c.run == one.run, t.listed.c.number == one.number)
        packed = {"body": packer.pack(orjson.dumps(told)), "dictionary": packing.CURRENT}
        connection.execute(t.listed.update().where(where).values(**packed))


def _parts(connection: Connection, packer: Packer, row: Any) -> None:
    """What was pushed and may still be carried out: lines that name the record are emptied. Documents
    are carried out soon, and the record is left out; of runs that have ended they go."""
    of_source = t.run.c.source == row.source
    documents = select(t.intake.c.run).where(
        t.intake.c.source == row.source, t.intake.c.media_type != LINES
    )
    ended = select(t.run.c.id).where(of_source, t.run.c.state.not_in(_ACTIVE))
    gone = and_(t.part.c.run.in_(ended), t.part.c.run.in_(documents))
    connection.execute(t.part.delete().where(gone))
    runs = select(t.run.c.id).where(of_source, t.run.c.id.not_in(documents))
    names = [form for name in (row.key, row.iri) for form in _forms(name)]
    for one in connection.execute(select(t.part).where(t.part.c.run.in_(runs))).all():
        lines = packer.unpack(one.body, one.dictionary).split(b"\n")
        # Not nothing at all: a part without a byte is the end of a push.
        kept = [b" " if _holds(line, names) else line for line in lines]
        if kept != lines:
            where = and_(t.part.c.run == one.run, t.part.c.number == one.number)
            packed = {"body": packer.pack(b"\n".join(kept)), "dictionary": packing.CURRENT}
            connection.execute(t.part.update().where(where).values(**packed))


_ACTIVE = (RunState.QUEUED, RunState.RUNNING)


def _forms(name: str) -> list[bytes]:
    """A text as it may stand in a line of JSON."""
    plain = orjson.dumps(name)[1:-1]
    ascii_only = "".join(
        char if ord(char) < 128 else char.encode("unicode_escape").decode() for char in name
    ).encode()
    return [plain, plain.replace(b"/", b"\\/"), ascii_only]


def _holds(line: bytes, names: Sequence[bytes]) -> bool:
    return any(name in line for name in names)


# --- marks from elsewhere ----------------------------------------------------------------------------


def erase_again(
    connection: Connection, packer: Packer, known: Iterable[Suppression], now: int
) -> list[str]:
    """Erase what is marked, here or by the marks given; return the page ids of what was not erased."""
    _take_marks(connection, known, now)
    marked = {bytes(one) for one in connection.execute(select(t.suppressed.c.mark)).scalars()}
    if not marked:
        return []
    columns = (t.record.c.id, t.record.c.source, t.record.c.key, t.record.c.iri)
    found = [
        row.id
        for row in connection.execute(select(*columns))
        if not row.key.startswith(ERASED)
        and not marked.isdisjoint(
            (suppression_of(row.source, row.key), suppression_of("", row.iri))
        )
    ]
    again: list[str] = []
    for part in parts(found):
        records = connection.execute(select(t.record).where(t.record.c.id.in_(part))).all()
        begin(connection, records, "restore", "it was erased since the backup was made", now)
        scrub(connection, packer, records)
        again += [row.page_id for row in records]
    _forget_waiting(connection, marked)
    connection.execute(t.suppressed.update().values(finished=now))
    return again


def _take_marks(connection: Connection, known: Iterable[Suppression], now: int) -> None:
    stored = {bytes(one) for one in connection.execute(select(t.suppressed.c.mark)).scalars()}
    wanted = {bytes.fromhex(one.mark): one for one in known}
    new = [
        {
            "mark": mark,
            "page_id": one.page_id,
            "source": one.source,
            "at": rows.micros(one.at) or now,
        }
        for mark, one in wanted.items()
        if mark not in stored
    ]
    for part in parts(new):
        connection.execute(t.suppressed.insert(), list(part))


def _forget_waiting(connection: Connection, marked: set[bytes]) -> None:
    """What waits or could not be used, of records that never became public."""
    for table in (t.quarantine, t.pending):
        query = select(table.c.id, table.c.source, table.c.key, table.c.raw)
        for row in connection.execute(query).all():
            if suppression_of(row.source, row.key) in marked:
                drop_raws(connection, t.raw.c.id == row.raw)
                connection.execute(table.delete().where(table.c.id == row.id))
