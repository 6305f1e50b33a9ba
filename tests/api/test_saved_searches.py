"""A saved search is a feed; and what else the doors of searching promise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree

from tests.api.library import EVIL, HIDDEN, PAYLOAD, WIND, XRAY

Ids = Callable[[str], str]
ATOM = {"a": "http://www.w3.org/2005/Atom"}
SITE = "https://catalogue.example"


def feed(client: FlaskClient, query: str = "") -> Any:
    answer = client.get(f"/api/v1/datasets.atom{query}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return etree.fromstring(answer.get_data())


def test_a_saved_search_is_a_whole_atom_feed(client: FlaskClient, id_of: Ids) -> None:
    found = feed(client, "?q=x-ray&sector=health&sort=title&facets=theme")
    address = f"{SITE}/api/v1/datasets.atom?q=x-ray&sector=health"
    assert found.findtext("a:id", namespaces=ATOM) == address
    assert found.findtext("a:title", namespaces=ATOM).endswith(": x-ray; sector: health")
    links = {link.get("rel"): link.get("href") for link in found.findall("a:link", ATOM)}
    assert links == {"self": address, "alternate": f"{SITE}/search?q=x-ray&sector=health"}
    (entry,) = found.findall("a:entry", ATOM)
    assert entry.findtext("a:id", namespaces=ATOM) == f"{SITE}/datasets/{id_of(XRAY)}"
    assert entry.findtext("a:title", namespaces=ATOM) == "Chest x-ray images"
    assert entry.findtext("a:author/a:name", namespaces=ATOM) == "Example Hospital (fictional)"
    assert entry.find("a:category", ATOM).get("term") == "HEAL"
    updated = entry.findtext("a:updated", namespaces=ATOM)
    assert updated == found.findtext("a:updated", namespaces=ATOM)
    # RFC 4287, section 3.3: a date and time with its zone.
    assert updated[10] == "T"
    assert updated.endswith("+00:00")


def test_a_feed_goes_on_page_by_page_the_last_changed_first(
    client: FlaskClient, id_of: Ids
) -> None:
    met, dates, address = [], [], "?limit=1"
    while address:
        page = feed(client, address)
        met += [one.text for one in page.findall("a:entry/a:id", ATOM)]
        dates += [one.text for one in page.findall("a:entry/a:updated", ATOM)]
        following = page.find("a:link[@rel='next']", ATOM)
        address = (
            following.get("href").partition("datasets.atom")[2] if following is not None else ""
        )
    assert sorted(met) == sorted(f"{SITE}/datasets/{id_of(one)}" for one in (XRAY, WIND, EVIL))
    assert dates == sorted(dates, reverse=True)


def test_a_feed_of_nothing_is_a_feed(client: FlaskClient) -> None:
    found = feed(client, "?q=nowherefound")
    assert found.findall("a:entry", ATOM) == []
    assert found.findtext("a:updated", namespaces=ATOM)


def test_hostile_text_stays_text_in_a_feed(client: FlaskClient) -> None:
    texts = [one.text for one in feed(client).findall("a:entry/a:title", ATOM)]
    assert PAYLOAD in texts


@pytest.mark.parametrize("value", ["%00%01%1f", "%ef%bf%be", "%e2%80%ae", "%22%3E%3C"])
def test_any_search_can_be_a_feed(client: FlaskClient, value: str) -> None:
    feed(client, f"?q={value}&keyword={value}")


def test_the_page_of_a_search_names_its_feed(client: FlaskClient) -> None:
    page = client.get("/search?q=x-ray&sector=health&sort=title").get_data(as_text=True)
    link = 'type="application/atom+xml" title="This search as a feed" href="'
    assert f"{link}/api/v1/datasets.atom?q=x-ray&amp;sector=health" in page


def test_similar_records_and_suggestions_are_public_ones(client: FlaskClient, id_of: Ids) -> None:
    found = client.get(f"/api/v1/datasets/{id_of(XRAY)}/similar").get_json()
    assert set(found) == {"total", "items", "next"}
    assert id_of(XRAY) not in {one["id"] for one in found["items"]}
    assert client.get(f"/api/v1/datasets/{id_of(HIDDEN)}/similar").status_code == 404
    for typed in ("confidential", "ward reg"):
        assert client.get(f"/api/v1/suggest?q={typed}").get_json()["items"] == []


def test_an_item_explains_its_score_where_asked(client: FlaskClient) -> None:
    (item,) = client.get("/api/v1/datasets?q=chest&explain=true").get_json()["items"]
    assert item["explain"]["score"] > 0
    (plain,) = client.get("/api/v1/datasets?q=chest").get_json()["items"]
    assert "explain" not in plain


def test_a_whole_record_tells_the_rules_behind_what_trainers_ask(
    client: FlaskClient, id_of: Ids
) -> None:
    one = client.get(f"/api/v1/datasets/{id_of(WIND)}").get_json()
    assert one["modality"] == ["tabular"]
    assert {"field": "modality", "value": "tabular", "rule": "format: CSV"} in one[
        "training_reasons"
    ]
    xray = client.get(f"/api/v1/datasets/{id_of(XRAY)}").get_json()
    assert (xray["modality"], xray["task"]) == (None, None)
    assert (xray["size"], xray["downloadable"]) == (734003200, True)
    assert xray["license_use"] == ["commercial", "derivatives"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("modality=smell", "modality"),
        ("task=cooking", "task"),
        ("downloadable=perhaps", "downloadable"),
        ("license_use=any", "license_use"),
        ("quality_band=best", "quality_band"),
        ("size_min=-1", "size_min"),
        ("size_min=9223372036854775808", "size_min"),
        ("year=24", "year"),
        ("month=2024", "month"),
        ("explain=perhaps", "explain"),
        ("facets=text_language", "facets"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(
    client: FlaskClient, query: str, name: str
) -> None:
    answer = client.get(f"/api/v1/datasets?{query}")
    assert answer.status_code == 400
    assert name in answer.get_data(as_text=True)


def test_a_thousand_filters_and_ten_thousand_letters_are_answered(client: FlaskClient) -> None:
    many = "&".join(f"keyword=k{n}" for n in range(1000))
    assert client.get(f"/api/v1/datasets?q={'a b OR ' * 1428}&{many}").status_code == 200
