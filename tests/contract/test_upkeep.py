"""What every journal promises of its storage as a whole: erasure, retention, backups."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from catalogue.adapters.sql import SqlJournal, migrate, retaining
from catalogue.adapters.sql.backing import read_manifest, stage
from catalogue.adapters.sql.migrating import head
from catalogue.errors import Conflict, InvalidInput, NotFound, Unavailable
from catalogue.harvest.flow import before_of
from catalogue.harvest.pages import PageMemory
from catalogue.harvest.pushed import LINES
from catalogue.harvest.walk import Walk
from catalogue.model import (
    Entry,
    Finding,
    Node,
    Outcome,
    Page,
    RunState,
    Severity,
    Source,
    content_hash,
    page_id,
    raw_hash,
)
from catalogue.ports import Ending, Piece
from catalogue.project.follower import live_changes

PAGE = Page("1", "http://portal.example/1", "text/turtle", b"the page of a and b, first")
SECRET = "Zyxwvut-secret"


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqlJournal]:
    url = f"sqlite:///{tmp_path / 'journal.sqlite'}"
    migrate(url)
    opened = SqlJournal.open(url, tmp_path / "audit-head.json")
    opened.add_node(Node("n", "Node N (fictional)", "DE"))
    for name in ("s", "other"):
        opened.add_source(Source(name, "n", "dcat", "http://portal.example/"))
    yield opened
    opened.close()


def entry(key: str, text: str = "one", *, own: bool = True, **more: object) -> Entry:
    graph = f'<http://portal.example/{key}> <http://purl.org/dc/terms/title> "{text}" .\n'.encode()
    values: dict[str, object] = {
        "key": key,
        "iri": f"http://portal.example/{key}",
        "type": "dataset",
        "raw_hash": raw_hash(graph),
        "graph": graph,
        "content_hash": content_hash(graph),
        "raw": graph if own else None,
        **more,
    }
    return Entry(**values)  # type: ignore[arg-type]


def run(
    journal: SqlJournal, *entries: Entry, page: Page | None = None, source: str = "s"
) -> tuple[Outcome, ...]:
    queued = journal.runs.queue(source)
    lease = journal.runs.claim("tester", seconds=60, run_id=queued.id)
    assert lease is not None
    outcomes = journal.append(lease, entries, page=page).outcomes
    journal.runs.end(lease, Ending(RunState.DONE))
    return outcomes


def erase(journal: SqlJournal, name: str) -> None:
    erasure = journal.upkeep.begin_erasure([name], "court order", "tester")
    journal.upkeep.scrub(erasure)
    journal.upkeep.finish_erasure(erasure)


def raws(journal: SqlJournal, folder: Path) -> list[bytes]:
    with closing(sqlite3.connect(folder / "journal.sqlite")) as connection:
        rows = connection.execute("SELECT body, dictionary FROM raw ORDER BY id").fetchall()
    return [journal._packer.unpack(*row) for row in rows]


A = page_id("s", "a")


# --- erasure -----------------------------------------------------------------------------------------


def test_an_erased_record_leaves_numbers_hashes_and_nothing_it_said(journal: SqlJournal) -> None:
    found = Finding("x.y", Severity.INFO, f"about {SECRET}", value=SECRET, key="a")
    run(journal, entry("a", SECRET, findings=(found,)), entry("b"))
    run(journal, entry("a", SECRET + " again"))
    hashes = [one.record.content_hash for one in journal.changes(0, 10)]
    erase(journal, A)
    changes = [one for one in journal.changes(0, 10) if one.record.page_id == A]
    assert [one.seq for one in changes] == [1, 3, 4]
    assert all(one.graph is None and not one.sectors for one in changes)
    assert journal.record(A).content_hash == hashes[2]
    assert "a" not in journal.known("s")
    told = journal.runs.findings(journal.runs.recent()[-1].id)
    assert [(one.rule, one.count, one.value, one.key) for one in told] == [("x.y", 1, None, None)]
    assert SECRET not in told[0].message
    assert journal.check() == []


def test_no_file_of_the_journal_holds_what_was_erased(journal: SqlJournal, tmp_path: Path) -> None:
    text = "".join(chr(33 + (n * 7919) % 90) for n in range(400)).replace(
        '"', "x"
    )  # incompressible
    text = text.replace("\\", "x")
    run(journal, *(entry(f"k{n}", "x" * n) for n in range(300)), entry("a", text))
    mark = _stored_blob(tmp_path)[40:80]
    assert any(mark in path.read_bytes() for path in tmp_path.iterdir())
    erase(journal, A)
    for path in tmp_path.iterdir():
        body = path.read_bytes()
        assert mark not in body, path
        assert b"portal.example/a" not in body, path


def _stored_blob(folder: Path) -> bytes:
    with closing(sqlite3.connect(folder / "journal.sqlite")) as connection:
        query = "SELECT graph FROM change ORDER BY length(graph) DESC LIMIT 1"
        blob: bytes = connection.execute(query).fetchone()[0]
    return blob


def test_an_erased_record_does_not_come_back_by_its_key_or_its_iri(journal: SqlJournal) -> None:
    run(journal, entry("a"))
    erase(journal, A)
    assert run(journal, entry("a", "two")) == (Outcome.IGNORED,)
    moved = entry("a-elsewhere", iri="http://portal.example/a")
    assert run(journal, moved, source="other") == (Outcome.IGNORED,)
    assert run(journal, entry("a", iri="http://portal.example/new")) == (Outcome.IGNORED,)
    assert journal.live() == []
    last = journal.runs.recent()[0].id
    (found,) = journal.runs.findings(last)
    assert (found.rule, found.key) == ("record.erased", f"erased:{A}")
    assert [key for _n, key, _o in journal.runs.listed(last)] == [f"erased:{A}"]


def test_a_run_that_goes_on_after_a_crash_counts_an_erased_record_once(journal: SqlJournal) -> None:
    run(journal, entry("a"))
    erase(journal, A)
    queued = journal.runs.queue("s")
    lease = journal.runs.claim("tester", seconds=60, run_id=queued.id)
    assert lease is not None
    journal.append(lease, [entry("a"), entry("b")])
    walk = Walk.begun(before_of(journal, journal.runs.run(lease.run)), PageMemory({}, {}))
    assert walk.take([entry("a"), entry("b"), entry("c")]) == ([entry("c")], [], 2)


def test_pages_that_hold_an_erased_record_are_kept_no_more(
    journal: SqlJournal, tmp_path: Path
) -> None:
    run(journal, entry("a", own=False), entry("b", own=False), page=PAGE)
    second = replace(PAGE, body=b"the page of a and b, second")
    run(journal, entry("b", "two", own=False), page=second)  # `a` is in this page as well
    assert len(raws(journal, tmp_path)) == 2
    erase(journal, A)
    assert raws(journal, tmp_path) == []
    third = replace(PAGE, body=b"the page of a and b, third")
    outcomes = run(journal, entry("b", "three", own=False), entry("a", own=False), page=third)
    assert outcomes == (Outcome.UPDATED, Outcome.IGNORED)
    assert raws(journal, tmp_path) == []
    assert journal.check() == []


def test_a_page_of_another_source_is_kept_no_more_once_it_brings_the_erased_iri(
    journal: SqlJournal, tmp_path: Path
) -> None:
    run(journal, entry("a"))
    erase(journal, A)
    queued = journal.runs.queue("other")
    lease = journal.runs.claim("tester", seconds=60, run_id=queued.id)
    assert lease is not None
    journal.append(lease, [entry("b", own=False)], page=PAGE)
    assert len(raws(journal, tmp_path)) == 1
    brought = entry("x", iri="http://portal.example/a", own=False)
    journal.append(lease, [brought, entry("c", own=False)], page=PAGE)
    assert raws(journal, tmp_path) == []
    assert len(journal.live()) == 2


def test_records_of_one_iri_are_erased_together_and_by_it(journal: SqlJournal) -> None:
    run(journal, entry("a"))
    run(journal, entry("x", iri="http://portal.example/a"), source="other")
    erasure = journal.upkeep.begin_erasure(["http://portal.example/a"], "why", "tester")
    assert set(erasure.page_ids) == {A, page_id("other", "x")}
    journal.upkeep.scrub(erasure)
    journal.upkeep.finish_erasure(erasure)
    assert not journal.upkeep.begin_erasure(["http://portal.example/a"], "why", "tester").page_ids
    assert journal.upkeep.begin_erasure([A], "why", "tester").already == (A,)
    acts = [one for one in journal.audit.entries() if one.act == "record.erase"]
    assert [one.subject for one in acts] == list(erasure.page_ids)
    assert acts[0].details == {"source": "s", "reason": "why"}


def test_an_erasure_that_was_cut_off_is_told_and_gone_on_with(journal: SqlJournal) -> None:
    run(journal, entry("a"))
    journal.upkeep.begin_erasure([A], "why", "tester")
    assert any("was not finished" in fault for fault in journal.check())
    again = journal.upkeep.begin_erasure([A], "why", "tester")
    assert again.page_ids == (A,)
    journal.upkeep.scrub(again)
    once_more = journal.upkeep.begin_erasure([A], "why", "tester")
    assert once_more.page_ids == (A,)
    journal.upkeep.scrub(once_more)
    journal.upkeep.finish_erasure(once_more)
    assert journal.check() == []
    assert len([one for one in journal.audit.entries() if one.act == "record.erase"]) == 1


def test_a_tombstone_can_be_erased_and_what_is_unknown_is_not_found(journal: SqlJournal) -> None:
    run(journal, entry("a", SECRET), entry("b"))
    journal.remove_source("s")
    erase(journal, A)
    assert journal.check() == []
    with pytest.raises(NotFound, match="nothing"):
        journal.upkeep.begin_erasure([page_id("s", "b"), "nothing"], "why", "tester")
    assert journal.check() == []


def test_quarantine_and_listed_keys_of_an_erased_record_go(
    journal: SqlJournal, tmp_path: Path
) -> None:
    run(journal, entry("a"), entry("b"))
    bad = entry("a", raw=b"unreadable", graph=None, content_hash=None, failed=Outcome.QUARANTINED)
    run(journal, bad)
    first = journal.runs.recent()[-1].id
    assert [key for _n, key, _o in journal.runs.listed(first)] == ["a", "b"]
    erase(journal, A)
    assert [key for _n, key, _o in journal.runs.listed(first)] == [f"erased:{A}", "b"]
    assert journal.counts()["quarantined"] == 0
    assert raws(journal, tmp_path) == [entry("b").raw]


def pushed(journal: SqlJournal, media_type: str, *lines: bytes) -> str:
    intake = journal.pushes.begin("s", media_type=media_type)
    hashes = [hashlib.sha256(one).digest() for one in lines]
    journal.pushes.store(intake, Piece(0, lines, hashes, None), further=True)
    return intake.run


def test_lines_that_wait_lose_an_erased_record_and_keep_their_numbers(journal: SqlJournal) -> None:
    run(journal, entry("a"), entry("b"))
    lines = (b'{"id":"x"}\n', b'{"@id":"http:\\/\\/portal.example\\/a"}\n', b'{"id":"y"}')
    first = pushed(journal, LINES, *lines)
    second = pushed(journal, LINES, b'{"@id":"http://portal.example/a"}')
    # A document in one line: others' records are in it as well.
    document = b'{"@graph":[{"@id":"http://portal.example/a"},{"@id":"http://portal.example/b"}]}'
    third = pushed(journal, "application/ld+json", document)
    erase(journal, A)
    bodies = [part.body for one in (first, second, third) if (part := journal.pushes.part(one))]
    assert bodies == [b'{"id":"x"}\n \n{"id":"y"}', b" ", document]


# --- retention ---------------------------------------------------------------------------------------


def versions(journal: SqlJournal, number: int, **options: str) -> None:
    journal.edit_source(replace(journal.source("s"), options=options))
    for version in range(number):
        run(journal, entry("a", f"version {version}"))


def test_the_last_three_versions_keep_their_bytes(journal: SqlJournal, tmp_path: Path) -> None:
    versions(journal, 5)
    journal.upkeep.tidy()
    assert raws(journal, tmp_path) == [entry("a", f"version {n}").raw for n in (2, 3, 4)]
    assert journal.raw(A)[0] == entry("a", "version 4").raw
    assert journal.check() == []


@pytest.mark.parametrize(("wanted", "left"), [("0", 0), ("1", 1), ("10", 5)])
def test_a_source_says_how_many_versions_keep_theirs(
    journal: SqlJournal, tmp_path: Path, wanted: str, left: int
) -> None:
    versions(journal, 5, raw_versions=wanted)
    journal.upkeep.tidy()
    assert len(raws(journal, tmp_path)) == left


def test_fewer_wanted_versions_and_dropped_contacts_reach_what_is_kept_already(
    journal: SqlJournal, tmp_path: Path
) -> None:
    versions(journal, 5)
    journal.upkeep.tidy()
    versions(journal, 0, raw_versions="2")
    journal.upkeep.tidy()
    assert len(raws(journal, tmp_path)) == 2
    versions(journal, 0, contacts="drop")
    journal.upkeep.tidy()
    assert raws(journal, tmp_path) == []


def test_a_page_stays_as_long_as_any_kept_version_came_on_it(
    journal: SqlJournal, tmp_path: Path
) -> None:
    run(journal, entry("a", own=False), entry("b", own=False), page=PAGE)
    for version in range(4):
        page = replace(PAGE, body=f"page {version}".encode())
        run(journal, entry("a", f"version {version}", own=False), page=page)
    journal.upkeep.tidy()
    assert PAGE.body in raws(journal, tmp_path)  # the last word on b
    assert len(raws(journal, tmp_path)) == 4
    for version in range(3):
        page = replace(PAGE, body=f"later page {version}".encode())
        run(journal, entry("b", f"version {version}", own=False), page=page)
    journal.upkeep.tidy()
    assert PAGE.body not in raws(journal, tmp_path)


def test_compacting_forgets_leftovers_and_gives_the_disk_back(
    journal: SqlJournal, tmp_path: Path
) -> None:
    big = bytes(n * 7919 % 251 for n in range(300_000))
    for version in range(6):
        run(journal, entry("a", f"version {version}", raw=big + bytes([version])))
    bad = entry("z", raw=b"bad", graph=None, content_hash=None, failed=Outcome.QUARANTINED)
    run(journal, bad, source="other")
    journal.remove_source("other")
    before = sum(path.stat().st_size for path in tmp_path.iterdir())
    freed = journal.upkeep.compact()
    after = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert (freed.raws, freed.quarantined) == (4, 1)
    assert freed.bytes > 0
    assert after < before
    assert journal.check() == []


def test_compacting_beside_a_writer_that_does_not_end_says_so_and_can_be_repeated(
    journal: SqlJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(journal, entry("a"))
    monkeypatch.setattr(retaining, "PATIENCE", 0.1)
    with closing(sqlite3.connect(tmp_path / "journal.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="without a pause"):
            retaining.vacuum(journal._store)
        other.execute("ROLLBACK")
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM change").fetchone()
        run(journal, entry("b"))
        with pytest.raises(Unavailable, match="old state"):
            retaining.truncate(journal._store)
    journal.upkeep.compact()
    assert journal.check() == []


# --- backups -----------------------------------------------------------------------------------------


def test_a_backup_tells_what_it_holds_and_is_remembered(
    journal: SqlJournal, tmp_path: Path
) -> None:
    run(journal, entry("a"), entry("b"))
    manifest = journal.upkeep.back_up(tmp_path / "b", "tester")
    assert read_manifest(tmp_path / "b") == manifest
    assert (manifest.last_seq, manifest.counts["record"], manifest.revision) == (2, 2, head())
    assert journal.upkeep.backups() == [(tmp_path / "b").resolve()]
    assert sorted(path.name for path in (tmp_path / "b").iterdir()) == [
        "journal.sqlite",
        "manifest.json",
    ]


def test_a_backup_is_one_state_whatever_is_written_meanwhile(
    journal: SqlJournal, tmp_path: Path
) -> None:
    run(journal, *(entry(f"k{n}", "x" * 400) for n in range(600)))
    came: list[int] = []

    def watch(done: int, total: int) -> None:
        if len(came) < 3:
            came.append(total)
            run(journal, entry(f"later{len(came)}"))

    manifest = journal.upkeep.back_up(tmp_path / "b", "tester", watch)
    assert came
    assert manifest.last_seq == 600
    assert journal.last_seq() == 600 + len(came)


def test_a_folder_that_holds_something_is_no_place_for_a_backup(
    journal: SqlJournal, tmp_path: Path
) -> None:
    journal.upkeep.back_up(tmp_path / "b", "tester")
    with pytest.raises(Conflict, match="not empty"):
        journal.upkeep.back_up(tmp_path / "b", "tester")
    (tmp_path / "b" / "manifest.json").unlink()
    with pytest.raises(InvalidInput, match="no backup"):
        read_manifest(tmp_path / "b")


@pytest.mark.parametrize("what", ["a bit", "the end", "a count"])
def test_a_backup_that_is_not_what_it_was_is_refused(
    journal: SqlJournal, tmp_path: Path, what: str
) -> None:
    run(journal, entry("a"))
    manifest = journal.upkeep.back_up(tmp_path / "b", "tester")
    path = tmp_path / "b" / "journal.sqlite"
    body = bytearray(path.read_bytes())
    if what == "a bit":
        body[-5] ^= 1
    if what == "the end":
        del body[-4096:]
    path.write_bytes(bytes(body))
    if what == "a count":
        manifest = replace(manifest, counts={**manifest.counts, "record": 2})
    with pytest.raises(InvalidInput, match="another backup"):
        stage(tmp_path / "b", manifest, tmp_path / "staged.sqlite")


# --- one state for who makes a projection anew -------------------------------------------------------


def test_the_live_records_of_a_moment_are_told_whatever_came_since(journal: SqlJournal) -> None:
    run(journal, entry("a"), entry("b"), entry("c"))
    at = journal.last_seq()
    run(journal, entry("a", "two"), entry("d"))
    erase(journal, page_id("s", "c"))
    now = {one.record.key: one.seq for one in live_changes(journal)}
    then = {one.record.key: one.seq for one in live_changes(journal, at)}
    assert now == {"a": 4, "b": 2, "d": 5}
    assert then == {"a": 1, "b": 2}  # what c was is in no state any more
