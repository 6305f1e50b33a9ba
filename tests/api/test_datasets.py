"""The JSON doors for searching and reading records."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.library import EVIL, HIDDEN, WIND, WITHDRAWN, XRAY
from vocab.namespaces import AUTHORITY

Ids = Callable[[str], str]
CONTRACT = {
    "id iri title description type sectors country publisher themes formats license access modified "
    "quality node source highlight"
}


def get(client: FlaskClient, address: str, status: int = 200) -> Any:
    answer = client.get(address)
    assert answer.status_code == status, answer.get_data(as_text=True)
    return answer.get_json()


def test_a_search_answers_every_field_of_the_contract(client: FlaskClient, id_of: Ids) -> None:
    found = get(client, "/api/v1/datasets?q=chest+x-ray&sector=health&facets=sector,country,format")
    assert set(found) == {"total", "items", "facets", "next", "did_you_mean"}
    assert (found["total"], found["next"], found["did_you_mean"]) == (1, None, None)
    (item,) = found["items"]
    assert set(next(iter(CONTRACT)).split()) <= set(item)
    assert item["id"] == id_of(XRAY)
    assert item["iri"] == XRAY
    assert (item["title"], item["type"]) == ("Chest x-ray images", "dataset")
    assert (item["sectors"], item["country"], item["themes"]) == (["health"], "AT", ["HEAL"])
    assert (item["formats"], item["license"], item["access"]) == (
        ["ZIP"],
        "CC_BY_4_0",
        "restricted",
    )
    whole = client.get(f"/api/v1/datasets/{item['id']}").get_json()
    assert item["modified"] == "2024-03-01"
    assert 0 < item["quality"] <= 405
    assert item["quality"] == sum(one["points"] for one in whole["assessment"]["dimensions"])
    assert item["publisher"] == "Example Hospital (fictional)"
    assert "<mark>Chest</mark>" in item["highlight"]["title"]
    assert found["facets"]["format"] == [{"value": "ZIP", "label": "ZIP", "count": 1}]
    assert [one["value"] for one in found["facets"]["sector"]] == ["health"]


def test_texts_and_labels_come_in_the_language_asked_for(client: FlaskClient) -> None:
    found = get(client, "/api/v1/datasets?theme=HEAL&lang=de&facets=theme")
    assert found["items"][0]["title"] == "Röntgenbilder des Brustkorbs"
    labels = {one["value"]: one["label"] for one in found["facets"]["theme"]}
    assert labels == {"ENER": "Energie", "HEAL": "Gesundheit"}


def test_a_facet_counts_without_its_own_filter(client: FlaskClient) -> None:
    found = get(client, "/api/v1/datasets?theme=HEAL&facets=theme,access")
    assert {one["value"] for one in found["facets"]["theme"]} == {"HEAL", "ENER"}
    assert [one["value"] for one in found["facets"]["access"]] == ["restricted"]


def test_values_of_one_filter_widen_and_filters_narrow(client: FlaskClient) -> None:
    assert get(client, "/api/v1/datasets?theme=HEAL&theme=ENER")["total"] == 2
    assert get(client, "/api/v1/datasets?theme=HEAL&access=public")["total"] == 0


def test_following_next_sees_every_record_once(client: FlaskClient, id_of: Ids) -> None:
    seen, address = [], "/api/v1/datasets?limit=1&sort=title"
    while address:
        answer = client.get(address)
        page = answer.get_json()
        seen += [item["id"] for item in page["items"]]
        link = answer.headers.get("Link", "")
        assert bool(link) == (page["next"] is not None)
        address = link.removeprefix("<https://catalogue.example").partition(">")[0] if link else ""
    assert sorted(seen) == sorted(id_of(iri) for iri in (XRAY, WIND, EVIL))


def test_an_empty_search_gives_the_last_changed_first(client: FlaskClient, id_of: Ids) -> None:
    items = get(client, "/api/v1/datasets")["items"]
    assert [item["id"] for item in items[:2]] == [id_of(WIND), id_of(XRAY)]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("foo=1", "foo"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=ten", "limit"),
        ("facet_limit=1001", "facet_limit"),
        ("sort=colour", "sort"),
        ("facets=colour", "facets"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=10,0,-10,5", "bbox"),
        ("modified_from=yesterday", "modified_from"),
        ("quality_min=406", "quality_min"),
        ("collapse=all", "collapse"),
        ("cursor=AAAA", "cursor"),
        ("lang=%3Cx%3E", "lang"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_a_400_naming_it(
    client: FlaskClient, query: str, parameter: str
) -> None:
    problem = get(client, f"/api/v1/datasets?{query}", 400)
    assert problem["parameter"] == parameter
    assert problem["status"] == 400


def test_a_record_is_given_whole(client: FlaskClient, id_of: Ids) -> None:
    one = get(client, f"/api/v1/datasets/{id_of(XRAY)}")
    assert one["titles"] == {"en": "Chest x-ray images", "de": "Röntgenbilder des Brustkorbs"}
    (file,) = one["distributions"]
    assert (file["format"], file["size"], file["license"]) == ("ZIP", 734003200, "CC_BY_4_0")
    assert file["download_url"] == f"{XRAY}/all.zip"
    assert one["provenance"]["source"] == "at-health"
    assert one["provenance"]["key"] == XRAY
    assert one["cluster"] is None
    assert one["contacts"] == [{"name": "Data desk", "email": "data@hospital.example"}]


def test_a_withdrawn_record_is_gone_and_an_unknown_one_not_found(
    client: FlaskClient, id_of: Ids
) -> None:
    assert get(client, f"/api/v1/datasets/{id_of(WITHDRAWN)}", 410)["title"] == "Gone"
    assert get(client, "/api/v1/datasets/abcdefghijklm", 404)["title"] == "Not Found"
    assert client.get(f"/datasets/{id_of(WITHDRAWN)}").status_code == 410
    assert client.get(f"/datasets/{id_of(WITHDRAWN)}.ttl").status_code == 410


def test_a_record_for_members_is_at_no_public_door(client: FlaskClient, id_of: Ids) -> None:
    hidden = id_of(HIDDEN)
    for address in (f"/api/v1/datasets/{hidden}", f"/datasets/{hidden}", f"/datasets/{hidden}.nt"):
        assert client.get(address).status_code == 404
    assert get(client, "/api/v1/datasets?q=confidential")["total"] == 0
    assert get(client, "/api/v1/datasets?source=at-members")["total"] == 0
    for address in ("/catalog.nt", "/api/v1/sources", "/api/v1/runs", "/api/v1/stats", "/"):
        text = client.get(address).get_data(as_text=True)
        assert "members-only" not in text
        assert "at-members" not in text
    asked = client.get("/sparql", query_string={"query": f"ASK {{ <{HIDDEN}> ?p ?o }}"})
    assert asked.get_json()["boolean"] is False
    for address in ("/api/v1/sources/at-members", "/sources/at-members"):
        assert client.get(address).status_code == 404


def test_suggest_offers_concepts_and_publishers(client: FlaskClient) -> None:
    kinds = {(one["kind"], one["label"]) for one in get(client, "/api/v1/suggest?q=exam")["items"]}
    assert ("publisher", "Example Hospital (fictional)") in kinds
    concepts = get(client, "/api/v1/suggest?q=gesund&lang=de")["items"]
    assert {"kind": "theme", "value": "HEAL", "label": "Gesundheit"} in concepts


@pytest.mark.parametrize("name", ["sectors", "facets", "nodes", "sources", "runs", "suggest?q=a"])
def test_every_list_has_the_same_shape(client: FlaskClient, name: str) -> None:
    found = get(client, f"/api/v1/{name}")
    assert set(found) == {"total", "items", "next"}


def test_lists_are_paged_by_their_cursor(client: FlaskClient) -> None:
    first = get(client, "/api/v1/sectors?limit=4")
    rest = get(client, f"/api/v1/sectors?limit=4&cursor={first['next']}")
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [4, 3, None]
    runs = get(client, "/api/v1/runs?limit=2")
    more = get(client, f"/api/v1/runs?limit=2&cursor={runs['next']}")
    assert runs["total"] == 3
    assert len({run["id"] for run in runs["items"] + more["items"]}) == 3


def test_sectors_nodes_and_stats_count_what_is_public(client: FlaskClient) -> None:
    sectors = {one["id"]: one["count"] for one in get(client, "/api/v1/sectors")["items"]}
    assert (sectors["health"], sectors["energy"], sectors["agritech"]) == (1, 1, 0)
    nodes = {one["id"]: one["records"] for one in get(client, "/api/v1/nodes")["items"]}
    assert nodes == {"at": 1, "de": 2}
    stats = get(client, "/api/v1/stats")
    assert (stats["records"], stats["types"]) == (3, {"dataset": 3})


def test_a_run_tells_its_findings(client: FlaskClient) -> None:
    (run,) = get(client, "/api/v1/runs?source=evil")["items"]
    assert get(client, f"/api/v1/runs/{run['id']}")["counts"]["created"] == 1
    found = get(client, f"/api/v1/runs/{run['id']}/findings")
    assert found["total"] == len(found["items"])
    assert get(client, "/api/v1/runs/nothing", 404)["status"] == 404


def test_addresses_of_feeds_keep_their_secrets() -> None:
    from api.federation import public_address

    address = "https://me:secret@portal.example:8443/api?key=abc#x"
    assert public_address(address) == "https://portal.example:8443/api"
    assert public_address("file:///srv/feed.ttl") is None


def test_the_openapi_document_has_every_route_of_the_api(app: Flask, client: FlaskClient) -> None:
    document = get(client, "/api/v1/openapi.json")
    assert document["openapi"] == "3.1.0"
    rules = {
        rule.rule.replace("<path:", "<").replace("<", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and "openapi" not in rule.rule
    }
    assert rules
    assert rules == set(document["paths"])
    names = {one["name"] for one in document["paths"]["/api/v1/datasets"]["get"]["parameters"]}
    assert {"q", "sector", "cursor", "facets", "bbox", "collapse"} <= names


def test_a_record_tells_why_it_has_its_sectors_and_how_sure_that_is(client: FlaskClient) -> None:
    (item,) = get(client, "/api/v1/datasets?sector=health")["items"]
    (reason,) = get(client, f"/api/v1/datasets/{item['id']}")["sector_reasons"]
    assert reason["sector"] == "health"
    assert (reason["rule"], reason["value"]) == ("theme", f"{AUTHORITY}data-theme/HEAL")
    assert 0.5 <= reason["confidence"] <= 1
    assert {one["rule"] for one in reason["more"]} == {"keyword", "publisher"}
    page = client.get(f"/datasets/{item['id']}", headers={"Accept": "text/html"}).get_data(
        as_text=True
    )
    assert "EU theme <code" in page
    assert ">HEAL</code>" in page


def test_a_record_tells_what_each_profile_says_in_the_readers_language(
    client: FlaskClient, id_of: Ids
) -> None:
    address = f"/api/v1/datasets/{id_of(XRAY)}"
    whole = get(client, address)
    (judged,) = [one for one in whole["conformance"] if one["profile"] == "dcat-ap-3"]
    assert judged["declared"]
    assert judged["whole"]
    found = [one for one in whole["findings"] if one["profile"] == "dcat-ap-3"]
    for name, severity in (("violations", "violation"), ("warnings", "warning")):
        assert judged[name] == sum(one["count"] for one in found if one["severity"] == severity)
    assert judged["conforms"] == (judged["violations"] == 0)
    assert judged["warnings"] > 0
    german = [
        one
        for one in get(client, f"{address}?lang=de")["findings"]
        if one["profile"] == "dcat-ap-3"
    ]
    assert {one["path"] for one in german} == {one["path"] for one in found}
    assert not {one["message"] for one in german} & {one["message"] for one in found}
    page = client.get(f"/datasets/{id_of(XRAY)}", headers={"Accept": "text/html"}).text
    assert "Conformity" in page
    assert f"/validate?profile={judged['profile']}" in page
