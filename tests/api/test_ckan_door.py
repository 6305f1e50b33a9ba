"""CKAN's action API: what each action answers, how errors look, what nobody sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import create_app
from catalogue.bootstrap import bootstrap
from tests.api import library
from tests.api.library import EVIL, HIDDEN, WIND, WITHDRAWN, XRAY

Ids = Callable[[str], str]


def get(client: FlaskClient, action: str, status: int = 200, **parameters: Any) -> Any:
    """The result of an action, or its error."""
    answer = client.get(f"/api/3/action/{action}", query_string=parameters)
    return told(answer, status)


def post(client: FlaskClient, action: str, status: int = 200, **parameters: Any) -> Any:
    return told(client.post(f"/api/3/action/{action}", json=parameters), status)


def told(answer: Any, status: int) -> Any:
    assert answer.status_code == status, answer.get_data(as_text=True)
    value = answer.get_json()
    assert value["success"] is (status == 200)
    assert value["help"].startswith("https://catalogue.example/api/3/action/help_show?name=")
    return value["result"] if status == 200 else value["error"]


def ids(found: Any) -> list[str]:
    return [one["id"] for one in found["results"]]


# --- packages ------------------------------------------------------------------------------------


def test_a_record_is_a_package_with_the_extras_of_dcat(client: FlaskClient, id_of: Ids) -> None:
    (package,) = get(client, "package_search", q="chest radiology")["results"]
    assert package == get(client, "package_show", id=id_of(XRAY))
    assert package == get(client, "package_show", id=XRAY)
    assert (package["id"], package["name"]) == (id_of(XRAY), id_of(XRAY))
    assert (package["type"], package["state"], package["private"]) == ("dataset", "active", False)
    assert package["title"] == "Chest x-ray images"
    assert package["title_translated"] == {
        "en": "Chest x-ray images",
        "de": "Röntgenbilder des Brustkorbs",
    }
    assert package["tags_translated"] == {"en": ["chest", "radiology"]}
    assert [tag["display_name"] for tag in package["tags"]] == ["chest", "radiology"]
    assert package["owner_org"] == package["organization"]["name"] == "at"
    assert package["organization"]["title"] == "Austrian Node (fictional)"
    assert [group["name"] for group in package["groups"]] == ["heal"]
    assert package["license_id"] == "CC_BY_4_0"
    assert package["license_url"].endswith("/licence/CC_BY_4_0")
    assert package["isopen"] is True
    assert package["maintainer_email"] == "data@hospital.example"
    extras = {one["key"]: one["value"] for one in package["extras"]}
    assert extras["uri"] == XRAY
    assert (extras["issued"], extras["modified"]) == ("2023-01-05", "2024-03-01")
    assert extras["publisher_name"] == "Example Hospital (fictional)"
    assert extras["publisher_uri"] == "https://hospital.example/"
    assert extras["contact_name"] == "Data desk"
    assert extras["access_rights"].endswith("/access-right/RESTRICTED")
    assert extras["theme"] == '["http://publications.europa.eu/resource/authority/data-theme/HEAL"]'
    assert extras["spatial_uri"].endswith("/country/AUT")
    assert extras["temporal_start"] == "2020-01-01"
    (resource,) = package["resources"]
    assert resource["url"] == f"{XRAY}/all.zip"
    assert (resource["format"], resource["size"]) == ("ZIP", 734003200)
    assert resource["package_id"] == package["id"]
    assert get(client, "resource_show", id=resource["id"]) == resource


def test_texts_come_in_the_readers_language(client: FlaskClient) -> None:
    german = get(client, "package_show", id=XRAY, lang="de")
    assert german["title"] == "Röntgenbilder des Brustkorbs"
    assert german["groups"][0]["title"] == "Gesundheit"
    answer = client.get(
        "/api/3/action/package_show", query_string={"id": XRAY}, headers={"Accept-Language": "de"}
    )
    assert answer.get_json()["result"]["title"] == german["title"]
    assert "Accept-Language" in answer.headers["Vary"]


def test_parameters_come_in_the_address_as_json_and_as_a_form(client: FlaskClient) -> None:
    wanted = get(client, "package_search", fq="groups:heal", rows=1)
    assert wanted["count"] == 1
    assert post(client, "package_search", fq="groups:heal", rows=1) == wanted
    for path in ("/api/3/action/package_search", "/api/action/package_search"):
        form = client.post(path, data={"fq": "groups:heal", "rows": "1"})
        assert told(form, 200) == wanted
        as_curl_sends = client.post(
            path,
            data='{"fq": "groups:heal", "rows": 1}',
            content_type="application/x-www-form-urlencoded",
        )
        assert told(as_curl_sends, 200) == wanted
    parts = client.post(
        "/api/3/action/package_search",
        data={"fq": "groups:heal", "rows": "1"},
        content_type="multipart/form-data",
    )
    assert told(parts, 200) == wanted


def test_filters_are_solrs(client: FlaskClient, id_of: Ids) -> None:
    def found(*fq: str, **more: Any) -> set[str]:
        return set(ids(get(client, "package_search", fq_list=list(fq), **more)))

    xray, wind, evil = id_of(XRAY), id_of(WIND), id_of(EVIL)
    every = {xray, wind, evil}
    assert found() == found("*:*") == every
    assert found("organization:at") == {xray}
    assert found("-organization:at") == found("NOT organization:at") == {wind, evil}
    assert found("organization:(at OR de)", "+groups:ener") == {wind}
    assert found("groups:*") == found("-(-groups:*)") == {xray, wind}
    assert found('tags:"radiology"') == found("tags:radio*") == found("keyword:chest") == {xray}
    assert found("res_format:ZIP OR res_format:CSV") == {xray, wind}
    assert found("license_id:CC_BY_4_0 AND dataset_type:dataset") == {xray}
    assert found("title:windpark") == found('title:"windpark messdaten"') == {wind}
    assert found("notes:radiographs") == found("sector:health") == {xray}
    assert found("vocab_country:AT") == found("extras_access_rights:restricted") == {xray}
    assert found(f"id:({xray} OR {wind})") == found(f"name:({xray} {wind})") | {xray, wind}
    assert found(f'extras_uri:"{XRAY}"') == {xray}
    assert found(f'extras_uri:"{HIDDEN}"') == set()
    assert found("state:active", "capacity:public", "private:false") == every
    assert found("capacity:private") == found("state:deleted") == set()
    assert found("modified:[2025-01-01 TO *]") == {wind}
    assert found("issued:*") == {xray}
    assert found("metadata_modified:[NOW-1DAY TO *]") == every
    assert found("metadata_modified:[2999-01-01T00:00:00Z TO *]") == set()
    assert found("metadata_created:[* TO NOW+1DAY]", include_private="true") == every


def test_what_changed_at_a_time_is_found_from_that_time_on(client: FlaskClient) -> None:
    """An incremental harvester asks from the last `metadata_modified` that it has seen."""
    package = get(client, "package_show", id=XRAY)
    stamp = package["metadata_modified"]
    found = get(client, "package_search", fq=f"metadata_modified:[{stamp}Z TO *]", rows=1000)
    assert package["id"] in ids(found)
    behind = get(client, "package_search", fq=f"metadata_modified:{{{stamp}Z TO *]", rows=1000)
    assert package["id"] not in ids(behind)
    alone = get(client, "package_search", fq=f'metadata_modified:"{stamp}Z"', rows=1000)
    assert package["id"] in ids(alone)


def test_words_rank_by_relevance_unless_an_order_is_asked_for(
    client: FlaskClient, id_of: Ids
) -> None:
    words = {"q": "chest OR radiographs OR readers OR images OR windpark"}
    assert ids(get(client, "package_search", **words)) == [id_of(XRAY), id_of(WIND)]
    by_date = get(client, "package_search", sort="modified desc", **words)
    assert ids(by_date) == [id_of(WIND), id_of(XRAY)]


@pytest.mark.parametrize(
    "sort",
    ["id asc", "id desc", "name asc", "title_string asc", "metadata_modified desc",
     "metadata_created asc", "score desc, metadata_modified desc", ""],
)  # fmt: skip
def test_a_walk_by_start_meets_each_once_and_ends_with_an_empty_page(
    client: FlaskClient, id_of: Ids, sort: str
) -> None:
    met: list[str] = []
    while page := ids(get(client, "package_search", rows=1, start=len(met), sort=sort)):
        met += page
    assert sorted(met) == sorted(id_of(iri) for iri in (XRAY, WIND, EVIL))
    assert ids(get(client, "package_search", sort=sort)) == met
    if sort in {"id asc", "name asc"}:
        assert met == sorted(met)
    deep = get(client, "package_search", start=10**9, sort="id asc")
    assert (deep["count"], deep["results"]) == (3, [])


@pytest.mark.parametrize("start", [100_001, 10**9])
def test_by_relevance_any_start_is_answered(client: FlaskClient, start: int) -> None:
    whole = get(client, "package_search", q="wind", sort="score desc")
    deep = get(client, "package_search", q="wind", sort="score desc", start=start)
    assert whole["count"] > 0
    assert (deep["count"], deep["results"]) == (whole["count"], [])


def test_facets_count_under_the_filters(client: FlaskClient) -> None:
    fields = '["groups", "organization", "license_id", "dataset_type"]'
    found = get(client, "package_search", **{"facet.field": fields, "lang": "de", "rows": 0})
    assert found["results"] == []
    assert found["facets"]["groups"] == {"heal": 1, "ener": 1}
    assert found["facets"]["organization"] == {"de": 2, "at": 1}
    assert found["facets"]["dataset_type"] == {"dataset": 3}
    items = found["search_facets"]["groups"]["items"]
    assert {"name": "heal", "display_name": "Gesundheit", "count": 1} in items
    narrow = get(client, "package_search", fq="organization:at", **{"facet.field": fields})
    assert narrow["facets"]["groups"] == {"heal": 1}
    first = get(client, "package_search", **{"facet.field": fields, "facet.limit": 1})
    assert first["facets"]["organization"] == {"de": 2}
    often = get(client, "package_search", **{"facet.field": fields, "facet.mincount": 2})
    assert often["facets"]["organization"] == {"de": 2}
    even_none = get(
        client,
        "package_search",
        fq="organization:at",
        **{"facet.field": fields, "facet.mincount": 0},
    )
    assert even_none["facets"]["organization"] == {"at": 1, "de": 0}
    assert get(client, "package_search", facet="false", **{"facet.field": fields})["facets"] == {}


def test_fl_gives_some_fields_only(client: FlaskClient, id_of: Ids) -> None:
    found = get(client, "package_search", fq="organization:at", fl="id,title")["results"]
    assert found == [{"id": id_of(XRAY), "title": "Chest x-ray images"}]
    assert get(client, "package_search", fq="organization:at", fl="name")["results"] == [
        id_of(XRAY)
    ]
    assert "colour" in get(client, "package_search", 400, fl="colour")["message"]


# --- the other actions ---------------------------------------------------------------------------


def test_lists_name_what_is_public(client: FlaskClient, id_of: Ids) -> None:
    names = get(client, "package_list")
    assert names == sorted(id_of(iri) for iri in (XRAY, WIND, EVIL))
    assert get(client, "package_list", limit=1, offset=1) == names[1:2]
    resources = get(client, "current_package_list_with_resources", limit=2)
    more = get(client, "current_package_list_with_resources", limit=2, page=2)
    assert sorted(one["name"] for one in resources + more) == names
    assert get(client, "organization_list") == ["at", "de"]
    assert get(client, "organization_list", sort="package_count desc") == ["de", "at"]
    (austria,) = get(client, "organization_list", all_fields="true", organizations='["at"]')
    assert (austria["title"], austria["package_count"]) == ("Austrian Node (fictional)", 1)
    assert len(get(client, "group_list")) == 14
    assert {"radiology", "chest"} <= set(get(client, "tag_list"))
    assert get(client, "tag_list", query="radio") == ["radiology"]
    assert "CC_BY_4_0" in {one["id"] for one in get(client, "license_list")}


def test_organisations_groups_and_tags_show_their_packages(client: FlaskClient, id_of: Ids) -> None:
    austria = get(client, "organization_show", id="at", include_datasets="true")
    assert [one["id"] for one in austria["packages"]] == [id_of(XRAY)]
    assert (austria["package_count"], austria["is_organization"]) == (1, True)
    health = get(client, "group_show", id="heal", include_datasets="true", lang="de")
    assert (health["title"], health["packages"][0]["id"]) == ("Gesundheit", id_of(XRAY))
    assert "packages" not in get(client, "group_show", id="heal")
    tag = get(client, "tag_show", id="radiology", include_datasets="true")
    assert [one["id"] for one in tag["packages"]] == [id_of(XRAY)]


def test_the_site_tells_of_itself(client: FlaskClient) -> None:
    status = get(client, "status_show")
    assert status["site_url"] == "https://catalogue.example"
    assert status["ckan_version"].startswith("2.11")
    assert get(client, "site_read") is True
    assert "package" in get(client, "help_show", name="package_show")
    assert client.get("/api/3").get_json() == {"version": 3}
    (match,) = get(client, "package_autocomplete", q="wind")
    assert match["title"] == "Windpark Messdaten"


# --- errors --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"fq": "colour:red"}, "'colour'"),
        ({"q": "colour:red"}, "'colour'"),
        ({"q": "http://somewhere.example/"}, "'http'"),
        ({"fq": "organization:(at"}, "not closed"),
        ({"fq": "organization:a?"}, "?"),
        ({"fq": "metadata_modified:[yesterday TO *]"}, "'yesterday'"),
        ({"fq": "title:[a TO b]"}, "range"),
        ({"fq": "organization:[a TO b]"}, "'organization'"),
        ({"fq": "{!field f=id}x"}, "local parameters"),
        ({"fq": 'title:"?!"'}, "no word"),
        ({"sort": "colour asc"}, "colour asc"),
        ({"sort": "id sideways"}, "sideways"),
        ({"facet.field": '["colour"]'}, "'colour'"),
        ({"colour": "red"}, "colour"),
        ({"mm": "1"}, "mm"),
        ({"q": "a " * 9_000}, "10000"),
        ({"q": "title:(" + "word " * 70 + ")"}, "64 words"),
        ({"fq": "tags:(" + "wo* " * 70 + ")"}, "64 words"),
    ],
)
def test_a_search_that_cannot_be_read_is_a_400_that_names_it(
    client: FlaskClient, parameters: dict[str, Any], named: str
) -> None:
    error = get(client, "package_search", 400, **parameters)
    assert error["__type"] == "Search Query Error"
    assert named in error["message"]


@pytest.mark.parametrize(
    ("action", "parameters", "name"),
    [
        ("package_search", {"rows": "many"}, "rows"),
        ("package_search", {"rows": "-1"}, "rows"),
        ("package_search", {"start": "-1"}, "start"),
        ("package_search", {"facet.field": "[1]"}, "facet.field"),
        ("package_search", {"facet.field": "[tags"}, None),
        ("package_search", {"facet.limit": "x"}, "facet.limit"),
        ("package_show", {}, "id"),
        ("organization_list", {"sort": "colour"}, "sort"),
        ("organization_list", {"all_fields": "perhaps"}, "all_fields"),
        ("help_show", {}, "name"),
    ],
)
def test_a_value_of_the_wrong_kind_is_a_validation_error(
    client: FlaskClient, action: str, parameters: dict[str, Any], name: str | None
) -> None:
    if name is None:  # no list: then it is the name of a facet, and there is none of it
        assert get(client, action, 400, **parameters)["__type"] == "Search Query Error"
        return
    error = get(client, action, 409, **parameters)
    assert error["__type"] == "Validation Error"
    assert error[name]
    assert name in error["message"]


@pytest.mark.parametrize(
    ("action", "ident"),
    [("package_show", "nothing"), ("package_show", "abcdefghijklm"), ("resource_show", "a-b"),
     ("organization_show", "nobody"), ("group_show", "HEAL"), ("tag_show", "no such word"),
     ("package_show", "https://nowhere.example/x")],
)  # fmt: skip
def test_what_is_not_there_is_a_404(client: FlaskClient, action: str, ident: str) -> None:
    error = get(client, action, 404, id=ident)
    assert error["__type"] == "Not Found Error"
    assert error["message"].startswith("Not found: ")


def test_unknown_actions_and_writing_ones_are_told_apart(client: FlaskClient) -> None:
    unknown = get(client, "package_paint", 400)
    assert "package_paint" in unknown["message"]
    assert "package_search" in unknown["message"]
    writing = post(client, "package_create", 403, name="x")
    assert writing["__type"] == "Authorization Error"
    for body in ("[1]", "{", "\x00"):
        answer = client.post(
            "/api/3/action/package_search", data=body, content_type="application/json"
        )
        assert told(answer, 400)["__type"] == "Bad Request"


def test_a_withdrawn_or_hidden_record_is_at_no_action(client: FlaskClient, id_of: Ids) -> None:
    for iri in (HIDDEN, WITHDRAWN):
        for ident in (id_of(iri), iri):
            assert get(client, "package_show", 404, id=ident)["__type"] == "Not Found Error"
        assert get(client, "package_search", fq=f"id:{id_of(iri)}")["count"] == 0
        assert id_of(iri) not in get(client, "package_list")
    assert get(client, "package_search", q="confidential", include_private="true")["count"] == 0
    facets = get(client, "package_search", **{"facet.field": '["source"]', "facet.mincount": 0})
    assert "at-members" not in facets["facets"]["source"]
    for name in ("current_package_list_with_resources", "tag_list", "organization_list"):
        text = client.get(f"/api/3/action/{name}?all_fields=true").get_data(as_text=True)
        assert "onfidential" not in text


def test_what_is_hidden_or_withdrawn_is_so_before_the_index_knows(
    tmp_path: Path, id_of: Ids
) -> None:
    opened = bootstrap(library.build(tmp_path))
    try:
        client = create_app(opened).test_client()
        health = opened.journal.source("at-health")
        opened.journal.edit_source(replace(health, visibility="members"))
        assert ids(get(client, "package_search", fq="organization:at")) == []
        opened.journal.remove_source("de-energy")
        # A page is empty at the end only: readers of CKAN stop there.
        first = get(client, "package_search", rows=1, sort="id asc")
        assert ids(first) == [id_of(EVIL)]
    finally:
        opened.close()


# --- the door as the others are ------------------------------------------------------------------


def test_reads_have_an_etag_and_any_site_may_read(client: FlaskClient) -> None:
    answer = client.get("/api/3/action/package_search?q=wind")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    again = client.get(
        "/api/3/action/package_search?q=wind", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304
    head = client.head("/api/3/action/package_search?q=wind")
    assert (head.status_code, head.get_data()) == (200, b"")
    options = client.options("/api/3/action/package_search")
    assert options.status_code == 200
    assert "POST" in options.headers["Access-Control-Allow-Methods"]
    assert client.put("/api/3/action/package_search").status_code == 405


_SIGNS = st.sampled_from(
    (
        *(
            "organization",
            "title",
            "metadata_modified",
            "groups",
            "score",
            "2024",
            "NOW",
            "at",
            "é",
        ),
        *(":", "(", ")", "[", "]", "{", "}", "*", "?", "\\", '"', "+", "-", "^", "~", "\0"),
        *(" TO ", " OR ", " AND ", " NOT "),
    )
)
_TEXTS = st.one_of(st.text(max_size=80), st.lists(_SIGNS, max_size=14).map("".join))
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(q=_TEXTS, fq=_TEXTS, sort=st.sampled_from(["", "id asc", "score desc", "x"]))
def test_any_query_is_answered_or_refused(client: FlaskClient, q: str, fq: str, sort: str) -> None:
    answer = client.get(
        "/api/3/action/package_search", query_string={"q": q, "fq": fq, "sort": sort}
    )
    assert answer.status_code in {200, 400, 409}, (q, fq, answer.get_data())
    assert answer.get_json()["success"] is (answer.status_code == 200)


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    action=st.sampled_from(["package_search", "package_show", "tag_list", "group_list", "nothing"]),
    given_=st.dictionaries(
        st.sampled_from(["q", "fq", "id", "rows", "start", "sort", "facet.field", "fl", "limit"]),
        _ANYTHING,
        max_size=4,
    ),
)
def test_any_json_is_answered_or_refused(
    client: FlaskClient, action: str, given_: dict[str, Any]
) -> None:
    answer = client.post(f"/api/3/action/{action}", json=given_)
    assert answer.status_code in {200, 400, 404, 409}, (action, given_, answer.get_data())
