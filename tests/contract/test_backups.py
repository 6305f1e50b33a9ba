"""What every backup promises, of either kind of database and into either kind."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from catalogue.adapters.sql import SqlJournal
from catalogue.adapters.sql.backing import MANIFEST, SUPPRESSED, add_suppressions, read_manifest
from catalogue.adapters.sql.carrying import is_vacant
from catalogue.bootstrap import migrate_journal, restoring
from catalogue.errors import Conflict, InvalidInput, StorageFull
from catalogue.model import Finding, Node, Severity, Source
from catalogue.project.follower import live_changes
from catalogue.settings import Settings
from tests.contract.test_upkeep import PAGE, A, entry, erase, run
from tests.postgres import create

_NUMBER = itertools.count(1)


@pytest.fixture
def journal(database: str) -> Iterator[SqlJournal]:
    """A journal with something in most of its tables."""
    opened = SqlJournal.open(database)
    opened.add_node(Node("n", "Node N (fictional)", "DE", options={"profiles": "+dcat-ap-hvd"}))
    opened.add_source(Source("s", "n", "dcat", "http://portal.example/", {"grace": "1"}))
    opened.add_source(Source("other", "n", "push", None))
    opened.keys.create("n", "tester")
    found = Finding("x.y", Severity.INFO, "Größe, ελληνικά", value="v", key="a")
    run(opened, *(entry(f"k{n:03}") for n in range(450)))
    run(opened, entry("a", findings=(found,)), entry("b", own=False), page=PAGE)
    run(opened, entry("a", "two"), entry("x"), source="other")
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.scaleout)])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """A data folder without a journal, and a database without anything, of each kind."""
    folder = tmp_path / "restored"
    if request.param == "sqlite":
        return Settings(data_dir=folder)
    name = f"restored{next(_NUMBER)}"
    return Settings(data_dir=folder, database_url=create(_server(request), name))


def _server(request: pytest.FixtureRequest) -> str:
    server: str = request.getfixturevalue("postgres_server")
    return server


def restore(settings: Settings, folder: Path) -> list[str]:
    with restoring(settings, folder, (), "tester") as (_aside, _journal, _manifest, erased):
        return erased


def everything(journal: SqlJournal) -> dict[str, Any]:
    """All that a journal says of its records, runs and acts."""
    return {
        "changes": [
            (one.seq, one.graph, one.sectors, one.record) for one in journal.changes(0, 9999)
        ],
        "live": sorted(one.record.page_id for one in live_changes(journal)),
        "raw": journal.raw(A),
        "runs": journal.runs.recent(),
        "findings": [journal.runs.findings(one.id) for one in journal.runs.recent()],
        "nodes": journal.nodes(),
        "sources": journal.sources(),
        "keys": journal.keys.of("n"),
        "page": journal.pages("s"),
    }


def test_a_restored_journal_says_all_that_the_first_one_said(
    journal: SqlJournal, fresh: Settings, tmp_path: Path
) -> None:
    before, acts = everything(journal), journal.audit.entries()
    manifest = journal.upkeep.back_up(tmp_path / "b", "tester")
    assert manifest.counts["record"] == 454
    assert manifest == read_manifest(tmp_path / "b")
    assert {one.name for one in (tmp_path / "b").iterdir()} == {"journal.sqlite", MANIFEST}
    # The file keeps no log beside it (the SQLite file format, 1.3.3), so it may lie on a read-only disk.
    assert (tmp_path / "b" / "journal.sqlite").read_bytes()[18:20] == b"\1\1"
    assert restore(fresh, tmp_path / "b") == []
    with closing(SqlJournal.open(fresh.database)) as restored:
        assert everything(restored) == before
        told = restored.audit.entries()
        assert told[: len(acts)] == acts
        assert [one.act for one in told[len(acts) :]] == ["journal.restore"]
        assert restored.check() == []


def test_a_restored_journal_goes_on(journal: SqlJournal, fresh: Settings, tmp_path: Path) -> None:
    last = journal.last_seq()
    journal.upkeep.back_up(tmp_path / "b", "tester")
    restore(fresh, tmp_path / "b")
    with closing(SqlJournal.open(fresh.database)) as restored:
        found = Finding("n.w", Severity.INFO, "new", key="new")
        run(restored, entry("new", findings=(found,)), entry("a", "three"), page=PAGE)
        assert restored.last_seq() == last + 2
        assert restored.check() == []
        again = restored.upkeep.back_up(tmp_path / "b2", "tester")
        assert again.counts["record"] == 455


def test_a_backup_holds_one_state_while_others_write(journal: SqlJournal, tmp_path: Path) -> None:
    last, written = journal.last_seq(), list[int]()

    def watch(done: int, total: int) -> None:
        if not written:
            run(journal, entry("meanwhile"))
            written.append(journal.last_seq())

    manifest = journal.upkeep.back_up(tmp_path / "b", "tester", watch)
    assert written == [last + 1]
    assert manifest.last_seq == last
    with closing(sqlite3.connect(tmp_path / "b" / "journal.sqlite")) as copy:
        assert copy.execute("SELECT max(seq) FROM change").fetchone() == (last,)


def test_what_was_erased_since_is_erased_again(
    journal: SqlJournal, fresh: Settings, tmp_path: Path
) -> None:
    journal.upkeep.back_up(tmp_path / "b", "tester")
    erase(journal, A)
    marks = journal.upkeep.suppressions()
    add_suppressions(tmp_path / "b" / SUPPRESSED, marks)
    assert A in restore(fresh, tmp_path / "b")
    with closing(SqlJournal.open(fresh.database)) as restored:
        assert A not in {one.record.page_id for one in live_changes(restored)}
        assert restored.check() == []


def test_a_database_that_holds_a_journal_is_left_as_it_is(
    journal: SqlJournal, database: str, tmp_path: Path
) -> None:
    before, counts = everything(journal), journal.counts()
    journal.upkeep.back_up(tmp_path / "b", "tester")
    settings = Settings(data_dir=tmp_path / "elsewhere", database_url=database)
    with pytest.raises(Conflict, match="already"):
        restore(settings, tmp_path / "b")
    assert everything(journal) == before
    assert journal.counts() == counts


def test_a_backup_that_finds_no_room_says_so_and_is_none(
    journal: SqlJournal, tmp_path: Path
) -> None:
    full = sqlite3.OperationalError("database or disk is full")

    def watch(done: int, total: int) -> None:
        if journal._store.engine.dialect.name == "postgresql":
            raise OperationalError("INSERT", {}, full)
        raise full

    with pytest.raises(StorageFull, match=str(tmp_path)):
        journal.upkeep.back_up(tmp_path / "b", "tester", watch)
    with pytest.raises(InvalidInput, match="never finished"):
        read_manifest(tmp_path / "b")


@pytest.mark.scaleout
def test_a_text_that_the_database_cannot_take_is_told_and_nothing_is_kept(
    tmp_path: Path, postgres_server: str
) -> None:
    first = Settings(data_dir=tmp_path / "first")
    migrate_journal(first)
    with closing(SqlJournal.open(first.database)) as opened:
        opened.add_node(Node("n", "Node\0N (fictional)", "DE"))
        opened.upkeep.back_up(tmp_path / "b", "tester")
    url = create(postgres_server, f"restored{next(_NUMBER)}")
    fresh = Settings(data_dir=tmp_path / "second", database_url=url)
    with pytest.raises(InvalidInput, match="cannot take this journal"):
        restore(fresh, tmp_path / "b")
    assert is_vacant(url)
    assert not list((tmp_path / "second").glob("*.sqlite"))
