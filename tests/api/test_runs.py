"""Runs, sources and records as received: told truly, to those who may know, and with nothing that can act."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from api import create_app
from api.received import AHEAD, CUT, PART, Received, marked_values, part_of, visible
from catalogue.bootstrap import Catalogue, bootstrap, guarded_client, open_journal
from catalogue.harvest.identity import worker_name
from catalogue.harvest.worker import carry_out
from catalogue.home import Keeper
from catalogue.model import Node, Outcome, Record, Run, RunState, Source, page_id
from catalogue.ports import Journal
from catalogue.settings import Settings
from tests.api.conftest import whole_answers
from tests.api.library import PAYLOAD, PREFIXES
from tests.api.test_answers import Elements

PAGE = {"Accept": "text/html"}
MANY = 60  # records of the held source: more than a page of a list shows


def feed(numbers: range, more: str = "") -> str:
    records = "\n".join(
        f'<https://portal.example/{n:03}> a dcat:Dataset ; dct:title "Record {n}"@en ;'
        f' dct:language "German" {more} .'
        for n in numbers
    )
    return f"{PREFIXES}\n{records}\n"


@dataclass
class Watched:
    """A catalogue in which something has happened to each source; its runs by a name."""

    folder: Path
    settings: Settings
    runs: dict[str, Run] = field(default_factory=dict)
    opened: Catalogue | None = None

    def happens(self, journal: Journal) -> None:
        def harvested(name: str, source: str, text: str) -> Run:
            (self.folder / f"{source}.ttl").write_text(text, encoding="utf-8")
            run = journal.runs.queue(source, asked_by="operator:somebody")
            ended = carry_out(run.id, journal, guarded_client(self.settings), worker_name())
            assert ended is not None
            self.runs[name] = ended
            return ended

        def add(source: str, visibility: str = "public", **options: str) -> None:
            url = (self.folder / f"{source}.ttl").as_uri()
            journal.add_source(Source(source, "n", "dcat", url, options, None, visibility))

        journal.add_node(Node("n", "Node N (fictional)", "DE"))
        add("held")
        harvested("first", "held", feed(range(MANY)))
        held = harvested("held", "held", feed(range(2)))
        assert held.state is RunState.HELD
        add("archives", deletion="archive", grace="0")
        harvested("archives", "archives", feed(range(100, 105)))
        harvested("archived", "archives", feed(range(101, 105)))
        add("flags", deletion="flag", grace="0")
        harvested("flags", "flags", feed(range(200, 205)))
        harvested("flagged", "flags", feed(range(201, 205)))
        add("decided")
        harvested("proposing", "decided", feed(range(300, 330)))
        proposed = harvested("approved", "decided", feed(range(300, 303)))
        self.runs["approved"] = journal.runs.approve(proposed.id, "operator:somebody")
        add("broken")
        assert harvested("failed", "broken", "<html>Log in</html>").state is RunState.FAILED
        add("secret", "members")
        harvested("secret", "secret", feed(range(400, 430)))
        assert harvested("hidden", "secret", feed(range(1))).state is RunState.HELD
        add("reviewed", review="1")
        harvested("reviewed", "reviewed", feed(range(500, 502)))
        add("private", contacts="drop")
        harvested("private", "private", feed(range(600, 601)))
        add("evil")
        hostile = f' ; dct:description """{PAYLOAD}\u202e\x07"""@en ; dct:license "{PAYLOAD}"'
        harvested("evil", "evil", feed(range(700, 702), hostile))
        add("slow")
        self.runs["active"] = journal.runs.queue("slow", asked_by="schedule")
        assert journal.runs.claim("gone", seconds=0, run_id=self.runs["active"].id)
        assert journal.runs.claim("here", seconds=600, run_id=self.runs["active"].id)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    folder = tmp_path_factory.mktemp("watched")
    settings = Settings(data_dir=folder / "var", base_url="https://catalogue.example")
    made = Watched(folder, settings)
    with open_journal(settings) as journal:
        made.happens(journal)
        with Keeper(settings, journal) as keeper:
            assert len(keeper.projections) == 2
    made.opened = bootstrap(settings)
    yield made
    made.opened.close()


@pytest.fixture
def client(watched: Watched) -> FlaskClient:
    assert watched.opened is not None
    return whole_answers(create_app(watched.opened))


def page_of(source: str, number: int) -> str:
    return page_id(source, f"https://portal.example/{number:03}")


def walked(client: FlaskClient, address: str) -> list[dict[str, Any]]:
    """Every item of a list, page by page."""
    items: list[dict[str, Any]] = []
    following: str | None = address
    while following:
        answer = client.get(following.removeprefix("https://catalogue.example"))
        assert answer.status_code == 200, answer.get_data(as_text=True)
        items += answer.get_json()["items"]
        found = re.match(r"<([^>]+)>", answer.headers.get("Link", ""))
        following = found[1] if found else None
    return items


# --- JSON ------------------------------------------------------------------------------------------


def test_what_a_held_run_proposes_is_listed_whole_in_pages(
    client: FlaskClient, watched: Watched
) -> None:
    run = watched.runs["held"].id
    items = walked(client, f"/api/v1/runs/{run}/proposals?limit=7")
    assert [one["key"][-3:] for one in items] == [f"{n:03}" for n in range(2, MANY)]
    assert items[0]["title"] == "Record 2"
    assert items[0]["page"].endswith(page_of("held", 2))
    assert datetime.fromisoformat(items[0]["missing_since"]).tzinfo == UTC
    total = client.get(f"/api/v1/runs/{run}/proposals?limit=1").get_json()["total"]
    assert total == MANY - 2 == client.get(f"/api/v1/runs/{run}").get_json()["proposed"]
    forged = client.get(f"/api/v1/runs/{run}/proposals?cursor={page_of('flags', 201)}")
    assert (forged.status_code, forged.get_json()["parameter"]) == (400, "cursor")
    decided = watched.runs["approved"].id
    assert client.get(f"/api/v1/runs/{decided}/proposals").get_json()["items"] == []


def test_runs_are_found_by_state_and_kind(client: FlaskClient, watched: Watched) -> None:
    runs = watched.runs
    held = client.get("/api/v1/runs?state=held").get_json()
    assert ([one["id"] for one in held["items"]], held["total"]) == ([runs["held"].id], 1)
    either = walked(client, "/api/v1/runs?state=held&state=failed&limit=1")
    assert [one["id"] for one in either] == [runs["failed"].id, runs["held"].id]
    assert client.get("/api/v1/runs?kind=push").get_json()["total"] == 0
    refused = client.get("/api/v1/runs?state=lost")
    assert (refused.status_code, refused.get_json()["parameter"]) == (400, "state")


def test_a_run_that_goes_on_tells_who_has_it_and_no_operator_s_name(
    client: FlaskClient, watched: Watched
) -> None:
    active = client.get(f"/api/v1/runs/{watched.runs['active'].id}").get_json()
    assert (active["state"], active["workers"], active["asked_by"]) == ("running", 2, "schedule")
    failed = client.get(f"/api/v1/runs/{watched.runs['failed'].id}").get_json()
    assert failed["asked_by"] == "operator"
    assert failed["error"].startswith("a local file: ")
    assert str(watched.folder) not in failed["error"]


def test_a_source_tells_how_it_stands(client: FlaskClient) -> None:
    held = client.get("/api/v1/sources/held").get_json()
    assert (held["missing"], held["archived"], held["waiting"]) == (MANY - 2, 0, 0)
    assert held["policy"] == {"deletion": "delete", "grace": 2, "review": False}
    assert held["last_run"]["state"] == "held"
    assert (held["next_run"], held["records"]) == (None, MANY)
    assert datetime.fromisoformat(held["last_complete"]).tzinfo == UTC
    archives = client.get("/api/v1/sources/archives").get_json()
    assert (archives["missing"], archives["archived"], archives["records"]) == (0, 1, 4)
    assert client.get("/api/v1/sources/broken").get_json()["last_complete"] is None
    reviewed = client.get("/api/v1/sources/reviewed").get_json()
    assert (reviewed["waiting"], reviewed["policy"]["review"]) == (2, True)
    listed = {one["id"]: one for one in walked(client, "/api/v1/sources?limit=2")}
    assert listed["held"] == held
    assert "secret" not in listed


def test_an_archived_record_says_so_and_is_in_no_list(client: FlaskClient) -> None:
    address = page_of("archives", 100)
    told = client.get(f"/api/v1/datasets/{address}").get_json()
    assert told["provenance"]["archived"] is True
    since = datetime.fromisoformat(told["provenance"]["missing_since"])
    assert told["notice"].startswith(f"no longer listed by its source since {since:%Y-%m-%d}")
    page = client.get(f"/datasets/{address}", headers=PAGE)
    assert page.status_code == 200
    assert "no longer listed by its source since" in page.get_data(as_text=True)
    assert client.get(f"/datasets/{address}.ttl").status_code == 200
    found = walked(client, "/api/v1/datasets?source=archives&limit=2")
    assert {one["id"] for one in found} == {page_of("archives", n) for n in range(101, 105)}
    assert address not in client.get("/catalog.ttl?source=archives").get_data(as_text=True)
    asked = "ASK { <https://portal.example/100> ?p ?o }"
    answer = client.get("/sparql", query_string={"query": asked})
    assert answer.get_json()["boolean"] is False


def test_a_flagged_record_says_so_and_is_found(client: FlaskClient) -> None:
    address = page_of("flags", 200)
    told = client.get(f"/api/v1/datasets/{address}").get_json()
    assert told["provenance"]["archived"] is False
    assert told["notice"].startswith("no longer listed by its source since")
    assert address in {one["id"] for one in walked(client, "/api/v1/datasets?source=flags")}
    other = client.get(f"/api/v1/datasets/{page_of('flags', 201)}").get_json()
    assert (other["notice"], other["provenance"]["missing_since"]) == (None, None)


def test_metrics_let_alerts_be_made_and_name_no_hidden_source(
    client: FlaskClient, watched: Watched
) -> None:
    text = client.get("/metrics").get_data(as_text=True)
    assert 'aicat_runs{state="held"} 2.0' in text  # the hidden one counts
    assert 'aicat_runs{state="running"} 1.0' in text
    assert 'aicat_source_records{source="archives"} 4.0' in text
    assert 'aicat_source_records{source="broken"} 0.0' in text
    ended = watched.runs["archived"].ended
    assert ended is not None
    line = re.search(r'aicat_run_last_success_timestamp_seconds\{source="archives"\} (\S+)', text)
    assert line is not None
    assert abs(float(line[1]) - ended.timestamp()) < 0.001
    assert 'aicat_run_last_success_timestamp_seconds{source="broken"}' not in text
    assert "secret" not in text


# --- pages -----------------------------------------------------------------------------------------


def text_of(client: FlaskClient, address: str) -> str:
    answer = client.get(address, headers=PAGE)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def test_the_page_of_a_held_run_says_what_to_type_and_lists_what_would_go(
    client: FlaskClient, watched: Watched
) -> None:
    run = watched.runs["held"].id
    text = text_of(client, f"/runs/{run}")
    assert f"aicat approve {run}" in text
    assert f"aicat reject {run}" in text
    shown = set(re.findall(r"/datasets/([a-z2-7]{13})\"", text))
    following = re.search(r'href="([^"]+proposed=[^"]+)"', text)
    assert following is not None
    shown |= set(re.findall(r"/datasets/([a-z2-7]{13})\"", text_of(client, following[1])))
    assert shown >= {page_of("held", n) for n in range(2, MANY)}


def test_the_page_of_a_decided_run_says_how_and_lists_what_went(
    client: FlaskClient, watched: Watched
) -> None:
    text = text_of(client, f"/runs/{watched.runs['approved'].id}")
    assert re.search(r"were approved on \d{4}-\d\d-\d\d \d\d:\d\d UTC: 27 records withdrawn", text)
    assert "aicat approve" not in text
    assert "somebody" not in text
    assert page_of("decided", 310) in text


def test_the_page_of_a_run_goes_on_by_itself_only_while_the_run_does(
    client: FlaskClient, watched: Watched
) -> None:
    text = text_of(client, f"/runs/{watched.runs['active'].id}")
    assert '<script type="module" src="/static/run.js">' in text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in text
    assert "<progress" in text
    assert "taken over" in text
    ended = text_of(client, f"/runs/{watched.runs['first'].id}")
    assert "run.js" not in ended
    assert "http-equiv" not in ended


def test_the_page_of_a_failed_run_says_what_happened_and_what_to_do(
    client: FlaskClient, watched: Watched
) -> None:
    text = text_of(client, f"/runs/{watched.runs['failed'].id}")
    assert "the answer is a web page, not RDF" in text
    assert "aicat harvest broken" in text
    assert str(watched.folder) not in text


def test_records_of_a_run_are_listed_by_outcome_in_pages(
    client: FlaskClient, watched: Watched
) -> None:
    address: str | None = f"/runs/{watched.runs['first'].id}?outcome=created"
    met: list[str] = []
    while address:
        listing = text_of(client, address).split('id="records"')[1]
        met += re.findall(r"/datasets/([a-z2-7]{13})\"", listing)
        found = re.search(r'rel="next" href="([^"#]+)#records"', listing)
        address = found[1].replace("&amp;", "&") if found else None
    assert sorted(met) == sorted(page_of("held", n) for n in range(MANY))
    wrong = client.get(f"/runs/{watched.runs['first'].id}?outcome=lost", headers=PAGE)
    assert wrong.status_code == 400
    wrong = client.get(f"/runs/{watched.runs['first'].id}?after=x", headers=PAGE)
    assert wrong.status_code == 400


def test_findings_link_to_their_example_and_say_how_to_mend(
    client: FlaskClient, watched: Watched
) -> None:
    text = text_of(client, f"/runs/{watched.runs['first'].id}")
    assert "align.language" in text
    example = re.search(r'href="/datasets/([a-z2-7]{13})/source"', text)
    assert example is not None
    assert client.get(f"/datasets/{example[1]}/source", headers=PAGE).status_code == 200


def test_the_page_of_a_source_has_its_history_and_what_it_no_longer_lists(
    client: FlaskClient, watched: Watched
) -> None:
    text = text_of(client, "/sources/held")
    assert text.count('<rect class="bar-') >= 3
    assert f"/runs/{watched.runs['held'].id}" in text
    assert page_of("held", 2) in text
    assert "when more than 2 complete runs did not list it" in text
    archives = text_of(client, "/sources/archives")
    assert "archived" in archives
    assert page_of("archives", 100) in archives
    assert client.get("/sources/held?missing=nothing", headers=PAGE).status_code == 400


def test_what_waits_for_a_decision_is_counted_in_the_navigation(client: FlaskClient) -> None:
    for address in ("/", "/runs", "/search"):
        assert '1<span class="visually-hidden"> wait for a decision' in text_of(client, address)
    members = text_of(client, "/nodes")
    assert "state-fair" in members
    assert "state-bad" in members


def test_runs_on_the_page_are_narrowed_by_state_and_source(
    client: FlaskClient, watched: Watched
) -> None:
    text = text_of(client, "/runs?state=failed&source=")
    assert watched.runs["failed"].id in text
    assert watched.runs["held"].id not in text
    assert watched.runs["failed"].id not in text_of(client, "/runs?source=held")
    assert client.get("/runs?state=lost", headers=PAGE).status_code == 400
    assert client.get("/runs?source=secret", headers=PAGE).status_code == 404


def test_a_hidden_source_is_nowhere(client: FlaskClient, watched: Watched) -> None:
    hidden, page = watched.runs["hidden"].id, page_of("secret", 400)
    for address in (
        "/sources/secret",
        f"/runs/{hidden}",
        f"/api/v1/runs/{hidden}",
        f"/api/v1/runs/{hidden}/proposals",
        f"/api/v1/runs/{hidden}/findings",
        "/api/v1/sources/secret",
        "/api/v1/runs?source=secret",
        f"/datasets/{page}/source",
        f"/datasets/{page}/raw",
        f"/api/v1/datasets/{page}/raw",
    ):
        assert client.get(address, headers=PAGE).status_code == 404, address
    for address in ("/runs", "/nodes", "/nodes/n", "/api/v1/runs?limit=1000", "/api/v1/sources"):
        text = client.get(address, headers=PAGE).get_data(as_text=True)
        assert hidden not in text
        assert "secret" not in text


def test_records_that_wait_for_a_steward_are_told_in_number_only(
    client: FlaskClient, watched: Watched
) -> None:
    run = watched.runs["reviewed"].id
    assert watched.runs["reviewed"].counts.created == 2
    for address in (
        f"/runs/{run}?outcome=created",
        "/sources/reviewed",
        f"/api/v1/runs/{run}/findings",
    ):
        text = client.get(address, headers=PAGE).get_data(as_text=True)
        assert "portal.example" not in text
        assert "German" not in text
    assert "2 versions wait for a steward" in text_of(client, "/sources/reviewed")


# --- bytes as received -------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/datasets/{}/source", "/runs/{run}", "/sources/evil"])
def test_hostile_bytes_are_inert_on_every_page(
    client: FlaskClient, watched: Watched, address: str
) -> None:
    page = page_of("evil", 700)
    answer = client.get(address.format(page, run=watched.runs["evil"].id), headers=PAGE)
    assert answer.status_code == 200
    text = answer.get_data(as_text=True)
    assert "\u202e" not in text
    assert "\x07" not in text
    for tag, attributes in Elements(text).found:
        assert tag not in {"img", "iframe", "object", "embed"}
        assert not [name for name in attributes if name.startswith("on")]
        if tag == "script":
            assert str(attributes["src"]).startswith("/static/")
    if address.endswith("source"):
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "⟨U+202E⟩" in text
        assert '<mark class="before">German</mark>' in text
        assert "authority/language/DEU</mark>" in text


@pytest.mark.parametrize(
    ("address", "typed"), [("/datasets/{}/raw", False), ("/api/v1/datasets/{}/raw", True)]
)
def test_bytes_are_given_to_be_saved_and_never_to_be_run(
    client: FlaskClient, watched: Watched, address: str, typed: bool
) -> None:
    answer = client.get(address.format(page_of("evil", 700)))
    assert answer.data == (watched.folder / "evil.ttl").read_bytes()
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    if not typed:
        assert answer.mimetype in {"text/plain", "application/octet-stream"}


@pytest.mark.parametrize(
    ("media_type", "body", "plain", "typed"),
    [
        ("text/html", b"<script>alert(1)</script>", "text/plain", "text/html"),
        ("text/turtle", b"\xff\x00", "application/octet-stream", "text/turtle"),
        ('text/html"\r\nX: y', b"a", "text/plain", "application/octet-stream"),
        ("", b"a", "text/plain", "application/octet-stream"),
    ],
)
def test_the_type_that_a_source_gave_counts_for_programs_only(
    client: FlaskClient, media_type: str, body: bytes, plain: str, typed: str
) -> None:
    from api.received import attachment

    found = Received(body, media_type, shared=False)
    with client.application.test_request_context():
        assert attachment(found, "x", typed=False).mimetype == plain
        assert attachment(found, "x", typed=True).mimetype == typed


def test_where_no_bytes_are_kept_the_reason_is_told(client: FlaskClient) -> None:
    page = page_of("private", 600)
    for address in (f"/datasets/{page}/raw", f"/api/v1/datasets/{page}/raw"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert "contacts=drop" in answer.get_json()["detail"]
    text = text_of(client, f"/datasets/{page}/source")
    assert "contacts=drop" in text
    assert "Record 600" in text  # what became of it is public all the same
    gone = client.get(f"/datasets/{page_of('decided', 310)}/raw")
    assert gone.status_code == 410


RECORD = Record(
    page_id="aaaaaaaaaaaaa",
    source="s",
    node="n",
    key="https://portal.example/b",
    iri="https://portal.example/b",
    type="dataset",
    visibility="public",
    deleted=False,
    seq=1,
    content_hash=b"",
    first_seen=datetime(2026, 1, 1, tzinfo=UTC),
    changed=datetime(2026, 1, 1, tzinfo=UTC),
)


@pytest.mark.parametrize(
    "subject",
    [
        "\n<https://portal.example/b> a dcat:Dataset",
        '\n<dcat:Dataset rdf:about="https://portal.example/b">',
        '{"@id": "https://portal.example/b"',
    ],
)
def test_of_a_page_with_several_records_the_part_around_this_one_is_shown(subject: str) -> None:
    other = "x" * 3 * PART
    body = f"<https://portal.example/a> <p> <https://portal.example/b> . {other}{subject}{other}"
    part = part_of(Received(body.encode(), "text/turtle", shared=True), RECORD)
    assert part.found
    assert subject.strip() in part.text[: AHEAD + len(subject)]
    assert part.end - part.start <= PART
    assert not part.whole


def test_bytes_are_cut_and_a_part_that_is_not_found_is_the_beginning() -> None:
    body = "ä".encode() * CUT
    part = part_of(Received(body, "text/plain", shared=False), RECORD)
    assert (part.start, part.end, part.size, part.found) == (0, CUT, 2 * CUT, False)
    assert part.text == "ä" * (CUT // 2)
    small = part_of(Received(b"{}", "application/json", shared=True), RECORD)
    assert (small.text, small.whole) == ("{}", True)
    wide = part_of(Received("ab".encode("utf-16"), "text/plain", shared=False), RECORD)
    assert wide.text.endswith("ab")


def test_values_are_marked_as_they_are_spelt_and_nothing_else_becomes_html() -> None:
    marked = marked_values('<b>"a\\u003cb" &amp;lt; <ü/x>', {"before": ["<ü/x>", "no", None]})
    assert str(marked).endswith('<mark class="before">&lt;ü/x&gt;</mark>')
    assert str(marked).count("<") == 2
    assert str(marked_values("a\\/b\\/c", {"after": ["a/b/c"]})) == (
        '<mark class="after">a\\/b\\/c</mark>'
    )
    assert visible("a\u202eb\x00\x9b") == "a⟨U+202E⟩b␀⟨U+009B⟩"


def test_every_outcome_can_be_asked_for(client: FlaskClient, watched: Watched) -> None:
    for outcome in set(Outcome) - {Outcome.MISSING}:
        address = f"/runs/{watched.runs['approved'].id}?outcome={outcome}"
        assert client.get(address, headers=PAGE).status_code == 200


def test_a_secret_in_a_source_s_address_is_in_no_word_about_it() -> None:
    from api.federation import public_text

    source = Source("s", "n", "dcat", "https://user:pass@p.example/x?token=abc")
    told = public_text("https://user:pass@p.example/x?token=abc&page=2: no answer", source)
    assert told == "https://…@p.example/x?…&page=2: no answer"
    assert public_text("cancelled by operator:jo", replace(source, url=None)) == (
        "cancelled by an operator"
    )
