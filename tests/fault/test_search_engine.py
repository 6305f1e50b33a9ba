"""F21: the search engine dies, or takes no changes: all else goes on, and it catches up."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import Aicat, free_port, read, read_json, wait_for
from tests.elasticsearch_node import Node, nodes
from tests.fault.portal import PREFIXES

pytestmark = [pytest.mark.scaleout, pytest.mark.e2e]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node that a test may end; the next one finds it running."""
    with nodes(tmp_path_factory.mktemp("elasticsearch"), 1) as (started,):
        yield started


@pytest.fixture
def aicat(node: Node, tmp_path: Path) -> Iterator[Aicat]:
    """A catalogue of one source with three records, in a prefix of its own."""
    prefix = tmp_path.name.lower().replace("_", "-")
    command = Aicat(
        tmp_path, AICAT_SEARCH_URL=f"elasticsearch+http://127.0.0.1:{node.port}/{prefix}"
    )
    command("node", "add", "n", "--name", "Node N (fictional)", "--country", "DE")
    feed(command, 3)
    command("source", "add", "s", "--node", "n", "--kind", "dcat", "--url", address(command))
    yield command
    for name in node.ask("GET", f"/{prefix}.*"):
        node.ask("DELETE", f"/{name}")


def address(aicat: Aicat) -> str:
    return (aicat.folder / "feed.ttl").as_uri()


def feed(aicat: Aicat, number: int) -> None:
    """From now on the source has so many records."""
    records = "".join(
        f'<http://p.example/{n}> a dcat:Dataset ; dct:title "Wind record {n}"@en ;'
        ' dct:publisher [ a foaf:Agent ; foaf:name "Wind Institute (fictional)" ] .\n'
        for n in range(number)
    )
    (aicat.folder / "feed.ttl").write_text(
        f"{PREFIXES}@prefix foaf: <http://xmlns.com/foaf/0.1/> .\n{records}"
    )


def found(base: str) -> int | None:
    """How many records a search finds; None where it is not answered."""
    body = read(f"{base}/api/v1/datasets?q=wind")
    return None if body is None else int(json.loads(body)["total"])


def lag(aicat: Aicat) -> int:
    return int(json.loads(aicat("status", "--json"))["index_lag"])


def harvested_beside(aicat: Aicat, base: str) -> None:
    """Two more records are harvested and readable, though the index does not follow."""
    feed(aicat, 5)
    done = aicat.run("harvest", "s", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["created"] == 2
    assert "not searchable yet" in done.stderr
    behind = lag(aicat)
    assert behind >= 2  # what is learned of links and duplicates is followed, too
    told = re.search(rb'aicat_projection_lag\{name="index"\} (\S+)', read(f"{base}/metrics") or b"")
    assert told is not None
    assert behind <= float(told[1]) <= lag(aicat)
    assert json.loads(aicat("status", "--json"))["records"] == 5


def caught_up(aicat: Aicat, base: str) -> None:
    wait_for(lambda: found(base) == 5)
    wait_for(lambda: lag(aicat) == 0)
    assert json.loads(aicat("verify", "--json"))["sound"]


def test_f21_the_node_is_killed(aicat: Aicat, node: Node) -> None:
    with aicat.up() as (_process, base):
        aicat.harvest("s")
        assert found(base) == 3
        (one, *_rest) = read_json(f"{base}/api/v1/datasets")["items"]
        node.kill()
        try:
            harvested_beside(aicat, base)
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"{base}/api/v1/datasets?q=wind", timeout=10)
            with refused.value as answer:
                problem = json.load(answer)
            assert answer.code == 503
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert int(answer.headers["Retry-After"]) > 0
            assert "search engine" in problem["detail"]
            assert str(node.port) not in problem["detail"]
            assert read_json(f"{base}/api/v1/datasets/{one['id']}")["title"]
            assert b"Wind record" in (read(f"{base}/datasets/{one['id']}", "text/html") or b"")
            assert b"Searching is not possible" in (read(f"{base}/", "text/html") or b"")
            stats = read_json(f"{base}/api/v1/stats")
            assert (stats["records"], stats["searchable"], stats["sectors"]) == (5, False, None)
            assert "search engine" in json.loads(aicat("status", "--json"))["index_fault"]
        finally:
            node.start()
        caught_up(aicat, base)


def test_f21_the_index_takes_no_changes(aicat: Aicat, node: Node) -> None:
    with aicat.up() as (_process, base):
        aicat.harvest("s")
        node.ask("PUT", "/_all/_settings", {"index.blocks.read_only": True})
        try:
            harvested_beside(aicat, base)
            assert found(base) == 3
            assert "takes no changes" in json.loads(aicat("status", "--json"))["index_fault"]
        finally:
            node.ask("PUT", "/_all/_settings", {"index.blocks.read_only": None})
        caught_up(aicat, base)


def test_f21_the_index_is_deleted(aicat: Aicat, node: Node) -> None:
    with aicat.up() as (_process, base):
        aicat.harvest("s")
        for name in node.ask("GET", "/*"):
            node.ask("DELETE", f"/{name}")
        wait_for(lambda: found(base) is None)
        feed(aicat, 5)
        aicat("harvest", "s")
        caught_up(aicat, base)


def test_f21_a_start_without_the_engine_serves_what_needs_none(aicat: Aicat, node: Node) -> None:
    aicat.harvest("s")
    node.kill()
    try:
        port = free_port()
        with aicat.running("up", "--port", str(port)) as process:
            base = f"http://127.0.0.1:{port}"
            wait_for(lambda: read(f"{base}/livez") is not None, process)
            assert read(f"{base}/readyz") is None
            node.start()
            wait_for(lambda: read(f"{base}/readyz") == b"ready\n", process)
            assert found(base) == 3
    finally:
        if read(node.address) is None:
            node.start()


def test_a_prefix_of_another_catalogue_is_made_anew(aicat: Aicat, tmp_path: Path) -> None:
    aicat.harvest("s")
    other = Aicat(tmp_path / "other", AICAT_SEARCH_URL=aicat.environ["AICAT_SEARCH_URL"])
    other("node", "add", "n", "--name", "Node N (fictional)", "--country", "DE")
    feed(other, 7)
    other("source", "add", "s", "--node", "n", "--kind", "dcat", "--url", address(other))
    other.harvest("s")
    assert json.loads(other("search", "wind", "--json"))["total"] == 7
    assert json.loads(other("verify", "--json"))["sound"]
