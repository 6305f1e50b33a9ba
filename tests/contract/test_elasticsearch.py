"""What Elasticsearch alone has: an alias that is swapped, a prefix that others may have, shards."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest

from catalogue.adapters.scaleout.elasticsearch import ElasticsearchIndex
from catalogue.adapters.scaleout.elasticsearch_server import Server, server
from catalogue.errors import SettingsError, Unavailable
from catalogue.model import Change
from catalogue.search.query import Request
from tests.contract.engines import elasticsearch
from tests.contract.test_index import change
from tests.elasticsearch_node import Node

pytestmark = pytest.mark.scaleout

RECORDS = [change(n, f"Record {n}") for n in range(1, 21)]


@pytest.fixture
def node(elasticsearch_node: Node) -> Iterator[Node]:
    yield elasticsearch_node
    for name in elasticsearch_node.ask("GET", "/*"):
        elasticsearch_node.ask("DELETE", f"/{name}")


def place(node: Node, options: str = "") -> Server:
    return server(f"elasticsearch+http://127.0.0.1:{node.port}/demo{options}")


def opened(node: Node, options: str = "", journal: str = "j") -> ElasticsearchIndex:
    return ElasticsearchIndex(
        place(node, options), countries=lambda _node: "DE", journal=lambda: journal
    )


def filled(node: Node, options: str = "") -> ElasticsearchIndex:
    index = opened(node, options)
    index.rebuild(lambda: iter(RECORDS), 20)
    return index


def test_readers_see_the_whole_index_while_it_is_made_anew(node: Node) -> None:
    with elasticsearch([node]) as engine:
        reader = engine.filled(*RECORDS)
        index, done = engine.projection(), threading.Event()
        seen = set[int | str]()

        def read() -> None:
            while not done.is_set():
                try:
                    seen.add(reader.search(Request(limit=1)).total)
                except Exception as error:
                    seen.add(str(error))

        thread = threading.Thread(target=read)
        thread.start()
        for number in range(21, 31):
            index.rebuild(partial(iter, [*RECORDS, change(number, "One more")]), number)
        done.set()
        thread.join()
        assert seen <= {20, 21}
        assert seen


def test_one_index_is_left_of_all_that_were_made(node: Node) -> None:
    filled(node).close()
    node.ask("PUT", "/demo.left-behind")
    index = filled(node)
    index.close()
    (name,) = node.ask("GET", "/demo.*")
    assert list(node.ask("GET", "/demo")) == [name]


def test_a_rebuild_that_breaks_off_leaves_the_old_index_in_use(node: Node) -> None:
    index = filled(node)

    def broken() -> Iterator[Change]:
        yield RECORDS[0]
        raise OSError("the journal cannot be read")

    with pytest.raises(OSError, match="journal"):
        index.rebuild(broken, 1)
    assert index.size() == 20
    index.rebuild(lambda: iter(RECORDS[:5]), 20)
    assert index.size() == 5
    assert len(node.ask("GET", "/demo.*")) == 1
    index.close()


def test_indexes_of_others_are_left_alone(node: Node) -> None:
    node.ask("PUT", "/demo-2.other")
    node.ask("PUT", "/demos")
    filled(node).close()
    assert {"demo-2.other", "demos"} <= set(node.ask("GET", "/*"))


def test_a_prefix_that_is_an_index_of_others_is_refused(node: Node) -> None:
    node.ask("PUT", "/demo")
    index = opened(node)
    with pytest.raises(SettingsError, match="another prefix"):
        index.needs_rebuild(0)
    index.close()
    assert list(node.ask("GET", "/demo")) == ["demo"]


def test_another_journal_or_number_of_shards_makes_it_anew(node: Node) -> None:
    filled(node).close()
    for index, why in (
        (opened(node), None),
        (opened(node, journal="other"), "it is of another journal"),
        (opened(node, "?shards=2"), "it has 1 shards, and 2 are asked for"),
    ):
        assert index.needs_rebuild(20) == why
        index.close()


def test_another_number_of_copies_takes_effect_at_once(node: Node) -> None:
    filled(node).close()
    index = opened(node, "?replicas=1")
    assert index.needs_rebuild(20) is None
    index.close()
    (told,) = node.ask("GET", "/demo/_settings").values()
    assert told["settings"]["index"]["number_of_replicas"] == "1"


def test_an_older_state_of_a_record_never_replaces_a_newer(node: Node) -> None:
    index = filled(node)
    index.apply([change(1, "Newer")], 21)
    stale = change(1, "Older")
    object.__setattr__(stale, "seq", 0)
    index.apply([stale], 22)
    index.settle()
    assert index.differences(lambda: iter([change(1, "Newer"), *RECORDS[1:]])) == []
    index.close()


def test_nothing_is_written_where_the_alias_is_gone(node: Node) -> None:
    index = filled(node)
    for name in node.ask("GET", "/demo.*"):
        node.ask("DELETE", f"/{name}")
    with pytest.raises(Unavailable, match="no index yet"):
        index.apply([change(1, "One")], 21)
    assert node.ask("GET", "/demo*") == {}
    assert index.needs_rebuild(21) == "it is absent"
    index.close()


def test_a_crash_before_the_commit_repeats_what_was_applied(node: Node) -> None:
    index = filled(node)
    index.apply([change(21, "One more")], 21)
    index.close()  # not settled
    again = opened(node)
    assert again.needs_rebuild(21) is None
    assert again.cursor() == 20
    again.apply([change(21, "One more")], 21)
    again.settle()
    assert (again.cursor(), again.size()) == (21, 21)
    again.close()
