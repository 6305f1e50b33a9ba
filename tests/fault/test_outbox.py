"""The outbox in real processes: a sender that is killed, two at once, and the worker's own."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalogue.access.model import Notice
from catalogue.adapters.sql import SqlJournal
from catalogue.people import Identity
from tests.command import Aicat, wait_for
from tests.smtp_server import Mailbox, mail_server

# A sender that is killed at the worst moment: the server has said yes, and nobody knows.
KILLED = """
import os, signal
from catalogue.adapters.sql.outbox import SqlOutbox
SqlOutbox.sent = lambda self, letter: os.kill(os.getpid(), signal.SIGKILL)
from catalogue.cli import main
main()
"""


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as started:
        yield started


@pytest.fixture
def aicat(tmp_path: Path, box: Mailbox) -> Aicat:
    made = Aicat(
        tmp_path,
        AICAT_SMTP_URL=f"smtp://127.0.0.1:{box.port}",
        AICAT_MAIL_FROM="Desk <desk@catalogue.example>",
    )
    made("node", "add", "north", "--name", "Node north (fictional)", "--country", "FI")
    return made


def database(aicat: Aicat) -> Path:
    return aicat.folder / "var" / "journal.sqlite"


def put(aicat: Aicat, number: int) -> None:
    """Let so many letters wait, each to a person of its own."""
    journal = SqlJournal.open(f"sqlite:///{database(aicat)}")
    with contextlib.closing(journal):
        for one in range(number):
            known = Identity("https://idp.example", f"p{one}", "A person", f"p{one}@one.example")
            to = journal.people.admit(known, (), datetime.now(UTC)).id
            notice = Notice("mail", to, "webhook-off", "", None, 0, {"holder": "north"})
            journal.outbox.put([notice])


def test_a_sender_killed_between_yes_and_its_note_sends_again_under_the_same_id(
    aicat: Aicat, box: Mailbox
) -> None:
    put(aicat, 1)
    words = [sys.executable, "-c", KILLED, "outbox", "send"]
    died = subprocess.run(words, env=aicat.environ, cwd=aicat.folder, check=False)
    assert died.returncode == -signal.SIGKILL
    assert len(box.messages) == 1
    assert "0 sent" in aicat.run("outbox", "send").stderr  # the lease of the dead holds
    with contextlib.closing(sqlite3.connect(database(aicat))) as connection, connection:
        connection.execute("UPDATE outbox SET lease_until = 1")
    assert "1 sent" in aicat.run("outbox", "send").stderr
    first, second = (one["Message-ID"] for one in box.messages)
    assert first == second
    assert aicat("outbox", "list", "--state", "sent").count("\n") == 1


def test_two_senders_send_each_letter_once(aicat: Aicat, box: Mailbox) -> None:
    put(aicat, 30)
    with aicat.running("outbox", "send") as one, aicat.running("outbox", "send") as two:
        assert one.wait(60) == two.wait(60) == 0
    assert len(box.messages) == 30
    assert len({str(one["Message-ID"]) for one in box.messages}) == 30


def test_a_worker_sends_what_waits_and_ends_at_once_when_told(aicat: Aicat, box: Mailbox) -> None:
    put(aicat, 3)
    with aicat.running("worker") as process:
        wait_for(lambda: len(box.messages) == 3, process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_a_wrong_mail_setting_stops_the_start_and_tells_no_password(aicat: Aicat) -> None:
    aicat.environ["AICAT_SMTP_URL"] = "smtp://user:a-password@mail.example"
    told = aicat.run("worker")
    assert told.returncode == 1
    assert "AICAT_SMTP_URL" in told.stderr
    assert "a-password" not in told.stderr
    aicat.environ["AICAT_SMTP_URL"] = "smtps://user:a-password@mail.example"
    assert "a-password" not in aicat("settings")
    del aicat.environ["AICAT_MAIL_FROM"]
    told = aicat.run("worker")
    assert (told.returncode, "AICAT_MAIL_FROM" in told.stderr) == (1, True)
