"""What is done to the journal's storage as a whole: backups, erasure, retention."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select

from catalogue.adapters.sql import auditing, backing, carrying, erasing, retaining
from catalogue.adapters.sql import tables as t
from catalogue.adapters.sql.appending import last_seq
from catalogue.adapters.sql.packing import Packer
from catalogue.adapters.sql.runs import SqlRuns
from catalogue.adapters.sql.store import SqlStore
from catalogue.ports import Erasure, Freed, Manifest, Suppression

SMALL = 1 << 30  # bytes of a database that is written anew after an erasure: some seconds


class SqlUpkeep:
    """`catalogue.ports.Upkeep`. Safe to share between threads."""

    def __init__(self, store: SqlStore, packer: Packer, runs: SqlRuns) -> None:
        self._store, self._packer, self._runs = store, packer, runs

    # --- backups ---------------------------------------------------------------------------------

    def back_up(self, folder: Path, who: str, watch: backing.Watch | None = None) -> Manifest:
        folder = folder.resolve()
        # Known before it is begun: an erasure must reach whatever may hold the record.
        with self._store.writing() as connection:
            known = note_backup(connection, folder, self._store.now(connection))
        try:
            manifest = self._copied(folder, watch or backing.unwatched)
        except Exception:
            if not known and not (folder / backing.DATABASE).exists():
                with self._store.writing() as connection:
                    connection.execute(t.backup.delete().where(t.backup.c.folder == str(folder)))
            raise
        with self._store.writing() as connection:
            told = {"last_seq": manifest.last_seq, "digest": manifest.digest}
            now = self._store.now(connection)
            auditing.note(connection, now, who, "journal.backup", str(folder), told)
        return manifest

    def _copied(self, folder: Path, watch: backing.Watch) -> Manifest:
        engine = self._store.engine
        if engine.dialect.name == "sqlite":
            return backing.back_up(Path(engine.url.database or ""), folder, watch)
        return backing.back_up_by(partial(carrying.copy_out, engine), folder, watch)

    def backups(self) -> list[Path]:
        with self._store.reading() as connection:
            query = select(t.backup.c.folder).order_by(t.backup.c.at, t.backup.c.folder)
            return [Path(one) for one in connection.execute(query).scalars()]

    def note_backup(self, folder: Path) -> None:
        with self._store.writing() as connection:
            note_backup(connection, folder, self._store.now(connection))

    # --- erasure ---------------------------------------------------------------------------------

    def begin_erasure(self, names: Sequence[str], reason: str, who: str) -> Erasure:
        with self._store.writing() as connection:
            found = {row.id: row for name in names for row in erasing.find(connection, name)}
            rows = list(found.values())
            erasing.begin(connection, rows, who, reason, self._store.now(connection))
            page_ids = [row.page_id for row in rows]
            marks = erasing.suppressions(connection, page_ids)
            open_ones = {one.page_id for one in marks if one.finished is None}
            return Erasure(
                tuple(one for one in page_ids if one in open_ones),
                tuple(one for one in page_ids if one not in open_ones),
                tuple(erasing.suppression_from(one) for one in marks),
                last_seq(connection),
            )

    def scrub(self, erasure: Erasure) -> None:
        with self._store.writing() as connection:
            query = select(t.record).where(t.record.c.page_id.in_(erasure.page_ids))
            erasing.scrub(connection, self._packer, connection.execute(query).all())
        self._purge()

    def _purge(self) -> None:
        """Leave no trace in SQLite's files: what was deleted is overwritten already, but moving rows
        about may have left copies in unused space."""
        if self._store.engine.dialect.name != "sqlite":
            return
        with self._store.reading() as connection:
            small = retaining.size(connection) < SMALL
        if small:
            retaining.vacuum(self._store)
        retaining.truncate(self._store)

    def finish_erasure(self, erasure: Erasure) -> None:
        with self._store.writing() as connection:
            where = t.suppressed.c.page_id.in_(erasure.page_ids)
            now = self._store.now(connection)
            connection.execute(t.suppressed.update().where(where).values(finished=now))

    def erase_again(self, known: Sequence[Suppression]) -> list[str]:
        """Erase what is marked in this journal or by the marks given; return the page ids."""
        with self._store.writing() as connection:
            now = self._store.now(connection)
            again = erasing.erase_again(connection, self._packer, known, now)
        if again:
            self._purge()
        return again

    def suppressions(self) -> list[Suppression]:
        with self._store.reading() as connection:
            found = connection.execute(select(t.suppressed).order_by(t.suppressed.c.at))
            return [erasing.suppression_from(row) for row in found]

    # --- retention -------------------------------------------------------------------------------

    def tidy(self) -> None:
        retaining.tidy(self._store)

    def compact(self) -> Freed:
        self._runs.sweep()
        before = self._size()
        with self._store.writing() as connection:
            retaining.look_again(connection)
            known = _raws(connection)
        while self._behind():
            retaining.tidy(self._store)
        with self._store.writing() as connection:
            quarantined, _unused = retaining.leftovers(connection)
            raws = known - _raws(connection)
        if self._store.engine.dialect.name == "sqlite":
            retaining.vacuum(self._store)
            retaining.truncate(self._store)
        return Freed(raws, quarantined, max(0, before - self._size()))

    def _behind(self) -> bool:
        with self._store.reading() as connection:
            at = select(t.housekeeping.c.seq).where(t.housekeeping.c.name == retaining.RAW)
            return (connection.execute(at).scalar() or 0) < last_seq(connection)

    def _size(self) -> int:
        """Bytes of the database, with what waits in its write-ahead log."""
        with self._store.reading() as connection:
            held = retaining.size(connection)
        log = Path(f"{self._store.engine.url.database}-wal")
        return held + (log.stat().st_size if log.is_file() else 0)


def note_backup(connection: Connection, folder: Path, now: int) -> bool:
    """Remember where a backup is; whether that was known."""
    where = t.backup.c.folder == str(folder)
    if connection.execute(t.backup.update().where(where).values(at=now)).rowcount:
        return True
    connection.execute(t.backup.insert().values(folder=str(folder), at=now))
    return False


def _raws(connection: Connection) -> Any:
    return connection.execute(select(func.count()).select_from(t.raw)).scalar_one()
