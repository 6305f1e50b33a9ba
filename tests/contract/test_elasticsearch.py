"""What Elasticsearch alone has: an alias that is swapped, a prefix that others may have, shards, and views
that the engine keeps for walks."""

from __future__ import annotations

import base64
import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import pytest

from catalogue.adapters.scaleout.elasticsearch import ElasticsearchIndex
from catalogue.adapters.scaleout.elasticsearch_search import ElasticsearchSearch
from catalogue.adapters.scaleout.elasticsearch_server import Server, server
from catalogue.adapters.scaleout.elasticsearch_views import VIEWS
from catalogue.errors import SettingsError, Unavailable
from catalogue.model import Change
from catalogue.ports import Index
from catalogue.search.query import Request, Term
from tests.contract.engines import elasticsearch
from tests.contract.test_index import DCT, change
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


# --- walks ---------------------------------------------------------------------------------------


def moved(one: Change, page: int) -> Change:
    """The record with another title, as a harvest brings it, so that it sorts elsewhere."""
    graph = f'<{one.record.iri}> <{DCT}title> "{"az"[page % 2]} Record {page}"@en .\n'.encode()
    return replace(one, graph=graph)


def walked(readers: Sequence[Index], request: Request, between: Callable[[int], None]) -> list[str]:
    """The ids of all pages, which the readers give in turns."""
    met: list[str] = []
    for number in itertools.count():
        page = readers[number % len(readers)].search(request)
        met += [hit.id for hit in page.hits]
        if page.next is None:
            return met
        request = replace(request, after=page.next)
        between(number)
    raise AssertionError


@pytest.mark.parametrize("request_", [Request(sort="title"), Request(Term("title", "record"))])
def test_a_walk_through_several_processes_meets_each_record_once(
    node: Node, request_: Request
) -> None:
    with elasticsearch([node]) as engine:
        readers = [engine.filled(*RECORDS), engine.reader(), engine.reader()]

        def between(page: int) -> None:
            engine.filled(*(moved(one, page) for one in RECORDS[page * 2 : page * 2 + 9]))

        met = walked(readers, replace(request_, limit=3), between)
        assert sorted(met) == sorted(one.record.page_id for one in RECORDS)


@pytest.mark.parametrize("sort", ["title", "-changed", "id"])
def test_a_walk_whose_view_is_closed_goes_on_at_its_place(node: Node, sort: str) -> None:
    """The unchanged records are met once still, and nothing is met twice."""
    with elasticsearch([node]) as engine:
        first = engine.filled(*RECORDS)
        page = first.search(Request(sort=sort, limit=5))
        first.close()  # which closes its views, as ten minutes of silence do
        engine.filled(change(21, "Record 21"))
        request = Request(sort=sort, limit=5, after=page.next)
        met = [hit.id for hit in page.hits]
        met += walked([engine.reader()], request, lambda _page: None)
        assert len(set(met)) == len(met)
        assert set(met) >= {one.record.page_id for one in RECORDS}


def test_a_walk_goes_on_in_the_index_that_was_made_meanwhile(node: Node) -> None:
    with elasticsearch([node]) as engine:
        reader, index = engine.filled(*RECORDS), engine.projection()

        def between(page: int) -> None:
            index.rebuild(lambda: iter(RECORDS), 20)

        met = walked([reader, engine.reader()], Request(sort="title", limit=6), between)
        assert sorted(met) == sorted(one.record.page_id for one in RECORDS)


def test_a_walk_shows_no_place_of_the_engine_and_takes_none_from_others(node: Node) -> None:
    """A view of another index in the cluster cannot be named."""
    filled(node).close()
    other = node.ask("POST", "/demo/_pit?keep_alive=1m")["id"]
    reader = ElasticsearchSearch(place(node))
    page = reader.search(Request(sort="title", limit=5))
    assert page.next is not None
    name, _, rest = page.next.partition(" ")
    assert other[:40] not in page.next
    head = base64.urlsafe_b64decode(name + "=" * (-len(name) % 4))[:28]
    forged = base64.urlsafe_b64encode(head + other.encode()).decode().rstrip("=")
    with pytest.raises(ValueError, match="no name of a view"):
        reader.search(Request(sort="title", after=f"{forged} {rest}"))
    # Taken for a view that is no more: it goes on in the newest.
    assert reader.search(Request(sort="title", after=f"{other} {rest}")).hits
    reader.close()


def test_views_that_are_kept_are_few_and_are_closed_with_the_reader(node: Node) -> None:
    def contexts() -> int:
        (told,) = node.ask("GET", "/_nodes/stats/indices/search")["nodes"].values()
        return int(told["indices"]["search"]["open_contexts"])

    before = contexts()
    index, reader = filled(node), ElasticsearchSearch(place(node))
    for number in range(VIEWS + 8):
        index.apply([change(21 + number, "One more")], 21 + number)
        index.settle()
        for _again in range(2):
            reader.search(Request(limit=5))
    assert contexts() - before == VIEWS
    reader.close()
    index.close()
    assert contexts() == before
