"""Fixtures that every layer of tests shares."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.elasticsearch_node import Node, nodes


def real_data() -> Path:
    """The folder of real catalogues, or a skip that says how to get the test to run."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("AICAT_REAL_DATA", default))
    if not (folder / "SOURCES.md").is_file():
        pytest.skip(f"no real catalogues in {folder}; set AICAT_REAL_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def elasticsearch_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """One node that tests share: each with a prefix of its own."""
    with nodes(tmp_path_factory.mktemp("elasticsearch"), 1) as (node,):
        yield node


@pytest.fixture(scope="session")
def elasticsearch_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Node]]:
    """Three nodes of one cluster that tests share and none ends."""
    with nodes(tmp_path_factory.mktemp("elasticsearch"), 3) as started:
        yield started
