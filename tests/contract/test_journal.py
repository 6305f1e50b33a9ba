"""What every journal promises."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalogue.errors import Conflict, Fenced, NotFound
from catalogue.model import (
    Entry,
    Finding,
    Judged,
    Lease,
    Outcome,
    Page,
    PageEnd,
    RunState,
    Sector,
    SeenPage,
    Severity,
    Source,
    Turn,
    content_hash,
    page_id,
    raw_hash,
)
from catalogue.ports import Ending, Journal


def entry(key: str, text: str = "one", **more: object) -> Entry:
    graph = f'<http://portal.example/{key}> <http://purl.org/dc/terms/title> "{text}" .\n'.encode()
    values: dict[str, object] = {
        "key": key,
        "iri": f"http://portal.example/{key}",
        "type": "dataset",
        "raw_hash": raw_hash(graph),
        "graph": graph,
        "content_hash": content_hash(graph),
        "raw": graph,
        **more,
    }
    return Entry(**values)  # type: ignore[arg-type]


def run(journal: Journal, *entries: Entry) -> tuple[Outcome, ...]:
    lease = begun(journal)
    outcomes = journal.append(lease, entries).outcomes
    journal.runs.end(lease, Ending(RunState.DONE))
    return outcomes


def begun(journal: Journal) -> Lease:
    queued = journal.runs.queue("s")
    lease = journal.runs.claim("tester", seconds=60, run_id=queued.id)
    assert lease is not None
    return lease


def test_harvesting_twice_appends_nothing(journal: Journal) -> None:
    assert run(journal, entry("a"), entry("b")) == (Outcome.CREATED, Outcome.CREATED)
    assert run(journal, entry("a"), entry("b")) == (Outcome.UNCHANGED, Outcome.UNCHANGED)
    assert journal.last_seq() == 2


def test_a_changed_record_keeps_its_page_id_and_its_past(journal: Journal) -> None:
    run(journal, entry("a"))
    before = journal.live()[0]
    assert run(journal, entry("a", "two")) == (Outcome.UPDATED,)
    after = journal.current(before.record.page_id)
    assert (after.seq, after.record.page_id) == (2, before.record.page_id)
    assert b'"two"' in (after.graph or b"")
    assert journal.states([(before.record.page_id, 1)])[before.record.page_id].graph == before.graph


def test_a_source_has_one_active_run(journal: Journal) -> None:
    journal.runs.queue("s")
    with pytest.raises(Conflict):
        journal.runs.queue("s")


def test_an_ended_run_takes_no_more_records(journal: Journal) -> None:
    lease = begun(journal)
    journal.runs.end(lease, Ending(RunState.DONE))
    with pytest.raises(Fenced):
        journal.append(lease, [entry("a")])
    assert journal.last_seq() == 0


def test_a_quarantined_record_leaves_its_good_version(journal: Journal) -> None:
    run(journal, entry("a"))
    bad = entry("a", graph=None, content_hash=None, failed=Outcome.QUARANTINED)
    assert run(journal, bad) == (Outcome.QUARANTINED,)
    assert [one.graph for one in journal.live()] == [entry("a").graph]


def test_what_can_be_used_again_leaves_the_quarantine(journal: Journal) -> None:
    bad = entry("a", graph=None, content_hash=None, failed=Outcome.QUARANTINED)
    run(journal, bad, replace(bad, key="b"))
    assert journal.counts()["quarantined"] == 2
    run(journal, entry("a"))
    assert journal.counts()["quarantined"] == 1


def test_removing_a_source_tombstones_its_records_and_frees_its_id(journal: Journal) -> None:
    run(journal, entry("a"), entry("b"))
    first = journal.live()[0].record.page_id
    assert journal.remove_source("s") == 2
    assert journal.live() == []
    assert journal.current(first).deleted
    journal.add_source(Source("s", "n", "dcat", "http://portal.example/"))
    assert run(journal, entry("a")) == (Outcome.CREATED,)
    assert [one.seq for one in journal.live()] == [5]


def test_findings_of_a_run_are_grouped_with_an_example(journal: Journal) -> None:
    found = Finding("x.y", Severity.WARNING, "wrong", path="p", value="first", key="a")
    run(journal, entry("a", findings=(found,)), entry("b", findings=(found,)))
    last = journal.runs.recent()[0]
    assert last.findings == 2
    assert [(one.rule, one.count, one.value) for one in journal.runs.findings(last.id)] == [
        ("x.y", 2, "first")
    ]


def test_sectors_and_findings_come_back_as_they_went_in(journal: Journal) -> None:
    found = Finding("x.y", Severity.INFO, "told", mended="m", key="a")
    run(journal, entry("a", findings=(found,), sectors=(Sector("health", "theme", "HEAL"),)))
    change = journal.current(journal.live()[0].record.page_id)
    assert change.findings == (found,)
    assert journal.live()[0].findings == ()
    assert change.sectors == (Sector("health", "theme", "HEAL"),)


def test_another_judgement_of_an_unchanged_record_is_kept_and_followed(journal: Journal) -> None:
    broken = Finding("sh:MinCount", Severity.VIOLATION, "", "p", profile="x", focus="f", limit="1")
    first = entry("a", judged=(Judged("x", violations=1),), findings=(broken,))
    assert run(journal, first) == (Outcome.CREATED,)
    created = journal.live()[0]
    assert created.judged == (Judged("x", violations=1),)
    mended = entry("a", judged=(Judged("x", warnings=2),))
    assert run(journal, mended) == (Outcome.UNCHANGED,)
    (again,) = journal.changes(created.seq, 10)
    assert again.judged == (Judged("x", warnings=2),)
    assert (again.graph, again.at) == (created.graph, created.at)
    assert journal.current(created.record.page_id).findings == ()
    assert run(journal, mended) == (Outcome.UNCHANGED,)
    assert journal.last_seq() == again.seq
    assert journal.check() == []


def test_a_profiles_finding_comes_back_without_words_that_can_be_made_anew(
    journal: Journal,
) -> None:
    words = {"message": "dct:title is missing", "hint": "Add it.", "count": 3}
    found = Finding("sh:MinCountX", Severity.WARNING, path="p", profile="x", limit="1", **words)
    own = Finding("sh:MinCountX", Severity.INFO, "Its own words.", "q", profile="x")
    run(journal, entry("a", findings=(found, own)))
    kept = journal.current(journal.live()[0].record.page_id).findings
    assert kept == (replace(found, message="", hint=None), own)
    told = journal.runs.findings(journal.runs.recent("s")[0].id)
    assert {(one.message, one.profile) for one in told} == {
        ("dct:title is missing", "x"),
        ("Its own words.", "x"),
    }


def test_findings_of_two_profiles_are_kept_apart_in_a_run(journal: Journal) -> None:
    findings = tuple(
        Finding("sh:MinCountX", Severity.WARNING, "missing", "p", profile=name)
        for name in ("x", "y", "x")
    )
    run(journal, entry("a", findings=findings))
    told = journal.runs.findings(journal.runs.recent("s")[0].id)
    assert {one.profile: one.count for one in told} == {"x": 2, "y": 1}


def test_a_touched_record_is_followed_again_as_it_was(journal: Journal) -> None:
    run(journal, entry("a"), entry("b"), entry("gone"))
    journal.withdraw("s", "gone", "tester")
    before = {one.record.key: one for one in journal.live()}
    last = journal.last_seq()
    gone = page_id("s", "gone")
    touched = journal.touch([before["b"].record.page_id, before["b"].record.page_id, gone])
    again = journal.changes(last, 10)
    assert touched == len(again) == 1
    assert again[0].seq == last + 1
    assert again[0].at == before["b"].at
    assert again[0].graph == before["b"].graph
    assert again[0].record.changed == before["b"].record.changed
    assert journal.current(again[0].record.page_id).findings == before["b"].findings
    assert journal.check() == []


def test_a_new_visibility_reaches_every_record_as_a_change(journal: Journal) -> None:
    run(journal, entry("a"))
    source = journal.source("s")
    journal.edit_source(
        Source(
            source.id,
            source.node,
            source.kind,
            source.url,
            {"visibility": "members"},
            None,
            "members",
        )
    )
    assert [(one.seq, one.record.visibility) for one in journal.changes(1, 10)] == [(2, "members")]


def test_the_bytes_as_received_are_kept(journal: Journal) -> None:
    run(journal, entry("a"))
    assert journal.raw(journal.live()[0].record.page_id)[0] == entry("a").raw


def test_a_sound_journal_has_no_faults_and_unknown_names_are_not_found(journal: Journal) -> None:
    run(journal, entry("a"))
    assert journal.check() == []
    with pytest.raises(NotFound):
        journal.record("nothing")


def test_pages_are_remembered_by_cursor_and_go_with_their_source(journal: Journal) -> None:
    told = Finding("x.y", Severity.INFO, "told", count=3)
    end = PageEnd("two", 5, 1, findings=[told])
    first = SeenPage("1", "http://p.example/1", b"o", b"1", b"k" * 32, b"s", end, True, '"e"')
    lease = begun(journal)
    page = Page("1", "http://p.example/1", "text/turtle", b"")
    journal.turn(lease, Turn(page, seen=first))
    journal.turn(lease, Turn(page, seen=replace(first, cursor="2")))
    assert journal.pages("s")["1"] == first
    assert journal.pages("other") == {}
    newer = replace(
        first, fingerprint=b"3", etag=None, last_modified="Tue, 24 Nov 2026 08:00:00 GMT"
    )
    journal.turn(lease, Turn(page, seen=newer))
    journal.forget_pages("s", {"1"})
    assert journal.pages("s") == {"1": newer}
    journal.remove_source("s")
    assert journal.pages("s") == {}
