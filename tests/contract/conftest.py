"""The databases and the engines of search that promises are held on: a test that takes `database` or
`engine` is run on all of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalogue.adapters.sql import SqlJournal, migrate
from catalogue.model import Node, Source
from catalogue.ports import Journal
from catalogue.search.service import SearchService
from tests.contract.engines import Engine, Make, elasticsearch, tantivy
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


@pytest.fixture
def journal(database: str) -> Iterator[Journal]:
    """A journal with one node and one source of it."""
    opened = SqlJournal.open(database)
    opened.add_node(Node("n", "Node N (fictional)", "DE"))
    opened.add_source(Source("s", "n", "dcat", "http://portal.example/"))
    yield opened
    opened.close()


ENGINES = [
    "tantivy",
    pytest.param("elasticsearch", marks=pytest.mark.scaleout),
    pytest.param("elasticsearch-cluster", marks=pytest.mark.scaleout),
]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Tantivy; one node with one shard; three nodes with three shards and a copy of each."""
    if request.param == "tantivy":
        with tantivy(tmp_path / "index") as made:
            yield made
    elif request.param == "elasticsearch":
        with elasticsearch([request.getfixturevalue("elasticsearch_node")]) as made:
            yield made
    else:
        cluster = request.getfixturevalue("elasticsearch_cluster")
        with elasticsearch(cluster, "?shards=3&replicas=1") as made:
            yield made


@pytest.fixture
def make(engine: Engine) -> Make:
    """A search service over an index that has the changes."""
    return lambda *changes: SearchService(engine.filled(*changes))
