"""While the search engine is away, what can do without it goes on and says so."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from catalogue.bootstrap import Catalogue
from catalogue.errors import Unavailable

PAGE = {"Accept": "text/html"}
AWAY = "Searching is not possible just now"


class Away:
    """An engine that does not answer."""

    def __getattr__(self, name: str) -> Any:
        def ask(*_words: object, **_more: object) -> Any:
            raise Unavailable("the search engine cannot be reached; is it running?")

        return ask


@pytest.fixture
def away(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue.search, "_index", Away())


def told(client: FlaskClient, path: str) -> Any:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.json


def shown(client: FlaskClient, path: str) -> str:
    answer = client.get(path, headers=PAGE)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_numbers_of_the_journal_are_those_of_the_index(
    client: FlaskClient, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [told(client, path) for path in ("/nodes", "/sources", "/stats")]
    monkeypatch.setattr(catalogue.search, "_index", Away())
    nodes, sources, stats = (told(client, path) for path in ("/nodes", "/sources", "/stats"))
    assert [nodes, sources] == before[:2]
    assert sum(one["records"] for one in nodes["items"]) > 0
    assert (stats["records"], stats["types"]) == (before[2]["records"], before[2]["types"])
    assert stats["records"] > 0
    assert (before[2]["searchable"], stats["searchable"]) == (True, False)
    assert stats["sectors"] is stats["countries"] is stats["languages"] is None


@pytest.mark.usefixtures("away")
def test_pages_show_what_the_journal_knows_and_say_what_is_away(client: FlaskClient) -> None:
    node = told(client, "/nodes")["items"][0]
    source = told(client, "/sources")["items"][0]
    for path in ("/", "/nodes", f"/nodes/{node['id']}", f"/sources/{source['id']}"):
        assert AWAY in shown(client, path)
    assert node["name"] in shown(client, "/nodes")
    home = shown(client, "/")
    assert re.search(r"<dt>records</dt><dd>[1-9]", home)
    assert "<dt>countries</dt><dd>–</dd>" in home
    assert "Nothing is harvested yet" not in home
    assert "tile-count" not in home


@pytest.mark.usefixtures("away")
def test_a_search_says_that_it_is_not_possible(client: FlaskClient) -> None:
    for path in ("/search?q=wind", "/api/v1/datasets?q=wind", "/api/v1/suggest?q=wind"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0


def test_the_front_page_is_whole_again_once_searching_is_back(
    client: FlaskClient, catalogue: Catalogue
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(catalogue.search, "_index", Away())
        assert AWAY in shown(client, "/")
    home = shown(client, "/")
    assert AWAY not in home
    assert "tile-count" in home


@pytest.mark.usefixtures("away")
def test_a_page_that_needs_search_says_whose_fault_it_is_and_what_to_do(
    client: FlaskClient,
) -> None:
    answer = client.get("/search?q=energy", headers=PAGE)
    assert answer.status_code == 503
    assert "on our side" in answer.text
    assert "try this one again" in answer.text
    assert "on our side" not in client.get("/nothing-here", headers=PAGE).text
