"""The search engines, each as a projection and as what readers of it see."""

from __future__ import annotations

import contextlib
import secrets
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from catalogue.adapters.embedded.tantivy import TantivyIndex
from catalogue.adapters.embedded.tantivy_search import TantivySearch
from catalogue.adapters.scaleout.elasticsearch import ElasticsearchIndex
from catalogue.adapters.scaleout.elasticsearch_search import ElasticsearchSearch
from catalogue.adapters.scaleout.elasticsearch_server import server
from catalogue.model import Change
from catalogue.ports import Index, Projection
from catalogue.search.clusters import Members
from catalogue.search.service import SearchService
from tests.elasticsearch_node import Node

COUNTRY = "DE"

Make = Callable[..., SearchService]


@dataclass
class Engine:
    """An engine in a place of its own. What is opened is closed with it."""

    projection: Callable[[], Projection]
    """Opens the projection as a new process does."""
    reader: Callable[[], Index]
    clusters: dict[str, list[Change]] = field(default_factory=dict)
    """What the journal tells of the records of each cluster; a test says it."""

    def filled(self, *changes: Change) -> Index:
        """A reader of the index once it has these changes besides what it had."""
        projection, last = self.projection(), max(change.seq for change in changes)
        if projection.needs_rebuild(sys.maxsize):
            projection.rebuild(lambda: iter(()), 0)
        projection.apply(changes, last)
        projection.settle()
        return self.reader()


@contextlib.contextmanager
def tantivy(folder: Path) -> Iterator[Engine]:
    clusters: dict[str, list[Change]] = {}
    with contextlib.ExitStack() as opened:

        def projection() -> Projection:
            opened.close()  # one writer at a time
            index = TantivyIndex(folder, countries=lambda _node: COUNTRY, members=_of(clusters))
            opened.callback(index.close)
            return index

        yield Engine(projection, lambda: TantivySearch(folder), clusters)


@contextlib.contextmanager
def elasticsearch(
    nodes: Sequence[Node], options: str = "", journal: str = "first run"
) -> Iterator[Engine]:
    hosts, prefix = ",".join(f"127.0.0.1:{one.port}" for one in nodes), f"t{secrets.token_hex(5)}"
    here = server(f"elasticsearch+http://{hosts}/{prefix}{options}")
    clusters: dict[str, list[Change]] = {}
    with contextlib.ExitStack() as opened:

        def projection() -> Projection:
            index = ElasticsearchIndex(
                here,
                countries=lambda _node: COUNTRY,
                journal=lambda: journal,
                members=_of(clusters),
            )
            opened.callback(index.close)
            return index

        def reader() -> Index:
            index = ElasticsearchSearch(here)
            opened.callback(index.close)
            return index

        yield Engine(projection, reader, clusters)
        for name in nodes[0].ask("GET", f"/{prefix}.*"):
            nodes[0].ask("DELETE", f"/{name}")


def _of(clusters: dict[str, list[Change]]) -> Members:
    return lambda ids: {one: clusters[one] for one in ids if one in clusters}
