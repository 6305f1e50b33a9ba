"""Backups of a journal: a folder with a copy of it on SQLite and a manifest that proves it.

These work on any revision of the schema, so that a backup comes before a migration too.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from zstandard import ZstdError

from catalogue.adapters.sql.packing import CURRENT, Packer, current_dictionary
from catalogue.adapters.sql.store import is_full
from catalogue.errors import Conflict, InvalidInput, StorageFull
from catalogue.model import content_hash
from catalogue.ports import Manifest, Suppression

FORMAT = 1
DATABASE, MANIFEST, SUPPRESSED = "journal.sqlite", "manifest.json", "suppressed.jsonl"
STEP = 512  # pages copied at once
BLOCK = 1 << 20  # bytes read at once

Watch = Callable[[int, int], None]
Copy = Callable[[Path, Watch], dict[str, Any]]  # writes a SQLite file; tells what it holds


def unwatched(_done: int, _total: int) -> None:
    """Nobody watches."""


def back_up(database: Path, folder: Path, watch: Watch = unwatched) -> Manifest:
    """Copy a SQLite database as it is now into an empty or absent folder, while others write to it.

    Raises: as `back_up_by`.
    """
    return back_up_by(partial(_copy, database), folder, watch)


def back_up_by(copy: Copy, folder: Path, watch: Watch) -> Manifest:
    """Let `copy` write a database into an empty or absent folder, and prove it.

    The manifest is written last, when the copy was read again and found whole: a folder without one is
    no backup. Everything is on the disk before this returns.

    Raises: Conflict where the folder holds something; StorageFull; InvalidInput where the database
    itself is damaged.
    """
    _take(folder)
    target = folder / DATABASE
    with _room(folder):
        told = copy(target, watch)
        found = prove(target)
        if found != told:
            raise InvalidInput(
                f"the copy in {folder} is not what was copied; nothing was backed up"
            )
        made = datetime.now(UTC).isoformat(timespec="seconds")
        digest, size = file_digest(target)
        manifest = Manifest(FORMAT, made=made, sha256=digest, size=size, **told)
        sync(target)
        write_whole(folder / MANIFEST, orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))
    return manifest


def _take(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = any(folder.iterdir())
    except OSError as error:
        raise InvalidInput(f"{folder} cannot be used: {error.strerror}") from error
    if held:
        unfinished = "" if (folder / MANIFEST).exists() else " (no whole backup)"
        raise Conflict(f"{folder} is not empty{unfinished}; name one that is empty or absent")


def _copy(database: Path, target: Path, watch: Watch) -> dict[str, Any]:
    """Copy one state of the database, step by step; return what it holds.

    The reader's transaction keeps that state while writers go on, so that the copying need not begin
    again whenever they write.
    """
    source_at = f"{database.resolve().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(source_at, uri=True, isolation_level=None)) as source,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        source.execute("BEGIN")
        told = account(source)
        source.backup(
            copy, pages=STEP, progress=lambda _status, left, total: watch(total - left, total)
        )
        source.execute("ROLLBACK")
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without others beside it
    return told


def prove(database: Path) -> dict[str, Any]:
    """Read a database that nobody writes to from end to end; return what it holds.

    Raises: InvalidInput where it is damaged or a graph does not match its hash.
    """
    try:
        address = f"{database.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            for (answer,) in connection.execute("PRAGMA integrity_check(1)"):
                if answer != "ok":
                    raise InvalidInput(f"{database} is damaged: {answer}")
            for seq in _mismatches(connection):
                raise InvalidInput(f"{database}: the graph of change {seq} does not match its hash")
            return account(connection)
    except sqlite3.DatabaseError as error:
        raise InvalidInput(f"{database} is damaged: {error}") from error


def _mismatches(connection: sqlite3.Connection) -> Iterator[int]:
    stored = dict(connection.execute("SELECT id, body FROM dictionary").fetchall())
    packer = Packer({CURRENT: current_dictionary(), **stored})
    query = "SELECT seq, graph, dictionary, content_hash FROM change WHERE graph IS NOT NULL"
    for seq, graph, dictionary, wanted in connection.execute(query):
        try:
            sound = content_hash(packer.unpack(graph, dictionary)) == wanted
        except (ZstdError, KeyError):
            sound = False
        if not sound:
            yield seq


def account(connection: sqlite3.Connection) -> dict[str, Any]:
    """What a journal of any revision holds: revision, last_seq, counts, digest, audit."""

    def one(query: str) -> Any:
        return connection.execute(query).fetchone()

    query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    names = [name for (name,) in connection.execute(query)]
    tables = [one for one in names if one != "alembic_version" and not one.startswith("sqlite_")]
    if "change" not in tables or "alembic_version" not in names:
        raise InvalidInput("this database is no journal")
    revision = one("SELECT version_num FROM alembic_version")
    audit = (
        one("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1") if "audit" in tables else None
    )
    counts = {name: one(f'SELECT count(*) FROM "{name}"')[0] for name in tables}  # noqa: S608 our names
    return {
        "revision": revision[0] if revision else "",
        "last_seq": one("SELECT max(seq) FROM change")[0] or 0,
        "counts": counts,
        "digest": _digest(connection),
        "audit": (audit[0], bytes(audit[1]).hex()) if audit else None,
    }


def _digest(connection: sqlite3.Connection) -> str:
    query = "SELECT page_id, content_hash FROM record WHERE NOT deleted ORDER BY page_id"
    digest = hashlib.sha256()
    for page_id, wanted in connection.execute(query):
        digest.update(page_id.encode() + b"\0" + wanted + b"\n")
    return digest.hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """Raises: InvalidInput where the folder holds no backup that this version can read."""
    path = folder / MANIFEST
    try:
        told = orjson.loads(path.read_bytes())
        if told["format"] != FORMAT:
            raise InvalidInput(
                f"{path} is of format {told['format']}, this version reads {FORMAT}; use a newer one"
            )
        audit = tuple(told.pop("audit") or ()) or None
        return Manifest(**told, audit=audit)
    except FileNotFoundError:
        raise InvalidInput(
            f"{folder} holds no {MANIFEST}, so it is no backup, or one that was never finished"
        ) from None
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}") from error


def stage(folder: Path, manifest: Manifest, target: Path) -> None:
    """Copy a backup's database to a new place and prove that it is what the manifest says.

    Raises: InvalidInput where it is not; StorageFull.
    """
    unstage(target)
    with _room(target.parent):
        digest, size = _copy_file(folder / DATABASE, target)
    if (digest, size) != (manifest.sha256, manifest.size):
        raise InvalidInput(
            f"{folder / DATABASE} is not the file that the backup was made with ({size} bytes for"
            f" {manifest.size}); take another backup"
        )
    found = prove(target)
    for name, value in found.items():
        if value != getattr(manifest, name):
            raise InvalidInput(
                f"{folder}: {name} is {value} and not {getattr(manifest, name)}, as the manifest"
                " says; take another backup"
            )


def unstage(target: Path) -> None:
    """Remove a staged database, whole or not, with what SQLite keeps beside it."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        target.with_name(target.name + suffix).unlink(missing_ok=True)


def _copy_file(source: Path, target: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    try:
        with source.open("rb") as one, target.open("wb") as other:
            while block := one.read(BLOCK):
                digest.update(block)
                size += len(block)
                other.write(block)
            other.flush()
            os.fsync(other.fileno())
    except FileNotFoundError as error:
        raise InvalidInput(f"{error.filename} is not there; take another backup") from error
    return digest.hexdigest(), size


def file_digest(path: Path) -> tuple[str, int]:
    """SHA-256 (hex) and size (bytes) of a file."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest(), path.stat().st_size


def put(staged: Path, place: Path) -> None:
    """Let a database that was made ready aside take its place, in one step."""
    with _room(place.parent):
        with closing(sqlite3.connect(staged)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("PRAGMA journal_mode = DELETE")
        sync(staged)
        staged.rename(place)
        sync(place.parent)


# --- suppressions beside a database ------------------------------------------------------------------


def read_suppressions(path: Path) -> list[Suppression]:
    """The marks in a file, one JSON object a line; none where there is no file.

    Raises: InvalidInput where a line cannot be read.
    """
    if not path.exists():
        return []
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            told = orjson.loads(line)
            bytes.fromhex(told["mark"])
            at = datetime.fromisoformat(told["at"])
            found.append(Suppression(told["mark"], told["page_id"], told["source"], at))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise InvalidInput(f"{path}, line {number}: no suppression: {error}") from error
    return found


def add_suppressions(path: Path, wanted: Iterable[Suppression]) -> None:
    """Append the marks that the file does not hold; on the disk when this returns. Raises: OSError."""
    known = {one.mark for one in read_suppressions(path)}
    lines = [orjson.dumps(asdict(one)) + b"\n" for one in wanted if one.mark not in known]
    if not lines:
        return
    whole = path.read_bytes() if path.exists() else b""
    if whole and not whole.endswith(b"\n"):
        whole += b"\n"
    write_whole(path, whole + b"".join(lines))


# --- files -------------------------------------------------------------------------------------------


def write_whole(path: Path, body: bytes) -> None:
    """Write a file so that it is there whole or not at all, whatever happens."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(body)
    sync(fresh)
    fresh.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _room(folder: Path) -> Iterator[None]:
    """Raises: StorageFull in the place of what the system says of a full disk."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        if is_full(error):
            raise StorageFull(
                f"the disk of {folder} is full; make room and run it again"
            ) from error
        if isinstance(error, sqlite3.DatabaseError):
            raise InvalidInput(
                f"the journal cannot be copied: {error}; run `aicat verify`"
            ) from error
        raise
