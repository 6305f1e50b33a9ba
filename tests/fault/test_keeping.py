"""What was kept stays, what was erased does not come back, and nobody edits the log unseen."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from sqlalchemy import event

from catalogue.adapters.sql import SqlJournal, migrate
from catalogue.adapters.sql.engine import engine_of
from catalogue.adapters.sql.migrating import SCRIPTS, head
from catalogue.adapters.sql.packing import Packer, current_dictionary
from catalogue.adapters.sql.stepping import steps_from, upgrade
from catalogue.errors import StorageFull
from catalogue.model import content_hash, page_id, raw_hash
from tests.command import WORDS, Aicat, read, read_json, wait_for
from tests.contract.test_upkeep import entry, run
from tests.fault.portal import PREFIXES

SECRET = "Zyxwvutgeheim"  # a word that is nowhere else


def feed(*names: str) -> str:
    return PREFIXES + "".join(
        f'<http://p.example/{name}> a dcat:Dataset ; dct:title "{name} of the register"@en .\n'
        for name in names
    )


@pytest.fixture
def aicat(tmp_path: Path) -> Aicat:
    path = tmp_path / "feed.ttl"
    path.write_text(feed(SECRET, "Open", "Wide"))
    made = Aicat(tmp_path)
    made("node", "add", "n", "--name", "Node N (fictional)", "--country", "DE")
    made("source", "add", "s", "--node", "n", "--kind", "dcat", "--url", path.as_uri())
    return made


def elsewhere(aicat: Aicat, name: str) -> Aicat:
    """The command with another data folder."""
    return Aicat(aicat.folder, AICAT_DATA_DIR=str(aicat.folder / name))


def titled(aicat: Aicat, word: str) -> list[str]:
    items = json.loads(aicat("search", word, "--json"))["items"]
    return [one["id"] for one in items]


def sound(aicat: Aicat, *words: str) -> bool:
    told = json.loads(aicat("verify", "--json", *words))
    assert told["sound"], told
    return True


def status(address: str) -> int:
    try:
        with urllib.request.urlopen(address) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def holding(folder: Path, *words: bytes) -> list[str]:
    return [
        str(path)
        for path in folder.rglob("*")
        if path.is_file() and any(word in path.read_bytes().lower() for word in words)
    ]


# --- F55: erased for good ----------------------------------------------------------------------------


@pytest.mark.e2e
def test_f55_erased_while_it_is_served_it_is_in_no_file_at_no_door_and_stays_away(
    aicat: Aicat,
) -> None:
    aicat.harvest("s")
    word = SECRET.lower().encode()
    with aicat.up() as (_process, base):
        (identifier,) = titled(aicat, SECRET)
        assert holding(aicat.folder / "var", word)
        aicat("erase", identifier, "--reason", "court order")
        assert status(f"{base}/api/v1/datasets/{identifier}") == 410
        assert status(f"{base}/datasets/{identifier}") == 410
        query = f'ASK {{ ?s ?p ?o FILTER(CONTAINS(LCASE(STR(?o)), "{SECRET.lower()}")) }}'
        assert read_json(f"{base}/sparql?query={quote(query)}")["boolean"] is False
        assert read_json(f"{base}/api/v1/datasets?q=register")["total"] == 2
        assert holding(aicat.folder / "var", word) == []
        assert aicat.harvest("s")["counts"]["ignored"] == 1
        (aicat.folder / "feed.ttl").write_text(feed(SECRET, "Open", "Wider"))
        assert aicat.harvest("s", "--full")["counts"]["created"] == 1
        assert holding(aicat.folder / "var", word) == []
        assert read_json(f"{base}/api/v1/datasets?q={SECRET}")["total"] == 0
        again = aicat.run("erase", f"http://p.example/{SECRET}", "--reason", "once more")
        assert (again.returncode, "erased already" in again.stderr) == (0, True)
        assert sound(aicat)
    unknown = aicat.run("erase", "http://p.example/Open", "nothing", "--reason", "x")
    assert unknown.returncode == 1
    assert "there is no record 'nothing'" in unknown.stderr
    assert len(titled(aicat, "open")) == 1


@pytest.mark.e2e
def test_f55_what_an_old_backup_holds_of_it_is_erased_again_when_it_is_restored(
    aicat: Aicat,
) -> None:
    aicat.harvest("s")
    (identifier,) = titled(aicat, SECRET)
    old, moved, copied = (aicat.folder / name for name in ("old", "moved", "copied"))
    aicat("backup", str(old))
    aicat("backup", str(moved))
    shutil.move(moved, copied)
    done = aicat.run("erase", identifier, "--reason", "court order")
    assert str(moved) in done.stderr
    assert "--suppressions" in done.stderr
    assert holding(aicat.folder / "var", SECRET.lower().encode()) == []
    for name, backup, words in (
        ("told", old, ()),
        ("untold", copied, ("--suppressions", str(aicat.folder / "var" / "suppressed.jsonl"))),
    ):
        restored = elsewhere(aicat, name)
        told = json.loads(restored("restore", str(backup), *words, "--json"))
        assert (told["erased"], told["records"]) == ([identifier], 2)
        assert holding(aicat.folder / name, SECRET.lower().encode()) == []
        assert sound(restored)
        assert restored.harvest("s")["counts"]["ignored"] == 1
        assert titled(restored, SECRET) == []


@pytest.mark.e2e
def test_contacts_that_are_to_be_dropped_are_in_no_file_and_a_new_choice_maps_anew(
    aicat: Aicat,
) -> None:
    (aicat.folder / "feed.ttl").write_text(
        f"""{PREFIXES}@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
        <http://p.example/a> a dcat:Dataset ; dct:title "Soil"@en ; dcat:contactPoint [
          a vcard:Individual ; vcard:fn "{SECRET}" ; vcard:organization-name "Soils (fictional)" ;
          vcard:hasEmail <mailto:{SECRET}@office.example>, <mailto:opendata@office.example> ] .\n"""
    )
    refused = aicat.run("source", "edit", "s", "--option", "contacts=some")
    assert (refused.returncode, "roles-only" in refused.stderr) == (1, True)
    word = SECRET.lower().encode()
    for choice, changed, kept in (
        ("drop", "created", []),
        ("roles-only", "updated", ["mailto:opendata@office.example"]),
    ):
        aicat("source", "edit", "s", "--option", f"contacts={choice}")
        made = aicat.harvest("s")
        assert made["counts"][changed] == 1
        assert holding(aicat.folder / "var", word) == []
        (identifier,) = titled(aicat, "soil")
        graph = aicat("show", identifier, "--format", "ntriples")
        assert [one for one in ("mailto:opendata@office.example",) if one in graph] == kept
        rules = {
            one["rule"]
            for one in json.loads(aicat("runs", made["id"], "--json"))["grouped_findings"]
        }
        assert "privacy.contact-dropped" in rules
    aicat("source", "edit", "s", "--option", "contacts=keep")
    assert aicat.harvest("s")["counts"]["updated"] == 1
    assert holding(aicat.folder / "var", word)


# --- F25: backups ------------------------------------------------------------------------------------


def state(folder: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / "journal.sqlite")) as connection:
        query = "SELECT seq, record, run, at, content_hash, graph FROM change ORDER BY seq"
        return connection.execute(query).fetchall()


@pytest.mark.e2e
def test_f25_a_restored_backup_is_equal_by_counts_and_hashes(aicat: Aicat) -> None:
    aicat.harvest("s")
    before, counts = state(aicat.folder / "var"), json.loads(aicat("status", "--json"))
    with aicat.up():
        aicat("backup", str(aicat.folder / "b"))
        (aicat.folder / "feed.ttl").write_text(feed("Later", "Open"))
        aicat.harvest("s")
    manifest = json.loads((aicat.folder / "b" / "manifest.json").read_text())
    restored = elsewhere(aicat, "again")
    told = json.loads(restored("restore", str(aicat.folder / "b"), "--json"))
    assert told["manifest"] == manifest
    assert state(aicat.folder / "again") == before
    assert {name: told[name] for name in ("records", "tombstones", "changes", "last_seq")} == {
        name: counts[name] for name in ("records", "tombstones", "changes", "last_seq")
    }
    live = hashlib.sha256()
    for key in sorted((SECRET, "Open", "Wide"), key=lambda one: page_id("s", _iri(one))):
        (row,) = [one for one in before if one[5] and f"/{key}>" in _graph(one[5])]
        live.update(page_id("s", _iri(key)).encode() + b"\0" + row[4] + b"\n")
    assert manifest["digest"] == live.hexdigest()
    assert sound(restored)
    assert len(titled(restored, "register")) == 3
    assert restored.harvest("s")["counts"]["created"] == 1
    refused = restored.run("restore", str(aicat.folder / "b"))
    assert refused.returncode == 1
    assert "is there already" in refused.stderr


def _iri(name: str) -> str:
    return f"http://p.example/{name}"


def _graph(blob: bytes) -> str:
    return Packer({1: current_dictionary()}).unpack(blob, 1).decode()


@pytest.mark.e2e
@pytest.mark.parametrize("place", ["migrate", "forget_projections", "put"])
def test_f25_an_interrupted_restore_is_run_again(aicat: Aicat, place: str) -> None:
    aicat.harvest("s")
    aicat("backup", str(aicat.folder / "b"))
    restored = elsewhere(aicat, "again")
    module = "catalogue.keeping" if place == "forget_projections" else "catalogue.bootstrap"
    script = (
        f"import os, signal, {module} as m\n"
        f"m.{place} = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from catalogue.cli import main; main()"
    )
    words = [sys.executable, "-c", script, "restore", str(aicat.folder / "b")]
    killed = subprocess.run(words, env=restored.environ, cwd=aicat.folder, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not (aicat.folder / "again" / "journal.sqlite").exists()
    restored("restore", str(aicat.folder / "b"))
    assert sound(restored)
    assert len(titled(restored, "register")) == 3


@pytest.mark.e2e
def test_f25_an_unfinished_backup_is_none(aicat: Aicat) -> None:
    aicat.harvest("s")
    aicat("backup", str(aicat.folder / "b"))
    (aicat.folder / "b" / "manifest.json").unlink()
    done = elsewhere(aicat, "again").run("restore", str(aicat.folder / "b"))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "no backup" in done.stderr


# --- F24: migrations ---------------------------------------------------------------------------------


def database_of(revision: str, folder: Path) -> str:
    """A real journal of an earlier version, with two records, one of them in its second version."""
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder / 'journal.sqlite'}"
    _bring(url, min(revision, "0002"))
    packer = Packer({1: current_dictionary()})
    with closing(sqlite3.connect(folder / "journal.sqlite")) as rows, rows:
        rows.execute("INSERT INTO node VALUES ('n', 'Node N (fictional)', 'DE', 'hub', NULL)")
        rows.execute(
            "INSERT INTO source VALUES ('s', 'n', 'dcat', 'http://p.example/', '{}', NULL, 'public')"
        )
        rows.execute(
            "INSERT INTO run (id, source, state, full, pages, findings, created, updated, unchanged,"
            " deleted, quarantined, failed, ignored, missing, queued_at, started_at, ended_at)"
            " VALUES ('r', 's', 'done', 0, 1, 0, 2, 1, 0, 0, 0, 0, 0, 0, 1, 2, 3)"
        )
        for seq, (record, title) in enumerate((("a", "One"), ("b", "Two"), ("a", "Three")), 1):
            number = 1 if record == "a" else 2
            graph = f'<{_iri(record)}> <http://purl.org/dc/terms/title> "{title}" .\n'.encode()
            body, digest = packer.pack(graph), content_hash(graph)
            rows.execute(
                "INSERT INTO raw VALUES (?, 's', ?, 'application/json', 1, 1, ?)",
                (seq, raw_hash(graph), body),
            )
            rows.execute(
                "INSERT INTO change VALUES (?, ?, 'r', 5, ?, ?, 1, ?, 'dataset', 'public', '[]', NULL)",
                (seq, number, digest, body, _iri(record)),
            )
            rows.execute(
                "INSERT OR REPLACE INTO record VALUES"
                " (?, ?, 's', 'n', ?, ?, 'dataset', 'public', 0, ?, ?, ?, ?, 5, 5)",
                (
                    number,
                    page_id("s", record),
                    record,
                    _iri(record),
                    seq,
                    raw_hash(graph),
                    digest,
                    seq,
                ),
            )
        if revision >= "0002":
            rows.execute("INSERT INTO page VALUES ('s', 'http://p.example/', x'00', 2, x'00', 1)")
    _bring(url, revision)
    return url


def _bring(url: str, revision: str) -> None:
    engine = engine_of(url)
    upgrade(engine, revision)
    engine.dispose()


def holds_everything(url: str) -> bool:
    journal = SqlJournal.open(url)
    try:
        assert journal.check() == []
        assert [one.key for one in (journal.record(page_id("s", key)) for key in "ab")] == [
            "a",
            "b",
        ]
        assert b"Three" in (journal.current(page_id("s", "a")).graph or b"")
        assert b"Three" in journal.raw(page_id("s", "a"))[0]
        assert [one.seq for one in journal.changes(0, 10)] == [1, 2, 3]
        assert journal.runs.run("r").counts.created == 2
        assert run(journal, entry("c"), entry("a", "four")) != ()
        assert journal.check() == []
    finally:
        journal.close()
    return True


@pytest.mark.parametrize("revision", ["0001", "0002", "0003"])
def test_f24_the_data_of_every_earlier_version_is_taken_forward(
    tmp_path: Path, revision: str
) -> None:
    url = database_of(revision, tmp_path)
    told: list[str] = []
    later = [
        one.name[:4] for one in (SCRIPTS / "versions").glob("0*.py") if one.name[:4] > revision
    ]
    assert [step[:4] for step in migrate(url, told.append)] == sorted(later)
    assert told == [revision]
    assert migrate(url, told.append) == []
    assert told == [revision]
    assert holds_everything(url)


KILLED = """
import os, signal, sys
from sqlalchemy import Engine, event
left = int(sys.argv[1])
def count(connection, cursor, statement, *more):
    global left
    if statement.split(" ")[0] in {"CREATE", "ALTER", "DROP", "UPDATE", "INSERT", "DELETE"} or "TABLE" in statement:
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
event.listen(Engine, "before_cursor_execute", count)
from catalogue.adapters.sql import migrate
migrate(sys.argv[2])
"""


@pytest.mark.parametrize("statements", [0, 1, 3, 9, 17, 25, 33, 41])
def test_f24_a_migration_that_is_killed_is_run_again(tmp_path: Path, statements: int) -> None:
    url = database_of("0001", tmp_path)
    words = [sys.executable, "-c", KILLED, str(statements), url]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    engine = engine_of(url)
    with engine.connect() as connection:
        at = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    engine.dispose()
    assert at in {"0001", "0002"}
    migrate(url)
    assert holds_everything(url)


@pytest.mark.e2e
def test_f24_migrate_makes_a_backup_first_that_restore_takes_forward(tmp_path: Path) -> None:
    database_of("0002", tmp_path / "var")
    aicat = Aicat(tmp_path)
    old = aicat.run("status")
    assert (old.returncode, "aicat migrate" in old.stderr) == (1, True)
    done = aicat.run("migrate")
    assert done.returncode == 0, done.stderr
    (backup,) = (tmp_path / "var" / "backups").iterdir()
    assert str(backup) in done.stderr
    assert backup.name.startswith("before-0002-")
    assert json.loads((backup / "manifest.json").read_text())["revision"] == "0002"
    assert "up to date" in aicat.run("migrate").stderr
    assert sound(aicat)
    restored = elsewhere(aicat, "again")
    assert json.loads(restored("restore", str(backup), "--json"))["records"] == 2
    assert sound(restored)
    # The erasure reaches that backup as well.
    aicat("erase", page_id("s", "a"), "--reason", "x")
    assert (backup / "suppressed.jsonl").is_file()


def test_the_version_of_this_code_is_that_of_the_last_step() -> None:
    assert steps_from(None)[-1].startswith(f"{head()}: ")


def test_f24_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    from catalogue.errors import SettingsError

    url = database_of("0002", tmp_path)
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as rows, rows:
        rows.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(SettingsError, match="9999"):
        migrate(url)
    assert head() != "9999"


# --- F49: the audit log ------------------------------------------------------------------------------


@pytest.fixture
def audited(tmp_path: Path) -> Iterator[SqlJournal]:
    url = f"sqlite:///{tmp_path / 'journal.sqlite'}"
    migrate(url)
    journal = SqlJournal.open(url, tmp_path / "audit-head.json")
    for number in range(5):
        journal.audit.record("tester", "key.revoke", f"key {number}", {"reason": "lost"})
    yield journal
    journal.close()


def alter(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / "journal.sqlite")) as rows, rows:
        for one in statements:
            rows.execute(one)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE audit SET who = 'nobody' WHERE seq = 3", "audit row 3 was changed"),
        ("UPDATE audit SET at = at + 1 WHERE seq = 2", "audit row 2 was changed"),
        ("UPDATE audit SET details = '{}' WHERE seq = 5", "audit row 5 was changed"),
        ("DELETE FROM audit WHERE seq = 3", "jumps from 2 to 4"),
        ("DELETE FROM audit WHERE seq = 1", "jumps from 0 to 2"),
        ("DELETE FROM audit WHERE seq > 3", "ends at 3, and its exported head is 5"),
        ("DELETE FROM audit", "ends at 0, and its exported head is 5"),
    ],
)
def test_f49_an_edited_removed_or_cut_row_is_told(
    audited: SqlJournal, tmp_path: Path, statement: str, told: str
) -> None:
    assert audited.check() == []
    alter(tmp_path, statement)
    assert any(told in fault for fault in audited.check())


def test_f49_a_log_that_was_written_anew_is_told_by_a_head_kept_elsewhere(
    audited: SqlJournal, tmp_path: Path
) -> None:
    kept = audited.audit.head()
    before = hashlib.sha256(b"aicat audit").digest()
    with closing(sqlite3.connect(tmp_path / "journal.sqlite")) as rows, rows:
        for row in rows.execute("SELECT * FROM audit ORDER BY seq").fetchall():
            told = [row[0], row[1], "nobody", *row[3:6]]
            after = hashlib.sha256(before + orjson.dumps(told)).digest()
            change = "UPDATE audit SET who = 'nobody', before = ?, hash = ? WHERE seq = ?"
            rows.execute(change, (before, after, row[0]))
            before = after
    (tmp_path / "audit-head.json").write_bytes(orjson.dumps({"seq": 5, "hash": before.hex()}))
    assert audited.check() == []  # the forger did everything right here
    assert any("row 5 is not the one" in fault for fault in audited.check([kept]))


@pytest.mark.e2e
def test_f49_verify_takes_a_head_and_audit_lists_who_did_what(aicat: Aicat) -> None:
    kept = aicat("audit", "head").strip()
    told = json.loads(aicat("audit", "--json"))["items"]
    assert [one["act"] for one in told] == ["node.add", "source.add"]
    assert json.loads(aicat("audit", "--after", "1", "--json"))["total"] == 1
    aicat("source", "edit", "s", "--option", "grace=1")
    assert sound(aicat, "--audit-head", kept)
    number, digest = kept.split(":")
    wrong = aicat.run("verify", "--audit-head", f"{number}:{'0' * 64}")
    assert wrong.returncode == 1
    assert "audit row 2 is not the one" in wrong.stderr
    bad = aicat.run("verify", "--audit-head", digest)
    assert (bad.returncode, bad.stderr.count("\n")) == (1, 1)


def test_settings_that_a_service_starts_with_are_noted_where_they_differ(tmp_path: Path) -> None:
    from dataclasses import replace

    from catalogue.cli.running import note_settings
    from catalogue.settings import Settings

    url = f"sqlite:///{tmp_path / 'journal.sqlite'}"
    migrate(url)
    journal = SqlJournal.open(url)
    settings = Settings(database_url="postgresql+psycopg://user:opensesame@db.example/a")
    note_settings(journal, settings, "up")
    note_settings(journal, settings, "up")
    note_settings(journal, replace(settings, database_url=settings.database_url + "b"), "up")
    note_settings(journal, Settings(), "worker")
    acts = journal.audit.entries()
    journal.close()
    assert [one.details["changed"] for one in acts] == [["database_url"], ["database_url"]]
    assert "opensesame" not in repr(acts)
    assert acts[0].details["settings"]["port"] == 8000


# --- F19: a full disk --------------------------------------------------------------------------------


def test_f19_a_database_without_room_stores_all_or_nothing_and_goes_on_later(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'journal.sqlite'}"
    migrate(url)
    engine = engine_of(url)
    allowed = {"pages": 0}

    @event.listens_for(engine, "checkout")
    def limit(connection: Any, _record: Any, _proxy: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0] + allowed["pages"]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    from catalogue.adapters.sql.store import SqlStore
    from catalogue.model import Node, Source

    journal = SqlJournal(SqlStore(engine))
    allowed["pages"] = 100
    journal.add_node(Node("n", "Node N (fictional)", "DE"))
    journal.add_source(Source("s", "n", "dcat", "http://p.example/"))
    run(journal, entry("first"))
    queued = journal.runs.queue("s")
    lease = journal.runs.claim("tester", seconds=60, run_id=queued.id)
    assert lease is not None
    allowed["pages"] = 2
    many = [entry(f"k{n}", hashlib.sha512(str(n).encode()).hexdigest() * 8) for n in range(300)]
    with pytest.raises(StorageFull, match="disk of the catalogue is full"):
        journal.append(lease, many)
    assert journal.last_seq() == 1
    assert journal.runs.run(queued.id).counts.created == 0
    assert journal.check() == []
    allowed["pages"] = 10_000
    assert set(journal.append(lease, many).outcomes) == {"created"}
    assert journal.last_seq() == 301
    assert journal.check() == []
    journal.close()


def test_f19_a_full_disk_is_a_507_that_says_when_to_come_back(tmp_path: Path) -> None:
    from api import create_app
    from api.problems import answer_to
    from catalogue.bootstrap import bootstrap
    from catalogue.settings import Settings

    opened = bootstrap(Settings(data_dir=tmp_path))
    try:
        with create_app(opened).test_request_context("/api/v1/x"):
            answer = answer_to(StorageFull("no room", retry_after=60))
    finally:
        opened.close()
    assert (answer.status_code, answer.headers["Retry-After"]) == (507, "60")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system is not permitted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.e2e
def test_f19_a_harvest_on_a_full_disk_ends_with_a_clear_error_and_goes_on_when_there_is_room(
    tmp_path: Path, small_disk: Path
) -> None:
    path = tmp_path / "feed.ttl"
    noise = [hashlib.sha512(str(n).encode()).hexdigest() * 8 for n in range(4000)]
    path.write_text(
        PREFIXES
        + "".join(
            f'<http://p.example/{n}> a dcat:Dataset ; dct:title "{text}"@en .\n'
            for n, text in enumerate(noise)
        )
    )
    aicat = Aicat(tmp_path, AICAT_DATA_DIR=str(small_disk / "var"))
    aicat("node", "add", "n", "--name", "Node N (fictional)", "--country", "DE")
    aicat("source", "add", "s", "--node", "n", "--kind", "dcat", "--url", path.as_uri())
    done = aicat.run("harvest", "s", "--no-wait")
    assert done.returncode == 1
    assert "disk of the catalogue is full" in done.stderr
    assert "Traceback" not in done.stderr
    url = f"sqlite:///{small_disk / 'var' / 'journal.sqlite'}"
    with contextlib.closing(SqlJournal.open(url)) as journal:
        assert journal.check() == []
        assert journal.counts()["records"] < 4000
    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    assert aicat.harvest("s")["state"] == "done"
    assert json.loads(aicat("status", "--json"))["records"] == 4000
    assert sound(aicat)


# --- F20: made anew while it is served ---------------------------------------------------------------


@pytest.mark.e2e
def test_f20_graph_and_index_are_made_anew_while_they_are_served(aicat: Aicat) -> None:
    aicat.harvest("s")
    with aicat.up() as (_process, base):
        graph = aicat.folder / "var" / "graph"
        first = graph.stat().st_ino
        with subprocess.Popen(
            [*WORDS, "rebuild", "all"], env=aicat.environ, cwd=aicat.folder
        ) as rebuilding:
            while rebuilding.poll() is None:
                assert read_json(f"{base}/api/v1/datasets?q=register")["total"] == 3
                assert read(f"{base}/readyz") == b"ready\n"
        assert rebuilding.returncode == 0
        assert graph.stat().st_ino != first
        (aicat.folder / "feed.ttl").write_text(feed("Open", "Wide", "Later"))
        aicat.harvest("s")
        wait_for(lambda: read_json(f"{base}/api/v1/datasets?q=later")["total"] == 1)
        assert sound(aicat)
