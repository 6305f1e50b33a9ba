"""Each engine of search: a test that takes `engine` is run on all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalogue.search.service import SearchService
from tests.contract.engines import Engine, Make, elasticsearch, tantivy

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
