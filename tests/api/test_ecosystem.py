"""AI Factories and calls: JSON, pages, and the calendar as a calendar program reads it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from api import create_app
from api.icalendar import Event, calendar
from catalogue.bootstrap import Catalogue, bootstrap
from catalogue.ecosystem.registry import Ecosystem, Kept, Registry
from catalogue.settings import Settings
from tests.api import library
from tests.api.conftest import whole_answers
from vocab.calls import Call, call_of, calls

FACTORIES, CALLS = "/api/v1/factories", "/api/v1/calls"
HTML = {"Accept": "text/html"}
EVIL = '</h1><script>alert(1)</script>; a, b \\ c\r\nX-EVIL:1 – ünï "цитат"'


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    opened = bootstrap(library.build_registry(tmp_path_factory.mktemp("registry")))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(catalogue: Catalogue) -> Flask:
    return create_app(catalogue)


def at(catalogue: Catalogue, *moment: int) -> FlaskClient:
    """A client of a catalogue whose clock stands at a moment of UTC."""
    clock = lambda: datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type,misc]  # noqa: E731
    return whole_answers(create_app(replace(catalogue, clock=clock)))


def ids(client: FlaskClient, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    value = answer.get_json()
    assert value["total"] == len(value["items"]) or value["next"]
    return [one["id"] for one in value["items"]]


# --- factories -------------------------------------------------------------------------------------


def test_factories_are_listed_before_antennas_with_their_facts(client: FlaskClient) -> None:
    value = client.get(FACTORIES).get_json()
    assert (value["total"], value["next"]) == (32, None)
    assert [one["kind"] for one in value["items"]] == ["ai-factory"] * 19 + ["antenna"] * 13
    lumi = next(one for one in value["items"] if one["id"] == "lumi-aif")
    assert (lumi["country"], lumi["city"]) == ("FI", "Kajaani")
    assert lumi["hosting_entity"] == "CSC - IT Center for Science"
    assert lumi["website"] == "https://lumi-ai-factory.eu"
    assert {one["country"] for one in lumi["antennas"]} == {"BE", "IS", "LV", "CH"}
    assert lumi["sectors"] == ["health", "manufacturing"]
    assert "sectors" in lumi["unsure"]
    assert [one["id"] for one in lumi["calls"]] == ["ai-factories"]


def test_a_factorys_supercomputers_have_figures_with_their_confidence(client: FlaskClient) -> None:
    lumi = client.get(f"{FACTORIES}/lumi-aif").get_json()
    machine = next(one for one in lumi["supercomputers"] if one["id"] == "lumi")
    assert (machine["sustained_pflops"], machine["peak_pflops"]) == ("379.7", "~539")
    assert machine["unsure"] == ["peak_pflops"]
    unnamed = client.get(f"{FACTORIES}/mimer").get_json()["supercomputers"]
    assert unnamed == [{"name": "new AI-optimised system", "id": None}]


def test_sectors_of_a_factory_come_with_their_words_and_reason(client: FlaskClient) -> None:
    told = client.get(f"{FACTORIES}/piast-ai?lang=de").get_json()
    assert told["sectors"] == ["health", "defence", "manufacturing"]
    reasons = {one["sector"]: one for one in told["sector_reasons"]}
    assert reasons["defence"]["words"] == "space and robotics"
    assert reasons["health"]["label"] == "Gesundheitswesen"
    assert all(one["reason"] for one in reasons.values())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("country=LT", ["litai"]),
        ("country=LT&country=NL", ["nlaif", "litai"]),
        ("country=ES&sector=energy", ["bsc-aif"]),
        ("sector=mobility", ["hammerhai"]),
        ("kind=antenna&country=MT", ["antenna-mt"]),
        ("kind=antenna&sector=health", []),
        ("q=marenostrum", ["bsc-aif"]),
        ("q=LEONARDO cineca", ["it4lia"]),
        ("q=jülich", ["jaif"]),
        ("q=", None),
        ("q=.*", []),
    ],
)
def test_filters_narrow_the_factories(
    client: FlaskClient, query: str, expected: list[str] | None
) -> None:
    found = ids(client, f"{FACTORIES}?{query}")
    assert len(found) == 32 if expected is None else found == expected


def test_a_walk_over_pages_meets_every_factory_once(client: FlaskClient) -> None:
    met: list[str] = []
    address: str | None = f"{FACTORIES}?limit=7&kind=ai-factory"
    while address:
        answer = client.get(address)
        met += [one["id"] for one in answer.get_json()["items"]]
        link = answer.headers.get("Link")
        address = (
            link.partition(">")[0][1:].removeprefix("https://catalogue.example") if link else None
        )
    assert met == ids(client, f"{FACTORIES}?kind=ai-factory")


def test_a_factory_is_a_member_whose_page_leads_to_its_records(client: FlaskClient) -> None:
    told = client.get(f"{FACTORIES}/hammerhai").get_json()
    assert told["node"]["page"] == "https://catalogue.example/nodes/hammerhai"
    assert told["record"]["page"].startswith("https://catalogue.example/datasets/")
    assert "/nodes/hammerhai" in client.get("/factories/hammerhai").get_data(as_text=True)


# --- calls -----------------------------------------------------------------------------------------


def test_a_closed_call_says_closed_and_lists_its_cut_offs(catalogue: Catalogue) -> None:
    client = at(catalogue, 2026, 1, 1)
    told = client.get(f"{CALLS}/ai-factories").get_json()
    assert (told["state"], told["next_cut_off"], told["closes"]) == ("closed", None, "2025-12-31")
    assert [(one["date"], one["over"], one["sure"]) for one in told["cut_offs"]] == [
        ("2024-11-04", True, False),
        ("2025-02-01", True, True),
        ("2025-05-02", True, False),
        ("2025-08-04", True, False),
        ("2025-11-04", True, False),
    ]
    page = client.get("/calls/ai-factories", headers=HTML).get_data(as_text=True)
    assert "This call is closed" in page
    for one in told["cut_offs"]:
        assert f'<time datetime="{one["date"]}">' in page


def test_an_open_call_tells_its_next_cut_off(catalogue: Catalogue) -> None:
    client = at(catalogue, 2025, 2, 1, 23, 59)
    told = client.get(f"{CALLS}/ai-factories").get_json()
    assert (told["state"], told["next_cut_off"]) == ("open", "2025-02-01")
    assert told["cut_offs"][1]["instead_of"] == "2025-02-04"
    assert told["rule"] == {"first": "2024-11-04", "months": 3, "last": "2025-12-31"}
    later = at(catalogue, 2025, 2, 2)
    assert later.get(f"{CALLS}/ai-factories").get_json()["next_cut_off"] == "2025-05-02"
    for one, said in ((client, "2025-02-01</time></strong>."), (later, "unsure</span>.")):
        page = one.get("/calls/ai-factories", headers=HTML).get_data(as_text=True)
        assert (
            said in page.partition("This call is open. The next cut-off is")[2].partition("</p>")[0]
        )


def test_a_call_tells_budget_funds_and_sources(client: FlaskClient) -> None:
    told = client.get(f"{CALLS}/ai-factories").get_json()
    assert (told["budget"]["amount"], told["budget"]["currency"]) == (1_000_000_000, "EUR")
    assert told["programmes"] == ["Digital Europe Programme", "Horizon Europe"]
    assert any("member states" in one for one in told["funds"])
    assert {"budget", "first"} <= set(told["unsure"])
    assert [len(one["factories"]) for one in told["results"]] == [7, 6, 6]


def test_calls_are_filtered_by_state(catalogue: Catalogue) -> None:
    client = at(catalogue, 2025, 6, 1)
    every = ["ai-factories", "ai-factory-antennas", "cooperation-2026"]
    assert ids(client, f"{CALLS}?state=open") == every[:2]
    assert ids(client, f"{CALLS}?state=upcoming") == every[2:]
    assert ids(client, f"{CALLS}?state=closed") == []
    assert ids(client, f"{CALLS}?state=open&state=upcoming") == every
    assert "No call is closed" in client.get("/calls?state=closed").get_data(as_text=True)


def test_the_answer_changes_with_the_day_and_so_does_its_tag(catalogue: Catalogue) -> None:
    before, after = at(catalogue, 2025, 12, 31, 23), at(catalogue, 2026, 1, 1, 1)
    tag = before.get(CALLS).headers["ETag"]
    assert after.get(CALLS, headers={"If-None-Match": tag}).status_code == 200
    assert before.get(CALLS, headers={"If-None-Match": tag}).status_code == 304


# --- what cannot be used ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (f"{FACTORIES}?country=fi", "country"),
        (f"{FACTORIES}?country=Finland", "country"),
        (f"{FACTORIES}?country=QQ", "country"),
        (f"{FACTORIES}?country=%00", "country"),
        (f"{FACTORIES}?sector=magic", "sector"),
        (f"{FACTORIES}?sector=health&sector=", "sector"),
        (f"{FACTORIES}?kind=factory", "kind"),
        (f"{FACTORIES}?q={'x' * 201}", "q"),
        (f"{FACTORIES}?limit=0", "limit"),
        (f"{FACTORIES}?limit=1001", "limit"),
        (f"{FACTORIES}?limit=%D9%A1%2F", "limit"),
        (f"{FACTORIES}?cursor=nobody", "cursor"),
        (f"{FACTORIES}?country=FI&cursor=litai", "cursor"),
        (f"{FACTORIES}?state=open", "state"),
        (f"{FACTORIES}/lumi-aif?limit=2", "limit"),
        (f"{CALLS}?state=OPEN", "state"),
        (f"{CALLS}?state=open'--", "state"),
        (f"{CALLS}?cursor=%2e%2e%2f", "cursor"),
        (f"{CALLS}?lang=%3Cscript%3E", "lang"),
        (f"{CALLS}/ai-factories?now=2025-01-01", "now"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named(
    client: FlaskClient, address: str, name: str
) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert answer.get_json()["parameter"] == name


@pytest.mark.parametrize("address", ["/factories?sector=magic", "/calls?state=%3Cb%3E"])
def test_a_page_says_which_filter_cannot_be_used(client: FlaskClient, address: str) -> None:
    answer = client.get(address, headers=HTML)
    assert (answer.status_code, answer.mimetype) == (400, "text/html")
    assert "there are:" in answer.get_data(as_text=True)


def test_empty_fields_of_a_form_narrow_nothing(client: FlaskClient) -> None:
    page = client.get("/factories?q=&country=&sector=&kind=", headers=HTML)
    assert page.status_code == 200
    assert "<strong>32</strong>" in page.get_data(as_text=True)


@pytest.mark.parametrize("folder", ["/api/v1/factories", "/api/v1/calls", "/factories", "/calls"])
@pytest.mark.parametrize("name", ["nobody", "..%2f..%2fetc", "%00", "x" * 10_000, "%E2%80%AE", "LUMI-AIF"])  # fmt: skip
def test_what_there_is_not_is_not_found(client: FlaskClient, folder: str, name: str) -> None:
    answer = client.get(f"{folder}/{name}")
    assert answer.status_code == 404
    assert len(answer.get_data()) < 12_000


def test_the_document_of_the_api_has_factories_and_calls(client: FlaskClient) -> None:
    paths = client.get("/api/v1/openapi.json").get_json()["paths"]
    for path in (FACTORIES, CALLS):
        assert f"{path}/{{{path.rsplit('/', 1)[1][:-1].replace('ie', 'y')}_id}}" in paths
        names = {one["name"] for one in paths[path]["get"]["parameters"]}
        assert {"limit", "cursor"} <= names
    assert {"country", "sector", "kind", "q"} <= {
        one["name"] for one in paths[FACTORIES]["get"]["parameters"]
    }


# --- pages -----------------------------------------------------------------------------------------


def test_every_factory_and_call_has_a_page_that_its_list_leads_to(client: FlaskClient) -> None:
    for door, api in (("/factories", FACTORIES), ("/calls", CALLS)):
        listing = client.get(door, headers=HTML).get_data(as_text=True)
        for one in client.get(api).get_json()["items"]:
            assert f'href="{door}/{one["id"]}"' in listing
            page = client.get(f"{door}/{one['id']}", headers=HTML)
            assert page.status_code == 200
            assert ("unsure" in page.get_data(as_text=True)) or not one["unsure"]


def test_the_pages_filter_finds_a_factory_by_the_name_of_its_supercomputer(
    client: FlaskClient,
) -> None:
    page = client.get("/factories?q=Alice+Recoque&lang=de", headers=HTML).get_data(as_text=True)
    assert "AI Factory France" in page
    assert "LUMI AI Factory" not in page


def test_every_page_leads_to_factories_and_calls(client: FlaskClient) -> None:
    page = client.get("/", headers=HTML).get_data(as_text=True)
    assert 'href="/factories"' in page
    assert 'href="/calls"' in page


# --- the calendar ----------------------------------------------------------------------------------


def read(client: FlaskClient) -> tuple[bytes, Calendar]:
    answer = client.get("/calls.ics")
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    return answer.data, Calendar.from_ical(answer.data)


def test_the_calendar_has_an_event_for_each_cut_off(client: FlaskClient) -> None:
    _body, found = read(client)
    expected = [
        (one["title"], cut["date"], "CONFIRMED" if cut["sure"] else "TENTATIVE", one["page"])
        for one in client.get(CALLS).get_json()["items"]
        for cut in one["cut_offs"]
    ]
    events = [
        (
            str(one["SUMMARY"]).removesuffix(": cut-off"),
            one.decoded("DTSTART").isoformat(),
            str(one["STATUS"]),
            str(one["URL"]),
        )
        for one in found.walk("VEVENT")
    ]
    assert events == expected
    assert len(events) == 7


def test_the_calendar_keeps_the_rules_of_rfc_5545(client: FlaskClient) -> None:
    body, found = read(client)
    assert (str(found["VERSION"]), str(found["PRODID"])) == ("2.0", "-//aicat//calls//EN")
    assert str(found["X-WR-CALNAME"]) == str(found["NAME"])
    assert str(found["NAME"]).endswith(": calls")
    assert not found.errors
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert body.count(b"\n") == body.count(b"\r\n") == body.count(b"\r")
    assert max(len(line) for line in body.split(b"\r\n")) <= 75
    for one in found.walk("VEVENT"):
        assert not one.errors
        assert type(one.decoded("DTSTART")) is date
        assert one.decoded("DTSTAMP").utcoffset() == timedelta(0)
    uids = [str(one["UID"]) for one in found.walk("VEVENT")]
    assert len(set(uids)) == len(uids)


def test_the_calendar_is_the_same_at_any_time(catalogue: Catalogue) -> None:
    assert read(at(catalogue, 2025, 1, 1))[0] == read(at(catalogue, 2026, 7, 1))[0]


@contextmanager
def known(*some: Call) -> Iterator[None]:
    kept = [Kept(one, "edited", one.id, "made-up", "eurohpc", "public", b"") for one in some]
    with patch.object(Registry, "known", lambda _self: Ecosystem(kept)):
        yield


def test_an_events_uid_stays_when_its_day_moves_and_on_any_site(
    client: FlaskClient, catalogue: Catalogue
) -> None:
    row = {"id": "invented", "title": "Invented", "revised": date(2030, 1, 1)}
    rule = {"first": date(2030, 1, 15), "months": 3, "closes": date(2030, 4, 30)}
    said = {"source": "gazette.example", "confidence": "sure", "sure": True}
    moved = [{"day": date(2030, 5, 2), "instead_of": date(2030, 4, 15), **said}]
    with known(call_of({**row, **rule})):
        before = read(client)[1].walk("VEVENT")
    settings = replace(catalogue.settings, base_url="https://elsewhere.example")
    other = whole_answers(create_app(replace(catalogue, settings=settings)))
    with known(call_of({**row, **rule, "announced": moved})):
        after = read(other)[1].walk("VEVENT")
    assert [str(one["UID"]) for one in before] == [str(one["UID"]) for one in after]
    assert [one.decoded("DTSTART").isoformat() for one in after] == ["2030-01-15", "2030-05-02"]


def test_hostile_text_of_a_call_stays_text_in_calendar_and_page(client: FlaskClient) -> None:
    facts = dict.fromkeys(("title", "budget", "eligible", "purpose", "time"), EVIL)
    lists = {name: [EVIL] for name in ("references", "programmes", "funds")}
    said = {"source": EVIL, "confidence": EVIL, "sure": False}
    links = [{"title": EVIL, "url": "javascript:alert(1)"}]
    more = {"announced": [{"day": date(2030, 1, 2), **said}], "links": links}
    row = {"id": "invented", "revised": date(2030, 1, 1), **facts, **lists, **more}
    with known(call_of(row)):
        body, found = read(client)
        page = client.get("/calls/invented", headers=HTML).get_data(as_text=True)
        listing = client.get("/calls", headers=HTML).get_data(as_text=True)
    (event,) = found.walk("VEVENT")
    assert "X-EVIL" not in event
    # RFC 5545, section 3.3.11: what a lenient parser would also take unescaped.
    escaped = (
        EVIL.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r\n", "\\n")
    )
    assert f"\r\nSUMMARY:{escaped}: cut-off\r\n" in body.replace(b"\r\n ", b"").decode()
    assert str(event["SUMMARY"]) == EVIL.replace("\r\n", "\n") + ": cut-off"
    assert EVIL.replace("\r\n", "\n") in str(event["DESCRIPTION"])
    for text in (page, listing):
        assert "<script>alert" not in text
        assert "javascript:" not in text


def test_long_lines_are_folded_between_characters() -> None:
    words = "ünïcödé 🛰 цитат, " * 40
    moment = datetime(2030, 1, 1, tzinfo=UTC)
    event = Event("uid", date(2030, 1, 1), moment, words, words, "https://x.example/", "c", True)
    body = calendar("Name", "About", "https://x.example/", [event])
    for line in body.split(b"\r\n"):
        assert len(line) <= 75
        line.decode("utf-8")
    (found,) = Calendar.from_ical(body).walk("VEVENT")
    assert str(found["SUMMARY"]) == words


def test_calls_of_the_table_are_those_that_are_served(client: FlaskClient) -> None:
    assert ids(client, CALLS) == [one.id for one in calls()]


def test_an_empty_registry_says_how_to_begin_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    opened = bootstrap(Settings(data_dir=tmp_path_factory.mktemp("bare")))
    try:
        client = whole_answers(create_app(opened))
        for door in ("factories", "offers", "calls"):
            page = client.get(f"/{door}", headers=HTML)
            assert page.status_code == 200
            assert "aicat registry load" in page.get_data(as_text=True)
            assert client.get(f"/api/v1/{door}").get_json()["total"] == 0
        assert client.get("/calls.ics").status_code == 404
    finally:
        opened.close()
