"""What tests of several faults need."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalogue.adapters.sql import SqlJournal, migrate
from catalogue.ports import Journal


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal on SQLite."""
    url = f"sqlite:///{tmp_path / 'journal.sqlite'}"
    migrate(url)
    opened = SqlJournal.open(url)
    yield opened
    opened.close()


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """An address that nobody may ask, and what was asked of it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    peer, _address = server.accept()
                except OSError:
                    return
                with peer:
                    heard.append(peer.recv(1000))

        thread = threading.Thread(target=listen)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x", heard
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
