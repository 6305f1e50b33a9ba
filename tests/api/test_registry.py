"""The registry over HTTP: offers and their filters, records of sheets at every door, and who may edit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from werkzeug.test import TestResponse

from api import create_app
from catalogue.bootstrap import Catalogue, bootstrap
from catalogue.ecosystem import registry as registry_module
from catalogue.model import page_id
from catalogue.people import Grant, Role
from catalogue.settings import Settings
from tests.api import library
from tests.api.conftest import WholeAnswers
from tests.api.signing import csrf_of, person, sign_in
from vocab.offers import offers

API, HTML = "/api/v1", {"Accept": "text/html"}
OFFER = "lumi-aif-lumi-fast-lane"
EVIL = "</textarea><script>alert(1)</script>"


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    opened = bootstrap(library.build_registry(tmp_path_factory.mktemp("registry")))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(catalogue: Catalogue) -> Flask:
    return create_app(catalogue)


def found(client: FlaskClient, query: str) -> list[dict[str, Any]]:
    value = client.get(f"{API}/offers?limit=1000&{query}").get_json()
    assert value["total"] == len(value["items"])
    items: list[dict[str, Any]] = value["items"]
    return items


# --- offers ------------------------------------------------------------------------------------------


def test_an_offer_tells_who_may_use_what_and_where_to_ask(client: FlaskClient) -> None:
    told = client.get(f"{API}/offers/{OFFER}").get_json()
    assert (told["kind"], told["country"], told["access"]) == ("compute", "FI", "restricted")
    assert told["eligible"] == ["start-up", "sme", "industry"]
    assert told["access_mode"] == {"id": "fast-lane", "name": "Fast Lane"}
    assert told["supercomputer"]["accelerator"] == "AMD Instinct MI250X"
    assert told["provider"]["node"]["page"] == "https://catalogue.example/nodes/lumi-aif"
    record = page_id("lumi-aif-registry", f"offer/{OFFER}")
    assert told["record"] == {"id": record, "page": f"https://catalogue.example/datasets/{record}"}
    assert told["request"] == f"https://catalogue.example/requests/new?resource={record}"
    assert told["evidence"]["eligible"]["source"]
    assert "eligible" in told["unsure"]


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("kind=training&country=MT", lambda o: o["id"] == "antenna-mt-training"),
        ("supercomputer=vega", lambda o: o["supercomputer"]["id"] == "vega"),
        ("factory=eurohpc", lambda o: o["provider"]["id"] == "eurohpc"),
        ("factory=jaif", lambda o: "jaif" in {one["id"] for one in o["factories"]}),
        ("sector=mobility", lambda o: "mobility" in o["sectors"]),
        ("eligible=research&kind=compute", lambda o: "research" in o["eligible"]),
        ("country=FI&country=IT&kind=storage", lambda o: o["country"] in {"FI", "IT"}),
        ("q=GPU H100", lambda o: o["supercomputer"]["id"] == "marenostrum-5"),
        ("q=fast lane&eligible=sme&sector=agritech", lambda o: o["country"] in {"IT", "ES"}),
    ],
)
def test_filters_narrow_the_offers(client: FlaskClient, query: str, fits: Any) -> None:
    some, every = found(client, query), found(client, "")
    assert 0 < len(some) < len(every) == len(offers())
    assert all(fits(one) for one in some)


def test_a_walk_over_pages_meets_every_offer_once(client: FlaskClient) -> None:
    met: list[str] = []
    cursor = ""
    while True:
        value = client.get(f"{API}/offers?limit=50{cursor}").get_json()
        met += [one["id"] for one in value["items"]]
        if value["next"] is None:
            break
        cursor = f"&cursor={value['next']}"
    assert len(met) == len(set(met)) == len(offers())


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("kind=gold", "kind"),
        ("eligible=robots", "eligible"),
        ("country=Finland", "country"),
        ("sector=magic", "sector"),
        ("cursor=nobody", "cursor"),
        ("colour=red", "colour"),
        (f"q={'x' * 201}", "q"),
    ],
)
def test_a_filter_that_cannot_be_used_is_named(client: FlaskClient, query: str, name: str) -> None:
    answer = client.get(f"{API}/offers?{query}")
    assert answer.status_code == 400
    assert answer.get_json()["parameter"] == name


def test_supercomputers_and_initiatives_are_listed_with_their_factories(
    client: FlaskClient,
) -> None:
    machines = client.get(f"{API}/supercomputers?country=FI").get_json()["items"]
    assert [(one["id"], one["status"]) for one in machines] == [
        ("lumi", "operational"),
        ("lumi-ai", "planned"),
    ]
    assert [one["id"] for one in machines[0]["factories"]] == ["lumi-aif"]
    assert machines[0]["offers"] == len(found(client, "supercomputer=lumi"))
    (initiative,) = client.get(f"{API}/initiatives?country=PL").get_json()["items"]
    assert {one["id"] for one in initiative["factories"]} == {"piast-ai", "gaia"}
    assert "factories" in initiative["unsure"]


def test_the_page_of_offers_filters_without_a_script(client: FlaskClient) -> None:
    page = client.get("/offers?q=GPU&sector=health&country=FI", headers=HTML).get_data(as_text=True)
    assert "GPU hours on LUMI: Fast Lane" in page
    assert "MareNostrum" not in page.partition("found")[2]
    assert f"/requests/new?resource={page_id('lumi-aif-registry', f'offer/{OFFER}')}" in page
    assert client.get("/offers?kind=gold", headers=HTML).status_code == 400


def test_an_offers_page_is_its_records_page(client: FlaskClient) -> None:
    answer = client.get(f"/offers/{OFFER}", headers=HTML)
    assert answer.status_code == 303
    place = answer.headers["Location"].removeprefix("https://catalogue.example")
    page = client.get(place, headers=HTML).get_data(as_text=True)
    told = ("Request access", "Fast Lane", "Start-ups, SMEs, Industry", "unsure")
    for words in (*told, "/factories/lumi-aif"):
        assert words in page
    assert "Getting the data" not in page
    assert "/edit" not in page  # nobody who may edit asks


# --- sheets as records -------------------------------------------------------------------------------


def test_a_search_finds_offers_machines_and_factories(client: FlaskClient) -> None:
    value = client.get(f"{API}/datasets?q=LUMI&country=FI&facets=type&limit=50").get_json()
    counted = {one["value"]: one["count"] for one in value["facets"]["type"]}
    assert counted["supercomputer"] >= 1
    assert counted["factory"] >= 1
    assert counted["offer"] == len(found(client, "factory=lumi-aif")) - 1  # one is a training
    gpus = client.get(f"{API}/datasets?q=GPU&country=ES&sector=energy&type=offer").get_json()
    assert gpus["total"] == 4
    assert all("MareNostrum 5" in one["title"] for one in gpus["items"])


def test_sparql_finds_the_offers_of_a_supercomputer(client: FlaskClient) -> None:
    query = """PREFIX aicat: <https://w3id.org/aicat/terms#> PREFIX dct: <http://purl.org/dc/terms/>
        PREFIX foaf: <http://xmlns.com/foaf/0.1/>
        SELECT ?id ?by WHERE { ?offer a aicat:Offer ; dct:identifier ?id ; aicat:eligible "start-up" ;
          aicat:supercomputer / foaf:name "LUMI" ; aicat:provider / foaf:name ?by }"""
    answer = client.post("/sparql", data={"query": query}, headers={"Accept": "application/json"})
    rows = json.loads(answer.data)["results"]["bindings"]
    expected = {one["id"] for one in found(client, "supercomputer=lumi&eligible=start-up")}
    assert {one["id"]["value"] for one in rows} == expected
    assert {one["by"]["value"] for one in rows} == {"LUMI AI Factory", "EuroHPC Joint Undertaking"}


def test_no_door_calls_a_sheet_a_dataset(client: FlaskClient) -> None:
    catalog = client.get("/catalog.ttl?type=factory&type=offer&limit=1000").get_data(as_text=True)
    assert "dcat:dataset" not in catalog
    assert "a dcat:Dataset" not in catalog
    package = client.get("/api/3/action/package_search?fq=dataset_type:dataset").get_json()
    assert package["result"]["count"] == 0
    page = client.get("/search?type=offer", headers=HTML).get_data(as_text=True)
    assert "https://w3id.org/aicat/sector" not in page


def test_a_sheet_is_read_as_it_may_be_sent_back(client: FlaskClient) -> None:
    listing = client.get(f"{API}/registry?kind=call").get_json()["items"]
    assert listing[0]["id"] == "call/ai-factories"
    answer = client.get(listing[0]["sheet"].removeprefix("https://catalogue.example"))
    assert answer.get_json()["origin"] == "built-in"
    assert answer.headers["ETag"]
    for path in ("registry/gold/x", "registry/offer/none", "registry/offer/..%2f..%2fetc"):
        assert client.get(f"{API}/{path}").status_code == 404


# --- who may edit ------------------------------------------------------------------------------------


class ByHttps(WholeAnswers):
    """Asks as browsers do, which keep a session's cookie from plain HTTP."""

    def open(self, *args: Any, base_url: str = "https://localhost", **more: Any) -> TestResponse:
        return super().open(*args, base_url=base_url, **more)


class Edited:
    """A catalogue of its own to edit, and a client that may be signed in."""

    def __init__(self, settings: Settings) -> None:
        self.catalogue = bootstrap(settings)
        self.journal = self.catalogue.journal
        app = create_app(self.catalogue)
        app.test_client_class = ByHttps
        self.client = app.test_client()

    def as_person(self, *grants: Grant) -> str:
        """Sign somebody with these roles in; returns how the audit log names them."""
        who = person(self.journal, "ada", *grants, issuer="https://idp.example")
        sign_in(self.client, self.journal, who.id)
        self.client.environ_base["HTTP_X_CSRF_TOKEN"] = csrf_of(self.client)
        return who.who

    def as_steward(self) -> str:
        return self.as_person(Grant(Role.STEWARD))

    def key(self, node: str, **more: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.journal.keys.create(node, 'tester', **more).token}"}

    def sheet(self, kind: str, sheet_id: str, /, **changed: Any) -> dict[str, Any]:
        return {**self.client.get(f"{API}/registry/{kind}/{sheet_id}").get_json(), **changed}

    def put(self, kind: str, sheet_id: str, document: Any, **headers: str) -> TestResponse:
        return self.client.put(f"{API}/registry/{kind}/{sheet_id}", json=document, headers=headers)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A registry as it begins, which nobody has opened."""
    return library.build_registry(tmp_path_factory.mktemp("begun"))


@pytest.fixture
def edited(begun: Settings, tmp_path: Path) -> Iterator[Edited]:
    shutil.copytree(begun.data_dir, tmp_path / "var")
    made = Edited(replace(begun, data_dir=tmp_path / "var"))
    yield made
    made.catalogue.close()


def test_nobody_edits_unknown(edited: Edited) -> None:
    before = edited.sheet("offer", OFFER)
    assert edited.put("offer", OFFER, {**before, "title": "Changed"}).status_code == 401
    assert edited.put("offer", OFFER, {"wrong": 1}).status_code == 401
    assert edited.client.delete(f"{API}/registry/offer/{OFFER}").status_code == 401
    given = {"day": "2030-01-01", "source": "x"}
    assert edited.client.post(f"{API}/calls/ai-factories/cut-offs", json=given).status_code == 401
    place = f"/registry/offer/{OFFER}/edit"
    assert edited.client.post(place, headers=HTML).status_code == 401
    page = edited.client.get(place, headers=HTML)
    assert (page.status_code, page.headers["Location"]) == (303, f"/sign-in?next={place}")
    assert edited.sheet("offer", OFFER) == before


def test_somebody_without_the_role_is_refused_and_the_log_says_so(edited: Edited) -> None:
    who = edited.as_person(Grant(Role.ADMINISTRATOR), Grant(Role.AUDITOR))
    before = edited.sheet("offer", OFFER)
    assert edited.put("offer", OFFER, {**before, "title": "Changed"}).status_code == 403
    given = {"day": "2030-01-01", "source": "x"}
    assert edited.client.post("/calls/ai-factories/cut-offs", data=given).status_code == 403
    assert edited.client.get(f"/registry/offer/{OFFER}/edit", headers=HTML).status_code == 403
    assert "/edit" not in edited.client.get("/factories/lumi-aif").get_data(as_text=True)
    refused = [one for one in edited.journal.audit.entries(limit=1000) if one.who == who]
    assert [one.act for one in refused if one.act.endswith("refused")] == ["access.refused"] * 3
    assert edited.sheet("offer", OFFER) == before


def test_a_steward_without_the_forms_token_changes_nothing(edited: Edited) -> None:
    edited.as_steward()
    del edited.client.environ_base["HTTP_X_CSRF_TOKEN"]
    before = edited.sheet("offer", OFFER)
    form = {"seen": "", "document": json.dumps({**before, "title": "Forged"})}
    assert edited.client.post(f"/registry/offer/{OFFER}/edit", data=form).status_code == 403
    assert edited.put("offer", OFFER, {**before, "title": "Forged"}).status_code == 403
    assert edited.sheet("offer", OFFER) == before


def test_a_factorys_key_keeps_its_own_offers_and_nothing_else(edited: Edited) -> None:
    own = edited.key("lumi-aif")
    changed = edited.sheet("offer", OFFER, conditions="On terms (fictional).")
    answer = edited.put("offer", OFFER, changed, **own)
    assert (answer.status_code, answer.get_json()["changed"]) == (200, True)
    assert edited.sheet("offer", OFFER)["origin"] == "edited"
    new = {**changed, "id": "lumi-aif-new", "title": "A new one (fictional)"}
    assert edited.put("offer", "lumi-aif-new", new, **own).status_code == 201
    assert edited.client.get(f"{API}/offers/lumi-aif-new").get_json()["conditions"]
    theirs = edited.sheet("offer", "mimer-training", title="Taken over")
    for refused in (
        edited.put("offer", "mimer-training", theirs, **own),
        edited.put(
            "offer", "lumi-aif-other", {**new, "id": "lumi-aif-other", "provider": "mimer"}, **own
        ),
        edited.put("factory", "lumi-aif", edited.sheet("factory", "lumi-aif"), **own),
        edited.client.delete(f"{API}/registry/offer/mimer-training", headers=own),
        edited.put("offer", OFFER, changed, **edited.key("lumi-aif", scope=("harvest",))),
    ):
        assert refused.status_code == 403
    assert edited.put("offer", OFFER, {**changed, "provider": "mimer"}, **own).status_code == 409
    acts = [one.act for one in edited.journal.audit.entries(limit=1000)]
    assert acts.count("key.refused") == 5
    assert acts.count("registry.put") == 2
    assert (
        edited.client.delete(f"{API}/registry/offer/lumi-aif-new", headers=own).status_code == 204
    )
    assert edited.client.get(f"{API}/offers/lumi-aif-new").status_code == 404


def test_records_of_sheets_come_by_the_registrys_door_only(edited: Edited) -> None:
    own = {**edited.key("lumi-aif"), "Content-Type": "text/turtle"}
    place = f"{API}/sources/lumi-aif-registry/records"
    body = "<https://x.example/> a <http://www.w3.org/ns/dcat#Dataset> ."
    for answer in (
        edited.client.put(f"{place}/offer/{OFFER}", data=body, headers=own),
        edited.client.delete(f"{place}/offer/{OFFER}", headers=own),
        edited.client.post(f"{place}?complete=true", data=body, headers=own),
    ):
        assert answer.status_code == 409
        assert "/api/v1/registry" in answer.get_json()["detail"]


def test_a_document_that_cannot_be_used_is_refused_with_findings(edited: Edited) -> None:
    edited.as_steward()
    before = edited.sheet("offer", OFFER)
    answer = edited.put("offer", OFFER, {**before, "kind": "gold", "contact": "javascript:x"})
    assert answer.status_code == 422
    assert {one["path"] for one in answer.get_json()["findings"]} == {"kind", "contact"}
    assert edited.put("offer", OFFER, {**before, "supercomputer": "none"}).status_code == 422
    place = f"{API}/registry/offer/{OFFER}"
    assert edited.client.put(place, data=b"{", content_type="application/json").status_code == 422
    assert edited.client.put(place, data=b"{}", content_type="text/plain").status_code == 415
    long = b" " * (300 * 1024)
    assert edited.client.put(place, data=long, content_type="application/json").status_code == 413
    assert edited.put("gold", "x", {}).status_code == 404
    assert edited.sheet("offer", OFFER) == before


def test_of_two_edits_of_one_version_the_second_is_told(edited: Edited) -> None:
    edited.as_steward()
    tag = edited.client.get(f"{API}/registry/offer/{OFFER}").headers["ETag"]
    changed = edited.sheet("offer", OFFER, conditions="First (fictional).")
    headers = {"If-Match": tag}
    assert edited.put("offer", OFFER, changed, **headers).status_code == 200
    changed["conditions"] = "Second (fictional)."
    assert edited.put("offer", OFFER, changed, **headers).status_code == 409
    assert edited.sheet("offer", OFFER)["conditions"] == "First (fictional)."


def test_if_match_is_one_strong_tag_for_putting_and_deleting(edited: Edited) -> None:
    edited.as_steward()
    place = f"{API}/registry/offer/{OFFER}"
    seen = edited.client.get(place).headers["ETag"]
    sheet = edited.sheet("offer", OFFER, conditions="First (fictional).")
    for tags in (f"W/{seen}", f'{seen}, "{"0" * 32}"'):
        assert edited.put("offer", OFFER, sheet, **{"If-Match": tags}).status_code == 400
        assert edited.client.delete(place, headers={"If-Match": tags}).status_code == 400
    assert edited.put("offer", OFFER, sheet, **{"If-Match": seen}).status_code == 200
    assert edited.client.delete(place, headers={"If-Match": seen}).status_code == 409
    now = edited.client.get(place).headers["ETag"]
    assert edited.client.delete(place, headers={"If-Match": now}).status_code == 204


def test_an_edit_between_reading_and_storing_is_not_overwritten(
    edited: Edited, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited.as_steward()
    place = f"{API}/registry/offer/{OFFER}"
    seen = edited.client.get(place).headers["ETag"]
    sheet = edited.sheet("offer", OFFER)
    checked = registry_module._check

    def meanwhile(*given: Any) -> None:
        """The other steward's edit is stored after the version was looked at first."""
        monkeypatch.setattr(registry_module, "_check", checked)
        other = {**sheet, "conditions": "First (fictional)."}
        assert edited.put("offer", OFFER, other).status_code == 200
        checked(*given)

    monkeypatch.setattr(registry_module, "_check", meanwhile)
    late = {**sheet, "conditions": "Second (fictional)."}
    assert edited.put("offer", OFFER, late, **{"If-Match": seen}).status_code == 409
    assert edited.sheet("offer", OFFER)["conditions"] == "First (fictional)."


def test_an_announced_cut_off_is_told_by_page_json_and_calendar(edited: Edited) -> None:
    edited.as_steward()
    given = {"day": "2025-08-11", "instead_of": "2025-08-04", "source": "gazette.example"}
    answer = edited.client.post(f"{API}/calls/ai-factories/cut-offs", json=given)
    assert answer.status_code == 200
    cut = edited.client.get(f"{API}/calls/ai-factories").get_json()["cut_offs"][3]
    assert (cut["date"], cut["instead_of"], cut["announced"]) == ("2025-08-11", "2025-08-04", True)
    form = {"day": "2025-11-06", "instead_of": "2025-11-04", "source": "gazette.example"}
    answer = edited.client.post("/calls/ai-factories/cut-offs", data=form, headers=HTML)
    assert answer.status_code == 303
    days = {
        one.decoded("DTSTART").isoformat(): str(one["STATUS"])
        for one in Calendar.from_ical(edited.client.get("/calls.ics").data).walk("VEVENT")
    }
    assert days["2025-08-11"] == "CONFIRMED"
    assert days["2025-11-06"] == "TENTATIVE"  # "sure" was not ticked
    assert "2025-08-04" not in days
    for wrong in ({**given, "day": "2025-02-01"}, {**given, "instead_of": "2025-08-05"}):
        answer = edited.client.post(f"{API}/calls/ai-factories/cut-offs", json=wrong)
        assert answer.status_code == 422
        page = edited.client.post("/calls/ai-factories/cut-offs", data=wrong, headers=HTML)
        assert page.status_code == 422
        assert "Nothing" in page.get_data(as_text=True) or "cannot be used" in page.get_data(
            as_text=True
        )
    page = edited.client.post("/calls/ai-factories/cut-offs", data={"day": "soon"}, headers=HTML)
    assert page.status_code == 422
    assert edited.client.post(f"{API}/calls/none/cut-offs", json=given).status_code == 404


def test_an_offer_under_a_call_tells_the_calls_next_cut_off(edited: Edited) -> None:
    edited.as_steward()
    day = {"day": "2031-02-03", "source": "gazette.example"}
    assert edited.client.post(f"{API}/calls/cooperation-2026/cut-offs", json=day).status_code == 200
    call = edited.sheet("call", "cooperation-2026", closes="2031-03-01")
    assert edited.put("call", "cooperation-2026", call).status_code == 200
    changed = edited.sheet("offer", OFFER, call="cooperation-2026")
    assert edited.put("offer", OFFER, changed).status_code == 200
    told = edited.client.get(f"{API}/offers/{OFFER}").get_json()
    assert (told["next_cut_off"], told["call"]["state"]) == ("2031-02-03", "open")
    page = edited.client.get(f"/datasets/{told['record']['id']}", headers=HTML)
    assert "2031-02-03" in page.get_data(as_text=True)


def test_a_steward_edits_a_sheet_on_its_page(edited: Edited) -> None:
    who = edited.as_steward()
    place = "/registry/factory/lumi-aif/edit"
    page = edited.client.get(place, headers=HTML).get_data(as_text=True)
    assert "Kajaani" in page
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    document = edited.sheet("factory", "lumi-aif", city="Kajaani and Espoo")
    form = {"seen": seen, "document": json.dumps(document)}
    wrong = edited.client.post(place, data={**form, "document": EVIL}, headers=HTML)
    assert wrong.status_code == 422
    assert EVIL not in wrong.get_data(as_text=True)
    assert "Nothing was stored" in wrong.get_data(as_text=True)
    done = edited.client.post(place, data=form, headers=HTML)
    assert done.status_code == 303
    assert "Kajaani and Espoo" in edited.client.get("/factories/lumi-aif").get_data(as_text=True)
    act = edited.journal.audit.last("registry.put", "factory/lumi-aif")
    assert act is not None
    assert act.who == who
    told = edited.client.get(f"{API}/runs/{act.details['run']}").get_json()
    assert told["asked_by"] == "steward"  # everybody may read runs
    late = edited.client.post(place, data=form, headers=HTML)
    assert late.status_code == 409
    assert "somebody else" in late.get_data(as_text=True)
    assert f'href="{place}"' in edited.client.get("/factories/lumi-aif").get_data(as_text=True)


def test_hostile_text_of_a_sheet_stays_text(edited: Edited) -> None:
    edited.as_steward()
    texts = dict.fromkeys(("title", "description", "conditions"), EVIL)
    changed = edited.sheet("offer", OFFER, **texts)
    changed["evidence"]["eligible"] = {"source": EVIL, "confidence": EVIL, "sure": False}
    assert edited.put("offer", OFFER, changed).status_code == 200
    record = page_id("lumi-aif-registry", f"offer/{OFFER}")
    for place in (
        "/offers",
        f"/datasets/{record}",
        "/factories/lumi-aif",
        f"/registry/offer/{OFFER}/edit",
    ):
        page = edited.client.get(place, headers=HTML)
        assert page.status_code == 200
        assert "<script>alert" not in page.get_data(as_text=True)


def test_a_hidden_source_is_seen_by_no_public_door(edited: Edited) -> None:
    before = edited.journal.source("lumi-aif-registry")
    edited.journal.edit_source(replace(before, visibility="members"))
    for place in ("factories/lumi-aif", f"offers/{OFFER}", f"registry/offer/{OFFER}"):
        assert edited.client.get(f"{API}/{place}").status_code == 404
    assert OFFER not in edited.client.get(f"{API}/offers?limit=1000").get_data(as_text=True)
    own = edited.key("lumi-aif")
    assert edited.client.get(f"{API}/offers/{OFFER}", headers=own).status_code == 200
