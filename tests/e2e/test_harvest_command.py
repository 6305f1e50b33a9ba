"""The command line harvests a folder of RDF, in processes of its own, as a person would."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.command import Aicat, read, read_json, wait_for

pytestmark = pytest.mark.e2e

DATASET = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<http://portal.example/{name}> a dcat:Dataset ; dct:title "{title}"@en ; dct:language "de" .
"""
EMPTY = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
<http://portal.example/> a dcat:Catalog .
"""


@pytest.fixture
def aicat(tmp_path: Path) -> Aicat:
    feed = tmp_path / "feed"
    feed.mkdir()
    for name in ("a", "b"):
        (feed / f"{name}.ttl").write_text(DATASET.format(name=name, title="One"))
    command = Aicat(tmp_path)
    command("node", "add", "n", "--name", "Node N (fictional)", "--country", "DE")
    command("source", "add", "s", "--node", "n", "--kind", "dcat", "--url", feed.as_uri())
    return command


def test_a_second_harvest_changes_nothing_and_a_new_title_one_record(aicat: Aicat) -> None:
    assert aicat.harvest("s")["counts"]["created"] == 2
    assert aicat.harvest("s")["counts"]["unchanged"] == 2
    (aicat.folder / "feed" / "b.ttl").write_text(DATASET.format(name="b", title="Two"))
    counts = aicat.harvest("s")["counts"]
    assert (counts["updated"], counts["unchanged"]) == (1, 1)
    aicat("verify")


def test_what_a_source_stops_listing_is_counted_as_missing_and_stays(aicat: Aicat) -> None:
    aicat.harvest("s")
    (aicat.folder / "feed" / "b.ttl").unlink()
    assert aicat.harvest("s")["counts"]["missing"] == 1
    assert json.loads(aicat("status", "--json"))["records"] == 2


def test_an_unreadable_file_makes_the_run_partial_and_keeps_the_rest(aicat: Aicat) -> None:
    (aicat.folder / "feed" / "b.ttl").write_text("<html><body>Log in</body></html>")
    run = aicat.harvest("s", status=4)
    assert (run["state"], run["counts"]["created"]) == ("partial", 1)
    assert "web page" in run["error"]


def test_a_held_run_shows_what_it_proposes_and_its_source_how_it_stands(aicat: Aicat) -> None:
    aicat.harvest("s")
    for name in ("a", "b"):
        (aicat.folder / "feed" / f"{name}.ttl").write_text(EMPTY)
    held = aicat.harvest("s", status=3)
    told = json.loads(aicat("runs", held["id"], "--json"))
    assert [one["key"] for one in told["proposals"]] == [
        "http://portal.example/a",
        "http://portal.example/b",
    ]
    shown = aicat.run("runs", held["id"])
    assert told["proposals"][0]["id"] in shown.stdout
    assert f"aicat approve {held['id']}" in shown.stderr
    assert aicat("runs").splitlines()[0].split("\t")[-2:] == ["2", "2"]  # missing, proposed
    state = json.loads(aicat("source", "show", "s", "--json"))
    assert (state["missing"], state["last_state"], state["last_run"]) == (2, "held", held["id"])
    assert state["last_complete"] is not None
    aicat("approve", held["id"])
    assert json.loads(aicat("runs", held["id"], "--json"))["proposals"] == []
    assert json.loads(aicat("source", "show", "s", "--json"))["missing"] == 0


def test_an_archived_record_is_shown_with_a_word_and_verify_agrees(aicat: Aicat) -> None:
    aicat("source", "edit", "s", "--option", "deletion=archive", "--option", "grace=0")
    aicat.harvest("s")
    page = json.loads(aicat("search", "One", "--json"))["items"][0]
    name = page["iri"].rpartition("/")[2]
    (aicat.folder / "feed" / f"{name}.ttl").write_text(EMPTY)
    assert aicat.harvest("s")["counts"]["deleted"] == 1
    shown = aicat.run("show", page["id"])
    assert page["iri"] in shown.stdout
    assert "no longer listed by its source since" in shown.stderr
    assert json.loads(aicat("search", "One", "--json"))["total"] == 1
    aicat("verify")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--option", "deletion=lose"), "delete, archive, flag"),
        (("--schedule", "every night"), "five cron fields"),
    ],
)
def test_a_feed_whose_policy_cannot_be_meant_is_refused(
    aicat: Aicat, words: tuple[str, ...], told: str
) -> None:
    done = aicat.run("source", "edit", "s", *words)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert told in done.stderr


def test_errors_are_one_line_that_says_what_to_do(aicat: Aicat) -> None:
    done = aicat.run("harvest", "nothing")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "aicat: there is no source 'nothing'; `aicat source list` shows all"
    ]


def test_a_dry_run_says_what_would_change_and_stores_nothing(aicat: Aicat) -> None:
    run = json.loads(aicat("harvest", "s", "--dry-run", "--json"))
    assert [one["outcome"] for one in run["changes"]] == ["created", "created"]
    assert json.loads(aicat("status", "--json"))["records"] == 0


def test_a_title_changed_at_its_portal_shows_at_every_door(aicat: Aicat) -> None:
    feed = aicat.folder / "feed" / "b.ttl"
    with aicat.up() as (_process, base):
        aicat.harvest("s")
        feed.write_text(DATASET.format(name="b", title="Renamed at its portal"))
        assert aicat.harvest("s")["counts"]["updated"] == 1
        (item,) = read_json(f"{base}/api/v1/datasets?q=renamed")["items"]
        assert item["title"] == "Renamed at its portal"
        page = f"{base}/datasets/{item['id']}"
        query = "SELECT?t{<http://portal.example/b><http://purl.org/dc/terms/title>?t}"
        for address, accept in (
            (f"{base}/api/v1/datasets/{item['id']}", "*/*"),
            (page, "text/html"),
            (page, "text/turtle"),
            (f"{page}.jsonld", "*/*"),
            (f"{page}.rdf", "*/*"),
            (f"{base}/catalog.nt", "*/*"),
            (f"{base}/search?sort=title", "text/html"),
            (f"{base}/sparql?query={quote(query)}", "text/csv"),
        ):
            body = read(address, accept)
            assert body is not None, address
            assert b"Renamed at its portal" in body, address
            assert b"One</h1>" not in body
        assert "Renamed at its portal" in aicat("search", "renamed")
        assert "Renamed at its portal" in aicat("show", item["id"])
        assert "Renamed at its portal" in aicat("show", item["id"], "--server", base)
        assert "Renamed at its portal" in aicat("sparql", query)
        assert json.loads(aicat("verify", "--json"))["sound"]
    assert json.loads(aicat("verify", "--json"))["sound"]


def test_rebuilt_projections_answer_as_before(aicat: Aicat) -> None:
    aicat.harvest("s")
    before = aicat("search", "one", "--json")
    aicat("rebuild", "all")
    assert aicat("search", "one", "--json") == before
    assert json.loads(aicat("verify", "--json"))["sound"]


def test_a_harvest_without_waiting_is_shown_by_whoever_projects(aicat: Aicat) -> None:
    with aicat.up() as (process, base):
        aicat("harvest", "s", "--no-wait")
        wait_for(lambda: read_json(f"{base}/api/v1/stats")["records"] == 2, process)


def test_a_taken_port_is_said_in_one_line(aicat: Aicat) -> None:
    with aicat.up() as (_process, base):
        done = aicat.run("serve", "--port", base.rsplit(":", 1)[1])
    assert done.returncode == 1
    assert "choose another with --port" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_what_harvested_text_says_does_not_act_on_a_terminal(aicat: Aicat) -> None:
    title = r"Red \u001B[31mtext\u202E"
    (aicat.folder / "feed" / "a.ttl").write_text(DATASET.format(name="a", title=title))
    aicat.harvest("s")
    shown = aicat("search", "red")
    assert "Red" in shown
    assert "\u001b" not in shown
    assert "\u202e" not in shown
