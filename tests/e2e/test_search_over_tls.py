"""Elasticsearch behind TLS and an API key: served by the right ones, and told clearly of wrong ones."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import Aicat, free_port, read, read_json, wait_for
from tests.elasticsearch_node import Node
from tests.fault.portal import PREFIXES
from tests.tls_door import Authority, Door, door

pytestmark = [pytest.mark.scaleout, pytest.mark.e2e]

KEY = "bWFkZS11cDpmb3ItdGhpcy10ZXN0"  # made up for this test
WRONG = "bWFkZS11cDphbm90aGVyLW9uZQ"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "ours")


@pytest.fixture
def secured(elasticsearch_node: Node, authority: Authority) -> Iterator[Door]:
    with door(elasticsearch_node.port, KEY, authority) as made:
        yield made


@pytest.fixture
def aicat(
    secured: Door, authority: Authority, elasticsearch_node: Node, tmp_path: Path
) -> Iterator[Aicat]:
    """A catalogue with the right settings, and a source of one record."""
    prefix = tmp_path.name.lower().replace("_", "-")
    command = Aicat(
        tmp_path,
        AICAT_SEARCH_URL=f"elasticsearch+https://127.0.0.1:{secured.server_port}/{prefix}",
        AICAT_SEARCH_API_KEY=KEY,
        AICAT_SEARCH_CA=str(authority.file),
    )
    feed = tmp_path / "feed.ttl"
    feed.write_text(f'{PREFIXES}<http://p.example/1> a dcat:Dataset ; dct:title "Wind"@en .')
    command("node", "add", "n", "--name", "Node N (fictional)", "--country", "DE")
    command("source", "add", "s", "--node", "n", "--kind", "dcat", "--url", feed.as_uri())
    yield command
    for name in elasticsearch_node.ask("GET", f"/{prefix}.*"):
        elasticsearch_node.ask("DELETE", f"/{name}")


def test_records_are_indexed_and_found_over_tls_with_a_key(aicat: Aicat, secured: Door) -> None:
    aicat.harvest("s")
    assert json.loads(aicat("search", "wind", "--json"))["total"] == 1
    with aicat.up() as (_process, base):
        found = read_json(f"{base}/api/v1/datasets?q=wind&facets=type")
    assert [one["title"] for one in found["items"]] == ["Wind"]
    assert secured.passed > 0
    assert secured.refused == 0


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"AICAT_SEARCH_API_KEY": WRONG}, "AICAT_SEARCH_API_KEY"),
        ({"AICAT_SEARCH_API_KEY": ""}, "AICAT_SEARCH_API_KEY"),
        ({"AICAT_SEARCH_CA": "other"}, "AICAT_SEARCH_CA"),
        ({"AICAT_SEARCH_CA": ""}, "AICAT_SEARCH_CA"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_and_holds_up_nothing_else(
    aicat: Aicat, tmp_path: Path, secured: Door, wrong: dict[str, str], told: str
) -> None:
    if wrong.get("AICAT_SEARCH_CA"):
        wrong = {"AICAT_SEARCH_CA": str(Authority(tmp_path / "other").file)}
    aicat.environ |= wrong
    done = aicat.run("harvest", "s", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["counts"]["created"] == 1
    assert told in json.loads(aicat("status", "--json"))["index_fault"]
    asked = aicat.run("search", "wind")
    assert asked.returncode == 1
    assert told in asked.stderr
    assert asked.stderr.count("\n") == 1
    port = free_port()
    with aicat.running("serve", "--port", str(port)) as process:
        base = f"http://127.0.0.1:{port}"
        wait_for(lambda: read(f"{base}/livez") is not None, process)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{base}/api/v1/datasets?q=wind", timeout=20)
        with refused.value as answer:
            problem = json.load(answer)
        assert answer.code == 503
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert told in problem["detail"]
    assert str(secured.server_port) not in problem["detail"]
    for secret in (KEY, WRONG):
        assert secret not in done.stderr + asked.stderr + json.dumps(problem)
