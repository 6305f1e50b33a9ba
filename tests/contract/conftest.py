"""Databases that the journal's promises are held on."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalogue.adapters.sql import migrate
from tests.postgres import create, postgres

_NUMBER = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with postgres(tmp_path_factory.mktemp("postgres")) as address:
        yield address


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.scaleout)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a fresh journal's database, of each kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'journal.sqlite'}"
    else:
        server: str = request.getfixturevalue("postgres_server")
        url = create(server, f"journal{next(_NUMBER)}")
    migrate(url)
    return url
